/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-pattern.h"

#include <string.h>

#define BLACK 32
#define WHITE 220

/* The fields' height. */
static guint
row_height (const LanPictureImage *image)
{
  return image->height / 12;
}

static guint8
shade (guint32 number, guint x, guint y)
{
  /* Slanted waves that wander, and a square grid that stands. */
  guint wave = (x * 2 + y + number * 6) & 127;
  guint v = wave < 64 ? wave : 127 - wave;

  return (guint8) (70 + v * 2 + ((x ^ y) & 32 ? 12 : 0));
}

static void
draw_ball (guint32 number, LanPictureImage *image)
{
  guint size = image->height / 6, room_x = image->width - size,
        room_y = image->height - size - row_height (image);
  guint x = number * 7 % (2 * room_x), y = number * 5 % (2 * room_y);

  x = x < room_x ? x : 2 * room_x - x;
  y = row_height (image) + (y < room_y ? y : 2 * room_y - y);
  for (guint i = 0; i < size; i++)
    memset (image->planes[0] + (gsize) image->strides[0] * (y + i) + x, WHITE, size);
}

void
lan_picture_pattern_mark (guint32 number, LanPictureImage *image)
{
  guint field = image->width / LAN_PICTURE_PATTERN_BITS;

  for (guint y = 0; y < row_height (image); y++) {
    for (guint bit = 0; bit < LAN_PICTURE_PATTERN_BITS; bit++)
      memset (image->planes[0] + (gsize) image->strides[0] * y + bit * field,
              number >> (LAN_PICTURE_PATTERN_BITS - 1 - bit) & 1 ? WHITE : BLACK, field);
  }
}

void
lan_picture_pattern_draw (guint32 number, LanPictureImage *image)
{
  for (guint y = 0; y < image->height; y++) {
    guint8 *row = image->planes[0] + (gsize) image->strides[0] * y;

    for (guint x = 0; x < image->width; x++)
      row[x] = shade (number, x, y);
  }
  draw_ball (number, image);
  lan_picture_pattern_mark (number, image);
  for (guint i = 1; i < 3; i++) {
    for (guint y = 0; y < (image->height + 1) / 2; y++)
      memset (image->planes[i] + (gsize) image->strides[i] * y,
              (int) (96 + (y * 64 / image->height)), (image->width + 1) / 2);
  }
}

guint32
lan_picture_pattern_read (const LanPictureImage *image)
{
  guint field = image->width / LAN_PICTURE_PATTERN_BITS, y = row_height (image) / 2;
  guint32 number = 0;

  for (guint bit = 0; bit < LAN_PICTURE_PATTERN_BITS; bit++) {
    guint8 v = image->planes[0][(gsize) image->strides[0] * y + bit * field + field / 2];

    if (v > BLACK + 50 && v < WHITE - 50)
      return G_MAXUINT32;
    number = number << 1 | (v >= WHITE - 50);
  }
  return number;
}
