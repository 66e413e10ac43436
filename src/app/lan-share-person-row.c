/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-share-person-row.h"

#include "lan-avatar.h"

#include <glib/gi18n.h>

static gpointer
part (gpointer row, const char *name)
{
  return g_object_get_data (row, name);
}

GtkWidget *
lan_share_person_row_new (LanPerson *person)
{
  static const char *const names[] = { "check", "name_label", "line_label", "access_combo",
                                       "remove_button" };
  g_autoptr (GtkBuilder) builder = NULL;
  GtkWidget *row;

  g_type_ensure (LAN_TYPE_AVATAR);
  builder = gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/share-person-row.ui");
  row = GTK_WIDGET (gtk_builder_get_object (builder, "row"));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_object_set_data (G_OBJECT (row), names[i], gtk_builder_get_object (builder, names[i]));
  g_object_set_data_full (G_OBJECT (row), "person", g_object_ref (person), g_object_unref);
  lan_avatar_set_person (LAN_AVATAR (gtk_builder_get_object (builder, "avatar")), person);
  gtk_label_set_text (part (row, "name_label"), lan_person_get_name (person));
  atk_object_set_name (gtk_widget_get_accessible (row), lan_person_get_name (person));
  return g_object_ref_sink (row);
}

void
lan_share_person_row_set_line (GtkWidget *row, const char *line)
{
  gtk_label_set_text (part (row, "line_label"), line != NULL ? line : "");
  gtk_widget_set_visible (part (row, "line_label"), line != NULL);
}

GtkComboBox *
lan_share_person_row_show_access (GtkWidget *row, LanShareAccess access)
{
  GtkComboBox *combo = part (row, "access_combo");
  LanPerson *person = lan_share_person_row_get_person (row);
  g_autofree char *name = g_strdup_printf (_ ("What %s may do"), lan_person_get_name (person));

  gtk_combo_box_set_active_id (combo, access == LAN_SHARE_ACCESS_WRITE ? "write" : "read");
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (combo)), name);
  gtk_widget_show (GTK_WIDGET (combo));
  return combo;
}

GtkWidget *
lan_share_person_row_show_remove (GtkWidget *row)
{
  LanPerson *person = lan_share_person_row_get_person (row);
  g_autofree char *name = g_strdup_printf (_ ("Take %s out"), lan_person_get_name (person));
  GtkWidget *button = part (row, "remove_button");

  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_widget_show (button);
  return button;
}

GtkToggleButton *
lan_share_person_row_show_check (GtkWidget *row)
{
  GtkWidget *check = part (row, "check");

  atk_object_set_name (gtk_widget_get_accessible (check),
                       lan_person_get_name (lan_share_person_row_get_person (row)));
  gtk_widget_show (check);
  return GTK_TOGGLE_BUTTON (check);
}

LanShareAccess
lan_share_person_row_get_access (GtkWidget *row)
{
  return g_strcmp0 (gtk_combo_box_get_active_id (part (row, "access_combo")), "write") == 0
             ? LAN_SHARE_ACCESS_WRITE
             : LAN_SHARE_ACCESS_READ;
}

gboolean
lan_share_person_row_is_checked (GtkWidget *row)
{
  return gtk_toggle_button_get_active (part (row, "check"));
}

LanPerson *
lan_share_person_row_get_person (gpointer row)
{
  return part (row, "person");
}

gboolean
lan_share_person_row_may_share (LanNode *node, LanPerson *person)
{
  return person != lan_node_get_self (node) && !lan_person_get_blocked (person) &&
         lan_person_get_group (person) == NULL && lan_person_get_merged_into (person) == NULL;
}

int
lan_share_person_row_compare (GtkListBoxRow *a, GtkListBoxRow *b, gpointer user_data)
{
  LanPerson *x = lan_share_person_row_get_person (a), *y = lan_share_person_row_get_person (b);
  int order = g_utf8_collate (lan_person_get_name (x), lan_person_get_name (y));

  return order != 0 ? order : g_strcmp0 (lan_person_get_id (x), lan_person_get_id (y));
}
