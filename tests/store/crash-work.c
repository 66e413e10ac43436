/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "crash-work.h"

#include "lan-bytes.h"
#include "store-driver.h"

#include <string.h>

/* Batch sizes go round; one of the eight is larger than the cache. */
static const guint sizes[8] = { 1, 2, 1, 5, 1, 40, 3, 1 };

guint64
crash_work_seq_after (guint n)
{
  guint64 seq = 0;

  for (guint i = 1; i <= n; i++)
    seq += sizes[i % G_N_ELEMENTS (sizes)];
  return seq;
}

gboolean
crash_work_open (CrashWork *work, const char *below, GError **error)
{
  work->db =
      lan_db_open (CRASH_DB, lan_page_seal_new (store_key ()), below, LAN_STORE_FLAG_NONE, error);
  return work->db != NULL && lan_db_exec (work->db, "PRAGMA cache_size = 8", "test", error);
}

void
crash_work_close (CrashWork *work)
{
  g_clear_pointer (&work->db, lan_db_close);
}

static LanStoreJob *
make_batch (guint n)
{
  LanStoreJob *job = lan_store_job_new (LAN_STORE_JOB_COMMIT, NULL);
  guint64 value = n;
  LanSettingRow *setting;

  job->changes = lan_changes_new ();
  for (guint64 seq = crash_work_seq_after (n - 1) + 1; seq <= crash_work_seq_after (n); seq++)
    store_add_record (job->changes, 1, 1, (guint) seq);
  setting = &lan_changes_add (job->changes, LAN_CHANGE_SETTING)->setting;
  setting->key = g_strdup ("test.batch");
  setting->value = g_bytes_new (&value, sizeof value);
  return job;
}

gboolean
crash_work_commit (CrashWork *work, guint n, GError **error)
{
  g_autofree LanStoreJob **jobs = g_new0 (LanStoreJob *, n);
  GError *first = NULL;

  for (guint i = 0; i < n; i++)
    jobs[i] = make_batch (work->batches + i + 1);
  work->attempted = MAX (work->attempted, work->batches + n);
  lan_store_job_commit (jobs, n, work->db);
  for (guint i = 0; i < n; i++) {
    if (first == NULL && jobs[i]->error != NULL)
      first = g_error_copy (jobs[i]->error);
    if (first == NULL)
      work->batches++;
    lan_store_job_free (jobs[i]);
  }
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, first);
  return FALSE;
}

void
crash_work_tidy (CrashWork *work)
{
  work->db->wal_pages = G_MAXINT;
  lan_db_tidy (work->db, TRUE);
}

static void
assert_sound (LanDb *db)
{
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db->handle, "PRAGMA integrity_check", -1, &statement, NULL),
                   ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 0), ==, "ok");
  sqlite3_finalize (statement);
}

static guint
count_batches (LanDb *db)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LanSnapshot) snapshot = lan_db_load (db, &error);
  GBytes *value;

  g_assert_no_error (error);
  value = lan_snapshot_get_setting (snapshot, "test.batch");
  g_assert_cmpuint (snapshot->heads->len, ==, value != NULL ? 1 : 0);
  return value != NULL ? (guint) * (const guint64 *) g_bytes_get_data (value, NULL) : 0;
}

guint
crash_work_judge (const char *below, guint at_least, guint at_most)
{
  LanConversationId conversation = store_conversation (1);
  LanDeviceId device = store_device (1);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  CrashWork work = { 0 };
  guint batches;

  crash_work_open (&work, below, &error);
  g_assert_no_error (error);
  assert_sound (work.db);
  batches = count_batches (work.db);
  g_assert_cmpuint (batches, >=, at_least);
  g_assert_cmpuint (batches, <=, at_most);
  rows = lan_db_read_log (work.db, &conversation, &device, 0, G_MAXUINT64, G_MAXSIZE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, crash_work_seq_after (batches));
  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *row = rows->pdata[i];

    g_assert_cmpuint (row->seq, ==, i + 1);
    g_assert_cmpuint (g_bytes_get_size (row->blob), ==, 300);
    g_assert_true (g_str_has_prefix (row->text, STORE_MARKER));
  }
  work.batches = batches;
  crash_work_commit (&work, 1, &error);
  g_assert_no_error (error);
  crash_work_close (&work);
  return batches;
}
