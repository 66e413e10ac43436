/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-migration.h"

/* Step n leads from version n to n + 1. */
static const char *const steps[] = {
  lan_migration_1_sql, lan_migration_2_sql, lan_migration_3_sql, lan_migration_4_sql,
  lan_migration_5_sql, lan_migration_6_sql, lan_migration_7_sql,
};

int
lan_migration_latest (void)
{
  return (int) G_N_ELEMENTS (steps);
}

static gboolean
read_version (LanDb *db, int *version, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int rc = sqlite3_prepare_v2 (db->handle, "PRAGMA user_version", -1, &statement, NULL);

  if (rc == SQLITE_OK) {
    rc = sqlite3_step (statement);
    *version = sqlite3_column_int (statement, 0);
  }
  sqlite3_finalize (statement);
  if (rc == SQLITE_ROW)
    return TRUE;
  lan_db_fail (db, rc, "read the history's version", error);
  return FALSE;
}

static gboolean
run_step (LanDb *db, int from, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("BEGIN IMMEDIATE; %s; PRAGMA user_version = %d; COMMIT",
                                          steps[from], from + 1);

  g_info ("migrating history from=%d to=%d", from, from + 1);
  if (lan_db_exec (db, sql, "bring the history to this version", error))
    return TRUE;
  if (!sqlite3_get_autocommit (db->handle))
    (void) sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

gboolean
lan_migration_run (LanDb *db, GError **error)
{
  return lan_migration_run_to (db, lan_migration_latest (), error);
}

gboolean
lan_migration_run_to (LanDb *db, int layout, GError **error)
{
  int version = 0;

  if (!read_version (db, &version, error))
    return FALSE;
  if (version > lan_migration_latest ()) {
    lan_store_error_set (error, LAN_STORE_ERROR_NEWER,
                         "The history has layout %d, this program knows up to %d", version,
                         lan_migration_latest ());
    return FALSE;
  }
  if (version < 0) {
    lan_store_error_set (error, LAN_STORE_ERROR_DAMAGED, "The history has no valid version");
    return FALSE;
  }
  for (; version < layout; version++) {
    if (!run_step (db, version, error))
      return FALSE;
  }
  return TRUE;
}
