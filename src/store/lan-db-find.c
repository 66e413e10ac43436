/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Looking for messages by their words and marks, newest arrival first: FTS5 walks the lists of all words
 * backwards together and stops at the limit, however common they are. A word that may go on
 * (lan-word-query.h) is different: FTS5 would gather all longer words first. So the newest rows are
 * looked through one by one before; common words are found there, rare ones are quickly gathered.
 */
#include "lan-column.h"
#include "lan-db-ident.h"
#include "lan-db-search.h"
#include "lan-search-kind.h"
#include "lan-word-query.h"

#define FIND_LIMIT    1000
#define SCAN_ROWS     3000
#define MONTHS_MAX    60 /* more are not worth naming */
#define MS_A_DAY      (24 * 60 * 60 * 1000LL)
#define COLUMNS       LAN_SQL_RECORD_COLUMNS ", id"
#define HIDES_NOTHING "shown = 1 AND text IS NOT NULL AND id < ?1 AND hlc >= ?2 AND hlc < ?3 "

/* --- as FTS5 says it --- */

static void
append_words (GString *match, const LanWordQuery *words)
{
  for (guint i = 0; i < words->n_parts; i++) {
    const LanWordPart *part = &words->parts[i];

    for (guint j = 0; j < part->n_words; j++)
      g_string_append_printf (match, "%s\"%s\"", match->len > 0 ? " AND " : "", part->words[j]);
    g_string_append (match, part->is_prefix ? " *" : "");
  }
}

/* One of the marks in @marks, which have spaces between them, must hold. */
static void
append_marks (GString *match, GString *marks)
{
  g_auto (GStrv) each = g_strsplit (marks->str, " ", -1);

  if (marks->len == 0)
    return;
  g_string_append (match, match->len > 0 ? " AND (" : "(");
  for (guint i = 0; each[i] != NULL; i++)
    g_string_append_printf (match, "%s\"%s\"", i > 0 ? " OR " : "", each[i]);
  g_string_append_c (match, ')');
  g_string_truncate (marks, 0);
}

static void
append_months (GString *match, const LanSearchQuery *query, GString *marks)
{
  gint64 last = query->to_ms - 1;

  if (query->from_ms <= 0 || query->to_ms <= query->from_ms ||
      last - query->from_ms > MONTHS_MAX * 28 * MS_A_DAY)
    return;
  for (gint64 at = query->from_ms; at < last; at += 28 * MS_A_DAY)
    lan_search_tag_month (marks, at);
  lan_search_tag_month (marks, last);
  append_marks (match, marks);
}

/* Number 0, which no record has, finds nothing. */
static void
tag_ident (LanDb *db, GString *marks, char what, gconstpointer id, gsize len)
{
  lan_search_tag_number (marks, what, (guint64) lan_db_ident_find (db, id, len));
}

static char *
make_match (LanDb *db, const LanSearchQuery *query, const LanWordQuery *words)
{
  g_autoptr (GString) marks = g_string_new (NULL);
  GString *match = g_string_new (NULL);

  append_words (match, words);
  for (guint i = 0; i < query->n_conversations; i++)
    tag_ident (db, marks, 'c', &query->conversations[i], sizeof query->conversations[i]);
  append_marks (match, marks);
  if (query->has_author)
    tag_ident (db, marks, 'a', &query->author, sizeof query->author);
  append_marks (match, marks);
  for (guint bit = 0; bit < LAN_SEARCH_KINDS; bit++) {
    if ((query->kinds >> bit & 1) != 0)
      lan_search_tag_number (marks, 'k', bit);
  }
  append_marks (match, marks);
  append_months (match, query, marks);
  return g_string_free (match, FALSE);
}

/* --- running it --- */

/* The index does not know what stands beside what: then the text itself has to say. */
static gboolean
is_in_text (const LanWordQuery *words, const LanRecordRow *row)
{
  for (guint i = 0; i < words->n_parts; i++) {
    if (words->parts[i].n_words > 1)
      return lan_word_query_find (words, row->text, NULL, 0);
  }
  return TRUE;
}

static sqlite3_stmt *
prepare (LanDb *db, const char *sql, GError **error)
{
  sqlite3_stmt *s = NULL;
  int rc = sqlite3_prepare_v2 (db->handle, sql, -1, &s, NULL);

  if (rc != SQLITE_OK)
    lan_db_fail (db, rc, "search the history", error);
  return s;
}

static void
bind_range (sqlite3_stmt *s, const LanSearchQuery *query, gint64 before)
{
  lan_bind_int (s, 1, before > 0 ? before : G_MAXINT64);
  lan_bind_u64 (s, 2, (guint64) MAX (query->from_ms, 0) << 16);
  lan_bind_u64 (s, 3, query->to_ms > 0 ? (guint64) query->to_ms << 16 : G_MAXUINT64);
}

static gboolean
find_by_index (LanDb *db, const LanSearchQuery *query, const LanWordQuery *words, const char *match,
               gint64 before, GPtrArray *rows, guint limit, GError **error)
{
  guint g = db->search.generation;
  g_autofree char *sql = g_strdup_printf (
      "SELECT " COLUMNS " FROM search_%u CROSS JOIN record ON record.id = search_%u.rowid "
      "WHERE search_%u MATCH ?4 AND search_%u.rowid < ?1 AND " HIDES_NOTHING
      "ORDER BY search_%u.rowid DESC",
      g, g, g, g, g);
  int rc = SQLITE_DONE;
  sqlite3_stmt *s;

  if (db->search.is_broken)
    return TRUE;
  s = prepare (db, sql, error);
  if (s == NULL)
    return FALSE;
  bind_range (s, query, before);
  lan_bind_text (s, 4, match);
  while (rows->len < limit && (rc = sqlite3_step (s)) == SQLITE_ROW) {
    lan_db_add_record (s, rows);
    if (!is_in_text (words, rows->pdata[rows->len - 1]))
      g_ptr_array_remove_index (rows, rows->len - 1);
  }
  sqlite3_finalize (s);
  if (rc == SQLITE_DONE || rc == SQLITE_ROW || lan_db_search_note_damage (db, rc))
    return TRUE;
  lan_db_fail (db, rc, "search the history", error);
  return FALSE;
}

static gboolean
is_of_conversation (const LanSearchQuery *query, const LanConversationId *id)
{
  for (guint i = 0; i < query->n_conversations; i++) {
    if (lan_conversation_id_equal (&query->conversations[i], id))
      return TRUE;
  }
  return query->n_conversations == 0;
}

static gboolean
is_let_through (const LanSearchQuery *query, const LanWordQuery *words, const LanRecordRow *row)
{
  return is_of_conversation (query, &row->conversation) &&
         (!query->has_author || lan_account_id_equal (&query->author, &row->author)) &&
         (query->kinds == 0 || (query->kinds & lan_search_kinds (row->kind, row->text)) != 0) &&
         lan_word_query_find (words, row->text, NULL, 0);
}

/* The newest rows one by one. @before: the row to go on before, moved to the last one looked at. */
static gboolean
find_by_looking (LanDb *db, const LanSearchQuery *query, const LanWordQuery *words, gint64 *before,
                 GPtrArray *rows, guint limit, GError **error)
{
  sqlite3_stmt *s = prepare (
      db, "SELECT " COLUMNS " FROM record WHERE " HIDES_NOTHING "ORDER BY id DESC LIMIT ?4", error);
  int rc = SQLITE_DONE;

  if (s == NULL)
    return FALSE;
  bind_range (s, query, *before);
  lan_bind_int (s, 4, SCAN_ROWS);
  while (rows->len < limit && (rc = sqlite3_step (s)) == SQLITE_ROW) {
    const LanRecordRow *row;

    lan_db_add_record (s, rows);
    row = rows->pdata[rows->len - 1];
    *before = row->arrival;
    if (!is_let_through (query, words, row))
      g_ptr_array_remove_index (rows, rows->len - 1);
  }
  sqlite3_finalize (s);
  if (rc == SQLITE_ROW || rc == SQLITE_DONE)
    return TRUE;
  lan_db_fail (db, rc, "search the history", error);
  return FALSE;
}

GPtrArray *
lan_db_search (LanDb *db, const LanSearchQuery *query, GError **error)
{
  g_autoptr (LanWordQuery) words =
      lan_word_query_new (query->text ? query->text : "", query->is_typing);
  g_autoptr (GPtrArray) rows = lan_db_records_new ();
  g_autofree char *match = make_match (db, query, words);
  guint limit = MIN (query->limit, FIND_LIMIT);
  gint64 before = query->before;

  /* Something was typed, but nothing that is a word: nothing holds it. */
  if (words->n_parts == 0 && query->text != NULL && *query->text != '\0')
    return g_steal_pointer (&rows);
  if ((*match == '\0' || lan_word_query_has_prefix (words)) &&
      !find_by_looking (db, query, words, &before, rows, limit, error))
    return NULL;
  if (*match != '\0' && rows->len < limit &&
      !find_by_index (db, query, words, match, before, rows, limit, error))
    return NULL;
  return lan_db_read_operations (db, rows, error) ? g_steal_pointer (&rows) : NULL;
}

/* --- days --- */

/* The first row of @conversation on screen from @from_ms on; NULL: none. */
static gboolean
first_since (LanDb *db, const LanConversationId *conversation, gint64 from_ms, LanRecordRow **row,
             GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  const LanHistoryQuery query = {
    .conversations = conversation,
    .n_conversations = 1,
    .where = LAN_HISTORY_AFTER,
    .cursor = { .order = (guint64) MAX (from_ms, 0) << 16 },
    .limit = 1,
  };

  *row = NULL;
  rows = lan_db_read_history (db, &query, error);
  if (rows != NULL && rows->len > 0)
    *row = g_ptr_array_steal_index (rows, 0);
  return rows != NULL;
}

static void
keep_first (GPtrArray *firsts, guint day, LanRecordRow *row)
{
  LanRecordRow *kept = firsts->pdata[day];

  if (kept != NULL && kept->order <= row->order) {
    lan_record_row_clear (row);
    g_free (row);
    return;
  }
  if (kept != NULL)
    lan_record_row_clear (kept);
  g_free (kept);
  firsts->pdata[day] = row;
}

static gboolean
read_days_of (LanDb *db, const LanDaysQuery *query, const LanConversationId *conversation,
              GPtrArray *firsts, GError **error)
{
  for (guint day = 0; day < query->n_days; day++) {
    LanRecordRow *row;
    gint64 at;

    if (!first_since (db, conversation, query->days[day], &row, error))
      return FALSE;
    if (row == NULL)
      return TRUE;
    at = (gint64) (row->order >> 16);
    while (day < query->n_days && at >= query->days[day + 1])
      day++;
    if (day < query->n_days) {
      keep_first (firsts, day, row);
    } else {
      lan_record_row_clear (row);
      g_free (row);
    }
  }
  return TRUE;
}

GPtrArray *
lan_db_read_days (LanDb *db, const LanDaysQuery *query, GError **error)
{
  g_autoptr (GPtrArray) rows = lan_db_records_new ();
  guint n = 0;

  g_ptr_array_set_size (rows, (int) query->n_days);
  for (guint i = 0; i < query->n_conversations; i++) {
    if (!read_days_of (db, query, &query->conversations[i], rows, error))
      return NULL;
  }
  for (guint day = 0; day < query->n_days; day++) {
    gpointer row = rows->pdata[day];

    rows->pdata[day] = NULL;
    rows->pdata[n] = row;
    n += row != NULL;
  }
  g_ptr_array_set_size (rows, (int) n);
  return g_steal_pointer (&rows);
}
