/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-image.h"

#include <string.h>

static guint
plane_width (guint plane, guint width)
{
  return plane == 0 ? width : (width + 1) / 2;
}

gsize
lan_picture_image_bytes (guint width, guint height)
{
  return (gsize) width * height + (gsize) 2 * plane_width (1, width) * plane_width (1, height);
}

void
lan_picture_image_init (LanPictureImage *image, guint8 *bytes, guint width, guint height)
{
  image->width = width;
  image->height = height;
  for (guint i = 0; i < 3; i++) {
    image->planes[i] = bytes;
    image->strides[i] = (int) plane_width (i, width);
    bytes += (gsize) plane_width (i, width) * plane_width (i, height);
  }
}

static void
shrink_row (const guint8 *above, const guint8 *below, guint8 *out, guint width)
{
  for (guint x = 0; x < width; x++)
    out[x] = (guint8) ((above[2 * x] + above[2 * x + 1] + below[2 * x] + below[2 * x + 1] + 2) / 4);
}

void
lan_picture_image_shrink (const LanPictureImage *image, LanPictureImage *out)
{
  gboolean is_copy = image->width == out->width && image->height == out->height;

  for (guint i = 0; i < 3; i++) {
    guint width = plane_width (i, out->width), height = plane_width (i, out->height);

    for (guint y = 0; y < height; y++) {
      const guint8 *from = image->planes[i] + (gsize) image->strides[i] * (is_copy ? y : 2 * y);
      guint8 *to = out->planes[i] + (gsize) out->strides[i] * y;

      if (is_copy)
        memcpy (to, from, width);
      else
        shrink_row (from, from + image->strides[i], to, width);
    }
  }
}

static guint8
clamp (int v)
{
  return (guint8) CLAMP (v, 0, 255);
}

GBytes *
lan_picture_image_to_rgb (const guint8 *i420, guint width, guint height)
{
  guint8 *rgb = g_malloc ((gsize) width * height * 3), *p = rgb;
  LanPictureImage image;

  lan_picture_image_init (&image, (guint8 *) i420, width, height);
  for (guint y = 0; y < height; y++) {
    const guint8 *luma = image.planes[0] + (gsize) image.strides[0] * y;
    const guint8 *u = image.planes[1] + (gsize) image.strides[1] * (y / 2);
    const guint8 *v = image.planes[2] + (gsize) image.strides[2] * (y / 2);

    for (guint x = 0; x < width; x++) {
      int c = 298 * (luma[x] - 16) + 128, d = u[x / 2] - 128, e = v[x / 2] - 128;

      *p++ = clamp ((c + 409 * e) >> 8);
      *p++ = clamp ((c - 100 * d - 208 * e) >> 8);
      *p++ = clamp ((c + 516 * d) >> 8);
    }
  }
  return g_bytes_new_take (rgb, (gsize) width * height * 3);
}
