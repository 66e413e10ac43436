/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What is looked for is found: by words and marks, newest first, however the index came to be. */
#include "lan-db-search.h"
#include "lan-search-kind.h"
#include "store-driver.h"
#include "test-store.h"

#include <string.h>

#define DAY_MS   (24 * 60 * 60 * 1000LL)
#define BEGIN_MS 1700000000000LL

typedef struct {
  char *folder;
  char *path;
  StoreDriver driver;
  guint seq;
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
say (Fixture *f, guint conversation, guint author, guint32 kind, gint64 at_ms, const char *text)
{
  GPtrArray *changes = lan_changes_new ();
  LanRecordRow *row = store_add_record (changes, conversation, author, ++f->seq);
  g_autoptr (GError) error = NULL;

  g_free (row->text);
  row->text = g_strdup (text);
  row->author = store_account (author);
  row->kind = kind;
  row->hlc = row->order = (guint64) at_ms << 16;
  store_driver_commit (&f->driver, changes, &error);
  g_assert_no_error (error);
}

static void
assert_rows (GPtrArray *rows, const char *expected)
{
  g_autoptr (GString) all = g_string_new (NULL);

  g_assert_nonnull (rows);
  for (guint i = 0; i < rows->len; i++)
    g_string_append_printf (all, "%s%s", i > 0 ? "|" : "",
                            ((const LanRecordRow *) rows->pdata[i])->text);
  g_assert_cmpstr (all->str, ==, expected);
}

static void
assert_search (Fixture *f, LanSearchQuery query, const char *expected)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  guint percent;

  query.limit = query.limit > 0 ? query.limit : 100;
  rows = store_driver_search (&f->driver, &query, &percent, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (percent, ==, 100);
  assert_rows (rows, expected);
}

#define ASSERT_FOUND(f, words, expected)                                                           \
  assert_search (f, (LanSearchQuery){ .text = (words) }, expected)

static void
test_words (Fixture *f, gconstpointer data)
{
  say (f, 1, 1, 1, BEGIN_MS, "合同已经发给法务");
  say (f, 2, 2, 1, BEGIN_MS + 1, "The Contract is READY");
  say (f, 1, 2, 1, BEGIN_MS + 2, "contract ready? 合同呢");
  ASSERT_FOUND (f, "合同", "contract ready? 合同呢|合同已经发给法务");
  ASSERT_FOUND (f, "法", "合同已经发给法务");
  ASSERT_FOUND (f, "务", "合同已经发给法务");
  ASSERT_FOUND (f, "contract", "contract ready? 合同呢|The Contract is READY");
  ASSERT_FOUND (f, "\"contract is\"", "The Contract is READY");
  ASSERT_FOUND (f, "ready 合同", "contract ready? 合同呢");
  ASSERT_FOUND (f, "contr", "");
  assert_search (f, (LanSearchQuery){ .text = "contr", .is_typing = TRUE },
                 "contract ready? 合同呢|The Contract is READY");
  ASSERT_FOUND (f, "\" OR *", "");
  ASSERT_FOUND (f, "👍", "");
}

static void
test_marks (Fixture *f, gconstpointer data)
{
  const LanConversationId one[] = { store_conversation (1) };
  const LanAccountId second = store_account (2);

  say (f, 1, 1, 1, BEGIN_MS, "see https://example.org report");
  say (f, 2, 2, 2, BEGIN_MS + DAY_MS, "report.pdf");
  say (f, 1, 2, 2, BEGIN_MS + 40 * DAY_MS, "report.PNG");
  say (f, 1, 1, 16, BEGIN_MS + 41 * DAY_MS, "\x01k0 report of another kind");
  assert_search (f,
                 (LanSearchQuery){ .conversations = one, .n_conversations = 1, .text = "report" },
                 "\x01k0 report of another kind|report.PNG|see https://example.org report");
  assert_search (f, (LanSearchQuery){ .has_author = TRUE, .author = second, .text = "report" },
                 "report.PNG|report.pdf");
  assert_search (f, (LanSearchQuery){ .kinds = LAN_SEARCH_FILE }, "report.PNG|report.pdf");
  assert_search (f, (LanSearchQuery){ .kinds = LAN_SEARCH_MEDIA }, "report.PNG");
  assert_search (f, (LanSearchQuery){ .kinds = LAN_SEARCH_LINK }, "see https://example.org report");
  assert_search (f, (LanSearchQuery){ .kinds = LAN_SEARCH_TEXT, .text = "rep*" },
                 "see https://example.org report");
  assert_search (f, (LanSearchQuery){ .from_ms = BEGIN_MS + 1, .to_ms = BEGIN_MS + 2 * DAY_MS },
                 "report.pdf");
  assert_search (f,
                 (LanSearchQuery){ .text = "report",
                                   .from_ms = BEGIN_MS + 2 * DAY_MS,
                                   .to_ms = BEGIN_MS + 41 * DAY_MS },
                 "report.PNG");
  assert_search (f, (LanSearchQuery){ .from_ms = BEGIN_MS + 50 * DAY_MS, .text = "report" }, "");
}

/* Page after page gives every hit once, words that go on too. */
static void
test_pages (Fixture *f, gconstpointer data)
{
  const char *const words[] = { "共同", "same", "sam*", "共" };

  for (guint i = 0; i < 40; i++)
    say (f, i % 3, 1, 1, BEGIN_MS + i, i % 2 == 0 ? "共同 same" : "other 别的");
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    LanSearchQuery query = { .text = words[i], .limit = 7 };
    guint n = 0;

    do {
      g_autoptr (GPtrArray) rows = store_driver_search (&f->driver, &query, NULL, NULL);

      n += rows->len;
      query.before = rows->len == 7 ? ((const LanRecordRow *) rows->pdata[6])->arrival : 0;
    } while (query.before > 0);
    g_assert_cmpuint (n, ==, 20);
  }
}

/* Hidden rows are not found; those that appear later are. */
static void
test_hidden (Fixture *f, gconstpointer data)
{
  for (guint round = 0; round < 3; round++) {
    GPtrArray *changes = lan_changes_new ();
    LanRecordRow *row;

    if (round == 0)
      say (f, 1, 1, 1, BEGIN_MS, "once here");
    ASSERT_FOUND (f, "once", round == 1 ? "" : "once here");
    row = &lan_changes_add (changes, LAN_CHANGE_RECORD_FLAGS)->record;
    row->conversation = store_conversation (1);
    row->device = store_device (1);
    row->seq = 1;
    row->flags = round == 0 ? LAN_RECORD_HIDDEN : LAN_RECORD_SENT_AGAIN;
    g_assert_true (store_driver_commit (&f->driver, changes, NULL));
  }
}

static void
with_db (Fixture *f, const char *sql)
{
  LanDb *db = NULL;
  g_autoptr (GError) error = NULL;

  store_driver_close (&f->driver);
  db = lan_db_open (f->path, lan_page_seal_new (store_key ()), NULL, LAN_STORE_FLAG_MUST_EXIST,
                    &error);
  g_assert_no_error (error);
  while (lan_db_search_is_behind (db))
    lan_db_search_index_some (db, 10);
  (void) sqlite3_db_config (db->handle, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
  g_assert_true (lan_db_exec (db, sql, "spoil", NULL));
  lan_db_close (db);
  store_driver_open (&f->driver, f->path, NULL, NULL, LAN_STORE_FLAG_MUST_EXIST);
  g_assert_no_error (f->driver.error);
}

/* An index of an older version of the words, and one that is damaged, are made anew. */
static void
test_made_anew (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 30; i++)
    say (f, 1, 1, 1, BEGIN_MS + i, i == 7 ? "needle 针" : "hay 干草");
  with_db (f, "UPDATE search_state SET words = 0");
  ASSERT_FOUND (f, "needle", "needle 针");
  with_db (f, "UPDATE search_2_data SET block = x'00112233445566778899' WHERE id > 10");
  for (guint i = 0; i < 2; i++) {
    LanSearchQuery query = { .text = "针", .limit = 10 };
    g_autoptr (GPtrArray) rows = store_driver_search (&f->driver, &query, NULL, NULL);

    query.text = "needle";
    g_clear_pointer (&rows, g_ptr_array_unref);
    rows = store_driver_search (&f->driver, &query, NULL, NULL);
    g_assert_nonnull (rows); /* the first may find the damage */
  }
  ASSERT_FOUND (f, "needle", "needle 针");
  with_db (f, "DELETE FROM search_state");
  ASSERT_FOUND (f, "干草 hay",
                "hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|"
                "hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|"
                "hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|hay 干草|"
                "hay 干草|hay 干草|hay 干草|hay 干草|hay 干草");
}

static void
test_days (Fixture *f, gconstpointer data)
{
  const LanConversationId ids[] = { store_conversation (1), store_conversation (2) };
  gint64 days[31];
  const LanDaysQuery query = { ids, 2, days, 30 };
  g_autoptr (GPtrArray) rows = NULL;

  for (guint i = 0; i <= 30; i++)
    days[i] = BEGIN_MS + i * DAY_MS;
  say (f, 1, 1, 1, BEGIN_MS - 1, "before");
  say (f, 1, 1, 1, BEGIN_MS + 5 * DAY_MS + 2, "fifth, later");
  say (f, 1, 1, 1, BEGIN_MS + 29 * DAY_MS, "last");
  say (f, 2, 1, 1, BEGIN_MS + 5 * DAY_MS, "fifth");
  say (f, 2, 1, 1, BEGIN_MS + 6 * DAY_MS, "sixth");
  say (f, 3, 1, 1, BEGIN_MS + 7 * DAY_MS, "elsewhere");
  say (f, 2, 1, 1, BEGIN_MS + 30 * DAY_MS, "after");
  rows = store_driver_days (&f->driver, &query, NULL);
  assert_rows (rows, "fifth|sixth|last");
}

#define ADD(name, function)                                                                        \
  g_test_add ("/store/search/" name, Fixture, NULL, set_up, function, tear_down)

void
add_search_tests (void)
{
  ADD ("words", test_words);
  ADD ("marks", test_marks);
  ADD ("pages", test_pages);
  ADD ("hidden", test_hidden);
  ADD ("made-anew", test_made_anew);
  ADD ("days", test_days);
}
