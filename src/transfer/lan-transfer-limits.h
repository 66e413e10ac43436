/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The numbers that bound what another side can make the transfer machine do. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_TRANSFER_MAX_BYTES       (G_GUINT64_CONSTANT (1) << 40) /* one file */
#define LAN_TRANSFER_PIECE_BYTES     (60 * 1024)                    /* data in one frame */
#define LAN_TRANSFER_PAGE_HASHES     1900 /* leaf hashes in one frame: 60,800 bytes */
#define LAN_TRANSFER_WINDOW_BYTES    (1024 * 1024)
#define LAN_TRANSFER_SERVE_BYTES     (1024 * 1024)
#define LAN_TRANSFER_BULK_BYTES      (8 * 1024 * 1024)
#define LAN_TRANSFER_RUN_BYTES       (1024 * 1024) /* asked for at once over a bulk lane */
#define LAN_TRANSFER_LEAF_COST       4096 /* what a short leaf counts in the window at least */
#define LAN_TRANSFER_LINK_COST       (16 * 1024) /* the same over a link, where 128 may be asked for */
#define LAN_TRANSFER_MAX_BULK        16384 /* leaves asked of us and unanswered, a bulk lane */
#define LAN_TRANSFER_PAGE_BYTES      60000 /* of a manifest in one frame */
#define LAN_TRANSFER_PAGES           4     /* of a manifest asked for and not here */
#define LAN_TRANSFER_PEEK_BYTES      (4 * 1024 * 1024) /* manifests fetched before they are accepted */
#define LAN_TRANSFER_MAX_REQUESTS    128               /* asked of us and unanswered, a channel */
#define LAN_TRANSFER_MAX_WRITES      8    /* leaves on their way to the disk, a transfer */
#define LAN_TRANSFER_MAX_ACTIVE      32   /* incoming ones with open files; others wait */
#define LAN_TRANSFER_MAX_BAD_LEAVES  16   /* different ones that failed once */
#define LAN_TRANSFER_MAX_QUERIES     256  /* 'what became of it' when a channel comes up */
#define LAN_TRANSFER_STRANGER_OFFERS 3    /* open offers of one stranger, DESIGN 1.5 */
#define LAN_TRANSFER_MAX_OFFERS      1000 /* open offers of anybody */
#define LAN_TRANSFER_PROGRESS_US     (200 * 1000)
#define LAN_TRANSFER_STALL_US        (60 * G_USEC_PER_SEC) /* nothing came: ask again */
#define LAN_TRANSFER_STALLS          3                     /* in a row, then it fails */
#define LAN_TRANSFER_PREPARING_US    (5 * G_USEC_PER_SEC)  /* 'still hashing' is said so often */
#define LAN_TRANSFER_SOURCE_IDLE_US  (30 * G_USEC_PER_SEC) /* an unused source is closed */
#define LAN_TRANSFER_COMMIT_US                                                                     \
  (2 * G_USEC_PER_SEC) /* a running transfer is synced, its bitmap kept */
#define LAN_TRANSFER_RECOMMIT_US (5 * G_USEC_PER_SEC) /* after a commit that failed */

G_END_DECLS
