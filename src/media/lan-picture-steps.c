/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-steps.h"

#include "lan-media-packet.h"

#include <math.h>

#define REFERENCE_AREA (640 * 480)

typedef struct {
  guint rate; /* bit/s that a source of 640x480 needs for it */
  guint shrink;
  guint interval_ms;
} Step;

static const Step camera_steps[LAN_PICTURE_STEPS] = {
  { 350000, 1, 33 }, /* 640x480, 30 a second */
  { 220000, 1, 66 }, /* 15 */
  { 130000, 2, 66 }, /* 320x240 */
  { 80000, 2, 100 }, /* 10 */
  { 0, 2, 200 },     /* 5 */
};

static const Step screen_steps[LAN_PICTURE_STEPS] = {
  { 300000, 1, 66 },  /* whole, 15 a second */
  { 150000, 1, 100 }, /* 10 */
  { 80000, 1, 200 },  /* 5 */
  { 35000, 1, 500 },  /* 2 */
  { 0, 2, 500 },
};

static const Step *
step_at (const LanPictureSteps *s, guint step)
{
  return s->is_screen ? &screen_steps[step] : &camera_steps[step];
}

void
lan_picture_steps_init (LanPictureSteps *s, gboolean is_screen)
{
  *s = (LanPictureSteps){ .is_screen = is_screen };
}

/* A larger picture needs more, but less than its area says. */
static guint
needs (const LanPictureSteps *s, guint step, guint width, guint height)
{
  double larger = (double) width * height / REFERENCE_AREA;

  return (guint) (step_at (s, step)->rate * pow (MAX (larger, 0.01), 0.75));
}

guint
lan_picture_steps_choose (LanPictureSteps *s, guint rate, guint width, guint height, gint64 now_us)
{
  while (s->step + 1 < LAN_PICTURE_STEPS && rate < needs (s, s->step, width, height)) {
    s->step++;
    s->better_us = 0;
  }
  if (s->step == 0 || rate < needs (s, s->step - 1, width, height) / 4 * 5) {
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
lan_picture_steps_shape (const LanPictureSteps *s, guint width, guint height,
                         LanPictureShape *shape)
{
  const Step *step = step_at (s, s->step);

  shape->width = MAX (width / step->shrink & ~1U, LAN_PICTURE_SIDE_MIN);
  shape->height = MAX (height / step->shrink & ~1U, LAN_PICTURE_SIDE_MIN);
  shape->interval_ms = step->interval_ms;
}
