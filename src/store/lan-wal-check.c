/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-wal-check.h"

#include "lan-bytes.h"

/*
 * SQLite's file format, section 4 "The Write-Ahead Log", integers big-endian:
 *   header: magic 4 | format 4 | page size 4 | sequence 4 | salt 4+4 | checksum 4+4
 *   prefix: page number 4 | pages after commit, else 0: 4 | salt 4+4 | checksum 4+4
 * The checksum of a frame goes on from the one before, over 8 bytes of the prefix and the page.
 */
#define MAGIC           0x377f0682u
#define SUMMED_OF_FRAME 8

static guint32
word_at (const guint8 *at, gboolean is_big)
{
  LanReader r;

  lan_reader_init (&r, at, 4);
  return is_big ? lan_read_u32_be (&r) : lan_read_u32 (&r);
}

static void
add_to_sum (guint32 sum[2], gboolean is_big, const guint8 *data, gsize len)
{
  for (gsize i = 0; i + 8 <= len; i += 8) {
    sum[0] += word_at (data + i, is_big) + sum[1];
    sum[1] += word_at (data + i + 4, is_big) + sum[0];
  }
}

void
lan_wal_check_init (LanWalCheck *check, const guint8 *header)
{
  *check = (LanWalCheck){ 0 };
  if (header == NULL || (word_at (header, TRUE) & ~1u) != MAGIC)
    return;
  check->has_header = check->has_usable = TRUE;
  check->is_big = (word_at (header, TRUE) & 1u) != 0;
  for (int i = 0; i < 2; i++) {
    check->salt[i] = word_at (header + 16 + 4 * i, TRUE);
    check->sum[i] = word_at (header + 24 + 4 * i, TRUE);
  }
}

void
lan_wal_check_feed (LanWalCheck *check, const guint8 *frame)
{
  guint32 sum[2] = { check->sum[0], check->sum[1] };
  gboolean is_chained;

  if (frame != NULL && !check->has_header) {
    /* The header is synced before the first frame is written. */
    check->is_damaged = TRUE;
    return;
  }
  if (frame == NULL || word_at (frame + 8, TRUE) != check->salt[0] ||
      word_at (frame + 12, TRUE) != check->salt[1]) {
    check->is_broken = TRUE;
    check->has_usable = check->is_after_commit = FALSE;
    return;
  }
  add_to_sum (sum, check->is_big, frame, SUMMED_OF_FRAME);
  add_to_sum (sum, check->is_big, frame + LAN_PAGE_WAL_PREFIX_BYTES, LAN_PAGE_BYTES);
  check->sum[0] = word_at (frame + 16, TRUE);
  check->sum[1] = word_at (frame + 20, TRUE);
  is_chained = check->has_usable && sum[0] == check->sum[0] && sum[1] == check->sum[1];
  if (is_chained && check->is_broken && check->is_after_commit)
    check->is_damaged = TRUE;
  if (!is_chained)
    check->is_broken = TRUE;
  check->has_usable = TRUE;
  check->is_after_commit = word_at (frame + 4, TRUE) != 0;
}
