/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-view.h"

#include <math.h>

#define ZOOM_MAX   16.0 /* screen px for each px of the picture */
#define WHEEL_STEP 1.2

struct _LanPictureView {
  GtkDrawingArea parent;
  GdkPixbuf *pixbuf;
  cairo_surface_t *surface; /* NULL: nothing */
  double shrunk;            /* px of the surface for each of the picture */
  double zoom;              /* 0: fitted; else widget units for each px of the surface */
  double x, y;              /* of the surface, what stands in the middle */
  double drag_x, drag_y;
};

static guint zoomed_signal;

G_DEFINE_TYPE (LanPictureView, lan_picture_view, GTK_TYPE_DRAWING_AREA)

static double
width_of (LanPictureView *self)
{
  return self->pixbuf != NULL ? gdk_pixbuf_get_width (self->pixbuf) : 1;
}

static double
height_of (LanPictureView *self)
{
  return self->pixbuf != NULL ? gdk_pixbuf_get_height (self->pixbuf) : 1;
}

static double
scale_of (LanPictureView *self)
{
  int factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double w = gtk_widget_get_allocated_width (GTK_WIDGET (self)) / width_of (self);
  double h = gtk_widget_get_allocated_height (GTK_WIDGET (self)) / height_of (self);

  return self->zoom > 0 ? self->zoom : MIN (MIN (w, h), 1.0 / (factor * self->shrunk));
}

/* Keeps the picture from being pushed out of sight; what fits stands in the middle. */
static void
hold (LanPictureView *self)
{
  double scale = scale_of (self);
  double w = gtk_widget_get_allocated_width (GTK_WIDGET (self)) / scale / 2;
  double h = gtk_widget_get_allocated_height (GTK_WIDGET (self)) / scale / 2;
  double all_w = width_of (self), all_h = height_of (self);

  self->x = w * 2 >= all_w ? all_w / 2 : CLAMP (self->x, w, all_w - w);
  self->y = h * 2 >= all_h ? all_h / 2 : CLAMP (self->y, h, all_h - h);
}

static void
changed (LanPictureView *self)
{
  hold (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, zoomed_signal, 0);
}

int
lan_picture_view_get_percent (LanPictureView *self)
{
  return (int) round (100 * scale_of (self) * self->shrunk *
                      gtk_widget_get_scale_factor (GTK_WIDGET (self)));
}

/* About a point of the widget, which stays where it is. */
static void
zoom_about (LanPictureView *self, double factor, double at_x, double at_y)
{
  double before = scale_of (self);
  double least = 16 / MAX (width_of (self), height_of (self));
  double after = CLAMP (before * factor, MIN (least, before), ZOOM_MAX);
  double x = at_x - gtk_widget_get_allocated_width (GTK_WIDGET (self)) / 2.0;
  double y = at_y - gtk_widget_get_allocated_height (GTK_WIDGET (self)) / 2.0;

  self->x += x / before - x / after;
  self->y += y / before - y / after;
  self->zoom = after;
  changed (self);
}

void
lan_picture_view_zoom (LanPictureView *self, double factor)
{
  zoom_about (self, factor, gtk_widget_get_allocated_width (GTK_WIDGET (self)) / 2.0,
              gtk_widget_get_allocated_height (GTK_WIDGET (self)) / 2.0);
}

void
lan_picture_view_fit (LanPictureView *self)
{
  self->zoom = 0;
  changed (self);
}

void
lan_picture_view_full (LanPictureView *self)
{
  self->zoom = 1.0 / (gtk_widget_get_scale_factor (GTK_WIDGET (self)) * self->shrunk);
  changed (self);
}

void
lan_picture_view_move (LanPictureView *self, double x, double y)
{
  double scale = scale_of (self);

  self->x += x * gtk_widget_get_allocated_width (GTK_WIDGET (self)) / scale;
  self->y += y * gtk_widget_get_allocated_height (GTK_WIDGET (self)) / scale;
  changed (self);
}

void
lan_picture_view_set (LanPictureView *self, GdkPixbuf *pixbuf, guint source_width)
{
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  g_set_object (&self->pixbuf, pixbuf);
  self->zoom = 0;
  self->shrunk = 1;
  if (pixbuf != NULL) {
    self->surface = gdk_cairo_surface_create_from_pixbuf (pixbuf, 1, NULL);
    self->shrunk = width_of (self) / MAX (source_width, 1);
  }
  changed (self);
}

static gboolean
draw (GtkWidget *widget, cairo_t *cr)
{
  LanPictureView *self = LAN_PICTURE_VIEW (widget);
  double scale = scale_of (self);

  if (self->surface == NULL)
    return FALSE;
  hold (self);
  cairo_translate (cr, gtk_widget_get_allocated_width (widget) / 2.0,
                   gtk_widget_get_allocated_height (widget) / 2.0);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, self->surface, -self->x, -self->y);
  cairo_pattern_set_filter (cairo_get_source (cr),
                            scale > 3 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_paint (cr);
  return FALSE;
}

static gboolean
scroll_event (GtkWidget *widget, GdkEventScroll *event)
{
  double dy = 0;

  if (event->direction == GDK_SCROLL_SMOOTH)
    gdk_event_get_scroll_deltas ((GdkEvent *) event, NULL, &dy);
  else if (event->direction == GDK_SCROLL_UP || event->direction == GDK_SCROLL_DOWN)
    dy = event->direction == GDK_SCROLL_UP ? -1 : 1;
  zoom_about (LAN_PICTURE_VIEW (widget), pow (WHEEL_STEP, -dy), event->x, event->y);
  return TRUE;
}

static gboolean
button_press_event (GtkWidget *widget, GdkEventButton *event)
{
  LanPictureView *self = LAN_PICTURE_VIEW (widget);

  if (event->button != 1)
    return FALSE;
  if (event->type == GDK_2BUTTON_PRESS && self->zoom > 0)
    lan_picture_view_fit (self);
  else if (event->type == GDK_2BUTTON_PRESS)
    lan_picture_view_full (self);
  self->drag_x = event->x;
  self->drag_y = event->y;
  return TRUE;
}

static gboolean
motion_notify_event (GtkWidget *widget, GdkEventMotion *event)
{
  LanPictureView *self = LAN_PICTURE_VIEW (widget);
  double scale = scale_of (self);

  if ((event->state & GDK_BUTTON1_MASK) == 0)
    return FALSE;
  self->x -= (event->x - self->drag_x) / scale;
  self->y -= (event->y - self->drag_y) / scale;
  self->drag_x = event->x;
  self->drag_y = event->y;
  hold (self);
  gtk_widget_queue_draw (widget);
  return TRUE;
}

static void
finalize (GObject *object)
{
  LanPictureView *self = LAN_PICTURE_VIEW (object);

  g_clear_pointer (&self->surface, cairo_surface_destroy);
  g_clear_object (&self->pixbuf);
  G_OBJECT_CLASS (lan_picture_view_parent_class)->finalize (object);
}

static void
lan_picture_view_class_init (LanPictureViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  widget_class->draw = draw;
  widget_class->scroll_event = scroll_event;
  widget_class->button_press_event = button_press_event;
  widget_class->motion_notify_event = motion_notify_event;
  gtk_widget_class_set_accessible_role (widget_class, ATK_ROLE_IMAGE);
  zoomed_signal = g_signal_new ("zoomed", LAN_TYPE_PICTURE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
}

static void
lan_picture_view_init (LanPictureView *self)
{
  self->shrunk = 1;
  gtk_widget_add_events (GTK_WIDGET (self), GDK_BUTTON_PRESS_MASK | GDK_BUTTON1_MOTION_MASK |
                                                GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK);
}
