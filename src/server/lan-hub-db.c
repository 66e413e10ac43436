/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-db.h"

#include "lan-hub-db-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIDY_PAGES      4000  /* of the log, about 16 MiB, before it is moved into the database */
#define TIDY_PAGES_LEFT 512   /* so few the writer moves itself */
#define TIDY_PAGES_MAX  32000 /* .. or when the log outruns the thread */
#define BUSY_WAIT_MS    2000

LAN_DEFINE_ERROR (LanHubError, lan_hub_error, "lan-hub-error", LAN_HUB_ERROR_LIST)

static const char *const sql_text[LAN_HUB_SQL_N] = {
#define X(name, sql) [LAN_HUB_SQL_##name] = sql,
  LAN_HUB_SQL_LIST (X)
#undef X
};

sqlite3_stmt *
lan_hub_db_use (LanHubDb *db, LanHubSql id)
{
  sqlite3_stmt **statement = &db->statements[id];

  if (*statement != NULL) {
    sqlite3_reset (*statement);
    return *statement;
  }
  if (sqlite3_prepare_v3 (db->handle, sql_text[id], -1, SQLITE_PREPARE_PERSISTENT, statement,
                          NULL) != SQLITE_OK)
    lan_hub_db_note (db, sqlite3_errcode (db->handle));
  return *statement; /* NULL only when the schema lacks what it names: every use of it fails */
}

void
lan_hub_db_note (LanHubDb *db, int rc)
{
  int kind = rc & 0xff;
  int os = kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN ? sqlite3_system_errno (db->handle) : 0;
  gboolean is_full = kind == SQLITE_FULL || os == ENOSPC || os == EDQUOT;

  db->trouble = is_full ? LAN_OP_FULL : LAN_OP_FAILED;
}

int
lan_hub_db_step (LanHubDb *db, sqlite3_stmt *statement)
{
  int rc = sqlite3_step (statement);

  if (rc == SQLITE_DONE || rc == SQLITE_ROW || (rc & 0xff) == SQLITE_CONSTRAINT)
    return rc & 0xff;
  lan_hub_db_note (db, rc);
  return rc;
}

gboolean
lan_hub_db_do (LanHubDb *db, sqlite3_stmt *statement)
{
  int rc = lan_hub_db_step (db, statement);

  sqlite3_reset (statement);
  return rc == SQLITE_DONE || rc == SQLITE_ROW;
}

void
lan_hub_db_bind_blob (sqlite3_stmt *s, int at, const void *data, gsize len)
{
  sqlite3_bind_blob (s, at, len > 0 ? data : "", (int) len, SQLITE_STATIC);
}

void
lan_hub_db_bind_bytes (sqlite3_stmt *s, int at, GBytes *bytes)
{
  gsize len;

  if (bytes == NULL) {
    sqlite3_bind_null (s, at);
    return;
  }
  {
    const void *data = g_bytes_get_data (bytes, &len);

    lan_hub_db_bind_blob (s, at, data, len);
  }
}

void
lan_hub_db_bind_text (sqlite3_stmt *s, int at, const char *text)
{
  sqlite3_bind_text (s, at, text != NULL ? text : "", -1, SQLITE_STATIC);
}

gboolean
lan_hub_db_get_blob (sqlite3_stmt *s, int at, void *out, gsize len)
{
  if (sqlite3_column_type (s, at) != SQLITE_BLOB || (gsize) sqlite3_column_bytes (s, at) != len)
    return FALSE;
  memcpy (out, sqlite3_column_blob (s, at), len);
  return TRUE;
}

GBytes *
lan_hub_db_get_bytes (sqlite3_stmt *s, int at)
{
  if (sqlite3_column_type (s, at) == SQLITE_NULL)
    return NULL;
  return g_bytes_new (sqlite3_column_blob (s, at), (gsize) sqlite3_column_bytes (s, at));
}

char *
lan_hub_db_get_text (sqlite3_stmt *s, int at)
{
  const char *text = (const char *) sqlite3_column_text (s, at);

  return g_strdup (text != NULL ? text : "");
}

gboolean
lan_hub_db_exec (LanHubDb *db, const char *sql, GError **error)
{
  int rc = sqlite3_exec (db->handle, sql, NULL, NULL, NULL);

  if (rc == SQLITE_OK)
    return TRUE;
  lan_hub_db_note (db, rc);
  g_set_error (error, LAN_HUB_ERROR,
               (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED ? LAN_HUB_ERROR_LOCKED
               : db->trouble == LAN_OP_FULL                               ? LAN_HUB_ERROR_FULL
               : (rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN ||
                       (rc & 0xff) == SQLITE_READONLY
                   ? LAN_HUB_ERROR_IO
                   : LAN_HUB_ERROR_DAMAGED,
               "%s", sqlite3_errmsg (db->handle));
  return FALSE;
}

static int
on_wal_commit (gpointer data, sqlite3 *handle, const char *name, int pages)
{
  LanHubDb *db = data;

  db->wal_pages = pages;
  return SQLITE_OK;
}

static gboolean
set_up (LanHubDb *db, LanHubDbFlags flags, GError **error)
{
  (void) sqlite3_busy_timeout (db->handle, BUSY_WAIT_MS);
  (void) sqlite3_extended_result_codes (db->handle, 1);
  (void) sqlite3_db_config (db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  (void) sqlite3_db_config (db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  (void) sqlite3_db_config (db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  (void) sqlite3_db_config (db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  if (!lan_hub_db_exec (db,
                        "PRAGMA page_size = 4096; PRAGMA temp_store = MEMORY;"
                        "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON;"
                        "PRAGMA cache_size = -16384; PRAGMA foreign_keys = OFF",
                        error))
    return FALSE;
  if (flags & LAN_HUB_DB_READ_ONLY)
    return TRUE;
  if (!lan_hub_db_exec (db,
                        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                        "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864",
                        error))
    return FALSE;
  (void) sqlite3_wal_hook (db->handle, on_wal_commit, db); /* the pragma would take it away */
  return TRUE;
}

static gint64
read_number (LanHubDb *db, const char *sql)
{
  sqlite3_stmt *s = NULL;
  gint64 n = -1;

  if (sqlite3_prepare_v2 (db->handle, sql, -1, &s, NULL) == SQLITE_OK &&
      sqlite3_step (s) == SQLITE_ROW)
    n = sqlite3_column_int64 (s, 0);
  sqlite3_finalize (s);
  return n;
}

/* Every page read once, where that takes no time that anybody notices. */
static gboolean
check_whole (LanHubDb *db, const char *path, LanHubDbFlags flags, GError **error)
{
  sqlite3_stmt *s = NULL;
  gboolean is_good = FALSE;
  struct stat st;

  if (!(flags & LAN_HUB_DB_CHECK_ALL) &&
      (stat (path, &st) != 0 || st.st_size > LAN_HUB_DB_CHECK_BYTES))
    return TRUE;
  if (sqlite3_prepare_v2 (db->handle,
                          flags & LAN_HUB_DB_CHECK_ALL ? "PRAGMA integrity_check (1)"
                                                       : "PRAGMA quick_check (1)",
                          -1, &s, NULL) == SQLITE_OK &&
      sqlite3_step (s) == SQLITE_ROW)
    is_good = g_strcmp0 ((const char *) sqlite3_column_text (s, 0), "ok") == 0;
  if (!is_good)
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, "%s",
                 s != NULL && sqlite3_column_text (s, 0) != NULL
                     ? (const char *) sqlite3_column_text (s, 0)
                     : sqlite3_errmsg (db->handle));
  sqlite3_finalize (s);
  return is_good;
}

static gboolean
check_identity (LanHubDb *db, gboolean is_new, GError **error)
{
  gint64 id = read_number (db, "PRAGMA application_id");
  gint64 version = read_number (db, "PRAGMA user_version");

  if (is_new)
    return TRUE;
  if (id != LAN_HUB_DB_APPLICATION_ID || version < 1) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, "%s",
                 "it is not a database of lanyard-server");
    return FALSE;
  }
  if (version > LAN_HUB_DB_VERSION) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_NEWER,
                 "its schema is version %d, this program knows up to %d", (int) version,
                 LAN_HUB_DB_VERSION);
    return FALSE;
  }
  return TRUE;
}

LanHubDb *
lan_hub_db_open (const char *path, LanHubDbFlags flags, GError **error)
{
  g_autoptr (LanHubDb) db = g_new0 (LanHubDb, 1);
  gboolean is_there = access (path, F_OK) == 0;
  int fd;

  db->recent = lan_hub_recent_new (LAN_HUB_RECENT_MAX);
  if (!is_there && !(flags & LAN_HUB_DB_CREATE)) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_MISSING, "there is no %s", path);
    return NULL;
  }
  /* SQLite would make it readable for all; log and journal take their mode from it. */
  if (!is_there && (fd = open (path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600)) >= 0)
    close (fd);
  if (sqlite3_open_v2 (
          path, &db->handle,
          (flags & LAN_HUB_DB_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
              SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
          NULL) != SQLITE_OK) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "%s",
                 db->handle != NULL ? sqlite3_errmsg (db->handle) : "no memory");
    return NULL;
  }
  if (!set_up (db, flags, error) || !check_identity (db, !is_there, error) ||
      !check_whole (db, path, flags, error))
    return NULL;
  if (!(flags & LAN_HUB_DB_READ_ONLY) &&
      (!lan_hub_db_migrate (db, error) || !lan_hub_db_recent_open (db, error)))
    return NULL;
  db->next_mail_id = db->kept_mail_id =
      (guint64) MAX (1, MAX (read_number (db, "SELECT next_mail_id FROM counter"),
                             read_number (db, "SELECT coalesce(max(id), 0) + 1 FROM mail")));
  return g_steal_pointer (&db);
}

void
lan_hub_db_close (LanHubDb *db)
{
  if (db == NULL)
    return;
  for (guint i = 0; i < LAN_HUB_SQL_N; i++)
    sqlite3_finalize (db->statements[i]);
  lan_hub_tidy_free (db->tidy);
  lan_hub_db_recent_end (db, FALSE);
  sqlite3_close_v2 (db->handle);
  lan_hub_recent_free (db->recent);
  g_free (db);
}

gboolean
lan_hub_db_copy_to (LanHubDb *db, const char *path, GError **error)
{
  g_autofree char *sql = NULL;
  sqlite3_stmt *s = NULL;
  int rc, fd = open (path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

  if (fd < 0) {
    g_set_error (error, LAN_HUB_ERROR, errno == EEXIST ? LAN_HUB_ERROR_EXISTS : LAN_HUB_ERROR_IO,
                 "%s: %s", path, g_strerror (errno));
    return FALSE;
  }
  close (fd);
  rc = sqlite3_prepare_v2 (db->handle, "VACUUM INTO ?1", -1, &s, NULL);
  if (rc == SQLITE_OK) {
    lan_hub_db_bind_text (s, 1, path);
    rc = sqlite3_step (s);
  }
  if (rc != SQLITE_DONE) {
    lan_hub_db_note (db, rc);
    g_set_error (error, LAN_HUB_ERROR,
                 db->trouble == LAN_OP_FULL ? LAN_HUB_ERROR_FULL : LAN_HUB_ERROR_IO, "%s",
                 sqlite3_errmsg (db->handle));
    sqlite3_finalize (s);
    (void) unlink (path);
    return FALSE;
  }
  sqlite3_finalize (s);
  return TRUE;
}

gboolean
lan_hub_db_begin (LanHubDb *db)
{
  return lan_hub_db_do (db, lan_hub_db_use (db, LAN_HUB_SQL_BEGIN));
}

gboolean
lan_hub_db_commit (LanHubDb *db)
{
  if (!lan_hub_db_recent_settle (db) || !lan_hub_db_recent_sort (db))
    return FALSE;
  if (db->next_mail_id > db->kept_mail_id) {
    /* Ids are promised in blocks, so that this is not written with every deposit. */
    sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_KEEP_MAIL_ID);
    guint64 keep = db->next_mail_id + 10000;

    sqlite3_bind_int64 (s, 1, (gint64) keep);
    if (!lan_hub_db_do (db, s))
      return FALSE;
    db->kept_mail_id = keep;
  }
  if (!lan_hub_db_do (db, lan_hub_db_use (db, LAN_HUB_SQL_COMMIT)))
    return FALSE;
  lan_hub_db_recent_end (db, TRUE);
  return TRUE;
}

void
lan_hub_db_rollback (LanHubDb *db)
{
  for (guint i = 0; i < LAN_HUB_SQL_N; i++)
    if (db->statements[i] != NULL)
      sqlite3_reset (db->statements[i]);
  if (!sqlite3_get_autocommit (db->handle))
    (void) sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
  lan_hub_db_recent_end (db, FALSE);
  db->kept_mail_id = 0; /* what was promised may be gone with it: promise again */
}

LanRegistryOpStatus
lan_hub_db_trouble (const LanHubDb *db)
{
  return db->trouble;
}

guint64
lan_hub_db_log_bytes (const LanHubDb *db)
{
  return (guint64) db->wal_pages * 4096;
}

static void
tidy_here (LanHubDb *db)
{
  if (sqlite3_wal_checkpoint_v2 (db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) ==
      SQLITE_OK)
    db->wal_pages = 0;
}

void
lan_hub_db_tidy (LanHubDb *db, gboolean scarce)
{
  LanHubTidyState state;
  int left;

  if (db->wal_pages < (scarce ? 1 : TIDY_PAGES))
    return;
  if (db->tidy == NULL || scarce || db->wal_pages >= TIDY_PAGES_MAX) {
    tidy_here (db);
    return;
  }
  state = lan_hub_tidy_look (db->tidy, &left);
  if (state == LAN_HUB_TIDY_AT_WORK)
    return;
  if (state == LAN_HUB_TIDY_DONE && left <= TIDY_PAGES_LEFT) {
    /* Only when nothing at all is left does the log begin anew. */
    tidy_here (db);
    lan_hub_tidy_rest (db->tidy);
    return;
  }
  lan_hub_tidy_ask (db->tidy);
}

void
lan_hub_db_tidy_beside (LanHubDb *db, const char *path)
{
  db->tidy = lan_hub_tidy_new (path);
}

gboolean
lan_hub_db_run (LanHubDb *db, LanRegistryOp *op)
{
  gboolean is_good = op->type == LAN_OP_DEPOSIT || lan_hub_db_recent_settle (db);

  if (!is_good) {
    op->status = db->trouble;
    return FALSE;
  }
  op->status = LAN_OP_OK;
  switch (op->type) {
  case LAN_OP_WRITE:
  case LAN_OP_FIND_INVITE:
  case LAN_OP_FIND_PASSWORD:
    is_good = lan_hub_db_run_write (db, op);
    break;
  case LAN_OP_DEPOSIT:
  case LAN_OP_MAIL_READ:
  case LAN_OP_MAIL_ACK:
  case LAN_OP_EXPIRE:
    is_good = lan_hub_db_run_mail (db, op);
    break;
  case LAN_OP_PREKEYS_PUT:
  case LAN_OP_PREKEYS_TAKE:
    is_good = lan_hub_db_run_prekeys (db, op);
    break;
  case LAN_OP_BLOB_PUT:
  case LAN_OP_BLOB_STAT:
  case LAN_OP_BLOB_LEAVES:
  case LAN_OP_BLOB_SEAL:
  case LAN_OP_BLOB_READ:
    is_good = lan_hub_db_run_blob (db, op);
    break;
  case LAN_OP_N:
  default:
    op->status = LAN_OP_FAILED;
    return TRUE;
  }
  if (!is_good)
    op->status = db->trouble;
  return is_good;
}

gboolean
lan_hub_db_is_read (LanRegistryOpType type)
{
  return type == LAN_OP_FIND_INVITE || type == LAN_OP_FIND_PASSWORD || type == LAN_OP_MAIL_READ ||
         type == LAN_OP_BLOB_STAT || type == LAN_OP_BLOB_LEAVES || type == LAN_OP_BLOB_READ;
}

gboolean
lan_hub_db_takes_room (LanRegistryOpType type)
{
  return type == LAN_OP_DEPOSIT || type == LAN_OP_BLOB_PUT || type == LAN_OP_PREKEYS_PUT;
}
