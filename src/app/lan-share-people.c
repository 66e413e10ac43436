/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-share-people.h"

#include "lan-confirm.h"
#include "lan-share-person-row.h"

#include <glib/gi18n.h>

struct _LanSharePeople {
  GtkBox parent;
  LanNode *node;
  LanShare *share;
  char *shown; /* what the rows were made of */
  GtkListBox *list;
  GtkListBox *others;
  GtkWidget *foot;
  GtkWidget *add_button;
  GtkPopover *add_popover;
};

G_DEFINE_TYPE (LanSharePeople, lan_share_people, GTK_TYPE_BOX)

static void
clear_list (GtkListBox *list)
{
  GList *rows = gtk_container_get_children (GTK_CONTAINER (list));

  for (GList *l = rows; l != NULL; l = l->next)
    gtk_widget_destroy (l->data);
  g_list_free (rows);
}

/* ---- one row ---- */

static void
on_access_changed (GtkComboBox *combo, GtkWidget *row)
{
  LanShare *share = g_object_get_data (G_OBJECT (row), "share");

  lan_share_set_access (share, lan_share_person_row_get_person (row),
                        lan_share_person_row_get_access (row));
}

static void
on_removed (gpointer row)
{
  lan_share_set_access (g_object_get_data (row, "share"), lan_share_person_row_get_person (row),
                        LAN_SHARE_ACCESS_NONE);
}

static void
on_remove (GtkWidget *button, GtkWidget *row)
{
  LanPerson *person = lan_share_person_row_get_person (row);
  g_autofree char *title =
      g_strdup_printf (_ ("Take %s out of this folder?"), lan_person_get_name (person));

  lan_confirm_ask (button, title,
                   _ ("They get nothing more of it. What they have fetched stays with them."),
                   _ ("Take out"), on_removed, row);
}

static const char *
line_of (const LanSharedMember *member, gboolean is_owner)
{
  if (!member->joined)
    return _ ("Invited, has not answered yet");
  if (is_owner)
    return _ ("Takes part");
  return member->access == LAN_SHARE_ACCESS_WRITE ? _ ("May also change") : _ ("May see and fetch");
}

static void
add_member (LanSharePeople *self, const LanSharedMember *member)
{
  gboolean is_owner = lan_share_get_status (self->share) == LAN_SHARE_STATUS_OPEN;
  LanPerson *person = lan_node_find_person (self->node, member->person, NULL);
  GtkWidget *row;

  if (person == NULL)
    return; /* somebody of the owner's whom one does not know: their name is not known either */
  row = lan_share_person_row_new (person);
  g_object_set_data_full (G_OBJECT (row), "share", g_object_ref (self->share), g_object_unref);
  lan_share_person_row_set_line (row, line_of (member, is_owner));
  if (is_owner) {
    g_signal_connect (lan_share_person_row_show_access (row, member->access), "changed",
                      G_CALLBACK (on_access_changed), row);
    g_signal_connect (lan_share_person_row_show_remove (row), "clicked", G_CALLBACK (on_remove),
                      row);
  }
  gtk_list_box_insert (self->list, row, -1);
  g_object_unref (row);
}

static void
add_owner (LanSharePeople *self)
{
  const char *id = lan_share_get_owner (self->share);
  LanPerson *me = lan_node_get_self (self->node);
  gboolean is_me = me != NULL && g_str_equal (lan_person_get_id (me), id);
  LanPerson *owner = is_me ? me : lan_node_find_person (self->node, id, NULL);
  GtkWidget *row;

  if (owner == NULL)
    return;
  row = lan_share_person_row_new (owner);
  lan_share_person_row_set_line (row, is_me ? _ ("You, the owner") : _ ("The owner"));
  gtk_list_box_insert (self->list, row, -1);
  g_object_unref (row);
}

/* ---- people who could be taken in ---- */

static gboolean
is_member (LanShare *share, LanPerson *person)
{
  GPtrArray *members = lan_share_get_members (share);

  for (guint i = 0; i < members->len; i++) {
    if (g_str_equal (((LanSharedMember *) g_ptr_array_index (members, i))->person,
                     lan_person_get_id (person)))
      return TRUE;
  }
  return FALSE;
}

static void
on_popover_shown (LanSharePeople *self)
{
  GListModel *people = lan_node_get_people (self->node);

  clear_list (self->others);
  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (LanPerson) person = g_list_model_get_item (people, i);
    GtkWidget *row;

    if (!lan_share_person_row_may_share (self->node, person) || is_member (self->share, person))
      continue;
    row = lan_share_person_row_new (person);
    gtk_list_box_insert (self->others, row, -1);
    g_object_unref (row);
  }
}

static void
on_other_activated (LanSharePeople *self, GtkListBoxRow *row)
{
  lan_share_set_access (self->share, lan_share_person_row_get_person (row), LAN_SHARE_ACCESS_READ);
  gtk_popover_popdown (self->add_popover);
}

/* ---- all of it ---- */

/* A row whose choice is open must not go away because a file was fetched. */
static char *
print_of (LanShare *share)
{
  GPtrArray *members = lan_share_get_members (share);
  GString *print = g_string_new (lan_share_get_id (share));

  g_string_append_printf (print, " %u", lan_share_get_status (share));
  for (guint i = 0; i < members->len; i++) {
    const LanSharedMember *member = g_ptr_array_index (members, i);

    g_string_append_printf (print, " %s %u %d", member->person, member->access, member->joined);
  }
  return g_string_free (print, FALSE);
}

void
lan_share_people_set_share (LanSharePeople *self, LanNode *node, LanShare *share)
{
  g_autofree char *print = share != NULL ? print_of (share) : NULL;
  GPtrArray *members;

  g_set_object (&self->node, node);
  g_set_object (&self->share, share);
  if (g_strcmp0 (print, self->shown) == 0)
    return;
  g_free (self->shown);
  self->shown = g_steal_pointer (&print);
  clear_list (self->list);
  if (share == NULL)
    return;
  members = lan_share_get_members (share);
  add_owner (self);
  for (guint i = 0; i < members->len; i++)
    add_member (self, g_ptr_array_index (members, i));
  gtk_widget_set_visible (self->foot, lan_share_get_status (share) == LAN_SHARE_STATUS_OPEN);
}

static void
dispose (GObject *object)
{
  LanSharePeople *self = LAN_SHARE_PEOPLE (object);

  g_clear_object (&self->node);
  g_clear_object (&self->share);
  g_clear_pointer (&self->shown, g_free);
  G_OBJECT_CLASS (lan_share_people_parent_class)->dispose (object);
}

static void
lan_share_people_class_init (LanSharePeopleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/share-people.ui");
  gtk_widget_class_bind_template_child (widget_class, LanSharePeople, list);
  gtk_widget_class_bind_template_child (widget_class, LanSharePeople, others);
  gtk_widget_class_bind_template_child (widget_class, LanSharePeople, foot);
  gtk_widget_class_bind_template_child (widget_class, LanSharePeople, add_button);
  gtk_widget_class_bind_template_child (widget_class, LanSharePeople, add_popover);
  gtk_widget_class_bind_template_callback (widget_class, on_other_activated);
}

static void
lan_share_people_init (LanSharePeople *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_sort_func (self->others, lan_share_person_row_compare, NULL, NULL);
  g_signal_connect_swapped (self->add_popover, "show", G_CALLBACK (on_popover_shown), self);
}
