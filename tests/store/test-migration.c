/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Every layout that was ever released opens: fixtures/version-N.sql is a database of layout N,
 * fixtures/version-N.db the same sealed with the tests' key as that version wrote it. To make the
 * fixtures of a new layout: test-migration --write FOLDER.
 */
#include "fault-disk.h"
#include "lan-migration.h"
#include "store-driver.h"

#include <glib/gstdio.h>
#include <string.h>

/* What every fixture holds, whatever its layout. */
static void
put_fixture (GPtrArray *changes)
{
  LanConversationRow *conversation =
      &lan_changes_add (changes, LAN_CHANGE_CONVERSATION)->conversation;
  LanPersonRow *person = &lan_changes_add (changes, LAN_CHANGE_PERSON)->person;
  LanSettingRow *setting = &lan_changes_add (changes, LAN_CHANGE_SETTING)->setting;

  conversation->conversation = store_conversation (1);
  conversation->peer = store_account (2);
  conversation->own_read_hlc = 3002;
  person->account = store_account (2);
  person->name = g_strdup ("李伟");
  person->trust = LAN_TRUST_VERIFIED;
  setting->key = g_strdup ("test.value");
  setting->value = g_bytes_new ("value", 5);
  for (guint seq = 1; seq <= 5; seq++)
    store_add_record (changes, 1, 2, seq);
}

static void
assert_fixture (const char *path)
{
  const LanConversationPreview *preview;
  const LanPersonRow *person;
  StoreDriver driver;

  store_driver_open (&driver, path, NULL, NULL, LAN_STORE_FLAG_MUST_EXIST);
  g_assert_no_error (driver.error);
  g_assert_cmpuint (driver.snapshot->persons->len, ==, 1);
  person = driver.snapshot->persons->pdata[0];
  g_assert_cmpstr (person->name, ==, "李伟");
  g_assert_cmpint (person->trust, ==, LAN_TRUST_VERIFIED);
  g_assert_cmpuint (driver.snapshot->conversations->len, ==, 1);
  preview = driver.snapshot->conversations->pdata[0];
  g_assert_cmpuint (preview->unread, ==, 2);
  g_assert_cmpuint (preview->last->seq, ==, 5);
  g_assert_cmpuint (g_bytes_get_size (preview->last->blob), ==, 300);
  g_assert_nonnull (lan_snapshot_get_setting (driver.snapshot, "test.value"));
  store_driver_close (&driver);
}

static char *
fixture_path (int version, const char *suffix)
{
  g_autofree char *name = g_strdup_printf ("version-%d.%s", version, suffix);

  return g_test_build_filename (G_TEST_DIST, "store", "fixtures", name, NULL);
}

static void
test_sealed_fixture (gconstpointer version)
{
  g_autofree char *from = fixture_path (GPOINTER_TO_INT (version), "db");
  g_autofree char *folder = store_make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize len;

  g_file_get_contents (from, &data, &len, &error);
  g_assert_no_error (error);
  g_file_set_contents (path, data, (gssize) len, &error);
  g_assert_no_error (error);
  assert_fixture (path);
  store_remove_folder (folder);
}

/* The SQL dump goes into an empty sealed file, as the old version would have left it. */
static void
test_sql_fixture (gconstpointer version)
{
  g_autofree char *from = fixture_path (GPOINTER_TO_INT (version), "sql");
  g_autofree char *folder = store_make_folder ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  LanVfs *vfs = lan_vfs_new (lan_page_seal_new (store_key ()), NULL);
  int reserve = LAN_PAGE_TRAILER_BYTES;
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = NULL;
  sqlite3 *handle = NULL;
  char *message = NULL;

  g_file_get_contents (from, &sql, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (
      sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs->base.zName),
      ==, SQLITE_OK);
  sqlite3_file_control (handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
  sqlite3_exec (handle, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  g_assert_cmpint (sqlite3_close (handle), ==, SQLITE_OK);
  lan_vfs_free (vfs);
  assert_fixture (path);
  store_remove_folder (folder);
}

/* A new database and one that was migrated from the oldest layout have the same schema. */
static char *
read_schema (LanDb *db)
{
  g_autoptr (GString) schema = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db->handle,
                                       "SELECT type || name || coalesce (sql, '') FROM "
                                       "sqlite_schema ORDER BY type, name",
                                       -1, &statement, NULL),
                   ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (schema, "%s\n", sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  return g_string_free (g_steal_pointer (&schema), FALSE);
}

static void
test_same_schema (void)
{
  g_autofree char *from = fixture_path (1, "db");
  g_autofree char *folder = store_make_folder ();
  g_autofree char *schemas[2] = { NULL, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize len;

  g_file_get_contents (from, &data, &len, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 2; i++) {
    g_autofree char *path = g_build_filename (folder, i == 0 ? "new.db" : "old.db", NULL);
    LanDb *db;

    if (i == 1)
      g_file_set_contents (path, data, (gssize) len, NULL);
    db = lan_db_open (path, lan_page_seal_new (store_key ()), NULL, LAN_STORE_FLAG_NONE, &error);
    g_assert_no_error (error);
    schemas[i] = read_schema (db);
    lan_db_close (db);
  }
  g_assert_cmpstr (schemas[0], ==, schemas[1]);
  g_free (g_steal_pointer (&schemas[1]));
  store_remove_folder (folder);
}

static void
dump_rows (LanDb *db, const char *table, GString *to)
{
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM %s", table);
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db->handle, sql, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW) {
    g_string_append_printf (to, "INSERT INTO %s VALUES (", table);
    for (int i = 0; i < sqlite3_column_count (statement); i++) {
      int type = sqlite3_column_type (statement, i);
      const guint8 *value = sqlite3_column_blob (statement, i);
      g_autofree char *hex = lan_hex_encode (value, (gsize) sqlite3_column_bytes (statement, i));

      g_string_append (to, i > 0 ? ", " : "");
      if (type == SQLITE_BLOB)
        g_string_append_printf (to, "x'%s'", hex);
      else if (type == SQLITE_TEXT)
        g_string_append_printf (to, "'%s'", sqlite3_column_text (statement, i));
      else if (type == SQLITE_NULL)
        g_string_append (to, "NULL");
      else
        g_string_append_printf (to, "%" G_GINT64_FORMAT,
                                (gint64) sqlite3_column_int64 (statement, i));
    }
    g_string_append (to, ");\n");
  }
  sqlite3_finalize (statement);
}

static void
dump (LanDb *db, const char *path)
{
  g_autoptr (GString) to = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement = NULL;

  g_string_append_printf (to, "PRAGMA user_version = %d;\n", lan_migration_latest ());
  g_assert_cmpint (
      sqlite3_prepare_v2 (db->handle,
                          "SELECT sql, type, name FROM sqlite_schema "
                          "WHERE sql IS NOT NULL AND name NOT LIKE 'search%' ORDER BY rowid",
                          -1, &statement, NULL),
      ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW) {
    g_string_append_printf (to, "%s;\n", sqlite3_column_text (statement, 0));
    if (g_strcmp0 ((const char *) sqlite3_column_text (statement, 1), "table") == 0)
      dump_rows (db, (const char *) sqlite3_column_text (statement, 2), to);
  }
  sqlite3_finalize (statement);
  g_file_set_contents (path, to->str, (gssize) to->len, &error);
  g_assert_no_error (error);
}

static int
write_fixture (const char *folder)
{
  g_autofree char *name = g_strdup_printf ("version-%d.db", lan_migration_latest ());
  g_autofree char *sql = g_strdup_printf ("version-%d.sql", lan_migration_latest ());
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *sql_path = g_build_filename (folder, sql, NULL);
  g_autoptr (GPtrArray) changes = lan_changes_new ();
  g_autoptr (GError) error = NULL;
  LanDb *db =
      lan_db_open (path, lan_page_seal_new (store_key ()), NULL, LAN_STORE_FLAG_NONE, &error);

  g_assert_no_error (error);
  put_fixture (changes);
  if (!lan_db_apply (db, changes, &error))
    g_error ("%s", error->message);
  dump (db, sql_path);
  lan_db_close (db);
  return 0;
}

/* The disk is full at every write in turn while a history is brought to today's layout: it says so, and once
 * there is room the same history opens with all that was in it. */
static void
test_disk_full (gconstpointer version)
{
  g_autofree char *from = fixture_path (GPOINTER_TO_INT (version), "db");
  g_autofree char *data = NULL;
  gboolean was_full = TRUE;
  guint n_full = 0;
  gsize len;

  g_assert_true (g_file_get_contents (from, &data, &len, NULL));
  for (guint at = 0; was_full; at += 1 + at / 16) {
    g_autoptr (FaultDisk) disk = fault_disk_new ("full");
    g_autoptr (LanSnapshot) snapshot = NULL;
    g_autoptr (GError) error = NULL;
    const LanConversationPreview *preview;
    LanDb *db;

    fault_disk_put (disk, "history.db", (const guint8 *) data, len);
    fault_disk_fail_after (disk, FAULT_OP_WRITE, at, SQLITE_FULL);
    db = lan_db_open ("history.db", lan_page_seal_new (store_key ()), "full",
                      LAN_STORE_FLAG_MUST_EXIST, &error);
    was_full = db == NULL;
    if (was_full) {
      g_assert_error (error, LAN_STORE_ERROR, LAN_STORE_ERROR_FULL);
      g_clear_error (&error);
      n_full++;
      fault_disk_fail_after (disk, FAULT_OP_WRITE, G_MAXUINT, 0);
      db = lan_db_open ("history.db", lan_page_seal_new (store_key ()), "full",
                        LAN_STORE_FLAG_MUST_EXIST, &error);
      g_assert_no_error (error);
    }
    snapshot = lan_db_load (db, &error);
    g_assert_no_error (error);
    preview = snapshot->conversations->pdata[0];
    g_assert_cmpuint (preview->last->seq, ==, 5);
    g_assert_cmpuint (snapshot->persons->len, ==, 1);
    lan_db_close (db);
  }
  g_assert_cmpuint (n_full, >, 10);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--write") == 0)
    return write_fixture (argv[2]);
  g_test_init (&argc, &argv, NULL);
  for (int version = 1; version <= lan_migration_latest (); version++) {
    g_autofree char *sealed = g_strdup_printf ("/store/migration/sealed/%d", version);
    g_autofree char *sql = g_strdup_printf ("/store/migration/sql/%d", version);

    g_test_add_data_func (sealed, GINT_TO_POINTER (version), test_sealed_fixture);
    g_test_add_data_func (sql, GINT_TO_POINTER (version), test_sql_fixture);
  }
  for (int version = 1; version < lan_migration_latest (); version += 4) {
    g_autofree char *full = g_strdup_printf ("/store/migration/disk-full/%d", version);

    g_test_add_data_func (full, GINT_TO_POINTER (version), test_disk_full);
  }
  g_test_add_func ("/store/migration/same-schema", test_same_schema);
  return g_test_run ();
}
