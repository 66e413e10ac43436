/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A database made out of the rows of a backup, in the layout they had, then brought to today's. */
#include "lan-db-dump.h"
#include "lan-db-search.h"
#include "lan-dump-row.h"
#include "lan-migration.h"

#include <glib/gstdio.h>

#define BATCH        2000
#define REST_MAX     (32 * 1024 * 1024) /* longer than any row */
#define RECORD_SHOWN 11                 /* column of record, in every layout */

struct _LanStoreFill {
  LanDb *db;
  char *path; /* to be removed; NULL: it was finished, or is not the system's */
  sqlite3_stmt *inserts[LAN_DUMP_N];
  guint in_batch;   /* rows since the transaction began */
  GByteArray *rest; /* of a row that goes on in the next piece */
};

LanStoreFill *
lan_store_fill_new_on (const char *path, LanPageSeal *seal, const char *below, guint layout,
                       GError **error)
{
  LanStoreFill *fill;
  LanDb *db;

  if (layout == 0 || layout > (guint) lan_migration_latest ()) {
    lan_page_seal_free (seal);
    lan_store_error_set (error, layout == 0 ? LAN_STORE_ERROR_DAMAGED : LAN_STORE_ERROR_NEWER,
                         "The backup has layout %u, this program knows up to %d", layout,
                         lan_migration_latest ());
    return NULL;
  }
  db = lan_db_open_layout (path, seal, below, (int) layout, error);
  if (db == NULL)
    return NULL;
  fill = g_new0 (LanStoreFill, 1);
  fill->db = db;
  fill->path = below == NULL ? g_strdup (path) : NULL;
  fill->rest = g_byte_array_new ();
  return fill;
}

LanStoreFill *
lan_store_fill_new (const char *path, const guint8 *key, guint layout, GError **error)
{
  return lan_store_fill_new_on (path, lan_page_seal_new (key), NULL, layout, error);
}

static void
finalize (LanStoreFill *fill)
{
  for (guint i = 0; i < LAN_DUMP_N; i++)
    g_clear_pointer (&fill->inserts[i], sqlite3_finalize);
}

static void
remove_files (const char *path)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);

  (void) g_unlink (path);
  (void) g_unlink (wal);
}

void
lan_store_fill_free (LanStoreFill *fill)
{
  if (fill == NULL)
    return;
  finalize (fill);
  lan_db_close (fill->db);
  if (fill->path != NULL)
    remove_files (fill->path);
  g_free (fill->path);
  g_byte_array_unref (fill->rest);
  g_free (fill);
}

static gboolean
refuse (GError **error)
{
  lan_store_error_set (error, LAN_STORE_ERROR_DAMAGED, "The backup has rows that fit no table");
  return FALSE;
}

static int
count_columns (LanDb *db, LanDumpTable table)
{
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM %s", lan_dump_table_name (table));
  sqlite3_stmt *s = NULL;
  int n = 0;

  if (sqlite3_prepare_v2 (db->handle, sql, -1, &s, NULL) == SQLITE_OK)
    n = sqlite3_column_count (s);
  sqlite3_finalize (s);
  return n;
}

/* NULL: the layout has no such table, or it has other columns. */
static sqlite3_stmt *
insert_for (LanStoreFill *fill, const LanDumpRow *row)
{
  g_autoptr (GString) sql = NULL;

  if (fill->inserts[row->table] != NULL)
    return sqlite3_bind_parameter_count (fill->inserts[row->table]) == (int) row->n_columns
               ? fill->inserts[row->table]
               : NULL;
  if (count_columns (fill->db, row->table) != (int) row->n_columns)
    return NULL;
  sql = g_string_new (NULL);
  g_string_printf (sql, "INSERT INTO %s VALUES (", lan_dump_table_name (row->table));
  for (guint i = 0; i < row->n_columns; i++)
    g_string_append (sql, i > 0 ? ",?" : "?");
  g_string_append_c (sql, ')');
  if (sqlite3_prepare_v2 (fill->db->handle, sql->str, -1, &fill->inserts[row->table], NULL) !=
      SQLITE_OK)
    return NULL;
  return fill->inserts[row->table];
}

static int
step (sqlite3_stmt *s)
{
  int rc = sqlite3_step (s);

  (void) sqlite3_reset (s);
  return rc;
}

static gboolean
put_row (LanStoreFill *fill, const LanDumpRow *row, GError **error)
{
  static const LanDumpValue hidden = { .kind = LAN_DUMP_INT };
  sqlite3_stmt *s = insert_for (fill, row);
  int rc;

  if (s == NULL)
    return refuse (error);
  for (guint i = 0; i < row->n_columns; i++)
    (void) lan_dump_value_bind (&row->columns[i], s, (int) i + 1);
  rc = step (s);
  /* Another record had taken its place on screen before this one was read. */
  if (rc == SQLITE_CONSTRAINT_UNIQUE && row->table == LAN_DUMP_RECORD) {
    (void) lan_dump_value_bind (&hidden, s, RECORD_SHOWN + 1);
    rc = step (s);
  }
  if (rc == SQLITE_DONE)
    return TRUE;
  if ((rc & 0xff) == SQLITE_CONSTRAINT || (rc & 0xff) == SQLITE_MISMATCH)
    return refuse (error);
  lan_db_fail (fill->db, rc, "write the history out of a backup", error);
  return FALSE;
}

static gboolean
end_batch (LanStoreFill *fill, GError **error)
{
  if (fill->in_batch == 0)
    return TRUE;
  fill->in_batch = 0;
  if (!lan_db_exec (fill->db, "COMMIT", "write the history out of a backup", error))
    return FALSE;
  lan_db_tidy (fill->db, FALSE);
  return TRUE;
}

static gboolean
put_in_batch (LanStoreFill *fill, const LanDumpRow *row, GError **error)
{
  if (fill->in_batch == 0 &&
      !lan_db_exec (fill->db, "BEGIN IMMEDIATE", "write the history out of a backup", error))
    return FALSE;
  fill->in_batch++;
  return put_row (fill, row, error) && (fill->in_batch < BATCH || end_batch (fill, error));
}

gboolean
lan_store_fill_rows (LanStoreFill *fill, const guint8 *data, gsize len, GError **error)
{
  LanStatus status = LAN_STATUS_OK;
  gsize done = 0;
  LanReader r;

  g_byte_array_append (fill->rest, data, (guint) len);
  lan_reader_init (&r, fill->rest->data, fill->rest->len);
  while (lan_reader_left (&r) > 0) {
    LanDumpRow row;

    status = lan_dump_row_read (&r, &row);
    if (status != LAN_STATUS_OK)
      break;
    if (!put_in_batch (fill, &row, error))
      return FALSE;
    done = r.pos;
  }
  g_byte_array_remove_range (fill->rest, 0, (guint) done);
  return (status == LAN_STATUS_OK || status == LAN_STATUS_TRUNCATED) && fill->rest->len <= REST_MAX
             ? TRUE
             : refuse (error);
}

gboolean
lan_store_fill_finish (LanStoreFill *fill, const GPtrArray *changes, GError **error)
{
  LanDb *db = fill->db;
  gboolean ok;

  if (fill->rest->len > 0)
    return refuse (error);
  if (!end_batch (fill, error))
    return FALSE;
  finalize (fill);
  /* What was said about a message is read before the messages are: some of it came too early. */
  if (!lan_db_complete (db, error))
    return FALSE;
  db->may_wait = TRUE;
  ok = lan_db_exec (db,
                    "BEGIN IMMEDIATE; UPDATE operation SET waiting = NOT EXISTS (SELECT 1 FROM "
                    "record WHERE message = operation.target AND author = (SELECT id FROM ident "
                    "WHERE value = operation.author) AND shown = 1 AND conversation = (SELECT "
                    "id FROM ident WHERE value = operation.conversation))",
                    "write the history out of a backup", error) &&
       lan_db_apply (db, changes, error) &&
       lan_db_exec (db, "COMMIT", "write the history out of a backup", error);
  if (ok)
    g_clear_pointer (&fill->path, g_free);
  return ok;
}
