/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-sticker-window.h"

#include "lan-picture.h"
#include "lan-sticker-encode.h"
#include "lan-sticker-shelf.h"

#include <glib/gi18n.h>
#include <string.h>

struct _LanStickerWindow {
  HdyWindow parent;
  LanNode *node;
  GdkPixbuf *pixbuf; /* NULL: not made yet */
  GCancellable *cancellable;
  GtkImage *image;
  GtkEntry *name_entry;
  GtkComboBoxText *set_combo;
  GtkLabel *error_label;
  GtkWidget *add_button;
};

G_DEFINE_TYPE (LanStickerWindow, lan_sticker_window, HDY_TYPE_WINDOW)

static void
fail (LanStickerWindow *self, const char *text)
{
  gtk_label_set_text (self->error_label, text);
  gtk_widget_show (GTK_WIDGET (self->error_label));
}

static void
update (LanStickerWindow *self)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_entry_get_text (self->name_entry)));

  gtk_widget_set_sensitive (self->add_button, self->pixbuf != NULL && *name != '\0');
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanStickerWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanPicture) picture = lan_picture_load_finish (result, &error);
  cairo_surface_t *surface;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (picture == NULL) {
    fail (self, error->message);
    return;
  }
  self->pixbuf = g_object_ref (picture->pixbuf);
  surface = gdk_cairo_surface_create_from_pixbuf (
      self->pixbuf, gtk_widget_get_scale_factor (GTK_WIDGET (self)), NULL);
  gtk_image_set_from_surface (self->image, surface);
  cairo_surface_destroy (surface);
  update (self);
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanStickerWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (lan_node_change_stickers_finish (LAN_NODE (source), result, &error)) {
    gtk_widget_destroy (GTK_WIDGET (self));
    return;
  }
  fail (self, error->message);
  update (self);
}

/* Worker. */
static void
encode (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GBytes *bytes = lan_sticker_encode (data, LAN_STICKER_MAX_PICTURE_BYTES);

  if (bytes != NULL)
    g_task_return_pointer (task, bytes, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                             _ ("This picture cannot be made small enough for a sticker."));
}

static void
on_encoded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanStickerWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *set = gtk_combo_box_text_get_active_text (self->set_combo);
  g_autoptr (LanSticker) sticker = NULL;

  if (bytes != NULL)
    sticker = lan_sticker_new (gtk_entry_get_text (self->name_entry), set, bytes, &error);
  if (sticker != NULL)
    lan_node_keep_sticker_async (self->node, sticker, self->cancellable, on_kept,
                                 g_object_ref (self));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fail (self, error->message);
}

static void
on_add (LanStickerWindow *self)
{
  g_autoptr (GTask) task = NULL;

  if (!gtk_widget_get_sensitive (self->add_button))
    return;
  gtk_widget_set_sensitive (self->add_button, FALSE);
  task = g_task_new (NULL, self->cancellable, on_encoded, g_object_ref (self));
  g_task_set_task_data (task, g_object_ref (self->pixbuf), g_object_unref);
  g_task_run_in_thread (task, encode);
}

static void
add_sets (LanStickerWindow *self)
{
  GPtrArray *all = lan_sticker_shelf_get (self->node);
  const char *last = "";

  gtk_combo_box_text_remove_all (self->set_combo);
  for (guint i = 0; i < all->len; i++) {
    const char *set = lan_sticker_get_set (all->pdata[i]);

    if (strcmp (set, last) != 0)
      gtk_combo_box_text_append_text (self->set_combo, set);
    last = set;
  }
}

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (lan_sticker_window_parent_class)->key_press_event (widget, event))
    return TRUE;
  if (event->keyval != GDK_KEY_Escape)
    return FALSE;
  gtk_widget_destroy (widget);
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanStickerWindow *self = LAN_STICKER_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->pixbuf);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_sticker_window_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  g_object_unref (LAN_STICKER_WINDOW (object)->cancellable);
  G_OBJECT_CLASS (lan_sticker_window_parent_class)->finalize (object);
}

static void
lan_sticker_window_class_init (LanStickerWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  widget_class->key_press_event = key_press_event;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/sticker-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LanStickerWindow, image);
  gtk_widget_class_bind_template_child (widget_class, LanStickerWindow, name_entry);
  gtk_widget_class_bind_template_child (widget_class, LanStickerWindow, set_combo);
  gtk_widget_class_bind_template_child (widget_class, LanStickerWindow, error_label);
  gtk_widget_class_bind_template_child (widget_class, LanStickerWindow, add_button);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, on_add);
}

static void
lan_sticker_window_init (LanStickerWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
}

void
lan_sticker_window_show (GtkWidget *from, LanNode *node, const char *path)
{
  LanStickerWindow *self = g_object_new (LAN_TYPE_STICKER_WINDOW, NULL);
  int scale = gtk_widget_get_scale_factor (from);

  self->node = g_object_ref (node);
  lan_sticker_shelf_follow (node, G_OBJECT (self), G_CALLBACK (add_sets));
  gtk_window_set_transient_for (GTK_WINDOW (self), GTK_WINDOW (gtk_widget_get_toplevel (from)));
  gtk_widget_set_size_request (GTK_WIDGET (self->image), LAN_STICKER_PX / scale,
                               LAN_STICKER_PX / scale);
  lan_picture_load_async (path, LAN_STICKER_PX, LAN_STICKER_PX, self->cancellable, on_made,
                          g_object_ref (self));
  update (self);
  gtk_window_present (GTK_WINDOW (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->name_entry));
}

static void
on_chosen (GtkNativeDialog *dialog, int response, GtkWidget *from)
{
  g_autofree char *path = response == GTK_RESPONSE_ACCEPT
                              ? gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog))
                              : NULL;

  gtk_native_dialog_hide (dialog);
  if (path != NULL)
    lan_sticker_window_show (from, g_object_get_data (G_OBJECT (dialog), "node"), path);
  g_object_set_data (G_OBJECT (from), "sticker-chooser", NULL);
}

void
lan_sticker_window_choose (GtkWidget *from, LanNode *node)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("A Picture for a Sticker"), GTK_WINDOW (gtk_widget_get_toplevel (from)),
      GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Choose"), _ ("_Cancel"));
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Pictures"));
  gtk_file_filter_add_mime_type (filter, "image/png");
  gtk_file_filter_add_mime_type (filter, "image/jpeg");
  gtk_file_filter_add_mime_type (filter, "image/gif");
  gtk_file_filter_add_mime_type (filter, "image/webp");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_object_set_data_full (G_OBJECT (dialog), "node", g_object_ref (node), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_chosen), from, 0);
  g_object_set_data_full (G_OBJECT (from), "sticker-chooser", dialog, g_object_unref);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
