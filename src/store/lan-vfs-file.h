/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One open file of the sealing VFS. What does not open with the key is an error where SQLite relies
 * on it, and reads as zeros where SQLite looks for the end of what a crash left behind (recovery of
 * WAL and journal), since a torn last write is no damage. Private to the store; used by the
 * connection's thread.
 */
#pragma once

#include "lan-vfs.h"

G_BEGIN_DECLS

typedef struct {
  sqlite3_file base;
  LanVfs *vfs;
  LanPageKind kind;
  sqlite3_file *below; /* in the same allocation, after this struct */

  /* SQLite writes a WAL frame as prefix, then page; they are one unit, so the prefix waits here. */
  gboolean has_prefix;
  guint64 prefix_at;
  guint8 prefix[LAN_PAGE_WAL_PREFIX_BYTES];
} LanVfsFile;

/** xOpen: @file is SQLite's memory of szOsFile bytes. Returns: an SQLite result code. */
int lan_vfs_file_open (LanVfsFile *file, LanVfs *vfs, LanPageKind kind, const char *name, int flags,
                       int *out_flags) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
