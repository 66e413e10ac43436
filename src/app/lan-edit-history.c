/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-edit-history.h"

#include "lan-format.h"
#include "lan-popover.h"

#include <lan-node-message.h>

static void
add_edit (GtkContainer *box, LanMessageEdit *edit)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/edit-history-row.ui");
  g_autofree char *time = lan_format_moment (lan_message_edit_get_time (edit));

  gtk_label_set_text (GTK_LABEL (gtk_builder_get_object (builder, "time")), time);
  gtk_label_set_text (GTK_LABEL (gtk_builder_get_object (builder, "text")),
                      lan_message_edit_get_text (edit));
  gtk_container_add (box, GTK_WIDGET (gtk_builder_get_object (builder, "row")));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) row = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) edits = lan_node_read_edits_finish (LAN_NODE (source), result, &error);
  g_autoptr (GtkBuilder) builder = NULL;
  GtkPopover *popover;

  if (edits == NULL)
    g_info ("earlier versions: %s", error->message);
  if (edits == NULL || edits->len == 0 || !gtk_widget_get_mapped (row))
    return;
  builder = gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/edit-history.ui");
  popover = GTK_POPOVER (gtk_builder_get_object (builder, "popover"));
  for (guint i = 0; i < edits->len; i++)
    add_edit (GTK_CONTAINER (gtk_builder_get_object (builder, "box")),
              g_ptr_array_index (edits, i));
  gtk_popover_set_relative_to (popover, row);
  lan_popover_forget_when_closed (GTK_WIDGET (popover));
  gtk_popover_popup (popover);
}

void
lan_edit_history_show (LanNode *node, LanMessage *message, GtkWidget *row)
{
  lan_node_read_edits_async (node, message, NULL, on_read, g_object_ref (row));
}
