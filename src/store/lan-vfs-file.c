/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-vfs-file.h"

#include "lan-vfs-unit.h"

#include <sodium.h>
#include <string.h>

/* What SQLite looks at before it knows the page size (file format, header of 100 bytes). */
#define PEEK_BYTES 100

/*
 * Does SQLite only look whether something is there? Recovery reads whole WAL frames and the WAL's
 * header, and journals from their beginning; once it relies on a frame it reads the page alone.
 */
static gboolean
may_be_torn (const LanVfsFile *file, gsize in_unit)
{
  return file->kind == LAN_PAGE_KIND_JOURNAL ||
         (file->kind == LAN_PAGE_KIND_WAL && in_unit < LAN_PAGE_WAL_PREFIX_BYTES);
}

/*
 * The first 100 bytes are read past the WAL, and only for page size and reserved bytes. When a
 * checkpoint was torn in page 1 the good one is in the WAL: give the two constants and let the
 * real reading of page 1 decide.
 */
static int
give_constant_header (guint8 *out)
{
  memset (out, 0, PEEK_BYTES);
  out[16] = LAN_PAGE_BYTES >> 8;
  out[18] = out[19] = 2;
  out[20] = LAN_PAGE_TRAILER_BYTES;
  return SQLITE_OK;
}

/* The usual read, one page of the database, is opened where SQLite wants it. FALSE: the long way. */
static gboolean
read_page (LanVfsFile *file, guint8 *out, int amount, sqlite3_int64 offset)
{
  guint8 *trailer = out + LAN_PAGE_BYTES - LAN_PAGE_TRAILER_BYTES;

  if (file->kind != LAN_PAGE_KIND_MAIN || amount != LAN_PAGE_BYTES || offset % LAN_PAGE_BYTES != 0)
    return FALSE;
  if (file->below->pMethods->xRead (file->below, out, amount, offset) != SQLITE_OK ||
      !lan_page_seal_open (file->vfs->seal, file->kind, (guint64) offset, out,
                           LAN_PAGE_BYTES - LAN_PAGE_TRAILER_BYTES, trailer, out))
    return FALSE;
  memset (trailer, 0, LAN_PAGE_TRAILER_BYTES);
  return TRUE;
}

static int
file_read (sqlite3_file *base, void *data, int amount, sqlite3_int64 offset)
{
  LanVfsFile *file = (LanVfsFile *) base;
  guint8 plain[LAN_PAGE_UNIT_MAX];
  guint8 *out = data;
  gsize left = (gsize) amount;
  guint64 at = (guint64) offset;

  if (read_page (file, out, amount, offset))
    return SQLITE_OK;
  while (left > 0) {
    LanVfsUnitState state;
    LanPageUnit unit;
    gsize in_unit, seen, step;
    int rc;

    lan_page_unit_at (file->kind, at, &unit);
    in_unit = (gsize) (at - unit.logical);
    rc = lan_vfs_unit_load (file, &unit, plain, &state);
    if (rc != SQLITE_OK)
      return rc;
    if (state == LAN_VFS_UNIT_BAD && file->kind == LAN_PAGE_KIND_MAIN && offset == 0 &&
        amount == PEEK_BYTES)
      return give_constant_header (out);
    if (state == LAN_VFS_UNIT_BAD && !may_be_torn (file, in_unit))
      return lan_vfs_unit_report (file, &unit);
    rc = lan_vfs_unit_visible (file, &unit, plain, state, &seen);
    if (rc != SQLITE_OK)
      return rc;
    if (seen <= in_unit) {
      memset (out, 0, left);
      return SQLITE_IOERR_SHORT_READ;
    }
    step = MIN (left, seen - in_unit);
    memcpy (out, plain + in_unit, step);
    out += step;
    left -= step;
    at += step;
    if (left > 0 && seen < unit.size) {
      memset (out, 0, left);
      return SQLITE_IOERR_SHORT_READ;
    }
  }
  return SQLITE_OK;
}

/* A prefix that no page followed: SQLite gave a frame of the file another checksum. */
static int
flush_prefix (LanVfsFile *file)
{
  guint8 plain[LAN_PAGE_UNIT_MAX];
  LanVfsUnitState state;
  LanPageUnit unit;
  int rc;

  if (!file->has_prefix)
    return SQLITE_OK;
  file->has_prefix = FALSE;
  lan_page_unit_at (file->kind, file->prefix_at, &unit);
  rc = lan_vfs_unit_load (file, &unit, plain, &state);
  /* Without a page behind it (a write failed half-way) a prefix means nothing. */
  if (rc != SQLITE_OK || state != LAN_VFS_UNIT_GENUINE)
    return rc;
  memcpy (plain, file->prefix, sizeof file->prefix);
  return lan_vfs_unit_save (file, &unit, plain);
}

/* TRUE when this write was a frame's prefix and is kept for later, or its page and is done. */
static gboolean
write_frame (LanVfsFile *file, const LanPageUnit *unit, gsize in_unit, const guint8 *data,
             gsize len, int *rc)
{
  if (file->kind != LAN_PAGE_KIND_WAL || unit->size != LAN_PAGE_WAL_FRAME_BYTES)
    return FALSE;
  if (in_unit == 0 && len == LAN_PAGE_WAL_PREFIX_BYTES) {
    *rc = flush_prefix (file);
    file->has_prefix = TRUE;
    file->prefix_at = unit->logical;
    memcpy (file->prefix, data, len);
    return TRUE;
  }
  if (in_unit == LAN_PAGE_WAL_PREFIX_BYTES && len == LAN_PAGE_BYTES && file->has_prefix &&
      file->prefix_at == unit->logical) {
    guint8 plain[LAN_PAGE_UNIT_MAX];

    file->has_prefix = FALSE;
    memcpy (plain, file->prefix, sizeof file->prefix);
    memcpy (plain + in_unit, data, len);
    *rc = lan_vfs_unit_save (file, unit, plain);
    return TRUE;
  }
  *rc = flush_prefix (file);
  return *rc != SQLITE_OK;
}

/* SQLite computed a frame's checksum with these bytes: what they hold must be what reads back. */
static gboolean
has_clean_reserve (const LanVfsFile *file, const LanPageUnit *unit, const guint8 *data, gsize len)
{
  return lan_page_kind_has_blocks (file->kind) || len < LAN_PAGE_BYTES ||
         unit->size < LAN_PAGE_BYTES ||
         sodium_is_zero (data + len - LAN_PAGE_TRAILER_BYTES, LAN_PAGE_TRAILER_BYTES);
}

static int
file_write (sqlite3_file *base, const void *data, int amount, sqlite3_int64 offset)
{
  LanVfsFile *file = (LanVfsFile *) base;
  const guint8 *in = data;
  gsize left = (gsize) amount;
  guint64 at = (guint64) offset;
  int rc = SQLITE_OK;

  while (left > 0 && rc == SQLITE_OK) {
    LanPageUnit unit;
    gsize in_unit, step;

    lan_page_unit_at (file->kind, at, &unit);
    in_unit = (gsize) (at - unit.logical);
    step = MIN (left, unit.size - in_unit);
    if (!has_clean_reserve (file, &unit, in, step)) {
      g_critical ("SQLite uses the reserved bytes of a page");
      return SQLITE_IOERR_WRITE;
    }
    if (write_frame (file, &unit, in_unit, in, step, &rc)) {
      /* done */
    } else if (step == unit.size && !lan_page_kind_has_blocks (file->kind)) {
      rc = lan_vfs_unit_save (file, &unit, in);
    } else {
      rc = lan_vfs_unit_write (file, &unit, in_unit, in, step);
    }
    in += step;
    left -= step;
    at += step;
  }
  return rc;
}

static int
file_truncate (sqlite3_file *base, sqlite3_int64 size)
{
  LanVfsFile *file = (LanVfsFile *) base;
  guint64 stored = lan_page_stored_size (file->kind, (guint64) size);
  int rc;

  file->has_prefix = FALSE;
  rc = lan_vfs_unit_end_at (file, (guint64) size);
  if (rc == SQLITE_OK)
    rc = file->below->pMethods->xTruncate (file->below, (sqlite3_int64) stored);
  return rc;
}

static int
file_sync (sqlite3_file *base, int flags)
{
  LanVfsFile *file = (LanVfsFile *) base;
  int rc = flush_prefix (file);

  return rc != SQLITE_OK ? rc : file->below->pMethods->xSync (file->below, flags);
}

static int
file_size (sqlite3_file *base, sqlite3_int64 *size)
{
  guint64 logical = 0;
  int rc = lan_vfs_unit_file_size ((LanVfsFile *) base, &logical);

  *size = (sqlite3_int64) logical;
  return rc;
}

static int
file_lock (sqlite3_file *base, int level)
{
  sqlite3_file *below = ((LanVfsFile *) base)->below;

  return below->pMethods->xLock (below, level);
}

static int
file_unlock (sqlite3_file *base, int level)
{
  sqlite3_file *below = ((LanVfsFile *) base)->below;

  return below->pMethods->xUnlock (below, level);
}

static int
file_check_reserved_lock (sqlite3_file *base, int *out)
{
  sqlite3_file *below = ((LanVfsFile *) base)->below;

  return below->pMethods->xCheckReservedLock (below, out);
}

static int
file_control (sqlite3_file *base, int op, void *arg)
{
  sqlite3_file *below = ((LanVfsFile *) base)->below;

  switch (op) {
  case SQLITE_FCNTL_SIZE_HINT: /* would grow the file by bytes that are no sealed page */
  case SQLITE_FCNTL_CHUNK_SIZE:
  case SQLITE_FCNTL_MMAP_SIZE:
    return SQLITE_NOTFOUND;
  default:
    return below->pMethods->xFileControl (below, op, arg);
  }
}

static int
file_sector_size (sqlite3_file *base)
{
  return LAN_PAGE_BLOCK_BYTES;
}

/* Whole units are written at their own places, so what holds below of neighbours holds here. */
static int
file_device_characteristics (sqlite3_file *base)
{
  sqlite3_file *below = ((LanVfsFile *) base)->below;

  return below->pMethods->xDeviceCharacteristics (below) &
         (SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN);
}

static int
file_close (sqlite3_file *base)
{
  LanVfsFile *file = (LanVfsFile *) base;

  return file->below->pMethods->xClose (file->below);
}

/* Version 1: no shared memory, no mapping. */
static const sqlite3_io_methods file_methods = {
  .iVersion = 1,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_unlock,
  .xCheckReservedLock = file_check_reserved_lock,
  .xFileControl = file_control,
  .xSectorSize = file_sector_size,
  .xDeviceCharacteristics = file_device_characteristics,
};

int
lan_vfs_file_open (LanVfsFile *file, LanVfs *vfs, LanPageKind kind, const char *name, int flags,
                   int *out_flags)
{
  int rc;

  memset (file, 0, sizeof *file);
  file->vfs = vfs;
  file->kind = kind;
  file->below = (sqlite3_file *) (file + 1);
  file->below->pMethods = NULL;
  rc = vfs->below->xOpen (vfs->below, name, file->below, flags, out_flags);
  /* SQLite closes what has methods, also after a failed open. */
  if (file->below->pMethods != NULL)
    file->base.pMethods = &file_methods;
  return rc;
}
