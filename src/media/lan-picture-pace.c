/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-pace.h"

#include "lan-picture-receive.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_US  (10 * G_USEC_PER_SEC)
#define PERCENTILE 95
#define LEAST      20 /* pictures before anything waits */

void
lan_picture_pace_init (LanPicturePace *pace)
{
  memset (pace, 0, sizeof *pace);
}

static gint64
way (guint32 time_ms, gint64 at_us)
{
  return at_us - (gint64) time_ms * 1000;
}

void
lan_picture_pace_whole (LanPicturePace *pace, guint32 time_ms, gint64 now_us)
{
  gint64 way_us = way (time_ms, now_us);

  if (pace->window_us == 0) {
    pace->least_us = pace->least_before_us = way_us;
    pace->window_us = MAX (now_us, 1);
  } else if (now_us - pace->window_us > WINDOW_US) {
    pace->least_before_us = pace->least_us;
    pace->least_us = way_us;
    pace->window_us = now_us;
  }
  pace->least_us = MIN (pace->least_us, way_us);
}

static gint64
least (const LanPicturePace *pace)
{
  return MIN (pace->least_us, pace->least_before_us);
}

static int
compare (const void *a, const void *b)
{
  gint32 x = *(const gint32 *) a, y = *(const gint32 *) b;

  return (x > y) - (x < y);
}

void
lan_picture_pace_given (LanPicturePace *pace, guint32 time_ms, gint64 ready_us)
{
  gint32 sorted[LAN_PICTURE_PACE_HISTORY];
  gint64 late_us = way (time_ms, ready_us) - least (pace);

  pace->late_us[pace->next] = (gint32) CLAMP (late_us, 0, LAN_PICTURE_WAIT_MAX);
  pace->next = (pace->next + 1) % LAN_PICTURE_PACE_HISTORY;
  pace->n = MIN (pace->n + 1, LAN_PICTURE_PACE_HISTORY);
  memcpy (sorted, pace->late_us, sizeof (gint32) * pace->n);
  qsort (sorted, pace->n, sizeof (gint32), compare);
  pace->wait_us = pace->n >= LEAST ? sorted[pace->n * PERCENTILE / 100] : 0;
}

gint64
lan_picture_pace_due (const LanPicturePace *pace, guint32 time_ms, gint64 ready_us)
{
  gint64 due_us = least (pace) + (gint64) time_ms * 1000 + pace->wait_us;

  return MIN (due_us, ready_us + LAN_PICTURE_WAIT_MAX);
}
