/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-attachment.h"

#include "lan-file-kind.h"
#include "lan-format.h"
#include "lan-picture.h"
#include "lan-transfer.h"

#include <glib/gi18n.h>

#define THUMBNAIL_PX 40

struct _LanAttachment {
  GtkBox parent;
  char *path;
  guint64 size;
  GCancellable *cancellable;
  GtkLabel *icon_label;
  GtkImage *picture;
  GtkLabel *name_label;
  GtkLabel *line_label;
  GtkWidget *share_button;
};

static guint removed_signal;

G_DEFINE_TYPE (LanAttachment, lan_attachment, GTK_TYPE_BOX)

static void
on_remove (LanAttachment *self)
{
  g_signal_emit (self, removed_signal, 0);
}

static void
on_share (LanAttachment *self)
{
  GActionGroup *window =
      gtk_widget_get_action_group (gtk_widget_get_toplevel (GTK_WIDGET (self)), "win");

  if (window != NULL)
    g_action_group_activate_action (window, "share-with", g_variant_new_bytestring (self->path));
  g_signal_emit (self, removed_signal, 0);
}

static void
on_thumbnail (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanAttachment) self = user_data;
  g_autoptr (LanPicture) picture = lan_picture_load_finish (result, NULL);

  if (picture == NULL)
    return;
  gtk_image_set_from_pixbuf (self->picture, picture->pixbuf);
  gtk_widget_show (GTK_WIDGET (self->picture));
  gtk_widget_hide (GTK_WIDGET (self->icon_label));
}

/* What of a folder stays here is said before it is sent. */
static void
on_left_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanAttachment) self = user_data;
  g_autofree char *left_out = NULL;
  g_autofree char *line = NULL;
  guint links, others;

  if (!lan_transfer_count_left_out_finish (result, &links, &others, NULL))
    return;
  left_out = lan_format_left_out (links, others);
  line = *left_out != '\0' ? g_strdup_printf (_ ("%s, %s"), _ ("folder"), left_out)
                           : g_strdup (_ ("folder"));
  gtk_label_set_text (self->line_label, line);
}

static void
finalize (GObject *object)
{
  LanAttachment *self = LAN_ATTACHMENT (object);

  g_free (self->path);
  G_OBJECT_CLASS (lan_attachment_parent_class)->finalize (object);
}

static void
dispose (GObject *object)
{
  LanAttachment *self = LAN_ATTACHMENT (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (lan_attachment_parent_class)->dispose (object);
}

static void
lan_attachment_class_init (LanAttachmentClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  removed_signal = g_signal_new ("removed", LAN_TYPE_ATTACHMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/attachment.ui");
  gtk_widget_class_bind_template_child (widget_class, LanAttachment, icon_label);
  gtk_widget_class_bind_template_child (widget_class, LanAttachment, picture);
  gtk_widget_class_bind_template_child (widget_class, LanAttachment, name_label);
  gtk_widget_class_bind_template_child (widget_class, LanAttachment, line_label);
  gtk_widget_class_bind_template_child (widget_class, LanAttachment, share_button);
  gtk_widget_class_bind_template_callback (widget_class, on_remove);
  gtk_widget_class_bind_template_callback (widget_class, on_share);
}

static void
lan_attachment_init (LanAttachment *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_attachment_new (const char *path, guint64 size)
{
  LanAttachment *self = g_object_new (LAN_TYPE_ATTACHMENT, NULL);
  g_autofree char *name = g_filename_display_basename (path);
  gboolean folder = size == LAN_ATTACHMENT_FOLDER;
  g_autofree char *letters = folder ? g_strdup ("") : lan_file_kind_letters (name);
  LanFileKind kind = lan_file_kind (folder ? "" : name);
  g_autofree char *amount = g_format_size (size);
  g_autofree char *line =
      folder ? g_strdup (_ ("folder")) : g_strdup_printf (_ ("%s, %s"), amount, kind.description);

  self->path = g_strdup (path);
  self->size = size;
  self->cancellable = g_cancellable_new ();
  gtk_label_set_text (self->name_label, name);
  gtk_label_set_text (self->line_label, line);
  gtk_label_set_text (self->icon_label, letters);
  if (*kind.style != '\0')
    gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self->icon_label)),
                                 kind.style);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), name);
  gtk_widget_set_visible (self->share_button, folder);
  if (folder) {
    gtk_image_set_from_icon_name (self->picture, "folder-symbolic", GTK_ICON_SIZE_DND);
    gtk_widget_show (GTK_WIDGET (self->picture));
    gtk_widget_hide (GTK_WIDGET (self->icon_label));
    lan_transfer_count_left_out_async ((const char *const[]){ path, NULL }, self->cancellable,
                                       on_left_out, g_object_ref (self));
  } else {
    lan_picture_load_async (path, THUMBNAIL_PX, THUMBNAIL_PX, self->cancellable, on_thumbnail,
                            g_object_ref (self));
  }
  return GTK_WIDGET (self);
}

const char *
lan_attachment_get_path (LanAttachment *self)
{
  return self->path;
}

guint64
lan_attachment_get_size (LanAttachment *self)
{
  return self->size;
}
