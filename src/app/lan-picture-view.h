/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One picture that fills its place: fitted, or enlarged and moved about by wheel, keys and dragging.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAN_TYPE_PICTURE_VIEW (lan_picture_view_get_type ())
G_DECLARE_FINAL_TYPE (LanPictureView, lan_picture_view, LAN, PICTURE_VIEW, GtkDrawingArea)

/** Shows @pixbuf (nullable: nothing), fitted; @source_width: px of the picture it was made of. */
void lan_picture_view_set (LanPictureView *self, GdkPixbuf *pixbuf, guint source_width);

/** Larger (@factor > 1) or smaller, about the middle. */
void lan_picture_view_zoom (LanPictureView *self, double factor);

/** All of it, not enlarged. */
void lan_picture_view_fit (LanPictureView *self);

/** One pixel of the picture on one of the screen. */
void lan_picture_view_full (LanPictureView *self);

/** By parts of what is seen. */
void lan_picture_view_move (LanPictureView *self, double x, double y);

/** Percent of the picture's own size. Emits "zoomed" when it changes. */
int lan_picture_view_get_percent (LanPictureView *self);

G_END_DECLS
