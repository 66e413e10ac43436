/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Power fails after each single operation on the disk, in each way it may (fault-disk.h); the disk
 * is full, or does not sync, from each single operation on. What was reported as committed must be
 * there and whole, and nothing else may be there in part.
 */
#include "crash-work.h"
#include "store-driver.h"

#include <string.h>

#define GROUPS 8

/* One step of the workload: groups of one to four batches, a tidying now and then, a restart. */
static gboolean
run_step (CrashWork *work, const char *below, guint step, GError **error)
{
  if (step == GROUPS / 2) {
    crash_work_close (work);
    if (!crash_work_open (work, below, error))
      return FALSE;
  }
  if (!crash_work_commit (work, step % 4 + 1, error))
    return FALSE;
  if (step % 3 == 2)
    crash_work_tidy (work);
  return TRUE;
}

typedef struct {
  guint n_ops; /* on the disk when they had been reported */
  guint batches;
} Report;

static void
record_work (FaultDisk *disk, GArray *reports)
{
  g_autoptr (GError) error = NULL;
  CrashWork work = { 0 };

  crash_work_open (&work, "fault", &error);
  g_assert_no_error (error);
  for (guint step = 0; step < GROUPS; step++) {
    Report report;

    run_step (&work, "fault", step, &error);
    g_assert_no_error (error);
    report = (Report){ fault_disk_n_ops (disk), work.batches };
    g_array_append_val (reports, report);
  }
  crash_work_close (&work);
}

static void
test_power_failure (void)
{
  g_autoptr (GArray) reports = g_array_new (FALSE, FALSE, sizeof (Report));
  g_autoptr (FaultDisk) disk = fault_disk_new ("fault");
  guint reported = 0, next = 0, total, n_ops, crashes = 0;

  record_work (disk, reports);
  n_ops = fault_disk_n_ops (disk);
  total = g_array_index (reports, Report, reports->len - 1).batches;
  for (guint at = 0; at <= n_ops; at++) {
    while (next < reports->len && g_array_index (reports, Report, next).n_ops <= at)
      reported = g_array_index (reports, Report, next++).batches;
    for (guint how = 0; how < FAULT_CRASH_N; how++) {
      g_autoptr (FaultDisk) crashed = fault_disk_new ("crashed");

      fault_disk_crash (disk, at, (FaultCrash) how, at * 31 + how, crashed);
      crash_work_judge ("crashed", reported, total);
      crashes++;
    }
  }
  g_test_message ("%u operations, %u crashes", n_ops, crashes);
  g_assert_false (fault_disk_shows (disk, STORE_MARKER));
}

/* Runs the workload, trying a step that failed again once the disk works. Returns: failures seen. */
static guint
run_on_failing_disk (FaultDisk *disk, CrashWork *work, LanStoreError expected)
{
  g_autoptr (GError) error = NULL;
  guint failures = 0;

  while (!crash_work_open (work, "fault", &error)) {
    g_assert_error (error, LAN_STORE_ERROR, (int) expected);
    g_clear_error (&error);
    crash_work_close (work);
    fault_disk_fail_after (disk, FAULT_OP_WRITE, G_MAXUINT, 0);
    g_assert_cmpuint (++failures, ==, 1);
  }
  for (guint step = 0; step < GROUPS; step++) {
    while (!run_step (work, "fault", step, &error)) {
      g_assert_error (error, LAN_STORE_ERROR, (int) expected);
      g_assert_nonnull (strstr (error->message, lan_store_error_advice (expected)));
      g_clear_error (&error);
      fault_disk_fail_after (disk, FAULT_OP_WRITE, G_MAXUINT, 0);
      g_assert_cmpuint (++failures, <=, 2);
    }
  }
  return failures;
}

static void
test_failing (FaultOpType type, int code, LanStoreError expected)
{
  guint failures = 0;

  for (guint at = 0;; at++) {
    g_autoptr (FaultDisk) disk = fault_disk_new ("fault");
    g_autoptr (FaultDisk) crashed = fault_disk_new ("crashed");
    CrashWork work = { 0 };

    fault_disk_fail_after (disk, type, at, code);
    failures += run_on_failing_disk (disk, &work, expected);
    /* What was reported is there after a crash, and after an orderly end. */
    fault_disk_crash (disk, fault_disk_n_ops (disk), FAULT_CRASH_DROP_ALL, 0, crashed);
    crash_work_judge ("crashed", work.batches, work.attempted);
    if (at >= fault_disk_count (disk, type)) {
      crash_work_close (&work);
      break;
    }
    fault_disk_fail_after (disk, type, G_MAXUINT, 0);
    crash_work_close (&work);
    crash_work_judge ("fault", work.batches, work.attempted);
  }
  g_test_message ("%u failures", failures);
  g_assert_cmpuint (failures, >, 20);
}

static void
test_disk_full (void)
{
  test_failing (FAULT_OP_WRITE, SQLITE_FULL, LAN_STORE_ERROR_FULL);
}

static void
test_write_error (void)
{
  test_failing (FAULT_OP_WRITE, SQLITE_IOERR_WRITE, LAN_STORE_ERROR_IO);
}

static void
test_sync_error (void)
{
  test_failing (FAULT_OP_SYNC, SQLITE_IOERR_FSYNC, LAN_STORE_ERROR_IO);
}

/* Thousands of failures are on purpose here: the store's lines about them would bury the results. */
static void
on_log (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_handler ("lan-store", G_LOG_LEVEL_INFO, on_log, NULL);
  g_test_add_func ("/store/crash/power-failure", test_power_failure);
  g_test_add_func ("/store/crash/disk-full", test_disk_full);
  g_test_add_func ("/store/crash/write-error", test_write_error);
  g_test_add_func ("/store/crash/sync-error", test_sync_error);
  return g_test_run ();
}
