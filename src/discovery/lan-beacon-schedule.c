/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-beacon-schedule.h"

#include "lan-beacon.h"

/* Stated a little under DESIGN section 4's two seconds: silence of 2.5 intervals then still ends
 * within five seconds. */
#define BASE_INTERVAL_MS   1900
#define SEGMENT_PER_SECOND 45 /* 50, less what the jitter takes off each interval */
#define ANSWER_SPREAD_MS   150
#define ANSWER_MIN_GAP_US  200000
#define ANSWERS_PER_SECOND 0.5
#define ANSWERS_BURST      4
#define JITTER_PERCENT     10

static const guint quick_ms[] = { 0, 250, 750 };

static gint64
jitter_us (LanBeaconSchedule *s, guint max_ms)
{
  return (gint64) lan_random_below (s->random, max_ms + 1) * 1000;
}

void
lan_beacon_schedule_init (LanBeaconSchedule *s, const LanRandom *random, gint64 now_us)
{
  *s = (LanBeaconSchedule){ .random = random, .interval_ms = BASE_INTERVAL_MS };
  lan_rate_init (&s->answers, ANSWERS_PER_SECOND, ANSWERS_BURST);
  lan_beacon_schedule_restart (s, now_us);
}

void
lan_beacon_schedule_restart (LanBeaconSchedule *s, gint64 now_us)
{
  s->quick_sent = 0;
  s->next_us = now_us + jitter_us (s, 20);
}

static void
bring_forward (LanBeaconSchedule *s, gint64 due_us)
{
  if (s->last_us != 0)
    due_us = MAX (due_us, s->last_us + ANSWER_MIN_GAP_US);
  s->next_us = MIN (s->next_us, due_us);
}

void
lan_beacon_schedule_hurry (LanBeaconSchedule *s, gint64 now_us)
{
  bring_forward (s, now_us + jitter_us (s, 20));
}

void
lan_beacon_schedule_answer (LanBeaconSchedule *s, gint64 now_us)
{
  /* In a crowd everybody answers the same newcomer: the spread grows with the stretched interval. */
  guint spread_ms = MAX (ANSWER_SPREAD_MS, s->interval_ms - BASE_INTERVAL_MS);

  if (lan_rate_take (&s->answers, now_us))
    bring_forward (s, now_us + 10000 + jitter_us (s, spread_ms));
}

void
lan_beacon_schedule_set_crowd (LanBeaconSchedule *s, guint neighbours, guint datagrams)
{
  guint stretched =
      (guint) MIN ((guint64) (neighbours + 1) * MAX (datagrams, 1) * 1000 / SEGMENT_PER_SECOND,
                   LAN_BEACON_MAX_INTERVAL_MS);

  s->interval_ms = MAX (BASE_INTERVAL_MS, stretched);
}

gboolean
lan_beacon_schedule_take (LanBeaconSchedule *s, gint64 now_us)
{
  guint step_ms, jitter_ms;

  if (now_us < s->next_us)
    return FALSE;
  s->last_us = now_us;
  s->quick_sent = MIN (s->quick_sent + 1, G_N_ELEMENTS (quick_ms));
  if (s->quick_sent < G_N_ELEMENTS (quick_ms))
    step_ms = quick_ms[s->quick_sent];
  else
    step_ms = s->interval_ms;
  /* Earlier, never later than stated. */
  jitter_ms = step_ms * JITTER_PERCENT / 100;
  s->next_us = now_us + (gint64) step_ms * 1000 - jitter_us (s, jitter_ms);
  return TRUE;
}
