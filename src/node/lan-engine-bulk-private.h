/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What bulk lanes and their openings share. */
#pragma once

#include "lan-engine-bulk.h"

G_BEGIN_DECLS

typedef struct _LanEngineBulkLane LanEngineBulkLane;

/* Somebody whose files are wanted, or who has a lane. */
typedef struct {
  LanAccountId account;
  gboolean wanted;
  gboolean asked; /* they try to open one, and may not know where to dial: once we say where */
  gint64 next_us; /* not opened again before */
  guint failures; /* openings of ours in a row that led nowhere */
} LanEngineBulkPerson;

struct _LanEngineBulk {
  LanEngine *engine;
  LanPump *pump;
  LanBulkRate *rate;
  GHashTable *persons;  /* LanAccountId -> LanEngineBulkPerson */
  GHashTable *lanes;    /* id -> LanEngineBulkLane */
  GPtrArray *openings;  /* what lan-engine-bulk-opening.c has under way */
  GHashTable *channels; /* id (owned) of identified ones */
  guint64 last_lane;
  gint64 tick_us;
};

/* --- lan-engine-bulk.c --- */

/** Called at each entry from outside. */
void lan_engine_bulk_enter (LanEngineBulk *bulk);

/** Made when it is not there. */
LanEngineBulkPerson *lan_engine_bulk_person (LanEngineBulk *bulk, const LanAccountId *account);

/** Returns: (nullable): the newest lane to @account, of @n. */
LanEngineBulkLane *lan_engine_bulk_lane_to (LanEngineBulk *bulk, const LanAccountId *account,
                                            guint *n);

/** (transfer full) @made: is open. */
void lan_engine_bulk_take_lane (LanEngineBulk *bulk, const LanAccountId *account, gboolean is_ours,
                                LanBulkLane *made);

/* --- lan-engine-bulk-opening.c --- */

void lan_engine_bulk_opening_free (gpointer opening);

/** @channel, over which openings may have been arranged, is gone: those of ours begin anew. */
void lan_engine_bulk_opening_drop (LanEngineBulk *bulk, guint64 channel);

/** Opens a lane, when there is a channel to arrange it over. */
void lan_engine_bulk_open_lane (LanEngineBulk *bulk, LanEngineBulkPerson *person);

/** The same, when one is wanted, there is none, and it is time. */
void lan_engine_bulk_consider (LanEngineBulk *bulk, LanEngineBulkPerson *person);

G_END_DECLS
