/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What was said about messages, in any order: what is read back is the same. */
#include "store-driver.h"
#include "test-store.h"

#include <string.h>

typedef struct {
  char *folder;
  char *path;
  StoreDriver driver;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = store_make_folder ();
  f->path = g_build_filename (f->folder, "history.db", NULL);
  store_driver_open (&f->driver, f->path, NULL, NULL, LAN_STORE_FLAG_NONE);
  g_assert_no_error (f->driver.error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  store_driver_close (&f->driver);
  store_remove_folder (f->folder);
  g_free (f->path);
  g_free (f->folder);
}

static void
reopen (Fixture *f)
{
  store_driver_close (&f->driver);
  store_driver_open (&f->driver, f->path, NULL, NULL, LAN_STORE_FLAG_MUST_EXIST);
  g_assert_no_error (f->driver.error);
}

static void
commit (Fixture *f, GPtrArray *changes)
{
  g_autoptr (GError) error = NULL;

  store_driver_commit (&f->driver, changes, &error);
  g_assert_no_error (error);
}

/* Message @seq of device 2 in conversation 1, as store_add_record() makes it. */
static LanOperationRow *
add_operation (GPtrArray *changes, const LanRecordRow *about, LanOperationKind kind, guint place,
               const char *text)
{
  LanOperationRow *row = &lan_changes_add (changes, LAN_CHANGE_OPERATION)->operation;

  row->conversation = about->conversation;
  row->author = about->author;
  row->target = about->message;
  row->kind = kind;
  row->actor = about->author;
  row->order = place;
  row->id = store_message (90000 + place);
  row->time_ms = place;
  row->on = TRUE;
  row->text = g_strdup (text);
  return row;
}

static LanRecordRow
put_message (Fixture *f, guint seq)
{
  GPtrArray *changes = lan_changes_new ();
  LanRecordRow *row = store_add_record (changes, 1, 2, seq);
  LanRecordRow key;

  row->kind = 1;
  key = *row;
  key.blob = NULL;
  key.text = NULL;
  commit (f, changes);
  return key;
}

static LanRecordRow *
find (Fixture *f, const LanRecordRow *key, GPtrArray **rows)
{
  g_autoptr (GError) error = NULL;

  *rows = store_driver_find (&f->driver, &key->author, &key->message, &error);
  g_assert_no_error (error);
  g_assert_cmpuint ((*rows)->len, ==, 1);
  return g_ptr_array_index (*rows, 0);
}

static void
assert_text (Fixture *f, const LanRecordRow *key, const char *text)
{
  g_autoptr (GPtrArray) rows = NULL;

  g_assert_cmpstr (find (f, key, &rows)->text, ==, text);
}

static void
test_edits (Fixture *f, gconstpointer data)
{
  LanRecordRow key = put_message (f, 1);
  g_autoptr (GPtrArray) rows = NULL;
  GPtrArray *changes = lan_changes_new ();
  LanRecordRow *row;

  add_operation (changes, &key, LAN_OPERATION_EDIT, 30, "third");
  add_operation (changes, &key, LAN_OPERATION_EDIT, 20, "second");
  commit (f, changes);
  assert_text (f, &key, "third");
  changes = lan_changes_new ();
  add_operation (changes, &key, LAN_OPERATION_EDIT, 25, "late");
  add_operation (changes, &key, LAN_OPERATION_EDIT, 30, "third"); /* again */
  commit (f, changes);
  reopen (f);
  row = find (f, &key, &rows);
  g_assert_cmpstr (row->text, ==, "third");
  g_assert_cmpuint (row->operations->len, ==, 3);
  g_clear_pointer (&rows, g_ptr_array_unref);
  changes = lan_changes_new ();
  add_operation (changes, &key, LAN_OPERATION_RECALL, 22, NULL);
  commit (f, changes);
  assert_text (f, &key, NULL);
  changes = lan_changes_new ();
  add_operation (changes, &key, LAN_OPERATION_EDIT, 99, "too late");
  commit (f, changes);
  assert_text (f, &key, NULL);
}

/* What comes before its message waits, also over a restart, and the snapshot names it. */
static void
test_early (Fixture *f, gconstpointer data)
{
  GPtrArray *changes = lan_changes_new ();
  LanRecordRow *made = store_add_record (changes, 1, 2, 1);
  LanRecordRow key = *made;
  LanConversationId elsewhere = store_conversation (2);
  LanMessageKey *early;

  key.blob = NULL;
  key.text = NULL;
  g_ptr_array_unref (changes);
  changes = lan_changes_new ();
  add_operation (changes, &key, LAN_OPERATION_EDIT, 5, "edited before it came");
  add_operation (changes, &key, LAN_OPERATION_PIN, 6, NULL);
  add_operation (changes, &key, LAN_OPERATION_EDIT, 7, "elsewhere")->conversation = elsewhere;
  commit (f, changes);
  reopen (f);
  g_assert_cmpuint (f->driver.snapshot->early->len, ==, 1);
  early = &g_array_index (f->driver.snapshot->early, LanMessageKey, 0);
  g_assert_true (lan_message_id_equal (&early->message, &key.message));
  g_assert_true (lan_account_id_equal (&early->author, &key.author));
  put_message (f, 1);
  assert_text (f, &key, "edited before it came");
}

/* Only texts have edits; a file's name stays, and goes with a recall. */
static void
test_file (Fixture *f, gconstpointer data)
{
  GPtrArray *changes = lan_changes_new ();
  LanRecordRow *row = store_add_record (changes, 1, 2, 1);
  LanRecordRow key;

  row->kind = 2;
  key = *row;
  g_free (row->text);
  row->text = g_strdup ("a.pdf");
  commit (f, changes);
  changes = lan_changes_new ();
  add_operation (changes, &key, LAN_OPERATION_EDIT, 5, "b.exe");
  commit (f, changes);
  assert_text (f, &key, "a.pdf");
  changes = lan_changes_new ();
  add_operation (changes, &key, LAN_OPERATION_RECALL, 6, NULL);
  commit (f, changes);
  assert_text (f, &key, NULL);
}

/* Written again under a new key: another record shows the message, and what was said holds for it. */
static void
test_again (Fixture *f, gconstpointer data)
{
  LanRecordRow key = put_message (f, 1);
  GPtrArray *changes = lan_changes_new ();
  LanRecordRow *flags, *row;

  add_operation (changes, &key, LAN_OPERATION_EDIT, 5, "edited");
  commit (f, changes);
  changes = lan_changes_new ();
  flags = &lan_changes_add (changes, LAN_CHANGE_RECORD_FLAGS)->record;
  flags->conversation = key.conversation;
  flags->device = key.device;
  flags->seq = key.seq;
  flags->flags = LAN_RECORD_HIDDEN | LAN_RECORD_SENT_AGAIN;
  row = store_add_record (changes, 1, 3, 1);
  row->kind = 1;
  row->author = key.author;
  row->message = key.message;
  commit (f, changes);
  assert_text (f, &key, "edited");
}

static void
test_pinned (Fixture *f, gconstpointer data)
{
  LanConversationId conversation = store_conversation (1);
  LanHistoryQuery query = { &conversation, 1, LAN_HISTORY_PINNED, { 0 }, 10 };
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;

  for (guint seq = 1; seq <= 5; seq++) {
    LanRecordRow key = put_message (f, seq);
    GPtrArray *changes = lan_changes_new ();

    add_operation (changes, &key, LAN_OPERATION_PIN, 10 + seq, NULL);
    add_operation (changes, &key, LAN_OPERATION_REACTION, 20 + seq, "!");
    if (seq == 3)
      add_operation (changes, &key, LAN_OPERATION_PIN, 40, NULL)->on = FALSE;
    commit (f, changes);
  }
  rows = store_driver_history (&f->driver, &query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 4);
  g_assert_cmpuint (((LanRecordRow *) rows->pdata[0])->seq, ==, 1);
  g_assert_cmpuint (((LanRecordRow *) rows->pdata[2])->seq, ==, 4);
  g_assert_cmpuint (((LanRecordRow *) rows->pdata[0])->operations->len, ==, 2);
}

static void
test_around (Fixture *f, gconstpointer data)
{
  LanConversationId conversation = store_conversation (1);
  LanHistoryQuery query = { &conversation, 1, LAN_HISTORY_AROUND, { 0 }, 6 };
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;

  for (guint seq = 1; seq <= 20; seq++) {
    LanRecordRow key = put_message (f, seq);

    if (seq == 10)
      query.cursor = (LanHistoryCursor){ key.order, key.message };
  }
  rows = store_driver_history (&f->driver, &query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 7);
  for (guint i = 0; i < rows->len; i++)
    g_assert_cmpuint (((LanRecordRow *) rows->pdata[i])->seq, ==, 7 + i);
}

/* A flood of edits of one message: the newest are read for sure. */
static void
test_flood (Fixture *f, gconstpointer data)
{
  LanRecordRow key = put_message (f, 1);
  GPtrArray *changes = lan_changes_new ();
  g_autoptr (GPtrArray) rows = NULL;
  LanRecordRow *row;
  gboolean newest = FALSE;

  for (guint i = 1; i <= 1500; i++) {
    g_autofree char *text = g_strdup_printf ("edit %u", i);

    /* Ids that fall while places rise: the order of keys is not that of edits. */
    add_operation (changes, &key, LAN_OPERATION_EDIT, i, text)->id = store_message (90000 - i);
  }
  commit (f, changes);
  row = find (f, &key, &rows);
  g_assert_cmpstr (row->text, ==, "edit 1500");
  g_assert_cmpuint (row->operations->len, <=, 1024);
  for (guint i = 0; i < row->operations->len; i++)
    newest |= strcmp (((LanOperationRow *) row->operations->pdata[i])->text, "edit 1500") == 0;
  g_assert_true (newest);
}

#define ADD(name, test)                                                                            \
  g_test_add ("/store/operations/" name, Fixture, NULL, set_up, test, tear_down)

void
add_operations_tests (void)
{
  ADD ("edits", test_edits);
  ADD ("early", test_early);
  ADD ("file", test_file);
  ADD ("again", test_again);
  ADD ("pinned", test_pinned);
  ADD ("around", test_around);
  ADD ("flood", test_flood);
}
