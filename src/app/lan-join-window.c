/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-join-window.h"

#include "lan-server-look.h"
#include "lan-word-grid.h"

#include <glib/gi18n.h>

struct _LanJoinWindow {
  HdyWindow parent;
  LanNode *node;
  GCancellable *cancellable; /* of what is under way, NULL: nothing */
  char *looked_at;           /* the address whose words are shown */
  GStrv words;               /* those words */
  GtkEntry *where_entry;
  GtkWidget *words_box;
  LanWordGrid *words_grid;
  GtkWidget *account_box;
  GtkEntry *login_entry;
  GtkEntry *password_entry;
  GtkLabel *error_label;
  GtkWidget *busy_box;
  GtkLabel *busy_label;
  GtkButton *next_button;
};

static guint joined_signal;

G_DEFINE_TYPE (LanJoinWindow, lan_join_window, HDY_TYPE_WINDOW)

static LanServer *
server_of (LanJoinWindow *self)
{
  return lan_node_get_server (self->node);
}

static char *
dup_where (LanJoinWindow *self)
{
  return g_strstrip (g_strdup (gtk_entry_get_text (self->where_entry)));
}

static void
say (LanJoinWindow *self, const char *error)
{
  gtk_label_set_text (self->error_label, error != NULL ? error : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), error != NULL);
}

static void
set_busy (LanJoinWindow *self, const char *text)
{
  gboolean busy = text != NULL;

  if (busy)
    self->cancellable = g_cancellable_new ();
  else
    g_clear_object (&self->cancellable);
  gtk_label_set_text (self->busy_label, busy ? text : "");
  gtk_widget_set_visible (self->busy_box, busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next_button), !busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->where_entry), !busy);
  gtk_widget_set_sensitive (self->account_box, !busy);
}

/* What is left of an earlier address must not stand beside a new one. */
static void
on_where_changed (LanJoinWindow *self)
{
  g_autofree char *where = dup_where (self);
  gboolean known = g_strcmp0 (where, self->looked_at) == 0;

  say (self, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next_button), *where != '\0');
  gtk_widget_set_visible (self->words_box, known && self->words != NULL);
  if (!known && !lan_server_look_is_invite (where))
    gtk_widget_hide (self->account_box);
  gtk_button_set_label (self->next_button, known && self->words != NULL
                                               ? _ ("The words are the same: join")
                                           : lan_server_look_is_invite (where) ? _ ("Join")
                                                                               : _ ("Next"));
}

static void
on_joined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanJoinWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (lan_server_join_finish (LAN_SERVER (source), result, &error)) {
    if (self->node != NULL)
      g_signal_emit (self, joined_signal, 0, lan_server_get_name (LAN_SERVER (source)));
    if (!gtk_widget_in_destruction (GTK_WIDGET (self)))
      gtk_widget_destroy (GTK_WIDGET (self));
    return;
  }
  if (self->node == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  set_busy (self, NULL);
  say (self, lan_server_look_join_error (error));
  if (g_error_matches (error, LAN_NODE_ERROR, LAN_NODE_ERROR_CREDENTIALS)) {
    gtk_widget_show (self->account_box);
    gtk_widget_grab_focus (GTK_WIDGET (self->login_entry));
  }
}

static void
join (LanJoinWindow *self, const char *where)
{
  g_autofree char *words = self->words != NULL ? g_strjoinv (" ", self->words) : NULL;
  const char *login = gtk_entry_get_text (self->login_entry);
  const char *password = gtk_entry_get_text (self->password_entry);
  gboolean by_link = lan_server_look_is_invite (where);

  say (self, NULL);
  set_busy (self, _ ("Joining…"));
  lan_server_join_async (server_of (self), where, by_link ? NULL : words,
                         *login != '\0' ? login : NULL, *password != '\0' ? password : NULL,
                         self->cancellable, on_joined, g_object_ref (self));
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanJoinWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = lan_server_look_finish (LAN_SERVER (source), result, &error);

  if (self->node == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  set_busy (self, NULL);
  if (key == NULL) {
    say (self, lan_server_look_join_error (error));
    return;
  }
  g_clear_pointer (&self->words, g_strfreev);
  self->words = lan_server_dup_words (key, lan_word_grid_locale ());
  lan_word_grid_set_words (self->words_grid, (const char *const *) self->words);
  gtk_widget_show (self->account_box);
  on_where_changed (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->login_entry));
}

static void
look (LanJoinWindow *self, const char *where)
{
  g_free (self->looked_at);
  self->looked_at = g_strdup (where);
  g_clear_pointer (&self->words, g_strfreev);
  say (self, NULL);
  set_busy (self, _ ("Asking who is there…"));
  lan_server_look_async (server_of (self), where, self->cancellable, on_looked,
                         g_object_ref (self));
}

static void
on_next (LanJoinWindow *self)
{
  g_autofree char *where = dup_where (self);

  if (self->cancellable != NULL || *where == '\0')
    return;
  if (lan_server_look_is_invite (where))
    join (self, where);
  else if (g_strcmp0 (where, self->looked_at) != 0 || self->words == NULL)
    look (self, where);
  else if (gtk_entry_get_text_length (self->login_entry) > 0)
    join (self, where);
  else
    say (self, _ ("Your account's name and password are needed as well."));
}

static void
on_stop (LanJoinWindow *self)
{
  if (self->cancellable == NULL) {
    gtk_widget_destroy (GTK_WIDGET (self));
    return;
  }
  g_cancellable_cancel (self->cancellable);
  set_busy (self, NULL);
}

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (lan_join_window_parent_class)->key_press_event (widget, event))
    return TRUE;
  if (event->keyval != GDK_KEY_Escape)
    return FALSE;
  on_stop (LAN_JOIN_WINDOW (widget));
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanJoinWindow *self = LAN_JOIN_WINDOW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->words, g_strfreev);
  g_clear_pointer (&self->looked_at, g_free);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_join_window_parent_class)->dispose (object);
}

static void
lan_join_window_class_init (LanJoinWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->key_press_event = key_press_event;
  joined_signal = g_signal_new ("joined", LAN_TYPE_JOIN_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_type_ensure (LAN_TYPE_WORD_GRID);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/join-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LanJoinWindow, where_entry);
  gtk_widget_class_bind_template_child (widget_class, LanJoinWindow, words_box);
  gtk_widget_class_bind_template_child (widget_class, LanJoinWindow, words_grid);
  gtk_widget_class_bind_template_child (widget_class, LanJoinWindow, account_box);
  gtk_widget_class_bind_template_child (widget_class, LanJoinWindow, login_entry);
  gtk_widget_class_bind_template_child (widget_class, LanJoinWindow, password_entry);
  gtk_widget_class_bind_template_child (widget_class, LanJoinWindow, error_label);
  gtk_widget_class_bind_template_child (widget_class, LanJoinWindow, busy_box);
  gtk_widget_class_bind_template_child (widget_class, LanJoinWindow, busy_label);
  gtk_widget_class_bind_template_child (widget_class, LanJoinWindow, next_button);
  gtk_widget_class_bind_template_callback (widget_class, on_where_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_next);
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
}

static void
lan_join_window_init (LanJoinWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_join_window_new (LanNode *node, const char *where)
{
  LanJoinWindow *self = g_object_new (LAN_TYPE_JOIN_WINDOW, NULL);

  self->node = g_object_ref (node);
  if (where != NULL) {
    gtk_entry_set_text (self->where_entry, where);
    on_next (self);
  }
  return GTK_WIDGET (self);
}
