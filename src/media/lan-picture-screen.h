/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Pictures of a screen to encoded ones: text that can be read comes first. The size stays as long as it can, what moves
 * is shown less often, and what stands still becomes sharp (lan-picture-refine.h). Time is given; one thread.
 */
#pragma once

#include "lan-picture-codec.h"

G_BEGIN_DECLS

typedef struct _LanPictureScreen LanPictureScreen;

typedef struct {
  guint rate;         /* bit/s */
  gboolean wants_key; /* until one came */
  gboolean is_behind; /* what was encoded before still waits: nothing more now */
} LanPictureOrder;

typedef enum {
  LAN_PICTURE_SCREEN_SAME,     /* nothing new is to be sent */
  LAN_PICTURE_SCREEN_LEFT_OUT, /* there would be, but not now */
  LAN_PICTURE_SCREEN_CODED,
  LAN_PICTURE_SCREEN_FAILED, /* the next one must be a key picture */
} LanPictureScreenResult;

LanPictureScreen *lan_picture_screen_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_picture_screen_free (LanPictureScreen *screen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPictureScreen, lan_picture_screen_free)

/** What is to be seen at @at_us. @has_changed: since the last call. @coded: filled when CODED. */
LanPictureScreenResult lan_picture_screen_put (LanPictureScreen *screen,
                                               const LanPictureImage *image, gboolean has_changed,
                                               const LanPictureOrder *order, gint64 at_us,
                                               LanPictureCoded *coded);

/** Until the next one is wanted. */
guint lan_picture_screen_interval_ms (const LanPictureScreen *screen);

G_END_DECLS
