/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-vfs-unit.h"

#include "lan-bytes.h"

#include <string.h>

static int
below_read (LanVfsFile *file, void *out, gsize len, guint64 offset)
{
  return file->below->pMethods->xRead (file->below, out, (int) len, (sqlite3_int64) offset);
}

static int
below_write (LanVfsFile *file, const void *data, gsize len, guint64 offset)
{
  return file->below->pMethods->xWrite (file->below, data, (int) len, (sqlite3_int64) offset);
}

static int
below_size (LanVfsFile *file, guint64 *size)
{
  sqlite3_int64 raw = 0;
  int rc = file->below->pMethods->xFileSize (file->below, &raw);

  *size = raw > 0 ? (guint64) raw : 0;
  return rc;
}

int
lan_vfs_unit_load (LanVfsFile *file, const LanPageUnit *unit, guint8 *plain, LanVfsUnitState *state)
{
  guint8 raw[LAN_PAGE_UNIT_MAX + LAN_PAGE_TRAILER_BYTES];
  int rc = below_read (file, raw, unit->sealed + LAN_PAGE_TRAILER_BYTES, unit->stored);
  guint64 size = 0;

  memset (plain, 0, LAN_PAGE_UNIT_MAX);
  *state = LAN_VFS_UNIT_BAD;
  if (rc == SQLITE_IOERR_SHORT_READ) {
    rc = below_size (file, &size);
    if (size <= unit->stored)
      *state = LAN_VFS_UNIT_ABSENT;
    return rc;
  }
  if (rc == SQLITE_OK && lan_page_seal_open (file->vfs->seal, file->kind, unit->logical, raw,
                                             unit->sealed, raw + unit->sealed, plain))
    *state = LAN_VFS_UNIT_GENUINE;
  return rc;
}

int
lan_vfs_unit_save (LanVfsFile *file, const LanPageUnit *unit, const guint8 *plain)
{
  guint8 raw[LAN_PAGE_UNIT_MAX + LAN_PAGE_TRAILER_BYTES];

  lan_page_seal_close (file->vfs->seal, file->kind, unit->logical, plain, unit->sealed, raw,
                       raw + unit->sealed);
  return below_write (file, raw, unit->sealed + LAN_PAGE_TRAILER_BYTES, unit->stored);
}

/* A block ends with how many of its bytes are in use. */
static gsize
block_used (const guint8 *plain)
{
  LanReader r;
  gsize used;

  lan_reader_init (&r, plain + LAN_PAGE_BLOCK_BYTES, 2);
  used = lan_read_u16 (&r);
  return MIN (used, LAN_PAGE_BLOCK_BYTES);
}

static void
set_block_used (guint8 *plain, gsize used)
{
  LanWriter w;

  lan_writer_init (&w, plain + LAN_PAGE_BLOCK_BYTES, 2);
  lan_write_u16 (&w, (guint16) used);
}

/* How many bytes of a loaded unit SQLite sees: all, but of the last block only what is in use. */
int
lan_vfs_unit_visible (LanVfsFile *file, const LanPageUnit *unit, const guint8 *plain,
                      LanVfsUnitState state, gsize *visible)
{
  guint64 size = 0;
  int rc;

  *visible = state == LAN_VFS_UNIT_ABSENT ? 0 : unit->size;
  if (state != LAN_VFS_UNIT_GENUINE || !lan_page_kind_has_blocks (file->kind) ||
      block_used (plain) == unit->size)
    return SQLITE_OK;
  rc = below_size (file, &size);
  if (size <= unit->stored + unit->sealed + LAN_PAGE_TRAILER_BYTES)
    *visible = block_used (plain);
  return rc;
}

int
lan_vfs_unit_report (LanVfsFile *file, const LanPageUnit *unit)
{
  LanVfsFault *fault = &file->vfs->fault;

  if (!fault->is_set) {
    *fault = (LanVfsFault){ TRUE, file->kind, unit->logical };
    g_info ("sealed unit not genuine kind=%d offset=%" G_GUINT64_FORMAT, file->kind, unit->logical);
  }
  return SQLITE_IOERR_DATA;
}

/* Writes the blocks that lie between the file's end and @unit; the last one there stays as it is. */
static int
fill_gap (LanVfsFile *file, const LanPageUnit *unit)
{
  const guint8 zeros[LAN_PAGE_UNIT_MAX] = { 0 };
  guint64 size = 0, at;
  int rc = below_size (file, &size);

  at = lan_page_logical_size (file->kind, size);
  while (rc == SQLITE_OK && at < unit->logical) {
    LanPageUnit gap;

    lan_page_unit_at (file->kind, at, &gap);
    rc = lan_vfs_unit_save (file, &gap, zeros);
    at = gap.logical + gap.size;
  }
  return rc;
}

/* A write of less than a unit: opens what is there, changes it, seals it again. */
int
lan_vfs_unit_write (LanVfsFile *file, const LanPageUnit *unit, gsize in_unit, const guint8 *data,
                    gsize len)
{
  gboolean has_blocks = lan_page_kind_has_blocks (file->kind);
  guint8 plain[LAN_PAGE_UNIT_MAX];
  LanVfsUnitState state;
  gsize visible = 0;
  int rc = has_blocks ? fill_gap (file, unit) : SQLITE_OK;

  if (rc == SQLITE_OK)
    rc = lan_vfs_unit_load (file, unit, plain, &state);
  if (rc == SQLITE_OK && has_blocks)
    rc = lan_vfs_unit_visible (file, unit, plain, state, &visible);
  if (rc != SQLITE_OK)
    return rc;
  if (state == LAN_VFS_UNIT_BAD && file->kind == LAN_PAGE_KIND_MAIN)
    return lan_vfs_unit_report (file, unit);
  memcpy (plain + in_unit, data, len);
  if (has_blocks)
    set_block_used (plain, MAX (visible, in_unit + len));
  return lan_vfs_unit_save (file, unit, plain);
}

int
lan_vfs_unit_end_at (LanVfsFile *file, guint64 size)
{
  guint8 plain[LAN_PAGE_UNIT_MAX];
  LanVfsUnitState state;
  LanPageUnit last;
  gsize used;
  int rc;

  if (!lan_page_kind_has_blocks (file->kind) || size == 0)
    return SQLITE_OK;
  lan_page_unit_at (file->kind, size - 1, &last);
  used = (gsize) (size - last.logical);
  rc = lan_vfs_unit_load (file, &last, plain, &state);
  if (rc != SQLITE_OK || block_used (plain) == used)
    return rc;
  memset (plain + used, 0, last.size - used);
  set_block_used (plain, used);
  return lan_vfs_unit_save (file, &last, plain);
}

int
lan_vfs_unit_file_size (LanVfsFile *file, guint64 *size)
{
  guint8 plain[LAN_PAGE_UNIT_MAX];
  LanVfsUnitState state;
  guint64 stored = 0;
  LanPageUnit last;
  int rc = below_size (file, &stored);

  *size = lan_page_logical_size (file->kind, stored);
  if (rc != SQLITE_OK || *size == 0 || !lan_page_kind_has_blocks (file->kind))
    return rc;
  lan_page_unit_at (file->kind, *size - 1, &last);
  rc = lan_vfs_unit_load (file, &last, plain, &state);
  /* A torn last block counts as full: SQLite then finds nothing in it. */
  if (state == LAN_VFS_UNIT_GENUINE)
    *size = last.logical + block_used (plain);
  return rc;
}
