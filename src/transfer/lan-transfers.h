/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * All file transfers of a profile, as one machine without I/O, clock or threads. Commands, frames,
 * job results and the time go in; actions come out of a queue. The receiver pulls: it fetches the
 * list of leaf hashes, checks it against the root that was offered, then asks for leaves with a
 * bounded window; every leaf is verified before it counts. The sender reads and sends only what was
 * asked for, and only as fast as the channel takes it.
 *
 *   outgoing: VERIFYING (hashing) -> OFFERED -> ACCEPTED <-> RUNNING -> DONE
 *   incoming: OFFERED -> ACCEPTED (waiting for the other side) <-> RUNNING -> VERIFYING -> DONE
 *   all before DONE -> FAILED | CANCELLED; outgoing ones and OFFERED -> DECLINED;
 *   FAILED -> ACCEPTED, RUNNING (tried again by the receiver)
 *
 * A transfer is named by the message id of its offer. Limits that hold against strangers and
 * everybody else are in lan-transfer-limits.h. One thread.
 */
#pragma once

#include "lan-change.h"
#include "lan-file-job.h"
#include "lan-frame.h"
#include "lan-random.h"

G_BEGIN_DECLS

#define LAN_TRANSFER_MAX_HOLDERS 64  /* named in an offer */
#define LAN_TRANSFER_MAX_MEMBERS 200 /* of a group, which names nobody */

typedef struct _LanTransfers LanTransfers;

typedef struct {
  gsize window_bytes;      /* asked for and not yet here, a channel; 0: 1 MiB; at least one leaf */
  gsize serve_bytes;       /* being read or waiting to be sent, a channel; 0: 1 MiB */
  gsize bulk_bytes;        /* asked for and not yet here, a bulk lane; 0: 8 MiB */
  LanAccountId self;       /* whose profile this is; zero: not known */
  const LanRandom *random; /* NULL: the system's; must outlive the machine */
} LanTransfersConfig;

/* What a channel carries of files. */
typedef enum {
  LAN_CARRIES_STATES = 0, /* a peer lane: states, hashes, manifests */
  LAN_CARRIES_LEFT = 1, /* the machine's own: one transfer, out of what was left with the server */
  LAN_CARRIES_BLOCKS = 2, /* a link: blocks too, in frames */
  LAN_CARRIES_BULK = 3,   /* a bulk lane: blocks beside the machine, by SERVE and TARGET */
} LanTransferCarrier;

/*
 * How it stands with what is left with the server for somebody who is away.
 *
 *   outgoing: NONE -> SEALING -> SENDING -> TELLING -> THERE -> DROPPING -> OVER
 *   incoming: NONE -> THERE -> ANSWERED
 *
 * Kept with the transfer. Append-only.
 */
typedef enum {
  LAN_LEFT_NONE = 0,
  LAN_LEFT_SEALING = 1,  /* read once, so that it gets its name */
  LAN_LEFT_SENDING = 2,  /* on its way to the server */
  LAN_LEFT_TELLING = 3,  /* there; the record that says so is being written */
  LAN_LEFT_THERE = 4,    /* there, and said */
  LAN_LEFT_ANSWERED = 5, /* incoming: the sender is told what became of it */
  LAN_LEFT_DROPPING = 6, /* of no use any more, to be deleted there */
  LAN_LEFT_OVER = 7,     /* deleted */
  LAN_LEFT_TOO_BIG = 8,  /* larger than the server takes */
  LAN_LEFT_NO_ROOM = 9,  /* the server has no room for it now */
  LAN_LEFT_EXPIRED = 10, /* nobody came for it in time */
  LAN_LEFT_GONE = 11,    /* incoming: the server does not have it */
  LAN_LEFT_BROKEN = 12,  /* incoming: what the server gave is not what was left there */
  LAN_LEFT_N
} LanLeftState;

/* What LAN_TRANSFER_ACTION_LEFT asks for. */
typedef enum {
  LAN_LEFT_DO_BEGIN, /* may it be left for .peer? Answer with lan_transfers_left_begin() */
  LAN_LEFT_DO_PUT, /* .size sealed bytes want to go there; lan_transfers_blob_wanted() asks for them */
  LAN_LEFT_DO_DATA,  /* .bytes, the piece at .offset */
  LAN_LEFT_DO_GET,   /* the piece at .offset; lan_transfers_blob_part() brings it */
  LAN_LEFT_DO_STOP,  /* nothing more of it is wanted or given now */
  LAN_LEFT_DO_DROP,  /* is to be deleted; answer with lan_transfers_blob_dropped() */
  LAN_LEFT_DO_TELL,  /* a record that it is there: .root, .key, .size, .expires_ms */
  LAN_LEFT_DO_ANSWER /* a record of what became of it: .declined */
} LanLeftDo;

/* What became of a leaf that came over a bulk lane. */
typedef struct {
  guint64 leaf;
  gsize len;
  gboolean is_bad; /* not what it should be; else it is written */
} LanTransferLeaf;

/* What a person chooses when taking an offer. */
typedef struct {
  LanFileConflict conflict;
  GBytes *wanted; /* a bit for each entry of the folder; NULL: all */
} LanTransferChoice;

typedef enum {
  LAN_TRANSFER_ACTION_SEND,   /* a frame for a channel; `bulk` frames yield to everything else */
  LAN_TRANSFER_ACTION_JOB,    /* for lan_disk_submit() */
  LAN_TRANSFER_ACTION_COMMIT, /* rows for the store; answer with lan_transfers_committed() */
  LAN_TRANSFER_ACTION_OFFER, /* a record for core to write; answer with lan_transfers_offer_sent() */
  LAN_TRANSFER_ACTION_WANT,  /* a channel that carries file blocks is (no longer) wanted */
  LAN_TRANSFER_ACTION_EVENT,  /* something a person should see */
  LAN_TRANSFER_ACTION_SERVE,  /* read these leaves and send them over a bulk lane; answer with
                              * lan_transfers_served() */
  LAN_TRANSFER_ACTION_CANCEL, /* leaves of an earlier SERVE that need not be sent */
  LAN_TRANSFER_ACTION_TARGET, /* leaves of this transfer may (no longer) come over bulk lanes */
  LAN_TRANSFER_ACTION_LEFT,   /* about what is left with the server */
} LanTransferActionType;

typedef enum {
  LAN_TRANSFER_EVENT_ADDED,    /* an outgoing transfer exists, and is kept */
  LAN_TRANSFER_EVENT_OFFERED,  /* an incoming offer is there */
  LAN_TRANSFER_EVENT_STATE,    /* state changed, also to done, failed, declined, cancelled */
  LAN_TRANSFER_EVENT_PROGRESS, /* at most ten a second for each transfer */
} LanTransferEventType;

typedef struct {
  LanTransferActionType type;
  LanMessageId id;   /* which transfer: JOB, OFFER, EVENT */
  LanAccountId peer; /* OFFER, WANT, EVENT */
  union {
    struct {
      guint64 channel;
      GBytes *frame;
      gboolean bulk;
    } send;
    LanFileJob *job;
    struct {
      guint64 batch;
      GPtrArray *changes; /* of LanChange */
    } commit;
    struct {
      LanConversationId conversation;
      char *name;
      guint64 size;
      LanHash root;
      gboolean is_folder;
      guint64 manifest_size;
      guint32 entries;
      guint32 left_links; /* see lan_transfers_left_out() */
      guint32 left_others;
      GBytes *holders; /* 32 bytes each */
      GBytes *share;   /* 32 bytes, or NULL */
    } offer;           /* for core: see lan_transfer_action_offer() */
    gboolean wanted;
    struct {
      LanMessageId name; /* what the leaves are called on the lane */
      gboolean is_on;
    } target;
    struct { /* SERVE, CANCEL */
      guint64 channel;
      LanMessageId name; /* what the leaves are to be called on the lane */
      guint64 first;
      guint32 count;
    } serve;
    struct {
      LanLeftDo what;
      LanHash root;
      guint8 key[32];
      guint64 size;
      guint64 offset;
      GBytes *bytes;
      gint64 expires_ms;
      gboolean declined;
    } left;
    struct {
      LanTransferEventType type;
      LanTransferState state;
      guint64 done;
      guint64 rate;     /* bytes a second, smoothed */
      gboolean request; /* OFFERED: from a stranger */
    } event;
  };
} LanTransferAction;

LanTransfers *lan_transfers_new (const LanTransfersConfig *config) G_GNUC_WARN_UNUSED_RESULT;
void lan_transfers_free (LanTransfers *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanTransfers, lan_transfers_free)

/** Takes the next action out of the queue into @action; FALSE when there is none. */
gboolean lan_transfers_next_action (LanTransfers *t, LanTransferAction *action);

/** Frees what is left in @action; steal what was handed on by setting it to NULL first. */
void lan_transfer_action_clear (LanTransferAction *action);

/* Room for what an offer points to. */
typedef struct {
  Lanyard__FolderOffer folder;
  ProtobufCBinaryData holders[LAN_TRANSFER_MAX_HOLDERS];
} LanTransferOfferParts;

/** Fills @offer from an OFFER action for lan_core_offer_file(); it borrows from @action and @parts. */
void lan_transfer_action_offer (LanTransferAction *action, Lanyard__FileOffer *offer,
                                LanTransferOfferParts *parts);

/* -- state -- */

/** At start, once for each row of the store, before anything else; no events are made. */
void lan_transfers_load (LanTransfers *t, const LanTransferRow *row, LanTime now);

/** Returns: (nullable) (transfer none): valid until the next call; .bitmap may lag behind .done. */
const LanTransferRow *lan_transfers_get (const LanTransfers *t, const LanMessageId *id);

/**
 * Returns: (transfer none) (nullable): what is in an offered folder; NULL while that is not known. An
 * offer's tree is fetched as soon as there is a channel, a stranger's only once it was accepted.
 */
LanFileTree *lan_transfers_tree (const LanTransfers *t, const LanMessageId *id);

/** TRUE when the offer is of a folder, whose tree may not be known yet. */
gboolean lan_transfers_is_folder (const LanTransfers *t, const LanMessageId *id);

/** What a folder holds and is not sent with it: links, and @others (out) that are neither file nor folder. */
guint lan_transfers_left_out (const LanTransfers *t, const LanMessageId *id, guint *others);

/** TRUE when a person here holds it up. */
gboolean lan_transfers_is_paused (const LanTransfers *t, const LanMessageId *id);

/** Bytes of @entry that are here and verified, or were given away; 0 when not known. */
guint64 lan_transfers_entry_done (const LanTransfers *t, const LanMessageId *id, guint entry);

/** FALSE when the receiver left @entry out. */
gboolean lan_transfers_entry_wanted (const LanTransfers *t, const LanMessageId *id, guint entry);

/** Bytes a second, smoothed over about two seconds; 0 when nothing moves. */
guint64 lan_transfers_rate (const LanTransfers *t, const LanMessageId *id);

/**
 * Returns: (nullable) (transfer none): why a failed transfer failed, an English sentence with
 * details as far as they are known; valid until the next call. The row holds the stable code.
 */
const char *lan_transfers_error_text (const LanTransfers *t, const LanMessageId *id);

/** TRUE when @account may give us, or be given, something that was offered to both and is under way. */
gboolean lan_transfers_shares_with (const LanTransfers *t, const LanAccountId *account);

/** TRUE while blocks are ready that @channel had no room for. */
gboolean lan_transfers_channel_is_waiting (const LanTransfers *t, guint64 channel);

/** The channel that a transfer runs over, or 0. */
guint64 lan_transfers_channel_of (const LanTransfers *t, const LanMessageId *id);

/* -- commands; FALSE: there is no such transfer, or it is not in a state for this -- */

/**
 * Offers the file at @path to @peer under the new message id @id. Hashes first; the offer's record
 * follows as an OFFER action. FALSE when @id is taken.
 */
gboolean lan_transfers_send (LanTransfers *t, const LanMessageId *id,
                             const LanConversationId *conversation, const LanAccountId *peer,
                             const char *path, LanTime now) G_GNUC_WARN_UNUSED_RESULT;

/**
 * The same, said to be offered to @holders (32 bytes each, with @peer or without) as well. @share: (nullable): 32
 * random bytes, the same for all of them: they may give it to each other, and it is hashed only once.
 */
gboolean lan_transfers_send_shared (LanTransfers *t, const LanMessageId *id,
                                    const LanConversationId *conversation, const LanAccountId *peer,
                                    const char *path, GBytes *holders, GBytes *share,
                                    LanTime now) G_GNUC_WARN_UNUSED_RESULT;

/* -- lan-transfer-group.c -- */

/**
 * Offers the file at @path to a group, as one record: what the OFFER action names is @address, which is nobody's
 * account. @members: whoever may fetch it (32 bytes each, oneself included or not), see
 * lan_transfers_set_members(). @share: 32 random bytes. FALSE when @id is taken.
 */
gboolean lan_transfers_send_group (LanTransfers *t, const LanMessageId *id,
                                   const LanConversationId *conversation,
                                   const LanAccountId *address, const char *path, GBytes *members,
                                   GBytes *share, LanTime now) G_GNUC_WARN_UNUSED_RESULT;

/** Who is in the group now: they may fetch what was offered in it, from the author and from each other. */
void lan_transfers_set_members (LanTransfers *t, const LanConversationId *conversation,
                                GBytes *members, LanTime now);

/** How many of the group have what was offered to it. @members: (out): how many it was offered to; 0: no group. */
guint lan_transfers_count_fetched (const LanTransfers *t, const LanMessageId *id, guint *members);

/** TRUE for what a member of a group fetches of what was offered to all: nobody is told of it alone. */
gboolean lan_transfers_is_part (const LanTransfers *t, const LanMessageId *id);

/** Takes an offer, or tries a failed one again, into the folder @dir. */
gboolean lan_transfers_accept (LanTransfers *t, const LanMessageId *id, const char *dir,
                               LanTime now) G_GNUC_WARN_UNUSED_RESULT;
/** The same with choices, NULL: none. */
gboolean lan_transfers_accept_with (LanTransfers *t, const LanMessageId *id, const char *dir,
                                    const LanTransferChoice *choice,
                                    LanTime now) G_GNUC_WARN_UNUSED_RESULT;

/** Either side holds it up, and lets it go on; kept across restarts. */
gboolean lan_transfers_pause (LanTransfers *t, const LanMessageId *id,
                              LanTime now) G_GNUC_WARN_UNUSED_RESULT;
gboolean lan_transfers_resume (LanTransfers *t, const LanMessageId *id,
                               LanTime now) G_GNUC_WARN_UNUSED_RESULT;
gboolean lan_transfers_decline (LanTransfers *t, const LanMessageId *id,
                                LanTime now) G_GNUC_WARN_UNUSED_RESULT;
/** Either side, any time before the end. The part file is removed. */
gboolean lan_transfers_cancel (LanTransfers *t, const LanMessageId *id,
                               LanTime now) G_GNUC_WARN_UNUSED_RESULT;
/** @peer was blocked or removed: offers of theirs are declined, running transfers cancelled. */
void lan_transfers_drop_peer (LanTransfers *t, const LanAccountId *peer, LanTime now);

/* -- lan-transfer-forget.c: transfers that belong to a shared folder -- */

/** One that is over leaves the table and the store. Others stay. */
void lan_transfers_forget (LanTransfers *t, const LanMessageId *id, LanTime now);

/** Cancels all that are under way in @conversation with @peer (nullable: with anybody). */
void lan_transfers_drop_conversation (LanTransfers *t, const LanConversationId *conversation,
                                      const LanAccountId *peer, LanTime now);

/* -- what happened -- */

/**
 * A file offer's record arrived and is committed. The same id again changes nothing. LIMIT: a
 * stranger's fourth open offer, or too many in all; VERSION, MALFORMED: not an offer that can be
 * taken here.
 */
LanStatus lan_transfers_offered (LanTransfers *t, const LanMessageId *id,
                                 const LanConversationId *conversation, const LanAccountId *peer,
                                 const Lanyard__FileOffer *offer, gboolean request,
                                 LanTime now) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Fills @row (clear it afterwards) with what lan_transfers_offered() will keep of this offer: commit
 * it together with the offer's record, and a crash between the two commits loses nothing.
 * OK, MALFORMED or VERSION as there; it needs no machine.
 */
LanStatus lan_transfers_offer_row (const LanMessageId *id, const LanConversationId *conversation,
                                   const LanAccountId *peer, const Lanyard__FileOffer *offer,
                                   LanTime now, LanTransferRow *row) G_GNUC_WARN_UNUSED_RESULT;

/** Core committed the record of an OFFER action, or could not (@ok FALSE: the transfer fails). */
void lan_transfers_offer_sent (LanTransfers *t, const LanMessageId *id, gboolean ok, LanTime now);

/**
 * The record of an offer of ours was written again for another key of the same person, under the
 * same message id: the transfer goes on with that one.
 */
void lan_transfers_repeated (LanTransfers *t, const LanMessageId *id,
                             const LanConversationId *conversation, const LanAccountId *peer,
                             LanTime now);

void lan_transfers_committed (LanTransfers *t, guint64 batch, gboolean ok, LanTime now);
void lan_transfers_job_done (LanTransfers *t, const LanFileResult *result, LanTime now);

/* -- bulk lanes: what the pump of node did -- */

/**
 * Leaves of @id came over @channel, and are written or bad. @error: (nullable): the disk could not go
 * on; leaves that are not in the list are asked for again then.
 */
void lan_transfers_leaves (LanTransfers *t, guint64 channel, const LanMessageId *id,
                           const LanTransferLeaf *leaves, gsize n, const GError *error,
                           LanTime now);

/** @n leaves (@bytes) of a SERVE action went out; @error: (nullable): the source could not be read. */
void lan_transfers_served (LanTransfers *t, guint64 channel, const LanMessageId *id, guint64 n,
                           guint64 bytes, const GError *error, LanTime now);

/**
 * A channel whose other end proved to be @account is up. @room: bytes of bulk frames that may be queued on it now; say at
 * least LAN_FRAME_MAX_BYTES, or 0.
 */
void lan_transfers_channel_up (LanTransfers *t, guint64 channel, const LanAccountId *account,
                               LanTransferCarrier carries, gsize room, LanTime now);
void lan_transfers_channel_down (LanTransfers *t, guint64 channel, LanTime now);

/** @room bytes of bulk frames may be queued on @channel now; replaces what was said before. */
void lan_transfers_channel_writable (LanTransfers *t, guint64 channel, gsize room, LanTime now);

/**
 * A decoded frame of one of the file types. Anything but OK: what came breaks a rule. STATE is worth
 * no more than a count; LIMIT and MALFORMED are reason to close the channel.
 */
LanStatus lan_transfers_frame (LanTransfers *t, guint64 channel, const LanFrame *frame,
                               LanTime now) G_GNUC_WARN_UNUSED_RESULT;

/* -- left with the server -- */

/** Whether the server can be reached, how large a blob it takes, and how long it keeps one. */
void lan_transfers_set_server (LanTransfers *t, gboolean is_open, guint64 max_bytes, gint64 life_ms,
                               LanTime now);

/** @devices: how many of the other side's devices may fetch it; 0: it cannot be left for them. */
void lan_transfers_left_begin (LanTransfers *t, const LanMessageId *id, guint devices, LanTime now);

/** The server has the first @have bytes of the blob @root. */
void lan_transfers_blob_wanted (LanTransfers *t, const LanHash *root, guint64 have, LanTime now);
void lan_transfers_blob_stored (LanTransfers *t, const LanHash *root, LanTime now);

/** @why: TOO_BIG, NO_ROOM for an upload; GONE, BROKEN for a download. */
void lan_transfers_blob_refused (LanTransfers *t, const LanHash *root, LanLeftState why,
                                 LanTime now);

/** @size: of the whole, as the server says. */
void lan_transfers_blob_part (LanTransfers *t, const LanHash *root, guint64 offset, GBytes *bytes,
                              guint64 size, LanTime now);
void lan_transfers_blob_dropped (LanTransfers *t, const LanHash *root, LanTime now);

/**
 * A record says that what @id offered is with the server. @own: this device wrote it. TRUE: @row (clear it
 * afterwards) is to be kept together with the record.
 */
gboolean lan_transfers_on_left (LanTransfers *t, const LanMessageId *id, const LanAccountId *author,
                                gboolean own, const Lanyard__FileLeftOp *left, LanTime now,
                                LanTransferRow *row) G_GNUC_WARN_UNUSED_RESULT;

/** The same of a record that says what became of it on @device. */
gboolean lan_transfers_on_answer (LanTransfers *t, const LanMessageId *id,
                                  const LanAccountId *author, const LanDeviceId *device,
                                  gboolean own, gboolean declined, LanTime now,
                                  LanTransferRow *row) G_GNUC_WARN_UNUSED_RESULT;

LanLeftState lan_transfers_left (const LanTransfers *t, const LanMessageId *id);

/* -- time -- */

/** Monotonic time of the next call to lan_transfers_advance(), or LAN_NO_DEADLINE. */
gint64 lan_transfers_next_deadline (const LanTransfers *t);
void lan_transfers_advance (LanTransfers *t, LanTime now);

G_END_DECLS
