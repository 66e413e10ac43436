/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-keep-window.h"

#include "lan-backup-page.h"
#include "lan-confirm.h"

#include <glib/gi18n.h>
#include <lan-node-export.h>
#include <stdio.h>

struct _LanKeepWindow {
  HdyWindow parent;
  LanNode *node;
  LanPerson *person;
  GCancellable *cancellable; /* of what is under way; NULL: nothing */
  GtkComboBox *format_combo;
  GtkEntry *since_entry;
  GtkEntry *until_entry;
  GtkWidget *export_button;
  GtkWidget *import_button;
  GtkWidget *busy_box;
  GtkLabel *busy_label;
  GtkLabel *result_label;
  GtkComboBox *days_combo;
  gboolean is_filling;
  guint days; /* chosen, and asked about */
};

G_DEFINE_TYPE (LanKeepWindow, lan_keep_window, HDY_TYPE_WINDOW)

static void
say (LanKeepWindow *self, const char *text)
{
  gtk_label_set_text (self->result_label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->result_label), text != NULL);
}

static void
set_busy (LanKeepWindow *self, gboolean busy)
{
  g_clear_object (&self->cancellable);
  if (busy)
    self->cancellable = g_cancellable_new ();
  gtk_label_set_text (self->busy_label, "");
  gtk_widget_set_visible (self->busy_box, busy);
  gtk_widget_set_sensitive (self->export_button, !busy);
  gtk_widget_set_sensitive (self->import_button, !busy);
  if (busy)
    say (self, NULL);
}

static void
on_progress (guint messages, gpointer user_data)
{
  LanKeepWindow *self = user_data;
  g_autofree char *text = NULL;

  if (self->node == NULL)
    return; /* the window is gone */
  text = g_strdup_printf (ngettext ("%u message…", "%u messages…", messages), messages);
  gtk_label_set_text (self->busy_label, text);
}

static void
on_cancel (LanKeepWindow *self)
{
  g_cancellable_cancel (self->cancellable);
}

static char *
describe (const GError *error)
{
  if (g_error_matches (error, LAN_NODE_ERROR, LAN_NODE_ERROR_DAMAGED))
    return g_strdup (_ ("This file is no saved chat, or it is cut short or damaged. Use another "
                        "copy of it."));
  if (g_error_matches (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NEWER))
    return g_strdup (_ ("This chat was saved by a newer version. Update this program first."));
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_strdup (_ ("Cancelled."));
  return g_strdup_printf (_ ("This did not work: %s"), error->message);
}

static void
say_error (LanKeepWindow *self, const GError *error)
{
  g_autofree char *text = describe (error);

  say (self, text);
}

/* --- into a file --- */

/* Midnight before the day that is typed, or the one after it; 0 where nothing is. FALSE: no day. */
static gboolean
read_day (GtkEntry *entry, int days_after, gint64 *ms)
{
  const char *text = gtk_entry_get_text (entry);
  g_autoptr (GDateTime) day = NULL;
  g_autoptr (GDateTime) at = NULL;
  int y, m, d, len = 0;

  *ms = 0;
  if (*text == '\0')
    return TRUE;
  if (sscanf (text, "%4d-%2d-%2d%n", &y, &m, &d, &len) != 3 || text[len] != '\0')
    return FALSE;
  day = g_date_time_new_local (y, m, d, 0, 0, 0);
  at = day != NULL ? g_date_time_add_days (day, days_after) : NULL;
  if (at != NULL)
    *ms = MAX (g_date_time_to_unix (at) * 1000, 1);
  return at != NULL;
}

static gboolean
is_page (LanKeepWindow *self)
{
  return g_strcmp0 (gtk_combo_box_get_active_id (self->format_combo), "json") != 0;
}

static void
on_exported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanKeepWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = lan_node_export_finish (LAN_NODE (source), result, &error);
  g_autofree char *text = NULL;

  if (self->node == NULL)
    return;
  set_busy (self, FALSE);
  if (n < 0) {
    say_error (self, error);
    return;
  }
  text =
      g_strdup_printf (ngettext ("%u message was saved. The file is not encrypted.",
                                 "%u messages were saved. The file is not encrypted.", (guint) n),
                       (guint) n);
  say (self, text);
}

static void
export_to (LanKeepWindow *self, const char *path)
{
  gint64 since, until;

  if (!read_day (self->since_entry, 0, &since) || !read_day (self->until_entry, 1, &until)) {
    say (self, _ ("A day is written as 2026-11-23."));
    return;
  }
  set_busy (self, TRUE);
  lan_node_export_async (self->node, self->person, path,
                         is_page (self) ? LAN_EXPORT_FORMAT_HTML : LAN_EXPORT_FORMAT_JSON, since,
                         until, on_progress, self, self->cancellable, on_exported,
                         g_object_ref (self));
}

static void
on_place (GtkFileChooser *dialog, int response, LanKeepWindow *self)
{
  g_autofree char *path = gtk_file_chooser_get_filename (dialog);

  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    export_to (self, path);
}

/* The dialog lives until it was answered. */
static void
ask (LanKeepWindow *self, const char *title, GtkFileChooserAction action, const char *accept,
     const char *name, GCallback on_response)
{
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, accept, _ ("_Cancel"));

  lan_backup_page_set_folder (GTK_FILE_CHOOSER (dialog));
  if (name != NULL)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect_object (dialog, "response", on_response, self, 0);
  g_signal_connect_after (dialog, "response", G_CALLBACK (g_object_unref), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_export (LanKeepWindow *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *day = g_date_time_format (now, "%F");
  g_autofree char *name = g_strdup_printf ("%s %s.%s", lan_person_get_name (self->person), day,
                                           is_page (self) ? "html" : "json");

  g_strdelimit (name, "/\\", '_');
  ask (self, _ ("Save Chat"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), name,
       G_CALLBACK (on_place));
}

/* --- out of a file --- */

static void
on_imported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanKeepWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 n = 0;
  gssize added = lan_node_import_finish (LAN_NODE (source), result, &n, NULL, &error);
  g_autofree char *text = NULL;

  if (self->node == NULL)
    return;
  set_busy (self, FALSE);
  if (added < 0) {
    say_error (self, error);
    return;
  }
  text = g_strdup_printf (
      ngettext ("%u of %u message was imported; the others were there already.",
                "%u of %u messages were imported; the others were there already.", (guint) n),
      (guint) added, (guint) n);
  say (self, text);
}

static void
on_file (GtkFileChooser *dialog, int response, LanKeepWindow *self)
{
  g_autofree char *path = gtk_file_chooser_get_filename (dialog);

  if (response != GTK_RESPONSE_ACCEPT || path == NULL)
    return;
  set_busy (self, TRUE);
  lan_node_import_async (self->node, self->person, path, on_progress, self, self->cancellable,
                         on_imported, g_object_ref (self));
}

static void
on_import (LanKeepWindow *self)
{
  ask (self, _ ("Import Chat"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), NULL,
       G_CALLBACK (on_file));
}

/* --- how long it is kept --- */

static void
show_days (LanKeepWindow *self)
{
  g_autofree char *id = g_strdup_printf ("%u", lan_person_get_keep_days (self->person));

  self->is_filling = TRUE;
  gtk_combo_box_set_active_id (self->days_combo, id);
  self->is_filling = FALSE;
}

static void
on_days_confirmed (gpointer object)
{
  LanKeepWindow *self = object;

  if (self->person != NULL)
    lan_person_set_keep_days (self->person, self->days);
}

/* What is removed cannot be brought back: the rule changes once that was agreed to. */
static void
on_days (LanKeepWindow *self)
{
  const char *id = gtk_combo_box_get_active_id (self->days_combo);

  if (self->is_filling || id == NULL)
    return;
  self->days = (guint) g_ascii_strtoull (id, NULL, 10);
  if (self->days == 0) {
    on_days_confirmed (self);
    return;
  }
  show_days (self);
  lan_confirm_ask (GTK_WIDGET (self), _ ("Remove older messages?"),
                   _ ("Older messages are removed from this computer. Pinned ones stay, and what "
                      "was not delivered yet."),
                   _ ("Remove"), on_days_confirmed, self);
}

/* --- the window --- */

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (lan_keep_window_parent_class)->key_press_event (widget, event))
    return TRUE;
  if (event->keyval != GDK_KEY_Escape)
    return FALSE;
  gtk_window_close (GTK_WINDOW (widget));
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanKeepWindow *self = LAN_KEEP_WINDOW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->person);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_keep_window_parent_class)->dispose (object);
}

static void
lan_keep_window_class_init (LanKeepWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->key_press_event = key_press_event;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/keep-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LanKeepWindow, format_combo);
  gtk_widget_class_bind_template_child (widget_class, LanKeepWindow, since_entry);
  gtk_widget_class_bind_template_child (widget_class, LanKeepWindow, until_entry);
  gtk_widget_class_bind_template_child (widget_class, LanKeepWindow, export_button);
  gtk_widget_class_bind_template_child (widget_class, LanKeepWindow, import_button);
  gtk_widget_class_bind_template_child (widget_class, LanKeepWindow, busy_box);
  gtk_widget_class_bind_template_child (widget_class, LanKeepWindow, busy_label);
  gtk_widget_class_bind_template_child (widget_class, LanKeepWindow, result_label);
  gtk_widget_class_bind_template_child (widget_class, LanKeepWindow, days_combo);
  gtk_widget_class_bind_template_callback (widget_class, on_days);
  gtk_widget_class_bind_template_callback (widget_class, on_export);
  gtk_widget_class_bind_template_callback (widget_class, on_import);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
}

static void
lan_keep_window_init (LanKeepWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_combo_box_set_active_id (self->format_combo, "html");
}

void
lan_keep_window_show (GtkWidget *parent, LanNode *node, LanPerson *person)
{
  LanKeepWindow *self = g_object_new (LAN_TYPE_KEEP_WINDOW, NULL);

  self->node = g_object_ref (node);
  self->person = g_object_ref (person);
  show_days (self);
  g_signal_connect_object (person, "notify::keep-days", G_CALLBACK (show_days), self,
                           G_CONNECT_SWAPPED);
  gtk_window_set_transient_for (GTK_WINDOW (self), GTK_WINDOW (gtk_widget_get_toplevel (parent)));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (self), TRUE);
  gtk_window_present (GTK_WINDOW (self));
}
