/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The SQLite VFS that seals every byte SQLite keeps: the main database, its journal, the WAL and
 * temporary files (lan-page-layout.h). Everything else (names, locks, syncs) goes to the VFS below.
 * It offers neither shared memory nor mmap: SQLite must be in exclusive locking mode. One VFS
 * belongs to one connection and is used by that connection's thread. Private to the store.
 */
#pragma once

#include "lan-page-layout.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/* The first unit that turned out not to be genuine. */
typedef struct {
  gboolean is_set;
  LanPageKind kind;
  guint64 offset; /* as SQLite sees the file */
} LanVfsFault;

typedef struct {
  sqlite3_vfs base; /* registered under base.zName, a name of its own */
  sqlite3_vfs *below;
  LanPageSeal *seal;
  LanVfsFault fault;
} LanVfs;

/**
 * Registers a VFS above the one named @below (NULL: SQLite's default). @seal: (transfer full).
 *
 * Returns: (transfer full) (nullable): NULL when there is no such VFS below.
 */
LanVfs *lan_vfs_new (LanPageSeal *seal, const char *below) G_GNUC_WARN_UNUSED_RESULT;

/** Unregisters @vfs; no connection may use it any more. NULL is fine. */
void lan_vfs_free (LanVfs *vfs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanVfs, lan_vfs_free)

G_END_DECLS
