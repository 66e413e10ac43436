/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Changes that only groups cause: records opened later or withdrawn, and what is kept for a group. */
#include "lan-column.h"
#include "lan-db-search.h"
#include "lan-record-text.h"

#define BIND_ID(statement, index, id) lan_bind_id (statement, index, (id)->b, sizeof (id)->b)

static gint64
find_record (LanDb *db, const LanConversationId *conversation, const LanDeviceId *device,
             guint64 seq)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_GET_ID);
  gint64 id;

  BIND_ID (s, 1, conversation);
  BIND_ID (s, 2, device);
  lan_bind_int (s, 3, (gint64) MIN (seq, G_MAXINT64));
  id = sqlite3_step (s) == SQLITE_ROW ? lan_column_int (s, 0) : 0;
  sqlite3_reset (s);
  return id;
}

/* A record that was withdrawn meanwhile stays so. */
gboolean
lan_db_put_opened (LanDb *db, const LanRecordRow *row, GError **error)
{
  gint64 id = find_record (db, &row->conversation, &row->device, row->seq);
  sqlite3_stmt *s;

  if (id == 0)
    return TRUE;
  if (!lan_db_search_forget (db, id, error) ||
      ((row->flags & LAN_RECORD_HIDDEN) == 0 && !lan_db_replace_import (db, row, error)))
    return FALSE;
  s = lan_db_use (db, LAN_SQL_PUT_OPENED);
  lan_bind_int (s, 1, id);
  lan_bind_int (s, 2, row->kind);
  lan_bind_int (s, 3, row->flags & ~(guint32) LAN_RECORD_WITHDRAWN);
  lan_record_text_bind (s, 4, row->text, NULL, row->opened);
  lan_bind_bytes (s, 5, row->opened);
  lan_bind_int (s, 6, (row->flags & LAN_RECORD_HIDDEN) == 0);
  return lan_db_run (db, s, "open a message", error) && lan_db_search_note (db, id, error) &&
         lan_db_meet_operations (db, &row->conversation, &row->author, &row->message, error);
}

/* One by one: the index of words goes along. */
gboolean
lan_db_put_shown (LanDb *db, const LanRangeRow *range, GError **error)
{
  for (guint64 seq = range->from_seq; seq <= range->to_seq; seq++) {
    gint64 id = find_record (db, &range->conversation, &range->device, seq);
    sqlite3_stmt *s;

    if (id == 0)
      break; /* logs have no gaps: this was the end */
    if (!lan_db_search_forget (db, id, error))
      return FALSE;
    s = lan_db_use (db, range->on ? LAN_SQL_SHOW_RECORD : LAN_SQL_HIDE_RECORD);
    lan_bind_int (s, 1, id);
    if (!lan_db_run (db, s, "withdraw a message", error) || !lan_db_search_note (db, id, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
lan_db_put_group_item (LanDb *db, const LanGroupItemRow *row, GError **error)
{
  sqlite3_stmt *s =
      lan_db_use (db, row->value != NULL ? LAN_SQL_PUT_GROUP_ITEM : LAN_SQL_DROP_GROUP_ITEM);

  BIND_ID (s, 1, &row->conversation);
  lan_bind_int (s, 2, row->kind);
  lan_bind_bytes (s, 3, row->key);
  if (row->value != NULL)
    lan_bind_bytes (s, 4, row->value);
  return lan_db_run (db, s, "save a group", error);
}
