/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Pixels to stickers: small enough whatever they are, and nothing in them but the picture. */
#include "lan-sticker-encode.h"
#include "lan-sticker-picture.h"

#include <string.h>

#define MAX_BYTES (40 * 1024)

/* @holes: whether some of it can be seen through; @noise: what no format makes small. */
static GdkPixbuf *
make (int width, int height, gboolean holes, gboolean noise)
{
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, width, height);
  guint8 *pixels = gdk_pixbuf_get_pixels (pixbuf);
  int stride = gdk_pixbuf_get_rowstride (pixbuf);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      guint8 *p = pixels + y * stride + x * 4;

      for (int c = 0; c < 3; c++)
        p[c] = noise ? (guint8) g_rand_int_range (random, 0, 256) : (guint8) (x * 255 / width);
      p[3] = holes && x < width / 4 ? 0 : 255;
    }
  }
  return pixbuf;
}

static void
check (int width, int height, gboolean holes, gboolean noise, const char *begin)
{
  g_autoptr (GdkPixbuf) pixbuf = make (width, height, holes, noise);
  g_autoptr (GBytes) bytes = lan_sticker_encode (pixbuf, MAX_BYTES);
  g_autoptr (GBytes) clean = NULL;
  guint32 w, h;

  g_assert_nonnull (bytes);
  g_assert_cmpuint (g_bytes_get_size (bytes), <=, MAX_BYTES);
  g_assert_cmpint (memcmp (g_bytes_get_data (bytes, NULL), begin, strlen (begin)), ==, 0);
  clean =
      lan_sticker_picture_clean (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &w, &h);
  g_assert_nonnull (clean);
  g_assert_cmpuint (MAX (w, h), <=, LAN_STICKER_PX);
  g_assert_cmpuint (w * (guint) height / (guint) width, ==, h);
}

static void
test_encode (void)
{
  check (200, 100, FALSE, FALSE, "\x89PNG");
  check (200, 100, TRUE, FALSE, "\x89PNG");
  check (256, 256, TRUE, TRUE, "\x89PNG");
  check (256, 256, FALSE, TRUE, "\xff\xd8");
  check (1024, 512, FALSE, TRUE, "\xff\xd8");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sticker/encode", test_encode);
  return g_test_run ();
}
