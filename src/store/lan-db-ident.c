/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-db-ident.h"

#include "lan-column.h"

#include <string.h>

/* FNV-1a: the ids are keys and hashes, any mixing does. */
static LanDbIdent *
slot_of (LanDb *db, const guint8 *id, gsize len)
{
  guint32 h = 2166136261U;

  for (gsize i = 0; i < len; i++)
    h = (h ^ id[i]) * 16777619U;
  return &db->idents[(h ^ h >> 16) % G_N_ELEMENTS (db->idents)];
}

static gint64
look_up (LanDb *db, gconstpointer id, gsize len)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_GET_IDENT);
  gint64 number;

  lan_bind_id (s, 1, id, len);
  number = sqlite3_step (s) == SQLITE_ROW ? lan_column_int (s, 0) : 0;
  sqlite3_reset (s);
  return number;
}

static gint64
find (LanDb *db, LanDbIdent *slot, gconstpointer id, gsize len)
{
  if (slot->number == 0 || slot->len != len || memcmp (slot->value, id, len) != 0) {
    slot->number = look_up (db, id, len);
    slot->len = (guint8) len;
    memcpy (slot->value, id, len);
  }
  return slot->number;
}

gint64
lan_db_ident_find (LanDb *db, gconstpointer id, gsize len)
{
  g_return_val_if_fail (len <= LAN_IDENT_MAX, 0);
  return find (db, slot_of (db, id, len), id, len);
}

gboolean
lan_db_ident_make (LanDb *db, gconstpointer id, gsize len, gint64 *number, GError **error)
{
  LanDbIdent *slot;
  sqlite3_stmt *s;

  g_return_val_if_fail (len <= LAN_IDENT_MAX, FALSE);
  slot = slot_of (db, id, len);
  *number = find (db, slot, id, len);
  if (*number != 0)
    return TRUE;
  s = lan_db_use (db, LAN_SQL_PUT_IDENT);
  lan_bind_id (s, 1, id, len);
  if (!lan_db_run (db, s, "save a message", error))
    return FALSE;
  *number = slot->number = sqlite3_last_insert_rowid (db->handle);
  return TRUE;
}

void
lan_db_ident_rolled_back (LanDb *db)
{
  memset (db->idents, 0, sizeof db->idents);
}
