/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-card.h"

#include "lan-files.h"
#include "lan-picture.h"
#include "lan-transfer-card.h"

#include <glib/gi18n.h>
#include <math.h>

#define BOX_WIDTH     304 /* px, before the screen's scale */
#define BOX_HEIGHT    240
#define RADIUS        10
#define FETCH_AT_MOST (5 * 1000 * 1000) /* bytes */

struct _LanPictureCard {
  GtkBox parent;
  LanTransfer *transfer;
  GCancellable *cancellable; /* NULL: nothing is being made */
  gboolean is_shown;
  gboolean is_broken;
  GtkWidget *button;
  GtkImage *image;
  GtkWidget *empty;
  GtkLabel *size_label;
  GtkWidget *animated_label;
  GtkLabel *error_label;
  GtkWidget *card;
};

static guint activated_signal;

G_DEFINE_TYPE (LanPictureCard, lan_picture_card, GTK_TYPE_BOX)

gboolean
lan_picture_card_fits (LanTransfer *transfer)
{
  return !lan_transfer_get_folder (transfer) &&
         lan_picture_is_name (lan_transfer_get_name (transfer));
}

/* With round corners. */
static cairo_surface_t *
make_surface (GdkPixbuf *pixbuf, int scale)
{
  int width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_t *cr = cairo_create (surface);
  double r = MIN (RADIUS * scale, MIN (width, height) / 2.0);

  cairo_arc (cr, width - r, r, r, -G_PI_2, 0);
  cairo_arc (cr, width - r, height - r, r, 0, G_PI_2);
  cairo_arc (cr, r, height - r, r, G_PI_2, G_PI);
  cairo_arc (cr, r, r, r, G_PI, 3 * G_PI_2);
  cairo_close_path (cr);
  cairo_clip (cr);
  gdk_cairo_set_source_pixbuf (cr, pixbuf, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_set_device_scale (surface, scale, scale);
  return surface;
}

/* What one sees of it: the picture alone once it is there and done with. */
static void
update_parts (LanPictureCard *self)
{
  LanTransferStatus status = lan_transfer_get_status (self->transfer);
  gboolean settled = status == LAN_TRANSFER_STATUS_DONE;

  gtk_widget_set_visible (GTK_WIDGET (self->image), self->is_shown);
  gtk_widget_set_visible (self->empty, !self->is_shown);
  gtk_widget_set_visible (self->button, self->is_shown || (!self->is_broken && !settled));
  gtk_widget_set_sensitive (self->button, self->is_shown);
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), self->is_broken);
  gtk_widget_set_visible (self->card, !self->is_shown || !settled);
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanPictureCard) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanPicture) picture = lan_picture_load_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  if (picture != NULL) {
    cairo_surface_t *surface =
        make_surface (picture->pixbuf, gtk_widget_get_scale_factor (GTK_WIDGET (self)));

    gtk_image_set_from_surface (self->image, surface);
    cairo_surface_destroy (surface);
    gtk_widget_set_visible (self->animated_label, picture->animated);
  } else if (error->domain == LAN_PICTURE_ERROR) {
    gtk_label_set_text (self->error_label, error->message);
  }
  self->is_shown = picture != NULL;
  self->is_broken = picture == NULL && error->domain == LAN_PICTURE_ERROR;
  update_parts (self);
}

/* A file that is received is looked at only when it is complete and checked. */
static gboolean
is_there (LanPictureCard *self)
{
  return lan_transfer_get_path (self->transfer) != NULL &&
         (!lan_transfer_get_incoming (self->transfer) ||
          lan_transfer_get_status (self->transfer) == LAN_TRANSFER_STATUS_DONE);
}

static void
load (LanPictureCard *self)
{
  guint scale = (guint) gtk_widget_get_scale_factor (GTK_WIDGET (self));

  if (self->is_shown || self->is_broken || self->cancellable != NULL || !is_there (self))
    return;
  self->cancellable = g_cancellable_new ();
  lan_picture_load_async (lan_transfer_get_path (self->transfer), BOX_WIDTH * scale,
                          BOX_HEIGHT * scale, self->cancellable, on_made, g_object_ref (self));
}

void
lan_picture_card_fetch (LanPictureCard *self)
{
  LanPersonTrust trust = lan_person_get_trust (lan_transfer_get_person (self->transfer));
  g_autofree char *folder = NULL;

  if (!lan_transfer_get_incoming (self->transfer) || lan_transfer_get_request (self->transfer) ||
      lan_transfer_get_status (self->transfer) != LAN_TRANSFER_STATUS_OFFERED ||
      lan_transfer_get_size (self->transfer) > FETCH_AT_MOST ||
      (trust != LAN_PERSON_TRUST_VERIFIED && trust != LAN_PERSON_TRUST_ATTESTED))
    return;
  folder = lan_files_dup_folder ();
  lan_transfer_accept (self->transfer, folder);
}

static void
update (LanPictureCard *self)
{
  update_parts (self);
  load (self);
}

static void
on_clicked (LanPictureCard *self)
{
  g_signal_emit (self, activated_signal, 0);
}

static void
dispose (GObject *object)
{
  LanPictureCard *self = LAN_PICTURE_CARD (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->transfer);
  G_OBJECT_CLASS (lan_picture_card_parent_class)->dispose (object);
}

static void
lan_picture_card_class_init (LanPictureCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  activated_signal = g_signal_new ("activated", LAN_TYPE_PICTURE_CARD, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/picture-card.ui");
  gtk_widget_class_bind_template_child (widget_class, LanPictureCard, button);
  gtk_widget_class_bind_template_child (widget_class, LanPictureCard, image);
  gtk_widget_class_bind_template_child (widget_class, LanPictureCard, empty);
  gtk_widget_class_bind_template_child (widget_class, LanPictureCard, size_label);
  gtk_widget_class_bind_template_child (widget_class, LanPictureCard, animated_label);
  gtk_widget_class_bind_template_child (widget_class, LanPictureCard, error_label);
  gtk_widget_class_bind_template_callback (widget_class, on_clicked);
}

static void
lan_picture_card_init (LanPictureCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_picture_card_new (LanTransfer *transfer)
{
  LanPictureCard *self = g_object_new (LAN_TYPE_PICTURE_CARD, NULL);
  g_autofree char *size = g_format_size (lan_transfer_get_size (transfer));
  /* Translators: the name of a file with a picture */
  g_autofree char *name = g_strdup_printf (_ ("Picture %s"), lan_transfer_get_name (transfer));

  self->transfer = g_object_ref (transfer);
  self->card = lan_transfer_card_new (transfer, FALSE);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->card), "picturerest");
  gtk_box_pack_end (GTK_BOX (self), self->card, FALSE, FALSE, 0);
  gtk_label_set_text (self->size_label, size);
  gtk_widget_set_tooltip_text (self->button, lan_transfer_get_name (transfer));
  atk_object_set_name (gtk_widget_get_accessible (self->button), name);
  g_signal_connect_object (transfer, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
