/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The registry's storage, in memory: carries out every operation of lan-registry-op.h at once, can be
 * told to fail, and loads a new registry with what it holds.
 */
#pragma once

#include "lan-merkle.h"
#include "lan-registry.h"

G_BEGIN_DECLS

typedef struct _DirStore DirStore;

DirStore *dir_store_new (void);
/** Returns: (transfer full): the same rows, as the database of another machine. */
DirStore *dir_store_copy (const DirStore *store);
void dir_store_free (DirStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DirStore, dir_store_free)

/** What every operation answers from now on; LAN_OP_OK: it works. */
void dir_store_set_fault (DirStore *store, LanRegistryOpStatus fault);

/** Carries out @op and fills its answer. */
void dir_store_run (DirStore *store, LanRegistryOp *op);

/** Gives @registry all rows that it loads at start. */
LanStatus dir_store_load (const DirStore *store, LanRegistry *registry);

/** The log's entries and its newest head. Returns: (transfer none) (nullable): the head. */
GBytes *dir_store_log (const DirStore *store, LanMerkleFrontier *frontier);

guint dir_store_count_mail (const DirStore *store);
guint dir_store_count_writes (const DirStore *store);
/** Returns: (transfer none) (nullable): the stored hash of a password. */
const char *dir_store_password (const DirStore *store, const LanUserId *uid);

G_END_DECLS
