/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A server's mailboxes for the small world: prekeys, deposits and mail, as a server keeps and gives
 * them, or, when told so, as a careless or hostile one does: envelopes lost after they were
 * acknowledged, given out of order, given again. What desktops ask of it survives their crash as far
 * as it had arrived.
 */
#pragma once

#include "sim-world.h"

typedef struct _SimPost SimPost;

struct _SimPost {
  gboolean up;
  guint lose_permille;    /* of stored envelopes: gone all the same */
  guint shuffle_permille; /* of envelopes: given late, after others */
  guint again_permille;   /* of envelopes: given again, also after they were acknowledged */
  guint deaf_permille;    /* of deposits: the lane breaks first; repeated at the next login */
  GPtrArray *boxes;       /* of SimBox, one for each device */
  GPtrArray *pending;     /* of SimDeposit: asked for, not stored */
  GPtrArray *all;         /* of GBytes: every envelope that ever was stored */
  GHashTable *stored;     /* ids of deposits, as hex */
  guint64 next_id;
  guint n_stored, n_duplicates, n_bundles, n_without_one_time, n_papers, n_cancelled;
};

/* Puts a server into the world; desktops that are on log in. */
SimPost *sim_post_open (Sim *sim);
void sim_post_free (SimPost *post);

/* Down: nothing is answered; up: everybody who is on logs in. */
void sim_post_set_up (Sim *sim, gboolean up);

/* @node logs in, as it does by itself when it starts. */
void sim_post_login (Sim *sim, guint node);

/* Everybody's directory vouches for everybody: they know each other without having met. */
void sim_post_attest_all (Sim *sim);

/* Envelopes waiting for @node's present device. */
guint sim_post_waiting (Sim *sim, guint node);

/* (transfer full) (nullable): what the server has to seal with for @node's present device. */
GBytes *sim_post_prekey (Sim *sim, guint node);

/* The world's hook: TRUE when @action was the server's business. */
gboolean sim_post_carry_out (Sim *sim, SimNode *node, LanCoreAction *action);
void sim_post_event (Sim *sim, SimNode *node, SimEvent *event);
