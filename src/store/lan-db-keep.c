/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Messages out of a file, and messages whose time to be kept is over. */
#include "lan-column.h"
#include "lan-db-ident.h"
#include "lan-db-search.h"
#include "lan-record-text.h"

#define FORGET_MAX 300 /* messages looked at in one go: others wait some 10 ms for the store */

static gboolean
begin (LanDb *db, const char *doing, GError **error)
{
  return lan_db_run (db, lan_db_use (db, LAN_SQL_BEGIN), doing, error);
}

static gboolean
commit (LanDb *db, const char *doing, GError **error)
{
  return lan_db_run (db, lan_db_use (db, LAN_SQL_COMMIT), doing, error);
}

/* One number, 0 where there is none. FALSE: @s failed. */
static gboolean
get_number (LanDb *db, sqlite3_stmt *s, gint64 *number, GError **error)
{
  int rc = sqlite3_step (s);

  *number = rc == SQLITE_ROW ? lan_column_int (s, 0) : 0;
  sqlite3_reset (s);
  if (rc == SQLITE_ROW || rc == SQLITE_DONE)
    return TRUE;
  lan_db_fail (db, rc, "read the history", error);
  return FALSE;
}

/* --- out of a file --- */

static gboolean
import_one (LanDb *db, LanRecordRow *row, guint *n, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_HAS_MESSAGE);
  gint64 number;

  lan_bind_id (s, 1, row->message.b, sizeof row->message.b);
  lan_bind_id (s, 2, row->author.b, sizeof row->author.b);
  if (!get_number (db, s, &number, error) || number != 0)
    return number != 0;
  s = lan_db_use (db, LAN_SQL_LAST_SEQ);
  lan_bind_id (s, 1, row->conversation.b, sizeof row->conversation.b);
  lan_bind_id (s, 2, row->device.b, sizeof row->device.b);
  if (!get_number (db, s, &number, error))
    return FALSE;
  row->seq = (guint64) number + 1;
  ++*n;
  return lan_db_put_record (db, row, error);
}

/* What nobody has signed gives way to the message itself, should it come after all. */
gboolean
lan_db_replace_import (LanDb *db, const LanRecordRow *row, GError **error)
{
  static const LanDeviceId nobody;
  sqlite3_stmt *s;
  gint64 id;

  if (db->imports == LAN_DB_IMPORTS_UNKNOWN)
    db->imports = lan_db_ident_find (db, &nobody, sizeof nobody) != 0 ? LAN_DB_IMPORTS_SOME
                                                                      : LAN_DB_IMPORTS_NONE;
  if (db->imports == LAN_DB_IMPORTS_NONE || (row->flags & LAN_RECORD_IMPORTED) != 0)
    return TRUE;
  s = lan_db_use (db, LAN_SQL_IMPORTED_MESSAGE);
  lan_bind_id (s, 1, row->message.b, sizeof row->message.b);
  lan_bind_id (s, 2, row->author.b, sizeof row->author.b);
  if (!get_number (db, s, &id, error))
    return FALSE;
  if (id == 0)
    return TRUE;
  if (!lan_db_search_forget (db, id, error))
    return FALSE;
  s = lan_db_use (db, LAN_SQL_DROP_RECORD);
  lan_bind_int (s, 1, id);
  return lan_db_run (db, s, "save a message", error) && lan_db_search_shrink (db, error);
}

gboolean
lan_db_import (LanDb *db, const GPtrArray *changes, guint *n, GError **error)
{
  static const char doing[] = "import messages";
  guint added = 0;

  *n = 0;
  db->imports = LAN_DB_IMPORTS_SOME;
  if (!begin (db, doing, error))
    return FALSE;
  for (guint i = 0; i < changes->len; i++) {
    LanChange *change = changes->pdata[i];

    if (!import_one (db, &change->record, &added, error))
      return FALSE;
  }
  if (!commit (db, doing, error))
    return FALSE;
  *n = added;
  return TRUE;
}

/* --- kept no longer --- */

/* A message that may go. */
typedef struct {
  gint64 id;
  gint64 device; /* its number */
  guint64 seq;
  LanMessageId message;
  LanAccountId author;
  LanDeviceId device_id;
  guint64 order;
  LanHash hash;
  gboolean is_last; /* of its log */
} Old;

static gboolean
find_end (LanDb *db, const LanForgetQuery *query, guint64 *order, GError **error)
{
  sqlite3_stmt *s;
  int rc;

  *order = (guint64) query->before_ms << 16;
  if (query->before_ms > 0 || query->newest == 0)
    return TRUE;
  s = lan_db_use (db, LAN_SQL_NTH_NEWEST);
  lan_bind_id (s, 1, query->conversation.b, sizeof query->conversation.b);
  lan_bind_int (s, 2, query->newest - 1);
  rc = sqlite3_step (s);
  *order = rc == SQLITE_ROW ? lan_column_u64 (s, 0) : 0;
  sqlite3_reset (s);
  if (rc == SQLITE_ROW || rc == SQLITE_DONE)
    return TRUE;
  lan_db_fail (db, rc, "read the history", error);
  return FALSE;
}

static gboolean
find_old (LanDb *db, const LanForgetQuery *query, guint64 end, GArray *olds, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_OLD_ROWS);
  int rc;

  lan_bind_id (s, 1, query->conversation.b, sizeof query->conversation.b);
  lan_bind_u64 (s, 2, query->from_order);
  lan_bind_u64 (s, 3, end);
  lan_bind_int (s, 4, FORGET_MAX);
  while ((rc = sqlite3_step (s)) == SQLITE_ROW) {
    Old old = { .id = lan_column_int (s, 0), .device = lan_column_int (s, 1) };

    old.seq = (guint64) lan_column_int (s, 2);
    lan_column_id (s, 3, old.message.b, sizeof old.message.b);
    old.order = lan_column_u64 (s, 4);
    lan_record_hash_column (s, 5, 6, &old.hash);
    old.is_last = lan_column_int (s, 7) != 0;
    lan_column_id (s, 8, old.author.b, sizeof old.author.b);
    lan_column_id (s, 9, old.device_id.b, sizeof old.device_id.b);
    g_array_append_val (olds, old);
  }
  sqlite3_reset (s);
  if (rc == SQLITE_DONE)
    return TRUE;
  lan_db_fail (db, rc, "read the history", error);
  return FALSE;
}

static void
bind_message (sqlite3_stmt *s, const LanForgetQuery *query, const Old *old)
{
  lan_bind_id (s, 1, query->conversation.b, sizeof query->conversation.b);
  lan_bind_id (s, 2, old->author.b, sizeof old->author.b);
  lan_bind_id (s, 3, old->message.b, sizeof old->message.b);
}

/* The operations before it in its log, and what else nobody sees: they have had their effect. */
static gboolean
forget_hidden (LanDb *db, const LanForgetQuery *query, const Old *old, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, query->keep_blobs ? LAN_SQL_CLOSE_HIDDEN : LAN_SQL_DROP_HIDDEN);

  lan_bind_id (s, 1, query->conversation.b, sizeof query->conversation.b);
  lan_bind_int (s, 2, old->device);
  lan_bind_int (s, 3, (gint64) old->seq);
  return lan_db_run (db, s, "forget messages", error);
}

/* What was received stays where the person put it; that it was sent is forgotten. */
static gboolean
drop_transfer (LanDb *db, const LanMessageId *id, GError **error)
{
  static const LanSql steps[] = { LAN_SQL_DROP_PLAN, LAN_SQL_DROP_TRANSFER };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    sqlite3_stmt *s = lan_db_use (db, steps[i]);

    lan_bind_id (s, 1, id->b, sizeof id->b);
    if (!lan_db_run (db, s, "forget messages", error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
forget_row (LanDb *db, const LanForgetQuery *query, const Old *old, GError **error)
{
  LanSql how = query->keep_blobs ? LAN_SQL_CLOSE_RECORD
               : old->is_last    ? LAN_SQL_EMPTY_RECORD
                                 : LAN_SQL_DROP_RECORD;
  sqlite3_stmt *s;

  if (!lan_db_search_forget (db, old->id, error))
    return FALSE;
  s = lan_db_use (db, LAN_SQL_DROP_OPERATIONS);
  bind_message (s, query, old);
  if (!lan_db_run (db, s, "forget messages", error))
    return FALSE;
  if (!drop_transfer (db, &old->message, error))
    return FALSE;
  s = lan_db_use (db, how);
  lan_bind_int (s, 1, old->id);
  if (how == LAN_SQL_EMPTY_RECORD)
    lan_bind_id (s, 2, old->hash.b, sizeof old->hash.b);
  return lan_db_run (db, s, "forget messages", error) && forget_hidden (db, query, old, error);
}

static gboolean
forget_one (LanDb *db, const LanForgetQuery *query, const Old *old, guint *n, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_IS_PINNED);
  gint64 is_pinned, runs;

  if (lan_device_id_equal (&old->device_id, &query->device) && old->seq > query->upto_seq)
    return TRUE;
  bind_message (s, query, old);
  if (!get_number (db, s, &is_pinned, error))
    return FALSE;
  s = lan_db_use (db, LAN_SQL_TRANSFER_RUNS);
  lan_bind_id (s, 1, old->message.b, sizeof old->message.b);
  if (!get_number (db, s, &runs, error))
    return FALSE;
  if (is_pinned != 0 || runs != 0)
    return TRUE;
  ++*n;
  return forget_row (db, query, old, error);
}

gboolean
lan_db_forget (LanDb *db, const LanForgetQuery *query, LanForgotten *result, GError **error)
{
  static const char doing[] = "forget messages";
  g_autoptr (GArray) olds = g_array_new (FALSE, FALSE, sizeof (Old));
  guint64 end;

  *result = (LanForgotten){ 0 };
  if (!begin (db, doing, error) || !find_end (db, query, &end, error) ||
      !find_old (db, query, end, olds, error))
    return FALSE;
  for (guint i = 0; i < olds->len; i++) {
    if (!forget_one (db, query, &g_array_index (olds, Old, i), &result->n, error))
      return FALSE;
  }
  if (result->n > 0 && !lan_db_search_shrink (db, error))
    return FALSE;
  if (olds->len == FORGET_MAX) {
    result->is_more = TRUE;
    /* Where nothing went, what stays is stepped over. */
    result->next_order = g_array_index (olds, Old, olds->len - 1).order + (result->n == 0);
  }
  return commit (db, doing, error);
}
