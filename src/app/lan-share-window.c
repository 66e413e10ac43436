/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-share-window.h"

#include "lan-share-person-row.h"

#include <glib/gi18n.h>

struct _LanShareWindow {
  HdyWindow parent;
  LanNode *node;
  gboolean is_busy;
  gboolean is_named; /* by the person: another folder does not change it */
  gboolean is_naming;
  char *path;
  GtkFileChooser *folder_button;
  GtkEntry *name_entry;
  GtkListBox *list;
  GtkLabel *error_label;
  GtkWidget *share_button;
};

static guint shared_signal;

G_DEFINE_TYPE (LanShareWindow, lan_share_window, HDY_TYPE_WINDOW)

static void
show_error (LanShareWindow *self, const char *text)
{
  gtk_label_set_text (self->error_label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), text != NULL);
}

static void
update (LanShareWindow *self)
{
  self->is_named =
      self->is_named || (!self->is_naming && gtk_entry_get_text_length (self->name_entry) > 0);
  gtk_widget_set_sensitive (self->share_button,
                            !self->is_busy && self->path != NULL &&
                                gtk_entry_get_text_length (self->name_entry) > 0);
}

static void
take_folder (LanShareWindow *self, const char *path)
{
  g_autofree char *name = path != NULL ? g_filename_display_basename (path) : NULL;

  g_free (self->path);
  self->path = g_strdup (path);
  show_error (self, NULL);
  if (name != NULL && !self->is_named) {
    self->is_naming = TRUE;
    gtk_entry_set_text (self->name_entry, name);
    self->is_naming = FALSE;
  }
  update (self);
}

static void
on_folder_set (LanShareWindow *self)
{
  g_autofree char *path = gtk_file_chooser_get_filename (self->folder_button);

  take_folder (self, path);
}

/* ---- sharing ---- */

static void
invite (LanShareWindow *self, LanShare *share)
{
  GList *rows = gtk_container_get_children (GTK_CONTAINER (self->list));

  for (GList *l = rows; l != NULL; l = l->next) {
    if (lan_share_person_row_is_checked (l->data))
      lan_share_set_access (share, lan_share_person_row_get_person (l->data),
                            lan_share_person_row_get_access (l->data));
  }
  g_list_free (rows);
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanShareWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = lan_node_create_share_finish (LAN_NODE (source), result, &error);
  LanShare *share = id != NULL ? lan_node_find_share (LAN_NODE (source), id) : NULL;

  self->is_busy = FALSE;
  if (self->node == NULL)
    return;
  if (share == NULL) {
    show_error (
        self,
        error != NULL && error->code == LAN_NODE_ERROR_INVALID
            ? _ ("This folder cannot be shared: it, one in it or one around it is shared already.")
            : _ ("The folder could not be shared."));
    update (self);
    return;
  }
  invite (self, share);
  g_signal_emit (self, shared_signal, 0, id);
  gtk_widget_destroy (GTK_WIDGET (self));
}

static void
on_share (LanShareWindow *self)
{
  if (self->path == NULL || self->is_busy)
    return;
  self->is_busy = TRUE;
  update (self);
  lan_node_create_share_async (self->node, self->path, gtk_entry_get_text (self->name_entry), NULL,
                               on_created, g_object_ref (self));
}

/* ---- people ---- */

static void
on_row_activated (LanShareWindow *self, GtkListBoxRow *row)
{
  GtkToggleButton *check = g_object_get_data (G_OBJECT (row), "check");

  gtk_toggle_button_set_active (check, !gtk_toggle_button_get_active (check));
}

static void
on_checked (GtkToggleButton *check, GtkWidget *row)
{
  gtk_widget_set_sensitive (g_object_get_data (G_OBJECT (row), "access_combo"),
                            gtk_toggle_button_get_active (check));
}

static void
add_person (LanShareWindow *self, LanPerson *person, gboolean checked)
{
  GtkWidget *row = lan_share_person_row_new (person);
  GtkToggleButton *check = lan_share_person_row_show_check (row);

  lan_share_person_row_show_access (row, LAN_SHARE_ACCESS_READ);
  gtk_toggle_button_set_active (check, checked);
  on_checked (check, row);
  g_signal_connect (check, "toggled", G_CALLBACK (on_checked), row);
  gtk_list_box_insert (self->list, row, -1);
  g_object_unref (row);
}

static int
sort_rows (GtkListBoxRow *a, GtkListBoxRow *b, gpointer chosen)
{
  int order = (lan_share_person_row_get_person (b) == chosen) -
              (lan_share_person_row_get_person (a) == chosen);

  return order != 0 ? order : lan_share_person_row_compare (a, b, NULL);
}

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (lan_share_window_parent_class)->key_press_event (widget, event))
    return TRUE;
  if (event->keyval != GDK_KEY_Escape)
    return FALSE;
  gtk_widget_destroy (widget);
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanShareWindow *self = LAN_SHARE_WINDOW (object);

  g_clear_object (&self->node);
  g_clear_pointer (&self->path, g_free);
  G_OBJECT_CLASS (lan_share_window_parent_class)->dispose (object);
}

static void
lan_share_window_class_init (LanShareWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->key_press_event = key_press_event;
  shared_signal = g_signal_new ("shared", LAN_TYPE_SHARE_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/share-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LanShareWindow, folder_button);
  gtk_widget_class_bind_template_child (widget_class, LanShareWindow, name_entry);
  gtk_widget_class_bind_template_child (widget_class, LanShareWindow, list);
  gtk_widget_class_bind_template_child (widget_class, LanShareWindow, error_label);
  gtk_widget_class_bind_template_child (widget_class, LanShareWindow, share_button);
  gtk_widget_class_bind_template_callback (widget_class, on_folder_set);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_share);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, gtk_widget_destroy);
}

static void
lan_share_window_init (LanShareWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_share_window_new (LanNode *node, LanPerson *person, const char *path)
{
  LanShareWindow *self = g_object_new (LAN_TYPE_SHARE_WINDOW, NULL);
  GListModel *people = lan_node_get_people (node);

  self->node = g_object_ref (node);
  gtk_list_box_set_sort_func (self->list, sort_rows, person, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (LanPerson) other = g_list_model_get_item (people, i);

    if (lan_share_person_row_may_share (node, other))
      add_person (self, other, other == person);
  }
  if (path != NULL) {
    gtk_file_chooser_set_filename (self->folder_button, path);
    take_folder (self, path);
  }
  update (self);
  return GTK_WIDGET (self);
}
