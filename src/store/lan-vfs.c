/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-vfs.h"

#include "lan-vfs-file.h"

static LanPageKind
kind_of_flags (int flags)
{
  if (flags & SQLITE_OPEN_MAIN_DB)
    return LAN_PAGE_KIND_MAIN;
  if (flags & SQLITE_OPEN_WAL)
    return LAN_PAGE_KIND_WAL;
  if (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL))
    return LAN_PAGE_KIND_JOURNAL;
  return LAN_PAGE_KIND_TEMP;
}

static int
vfs_open (sqlite3_vfs *base, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
  LanVfs *vfs = (LanVfs *) base;

  return lan_vfs_file_open ((LanVfsFile *) file, vfs, kind_of_flags (flags), name, flags,
                            out_flags);
}

static int
vfs_delete (sqlite3_vfs *base, const char *name, int sync_dir)
{
  sqlite3_vfs *below = ((LanVfs *) base)->below;

  return below->xDelete (below, name, sync_dir);
}

static int
vfs_access (sqlite3_vfs *base, const char *name, int flags, int *out)
{
  sqlite3_vfs *below = ((LanVfs *) base)->below;

  return below->xAccess (below, name, flags, out);
}

static int
vfs_full_pathname (sqlite3_vfs *base, const char *name, int size, char *out)
{
  sqlite3_vfs *below = ((LanVfs *) base)->below;

  return below->xFullPathname (below, name, size, out);
}

static int
vfs_randomness (sqlite3_vfs *base, int size, char *out)
{
  sqlite3_vfs *below = ((LanVfs *) base)->below;

  return below->xRandomness (below, size, out);
}

static int
vfs_sleep (sqlite3_vfs *base, int us)
{
  sqlite3_vfs *below = ((LanVfs *) base)->below;

  return below->xSleep (below, us);
}

static int
vfs_current_time (sqlite3_vfs *base, double *out)
{
  sqlite3_vfs *below = ((LanVfs *) base)->below;

  return below->xCurrentTime (below, out);
}

static int
vfs_get_last_error (sqlite3_vfs *base, int size, char *out)
{
  sqlite3_vfs *below = ((LanVfs *) base)->below;

  return below->xGetLastError != NULL ? below->xGetLastError (below, size, out) : 0;
}

LanVfs *
lan_vfs_new (LanPageSeal *seal, const char *below)
{
  static int counter; /* atomic */
  sqlite3_vfs *under = sqlite3_vfs_find (below);
  LanVfs *vfs;

  if (under == NULL) {
    lan_page_seal_free (seal);
    return NULL;
  }
  vfs = g_new0 (LanVfs, 1);
  vfs->below = under;
  vfs->seal = seal;
  vfs->base.iVersion = 1;
  vfs->base.szOsFile = (int) sizeof (LanVfsFile) + under->szOsFile;
  vfs->base.mxPathname = under->mxPathname;
  vfs->base.zName = g_strdup_printf ("lanyard-%d", g_atomic_int_add (&counter, 1));
  vfs->base.xOpen = vfs_open;
  vfs->base.xDelete = vfs_delete;
  vfs->base.xAccess = vfs_access;
  vfs->base.xFullPathname = vfs_full_pathname;
  vfs->base.xRandomness = vfs_randomness;
  vfs->base.xSleep = vfs_sleep;
  vfs->base.xCurrentTime = vfs_current_time;
  vfs->base.xGetLastError = vfs_get_last_error;
  sqlite3_vfs_register (&vfs->base, 0);
  return vfs;
}

void
lan_vfs_free (LanVfs *vfs)
{
  if (vfs == NULL)
    return;
  sqlite3_vfs_unregister (&vfs->base);
  g_free ((char *) vfs->base.zName);
  lan_page_seal_free (vfs->seal);
  g_free (vfs);
}
