/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-page.h"

#include "lan-picture-pattern.h"

#include <string.h>

#define PAPER       235
#define INK         16
#define GREY        128 /* no colour */
#define CELL_WIDTH  6
#define LINE_HEIGHT 11
#define GLYPHS      36
#define GLYPH_ROWS  7
#define SCROLL      3 /* px from one page to the next */
#define WORD_CELLS  7 /* with the gap behind it, at most */

#define PAGES_A_CYCLE (LAN_PICTURE_PAGE_MOVES_MS / LAN_PICTURE_PAGE_MS)

/* Rows from above, five dots each, the left one greatest. */
static const guint8 glyphs[GLYPHS][GLYPH_ROWS] = {
  { 14, 17, 17, 31, 17, 17, 17 }, /* A */
  { 30, 17, 17, 30, 17, 17, 30 }, { 14, 17, 16, 16, 16, 17, 14 }, { 30, 17, 17, 17, 17, 17, 30 },
  { 31, 16, 16, 30, 16, 16, 31 }, { 31, 16, 16, 30, 16, 16, 16 }, { 14, 17, 16, 23, 17, 17, 15 },
  { 17, 17, 17, 31, 17, 17, 17 }, { 14, 4, 4, 4, 4, 4, 14 },      { 7, 2, 2, 2, 2, 18, 12 },
  { 17, 18, 20, 24, 20, 18, 17 }, { 16, 16, 16, 16, 16, 16, 31 }, { 17, 27, 21, 21, 17, 17, 17 },
  { 17, 25, 21, 19, 17, 17, 17 }, { 14, 17, 17, 17, 17, 17, 14 }, { 30, 17, 17, 30, 16, 16, 16 },
  { 14, 17, 17, 17, 21, 18, 13 }, { 30, 17, 17, 30, 20, 18, 17 }, { 15, 16, 16, 14, 1, 1, 30 },
  { 31, 4, 4, 4, 4, 4, 4 },       { 17, 17, 17, 17, 17, 17, 14 }, { 17, 17, 17, 17, 17, 10, 4 },
  { 17, 17, 17, 21, 21, 27, 17 }, { 17, 17, 10, 4, 10, 17, 17 },  { 17, 17, 10, 4, 4, 4, 4 },
  { 31, 1, 2, 4, 8, 16, 31 },     { 14, 17, 19, 21, 25, 17, 14 }, /* 0 */
  { 4, 12, 4, 4, 4, 4, 14 },      { 14, 17, 1, 6, 8, 16, 31 },    { 31, 1, 2, 6, 1, 17, 14 },
  { 2, 6, 10, 18, 31, 2, 2 },     { 31, 16, 30, 1, 1, 17, 14 },   { 6, 8, 16, 30, 17, 17, 14 },
  { 31, 1, 2, 4, 4, 8, 8 },       { 14, 17, 17, 14, 17, 17, 14 }, { 14, 17, 17, 15, 1, 2, 12 },
};

guint32
lan_picture_page_at (gint64 ms)
{
  gint64 within = ms % LAN_PICTURE_PAGE_CYCLE_MS;

  return (guint32) (ms / LAN_PICTURE_PAGE_CYCLE_MS * PAGES_A_CYCLE +
                    MIN (within / LAN_PICTURE_PAGE_MS + 1, PAGES_A_CYCLE)) &
         ((1U << LAN_PICTURE_PATTERN_BITS) - 1);
}

gint64
lan_picture_page_still_ms (gint64 ms)
{
  return ms % LAN_PICTURE_PAGE_CYCLE_MS - (PAGES_A_CYCLE - 1) * LAN_PICTURE_PAGE_MS;
}

static guint
mix (guint a, guint b)
{
  guint x = a * 2654435761U ^ b * 2246822519U;

  x ^= x >> 15;
  x *= 2654435761U;
  return x ^ x >> 13;
}

/* NULL: a gap between words, or the margin. */
static const guint8 *
glyph_at (guint line, guint cell, guint cells)
{
  guint word = cell / WORD_CELLS, length = 2 + mix (line, word) % (WORD_CELLS - 2);
  guint line_cells = cells - 4 - mix (line, 77) % (cells / 3);

  if (line % 9 == 8 || cell < 2 || cell >= line_cells || cell % WORD_CELLS >= length)
    return NULL;
  return glyphs[mix (line * 131 + 7, cell) % GLYPHS];
}

static void
draw_row (guint line, guint row, guint8 *out, guint width)
{
  guint cells = width / CELL_WIDTH;

  memset (out, PAPER, width);
  for (guint cell = 0; cell < cells && row < GLYPH_ROWS; cell++) {
    const guint8 *glyph = glyph_at (line, cell, cells);

    for (guint x = 0; glyph != NULL && x < CELL_WIDTH - 1; x++) {
      if ((glyph[row] >> (CELL_WIDTH - 2 - x) & 1) != 0)
        out[cell * CELL_WIDTH + x] = INK;
    }
  }
}

void
lan_picture_page_draw (guint32 number, LanPictureImage *image)
{
  guint from = number * SCROLL;

  for (guint y = 0; y < image->height; y++)
    draw_row ((y + from) / LINE_HEIGHT, (y + from) % LINE_HEIGHT,
              image->planes[0] + (gsize) image->strides[0] * y, image->width);
  for (guint i = 1; i < 3; i++) {
    for (guint y = 0; y < (image->height + 1) / 2; y++)
      memset (image->planes[i] + (gsize) image->strides[i] * y, GREY, (image->width + 1) / 2);
  }
  lan_picture_pattern_mark (number, image);
}
