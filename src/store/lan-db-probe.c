/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-db-probe.h"

#include "lan-store-error.h"
#include "lan-vfs-unit.h"
#include "lan-wal-check.h"

/* Units looked at for one that opens, spread over the file. */
#define SAMPLES 64

typedef struct {
  LanVfs *vfs;
  sqlite3_filename name;
  gboolean has_genuine; /* some unit opened with the key: it is the right one */
  gboolean has_sealed;  /* there is something that ought to open */
} Probe;

static void
file_close (LanVfsFile *file)
{
  if (file == NULL)
    return;
  if (file->base.pMethods != NULL)
    file->base.pMethods->xClose (&file->base);
  g_free (file);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanVfsFile, file_close)

static gboolean
report (int rc, GError **error)
{
  switch (rc & 0xff) {
  case SQLITE_BUSY:
    lan_store_error_set (error, LAN_STORE_ERROR_LOCKED, "The history is in use");
    break;
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_READONLY:
    lan_store_error_set (error, LAN_STORE_ERROR_ACCESS, "Cannot open the history");
    break;
  default:
    lan_store_error_set (error, LAN_STORE_ERROR_IO, "Cannot read the history (%s)",
                         sqlite3_errstr (rc));
    break;
  }
  return FALSE;
}

/* @file stays NULL where there is no such file. */
static int
open_file (Probe *probe, const char *name, int kind_flag, LanVfsFile **file, guint64 *size)
{
  sqlite3_vfs *base = &probe->vfs->base;
  g_autoptr (LanVfsFile) opened = NULL;
  sqlite3_int64 raw = 0;
  int exists = 0, rc;

  *size = 0;
  rc = base->xAccess (base, name, SQLITE_ACCESS_EXISTS, &exists);
  if (rc != SQLITE_OK || !exists)
    return rc;
  opened = g_malloc0 ((gsize) base->szOsFile);
  rc = base->xOpen (base, name, &opened->base, SQLITE_OPEN_READONLY | kind_flag, NULL);
  if (rc != SQLITE_OK)
    return rc;
  rc = opened->base.pMethods->xFileSize (&opened->base, &raw);
  *size = (guint64) raw;
  *file = g_steal_pointer (&opened);
  return rc;
}

/* Looks for one unit of @file that opens; most often the first does. */
static int
sample (Probe *probe, LanVfsFile *file, guint64 size)
{
  guint8 plain[LAN_PAGE_UNIT_MAX];
  guint64 step = MAX (size / SAMPLES, 1);

  for (guint64 at = 0; at < size && !probe->has_genuine; at += step) {
    LanVfsUnitState state;
    LanPageUnit unit;
    int rc;

    lan_page_unit_at (file->kind, at, &unit);
    rc = lan_vfs_unit_load (file, &unit, plain, &state);
    if (rc != SQLITE_OK)
      return rc;
    probe->has_genuine = state == LAN_VFS_UNIT_GENUINE;
  }
  return SQLITE_OK;
}

static int
check_wal (LanVfsFile *file, guint64 size, gboolean *is_damaged)
{
  guint8 plain[LAN_PAGE_UNIT_MAX];
  LanVfsUnitState state;
  LanWalCheck check;
  LanPageUnit unit;
  int rc;

  lan_page_unit_at (file->kind, 0, &unit);
  rc = lan_vfs_unit_load (file, &unit, plain, &state);
  lan_wal_check_init (&check, state == LAN_VFS_UNIT_GENUINE ? plain : NULL);
  for (guint64 at = unit.size; rc == SQLITE_OK && at + LAN_PAGE_WAL_FRAME_BYTES <= size;
       at += unit.size) {
    lan_page_unit_at (file->kind, at, &unit);
    rc = lan_vfs_unit_load (file, &unit, plain, &state);
    if (rc == SQLITE_OK)
      lan_wal_check_feed (&check, state == LAN_VFS_UNIT_GENUINE ? plain : NULL);
  }
  *is_damaged = check.is_damaged;
  return rc;
}

static gboolean
probe_wal (Probe *probe, gboolean is_empty, GError **error)
{
  g_autoptr (LanVfsFile) wal = NULL;
  gboolean is_damaged = FALSE;
  guint64 size;
  int rc = open_file (probe, sqlite3_filename_wal (probe->name), SQLITE_OPEN_WAL, &wal, &size);

  if (rc == SQLITE_OK && size > 0) {
    probe->has_sealed = TRUE;
    rc = sample (probe, wal, size);
    if (rc == SQLITE_OK)
      rc = check_wal (wal, size, &is_damaged);
  }
  if (rc != SQLITE_OK)
    return report (rc, error);
  if (is_damaged || (is_empty && size > 0 && probe->has_genuine)) {
    lan_store_error_set (error, LAN_STORE_ERROR_DAMAGED,
                         is_empty ? "The history was cut off"
                                  : "The newest part of the history does not authenticate");
    return FALSE;
  }
  return TRUE;
}

static gboolean
probe_all (Probe *probe, gboolean must_exist, GError **error)
{
  g_autoptr (LanVfsFile) db = NULL;
  g_autoptr (LanVfsFile) journal = NULL;
  guint64 size, journal_size;
  int rc = open_file (probe, probe->name, SQLITE_OPEN_MAIN_DB, &db, &size);

  if (rc != SQLITE_OK)
    return report (rc, error);
  if (must_exist && size == 0) {
    lan_store_error_set (error, LAN_STORE_ERROR_MISSING, "There is no history");
    return FALSE;
  }
  if (db == NULL) /* also where it is empty: what the WAL holds would be thrown away */
    return probe_wal (probe, TRUE, error);
  /* Whoever has it open may be writing: then what is read here means nothing. */
  rc = db->base.pMethods->xLock (&db->base, SQLITE_LOCK_SHARED);
  if (rc == SQLITE_OK && size > 0) {
    probe->has_sealed = TRUE;
    rc = sample (probe, db, size);
  }
  if (rc == SQLITE_OK)
    rc = open_file (probe, sqlite3_filename_journal (probe->name), SQLITE_OPEN_MAIN_JOURNAL,
                    &journal, &journal_size);
  if (rc == SQLITE_OK && journal != NULL)
    rc = sample (probe, journal, journal_size);
  if (rc != SQLITE_OK)
    return report (rc, error);
  if (!probe_wal (probe, size == 0, error))
    return FALSE;
  if (!probe->has_sealed || probe->has_genuine)
    return TRUE;
  lan_store_error_set (error, LAN_STORE_ERROR_WRONG_KEY, "The history does not open");
  return FALSE;
}

gboolean
lan_db_probe (LanVfs *vfs, const char *path, gboolean must_exist, GError **error)
{
  g_autofree char *journal = g_strconcat (path, "-journal", NULL);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  Probe probe = { vfs, sqlite3_create_filename (path, journal, wal, 0, NULL), FALSE, FALSE };
  gboolean ok = probe_all (&probe, must_exist, error);

  sqlite3_free_filename (probe.name);
  return ok;
}
