/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * All shared folders of a profile, as one machine without I/O, clock or threads. A share has an
 * owner, who signs the roster (who may read, who may write), and entries, which every device that may
 * write signs as a whole: its head. Heads and the pages they name go from member to member, whoever
 * made them; what a device sees is made of all heads it holds (lan-share-entry.h). Contents are
 * fetched as transfers, which the share permits instead of an offer.
 *
 *   own: OPEN            invited: INVITED -> JOINED -> LEFT        either: -> ENDED
 *
 * What was changed here is found by SCAN jobs and published as the next head, once that is on the
 * disk. What others changed is fetched where the folder is kept in step, or on demand, and put in
 * place of what was there before, which moves into the folder of old versions, or stays beside it under
 * another name where both were changed. Nothing is destroyed. One thread.
 */
#pragma once

#include "lan-change.h"
#include "lan-frame.h"
#include "lan-random.h"
#include "lan-share-entry.h"
#include "lan-share-paper.h"

G_BEGIN_DECLS

typedef struct _LanShares LanShares;

typedef struct {
  const LanDeviceKeys *device; /* borrowed, as the next two */
  GBytes *cert;
  const LanRandom *random;
  /* (nullable): whether @device was revoked by its account */
  gboolean (*is_revoked) (const LanAccountId *account, const LanDeviceId *device, gpointer data);
  gpointer data;
  gboolean no_short; /* every content is a transfer, however short */
} LanSharesConfig;

/* Append-only. */
typedef enum {
  LAN_SHARE_OPEN = 0,    /* one's own */
  LAN_SHARE_INVITED = 1, /* somebody else's, not answered yet */
  LAN_SHARE_JOINED = 2,
  LAN_SHARE_LEFT = 3,  /* the owner does not know yet */
  LAN_SHARE_ENDED = 4, /* stopped by its owner, or one is no member any more */
} LanShareState;

/* How it stands with one entry here. Append-only. */
typedef enum {
  LAN_SHARE_ITEM_HERE = 0,
  LAN_SHARE_ITEM_AWAY = 1,     /* known, its content is not here */
  LAN_SHARE_ITEM_OLD = 2,      /* another version is here */
  LAN_SHARE_ITEM_FETCHING = 3, /* asked for, or on its way */
  LAN_SHARE_ITEM_CHANGED = 4,  /* changed here, which nobody is told: read only */
  LAN_SHARE_ITEM_EXTRA = 5,    /* only here, which nobody is told: read only */
  LAN_SHARE_ITEM_REMOVED = 6,  /* removed by others, still here */
  LAN_SHARE_ITEM_CLASH = 7,    /* differs from another name by case only: not fetched */
  LAN_SHARE_ITEM_FAILED = 8,   /* see .error */
  LAN_SHARE_ITEM_SKIPPED = 9,  /* here, and cannot be shared: .error is a lan_share_skip_name() */
} LanShareItemState;

/* Append-only: kept on disk. */
typedef enum {
  LAN_SHARE_LOG_CREATED = 0,
  LAN_SHARE_LOG_INVITED = 1, /* by the owner: who */
  LAN_SHARE_LOG_JOINED = 2,
  LAN_SHARE_LOG_LEFT = 3,
  LAN_SHARE_LOG_RIGHTS = 4, /* .number: new ones, 0: taken out */
  LAN_SHARE_LOG_CHANGED = 5,
  LAN_SHARE_LOG_REMOVED = 6,
  LAN_SHARE_LOG_FETCHED = 7,  /* who fetched from here */
  LAN_SHARE_LOG_GOT = 8,      /* from whom it was fetched */
  LAN_SHARE_LOG_CONFLICT = 9, /* .path, .other: the name that the other version has here or "" */
  LAN_SHARE_LOG_REFUSED = 10, /* who showed something forged, or older than what is known */
  LAN_SHARE_LOG_MANY = 11,    /* .number: more changes at once than are listed one by one */
  LAN_SHARE_LOG_SKIPPED = 12, /* .path cannot be shared, .other: lan_share_skip_name() */
  LAN_SHARE_LOG_TRIMMED = 13, /* .number: old versions that were removed */
  LAN_SHARE_LOG_N
} LanShareLogKind;

typedef struct {
  guint64 seq;
  gint64 time_ms;
  LanShareLogKind kind;
  LanAccountId who; /* zero: not known */
  guint64 number;
  char *path;
  char *other;
} LanShareLogEntry;

typedef struct {
  LanConversationId id;
  LanShareState state;
  const LanShareRoster *roster;
  const char *dir; /* NULL: none yet */
  gboolean keep;   /* in step */
  LanShareRights rights;
  guint n_files;     /* in the share */
  guint n_here;      /* of them, as they are now */
  guint n_busy;      /* on their way, or waiting */
  guint n_conflicts; /* files changed on both sides since the log was last read */
  guint skipped;     /* names that cannot be shared */
  guint64 size;      /* of all files */
  const char *error; /* stable code: the folder cannot be used; NULL: it can */
  guint64 joined;    /* bit i: roster->members[i] has joined */
  gboolean is_scanning;
} LanShareView;

typedef struct {
  const char *path;
  const LanShareEntry *entry; /* as the share has it, or (EXTRA) as it is here; SKIPPED: NULL */
  LanShareItemState state;
  const char *error; /* FAILED, SKIPPED: stable code */
} LanShareItemView;

typedef enum {
  LAN_SHARES_SEND,   /* a frame for a channel */
  LAN_SHARES_JOB,    /* for the disk */
  LAN_SHARES_COMMIT, /* rows for the store; answer with lan_shares_committed() */
  LAN_SHARES_FETCH,  /* start the transfer: it was agreed on; then say how it goes */
  LAN_SHARES_SERVE,  /* offer the file at .path as this transfer; answer lan_shares_served() */
  LAN_SHARES_CANCEL, /* this transfer is not wanted any more */
  LAN_SHARES_FORGET, /* this transfer is over and need not be remembered */
  LAN_SHARES_REVOKE, /* cancel all transfers of this share with .peer (zero: with everybody) */
  LAN_SHARES_WANT,   /* a channel to .peer is (no longer) wanted */
  LAN_SHARES_WATCH,  /* folders in .dir that are to be watched for changes; NULL: none */
  LAN_SHARES_EVENT,  /* something about the share changed */
} LanSharesActionType;

typedef struct {
  LanSharesActionType type;
  LanConversationId share;
  LanAccountId peer;
  LanMessageId id; /* FETCH, SERVE, CANCEL, FORGET: the transfer */
  gboolean on;     /* WANT; SEND: it holds a content, and yields as file data does */
  guint64 channel;
  GBytes *frame;
  LanShareJob *job;
  guint64 batch;
  GPtrArray *changes; /* of LanChange */
  char *name;         /* FETCH: the file is to be called */
  char *path;         /* FETCH: the folder it goes to; SERVE: the file; WATCH: the share's folder */
  guint64 size;
  LanHash root;
  GPtrArray *folders; /* WATCH: paths below */
} LanSharesAction;

LanShares *lan_shares_new (const LanSharesConfig *config) G_GNUC_WARN_UNUSED_RESULT;
void lan_shares_free (LanShares *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanShares, lan_shares_free)

/** Keys or certificate of this device changed; what @config borrows must live on. */
void lan_shares_set_identity (LanShares *s, const LanDeviceKeys *device, GBytes *cert);

gboolean lan_shares_next_action (LanShares *s, LanSharesAction *action);
void lan_shares_action_clear (LanSharesAction *action);

/* -- state -- */

/** At start, for each row of the store. Rows that are damaged are passed over. */
void lan_shares_load (LanShares *s, const LanShareItemRow *row);

/** After all of these: folders are opened. */
void lan_shares_start (LanShares *s, LanTime now);

/** Then for each transfer of a share: it goes on, or is given up. */
void lan_shares_adopt (LanShares *s, const LanTransferRow *transfer, LanTime now);

/** TRUE when @conversation is a share: a transfer in it belongs to this machine. */
gboolean lan_shares_has (const LanShares *s, const LanConversationId *share);

/** Returns: (transfer container) (element-type LanConversationId): all shares, borrowed ids. */
GPtrArray *lan_shares_list (const LanShares *s) G_GNUC_WARN_UNUSED_RESULT;

/** FALSE when there is no such share. @view borrows until the next call of anything else. */
gboolean lan_shares_view (LanShares *s, const LanConversationId *share, LanShareView *view);

/** Returns: (transfer full) (element-type LanShareItemView): in order of path, what is skipped last; borrowed. */
GPtrArray *lan_shares_tree (LanShares *s, const LanConversationId *share) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer container) (element-type LanShareLogEntry): oldest first. Conflicts count as seen. */
GPtrArray *lan_shares_log (LanShares *s, const LanConversationId *share) G_GNUC_WARN_UNUSED_RESULT;

/* -- commands; anything but OK: it cannot be done, nothing changed -- */

/**
 * A new share of the folder @dir, without members. LIMIT: too many. MALFORMED: not a clean name. MISMATCH: it,
 * one in it or one around it is shared already.
 */
LanStatus lan_shares_create (LanShares *s, const LanConversationId *id, const char *dir,
                             const char *name, LanTime now) G_GNUC_WARN_UNUSED_RESULT;
/** The owner: what @account may do from now on; NONE takes them out. */
LanStatus lan_shares_set_rights (LanShares *s, const LanConversationId *id,
                                 const LanAccountId *account, LanShareRights rights,
                                 LanTime now) G_GNUC_WARN_UNUSED_RESULT;
/**
 * A member: yes, into the folder @dir. @keep: in step, else on demand. MISMATCH: as of lan_shares_create(). Where
 * the folder of a share that goes on cannot be used any more: @dir takes its place, and is filled anew.
 */
LanStatus lan_shares_accept (LanShares *s, const LanConversationId *id, const char *dir,
                             gboolean keep, LanTime now) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_shares_set_keep (LanShares *s, const LanConversationId *id, gboolean keep,
                               LanTime now) G_GNUC_WARN_UNUSED_RESULT;
/** A member leaves or declines; the owner stops it for everybody. Files stay where they are. */
LanStatus lan_shares_leave (LanShares *s, const LanConversationId *id,
                            LanTime now) G_GNUC_WARN_UNUSED_RESULT;
/** Fetches @path, and all below it where it is a folder; "" is everything. STATE: nothing to fetch. */
LanStatus lan_shares_fetch (LanShares *s, const LanConversationId *id, const char *path,
                            LanTime now) G_GNUC_WARN_UNUSED_RESULT;
/** Looks at the folder now. */
LanStatus lan_shares_scan (LanShares *s, const LanConversationId *id,
                           LanTime now) G_GNUC_WARN_UNUSED_RESULT;

/* -- what happened -- */

void lan_shares_channel_up (LanShares *s, guint64 channel, const LanAccountId *account,
                            LanTime now);
void lan_shares_channel_down (LanShares *s, guint64 channel, LanTime now);

/**
 * A decoded frame of one of the share types. MALFORMED, OVERSIZED, AUTH: what came breaks a rule, and is
 * reason to close the channel; others are worth no more than a count.
 */
LanStatus lan_shares_frame (LanShares *s, guint64 channel, const LanFrame *frame,
                            LanTime now) G_GNUC_WARN_UNUSED_RESULT;

void lan_shares_job_done (LanShares *s, const LanShareResult *result, LanTime now);
void lan_shares_committed (LanShares *s, guint64 batch, gboolean ok, LanTime now);

/** The folder may have changed; @lost: it can (not) be watched any more, and is looked at more often. */
void lan_shares_noticed (LanShares *s, const LanConversationId *share, gboolean lost, LanTime now);

/** A SERVE was hashed and is @root, or could not be (@root NULL). */
void lan_shares_served (LanShares *s, const LanMessageId *id, const LanHash *root, LanTime now);

/** A transfer of a share is in another state, or moved on. */
void lan_shares_transfer (LanShares *s, const LanTransferRow *row, LanTime now);

/** @account was blocked or removed. */
void lan_shares_drop_peer (LanShares *s, const LanAccountId *account, LanTime now);

/* -- time -- */

gint64 lan_shares_next_deadline (const LanShares *s);
void lan_shares_advance (LanShares *s, LanTime now);

G_END_DECLS
