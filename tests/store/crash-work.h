/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A workload whose state on disk can be judged: batch n adds some records to one log and sets one
 * setting to n. Whatever happened, a database must hold whole batches 1 to m and nothing else, with
 * m at least the last batch that was reported as committed.
 */
#pragma once

#include "fault-disk.h"
#include "lan-store-job.h"

G_BEGIN_DECLS

#define CRASH_DB "history.db"

typedef struct {
  LanDb *db;
  guint batches;   /* committed and reported so far */
  guint attempted; /* begun so far: what may be on disk */
} CrashWork;

/** The last seq of the log after batch @n. */
guint64 crash_work_seq_after (guint n);

/** Opens through a sealing VFS above @below, with a cache so small that transactions spill. */
gboolean crash_work_open (CrashWork *work, const char *below, GError **error);

void crash_work_close (CrashWork *work);

/**
 * Commits the next @n batches as one group. Returns: TRUE when all were reported as committed; else
 * @error is the first's that was not, and work->batches counts those before it.
 */
gboolean crash_work_commit (CrashWork *work, guint n, GError **error);

/** Moves the WAL into the database now, as far as that goes. */
void crash_work_tidy (CrashWork *work);

/**
 * Opens what lies on @below and judges it. Returns: how many batches it holds, asserted to be
 * between @at_least and @at_most and whole, in a sound database that takes another batch.
 */
guint crash_work_judge (const char *below, guint at_least, guint at_most);

G_END_DECLS
