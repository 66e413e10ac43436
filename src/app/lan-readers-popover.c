/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-readers-popover.h"

#include "lan-avatar.h"
#include "lan-group-look.h"
#include "lan-popover.h"

#include <glib/gi18n.h>

#define AVATAR_SIDE 24 /* px */

static void
add_title (GtkListBox *list, const char *text, guint n)
{
  /* Translators: what became of a message with so many people, whose names follow: "Read (3)" */
  g_autofree char *title = g_strdup_printf (_ ("%s (%u)"), text, n);
  GtkWidget *label = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "section");
  gtk_widget_set_margin_top (label, 6);
  gtk_widget_show (label);
  gtk_list_box_insert (list, label, -1);
}

static void
add_person (GtkListBox *list, LanPerson *person)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *avatar = g_object_new (LAN_TYPE_AVATAR, "size", AVATAR_SIDE, "visible", TRUE, NULL);
  GtkWidget *label = gtk_label_new (lan_person_get_name (person));

  lan_avatar_set_name (LAN_AVATAR (avatar), lan_person_get_name (person));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_container_add (GTK_CONTAINER (line), avatar);
  gtk_container_add (GTK_CONTAINER (line), label);
  gtk_widget_set_margin_top (line, 3);
  gtk_widget_set_margin_bottom (line, 3);
  gtk_widget_show (label);
  gtk_widget_show (line);
  gtk_list_box_insert (list, line, -1);
}

static void
add_people (GtkListBox *list, const char *title, GPtrArray *people)
{
  GList *rows;

  if (people->len == 0)
    return;
  add_title (list, title, people->len);
  for (guint i = 0; i < people->len; i++)
    add_person (list, g_ptr_array_index (people, i));
  rows = gtk_container_get_children (GTK_CONTAINER (list));
  for (GList *l = rows; l != NULL; l = l->next) {
    GtkWidget *child = gtk_bin_get_child (l->data);
    const char *name = GTK_IS_LABEL (child) ? gtk_label_get_text (GTK_LABEL (child)) : NULL;

    gtk_list_box_row_set_activatable (l->data, FALSE);
    if (name != NULL)
      atk_object_set_name (gtk_widget_get_accessible (l->data), name);
  }
  g_list_free (rows);
}

/* Everybody stands once, under the most that is known of them; anew whenever more is. */
static void
fill (GtkListBox *list)
{
  LanMessage *message = g_object_get_data (G_OBJECT (list), "message");
  g_autoptr (LanGroupReaders) readers = lan_group_look_sort_readers (message);
  GList *rows = gtk_container_get_children (GTK_CONTAINER (list));

  for (GList *l = rows; l != NULL; l = l->next)
    gtk_widget_destroy (l->data);
  g_list_free (rows);
  add_people (list, _ ("Read"), readers->read);
  /* Translators: of a message: on the disk of these people, and not read */
  add_people (list, _ ("Delivered, not read"), readers->delivered);
  add_people (list, _ ("Not yet delivered"), readers->waiting);
}

static void
show_readers (GtkBuilder *builder, LanMessage *message)
{
  GObject *list = gtk_builder_get_object (builder, "list");

  gtk_widget_show (GTK_WIDGET (gtk_builder_get_object (builder, "scroller")));
  g_object_set_data_full (list, "message", g_object_ref (message), g_object_unref);
  g_signal_connect_object (lan_person_get_group (lan_message_get_peer (message)), "changed",
                           G_CALLBACK (fill), list, G_CONNECT_SWAPPED);
  fill (GTK_LIST_BOX (list));
}

void
lan_readers_popover_open (GtkWidget *widget, LanMessage *message, const char *info)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/message-info.ui");
  GtkWidget *popover = GTK_WIDGET (gtk_builder_get_object (builder, "popover"));
  GtkWidget *label = GTK_WIDGET (gtk_builder_get_object (builder, "label"));

  gtk_label_set_text (GTK_LABEL (label), info);
  gtk_widget_set_visible (label, *info != '\0');
  if (lan_group_look_has_readers (message))
    show_readers (builder, message);
  gtk_popover_set_relative_to (GTK_POPOVER (popover), widget);
  lan_popover_forget_when_closed (popover);
  gtk_popover_popup (GTK_POPOVER (popover));
}
