/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-history-menu.h"

static void
on_copy (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  lan_message_row_copy (user_data);
}

static void
on_select (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  lan_message_row_select_text (user_data);
}

static void
on_info (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/message-info.ui");
  GtkPopover *popover = GTK_POPOVER (gtk_builder_get_object (builder, "popover"));
  g_autofree char *text = lan_message_row_dup_info (user_data);

  gtk_label_set_text (GTK_LABEL (gtk_builder_get_object (builder, "label")), text);
  gtk_popover_set_relative_to (popover, user_data);
  g_signal_connect (popover, "closed", G_CALLBACK (gtk_widget_destroy), NULL);
  gtk_popover_popup (popover);
}

static gboolean
on_destroy_menu (gpointer popover)
{
  gtk_widget_destroy (popover);
  return G_SOURCE_REMOVE;
}

/* The chosen action runs after the menu has closed: only then may it go. */
static void
on_closed (GtkWidget *popover)
{
  g_idle_add_full (G_PRIORITY_LOW, on_destroy_menu, g_object_ref (popover), g_object_unref);
}

void
lan_history_menu_show (LanMessageRow *row)
{
  static const GActionEntry entries[] = {
    { .name = "copy", .activate = on_copy },
    { .name = "select", .activate = on_select },
    { .name = "info", .activate = on_info },
  };
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/message-menu.ui");
  GMenuModel *menu = G_MENU_MODEL (gtk_builder_get_object (builder, "menu"));
  GtkWidget *popover;

  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), row);
  gtk_widget_insert_action_group (GTK_WIDGET (row), "message", G_ACTION_GROUP (actions));
  popover = gtk_popover_new_from_model (GTK_WIDGET (row), menu);
  g_signal_connect (popover, "closed", G_CALLBACK (on_closed), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
}
