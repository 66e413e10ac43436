/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-transfers-side.h"

#include "lan-avatar.h"
#include "lan-format.h"
#include "lan-section.h"
#include "lan-shares-side.h"

#include <glib/gi18n.h>

struct _LanTransfersSide {
  GtkBox parent;
  LanNode *node;
  guint idle_id;
  GtkListBox *list;
  LanSharesSide *shares;
  GHashTable *people; /* LanPerson -> row, kept by the list */
  GtkListBoxRow *parts[LAN_TRANSFER_N_PARTS + 1];
  GtkLabel *down_label;
  GtkLabel *up_label;
};

static guint filter_signal;
static guint share_signal;

G_DEFINE_TYPE (LanTransfersSide, lan_transfers_side, GTK_TYPE_BOX)

/* Rows are made from one template; what they stand for is kept on them. */
static GtkListBoxRow *
make_row (LanTransferPart part, LanPerson *person)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/transfer-filter-row.ui");
  GtkWidget *row = GTK_WIDGET (gtk_builder_get_object (builder, "row"));
  GtkWidget *avatar = GTK_WIDGET (gtk_builder_get_object (builder, "avatar"));
  GtkWidget *icon = GTK_WIDGET (gtk_builder_get_object (builder, "icon"));
  const char *title =
      person != NULL ? lan_person_get_name (person) : lan_transfer_filter_title (part);

  gtk_label_set_text (GTK_LABEL (gtk_builder_get_object (builder, "label")), title);
  gtk_widget_set_visible (icon, person == NULL);
  gtk_widget_set_visible (avatar, person != NULL);
  if (person != NULL)
    lan_avatar_set_person (LAN_AVATAR (avatar), person);
  else
    gtk_image_set_from_icon_name (GTK_IMAGE (icon), lan_transfer_filter_icon (part),
                                  GTK_ICON_SIZE_MENU);
  g_object_set_data (G_OBJECT (row), "part", GINT_TO_POINTER (part));
  g_object_set_data_full (G_OBJECT (row), "person", person != NULL ? g_object_ref (person) : NULL,
                          g_object_unref);
  g_object_set_data (G_OBJECT (row), "count", gtk_builder_get_object (builder, "count"));
  atk_object_set_name (gtk_widget_get_accessible (row), title);
  return g_object_ref_sink (GTK_LIST_BOX_ROW (row));
}

static void
set_count (GtkListBoxRow *row, guint count)
{
  GtkLabel *label = g_object_get_data (G_OBJECT (row), "count");
  g_autofree char *text = count > 0 ? g_strdup_printf ("%u", count) : g_strdup ("");
  LanTransferPart part = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (row), "part"));
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (label));
  gboolean asks = part == LAN_TRANSFER_PART_OFFERS && count > 0;

  gtk_label_set_text (label, text);
  gtk_style_context_remove_class (context, asks ? "meta" : "badge");
  gtk_style_context_add_class (context, asks ? "badge" : "meta");
}

static void
head_row (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  gboolean is_first = g_object_get_data (G_OBJECT (row), "person") != NULL && before != NULL &&
                      g_object_get_data (G_OBJECT (before), "person") == NULL;

  lan_section_put (row, is_first ? _ ("With") : NULL, -1);
}

static GtkListBoxRow *
ensure_person (LanTransfersSide *self, LanPerson *person)
{
  GtkListBoxRow *row = g_hash_table_lookup (self->people, person);

  if (row != NULL)
    return row;
  row = make_row (LAN_TRANSFER_PART_ALL, person);
  gtk_container_add (GTK_CONTAINER (self->list), GTK_WIDGET (row));
  g_hash_table_insert (self->people, person, row);
  g_object_unref (row);
  return row;
}

static void
count_all (LanTransfersSide *self)
{
  GListModel *model = lan_node_get_transfers (self->node);
  guint n = g_list_model_get_n_items (model);
  guint counts[LAN_TRANSFER_N_PARTS] = { 0 };
  g_autoptr (GHashTable) people = g_hash_table_new (NULL, NULL);
  guint64 down = 0, up = 0;
  g_autofree char *down_text = NULL;
  g_autofree char *up_text = NULL;
  GHashTableIter iter;
  gpointer person, count;

  for (guint i = 0; i < n; i++) {
    g_autoptr (LanTransfer) transfer = g_list_model_get_item (model, i);

    counts[lan_transfer_filter_part (transfer)]++;
    person = lan_transfer_get_person (transfer);
    count = g_hash_table_lookup (people, person);
    g_hash_table_insert (people, person, GUINT_TO_POINTER (GPOINTER_TO_UINT (count) + 1));
    if (lan_transfer_get_status (transfer) == LAN_TRANSFER_STATUS_RUNNING)
      *(lan_transfer_get_incoming (transfer) ? &down : &up) += lan_transfer_get_rate (transfer);
  }
  set_count (self->parts[0], n);
  for (int part = 0; part < LAN_TRANSFER_N_PARTS; part++)
    set_count (self->parts[part + 1], counts[part]);
  g_hash_table_iter_init (&iter, people);
  while (g_hash_table_iter_next (&iter, &person, &count))
    set_count (ensure_person (self, person), GPOINTER_TO_UINT (count));
  down_text = lan_format_rate (down);
  up_text = lan_format_rate (up);
  gtk_label_set_text (self->down_label, down_text);
  gtk_label_set_text (self->up_label, up_text);
}

static gboolean
on_idle (gpointer user_data)
{
  LanTransfersSide *self = user_data;

  self->idle_id = 0;
  count_all (self);
  return G_SOURCE_REMOVE;
}

static void
queue_count (LanTransfersSide *self)
{
  if (self->idle_id == 0)
    self->idle_id = g_idle_add (on_idle, self);
}

static void
on_open_share (LanTransfersSide *self, LanShare *share)
{
  gtk_list_box_unselect_all (self->list);
  g_signal_emit (self, share_signal, 0, share);
}

void
lan_transfers_side_select_share (LanTransfersSide *self, LanShare *share)
{
  if (share != NULL)
    gtk_list_box_unselect_all (self->list);
  lan_shares_side_select (self->shares, share);
}

static void
on_row_activated (LanTransfersSide *self, GtkListBoxRow *row)
{
  lan_shares_side_select (self->shares, NULL);
  g_signal_emit (self, filter_signal, 0,
                 GPOINTER_TO_INT (g_object_get_data (G_OBJECT (row), "part")),
                 g_object_get_data (G_OBJECT (row), "person"));
}

static void
dispose (GObject *object)
{
  LanTransfersSide *self = LAN_TRANSFERS_SIDE (object);

  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_clear_pointer (&self->people, g_hash_table_unref);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_transfers_side_parent_class)->dispose (object);
}

static void
lan_transfers_side_class_init (LanTransfersSideClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  filter_signal = g_signal_new ("filter-changed", LAN_TYPE_TRANSFERS_SIDE, G_SIGNAL_RUN_LAST, 0,
                                NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, LAN_TYPE_PERSON);
  share_signal = g_signal_new ("open-share", LAN_TYPE_TRANSFERS_SIDE, G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 1, LAN_TYPE_SHARE);
  g_type_ensure (LAN_TYPE_AVATAR);
  g_type_ensure (LAN_TYPE_SHARES_SIDE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/transfers-side.ui");
  gtk_widget_class_bind_template_child (widget_class, LanTransfersSide, list);
  gtk_widget_class_bind_template_child (widget_class, LanTransfersSide, down_label);
  gtk_widget_class_bind_template_child (widget_class, LanTransfersSide, up_label);
  gtk_widget_class_bind_template_child (widget_class, LanTransfersSide, shares);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_open_share);
}

static void
lan_transfers_side_init (LanTransfersSide *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->people = g_hash_table_new (NULL, NULL);
  for (int part = LAN_TRANSFER_PART_ALL; part < LAN_TRANSFER_N_PARTS; part++) {
    GtkListBoxRow *row = make_row (part, NULL);

    gtk_container_add (GTK_CONTAINER (self->list), GTK_WIDGET (row));
    self->parts[part + 1] = row;
    g_object_unref (row);
  }
  gtk_list_box_set_header_func (self->list, head_row, NULL, NULL);
  gtk_list_box_select_row (self->list, self->parts[0]);
}

GtkWidget *
lan_transfers_side_new (LanNode *node)
{
  static const char *const names[] = { "file-offered", "file-progress", "file-done",
                                       "file-failed" };
  LanTransfersSide *self = g_object_new (LAN_TYPE_TRANSFERS_SIDE, NULL);

  self->node = g_object_ref (node);
  lan_shares_side_set_node (self->shares, node);
  g_signal_connect_object (lan_node_get_transfers (node), "items-changed", G_CALLBACK (queue_count),
                           self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_signal_connect_object (node, names[i], G_CALLBACK (queue_count), self, G_CONNECT_SWAPPED);
  count_all (self);
  return GTK_WIDGET (self);
}
