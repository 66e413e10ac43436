/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A picture as it is between camera, codec and screen: I420, BT.601, three planes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint width, height;
  guint8 *planes[3]; /* Y, U, V; borrowed */
  int strides[3];
} LanPictureImage;

/** Bytes of one without gaps between its rows. */
gsize lan_picture_image_bytes (guint width, guint height);

/** @image looks at @bytes, which have room for one of its size without gaps. */
void lan_picture_image_init (LanPictureImage *image, guint8 *bytes, guint width, guint height);

/** Each pixel of @out, half as wide and high, is the mean of four; or a copy, where they are as large. */
void lan_picture_image_shrink (const LanPictureImage *image, LanPictureImage *out);

/** Three bytes a pixel, red first, without gaps. @i420: as lan_picture_image_init() lays it out. */
GBytes *lan_picture_image_to_rgb (const guint8 *i420, guint width, guint height);

G_END_DECLS
