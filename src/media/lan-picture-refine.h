/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * How well each picture of a screen is to be encoded. What moves may be coarse. What stands still is
 * encoded again, each time finer, until its text is as sharp as on the sender's screen; after that only a
 * sign of life goes now and then, which costs next to nothing. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_PICTURE_COARSEST 56     /* quantizer of libvpx, 0 to 63 */
#define LAN_PICTURE_FINE     10     /* finer than that no eye sees, nor SSIM */
#define LAN_PICTURE_ALIVE_US 330000 /* between signs of life */

typedef struct {
  guint quantizer; /* of what was encoded last; 0: nothing was */
  guint finest;    /* a finer one became too large: not of this picture */
  gint64 at_us;
} LanPictureRefine;

void lan_picture_refine_init (LanPictureRefine *r);

/**
 * The coarsest quantizer that the picture of now may have; 0: it need not be encoded. @has_changed: since the
 * one before.
 */
guint lan_picture_refine_next (LanPictureRefine *r, gboolean has_changed, gint64 now_us);

/** It was encoded with @quantizer; @is_too_large: to be sent. */
void lan_picture_refine_done (LanPictureRefine *r, guint quantizer, gboolean is_too_large,
                              gint64 now_us);

G_END_DECLS
