/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One deadline of one owner as a GSource. The time comes from prepare(): g_source_set_ready_time()
 * wakes the context at each change, which makes a loop spin that moves its deadline on every packet.
 * The clock is CLOCK_BOOTTIME: it goes on during suspend, so that a deadline is over after a sleep.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LanTicker LanTicker;

/** Microseconds since boot, suspend included. Any thread. */
gint64 lan_boottime_us (void);

/**
 * A ticker on the thread's default context; @tick comes once per deadline, and may set the next or
 * free the ticker.
 */
LanTicker *lan_ticker_new (void (*tick) (gpointer data), gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void lan_ticker_free (LanTicker *ticker);

/** Replaces the deadline; 0 = in the next turn of the loop, LAN_NO_DEADLINE = never. */
void lan_ticker_set (LanTicker *ticker, gint64 due_us);
gint64 lan_ticker_due (const LanTicker *ticker);

G_END_DECLS
