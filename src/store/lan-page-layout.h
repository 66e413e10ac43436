/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How the files SQLite sees map to the files on disk. Each kind of file is cut into units that are
 * sealed one by one; a write never touches a unit beside its own. Pure arithmetic, any thread.
 *
 *   MAIN           SQLite: pages of 4096, of which the last 40 are reserved and never used
 *                  disk:   sealed 4056 | trailer 40                      (the same offsets)
 *   WAL            SQLite: header 32, then frames of 24 + 4096
 *                  disk:   sealed 32 | trailer 40, then
 *                          sealed 24 + 4056 | trailer 40: header and page are one unit, so that
 *                          the frame's checksum, made from plain text, is hidden too
 *   JOURNAL, TEMP  SQLite: any bytes
 *                  disk:   blocks of sealed (data 512 | bytes in use 2) | trailer 40. A block before
 *                          the last counts as full whatever it says: so that adding to a file never
 *                          rewrites a block that was synced. (SQLite's journal sectors are 512 too.)
 */
#pragma once

#include "lan-page-seal.h"

G_BEGIN_DECLS

#define LAN_PAGE_BYTES            4096
#define LAN_PAGE_WAL_HEADER_BYTES 32
#define LAN_PAGE_WAL_PREFIX_BYTES 24 /* of a frame, before its page */
#define LAN_PAGE_WAL_FRAME_BYTES  (LAN_PAGE_WAL_PREFIX_BYTES + LAN_PAGE_BYTES)
#define LAN_PAGE_BLOCK_BYTES      512
#define LAN_PAGE_BLOCK_SEALED     (LAN_PAGE_BLOCK_BYTES + 2)
#define LAN_PAGE_UNIT_MAX         LAN_PAGE_WAL_FRAME_BYTES

typedef struct {
  guint64 logical; /* offset of its first byte as SQLite sees it */
  gsize size;      /* bytes of it that SQLite sees */
  gsize sealed;    /* bytes under the seal; what SQLite sees beyond them reads as zeros */
  guint64 stored;  /* offset on disk, where sealed + LAN_PAGE_TRAILER_BYTES bytes lie */
} LanPageUnit;

/** TRUE for kinds cut into blocks, whose files may end anywhere. */
gboolean lan_page_kind_has_blocks (LanPageKind kind);

/** Fills @unit with the one that holds SQLite's byte @offset. */
void lan_page_unit_at (LanPageKind kind, guint64 offset, LanPageUnit *unit);

/**
 * How long a file of @stored bytes on disk looks to SQLite; of kinds with blocks the end of the last
 * block, part of which may not be in use.
 */
guint64 lan_page_logical_size (LanPageKind kind, guint64 stored);

/** How long a file is on disk that is @logical bytes long to SQLite. */
guint64 lan_page_stored_size (LanPageKind kind, guint64 logical);

G_END_DECLS
