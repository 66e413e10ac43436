/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What is committed comes back: in the snapshot, by page, by log range, by message id. */
#include "store-driver.h"
#include "test-store.h"

#include <glib/gstdio.h>
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

static void
test_new_is_empty (Fixture *f, gconstpointer data)
{
  const LanSnapshot *s = f->driver.snapshot;
  GStatBuf st;

  g_assert_cmpuint (s->persons->len + s->devices->len + s->conversations->len, ==, 0);
  g_assert_cmpuint (s->heads->len + s->vectors->len, ==, 0);
  g_assert_cmpuint (s->transfers->len + s->addresses->len + s->settings->len, ==, 0);
  g_assert_cmpint (g_stat (f->path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
}

static void
put_one_of_each (GPtrArray *changes)
{
  LanPersonRow *person = &lan_changes_add (changes, LAN_CHANGE_PERSON)->person;
  LanDeviceRow *device = &lan_changes_add (changes, LAN_CHANGE_DEVICE)->device;
  LanConversationRow *conversation =
      &lan_changes_add (changes, LAN_CHANGE_CONVERSATION)->conversation;
  LanVectorRow *vector = &lan_changes_add (changes, LAN_CHANGE_VECTOR)->vector;
  LanTransferRow *transfer = &lan_changes_add (changes, LAN_CHANGE_TRANSFER)->transfer;
  LanTransferRow *plan = &lan_changes_add (changes, LAN_CHANGE_TRANSFER_PLAN)->transfer;
  LanAddressRow *address = &lan_changes_add (changes, LAN_CHANGE_ADDRESS)->address;
  LanSettingRow *setting = &lan_changes_add (changes, LAN_CHANGE_SETTING)->setting;

  *person = (LanPersonRow){ store_account (1),
                            g_strdup ("Li Wei 李伟"),
                            g_strdup ("a note"),
                            LAN_TRUST_VERIFIED,
                            LAN_PERSON_ACCEPTED | LAN_PERSON_MUTED,
                            store_account (2),
                            store_account (3),
                            g_bytes_new ("list", 4),
                            g_bytes_new ("", 0),
                            11,
                            12 };
  *device = (LanDeviceRow){ store_device (1), store_account (1), g_bytes_new ("cert", 4),
                            "twelve byte", 1 };
  *conversation =
      (LanConversationRow){ store_conversation (1), store_account (1), 0, LAN_CONVERSATION_HELD,
                            g_strdup ("draft"),     G_MAXUINT64,       1 };
  *vector = (LanVectorRow){
    store_conversation (1), store_device (1), store_device (2), G_MAXUINT64 - 1, { "hash" }
  };
  *transfer = (LanTransferRow){ store_message (1),
                                store_conversation (1),
                                store_account (1),
                                TRUE,
                                LAN_TRANSFER_RUNNING,
                                g_strdup ("报告.pdf"),
                                g_strdup ("/tmp/x"),
                                G_MAXUINT64,
                                5,
                                { "root" },
                                g_bytes_new ("\x01", 1),
                                g_strdup ("code"),
                                77 };
  transfer->detail = g_bytes_new ("abc", 3);
  plan->id = transfer->id;
  plan->plan = g_bytes_new ("plan!", 5);
  *address =
      (LanAddressRow){ store_device (1), store_account (1), g_strdup ("fe80::1%eth0"), 65535, 99 };
  *setting = (LanSettingRow){ g_strdup ("core.hlc"), g_bytes_new ("\x00\x01", 2) };
}

static void
test_rows_survive (Fixture *f, gconstpointer data)
{
  GPtrArray *changes = lan_changes_new ();
  const LanPersonRow *person;
  const LanDeviceRow *device;
  const LanConversationPreview *preview;
  const LanTransferRow *transfer;
  const LanAddressRow *address;
  const LanVectorRow *vector;
  LanAccountId id;

  put_one_of_each (changes);
  commit (f, changes);
  reopen (f);

  g_assert_cmpuint (f->driver.snapshot->persons->len, ==, 1);
  person = f->driver.snapshot->persons->pdata[0];
  id = store_account (1);
  g_assert_true (lan_account_id_equal (&person->account, &id));
  g_assert_cmpstr (person->name, ==, "Li Wei 李伟");
  g_assert_cmpstr (person->note, ==, "a note");
  g_assert_cmpint (person->trust, ==, LAN_TRUST_VERIFIED);
  g_assert_cmpuint (person->flags, ==, LAN_PERSON_ACCEPTED | LAN_PERSON_MUTED);
  id = store_account (2);
  g_assert_true (lan_account_id_equal (&person->replaces, &id));
  id = store_account (3);
  g_assert_true (lan_account_id_equal (&person->merged_into, &id));
  g_assert_cmpuint (g_bytes_get_size (person->list), ==, 4);
  g_assert_nonnull (person->contact_secret);
  g_assert_cmpuint (g_bytes_get_size (person->contact_secret), ==, 0);
  g_assert_cmpint (person->first_seen_ms * 100 + person->last_seen_ms, ==, 1112);

  device = f->driver.snapshot->devices->pdata[0];
  g_assert_cmpmem (device->last_ts, 12, "twelve byte", 12);
  g_assert_cmpint (device->state, ==, 1);
  g_assert_cmpuint (g_bytes_get_size (device->cert), ==, 4);

  preview = f->driver.snapshot->conversations->pdata[0];
  g_assert_cmpuint (preview->row.own_read_hlc, ==, G_MAXUINT64);
  g_assert_cmpuint (preview->row.peer_read_hlc, ==, 1);
  g_assert_cmpuint (preview->row.flags, ==, LAN_CONVERSATION_HELD);
  g_assert_cmpstr (preview->row.draft, ==, "draft");
  g_assert_null (preview->last);

  vector = &g_array_index (f->driver.snapshot->vectors, LanVectorRow, 0);
  g_assert_cmpuint (vector->seq, ==, G_MAXUINT64 - 1);
  g_assert_cmpmem (vector->hash.b, 5, "hash", 5);

  transfer = f->driver.snapshot->transfers->pdata[0];
  g_assert_cmpuint (transfer->size, ==, G_MAXUINT64);
  g_assert_cmpuint (transfer->done, ==, 5);
  g_assert_cmpstr (transfer->name, ==, "报告.pdf");
  g_assert_cmpstr (transfer->path, ==, "/tmp/x");
  g_assert_cmpstr (transfer->error, ==, "code");
  g_assert_true (transfer->incoming);
  g_assert_cmpint (transfer->state, ==, LAN_TRANSFER_RUNNING);
  g_assert_cmpuint (g_bytes_get_size (transfer->bitmap), ==, 1);
  g_assert_cmpuint (g_bytes_get_size (transfer->detail), ==, 3);
  g_assert_cmpuint (g_bytes_get_size (transfer->plan), ==, 5);

  address = f->driver.snapshot->addresses->pdata[0];
  g_assert_cmpstr (address->address, ==, "fe80::1%eth0");
  g_assert_cmpint (address->port, ==, 65535);
  g_assert_cmpuint (g_bytes_get_size (lan_snapshot_get_setting (f->driver.snapshot, "core.hlc")),
                    ==, 2);
}

static void
test_rows_are_replaced (Fixture *f, gconstpointer data)
{
  GPtrArray *changes = lan_changes_new ();
  LanPersonRow *person;

  put_one_of_each (changes);
  put_one_of_each (changes);
  person = &lan_changes_add (changes, LAN_CHANGE_PERSON)->person;
  person->account = store_account (1);
  lan_changes_add (changes, LAN_CHANGE_SETTING)->setting.key = g_strdup ("core.hlc");
  commit (f, changes);
  reopen (f);
  g_assert_cmpuint (f->driver.snapshot->persons->len, ==, 1);
  person = f->driver.snapshot->persons->pdata[0];
  g_assert_null (person->name);
  g_assert_null (person->list);
  g_assert_cmpuint (f->driver.snapshot->settings->len, ==, 0);
  g_assert_cmpuint (f->driver.snapshot->transfers->len, ==, 1);
  g_assert_cmpuint (f->driver.snapshot->addresses->len, ==, 1);
}

static void
on_settings (GPtrArray *rows, const GError *error, gpointer user_data)
{
  GPtrArray **to = user_data;

  g_assert_no_error (error);
  *to = rows != NULL ? g_ptr_array_ref (rows) : NULL;
}

/* Large settings are not in the snapshot, and read by prefix. */
static void
test_large_settings (Fixture *f, gconstpointer data)
{
  static const char *const keys[] = { "large.a.1", "large.a.2", "large.a.3",
                                      "large.b.1", "largest",   "other" };
  GPtrArray *changes = lan_changes_new ();
  g_autoptr (GPtrArray) rows = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    LanSettingRow *row = &lan_changes_add (changes, LAN_CHANGE_SETTING)->setting;

    *row = (LanSettingRow){ g_strdup (keys[i]), g_bytes_new (keys[i], strlen (keys[i])) };
  }
  commit (f, changes);
  reopen (f);
  g_assert_cmpuint (f->driver.snapshot->settings->len, ==, 2);
  g_assert_nonnull (lan_snapshot_get_setting (f->driver.snapshot, "largest"));
  g_main_context_push_thread_default (f->driver.context);
  lan_store_read_settings (f->driver.store, "large.a.", 2, on_settings, &rows);
  g_main_context_pop_thread_default (f->driver.context);
  while (rows == NULL)
    g_main_context_iteration (f->driver.context, TRUE);
  g_assert_cmpuint (rows->len, ==, 2);
  g_assert_cmpstr (((LanSettingRow *) rows->pdata[0])->key, ==, "large.a.1");
  g_assert_cmpstr (((LanSettingRow *) rows->pdata[1])->key, ==, "large.a.2");
}

static void
test_addresses_are_bounded (Fixture *f, gconstpointer data)
{
  GPtrArray *changes = lan_changes_new ();
  const LanAddressRow *newest;

  for (guint i = 0; i < 100; i++) {
    LanAddressRow *row = &lan_changes_add (changes, LAN_CHANGE_ADDRESS)->address;

    *row = (LanAddressRow){ store_device (1), store_account (1), g_strdup_printf ("10.0.0.%u", i),
                            1, i };
  }
  commit (f, changes);
  reopen (f);
  g_assert_cmpuint (f->driver.snapshot->addresses->len, ==, 32);
  newest = f->driver.snapshot->addresses->pdata[0];
  g_assert_cmpstr (newest->address, ==, "10.0.0.99");
}

/* Logs of two devices in conversation 1, one in 2; device 1 is ours. */
static void
put_logs (Fixture *f)
{
  GPtrArray *changes = lan_changes_new ();

  for (guint n = 1; n <= 2; n++) {
    LanConversationRow *row = &lan_changes_add (changes, LAN_CHANGE_CONVERSATION)->conversation;

    *row = (LanConversationRow){
      store_conversation (n), store_account (n + 1), 0, 0, NULL, n == 1 ? 5002 : 0, 0
    };
  }
  for (guint seq = 1; seq <= 10; seq++) {
    store_add_record (changes, 1, 1, seq)->flags = LAN_RECORD_OWN;
    store_add_record (changes, 1, 2, seq);
    if (seq <= 3)
      store_add_record (changes, 2, 3, seq);
  }
  store_add_record (changes, 1, 2, 11)->flags = LAN_RECORD_HIDDEN;
  commit (f, changes);
}

static void
test_snapshot_of_logs (Fixture *f, gconstpointer data)
{
  const LanConversationPreview *preview;
  const LanLogHead *head;

  put_logs (f);
  reopen (f);
  g_assert_cmpuint (f->driver.snapshot->heads->len, ==, 3);
  head = &g_array_index (f->driver.snapshot->heads, LanLogHead, 1);
  g_assert_cmpuint (head->seq, ==, 11);
  g_assert_cmpuint (head->hlc, ==, 11002);
  g_assert_cmpuint (head->order, ==, 11002);
  g_assert_cmpint (head->hash.b[31], ==, (11002 & 0xff));

  preview = f->driver.snapshot->conversations->pdata[0];
  g_assert_cmpint (preview->row.conversation.b[15], ==, 1);
  g_assert_cmpuint (preview->unread, ==, 5);
  g_assert_cmpuint (preview->last->order, ==, 10002);
  preview = f->driver.snapshot->conversations->pdata[1];
  g_assert_cmpuint (preview->unread, ==, 3);
}

static void
assert_page (Fixture *f, const LanHistoryQuery *query, guint64 first, guint64 last, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = store_driver_history (&f->driver, query, &error);
  guint64 before = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, n);
  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *row = rows->pdata[i];

    g_assert_cmpuint (row->order, >, before);
    before = row->order;
    if (i == 0)
      g_assert_cmpuint (row->order, ==, first);
  }
  g_assert_cmpuint (before, ==, last);
}

static void
test_history_pages (Fixture *f, gconstpointer data)
{
  LanConversationId ids[2] = { store_conversation (1), store_conversation (2) };
  LanHistoryQuery query = { ids, 1, LAN_HISTORY_NEWEST, { 0 }, 4 };

  put_logs (f);
  assert_page (f, &query, 9001, 10002, 4);
  query.where = LAN_HISTORY_BEFORE;
  query.cursor = (LanHistoryCursor){ 9001, store_message (9) };
  assert_page (f, &query, 7001, 8002, 4);
  query.where = LAN_HISTORY_AFTER;
  assert_page (f, &query, 9002, 10002, 3);
  query.cursor = (LanHistoryCursor){ 1001, store_message (1) };
  assert_page (f, &query, 1002, 3001, 4);
  query.cursor = (LanHistoryCursor){ G_MAXUINT64, store_message (1) };
  assert_page (f, &query, 0, 0, 0);

  query.where = LAN_HISTORY_NEWEST;
  query.limit = 5000;
  assert_page (f, &query, 1001, 10002, 20);
  query.n_conversations = 2;
  assert_page (f, &query, 1001, 10002, 23);
  query.where = LAN_HISTORY_BEFORE;
  query.limit = 3;
  query.cursor = (LanHistoryCursor){ 3003, store_message (3) };
  assert_page (f, &query, 2003, 3002, 3);
  query.n_conversations = 0;
  assert_page (f, &query, 0, 0, 0);
}

static void
test_log_ranges (Fixture *f, gconstpointer data)
{
  static const struct {
    guint64 from, to;
    gsize bytes;
    guint rows;
  } cases[] = {
    { 1, G_MAXUINT64, G_MAXSIZE, 11 },
    { 3, 5, G_MAXSIZE, 3 },
    { 1, 11, 0, 1 },
    { 1, 11, 899, 2 },
    { 1, 11, 900, 3 },
    { 12, 20, 1000, 0 },
    { 0, 1, 1000, 1 },
  };

  put_logs (f);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) rows =
        store_driver_log (&f->driver, 1, 2, cases[i].from, cases[i].to, cases[i].bytes, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (rows->len, ==, cases[i].rows);
    for (guint n = 0; n < rows->len; n++) {
      const LanRecordRow *row = rows->pdata[n];

      g_assert_cmpuint (row->seq, ==, MAX (cases[i].from, 1) + n);
      g_assert_cmpuint (g_bytes_get_size (row->blob), ==, 300);
      g_assert_true (row->seq <= 10 || (row->flags & LAN_RECORD_HIDDEN) != 0);
    }
  }
}

static void
test_message_shows_once (Fixture *f, gconstpointer data)
{
  GPtrArray *changes = lan_changes_new ();
  LanMessageId message = store_message (7);
  LanAccountId author = store_account (2);
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GPtrArray) log = NULL;
  LanRecordRow *row;

  put_logs (f);
  /* The same message again, in a new log of its author, and once more as itself. */
  row = store_add_record (changes, 1, 9, 7);
  row->author = author;
  store_add_record (changes, 1, 2, 7);
  commit (f, changes);
  log = store_driver_log (&f->driver, 1, 9, 1, 9, 9999, NULL);
  g_assert_cmpuint (log->len, ==, 1);
  row = log->pdata[0];
  g_assert_true ((row->flags & LAN_RECORD_HIDDEN) != 0);

  found = store_driver_find (&f->driver, &author, &message, NULL);
  g_assert_cmpuint (found->len, ==, 1);
  row = found->pdata[0];
  g_assert_cmpint (row->device.b[7], ==, 2);
  g_clear_pointer (&found, g_ptr_array_unref);
  found = store_driver_find (&f->driver, NULL, &message, NULL);
  g_assert_cmpuint (found->len, ==, 2);
  g_clear_pointer (&found, g_ptr_array_unref);
  message = store_message (77);
  found = store_driver_find (&f->driver, &author, &message, NULL);
  g_assert_cmpuint (found->len, ==, 0);
}

static void
test_flags_change (Fixture *f, gconstpointer data)
{
  LanConversationId id = store_conversation (2);
  LanHistoryQuery query = { &id, 1, LAN_HISTORY_NEWEST, { 0 }, 50 };
  static const guint32 flags[] = { LAN_RECORD_HIDDEN, LAN_RECORD_SENT_AGAIN };

  put_logs (f);
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++) {
    GPtrArray *changes = lan_changes_new ();
    LanRecordRow *row = &lan_changes_add (changes, LAN_CHANGE_RECORD_FLAGS)->record;
    g_autoptr (GPtrArray) log = NULL;

    row->conversation = id;
    row->device = store_device (3);
    row->seq = 2;
    row->flags = flags[i];
    commit (f, changes);
    log = store_driver_log (&f->driver, 2, 3, 2, 2, 9999, NULL);
    row = log->pdata[0];
    g_assert_cmpuint (row->flags, ==, flags[i]);
    assert_page (f, &query, 1003, 3003, i == 0 ? 2 : 3);
  }
}

static void
test_conflict_fails_alone (Fixture *f, gconstpointer data)
{
  GPtrArray *changes = lan_changes_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) log = NULL;

  put_logs (f);
  store_add_record (changes, 2, 3, 4);
  store_add_record (changes, 2, 3, 2)->hash.b[0] ^= 1;
  store_driver_commit (&f->driver, changes, &error);
  g_assert_error (error, LAN_STORE_ERROR, LAN_STORE_ERROR_CONFLICT);
  log = store_driver_log (&f->driver, 2, 3, 1, 9, 9999, NULL);
  g_assert_cmpuint (log->len, ==, 3);
}

typedef struct {
  guint n_calls;
  guint n_errors;
  guint next;
} Tally;

static void
on_tallied (const GError *error, gpointer user_data)
{
  Tally *tally = ((gpointer *) user_data)[0];
  guint number = GPOINTER_TO_UINT (((gpointer *) user_data)[1]);

  g_assert_cmpuint (number, ==, tally->next);
  tally->next++;
  tally->n_calls++;
  if (error != NULL) {
    g_assert_error (error, LAN_STORE_ERROR, LAN_STORE_ERROR_CONFLICT);
    tally->n_errors++;
  }
  g_free (user_data);
}

/* Many batches queued at once, every tenth of them bad; then a close that drains them. */
static void
test_groups_and_close (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) log = NULL;
  Tally tally = { 0 };

  put_logs (f);
  for (guint i = 0; i < 2000; i++) {
    GPtrArray *changes = lan_changes_new ();
    gpointer *ticket = g_new (gpointer, 2);

    ticket[0] = &tally;
    ticket[1] = GUINT_TO_POINTER (i);
    store_add_record (changes, 7, 7, i + 1);
    if (i % 10 == 3)
      store_add_record (changes, 2, 3, 2)->hash.b[0] ^= 1;
    lan_store_commit (f->driver.store, changes, on_tallied, ticket);
  }
  reopen (f);
  g_assert_cmpuint (tally.n_calls, ==, 2000);
  g_assert_cmpuint (tally.n_errors, ==, 200);
  log = store_driver_log (&f->driver, 7, 7, 1, 9999, G_MAXSIZE, NULL);
  g_assert_cmpuint (log->len, ==, 1800);
}

static void
test_transfers_listed (Fixture *f, gconstpointer data)
{
  GPtrArray *changes = lan_changes_new ();
  g_autoptr (GPtrArray) rows = NULL;
  const LanTransferRow *row;

  for (guint i = 0; i < 300; i++) {
    LanTransferRow *transfer = &lan_changes_add (changes, LAN_CHANGE_TRANSFER)->transfer;

    transfer->id = store_message (i);
    transfer->created_ms = i;
    transfer->state = i % 100 == 0 ? LAN_TRANSFER_PAUSED : LAN_TRANSFER_DONE;
  }
  commit (f, changes);
  rows = store_driver_transfers (&f->driver, 250, 20, NULL);
  g_assert_cmpuint (rows->len, ==, 20);
  row = rows->pdata[0];
  g_assert_cmpint (row->created_ms, ==, 249);
  reopen (f);
  g_assert_cmpuint (f->driver.snapshot->transfers->len, ==, 203);
  row = f->driver.snapshot->transfers->pdata[2];
  g_assert_cmpint (row->state, ==, LAN_TRANSFER_PAUSED);
}

/* Nothing that was stored is readable in any file, while the store works and after. */
static void
test_no_plain_text (Fixture *f, gconstpointer data)
{
  for (guint round = 0; round < 6; round++) {
    GPtrArray *changes = lan_changes_new ();

    for (guint i = 1; i <= 300; i++)
      store_add_record (changes, 1, 1, round * 300 + i);
    commit (f, changes);
    g_assert_false (store_folder_shows_plain_text (f->folder));
  }
  reopen (f);
  g_assert_false (store_folder_shows_plain_text (f->folder));
}

#define ADD(name, function)                                                                        \
  g_test_add ("/store/rows/" name, Fixture, NULL, set_up, function, tear_down)

void
add_rows_tests (void)
{
  ADD ("new-is-empty", test_new_is_empty);
  ADD ("survive", test_rows_survive);
  ADD ("are-replaced", test_rows_are_replaced);
  ADD ("large-settings", test_large_settings);
  ADD ("addresses-are-bounded", test_addresses_are_bounded);
  ADD ("snapshot-of-logs", test_snapshot_of_logs);
  ADD ("history-pages", test_history_pages);
  ADD ("log-ranges", test_log_ranges);
  ADD ("message-shows-once", test_message_shows_once);
  ADD ("flags-change", test_flags_change);
  ADD ("conflict-fails-alone", test_conflict_fails_alone);
  ADD ("groups-and-close", test_groups_and_close);
  ADD ("transfers-listed", test_transfers_listed);
  ADD ("no-plain-text", test_no_plain_text);
}
