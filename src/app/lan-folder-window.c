/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-folder-window.h"

#include "lan-files.h"
#include "lan-folder-tree.h"
#include "lan-format.h"

#include <glib/gi18n.h>

#define ENTRIES_AT_ONCE 2000

struct _LanFolderWindow {
  HdyWindow parent;
  LanTransfer *transfer;
  LanFolderTree *files; /* NULL until the list is here */
  GCancellable *cancellable;
  guint fill_id;
  HdyHeaderBar *header;
  GtkStack *stack;
  GtkTreeView *tree;
  GtkLabel *empty_label;
  GtkLabel *sum_label;
  GtkLabel *left_out_label;
  GtkFileChooser *folder_button;
  GtkComboBox *conflict_combo;
  GtkWidget *accept_button;
};

G_DEFINE_TYPE (LanFolderWindow, lan_folder_window, HDY_TYPE_WINDOW)

static void
update_sum (LanFolderWindow *self)
{
  guint64 bytes;
  guint n = lan_folder_tree_count (self->files, &bytes);
  g_autofree char *size = g_format_size (bytes);
  g_autofree char *text = g_strdup_printf (ngettext ("%u file, %s", "%u files, %s", n), n, size);

  gtk_label_set_text (self->sum_label, text);
  gtk_widget_set_sensitive (self->accept_button, self->fill_id == 0 && n > 0);
}

static void
on_toggled (LanFolderWindow *self, const char *path)
{
  GtkTreeIter iter;

  if (self->fill_id != 0 ||
      !gtk_tree_model_get_iter_from_string (lan_folder_tree_get_model (self->files), &iter, path))
    return;
  lan_folder_tree_toggle (self->files, &iter);
  update_sum (self);
}

/* Space and Enter do what a click does. */
static void
on_row_activated (LanFolderWindow *self, GtkTreePath *path)
{
  g_autofree char *text = gtk_tree_path_to_string (path);

  on_toggled (self, text);
}

static gboolean
on_fill (gpointer user_data)
{
  LanFolderWindow *self = user_data;

  if (lan_folder_tree_fill (self->files, ENTRIES_AT_ONCE))
    return G_SOURCE_CONTINUE;
  self->fill_id = 0;
  gtk_tree_view_set_model (self->tree, lan_folder_tree_get_model (self->files));
  gtk_stack_set_visible_child_name (self->stack, "tree");
  update_sum (self);
  return G_SOURCE_REMOVE;
}

static void
on_entries (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanFolderWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries =
      lan_transfer_read_entries_finish (LAN_TRANSFER (source), result, &error);

  if (self->transfer == NULL || self->files != NULL ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (entries == NULL || entries->len == 0)
    return; /* asked again when the list is here */
  self->files = lan_folder_tree_new (entries);
  self->fill_id = g_idle_add (on_fill, self);
}

static void
read_entries (LanFolderWindow *self)
{
  if (self->files == NULL && self->transfer != NULL)
    lan_transfer_read_entries_async (self->transfer, self->cancellable, on_entries,
                                     g_object_ref (self));
}

/* Answered, withdrawn, or taken up elsewhere: nothing is left to choose. */
static void
on_transfer_changed (LanFolderWindow *self)
{
  if (lan_transfer_get_status (self->transfer) == LAN_TRANSFER_STATUS_OFFERED)
    read_entries (self);
  else
    gtk_widget_destroy (GTK_WIDGET (self));
}

static void
on_accept (LanFolderWindow *self)
{
  g_autofree char *folder = gtk_file_chooser_get_filename (self->folder_button);
  g_auto (GStrv) wanted = lan_folder_tree_dup_wanted (self->files);
  int conflict = gtk_combo_box_get_active (self->conflict_combo);

  if (folder == NULL)
    folder = lan_files_dup_folder ();
  lan_transfer_accept_with (self->transfer, folder, (const char *const *) wanted,
                            (LanTransferConflict) MAX (conflict, 0));
}

static void
on_cancel (LanFolderWindow *self)
{
  gtk_widget_destroy (GTK_WIDGET (self));
}

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (lan_folder_window_parent_class)->key_press_event (widget, event))
    return TRUE;
  if (event->keyval != GDK_KEY_Escape)
    return FALSE;
  gtk_widget_destroy (widget);
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanFolderWindow *self = LAN_FOLDER_WINDOW (object);

  g_clear_handle_id (&self->fill_id, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->transfer != NULL)
    g_signal_handlers_disconnect_by_data (self->transfer, self);
  g_clear_object (&self->transfer);
  G_OBJECT_CLASS (lan_folder_window_parent_class)->dispose (object);
  g_clear_pointer (&self->files, lan_folder_tree_free);
}

static void
lan_folder_window_class_init (LanFolderWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->key_press_event = key_press_event;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/folder-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LanFolderWindow, header);
  gtk_widget_class_bind_template_child (widget_class, LanFolderWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, LanFolderWindow, tree);
  gtk_widget_class_bind_template_child (widget_class, LanFolderWindow, empty_label);
  gtk_widget_class_bind_template_child (widget_class, LanFolderWindow, sum_label);
  gtk_widget_class_bind_template_child (widget_class, LanFolderWindow, left_out_label);
  gtk_widget_class_bind_template_child (widget_class, LanFolderWindow, folder_button);
  gtk_widget_class_bind_template_child (widget_class, LanFolderWindow, conflict_combo);
  gtk_widget_class_bind_template_child (widget_class, LanFolderWindow, accept_button);
  gtk_widget_class_bind_template_callback (widget_class, on_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_accept);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
}

static void
lan_folder_window_init (LanFolderWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
}

GtkWidget *
lan_folder_window_new (LanTransfer *transfer)
{
  LanFolderWindow *self = g_object_new (LAN_TYPE_FOLDER_WINDOW, NULL);
  g_autofree char *folder = lan_files_dup_folder ();
  g_autofree char *from =
      g_strdup_printf (_ ("From %s"), lan_person_get_name (lan_transfer_get_person (transfer)));
  g_autofree char *left_out = NULL;

  self->transfer = g_object_ref (transfer);
  gtk_window_set_title (GTK_WINDOW (self), lan_transfer_get_name (transfer));
  hdy_header_bar_set_title (self->header, lan_transfer_get_name (transfer));
  hdy_header_bar_set_subtitle (self->header, from);
  gtk_file_chooser_set_filename (self->folder_button, folder);
  left_out = lan_format_left_out (lan_transfer_get_left_links (transfer),
                                  lan_transfer_get_left_others (transfer));
  gtk_label_set_text (self->left_out_label, left_out);
  gtk_widget_set_visible (GTK_WIDGET (self->left_out_label), *left_out != '\0');
  g_signal_connect_object (transfer, "notify", G_CALLBACK (on_transfer_changed), self,
                           G_CONNECT_SWAPPED);
  read_entries (self);
  return GTK_WIDGET (self);
}
