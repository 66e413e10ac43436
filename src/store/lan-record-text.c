/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-record-text.h"

#include "lan-column.h"

#include <sodium.h>
#include <string.h>

#define SPAN_MAX 65535

/* 0: @text does not stand in @bytes. */
static gint64
find_span (const char *text, GBytes *bytes)
{
  gsize len = strlen (text), size = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  const guint8 *at;

  if (data == NULL || len == 0 || len > SPAN_MAX)
    return 0;
  at = memmem (data, size, text, len);
  if (at == NULL || at - data > SPAN_MAX)
    return 0;
  return (gint64) (at - data) * (SPAN_MAX + 1) + (gint64) len;
}

void
lan_record_text_bind (sqlite3_stmt *s, int index, const char *text, GBytes *blob, GBytes *opened)
{
  gint64 span = 0;

  if (text != NULL)
    span = opened != NULL ? -find_span (text, opened) : find_span (text, blob);
  if (span != 0)
    lan_bind_int (s, index, span);
  else
    lan_bind_text (s, index, text);
}

char *
lan_record_text_column (sqlite3_stmt *s, int text, int blob, int opened)
{
  gint64 span, at, len;
  const char *data;
  int column;

  if (sqlite3_column_type (s, text) != SQLITE_INTEGER)
    return lan_column_text (s, text);
  span = lan_column_int (s, text);
  column = span < 0 ? opened : blob;
  span = span < 0 ? -span : span;
  at = span / (SPAN_MAX + 1);
  len = span % (SPAN_MAX + 1);
  data = sqlite3_column_blob (s, column);
  /* A span beyond its blob came from damage: no text at all is what is left. */
  if (data == NULL || at + len > sqlite3_column_bytes (s, column))
    return g_strdup ("");
  return g_strndup (data + at, (gsize) len);
}

void
lan_record_hash (const guint8 *blob, gsize len, LanHash *hash)
{
  (void) crypto_generichash_blake2b (hash->b, sizeof hash->b, blob, len, NULL, 0);
}

void
lan_record_hash_bind (sqlite3_stmt *s, int index, const LanHash *hash, GBytes *blob)
{
  gsize len = 0;
  const guint8 *data = blob != NULL ? g_bytes_get_data (blob, &len) : NULL;
  LanHash own;

  lan_record_hash (data, len, &own);
  if (blob != NULL && lan_hash_equal (&own, hash))
    (void) sqlite3_bind_null (s, index);
  else
    lan_bind_id (s, index, hash->b, sizeof hash->b);
}

void
lan_record_hash_column (sqlite3_stmt *s, int hash, int blob, LanHash *to)
{
  if (sqlite3_column_type (s, hash) == SQLITE_NULL)
    lan_record_hash (sqlite3_column_blob (s, blob), (gsize) sqlite3_column_bytes (s, blob), to);
  else
    lan_column_id (s, hash, to->b, sizeof to->b);
}
