/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-tile.h"

#include "lan-file-kind.h"
#include "lan-format.h"
#include "lan-picture-card.h"
#include "lan-picture.h"

#define SIDE 112 /* px, before the screen's scale */
#define BOX  (2 * SIDE)

struct _LanMediaTile {
  GtkFlowBoxChild parent;
  LanMessage *message;
  GCancellable *cancellable; /* NULL: nothing is being made, and nothing was */
  GtkStack *stack;
  GtkImage *image;
  GtkWidget *other_box;
  GtkLabel *kind_label;
  GtkLabel *name_label;
};

G_DEFINE_TYPE (LanMediaTile, lan_media_tile, GTK_TYPE_FLOW_BOX_CHILD)

/* The middle of the picture, as large as the square. */
static cairo_surface_t *
make_square (GdkPixbuf *pixbuf, int scale)
{
  int side = SIDE * scale;
  double width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf);
  double larger = MAX (side / width, side / height);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, side, side);
  cairo_t *cr = cairo_create (surface);

  cairo_translate (cr, (side - width * larger) / 2, (side - height * larger) / 2);
  cairo_scale (cr, larger, larger);
  gdk_cairo_set_source_pixbuf (cr, pixbuf, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_set_device_scale (surface, scale, scale);
  return surface;
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanMediaTile) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanPicture) picture = lan_picture_load_finish (result, &error);
  cairo_surface_t *surface;

  if (picture == NULL || self->cancellable == NULL)
    return;
  surface = make_square (picture->pixbuf, gtk_widget_get_scale_factor (GTK_WIDGET (self)));
  gtk_image_set_from_surface (self->image, surface);
  cairo_surface_destroy (surface);
  gtk_stack_set_visible_child (self->stack, GTK_WIDGET (self->image));
}

gboolean
lan_media_tile_is_picture (LanMediaTile *self)
{
  LanTransfer *transfer = lan_message_get_transfer (self->message);

  return lan_picture_card_fits (transfer) && lan_transfer_get_path (transfer) != NULL &&
         (!lan_transfer_get_incoming (transfer) ||
          lan_transfer_get_status (transfer) == LAN_TRANSFER_STATUS_DONE);
}

static void
drop (LanMediaTile *self)
{
  if (self->cancellable == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

void
lan_media_tile_set_near (LanMediaTile *self, gboolean near)
{
  guint px = (guint) (BOX * gtk_widget_get_scale_factor (GTK_WIDGET (self)));

  if (near && self->cancellable == NULL && lan_media_tile_is_picture (self)) {
    self->cancellable = g_cancellable_new ();
    lan_picture_load_async (lan_transfer_get_path (lan_message_get_transfer (self->message)), px,
                            px, self->cancellable, on_made, g_object_ref (self));
  } else if (!near && self->cancellable != NULL) {
    drop (self);
    gtk_image_clear (self->image);
    gtk_stack_set_visible_child (self->stack, self->other_box);
  }
}

static void
dispose (GObject *object)
{
  LanMediaTile *self = LAN_MEDIA_TILE (object);

  drop (self);
  g_clear_object (&self->message);
  G_OBJECT_CLASS (lan_media_tile_parent_class)->dispose (object);
}

static void
lan_media_tile_class_init (LanMediaTileClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/media-tile.ui");
  gtk_widget_class_bind_template_child (widget_class, LanMediaTile, stack);
  gtk_widget_class_bind_template_child (widget_class, LanMediaTile, image);
  gtk_widget_class_bind_template_child (widget_class, LanMediaTile, other_box);
  gtk_widget_class_bind_template_child (widget_class, LanMediaTile, kind_label);
  gtk_widget_class_bind_template_child (widget_class, LanMediaTile, name_label);
}

static void
lan_media_tile_init (LanMediaTile *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_media_tile_new (LanMessage *message)
{
  LanMediaTile *self = g_object_new (LAN_TYPE_MEDIA_TILE, NULL);
  const char *name = lan_transfer_get_name (lan_message_get_transfer (message));
  g_autofree char *letters = lan_file_kind_letters (name);
  g_autofree char *time = lan_format_moment (lan_message_get_time (message));
  g_autofree char *spoken = g_strdup_printf (
      "%s, %s, %s", name, lan_person_get_name (lan_message_get_author (message)), time);

  self->message = g_object_ref (message);
  gtk_label_set_text (self->kind_label, letters);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self->kind_label)),
                               lan_file_kind (name).style);
  gtk_label_set_text (self->name_label, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), spoken);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), spoken);
  return GTK_WIDGET (self);
}

LanMessage *
lan_media_tile_get_message (LanMediaTile *self)
{
  return self->message;
}
