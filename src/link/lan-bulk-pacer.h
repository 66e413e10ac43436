/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How much of a bulk lane may be under way: a window over TCP's own, after RFC 6817, so that the
 * queue it builds on the path stays short enough for chat and calls beside it. The delay is what the
 * kernel measures on this connection (TCP_INFO): round trip less the least round trip. Pure: time
 * and measurements go in.
 *
 * RAMP: grows by half for each window acknowledged, until the queue first shows; then the window
 * is set to what the path was seen to carry, and FOLLOW keeps the queue at the target. Every ten
 * seconds the queue is let run dry for a moment (DRAIN), so that the least round trip stays true.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_BULK_TARGET_US      16000 /* of queueing delay */
#define LAN_BULK_CALL_TARGET_US 6000  /* while a call is under way */
#define LAN_BULK_WINDOW_MIN     (16 * 1024)
#define LAN_BULK_WINDOW_MAX     (16 * 1024 * 1024)
#define LAN_BULK_DRAIN_EVERY_US (10 * G_USEC_PER_SEC)

typedef enum { LAN_BULK_RAMP, LAN_BULK_FOLLOW, LAN_BULK_DRAIN } LanBulkPhase;

typedef struct {
  LanBulkPhase phase;
  gsize window;
  gsize resume_window; /* after DRAIN */
  gboolean is_call;
  gint64 base_us; /* least round trip; -1 unknown */
  gint64 rtt_us;  /* the newest; -1 unknown */
  double rate;    /* acknowledged bytes per second, smoothed */
  gint64 sampled_us;
  gint64 drain_at_us, drain_until_us;
  gint64 low_us; /* when the queue was last seen to be nearly empty */
} LanBulkPacer;

/* One look at the connection. */
typedef struct {
  gint64 now_us;
  gint64 rtt_us;     /* smoothed, of the newest acknowledgements */
  gint64 min_rtt_us; /* the least of the last minutes */
  gsize acked;       /* bytes acknowledged since the last look */
  gsize in_flight;   /* given to the kernel and not acknowledged */
} LanBulkSample;

void lan_bulk_pacer_init (LanBulkPacer *pacer, gint64 now_us);
void lan_bulk_pacer_set_call (LanBulkPacer *pacer, gboolean is_on);
void lan_bulk_pacer_on_sample (LanBulkPacer *pacer, const LanBulkSample *sample);

/** Bytes that may be given to the kernel now, @in_flight being there already. */
gsize lan_bulk_pacer_room (const LanBulkPacer *pacer, gsize in_flight);

/** How long until @bytes more are likely to be acknowledged, in microseconds. */
gint64 lan_bulk_pacer_wait_us (const LanBulkPacer *pacer, gsize bytes);

G_END_DECLS
