/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A limit on bytes per second that any number of bulk lanes share: a token bucket that holds at
 * most a tenth of a second. Referenced; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LanBulkRate LanBulkRate;

/** @bytes_per_s: 0 = no limit. */
LanBulkRate *lan_bulk_rate_new (guint64 bytes_per_s) G_GNUC_WARN_UNUSED_RESULT;
LanBulkRate *lan_bulk_rate_ref (LanBulkRate *rate);
void lan_bulk_rate_unref (LanBulkRate *rate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBulkRate, lan_bulk_rate_unref)

void lan_bulk_rate_set (LanBulkRate *rate, guint64 bytes_per_s);
guint64 lan_bulk_rate_get (LanBulkRate *rate);

/**
 * Takes up to @bytes now. Returns: how many may be sent, 0 with *@wait_us = when to ask again. What
 * was taken and not sent after all is given back with lan_bulk_rate_return().
 */
gsize lan_bulk_rate_take (LanBulkRate *rate, gsize bytes, gint64 now_us, gint64 *wait_us);
void lan_bulk_rate_return (LanBulkRate *rate, gsize bytes);

G_END_DECLS
