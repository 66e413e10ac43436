/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-steps.h"

#include "lan-media-packet.h"

#include <math.h>

#define REFERENCE_AREA (640 * 480)

static const struct {
  guint rate; /* bit/s that a source of 640x480 needs for it */
  guint shrink;
  guint interval_ms;
} steps[LAN_PICTURE_STEPS] = {
  { 350000, 1, 33 }, /* 640x480, 30 a second */
  { 220000, 1, 66 }, /* 15 */
  { 130000, 2, 66 }, /* 320x240 */
  { 80000, 2, 100 }, /* 10 */
  { 0, 2, 200 },     /* 5 */
};

void
lan_picture_steps_init (LanPictureSteps *s)
{
  *s = (LanPictureSteps){ 0 };
}

/* A larger picture needs more, but less than its area says. */
static guint
needs (guint step, guint width, guint height)
{
  double larger = (double) width * height / REFERENCE_AREA;

  return (guint) (steps[step].rate * pow (MAX (larger, 0.01), 0.75));
}

guint
lan_picture_steps_choose (LanPictureSteps *s, guint rate, guint width, guint height, gint64 now_us)
{
  while (s->step + 1 < LAN_PICTURE_STEPS && rate < needs (s->step, width, height)) {
    s->step++;
    s->better_us = 0;
  }
  if (s->step == 0 || rate < needs (s->step - 1, width, height) / 4 * 5) {
    s->better_us = 0;
  } else if (s->better_us == 0) {
    s->better_us = now_us;
  } else if (now_us - s->better_us >= G_USEC_PER_SEC) {
    s->step--;
    s->better_us = 0;
  }
  return s->step;
}

void
lan_picture_steps_shape (guint step, guint width, guint height, LanPictureShape *shape)
{
  guint shrink = steps[MIN (step, LAN_PICTURE_STEPS - 1)].shrink;

  shape->width = MAX (width / shrink & ~1U, LAN_PICTURE_SIDE_MIN);
  shape->height = MAX (height / shrink & ~1U, LAN_PICTURE_SIDE_MIN);
  shape->interval_ms = steps[MIN (step, LAN_PICTURE_STEPS - 1)].interval_ms;
}
