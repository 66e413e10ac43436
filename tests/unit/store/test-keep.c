/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Messages out of a file stand beside those that came in, and give way to them; messages whose time to be kept is over. */
#include "store-driver.h"
#include "test-store.h"

#include <string.h>

#define BEGIN_MS 1700000000000LL

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
  store_driver_open (&f->driver, f->path, NULL, NULL, LAN_STORE_FLAG_NONE);
  g_assert_no_error (f->driver.error);
}

/* Message @seq of person 1, written @seq minutes after the beginning, in the log of @device. */
static LanRecordRow *
add (GPtrArray *changes, guint device, guint seq, const char *text)
{
  LanRecordRow *row = store_add_record (changes, 1, device, seq);

  g_free (row->text);
  row->text = g_strdup (text);
  row->author = store_account (1);
  row->hlc = row->order = (guint64) (BEGIN_MS + seq * 60000) << 16;
  return row;
}

static void
commit (Fixture *f, GPtrArray *changes)
{
  g_autoptr (GError) error = NULL;

  store_driver_commit (&f->driver, changes, &error);
  g_assert_no_error (error);
}

static void
say (Fixture *f, guint seq, const char *text)
{
  GPtrArray *changes = lan_changes_new ();

  add (changes, 1, seq, text);
  commit (f, changes);
}

static void
add_imported (GPtrArray *changes, guint seq, const char *text)
{
  LanRecordRow *row = add (changes, 1, seq, text);

  memset (&row->device, 0, sizeof row->device);
  g_clear_pointer (&row->blob, g_bytes_unref);
  row->seq = 0;
  row->flags = LAN_RECORD_IMPORTED;
  row->opened = g_bytes_new (text, strlen (text));
  row->hash.b[0] ^= 0x55;
}

static guint
import (Fixture *f, guint seq, const char *text)
{
  GPtrArray *changes = lan_changes_new ();
  g_autoptr (GError) error = NULL;
  guint n;

  add_imported (changes, seq, text);
  n = store_driver_import (&f->driver, changes, &error);
  g_assert_no_error (error);
  return n;
}

static char *
join (GPtrArray *rows)
{
  GString *all = g_string_new (NULL);

  g_assert_nonnull (rows);
  for (guint i = 0; i < rows->len; i++)
    g_string_append_printf (all, "%s%s", i > 0 ? "|" : "",
                            ((const LanRecordRow *) rows->pdata[i])->text);
  return g_string_free (all, FALSE);
}

static void
assert_shown (Fixture *f, const char *expected)
{
  const LanConversationId id = store_conversation (1);
  const LanHistoryQuery query = { &id, 1, LAN_HISTORY_NEWEST, { 0 }, 100 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = store_driver_history (&f->driver, &query, &error);
  g_autofree char *all = join (rows);

  g_assert_cmpstr (all, ==, expected);
}

static void
assert_found (Fixture *f, const char *words, const char *expected)
{
  const LanSearchQuery query = { .text = words, .limit = 100 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = store_driver_search (&f->driver, &query, NULL, &error);
  g_autofree char *all = join (rows);

  g_assert_cmpstr (all, ==, expected);
}

/* --- out of a file --- */

static void
test_import (Fixture *f, gconstpointer data)
{
  say (f, 2, "second");
  g_assert_cmpuint (import (f, 1, "earlier 合同"), ==, 1);
  g_assert_cmpuint (import (f, 1, "earlier 合同"), ==, 0);
  g_assert_cmpuint (import (f, 2, "altered"), ==, 0);
  assert_shown (f, "earlier 合同|second");
  assert_found (f, "合同", "earlier 合同");
  assert_found (f, "altered", "");
  reopen (f);
  g_assert_cmpuint (f->driver.snapshot->heads->len, ==, 1);
  assert_shown (f, "earlier 合同|second");
  g_assert_cmpuint (import (f, 3, "later"), ==, 1);
  assert_shown (f, "earlier 合同|second|later");
}

/* Whoever made a file cannot keep out what its author has signed. */
static void
test_gives_way (Fixture *f, gconstpointer data)
{
  GPtrArray *changes;

  g_assert_cmpuint (import (f, 1, "invented words"), ==, 1);
  assert_found (f, "invented", "invented words");
  say (f, 1, "what was said");
  assert_shown (f, "what was said");
  assert_found (f, "invented", "");
  assert_found (f, "said", "what was said");

  /* The same after a start, and where the message is opened some time after it came. */
  g_assert_cmpuint (import (f, 2, "invented again"), ==, 1);
  reopen (f);
  changes = lan_changes_new ();
  add (changes, 1, 2, "")->flags = LAN_RECORD_HIDDEN;
  commit (f, changes);
  assert_shown (f, "what was said|invented again");
  changes = lan_changes_new ();
  add (changes, 1, 2, "opened later");
  ((LanChange *) changes->pdata[0])->type = LAN_CHANGE_RECORD_OPENED;
  ((LanChange *) changes->pdata[0])->record.opened = g_bytes_new ("opened later", 12);
  commit (f, changes);
  assert_shown (f, "what was said|opened later");
  assert_found (f, "invented", "");
  assert_found (f, "later", "opened later");
}

/* --- kept no longer --- */

static LanForgetQuery
before (guint seq)
{
  LanForgetQuery query = { .conversation = store_conversation (1), .device = store_device (9) };

  query.before_ms = BEGIN_MS + seq * 60000;
  return query;
}

static guint
forget (Fixture *f, LanForgetQuery query)
{
  g_autoptr (GError) error = NULL;
  guint n = store_driver_forget (&f->driver, query, &error);

  g_assert_no_error (error);
  return n;
}

static void
operate (Fixture *f, guint seq, LanOperationKind kind, const char *text)
{
  GPtrArray *changes = lan_changes_new ();
  LanOperationRow *row = &lan_changes_add (changes, LAN_CHANGE_OPERATION)->operation;

  row->conversation = store_conversation (1);
  row->author = store_account (1);
  row->target = store_message (seq);
  row->kind = kind;
  row->actor = store_account (2);
  row->id = store_message (1000 + seq);
  row->on = TRUE;
  row->text = g_strdup (text);
  commit (f, changes);
}

static void
transfer (Fixture *f, guint seq, LanTransferState state)
{
  GPtrArray *changes = lan_changes_new ();
  LanTransferRow *row = &lan_changes_add (changes, LAN_CHANGE_TRANSFER)->transfer;

  row->id = store_message (seq);
  row->conversation = store_conversation (1);
  row->peer = store_account (1);
  row->incoming = TRUE;
  row->state = state;
  row->name = g_strdup ("a file");
  row->path = g_strdup ("/somewhere/a file");
  commit (f, changes);
}

static guint
count_log (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = store_driver_log (&f->driver, 1, 1, 1, 100000, 1 << 20, &error);

  g_assert_no_error (error);
  return rows->len;
}

static void
test_forget (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) transfers = NULL;

  say (f, 1, "first 合同");
  say (f, 2, "pinned 合同");
  say (f, 3, "done 合同");
  say (f, 4, "running 合同");
  say (f, 5, "last 合同");
  operate (f, 1, LAN_OPERATION_REACTION, "\xf0\x9f\x91\x8d");
  operate (f, 2, LAN_OPERATION_PIN, NULL);
  transfer (f, 3, LAN_TRANSFER_DONE);
  transfer (f, 4, LAN_TRANSFER_RUNNING);
  g_assert_cmpuint (forget (f, before (1)), ==, 0);
  g_assert_cmpuint (forget (f, before (5)), ==, 2);
  assert_shown (f, "pinned 合同|running 合同|last 合同");
  assert_found (f, "合同", "last 合同|running 合同|pinned 合同");
  g_assert_cmpuint (count_log (f), ==, 3);
  transfers = store_driver_transfers (&f->driver, G_MAXINT64, 10, &error);
  g_assert_cmpuint (transfers->len, ==, 1);
  reopen (f);
  g_assert_cmpuint (forget (f, before (1000)), ==, 1);
  assert_shown (f, "pinned 合同|running 合同");
  assert_found (f, "last", "");
  reopen (f);
  /* The last one of the log has left its place: the log goes on behind it. */
  g_assert_cmpuint (f->driver.snapshot->heads->len, ==, 1);
  g_assert_cmpuint (g_array_index (f->driver.snapshot->heads, LanLogHead, 0).seq, ==, 5);
  g_assert_cmpuint (count_log (f), ==, 2);
  say (f, 6, "next");
  assert_shown (f, "pinned 合同|running 合同|next");
}

/* What is not delivered stays, how old it may be; of many all go, piece by piece. */
static void
test_forget_many (Fixture *f, gconstpointer data)
{
  GPtrArray *changes = lan_changes_new ();
  LanForgetQuery query = before (100000);

  for (guint seq = 1; seq <= 1000; seq++)
    add (changes, 1, seq, "old");
  commit (f, changes);
  query.device = store_device (1);
  query.upto_seq = 990;
  g_assert_cmpuint (forget (f, query), ==, 990);
  g_assert_cmpuint (count_log (f), ==, 10);
  g_assert_cmpuint (forget (f, query), ==, 0);
}

/* Of a group the sealed records stay, and show nothing. */
static void
test_forget_shown (Fixture *f, gconstpointer data)
{
  LanForgetQuery query = before (3);

  query.keep_blobs = TRUE;
  say (f, 1, "first 合同");
  say (f, 2, "second 合同");
  say (f, 3, "third 合同");
  g_assert_cmpuint (forget (f, query), ==, 2);
  assert_shown (f, "third 合同");
  assert_found (f, "合同", "third 合同");
  g_assert_cmpuint (count_log (f), ==, 3);
  reopen (f);
  assert_shown (f, "third 合同");
}

#define ADD(name, f) g_test_add ("/store/keep/" name, Fixture, NULL, set_up, f, tear_down)

void
add_keep_tests (void)
{
  ADD ("import", test_import);
  ADD ("gives-way", test_gives_way);
  ADD ("forget", test_forget);
  ADD ("forget-many", test_forget_many);
  ADD ("forget-shown", test_forget_shown);
}
