/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-dump-row.h"

const char *
lan_dump_table_name (LanDumpTable table)
{
  static const char *const names[] = {
#define X(name, text) text,
    LAN_DUMP_TABLES (X)
#undef X
  };

  return table < LAN_DUMP_N ? names[table] : "";
}

static void
append_number (GByteArray *to, guint64 value, guint bytes)
{
  guint8 data[8];

  for (guint i = 0; i < bytes; i++)
    data[i] = (guint8) (value >> (8 * i));
  g_byte_array_append (to, data, bytes);
}

static void
append_value (GByteArray *to, sqlite3_stmt *s, int column)
{
  int type = sqlite3_column_type (s, column);
  const guint8 *data;

  if (type == SQLITE_INTEGER) {
    append_number (to, LAN_DUMP_INT, 1);
    append_number (to, (guint64) sqlite3_column_int64 (s, column), 8);
  } else if (type == SQLITE_BLOB || type == SQLITE_TEXT) {
    append_number (to, type == SQLITE_BLOB ? LAN_DUMP_BLOB : LAN_DUMP_TEXT, 1);
    data = sqlite3_column_blob (s, column);
    append_number (to, (guint64) sqlite3_column_bytes (s, column), 4);
    if (data != NULL)
      g_byte_array_append (to, data, (guint) sqlite3_column_bytes (s, column));
  } else {
    append_number (to, LAN_DUMP_NULL, 1);
  }
}

void
lan_dump_row_append (GByteArray *to, LanDumpTable table, sqlite3_stmt *statement)
{
  int n = sqlite3_column_count (statement);

  g_return_if_fail (n <= LAN_DUMP_COLUMNS_MAX);
  append_number (to, table, 1);
  append_number (to, (guint64) n, 1);
  for (int i = 0; i < n; i++)
    append_value (to, statement, i);
}

static gboolean
read_value (LanReader *r, LanDumpValue *value)
{
  guint8 kind = lan_read_u8 (r);

  *value = (LanDumpValue){ .kind = (LanDumpKind) kind };
  switch (kind) {
  case LAN_DUMP_NULL:
    return TRUE;
  case LAN_DUMP_INT:
    value->number = (gint64) lan_read_u64 (r);
    return TRUE;
  case LAN_DUMP_BLOB:
  case LAN_DUMP_TEXT:
    value->len = lan_read_u32 (r);
    value->data = lan_read_span (r, value->len);
    return TRUE;
  default:
    return FALSE;
  }
}

LanStatus
lan_dump_row_read (LanReader *r, LanDumpRow *row)
{
  guint8 table = lan_read_u8 (r);

  row->table = (LanDumpTable) table;
  row->n_columns = lan_read_u8 (r);
  if (r->failed)
    return LAN_STATUS_TRUNCATED;
  if (table >= LAN_DUMP_N || row->n_columns == 0 || row->n_columns > LAN_DUMP_COLUMNS_MAX)
    return LAN_STATUS_MALFORMED;
  for (guint i = 0; i < row->n_columns; i++) {
    if (!read_value (r, &row->columns[i]))
      return LAN_STATUS_MALFORMED;
    if (r->failed)
      return LAN_STATUS_TRUNCATED;
  }
  return LAN_STATUS_OK;
}

int
lan_dump_value_bind (const LanDumpValue *value, sqlite3_stmt *statement, int index)
{
  switch (value->kind) {
  case LAN_DUMP_INT:
    return sqlite3_bind_int64 (statement, index, value->number);
  case LAN_DUMP_BLOB:
    /* Without a byte it would be bound as nothing at all. */
    return value->len == 0
               ? sqlite3_bind_zeroblob (statement, index, 0)
               : sqlite3_bind_blob (statement, index, value->data, (int) value->len, SQLITE_STATIC);
  case LAN_DUMP_TEXT:
    return sqlite3_bind_text (statement, index, value->len == 0 ? "" : (const char *) value->data,
                              (int) value->len, SQLITE_STATIC);
  case LAN_DUMP_NULL:
  default:
    return sqlite3_bind_null (statement, index);
  }
}
