/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The numbered migrations. One that was released is never changed; a new one is added at the end,
 * with a fixture of the version before.
 */
#include "lan-hub-db-private.h"

static const char migration_1[] =
    "CREATE TABLE account (uid BLOB PRIMARY KEY, account BLOB NOT NULL, login TEXT NOT NULL UNIQUE,"
    " display TEXT NOT NULL, title TEXT NOT NULL, department TEXT NOT NULL,"
    " status INTEGER NOT NULL, role INTEGER NOT NULL, list BLOB, created_s INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE UNIQUE INDEX account_key ON account (account) WHERE account <> zeroblob(32);"
    "CREATE TABLE device (device BLOB PRIMARY KEY, uid BLOB NOT NULL, dh_public BLOB NOT NULL,"
    " state INTEGER NOT NULL, cert BLOB, seen_s INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE password (uid BLOB PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE hidden (uid BLOB PRIMARY KEY, accounts BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE entry (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
    "CREATE TABLE head (epoch INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
    "CREATE TABLE invite (hash BLOB PRIMARY KEY, login TEXT NOT NULL, display TEXT NOT NULL,"
    " title TEXT NOT NULL, department TEXT NOT NULL, role INTEGER NOT NULL,"
    " expires_s INTEGER NOT NULL, used_s INTEGER NOT NULL, uid BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE mail (id INTEGER PRIMARY KEY, device BLOB NOT NULL, time_ms INTEGER NOT NULL,"
    " expires_ms INTEGER NOT NULL, size INTEGER NOT NULL, envelope BLOB NOT NULL);"
    "CREATE INDEX mail_of_device ON mail (device, id, size);"
    "CREATE INDEX mail_expiry ON mail (expires_ms);"
    "CREATE TABLE deposit (sender BLOB NOT NULL, id BLOB NOT NULL, mail_id INTEGER NOT NULL,"
    " time_ms INTEGER NOT NULL, PRIMARY KEY (sender, id)) WITHOUT ROWID;"
    "CREATE TABLE counter (next_mail_id INTEGER NOT NULL);"
    "INSERT INTO counter VALUES (1);"
    "CREATE TABLE signed_prekey (device BLOB PRIMARY KEY, bytes BLOB NOT NULL,"
    " expires_s INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE one_time_prekey (device BLOB NOT NULL, id BLOB NOT NULL, n INTEGER NOT NULL,"
    " bytes BLOB NOT NULL, PRIMARY KEY (device, id)) WITHOUT ROWID;"
    "CREATE TABLE blob (uid BLOB NOT NULL, root BLOB NOT NULL, size INTEGER NOT NULL,"
    " have INTEGER NOT NULL, complete INTEGER NOT NULL, expires_ms INTEGER NOT NULL,"
    " PRIMARY KEY (uid, root)) WITHOUT ROWID;"
    "CREATE TABLE blob_piece (piece INTEGER PRIMARY KEY, root BLOB NOT NULL, uid BLOB NOT NULL,"
    " offset INTEGER NOT NULL, leaf BLOB NOT NULL, data BLOB NOT NULL);"
    "CREATE UNIQUE INDEX blob_piece_place ON blob_piece (root, uid, offset, leaf);";

/* What lies for whom is its own table now, which is filled later than the mail (lan-hub-recent.h). */
static const char migration_2[] =
    "DROP INDEX mail_of_device;"
    "CREATE TABLE mail_place (device BLOB NOT NULL, id INTEGER NOT NULL, size INTEGER NOT NULL,"
    " PRIMARY KEY (device, id)) WITHOUT ROWID;"
    "INSERT INTO mail_place SELECT device, id, size FROM mail ORDER BY device, id;"
    "CREATE TABLE recent (mail_id INTEGER PRIMARY KEY, sender BLOB NOT NULL, id BLOB NOT NULL,"
    " time_ms INTEGER NOT NULL);";

static const char *const migrations[LAN_HUB_DB_VERSION] = { migration_1, migration_2 };

static int
get_version (LanHubDb *db)
{
  sqlite3_stmt *s = NULL;
  int version = -1;

  if (sqlite3_prepare_v2 (db->handle, "PRAGMA user_version", -1, &s, NULL) == SQLITE_OK &&
      sqlite3_step (s) == SQLITE_ROW)
    version = sqlite3_column_int (s, 0);
  sqlite3_finalize (s);
  return version;
}

gboolean
lan_hub_db_migrate (LanHubDb *db, GError **error)
{
  for (int version = get_version (db); version < LAN_HUB_DB_VERSION; version++) {
    g_autofree char *sql = NULL;

    if (version < 0) {
      g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, "%s", "it has no version");
      return FALSE;
    }
    sql = g_strdup_printf ("BEGIN IMMEDIATE; %s PRAGMA application_id = %d;"
                           "PRAGMA user_version = %d; COMMIT",
                           migrations[version], LAN_HUB_DB_APPLICATION_ID, version + 1);
    if (!lan_hub_db_exec (db, sql, error)) {
      lan_hub_db_rollback (db);
      return FALSE;
    }
  }
  return TRUE;
}
