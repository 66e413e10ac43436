/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-shares-side.h"

#include "lan-list-keeper.h"
#include "lan-share-look.h"

struct _LanSharesSide {
  GtkBox parent;
  LanNode *node;
  LanListKeeper *keeper;
  GtkListBox *list;
};

static guint open_signal;

G_DEFINE_TYPE (LanSharesSide, lan_shares_side, GTK_TYPE_BOX)

static LanShare *
row_share (gpointer row)
{
  return g_object_get_data (row, "share");
}

static int
sort_rows (GtkListBoxRow *a, GtkListBoxRow *b, gpointer user_data)
{
  LanShare *x = row_share (a), *y = row_share (b);
  int order = (lan_share_get_status (y) == LAN_SHARE_STATUS_INVITED) -
              (lan_share_get_status (x) == LAN_SHARE_STATUS_INVITED);

  if (order == 0)
    order = g_utf8_collate (lan_share_get_name (x), lan_share_get_name (y));
  return order != 0 ? order : g_strcmp0 (lan_share_get_id (x), lan_share_get_id (y));
}

static void
show_label (gpointer row, const char *key, const char *text)
{
  GtkLabel *label = g_object_get_data (row, key);

  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}

static void
update_row (GtkWidget *row)
{
  static const char *const styles[] = { "acc", "wrn", "bad" };
  LanNode *node = g_object_get_data (G_OBJECT (row), "node");
  LanShare *share = row_share (row);
  GtkWidget *tag = g_object_get_data (G_OBJECT (row), "tag_label");
  GtkStyleContext *context = gtk_widget_get_style_context (tag);
  const char *style;
  const char *word = lan_share_look_tag (share, &style);
  g_autofree char *line = lan_share_look_line (node, share);
  g_autofree char *name =
      g_strdup_printf ("%s, %s", lan_share_get_name (share), word != NULL ? word : line);

  show_label (row, "name_label", lan_share_get_name (share));
  show_label (row, "line_label", line);
  show_label (row, "tag_label", word);
  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    gtk_style_context_remove_class (context, styles[i]);
  if (*style != '\0')
    gtk_style_context_add_class (context, style);
  atk_object_set_name (gtk_widget_get_accessible (row), name);
  gtk_list_box_row_changed (GTK_LIST_BOX_ROW (row));
}

static GtkWidget *
make_row (gpointer object, gpointer user_data)
{
  static const char *const names[] = { "name_label", "line_label", "tag_label" };
  LanSharesSide *self = user_data;
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/share-row.ui");
  GtkWidget *row = GTK_WIDGET (gtk_builder_get_object (builder, "row"));

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_object_set_data (G_OBJECT (row), names[i], gtk_builder_get_object (builder, names[i]));
  g_object_set_data_full (G_OBJECT (row), "share", g_object_ref (object), g_object_unref);
  g_object_set_data_full (G_OBJECT (row), "node", g_object_ref (self->node), g_object_unref);
  g_signal_connect_object (object, "changed", G_CALLBACK (update_row), row, G_CONNECT_SWAPPED);
  update_row (row);
  return g_object_ref_sink (row);
}

static void
on_row_activated (LanSharesSide *self, GtkListBoxRow *row)
{
  g_signal_emit (self, open_signal, 0, row_share (row));
}

void
lan_shares_side_select (LanSharesSide *self, LanShare *share)
{
  GtkWidget *row = share != NULL ? lan_list_keeper_find (self->keeper, share) : NULL;

  if (row != NULL)
    gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
  else
    gtk_list_box_unselect_all (self->list);
}

void
lan_shares_side_set_node (LanSharesSide *self, LanNode *node)
{
  self->node = g_object_ref (node);
  gtk_list_box_set_sort_func (self->list, sort_rows, self, NULL);
  self->keeper = lan_list_keeper_new (self->list, lan_node_get_shares (node), make_row, NULL, self);
}

static void
dispose (GObject *object)
{
  LanSharesSide *self = LAN_SHARES_SIDE (object);

  g_clear_pointer (&self->keeper, lan_list_keeper_free);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_shares_side_parent_class)->dispose (object);
}

static void
lan_shares_side_class_init (LanSharesSideClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  open_signal = g_signal_new ("open-share", LAN_TYPE_SHARES_SIDE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                              NULL, G_TYPE_NONE, 1, LAN_TYPE_SHARE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/shares-side.ui");
  gtk_widget_class_bind_template_child (widget_class, LanSharesSide, list);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
lan_shares_side_init (LanSharesSide *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
