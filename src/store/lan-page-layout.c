/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-page-layout.h"

#define STORED_BLOCK_BYTES  (LAN_PAGE_BLOCK_SEALED + LAN_PAGE_TRAILER_BYTES)
#define STORED_HEADER_BYTES (LAN_PAGE_WAL_HEADER_BYTES + LAN_PAGE_TRAILER_BYTES)

gboolean
lan_page_kind_has_blocks (LanPageKind kind)
{
  return kind == LAN_PAGE_KIND_JOURNAL || kind == LAN_PAGE_KIND_TEMP;
}

void
lan_page_unit_at (LanPageKind kind, guint64 offset, LanPageUnit *unit)
{
  guint64 index;

  switch (kind) {
  case LAN_PAGE_KIND_MAIN:
    index = offset / LAN_PAGE_BYTES;
    unit->logical = unit->stored = index * LAN_PAGE_BYTES;
    unit->size = LAN_PAGE_BYTES;
    unit->sealed = LAN_PAGE_BYTES - LAN_PAGE_TRAILER_BYTES;
    break;
  case LAN_PAGE_KIND_WAL:
    if (offset < LAN_PAGE_WAL_HEADER_BYTES) {
      unit->logical = unit->stored = 0;
      unit->size = unit->sealed = LAN_PAGE_WAL_HEADER_BYTES;
      break;
    }
    index = (offset - LAN_PAGE_WAL_HEADER_BYTES) / LAN_PAGE_WAL_FRAME_BYTES;
    unit->logical = LAN_PAGE_WAL_HEADER_BYTES + index * LAN_PAGE_WAL_FRAME_BYTES;
    unit->stored = STORED_HEADER_BYTES + index * LAN_PAGE_WAL_FRAME_BYTES;
    unit->size = LAN_PAGE_WAL_FRAME_BYTES;
    unit->sealed = LAN_PAGE_WAL_FRAME_BYTES - LAN_PAGE_TRAILER_BYTES;
    break;
  case LAN_PAGE_KIND_JOURNAL:
  case LAN_PAGE_KIND_TEMP:
  default:
    index = offset / LAN_PAGE_BLOCK_BYTES;
    unit->logical = index * LAN_PAGE_BLOCK_BYTES;
    unit->stored = index * STORED_BLOCK_BYTES;
    unit->size = LAN_PAGE_BLOCK_BYTES;
    unit->sealed = LAN_PAGE_BLOCK_SEALED;
    break;
  }
}

guint64
lan_page_logical_size (LanPageKind kind, guint64 stored)
{
  switch (kind) {
  case LAN_PAGE_KIND_MAIN:
    return stored;
  case LAN_PAGE_KIND_WAL:
    return stored < STORED_HEADER_BYTES ? 0 : stored - LAN_PAGE_TRAILER_BYTES;
  case LAN_PAGE_KIND_JOURNAL:
  case LAN_PAGE_KIND_TEMP:
  default:
    return (stored + STORED_BLOCK_BYTES - 1) / STORED_BLOCK_BYTES * LAN_PAGE_BLOCK_BYTES;
  }
}

guint64
lan_page_stored_size (LanPageKind kind, guint64 logical)
{
  switch (kind) {
  case LAN_PAGE_KIND_MAIN:
    return logical;
  case LAN_PAGE_KIND_WAL:
    return logical < LAN_PAGE_WAL_HEADER_BYTES ? 0 : logical + LAN_PAGE_TRAILER_BYTES;
  case LAN_PAGE_KIND_JOURNAL:
  case LAN_PAGE_KIND_TEMP:
  default:
    return (logical + LAN_PAGE_BLOCK_BYTES - 1) / LAN_PAGE_BLOCK_BYTES * STORED_BLOCK_BYTES;
  }
}
