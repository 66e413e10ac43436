/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Shared inside core: the parts of LanCore and what its files offer each other. Vocabulary:
 *
 *   person   an account, kept on disk or (a stranger who never wrote) only in memory
 *   talk     a conversation of two: its logs, vectors and states. One with .group set is what of
 *            our log in a group goes sealed to one member (lan-group-letter.c): it has no row and no
 *            logs of its own. Both are outlets of mail and carriers
 *   log      the records of one author's device in one talk; head = in memory, committed = on disk
 *   channel  an authenticated pipe to one device; of several to a person one is active
 *   batch    changes that become durable together, and the events that then may be told
 */
#pragma once

#include "lan-core.h"
#include "lan-deadlines.h"
#include "lan-device-list.h"
#include "lan-hlc.h"
#include "lan-record.h"
#include "lan-trust.h"

G_BEGIN_DECLS

#define LAN_CORE_MEET_MS         (60 * 24 * 60 * 60 * G_GINT64_CONSTANT (1000))
#define LAN_CORE_MAX_DEVICES     64  /* of one person, revoked ones included */
#define LAN_CORE_MAX_LOGS        64  /* of one talk */
#define LAN_CORE_WAITING_MAX     256 /* records of one log that came before their time */
#define LAN_CORE_WAITING_BYTES   (1024 * 1024)
#define LAN_CORE_PENDING_BYTES   (8 * 1024 * 1024) /* of one log, received and not yet committed */
#define LAN_CORE_WINDOW_RECORDS  2048              /* sent and not yet in the other's vector */
#define LAN_CORE_WINDOW_BYTES    (4 * 1024 * 1024)
#define LAN_CORE_TAIL_MAX        10000             /* own records whose id is remembered */
#define LAN_CORE_TAIL_KEEP       256               /* of those that were delivered */
#define LAN_CORE_TAIL_BYTES      (4 * 1024 * 1024) /* of one talk, while the other is at hand */
#define LAN_CORE_RECENT_IDS      256               /* message ids of others remembered in a talk */
#define LAN_CORE_READ_BYTES      (240 * 1024)
#define LAN_CORE_IDENTITIES      8                     /* of one channel at once */
#define LAN_CORE_IDENTITIES_US   (10 * G_USEC_PER_SEC) /* and one more each */
#define LAN_CORE_BAD_RECORDS_MAX 16                    /* of one channel, then it is closed */
#define LAN_CORE_IDENTITY_US     (10 * G_USEC_PER_SEC)
#define LAN_CORE_RESTORE_US      (10 * G_USEC_PER_SEC)
#define LAN_CORE_REWIND_US       (50 * G_TIME_SPAN_MILLISECOND) /* between two rewinds of a channel */
#define LAN_CORE_FETCH_US        (2 * G_USEC_PER_SEC)
#define LAN_CORE_PULL_US         (1 * G_USEC_PER_SEC) /* before what another may bring is asked for */
#define LAN_CORE_PULL_RECORDS    2048                 /* asked for at once */
#define LAN_CORE_BEGINS_MAX      8 /* a channel is told so often where a log begins, then no more */
#define LAN_CORE_BEGINS_SEQ_MAX  (G_GUINT64_CONSTANT (1) << 48) /* no log begins behind this */
#define LAN_CORE_SERVES_MAX      16 /* fetches of one channel that wait */
#define LAN_CORE_RECEIPT_US      (300 * G_TIME_SPAN_MILLISECOND)
#define LAN_CORE_GONE_US         (2 * G_USEC_PER_SEC)
#define LAN_CORE_TYPING_SEND_US  (3 * G_USEC_PER_SEC)
#define LAN_CORE_TYPING_LIFE_US  (8 * G_USEC_PER_SEC)
#define LAN_CORE_PRESENCE_US     (500 * G_TIME_SPAN_MILLISECOND)
#define LAN_CORE_LAZY_US         (80 * G_TIME_SPAN_MILLISECOND) /* what may wait for company */
#define LAN_CORE_RETRY_US        (1 * G_USEC_PER_SEC)
#define LAN_CORE_RETRY_MAX_US    (60 * G_USEC_PER_SEC)

typedef struct _LanCoreTalk LanCoreTalk;
typedef struct _LanCorePerson LanCorePerson;
typedef struct _LanCoreChannel LanCoreChannel;
typedef struct _LanMailer LanMailer;
typedef struct _LanCarry LanCarry;
typedef struct _LanMailPoint LanMailPoint;
typedef struct _LanGroup LanGroup;

/* What a deadline is for; the key is the object it belongs to. */
typedef enum {
  LAN_DUE_IDENTITY,          /* channel: no Identity came */
  LAN_DUE_RESTORE,           /* talk: own records were not brought in time */
  LAN_DUE_RECEIPT,           /* talk: write the read-up-to record */
  LAN_DUE_GONE,              /* person: nothing left that shows them */
  LAN_DUE_TYPING_OFF,        /* person: they stopped */
  LAN_DUE_TYPING_SENT,       /* person: we stopped */
  LAN_DUE_PRESENCE,          /* core: tell own presence */
  LAN_DUE_RETRY,             /* core: commit again */
  LAN_DUE_REWIND,            /* channel: own records are sent again */
  LAN_DUE_MAIL,              /* talk: no channel came up, mail is left */
  LAN_DUE_MAIL_LOOK,         /* mailer: mail that is not done with */
  LAN_DUE_MAIL_KEYS,         /* mailer: a new prekey is due */
  LAN_DUE_CARRY,             /* talk: no channel came up, letters are given to carriers */
  LAN_DUE_CARRY_LOOK,        /* carry: what is too old goes, carriers are visited */
  LAN_DUE_LAZY,              /* core: what waited for company is committed without */
  LAN_DUE_PULL,              /* channel: other logs are asked for */
  LAN_DUE_BEGIN,             /* log: is somebody still about to bring its beginning? */
  LAN_DUE_GROUP,             /* group: what is missing is asked for again */
  LAN_DUE_GROUP_RESTORE,     /* group: own records were not brought in time */
  LAN_DUE_GROUP_RECEIPT,     /* group: write the read-up-to record */
  LAN_DUE_GROUP_TYPING,      /* group: somebody stopped */
  LAN_DUE_GROUP_TYPING_SENT, /* group: we stopped */
} LanDue;

/* A place in a log. */
typedef struct {
  guint64 seq; /* 0: before the first */
  LanHash hash;
  guint64 hlc;
  guint64 order;
} LanLogPoint;

typedef struct {
  LanCoreTalk *talk; /* NULL: of a group */
  LanGroup *group;   /* NULL: of a talk */
  LanDeviceId device;
  gboolean own; /* of this account */
  LanLogPoint head;
  LanLogPoint committed;
  GHashTable *waiting; /* seq (guint64 *) -> GBytes, records that came too early; may be NULL */
  gsize waiting_bytes;
  gsize pending_bytes;
  gboolean gap;      /* something was dropped here: ask for it again */
  gboolean branched; /* others hold another branch of it: not asked for until the next start */
  gint64 fetched_us; /* when it was asked for last */
  gboolean begins;   /* later, as its author says: LAN_DUE_BEGIN runs */
  guint64 finding;   /* FIND under way for head.seq + 1, else 0 */
  guint64 repeated;  /* own: up to here it was written again since the start */
  /* of a group */
  guint64 fetched_from; /* channel that it was asked of */
  guint64 fetched_to;
  guint64 hidden_after; /* its author was removed: nothing behind it counts */
  gboolean announce;    /* grew by the last commit */
} LanCoreLog;

/* One own record as far as memory goes. */
typedef struct {
  guint64 seq;
  LanMessageId message;
  LanHash hash;
  guint64 hlc;
  gboolean has_state; /* its way to the other is told */
  GBytes *blob;       /* NULL: in the store only */
} LanTailEntry;

/* What a device of the other is known to have of a log of ours. */
typedef struct {
  LanDeviceId holder;
  LanDeviceId author;
  guint64 seq;
  LanHash hash;
  gboolean dirty;
} LanHolding;

/* Own records to be written again into another log: after a restart or a merge. */
typedef struct {
  LanCoreLog *from;
  LanCoreTalk *into;
  guint64 next; /* to read */
  guint64 to;
  guint64 reading; /* request, 0: none */
} LanRepeat;

/* A send that waits while own records are being brought back, or while the store is asked. */
typedef struct {
  LanMessageId message;
  guint16 kind;
  LanContent *content;
} LanDeferred;

struct _LanCoreTalk {
  LanConversationRow row;
  LanCorePerson *peer;
  LanGroup *group;    /* NULL: of two */
  gboolean dirty;     /* listed in the batch */
  gboolean row_dirty; /* the row itself, not only holdings */
  gboolean kept;      /* its row has been or will be written */
  GPtrArray *logs;    /* of LanCoreLog */
  LanCoreLog *own;    /* the present device's log */
  GArray *tail;       /* of LanTailEntry of `own` from index tail_start on, ascending, no gaps */
  guint tail_start;
  gsize tail_bytes;       /* of blobs */
  GArray *holdings;       /* of LanHolding */
  GQueue recent;          /* of LanMessageId *, ids of the other's records, newest last */
  GHashTable *recent_set; /* borrowed from recent */
  guint64 top_order;      /* greatest LanRecordRow.order in this talk */
  gboolean restoring;     /* own records are being brought back, up to restore_to */
  guint64 restore_to;
  GQueue deferred;        /* of LanDeferred */
  LanLogPoint suspect;    /* seq != 0: the other says it holds another record than ours here */
  guint64 confirming;     /* READ under way to confirm a vector, else 0 */
  LanHolding claimed;     /* the vector entry being confirmed, or waiting for its turn */
  gboolean claim_checked; /* its hash is that of our record */
  gboolean receipt_due;
  gint64 receipt_us;       /* when the last one was written */
  LanDeviceId read_device; /* newest mark for the next read-up-to record */
  guint64 read_seq;
  gboolean vector_due;   /* something of the other's was committed: send the receipt */
  gboolean restored;     /* a device of ours was asked for own records once */
  guint request_records; /* of a stranger */
  guint request_offers;
  gboolean request_counted; /* the two above are right */
  gboolean over_told;
  GArray *mails;       /* of LanMailPoint; may be NULL */
  gint64 mail_due_us;  /* when LAN_DUE_MAIL is set for; 0: not */
  gint64 carry_due_us; /* likewise LAN_DUE_CARRY */
  gboolean carry_reading;
  gboolean carry_needs; /* nobody at hand carries what waits */
  /* of a group */
  guint64 seen_seq;   /* what there was when they were at hand last */
  gsize letter_bytes; /* sealed for them since they were heard of */
};

typedef struct {
  LanDeviceRow row;
  LanCert cert; /* decoded from row.cert */
  gboolean dirty;
  gboolean wanted; /* WANT_CHANNEL was asked */
} LanCoreDevice;

/* What siblings were told about a person, to see what is new (lan-own-share.c). */
typedef struct {
  guint64 at[LAN_FIELD_N]; /* hlc of the decision that holds, by field */
  guint32 flags;
  LanTrust trust;
  char *note;
  LanAccountId merged_into;
  GBytes *secret;
  GBytes *list;
  guint certs; /* how many were told */
} LanShared;

struct _LanCorePerson {
  LanPersonRow row;
  char *skeleton;
  gboolean kept;
  gboolean dirty;
  GPtrArray *devices;  /* of LanCoreDevice */
  LanCoreTalk *talk;   /* may be NULL */
  GPtrArray *channels; /* of LanCoreChannel, identified */
  LanCoreChannel *active;
  gboolean accepted_us;
  gboolean wanted; /* WANT_CHANNEL was asked, of any device */
  gboolean met;    /* since the start: their vector came */
  LanShared shared;
  gboolean told; /* PERSON was told once */
  gboolean discovered;
  gboolean attested;     /* the directory says that they are there */
  LanPresence hint;      /* coarse state of the discovery record */
  LanPresence at_server; /* what a server says; OFFLINE: nothing */
  LanPresence state;     /* as their devices said last; OFFLINE: none did */
  LanPresence shown;     /* last told */
  char *status_text;
  gboolean typing;      /* theirs */
  gboolean typing_sent; /* ours */
  gint64 typing_sent_us;
};

/* A log that the other end of a channel has more of. */
typedef struct {
  LanCoreTalk *talk;
  LanDeviceId device;
  guint64 to;
  gint64 due_us;
} LanPull;

/* A fetch that is being answered, or waits for its turn. */
typedef struct {
  LanCoreTalk *talk;
  LanDeviceId device;
  guint64 next;
  guint64 to;
} LanServe;

/* A Records frame that is under way. */
typedef struct {
  guint64 last_seq;
  gsize bytes;
} LanInFlight;

struct _LanCoreChannel {
  guint64 id;
  LanCarrier carrier;
  guint8 dh[32];
  LanCorePerson *person; /* NULL until identified */
  LanDeviceId device;
  gint64 met_us;     /* when they were identified */
  gboolean best;     /* of those to this device: what records go over */
  LanPresence state; /* as the device says; OFFLINE: it did not */
  gboolean writable;
  gboolean vector_sent;
  gboolean vector_seen;
  guint64 acked; /* of talk->own, by their vector */
  LanHash acked_hash;
  guint64 sent;
  LanLogPoint
      gone; /* of talk->own: what is not kept any more ends here; seq 0: nothing is missing */
  guint begins_asked; /* how often what is gone was asked for */
  GArray *in_flight;  /* of LanInFlight */
  gsize in_flight_bytes;
  gboolean reading;
  gboolean restored; /* own records were asked for once */
  gboolean secret_sent;
  gboolean carry_heard; /* they have spoken of it */
  gboolean carry_met;   /* both accepted, and they know the secret: carried mail may be spoken of */
  gboolean clock_told;
  gboolean
      by_mail; /* stands for an envelope's sender: not in core->channels, nothing can be sent */
  guint bad_records;
  guint identities; /* taken lately: see LAN_CORE_IDENTITIES */
  gint64 identities_us;
  guint64 rewind_from; /* own records from here on are to be sent again; 0: none */
  gint64 rewound_us;   /* when that was done last; 0: never */
  GArray *serves;      /* of LanServe, the first is being answered */
  gboolean serve_reading;
  GArray *group_serves; /* of LanGroupServe, the first is being answered */
  gboolean group_reading;
  GArray *pulls; /* of LanPull, the first is under way when pulled_us is not 0 */
  gint64 pulled_us;
  guint64 pulled_from; /* what was asked for */
  guint64 pulled_to;
};

typedef struct {
  LanCoreLog *log;
  LanLogPoint point;
} LanCommitPoint;

typedef struct {
  guint64 id;
  GPtrArray *changes; /* of LanChange */
  GPtrArray *events;  /* of LanCoreAction *, told once it is committed */
  GArray *points;     /* of LanCommitPoint */
  GPtrArray *persons; /* whose rows are in it */
  GPtrArray *talks;
  GPtrArray *groups; /* whose rows are in it */
  gboolean settings;
  gboolean own_records;
  gboolean urgent; /* holds a row that must not wait */
  gboolean lazy;   /* holds holdings: the deadline runs */
} LanBatch;

typedef enum {
  LAN_ASK_PUSH,         /* own records to send on .channel */
  LAN_ASK_SERVE,        /* records of another log for .channel */
  LAN_ASK_CONFIRM,      /* own records that a vector covers */
  LAN_ASK_STATES,       /* own records that were read */
  LAN_ASK_REPEAT,       /* own records to write again */
  LAN_ASK_COUNT,        /* what a stranger has sent so far */
  LAN_ASK_AGAIN,        /* FIND: was this record of the other seen in an older log? */
  LAN_ASK_OFFER,        /* FIND: did we write this message already? */
  LAN_ASK_MAIL,         /* own records to seal for .holder */
  LAN_ASK_CARRY,        /* likewise, for .carrier to hold */
  LAN_ASK_GROUP_SERVE,  /* records of a group for .channel */
  LAN_ASK_GROUP_OPEN,   /* records under .chain, whose key has come */
  LAN_ASK_GROUP_STATES, /* own records that all others have, or have read */
} LanAskType;

typedef struct {
  LanAskType type;
  guint64 id;
  gboolean failed; /* the store could not read: that there are no rows means nothing */
  guint64 channel;
  LanCoreTalk *talk;
  LanCoreLog *log;
  LanDeviceId device;
  guint64 from_seq;
  guint64 to_seq;
  guint64 low_hlc; /* STATES: above this, up to high_hlc */
  guint64 high_hlc;
  LanMessageState state; /* STATES */
  GBytes *blob;          /* AGAIN: the record */
  LanDeferred *deferred; /* OFFER */
  LanDeviceId holder;    /* MAIL, CARRY */
  LanAccountId carrier;  /* CARRY */
  LanGroup *group;       /* GROUP_... */
  LanHash chain;         /* GROUP_OPEN */
} LanAsk;

struct _LanCore {
  const LanDeviceKeys *device;
  LanAccountId self;
  LanDeviceId self_device;
  GBytes *list;
  GBytes *cert;
  LanCorePerson *me;        /* this account: its other devices and their channels; in persons too */
  guint n_siblings;         /* its other active devices, met or not */
  gboolean shared;          /* the other devices were told of everybody */
  gboolean revoked;         /* this device: nothing goes on */
  GHashTable *device_names; /* LanDeviceId -> char * */
  GHashTable *own_settings; /* char * -> LanOwnSetting */
  const LanRandom *random;
  LanTime now;
  gboolean started;
  gboolean forked; /* NEW_KEYS was asked */
  gint64
      meet_until_ms; /* this profile came out of a backup: others may know more of its own past */
  LanHlc hlc;
  LanDeadlines *deadlines;
  GQueue actions;       /* of LanCoreAction * */
  GHashTable *persons;  /* LanAccountId -> LanCorePerson */
  GHashTable *talks;    /* LanConversationId -> LanCoreTalk */
  GHashTable *groups;   /* LanConversationId -> LanGroup */
  GHashTable *channels; /* guint64 -> LanCoreChannel */
  GHashTable *asks;     /* guint64 -> LanAsk */
  GPtrArray *repeats;   /* of LanRepeat */
  guint64 next_id;      /* of batches and requests */
  LanBatch *open;
  LanBatch *flying;
  gint64 retry_us; /* 0: no trouble */
  guint strangers; /* persons not kept */
  gboolean settings_dirty;
  gboolean read_receipts;
  gboolean typing;
  LanPresence presence;
  char *status_text;
  LanCoreCounters counters;
  LanMailer *mail;
  LanCarry *carry;
};

/* lan-core-action.c */
LanCoreAction *lan_core_action_new (LanCoreActionType type);
void lan_core_push (LanCore *core, LanCoreAction *action);
void lan_core_tell_person (LanCore *core, LanCoreActionType type, const LanCorePerson *person);
void lan_core_send_frame (LanCore *core, const LanCoreChannel *channel, const LanFrame *frame,
                          LanSendPriority priority);

/* lan-batch.c */
LanBatch *lan_batch_new (void);
void lan_batch_free (LanBatch *batch);
/** The batch that changes made now belong to. */
LanBatch *lan_core_batch (LanCore *core);
void lan_core_touch_person (LanCore *core, LanCorePerson *person);
void lan_core_touch_talk (LanCore *core, LanCoreTalk *talk);
/** Only holdings of @talk have changed: kept with the next batch, or LAN_CORE_LAZY_US from now. */
void lan_core_touch_holdings (LanCore *core, LanCoreTalk *talk);
/** Nothing waits for company any more. */
void lan_core_hurry (LanCore *core);
void lan_core_add_record (LanCore *core, LanCoreLog *log, LanRecordRow *row, gboolean tell);
/** Emits COMMIT when something is to be kept and nothing is under way. Ends each public call. */
void lan_core_settle (LanCore *core);

/* lan-keep.c */
typedef enum {
  LAN_GAP_NONE,  /* the rows begin where they were asked for */
  LAN_GAP_FOUND, /* what is before them is not kept any more */
  LAN_GAP_ASK,   /* nothing is there: where it goes on is seen by asking up to the end of the log */
} LanGap;

/** Looks where the @rows of @ask begin. @gone: (out): the last place of what is missing. */
LanGap lan_core_find_gap (const LanAsk *ask, GPtrArray *rows, LanLogPoint *gone);
/** What of our log ends at @gone can be given to nobody: @holder is not waited for with it. */
void lan_core_skip_gone (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder,
                         const LanLogPoint *gone);
/** May this channel be told where the log of @device begins: does its author speak? */
gboolean lan_core_may_tell_begin (LanCore *core, const LanCoreChannel *channel,
                                  const LanDeviceId *device);
typedef enum {
  LAN_BEGIN_NO,    /* not for the other end of the channel to say */
  LAN_BEGIN_LATER, /* somebody else may bring what is before */
  LAN_BEGIN_NOW,
} LanBegin;

/** The other end of @channel says that @log begins later than what is here of it. */
LanBegin lan_core_judge_begin (LanCore *core, LanCoreChannel *channel, LanCoreLog *log);
/** LAN_DUE_BEGIN. */
void lan_core_begin_due (LanCore *core, LanCoreLog *log);

/* lan-roster.c */
LanCorePerson *lan_core_find_person (LanCore *core, const LanAccountId *account);
LanCorePerson *lan_core_add_person (LanCore *core, const LanAccountId *account);
void lan_core_keep_person (LanCore *core, LanCorePerson *person);
void lan_core_free_person (LanCorePerson *person);
void lan_core_forget_stranger (LanCore *core, LanCorePerson *person);
void lan_core_set_name (LanCorePerson *person, const char *name);
gboolean lan_core_is_accepted (const LanCorePerson *person);
gboolean lan_core_is_blocked (const LanCorePerson *person);
LanCorePerson *lan_core_resolve (LanCore *core, const LanAccountId *account);
LanCoreDevice *lan_core_add_device (LanCorePerson *person, const LanDeviceId *device);
LanCoreDevice *lan_core_person_device (LanCorePerson *person, const LanDeviceId *device);
void lan_core_check_claim (LanCore *core, LanCorePerson *person);
void lan_core_release (LanCore *core, LanCorePerson *person);
void lan_core_hold_if_claimed (LanCore *core, LanCoreTalk *talk);

/* lan-own.c: the other devices of this account */
gboolean lan_core_is_me (const LanCore *core, const LanCorePerson *person);
/** A device of this account that is not this one, active or not; NULL: not known. */
LanCoreDevice *lan_core_own_device (LanCore *core, const LanDeviceId *device);
gboolean lan_core_has_siblings (const LanCore *core);
void lan_core_make_me (LanCore *core);
void lan_core_take_own_list (LanCore *core);
/** What an Identity of a device of this account brings; FALSE: it is not acceptable. */
gboolean lan_core_judge_own (LanCore *core, const Lanyard__Identity *identity,
                             const LanDeviceList *list, const LanDeviceId *device,
                             const LanHash *cert_hash);
void lan_core_own_met (LanCore *core, LanCoreChannel *channel);
/** @talk: what we hold changed: the other devices hear of it. */
void lan_core_tell_own (LanCore *core, LanCoreTalk *talk);
/** What @holder, a device of the other person, has of our logs. */
void lan_core_tell_own_holder (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder);
/** Made where the person is known. */
LanCoreTalk *lan_core_talk_by_id (LanCore *core, const LanConversationId *id);
void lan_core_on_own_vector (LanCore *core, LanCoreChannel *channel, const Lanyard__Vector *vector);

/* lan-own-share.c: decisions for the other devices, and theirs */
void lan_core_share_all (LanCore *core);
void lan_core_share_person (LanCore *core, LanCorePerson *person);
void lan_core_share_read (LanCore *core, LanCoreTalk *talk);
gboolean lan_core_share_is_due (const LanCore *core);
void lan_core_note_name (LanCore *core, const LanDeviceId *device, const char *name);
void lan_core_note_field (LanCorePerson *person, LanPersonFieldType field);
void lan_core_note_devices (LanCorePerson *person);
void lan_core_keep_stamps (LanCore *core, const LanCorePerson *person);
void lan_core_clear_shared (LanShared *shared);
void lan_core_note_shared (LanCorePerson *person);
void lan_core_write_own_op (LanCore *core, Lanyard__OwnOp *op);
/** Whether something can be told to the other devices now. */
gboolean lan_core_may_share (const LanCore *core);

/* ---- lan-own-setting.c ---- */

void lan_own_setting_free (gpointer setting);
gboolean lan_core_load_own_setting (LanCore *core, const char *key, GBytes *value);
void lan_core_share_settings (LanCore *core);
void lan_core_apply_setting (LanCore *core, const Lanyard__SettingOp *op, guint64 hlc);
void lan_core_load_stamps (LanCore *core, const char *key, GBytes *value);

/* lan-own-apply.c */
void lan_core_apply_op (LanCore *core, const Lanyard__OwnOp *op, guint64 hlc);
void lan_core_apply_read (LanCore *core, LanCoreTalk *talk, guint64 hlc);

/* lan-pull.c */
/** @talk's logs as the other end says it has them; @now FALSE: others may bring them before. */
void lan_core_note_heads (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk,
                          const Lanyard__Vector *vector, gboolean now);
void lan_core_run_pulls (LanCore *core, LanCoreChannel *channel);
void lan_core_pull_due (LanCore *core, LanCoreChannel *channel);
/** Asks whoever is there for what was dropped of @log. */
void lan_core_ask_gap (LanCore *core, LanCoreLog *log);

/* lan-people.c */
void lan_core_make_accepted (LanCore *core, LanCorePerson *person);
/** The person whose name @person bore: what waits for them need not wait any longer. */
void lan_core_settle_claim (LanCore *core, LanCorePerson *person);
/** @old goes on as @into; both may. */
void lan_core_join (LanCore *core, LanCorePerson *old, LanCorePerson *into);
void lan_core_set_blocked (LanCore *core, LanCorePerson *person, gboolean on);

/* lan-identify.c */
void lan_core_send_identity (LanCore *core, LanCoreChannel *channel);
void lan_core_on_identity (LanCore *core, LanCoreChannel *channel,
                           const Lanyard__Identity *identity);
LanStatus lan_core_take_papers (LanCore *core, LanCorePerson *person, GBytes *list,
                                GPtrArray *certs) G_GNUC_WARN_UNUSED_RESULT;
void lan_core_on_contact_accept (LanCore *core, LanCoreChannel *channel,
                                 const Lanyard__ContactAccept *accept);
/** Devices of @person whose certificates @list names. */
void lan_core_take_certs (LanCore *core, LanCorePerson *person, const LanDeviceList *list, gsize n,
                          const ProtobufCBinaryData *certs);
/** FALSE when @bytes is not acceptable; what it says is in force then. */
gboolean lan_core_take_list (LanCore *core, LanCorePerson *person, GBytes *bytes,
                             LanDeviceList *list);
void lan_core_drop_revoked (LanCore *core, LanCorePerson *person, const LanCoreChannel *except);
void lan_core_send_contact_accept (LanCore *core, LanCoreChannel *channel);

/* lan-channels.c */
void lan_core_free_channel (LanCoreChannel *channel);
void lan_core_close_channel (LanCore *core, LanCoreChannel *channel, LanFarewell reason,
                             gboolean silent);
/** Over which channels to @person records go now: the best one of each device. */
void lan_core_choose_active (LanCore *core, LanCorePerson *person);
/** Runs @f over the best channel of each device of @person. */
void lan_core_for_each_best (LanCore *core, LanCorePerson *person,
                             void (*f) (LanCore *core, LanCoreChannel *channel));
/** The conversation with that id that is the business of the other end, NULL: none. */
LanCoreTalk *lan_core_channel_talk (LanCore *core, LanCoreChannel *channel, const guint8 *id);

/* lan-talk.c */
/** One that is in no table yet, and has no own log. */
LanCoreTalk *lan_talk_new (const LanConversationId *id, LanCorePerson *peer);
LanCoreTalk *lan_core_get_talk (LanCore *core, LanCorePerson *person);
LanCoreTalk *lan_core_load_talk (LanCore *core, const LanConversationId *id, LanCorePerson *peer);
void lan_core_free_talk (LanCoreTalk *talk);
LanCoreLog *lan_talk_find_log (LanCoreTalk *talk, const LanDeviceId *device);
LanCoreLog *lan_talk_add_log (LanCoreTalk *talk, const LanDeviceId *device, gboolean own);
LanHolding *lan_talk_holding (LanCoreTalk *talk, const LanDeviceId *holder,
                              const LanDeviceId *author);
gboolean lan_talk_holds_something (const LanCoreTalk *talk, const LanDeviceId *holder);
guint64 lan_talk_delivered (LanCoreTalk *talk, const LanDeviceId *author);
void lan_talk_forget_recent (LanCoreTalk *talk);
gboolean lan_talk_remember (LanCoreTalk *talk, const LanMessageId *message);
LanTailEntry *lan_talk_tail_entry (LanCoreTalk *talk, guint64 seq);
LanTailEntry *lan_talk_tail_find (LanCoreTalk *talk, const LanMessageId *message);
void lan_talk_tail_add (LanCoreTalk *talk, const LanTailEntry *entry);
void lan_talk_tail_clear (LanCoreTalk *talk);
void lan_talk_tail_trim (LanCoreTalk *talk);
void lan_talk_tail_cut (LanCoreTalk *talk, guint64 last_seq);
gboolean lan_talk_has_waiting (LanCoreTalk *talk);
/** TRUE when somebody of this account ever wrote here. */
gboolean lan_talk_has_records (const LanCoreTalk *talk);

/* lan-writer.c */
/** Writes an own record. @content is the caller's; its order is filled in. */
void lan_core_write (LanCore *core, LanCoreTalk *talk, const LanMessageId *message, guint16 kind,
                     LanContent *content, guint32 flags);
void lan_core_run_deferred (LanCore *core, LanCoreTalk *talk);
void lan_deferred_free (LanDeferred *deferred);
/** Whether others would take it, too. */
LanStatus lan_core_check_content (guint16 kind, const LanContent *content);
/** Writes an own message or operation to @to, now or when it may be. */
LanStatus lan_core_send_content (LanCore *core, const LanAccountId *to, const LanMessageId *message,
                                 guint16 kind, LanContent *content) G_GNUC_WARN_UNUSED_RESULT;
void lan_core_write_receipt (LanCore *core, LanCoreTalk *talk);

/* lan-receive.c */
void lan_core_on_records (LanCore *core, LanCoreChannel *channel, const Lanyard__Records *records);
void lan_core_on_again (LanCore *core, LanAsk *ask, gboolean found);
LanRecordRow *lan_core_make_row (LanCore *core, const LanRecordView *view, GBytes *blob,
                                 const LanAccountId *author, const LanContent *content,
                                 guint64 order);

/* lan-sync.c */
void lan_core_send_vector (LanCore *core, LanCoreChannel *channel);
/** @talk: (nullable): where nothing was said yet. @holder: (nullable). */
void lan_core_send_vector_of (LanCore *core, LanCoreChannel *channel, const LanConversationId *id,
                              LanCoreTalk *talk, const LanDeviceId *holder, gboolean ask);
void lan_core_begin_restore (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk, guint64 to);
void lan_core_on_vector (LanCore *core, LanCoreChannel *channel, const Lanyard__Vector *vector);
void lan_core_rewind (LanCore *core, LanCoreChannel *channel);
void lan_core_on_fetch (LanCore *core, LanCoreChannel *channel, const Lanyard__Fetch *fetch);
void lan_core_send_fetch (LanCore *core, LanCoreChannel *channel, const LanConversationId *id,
                          const LanDeviceId *device, guint64 from, guint64 to);
void lan_core_begin_sync (LanCore *core, LanCoreChannel *channel);

/* lan-pump.c */
void lan_core_pump (LanCore *core, LanCoreChannel *channel);
void lan_core_on_push_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);
void lan_core_serve (LanCore *core, LanCoreChannel *channel);
void lan_core_on_serve_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);
void lan_core_want (LanCore *core, LanCorePerson *person);

/* lan-states.c */
/** @holder has what this device wrote up to @seq on its disk, or is not to get it any more. */
void lan_core_set_holding (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder, guint64 seq,
                           const LanHash *hash);
void lan_core_confirm (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder, guint64 seq,
                       const LanHash *hash);
void lan_core_on_confirm_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);
void lan_core_on_read_up_to (LanCore *core, LanCoreTalk *talk, const Lanyard__ReadUpTo *read);
/** @holder has our device @author's log up to @seq. */
void lan_core_note_holding (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder,
                            const LanDeviceId *author, guint64 seq, const LanHash *hash);
void lan_core_on_states_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);

/* lan-operate.c */
/**
 * Keeps and tells what @content, the message operation of @actor in record @view of @conversation
 * (@hash, @order as its row has them), says. One that its actor may not do is passed over.
 * @peer: whose conversation it is, for the event.
 */
void lan_core_note_operation (LanCore *core, const LanAccountId *peer, const LanAccountId *actor,
                              const LanRecordView *view, const LanHash *hash,
                              const LanContent *content, guint64 order);

/* lan-repeat.c */
void lan_core_suspect (LanCore *core, LanCoreChannel *channel, guint64 seq, const LanHash *ours);
void lan_core_suspect_in (LanCore *core, LanCoreChannel *channel, LanCoreTalk *talk, guint64 seq,
                          const LanHash *ours);
void lan_core_fork (LanCore *core);
void lan_core_repeat (LanCore *core, LanCoreLog *from, LanCoreTalk *into);
void lan_core_run_repeats (LanCore *core);
void lan_core_on_repeat_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);
void lan_core_find_repeats (LanCore *core);
void lan_core_reset_repeats (LanCore *core);

GBytes *lan_core_sign_record (LanCore *core, const LanRecordView *view);
/** What was inside of a sealed record becomes the row's kind, text and .opened (transfer full). */
void lan_core_set_opened (LanRecordRow *row, guint16 kind, GBytes *opened,
                          const LanContent *inside);

/* lan-group*.c: what the others call */
void lan_group_free (LanGroup *group);
const LanConversationRow *lan_group_row (LanCore *core, const LanConversationId *id);
GArray *lan_group_serves_new (void);
void lan_group_begin_sync (LanCore *core, LanCoreChannel *channel);
void lan_group_reach_changed (LanCore *core, LanCorePerson *person);
gboolean lan_group_wants (LanCore *core, const LanAccountId *account);
void lan_group_serve (LanCore *core, LanCoreChannel *channel);
void lan_group_look (LanCore *core, LanGroup *group);
void lan_group_restore_over (LanCore *core, LanGroup *group);
void lan_group_receipt_due (LanCore *core, LanGroup *group);
void lan_group_typing_due (LanCore *core, LanGroup *group);
void lan_group_typing_sent_off (LanCore *core, LanGroup *group);
void lan_group_on_typing (LanCore *core, LanCoreChannel *channel, const Lanyard__Typing *typing);
void lan_group_on_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);
void lan_group_start (LanCore *core);
void lan_group_load (LanCore *core, const LanConversationRow *row);
void lan_group_load_head (LanCore *core, const LanConversationId *id, const LanDeviceId *device,
                          const LanLogPoint *point);
void lan_group_new_device (LanCore *core);
void lan_group_log_committed (LanCore *core, LanCoreLog *log, const LanLogPoint *point);
void lan_group_log_failed (LanCore *core, LanCoreLog *log);
void lan_group_committed (LanCore *core);
void lan_group_put (LanCore *core, LanGroup *group, GPtrArray *changes);
gboolean lan_group_mark_read (LanCore *core, const LanConversationId *id, const LanDeviceId *device,
                              guint64 seq, guint64 hlc);
LanMessageState lan_group_state_of (LanCore *core, const LanRecordRow *row);
gboolean lan_core_take_group_record (LanCore *core, LanCoreChannel *channel, const guint8 *data,
                                     gsize len, guint *refused);
void lan_core_on_group_vector (LanCore *core, LanCoreChannel *channel,
                               const Lanyard__GroupVector *vector);
void lan_core_on_group_fetch (LanCore *core, LanCoreChannel *channel,
                              const Lanyard__GroupFetch *fetch);
void lan_core_on_group_keys_wanted (LanCore *core, LanCoreChannel *channel,
                                    const Lanyard__GroupKeysWanted *wanted);
void lan_core_on_group_keys (LanCore *core, LanCoreChannel *channel,
                             const Lanyard__GroupKeys *keys);
void lan_core_on_group_notice (LanCore *core, LanCoreChannel *channel,
                               const Lanyard__GroupNotice *notice);

/* lan-group-letter.c */
typedef enum {
  LAN_LETTER_KEPT,  /* it is on disk */
  LAN_LETTER_LATER, /* it is on its way there, or waits for something */
  LAN_LETTER_REFUSED,
} LanLetterVerdict;

/** (nullable): of which talk @id is, for what @holder is given. */
LanCoreTalk *lan_core_find_outlet (LanCore *core, const LanConversationId *id,
                                   const LanDeviceId *holder);
/** Returns: (transfer container): talks, those of groups too; @person: (nullable): theirs alone. */
GPtrArray *lan_core_list_outlets (LanCore *core, const LanCorePerson *person);
/** FALSE: not known. */
gboolean lan_group_find_author (LanCore *core, const LanConversationId *id,
                                const LanDeviceId *device, LanAccountId *account);
gboolean lan_group_letters_may (LanCore *core, const LanCoreTalk *talk);
guint64 lan_group_letters_next (LanCoreTalk *talk, guint64 up_to);
void lan_group_arm_all_letters (LanCore *core);
void lan_group_arm_letters_to (LanCore *core, LanCorePerson *person);
/** @holder has our own log up to @seq, as it proved: who sees what is told. */
void lan_group_has_own (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder, guint64 seq);
/** Something of @talk is at the server or with a carrier, or no longer, with the next commit. */
void lan_group_letters_moved (LanCore *core, LanCoreTalk *talk);
void lan_group_letters_kept (LanCore *core, const LanCoreAction *event);
/** A record of a group out of an envelope of @via's. */
LanLetterVerdict lan_group_take_letter (LanCore *core, LanCoreChannel *via,
                                        const LanRecordView *view, GBytes *blob);

/* lan-ask.c */
LanAsk *lan_core_ask (LanCore *core, LanAskType type, LanCoreTalk *talk, guint64 *request);
void lan_core_read (LanCore *core, LanAsk *ask, guint64 request, gsize max_bytes);
void lan_ask_free (LanAsk *ask);

/* lan-receive.c, for mail: one record of @channel's person, which stands for the sender. FALSE: it
 * will never be taken. */
gboolean lan_core_take_mailed (LanCore *core, LanCoreChannel *channel,
                               GBytes *record) G_GNUC_WARN_UNUSED_RESULT;
void lan_core_drain_mailed (LanCore *core, LanCoreChannel *channel);

/* lan-mail*.c: what the others call */
LanMailer *lan_mailer_new (void);
void lan_mailer_free (LanMailer *mail);
/** FALSE: not one of mail's. */
gboolean lan_mail_load_setting (LanCore *core, const char *key, GBytes *value);
void lan_mail_start (LanCore *core);
void lan_mail_new_device (LanCore *core);
void lan_mail_due (LanCore *core, LanDue due, gpointer key);
/** Something may wait for a device that no channel leads to: mail is left in a while. */
void lan_mail_arm (LanCore *core, LanCoreTalk *talk);
void lan_mail_run (LanCore *core, LanCoreTalk *talk);
void lan_mail_on_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);
void lan_mail_on_holding (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder, guint64 seq);
/** New people or papers: mail may be readable, or may be sealed, that was not. */
void lan_mail_people_changed (LanCore *core, LanCorePerson *person);
/** Each event of a batch that was committed (@ok) or not. */
void lan_mail_event_done (LanCore *core, const LanCoreAction *event, gboolean ok);
void lan_mail_committed (LanCore *core);
void lan_mail_put_points (GPtrArray *changes, LanCoreTalk *talk);
void lan_mail_dirty_points (LanCoreTalk *talk);
/** Own present log: left at the server for some device up to here. */
guint64 lan_mail_left_up_to (const LanCoreTalk *talk);

/* lan-carry*.c: what the others call */
LanCarry *lan_carry_new (void);
void lan_carry_free (LanCarry *carry);
/** FALSE: not one of carried mail's. */
gboolean lan_carry_load_setting (LanCore *core, const char *key, GBytes *value);
void lan_carry_start (LanCore *core);
void lan_carry_look (LanCore *core);
void lan_carry_new_device (LanCore *core);
void lan_carry_due (LanCore *core, LanDue due, gpointer key);
/** Something may wait for a device that no channel leads to. */
void lan_carry_arm (LanCore *core, LanCoreTalk *talk);
void lan_carry_on_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);
void lan_carry_on_holding (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder,
                           guint64 seq);
/** Whether @person may hold something for us, or could carry what waits. */
gboolean lan_carry_wants (LanCore *core, const LanCorePerson *person);
/** Both have accepted each other and share the secret, perhaps: then they speak of letters. */
void lan_carry_meet (LanCore *core, LanCoreChannel *channel);
/** Called when @channel is no longer among its person's. */
void lan_carry_channel_down (LanCore *core, LanCoreChannel *channel);
void lan_carry_on_frame (LanCore *core, LanCoreChannel *channel, const LanFrame *frame);
void lan_carry_event_done (LanCore *core, const LanCoreAction *event, gboolean ok);
gboolean lan_carry_has_carriers (const LanCore *core);
/** Own present log: in somebody's hands up to here. */
guint64 lan_carry_up_to (LanCore *core, const LanCoreTalk *talk);

/* lan-requests.c */
gboolean lan_core_may_leave (LanCore *core, LanCorePerson *person, LanCoreTalk *talk, guint16 kind);
void lan_core_count_request (LanCoreTalk *talk, guint16 kind);
/** TRUE when the counts are known now; else a READ is under way and sync begins after it. */
gboolean lan_core_count_known (LanCore *core, LanCoreTalk *talk);
void lan_core_on_count_rows (LanCore *core, LanAsk *ask, GPtrArray *rows);

/* lan-presence.c */
void lan_core_send_presence (LanCore *core, LanCoreChannel *channel);
void lan_core_on_presence (LanCore *core, LanCoreChannel *channel,
                           const Lanyard__Presence *presence);
void lan_core_on_typing (LanCore *core, LanCoreChannel *channel, const Lanyard__Typing *typing);
void lan_core_typing_off (LanCore *core, LanCorePerson *person);
void lan_core_typing_sent_off (LanCore *core, LanCorePerson *person);
void lan_core_show_presence (LanCore *core, LanCorePerson *person);
void lan_core_gone (LanCore *core, LanCorePerson *person);
void lan_core_presence_due (LanCore *core);

G_END_DECLS
