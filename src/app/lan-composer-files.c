/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-composer-files.h"

#include "lan-attachment.h"
#include "lan-pasted.h"

#include <glib/gi18n.h>

#define MAX_ATTACHMENTS 50

struct _LanComposerFiles {
  GtkRevealer parent;
  GCancellable *cancellable; /* what still loads */
  GPtrArray *attachments;    /* of LanAttachment, kept by the box */
  GtkFlowBox *box;
};

static guint changed_signal;
static guint failed_signal;

G_DEFINE_TYPE (LanComposerFiles, lan_composer_files, GTK_TYPE_REVEALER)

static void
fail (LanComposerFiles *self, const char *text)
{
  g_signal_emit (self, failed_signal, 0, text);
}

static void
show (LanComposerFiles *self)
{
  gtk_revealer_set_reveal_child (GTK_REVEALER (self), self->attachments->len > 0);
  gtk_widget_set_visible (GTK_WIDGET (self), self->attachments->len > 0);
}

static void
changed (LanComposerFiles *self)
{
  show (self);
  g_signal_emit (self, changed_signal, 0);
}

guint
lan_composer_files_get_count (LanComposerFiles *self)
{
  return self->attachments->len;
}

char *
lan_composer_files_dup_amount (LanComposerFiles *self)
{
  guint64 total = 0;
  gboolean known = TRUE;
  g_autofree char *size = NULL;

  if (self->attachments->len == 0)
    return g_strdup ("");
  for (guint i = 0; i < self->attachments->len; i++) {
    guint64 bytes = lan_attachment_get_size (g_ptr_array_index (self->attachments, i));

    known = known && bytes != LAN_ATTACHMENT_FOLDER;
    total += bytes != LAN_ATTACHMENT_FOLDER ? bytes : 0;
  }
  /* Translators: how large something is that has not been counted */
  size = known ? g_format_size (total) : g_strdup (_ ("with folders"));
  return g_strdup_printf (
      ngettext ("%u attachment, %s", "%u attachments, %s", self->attachments->len),
      self->attachments->len, size);
}

char **
lan_composer_files_dup_paths (LanComposerFiles *self)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; i < self->attachments->len; i++)
    g_strv_builder_add (paths, lan_attachment_get_path (g_ptr_array_index (self->attachments, i)));
  return g_strv_builder_end (paths);
}

void
lan_composer_files_clear (LanComposerFiles *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  for (guint i = 0; i < self->attachments->len; i++)
    gtk_widget_destroy (gtk_widget_get_parent (g_ptr_array_index (self->attachments, i)));
  g_ptr_array_set_size (self->attachments, 0);
  show (self);
}

void
lan_composer_files_discard (LanComposerFiles *self)
{
  for (guint i = 0; i < self->attachments->len; i++)
    lan_pasted_drop (lan_attachment_get_path (g_ptr_array_index (self->attachments, i)));
  lan_composer_files_clear (self);
}

static void
on_removed (LanAttachment *attachment, LanComposerFiles *self)
{
  lan_pasted_drop (lan_attachment_get_path (attachment));
  g_ptr_array_remove (self->attachments, attachment);
  gtk_widget_destroy (gtk_widget_get_parent (GTK_WIDGET (attachment)));
  changed (self);
}

static void
add_file (LanComposerFiles *self, const char *path, guint64 size)
{
  GtkWidget *attachment;

  if (self->attachments->len >= MAX_ATTACHMENTS) {
    fail (self, _ ("At most 50 files can be sent at once."));
    return;
  }
  attachment = lan_attachment_new (path, size);
  g_signal_connect_object (attachment, "removed", G_CALLBACK (on_removed), self, 0);
  gtk_flow_box_insert (self->box, attachment, -1);
  gtk_widget_set_can_focus (gtk_widget_get_parent (attachment), FALSE);
  g_ptr_array_add (self->attachments, attachment);
  changed (self);
}

typedef struct {
  LanComposerFiles *self;
  GCancellable *cancellable;
} Query;

static void
on_file_info (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Query *query = user_data;
  g_autoptr (LanComposerFiles) self = query->self;
  g_autoptr (GCancellable) cancellable = query->cancellable;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  g_autofree char *path = g_file_get_path (G_FILE (source));

  if (g_cancellable_is_cancelled (cancellable))
    return;
  if (info == NULL)
    fail (self, error->message);
  else if (path == NULL)
    fail (self, _ ("This file is not on this computer. Copy it here first."));
  else if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    add_file (self, path, LAN_ATTACHMENT_FOLDER);
  else if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    fail (self, _ ("Only ordinary files and folders can be sent."));
  else
    add_file (self, path, (guint64) g_file_info_get_size (info));
}

void
lan_composer_files_add_uris (LanComposerFiles *self, const char *const *uris)
{
  for (guint i = 0; uris[i] != NULL && i < MAX_ATTACHMENTS; i++) {
    g_autoptr (GFile) file = g_file_new_for_uri (uris[i]);
    Query *query = g_new0 (Query, 1);

    query->self = g_object_ref (self);
    query->cancellable = g_object_ref (self->cancellable);
    g_file_query_info_async (
        file, G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE,
        G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, self->cancellable, on_file_info, query);
  }
}

static void
on_chosen (GtkNativeDialog *dialog, int response, LanComposerFiles *self)
{
  if (response == GTK_RESPONSE_ACCEPT) {
    GSList *chosen = gtk_file_chooser_get_uris (GTK_FILE_CHOOSER (dialog));

    for (GSList *l = chosen; l != NULL; l = l->next)
      lan_composer_files_add_uris (self, (const char *[]){ l->data, NULL });
    g_slist_free_full (chosen, g_free);
  }
  gtk_native_dialog_destroy (dialog);
}

void
lan_composer_files_choose (LanComposerFiles *self, const char *title, GtkFileChooserAction action)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, GTK_WINDOW (window), action,
                                                              _ ("_Choose"), _ ("_Cancel"));

  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), TRUE);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_chosen), self, 0);
  g_object_set_data_full (G_OBJECT (self), "dialog", dialog, g_object_unref);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
dispose (GObject *object)
{
  LanComposerFiles *self = LAN_COMPOSER_FILES (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (lan_composer_files_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  g_ptr_array_unref (LAN_COMPOSER_FILES (object)->attachments);
  G_OBJECT_CLASS (lan_composer_files_parent_class)->finalize (object);
}

static void
lan_composer_files_class_init (LanComposerFilesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  changed_signal = g_signal_new ("changed", LAN_TYPE_COMPOSER_FILES, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
  failed_signal = g_signal_new ("failed", LAN_TYPE_COMPOSER_FILES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/composer-files.ui");
  gtk_widget_class_bind_template_child (widget_class, LanComposerFiles, box);
}

static void
lan_composer_files_init (LanComposerFiles *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->attachments = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
}
