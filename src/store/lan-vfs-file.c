/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-vfs-file.h"

#include "lan-bytes.h"

#include <sodium.h>
#include <string.h>

/* What SQLite looks at before it knows the page size (file format, header of 100 bytes). */
#define PEEK_BYTES 100

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
lan_vfs_file_load (LanVfsFile *file, const LanPageUnit *unit, guint8 *plain, LanVfsUnitState *state)
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
lan_vfs_file_save (LanVfsFile *file, const LanPageUnit *unit, const guint8 *plain)
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
static int
visible_bytes (LanVfsFile *file, const LanPageUnit *unit, const guint8 *plain,
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

static int
report_bad (LanVfsFile *file, const LanPageUnit *unit)
{
  LanVfsFault *fault = &file->vfs->fault;

  if (!fault->is_set) {
    *fault = (LanVfsFault){ TRUE, file->kind, unit->logical };
    g_info ("sealed unit not genuine kind=%d offset=%" G_GUINT64_FORMAT, file->kind, unit->logical);
  }
  return SQLITE_IOERR_DATA;
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

static int
file_read (sqlite3_file *base, void *data, int amount, sqlite3_int64 offset)
{
  LanVfsFile *file = (LanVfsFile *) base;
  guint8 plain[LAN_PAGE_UNIT_MAX];
  guint8 *out = data;
  gsize left = (gsize) amount;
  guint64 at = (guint64) offset;

  while (left > 0) {
    LanVfsUnitState state;
    LanPageUnit unit;
    gsize in_unit, seen, step;
    int rc;

    lan_page_unit_at (file->kind, at, &unit);
    in_unit = (gsize) (at - unit.logical);
    rc = lan_vfs_file_load (file, &unit, plain, &state);
    if (rc != SQLITE_OK)
      return rc;
    if (state == LAN_VFS_UNIT_BAD && file->kind == LAN_PAGE_KIND_MAIN && offset == 0 &&
        amount == PEEK_BYTES)
      return give_constant_header (out);
    if (state == LAN_VFS_UNIT_BAD && !may_be_torn (file, in_unit))
      return report_bad (file, &unit);
    rc = visible_bytes (file, &unit, plain, state, &seen);
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
    rc = lan_vfs_file_save (file, &gap, zeros);
    at = gap.logical + gap.size;
  }
  return rc;
}

/* A write of less than a unit: opens what is there, changes it, seals it again. */
static int
write_part (LanVfsFile *file, const LanPageUnit *unit, gsize in_unit, const guint8 *data, gsize len)
{
  gboolean has_blocks = lan_page_kind_has_blocks (file->kind);
  guint8 plain[LAN_PAGE_UNIT_MAX];
  LanVfsUnitState state;
  gsize visible = 0;
  int rc = has_blocks ? fill_gap (file, unit) : SQLITE_OK;

  if (rc == SQLITE_OK)
    rc = lan_vfs_file_load (file, unit, plain, &state);
  if (rc == SQLITE_OK && has_blocks)
    rc = visible_bytes (file, unit, plain, state, &visible);
  if (rc != SQLITE_OK)
    return rc;
  if (state == LAN_VFS_UNIT_BAD && file->kind == LAN_PAGE_KIND_MAIN)
    return report_bad (file, unit);
  memcpy (plain + in_unit, data, len);
  if (has_blocks)
    set_block_used (plain, MAX (visible, in_unit + len));
  return lan_vfs_file_save (file, unit, plain);
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
  rc = lan_vfs_file_load (file, &unit, plain, &state);
  /* Without a page behind it (a write failed half-way) a prefix means nothing. */
  if (rc != SQLITE_OK || state != LAN_VFS_UNIT_GENUINE)
    return rc;
  memcpy (plain, file->prefix, sizeof file->prefix);
  return lan_vfs_file_save (file, &unit, plain);
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
    *rc = lan_vfs_file_save (file, unit, plain);
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
      rc = lan_vfs_file_save (file, &unit, in);
    } else {
      rc = write_part (file, &unit, in_unit, in, step);
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
  int rc = SQLITE_OK;

  file->has_prefix = FALSE;
  if (lan_page_kind_has_blocks (file->kind) && size > 0) {
    guint8 plain[LAN_PAGE_UNIT_MAX];
    LanVfsUnitState state;
    LanPageUnit last;
    gsize used;

    lan_page_unit_at (file->kind, (guint64) size - 1, &last);
    used = (gsize) ((guint64) size - last.logical);
    rc = lan_vfs_file_load (file, &last, plain, &state);
    if (rc == SQLITE_OK && block_used (plain) != used) {
      memset (plain + used, 0, last.size - used);
      set_block_used (plain, used);
      rc = lan_vfs_file_save (file, &last, plain);
    }
  }
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
  LanVfsFile *file = (LanVfsFile *) base;
  guint64 stored = 0;
  int rc = below_size (file, &stored);

  *size = (sqlite3_int64) lan_page_logical_size (file->kind, stored);
  if (rc == SQLITE_OK && *size > 0 && lan_page_kind_has_blocks (file->kind)) {
    guint8 plain[LAN_PAGE_UNIT_MAX];
    LanVfsUnitState state;
    LanPageUnit last;

    lan_page_unit_at (file->kind, (guint64) *size - 1, &last);
    rc = lan_vfs_file_load (file, &last, plain, &state);
    /* A torn last block counts as full: SQLite then finds nothing in it. */
    if (state == LAN_VFS_UNIT_GENUINE)
      *size = (sqlite3_int64) (last.logical + block_used (plain));
  }
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
