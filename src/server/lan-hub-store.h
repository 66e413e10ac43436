/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The writer thread: takes the registry's operations, carries out all that wait as one transaction with
 * one sync, and gives them back in order after its COMMIT. What comes while a commit is under way is the
 * next group, so the group grows with the load and one alone waits for nobody. When a transaction
 * fails, its operations are tried again one by one, so that each gets its own answer.
 */
#pragma once

#include "lan-hub-db.h"

G_BEGIN_DECLS

typedef struct _LanHubStore LanHubStore;

typedef struct {
  guint64 operations;
  guint64 commits;
  guint64 failures;      /* operations that ended FULL or FAILED */
  guint64 commit_us;     /* spent in all commits */
  guint64 commit_max_us; /* the longest since start */
  guint64 waiting;       /* operations in the queue */
} LanHubStoreCounters;

/**
 * Takes @db. @wake is called on the writer's thread when answers are ready: it makes the loop call
 * lan_hub_store_next(). @path: of the database, for its free space; under @reserve bytes of it, operations that
 * take room are refused as FULL, so that everything else goes on.
 */
LanHubStore *lan_hub_store_new (LanHubDb *db, const char *path, guint64 reserve,
                                void (*wake) (gpointer),
                                gpointer wake_data) G_GNUC_WARN_UNUSED_RESULT;

/** Carries out what waits, closes the database. Answers not taken are freed. BLOCKS. */
void lan_hub_store_free (LanHubStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanHubStore, lan_hub_store_free)

/** (transfer full) @op. Loop's thread. */
void lan_hub_store_push (LanHubStore *store, LanRegistryOp *op);

/** Hands what was pushed to the thread; call once a turn. Loop's thread. */
void lan_hub_store_flush (LanHubStore *store);

/** Returns: (transfer full) (nullable): the next answer. Loop's thread. */
LanRegistryOp *lan_hub_store_next (LanHubStore *store);

void lan_hub_store_get_counters (LanHubStore *store, LanHubStoreCounters *counters);

G_END_DECLS
