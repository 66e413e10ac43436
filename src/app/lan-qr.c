/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-qr.h"

#include <qrencode.h>

#define QUIET 4 /* modules around it, as the standard asks */

void
lan_qr_draw (cairo_t *cr, const char *text, int width, int height)
{
  QRcode *code = *text != '\0' ? QRcode_encodeString8bit (text, 0, QR_ECLEVEL_L) : NULL;
  int modules, size, scale;

  if (code == NULL)
    return;
  modules = code->width + 2 * QUIET;
  scale = MAX (MIN (width, height) / modules, 1); /* whole pixels, or its edges are grey */
  size = scale * modules;
  cairo_translate (cr, (width - size) / 2, (height - size) / 2);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_rectangle (cr, 0, 0, size, size);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 0, 0, 0);
  for (int i = 0; i < code->width * code->width; i++) {
    if ((code->data[i] & 1) != 0)
      cairo_rectangle (cr, (i % code->width + QUIET) * scale, (i / code->width + QUIET) * scale,
                       scale, scale);
  }
  cairo_fill (cr);
  QRcode_free (code);
}
