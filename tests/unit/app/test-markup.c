/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What is drawn on a picture, looked at pixel by pixel. */
#include "lan-markup.h"

#define WIDTH  120
#define HEIGHT 90
#define RED    0xff0000
#define BLOCK  14 /* a side of what a mosaic leaves one colour of */

/* No two neighbours are alike, and nothing is red. */
static GdkPixbuf *
picture_new (void)
{
  GdkPixbuf *picture = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, WIDTH, HEIGHT);

  for (int y = 0; y < HEIGHT; y++) {
    guchar *row = gdk_pixbuf_get_pixels (picture) + y * gdk_pixbuf_get_rowstride (picture);

    for (int x = 0; x < WIDTH; x++) {
      row[3 * x] = (guchar) (x * 37 % 128);
      row[3 * x + 1] = (guchar) (y * 53 % 256);
      row[3 * x + 2] = (guchar) ((x + y) * 91 % 256);
    }
  }
  return picture;
}

static guint
pixel (GdkPixbuf *picture, int x, int y)
{
  const guchar *at = gdk_pixbuf_read_pixels (picture) + y * gdk_pixbuf_get_rowstride (picture) +
                     x * gdk_pixbuf_get_n_channels (picture);

  return (guint) at[0] << 16 | (guint) at[1] << 8 | at[2];
}

static void
drag (LanMarkup *markup, LanMarkupTool tool, double x, double y, double to_x, double to_y)
{
  lan_markup_begin (markup, tool, RED, "Ag", x, y);
  lan_markup_move (markup, to_x, to_y);
}

static guint
count_red (GdkPixbuf *picture)
{
  guint n = 0;

  for (int y = 0; y < gdk_pixbuf_get_height (picture); y++) {
    for (int x = 0; x < gdk_pixbuf_get_width (picture); x++)
      n += pixel (picture, x, y) == RED;
  }
  return n;
}

static void
assert_same (GdkPixbuf *a, GdkPixbuf *b)
{
  g_assert_cmpint (gdk_pixbuf_get_width (a), ==, gdk_pixbuf_get_width (b));
  g_assert_cmpint (gdk_pixbuf_get_height (a), ==, gdk_pixbuf_get_height (b));
  for (int y = 0; y < gdk_pixbuf_get_height (a); y++) {
    for (int x = 0; x < gdk_pixbuf_get_width (a); x++)
      g_assert_cmphex (pixel (a, x, y), ==, pixel (b, x, y));
  }
}

/* A click that slipped draws nothing. */
static void
test_too_small (void)
{
  static const LanMarkupTool tools[] = { LAN_MARKUP_ARROW, LAN_MARKUP_BOX, LAN_MARKUP_PEN,
                                         LAN_MARKUP_MOSAIC, LAN_MARKUP_CROP };
  g_autoptr (GdkPixbuf) picture = picture_new ();
  g_autoptr (GdkPixbuf) rendered = NULL;
  LanMarkup *markup = lan_markup_new (picture);

  g_assert_false (lan_markup_end (markup));
  lan_markup_move (markup, 3, 3);
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++) {
    drag (markup, tools[i], 20, 20, 22, 22);
    g_assert_false (lan_markup_end (markup));
    g_assert_cmpuint (lan_markup_get_count (markup), ==, 0);
  }
  lan_markup_begin (markup, LAN_MARKUP_TEXT, RED, "", 20, 20);
  g_assert_false (lan_markup_end (markup));
  g_assert_false (lan_markup_undo (markup));
  rendered = lan_markup_render (markup);
  assert_same (rendered, picture);
  lan_markup_free (markup);
}

/* Each leaves its colour, and nothing of it stays when it is taken back. */
static void
test_drawn_and_undone (void)
{
  static const LanMarkupTool tools[] = { LAN_MARKUP_ARROW, LAN_MARKUP_BOX, LAN_MARKUP_PEN,
                                         LAN_MARKUP_TEXT };
  g_autoptr (GdkPixbuf) picture = picture_new ();
  LanMarkup *markup = lan_markup_new (picture);

  for (guint i = 0; i < G_N_ELEMENTS (tools); i++) {
    g_autoptr (GdkPixbuf) with = NULL, without = NULL;

    drag (markup, tools[i], 20, 20, 70, 60);
    g_assert_true (lan_markup_end (markup));
    g_assert_cmpuint (lan_markup_get_count (markup), ==, 1);
    with = lan_markup_render (markup);
    g_assert_cmpuint (count_red (with), >, 20);
    g_assert_true (lan_markup_undo (markup));
    without = lan_markup_render (markup);
    assert_same (without, picture);
  }
  lan_markup_free (markup);
}

static void
test_box (void)
{
  g_autoptr (GdkPixbuf) picture = picture_new ();
  g_autoptr (GdkPixbuf) rendered = NULL;
  LanMarkup *markup = lan_markup_new (picture);

  drag (markup, LAN_MARKUP_BOX, 80, 60, 20, 20); /* from its last corner to its first */
  g_assert_true (lan_markup_end (markup));
  rendered = lan_markup_render (markup);
  g_assert_cmphex (pixel (rendered, 20, 40), ==, RED);
  g_assert_cmphex (pixel (rendered, 50, 60), ==, RED);
  g_assert_cmphex (pixel (rendered, 50, 40), ==, pixel (picture, 50, 40));
  g_assert_cmphex (pixel (rendered, 10, 40), ==, pixel (picture, 10, 40));
  lan_markup_free (markup);
}

/* What was there cannot be read any more: each block has one colour, whatever was drawn below it. */
static void
test_mosaic (void)
{
  g_autoptr (GdkPixbuf) picture = picture_new ();
  g_autoptr (GdkPixbuf) rendered = NULL;
  LanMarkup *markup = lan_markup_new (picture);

  drag (markup, LAN_MARKUP_ARROW, 30, 30, 60, 50);
  g_assert_true (lan_markup_end (markup));
  drag (markup, LAN_MARKUP_MOSAIC, 20, 20, 20 + 4 * BLOCK, 20 + 3 * BLOCK);
  g_assert_true (lan_markup_end (markup));
  rendered = lan_markup_render (markup);
  for (int y = 0; y < HEIGHT; y++) {
    for (int x = 0; x < WIDTH; x++) {
      gboolean inside = x >= 20 && x < 20 + 4 * BLOCK && y >= 20 && y < 20 + 3 * BLOCK;
      guint expected =
          inside ? pixel (rendered, 20 + (x - 20) / BLOCK * BLOCK, 20 + (y - 20) / BLOCK * BLOCK)
                 : pixel (picture, x, y);

      g_assert_cmphex (pixel (rendered, x, y), ==, expected);
    }
  }
  lan_markup_free (markup);
}

/* The last cut counts, no further than the picture goes; beside it the window is dark. */
static void
test_crop (void)
{
  g_autoptr (GdkPixbuf) picture = picture_new ();
  g_autoptr (GdkPixbuf) rendered = NULL, shown = NULL, whole = NULL;
  LanMarkup *markup = lan_markup_new (picture);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);

  drag (markup, LAN_MARKUP_CROP, 5, 5, 50, 50);
  g_assert_true (lan_markup_end (markup));
  drag (markup, LAN_MARKUP_CROP, 100, 30, WIDTH + 500, HEIGHT + 500);
  g_assert_true (lan_markup_end (markup));
  rendered = lan_markup_render (markup);
  g_assert_cmpint (gdk_pixbuf_get_width (rendered), ==, WIDTH - 100);
  g_assert_cmpint (gdk_pixbuf_get_height (rendered), ==, HEIGHT - 30);
  g_assert_cmphex (pixel (rendered, 3, 4), ==, pixel (picture, 103, 34));
  lan_markup_draw (markup, cr);
  shown = gdk_pixbuf_get_from_surface (surface, 0, 0, WIDTH, HEIGHT);
  g_assert_cmphex (pixel (shown, 110, 40), ==, pixel (picture, 110, 40));
  g_assert_cmpuint (pixel (shown, 40, 40) & 0xff, <, MAX (pixel (picture, 40, 40) & 0xff, 1));
  g_assert_true (lan_markup_undo (markup));
  g_assert_true (lan_markup_undo (markup));
  whole = lan_markup_render (markup);
  assert_same (whole, picture);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  lan_markup_free (markup);
}

/* A pen that never rests has an end. */
static void
test_long_line (void)
{
  g_autoptr (GdkPixbuf) picture = picture_new ();
  g_autoptr (GdkPixbuf) rendered = NULL;
  LanMarkup *markup = lan_markup_new (picture);

  lan_markup_begin (markup, LAN_MARKUP_PEN, RED, NULL, 0, 0);
  for (guint i = 0; i < 30000; i++)
    lan_markup_move (markup, i % 40,
                     i < 20000 - 1 ? 10 : 80); /* those beyond 20,000 are not kept */
  g_assert_true (lan_markup_end (markup));
  rendered = lan_markup_render (markup);
  g_assert_cmphex (pixel (rendered, 20, 10), ==, RED);
  g_assert_cmphex (pixel (rendered, 20, 80), ==, pixel (picture, 20, 80));
  lan_markup_free (markup);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/markup/too-small", test_too_small);
  g_test_add_func ("/app/markup/drawn-and-undone", test_drawn_and_undone);
  g_test_add_func ("/app/markup/box", test_box);
  g_test_add_func ("/app/markup/mosaic", test_mosaic);
  g_test_add_func ("/app/markup/crop", test_crop);
  g_test_add_func ("/app/markup/long-line", test_long_line);
  return g_test_run ();
}
