/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What a record's blob says is kept once and reads back the same: text, hash and ids; also of a history that
 * was written by an older layout. */
#include "lan-column.h"
#include "lan-db-ident.h"
#include "lan-record-text.h"
#include "store-driver.h"
#include "test-store.h"

#include <string.h>

#define TEXT "到了 the words"

typedef struct {
  char *folder;
  char *path;
  LanDb *db;
} Fixture;

static LanDb *
open_db (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  LanDb *db =
      lan_db_open (f->path, lan_page_seal_new (store_key ()), NULL, LAN_STORE_FLAG_NONE, &error);

  g_assert_no_error (error);
  return db;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = store_make_folder ();
  f->path = g_build_filename (f->folder, "history.db", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  lan_db_close (f->db);
  store_remove_folder (f->folder);
  g_free (f->path);
  g_free (f->folder);
}

static void
exec (Fixture *f, const char *sql)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (lan_db_exec (f->db, sql, "test", &error));
  g_assert_no_error (error);
}

static void
apply (Fixture *f, GPtrArray *changes)
{
  g_autoptr (GError) error = NULL;

  exec (f, "BEGIN");
  g_assert_true (lan_db_apply (f->db, changes, &error));
  g_assert_no_error (error);
  exec (f, "COMMIT");
}

static LanRecordRow *
add (GPtrArray *changes, guint seq, const char *blob)
{
  LanRecordRow *row = store_add_record (changes, 1, 2, seq);

  g_bytes_unref (row->blob);
  row->blob = g_bytes_new (blob, strlen (blob));
  lan_record_hash ((const guint8 *) blob, strlen (blob), &row->hash);
  g_free (row->text);
  row->text = g_strdup (TEXT);
  return row;
}

static void
assert_types (Fixture *f, guint seq, const char *types)
{
  sqlite3_stmt *s = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (f->db->handle,
                                       "SELECT typeof (text) || ' ' || typeof (hash) FROM record "
                                       "WHERE seq = ?1",
                                       -1, &s, NULL),
                   ==, SQLITE_OK);
  lan_bind_int (s, 1, seq);
  g_assert_cmpint (sqlite3_step (s), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *) sqlite3_column_text (s, 0), ==, types);
  sqlite3_finalize (s);
}

static void
assert_row (Fixture *f, guint seq, const char *text, const LanHash *hash)
{
  const LanConversationId conversation = store_conversation (1);
  const LanDeviceId device = store_device (2);
  const LanAccountId author = store_account (2);
  g_autoptr (GPtrArray) rows =
      lan_db_read_log (f->db, &conversation, &device, seq, seq, 100000, NULL);
  const LanRecordRow *row;

  g_assert_cmpuint (rows->len, ==, 1);
  row = rows->pdata[0];
  g_assert_cmpstr (row->text, ==, text);
  g_assert_cmpmem (row->hash.b, sizeof row->hash.b, hash->b, sizeof hash->b);
  g_assert_cmpuint (row->seq, ==, seq);
  g_assert_true (lan_conversation_id_equal (&row->conversation, &conversation));
  g_assert_true (lan_device_id_equal (&row->device, &device));
  g_assert_true (lan_account_id_equal (&row->author, &author));
}

static void
test_kept_once (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) changes = lan_changes_new ();
  LanHash inside, outside, other, sealed;
  LanRecordRow *row;

  f->db = open_db (f);
  inside = add (changes, 1, "head " TEXT " foot")->hash;
  outside = add (changes, 2, "head foot")->hash;
  row = add (changes, 3, TEXT);
  memset (row->hash.b, 7, sizeof row->hash.b);
  other = row->hash;
  row = add (changes, 4, "cipher");
  row->opened = g_bytes_new ("kind " TEXT, strlen ("kind " TEXT));
  sealed = row->hash;
  apply (f, changes);
  assert_types (f, 1, "integer null");
  assert_types (f, 2, "text null");
  assert_types (f, 3, "integer blob");
  assert_types (f, 4, "integer null");
  assert_row (f, 1, TEXT, &inside);
  assert_row (f, 2, TEXT, &outside);
  assert_row (f, 3, TEXT, &other);
  assert_row (f, 4, TEXT, &sealed);
  /* Damage: a place beyond the blob. */
  exec (f, "UPDATE record SET text = 65536 * 60000 + 9 WHERE seq = 1");
  assert_row (f, 1, "", &inside);
}

static void
test_edited (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) changes = lan_changes_new ();
  LanOperationRow *edit;
  LanHash hash;

  f->db = open_db (f);
  hash = add (changes, 1, "head " TEXT " foot")->hash;
  edit = &lan_changes_add (changes, LAN_CHANGE_OPERATION)->operation;
  edit->conversation = store_conversation (1);
  edit->author = edit->actor = store_account (2);
  edit->target = store_message (1);
  edit->id = store_message (2);
  edit->kind = LAN_OPERATION_EDIT;
  edit->on = TRUE;
  edit->text = g_strdup ("改了");
  apply (f, changes);
  assert_types (f, 1, "text null");
  assert_row (f, 1, "改了", &hash);
}

/* One transaction after another is rolled back: numbers that were given out in them are not relied on. */
static void
test_rolled_back (Fixture *f, gconstpointer data)
{
  const LanConversationId conversation = store_conversation (1);
  LanHash hash;

  f->db = open_db (f);
  for (guint round = 0; round < 2; round++) {
    g_autoptr (GPtrArray) changes = lan_changes_new ();
    g_autoptr (GPtrArray) others = lan_changes_new ();
    g_autoptr (GError) error = NULL;

    (void) store_add_record (others, 9, 8, 1);
    hash = add (changes, 1, TEXT)->hash;
    exec (f, "BEGIN");
    g_assert_true (lan_db_apply (f->db, round == 0 ? changes : others, &error));
    exec (f, "ROLLBACK");
    lan_db_ident_rolled_back (f->db);
    g_assert_cmpint (lan_db_ident_find (f->db, &conversation, sizeof conversation), ==, 0);
  }
  {
    g_autoptr (GPtrArray) changes = lan_changes_new ();

    (void) add (changes, 1, TEXT);
    apply (f, changes);
  }
  assert_row (f, 1, TEXT, &hash);
}

/* As layout 5 kept it: everything twice. */
static void
test_old_layout (Fixture *f, gconstpointer data)
{
  static const char old[] = "INSERT INTO record VALUES (%u, ?1, ?2, %u - 9223372036854775807 - 1, "
                            "?3, ?4, ?5, ?6, ?6, 1, 0, "
                            "1, 5, ?7, '" TEXT "', NULL)";
  const char *blobs[2] = { "head " TEXT " foot", "head foot" };
  const LanConversationId conversation = store_conversation (1);
  const LanDeviceId device = store_device (2);
  const LanAccountId author = store_account (2);
  g_autoptr (GError) error = NULL;
  LanHash hashes[2];

  f->db = lan_db_open_layout (f->path, lan_page_seal_new (store_key ()), NULL, 5, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++) {
    g_autofree char *sql = g_strdup_printf (old, i + 1, i + 1);
    const LanMessageId message = store_message (i + 1);
    sqlite3_stmt *s = NULL;

    lan_record_hash ((const guint8 *) blobs[i], strlen (blobs[i]), &hashes[i]);
    g_assert_cmpint (sqlite3_prepare_v2 (f->db->handle, sql, -1, &s, NULL), ==, SQLITE_OK);
    lan_bind_id (s, 1, &conversation, sizeof conversation);
    lan_bind_id (s, 2, &device, sizeof device);
    lan_bind_id (s, 3, &hashes[i], sizeof hashes[i]);
    lan_bind_id (s, 4, &message, sizeof message);
    lan_bind_id (s, 5, &author, sizeof author);
    lan_bind_u64 (s, 6, 1000 + i);
    lan_bind_id (s, 7, blobs[i], strlen (blobs[i]));
    g_assert_cmpint (sqlite3_step (s), ==, SQLITE_DONE);
    sqlite3_finalize (s);
  }
  g_assert_true (lan_db_complete (f->db, &error));
  g_assert_no_error (error);
  assert_types (f, 1, "integer blob");
  assert_types (f, 2, "text blob");
  assert_row (f, 1, TEXT, &hashes[0]);
  assert_row (f, 2, TEXT, &hashes[1]);
}

/* The list of chats says how many are unread only as far as anybody wants to know. */
static void
test_many_unread (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) changes = lan_changes_new ();
  g_autoptr (LanSnapshot) snapshot = NULL;
  const LanConversationPreview *preview;

  f->db = open_db (f);
  lan_changes_add (changes, LAN_CHANGE_CONVERSATION)->conversation.conversation =
      store_conversation (1);
  for (guint i = 1; i <= LAN_SNAPSHOT_UNREAD_MAX + 10; i++)
    (void) add (changes, i, TEXT);
  apply (f, changes);
  snapshot = lan_db_load (f->db, NULL);
  preview = snapshot->conversations->pdata[0];
  g_assert_cmpuint (preview->unread, ==, LAN_SNAPSHOT_UNREAD_MAX);
}

void
add_folded_tests (void)
{
  g_test_add ("/store/folded/kept-once", Fixture, NULL, set_up, test_kept_once, tear_down);
  g_test_add ("/store/folded/edited", Fixture, NULL, set_up, test_edited, tear_down);
  g_test_add ("/store/folded/rolled-back", Fixture, NULL, set_up, test_rolled_back, tear_down);
  g_test_add ("/store/folded/old-layout", Fixture, NULL, set_up, test_old_layout, tear_down);
  g_test_add ("/store/folded/many-unread", Fixture, NULL, set_up, test_many_unread, tear_down);
}
