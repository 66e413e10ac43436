/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-group-window.h"

#include "lan-avatar.h"
#include "lan-chat-text.h"
#include "lan-person-look.h"

#include <glib/gi18n.h>

struct _LanGroupWindow {
  HdyWindow parent;
  LanNode *node;
  LanGroupChat *group; /* NULL: a new one */
  GHashTable *chosen;  /* LanPerson, owned */
  HdyHeaderBar *header;
  GtkEntry *name_entry;
  GtkEntry *search_entry;
  GtkListBox *list;
  GtkWidget *history_row;
  GtkSwitch *history_switch;
  GtkButton *done_button;
  GtkLabel *count_label;
  GtkLabel *error_label;
};

G_DEFINE_TYPE (LanGroupWindow, lan_group_window, HDY_TYPE_WINDOW)

#define PERSON "lan-person"
#define CHECK  "lan-check"

static void
update (LanGroupWindow *self)
{
  guint n = g_hash_table_size (self->chosen);
  g_autofree char *text = g_strdup_printf (ngettext ("%u person chosen", "%u people chosen", n), n);

  gtk_label_set_text (self->count_label, text);
  gtk_widget_set_sensitive (GTK_WIDGET (self->done_button), n > 0);
  if (self->group == NULL)
    gtk_button_set_label (self->done_button, *gtk_entry_get_text (self->name_entry) != '\0'
                                                 ? _ ("Make group")
                                                 : _ ("Start discussion"));
}

static void
on_check (LanGroupWindow *self, GtkToggleButton *check)
{
  LanPerson *person = g_object_get_data (G_OBJECT (check), PERSON);

  if (gtk_toggle_button_get_active (check))
    g_hash_table_add (self->chosen, g_object_ref (person));
  else
    g_hash_table_remove (self->chosen, person);
  update (self);
}

static void
on_row_activated (LanGroupWindow *self, GtkListBoxRow *row)
{
  GtkToggleButton *check = g_object_get_data (G_OBJECT (row), CHECK);

  gtk_toggle_button_set_active (check, !gtk_toggle_button_get_active (check));
}

static GtkWidget *
make_row (LanGroupWindow *self, LanPerson *person)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *avatar = g_object_new (LAN_TYPE_AVATAR, "size", 32, "visible", TRUE, NULL);
  GtkWidget *name = gtk_label_new (lan_person_get_name (person));
  GtkWidget *check = gtk_check_button_new ();

  lan_avatar_set_person (LAN_AVATAR (avatar), person);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (check),
                                g_hash_table_contains (self->chosen, person));
  gtk_box_pack_start (GTK_BOX (box), avatar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), name, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (box), check, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (row), box);
  gtk_style_context_add_class (gtk_widget_get_style_context (row), "item");
  gtk_style_context_add_class (gtk_widget_get_style_context (row), "tight");
  g_object_set_data_full (G_OBJECT (row), PERSON, g_object_ref (person), g_object_unref);
  g_object_set_data_full (G_OBJECT (check), PERSON, g_object_ref (person), g_object_unref);
  g_object_set_data (G_OBJECT (row), CHECK, check);
  atk_object_set_name (gtk_widget_get_accessible (check), lan_person_get_name (person));
  g_signal_connect_object (check, "toggled", G_CALLBACK (on_check), self, G_CONNECT_SWAPPED);
  gtk_widget_show_all (row);
  return row;
}

static gboolean
can_be_chosen (LanGroupWindow *self, LanPerson *person)
{
  return (lan_person_get_accepted (person) || lan_person_get_online (person)) &&
         !lan_person_get_blocked (person) && lan_person_get_merged_into (person) == NULL &&
         lan_person_get_trust (person) != LAN_PERSON_TRUST_REVOKED &&
         (self->group == NULL || lan_group_chat_find_member (self->group, person) == NULL);
}

static gboolean
filter (GtkListBoxRow *row, gpointer user_data)
{
  LanGroupWindow *self = user_data;
  LanPerson *person = g_object_get_data (G_OBJECT (row), PERSON);

  return lan_chat_text_matches (lan_person_get_name (person),
                                gtk_entry_get_text (self->search_entry));
}

static int
sort (GtkListBoxRow *a, GtkListBoxRow *b, gpointer user_data)
{
  return g_utf8_collate (lan_person_get_name (g_object_get_data (G_OBJECT (a), PERSON)),
                         lan_person_get_name (g_object_get_data (G_OBJECT (b), PERSON)));
}

static void
fill (LanGroupWindow *self)
{
  GListModel *people = lan_node_get_people (self->node);

  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (LanPerson) person = g_list_model_get_item (people, i);

    if (can_be_chosen (self, person))
      gtk_container_add (GTK_CONTAINER (self->list), make_row (self, person));
  }
}

static void
finish (LanGroupWindow *self, const GError *error, const char *id)
{
  if (error != NULL) {
    gtk_label_set_text (self->error_label, error->message);
    gtk_widget_show (GTK_WIDGET (self->error_label));
    gtk_widget_set_sensitive (GTK_WIDGET (self->done_button), TRUE);
    return;
  }
  if (id != NULL)
    g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "open-chat",
                                    g_variant_new_string (id));
  gtk_widget_destroy (GTK_WIDGET (self));
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanGroupWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = lan_node_create_group_finish (LAN_NODE (source), result, &error);

  finish (self, error, id);
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanGroupWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  lan_group_chat_change_finish (LAN_GROUP_CHAT (source), result, &error);
  finish (self, error, NULL);
}

static void
on_done (LanGroupWindow *self)
{
  g_autoptr (GPtrArray) people = g_ptr_array_new ();
  const char *name = gtk_entry_get_text (self->name_entry);
  GHashTableIter iter;
  gpointer person;

  g_hash_table_iter_init (&iter, self->chosen);
  while (g_hash_table_iter_next (&iter, &person, NULL))
    g_ptr_array_add (people, person);
  gtk_widget_set_sensitive (GTK_WIDGET (self->done_button), FALSE);
  if (self->group != NULL)
    lan_group_chat_add_async (self->group, people, NULL, on_added, g_object_ref (self));
  else
    lan_node_create_group_async (
        self->node, *name != '\0' ? LAN_GROUP_CHAT_KIND_GROUP : LAN_GROUP_CHAT_KIND_DISCUSSION,
        name, people, gtk_switch_get_active (self->history_switch), 0, NULL, on_created,
        g_object_ref (self));
}

static void
on_search_changed (LanGroupWindow *self)
{
  gtk_list_box_invalidate_filter (self->list);
}

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (lan_group_window_parent_class)->key_press_event (widget, event))
    return TRUE;
  if (event->keyval != GDK_KEY_Escape)
    return FALSE;
  gtk_widget_destroy (widget);
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanGroupWindow *self = LAN_GROUP_WINDOW (object);

  g_clear_pointer (&self->chosen, g_hash_table_unref);
  g_clear_object (&self->group);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_group_window_parent_class)->dispose (object);
}

static void
lan_group_window_class_init (LanGroupWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->key_press_event = key_press_event;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/group-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LanGroupWindow, header);
  gtk_widget_class_bind_template_child (widget_class, LanGroupWindow, name_entry);
  gtk_widget_class_bind_template_child (widget_class, LanGroupWindow, search_entry);
  gtk_widget_class_bind_template_child (widget_class, LanGroupWindow, list);
  gtk_widget_class_bind_template_child (widget_class, LanGroupWindow, history_row);
  gtk_widget_class_bind_template_child (widget_class, LanGroupWindow, history_switch);
  gtk_widget_class_bind_template_child (widget_class, LanGroupWindow, done_button);
  gtk_widget_class_bind_template_child (widget_class, LanGroupWindow, count_label);
  gtk_widget_class_bind_template_child (widget_class, LanGroupWindow, error_label);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_done);
  gtk_widget_class_bind_template_callback (widget_class, update);
}

static void
lan_group_window_init (LanGroupWindow *self)
{
  self->chosen = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_filter_func (self->list, filter, self, NULL);
  gtk_list_box_set_sort_func (self->list, sort, self, NULL);
}

GtkWidget *
lan_group_window_new (LanNode *node, LanGroupChat *group, LanPerson *chosen)
{
  LanGroupWindow *self = g_object_new (LAN_TYPE_GROUP_WINDOW, NULL);

  self->node = g_object_ref (node);
  g_set_object (&self->group, group);
  if (chosen != NULL && can_be_chosen (self, chosen))
    g_hash_table_add (self->chosen, g_object_ref (chosen));
  if (group != NULL) {
    hdy_header_bar_set_title (self->header, _ ("Add people"));
    gtk_window_set_title (GTK_WINDOW (self), _ ("Add people"));
    hdy_header_bar_set_subtitle (self->header, lan_group_chat_get_name (group));
    gtk_widget_hide (GTK_WIDGET (self->name_entry));
    gtk_widget_hide (self->history_row);
    gtk_button_set_label (self->done_button, _ ("Add"));
    gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
  }
  fill (self);
  update (self);
  return GTK_WIDGET (self);
}
