/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rate.h"

#include "lan-media-packet.h"

#include <string.h>

#define MS             ((gint64) 1000)
#define SLICE_US       (62500)
#define RATE_WINDOW    (300 * MS) /* of the minimum filter */
#define SAMPLES_LEAST  4          /* that it wants at least */
#define BASE_WINDOW_US (15 * G_USEC_PER_SEC)
#define QUEUE_NONE_US  (15 * MS)
#define QUEUE_OVER_US  (40 * MS)
#define QUEUE_FULL_US  (150 * MS)
#define JUMP_US        (10 * G_USEC_PER_SEC) /* no queue is that long: another clock */
#define OVER_TICKS     3
#define GROWTH         1.4 /* a second */
#define DECREASE_US    (300 * MS)
#define DRAIN_US       (600 * MS) /* a queue should be gone within this */
#define FUTILE         3          /* decreases */
#define GAP_PACKETS    10
#define QUICK_SLICES   3 /* what arrives now, for a decrease */

void
lan_rate_sensor_init (LanRateSensor *s)
{
  memset (s, 0, sizeof *s);
  s->rate = LAN_RATE_START;
}

/* ---- delay ---- */

static void
begin_clock (LanRateSensor *s, guint32 sent_ms, gint64 now_us)
{
  s->is_started = TRUE;
  s->first_ms = sent_ms;
  s->first_us = now_us;
  s->n_samples = s->next_sample = 0;
  s->least_us = s->least_before_us = 0;
  s->window_us = now_us;
}

static void
note_delay (LanRateSensor *s, gint64 delay_us, gint64 now_us)
{
  if (now_us - s->window_us > BASE_WINDOW_US) {
    s->least_before_us = s->least_us;
    s->least_us = delay_us;
    s->window_us = now_us;
  }
  s->least_us = MIN (s->least_us, delay_us);
  s->samples[s->next_sample].at_us = now_us;
  s->samples[s->next_sample].delay_us = delay_us;
  s->next_sample = (s->next_sample + 1) % LAN_RATE_SAMPLES;
  s->n_samples = MIN (s->n_samples + 1, LAN_RATE_SAMPLES);
}

static gint64
base (const LanRateSensor *s)
{
  return MIN (s->least_us, s->least_before_us);
}

/* The least delay of the packets of the last @window_us. */
static gint64
least_lately (const LanRateSensor *s, gint64 window_us, gint64 now_us)
{
  gint64 least = G_MAXINT64;

  for (guint i = 0; i < s->n_samples; i++) {
    guint at = (s->next_sample + LAN_RATE_SAMPLES - 1 - i) % LAN_RATE_SAMPLES;

    if (i >= SAMPLES_LEAST && now_us - s->samples[at].at_us > window_us)
      break;
    least = MIN (least, s->samples[at].delay_us);
  }
  return s->n_samples > 0 ? least : base (s);
}

/* ---- what arrives ---- */

static void
turn_slices (LanRateSensor *s, gint64 now_us)
{
  gint64 slice = now_us / SLICE_US;

  if (slice - s->slice >= LAN_RATE_SLICES)
    memset (s->slices, 0, sizeof s->slices);
  else
    for (gint64 i = s->slice + 1; i <= slice; i++)
      s->slices[i % LAN_RATE_SLICES] = 0;
  s->slice = MAX (s->slice, slice);
}

/* Bit/s of the present slice and of @slices - 1 before it. */
static guint
arriving_in (const LanRateSensor *s, gint64 slices, gint64 now_us)
{
  gint64 span_us = (slices - 1) * SLICE_US + now_us % SLICE_US;
  gint64 present = now_us / SLICE_US;
  guint64 bytes = 0;

  for (gint64 i = present; i > present - slices && i >= 0; i--) {
    if (i <= s->slice && s->slice - i < LAN_RATE_SLICES)
      bytes += s->slices[i % LAN_RATE_SLICES];
  }
  span_us = MAX (MIN (span_us, now_us - s->begun_us), 2 * SLICE_US);
  return (guint) (bytes * 8 * G_USEC_PER_SEC / (guint64) span_us);
}

guint
lan_rate_sensor_arriving (const LanRateSensor *s, gint64 now_us)
{
  return arriving_in (s, LAN_RATE_SLICES, now_us);
}

void
lan_rate_sensor_packet (LanRateSensor *s, guint32 sequence, guint32 sent_ms, gsize bytes,
                        gint64 now_us)
{
  gint64 delay_us;

  if (!s->is_started) {
    begin_clock (s, sent_ms, now_us);
    s->begun_us = s->tick_us = now_us;
    s->slice = now_us / SLICE_US;
    s->highest = s->highest_then = sequence;
  }
  if ((gint32) (sequence - s->highest) > 0)
    s->highest = sequence;
  s->came++;
  delay_us = now_us - s->first_us - (gint64) (gint32) (sent_ms - s->first_ms) * MS;
  if (ABS (delay_us - base (s)) > JUMP_US) {
    begin_clock (s, sent_ms, now_us);
    delay_us = 0;
  }
  note_delay (s, delay_us, now_us);
  turn_slices (s, now_us);
  s->slices[s->slice % LAN_RATE_SLICES] += (guint) bytes;
}

/* ---- the machine ---- */

/* The fuller the queue, the less is to be sent until it has run empty. */
static void
decrease (LanRateSensor *s, gint64 quick_us, gint64 now_us)
{
  guint half_second = lan_rate_sensor_arriving (s, now_us);
  guint arriving = CLAMP (arriving_in (s, QUICK_SLICES, now_us), half_second / 6, half_second);
  double share = CLAMP (1.0 - (double) quick_us / DRAIN_US, 0.3, 0.85);

  s->capacity = s->capacity > 0 && arriving > s->capacity / 2 && arriving < s->capacity * 2
                    ? (s->capacity * 3 + arriving) / 4
                    : arriving;
  s->rate = MIN (s->rate, (guint) (arriving * share));
  /* A delay that stays when less is sent is the way's own. */
  s->decreases = quick_us > s->queue_then_us * 3 / 4 ? s->decreases + 1 : 1;
  s->queue_then_us = quick_us;
  if (s->decreases > FUTILE && s->rate < s->capacity) {
    s->least_us = s->least_before_us = least_lately (s, RATE_WINDOW, now_us);
    s->window_us = now_us;
    s->decreases = 0;
  }
  s->state = LAN_RATE_DECREASE;
  s->decreased_us = now_us;
}

static void
increase (LanRateSensor *s, guint arriving, gint64 rtt_us, double seconds)
{
  double rate = s->rate, most = arriving * 1.5 + 50000;

  if (s->capacity > 0 && rate > s->capacity * 1.1)
    s->capacity = 0; /* it is more by now */
  if (s->capacity > 0 && rate > s->capacity * 0.8)
    rate += seconds * 9600 * G_USEC_PER_SEC / (double) (100 * MS + MAX (rtt_us, 0));
  else
    rate *= 1 + (GROWTH - 1) * seconds;
  if (rate > most) /* what is not used says nothing of the way */
    rate = MAX (most, s->rate);
  s->rate = (guint) MIN (rate, LAN_RATE_MAX);
}

/* Whether the last tick lost a third or more of what was sent. */
static gboolean
has_gap (LanRateSensor *s)
{
  guint32 sent = s->highest - s->highest_then;
  gboolean has = sent >= GAP_PACKETS && s->came < sent / 3 * 2;

  s->highest_then = s->highest;
  s->came = 0;
  return has;
}

/* A single packet, too, takes its time on a narrow way. */
static gint64
packet_us (guint arriving)
{
  return (gint64) LAN_MEDIA_PACKET_MAX * 8 * G_USEC_PER_SEC / MAX (arriving, LAN_RATE_MIN);
}

static gboolean
is_overused (LanRateSensor *s, gint64 quick_us, gint64 slack_us)
{
  s->over = s->queue_us > QUEUE_OVER_US + slack_us ? s->over + 1 : 0;
  s->full = quick_us > QUEUE_FULL_US + slack_us ? s->full + 1 : 0;
  s->full += quick_us > 2 * QUEUE_FULL_US + slack_us; /* the longer, the sooner */
  s->gaps = has_gap (s) ? s->gaps + 1 : 0;
  return s->over >= OVER_TICKS || s->full >= 2 || s->gaps >= 2 ||
         (s->gaps > 0 && quick_us > QUEUE_NONE_US + slack_us);
}

void
lan_rate_sensor_advance (LanRateSensor *s, gint64 rtt_us, gint64 now_us)
{
  gint64 passed_us = now_us - s->tick_us, slack_us, quick_us, answer_us;
  guint arriving;

  if (!s->is_started || passed_us < LAN_RATE_TICK_US)
    return;
  s->tick_us = now_us;
  turn_slices (s, now_us);
  arriving = lan_rate_sensor_arriving (s, now_us);
  slack_us = packet_us (arriving);
  s->queue_us = MAX (0, least_lately (s, RATE_WINDOW, now_us) - base (s));
  quick_us = MAX (0, least_lately (s, LAN_RATE_TICK_US, now_us) - base (s));
  answer_us = DECREASE_US + MAX (0, rtt_us - quick_us); /* until a decrease can be seen here */
  if (is_overused (s, quick_us, slack_us)) {
    if (s->state != LAN_RATE_DECREASE || now_us - s->decreased_us > answer_us)
      decrease (s, quick_us, now_us);
  } else if (s->queue_us > QUEUE_NONE_US + slack_us) {
    s->state = LAN_RATE_HOLD;
  } else if (s->state != LAN_RATE_INCREASE) {
    s->state = LAN_RATE_INCREASE;
    s->decreases = 0;
  } else {
    increase (s, arriving, rtt_us, (double) MIN (passed_us, G_USEC_PER_SEC) / G_USEC_PER_SEC);
  }
  s->rate = CLAMP (s->rate, LAN_RATE_MIN, LAN_RATE_MAX);
}

/* ---- the sender's half ---- */

#define LOSS_LITTLE    20 /* per mille over the floor */
#define LOSS_MUCH      100
#define LOSS_FLOOR_MAX 200
#define PACKETS_LEAST  20 /* before a second is over */

void
lan_rate_control_init (LanRateControl *c, gint64 now_us)
{
  memset (c, 0, sizeof *c);
  c->sensed = c->rate = LAN_RATE_START;
  c->loss_limit = LAN_RATE_MAX;
  c->heard_us = c->second_us = now_us;
}

static guint
loss_floor (const LanRateControl *c)
{
  guint least = LOSS_FLOOR_MAX;

  for (guint i = 0; i < c->n_losses; i++)
    least = MIN (least, c->losses[i]);
  return least;
}

static void
end_second (LanRateControl *c, guint loss)
{
  guint over;

  c->losses[c->next_loss] = loss;
  c->next_loss = (c->next_loss + 1) % LAN_RATE_FLOOR_SECONDS;
  c->n_losses = MIN (c->n_losses + 1, LAN_RATE_FLOOR_SECONDS);
  c->loss = loss;
  over = loss - MIN (loss, loss_floor (c));
  if (over > LOSS_MUCH)
    c->loss_limit = (guint) (c->rate * (1 - 0.5 * over / 1000));
  else if (over < LOSS_LITTLE)
    c->loss_limit = (guint) MIN (MAX (c->loss_limit, c->rate) * 1.3, LAN_RATE_MAX);
}

static void
settle (LanRateControl *c)
{
  c->rate = CLAMP (MIN (c->sensed, c->loss_limit), LAN_RATE_MIN, LAN_RATE_MAX);
}

void
lan_rate_control_report (LanRateControl *c, guint sensed, guint32 highest, guint32 received,
                         gint64 now_us)
{
  guint32 sent = highest - c->highest, came = received - c->received;

  c->heard_us = now_us;
  c->sensed = sensed;
  if (!c->has_begun || sent > G_MAXINT32 || came > G_MAXINT32) {
    c->has_begun = TRUE;
    c->highest = highest;
    c->received = received;
    c->second_us = now_us;
  } else if (now_us - c->second_us >= G_USEC_PER_SEC && sent >= PACKETS_LEAST) {
    end_second (c, (guint) ((guint64) (sent - MIN (sent, came)) * 1000 / sent));
    c->highest = highest;
    c->received = received;
    c->second_us = now_us;
  }
  settle (c);
}

void
lan_rate_control_advance (LanRateControl *c, gint64 now_us)
{
  if (now_us - c->heard_us < G_USEC_PER_SEC)
    return;
  c->heard_us = now_us;
  c->sensed = MAX (c->rate / 2, LAN_RATE_MIN);
  settle (c);
}
