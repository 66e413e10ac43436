/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the registry holds in memory, read once at start. */
#include "lan-hub-db-private.h"

typedef gboolean (*ReadRow) (sqlite3_stmt *s, LanRegistryRow *row);

static gboolean
read_account (sqlite3_stmt *s, LanRegistryRow *row)
{
  LanRegistryAccountRow *a = &row->account;

  row->type = LAN_ROW_ACCOUNT;
  a->login = lan_hub_db_get_text (s, 2);
  a->display = lan_hub_db_get_text (s, 3);
  a->title = lan_hub_db_get_text (s, 4);
  a->department = lan_hub_db_get_text (s, 5);
  a->status = (guint8) sqlite3_column_int (s, 6);
  a->role = (guint8) sqlite3_column_int (s, 7);
  a->list = lan_hub_db_get_bytes (s, 8);
  a->created_s = sqlite3_column_int64 (s, 9);
  return lan_hub_db_get_blob (s, 0, &a->uid, sizeof a->uid) &&
         lan_hub_db_get_blob (s, 1, &a->account, sizeof a->account);
}

static gboolean
read_device (sqlite3_stmt *s, LanRegistryRow *row)
{
  LanRegistryDeviceRow *d = &row->device;

  row->type = LAN_ROW_DEVICE;
  d->state = (guint8) sqlite3_column_int (s, 3);
  d->cert = lan_hub_db_get_bytes (s, 4);
  d->seen_s = sqlite3_column_int64 (s, 5);
  d->mail_bytes = (guint64) sqlite3_column_int64 (s, 6);
  d->mail_count = (guint32) sqlite3_column_int64 (s, 7);
  d->one_time = (guint32) sqlite3_column_int64 (s, 8);
  d->signed_expires_s = sqlite3_column_int64 (s, 9);
  return lan_hub_db_get_blob (s, 0, &d->device, sizeof d->device) &&
         lan_hub_db_get_blob (s, 1, &d->uid, sizeof d->uid) &&
         lan_hub_db_get_blob (s, 2, d->dh_public, sizeof d->dh_public);
}

static gboolean
read_hidden (sqlite3_stmt *s, LanRegistryRow *row)
{
  row->type = LAN_ROW_HIDDEN;
  row->hidden.accounts = lan_hub_db_get_bytes (s, 1);
  return lan_hub_db_get_blob (s, 0, &row->hidden.uid, sizeof row->hidden.uid);
}

static gboolean
read_entry (sqlite3_stmt *s, LanRegistryRow *row)
{
  row->type = LAN_ROW_ENTRY;
  row->entry.index = (guint64) sqlite3_column_int64 (s, 0);
  row->entry.bytes = lan_hub_db_get_bytes (s, 1);
  return row->entry.bytes != NULL;
}

static gboolean
read_head (sqlite3_stmt *s, LanRegistryRow *row)
{
  row->type = LAN_ROW_HEAD;
  row->head.epoch = (guint64) sqlite3_column_int64 (s, 0);
  row->head.bytes = lan_hub_db_get_bytes (s, 1);
  return row->head.bytes != NULL;
}

static gboolean
load_table (LanHubDb *db, LanHubSql sql, ReadRow read, LanHubDbRow func, gpointer user_data,
            GError **error)
{
  sqlite3_stmt *s = lan_hub_db_use (db, sql);
  gboolean is_good = TRUE;
  int rc = s != NULL ? SQLITE_ROW : SQLITE_ERROR;

  while (is_good && s != NULL && (rc = lan_hub_db_step (db, s)) == SQLITE_ROW) {
    LanRegistryRow row = { 0 };

    if (!read (s, &row)) {
      rc = SQLITE_CORRUPT;
      lan_registry_row_clear (&row);
      break;
    }
    is_good = func (&row, user_data);
    lan_registry_row_clear (&row);
  }
  if (s != NULL)
    sqlite3_reset (s);
  if (is_good && rc != SQLITE_DONE)
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, "a row cannot be read (%s)",
                 sqlite3_errstr (rc));
  return is_good && rc == SQLITE_DONE;
}

gboolean
lan_hub_db_load (LanHubDb *db, LanHubDbRow func, gpointer user_data, GError **error)
{
  static const struct {
    LanHubSql sql;
    ReadRow read;
  } tables[] = {
    { LAN_HUB_SQL_LOAD_ACCOUNTS, read_account }, { LAN_HUB_SQL_LOAD_DEVICES, read_device },
    { LAN_HUB_SQL_LOAD_HIDDEN, read_hidden },    { LAN_HUB_SQL_LOAD_ENTRIES, read_entry },
    { LAN_HUB_SQL_LOAD_HEADS, read_head },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (!load_table (db, tables[i].sql, tables[i].read, func, user_data, error))
      return FALSE;
  return TRUE;
}

static void
clear_row (gpointer row)
{
  lan_registry_row_clear (row);
}

GArray *
lan_hub_db_invites (LanHubDb *db, gint64 now_s, GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, TRUE, sizeof (LanRegistryRow));
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_LOAD_INVITES);
  int rc = SQLITE_ERROR;

  g_array_set_clear_func (rows, clear_row);
  sqlite3_bind_int64 (s, 1, now_s);
  while (s != NULL && (rc = lan_hub_db_step (db, s)) == SQLITE_ROW) {
    LanRegistryRow row = { .type = LAN_ROW_INVITE };

    lan_hub_db_get_invite (s, &row.invite);
    g_array_append_val (rows, row);
  }
  sqlite3_reset (s);
  if (rc == SQLITE_DONE)
    return g_steal_pointer (&rows);
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, "invites cannot be read (%s)",
               sqlite3_errstr (rc));
  return NULL;
}
