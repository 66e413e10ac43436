/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Inside the transfer machine: one transfer, one channel, and the doors between the files that
 * share them. lan-transfers.c and -table.c take what comes from outside; lan-transfer-state.c is the only writer
 * of a state; lan-transfer-receive.c (with -fetch.c) and -send.c are the two directions; lan-transfer-channel.c
 * decides whose turn it is on a channel; lan-transfer-frame.c builds frames.
 */
#pragma once

#include "lan-content.h"
#include "lan-crypto.h"
#include "lan-deadlines.h"
#include "lan-transfer-limits.h"
#include "lan-transfers.h"

G_BEGIN_DECLS

typedef struct _LanTransferChannel LanTransferChannel;
typedef struct _LanTransferOne LanTransferOne;

/* What is still to be done once the newest row of a transfer is committed. */
enum {
  LAN_AFTER_EVENT = 1 << 0, /* tell the person */
  LAN_AFTER_TELL = 1 << 1,  /* tell the other side */
  LAN_AFTER_NEXT = 1 << 2,  /* go on */
  LAN_AFTER_ADDED = 1 << 3, /* tell the person that it exists */
};

enum {
  LAN_DUE_PROGRESS,
  LAN_DUE_STALL,
  LAN_DUE_MANIFEST, /* nobody answered */
  LAN_DUE_COMMIT,
  LAN_DUE_RECOMMIT,
  LAN_DUE_SOURCE_IDLE,
  LAN_DUE_SWARM,
  LAN_DUE_SEED_IDLE,
  LAN_DUE_LEFT,     /* leave it, or fetch what was left */
  LAN_DUE_LEFT_END, /* it is too old */
};

/* How far an incoming transfer is in its state ACCEPTED, RUNNING or VERIFYING. */
typedef enum {
  LAN_IN_IDLE,      /* waits for its turn, or for old jobs to end */
  LAN_IN_FIND,      /* after a restart in VERIFYING: was it finished? */
  LAN_IN_OPENING,   /* the part file */
  LAN_IN_OPEN,      /* waits for a channel */
  LAN_IN_HASHES,    /* the list of leaf hashes is being fetched */
  LAN_IN_CHECKING,  /* what need not be fetched is being found out */
  LAN_IN_DATA,      /* leaves are being fetched */
  LAN_IN_FINISHING, /* everything is here */
} LanInPhase;

/* Leaves that were asked for and are not yet on disk: one, over a link, or several in a row. */
typedef struct {
  LanTransferChannel *channel; /* asked over; NULL once it is on its way to the disk */
  LanAccountId from;
  gint64 asked_us;
  guint64 first;
  guint32 count;
  guint32 left; /* of them without an answer */
  guint8 answered[LAN_TRANSFER_RUN_LEAVES / 8];
  gsize cost;   /* what it counts in the channel's window */
  guint8 *data; /* link: as far as it is here */
  gsize len;
  gsize got;
} LanLeafSlot;

/* A manifest that is being fetched. */
typedef struct {
  LanTransferChannel *channel; /* asked over; NULL: nothing is asked */
  GByteArray *bytes;
  guint64 asked;
  guint tries;     /* that nobody answered, in a row */
  gboolean is_bad; /* it was wrong once */
} LanManifestFetch;

/* What is kept of what was left with the server. */
typedef struct {
  LanLeftState state;
  guint8 devices; /* outgoing: how many of theirs may fetch it */
  guint64 size;   /* sealed */
  gint64 expires_ms;
  LanHash root;
  guint8 key[LAN_KEY_BYTES];
  GBytes *answered; /* outgoing: device ids, 8 bytes each; zeros: told otherwise */
} LanLeft;

/* Where what lies in a blob: the manifest of a folder, the list of leaf hashes, all leaves. */
typedef struct {
  guint64 hashes_at;
  guint64 data_at;
  guint64 plain;
  guint64 padded;
  guint64 sealed;
  guint64 *starts; /* where each entry's bytes begin behind data_at; and the end */
} LanLeftPlan;

typedef struct _LanLeftGive LanLeftGive;
typedef struct _LanLeftTake LanLeftTake;

/* What the row keeps of a transfer beyond its columns. */
typedef struct {
  gboolean is_folder;
  gboolean is_paused;
  guint64 manifest_size;
  guint32 entries;
  guint32 left_links; /* of the folder, not sent */
  guint32 left_others;
  LanFileConflict conflict;
  GBytes *wanted;           /* entries; NULL: all */
  GBytes *holders;          /* account keys */
  GBytes *share;            /* 32 bytes: known to the holders only */
  gboolean is_group;        /* outgoing, to a group: .holders are its members */
  gboolean is_part;         /* outgoing: what one member fetches of */
  LanMessageId group_offer; /* that one */
  LanLeft left;
} LanTransferDetail;

typedef struct {
  LanInPhase phase;
  LanManifestFetch manifest;
  LanTransferChannel *lister; /* the list is asked for over */
  GByteArray *hashes;         /* the list, as far as it is here */
  guint64 hashes_asked;       /* leaves, their hashes asked for */
  guint64 n_leaves;
  guint8 *bits;       /* verified leaves, n_leaves of them */
  guint8 *asked;      /* asked for, or on their way to the disk */
  guint8 *synced;     /* verified and synced: what the row may say; NULL: not known yet */
  guint8 *syncing;    /* what will be synced when the disk answers */
  gboolean is_target; /* the pump knows where its leaves go */
  guint near;         /* entry of the leaf looked at last */
  guint64 n_verified;
  guint64 cursor;      /* no leaf below it is missing and free to be asked for */
  GPtrArray *slots;    /* of LanLeafSlot */
  guint writes;        /* leaves on their way to the disk */
  GHashTable *bad;     /* guint64 index: leaves that failed once */
  gboolean bad_hashes; /* the list failed once */
  guint stalls;
  gint64 asked_us; /* when something was asked for last */
  gint64 again_us; /* when the list was asked for once more */
  gint64 told_us;  /* when the sender heard of us last, while we hash */
} LanTransferIn;

typedef enum {
  LAN_OUT_CLOSED,
  LAN_OUT_OPENING,
  LAN_OUT_HASHING,
  LAN_OUT_READY,
} LanOutPhase;

/* What somebody asked for: leaves or, with .hashes, leaf hashes. */
typedef struct {
  gboolean hashes;
  guint64 first;
  guint32 count;
} LanServeRequest;

/* What one person asks of one transfer. */
typedef struct {
  LanTransferOne *one;
  LanTransferChannel *channel; /* that all of it was asked over, or NULL */
  GQueue requests;             /* of LanServeRequest */
} LanServing;

/* Somebody who was offered the same, or the one who offered it. */
typedef struct {
  LanAccountId account;
  gboolean is_author;          /* has everything; its channel is that of the transfer */
  LanTransferChannel *channel; /* carries blocks; NULL: away */
  LanServing serving;
  gboolean is_in; /* takes part, and said so over .channel */
  guint8 *have;   /* leaves; NULL: nothing is known */
  guint64 n_have;
  guint8 *news; /* pieces of our own bitmap that are still to be told */
  gboolean has_news;
  gint64 told_us;     /* when all of it was told last */
  gboolean is_needed; /* counted in the needs of that person */
  gboolean is_barred; /* sent wrong leaves, or was dropped by a person here */
  gboolean is_out;    /* not in the group any more: barred for that */
  guint faults;
  gint64 heard_us;      /* when a leaf came, or one was asked for after a rest */
  gint64 rest_until_us; /* did not answer: not asked before */
  guint stalls;
} LanSource;

/* Incoming: everybody that the same can be had from. */
typedef struct {
  LanMessageId name; /* what it is called between them */
  LanSource author;
  GPtrArray *sources;   /* of LanSource: the other holders */
  guint16 *copies;      /* of each leaf: how many of .sources that take part have it */
  guint8 *granted;      /* leaves that the author would like to give us; NULL: any */
  gboolean is_free;     /* nobody else could give more: whatever the author says */
  gint64 patience_us;   /* since when nothing is asked for, 0: something is */
  gint64 wait_until_us; /* the author is not asked before: it may want to say what to ask for */
  GByteArray *hashes;   /* kept when it is done */
  gboolean is_seeding;  /* done, and still given to others */
  gboolean is_waking;   /* done long ago, and being looked at once more for somebody who asked */
  gboolean is_gone;     /* what was done is not there any more as it was */
  LanFileError author_error; /* why the author is barred */
  gint64 hope_us; /* the author cannot give it: since when nobody else could be asked, or 0 */
  gint64 used_us;
  guint reads; /* for others, under way */
} LanSwarm;

/* Outgoing: what is offered to several, a transfer each. */
typedef struct {
  LanMessageId name;
  GPtrArray *parts; /* of LanTransferOne */
  guint8 *given;    /* leaves that somebody has, or was told to fetch */
  guint64 cursor;   /* no leaf below it is not given */
} LanSeed;

typedef struct {
  LanOutPhase phase;
  gboolean is_offered;  /* the OFFER action was made */
  gboolean is_reloaded; /* it may have been made before the program was restarted */
  GBytes *leaves;
  GBytes *manifest;
  guint64 stamp; /* of the source that .leaves are of */
  guint64 opened_stamp;
  LanServing serving; /* over the transfer's channel */
  LanServing
      overtaken; /* over an older one: what was still on its way when the receiver took another */
  gint64 used_us;
  gint64 told_us;      /* when PREPARING was said last */
  LanSeed *seed;       /* owned by the table of seeds; NULL: offered to one person, or not yet */
  gboolean is_waiting; /* another one of the same is being hashed */
  gboolean is_in;      /* the receiver says what it has */
  gboolean is_bound;   /* it was told what to ask for */
  guint8 *have;
  guint64 n_have;
  guint8 *granted;
  guint64 due; /* bytes granted that did not go out yet */
} LanTransferOut;

struct _LanTransferOne {
  LanTransferRow row; /* .bitmap, .detail and .plan stay NULL: see .in, .detail and .out */
  LanTransferDetail detail;
  LanFileTree *tree; /* NULL: a folder whose manifest is not here, or not hashed yet */
  gboolean request;
  gboolean is_quiet;           /* the other side said it: nothing to tell back */
  char *error_text;            /* details, while the program runs */
  guint64 batch;               /* newest commit under way, 0 when none */
  gboolean is_commit_due;      /* the bitmap is on its way to be committed */
  guint after;                 /* LAN_AFTER_*, when that is committed */
  guint jobs;                  /* asked of the disk and unanswered */
  guint epoch;                 /* results of jobs from before it was let go are ignored */
  gboolean is_needing;         /* counted in its peer's needs */
  LanTransferChannel *channel; /* that it runs over, or NULL */
  guint64 rate;
  guint64 rate_from; /* .done at rate_us */
  gint64 rate_us;
  LanSwarm *swarm;          /* incoming and offered to others too, else NULL */
  LanLeftGive *give;        /* outgoing, while it is being left with the server */
  LanLeftTake *take;        /* incoming, while it is fetched from there */
  gboolean is_left_waiting; /* to be left, when others are done */
  gboolean is_left_said;    /* the record about it is being written */
  LanTransferIn in;         /* when incoming */
  LanTransferOut out;       /* when outgoing */
};

/* A frame of file data that waits for room on its channel. */
typedef struct {
  LanTransferOne *transfer;
  LanMessageId name;
  gboolean hashes;
  guint64 index; /* leaf, or first leaf hash */
  GBytes *bytes;
  gsize sent;
} LanReadyBlock;

struct _LanTransferChannel {
  guint64 id;
  LanAccountId account;
  LanTransferCarrier carries;
  gsize room;
  gsize inflight;   /* bytes of leaves asked for and not here */
  gsize serving;    /* bytes being read or in .ready */
  guint n_requests; /* leaves asked of us and not yet being read */
  gint64 heard_us;  /* last file frame */
  gint64 haves_us;  /* since when .haves are counted */
  guint haves;
  GQueue serve;            /* of LanServing with requests, in turn */
  GQueue ready;            /* of LanReadyBlock */
  LanTransferOne *last_in; /* whose turn it was; compared, never dereferenced */
  LanTransferOne *left;    /* LEFT: the only one that it is for */
};

/* A job under way. */
typedef struct {
  LanTransferOne *transfer;
  guint epoch;
  guint64 channel;  /* READ: whom for */
  guint64 leaf;     /* READ, WRITE */
  gsize length;     /* READ, WRITE */
  gboolean is_left; /* READ: to be left with the server */
} LanTransferJob;

typedef struct {
  guint needs;     /* transfers that want a channel for blocks */
  gboolean wanted; /* as last told */
} LanTransferPeer;

struct _LanTransfers {
  gsize window_bytes;
  gsize serve_bytes;
  gsize bulk_bytes;
  GHashTable *all; /* LanMessageId -> LanTransferOne */
  LanAccountId self;
  const LanRandom *random;
  GHashTable *names;    /* LanMessageId -> LanTransferOne: incoming ones with a swarm */
  GHashTable *seeds;    /* LanMessageId -> LanSeed */
  GPtrArray *active;    /* incoming, phase not IDLE */
  GQueue waiting;       /* incoming, ACCEPTED or VERIFYING, phase IDLE */
  GHashTable *channels; /* guint64 -> LanTransferChannel */
  GHashTable *peers;    /* LanAccountId -> LanTransferPeer */
  GHashTable *jobs;     /* guint64 -> LanTransferJob */
  GHashTable *batches;  /* guint64 -> LanTransferOne */
  guint64 last_job;
  guint64 last_batch;
  gboolean server_open;
  guint64 server_max; /* bytes of a blob */
  gint64 server_life_ms;
  guint n_giving;
  guint64 last_left; /* number of a channel of our own */
  LanDeadlines *deadlines;
  GQueue actions; /* of LanTransferAction */
};

/* -- lan-transfers.c -- */
LanTransferAction *lan_transfers_push (LanTransfers *t, LanTransferActionType type);
/** A job for the disk, already queued as an action: fill in its fields. */
LanFileJob *lan_transfers_push_job (LanTransfers *t, LanTransferOne *one, LanFileJobType type,
                                    LanTransferJob **info);

/** Whether anything is counted as moving, or about to move, over @channel: for tests. */
gboolean lan_transfers_channel_is_busy (const LanTransfers *t, guint64 channel);

/* -- lan-transfers-table.c -- */
LanTransferOne *lan_transfers_find (const LanTransfers *t, const LanMessageId *id);
LanTransferOne *lan_transfers_add (LanTransfers *t, const LanTransferRow *row);
/** Returns: (transfer container) (element-type LanTransferOne). */
GPtrArray *lan_transfers_of_peer (LanTransfers *t, const LanAccountId *peer);

/* -- lan-transfer-state.c -- */
gboolean lan_transfer_may (const LanTransferOne *one, LanTransferState next);
void lan_transfer_set_state (LanTransfers *t, LanTransferOne *one, LanTransferState next,
                             LanTime now);
/** @detail: (nullable): a sentence; @keep_part: it may be tried again. */
void lan_transfer_fail (LanTransfers *t, LanTransferOne *one, LanFileError code, const char *detail,
                        LanTime now);
void lan_transfer_commit (LanTransfers *t, LanTransferOne *one, guint after);
/** Fills @row (clear it afterwards) with what is kept of @one. */
void lan_transfer_fill_row (const LanTransferOne *one, LanTransferRow *row);
void lan_transfer_push_event (LanTransfers *t, LanTransferOne *one, LanTransferEventType type);
/** .done changed: keeps the rate, and tells the person at a bounded pace. */
void lan_transfer_moved (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_transfer_on_progress_due (LanTransfers *t, LanTransferOne *one, LanTime now);
gboolean lan_transfer_is_over (const LanTransferOne *one);

/* -- lan-transfer-group.c -- */
/** Returns: (nullable): what @part is a part of. */
LanTransferOne *lan_transfer_group_whole (const LanTransfers *t, const LanTransferOne *part);
/** TRUE when @account was offered @whole with its group, and has not answered as far as is known. */
gboolean lan_transfer_group_asks (const LanTransfers *t, const LanTransferOne *whole,
                                  const LanAccountId *account);
/** Returns: (nullable): what whoever is at the end of @ch fetches of @whole; made for @frame if need be. */
LanTransferOne *lan_transfer_group_part_for (LanTransfers *t, LanTransferOne *whole,
                                             LanTransferChannel *ch, const LanFrame *frame,
                                             LanTime now);
void lan_transfer_group_part_changed (LanTransfers *t, LanTransferOne *part, LanTime now);
void lan_transfer_group_cancel_parts (LanTransfers *t, LanTransferOne *whole, LanTime now);
/** Tells all members at hand that it is withdrawn. */
void lan_transfer_group_tell (LanTransfers *t, LanTransferOne *whole);
/** TRUE when something was offered to a group that @account is in. */
gboolean lan_transfer_group_may_fetch (const LanTransfers *t, const LanAccountId *account);

/* -- lan-transfer-receive.c -- */
void lan_transfer_in_init (LanTransferOne *one);
void lan_transfer_in_clear (LanTransferOne *one);
/** Starts what waits for a turn; the one driver of incoming transfers. */
void lan_transfer_in_start_waiting (LanTransfers *t, LanTime now);
/** Does what can be done next in this phase. */
void lan_transfer_in_step (LanTransfers *t, LanTransferOne *one, LanTime now);
/** Lets go of the part file and everything in memory; @discard removes it. */
void lan_transfer_in_stop (LanTransfers *t, LanTransferOne *one, gboolean discard, LanTime now);
/** Held up by either side: nothing is asked for; and on it goes. */
void lan_transfer_in_hold (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_transfer_in_go_on (LanTransfers *t, LanTransferOne *one, LanTime now);
/** Tells the pump whether leaves may come over bulk lanes. */
void lan_transfer_set_target (LanTransfers *t, LanTransferOne *one, gboolean on);
/** Has what was written put on the disk, so that the row may say so. */
void lan_transfer_in_sync (LanTransfers *t, LanTransferOne *one);
/** @ch is gone, or no longer used: what was asked for over it will not come. */
void lan_transfer_in_lost (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                           LanTime now);
void lan_transfer_in_result (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
                             const LanFileResult *result, LanTime now);
void lan_transfer_in_stalled (LanTransfers *t, LanTransferOne *one, LanTime now);
LanStatus lan_transfer_in_hashes (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                                  guint64 first, const guint8 *hashes, gsize len, LanTime now);
LanStatus lan_transfer_in_block (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                                 guint64 leaf, gsize offset, const guint8 *data, gsize len,
                                 LanTime now);
/** Returns: TRUE when another leaf could be asked for over its channel now. */
gboolean lan_transfer_in_ask_one (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                                  LanTime now);
/** Returns: (transfer full) (nullable): verified and synced leaves, as the row keeps them. */
GBytes *lan_transfer_in_bitmap (const LanTransferOne *one);

/** Has it watched that something comes for what was asked just now. */
void lan_transfer_in_watch (LanTransfers *t, LanTransferOne *one, LanTime now);

/* -- lan-transfer-leaves.c -- */
/** Counts a leaf as verified. */
void lan_transfer_fetch_mark (LanTransfers *t, LanTransferOne *one, guint64 leaf);
/** Nobody need send what was asked for and is not here: it is asked for anew, and would come twice. */
void lan_transfer_fetch_call_off_all (LanTransfers *t, LanTransferOne *one);
/** Forgets what was asked for and is not here; leaves on their way to the disk stay. */
void lan_transfer_fetch_drop (LanTransferOne *one);
/** The same for what was asked for over @ch only. */
void lan_transfer_fetch_drop_from (LanTransferOne *one, LanTransferChannel *ch);
void lan_transfer_fetch_written (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
                                 const LanFileResult *result, LanTime now);
gsize lan_transfer_leaf_length (LanTransferOne *one, guint64 leaf);
/** Asks for leaf @first again, of a second one. */
void lan_transfer_ask_again (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                             guint64 first, LanTime now);

/* -- lan-transfer-fetch.c, for lan-transfer-receive.c -- */
/** TRUE when it has a channel; the other side hears of it over a new one. */
gboolean lan_transfer_fetch_take_channel (LanTransfers *t, LanTransferOne *one, LanTime now);
/** Nothing came of the list for a while: what is missing of it is asked of the same person once more. */
void lan_transfer_fetch_list_again (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_transfer_fetch_ask_hashes (LanTransfers *t, LanTransferOne *one, LanTime now);
/** The list is complete: checks it, and goes on. */
void lan_transfer_fetch_all_hashes (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_transfer_fetch_start (LanTransfers *t, LanTransferOne *one, LanTime now);

/* -- lan-transfer-send.c -- */
void lan_transfer_out_init (LanTransferOne *one);
void lan_transfer_out_clear (LanTransferOne *one);
void lan_transfer_out_start (LanTransfers *t, LanTransferOne *one, LanTime now);
/** Its root is known: core is to write the record. */
void lan_transfer_out_offer (LanTransfers *t, LanTransferOne *one);
/** Opens the source, so that it can be asked for. */
void lan_transfer_out_prepare (LanTransfers *t, LanTransferOne *one);
void lan_transfer_out_stop (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_transfer_out_lost (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_transfer_out_channel_down (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                                    LanTime now);
void lan_transfer_out_cancel (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                              guint64 first, guint32 count);
void lan_transfer_out_result (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
                              const LanFileResult *result, LanTime now);
void lan_transfer_out_idle (LanTransfers *t, LanTransferOne *one, LanTime now);
LanStatus lan_transfer_out_request (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                                    gboolean hashes, guint64 first, guint32 count, LanTime now);
/** @bytes of it have gone out. */
void lan_transfer_out_sent (LanTransfers *t, LanTransferOne *one, gsize bytes, LanTime now);

/* -- lan-transfer-serve.c -- */
/** TRUE when there are such leaves, or hashes, as far as that is known. */
gboolean lan_transfer_is_inside (const LanTransferOne *one, gboolean hashes, guint64 first,
                                 guint32 count);
/** TRUE when so much more may be asked for over @ch. */
gboolean lan_transfer_serving_fits (const LanTransferChannel *ch, gboolean hashes, guint32 count);
/** Takes note of what is asked for over @ch. LIMIT: it is too much. */
LanStatus lan_transfer_serving_add (LanServing *serving, LanTransferChannel *ch, gboolean hashes,
                                    guint64 first, guint32 count);
/** The asker does not want these leaves any more. */
void lan_transfer_serving_cancel (LanTransfers *t, LanServing *serving, LanTransferChannel *ch,
                                  guint64 first, guint32 count);
/** Forgets everything that was asked for. */
void lan_transfer_serving_clear (LanServing *serving);
/** Starts reading, or makes ready, the next thing asked for; FALSE when there is none. */
gboolean lan_transfer_serve_one (LanTransfers *t, LanServing *serving, LanTransferChannel *ch);

/* -- lan-transfer-swarm.c -- */
/** An incoming one that was offered to others too: @one->swarm. */
void lan_swarm_make (LanTransfers *t, LanTransferOne *one);
/** Who else it can be had from, from now on. */
void lan_swarm_set_holders (LanTransfers *t, LanTransferOne *one, GBytes *holders, LanTime now);
void lan_swarm_free (LanSwarm *swarm);
/** @one is about to be forgotten altogether, whichever way it goes. */
void lan_swarm_forget (LanTransfers *t, LanTransferOne *one);
/** Returns: (nullable): the transfer that is called @name between @account and us. */
LanTransferOne *lan_swarm_find (const LanTransfers *t, const LanMessageId *name,
                                const LanAccountId *account);
/** Returns: (nullable): whoever is at the other end of @ch. */
LanSource *lan_swarm_source_on (LanTransferOne *one, const LanTransferChannel *ch);
LanSource *lan_swarm_source_of (LanTransferOne *one, const LanAccountId *account);
LanTransferChannel *lan_swarm_channel (const LanTransferOne *one, const LanSource *source);
/** Returns: what @one is called over @ch. */
const LanMessageId *lan_transfer_name_on (const LanTransferOne *one, const LanTransferChannel *ch);
/** TRUE while it is of any use to be in touch with the others. */
gboolean lan_swarm_is_on (const LanTransferOne *one);
/** TRUE when somebody beside the author can be asked now. */
gboolean lan_swarm_is_served (const LanTransferOne *one);
/** Returns: (nullable): a channel to somebody who has the list of hashes, to the author if possible. */
LanTransferChannel *lan_swarm_lister (LanTransferOne *one, LanTime now);
/** Returns: (nullable): a channel to one of the others who are in; another for another @turn. */
LanTransferChannel *lan_swarm_holder (const LanTransferOne *one, guint turn);
/** Who is at the end of @ch is not asked for a while. FALSE: it is nobody that can be done without. */
gboolean lan_swarm_rest (LanTransferOne *one, const LanTransferChannel *ch, LanTime now);
/** Asks everybody beside the author for more. */
void lan_swarm_pump (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_swarm_set_need (LanTransfers *t, LanTransferOne *one, gboolean needs, LanTime now);
void lan_swarm_channel_up (LanTransfers *t, LanTransferChannel *ch, LanTime now);
void lan_swarm_channel_down (LanTransfers *t, LanTransferChannel *ch, LanTime now);
/** Its leaves can be fetched now: everybody is told what is here. */
void lan_swarm_begin (LanTransfers *t, LanTransferOne *one, LanTime now);
/** Nothing is given or asked for any more. */
void lan_swarm_end (LanTransfers *t, LanTransferOne *one);
/** Nothing is asked of @source, or given to it, any more. */
void lan_swarm_bar (LanTransfers *t, LanTransferOne *one, LanSource *source, LanTime now);
void lan_swarm_drop_peer (LanTransfers *t, const LanAccountId *account, LanTime now);
/** The author cannot give it any more, for the reason @code. FALSE: and nobody else may have it. */
gboolean lan_swarm_do_without_author (LanTransfers *t, LanTransferOne *one, LanFileError code,
                                      LanTime now);
/** The author is asked again. */
void lan_swarm_forgive_author (LanTransferOne *one);
/** Nobody could be asked for long: it fails as the author said. */
void lan_swarm_look_at_hope (LanTransfers *t, LanTransferOne *one, LanTime now);

/* -- lan-transfer-swarm-give.c -- */
/** It is done: what is open stays so for the others. TRUE when it does. */
gboolean lan_swarm_seed (LanTransfers *t, LanTransferOne *one, LanTime now);
/** It is not to be had here any more. */
void lan_swarm_withdraw (LanTransfers *t, LanTransferOne *one);
void lan_swarm_seed_idle (LanTransfers *t, LanTransferOne *one, LanTime now);
/** TRUE when it is done and lies here untouched, as far as is known: it can be given to others again. */
gboolean lan_swarm_can_wake (const LanTransferOne *one);
/** Somebody asks for what is done: it is hashed once more, and given if it is what it was. */
void lan_swarm_wake (LanTransfers *t, LanTransferOne *one);
void lan_swarm_wake_result (LanTransfers *t, LanTransferOne *one, const LanFileResult *result,
                            LanTime now);
LanStatus lan_swarm_request (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                             gboolean hashes, guint64 first, guint32 count, gboolean cancel,
                             LanTime now);
/** TRUE when what is asked of us can be given. */
gboolean lan_swarm_may_serve (const LanTransferOne *one);
GByteArray *lan_swarm_hashes (const LanTransferOne *one);
/** A leaf for somebody else was read. */
void lan_swarm_read (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
                     const LanFileResult *result, LanTime now);

/* -- lan-transfer-swarm-have.c -- */
/** Tells @source what is here, or that nothing is yet. */
void lan_swarm_greet (LanTransfers *t, LanTransferOne *one, LanSource *source, LanTime now);
void lan_swarm_say (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                    Lanyard__FileHaveKind kind);
void lan_swarm_note (LanTransfers *t, LanTransferOne *one, guint64 leaf);
/** TRUE while there is something that somebody was not told. */
gboolean lan_swarm_tell_news (LanTransfers *t, LanTransferOne *one, LanTime now);
LanStatus lan_swarm_on_have (LanTransfers *t, LanTransferChannel *ch, const Lanyard__FileHave *have,
                             LanTime now);
void lan_swarm_forget_have (LanTransferOne *one, LanSource *source);

/* -- lan-transfer-swarm-pick.c -- */
/** Chooses what to ask for over @ch. FALSE: nothing. */
gboolean lan_swarm_pick (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                         guint64 *leaf, LanTime now);
/** Whether @leaf may be asked for together with @first, which was chosen. */
gboolean lan_swarm_may_join (LanTransferOne *one, LanTransferChannel *ch, guint64 first,
                             guint64 leaf);
/** At the end: asks for what others are slow with. */
gboolean lan_swarm_pick_again (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                               LanTime now);
/** FALSE: whoever sent a wrong leaf over @ch, or @from, is asked for nothing any more. */
void lan_swarm_blame (LanTransfers *t, LanTransferOne *one, LanSource *source, LanTime now);
void lan_swarm_tick (LanTransfers *t, LanTransferOne *one, LanTime now);

/* -- lan-transfer-seed.c: the author's side -- */
/** @one is offered: it is one of several, if it is. */
void lan_seed_join (LanTransfers *t, LanTransferOne *one);
/** TRUE: another one of the same is being hashed, and tells this one. */
gboolean lan_seed_wait_for_hash (LanTransfers *t, LanTransferOne *one);
void lan_seed_hashed (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_seed_not_hashed (LanTransfers *t, LanTransferOne *one, LanTime now);
/** Its receiver asks for something. */
void lan_seed_asked (LanTransfers *t, LanTransferOne *one);
void lan_seed_sent (LanTransfers *t, LanTransferOne *one, gsize bytes);
void lan_seed_lost (LanTransfers *t, LanTransferOne *one);
LanStatus lan_seed_on_have (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                            const Lanyard__FileHave *have);
void lan_seed_free (LanSeed *seed);
void lan_seed_leave (LanTransfers *t, LanTransferOne *one);
/** Fills in what the holders of @share call a file of @root. */
void lan_share_name (GBytes *share, const LanHash *root, LanMessageId *name);

/* -- lan-transfer-left.c -- */
LanTransferAction *lan_left_push (LanTransfers *t, LanTransferOne *one, LanLeftDo what);
/** A new state, kept and told. */
void lan_left_set (LanTransfers *t, LanTransferOne *one, LanLeftState state);
/** Something changed that decides whether it is left, or fetched from where it was left. */
void lan_left_look (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_left_on_due (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_left_on_end_due (LanTransfers *t, LanTransferOne *one, LanTime now);
/** Its newest row is on disk. */
void lan_left_committed (LanTransfers *t, LanTransferOne *one, LanTime now);
/** The state of the transfer is another one. */
void lan_left_state_changed (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_left_peer_changed (LanTransfers *t, const LanAccountId *peer, LanTime now);
void lan_left_loaded (LanTransfers *t, LanTransferOne *one, LanTime now);
/** Looks at all that may wait for its turn. */
void lan_left_look_at_all (LanTransfers *t);

/* -- lan-transfer-left-plan.c -- */
/** FALSE: not known yet, or too large for any blob. */
gboolean lan_left_plan_make (LanLeftPlan *plan, const LanTransferOne *one);
void lan_left_plan_clear (LanLeftPlan *plan);
/** Which leaf the byte @at behind data_at is in, and where; @at is inside. */
void lan_left_plan_find (const LanLeftPlan *plan, const LanTransferOne *one, guint64 at,
                         guint64 *leaf, gsize *inside);
/** Where @leaf begins in the whole. */
guint64 lan_left_plan_leaf_at (const LanLeftPlan *plan, const LanTransferOne *one, guint64 leaf,
                               gsize *len);

/* -- lan-transfer-left-give.c -- */
void lan_left_give_start (LanTransfers *t, LanTransferOne *one, LanTime now);
/** Its row says that it is on its way: it may be. */
void lan_left_give_put (LanTransfers *t, LanTransferOne *one);
void lan_left_give_want (LanTransfers *t, LanTransferOne *one, guint64 have, LanTime now);
void lan_left_give_step (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_left_give_read (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
                         const LanFileResult *result, LanTime now);
/** What was asked of the disk will not come. */
void lan_left_give_closed (LanTransferOne *one);
void lan_left_give_stop (LanTransfers *t, LanTransferOne *one);

/* -- lan-transfer-left-take.c -- */
gboolean lan_left_take_start (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_left_take_stop (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_left_take_free (LanLeftTake *take);
/** Returns: (nullable): the channel that it can be fetched over. */
LanTransferChannel *lan_left_take_channel (const LanTransferOne *one);
/** Answers what can be answered with the pieces that are here. */
void lan_left_take_deliver (LanTransfers *t, LanTransferOne *one, LanTime now);
void lan_left_take_part (LanTransfers *t, LanTransferOne *one, guint64 offset, GBytes *bytes,
                         LanTime now);
/** What the machine asks over that channel. */
void lan_left_ask_hashes (LanTransfers *t, LanTransferChannel *ch, guint64 first, guint32 count);
void lan_left_ask_leaf (LanTransfers *t, LanTransferChannel *ch, guint64 leaf);
void lan_left_ask_manifest (LanTransfers *t, LanTransferChannel *ch, guint64 offset,
                            guint32 length);

/* -- lan-transfer-channel.c -- */
LanTransferChannel *lan_transfer_channel_new (guint64 id, const LanAccountId *account,
                                              LanTransferCarrier carries, gsize room);
void lan_transfer_channel_free (LanTransferChannel *ch);
/** Returns: (nullable): the channel to @account that carries blocks, else any when @any. */
LanTransferChannel *lan_transfer_channel_to (LanTransfers *t, const LanAccountId *account,
                                             gboolean any);
/** Asks for leaves, reads what was asked of us, sends what is ready, as far as all limits allow. */
void lan_transfer_channel_pump (LanTransfers *t, LanTransferChannel *ch, LanTime now);
/** Forgets everything that @one still has to send over its channel. */
void lan_transfer_channel_forget (LanTransfers *t, LanTransferOne *one);
void lan_transfer_channel_add_ready (LanTransferChannel *ch, LanTransferOne *one,
                                     const LanMessageId *name, gboolean hashes, guint64 index,
                                     GBytes *bytes);
/** What is read of @one and was not sent is not sent. */
void lan_transfer_channel_drop_ready (LanTransferChannel *ch, const LanTransferOne *one);
/** Whether @account is wanted, as far as one transfer goes. */
void lan_transfer_need (LanTransfers *t, const LanAccountId *account, const LanMessageId *id,
                        gboolean needs);
/** @one's part in whether its peer, and others who have the same, are wanted. */
void lan_transfer_set_need (LanTransfers *t, LanTransferOne *one, gboolean needs, LanTime now);

/* -- lan-transfer-frame.c -- */
void lan_transfer_send_state (LanTransfers *t, LanTransferChannel *ch, const LanMessageId *id,
                              Lanyard__FileStateKind kind, const char *code, guint64 done);
/** Says the state that @one is in, when there is something to say and a channel to say it over. */
void lan_transfer_tell (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch);
void lan_transfer_send_request (LanTransfers *t, LanTransferChannel *ch, const LanMessageId *id,
                                gboolean hashes, guint64 first, guint32 count);
void lan_transfer_send_cancel (LanTransfers *t, LanTransferChannel *ch, const LanMessageId *id,
                               guint64 first, guint32 count);
void lan_transfer_send_have (LanTransfers *t, LanTransferChannel *ch, const LanMessageId *name,
                             Lanyard__FileHaveKind kind, guint64 first, const guint8 *bits,
                             gsize len, gboolean ask);
/** Takes the frame's size from the channel's room. */
void lan_transfer_send_piece (LanTransfers *t, LanTransferChannel *ch, const LanReadyBlock *block,
                              gsize len);
/** Returns: bytes that a piece of @len bytes takes on the channel, at most. */
gsize lan_transfer_piece_size (gsize len);
/** The author cannot give it, for the reason @code, and nobody else can. */
void lan_transfer_fail_for_author (LanTransfers *t, LanTransferOne *one, LanFileError code,
                                   LanTime now);
LanStatus lan_transfer_on_state (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                                 const Lanyard__FileState *state, LanTime now);

void lan_transfer_send_manifest_request (LanTransfers *t, LanTransferChannel *ch,
                                         const LanMessageId *id, guint64 offset, guint32 length);
void lan_transfer_send_manifest (LanTransfers *t, LanTransferChannel *ch, const LanMessageId *id,
                                 guint64 offset, const guint8 *data, gsize len);

/* -- lan-transfer-manifest.c -- */
/** Asks for the manifest of an offered folder, when it is wanted, missing and can be had. */
void lan_transfer_manifest_step (LanTransfers *t, LanTransferOne *one, LanTime now);
/** @ch is gone. */
void lan_transfer_manifest_lost (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                                 LanTime now);
/** No page came for a while: what is missing is asked for again, of somebody else if possible. */
void lan_transfer_manifest_due (LanTransfers *t, LanTransferOne *one, LanTime now);
LanStatus lan_transfer_manifest_page (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                                      guint64 offset, const guint8 *data, gsize len, LanTime now);
LanStatus lan_transfer_manifest_request (LanTransfers *t, LanTransferOne *one,
                                         LanTransferChannel *ch, guint64 offset, guint32 length,
                                         LanTime now);
void lan_transfer_manifest_clear (LanTransferOne *one);

/* -- lan-transfer-same.c -- */
/** Adds the places where some of @one may lie already. */
void lan_transfer_add_places (LanTransfers *t, const LanTransferOne *one, LanFileJob *job);

/* -- lan-transfer-detail.c -- */
/** Returns: (transfer full) (nullable): NULL when there is nothing to be kept. */
GBytes *lan_transfer_detail_encode (const LanTransferDetail *detail);
/** Takes over what @bytes (nullable) say; what cannot be read is left out. */
void lan_transfer_detail_decode (LanTransferDetail *detail, GBytes *bytes);
void lan_transfer_detail_clear (LanTransferDetail *detail);
/** Keeps the manifest and, of an outgoing one, the leaf hashes with their stamp; @keep FALSE: forgets them. */
void lan_transfer_plan_commit (LanTransfers *t, LanTransferOne *one, gboolean keep);
/** Takes over what was kept. */
void lan_transfer_plan_load (LanTransferOne *one, GBytes *plan);

static inline gboolean
lan_transfer_bit (const guint8 *bits, guint64 i)
{
  return (bits[i / 8] >> i % 8 & 1) != 0;
}

static inline void
lan_transfer_set_bit (guint8 *bits, guint64 i)
{
  bits[i / 8] |= (guint8) (1 << i % 8);
}

static inline gsize
lan_transfer_bits_size (guint64 n)
{
  return (gsize) (n + 7) / 8;
}

/* Whether @leaf was asked for with @slot and has no answer yet. */
static inline gboolean
lan_transfer_slot_covers (const LanLeafSlot *slot, guint64 leaf)
{
  return leaf >= slot->first && leaf - slot->first < slot->count &&
         !lan_transfer_bit (slot->answered, leaf - slot->first);
}

static inline gboolean
lan_transfer_is_fetching (const LanTransferOne *one)
{
  return one->row.incoming && one->in.phase == LAN_IN_DATA;
}

G_END_DECLS
