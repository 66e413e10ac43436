/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A disk in a temporary folder, with jobs that are waited for. */
#pragma once

#include "lan-disk.h"

typedef struct {
  GMainContext *context;
  LanDisk *disk;
  char *dir; /* temporary */
  char *in;  /* a folder in it to receive into */
  guint64 last_job;
  GHashTable *results; /* job -> LanFileResult that .more is not set on */
  guint n_progress;
  guint64 free_bytes; /* what the hook reports */
  gboolean free_fails;
} DiskBench;

/** @reserve as in LanDiskConfig; @hook: free space is .free_bytes. */
DiskBench *disk_bench_new (gint64 reserve, gboolean hook);
void disk_bench_free (DiskBench *b);

LanMessageId disk_bench_id (guint n);

/** Returns: (transfer none): a path inside the temporary folder, valid until the next few calls. */
const char *disk_bench_path (DiskBench *b, const char *name);
void disk_bench_put (DiskBench *b, const char *name, const void *data, gsize len);
/** Asserts that the file holds exactly this. */
void disk_bench_expect (const char *path, const void *data, gsize len);

/** Starts @job and waits for it. (transfer full) */
LanFileResult *disk_bench_do (DiskBench *b, LanFileJob *job);
LanFileJob *disk_bench_job (DiskBench *b, LanFileJobType type, guint n);
/** Waits until nothing is under way. */
void disk_bench_settle (DiskBench *b);

LanFileResult *disk_bench_open_source (DiskBench *b, guint n, const char *path);
LanFileResult *disk_bench_open_target (DiskBench *b, guint n, const char *name, gsize size);
/** Writes leaf @leaf of @data with its right hash. */
LanFileResult *disk_bench_write (DiskBench *b, guint n, const guint8 *data, gsize size,
                                 guint64 leaf);
/** Checks a target of at most 8 leaves of @data; @known: one byte, leaves that were noted. */
LanFileResult *disk_bench_check (DiskBench *b, guint n, const guint8 *data, gsize size,
                                 const char *known);
LanFileResult *disk_bench_finish (DiskBench *b, guint n);
/** Opens, writes all of @data, finishes. Returns: (transfer full): where it is, or NULL. */
char *disk_bench_receive (DiskBench *b, guint n, const char *name, const guint8 *data, gsize size);

guint8 *disk_bench_data (gsize size, guint64 seed);

/** Asserts that @result failed with @code, and frees it. */
void disk_bench_fails (LanFileResult *result, LanFileError code);
/** Asserts that it did not, and frees it. */
void disk_bench_works (LanFileResult *result);

void add_containment_tests (void);
void add_full_tests (void);
void add_folder_tests (void);
void add_share_tests (void);
