/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Carried mail: letters held for others, and notes of those that others hold. */
#include "lan-column.h"
#include "lan-db.h"

#define BIND_ID(statement, index, id) lan_bind_id (statement, index, (id)->b, sizeof (id)->b)

gboolean
lan_db_put_carried (LanDb *db, const LanCarriedRow *row, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, row->info != NULL ? LAN_SQL_PUT_CARRIED : LAN_SQL_DROP_CARRIED);

  lan_bind_int (s, 1, row->kind);
  BIND_ID (s, 2, &row->id);
  if (row->info != NULL) {
    lan_bind_bytes (s, 3, row->info);
    lan_bind_bytes (s, 4, row->envelope);
  }
  return lan_db_run (db, s, "save carried mail", error);
}

static LanCarriedRow *
read_row (sqlite3_stmt *s)
{
  LanCarriedRow *row = g_new0 (LanCarriedRow, 1);

  row->kind = (guint32) lan_column_int (s, 0);
  lan_column_id (s, 1, row->id.b, sizeof row->id.b);
  row->info = lan_column_bytes (s, 2);
  return row;
}

void
lan_db_add_carried (sqlite3_stmt *s, gpointer to)
{
  g_ptr_array_add (to, read_row (s));
}

static void
row_free (gpointer row)
{
  lan_carried_row_clear (row);
  g_free (row);
}

GPtrArray *
lan_db_read_carried (LanDb *db, guint32 kind, const LanMessageId *id, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (row_free);
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_CARRIED);
  int rc;

  lan_bind_int (s, 1, kind);
  BIND_ID (s, 2, id);
  rc = sqlite3_step (s);
  if (rc == SQLITE_ROW) {
    LanCarriedRow *row = read_row (s);

    row->envelope = lan_column_bytes (s, 3);
    g_ptr_array_add (rows, row);
  }
  sqlite3_reset (s);
  if (rc == SQLITE_ROW || rc == SQLITE_DONE)
    return g_steal_pointer (&rows);
  lan_db_fail (db, rc, "read carried mail", error);
  return NULL;
}
