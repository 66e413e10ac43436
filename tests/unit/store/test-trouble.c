/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Files that are not as they should be: each gets its own clear error, and none is changed. */
#include "lan-migration.h"
#include "store-driver.h"
#include "test-store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char *folder;
  char *path;
  char *wal;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  StoreDriver driver;
  GPtrArray *changes = lan_changes_new ();

  f->folder = store_make_folder ();
  f->path = g_build_filename (f->folder, "history.db", NULL);
  f->wal = g_strconcat (f->path, "-wal", NULL);
  store_driver_open (&driver, f->path, NULL, NULL, LAN_STORE_FLAG_NONE);
  g_assert_no_error (driver.error);
  for (guint i = 1; i <= 100; i++)
    store_add_record (changes, 1, 1, i);
  g_assert_true (store_driver_commit (&driver, changes, NULL));
  store_driver_close (&driver);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  store_remove_folder (f->folder);
  g_free (f->wal);
  g_free (f->path);
  g_free (f->folder);
}

static void
read_file (const char *path, guint8 **data, gsize *len)
{
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, (char **) data, len, &error);
  g_assert_no_error (error);
}

static void
write_file (const char *path, const void *data, gsize len)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, data, (gssize) len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}

/* Opening, or reading everything once open, gives @code; what it says ends with advice. */
static void
assert_trouble (Fixture *f, const guint8 *key, LanStoreError code)
{
  LanConversationId id = store_conversation (1);
  LanHistoryQuery query = { &id, 1, LAN_HISTORY_NEWEST, { 0 }, 1000 };
  g_autoptr (GError) error = NULL;
  StoreDriver driver;

  store_driver_open (&driver, f->path, key, NULL, LAN_STORE_FLAG_MUST_EXIST);
  if (driver.error != NULL) {
    error = g_error_copy (driver.error);
  } else {
    g_autoptr (GPtrArray) rows = store_driver_history (&driver, &query, &error);
    g_autoptr (GPtrArray) log = NULL;

    if (rows != NULL)
      log = store_driver_log (&driver, 1, 1, 1, 100, G_MAXSIZE, &error);
    g_assert_null (log);
  }
  g_assert_error (error, LAN_STORE_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, lan_store_error_advice (code)));
  store_driver_close (&driver);
}

static void
assert_fine (Fixture *f)
{
  g_autoptr (GPtrArray) log = NULL;
  g_autoptr (GError) error = NULL;
  StoreDriver driver;

  store_driver_open (&driver, f->path, NULL, NULL, LAN_STORE_FLAG_MUST_EXIST);
  g_assert_no_error (driver.error);
  log = store_driver_log (&driver, 1, 1, 1, 1000, G_MAXSIZE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (log->len, >=, 100);
  store_driver_close (&driver);
}

static void
test_wrong_key (Fixture *f, gconstpointer data)
{
  assert_trouble (f, (const guint8 *) "another key of the same length..",
                  LAN_STORE_ERROR_WRONG_KEY);
  assert_fine (f);
}

/* A byte of every page of the database flipped in turn, each found when that page is read. */
static void
test_flipped_bits (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *bytes = NULL;
  guint found = 0;
  gsize len;

  read_file (f->path, &bytes, &len);
  for (gsize page = 0; page < len / 4096; page++) {
    g_autoptr (GError) error = NULL;
    gsize at = page * 4096 + (page * 1237) % 4096;
    g_autoptr (GPtrArray) rows = NULL;
    StoreDriver driver;

    bytes[at] ^= 0x10;
    write_file (f->path, bytes, len);
    store_driver_open (&driver, f->path, NULL, NULL, LAN_STORE_FLAG_MUST_EXIST);
    if (driver.error != NULL)
      error = g_error_copy (driver.error);
    else
      rows = store_driver_log (&driver, 1, 1, 1, 100, G_MAXSIZE, &error);
    store_driver_close (&driver);
    if (error != NULL) {
      g_assert_error (error, LAN_STORE_ERROR, LAN_STORE_ERROR_DAMAGED);
      found++;
    } else {
      /* A page that this reading does not need: what it needs is whole. */
      g_assert_cmpuint (rows->len, ==, 100);
    }
    bytes[at] ^= 0x10;
  }
  write_file (f->path, bytes, len);
  g_assert_cmpuint (found, >, 8);
  assert_fine (f);
}

static void
test_swapped_pages (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *bytes = NULL;
  guint8 page[4096];
  gsize len;

  read_file (f->path, &bytes, &len);
  memcpy (page, bytes + 4096, 4096);
  memcpy (bytes + 4096, bytes + 8192, 4096);
  memcpy (bytes + 8192, page, 4096);
  write_file (f->path, bytes, len);
  assert_trouble (f, NULL, LAN_STORE_ERROR_DAMAGED);
}

static void
test_truncated (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *bytes = NULL;
  gsize len;

  read_file (f->path, &bytes, &len);
  write_file (f->path, bytes, len - 4096);
  assert_trouble (f, NULL, LAN_STORE_ERROR_DAMAGED);
  write_file (f->path, bytes, 4096 * 3);
  assert_trouble (f, NULL, LAN_STORE_ERROR_DAMAGED);
  write_file (f->path, bytes, 4096 * 3 + 100);
  assert_trouble (f, NULL, LAN_STORE_ERROR_DAMAGED);
  write_file (f->path, bytes, 100);
  assert_trouble (f, NULL, LAN_STORE_ERROR_WRONG_KEY);
  write_file (f->path, bytes, 0);
  assert_trouble (f, NULL, LAN_STORE_ERROR_MISSING);
}

static void
test_not_a_history (Fixture *f, gconstpointer data)
{
  g_autofree char *junk = g_strnfill (20000, 'x');

  memcpy (junk, "SQLite format 3", 16);
  write_file (f->path, junk, 20000);
  assert_trouble (f, NULL, LAN_STORE_ERROR_WRONG_KEY);
  write_file (f->path, junk, 2);
  assert_trouble (f, NULL, LAN_STORE_ERROR_WRONG_KEY);
}

static void
test_missing (Fixture *f, gconstpointer data)
{
  StoreDriver driver;

  g_unlink (f->path);
  assert_trouble (f, NULL, LAN_STORE_ERROR_MISSING);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_free (f->path);
  f->path = g_build_filename (f->folder, "no", "such", "folder", NULL);
  store_driver_open (&driver, f->path, NULL, NULL, LAN_STORE_FLAG_NONE);
  g_assert_error (driver.error, LAN_STORE_ERROR, LAN_STORE_ERROR_ACCESS);
  store_driver_close (&driver);
}

static void
test_newer_version (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  LanDb *db =
      lan_db_open (f->path, lan_page_seal_new (store_key ()), NULL, LAN_STORE_FLAG_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (lan_db_exec (db, "PRAGMA user_version = 99", "test", &error));
  lan_db_close (db);
  assert_trouble (f, NULL, LAN_STORE_ERROR_NEWER);
}

static void
test_missing_table (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  LanDb *db =
      lan_db_open (f->path, lan_page_seal_new (store_key ()), NULL, LAN_STORE_FLAG_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (lan_db_exec (db, "DROP TABLE vector", "test", &error));
  lan_db_close (db);
  assert_trouble (f, NULL, LAN_STORE_ERROR_DAMAGED);
}

static void
test_open_twice (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *changes = lan_changes_new ();
  StoreDriver first;

  store_driver_open (&first, f->path, NULL, NULL, LAN_STORE_FLAG_NONE);
  g_assert_no_error (first.error);
  assert_trouble (f, NULL, LAN_STORE_ERROR_LOCKED);
  store_add_record (changes, 1, 1, 101);
  store_driver_commit (&first, changes, &error);
  g_assert_no_error (error);
  store_driver_close (&first);
  assert_fine (f);
}

/* Calls on a store that did not open are answered too. */
static void
test_calls_on_closed (Fixture *f, gconstpointer data)
{
  LanConversationId id = store_conversation (1);
  LanHistoryQuery query = { &id, 1, LAN_HISTORY_NEWEST, { 0 }, 10 };
  g_autoptr (GError) error = NULL;
  StoreDriver driver;

  store_driver_open (&driver, "/no/such/folder/history.db", NULL, NULL, LAN_STORE_FLAG_NONE);
  g_assert_error (driver.error, LAN_STORE_ERROR, LAN_STORE_ERROR_ACCESS);
  g_assert_false (store_driver_commit (&driver, lan_changes_new (), &error));
  g_assert_error (error, LAN_STORE_ERROR, LAN_STORE_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (store_driver_history (&driver, &query, &error));
  g_assert_error (error, LAN_STORE_ERROR, LAN_STORE_ERROR_CLOSED);
  store_driver_close (&driver);
}

/* Leaves the files as a kill would: several transactions in the WAL, nothing moved. */
static void
leave_wal (Fixture *f, guint8 **bytes, gsize *len)
{
  StoreDriver driver;
  g_autofree guint8 *db = NULL;
  gsize db_len;

  store_driver_open (&driver, f->path, NULL, NULL, LAN_STORE_FLAG_NONE);
  for (guint i = 0; i < 5; i++) {
    GPtrArray *changes = lan_changes_new ();

    store_add_record (changes, 1, 1, 101 + i);
    g_assert_true (store_driver_commit (&driver, changes, NULL));
  }
  read_file (f->path, &db, &db_len);
  read_file (f->wal, bytes, len);
  store_driver_close (&driver);
  write_file (f->path, db, db_len);
  write_file (f->wal, *bytes, *len);
}

static void
test_wal_wrong_key (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *wal = NULL;
  g_autofree guint8 *after = NULL;
  gsize len, after_len;

  leave_wal (f, &wal, &len);
  assert_trouble (f, (const guint8 *) "another key of the same length..",
                  LAN_STORE_ERROR_WRONG_KEY);
  read_file (f->wal, &after, &after_len);
  g_assert_cmpmem (wal, len, after, after_len);
  assert_fine (f);
}

static void
test_wal_damaged (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *db = NULL;
  g_autofree guint8 *wal = NULL;
  gsize db_len, len;

  leave_wal (f, &wal, &len);
  read_file (f->path, &db, &db_len);
  g_assert_cmpuint (len, >, 72 + 8 * 4120);
  for (gsize at = 10; at < 72 + 4120 * 3; at += 997) {
    g_autofree guint8 *after = NULL;
    gsize after_len;

    write_file (f->path, db, db_len);
    wal[at] ^= 4;
    write_file (f->wal, wal, len);
    assert_trouble (f, NULL, LAN_STORE_ERROR_DAMAGED);
    read_file (f->wal, &after, &after_len);
    g_assert_cmpmem (wal, len, after, after_len);
    wal[at] ^= 4;
  }
  write_file (f->wal, wal, len);
  assert_fine (f);
}

/* What a torn last write leaves is no damage: the transactions before it are there. */
static void
test_wal_torn_end (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *db = NULL;
  g_autofree guint8 *wal = NULL;
  gsize db_len, len;

  leave_wal (f, &wal, &len);
  read_file (f->path, &db, &db_len);
  for (gsize cut = 1; cut < 4120; cut += 700) {
    write_file (f->path, db, db_len);
    write_file (f->wal, wal, len - cut);
    assert_fine (f);
  }
}

/* Without its file, or with an empty one, the history is not begun anew over what the WAL holds. */
static void
test_wal_alone (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *wal = NULL;
  gsize len;

  leave_wal (f, &wal, &len);
  for (guint i = 0; i < 2; i++) {
    g_autofree guint8 *after = NULL;
    StoreDriver driver;
    gsize after_len;

    g_unlink (f->path);
    if (i == 0)
      write_file (f->path, "", 0);
    store_driver_open (&driver, f->path, NULL, NULL, LAN_STORE_FLAG_NONE);
    g_assert_error (driver.error, LAN_STORE_ERROR, LAN_STORE_ERROR_DAMAGED);
    store_driver_close (&driver);
    read_file (f->wal, &after, &after_len);
    g_assert_cmpmem (wal, len, after, after_len);
  }
}

/* In place: the store has the file open. */
static void
write_over (const char *path, const guint8 *data, gsize len, gsize at)
{
  int fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (pwrite (fd, data, len, (off_t) at), ==, len);
  close (fd);
}

typedef struct {
  guint percent;
  guint n_answers;
  GError *error;
} Check;

static void
on_checked (guint percent, const GError *error, gpointer user_data)
{
  Check *check = user_data;

  check->n_answers++;
  check->percent = percent;
  if (error != NULL)
    check->error = g_error_copy (error);
}

/* All of the file, or up to what is damaged. */
static void
check_all (StoreDriver *driver, Check *check)
{
  do {
    guint before = check->n_answers;

    lan_store_check_some (driver->store, on_checked, check);
    while (check->n_answers == before)
      g_main_context_iteration (driver->context, TRUE);
  } while (check->percent < 100 && check->error == NULL);
}

/* A page that nobody reads is found to be damaged, wherever it is, and the store goes on. */
static void
test_checked (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *db = NULL;
  gsize len;

  read_file (f->path, &db, &len);
  for (gsize page = 0; page <= len / 4096; page += 3) {
    Check check = { 0 };
    StoreDriver driver;

    write_file (f->path, db, len);
    store_driver_open (&driver, f->path, NULL, NULL, LAN_STORE_FLAG_MUST_EXIST);
    g_assert_no_error (driver.error);
    check_all (&driver, &check);
    g_assert_no_error (check.error);
    g_assert_cmpuint (check.percent, ==, 100);
    if (page * 4096 < len) {
      g_autofree guint8 *changed = g_memdup2 (db, len);

      changed[page * 4096 + 77] ^= 1;
      write_over (f->path, changed + page * 4096, 4096, page * 4096);
      check_all (&driver, &check);
      g_assert_error (check.error, LAN_STORE_ERROR, LAN_STORE_ERROR_DAMAGED);
      g_clear_error (&check.error);
    }
    store_driver_close (&driver);
  }
}

/* Pages that took each other's places are genuine each, but not there; of an emptied one nothing is left. */
static void
test_checked_swapped (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *db = NULL;
  Check check = { 0 };
  StoreDriver driver;
  gsize len;

  read_file (f->path, &db, &len);
  store_driver_open (&driver, f->path, NULL, NULL, LAN_STORE_FLAG_MUST_EXIST);
  g_assert_no_error (driver.error);
  write_over (f->path, db + 5 * 4096, 4096, 6 * 4096);
  write_over (f->path, db + 6 * 4096, 4096, 5 * 4096);
  check_all (&driver, &check);
  g_assert_error (check.error, LAN_STORE_ERROR, LAN_STORE_ERROR_DAMAGED);
  g_assert_nonnull (
      strstr (check.error->message, lan_store_error_advice (LAN_STORE_ERROR_DAMAGED)));
  g_clear_error (&check.error);
  store_driver_close (&driver);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/store/trouble/" name, Fixture, NULL, set_up, function, tear_down)

void
add_trouble_tests (void)
{
  ADD ("wrong-key", test_wrong_key);
  ADD ("flipped-bits", test_flipped_bits);
  ADD ("swapped-pages", test_swapped_pages);
  ADD ("truncated", test_truncated);
  ADD ("not-a-history", test_not_a_history);
  ADD ("missing", test_missing);
  ADD ("newer-version", test_newer_version);
  ADD ("missing-table", test_missing_table);
  ADD ("open-twice", test_open_twice);
  ADD ("calls-on-closed", test_calls_on_closed);
  ADD ("wal-wrong-key", test_wal_wrong_key);
  ADD ("wal-damaged", test_wal_damaged);
  ADD ("wal-torn-end", test_wal_torn_end);
  ADD ("wal-alone", test_wal_alone);
  ADD ("checked", test_checked);
  ADD ("checked-swapped", test_checked_swapped);
}
