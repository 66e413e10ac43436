/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Shared inside core's files of carried mail. Vocabulary:
 *
 *   held     a letter that is here for somebody else
 *   parcel   a letter of ours that somebody holds, or is being given
 *   wanted   a letter for us that a carrier has named
 *   key      a signed prekey of a contact's device, as it said itself
 *   carrier  a contact who said that it carries
 */
#pragma once

#include "lan-bundle-format.h"
#include "lan-bytes.h"
#include "lan-carry-tag.h"
#include "lan-carry.h"
#include "lan-core-private.h"
#include "lan-mail-private.h"

G_BEGIN_DECLS

#define LAN_CARRY_LOOK_US      (G_GINT64_CONSTANT (900) * G_USEC_PER_SEC)
#define LAN_CARRY_MEET_US      (G_GINT64_CONSTANT (1800) * G_USEC_PER_SEC)
#define LAN_CARRY_FULL_US      (G_GINT64_CONSTANT (600) * G_USEC_PER_SEC)
#define LAN_CARRY_TAGS_US      (60 * G_USEC_PER_SEC) /* as long a table of tags is used */
#define LAN_CARRY_PENDING_MAX  8                     /* given to one carrier, unanswered */
#define LAN_CARRY_FETCHES_MAX  4                     /* asked of one channel at once */
#define LAN_CARRY_WANTED_MAX   2048
#define LAN_CARRY_READS_MAX    256
#define LAN_CARRY_DONE_MAX     1024
#define LAN_CARRY_DAYS_BACK    9 /* life of a letter, and two for clocks */
#define LAN_CARRY_DAYS_AHEAD   2
#define LAN_CARRY_KEY_SETTING  "core.carry.key."
#define LAN_CARRY_WITH_SETTING "core.carry.with."
#define LAN_CARRY_ON_SETTING   "core.carry.on"

/* What a batch's CARRIED event was for. */
typedef enum {
  LAN_CARRY_EVENT_HELD, /* .id is on disk */
  LAN_CARRY_EVENT_ACKED,
  LAN_CARRY_EVENT_KEYS,  /* the own prekey is on disk */
  LAN_CARRY_EVENT_KNOWN, /* whether .account carries is on disk */
} LanCarryEvent;

typedef struct {
  LanMessageId id;
  guint8 tag[LAN_CARRY_TAG_BYTES];
  guint8 fetch_lock[LAN_CARRY_TAG_BYTES];
  guint8 ack_lock[LAN_CARRY_TAG_BYTES];
  guint8 token[LAN_CARRY_TAG_BYTES]; /* once acked */
  LanAccountId origin;
  gint64 arrival_ms;
  guint32 size;
  gboolean kept; /* on disk */
  gboolean acked;
} LanHeld;

typedef struct {
  LanMessageId id;
  LanCoreTalk *talk;
  LanDeviceId holder; /* for whom */
  LanAccountId carrier;
  guint64 from;
  guint64 to;
  LanHash hash; /* of the last record */
  gint64 time_ms;
  gboolean kept;    /* the carrier said so */
  gboolean over;    /* arrived: the carrier may forget it */
  guint64 channel;  /* it is being given on, until .kept */
  GArray *messages; /* of LanMailMessage, until .kept; may be NULL */
} LanParcel;

typedef struct {
  LanMessageId id;
  LanCarryTag tag;
  LanAccountId author;
  LanAccountId carrier;
  guint64 channel;
  gboolean asked;
} LanWanted;

typedef struct {
  LanCarryTag tag; /* first: the key in the table */
  LanAccountId author;
} LanTagOwner;

typedef struct {
  LanDeviceId device;
  LanPrekey prekey;
} LanCarryKey;

typedef struct {
  LanAccountId account;
  gboolean carries;
  gboolean knows;  /* whether they have kept that this account carries */
  gint64 tried_us; /* when they were told last; 0: they are to be told */
  gint64 met_us;   /* 0: not since the start */
  gint64 full_until_us;
} LanCarrierOf;

typedef struct {
  LanMessageId id;
  guint64 channel;
} LanCarryRead;

struct _LanCarry {
  gboolean on;
  GPtrArray *held;      /* of LanHeld, as they came */
  GHashTable *held_set; /* LanMessageId -> LanHeld, borrowed */
  GPtrArray *parcels;   /* of LanParcel */
  GPtrArray *wanted;    /* of LanWanted */
  GArray *reads;        /* of LanCarryRead */
  GHashTable *keys;     /* LanDeviceId -> LanCarryKey */
  GHashTable *carriers; /* LanAccountId -> LanCarrierOf */
  GHashTable *tags;     /* tag -> LanTagOwner; NULL: to be made */
  gint64 tags_us;
  GQueue done; /* of LanMessageId *, letters that are on our disk, newest last */
  GHashTable *done_set;
  GHashTable *bundled; /* LanMessageId -> what became of it, of letters out of a file being taken */
  GPtrArray *loaded;   /* of LanCarriedRow, until start */
  guint64 next_mail;   /* numbers of letters among incoming mail, from the top down */
  LanCarryCounters counters;
};

/* lan-carry.c */
void lan_carry_look_later (LanCore *core);
void lan_carry_note_known (LanCore *core, const LanAccountId *account);

/* lan-carry-meet.c */
void lan_carry_keep_setting (LanCore *core, char *key, GBytes *value);
/** Says again on all channels what is to be known of this account. */
void lan_carry_greet_all (LanCore *core);
/** Who does not know whether this account carries is to hear it. */
void lan_carry_tell_all (LanCore *core);
/** Whom this account would like to see: carriers that may hold something or could, who is to be told. */
void lan_carry_want_all (LanCore *core);
void lan_carry_on_hello (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryHello *hello);
void lan_carry_known (LanCore *core, const LanAccountId *account);
/** @prekey: LSP1 as somebody gave it; kept where it is that of @person's @device. */
void lan_carry_take_key (LanCore *core, LanCorePerson *person, const LanDeviceId *device,
                         const guint8 *prekey, gsize len);
void lan_carry_send_token (LanCore *core, LanCoreChannel *channel, LanFrameType type,
                           const LanMessageId *id, const guint8 *token);
/** (nullable): where letters may be spoken of, the best of these channels. */
LanCoreChannel *lan_carry_channel_to (LanCore *core, const LanAccountId *account);
const guint8 *lan_carry_secret_of (const LanCorePerson *person);
LanCarrierOf *lan_carry_carrier (LanCore *core, const LanAccountId *account);
void lan_carry_note_event (LanCore *core, LanCarryEvent what, const LanMessageId *id);
void lan_carry_keep_row (LanCore *core, guint32 kind, const LanMessageId *id, GBytes *info,
                         GBytes *envelope);

/* lan-carry-hold.c */
void lan_carry_load_held (LanCore *core, const LanCarriedRow *row);
void lan_carry_on_put (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryPut *put);
/** A letter out of a file (type LETTER), as if @origin had given it. FALSE: there is no room. */
gboolean lan_carry_hold (LanCore *core, const LanAccountId *origin, const LanBundleEntry *letter,
                         gint64 arrival_ms);
void lan_carry_on_fetch (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryToken *fetch);
void lan_carry_on_ack (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryToken *ack);
void lan_carry_on_drop (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryDrop *drop);
void lan_carry_send_list (LanCore *core, LanCoreChannel *channel);
void lan_carry_send_receipts (LanCore *core, LanCoreChannel *channel);
void lan_carry_held_done (LanCore *core, const LanCoreAction *event, gboolean ok);
void lan_carry_expire_held (LanCore *core);

/* lan-carry-parcel.c */
void lan_parcel_free (LanParcel *parcel);
void lan_carry_load_parcel (LanCore *core, const LanCarriedRow *row);
void lan_parcel_keep (LanCore *core, const LanParcel *parcel);
/** Frees @parcel, also on disk. */
void lan_parcel_delete (LanCore *core, LanParcel *parcel);
LanParcel *lan_parcel_find (LanCore *core, const guint8 *id, const LanAccountId *carrier);
void lan_carry_expire_parcels (LanCore *core);
/** What was being given on @channel, and may be lost, is given again. */
void lan_carry_forget_pending (LanCore *core, const LanCoreChannel *channel);

/* lan-carry-send.c */
void lan_carry_on_result (LanCore *core, LanCoreChannel *channel,
                          const Lanyard__CarryResult *result);
void lan_carry_on_receipt (LanCore *core, LanCoreChannel *channel,
                           const Lanyard__CarryToken *receipt);
void lan_carry_send_drops (LanCore *core, LanCoreChannel *channel);
void lan_carry_run (LanCore *core, LanCoreTalk *talk);
/** Whether letters of @talk may go at all. */
gboolean lan_carry_may (LanCore *core, const LanCoreTalk *talk);
/** (nullable): what @device can be sealed to. */
const LanPrekey *lan_carry_fresh_key (LanCore *core, const LanCoreDevice *device);
/** What nobody need carry to @device: they have it. */
guint64 lan_carry_base_of (LanCoreTalk *talk, const LanDeviceId *device);
/** Returns: (transfer full) (nullable): NULL where its prekey is not known or too old. */
GBytes *lan_carry_seal (LanCore *core, LanCoreTalk *talk, const LanCoreDevice *device,
                        const LanCarryTag *tag, GPtrArray *blobs);

/* lan-carry-receive.c */
void lan_carry_on_list (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryList *list);
void lan_carry_on_mail (LanCore *core, LanCoreChannel *channel, const Lanyard__CarryMail *mail);
void lan_carry_forget_wanted (LanCore *core, LanCoreChannel *channel);
/** Whose letters for this device have @tag; NULL: nobody's. */
const LanTagOwner *lan_carry_find_tag (LanCore *core, const guint8 *tag);
/** All of letter @id is on disk. @carrier: zero: a file. */
void lan_carry_taken (LanCore *core, const LanMessageId *id, const LanAccountId *author,
                      const LanAccountId *carrier);

/* lan-bundle-take.c */
/** Nothing of letter @id out of a file waits any more. @dropped: not all of it is on disk. */
void lan_bundle_letter_done (LanCore *core, const LanMessageId *id, gboolean dropped,
                             gboolean fresh);

G_END_DECLS
