/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A history through a backup's rows and back: the same, also when it is written to meanwhile. */
#include "lan-db-dump.h"
#include "lan-dump-row.h"
#include "store-driver.h"
#include "test-store.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *folder, *path, *other;
  StoreDriver driver;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = store_make_folder ();
  f->path = g_build_filename (f->folder, "history.db", NULL);
  f->other = g_build_filename (f->folder, "other.db", NULL);
  store_driver_open (&f->driver, f->path, NULL, NULL, LAN_STORE_FLAG_NONE);
  g_assert_no_error (f->driver.error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  store_driver_close (&f->driver);
  store_remove_folder (f->folder);
  g_free (f->path);
  g_free (f->other);
  g_free (f->folder);
}

static void
commit (Fixture *f, GPtrArray *changes)
{
  g_autoptr (GError) error = NULL;

  store_driver_commit (&f->driver, changes, &error);
  g_assert_no_error (error);
}

static void
add_setting (GPtrArray *changes, const char *key)
{
  LanSettingRow *row = &lan_changes_add (changes, LAN_CHANGE_SETTING)->setting;

  row->key = g_strdup (key);
  row->value = g_bytes_new_static ("v", 1);
}

static LanOperationRow *
add_edit (GPtrArray *changes, guint seq, guint place, const char *text)
{
  LanOperationRow *row = &lan_changes_add (changes, LAN_CHANGE_OPERATION)->operation;

  row->conversation = store_conversation (1);
  row->author = store_account (2);
  row->target = store_message (seq);
  row->kind = LAN_OPERATION_EDIT;
  row->actor = store_account (2);
  row->order = place;
  row->id = store_message (10000 + place);
  row->on = TRUE;
  row->text = g_strdup (text);
  return row;
}

static void
fill_all_tables (Fixture *f)
{
  GPtrArray *changes = lan_changes_new ();

  for (guint i = 1; i <= 3000; i++)
    store_add_record (changes, i % 3 + 1, 2, i);
  lan_changes_add (changes, LAN_CHANGE_PERSON)->person.account = store_account (1);
  lan_changes_add (changes, LAN_CHANGE_DEVICE)->device.device = store_device (1);
  for (guint i = 1; i <= 3; i++)
    lan_changes_add (changes, LAN_CHANGE_CONVERSATION)->conversation.conversation =
        store_conversation (i);
  lan_changes_add (changes, LAN_CHANGE_VECTOR)->vector.holder = store_device (4);
  for (guint i = 0; i < LAN_TRANSFER_N; i++) {
    LanTransferRow *row = &lan_changes_add (changes, LAN_CHANGE_TRANSFER)->transfer;

    row->id = store_message (20000 + i);
    row->state = (LanTransferState) i;
  }
  lan_changes_add (changes, LAN_CHANGE_ADDRESS)->address.address = g_strdup ("10.0.0.1");
  add_setting (changes, "app.theme");
  add_setting (changes, "core.typing");
  add_setting (changes, "core.secret");
  add_setting (changes, "node.own");
  lan_changes_add (changes, LAN_CHANGE_GROUP_ITEM)->group_item =
      (LanGroupItemRow){ store_conversation (9), 1, g_bytes_new ("k", 1), g_bytes_new ("", 0) };
  lan_changes_add (changes, LAN_CHANGE_SHARE_ITEM)->share_item =
      (LanShareItemRow){ store_conversation (8), 1, g_bytes_new ("k", 1), g_bytes_new ("d", 1) };
  lan_changes_add (changes, LAN_CHANGE_SHARE_ITEM)->share_item =
      (LanShareItemRow){ store_conversation (8), 3, g_bytes_new ("here", 4), g_bytes_new ("d", 1) };
  for (guint i = 0; i < 2500; i++) {
    g_autofree char *path = g_strdup_printf ("%04u", i);

    lan_changes_add (changes, LAN_CHANGE_SHARE_ITEM)->share_item =
        (LanShareItemRow){ store_conversation (8 + i % 2), 5, g_bytes_new (path, 4),
                           g_bytes_new ("", 0) };
  }
  commit (f, changes);
}

typedef struct {
  gboolean is_done;
  GBytes *piece;
  GError *error;
} Piece;

static void
on_piece (GBytes *piece, const GError *error, gpointer user_data)
{
  Piece *p = user_data;

  g_assert_true ((piece == NULL) == (error != NULL));
  p->is_done = TRUE;
  p->piece = piece != NULL ? g_bytes_ref (piece) : NULL;
}

static LanStoreDump *
new_dump (void)
{
  static const char *const settings[] = { "app.", "core.typing", NULL };

  return lan_store_dump_new (settings);
}

/* One piece behind @all. */
static void
dump_piece (Fixture *f, LanStoreDump *dump, GByteArray *all)
{
  Piece p = { 0 };

  lan_store_dump_next (f->driver.store, dump, on_piece, &p);
  while (!p.is_done)
    g_main_context_iteration (f->driver.context, TRUE);
  g_byte_array_append (all, g_bytes_get_data (p.piece, NULL), (guint) g_bytes_get_size (p.piece));
  g_bytes_unref (p.piece);
}

static GByteArray *
dump_all (Fixture *f)
{
  GByteArray *all = g_byte_array_new ();
  LanStoreDump *dump = new_dump ();
  guint percent = 0;

  while (!lan_store_dump_is_done (dump)) {
    dump_piece (f, dump, all);
    g_assert_cmpuint (lan_store_dump_percent (dump), >=, percent);
    percent = lan_store_dump_percent (dump);
  }
  g_assert_cmpuint (percent, ==, 100);
  lan_store_dump_free (dump);
  return all;
}

/* Fills the other database with @all, cut into steps, and opens that one in place of the first. */
static void
restore (Fixture *f, const GByteArray *all, gsize step)
{
  g_autoptr (GPtrArray) changes = lan_changes_new ();
  g_autoptr (GError) error = NULL;
  LanStoreFill *fill = lan_store_fill_new (f->other, store_key (), lan_store_layout (), &error);

  g_assert_no_error (error);
  for (gsize at = 0; at < all->len; at += step) {
    g_assert_true (lan_store_fill_rows (fill, all->data + at, MIN (step, all->len - at), &error));
    g_assert_no_error (error);
  }
  add_setting (changes, "core.new");
  g_assert_true (lan_store_fill_finish (fill, changes, &error));
  g_assert_no_error (error);
  lan_store_fill_free (fill);
  store_driver_close (&f->driver);
  store_driver_open (&f->driver, f->other, NULL, NULL, LAN_STORE_FLAG_MUST_EXIST);
  g_assert_no_error (f->driver.error);
}

static GPtrArray *
newest (Fixture *f, guint conversation, guint limit)
{
  LanConversationId id = store_conversation (conversation);
  const LanHistoryQuery query = { &id, 1, LAN_HISTORY_NEWEST, { 0 }, limit };
  g_autoptr (GError) error = NULL;
  GPtrArray *rows = store_driver_history (&f->driver, &query, &error);

  g_assert_no_error (error);
  return rows;
}

static void
test_round_trip (Fixture *f, gconstpointer data)
{
  gsize step = GPOINTER_TO_SIZE (data);
  g_autoptr (GByteArray) all = NULL;
  g_autoptr (GPtrArray) before = NULL, after = NULL, found = NULL;
  LanSearchQuery query = { .text = "wholly", .limit = 10 };

  fill_all_tables (f);
  before = newest (f, 2, 1000);
  all = dump_all (f);
  restore (f, all, step > 0 ? step : all->len);
  after = newest (f, 2, 1000);
  g_assert_cmpuint (after->len, ==, 1000);
  for (guint i = 0; i < after->len; i++) {
    const LanRecordRow *a = before->pdata[i], *b = after->pdata[i];

    g_assert_cmpmem (&a->message, sizeof a->message, &b->message, sizeof b->message);
    g_assert_true (g_bytes_equal (a->blob, b->blob) && g_str_equal (a->text, b->text));
    g_assert_true (a->seq == b->seq && a->order == b->order && a->flags == b->flags);
  }
  g_assert_cmpuint (f->driver.snapshot->persons->len, ==, 1);
  g_assert_cmpuint (f->driver.snapshot->devices->len, ==, 1);
  g_assert_cmpuint (f->driver.snapshot->conversations->len, ==, 3);
  g_assert_cmpuint (f->driver.snapshot->vectors->len, ==, 1);
  g_assert_cmpuint (f->driver.snapshot->transfers->len, ==, 3);
  g_assert_cmpuint (f->driver.snapshot->addresses->len, ==, 1);
  g_assert_cmpuint (f->driver.snapshot->group_items->len, ==, 1);
  g_assert_cmpuint (f->driver.snapshot->share_items->len, ==, 2501);
  g_assert_cmpuint (f->driver.snapshot->settings->len, ==, 3);
  g_assert_null (lan_snapshot_get_setting (f->driver.snapshot, "core.secret"));
  g_assert_nonnull (lan_snapshot_get_setting (f->driver.snapshot, "core.new"));
  g_assert_nonnull (lan_snapshot_get_setting (f->driver.snapshot, "app.theme"));
  found = store_driver_search (&f->driver, &query, NULL, NULL);
  g_assert_cmpuint (found->len, ==, 10);
  g_assert_false (store_folder_shows_plain_text (f->folder));
}

/* Written to between the pieces: edits, what was said early, a record that takes another's place. */
static void
test_while_writing (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GPtrArray) rows = NULL, early = NULL;
  LanStoreDump *dump = new_dump ();
  GPtrArray *changes;
  LanAccountId author = store_account (2);
  LanMessageId message = store_message (5000);
  LanRecordRow *second;

  fill_all_tables (f);
  dump_piece (f, dump, all);
  changes = lan_changes_new ();
  add_edit (changes, 2999, 1, "edited " STORE_MARKER); /* conversation 3: nothing it is about */
  add_edit (changes, 3000, 2, "edited " STORE_MARKER);
  add_edit (changes, 5000, 3, "early " STORE_MARKER);
  store_add_record (changes, 1, 2, 5000)->author = author;
  commit (f, changes);
  while (!lan_store_dump_is_done (dump))
    dump_piece (f, dump, all);
  g_assert_cmpuint (lan_store_dump_messages (dump), ==, 3000);
  lan_store_dump_free (dump);
  /* The same message twice on screen, as it is read when they change places in between. */
  changes = lan_changes_new ();
  second = store_add_record (changes, 1, 3, 6000);
  second->message = store_message (3);
  second->author = store_account (7);
  commit (f, changes);
  restore (f, all, 100000);
  early = store_driver_find (&f->driver, &author, &message, NULL);
  g_assert_cmpuint (early->len, ==, 0);
  changes = lan_changes_new ();
  store_add_record (changes, 1, 2, 5000)->author = author;
  commit (f, changes);
  rows = store_driver_find (&f->driver, &author, &message, NULL);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpstr (((const LanRecordRow *) rows->pdata[0])->text, ==, "early " STORE_MARKER);
}

/* Where the first record begins. */
static gsize
find_record (const GByteArray *dump)
{
  LanDumpRow row = { .table = LAN_DUMP_N };
  gsize at = 0;
  LanReader r;

  lan_reader_init (&r, dump->data, dump->len);
  while (row.table != LAN_DUMP_RECORD) {
    at = r.pos;
    g_assert_cmpint (lan_dump_row_read (&r, &row), ==, LAN_STATUS_OK);
  }
  return at;
}

/* Two rows that say they are on screen with one (author, message id): the second gives way. */
static void
test_two_on_screen (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) one = g_byte_array_new (), two = g_byte_array_new ();
  g_autoptr (GPtrArray) rows = NULL;
  LanStoreDump *dump = new_dump ();
  GPtrArray *changes = lan_changes_new ();
  gsize at;

  store_add_record (changes, 1, 2, 1);
  commit (f, changes);
  while (!lan_store_dump_is_done (dump))
    dump_piece (f, dump, one);
  lan_store_dump_free (dump);
  at = find_record (one);
  g_byte_array_append (two, one->data, one->len);
  g_byte_array_append (two, one->data + at, one->len - (guint) at);
  /* table u8, columns u8, then id, conversation, device: each kind u8, number; the device of the second
   * is another one */
  two->data[one->len + 2 + 1]++;
  two->data[one->len + 2 + 9 + 9 + 1]++;
  restore (f, two, two->len);
  rows = newest (f, 1, 10);
  g_assert_cmpuint (rows->len, ==, 1);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  static const guint8 no_table[] = { 99, 1, 0 }, no_column[] = { 0, 1, 0 }, no_kind[] = { 0, 1, 9 },
                      many[] = { 0, 200 }, share[] = { LAN_DUMP_N, 1, 0 }, half[] = { 0, 11, 1 };
  const struct {
    const guint8 *data;
    gsize len;
  } wrong[] = { { no_table, 3 }, { no_column, 3 }, { no_kind, 3 },
                { many, 2 },     { share, 3 },     { half, 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GPtrArray) changes = lan_changes_new ();
    g_autoptr (GError) error = NULL;
    LanStoreFill *fill = lan_store_fill_new (f->other, store_key (), 1, &error);

    g_assert_no_error (error);
    g_assert_false (lan_store_fill_rows (fill, wrong[i].data, wrong[i].len, &error) &&
                    lan_store_fill_finish (fill, changes, &error));
    g_assert_error (error, LAN_STORE_ERROR, LAN_STORE_ERROR_DAMAGED);
    lan_store_fill_free (fill);
    g_assert_false (g_file_test (f->other, G_FILE_TEST_EXISTS));
  }
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (lan_store_fill_new (f->other, store_key (), i * 999, &error));
    g_assert_cmpint (error->code, ==, i == 0 ? LAN_STORE_ERROR_DAMAGED : LAN_STORE_ERROR_NEWER);
  }
}

/* Rows of an old layout go through the migrations. */
static void
test_old_layout (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) row = g_byte_array_new ();
  g_autoptr (GPtrArray) changes = lan_changes_new ();
  g_autoptr (GError) error = NULL;
  sqlite3 *memory = NULL;
  sqlite3_stmt *s = NULL;
  LanStoreFill *fill = lan_store_fill_new (f->other, store_key (), 1, &error);

  g_assert_cmpint (sqlite3_open (":memory:", &memory), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_prepare_v2 (memory,
                          "SELECT 1, randomblob(16), randomblob(8), 1, zeroblob(32), zeroblob(16), "
                          "zeroblob(32), 1, 1, 1, 0, 1, 5, x'00', 'old'",
                          -1, &s, NULL),
      ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (s), ==, SQLITE_ROW);
  lan_dump_row_append (row, LAN_DUMP_RECORD, s);
  sqlite3_finalize (s);
  sqlite3_close (memory);
  g_assert_true (lan_store_fill_rows (fill, row->data, row->len, &error));
  g_assert_true (lan_store_fill_finish (fill, changes, &error));
  g_assert_no_error (error);
  lan_store_fill_free (fill);
  store_driver_close (&f->driver);
  store_driver_open (&f->driver, f->other, NULL, NULL, LAN_STORE_FLAG_MUST_EXIST);
  g_assert_no_error (f->driver.error);
}

#define ADD(path, data, test)                                                                      \
  g_test_add (path, Fixture, GSIZE_TO_POINTER (data), set_up, test, tear_down)

void
add_backup_tests (void)
{
  ADD ("/store/backup/round-trip", 0, test_round_trip);
  ADD ("/store/backup/round-trip-cut", 1009, test_round_trip);
  ADD ("/store/backup/while-writing", 0, test_while_writing);
  ADD ("/store/backup/two-on-screen", 0, test_two_on_screen);
  ADD ("/store/backup/refused", 0, test_refused);
  ADD ("/store/backup/old-layout", 0, test_old_layout);
}
