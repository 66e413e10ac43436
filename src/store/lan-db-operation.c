/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What was said about messages. Operations and messages come in any order; whichever is second
 * brings record.text to what the message shows now.
 */
#include "lan-column.h"
#include "lan-db-search.h"

#include <string.h>

#define BIND_ID(statement, index, id) lan_bind_id (statement, index, (id)->b, sizeof (id)->b)
#define COLUMN_ID(s, index, id)       lan_column_id (s, index, (id)->b, sizeof (id)->b)

#define READ_MAX 512 /* operations of one message that a reader gets */

static void
bind_message (sqlite3_stmt *s, const LanConversationId *conversation, const LanAccountId *author,
              const LanMessageId *message)
{
  BIND_ID (s, 1, conversation);
  BIND_ID (s, 2, author);
  BIND_ID (s, 3, message);
}

/* What makes the key of an operation whole, beside its message and kind; and a byte more, since nothing
 * at all would be bound as NULL. */
static GByteArray *
detail_of (const LanOperationRow *row)
{
  GByteArray *detail = g_byte_array_new ();

  if (row->kind == LAN_OPERATION_REACTION) {
    g_byte_array_append (detail, row->actor.b, sizeof row->actor.b);
    if (row->text != NULL)
      g_byte_array_append (detail, (const guint8 *) row->text, (guint) strlen (row->text));
  } else if (row->kind == LAN_OPERATION_EDIT) {
    g_byte_array_append (detail, row->id.b, sizeof row->id.b);
  }
  g_byte_array_append (detail, (const guint8 *) "", 1);
  return detail;
}

/* The number of the record that shows this message; 0: none does. */
static gint64
find_shown (LanDb *db, const LanConversationId *conversation, const LanAccountId *author,
            const LanMessageId *message)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_SHOWN_ID);
  gint64 id;

  bind_message (s, conversation, author, message);
  id = sqlite3_step (s) == SQLITE_ROW ? lan_column_int (s, 0) : 0;
  sqlite3_reset (s);
  return id;
}

static gboolean
set_text (LanDb *db, gint64 id, const char *text, gboolean is_recalled, GError **error)
{
  sqlite3_stmt *s;

  if (id == 0)
    return TRUE;
  if (!lan_db_search_forget (db, id, error))
    return FALSE;
  s = lan_db_use (db, LAN_SQL_SET_TEXT);
  lan_bind_int (s, 1, id);
  lan_bind_text (s, 2, text);
  lan_bind_int (s, 3, is_recalled);
  return lan_db_run (db, s, "edit a message", error) && lan_db_search_note (db, id, error);
}

gboolean
lan_db_show (LanDb *db, const LanConversationId *conversation, const LanAccountId *author,
             const LanMessageId *message, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_SHOWN_TEXT);
  g_autofree char *text = NULL;
  gboolean is_recalled;
  int rc;

  bind_message (s, conversation, author, message);
  rc = sqlite3_step (s);
  is_recalled = rc == SQLITE_ROW && lan_column_int (s, 0) == LAN_OPERATION_RECALL;
  if (rc == SQLITE_ROW && !is_recalled)
    text = lan_column_text (s, 1);
  sqlite3_reset (s);
  if (rc == SQLITE_DONE)
    return TRUE;
  if (rc != SQLITE_ROW) {
    lan_db_fail (db, rc, "look for edits", error);
    return FALSE;
  }
  return set_text (db, find_shown (db, conversation, author, message), text, is_recalled, error);
}

gboolean
lan_db_put_operation (LanDb *db, const LanOperationRow *row, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_PUT_OPERATION);
  g_autoptr (GByteArray) detail = detail_of (row);

  bind_message (s, &row->conversation, &row->author, &row->target);
  lan_bind_int (s, 4, row->kind);
  lan_bind_id (s, 5, detail->data, detail->len - 1);
  BIND_ID (s, 6, &row->actor);
  lan_bind_u64 (s, 7, row->order);
  BIND_ID (s, 8, &row->id);
  BIND_ID (s, 9, &row->hash);
  lan_bind_int (s, 10, row->time_ms);
  lan_bind_int (s, 11, row->on != FALSE);
  lan_bind_text (s, 12, row->text);
  db->may_wait = TRUE;
  if (!lan_db_run (db, s, "save what was said about a message", error))
    return FALSE;
  if (row->kind != LAN_OPERATION_RECALL && row->kind != LAN_OPERATION_EDIT)
    return TRUE;
  return lan_db_show (db, &row->conversation, &row->author, &row->target, error);
}

gboolean
lan_db_meet_operations (LanDb *db, const LanConversationId *conversation,
                        const LanAccountId *author, const LanMessageId *message, GError **error)
{
  sqlite3_stmt *s;

  if (!db->may_wait)
    return TRUE;
  s = lan_db_use (db, LAN_SQL_MEET_OPERATIONS);
  bind_message (s, conversation, author, message);
  if (!lan_db_run (db, s, "find what was said about a message", error))
    return FALSE;
  return sqlite3_changes (db->handle) == 0 ||
         lan_db_show (db, conversation, author, message, error);
}

gboolean
lan_db_part_operations (LanDb *db, const LanRecordRow *key, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_PART_OPERATIONS);

  BIND_ID (s, 1, &key->conversation);
  BIND_ID (s, 2, &key->device);
  lan_bind_int (s, 3, (gint64) MIN (key->seq, G_MAXINT64));
  db->may_wait = TRUE;
  return lan_db_run (db, s, "part a message from what was said about it", error);
}

static void
read_operation (sqlite3_stmt *s, LanOperationRow *row)
{
  COLUMN_ID (s, 0, &row->conversation);
  COLUMN_ID (s, 1, &row->author);
  COLUMN_ID (s, 2, &row->target);
  row->kind = (LanOperationKind) lan_column_int (s, 3);
  COLUMN_ID (s, 4, &row->actor);
  row->order = lan_column_u64 (s, 5);
  COLUMN_ID (s, 6, &row->id);
  COLUMN_ID (s, 7, &row->hash);
  row->time_ms = lan_column_int (s, 8);
  row->on = lan_column_int (s, 9) != 0;
  row->text = lan_column_text (s, 10);
}

static int
read_into (LanRecordRow *row, sqlite3_stmt *s)
{
  int rc;

  bind_message (s, &row->conversation, &row->author, &row->message);
  lan_bind_int (s, 4, READ_MAX);
  while ((rc = sqlite3_step (s)) == SQLITE_ROW) {
    LanOperationRow *operation = g_new0 (LanOperationRow, 1);

    read_operation (s, operation);
    if (row->operations == NULL)
      row->operations = lan_operations_new ();
    g_ptr_array_add (row->operations, operation);
  }
  sqlite3_reset (s);
  return rc;
}

/* By kind, edits last: where there are too many of all, the newest edits are read for sure. */
gboolean
lan_db_read_operations (LanDb *db, GPtrArray *records, GError **error)
{
  for (guint i = 0; i < records->len; i++) {
    LanRecordRow *row = g_ptr_array_index (records, i);
    int rc = read_into (row, lan_db_use (db, LAN_SQL_OPERATIONS));

    if (rc == SQLITE_DONE && row->operations != NULL && row->operations->len == READ_MAX)
      rc = read_into (row, lan_db_use (db, LAN_SQL_EDITS));
    if (rc != SQLITE_DONE) {
      lan_db_fail (db, rc, "read what was said about a message", error);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
lan_db_load_early (LanDb *db, GArray *early, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_EARLY_OPERATIONS);
  int rc;

  lan_bind_int (s, 1, LAN_SNAPSHOT_EARLY_MAX);
  while ((rc = sqlite3_step (s)) == SQLITE_ROW) {
    LanMessageKey key = { 0 };

    COLUMN_ID (s, 0, &key.author);
    COLUMN_ID (s, 1, &key.message);
    g_array_append_val (early, key);
  }
  sqlite3_reset (s);
  if (rc != SQLITE_DONE)
    lan_db_fail (db, rc, "read what waits for its message", error);
  return rc == SQLITE_DONE;
}
