/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The sealing VFS under plain SQLite in modes that the store itself does not use: rollback
 * journals, temporary files, VACUUM, a cache so small that transactions spill into the WAL. Each
 * time the data must be right and nothing readable may have been written.
 */
#include "fault-disk.h"
#include "lan-vfs-file.h"
#include "store-driver.h"
#include "test-store.h"

#include <string.h>

typedef struct {
  FaultDisk *disk;
  LanVfs *vfs;
  sqlite3 *handle;
} Fixture;

static void
exec (Fixture *f, const char *sql)
{
  char *message = NULL;

  if (sqlite3_exec (f->handle, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s (%d)", sql, message, sqlite3_extended_errcode (f->handle));
}

static void
open_handle (Fixture *f)
{
  int reserve = LAN_PAGE_TRAILER_BYTES;

  g_assert_cmpint (sqlite3_open_v2 ("main.db", &f->handle,
                                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, f->vfs->base.zName),
                   ==, SQLITE_OK);
  sqlite3_file_control (f->handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
  exec (f, "PRAGMA page_size = 4096; PRAGMA locking_mode = EXCLUSIVE");
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->disk = fault_disk_new ("fault");
  f->vfs = lan_vfs_new (lan_page_seal_new (store_key ()), "fault");
  open_handle (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (sqlite3_close (f->handle), ==, SQLITE_OK);
  g_assert_false (fault_disk_shows (f->disk, STORE_MARKER));
  g_assert_false (fault_disk_shows (f->disk, "CREATE TABLE"));
  lan_vfs_free (f->vfs);
  fault_disk_free (f->disk);
}

static int
ask (Fixture *f, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  int answer = -1;

  if (sqlite3_prepare_v2 (f->handle, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (f->handle));
  if (sqlite3_step (statement) == SQLITE_ROW)
    answer = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  return answer;
}

static void
assert_whole (Fixture *f, int rows)
{
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (ask (f, "SELECT count (*) FROM t"), ==, rows);
  g_assert_cmpint (ask (f, "SELECT count (*) FROM t WHERE text NOT LIKE '" STORE_MARKER "%'"), ==,
                   0);
  g_assert_cmpint (sqlite3_prepare_v2 (f->handle, "PRAGMA integrity_check", -1, &statement, NULL),
                   ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 0), ==, "ok");
  sqlite3_finalize (statement);
}

static const char work[] =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT);"
    "CREATE INDEX i ON t (text);"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
    "  INSERT INTO t SELECT i, '" STORE_MARKER "' || printf ('%0200d', i) FROM n;"
    "BEGIN;"
    "  UPDATE t SET text = text || '.' WHERE id % 3 = 0;"
    "  SAVEPOINT s; DELETE FROM t WHERE id % 2 = 0; ROLLBACK TO s; RELEASE s;"
    "  UPDATE t SET text = text || ',' WHERE id % 5 = 0;"
    "COMMIT;"
    "BEGIN; DELETE FROM t WHERE id > 10; ROLLBACK;";

static void
work_and_reopen (Fixture *f, const char *pragmas)
{
  exec (f, pragmas);
  exec (f, work);
  assert_whole (f, 400);
  sqlite3_close (f->handle);
  open_handle (f);
  assert_whole (f, 400);
}

static void
test_journals (Fixture *f, gconstpointer data)
{
  work_and_reopen (f, data);
}

static void
test_temporary_files (Fixture *f, gconstpointer data)
{
  guint before;

  work_and_reopen (f, "PRAGMA cache_size = 10");
  before = fault_disk_count (f->disk, FAULT_OP_CREATE);
  exec (
      f,
      "PRAGMA temp_store = FILE; PRAGMA cache_size = 5;"
      "CREATE TEMP TABLE u AS SELECT text || random () AS text FROM t, (SELECT 1 FROM t LIMIT 20);"
      "CREATE INDEX temp.j ON u (text);"
      "UPDATE u SET text = text || 'x' WHERE rowid % 7 = 0");
  g_assert_cmpint (
      ask (f, "SELECT count (*) FROM (SELECT DISTINCT text FROM u ORDER BY text DESC)"), ==, 8000);
  exec (f, "VACUUM");
  g_assert_cmpuint (fault_disk_count (f->disk, FAULT_OP_CREATE), >, before);
  assert_whole (f, 400);
}

/* A journal that a crash left behind is rolled back; one with a damaged header is not one. */
static void
test_hot_journal (Fixture *f, gconstpointer data)
{
  guint n_ops;

  work_and_reopen (f, "PRAGMA journal_mode = DELETE");
  exec (f, "PRAGMA cache_size = 5; BEGIN IMMEDIATE; UPDATE t SET text = 'changed'");
  n_ops = fault_disk_n_ops (f->disk);
  exec (f, "ROLLBACK");
  for (guint how = 0; how < FAULT_CRASH_N; how++) {
    FaultDisk *crashed = fault_disk_new ("crashed");
    Fixture after = { crashed, NULL, NULL };

    fault_disk_crash (f->disk, n_ops, (FaultCrash) how, how, crashed);
    after.vfs = lan_vfs_new (lan_page_seal_new (store_key ()), "crashed");
    open_handle (&after);
    assert_whole (&after, 400);
    tear_down (&after, NULL);
  }
}

/* Reads and writes of every odd size at odd places, against the same in plain memory. */
static void
test_odd_writes (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree LanVfsFile *file = g_malloc0 ((gsize) f->vfs->base.szOsFile);
  g_autofree guint8 *model = g_malloc0 (20000);
  g_autofree guint8 *buffer = g_malloc0 (20000);
  sqlite3_int64 size = 0, seen = 0;
  const sqlite3_io_methods *methods;

  g_assert_cmpint (f->vfs->base.xOpen (&f->vfs->base, "odd", &file->base,
                                       SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_CREATE, NULL),
                   ==, SQLITE_OK);
  methods = file->base.pMethods;
  for (int i = 0; i < 3000; i++) {
    int at = g_rand_int_range (rand, 0, 12000);
    int len = g_rand_int_range (rand, 1, 3000);

    switch (g_rand_int_range (rand, 0, 8)) {
    case 0:
      size = MIN (at, size);
      memset (model + size, 0, 20000 - (gsize) size);
      g_assert_cmpint (methods->xTruncate (&file->base, size), ==, SQLITE_OK);
      break;
    case 1:
    case 2:
    case 3:
      memset (buffer, i, (gsize) len);
      memcpy (model + at, buffer, (gsize) len);
      size = MAX (size, at + len);
      g_assert_cmpint (methods->xWrite (&file->base, buffer, len, at), ==, SQLITE_OK);
      break;
    default:
      g_assert_cmpint (methods->xRead (&file->base, buffer, len, at), ==,
                       at + len <= size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ);
      g_assert_cmpmem (buffer, len, model + at, len);
      break;
    }
    g_assert_cmpint (methods->xFileSize (&file->base, &seen), ==, SQLITE_OK);
    g_assert_cmpint (seen, ==, size);
  }
  g_assert_cmpint (methods->xSync (&file->base, 0), ==, SQLITE_OK);
  methods->xClose (&file->base);
}

static void
test_unknown_below (void)
{
  g_assert_null (lan_vfs_new (lan_page_seal_new (store_key ()), "no such VFS"));
}

#define ADD(name, data, function)                                                                  \
  g_test_add ("/store/vfs/" name, Fixture, data, set_up, function, tear_down)

void
add_vfs_tests (void)
{
  ADD ("journal-delete", "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 5", test_journals);
  ADD ("journal-truncate", "PRAGMA journal_mode = TRUNCATE; PRAGMA cache_size = 5", test_journals);
  ADD ("journal-persist", "PRAGMA journal_mode = PERSIST; PRAGMA cache_size = 5", test_journals);
  ADD ("wal", "PRAGMA journal_mode = WAL", test_journals);
  ADD ("wal-spilling", "PRAGMA journal_mode = WAL; PRAGMA cache_size = 5", test_journals);
  ADD ("wal-checkpoints", "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 3",
       test_journals);
  ADD ("temporary-files", NULL, test_temporary_files);
  ADD ("hot-journal", NULL, test_hot_journal);
  ADD ("odd-writes", NULL, test_odd_writes);
  g_test_add_func ("/store/vfs/unknown-below", test_unknown_below);
}
