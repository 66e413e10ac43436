/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A world for transfer machines: peers with a disk, a store and channels between them, all in
 * memory and in virtual time. Everything that takes time takes a random but seeded one; channels
 * keep the order of frames and can be cut; peers can be killed and started again with what they
 * committed.
 */
#pragma once

#include "lan-random.h"
#include "lan-transfers-private.h"

#define WORLD_PEERS 9

typedef struct _World World;

typedef struct {
  World *world;
  int index;
  LanTransfers *t;
  LanAccountId account;
  guint life;        /* what was scheduled for an earlier life is dropped */
  GHashTable *rows;  /* LanMessageId -> LanTransferRow: what is committed */
  GHashTable *files; /* path -> GByteArray */
  GHashTable *parts; /* hex of id -> GByteArray */
  GHashTable *open;  /* hex of id: opened by OPEN_* and not closed */
  GHashTable *wants; /* hex of account */
  GHashTable *lists; /* hex of id -> GBytes: leaf hashes that the disk was given */
  GHashTable *plans; /* hex of id -> GBytes: committed beside the row */
  guint n_jobs[LAN_FILE_JOB_N];
  guint n_events[4];
  guint n_states[LAN_TRANSFER_N];
  guint max_open; /* most files open at once */
  gboolean commits_fail;
  LanFileError fail_with; /* for fail_type after fail_after more of them */
  LanFileJobType fail_type;
  int fail_after;             /* -1: never */
  guint64 served;             /* bytes of file blocks sent */
  guint64 uplink_bytes_per_s; /* of all channels together; 0: as the world says for each */
  gint64 uplink_until_us;
  gboolean is_mute; /* what it sends of file blocks is lost */
  gint64 last_progress_us;
  LanStatus worst;                                /* worst status that a frame got */
  void (*spoil) (LanFrame *frame, gpointer data); /* changes what this peer sends */
  gpointer spoil_data;
  gint64 disk_us; /* most that a job takes */
} Peer;

struct _World {
  LanSeededRandom random;
  LanTime now;
  guint64 seq;
  GQueue due; /* of scheduled things, by time */
  Peer peers[WORLD_PEERS];
  GHashTable *pipes; /* channel -> Pipe */
  guint64 last_channel;
  gint64 latency_us;
  guint64 bytes_per_s; /* of a channel, each way */
  gsize window_bytes;
  guint64 steps;
  guint members; /* of the group that peers [0, members) are in */
  void (*left) (World *w, int peer, const LanTransferAction *action, gpointer data);
  gpointer left_data;
};

World *world_new (guint64 seed);
void world_free (World *w);

/** Runs until nothing is due any more, or @seconds of virtual time have passed. */
void world_run (World *w, double seconds);
/** Runs until transfer @id of @peer is in @state; fails the test after an hour of virtual time. */
void world_run_until (World *w, int peer, const LanMessageId *id, LanTransferState state);

/** Returns: the channel's id. */
guint64 world_join (World *w, int a, int b, gboolean carries_blocks);
void world_cut (World *w, guint64 channel);

void world_kill (World *w, int peer);
void world_start (World *w, int peer);

/** Puts a file of @size seeded bytes on the disk of @peer. */
void world_make_file (World *w, int peer, const char *path, gsize size);
GByteArray *world_file (World *w, int peer, const char *path);

LanMessageId world_id (guint n);
/** Sends @path and brings the offer to the other side, which need not be joined. */
void world_offer (World *w, int from, int to, guint n, const char *path);
/** The same to peers [1, 1 + n) at once, as number @n_first, @n_first + 1, ...: they may share it. */
void world_share (World *w, int from, guint n, guint n_first, const char *path);
/** Peers [0, @n) are in a group from now on. */
void world_set_members (World *w, guint n);
/** Offers @path to that group. */
void world_offer_group (World *w, int from, guint n, const char *path);
/** Brings the offer of @from that is known as @n to @to, who came later. */
void world_bring_group (World *w, int from, int to, guint n);

LanTransferState world_state (World *w, int peer, const LanMessageId *id);
const char *world_error (World *w, int peer, const LanMessageId *id);

/** Carries out the actions of @peer's machine: after every call into it from outside the world. */
void world_settle (World *w, int peer);

/** Gives a frame to @peer as if it came over @channel. */
LanStatus world_frame (World *w, int peer, guint64 channel, const LanFrame *frame);
