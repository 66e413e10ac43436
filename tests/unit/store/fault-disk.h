/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A disk in memory, offered to SQLite as a VFS, that remembers every write, sync, truncation,
 * creation and removal in order. From that record another disk can be made as a power failure after
 * any of them may have left it: what was synced is there, of the rest some, none or pieces. It can
 * also run full or fail. One thread; no locks, since nobody else sees it.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct _FaultDisk FaultDisk;

typedef enum {
  FAULT_CRASH_DROP_ALL, /* nothing that was not synced */
  FAULT_CRASH_KEEP_ALL, /* everything, as after kill -9 */
  FAULT_CRASH_SOME,     /* each unsynced operation by the toss of a coin, so also reordered */
  FAULT_CRASH_TORN,     /* each sector of 512 bytes of each unsynced write by the toss of a coin */
  FAULT_CRASH_N
} FaultCrash;

typedef enum {
  FAULT_OP_CREATE,
  FAULT_OP_WRITE,
  FAULT_OP_TRUNCATE,
  FAULT_OP_SYNC,
  FAULT_OP_DELETE,
} FaultOpType;

/** Registers a VFS called @name. Returns: (transfer full). */
FaultDisk *fault_disk_new (const char *name);

/** Unregisters; no file may be open. NULL is fine. */
void fault_disk_free (FaultDisk *disk);

/** How many operations it remembers. */
guint fault_disk_n_ops (FaultDisk *disk);

/** How many of them are of @type. */
guint fault_disk_count (FaultDisk *disk, FaultOpType type);

/** Makes @to hold what @from may hold when power fails after its first @n_ops operations. */
void fault_disk_crash (FaultDisk *from, guint n_ops, FaultCrash how, guint32 seed, FaultDisk *to);

/**
 * After @n more operations of @type (WRITE or SYNC) every further one gives the SQLite code @code;
 * a write that fails still writes its first half. G_MAXUINT: none fails.
 */
void fault_disk_fail_after (FaultDisk *disk, FaultOpType type, guint n, int code);

/** TRUE when @text was ever written, whatever became of it. */
gboolean fault_disk_shows (FaultDisk *disk, const char *text);

/** Flips bit @bit of byte @offset of file @name; FALSE when it is not so long. */
gboolean fault_disk_flip (FaultDisk *disk, const char *name, gsize offset, guint bit);

/** Makes the file @name hold exactly @data, as if it had always been there. */
void fault_disk_put (FaultDisk *disk, const char *name, const guint8 *data, gsize len);

/** Returns: (transfer full) (nullable): a copy of what the file @name holds now. */
GByteArray *fault_disk_dup (FaultDisk *disk, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultDisk, fault_disk_free)

G_END_DECLS
