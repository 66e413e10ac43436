/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Reads: pages of what is on screen, ranges of logs, messages, transfers, and the snapshot. */
#include "lan-column.h"
#include "lan-db.h"
#include "lan-record-text.h"

#include <string.h>

#define HISTORY_LIMIT           1000
#define SNAPSHOT_OLD_TRANSFERS  200
#define COLUMN_ID(s, index, id) lan_column_id (s, index, (id)->b, sizeof (id)->b)

typedef void (*ReadRow) (sqlite3_stmt *s, gpointer to);

static void
read_record (sqlite3_stmt *s, LanRecordRow *row)
{
  COLUMN_ID (s, 0, &row->conversation);
  COLUMN_ID (s, 1, &row->device);
  row->seq = (guint64) lan_column_int (s, 2);
  lan_record_hash_column (s, 3, 12, &row->hash);
  COLUMN_ID (s, 4, &row->message);
  COLUMN_ID (s, 5, &row->author);
  row->hlc = lan_column_u64 (s, 6);
  row->order = lan_column_u64 (s, 7);
  row->kind = (guint32) lan_column_int (s, 8);
  row->flags = (guint32) lan_column_int (s, 9);
  if (lan_column_int (s, 10) == 0)
    row->flags |= LAN_RECORD_HIDDEN;
  row->received_ms = lan_column_int (s, 11);
  row->blob = lan_column_bytes (s, 12);
  row->text = lan_record_text_column (s, 13, 12, 14);
  row->opened = lan_column_bytes (s, 14);
  if (sqlite3_column_count (s) > 15)
    row->arrival = lan_column_int (s, 15);
}

static void
add_record (sqlite3_stmt *s, gpointer to)
{
  LanRecordRow *row = g_new0 (LanRecordRow, 1);

  read_record (s, row);
  g_ptr_array_add (to, row);
}

void
lan_db_add_record (sqlite3_stmt *s, GPtrArray *rows)
{
  add_record (s, rows);
}

static void
add_transfer (sqlite3_stmt *s, gpointer to)
{
  LanTransferRow *row = g_new0 (LanTransferRow, 1);

  COLUMN_ID (s, 0, &row->id);
  COLUMN_ID (s, 1, &row->conversation);
  COLUMN_ID (s, 2, &row->peer);
  row->incoming = lan_column_int (s, 3) != 0;
  row->state = (LanTransferState) CLAMP (lan_column_int (s, 4), 0, LAN_TRANSFER_N - 1);
  row->name = lan_column_text (s, 5);
  row->path = lan_column_text (s, 6);
  row->size = lan_column_u64 (s, 7);
  row->done = lan_column_u64 (s, 8);
  COLUMN_ID (s, 9, &row->root);
  row->bitmap = lan_column_bytes (s, 10);
  row->error = lan_column_text (s, 11);
  row->created_ms = lan_column_int (s, 12);
  row->detail = lan_column_bytes (s, 13);
  if (sqlite3_column_count (s) > 14)
    row->plan = lan_column_bytes (s, 14);
  g_ptr_array_add (to, row);
}

static void
add_person (sqlite3_stmt *s, gpointer to)
{
  LanPersonRow *row = g_new0 (LanPersonRow, 1);

  COLUMN_ID (s, 0, &row->account);
  row->name = lan_column_text (s, 1);
  row->note = lan_column_text (s, 2);
  row->trust = (LanTrust) CLAMP (lan_column_int (s, 3), 0, LAN_TRUST_N - 1);
  row->flags = (guint32) lan_column_int (s, 4);
  COLUMN_ID (s, 5, &row->replaces);
  COLUMN_ID (s, 6, &row->merged_into);
  row->list = lan_column_bytes (s, 7);
  row->contact_secret = lan_column_bytes (s, 8);
  row->first_seen_ms = lan_column_int (s, 9);
  row->last_seen_ms = lan_column_int (s, 10);
  g_ptr_array_add (to, row);
}

static void
add_device (sqlite3_stmt *s, gpointer to)
{
  LanDeviceRow *row = g_new0 (LanDeviceRow, 1);

  COLUMN_ID (s, 0, &row->device);
  COLUMN_ID (s, 1, &row->account);
  row->cert = lan_column_bytes (s, 2);
  lan_column_id (s, 3, row->last_ts, sizeof row->last_ts);
  row->state = (guint8) lan_column_int (s, 4);
  g_ptr_array_add (to, row);
}

static void
add_conversation (sqlite3_stmt *s, gpointer to)
{
  LanConversationPreview *preview = g_new0 (LanConversationPreview, 1);
  LanConversationRow *row = &preview->row;

  COLUMN_ID (s, 0, &row->conversation);
  COLUMN_ID (s, 1, &row->peer);
  row->kind = (guint32) lan_column_int (s, 2);
  row->flags = (guint32) lan_column_int (s, 3);
  row->draft = lan_column_text (s, 4);
  row->own_read_hlc = lan_column_u64 (s, 5);
  row->peer_read_hlc = lan_column_u64 (s, 6);
  g_ptr_array_add (to, preview);
}

static void
add_vector (sqlite3_stmt *s, gpointer to)
{
  LanVectorRow row = { 0 };

  COLUMN_ID (s, 0, &row.conversation);
  COLUMN_ID (s, 1, &row.holder);
  COLUMN_ID (s, 2, &row.author);
  row.seq = lan_column_u64 (s, 3);
  COLUMN_ID (s, 4, &row.hash);
  g_array_append_val ((GArray *) to, row);
}

static void
add_address (sqlite3_stmt *s, gpointer to)
{
  LanAddressRow *row = g_new0 (LanAddressRow, 1);

  COLUMN_ID (s, 0, &row->device);
  COLUMN_ID (s, 1, &row->account);
  row->address = lan_column_text (s, 2);
  row->port = (guint16) lan_column_int (s, 3);
  row->last_ms = lan_column_int (s, 4);
  g_ptr_array_add (to, row);
}

static void
add_setting (sqlite3_stmt *s, gpointer to)
{
  LanSettingRow *row = g_new0 (LanSettingRow, 1);

  row->key = lan_column_text (s, 0);
  row->value = lan_column_bytes (s, 1);
  g_ptr_array_add (to, row);
}

static void
add_group_item (sqlite3_stmt *s, gpointer to)
{
  LanGroupItemRow *row = g_new0 (LanGroupItemRow, 1);

  COLUMN_ID (s, 0, &row->conversation);
  row->kind = (guint32) lan_column_int (s, 1);
  row->key = lan_column_bytes (s, 2);
  row->value = lan_column_bytes (s, 3);
  g_ptr_array_add (to, row);
}

static void
add_share_item (sqlite3_stmt *s, gpointer to)
{
  LanShareItemRow *row = g_new0 (LanShareItemRow, 1);

  COLUMN_ID (s, 0, &row->share);
  row->kind = (guint32) lan_column_int (s, 1);
  row->key = lan_column_bytes (s, 2);
  row->data = lan_column_bytes (s, 3);
  g_ptr_array_add (to, row);
}

/* Steps @s to its end, giving each row to @read_row. */
static gboolean
read_all (LanDb *db, sqlite3_stmt *s, ReadRow read_row, gpointer to, GError **error)
{
  int rc;

  while ((rc = sqlite3_step (s)) == SQLITE_ROW)
    read_row (s, to);
  sqlite3_reset (s);
  if (rc == SQLITE_DONE)
    return TRUE;
  lan_db_fail (db, rc, "read the history", error);
  return FALSE;
}

static void
record_free (gpointer data)
{
  if (data == NULL)
    return;
  lan_record_row_clear (data);
  g_free (data);
}

static void
transfer_free (gpointer data)
{
  lan_transfer_row_clear (data);
  g_free (data);
}

GPtrArray *
lan_db_records_new (void)
{
  return g_ptr_array_new_with_free_func (record_free);
}

static int
compare_screen (gconstpointer a, gconstpointer b)
{
  const LanRecordRow *one = *(const LanRecordRow *const *) a;
  const LanRecordRow *two = *(const LanRecordRow *const *) b;

  if (one->order != two->order)
    return one->order < two->order ? -1 : 1;
  return lan_message_id_compare (&one->message, &two->message);
}

static gboolean
read_screen (LanDb *db, const LanHistoryQuery *query, LanHistoryWhere where,
             const LanConversationId *conversation, guint limit, GPtrArray *rows, GError **error)
{
  sqlite3_stmt *s;

  switch (where) {
  case LAN_HISTORY_BEFORE:
    s = lan_db_use (db, LAN_SQL_BEFORE);
    break;
  case LAN_HISTORY_AFTER:
    s = lan_db_use (db, LAN_SQL_AFTER);
    break;
  case LAN_HISTORY_PINNED:
    s = lan_db_use (db, LAN_SQL_PINNED);
    break;
  case LAN_HISTORY_AROUND:
    s = lan_db_use (db, LAN_SQL_AT);
    break;
  case LAN_HISTORY_NEWEST:
  default:
    s = lan_db_use (db, LAN_SQL_NEWEST);
    break;
  }
  lan_bind_id (s, 1, conversation->b, sizeof conversation->b);
  if (where != LAN_HISTORY_NEWEST && where != LAN_HISTORY_PINNED) {
    lan_bind_u64 (s, 2, query->cursor.order);
    lan_bind_id (s, 3, query->cursor.message.b, sizeof query->cursor.message.b);
  }
  lan_bind_int (s, 4, limit);
  return read_all (db, s, add_record, rows, error);
}

static gboolean
read_all_screens (LanDb *db, const LanHistoryQuery *query, LanHistoryWhere where, guint limit,
                  GPtrArray *rows, GError **error)
{
  for (guint i = 0; i < query->n_conversations; i++) {
    if (!read_screen (db, query, where, &query->conversations[i], limit, rows, error))
      return FALSE;
  }
  g_ptr_array_sort (rows, compare_screen);
  if (rows->len > limit) {
    guint extra = rows->len - limit;

    g_ptr_array_remove_range (rows, where == LAN_HISTORY_AFTER ? limit : 0, extra);
  }
  return TRUE;
}

/* The row itself in the middle, as many before as behind. */
static gboolean
read_around (LanDb *db, const LanHistoryQuery *query, guint limit, GPtrArray *rows, GError **error)
{
  g_autoptr (GPtrArray) at = lan_db_records_new (), after = lan_db_records_new ();
  guint half = limit / 2;

  if (!read_all_screens (db, query, LAN_HISTORY_BEFORE, half, rows, error) ||
      !read_all_screens (db, query, LAN_HISTORY_AROUND, 1, at, error) ||
      !read_all_screens (db, query, LAN_HISTORY_AFTER, half, after, error))
    return FALSE;
  g_ptr_array_extend_and_steal (rows, g_steal_pointer (&at));
  g_ptr_array_extend_and_steal (rows, g_steal_pointer (&after));
  return TRUE;
}

GPtrArray *
lan_db_read_history (LanDb *db, const LanHistoryQuery *query, GError **error)
{
  g_autoptr (GPtrArray) rows = lan_db_records_new ();
  guint limit = MIN (query->limit, HISTORY_LIMIT);
  gboolean ok = query->where == LAN_HISTORY_AROUND
                    ? read_around (db, query, limit, rows, error)
                    : read_all_screens (db, query, query->where, limit, rows, error);

  return ok && lan_db_read_operations (db, rows, error) ? g_steal_pointer (&rows) : NULL;
}

GPtrArray *
lan_db_read_log (LanDb *db, const LanConversationId *conversation, const LanDeviceId *device,
                 guint64 from_seq, guint64 to_seq, gsize max_bytes, GError **error)
{
  g_autoptr (GPtrArray) rows = lan_db_records_new ();
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_LOG);
  gsize bytes = 0;
  int rc;

  lan_bind_id (s, 1, conversation->b, sizeof conversation->b);
  lan_bind_id (s, 2, device->b, sizeof device->b);
  lan_bind_int (s, 3, (gint64) MIN (from_seq, G_MAXINT64));
  lan_bind_int (s, 4, (gint64) MIN (to_seq, G_MAXINT64));
  while ((rc = sqlite3_step (s)) == SQLITE_ROW) {
    gsize blob = (gsize) sqlite3_column_bytes (s, 12);

    if (rows->len > 0 && (bytes >= max_bytes || blob > max_bytes - bytes))
      break;
    add_record (s, rows);
    bytes += blob;
  }
  sqlite3_reset (s);
  if (rc == SQLITE_ROW || rc == SQLITE_DONE)
    return g_steal_pointer (&rows);
  lan_db_fail (db, rc, "read the history", error);
  return NULL;
}

GPtrArray *
lan_db_find_message (LanDb *db, const LanAccountId *author, const LanMessageId *message,
                     GError **error)
{
  g_autoptr (GPtrArray) rows = lan_db_records_new ();
  sqlite3_stmt *s = lan_db_use (db, author != NULL ? LAN_SQL_MESSAGE_OF : LAN_SQL_MESSAGE);

  lan_bind_id (s, 1, message->b, sizeof message->b);
  if (author != NULL)
    lan_bind_id (s, 2, author->b, sizeof author->b);
  if (!read_all (db, s, add_record, rows, error) || !lan_db_read_operations (db, rows, error))
    return NULL;
  return g_steal_pointer (&rows);
}

GPtrArray *
lan_db_read_transfers (LanDb *db, gint64 before_ms, guint limit, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (transfer_free);
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_TRANSFERS);

  lan_bind_int (s, 1, before_ms);
  lan_bind_int (s, 2, limit);
  return read_all (db, s, add_transfer, rows, error) ? g_steal_pointer (&rows) : NULL;
}

static void
setting_free (gpointer row)
{
  lan_setting_row_clear (row);
  g_free (row);
}

GPtrArray *
lan_db_read_settings (LanDb *db, const char *prefix, guint limit, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (setting_free);
  g_autofree char *end = g_strconcat (prefix, "\x7f", NULL); /* keys are ASCII */
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_SETTINGS_BELOW);

  lan_bind_text (s, 1, prefix);
  lan_bind_text (s, 2, end);
  lan_bind_int (s, 3, limit);
  return read_all (db, s, add_setting, rows, error) ? g_steal_pointer (&rows) : NULL;
}

static gboolean
load_preview (LanDb *db, LanConversationPreview *preview, GError **error)
{
  const LanConversationId *id = &preview->row.conversation;
  const LanHistoryQuery newest = { id, 1, LAN_HISTORY_NEWEST, { 0 }, 1 };
  g_autoptr (GPtrArray) rows = lan_db_read_history (db, &newest, error);
  sqlite3_stmt *s;
  int rc;

  if (rows == NULL)
    return FALSE;
  if (rows->len > 0)
    preview->last = g_ptr_array_steal_index (rows, 0);
  s = lan_db_use (db, LAN_SQL_COUNT_UNREAD);
  lan_bind_id (s, 1, id->b, sizeof id->b);
  lan_bind_u64 (s, 2, preview->row.own_read_hlc);
  lan_bind_int (s, 3, LAN_SNAPSHOT_UNREAD_MAX);
  rc = sqlite3_step (s);
  preview->unread = rc == SQLITE_ROW ? (guint) lan_column_int (s, 0) : 0;
  sqlite3_reset (s);
  if (rc != SQLITE_ROW)
    lan_db_fail (db, rc, "count what is unread", error);
  return rc == SQLITE_ROW;
}

/* The log index is walked from log to log, two look-ups each, however long the logs are. */
static gboolean
load_heads (LanDb *db, GArray *heads, GError **error)
{
  gint64 conversation = 0, device = 0;
  LanLogHead head;
  int rc;

  for (;;) {
    sqlite3_stmt *s = lan_db_use (db, LAN_SQL_NEXT_LOG);

    lan_bind_int (s, 1, conversation);
    lan_bind_int (s, 2, device);
    rc = sqlite3_step (s);
    if (rc != SQLITE_ROW) {
      sqlite3_reset (s);
      break;
    }
    conversation = lan_column_int (s, 0);
    device = lan_column_int (s, 1);
    sqlite3_reset (s);

    s = lan_db_use (db, LAN_SQL_LOG_HEAD);
    lan_bind_int (s, 1, conversation);
    lan_bind_int (s, 2, device);
    rc = sqlite3_step (s);
    head.seq = (guint64) lan_column_int (s, 0);
    lan_record_hash_column (s, 1, 4, &head.hash);
    head.hlc = lan_column_u64 (s, 2);
    head.order = lan_column_u64 (s, 3);
    COLUMN_ID (s, 5, &head.conversation);
    COLUMN_ID (s, 6, &head.device);
    sqlite3_reset (s);
    if (rc != SQLITE_ROW) {
      rc = rc == SQLITE_DONE ? SQLITE_CORRUPT : rc;
      break;
    }
    /* What came out of files is no log that anybody could go on with. */
    if (!lan_device_id_is_zero (&head.device))
      g_array_append_val (heads, head);
  }
  if (rc != SQLITE_DONE)
    lan_db_fail (db, rc, "read the logs", error);
  return rc == SQLITE_DONE;
}

static int
compare_previews (gconstpointer a, gconstpointer b)
{
  const LanConversationPreview *one = *(const LanConversationPreview *const *) a;
  const LanConversationPreview *two = *(const LanConversationPreview *const *) b;

  if (one->last == NULL || two->last == NULL)
    return (one->last == NULL) - (two->last == NULL);
  return compare_screen (&two->last, &one->last);
}

LanSnapshot *
lan_db_load (LanDb *db, GError **error)
{
  g_autoptr (LanSnapshot) snapshot = lan_snapshot_new ();
  const struct {
    LanSql sql;
    ReadRow read_row;
    gpointer to;
  } tables[] = {
    { LAN_SQL_ALL_PERSONS, add_person, snapshot->persons },
    { LAN_SQL_ALL_DEVICES, add_device, snapshot->devices },
    { LAN_SQL_ALL_CONVERSATIONS, add_conversation, snapshot->conversations },
    { LAN_SQL_ALL_VECTORS, add_vector, snapshot->vectors },
    { LAN_SQL_OPEN_TRANSFERS, add_transfer, snapshot->transfers },
    { LAN_SQL_CLOSED_TRANSFERS, add_transfer, snapshot->transfers },
    { LAN_SQL_ALL_ADDRESSES, add_address, snapshot->addresses },
    { LAN_SQL_ALL_SETTINGS, add_setting, snapshot->settings },
    { LAN_SQL_ALL_GROUP_ITEMS, add_group_item, snapshot->group_items },
    { LAN_SQL_ALL_SHARE_ITEMS, add_share_item, snapshot->share_items },
    { LAN_SQL_ALL_CARRIED, lan_db_add_carried, snapshot->carried },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++) {
    sqlite3_stmt *s = lan_db_use (db, tables[i].sql);

    if (tables[i].sql == LAN_SQL_CLOSED_TRANSFERS)
      lan_bind_int (s, 1, SNAPSHOT_OLD_TRANSFERS);
    if (!read_all (db, s, tables[i].read_row, tables[i].to, error))
      return NULL;
  }
  for (guint i = 0; i < snapshot->conversations->len; i++) {
    if (!load_preview (db, snapshot->conversations->pdata[i], error))
      return NULL;
  }
  g_ptr_array_sort (snapshot->conversations, compare_previews);
  return load_heads (db, snapshot->heads, error) && lan_db_load_early (db, snapshot->early, error)
             ? g_steal_pointer (&snapshot)
             : NULL;
}
