/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A small world for scenarios: desktops with a LanCore and a history each, a virtual clock, and a
 * network that is drawn from a seed: delay, frames lost, doubled and out of order, channels that
 * break, partitions. Machines crash, disks fill, profiles are put back from copies. While it runs
 * it watches what must always hold: nothing is sent, told or acknowledged that is not on disk, and
 * nothing is told twice.
 */
#pragma once

#include "lan-shown.h"
#include "sim-store.h"

typedef struct _Sim Sim;

typedef struct {
  guint index;
  char *name;
  LanAccountKeys *account;
  GPtrArray *device_keys; /* of LanDeviceKeys, the present one last */
  GBytes *list;
  GBytes *cert;
  guint32 list_seq;
  LanCore *core; /* NULL while it is off */
  SimStore *store;
  guint generation;
  gint64 wall_offset_ms;
  guint group; /* of the partition it is in */
  gboolean disk_full;
  gint64 store_free_us; /* when the store has done all it was asked */
  guint steps;          /* events carried out on it */
  GHashTable *told;     /* author and id of MESSAGE events, over all lives */
  GHashTable *wanted;   /* indexes of desktops it wants a channel to */
  GHashTable *states;   /* message id -> GINT_TO_POINTER (rank + 1), see sim_state() */
  guint n_typing, n_claims, n_over, n_clock, n_failed, n_new_keys, n_presence, n_frames;
  guint n_revoked;
  guint received; /* MESSAGE events of others */
} SimNode;

/* What becomes of @frame on its way: (transfer full), NULL: it is kept back; *@twice: it comes twice. */
typedef GBytes *(*SimTamper) (Sim *sim, guint from, guint to, GBytes *frame, gpointer data,
                              gboolean *twice);

struct _Sim {
  guint64 seed;
  LanSeededRandom random;
  gint64 now_us;
  gint64 wall_start_ms;
  guint64 next_serial;
  guint64 next_channel;
  GSequence *events;
  GPtrArray *nodes;
  GHashTable *pipes; /* channel id -> SimPipe */
  /* the weather */
  gint64 delay_us;      /* at most */
  guint rough_permille; /* frames of a channel that are lost, doubled or late */
  guint lost_permille;  /* frames of a channel that are lost, beside those */
  guint break_permille; /* channels broken by a frame */
  gboolean dial;        /* wanted channels are made */
  /* crash `crash_node` before its step number `crash_at`; half of the time what the store was
   * doing is done, half not: @crash_keeps */
  int crash_node;
  guint crash_at;
  gboolean crash_keeps;
  int clocked; /* a desktop whose processor time is counted; -1: none */
  gint64 clocked_ns;
  SimTamper tamper; /* somebody's hands in the wires; may be NULL */
  gpointer tamper_data;
  guint64 frames_sent;
  guint64 bytes_sent;    /* of those */
  struct _SimPost *post; /* a server, where there is one (sim-post.h) */
  gboolean failing;      /* the commit under way is made to fail */
};

Sim *sim_new (guint64 seed, guint n_nodes);
void sim_free (Sim *sim);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sim, sim_free)

SimNode *sim_node (Sim *sim, guint index);
/* Another device of the person at @of, linked by it and not yet met; returns its index. */
guint sim_add_device (Sim *sim, guint of);
/* The person at @who takes the device at @other off the list. */
void sim_revoke (Sim *sim, guint who, guint other);
const LanDeviceId *sim_device (Sim *sim, guint node);
LanTime sim_time (Sim *sim, guint node);
const LanAccountId *sim_id (Sim *sim, guint node);
LanConversationId sim_conversation (Sim *sim, guint a, guint b);

/* Runs for @ms of virtual time, or until nothing is left to do. */
void sim_run (Sim *sim, gint64 ms);
/* Carries out what calls made outside of sim_run() left to do. */
void sim_drain_all (Sim *sim);

/* A channel between two that are on and in one group; returns its id, 0 when there is none. */
guint64 sim_connect (Sim *sim, guint a, guint b, LanCarrier carrier);
void sim_disconnect (Sim *sim, guint a, guint b);
gboolean sim_connected (Sim *sim, guint a, guint b);
/* Puts @node into @group; channels between groups break. */
void sim_set_group (Sim *sim, guint node, guint group);

void sim_start (Sim *sim, guint node);
void sim_crash (Sim *sim, guint node, gboolean keep);

/* Says @text; returns the message id. */
LanMessageId sim_say (Sim *sim, guint from, guint to, const char *text);
LanMessageId sim_offer (Sim *sim, guint from, guint to, const char *name);
void sim_accept (Sim *sim, guint who, guint whom);
/* They have accepted each other and are connected. */
void sim_befriend (Sim *sim, guint a, guint b);
/* Reads everything that @other wrote to @who. */
void sim_read_all (Sim *sim, guint who, guint other);

int sim_state (Sim *sim, guint node, const LanMessageId *message);
/* A new person of the same name behind desktop @node, with an empty history. */
void sim_reinstall (Sim *sim, guint node, const char *name);

/* Both sides show the same @count messages in the same order, each once. */
void sim_assert_same (Sim *sim, guint a, guint b, guint count);
/* What desktop @who shows of a message of the conversation of @a and @b. */
void sim_shown (Sim *sim, guint who, guint a, guint b, const LanAccountId *author,
                const LanMessageId *message, LanShown *shown);
guint sim_count (Sim *sim, guint who, guint other);
const char *sim_text (Sim *sim, guint who, guint other, guint nth);
