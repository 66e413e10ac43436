/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Carries out batches of changes: one function per row type, each one statement. */
#include "lan-column.h"
#include "lan-db-ident.h"
#include "lan-db-search.h"
#include "lan-record-text.h"

#include <string.h>

#define BIND_ID(statement, index, id) lan_bind_id (statement, index, (id)->b, sizeof (id)->b)

static gboolean
put_person (LanDb *db, const LanPersonRow *row, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_PUT_PERSON);

  BIND_ID (s, 1, &row->account);
  lan_bind_text (s, 2, row->name);
  lan_bind_text (s, 3, row->note);
  lan_bind_int (s, 4, row->trust);
  lan_bind_int (s, 5, row->flags);
  BIND_ID (s, 6, &row->replaces);
  BIND_ID (s, 7, &row->merged_into);
  lan_bind_bytes (s, 8, row->list);
  lan_bind_bytes (s, 9, row->contact_secret);
  lan_bind_int (s, 10, row->first_seen_ms);
  lan_bind_int (s, 11, row->last_seen_ms);
  return lan_db_run (db, s, "save a person", error);
}

static gboolean
put_device (LanDb *db, const LanDeviceRow *row, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_PUT_DEVICE);

  BIND_ID (s, 1, &row->device);
  BIND_ID (s, 2, &row->account);
  lan_bind_bytes (s, 3, row->cert);
  lan_bind_id (s, 4, row->last_ts, sizeof row->last_ts);
  lan_bind_int (s, 5, row->state);
  return lan_db_run (db, s, "save a device", error);
}

static gboolean
put_conversation (LanDb *db, const LanConversationRow *row, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_PUT_CONVERSATION);

  BIND_ID (s, 1, &row->conversation);
  BIND_ID (s, 2, &row->peer);
  lan_bind_int (s, 3, row->kind);
  lan_bind_int (s, 4, row->flags);
  lan_bind_text (s, 5, row->draft);
  lan_bind_u64 (s, 6, row->own_read_hlc);
  lan_bind_u64 (s, 7, row->peer_read_hlc);
  return lan_db_run (db, s, "save a conversation", error);
}

static void
bind_record_key (sqlite3_stmt *s, const LanRecordRow *row)
{
  BIND_ID (s, 1, &row->conversation);
  BIND_ID (s, 2, &row->device);
  lan_bind_int (s, 3, (gint64) MIN (row->seq, G_MAXINT64));
}

/* Its place in the log is taken: fine by the same record, a contradiction by another. */
static gboolean
check_same_record (LanDb *db, const LanRecordRow *row, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_GET_HASH);
  LanHash hash = { 0 };
  int rc;

  bind_record_key (s, row);
  rc = sqlite3_step (s);
  if (rc == SQLITE_ROW)
    lan_record_hash_column (s, 0, 1, &hash);
  sqlite3_reset (s);
  if (rc != SQLITE_ROW) {
    lan_db_fail (db, rc == SQLITE_DONE ? SQLITE_CORRUPT : rc, "look for a record", error);
    return FALSE;
  }
  if (lan_hash_equal (&hash, &row->hash))
    return TRUE;
  lan_store_error_set (error, LAN_STORE_ERROR_CONFLICT,
                       "Record %" G_GUINT64_FORMAT " of a log is already another one", row->seq);
  return FALSE;
}

gboolean
lan_db_put_record (LanDb *db, const LanRecordRow *row, GError **error)
{
  gint64 conversation, device, author;
  sqlite3_stmt *s;

  if (row->seq > G_MAXINT64) {
    lan_store_error_set (error, LAN_STORE_ERROR_CONFLICT, "No log is that long");
    return FALSE;
  }
  if (!lan_db_ident_make (db, &row->conversation, sizeof row->conversation, &conversation, error) ||
      !lan_db_ident_make (db, &row->device, sizeof row->device, &device, error) ||
      !lan_db_ident_make (db, &row->author, sizeof row->author, &author, error) ||
      ((row->flags & LAN_RECORD_HIDDEN) == 0 && !lan_db_replace_import (db, row, error)))
    return FALSE;
  s = lan_db_use (db, LAN_SQL_PUT_RECORD);
  lan_bind_int (s, 1, conversation);
  lan_bind_int (s, 2, device);
  lan_bind_int (s, 3, (gint64) row->seq);
  lan_record_hash_bind (s, 4, &row->hash, row->blob);
  BIND_ID (s, 5, &row->message);
  lan_bind_int (s, 6, author);
  lan_bind_u64 (s, 7, row->hlc);
  lan_bind_u64 (s, 8, row->order);
  lan_bind_int (s, 9, row->kind);
  lan_bind_int (s, 10, row->flags);
  lan_bind_int (s, 11, (row->flags & (LAN_RECORD_HIDDEN | LAN_RECORD_WITHDRAWN)) == 0);
  lan_bind_int (s, 12, row->received_ms);
  lan_bind_bytes (s, 13, row->blob);
  lan_record_text_bind (s, 14, row->text, row->blob, row->opened);
  lan_bind_bytes (s, 15, row->opened);
  if (!lan_db_run (db, s, "save a message", error))
    return FALSE;
  db->search.is_behind = TRUE;
  if (sqlite3_changes (db->handle) == 0)
    return check_same_record (db, row, error);
  return (row->flags & LAN_RECORD_HIDDEN) != 0 ||
         lan_db_meet_operations (db, &row->conversation, &row->author, &row->message, error);
}

/* Its number in order of arrival; 0: there is none. */
static gint64
find_record (LanDb *db, const LanRecordRow *row)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_GET_ID);
  gint64 id;

  bind_record_key (s, row);
  id = sqlite3_step (s) == SQLITE_ROW ? lan_column_int (s, 0) : 0;
  sqlite3_reset (s);
  return id;
}

static gboolean
put_record_flags (LanDb *db, const LanRecordRow *row, GError **error)
{
  gint64 id = find_record (db, row);
  sqlite3_stmt *s;

  if (!lan_db_search_forget (db, id, error))
    return FALSE;
  s = lan_db_use (db, LAN_SQL_PUT_FLAGS);
  bind_record_key (s, row);
  lan_bind_int (s, 4, row->flags);
  lan_bind_int (s, 5, (row->flags & (LAN_RECORD_HIDDEN | LAN_RECORD_WITHDRAWN)) == 0);
  if (!lan_db_run (db, s, "mark a message", error) || !lan_db_search_note (db, id, error))
    return FALSE;
  return (row->flags & LAN_RECORD_HIDDEN) == 0 || lan_db_part_operations (db, row, error);
}

static gboolean
put_vector (LanDb *db, const LanVectorRow *row, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_PUT_VECTOR);

  BIND_ID (s, 1, &row->conversation);
  BIND_ID (s, 2, &row->holder);
  BIND_ID (s, 3, &row->author);
  lan_bind_u64 (s, 4, row->seq);
  BIND_ID (s, 5, &row->hash);
  return lan_db_run (db, s, "save a receipt", error);
}

static gboolean
put_transfer (LanDb *db, const LanTransferRow *row, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_PUT_TRANSFER);

  BIND_ID (s, 1, &row->id);
  BIND_ID (s, 2, &row->conversation);
  BIND_ID (s, 3, &row->peer);
  lan_bind_int (s, 4, row->incoming != FALSE);
  lan_bind_int (s, 5, row->state);
  lan_bind_text (s, 6, row->name);
  lan_bind_text (s, 7, row->path);
  lan_bind_u64 (s, 8, row->size);
  lan_bind_u64 (s, 9, row->done);
  BIND_ID (s, 10, &row->root);
  lan_bind_bytes (s, 11, row->bitmap);
  lan_bind_text (s, 12, row->error);
  lan_bind_int (s, 13, row->created_ms);
  lan_bind_bytes (s, 14, row->detail);
  return lan_db_run (db, s, "save a transfer", error);
}

/* Apart from the row: it may be megabytes, and is written once while the row changes often. */
static gboolean
put_plan (LanDb *db, const LanTransferRow *row, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, row->plan != NULL ? LAN_SQL_PUT_PLAN : LAN_SQL_DROP_PLAN);

  BIND_ID (s, 1, &row->id);
  if (row->plan != NULL)
    lan_bind_bytes (s, 2, row->plan);
  return lan_db_run (db, s, "save the list of a transfer", error);
}

/* Addresses are hints that others cause: of each device the 32 newest are enough. */
static gboolean
put_address (LanDb *db, const LanAddressRow *row, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_PUT_ADDRESS);

  BIND_ID (s, 1, &row->device);
  BIND_ID (s, 2, &row->account);
  lan_bind_text (s, 3, row->address != NULL ? row->address : "");
  lan_bind_int (s, 4, row->port);
  lan_bind_int (s, 5, row->last_ms);
  if (!lan_db_run (db, s, "save an address", error))
    return FALSE;
  s = lan_db_use (db, LAN_SQL_TRIM_ADDRESSES);
  BIND_ID (s, 1, &row->device);
  return lan_db_run (db, s, "forget old addresses", error);
}

static gboolean
put_setting (LanDb *db, const LanSettingRow *row, GError **error)
{
  sqlite3_stmt *s =
      lan_db_use (db, row->value != NULL ? LAN_SQL_PUT_SETTING : LAN_SQL_DROP_SETTING);

  lan_bind_text (s, 1, row->key != NULL ? row->key : "");
  if (row->value != NULL)
    lan_bind_bytes (s, 2, row->value);
  return lan_db_run (db, s, "save a setting", error);
}

static gboolean
forget_transfer (LanDb *db, const LanMessageId *id, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_DROP_PLAN);

  BIND_ID (s, 1, id);
  if (!lan_db_run (db, s, "forget the list of a transfer", error))
    return FALSE;
  s = lan_db_use (db, LAN_SQL_DROP_TRANSFER);
  BIND_ID (s, 1, id);
  return lan_db_run (db, s, "forget a transfer", error);
}

static gboolean
put_share_item (LanDb *db, const LanShareItemRow *row, GError **error)
{
  sqlite3_stmt *s =
      lan_db_use (db, row->data != NULL ? LAN_SQL_PUT_SHARE_ITEM : LAN_SQL_DROP_SHARE_ITEM);

  BIND_ID (s, 1, &row->share);
  lan_bind_int (s, 2, row->kind);
  lan_bind_bytes (s, 3, row->key);
  if (row->data != NULL)
    lan_bind_bytes (s, 4, row->data);
  return lan_db_run (db, s, "save a shared folder", error);
}

static gboolean
forget_share (LanDb *db, const LanConversationId *share, GError **error)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_DROP_SHARE);

  BIND_ID (s, 1, share);
  return lan_db_run (db, s, "forget a shared folder", error);
}

static gboolean
apply_one (LanDb *db, const LanChange *change, GError **error)
{
  switch (change->type) {
  case LAN_CHANGE_PERSON:
    return put_person (db, &change->person, error);
  case LAN_CHANGE_DEVICE:
    return put_device (db, &change->device, error);
  case LAN_CHANGE_CONVERSATION:
    return put_conversation (db, &change->conversation, error);
  case LAN_CHANGE_RECORD:
    return lan_db_put_record (db, &change->record, error);
  case LAN_CHANGE_RECORD_FLAGS:
    return put_record_flags (db, &change->record, error);
  case LAN_CHANGE_VECTOR:
    return put_vector (db, &change->vector, error);
  case LAN_CHANGE_TRANSFER:
    return put_transfer (db, &change->transfer, error);
  case LAN_CHANGE_ADDRESS:
    return put_address (db, &change->address, error);
  case LAN_CHANGE_SETTING:
    return put_setting (db, &change->setting, error);
  case LAN_CHANGE_OPERATION:
    return lan_db_put_operation (db, &change->operation, error);
  case LAN_CHANGE_TRANSFER_PLAN:
    return put_plan (db, &change->transfer, error);
  case LAN_CHANGE_RECORD_OPENED:
    return lan_db_put_opened (db, &change->record, error);
  case LAN_CHANGE_RECORDS_SHOWN:
    return lan_db_put_shown (db, &change->range, error);
  case LAN_CHANGE_GROUP_ITEM:
    return lan_db_put_group_item (db, &change->group_item, error);
  case LAN_CHANGE_TRANSFER_FORGET:
    return forget_transfer (db, &change->transfer.id, error);
  case LAN_CHANGE_SHARE_ITEM:
    return put_share_item (db, &change->share_item, error);
  case LAN_CHANGE_SHARE_FORGET:
    return forget_share (db, &change->share_item.share, error);
  case LAN_CHANGE_CARRIED:
    return lan_db_put_carried (db, &change->carried, error);
  default:
    g_assert_not_reached ();
  }
}

gboolean
lan_db_apply (LanDb *db, const GPtrArray *changes, GError **error)
{
  for (guint i = 0; i < changes->len; i++) {
    if (!apply_one (db, changes->pdata[i], error))
      return FALSE;
  }
  return TRUE;
}
