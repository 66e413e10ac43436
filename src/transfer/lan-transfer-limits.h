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
#define LAN_TRANSFER_RUN_LEAVES      (LAN_TRANSFER_RUN_BYTES / LAN_TRANSFER_LEAF_COST)
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
#define LAN_TRANSFER_ASLEEP_US                                                                     \
  (5 * G_USEC_PER_SEC) /* so late comes no timer of a program that runs */
#define LAN_TRANSFER_LIST_US        (8 * G_USEC_PER_SEC) /* of the list of hashes: once more */
#define LAN_TRANSFER_MANIFEST_US    (2 * G_USEC_PER_SEC) /* of a page of it: once more, then doubled */
#define LAN_TRANSFER_STALLS         3                    /* in a row, then it fails */
#define LAN_TRANSFER_PREPARING_US   (5 * G_USEC_PER_SEC)  /* 'still hashing' is said so often */
#define LAN_TRANSFER_SOURCE_IDLE_US (30 * G_USEC_PER_SEC) /* an unused source is closed */
#define LAN_TRANSFER_COMMIT_US                                                                     \
  (2 * G_USEC_PER_SEC)                 /* a running transfer is synced, its bitmap kept */
#define LAN_TRANSFER_SAME_FOLDERS 8    /* looked into for what need not be fetched */
#define LAN_TRANSFER_SAME_FILES   1024 /* looked at for that, an incoming transfer */
#define LAN_SWARM_LINKS           12   /* others that a link is wanted to, a transfer */
#define LAN_SWARM_WINDOW_BYTES    (2 * 1024 * 1024) /* asked of one source and not here */
#define LAN_SWARM_GRANT_BYTES     (2 * 1024 * 1024) /* the author's: told to ask for and not sent */
#define LAN_SWARM_NEWS_BYTES      64                /* of a bitmap, told as one piece */
#define LAN_SWARM_NEWS_FRAMES     8                 /* to one person in one tick */
#define LAN_SWARM_HAVES           2000              /* frames that say so in a second, a channel */
#define LAN_SWARM_LOOKS           512               /* leaves compared to find a rare one */
#define LAN_SWARM_TICK_US         (100 * 1000)
#define LAN_SWARM_ASK_US          (1 * G_USEC_PER_SEC) /* everything is told again at most so often */
#define LAN_SWARM_GRANT_US        (500 * 1000) /* the author is given so long to say what to ask for */
#define LAN_SWARM_PATIENCE_US                                                                      \
  (2 * G_USEC_PER_SEC) /* nothing can be asked of the others: ask the author */
#define LAN_SWARM_AGAIN_US                                                                         \
  (2 * G_USEC_PER_SEC) /* asked of a second one at the end; of the author twice that */
#define LAN_SWARM_STALL_US       (20 * G_USEC_PER_SEC)  /* a source that gives nothing rests */
#define LAN_SWARM_REST_US        (15 * G_USEC_PER_SEC)  /* for so long, longer each time */
#define LAN_SWARM_HOPE_US        (30 * G_USEC_PER_SEC)  /* without author and others: it fails */
#define LAN_SWARM_FAULTS         2                      /* wrong leaves of one person */
#define LAN_SWARM_SEED_US        (900 * G_USEC_PER_SEC) /* what is done stays open for others */
#define LAN_LEFT_DELAY_US        (5 * G_USEC_PER_SEC)   /* away for so long: it is left */
#define LAN_LEFT_PATIENCE_US     (2 * G_USEC_PER_SEC)   /* the sender may come up in this time */
#define LAN_LEFT_LINK_US         (10 * G_USEC_PER_SEC)  /* the same where a lane to them is there */
#define LAN_LEFT_AGAIN_US        (600 * G_USEC_PER_SEC) /* after 'no room' */
#define LAN_LEFT_MAX_GIVING      2                      /* read and sent at once; others wait */
#define LAN_LEFT_MAX_RESTARTS    16                     /* the server wants again what it had */
#define LAN_LEFT_ASKED           4   /* pieces asked for and not here, a transfer */
#define LAN_LEFT_REQUESTS        256 /* of ours that wait for their pieces, a transfer */
#define LAN_LEFT_MAX_DEVICES     16  /* whose answers are told apart */
#define LAN_LEFT_KEEP_MS         (7 * G_GINT64_CONSTANT (86400000)) /* for their other devices */
#define LAN_TRANSFER_RECOMMIT_US (5 * G_USEC_PER_SEC)               /* after a commit that failed */

G_END_DECLS
