/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Files on disk, on worker threads: jobs of lan-file-job.h go in, results come out in the main
 * context given. Receiving happens below one folder that is opened once: nothing that is swapped for
 * a symbolic link meanwhile leads out of it. Data goes to a part file of mode 0600 beside the final
 * name, which is taken without overwriting anything, after everything is synced (SECURITY section
 * 7, rules a to e). Sources are ordinary files; one that changes while it is being sent is noticed.
 *
 * Memory: disk holds only the buffers of jobs under way; how many there are is the caller's choice
 * (the transfer machine bounds them). Hashing whole files has workers of its own, so that a long
 * hash never holds up reads and writes.
 */
#pragma once

#include "lan-file-job.h"

G_BEGIN_DECLS

#define LAN_DISK_RESERVE_BYTES  (G_GUINT64_CONSTANT (256) << 20) /* stays free, SECURITY 7 (c) */
#define LAN_DISK_RECHECK_BYTES  (G_GUINT64_CONSTANT (64) << 20)  /* free space is looked at again */
#define LAN_DISK_MAX_FILE_BYTES (G_GUINT64_CONSTANT (1) << 40)

typedef struct _LanDisk LanDisk;

/* Called in the disk's main context; @result is lent for the call. */
typedef void (*LanDiskDone) (const LanFileResult *result, gpointer data);

typedef struct {
  GMainContext *context; /* where results are delivered; NULL: the thread's default when created */
  LanDiskDone done;
  gpointer data;
  guint io_workers;     /* 0: 2 */
  guint hash_workers;   /* 0: 1 */
  gint64 reserve_bytes; /* 0: LAN_DISK_RESERVE_BYTES; negative: keep nothing free (tests) */
  /* Tests: free bytes below @dirfd instead of fstatvfs; FALSE is an I/O error. Any thread. */
  gboolean (*free_space) (int dirfd, guint64 *bytes, gpointer data);
  gpointer free_space_data;
} LanDiskConfig;

LanDisk *lan_disk_new (const LanDiskConfig *config) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Waits for jobs under way (each is short, hashes stop early), drops their results and closes every
 * file. No callback runs after it. In the thread of the main context, not inside a callback.
 */
void lan_disk_free (LanDisk *disk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanDisk, lan_disk_free)

/** Queues @job (transfer full); never blocks. In the thread of the main context. */
void lan_disk_submit (LanDisk *disk, LanFileJob *job);

/* -- for node's pump: leaves that pass beside the engine's thread -- */

typedef struct _LanDiskFile LanDiskFile;

/** Returns: (transfer full) (nullable): what is open for @file now. In the main context's thread. */
LanDiskFile *lan_disk_borrow (LanDisk *disk, const LanMessageId *file) G_GNUC_WARN_UNUSED_RESULT;

LanDiskFile *lan_disk_file_ref (LanDiskFile *file);

/** Any thread. Must all be given back before lan_disk_free(). */
void lan_disk_file_unref (LanDiskFile *file);

/** Bytes of @leaf, 0 when there is none. Any thread. */
gsize lan_disk_file_leaf_length (LanDiskFile *file, guint64 leaf);

/**
 * Reads the whole of @leaf into @to: of a source, or of a target where it was written. Any thread, blocks. FALSE
 * and LAN_FILE_ERROR.
 */
gboolean lan_disk_file_read (LanDiskFile *file, guint64 leaf, guint8 *to, GError **error);

/* One leaf that arrived. */
typedef struct {
  LanDiskFile *file;
  guint64 leaf;
  const guint8 *data;
  gsize len;
  GError *error; /* what became of it: NULL, it is written */
} LanDiskLeaf;

/**
 * Verifies each of @leaves (of any files) against the list that CHECK_TARGET gave, then writes it. Any thread, blocks.
 * An error is a LAN_FILE_ERROR; LAN_FILE_ERROR_HASH: the data are not what the leaf must be. Several at once are hashed
 * for less.
 */
void lan_disk_write_leaves (LanDiskLeaf *leaves, gsize n);

/* What is in a folder and is not sent with it. */
typedef struct {
  guint links;  /* symbolic ones */
  guint others; /* pipes, sockets, devices, what may not be looked at */
} LanDiskLeftOut;

/**
 * Adds to @out what is left out when the folder at @path is sent; nothing of a file, or where there is nothing. Any
 * thread, blocks; looks at no more than a folder that can be sent may hold.
 */
void lan_disk_count_left_out (const char *path, LanDiskLeftOut *out);

/** How many jobs are queued or under way, for tests and for shutting down in order. */
guint lan_disk_pending (const LanDisk *disk);

G_END_DECLS
