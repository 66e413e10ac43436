/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How large pictures are, and how many a second, for a rate: first fewer a second, then smaller ones, then
 * fewer still. What is shown of a face at half the pictures reads better than half its size. A screen is text: it
 * keeps its size as long as a rate bears even two pictures a second. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_PICTURE_STEPS 5

typedef struct {
  gboolean is_screen;
  guint step;       /* 0: as the source gives it */
  gint64 better_us; /* since when the rate would do for a higher step; 0: it would not */
} LanPictureSteps;

typedef struct {
  guint width, height; /* even */
  guint interval_ms;   /* from one picture to the next */
} LanPictureShape;

void lan_picture_steps_init (LanPictureSteps *s, gboolean is_screen);

/**
 * The step for @rate bit/s and a source of this size. Down at once, up when the rate has been a quarter more
 * than is needed for a second: at the edge pictures would change their size all the time.
 */
guint lan_picture_steps_choose (LanPictureSteps *s, guint rate, guint width, guint height,
                                gint64 now_us);

/** What the present step makes of a source of this size. */
void lan_picture_steps_shape (const LanPictureSteps *s, guint width, guint height,
                              LanPictureShape *shape);

G_END_DECLS
