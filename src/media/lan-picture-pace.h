/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * When pictures are shown, so that movement is even: each as long after it was taken as the quickest one
 * lately, and later by what 95 of 100 lately took longer than that. Pure; nothing is allocated.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_PICTURE_PACE_HISTORY 100

typedef struct {
  gint64 least_us,
      least_before_us; /* from being taken to being whole; of this window and of the last */
  gint64 window_us;    /* when this one began; 0: nothing seen */
  gint32 late_us[LAN_PICTURE_PACE_HISTORY];
  guint n, next;
  gint64 wait_us;
} LanPicturePace;

void lan_picture_pace_init (LanPicturePace *pace);

/** A picture taken at @time_ms of its sender's clock has come whole. */
void lan_picture_pace_whole (LanPicturePace *pace, guint32 time_ms, gint64 now_us);

/** One that could have been shown from @ready_us on was. */
void lan_picture_pace_given (LanPicturePace *pace, guint32 time_ms, gint64 ready_us);

/** When a picture is to be shown that could be from @ready_us on; never more than a moment later. */
gint64 lan_picture_pace_due (const LanPicturePace *pace, guint32 time_ms, gint64 ready_us);

G_END_DECLS
