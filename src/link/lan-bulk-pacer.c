/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bulk-pacer.h"

#define WINDOW_START  (64 * 1024)
#define SEGMENT_BYTES 1448
#define GAIN          8 /* segments per round trip at most, by which the window grows */
#define RATE_SMOOTH   0.2
#define DRAIN_MIN_US  5000
#define DRAIN_MAX_US  250000
#define WAIT_MIN_US   50
#define WAIT_MAX_US   5000

void
lan_bulk_pacer_init (LanBulkPacer *pacer, gint64 now_us)
{
  *pacer = (LanBulkPacer){
    .phase = LAN_BULK_RAMP,
    .window = WINDOW_START,
    .base_us = -1,
    .rtt_us = -1,
    .sampled_us = now_us,
    .drain_at_us = now_us + LAN_BULK_DRAIN_EVERY_US,
    .low_us = now_us,
  };
}

void
lan_bulk_pacer_set_call (LanBulkPacer *pacer, gboolean is_on)
{
  pacer->is_call = is_on;
}

static gint64
target_us (const LanBulkPacer *pacer)
{
  return pacer->is_call ? LAN_BULK_CALL_TARGET_US : LAN_BULK_TARGET_US;
}

static gint64
queue_us (const LanBulkPacer *pacer)
{
  return MAX (0, pacer->rtt_us - pacer->base_us);
}

/* What the path carries in @us, as far as it was seen. */
static gsize
carried (const LanBulkPacer *pacer, gint64 us)
{
  double bytes = pacer->rate * (double) us / 1e6;

  return (gsize) CLAMP (bytes, LAN_BULK_WINDOW_MIN, LAN_BULK_WINDOW_MAX);
}

static void
ramp (LanBulkPacer *pacer, const LanBulkSample *sample)
{
  if (queue_us (pacer) > target_us (pacer) / 3) {
    pacer->phase = LAN_BULK_FOLLOW;
    pacer->window = MIN (pacer->window, carried (pacer, pacer->base_us + target_us (pacer) / 2));
  } else if (sample->in_flight + sample->acked >= pacer->window / 2) { /* else it proves nothing */
    pacer->window = MIN (pacer->window + sample->acked / 2, LAN_BULK_WINDOW_MAX);
  }
}

/* RFC 6817 2.4.2, with a larger gain, and a quick way down: what is far beyond the target hurts. */
static void
follow (LanBulkPacer *pacer, const LanBulkSample *sample)
{
  double target = (double) target_us (pacer), queue = (double) queue_us (pacer);
  double off = CLAMP ((target - queue) / target, -1.0, 1.0);
  double window = (double) pacer->window;
  double step = off * (double) sample->acked * GAIN * SEGMENT_BYTES / window;

  if (off > 0 && sample->in_flight + sample->acked < pacer->window / 2)
    step = 0;
  if (off < 0)
    step = MAX (2 * step, -window / 4);
  pacer->window = (gsize) CLAMP (window + step, LAN_BULK_WINDOW_MIN, LAN_BULK_WINDOW_MAX);
}

static void
maybe_drain (LanBulkPacer *pacer, gint64 now_us)
{
  if (queue_us (pacer) < target_us (pacer) / 4)
    pacer->low_us = now_us;
  if (now_us < pacer->drain_at_us)
    return;
  pacer->drain_at_us = now_us + LAN_BULK_DRAIN_EVERY_US;
  if (now_us - pacer->low_us < LAN_BULK_DRAIN_EVERY_US)
    return; /* it has run dry by itself */
  pacer->phase = LAN_BULK_DRAIN;
  pacer->resume_window = pacer->window;
  pacer->window = MAX (carried (pacer, pacer->base_us / 2), LAN_BULK_WINDOW_MIN);
  pacer->drain_until_us =
      now_us + CLAMP (pacer->rtt_us + queue_us (pacer), DRAIN_MIN_US, DRAIN_MAX_US);
}

void
lan_bulk_pacer_on_sample (LanBulkPacer *pacer, const LanBulkSample *sample)
{
  gint64 elapsed_us = sample->now_us - pacer->sampled_us;

  if (elapsed_us <= 0)
    return;
  pacer->sampled_us = sample->now_us;
  if (sample->acked > 0) {
    double rate = (double) sample->acked * 1e6 / (double) elapsed_us;

    pacer->rate = pacer->rate <= 0 ? rate : pacer->rate + RATE_SMOOTH * (rate - pacer->rate);
  }
  if (sample->rtt_us <= 0 || sample->min_rtt_us <= 0)
    return;
  pacer->rtt_us = sample->rtt_us;
  pacer->base_us =
      pacer->base_us < 0 ? sample->min_rtt_us : MIN (pacer->base_us, sample->min_rtt_us);
  switch (pacer->phase) {
  case LAN_BULK_RAMP:
    ramp (pacer, sample);
    break;
  case LAN_BULK_FOLLOW:
    follow (pacer, sample);
    maybe_drain (pacer, sample->now_us);
    break;
  case LAN_BULK_DRAIN:
    if (sample->now_us < pacer->drain_until_us)
      break;
    pacer->phase = LAN_BULK_FOLLOW;
    pacer->window = pacer->resume_window;
    pacer->base_us = sample->min_rtt_us; /* and a path that became longer is believed */
    pacer->low_us = sample->now_us;
    break;
  }
}

gsize
lan_bulk_pacer_room (const LanBulkPacer *pacer, gsize in_flight)
{
  return in_flight < pacer->window ? pacer->window - in_flight : 0;
}

gint64
lan_bulk_pacer_wait_us (const LanBulkPacer *pacer, gsize bytes)
{
  if (pacer->rate <= 0)
    return WAIT_MIN_US * 4;
  return CLAMP ((gint64) ((double) bytes * 1e6 / pacer->rate), WAIT_MIN_US, WAIT_MAX_US);
}
