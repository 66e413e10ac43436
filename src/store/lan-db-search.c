/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-db-search.h"

#include "lan-column.h"
#include "lan-record-text.h"
#include "lan-search-kind.h"
#include "lan-text-words.h"
#include "lan-tokenizer.h"

#include <string.h>

/* A leaf of the index with its head must fit a page with its seal, or each would take two. */
#define LEAF_BYTES "3980"

#define MADE_MAX 3 /* times an opening makes the index anew before it gives up */

#define STATE_TABLE                                                                                \
  "CREATE TABLE IF NOT EXISTS search_state (id INTEGER PRIMARY KEY CHECK (id = 1), "               \
  "words INTEGER NOT NULL, generation INTEGER NOT NULL, upto INTEGER NOT NULL) STRICT"

#define ROW_COLUMNS "id, text, conversation, author, kind, hlc, blob, opened"

static const char *const kept_sql[LAN_SEARCH_N] = {
  [LAN_SEARCH_NEXT] = "SELECT " ROW_COLUMNS " FROM record WHERE id > ?1 AND shown = 1 "
                      "AND text IS NOT NULL ORDER BY id LIMIT ?2",
  [LAN_SEARCH_ROW] = "SELECT " ROW_COLUMNS " FROM record WHERE id = ?1 AND shown = 1 "
                     "AND text IS NOT NULL",
  [LAN_SEARCH_LAST] = "SELECT max (id) FROM record",
  [LAN_SEARCH_SET_UPTO] = "UPDATE search_state SET upto = ?1",
};

/* --- marks --- */

void
lan_search_tag_number (GString *to, char what, guint64 number)
{
  char digits[20];
  gsize n = sizeof digits;

  do {
    digits[--n] = (char) ('0' + number % 10);
    number /= 10;
  } while (number > 0);
  if (to->len > 0)
    g_string_append_c (to, ' ');
  g_string_append_c (to, LAN_TAG);
  g_string_append_c (to, what);
  g_string_append_len (to, digits + n, (gssize) (sizeof digits - n));
}

void
lan_search_tag_month (GString *to, gint64 time_ms)
{
  lan_search_tag_number (to, 'y', (guint64) (MAX (time_ms, 0) / (28 * 24 * 60 * 60 * 1000LL)));
}

static char *
make_tags (sqlite3_stmt *row, const char *text)
{
  GString *tags = g_string_sized_new (128);
  guint32 kind = (guint32) lan_column_int (row, 4);
  guint kinds = lan_search_kinds (kind, text);

  lan_search_tag_number (tags, 'c', (guint64) lan_column_int (row, 2));
  lan_search_tag_number (tags, 'a', (guint64) lan_column_int (row, 3));
  for (guint bit = 0; bit < LAN_SEARCH_KINDS; bit++) {
    if ((kinds >> bit & 1) != 0)
      lan_search_tag_number (tags, 'k', bit);
  }
  lan_search_tag_month (tags, (gint64) (lan_column_u64 (row, 5) >> 16));
  return g_string_free (tags, FALSE);
}

/* --- the table --- */

static gboolean
prepare (LanDb *db, GError **error)
{
  for (int i = 0; i < LAN_SEARCH_N; i++) {
    guint generation = db->search.generation;
    g_autofree char *sql = NULL;
    int rc;

    if (i == LAN_SEARCH_DROP)
      sql = g_strdup_printf ("INSERT INTO search_%u (search_%u, rowid, words, marks) "
                             "VALUES ('delete', ?1, ?2, ?3)",
                             generation, generation);
    else if (i == LAN_SEARCH_ADD)
      sql = g_strdup_printf ("INSERT INTO search_%u (rowid, words, marks) VALUES (?1, ?2, ?3)",
                             generation);
    rc = sqlite3_prepare_v3 (db->handle, sql != NULL ? sql : kept_sql[i], -1,
                             SQLITE_PREPARE_PERSISTENT, &db->search.statements[i], NULL);
    if (rc != SQLITE_OK) {
      lan_db_fail (db, rc, "open the index", error);
      return FALSE;
    }
  }
  return TRUE;
}

static void
finalize (LanDb *db)
{
  for (int i = 0; i < LAN_SEARCH_N; i++) {
    sqlite3_finalize (db->search.statements[i]);
    db->search.statements[i] = NULL;
  }
}

/* Begins an empty index beside what may be left of an older one. */
static gboolean
make_table (LanDb *db, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
      "BEGIN IMMEDIATE;" STATE_TABLE ";"
      "CREATE VIRTUAL TABLE search_%u USING fts5 (words, marks, content = '', columnsize = 0, "
      "detail = none, "
      "tokenize = 'lanyard');"
      "INSERT INTO search_%u (search_%u, rank) VALUES ('pgsz', " LEAF_BYTES ");"
      "INSERT INTO search_%u (search_%u, rank) VALUES ('automerge', 16);"
      "INSERT OR REPLACE INTO search_state VALUES (1, %d, %u, 0);"
      "COMMIT",
      db->search.generation, db->search.generation, db->search.generation, db->search.generation,
      db->search.generation, LAN_WORDS_VERSION, db->search.generation);

  if (lan_db_exec (db, sql, "begin the index", error)) {
    db->search.upto = 0;
    return TRUE;
  }
  if (!sqlite3_get_autocommit (db->handle))
    (void) sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

/* An index that is damaged may not even let itself be removed: then it stays as dead weight. */
static void
drop_table (LanDb *db, guint generation)
{
  g_autofree char *sql = g_strdup_printf ("DROP TABLE IF EXISTS search_%u", generation);
  int rc = sqlite3_exec (db->handle, sql, NULL, NULL, NULL);

  db->vfs->fault.is_set = FALSE;
  if (rc != SQLITE_OK)
    g_info ("an old index stays sqlite=%d", rc);
}

static gboolean
make_anew (LanDb *db, GError **error)
{
  guint old = db->search.generation;

  g_info ("index of words is made anew generation=%u", old + 1);
  finalize (db);
  if (old > 0)
    drop_table (db, old);
  db->search.generation = old + 1;
  db->search.n_made++;
  if (!make_table (db, error))
    return FALSE;
  db->search.is_broken = FALSE;
  db->search.is_behind = TRUE;
  return prepare (db, error);
}

/* The state, where there is one. FALSE: there is none that can be used. */
static gboolean
read_state (LanDb *db)
{
  sqlite3_stmt *statement = NULL;
  gboolean is_ours = FALSE;

  if (sqlite3_prepare_v2 (db->handle, "SELECT words, generation, upto FROM search_state", -1,
                          &statement, NULL) == SQLITE_OK &&
      sqlite3_step (statement) == SQLITE_ROW) {
    is_ours = lan_column_int (statement, 0) == LAN_WORDS_VERSION;
    db->search.generation = (guint) CLAMP (lan_column_int (statement, 1), 0, G_MAXINT32);
    db->search.upto = lan_column_int (statement, 2);
  }
  sqlite3_finalize (statement);
  return is_ours;
}

gboolean
lan_db_search_open (LanDb *db, GError **error)
{
  int rc = lan_tokenizer_register (db->handle);

  if (rc != SQLITE_OK) {
    lan_db_fail (db, rc, "open the index", error);
    return FALSE;
  }
  db->search.is_behind = TRUE;
  if (read_state (db) && prepare (db, NULL))
    return TRUE;
  db->is_damaged = FALSE;
  db->vfs->fault.is_set = FALSE;
  return make_anew (db, error);
}

void
lan_db_search_close (LanDb *db)
{
  finalize (db);
}

/* --- keeping it --- */

gboolean
lan_db_search_is_behind (const LanDb *db)
{
  return db->search.is_behind;
}

gboolean
lan_db_search_note_damage (LanDb *db, int rc)
{
  gboolean was_damaged = db->is_damaged;

  if ((rc & 0xff) != SQLITE_CORRUPT && !db->vfs->fault.is_set)
    return FALSE;
  g_info ("index of words is damaged sqlite=%d", rc);
  db->vfs->fault.is_set = FALSE;
  db->is_damaged = was_damaged;
  db->search.is_broken = TRUE;
  db->search.is_behind = TRUE;
  return TRUE;
}

static sqlite3_stmt *
use (LanDb *db, LanSearchStatement id)
{
  sqlite3_reset (db->search.statements[id]);
  sqlite3_clear_bindings (db->search.statements[id]);
  return db->search.statements[id];
}

static gboolean
run (LanDb *db, sqlite3_stmt *s, GError **error)
{
  int rc = sqlite3_step (s);

  sqlite3_reset (s);
  if (rc == SQLITE_DONE || rc == SQLITE_ROW || lan_db_search_note_damage (db, rc))
    return TRUE;
  lan_db_fail (db, rc, "index a message", error);
  return FALSE;
}

/* @row: at ROW_COLUMNS. */
static gboolean
put (LanDb *db, LanSearchStatement what, sqlite3_stmt *row, GError **error)
{
  g_autofree char *text = lan_record_text_column (row, 1, 6, 7);
  g_autofree char *tags = make_tags (row, text);
  sqlite3_stmt *s = use (db, what);

  /* Marks are ours alone: no message is taken for some. */
  if (text[0] == LAN_TAG)
    text[0] = ' ';
  lan_bind_int (s, 1, lan_column_int (row, 0));
  lan_bind_text (s, 2, text);
  lan_bind_text (s, 3, tags);
  return run (db, s, error);
}

static gboolean
put_row (LanDb *db, LanSearchStatement what, gint64 id, GError **error)
{
  gboolean ok = TRUE;
  sqlite3_stmt *row;
  int rc;

  if (id > db->search.upto || db->search.is_broken)
    return TRUE;
  row = use (db, LAN_SEARCH_ROW);
  lan_bind_int (row, 1, id);
  rc = sqlite3_step (row);
  if (rc == SQLITE_ROW)
    ok = put (db, what, row, error);
  sqlite3_reset (row);
  if (rc == SQLITE_ROW || rc == SQLITE_DONE)
    return ok;
  lan_db_fail (db, rc, "index a message", error);
  return FALSE;
}

gboolean
lan_db_search_forget (LanDb *db, gint64 id, GError **error)
{
  return put_row (db, LAN_SEARCH_DROP, id, error);
}

gboolean
lan_db_search_note (LanDb *db, gint64 id, GError **error)
{
  return put_row (db, LAN_SEARCH_ADD, id, error);
}

static gint64
last_row (LanDb *db)
{
  sqlite3_stmt *s = use (db, LAN_SEARCH_LAST);
  gint64 last = sqlite3_step (s) == SQLITE_ROW ? lan_column_int (s, 0) : 0;

  sqlite3_reset (s);
  return last;
}

static gboolean
set_upto (LanDb *db, gint64 upto, GError **error)
{
  sqlite3_stmt *s;

  if (upto == db->search.upto)
    return TRUE;
  s = use (db, LAN_SEARCH_SET_UPTO);
  lan_bind_int (s, 1, upto);
  if (!lan_db_run (db, s, "index a message", error))
    return FALSE;
  db->search.upto = upto;
  return TRUE;
}

gboolean
lan_db_search_shrink (LanDb *db, GError **error)
{
  return set_upto (db, MIN (db->search.upto, last_row (db)), error);
}

void
lan_db_search_rolled_back (LanDb *db)
{
  (void) read_state (db);
  db->search.is_behind = TRUE;
}

guint
lan_db_search_progress (LanDb *db)
{
  gint64 last = db->search.is_behind ? last_row (db) : 0;

  if (db->search.is_broken)
    return 0;
  return last <= db->search.upto ? 100 : (guint) (db->search.upto * 100 / last);
}

/* The rows after upto, at most @max. @n: how many there were. */
static gboolean
index_next (LanDb *db, guint max, guint *n, GError **error)
{
  gint64 upto = db->search.upto;
  sqlite3_stmt *next = use (db, LAN_SEARCH_NEXT);
  gboolean ok = TRUE;
  int rc = SQLITE_DONE;

  lan_bind_int (next, 1, upto);
  lan_bind_int (next, 2, max);
  for (*n = 0; ok && !db->search.is_broken && (rc = sqlite3_step (next)) == SQLITE_ROW; ++*n) {
    upto = lan_column_int (next, 0);
    ok = put (db, LAN_SEARCH_ADD, next, error);
  }
  sqlite3_reset (next);
  if (ok && rc != SQLITE_DONE && rc != SQLITE_ROW) {
    lan_db_fail (db, rc, "index the messages", error);
    return FALSE;
  }
  if (ok && *n < max && !db->search.is_broken)
    upto = last_row (db);
  return ok && set_upto (db, upto, error);
}

void
lan_db_search_index_some (LanDb *db, guint max)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;
  gboolean ok;

  if (db->search.is_broken && (db->search.n_made == MADE_MAX || !make_anew (db, &error))) {
    g_info ("no index: %s", error != NULL ? error->message : "it is damaged again and again");
    db->search.is_behind = FALSE; /* until something is written again */
    return;
  }
  ok = lan_db_run (db, lan_db_use (db, LAN_SQL_BEGIN), "index the messages", &error) &&
       index_next (db, max, &n, &error) && !db->search.is_broken &&
       lan_db_run (db, lan_db_use (db, LAN_SQL_COMMIT), "index the messages", &error);
  if (!ok && !sqlite3_get_autocommit (db->handle))
    (void) sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
  if (!ok) {
    gboolean is_broken = db->search.is_broken;

    g_info ("not indexed: %s", error != NULL ? error->message : "the index is damaged");
    lan_db_search_rolled_back (db);
    db->search.is_behind = is_broken;
    return;
  }
  db->search.is_behind = n == max;
}
