/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-sticker-view.h"

#include "lan-chat-view.h"
#include "lan-picture.h"

#include <glib/gi18n.h>

struct _LanStickerView {
  GtkStack parent;
  LanMessage *message; /* NULL: it was made with a sticker */
  LanSticker *sticker; /* NULL: it was not read yet */
  int side;
  GCancellable *cancellable; /* NULL: nothing is being made, or everything was */
  GtkImage *image;
  GtkWidget *name_label;
};

G_DEFINE_TYPE (LanStickerView, lan_sticker_view, GTK_TYPE_STACK)

char *
lan_sticker_view_words (LanMessage *message)
{
  const char *name = lan_message_get_text (message);

  /* Translators: a small picture that is a message, and its name */
  return *name != '\0' ? g_strdup_printf (_ ("Sticker: %s"), name) : g_strdup (_ ("Sticker"));
}

static void
show_name (LanStickerView *self)
{
  gtk_stack_set_visible_child (GTK_STACK (self), self->name_label);
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanStickerView) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanPicture) picture = lan_picture_load_finish (result, &error);
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  cairo_surface_t *surface;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (picture == NULL) {
    gtk_widget_set_tooltip_text (self->name_label, error->message);
    show_name (self);
    return;
  }
  surface = gdk_cairo_surface_create_from_pixbuf (picture->pixbuf, scale, NULL);
  gtk_image_set_from_surface (self->image, surface);
  cairo_surface_destroy (surface);
}

static void
decode (LanStickerView *self)
{
  guint px = (guint) (self->side * gtk_widget_get_scale_factor (GTK_WIDGET (self)));

  lan_picture_load_bytes_async (lan_sticker_get_picture (self->sticker), px, px, self->cancellable,
                                on_made, g_object_ref (self));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanStickerView) self = user_data;
  g_autoptr (GError) error = NULL;
  LanSticker *sticker = lan_node_read_sticker_finish (LAN_NODE (source), result, &error);

  if (sticker == NULL) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      show_name (self);
    return;
  }
  g_clear_pointer (&self->sticker, lan_sticker_unref);
  self->sticker = sticker;
  decode (self);
}

static void
map (GtkWidget *widget)
{
  LanStickerView *self = LAN_STICKER_VIEW (widget);
  GtkWidget *view;

  GTK_WIDGET_CLASS (lan_sticker_view_parent_class)->map (widget);
  if (self->cancellable != NULL)
    return;
  self->cancellable = g_cancellable_new ();
  if (self->sticker != NULL) {
    decode (self);
    return;
  }
  view = gtk_widget_get_ancestor (widget, LAN_TYPE_CHAT_VIEW);
  if (view != NULL)
    lan_node_read_sticker_async (lan_chat_view_get_node (LAN_CHAT_VIEW (view)), self->message,
                                 self->cancellable, on_read, g_object_ref (self));
}

static void
dispose (GObject *object)
{
  LanStickerView *self = LAN_STICKER_VIEW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->message);
  g_clear_pointer (&self->sticker, lan_sticker_unref);
  G_OBJECT_CLASS (lan_sticker_view_parent_class)->dispose (object);
}

static void
lan_sticker_view_class_init (LanStickerViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  GTK_WIDGET_CLASS (klass)->map = map;
}

static void
lan_sticker_view_init (LanStickerView *self)
{
  self->image = GTK_IMAGE (gtk_image_new ());
  self->name_label = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (self->name_label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (self->name_label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (self->name_label), 12);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->name_label), "dim");
  gtk_container_add (GTK_CONTAINER (self), GTK_WIDGET (self->image));
  gtk_container_add (GTK_CONTAINER (self), self->name_label);
  gtk_widget_show_all (GTK_WIDGET (self));
}

/* Room as for the picture, before it is there. Small ones are not made larger than they are. */
static LanStickerView *
make (guint width, guint height, int side, const char *name)
{
  LanStickerView *self = g_object_new (LAN_TYPE_STICKER_VIEW, NULL);
  guint w = MAX (width, 1), h = MAX (height, 1);

  self->side = side;
  lan_picture_fit (&w, &h, (guint) side, (guint) side);
  gtk_widget_set_size_request (GTK_WIDGET (self->image), (int) w, (int) h);
  gtk_label_set_text (GTK_LABEL (self->name_label), name);
  return self;
}

GtkWidget *
lan_sticker_view_new (LanSticker *sticker, int side)
{
  LanStickerView *self = make (lan_sticker_get_width (sticker), lan_sticker_get_height (sticker),
                               side, lan_sticker_get_name (sticker));

  self->sticker = lan_sticker_ref (sticker);
  return GTK_WIDGET (self);
}

GtkWidget *
lan_sticker_view_new_for_message (LanMessage *message, int side)
{
  LanStickerView *self =
      make (lan_message_get_sticker_width (message), lan_message_get_sticker_height (message), side,
            lan_message_get_text (message));
  g_autofree char *words = lan_sticker_view_words (message);

  self->message = g_object_ref (message);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), lan_message_get_text (message));
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), words);
  return GTK_WIDGET (self);
}
