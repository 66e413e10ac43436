/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A QR code in the terminal: two modules to a character, light ones drawn, as terminals are mostly dark. */
#include "lan-cli.h"

#include <qrencode.h>
#include <stdio.h>

#define QUIET 2

static gboolean
is_dark (const QRcode *code, int x, int y)
{
  return x >= 0 && y >= 0 && x < code->width && y < code->width &&
         (code->data[y * code->width + x] & 1) != 0;
}

void
lan_cli_print_qr (const char *text)
{
  static const char *const blocks[] = { "\u2588", "\u2584", "\u2580", " " };
  QRcode *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_L);

  if (code == NULL)
    return;
  for (int y = -QUIET; y < code->width + QUIET; y += 2) {
    for (int x = -QUIET; x < code->width + QUIET; x++)
      fputs (blocks[(is_dark (code, x, y) ? 1 : 0) + (is_dark (code, x, y + 1) ? 2 : 0)], stdout);
    fputc ('\n', stdout);
  }
  QRcode_free (code);
}
