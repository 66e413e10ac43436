/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-backup.h"

#include "lan-directory-head.h"
#include "lan-hub-keys.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EPOCH_FILE  "epoch.floor"
#define EPOCHS_MORE 1000

static gboolean
set_sqlite (sqlite3 *handle, GError **error)
{
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "%s", sqlite3_errmsg (handle));
  return FALSE;
}

static gboolean
add_file (sqlite3 *handle, const char *name, const char *data, gsize len, GError **error)
{
  sqlite3_stmt *s = NULL;
  gboolean is_good =
      sqlite3_prepare_v2 (handle, "INSERT INTO kept_file (name, bytes) VALUES (?1, ?2)", -1, &s,
                          NULL) == SQLITE_OK &&
      sqlite3_bind_text (s, 1, name, -1, SQLITE_STATIC) == SQLITE_OK &&
      sqlite3_bind_blob (s, 2, data, (int) len, SQLITE_STATIC) == SQLITE_OK &&
      sqlite3_step (s) == SQLITE_DONE;

  sqlite3_finalize (s);
  return is_good || set_sqlite (handle, error);
}

static gboolean
add_files (const char *state, const char *config, const char *path, GError **error)
{
  sqlite3 *handle = NULL;
  gboolean is_good = sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                     sqlite3_exec (handle,
                                   "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN;"
                                   "CREATE TABLE kept_file (name TEXT PRIMARY KEY, bytes BLOB)",
                                   NULL, NULL, NULL) == SQLITE_OK;

  if (!is_good)
    set_sqlite (handle, error);
  for (guint i = 0; is_good && lan_hub_key_files[i] != NULL; i++) {
    g_autofree char *from = g_build_filename (state, lan_hub_key_files[i], NULL);
    g_autofree char *data = NULL;
    gsize len;

    if (g_file_get_contents (from, &data, &len, NULL))
      is_good = add_file (handle, lan_hub_key_files[i], data, len, error);
  }
  if (is_good && config != NULL)
    is_good = add_file (handle, "config", config, strlen (config), error);
  if (is_good && sqlite3_exec (handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
    is_good = set_sqlite (handle, error);
  sqlite3_close_v2 (handle);
  return is_good;
}

gboolean
lan_hub_backup_make (const char *state, const char *config, const char *path, GError **error)
{
  g_autofree char *database = g_build_filename (state, "server.db", NULL);
  g_autofree char *temporary = g_strconcat (path, ".part", NULL);
  g_autoptr (LanHubDb) db = NULL;

  if (access (path, F_OK) == 0) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_EXISTS,
                 _ ("%s exists already: a backup never replaces a file"), path);
    return FALSE;
  }
  db = lan_hub_db_open (database, LAN_HUB_DB_READ_ONLY, error);
  (void) unlink (temporary);
  if (db == NULL || !lan_hub_db_copy_to (db, temporary, error))
    return FALSE;
  if (!add_files (state, config, temporary, error)) {
    (void) unlink (temporary);
    return FALSE;
  }
  if (rename (temporary, path) == 0)
    return TRUE;
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "%s: %s", path, g_strerror (errno));
  (void) unlink (temporary);
  return FALSE;
}

static gboolean
write_files (sqlite3 *handle, const char *state, GError **error)
{
  gboolean is_good = TRUE, has_key = FALSE;
  sqlite3_stmt *s = NULL;

  if (sqlite3_prepare_v2 (handle, "SELECT name, bytes FROM kept_file", -1, &s, NULL) != SQLITE_OK) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, "%s",
                 _ ("this is no backup of lanyard-server"));
    return FALSE;
  }
  while (is_good && sqlite3_step (s) == SQLITE_ROW) {
    const char *name = (const char *) sqlite3_column_text (s, 0);
    const void *bytes = sqlite3_column_blob (s, 1);
    gsize len = (gsize) sqlite3_column_bytes (s, 1);

    if (name != NULL && g_strv_contains (lan_hub_key_files, name)) {
      g_autofree char *path = g_build_filename (state, name, NULL);

      has_key = has_key || strcmp (name, "server.key") == 0;
      is_good = lan_hub_file_write (path, bytes, len, error);
    }
  }
  sqlite3_finalize (s);
  if (is_good && !has_key)
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, "%s",
                 _ ("this backup lacks the server's key"));
  return is_good && has_key;
}

char *
lan_hub_backup_config (const char *path, GError **error)
{
  g_autoptr (LanHubDb) db = lan_hub_db_open (path, LAN_HUB_DB_READ_ONLY, error);
  sqlite3_stmt *s = NULL;
  sqlite3 *handle = NULL;
  char *text = NULL;

  if (db == NULL)
    return NULL;
  if (sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
      sqlite3_prepare_v2 (handle, "SELECT bytes FROM kept_file WHERE name = 'config'", -1, &s,
                          NULL) == SQLITE_OK &&
      sqlite3_step (s) == SQLITE_ROW)
    text = g_strndup (sqlite3_column_blob (s, 0), (gsize) sqlite3_column_bytes (s, 0));
  sqlite3_finalize (s);
  sqlite3_close_v2 (handle);
  if (text == NULL)
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, "%s",
                 _ ("this is no backup of lanyard-server"));
  return text;
}

guint64
lan_hub_backup_epoch (const char *state)
{
  g_autofree char *path = g_build_filename (state, EPOCH_FILE, NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? g_ascii_strtoull (text, NULL, 10) : 0;
}

/* Clients have seen heads that the backup lacks. There was at most one in a second, so what comes next
 * has a number that none of these had: two heads of one epoch would be proof of a lie. */
static gboolean
set_epoch (sqlite3 *handle, const char *state, GError **error)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *path = g_build_filename (state, EPOCH_FILE, NULL);
  g_autofree char *text = NULL;
  LanDirectoryHead head = { 0 };
  sqlite3_stmt *s = NULL;

  if (sqlite3_prepare_v2 (handle, "SELECT bytes FROM head ORDER BY epoch DESC LIMIT 1", -1, &s,
                          NULL) == SQLITE_OK &&
      sqlite3_step (s) == SQLITE_ROW &&
      lan_directory_head_decode (&head, sqlite3_column_blob (s, 0),
                                 (gsize) sqlite3_column_bytes (s, 0)) != LAN_STATUS_OK)
    head.epoch = 0;
  sqlite3_finalize (s);
  text = g_strdup_printf ("%" G_GUINT64_FORMAT "\n",
                          head.epoch + (guint64) MAX (now_s - head.time_s, 0) + EPOCHS_MORE);
  return lan_hub_file_write (path, text, strlen (text), error);
}

gboolean
lan_hub_backup_restore (const char *path, const char *state, GError **error)
{
  g_autofree char *database = g_build_filename (state, "server.db", NULL);
  g_autoptr (LanHubDb) db = NULL;
  sqlite3 *handle = NULL;
  gboolean is_good;

  if (access (database, F_OK) == 0) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_EXISTS,
                 _ ("%s exists. Move the folder %s away first, so that nothing is lost."), database,
                 state);
    return FALSE;
  }
  if (g_mkdir_with_parents (state, 0700) != 0) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "%s: %s", state, g_strerror (errno));
    return FALSE;
  }
  db = lan_hub_db_open (path, LAN_HUB_DB_READ_ONLY | LAN_HUB_DB_CHECK_ALL, error);
  if (db == NULL || !lan_hub_db_copy_to (db, database, error))
    return FALSE;
  is_good = sqlite3_open_v2 (database, &handle, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
            write_files (handle, state, error) && set_epoch (handle, state, error) &&
            /* One-time prekeys that were used since would make mail that nobody can open. */
            (sqlite3_exec (handle, "DROP TABLE kept_file; DELETE FROM one_time_prekey", NULL, NULL,
                           NULL) == SQLITE_OK ||
             set_sqlite (handle, error));
  sqlite3_close_v2 (handle);
  if (!is_good)
    (void) unlink (database);
  return is_good;
}
