/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Datagrams of one turn, gathered and sent together: runs of equal size leave as one call and cross
 * the kernel as one (UDP segmentation offload), which is where most of a datagram's cost lies. The
 * receiver sees the same datagrams. Private to this module; one thread.
 */
#pragma once

#include "lan-path.h"

#include <sys/socket.h>

G_BEGIN_DECLS

#define LAN_BATCH_OUT_MAX 48

typedef struct _LanBatchOut LanBatchOut;

LanBatchOut *lan_batch_out_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_batch_out_free (LanBatchOut *out);

/**
 * Where the next datagram is to be written: LAN_PATH_DATAGRAM_MAX bytes. Never NULL: the caller
 * flushes when lan_batch_out_is_full().
 */
guint8 *lan_batch_out_slot (LanBatchOut *out);
void lan_batch_out_add (LanBatchOut *out, gsize len);
gboolean lan_batch_out_is_full (const LanBatchOut *out);
guint lan_batch_out_count (const LanBatchOut *out);
const guint8 *lan_batch_out_get (const LanBatchOut *out, guint i, gsize *len);
void lan_batch_out_clear (LanBatchOut *out);

/**
 * Sends all by @fd to @to. What the socket has no room for is lost, as datagrams are. FALSE: this
 * way does not work here at all (no offload on the interface, a small MTU): nothing may be assumed
 * sent from *@first on, and the caller sends those one by one.
 */
gboolean lan_batch_out_send (LanBatchOut *out, int fd, const struct sockaddr_storage *to,
                             guint *first) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
