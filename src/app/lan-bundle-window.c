/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bundle-window.h"

#include "lan-bundle-text.h"
#include "lan-people-chooser.h"

#include <glib/gi18n.h>

struct _LanBundleWindow {
  HdyWindow parent;
  LanNode *node;
  GPtrArray *chosen;         /* of LanPerson; NULL: all for whom something waits */
  GCancellable *cancellable; /* of what is under way; NULL: nothing */
  char *path;                /* of the file that is written */
  GtkToggleButton *all_button;
  GtkToggleButton *chosen_button;
  GtkLabel *chosen_label;
  GtkWidget *write_button;
  GtkWidget *read_button;
  GtkWidget *busy_box;
  GtkProgressBar *progress_bar;
  GtkLabel *result_label;
};

G_DEFINE_TYPE (LanBundleWindow, lan_bundle_window, HDY_TYPE_WINDOW)

/* --- what is shown --- */

static void
update (LanBundleWindow *self)
{
  gboolean busy = self->cancellable != NULL;
  gboolean chooses = gtk_toggle_button_get_active (self->chosen_button);

  gtk_widget_set_visible (self->busy_box, busy);
  gtk_widget_set_sensitive (self->write_button, !busy && (!chooses || self->chosen != NULL));
  gtk_widget_set_sensitive (self->read_button, !busy);
}

/* Spoken too: it is the only answer to what one asked for. */
static void
say (LanBundleWindow *self, const char *text)
{
  gtk_label_set_text (self->result_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->result_label), *text != '\0');
}

static void
begin (LanBundleWindow *self, const char *what)
{
  self->cancellable = g_cancellable_new ();
  gtk_progress_bar_set_fraction (self->progress_bar, 0);
  gtk_progress_bar_set_text (self->progress_bar, what);
  say (self, "");
  update (self);
}

static void
on_progress (guint percent, gpointer user_data)
{
  LanBundleWindow *self = user_data;

  if (self->node != NULL)
    gtk_progress_bar_set_fraction (self->progress_bar, percent / 100.0);
}

/* Returns: whether the window is still there to say how it ended. */
static gboolean
end (LanBundleWindow *self)
{
  g_clear_object (&self->cancellable);
  if (self->node == NULL)
    return FALSE;
  update (self);
  return TRUE;
}

static void
on_cancel (LanBundleWindow *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

/* --- for whom --- */

/* Returns: (transfer container): whom one has marked, of groups each other member, nobody twice. */
static GPtrArray *
people_of (LanNode *node, GPtrArray *marked)
{
  GPtrArray *people = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  g_hash_table_add (seen, lan_node_get_self (node));
  for (guint i = 0; i < marked->len; i++) {
    LanPerson *one = g_ptr_array_index (marked, i);
    LanGroupChat *group = lan_person_get_group (one);
    GPtrArray *members = group != NULL ? lan_group_chat_get_members (group) : NULL;

    if (group == NULL && g_hash_table_add (seen, one))
      g_ptr_array_add (people, g_object_ref (one));
    for (guint j = 0; members != NULL && j < members->len; j++) {
      LanPerson *person = ((LanGroupChatMember *) g_ptr_array_index (members, j))->person;

      if (g_hash_table_add (seen, person))
        g_ptr_array_add (people, g_object_ref (person));
    }
  }
  return people;
}

static char *
names_of (GPtrArray *people)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < people->len; i++)
    g_ptr_array_add (names, (char *) lan_person_get_name (g_ptr_array_index (people, i)));
  g_ptr_array_add (names, NULL);
  /* Translators: stands between two names of people */
  return g_strjoinv (_ (", "), (char **) names->pdata);
}

static void
on_chosen (LanBundleWindow *self, GPtrArray *marked)
{
  g_autofree char *names = NULL;

  g_clear_pointer (&self->chosen, g_ptr_array_unref);
  self->chosen = people_of (self->node, marked);
  names = names_of (self->chosen);
  gtk_label_set_text (self->chosen_label, names);
  gtk_widget_show (GTK_WIDGET (self->chosen_label));
  gtk_toggle_button_set_active (self->chosen_button, TRUE);
  update (self);
}

static void
on_choose (LanBundleWindow *self)
{
  GtkWidget *chooser =
      lan_people_chooser_new (self->node, _ ("For whom is the file?"), _ ("_Choose"));

  gtk_window_set_transient_for (GTK_WINDOW (chooser), GTK_WINDOW (self));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (chooser), TRUE);
  g_signal_connect_object (chooser, "chosen", G_CALLBACK (on_chosen), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (chooser));
}

/* --- writing --- */

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanBundleWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanBundleWritten) written =
      lan_node_create_bundle_finish (LAN_NODE (source), result, &error);
  g_autofree char *text = NULL;

  if (!end (self))
    return;
  text = written != NULL ? lan_bundle_text_written (self->node, written, self->path)
                         : lan_bundle_text_error (error, TRUE);
  say (self, text);
  gtk_widget_grab_focus (self->write_button);
}

static void
write_to (LanBundleWindow *self, const char *path)
{
  gboolean all = gtk_toggle_button_get_active (self->all_button);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; !all && i < self->chosen->len; i++)
    g_ptr_array_add (ids, (char *) lan_person_get_id (g_ptr_array_index (self->chosen, i)));
  g_ptr_array_add (ids, NULL);
  g_free (self->path);
  self->path = g_strdup (path);
  begin (self, _ ("Being written. You can go on working."));
  lan_node_create_bundle_async (self->node, path, all ? NULL : (const char *const *) ids->pdata,
                                on_progress, self, self->cancellable, on_written,
                                g_object_ref (self));
}

static GtkFileChooserNative *
ask_place (LanBundleWindow *self, const char *title, GtkFileChooserAction action,
           GCallback on_response)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      title, GTK_WINDOW (self), action,
      action == GTK_FILE_CHOOSER_ACTION_SAVE ? _ ("_Save") : _ ("_Open"), _ ("_Cancel"));

  g_signal_connect_object (dialog, "response", on_response, self, 0);
  g_signal_connect_after (dialog, "response", G_CALLBACK (g_object_unref), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
  return dialog;
}

static void
on_write_place (GtkFileChooser *dialog, int response, LanBundleWindow *self)
{
  g_autofree char *path = gtk_file_chooser_get_filename (dialog);

  if (response == GTK_RESPONSE_ACCEPT && path != NULL && self->cancellable == NULL)
    write_to (self, path);
}

static void
on_write (LanBundleWindow *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *day = g_date_time_format (now, "%F");
  /* Translators: the beginning of a file's name; a date follows */
  g_autofree char *name = g_strdup_printf ("%s %s" LAN_BUNDLE_SUFFIX, _ ("Messages"), day);
  GtkFileChooserNative *dialog = ask_place (
      self, _ ("Write Messages"), GTK_FILE_CHOOSER_ACTION_SAVE, G_CALLBACK (on_write_place));

  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), g_get_home_dir ());
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
}

/* --- reading --- */

static void
on_taken (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanBundleWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  LanBundleTaken taken;
  gboolean done = lan_node_read_bundle_finish (LAN_NODE (source), result, &taken, &error);

  if (!end (self))
    return;
  text = done ? lan_bundle_text_taken (&taken) : lan_bundle_text_error (error, FALSE);
  say (self, text);
  gtk_widget_grab_focus (self->read_button);
}

void
lan_bundle_window_read (LanBundleWindow *self, const char *path)
{
  if (self->cancellable != NULL)
    return;
  begin (self, _ ("Being read. You can go on working."));
  lan_node_read_bundle_async (self->node, path, on_progress, self, self->cancellable, on_taken,
                              g_object_ref (self));
}

static void
on_read_place (GtkFileChooser *dialog, int response, LanBundleWindow *self)
{
  g_autofree char *path = gtk_file_chooser_get_filename (dialog);

  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    lan_bundle_window_read (self, path);
}

/* Any file may be one: who wrote it on a terminal gave it any name. */
static void
on_read (LanBundleWindow *self)
{
  (void) ask_place (self, _ ("Read Messages"), GTK_FILE_CHOOSER_ACTION_OPEN,
                    G_CALLBACK (on_read_place));
}

/* --- life --- */

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (lan_bundle_window_parent_class)->key_press_event (widget, event))
    return TRUE;
  if (event->keyval != GDK_KEY_Escape)
    return FALSE;
  gtk_widget_destroy (widget);
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanBundleWindow *self = LAN_BUNDLE_WINDOW (object);

  on_cancel (self);
  g_clear_object (&self->node);
  g_clear_pointer (&self->chosen, g_ptr_array_unref);
  g_clear_pointer (&self->path, g_free);
  G_OBJECT_CLASS (lan_bundle_window_parent_class)->dispose (object);
}

static void
lan_bundle_window_class_init (LanBundleWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->key_press_event = key_press_event;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/bundle-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LanBundleWindow, all_button);
  gtk_widget_class_bind_template_child (widget_class, LanBundleWindow, chosen_button);
  gtk_widget_class_bind_template_child (widget_class, LanBundleWindow, chosen_label);
  gtk_widget_class_bind_template_child (widget_class, LanBundleWindow, write_button);
  gtk_widget_class_bind_template_child (widget_class, LanBundleWindow, read_button);
  gtk_widget_class_bind_template_child (widget_class, LanBundleWindow, busy_box);
  gtk_widget_class_bind_template_child (widget_class, LanBundleWindow, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, LanBundleWindow, result_label);
  gtk_widget_class_bind_template_callback (widget_class, on_choose);
  gtk_widget_class_bind_template_callback (widget_class, on_write);
  gtk_widget_class_bind_template_callback (widget_class, on_read);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
  gtk_widget_class_bind_template_callback (widget_class, update);
}

static void
lan_bundle_window_init (LanBundleWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_bundle_window_new (LanNode *node)
{
  LanBundleWindow *self = g_object_new (LAN_TYPE_BUNDLE_WINDOW, NULL);

  self->node = g_object_ref (node);
  update (self);
  return GTK_WIDGET (self);
}
