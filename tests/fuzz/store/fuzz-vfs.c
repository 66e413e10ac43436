/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The files of the sealing VFS as bytes of anybody's making: kind 1 (its top bit: with a real seal
 * instead of an open one) | number of operations 1 | operations of what 1, where 2, length 2 | the
 * rest is the file. Also probes it as a database and as its WAL.
 */
#include "fault-disk.h"
#include "lan-bytes.h"
#include "lan-db-probe.h"
#include "lan-vfs-file.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const struct {
  int flags;
  const char *name;
} kinds[] = {
  { SQLITE_OPEN_MAIN_DB, "history.db" },
  { SQLITE_OPEN_WAL, "history.db-wal" },
  { SQLITE_OPEN_MAIN_JOURNAL, "history.db-journal" },
  { SQLITE_OPEN_TEMP_DB, "temporary" },
};

static void
operate (LanVfsFile *file, guint8 what, guint16 where, guint16 length)
{
  const sqlite3_io_methods *methods = file->base.pMethods;
  guint8 *buffer = g_malloc (length + 1u);
  sqlite3_int64 size = 0;

  memset (buffer, what, length + 1u);
  switch (what % 6) {
  case 0:
    methods->xWrite (&file->base, buffer, length, where);
    break;
  case 1:
    methods->xTruncate (&file->base, where);
    break;
  case 2:
    methods->xFileSize (&file->base, &size);
    g_assert_cmpint (size, >=, 0);
    break;
  case 3:
    methods->xSync (&file->base, 0);
    break;
  default:
    methods->xRead (&file->base, buffer, length, where);
    break;
  }
  g_free (buffer);
}

static LanPageSeal *
make_seal (guint8 first)
{
  static const guint8 key[LAN_PAGE_KEY_BYTES] = { 1 };

  return first & 0x80 ? lan_page_seal_new (key) : lan_page_seal_new_open ();
}

static void
probe (guint8 first)
{
  g_autoptr (LanVfs) vfs = lan_vfs_new (make_seal (first), "fuzz");
  g_autoptr (GError) error = NULL;

  if (!lan_db_probe (vfs, "history.db", first & 1, &error))
    g_assert_nonnull (error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (FaultDisk) disk = NULL;
  g_autoptr (LanVfs) vfs = NULL;
  g_autofree LanVfsFile *file = NULL;
  const guint8 *operations;
  guint8 first, count;
  LanReader r;
  gsize kind;

  lan_reader_init (&r, data, size);
  first = lan_read_u8 (&r);
  count = lan_read_u8 (&r);
  operations = lan_read_span (&r, count * 5u);
  if (operations == NULL)
    return 0;
  kind = first % G_N_ELEMENTS (kinds);
  disk = fault_disk_new ("fuzz");
  /* A WAL is looked at beside a database of one page. */
  fault_disk_put (disk, "history.db", data, MIN (size, 4096));
  fault_disk_put (disk, kinds[kind].name, data + r.pos, lan_reader_left (&r));
  probe (first);

  vfs = lan_vfs_new (make_seal (first), "fuzz");
  file = g_malloc0 ((gsize) vfs->base.szOsFile);
  if (vfs->base.xOpen (&vfs->base, kinds[kind].name, &file->base,
                       kinds[kind].flags | SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
    return 0;
  lan_reader_init (&r, operations, count * 5u);
  for (guint i = 0; i < count; i++) {
    guint8 what = lan_read_u8 (&r);
    guint16 where = lan_read_u16 (&r);

    operate (file, what, where, lan_read_u16 (&r));
  }
  file->base.pMethods->xClose (&file->base);
  return 0;
}
