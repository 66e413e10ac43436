/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Inside the machine of shared folders: -rows and -commit (what is kept), -tell (what members are shown), -sync
 * (frames, heads, pages), -merge (heads become entries), -local (what is on the disk here, publishing), -fetch,
 * -arrived and -serve (contents), -commands, -look.
 */
#pragma once

#include "lan-deadlines.h"
#include "lan-shares.h"

G_BEGIN_DECLS

#define LAN_SHARES_MAX          128
#define LAN_SHARES_MAX_INVITES  16 /* unanswered ones of one person */
#define LAN_SHARES_MAX_HEADS    64
#define LAN_SHARES_ASK_PAGES    32                 /* pages asked for at once */
#define LAN_SHARES_PAGE_BYTES   (64 * 1024 * 1024) /* pages of one share */
#define LAN_SHARES_MAX_FETCHES  16                 /* contents on their way, of all shares */
#define LAN_SHARES_MAX_SERVES   64                 /* asked of us by one person and not over */
#define LAN_SHARES_MAX_LOG      1000
#define LAN_SHARES_LIST_CHANGES 50 /* changes of one head that are listed one by one */
#define LAN_SHARES_MAX_ARRIVALS 512
#define LAN_SHARES_QUIET_US     (300 * G_TIME_SPAN_MILLISECOND) /* after a notice, before a scan */
#define LAN_SHARES_QUIET_MAX_US (3 * G_USEC_PER_SEC)
#define LAN_SHARES_RESCAN_US    (10 * 60 * G_USEC_PER_SEC)
#define LAN_SHARES_BLIND_US     (20 * G_USEC_PER_SEC) /* the same where nothing gives notice */
#define LAN_SHARES_RETRY_US     (5 * G_USEC_PER_SEC)
#define LAN_SHARES_EVENT_US     (200 * G_TIME_SPAN_MILLISECOND)
#define LAN_SHARES_ANSWER_US    (10 * 60 * G_USEC_PER_SEC) /* the other hashes a long file first */
#define LAN_SHARES_SHORT_US     (30 * G_USEC_PER_SEC) /* what came as an answer is heard of sooner */

#define LAN_SHARES_TRIM_FIRST_US  (60 * G_USEC_PER_SEC)
#define LAN_SHARES_TRIM_US        (G_GINT64_CONSTANT (24) * 3600 * G_USEC_PER_SEC)
#define LAN_SHARES_VERSION_MS     (G_GINT64_CONSTANT (30) * 24 * 3600 * 1000)
#define LAN_SHARES_VERSIONS_BYTES (G_GUINT64_CONSTANT (2) << 30)

/* Kinds of rows. Append-only. All but LOCAL go into a backup (store/lan-db-dump.c): another device has another disk. */
enum {
  LAN_SHARE_ROW_SHARE = 0,
  LAN_SHARE_ROW_HEAD = 1,   /* key: device */
  LAN_SHARE_ROW_PAGE = 2,   /* key: hash */
  LAN_SHARE_ROW_LOCAL = 3,  /* key: path */
  LAN_SHARE_ROW_LOG = 4,    /* key: number, big-endian */
  LAN_SHARE_ROW_WANTED = 5, /* key: path */
};

enum {
  LAN_SHARE_LOCAL_DIRTY = 1 << 0,     /* changed here, and nobody is told */
  LAN_SHARE_LOCAL_KEEP_COPY = 1 << 1, /* lost against another version: stays under another name */
};

typedef enum {
  LAN_SHARES_DUE_SCAN,
  LAN_SHARES_DUE_RETRY,
  LAN_SHARES_DUE_EVENT,
  LAN_SHARES_DUE_KEEP, /* of the machine: batches that failed */
  LAN_SHARES_DUE_TRIM,
} LanSharesDue;

typedef struct {
  LanShareEntry merged; /* .kind 0: nobody has said anything */
  LanShareEntry seen;   /* only .counts: of all versions that were looked at */
  LanShareEntry
      local; /* what is here, .kind 0: nothing; .counts: the version it is, or came from */
  LanShareStamp stamp;
  guint flags;
  gboolean wanted;
  gboolean clash;
  gboolean queued;   /* in .todo */
  gboolean busy;     /* a fetch or a job of the disk is under way */
  const char *error; /* stable code, interned */
} LanShareItem;

typedef struct {
  LanShareHead head;
  LanAccountId account;
  GBytes *bytes;
  GBytes *cert;
  GBytes *pages;    /* 32 bytes each */
  guint missing;    /* pages not here yet */
  guint asked;      /* of them, and not answered */
  guint64 channel;  /* whom they are asked of, 0: nobody */
  gboolean is_kept; /* on the disk: may be shown to others */
  guint64 batch;    /* the batch it is in */
} LanShareHeadOne;

typedef enum {
  LAN_SHARE_DISK_CLOSED,
  LAN_SHARE_DISK_OPENING,
  LAN_SHARE_DISK_OPEN,
} LanShareDisk;

typedef struct {
  LanConversationId id;
  LanShareState state;
  LanShareRoster roster;
  GBytes *paper; /* the signed roster */
  GBytes *cert;
  char *dir;
  char *real; /* .dir without links on the way, NULL: not known */
  gboolean keep;
  gboolean was_marked; /* the folder carries the share's mark */
  guint64 own_seq;
  guint64 count;      /* of one's own changes */
  GHashTable *joined; /* LanAccountId (owned): who said so */
  GHashTable *heads;  /* LanDeviceId -> LanShareHeadOne: newest complete */
  GHashTable *coming; /* LanDeviceId -> LanShareHeadOne: pages are missing */
  GHashTable *pages;  /* LanHash (owned) -> GBytes */
  gsize page_bytes;
  GHashTable *items; /* path (owned by the table) -> LanShareItem */
  GHashTable *folds; /* folded path -> path of the item that has it (owned) */
  GHashTable *told;  /* LanAccountId (owned) -> guint64 (owned): print of what they were shown */
  GQueue todo;       /* of paths (borrowed from .items) */
  GQueue log;        /* of LanShareLogEntry, oldest first */
  guint64 log_seq;
  GHashTable *conflicts; /* of paths (owned): since the log was last read */
  LanShareDisk disk;
  gboolean is_scanning;
  gboolean scan_again;
  gboolean is_scanned; /* once since it was opened */
  gboolean is_blind;
  gboolean publish_due; /* something of ours is not in our head */
  guint64 roster_batch; /* the batch that the newest roster is in, 0: it is on the disk */
  gint64 scan_due_us;   /* 0: none is due */
  gint64 scan_began_us;
  gint64 scan_took_us;
  guint jobs;
  guint skipped;
  GPtrArray *unshared; /* of LanShareSkipped (nullable) */
  const char *error;   /* interned */
  gint64 told_us;      /* last event */
} LanShareOne;

typedef enum {
  LAN_SHARE_FETCH_ASKED,
  LAN_SHARE_FETCH_RUNNING,
  LAN_SHARE_FETCH_PLACING,
} LanShareFetchPhase;

typedef struct {
  LanMessageId id;
  LanShareOne *one;
  char *path;
  LanShareEntry entry; /* as it was asked for */
  LanShareFetchPhase phase;
  LanAccountId from;
  guint64 channel;
  gint64 since_us;
} LanShareFetch;

/* Something that somebody fetches from here. */
typedef struct {
  LanMessageId id;
  LanConversationId share;
  LanAccountId peer;
  guint64 channel;
  LanHash root;
  guint64 size;
  char *path;
  gint64 since_us;
  gboolean is_offered;
  gboolean is_short; /* sent as an answer: there is no transfer */
} LanShareServe;

typedef struct {
  guint64 id;
  LanAccountId account;
} LanShareChannel;

/* A job of the disk under way. */
typedef struct {
  LanShareJobType type;
  LanShareOne *one;
  char *path;
  LanShareEntry entry; /* PLACE: what is put there */
  LanMessageId fetch;  /* READ: what somebody fetches from here */
  char *staged;        /* PLACE */
} LanShareWork;

struct _LanShares {
  LanSharesConfig config;
  GBytes *cert;
  GHashTable *all;      /* LanConversationId -> LanShareOne */
  GHashTable *channels; /* guint64 -> LanShareChannel */
  GHashTable *fetches;  /* LanMessageId -> LanShareFetch */
  GHashTable *serves;   /* LanMessageId -> LanShareServe */
  GHashTable *refusals; /* "hex of root/channel" (owned): who has not got what */
  GHashTable *jobs;     /* guint64 -> LanShareWork */
  GHashTable *batches;  /* guint64 -> LanConversationId (owned) */
  GHashTable *wants;    /* LanAccountId (owned): a channel is wanted */
  guint64 last_job;
  guint64 last_batch;
  LanDeadlines *deadlines;
  GHashTable *unkept;   /* LanConversationId (owned): shares of which a batch failed */
  GHashTable *arrivals; /* LanMessageId -> what arrived, and who gave it does not know yet */
  GPtrArray *changes;   /* collected since the last action was taken, of LanChange */
  LanConversationId changed_id; /* whose .changes are */
  GQueue actions;               /* of LanSharesAction */
  LanTime now;
};

/* -- lan-shares.c -- */
const LanAccountId *lan_shares_self (const LanShares *s);
const LanDeviceId *lan_shares_device (const LanShares *s);
LanShareOne *lan_shares_find (const LanShares *s, const LanConversationId *id);
LanShareOne *lan_shares_add (LanShares *s, const LanConversationId *id);
void lan_shares_remove (LanShares *s, LanShareOne *one);
LanSharesAction *lan_shares_push (LanShares *s, LanSharesActionType type, LanShareOne *one);
/** The owner of the node is told, at most five times a second. */
void lan_shares_changed (LanShares *s, LanShareOne *one);
gboolean lan_shares_may_write (const LanShares *s, const LanShareOne *one);
/** TRUE when @dir, one in it or one around it is the folder of a live share that is not @except. */
gboolean lan_shares_is_taken (const LanShares *s, const char *dir, const LanShareOne *except);
/** OPEN or JOINED: its folder is used. */
gboolean lan_share_is_live (const LanShareOne *one);
void lan_shares_end (LanShares *s, LanShareOne *one, LanShareState state);

/* -- lan-shares-rows.c -- */
void lan_shares_keep_share (LanShares *s, LanShareOne *one);
/** It counts as kept once this batch is. */
void lan_shares_keep_head (LanShares *s, LanShareOne *one, LanShareHeadOne *head);
void lan_shares_forget_head (LanShares *s, LanShareOne *one, const LanDeviceId *device);
void lan_shares_keep_page (LanShares *s, LanShareOne *one, const LanHash *hash, GBytes *page);
void lan_shares_keep_item (LanShares *s, LanShareOne *one, const LanShareItem *item,
                           const char *path);
void lan_shares_keep_wanted (LanShares *s, LanShareOne *one, const char *path, gboolean on);
void lan_shares_keep_log (LanShares *s, LanShareOne *one, const LanShareLogEntry *entry);
void lan_shares_note (LanShares *s, LanShareOne *one, LanShareLogKind kind, const LanAccountId *who,
                      guint64 number, const char *path, const char *other);
void lan_share_head_one_free (LanShareHeadOne *head);
void lan_share_log_entry_free (LanShareLogEntry *entry);

/* -- lan-shares-commit.c -- */
/** Rows collected go out as one batch; TRUE when there were any. */
gboolean lan_shares_flush (LanShares *s);
/** All rows of @id are deleted by the batch that begins with this. */
void lan_shares_forget_rows (LanShares *s, const LanConversationId *id);
/** Shares of which something could not be written are written anew. */
void lan_shares_keep_again (LanShares *s);

/* -- lan-shares-tell.c -- */
ProtobufCBinaryData lan_shares_data (GBytes *bytes);
ProtobufCBinaryData lan_share_id_field (const LanShareOne *one);
void lan_shares_send (LanShares *s, guint64 channel, const LanFrame *frame);
gboolean lan_share_is_member (const LanShareOne *one, const LanAccountId *account);
/** Shows every member who is there what is new; the others are wanted. */
void lan_shares_tell_all (LanShares *s, LanShareOne *one);
void lan_shares_update_wants (LanShares *s);
/** Signs and keeps a new roster. */
void lan_shares_sign_roster (LanShares *s, LanShareOne *one);
void lan_shares_sync_up (LanShares *s, const LanShareChannel *ch);
void lan_shares_sync_down (LanShares *s, guint64 channel);
void lan_shares_say (LanShares *s, guint64 channel, const LanShareOne *one, const LanMessageId *id,
                     Lanyard__ShareAnswerKind kind);
guint64 lan_shares_channel_of (const LanShares *s, const LanAccountId *account);

/* -- lan-shares-merge.c -- */
LanShareItem *lan_share_item_ensure (LanShareOne *one, const char *path);
/** All pages of @head are here: it takes its place, and its entries are joined. */
LanStatus lan_shares_merge_head (LanShares *s, LanShareOne *one, LanShareHeadOne *head);
/** Joins one version. Returns: TRUE when the item is another one now. */
gboolean lan_shares_merge_entry (LanShares *s, LanShareOne *one, const LanShareEntry *entry,
                                 const LanAccountId *who, gboolean quiet);
/** At start: joins what is on the disk. */
void lan_shares_merge_loaded (LanShares *s, LanShareOne *one);
/** Drops heads of those who may not write any more, and pages that no head names. */
void lan_shares_sweep (LanShares *s, LanShareOne *one);
GBytes *lan_shares_list_pages (GPtrArray *pages);

/* -- lan-shares-local.c -- */
void lan_shares_open_dir (LanShares *s, LanShareOne *one);
void lan_shares_start_scan (LanShares *s, LanShareOne *one);
void lan_shares_scan_soon (LanShares *s, LanShareOne *one, gint64 after_us);
/** Signs a head of what is known, where that is not what the newest own head says. */
void lan_shares_publish (LanShares *s, LanShareOne *one);
LanShareJob *lan_shares_push_job (LanShares *s, LanShareOne *one, LanShareJobType type,
                                  LanShareWork **work);
void lan_share_work_free (LanShareWork *work);
/** Old versions that nobody will want again are removed; once a day. */
void lan_shares_trim (LanShares *s, LanShareOne *one);

/* -- lan-shares-fetch.c -- */
/** Looks again at what is to be done with @item. */
void lan_shares_touch_item (LanShares *s, LanShareOne *one, LanShareItem *item);
void lan_shares_touch_all (LanShares *s, LanShareOne *one);
void lan_shares_work_on (LanShares *s, LanShareOne *one);
void lan_shares_placed (LanShares *s, LanShareWork *work, const LanShareResult *result);
gboolean lan_share_item_needs (const LanShareOne *one, const LanShareItem *item);
void lan_share_fetch_free (LanShareFetch *fetch);
gboolean lan_shares_is_over (LanTransferState state);
LanStatus lan_shares_on_answer (LanShares *s, const LanShareChannel *ch, LanShareOne *one,
                                const Lanyard__ShareAnswer *answer);
void lan_shares_fetch_down (LanShares *s, guint64 channel);
void lan_shares_drop_fetches (LanShares *s, LanShareOne *one);

/* -- lan-shares-arrived.c -- */
/** Transfer @id brought its content; @from is told until they know. */
void lan_shares_arrived (LanShares *s, LanShareOne *one, const LanMessageId *id,
                         const LanAccountId *from);
void lan_shares_arrived_up (LanShares *s, const LanShareChannel *ch);
void lan_shares_on_noted (LanShares *s, const LanShareChannel *ch, LanShareOne *one,
                          const LanMessageId *id);
void lan_shares_arrived_want (const LanShares *s, GHashTable *wants);
void lan_shares_arrived_drop (LanShares *s, LanShareOne *one);

/* -- lan-shares-serve.c -- */
void lan_share_serve_free (LanShareServe *serve);
void lan_shares_adopt_serve (LanShares *s, LanShareOne *one, const LanTransferRow *row);
/** An outgoing transfer of @one is in another state. */
void lan_shares_outgoing (LanShares *s, LanShareOne *one, const LanTransferRow *row);
void lan_shares_on_got (LanShares *s, const LanShareChannel *ch, LanShareOne *one,
                        const LanMessageId *id);
/** A short content was read here, and is the answer. */
void lan_shares_on_read (LanShares *s, const LanShareWork *work, const LanShareResult *result);
/** TRUE when @data is the content of @size bytes that @root stands for. */
gboolean lan_share_is_content (const LanHash *root, guint64 size, const guint8 *data, gsize len);
LanStatus lan_shares_on_want (LanShares *s, const LanShareChannel *ch, LanShareOne *one,
                              const Lanyard__ShareWant *want);

G_END_DECLS
