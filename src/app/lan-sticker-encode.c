/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-sticker-encode.h"

static const int sides[] = { LAN_STICKER_PX, 208, 160, 128, 96, 64 };
static const char *const qualities[] = { "90", "80", "65" };

static gboolean
has_holes (GdkPixbuf *pixbuf)
{
  const guint8 *pixels = gdk_pixbuf_read_pixels (pixbuf);
  gsize stride = (gsize) gdk_pixbuf_get_rowstride (pixbuf);

  if (!gdk_pixbuf_get_has_alpha (pixbuf))
    return FALSE;
  for (int y = 0; y < gdk_pixbuf_get_height (pixbuf); y++) {
    for (int x = 0; x < gdk_pixbuf_get_width (pixbuf); x++) {
      if (pixels[(gsize) y * stride + (gsize) x * 4 + 3] < 255)
        return TRUE;
    }
  }
  return FALSE;
}

static GdkPixbuf *
fit (GdkPixbuf *pixbuf, int side)
{
  int width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf);
  int longest = MAX (width, height);

  if (longest <= side)
    return g_object_ref (pixbuf);
  return gdk_pixbuf_scale_simple (pixbuf, MAX (1, width * side / longest),
                                  MAX (1, height * side / longest), GDK_INTERP_BILINEAR);
}

/* @quality: of JPEG; NULL: PNG. */
static GBytes *
save (GdkPixbuf *pixbuf, const char *quality, gsize max_bytes)
{
  char *data = NULL;
  gsize len = 0;
  gboolean good;

  if (quality != NULL)
    good = gdk_pixbuf_save_to_buffer (pixbuf, &data, &len, "jpeg", NULL, "quality", quality, NULL);
  else
    good = gdk_pixbuf_save_to_buffer (pixbuf, &data, &len, "png", NULL, "compression", "9", NULL);
  if (good && len <= max_bytes)
    return g_bytes_new_take (data, len);
  g_free (data);
  return NULL;
}

GBytes *
lan_sticker_encode (GdkPixbuf *pixbuf, gsize max_bytes)
{
  gboolean needs_png = has_holes (pixbuf);

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++) {
    g_autoptr (GdkPixbuf) fitted = fit (pixbuf, sides[i]);
    GBytes *bytes = fitted != NULL ? save (fitted, NULL, max_bytes) : NULL;

    for (gsize q = 0; fitted != NULL && bytes == NULL && !needs_png && q < G_N_ELEMENTS (qualities);
         q++)
      bytes = save (fitted, qualities[q], max_bytes);
    if (bytes != NULL)
      return bytes;
  }
  return NULL;
}
