/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How long things take with 100,000 records, what small commits cost, and what the seals cost
 * against plain SQLite in the same run. Figures are printed; the bounds are ten times the aims, so
 * that only a broken index or a lost group commit fails on a busy machine.
 */
#include "lan-db.h"
#include "store-driver.h"

#include <glib/gstdio.h>

#define RECORDS       100000
#define OPEN_AIM_S    0.3
#define PAGE_AIM_S    0.005
#define COMMITS       5000
#define COMMITS_AIM_S 1.0
#define RANDOM_READS  5000
#define PLAIN_RECORDS 1000

typedef struct {
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = store_make_folder ();
  f->path = g_build_filename (f->folder, "history.db", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  store_remove_folder (f->folder);
  g_free (f->path);
  g_free (f->folder);
}

static void
fill (StoreDriver *driver)
{
  for (guint batch = 0; batch < 100; batch++) {
    GPtrArray *changes = lan_changes_new ();
    g_autoptr (GError) error = NULL;

    for (guint i = 1; i <= RECORDS / 100; i++) {
      guint n = batch * (RECORDS / 100) + i;

      store_add_record (changes, n % 50, 1 + n % 2, n);
      if (batch == 0 && i <= 50)
        lan_changes_add (changes, LAN_CHANGE_CONVERSATION)->conversation.conversation =
            store_conversation (i - 1);
    }
    store_driver_commit (driver, changes, &error);
    g_assert_no_error (error);
  }
}

static void
test_many_records (Fixture *f, gconstpointer data)
{
  LanConversationId id = store_conversation (7);
  LanHistoryQuery query = { &id, 1, LAN_HISTORY_BEFORE, { 0, store_message (0) }, 50 };
  double filling, opening, paging = 0;
  StoreDriver driver;

  g_test_timer_start ();
  store_driver_open (&driver, f->path, NULL, NULL, LAN_STORE_FLAG_NONE);
  fill (&driver);
  store_driver_close (&driver);
  filling = g_test_timer_elapsed ();

  g_test_timer_start ();
  store_driver_open (&driver, f->path, NULL, NULL, LAN_STORE_FLAG_MUST_EXIST);
  opening = g_test_timer_elapsed ();
  g_assert_no_error (driver.error);
  g_assert_cmpuint (driver.snapshot->conversations->len, ==, 50);

  for (guint i = 0; i < 30; i++) {
    g_autoptr (GPtrArray) rows = NULL;

    query.cursor.order = (guint64) (60000 + i * 1000) * 1000;
    g_test_timer_start ();
    rows = store_driver_history (&driver, &query, NULL);
    paging = MAX (paging, g_test_timer_elapsed ());
    g_assert_cmpuint (rows->len, ==, 50);
  }
  store_driver_close (&driver);
  g_test_minimized_result (opening, "%d records: filled in %.2f s, opened in %.1f ms", RECORDS,
                           filling, opening * 1000);
  g_test_minimized_result (paging, "page of 50, slowest of 30: %.2f ms", paging * 1000);
  g_assert_cmpfloat (opening, <, OPEN_AIM_S * 10);
  g_assert_cmpfloat (paging, <, PAGE_AIM_S * 10);
}

static void
on_committed (const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  ++*(guint *) user_data;
}

static void
test_small_commits (Fixture *f, gconstpointer data)
{
  StoreDriver driver;
  guint done = 0;
  double elapsed;

  store_driver_open (&driver, f->path, NULL, NULL, LAN_STORE_FLAG_NONE);
  g_test_timer_start ();
  for (guint i = 1; i <= COMMITS; i++) {
    GPtrArray *changes = lan_changes_new ();

    store_add_record (changes, 1, 1, i);
    lan_store_commit (driver.store, changes, on_committed, &done);
  }
  while (done < COMMITS)
    g_main_context_iteration (driver.context, TRUE);
  elapsed = g_test_timer_elapsed ();
  store_driver_close (&driver);
  g_test_maximized_result (COMMITS / elapsed, "%d small commits from a queue: %.0f a second",
                           COMMITS, COMMITS / elapsed);
  g_assert_cmpfloat (elapsed, <, COMMITS_AIM_S * 10);
}

static sqlite3 *
open_raw (const char *path, const char *vfs)
{
  int reserve = vfs != NULL ? LAN_PAGE_TRAILER_BYTES : 0;
  sqlite3 *handle = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs),
                   ==, SQLITE_OK);
  sqlite3_file_control (handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
  g_assert_cmpint (sqlite3_exec (handle,
                                 "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
                                 "PRAGMA synchronous = FULL; PRAGMA cache_size = 20;"
                                 "CREATE TABLE t (id INTEGER PRIMARY KEY, blob BLOB)",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  return handle;
}

static double
time_sql (sqlite3 *handle, const char *sql)
{
  g_test_timer_start ();
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  return g_test_timer_elapsed ();
}

/* The same statements on plain and on sealed files; random reads with a cache that holds little. */
static void
test_against_plain (Fixture *f, gconstpointer data)
{
  g_autofree char *insert = g_strdup_printf (
      "INSERT INTO t (blob) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
      "WHERE i < %d) SELECT randomblob (300) FROM n",
      PLAIN_RECORDS);
  g_autofree char *read = g_strdup_printf (
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
      "SELECT sum (length (blob)) FROM n CROSS JOIN t ON t.id = 1 + (n.i * 7919) %% 20000",
      RANDOM_READS);
  g_autofree char *plain_path = g_build_filename (f->folder, "plain.db", NULL);
  LanVfs *vfs = lan_vfs_new (lan_page_seal_new (store_key ()), NULL);
  sqlite3 *handles[2] = { open_raw (plain_path, NULL), open_raw (f->path, vfs->base.zName) };
  double inserts[2] = { 0 }, reads[2] = { 0 };

  for (guint round = 0; round < 20; round++) {
    for (guint i = 0; i < 2; i++)
      inserts[i] += time_sql (handles[i], insert);
  }
  for (guint i = 0; i < 2; i++) {
    time_sql (handles[i], "PRAGMA wal_checkpoint (TRUNCATE)");
    reads[i] = time_sql (handles[i], read);
    g_assert_cmpint (sqlite3_close (handles[i]), ==, SQLITE_OK);
  }
  lan_vfs_free (vfs);
  g_test_message (
      "%d inserts of 300 bytes in one commit: plain %.2f ms, sealed %.2f ms, ratio %.2f",
      PLAIN_RECORDS, inserts[0] * 50, inserts[1] * 50, inserts[1] / inserts[0]);
  g_test_message ("%d random reads: plain %.2f ms, sealed %.2f ms, ratio %.2f", RANDOM_READS,
                  reads[0] * 1000, reads[1] * 1000, reads[1] / reads[0]);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/store/size/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("many-records", test_many_records);
  ADD ("small-commits", test_small_commits);
  ADD ("against-plain", test_against_plain);
  return g_test_run ();
}
