/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-db.h"

#include "lan-db-probe.h"
#include "lan-db-search.h"
#include "lan-migration.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Pages in the WAL after which it is moved into the database: about 1 MiB when nobody waits, 4 MiB in
 * any case. Moving stands before the next commit for some ten milliseconds; but a WAL that is written
 * over costs less at each commit than one that grows, so it is not left to grow for long. */
#define TIDY_PAGES     250
#define TIDY_PAGES_MAX 1000

/* A program that is just closing is waited for so long. */
#define BUSY_WAIT_MS 250

static const char *const statements_sql[LAN_SQL_N] = {
#define X(name, sql) [LAN_SQL_##name] = sql,
  LAN_SQL_LIST (X)
#undef X
};

static LanStoreError
error_of_code (LanDb *db, int rc)
{
  int system = db->handle != NULL ? sqlite3_system_errno (db->handle) : 0;

  if (db->vfs->fault.is_set)
    return LAN_STORE_ERROR_DAMAGED;
  switch (rc & 0xff) {
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
  case SQLITE_ERROR: /* the schema lacks what a statement names */
  case SQLITE_SCHEMA:
  case SQLITE_MISMATCH:
    return LAN_STORE_ERROR_DAMAGED;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return LAN_STORE_ERROR_LOCKED;
  case SQLITE_FULL:
    return LAN_STORE_ERROR_FULL;
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_READONLY:
  case SQLITE_AUTH:
    return LAN_STORE_ERROR_ACCESS;
  case SQLITE_CONSTRAINT:
    return LAN_STORE_ERROR_CONFLICT;
  default:
    return system == ENOSPC || system == EDQUOT ? LAN_STORE_ERROR_FULL : LAN_STORE_ERROR_IO;
  }
}

void
lan_db_fail (LanDb *db, int rc, const char *doing, GError **error)
{
  LanStoreError code = error_of_code (db, rc);

  if (code == LAN_STORE_ERROR_DAMAGED)
    db->is_damaged = TRUE;
  db->vfs->fault.is_set = FALSE;
  g_info ("store failed code=%s sqlite=%d", lan_store_error_code ((int) code), rc);
  lan_store_error_set (error, code, "Cannot %s (%s)", doing, sqlite3_errstr (rc));
}

gboolean
lan_db_exec (LanDb *db, const char *sql, const char *doing, GError **error)
{
  int rc = sqlite3_exec (db->handle, sql, NULL, NULL, NULL);

  if (rc == SQLITE_OK)
    return TRUE;
  lan_db_fail (db, rc, doing, error);
  return FALSE;
}

sqlite3_stmt *
lan_db_use (LanDb *db, LanSql id)
{
  sqlite3_reset (db->statements[id]);
  sqlite3_clear_bindings (db->statements[id]);
  return db->statements[id];
}

gboolean
lan_db_run (LanDb *db, sqlite3_stmt *statement, const char *doing, GError **error)
{
  int rc = sqlite3_step (statement);

  sqlite3_reset (statement);
  if (rc == SQLITE_DONE || rc == SQLITE_ROW)
    return TRUE;
  lan_db_fail (db, rc, doing, error);
  return FALSE;
}

/* SQLite would make it readable for all; the WAL and the journal take their mode from it. */
static void
create_private (const char *path)
{
  int fd = open (path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);

  /* Where it exists or cannot be made, opening it says the rest. */
  if (fd >= 0)
    close (fd);
}

static int
on_wal_commit (gpointer data, sqlite3 *handle, const char *name, int pages)
{
  LanDb *db = data;

  db->wal_pages = pages;
  return SQLITE_OK;
}

static gboolean
set_up (LanDb *db, GError **error)
{
  int reserve = LAN_PAGE_TRAILER_BYTES;
  int keep = 1;

  (void) sqlite3_busy_timeout (db->handle, BUSY_WAIT_MS);
  (void) sqlite3_db_config (db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  (void) sqlite3_db_config (db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  (void) sqlite3_db_config (db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  (void) sqlite3_db_config (db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  /* Until it is known to be whole, closing changes nothing on disk. */
  (void) sqlite3_db_config (db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  (void) sqlite3_file_control (db->handle, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  (void) sqlite3_limit (db->handle, SQLITE_LIMIT_ATTACHED, 0);
  (void) sqlite3_file_control (db->handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
  /* EXCLUSIVE before WAL: then the WAL's index is in memory, not in a shared file. */
  return lan_db_exec (db,
                      "PRAGMA page_size = 4096; PRAGMA locking_mode = EXCLUSIVE;"
                      "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
                      "PRAGMA cell_size_check = ON; PRAGMA cache_size = -4096;"
                      "PRAGMA secure_delete = FAST;" /* used prekeys leave no trace in a page */
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                      "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 16777216",
                      "open the history", error);
}

/* A layout of pages that leaves no room for the seals is not one of ours. */
static gboolean
check_layout (LanDb *db, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int reserve = -1;
  int page = 0;

  (void) sqlite3_file_control (db->handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
  if (sqlite3_prepare_v2 (db->handle, "PRAGMA page_size", -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step (statement) == SQLITE_ROW)
    page = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  if (reserve == LAN_PAGE_TRAILER_BYTES && page == LAN_PAGE_BYTES)
    return TRUE;
  lan_db_fail (db, SQLITE_CORRUPT, "open the history", error);
  return FALSE;
}

static gboolean
prepare_all (LanDb *db, GError **error)
{
  for (int i = 0; i < LAN_SQL_N; i++) {
    int rc = sqlite3_prepare_v3 (db->handle, statements_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                 &db->statements[i], NULL);

    if (rc != SQLITE_OK) {
      lan_db_fail (db, rc, "open the history", error);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
open_handle (LanDb *db, const char *path, GError **error)
{
  int rc = sqlite3_open_v2 (path, &db->handle,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                                SQLITE_OPEN_PRIVATECACHE,
                            db->vfs->base.zName);

  if (rc == SQLITE_OK) {
    (void) sqlite3_extended_result_codes (db->handle, 1);
    return TRUE;
  }
  lan_db_fail (db, rc, "open the history", error);
  return FALSE;
}

/* Up to the step to @layout; closing changes nothing on disk before lan_db_complete(). */
static LanDb *
open_layout (const char *path, LanPageSeal *seal, const char *below, LanStoreFlags flags,
             int layout, GError **error)
{
  LanDb *db = g_new0 (LanDb, 1);
  gboolean must_exist = (flags & LAN_STORE_FLAG_MUST_EXIST) != 0;

  db->is_damaged = TRUE; /* until the opposite is known */
  db->vfs = lan_vfs_new (seal, below);
  if (db->vfs == NULL) {
    lan_store_error_set (error, LAN_STORE_ERROR_ACCESS, "There is no way to reach the disk");
    g_free (db);
    return NULL;
  }
  if (below == NULL && !must_exist)
    create_private (path);
  if (lan_db_probe (db->vfs, path, must_exist, error) && open_handle (db, path, error) &&
      set_up (db, error) && lan_migration_run_to (db, layout, error) && check_layout (db, error)) {
    (void) sqlite3_wal_hook (db->handle, on_wal_commit, db);
    return db;
  }
  lan_db_close (db);
  return NULL;
}

LanDb *
lan_db_open_layout (const char *path, LanPageSeal *seal, const char *below, int layout,
                    GError **error)
{
  return open_layout (path, seal, below, LAN_STORE_FLAG_NONE, layout, error);
}

static void
look_for_waiting (LanDb *db)
{
  sqlite3_stmt *s = lan_db_use (db, LAN_SQL_ANY_WAITING);

  db->may_wait = sqlite3_step (s) != SQLITE_ROW || sqlite3_column_int (s, 0) != 0;
  sqlite3_reset (s);
}

gboolean
lan_db_complete (LanDb *db, GError **error)
{
  db->is_damaged = TRUE;
  if (!lan_migration_run (db, error) || !prepare_all (db, error) || !lan_db_search_open (db, error))
    return FALSE;
  look_for_waiting (db);
  db->is_damaged = FALSE;
  return TRUE;
}

LanDb *
lan_db_open (const char *path, LanPageSeal *seal, const char *below, LanStoreFlags flags,
             GError **error)
{
  LanDb *db = open_layout (path, seal, below, flags, lan_migration_latest (), error);

  if (db == NULL || lan_db_complete (db, error))
    return db;
  db->is_damaged = TRUE; /* whatever the index says */
  lan_db_close (db);
  return NULL;
}

void
lan_db_close (LanDb *db)
{
  int keep = 0;

  if (db == NULL)
    return;
  lan_db_search_close (db);
  for (int i = 0; i < LAN_SQL_N; i++)
    sqlite3_finalize (db->statements[i]);
  if (db->handle != NULL && !db->is_damaged) {
    (void) sqlite3_db_config (db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    (void) sqlite3_file_control (db->handle, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  }
  if (sqlite3_close (db->handle) != SQLITE_OK)
    g_warning ("a statement outlived the history's connection");
  lan_vfs_free (db->vfs);
  g_free (db);
}

gboolean
lan_db_is_untidy (const LanDb *db)
{
  return db->wal_pages >= TIDY_PAGES;
}

void
lan_db_tidy (LanDb *db, gboolean is_quiet)
{
  int rc;

  if (db->wal_pages < (is_quiet ? TIDY_PAGES : TIDY_PAGES_MAX))
    return;
  rc = sqlite3_wal_checkpoint_v2 (db->handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  db->vfs->fault.is_set = FALSE;
  if (rc != SQLITE_OK)
    g_info ("history not tidied sqlite=%d pages=%d", rc, db->wal_pages);
  /* After a failure: again when as much has come once more. */
  db->wal_pages = 0;
}
