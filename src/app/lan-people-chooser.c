/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-people-chooser.h"

#include "lan-chat-text.h"

#include <glib/gi18n.h>

struct _LanPeopleChooser {
  HdyWindow parent;
  HdyHeaderBar *header;
  GtkEntry *search;
  GtkListBox *list;
  GtkLabel *count_label;
  GtkWidget *verb_button;
};

static guint chosen_signal;

G_DEFINE_TYPE (LanPeopleChooser, lan_people_chooser, HDY_TYPE_WINDOW)

static GtkToggleButton *
check_of (GtkListBoxRow *row)
{
  return GTK_TOGGLE_BUTTON (gtk_bin_get_child (GTK_BIN (row)));
}

/* Returns: (transfer container): whom one has marked, also those whom the search hides. */
static GPtrArray *
get_chosen (LanPeopleChooser *self)
{
  GPtrArray *chosen = g_ptr_array_new_with_free_func (g_object_unref);
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++) {
    GtkToggleButton *check = check_of (row);

    if (gtk_toggle_button_get_active (check))
      g_ptr_array_add (chosen, g_object_ref (g_object_get_data (G_OBJECT (check), "person")));
  }
  return chosen;
}

static void
update (LanPeopleChooser *self)
{
  g_autoptr (GPtrArray) chosen = get_chosen (self);
  g_autofree char *text =
      g_strdup_printf (ngettext ("%u chosen", "%u chosen", chosen->len), chosen->len);

  gtk_label_set_text (self->count_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->count_label), chosen->len > 0);
  gtk_widget_set_sensitive (self->verb_button, chosen->len > 0);
}

static void
on_chosen (LanPeopleChooser *self)
{
  g_autoptr (GPtrArray) chosen = get_chosen (self);

  if (chosen->len == 0)
    return;
  g_signal_emit (self, chosen_signal, 0, chosen);
  gtk_widget_destroy (GTK_WIDGET (self));
}

static gboolean
is_wanted (GtkListBoxRow *row, gpointer user_data)
{
  LanPeopleChooser *self = user_data;

  return lan_chat_text_matches (gtk_button_get_label (GTK_BUTTON (check_of (row))),
                                gtk_entry_get_text (self->search));
}

/* The space bar marks where the focus is; Enter in the list does so too. */
static void
on_row_activated (LanPeopleChooser *self, GtkListBoxRow *row)
{
  gtk_toggle_button_set_active (check_of (row), !gtk_toggle_button_get_active (check_of (row)));
}

static void
add_person (LanPeopleChooser *self, LanPerson *person)
{
  GtkWidget *check;

  if (lan_person_get_blocked (person) || lan_person_get_request (person) ||
      lan_person_get_merged_into (person) != NULL)
    return;
  check = gtk_check_button_new_with_label (lan_person_get_name (person));
  g_object_set_data_full (G_OBJECT (check), "person", g_object_ref (person), g_object_unref);
  g_signal_connect_object (check, "toggled", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  gtk_widget_set_margin_start (check, 12);
  gtk_widget_set_margin_end (check, 12);
  gtk_widget_show (check);
  gtk_list_box_insert (self->list, check, -1);
  gtk_widget_set_can_focus (gtk_widget_get_parent (check), FALSE);
}

/* Those whom one writes to first, the last chat on top; then everybody else. */
static void
add_people (LanPeopleChooser *self, LanNode *node)
{
  GListModel *chats = lan_node_get_conversations (node);
  GListModel *people = lan_node_get_people (node);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (chats); i++) {
    g_autoptr (LanConversation) chat = g_list_model_get_item (chats, i);

    if (g_hash_table_add (seen, lan_conversation_get_person (chat)))
      add_person (self, lan_conversation_get_person (chat));
  }
  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (LanPerson) person = g_list_model_get_item (people, i);

    if (g_hash_table_add (seen, person))
      add_person (self, person);
  }
}

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (lan_people_chooser_parent_class)->key_press_event (widget, event))
    return TRUE;
  if (event->keyval != GDK_KEY_Escape)
    return FALSE;
  gtk_widget_destroy (widget);
  return TRUE;
}

static void
lan_people_chooser_class_init (LanPeopleChooserClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->key_press_event = key_press_event;
  chosen_signal = g_signal_new ("chosen", LAN_TYPE_PEOPLE_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/people-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, LanPeopleChooser, header);
  gtk_widget_class_bind_template_child (widget_class, LanPeopleChooser, search);
  gtk_widget_class_bind_template_child (widget_class, LanPeopleChooser, list);
  gtk_widget_class_bind_template_child (widget_class, LanPeopleChooser, count_label);
  gtk_widget_class_bind_template_child (widget_class, LanPeopleChooser, verb_button);
  gtk_widget_class_bind_template_callback (widget_class, on_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
lan_people_chooser_init (LanPeopleChooser *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_filter_func (self->list, is_wanted, self, NULL);
  g_signal_connect_object (self->search, "changed", G_CALLBACK (gtk_list_box_invalidate_filter),
                           self->list, G_CONNECT_SWAPPED);
}

GtkWidget *
lan_people_chooser_new (LanNode *node, const char *title, const char *verb)
{
  LanPeopleChooser *self = g_object_new (LAN_TYPE_PEOPLE_CHOOSER, "title", title, NULL);

  hdy_header_bar_set_title (self->header, title);
  gtk_button_set_label (GTK_BUTTON (self->verb_button), verb);
  add_people (self, node);
  update (self);
  return GTK_WIDGET (self);
}
