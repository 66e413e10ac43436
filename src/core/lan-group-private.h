/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Shared inside core: a group as LanCore sees it. Its logs are those of core (LanCoreLog with .group
 * set), what is sent and kept goes through the same batches, channels and questions.
 *
 *   device   somebody's device with a certificate of its account
 *   chain    sender keys of one device (lan-group-key.h), from its KEY record on
 *   peer     a member's device that was met: what it has of each log
 */
#pragma once

#include "lan-core-private.h"
#include "lan-group-key.h"
#include "lan-group-state.h"
#include "lan-group.h"

G_BEGIN_DECLS

#define LAN_GROUP_MAX_GROUPS     512
#define LAN_GROUP_MAX_LOGS       1600
#define LAN_GROUP_NEIGHBOURS     8
#define LAN_GROUP_PULL_RECORDS   1024
#define LAN_GROUP_PULL_US        (3 * G_USEC_PER_SEC) /* then it is asked of somebody else */
#define LAN_GROUP_LOOK_US        (4 * G_USEC_PER_SEC) /* between two looks at what is missing */
#define LAN_GROUP_RECEIPT_US     (2 * G_USEC_PER_SEC)
#define LAN_GROUP_READERS_MAX    50 /* in larger groups nobody says what they have read */
#define LAN_GROUP_WAITING        512
#define LAN_GROUP_LETTER_RECORDS 512 /* more that waits for one member is left to a meeting */
#define LAN_GROUP_LETTER_BYTES   (4 * 1024 * 1024) /* likewise, sealed for one since they were seen */
#define LAN_GROUP_LETTER_OVERLAP 16 /* newest records of when somebody was seen go once more */
#define LAN_GROUP_BEYOND         4096 /* records kept of somebody behind their removal, see may_stand() */

/* Kinds of LanGroupItemRow.kind. Append-only: on people's disks. */
typedef enum {
  LAN_GROUP_ITEM_OP = 1,    /* key: hash; value: the record */
  LAN_GROUP_ITEM_CERT = 2,  /* key: device; value: LDC1 */
  LAN_GROUP_ITEM_CHAIN = 3, /* key: name; value: chain_save() */
  LAN_GROUP_ITEM_READ = 4,  /* key: account; value: seq u64 of our own log */
  LAN_GROUP_ITEM_FORK = 5,  /* key: account; value: a byte: it contradicted itself */
} LanGroupItemKind;

typedef struct {
  LanCert cert;
  GBytes *bytes;
} LanGroupDevice;

typedef struct {
  LanGroupChain first;   /* at its beginning; only the name when .has_key is FALSE */
  LanGroupChain current; /* where the next message is expected */
  LanGroupWriter writer;
  gboolean has_key;
  guint64 key_seq; /* of its KEY record */
  gint64 made_ms;
  LanHash epoch;       /* own ones: whom it was made for */
  GByteArray *parents; /* n hashes: operations its author knew */
  guint64 sealed_to;   /* newest record of it that could not be opened yet; 0: none */
  guint64 reading;     /* READ under way, else 0 */
} LanGroupChainState;

typedef struct {
  LanDeviceId device;
  LanAccountId account;
  GHashTable *held;  /* LanDeviceId -> guint64 *: how far it has each log */
  guint64 channel;   /* best one to it, 0: none */
  guint64 pushed;    /* own records given to .channel up to here */
  gboolean covered;  /* has all that we have */
  gboolean told_out; /* was told that they are no member */
  guint64 full_at;   /* version of ours that it was told in full over .channel */
} LanGroupPeer;

/* A range of a log to be sent. */
typedef struct {
  LanGroup *group;
  LanDeviceId device;
  guint64 next;
  guint64 to;
} LanGroupServe;

typedef struct {
  guint64 seq;
  GBytes *blob;
} LanGroupFresh;

struct _LanGroup {
  LanConversationRow row;
  LanGroupState *state;
  GPtrArray *logs;       /* of LanCoreLog */
  GHashTable *by_device; /* LanDeviceId -> LanCoreLog */
  GHashTable *devices;   /* LanDeviceId -> LanGroupDevice */
  GHashTable *chains;    /* LanHash -> LanGroupChainState */
  LanGroupChainState *sending;
  LanCoreLog *own;
  GHashTable *peers;      /* LanDeviceId -> LanGroupPeer */
  GHashTable *reads;      /* LanAccountId -> guint64 *: how far they read our own log */
  GHashTable *wanted;     /* LanAccountId: to whom a channel is wanted */
  GHashTable *neighbours; /* LanAccountId: of whom those are; NULL: to be chosen */
  GHashTable *forked;     /* LanAccountId: two records for one place were seen of them */
  GQueue fresh;           /* of LanGroupFresh: own records on their way */
  GQueue deferred;        /* of LanDeferred: until own records are back */
  guint64 version;        /* goes up with each commit */
  guint64 top_order;
  guint64 restore_to;
  gboolean kept, dirty, announce;
  gboolean keys_missing;
  gboolean looking;
  gboolean out; /* told by a member that we were removed, before the logs say so */
  gboolean states_due;
  LanHash joined;                    /* operation that made us a member, when .out was set */
  guint64 told_delivered, told_read; /* up to here of our own log */
  gboolean unblocked;                /* an operation came: what waited for it may go on */
  GHashTable *typing;                /* LanAccountId -> gint64 *: until when */
  gboolean typing_sent;              /* ours */
  gint64 typing_sent_us;
  GHashTable *marks;               /* LanDeviceId -> guint64 *: shown here, and not told yet */
  GHashTable *letters;             /* LanAccountId -> LanCoreTalk: what goes sealed to a member */
  guint64 told_left, told_carried; /* as told_delivered, of what is not there yet */
};

/* How far our own log has come towards a member; each is at least the one before but read. */
typedef struct {
  guint64 read;
  guint64 has;
  guint64 left;    /* or at the server */
  guint64 carried; /* or in somebody's hands */
} LanGroupWay;

/* lan-group.c */
LanGroup *lan_group_find (LanCore *core, const guint8 *id);
LanGroup *lan_group_add (LanCore *core, const LanConversationId *id);
LanCoreLog *lan_group_log (LanGroup *group, const LanDeviceId *device);
LanCoreLog *lan_group_add_log (LanGroup *group, const LanDeviceId *device);
const LanAccountId *lan_group_author (LanCore *core, LanGroup *group, const LanDeviceId *device);
gboolean lan_group_add_cert (LanCore *core, LanGroup *group, const guint8 *data, gsize len,
                             const LanAccountId *account);
gboolean lan_group_is_member (LanGroup *group, const LanAccountId *account);
gboolean lan_group_we_are_in (LanCore *core, LanGroup *group);
void lan_group_touch (LanCore *core, LanGroup *group);
void lan_group_put_item (LanCore *core, LanGroup *group, LanGroupItemKind kind, const void *key,
                         gsize key_len, GBytes *value);
void lan_group_tell (LanCore *core, LanGroup *group);
/** Operations have come: who is in, what is hidden, which keys are due. */
void lan_group_resolved (LanCore *core, LanGroup *group);

/* lan-group-write.c */
void lan_group_write (LanCore *core, LanGroup *group, const LanMessageId *message, guint16 kind,
                      LanContent *content);
void lan_group_run_deferred (LanCore *core, LanGroup *group);
void lan_group_write_receipt (LanCore *core, LanGroup *group);

gboolean lan_group_is_restoring (const LanGroup *group);

/* lan-group-standing.c */
/** The invitation is no question any more. */
void lan_group_agree (LanCore *core, LanGroup *group);

/* lan-group-keys.c */
void lan_group_free_chain (LanGroupChainState *chain);
/** @log has gone back to what is on disk: chains that began behind that are not there. */
void lan_group_take_back_chains (LanGroup *group, const LanCoreLog *log);
gboolean lan_group_load_chain (LanGroup *group, const guint8 *key, GBytes *value);
void lan_group_make_chain (LanCore *core, LanGroup *group);
gboolean lan_group_chain_is_good (LanCore *core, LanGroup *group);
void lan_group_take_key (LanCore *core, LanGroup *group, const LanDeviceId *device, guint64 seq,
                         const Lanyard__GroupKey *key);
/** The opened content of @sealed, NULL: not now. */
GBytes *lan_group_open (LanGroup *group, const LanDeviceId *device, guint64 seq,
                        const LanMessageId *message, const Lanyard__Sealed *sealed);
void lan_group_ask_keys (LanCore *core, LanGroup *group, LanCoreChannel *channel);
void lan_group_run_chains (LanCore *core, LanGroup *group);
void lan_group_on_open_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);

/* lan-group-receive.c */
void lan_group_drain (LanCore *core, LanGroup *group);
void lan_group_note_fork (LanCore *core, LanGroup *group, LanCoreLog *log);

/* lan-group-sync.c */
/** A group heard of over @channel; NULL: not from them. */
LanGroup *lan_group_join (LanCore *core, LanCoreChannel *channel, const guint8 *id);
/** TRUE when what the other end of @channel says on @group is listened to. */
gboolean lan_group_may_bring (LanCore *core, LanGroup *group, LanCoreChannel *channel);
/** The author of @log is known from now on: what of it is shown. */
void lan_group_note_author (LanCore *core, LanGroup *group, LanCoreLog *log);
LanGroupPeer *lan_group_peer (LanGroup *group, const LanDeviceId *device,
                              const LanAccountId *account);
void lan_group_free_peer (LanGroupPeer *peer);
guint64 lan_group_held (const LanGroupPeer *peer, const LanDeviceId *log);
/** The channel to @peer, NULL: none. */
LanCoreChannel *lan_group_channel (LanCore *core, const LanGroupPeer *peer);
/** @full: all heads, not their digest alone. */
void lan_group_send_state (LanCore *core, LanGroup *group, LanCoreChannel *channel, gboolean full,
                           gboolean ask);
void lan_group_announce (LanCore *core, LanGroup *group);
void lan_group_greet (LanCore *core, LanGroup *group);

/* lan-group-typing.c */
/** A message of @account came: they stopped. */
void lan_group_typing_off (LanCore *core, LanGroup *group, const LanAccountId *account);

/* lan-group-ranges.c */
/** Asks @channel for @ranges, unless there are none; empties them. */
void lan_group_flush_fetch (LanCore *core, LanGroup *group, LanCoreChannel *channel,
                            GByteArray *ranges);
void lan_group_run_pulls (LanCore *core, LanGroup *group);
void lan_group_ask_gap (LanCore *core, LanGroup *group, LanCoreLog *log, LanCoreChannel *channel);
void lan_group_send_records (LanCore *core, LanCoreChannel *channel, GPtrArray *blobs);
void lan_group_on_serve_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);

/* lan-group-reach.c */
/** Own messages that all others have, or have read, since it was said last. */
void lan_group_tell_states (LanCore *core, LanGroup *group);
void lan_group_on_states_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);
void lan_group_update_wants (LanCore *core, LanGroup *group);
void lan_group_look_later (LanCore *core, LanGroup *group);

/** Own messages that have come further, without the news of it. */
void lan_group_tell_moved (LanCore *core, LanGroup *group);
/** A channel to @account is there, or would be if it were wanted. */
gboolean lan_group_is_at_hand (LanCore *core, const LanAccountId *account);

/* lan-group-letter.c */
LanCoreTalk *lan_group_letters (LanCore *core, LanGroup *group, const LanAccountId *account);
void lan_group_arm_letters (LanCore *core, LanGroup *group);
void lan_group_letters_held (LanCore *core, LanGroup *group, const LanAccountId *account,
                             const LanDeviceId *device, guint64 seq);
void lan_group_letters_new_device (LanGroup *group);
/** The least of any other member. */
void lan_group_least_way (LanCore *core, LanGroup *group, LanGroupWay *least);
void lan_group_get_way (LanCore *core, LanGroup *group, const LanAccountId *account,
                        LanGroupWay *way);

G_END_DECLS
