/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-pacer.h"

#include <string.h>

#define SEGMENT_BYTES   1160 /* MSS of RFC 6817 */
#define WINDOW_START    (64 * 1024)
#define FILTER_SAMPLES  4  /* RFC 6817 CURRENT_FILTER: the least of these counts */
#define BASE_MINUTES    10 /* RFC 6817 BASE_HISTORY */
#define MINUTE_US       (60 * G_USEC_PER_SEC)
#define LOSS_SPACING_US 10000          /* least time between two halvings */
#define VOICE_HOLD_US   G_USEC_PER_SEC /* voice counts as under way this long after a frame */
#define REGROW_RTTS     8
#define REGROW_MIN_US   100000
#define REGROW_SHARE    16                   /* of the window in a round trip */
#define SERIES          3                    /* repeats after each other are no busy machine */
#define SERIES_MIN_US   100000               /* what comes sooner is the same one */
#define SERIES_MAX_US   1500000              /* what comes later is another series */
#define CEILING_US      (5 * G_USEC_PER_SEC) /* what did not fit is tried again after so long */
#define UNKNOWN         G_MAXINT64

struct _LanPacer {
  gsize window;
  gsize in_flight[LAN_PACE_N];
  gsize chat_waiting;
  gboolean is_ramping; /* no queue has been seen yet */

  gint64 base[BASE_MINUTES]; /* least one-way delay of each minute */
  guint base_at;
  gint64 base_since_us;
  gint64 recent[FILTER_SAMPLES];
  guint n_samples;

  gint64 rtt_us; /* smoothed; -1 */
  gint64 last_loss_us, last_full_us;
  gint64 last_voice_us;
  gint64 last_repeat_us, ceiling_us;
  guint n_repeats; /* in a series */
  gsize ceiling;   /* a window that was too large: beyond it nothing grows fast */
};

LanPacer *
lan_pacer_new (gint64 now_us)
{
  LanPacer *pacer = g_new0 (LanPacer, 1);

  pacer->window = WINDOW_START;
  pacer->is_ramping = TRUE;
  for (guint i = 0; i < BASE_MINUTES; i++)
    pacer->base[i] = UNKNOWN;
  pacer->base_since_us = now_us;
  pacer->rtt_us = -1;
  pacer->ceiling = LAN_PACER_WINDOW_MAX;
  pacer->last_repeat_us = now_us - SERIES_MAX_US;
  pacer->last_loss_us = pacer->last_voice_us = pacer->last_full_us = now_us - VOICE_HOLD_US;
  return pacer;
}

void
lan_pacer_free (LanPacer *pacer)
{
  g_free (pacer);
}

gboolean
lan_pacer_may_send (const LanPacer *pacer, LanPaceClass pace, gsize bytes)
{
  gsize in_flight = pacer->in_flight[LAN_PACE_FILES];

  if (pace != LAN_PACE_FILES)
    return TRUE;
  if (pacer->chat_waiting > 0)
    return FALSE;
  /* A frame may be larger than the least window: alone it always goes. */
  return in_flight == 0 || in_flight + bytes <= pacer->window;
}

void
lan_pacer_on_sent (LanPacer *pacer, LanPaceClass pace, gsize bytes, gint64 now_us)
{
  if (pace == LAN_PACE_VOICE)
    pacer->last_voice_us = now_us;
  else
    pacer->in_flight[pace] += bytes;
}

void
lan_pacer_take_over (LanPacer *pacer, gsize bytes)
{
  pacer->in_flight[LAN_PACE_FILES] = bytes;
  pacer->in_flight[LAN_PACE_CHAT] = 0;
}

static gint64
least (const gint64 *values, guint n)
{
  gint64 min = UNKNOWN;

  for (guint i = 0; i < n; i++)
    min = MIN (min, values[i]);
  return min;
}

gint64
lan_pacer_queue_delay_us (const LanPacer *pacer)
{
  if (pacer->n_samples == 0)
    return -1;
  return MAX (0, least (pacer->recent, MIN (pacer->n_samples, FILTER_SAMPLES)) -
                     least (pacer->base, BASE_MINUTES));
}

static gint64
target_us (const LanPacer *pacer, gint64 now_us)
{
  return now_us - pacer->last_voice_us < VOICE_HOLD_US ? LAN_PACER_VOICE_TARGET_US
                                                       : LAN_PACER_TARGET_US;
}

/* RFC 6817 2.4.2: window += GAIN * off_target * bytes_newly_acked * MSS / window. */
static void
follow_target (LanPacer *pacer, gsize acked, gboolean is_full, gint64 now_us)
{
  double target = (double) target_us (pacer, now_us);
  double delay = (double) MAX (0, lan_pacer_queue_delay_us (pacer));
  double off = CLAMP ((target - delay) / target, -1.0, 1.0);
  double step = off * (double) acked * SEGMENT_BYTES / (double) pacer->window;

  if (delay > target)
    pacer->last_full_us = now_us;
  /* Nothing in the queue and nothing lost for long: there is much more room than a segment. Far
   * beyond the target, waiting for it to go down a segment at a time is no answer either. */
  if (now_us - pacer->ceiling_us > CEILING_US)
    pacer->ceiling = LAN_PACER_WINDOW_MAX;
  if (delay < target / 8 && is_full && pacer->window < pacer->ceiling &&
      now_us - MAX (pacer->last_loss_us, pacer->last_full_us) >
          MAX (REGROW_RTTS * pacer->rtt_us, REGROW_MIN_US))
    step += (double) acked / REGROW_SHARE;
  else if (delay > target * 3 / 2)
    step -= (double) acked / REGROW_SHARE;
  pacer->window =
      (gsize) CLAMP ((double) pacer->window + step, LAN_PACER_WINDOW_MIN, LAN_PACER_WINDOW_MAX);
}

void
lan_pacer_on_acked (LanPacer *pacer, LanPaceClass pace, gsize bytes, gint64 now_us)
{
  gboolean is_full;

  if (pace == LAN_PACE_VOICE)
    return;
  /* Growing while the window is not used would prove nothing about the path. */
  is_full = pacer->in_flight[pace] >= pacer->window / 2;
  pacer->in_flight[pace] -= MIN (bytes, pacer->in_flight[pace]);
  if (pace != LAN_PACE_FILES)
    return;
  if (!pacer->is_ramping)
    follow_target (pacer, bytes, is_full, now_us);
  else if (is_full)
    pacer->window = MIN (pacer->window + bytes, LAN_PACER_WINDOW_MAX);
}

void
lan_pacer_set_chat_waiting (LanPacer *pacer, gsize bytes)
{
  pacer->chat_waiting = bytes;
}

void
lan_pacer_on_delay (LanPacer *pacer, gint64 one_way_us, gint64 rtt_us, gint64 now_us)
{
  rtt_us = MAX (rtt_us, 0);
  pacer->rtt_us = pacer->rtt_us < 0 ? rtt_us : (7 * pacer->rtt_us + rtt_us) / 8;
  if (now_us - pacer->base_since_us >= MINUTE_US) {
    pacer->base_since_us = now_us;
    pacer->base_at = (pacer->base_at + 1) % BASE_MINUTES;
    pacer->base[pacer->base_at] = UNKNOWN;
  }
  pacer->base[pacer->base_at] = MIN (pacer->base[pacer->base_at], one_way_us);
  pacer->recent[pacer->n_samples++ % FILTER_SAMPLES] = one_way_us;
  if (pacer->n_samples >= FILTER_SAMPLES &&
      lan_pacer_queue_delay_us (pacer) > target_us (pacer, now_us) / 2)
    pacer->is_ramping = FALSE;
}

void
lan_pacer_on_loss (LanPacer *pacer, gint64 now_us)
{
  if (now_us - pacer->last_loss_us < MAX (pacer->rtt_us, LOSS_SPACING_US))
    return;
  pacer->last_loss_us = now_us;
  pacer->is_ramping = FALSE;
  pacer->window = MAX (pacer->window / 2, LAN_PACER_WINDOW_MIN);
}

/* TRUE: again and again something has to be sent once more. A buffer overflows that is too short for a
 * queue to show before it does. */
static gboolean
is_series (LanPacer *pacer, gint64 now_us)
{
  gint64 since_us = now_us - pacer->last_repeat_us;

  if (since_us < MAX (2 * pacer->rtt_us, SERIES_MIN_US))
    return FALSE;
  pacer->n_repeats = since_us > SERIES_MAX_US ? 1 : pacer->n_repeats + 1;
  pacer->last_repeat_us = now_us;
  return pacer->n_repeats >= SERIES;
}

void
lan_pacer_on_repeat (LanPacer *pacer, gint64 now_us)
{
  gint64 delay_us = lan_pacer_queue_delay_us (pacer);

  if (is_series (pacer, now_us)) {
    lan_pacer_on_loss (pacer, now_us);
    pacer->ceiling = pacer->window;
    pacer->ceiling_us = now_us;
    return;
  }
  if (pacer->n_samples < FILTER_SAMPLES || delay_us > target_us (pacer, now_us) / 4) {
    lan_pacer_on_loss (pacer, now_us);
    return;
  }
  if (now_us - pacer->last_loss_us < MAX (2 * pacer->rtt_us, LOSS_SPACING_US))
    return;
  pacer->last_loss_us = now_us;
  pacer->window = MAX (pacer->window - pacer->window / 8, LAN_PACER_WINDOW_MIN);
}

gsize
lan_pacer_window (const LanPacer *pacer)
{
  return pacer->window;
}

gsize
lan_pacer_in_flight (const LanPacer *pacer, LanPaceClass pace)
{
  return pacer->in_flight[pace];
}

gint64
lan_pacer_rtt_us (const LanPacer *pacer)
{
  return pacer->rtt_us;
}
