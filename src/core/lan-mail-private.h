/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Shared inside core's mail files. Vocabulary:
 *
 *   point     how far one device of the other was served by mail in one talk; on disk
 *   route     what is known to seal for one device: its bundle, and when to ask again
 *   deposit   an envelope given out, not yet known to be at the server
 *   incoming  an envelope that came, not yet done with
 */
#pragma once

#include "lan-bytes.h"
#include "lan-core-private.h"
#include "lan-device-list.h"
#include "lan-envelope.h"
#include "lan-mail.h"
#include "lan-prekey-ring.h"

G_BEGIN_DECLS

#define LAN_MAIL_DELAY_US       (3 * G_USEC_PER_SEC) /* a channel may come up in this time */
#define LAN_MAIL_DEPOSITS_MAX   256                  /* under way, of all */
#define LAN_MAIL_PER_DEVICE_MAX 16
#define LAN_MAIL_INCOMING_MAX   128
#define LAN_MAIL_INCOMING_US    (G_GINT64_CONSTANT (600) * G_USEC_PER_SEC) /* then it is given up */
#define LAN_MAIL_LOOK_US        (5 * G_USEC_PER_SEC)
#define LAN_MAIL_SEEN_MAX       1024
#define LAN_MAIL_BUNDLE_US                                                                         \
  (G_GINT64_CONSTANT (900) * G_USEC_PER_SEC) /* a new one no more often than this */
#define LAN_MAIL_RETRY_US      (60 * G_USEC_PER_SEC)
#define LAN_MAIL_RETRY_LONG_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define LAN_MAIL_AGAIN_MS      (28 * G_GINT64_CONSTANT (86400000)) /* servers keep it 30 days */
#define LAN_MAIL_CLOCK_SLACK_S 86400
#define LAN_MAIL_POINT_BYTES   36
#define LAN_MAIL_POINT_KEY     "core.mail."
#define LAN_MAIL_RING_KEY      "core.prekey."

struct _LanMailPoint {
  LanDeviceId holder;
  guint64 base;   /* up to here nothing goes by mail: others have it */
  guint64 seq;    /* of our present log, up to here it was left at the server; 0: nothing */
  gint64 time_ms; /* when */
  guint32 round;  /* how often it was begun again */
  gboolean kept;  /* a row is or was written */
  gboolean dirty;
};

typedef struct {
  LanDeviceId device;
  gboolean asked;
  gboolean reading;
  gboolean have;
  LanPrekey prekey;
  LanOneTimePrekey one_time; /* id 0: none, or used */
  gint64 fetched_us;
  gint64 not_before_us;
} LanMailRoute;

/* A message in a deposit. */
typedef struct {
  LanMessageId id;
  guint64 seq;
} LanMailMessage;

typedef struct {
  guint8 id[LAN_MAIL_ID_BYTES];
  LanCoreTalk *talk;
  LanDeviceId device;
  guint64 from;
  guint64 to;
  gint64 expires_s; /* of the signed prekey */
  gboolean stored;
  GArray *messages; /* of LanMailMessage, those that a person sees */
} LanMailDeposit;

typedef struct {
  guint64 id;
  guint8 tag[16]; /* of the envelope, to know it again */
  guint32 one_time_id;
  guint8 sender_dh[LAN_KEY_BYTES];
  guint32 list_seq;
  GPtrArray *records; /* of GBytes, NULL where it is done with */
  gboolean carried;   /* by .carrier, as letter .letter of .author */
  gboolean dropped;   /* not all of it will be on disk */
  gboolean fresh;     /* not all of it was there when it came */
  LanMessageId letter;
  LanAccountId author;
  LanAccountId carrier;
  gint64 since_us;
  gboolean asked_papers;
  gboolean closing; /* in a batch: MAIL_ACK follows its commit */
} LanMailIncoming;

struct _LanMailer {
  LanMailbox mailbox;
  GHashTable *routes;   /* LanDeviceId -> LanMailRoute */
  GPtrArray *deposits;  /* of LanMailDeposit, in the order of their records for each device */
  GPtrArray *incoming;  /* of LanMailIncoming */
  GQueue seen;          /* of guint8[16], newest last */
  GHashTable *seen_set; /* borrowed from seen */
  GPtrArray *loaded;    /* of LanSettingRow: points, until start */
  LanPrekeyRing *ring;
  gboolean told;         /* the server said what it has */
  guint left;            /* one-time prekeys there */
  gint64 left_expires_s; /* of the signed one there */
  guint keys_state;      /* of the signed one, as colleagues are told it: lan-mail-keys.c */
  gboolean publishing;   /* in a batch: PUBLISH_PREKEYS follows its commit */
  LanMailCounters counters;
};

/* lan-mail.c */
void lan_mail_incoming_free (LanMailIncoming *incoming);

/* lan-mail-keys.c */
void lan_mail_load_key (LanCore *core, GBytes *value);
void lan_mail_keys_start (LanCore *core);
void lan_mail_keys_due (LanCore *core);
void lan_mail_keys_drop_all (LanCore *core);
void lan_mail_keys_published (LanCore *core, const LanCoreAction *event, gboolean ok);
/**
 * The own signed prekey for colleagues. TRUE: a new one, or one that could not be kept, is in the
 * batch being collected, and lan_mail_keys_kept() is to follow; @prekey: (out) (optional) (nullable)
 * (transfer full): LSP1 once it is on disk.
 */
gboolean lan_mail_keys_own (LanCore *core, GBytes **prekey);
void lan_mail_keys_kept (LanCore *core, gboolean ok);
/** Wipes a used one-time prekey, on disk with the batch being collected. */
void lan_mail_keys_use (LanCore *core, guint32 one_time_id);

/* lan-mail-point.c */
LanMailPoint *lan_mail_find_point (LanCoreTalk *talk, const LanDeviceId *holder);
LanMailPoint *lan_mail_get_point (LanCoreTalk *talk, const LanDeviceId *holder);
void lan_mail_touch_point (LanCore *core, LanCoreTalk *talk, LanMailPoint *point);
void lan_mail_load_points (LanCore *core);
/** What was left for any device of the other is as if it had not been. */
void lan_mail_begin_again (LanCore *core, LanCoreTalk *talk);
/** Own logs have begun anew: nothing of them was left anywhere. */
void lan_mail_reset_points (LanCore *core);

/* lan-mail-send.c */
void lan_mail_forget_deposits (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device,
                               guint64 up_to, gboolean cancel);
void lan_mail_drop_expired (LanCore *core);
/** From @from on, the device's envelopes are given up: they will be sealed again. */
void lan_mail_give_up_from (LanCore *core, LanCoreTalk *talk, const LanDeviceId *device,
                            guint64 from);
LanMailRoute *lan_mail_route_to (LanMailer *mail, const LanDeviceId *device);
gboolean lan_mail_is_usable (const LanCoreDevice *device);
guint32 lan_mail_own_list_seq (const LanCore *core);

/* lan-mail-receive.c */
void lan_mail_look (LanCore *core);
/**
 * FALSE: it cannot be read. lan_carry_taken() follows once all of it is on disk. @carrier: zero: a file
 * (lan-bundle.h).
 */
gboolean lan_mail_take_carried (LanCore *core, GBytes *envelope, const LanMessageId *id,
                                const LanAccountId *author, const LanAccountId *carrier);

G_END_DECLS
