/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-db-dump.h"

#include "lan-column.h"
#include "lan-dump-row.h"
#include "lan-migration.h"

#define PIECE_BYTES (256 * 1024)
#define PIECE_ROWS  2000

/* In one go, before anything else. States above 4 are final; failed ones may be taken up again. */
static const struct {
  LanDumpTable table;
  const char *sql;
} small[] = {
  { LAN_DUMP_IDENT, "SELECT * FROM ident" },
  { LAN_DUMP_PERSON, "SELECT * FROM person" },
  { LAN_DUMP_DEVICE, "SELECT * FROM device" },
  { LAN_DUMP_CONVERSATION, "SELECT * FROM conversation" },
  { LAN_DUMP_VECTOR, "SELECT * FROM vector" },
  { LAN_DUMP_TRANSFER, "SELECT * FROM transfer WHERE state IN (5, 7, 8)" },
  { LAN_DUMP_ADDRESS, "SELECT * FROM address" },
  { LAN_DUMP_SETTING, "SELECT * FROM setting" },
  { LAN_DUMP_GROUP_ITEM, "SELECT * FROM group_item ORDER BY id" },
};

/*
 * After them, piece by piece: what comes behind the last row's key, which is its first columns. Of shared folders
 * kind 3 stays: it says what lies on the disk of this device (lan-shares-private.h).
 */
static const struct {
  LanDumpTable table;
  guint n_key;
  const LanDumpKind key[5];
  const char *sql;
} listings[] = {
  { LAN_DUMP_OPERATION,
    5,
    { LAN_DUMP_BLOB, LAN_DUMP_BLOB, LAN_DUMP_BLOB, LAN_DUMP_INT, LAN_DUMP_BLOB },
    "SELECT * FROM operation WHERE (conversation, author, target, kind, detail) > "
    "(?1, ?2, ?3, ?4, ?5) ORDER BY conversation, author, target, kind, detail LIMIT ?6" },
  { LAN_DUMP_SHARE_ITEM,
    3,
    { LAN_DUMP_BLOB, LAN_DUMP_INT, LAN_DUMP_BLOB },
    "SELECT * FROM share_item WHERE (share, kind, key) > (?1, ?2, ?3) AND kind <> 3 "
    "ORDER BY share, kind, key LIMIT ?4" },
};

#define RECORDS_SQL "SELECT * FROM record WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3"

LanStoreDump *
lan_store_dump_new (const char *const *settings)
{
  LanStoreDump *dump = g_new0 (LanStoreDump, 1);

  dump->settings = g_strdupv ((GStrv) settings);
  return dump;
}

void
lan_store_dump_free (LanStoreDump *dump)
{
  if (dump == NULL)
    return;
  g_strfreev (dump->settings);
  g_clear_pointer (&dump->row, g_bytes_unref);
  g_free (dump);
}

guint64
lan_store_dump_messages (const LanStoreDump *dump)
{
  return dump->messages;
}

gboolean
lan_store_dump_is_done (const LanStoreDump *dump)
{
  return dump->is_done;
}

guint
lan_store_dump_percent (const LanStoreDump *dump)
{
  if (dump->is_done)
    return 100;
  return dump->last > 0 ? (guint) (dump->at * 100 / dump->last) : 0;
}

guint
lan_store_layout (void)
{
  return (guint) lan_migration_latest ();
}

static gboolean
goes_along (const LanStoreDump *dump, const char *key)
{
  for (guint i = 0; key != NULL && dump->settings[i] != NULL; i++) {
    const char *one = dump->settings[i];

    if (g_str_has_suffix (one, ".") ? g_str_has_prefix (key, one) : g_str_equal (key, one))
      return TRUE;
  }
  return FALSE;
}

static sqlite3_stmt *
prepare (LanDb *db, const char *sql, GError **error)
{
  sqlite3_stmt *s = NULL;
  int rc = sqlite3_prepare_v2 (db->handle, sql, -1, &s, NULL);

  if (rc != SQLITE_OK)
    lan_db_fail (db, rc, "read the history for a backup", error);
  return s;
}

static gboolean
is_listed (LanDumpTable table)
{
  for (gsize i = 0; i < G_N_ELEMENTS (listings); i++) {
    if (listings[i].table == table)
      return TRUE;
  }
  return FALSE;
}

/* @s (transfer full) to its end or until the piece is large enough. @n: rows that were read. */
static gboolean
append_rows (LanDb *db, LanStoreDump *dump, LanDumpTable table, sqlite3_stmt *s, GByteArray *to,
             guint *n, GError **error)
{
  int rc = SQLITE_DONE;

  *n = 0;
  while (((table != LAN_DUMP_RECORD && !is_listed (table)) || to->len < PIECE_BYTES) &&
         (rc = sqlite3_step (s)) == SQLITE_ROW) {
    guint before = to->len;

    ++*n;
    if (table == LAN_DUMP_SETTING && !goes_along (dump, (const char *) sqlite3_column_text (s, 0)))
      continue;
    lan_dump_row_append (to, table, s);
    if (table == LAN_DUMP_RECORD) {
      dump->at = sqlite3_column_int64 (s, 0);
      dump->messages += (guint64) (sqlite3_column_int64 (s, 11) != 0);
    } else if (is_listed (table)) {
      g_clear_pointer (&dump->row, g_bytes_unref);
      dump->row = g_bytes_new (to->data + before, to->len - before);
    }
  }
  sqlite3_finalize (s);
  if (rc == SQLITE_DONE || rc == SQLITE_ROW)
    return TRUE;
  lan_db_fail (db, rc, "read the history for a backup", error);
  return FALSE;
}

static gboolean
begin (LanDb *db, LanStoreDump *dump, GByteArray *to, GError **error)
{
  sqlite3_stmt *last = prepare (db, "SELECT max (id) FROM record", error);
  guint n;

  if (last == NULL)
    return FALSE;
  if (sqlite3_step (last) == SQLITE_ROW)
    dump->last = sqlite3_column_int64 (last, 0);
  sqlite3_finalize (last);
  for (gsize i = 0; i < G_N_ELEMENTS (small); i++) {
    sqlite3_stmt *s = prepare (db, small[i].sql, error);

    if (s == NULL || !append_rows (db, dump, small[i].table, s, to, &n, error))
      return FALSE;
  }
  dump->has_begun = TRUE;
  return TRUE;
}

static gboolean
next_listed (LanDb *db, LanStoreDump *dump, GByteArray *to, GError **error)
{
  g_autoptr (GBytes) key = dump->row != NULL ? g_bytes_ref (dump->row) : NULL;
  LanDumpTable table = listings[dump->listing].table;
  guint n_key = listings[dump->listing].n_key;
  sqlite3_stmt *s = prepare (db, listings[dump->listing].sql, error);
  LanDumpRow row = { 0 };
  gboolean ok;
  guint n;

  if (s == NULL)
    return FALSE;
  for (guint i = 0; i < n_key; i++)
    row.columns[i].kind = listings[dump->listing].key[i];
  if (key != NULL) {
    LanReader r;

    lan_reader_init (&r, g_bytes_get_data (key, NULL), g_bytes_get_size (key));
    if (lan_dump_row_read (&r, &row) != LAN_STATUS_OK)
      g_warning ("a row was not written as it is read");
  }
  for (guint i = 0; i < n_key; i++)
    (void) lan_dump_value_bind (&row.columns[i], s, (int) i + 1);
  lan_bind_int (s, (int) n_key + 1, PIECE_ROWS);
  ok = append_rows (db, dump, table, s, to, &n, error);
  if (n < PIECE_ROWS && to->len < PIECE_BYTES) {
    g_clear_pointer (&dump->row, g_bytes_unref);
    dump->listing++;
  }
  return ok;
}

static gboolean
next_records (LanDb *db, LanStoreDump *dump, GByteArray *to, GError **error)
{
  sqlite3_stmt *s = prepare (db, RECORDS_SQL, error);
  guint n;

  if (s == NULL)
    return FALSE;
  lan_bind_int (s, 1, dump->at);
  lan_bind_int (s, 2, dump->last);
  lan_bind_int (s, 3, PIECE_ROWS);
  if (!append_rows (db, dump, LAN_DUMP_RECORD, s, to, &n, error))
    return FALSE;
  dump->is_done = n == 0;
  return TRUE;
}

GBytes *
lan_db_dump_next (LanDb *db, LanStoreDump *dump, GError **error)
{
  g_autoptr (GByteArray) to = g_byte_array_sized_new (PIECE_BYTES + 4096);
  gboolean ok;

  if (!dump->has_begun)
    ok = begin (db, dump, to, error);
  else if (dump->listing < G_N_ELEMENTS (listings))
    ok = next_listed (db, dump, to, error);
  else
    ok = next_records (db, dump, to, error);
  return ok ? g_byte_array_free_to_bytes (g_steal_pointer (&to)) : NULL;
}
