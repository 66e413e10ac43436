/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-markup.h"

#include <math.h>
#include <pango/pangocairo.h>

#define LINE_PX   4
#define HEAD_PX   18
#define TEXT_PX   24
#define BLOCK_PX  14 /* a side of a block that one colour is left of */
#define LEAST_PX  4
#define POINT_MAX 20000

typedef struct {
  double x, y;
} Point;

typedef struct {
  LanMarkupTool tool;
  guint color;
  char *text;
  GArray *points;     /* of Point: the first, all between for a pen, the last */
  GdkPixbuf *blurred; /* of a mosaic that is complete */
} Shape;

struct _LanMarkup {
  GdkPixbuf *picture;
  GPtrArray *shapes;
};

static void
shape_free (gpointer data)
{
  Shape *shape = data;

  g_free (shape->text);
  g_array_unref (shape->points);
  g_clear_object (&shape->blurred);
  g_free (shape);
}

LanMarkup *
lan_markup_new (GdkPixbuf *picture)
{
  LanMarkup *self = g_new0 (LanMarkup, 1);

  self->picture = g_object_ref (picture);
  self->shapes = g_ptr_array_new_with_free_func (shape_free);
  return self;
}

void
lan_markup_free (LanMarkup *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->picture);
  g_ptr_array_unref (self->shapes);
  g_free (self);
}

int
lan_markup_get_width (LanMarkup *self)
{
  return gdk_pixbuf_get_width (self->picture);
}

int
lan_markup_get_height (LanMarkup *self)
{
  return gdk_pixbuf_get_height (self->picture);
}

guint
lan_markup_get_count (LanMarkup *self)
{
  return self->shapes->len;
}

static Shape *
last_of (LanMarkup *self)
{
  return self->shapes->len > 0 ? self->shapes->pdata[self->shapes->len - 1] : NULL;
}

static Point
first_point (const Shape *shape)
{
  return g_array_index (shape->points, Point, 0);
}

static Point
last_point (const Shape *shape)
{
  return g_array_index (shape->points, Point, shape->points->len - 1);
}

/* The pixels between its two corners that are of the picture. */
static GdkRectangle
area_of (LanMarkup *self, const Shape *shape)
{
  Point a = first_point (shape), b = last_point (shape);
  GdkRectangle all = { 0, 0, lan_markup_get_width (self), lan_markup_get_height (self) };
  GdkRectangle area = { (int) MIN (a.x, b.x), (int) MIN (a.y, b.y), (int) fabs (a.x - b.x),
                        (int) fabs (a.y - b.y) };

  if (!gdk_rectangle_intersect (&all, &area, &area))
    area = (GdkRectangle){ 0 };
  return area;
}

/* ---- what is done ---- */

void
lan_markup_begin (LanMarkup *self, LanMarkupTool tool, guint color, const char *text, double x,
                  double y)
{
  Shape *shape = g_new0 (Shape, 1);
  Point point = { x, y };

  shape->tool = tool;
  shape->color = color;
  shape->text = g_strdup (text != NULL ? text : "");
  shape->points = g_array_new (FALSE, FALSE, sizeof (Point));
  g_array_append_val (shape->points, point);
  g_ptr_array_add (self->shapes, shape);
}

void
lan_markup_move (LanMarkup *self, double x, double y)
{
  Shape *shape = last_of (self);
  Point point = { x, y };

  if (shape == NULL)
    return;
  if (shape->tool == LAN_MARKUP_TEXT)
    g_array_set_size (shape->points, 0);
  else if (shape->tool != LAN_MARKUP_PEN)
    g_array_set_size (shape->points, 1);
  if (shape->points->len < POINT_MAX)
    g_array_append_val (shape->points, point);
}

/* One colour for each block, so that nothing of it can be read or brought back. */
static GdkPixbuf *
blur (LanMarkup *self, const GdkRectangle *area)
{
  g_autoptr (GdkPixbuf) part =
      gdk_pixbuf_new_subpixbuf (self->picture, area->x, area->y, area->width, area->height);
  g_autoptr (GdkPixbuf) few = gdk_pixbuf_scale_simple (
      part, MAX (area->width / BLOCK_PX, 1), MAX (area->height / BLOCK_PX, 1), GDK_INTERP_BILINEAR);

  return gdk_pixbuf_scale_simple (few, area->width, area->height, GDK_INTERP_NEAREST);
}

gboolean
lan_markup_end (LanMarkup *self)
{
  Shape *shape = last_of (self);
  GdkRectangle area;
  gboolean meant;

  if (shape == NULL)
    return FALSE;
  area = area_of (self, shape);
  if (shape->tool == LAN_MARKUP_TEXT)
    meant = *shape->text != '\0';
  else if (shape->tool == LAN_MARKUP_ARROW || shape->tool == LAN_MARKUP_PEN)
    meant = hypot (last_point (shape).x - first_point (shape).x,
                   last_point (shape).y - first_point (shape).y) >= LEAST_PX ||
            shape->points->len > 2;
  else
    meant = area.width >= LEAST_PX && area.height >= LEAST_PX;
  if (!meant)
    lan_markup_undo (self);
  else if (shape->tool == LAN_MARKUP_MOSAIC)
    shape->blurred = blur (self, &area);
  return meant;
}

gboolean
lan_markup_undo (LanMarkup *self)
{
  if (self->shapes->len == 0)
    return FALSE;
  g_ptr_array_set_size (self->shapes, (int) self->shapes->len - 1);
  return TRUE;
}

/* ---- how it looks ---- */

static void
draw_arrow (cairo_t *cr, Point from, Point to)
{
  double way = atan2 (to.y - from.y, to.x - from.x);

  cairo_move_to (cr, from.x, from.y);
  cairo_line_to (cr, to.x - HEAD_PX / 2.0 * cos (way), to.y - HEAD_PX / 2.0 * sin (way));
  cairo_stroke (cr);
  cairo_move_to (cr, to.x, to.y);
  cairo_line_to (cr, to.x - HEAD_PX * cos (way - 0.45), to.y - HEAD_PX * sin (way - 0.45));
  cairo_line_to (cr, to.x - HEAD_PX * cos (way + 0.45), to.y - HEAD_PX * sin (way + 0.45));
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_text (cairo_t *cr, const Shape *shape)
{
  g_autoptr (PangoLayout) layout = pango_cairo_create_layout (cr);
  PangoFontDescription *font = pango_font_description_from_string ("Sans Bold");

  pango_font_description_set_absolute_size (font, TEXT_PX * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_text (layout, shape->text, -1);
  cairo_move_to (cr, first_point (shape).x, first_point (shape).y);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_mosaic (LanMarkup *self, cairo_t *cr, const Shape *shape)
{
  GdkRectangle area = area_of (self, shape);

  if (shape->blurred != NULL) {
    gdk_cairo_set_source_pixbuf (cr, shape->blurred, area.x, area.y);
    cairo_paint (cr);
  } else {
    gdk_cairo_rectangle (cr, &area);
    cairo_stroke (cr);
  }
}

static void
draw_shape (LanMarkup *self, cairo_t *cr, const Shape *shape)
{
  GdkRectangle area = area_of (self, shape);

  cairo_set_source_rgb (cr, (shape->color >> 16 & 0xff) / 255.0, (shape->color >> 8 & 0xff) / 255.0,
                        (shape->color & 0xff) / 255.0);
  cairo_set_line_width (cr, LINE_PX);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  switch (shape->tool) {
  case LAN_MARKUP_ARROW:
    draw_arrow (cr, first_point (shape), last_point (shape));
    break;
  case LAN_MARKUP_BOX:
    gdk_cairo_rectangle (cr, &area);
    cairo_stroke (cr);
    break;
  case LAN_MARKUP_PEN:
    for (guint i = 0; i < shape->points->len; i++)
      cairo_line_to (cr, g_array_index (shape->points, Point, i).x,
                     g_array_index (shape->points, Point, i).y);
    cairo_stroke (cr);
    break;
  case LAN_MARKUP_TEXT:
    draw_text (cr, shape);
    break;
  case LAN_MARKUP_MOSAIC:
    draw_mosaic (self, cr, shape);
    break;
  case LAN_MARKUP_CROP:
    break;
  }
}

/* The last one counts. */
static GdkRectangle
cut_of (LanMarkup *self)
{
  GdkRectangle all = { 0, 0, lan_markup_get_width (self), lan_markup_get_height (self) };

  for (guint i = self->shapes->len; i > 0; i--) {
    const Shape *shape = self->shapes->pdata[i - 1];

    if (shape->tool == LAN_MARKUP_CROP)
      return area_of (self, shape);
  }
  return all;
}

static void
draw_all (LanMarkup *self, cairo_t *cr)
{
  gdk_cairo_set_source_pixbuf (cr, self->picture, 0, 0);
  cairo_paint (cr);
  for (guint i = 0; i < self->shapes->len; i++)
    draw_shape (self, cr, self->shapes->pdata[i]);
}

void
lan_markup_draw (LanMarkup *self, cairo_t *cr)
{
  GdkRectangle cut = cut_of (self);

  draw_all (self, cr);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_rectangle (cr, 0, 0, lan_markup_get_width (self), lan_markup_get_height (self));
  gdk_cairo_rectangle (cr, &cut);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.55);
  cairo_fill (cr);
}

GdkPixbuf *
lan_markup_render (LanMarkup *self)
{
  GdkRectangle cut = cut_of (self);
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, MAX (cut.width, 1), MAX (cut.height, 1));
  cairo_t *cr = cairo_create (surface);
  GdkPixbuf *result;

  cairo_translate (cr, -cut.x, -cut.y);
  draw_all (self, cr);
  cairo_destroy (cr);
  result = gdk_pixbuf_get_from_surface (surface, 0, 0, MAX (cut.width, 1), MAX (cut.height, 1));
  cairo_surface_destroy (surface);
  return result;
}
