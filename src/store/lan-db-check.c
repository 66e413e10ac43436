/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-db-check.h"

#include "lan-vfs-file.h"
#include "lan-vfs-unit.h"

#include <sodium.h>

static LanVfsFile *
file_of (LanDb *db)
{
  sqlite3_file *file = NULL;

  (void) sqlite3_file_control (db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  return (LanVfsFile *) file;
}

/* Pages that were given back in the transaction that took them were never written: a hole of zeros. */
static gboolean
is_hole (LanVfsFile *file, const LanPageUnit *unit)
{
  guint8 raw[LAN_PAGE_BYTES];

  return file->below->pMethods->xRead (file->below, raw, sizeof raw,
                                       (sqlite3_int64) unit->stored) == SQLITE_OK &&
         sodium_is_zero (raw, sizeof raw);
}

static int
look_at (LanVfsFile *file, const LanPageUnit *unit, gboolean *is_well)
{
  guint8 plain[LAN_PAGE_UNIT_MAX];
  LanVfsUnitState state;
  int rc = lan_vfs_unit_load (file, unit, plain, &state);

  *is_well = state != LAN_VFS_UNIT_BAD || (rc == SQLITE_OK && is_hole (file, unit));
  sodium_memzero (plain, sizeof plain);
  return rc;
}

/* A page may be torn where a crash came while the WAL was moved: then the WAL still has it. */
static int
look_again (LanDb *db, LanVfsFile *file, const LanPageUnit *unit, gboolean *is_well)
{
  (void) sqlite3_wal_checkpoint_v2 (db->handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  db->vfs->fault.is_set = FALSE;
  return look_at (file, unit, is_well);
}

gboolean
lan_db_check_some (LanDb *db, guint max, guint *percent, GError **error)
{
  LanVfsFile *file = file_of (db);
  guint64 size = 0;
  int rc = lan_vfs_unit_file_size (file, &size);

  for (guint i = 0; i < max && rc == SQLITE_OK && db->check_at < size; i++) {
    gboolean is_well = TRUE;
    LanPageUnit unit;

    lan_page_unit_at (LAN_PAGE_KIND_MAIN, db->check_at, &unit);
    rc = look_at (file, &unit, &is_well);
    if (rc == SQLITE_OK && !is_well)
      rc = look_again (db, file, &unit, &is_well);
    if (rc == SQLITE_OK && !is_well)
      rc = lan_vfs_unit_report (file, &unit);
    db->check_at += LAN_PAGE_BYTES;
  }
  *percent = size > 0 ? (guint) MIN (100, db->check_at * 100 / size) : 100;
  if (rc != SQLITE_OK || db->check_at >= size)
    db->check_at = 0;
  if (rc == SQLITE_OK)
    return TRUE;
  lan_db_fail (db, rc, "read a page of the history", error);
  return FALSE;
}
