/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-column.h"

#include <string.h>

#define TOP_BIT (G_GUINT64_CONSTANT (1) << 63)

/* Binding can fail only for a wrong index or no memory; running the statement then says so. */

void
lan_bind_id (sqlite3_stmt *statement, int index, gconstpointer id, gsize len)
{
  (void) sqlite3_bind_blob64 (statement, index, id, len, SQLITE_STATIC);
}

void
lan_bind_bytes (sqlite3_stmt *statement, int index, GBytes *bytes)
{
  gsize len;
  gconstpointer data;

  if (bytes == NULL) {
    (void) sqlite3_bind_null (statement, index);
    return;
  }
  data = g_bytes_get_data (bytes, &len);
  /* A NULL pointer would bind NULL: no bytes are not the same as none. */
  (void) sqlite3_bind_blob64 (statement, index, data != NULL ? data : "", len, SQLITE_STATIC);
}

void
lan_bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  (void) sqlite3_bind_text (statement, index, text, -1, SQLITE_STATIC);
}

void
lan_bind_int (sqlite3_stmt *statement, int index, gint64 value)
{
  (void) sqlite3_bind_int64 (statement, index, value);
}

void
lan_bind_u64 (sqlite3_stmt *statement, int index, guint64 value)
{
  (void) sqlite3_bind_int64 (statement, index, (sqlite3_int64) (value ^ TOP_BIT));
}

void
lan_column_id (sqlite3_stmt *statement, int index, gpointer id, gsize len)
{
  const void *data = sqlite3_column_blob (statement, index);

  if (data != NULL && (gsize) sqlite3_column_bytes (statement, index) == len)
    memcpy (id, data, len);
  else
    memset (id, 0, len);
}

GBytes *
lan_column_bytes (sqlite3_stmt *statement, int index)
{
  const void *data;

  if (sqlite3_column_type (statement, index) == SQLITE_NULL)
    return NULL;
  data = sqlite3_column_blob (statement, index);
  return g_bytes_new (data, (gsize) sqlite3_column_bytes (statement, index));
}

char *
lan_column_text (sqlite3_stmt *statement, int index)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, index));
}

gint64
lan_column_int (sqlite3_stmt *statement, int index)
{
  return sqlite3_column_int64 (statement, index);
}

guint64
lan_column_u64 (sqlite3_stmt *statement, int index)
{
  return (guint64) sqlite3_column_int64 (statement, index) ^ TOP_BIT;
}
