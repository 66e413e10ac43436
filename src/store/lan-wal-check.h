/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Tells a damaged WAL from one whose last write a crash tore. A transaction is synced before the
 * next one is written, so wherever two chained frames belong to two transactions, everything before
 * them was on disk once; a frame missing there now is damage. (What is wrong in the very last
 * transaction cannot be told from a crash.) Frames are fed in file order. Private to the store.
 */
#pragma once

#include "lan-page-layout.h"

G_BEGIN_DECLS

typedef struct {
  guint32 salt[2];
  guint32 sum[2];  /* running checksum as the frame before stores it */
  gboolean is_big; /* checksums are made over big-endian words */
  gboolean has_header;
  gboolean is_broken;       /* a frame of the chain is missing; SQLite would stop there */
  gboolean is_after_commit; /* the frame before was usable and ended a transaction */
  gboolean has_usable;      /* the frame before was usable, so sum is its checksum */
  gboolean is_damaged;      /* the verdict so far */
} LanWalCheck;

/** @header: the 32 bytes, or NULL when they are not genuine. */
void lan_wal_check_init (LanWalCheck *check, const guint8 *header);

/** @frame: prefix and page (LAN_PAGE_WAL_FRAME_BYTES), or NULL when it is not genuine. */
void lan_wal_check_feed (LanWalCheck *check, const guint8 *frame);

G_END_DECLS
