/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-transfers-view.h"

#include "lan-format.h"
#include "lan-list-keeper.h"
#include "lan-section.h"
#include "lan-transfer-card.h"

#include <glib/gi18n.h>

#define NATURAL_WIDTH 480

struct _LanTransfersView {
  GtkBox parent;
  LanNode *node;
  LanListKeeper *keeper;
  LanTransferPart part;
  LanPerson *person;
  HdyHeaderBar *header;
  GtkWidget *back_button;
  GtkLabel *title_label;
  GtkLabel *summary_label;
  GtkListBox *list;
};

G_DEFINE_TYPE (LanTransfersView, lan_transfers_view, GTK_TYPE_BOX)

static LanTransfer *
row_transfer (gpointer row)
{
  return g_object_get_data (row, "transfer");
}

static int
sort_rows (GtkListBoxRow *a, GtkListBoxRow *b, gpointer user_data)
{
  int order = (int) lan_transfer_filter_part (row_transfer (a)) -
              (int) lan_transfer_filter_part (row_transfer (b));
  gint64 created_a = lan_transfer_get_created (row_transfer (a));
  gint64 created_b = lan_transfer_get_created (row_transfer (b));

  if (order != 0)
    return order;
  if (created_a != created_b)
    return created_a > created_b ? -1 : 1;
  return g_strcmp0 (lan_transfer_get_id (row_transfer (a)), lan_transfer_get_id (row_transfer (b)));
}

static void
head_row (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  LanTransferPart part = lan_transfer_filter_part (row_transfer (row));

  if (before != NULL && lan_transfer_filter_part (row_transfer (before)) == part)
    lan_section_put (row, NULL, -1);
  else
    lan_section_put (row, lan_transfer_filter_title (part), -1);
}

static gboolean
wants (gpointer object, gpointer user_data)
{
  LanTransfersView *self = user_data;

  return (self->part == LAN_TRANSFER_PART_ALL || lan_transfer_filter_part (object) == self->part) &&
         (self->person == NULL || lan_transfer_get_person (object) == self->person);
}

static GtkWidget *
make_row (gpointer object, gpointer user_data)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/transfer-row.ui");
  GtkWidget *row = GTK_WIDGET (gtk_builder_get_object (builder, "row"));

  g_object_set_data_full (G_OBJECT (row), "transfer", g_object_ref (object), g_object_unref);
  gtk_container_add (GTK_CONTAINER (row), lan_transfer_card_new (object, TRUE));
  atk_object_set_name (gtk_widget_get_accessible (row), lan_transfer_get_name (object));
  return g_object_ref_sink (row);
}

static void
update_summary (LanTransfersView *self)
{
  GListModel *model = lan_node_get_transfers (self->node);
  guint n = g_list_model_get_n_items (model);
  guint running = 0;
  gint64 left = 0;
  g_autofree char *count = NULL;
  g_autofree char *time = NULL;

  for (guint i = 0; i < n; i++) {
    g_autoptr (LanTransfer) transfer = g_list_model_get_item (model, i);

    if (lan_transfer_filter_part (transfer) != LAN_TRANSFER_PART_RUNNING)
      continue;
    running++;
    left = MAX (left, lan_transfer_get_eta (transfer));
  }
  if (running == 0) {
    gtk_label_set_text (self->summary_label, _ ("Nothing is running"));
    return;
  }
  count = g_strdup_printf (ngettext ("%u running", "%u running", running), running);
  time = lan_format_left (left > 0 ? left : -1);
  if (*time != '\0') {
    g_autofree char *both = g_strdup_printf (_ ("%s, %s"), count, time);

    gtk_label_set_text (self->summary_label, both);
  } else {
    gtk_label_set_text (self->summary_label, count);
  }
}

static void
refresh (LanTransfersView *self)
{
  lan_list_keeper_refresh (self->keeper);
  update_summary (self);
}

void
lan_transfers_view_set_filter (LanTransfersView *self, LanTransferPart part, LanPerson *person)
{
  self->part = part;
  g_set_object (&self->person, person);
  gtk_label_set_text (self->title_label, person != NULL ? lan_person_get_name (person)
                                         : part == LAN_TRANSFER_PART_ALL
                                             ? _ ("Transfers")
                                             : lan_transfer_filter_title (part));
  if (self->keeper != NULL)
    refresh (self);
}

void
lan_transfers_view_set_node (LanTransfersView *self, LanNode *node)
{
  static const char *const names[] = { "file-offered", "file-progress", "file-done",
                                       "file-failed" };

  self->node = g_object_ref (node);
  self->keeper =
      lan_list_keeper_new (self->list, lan_node_get_transfers (node), make_row, wants, self);
  gtk_list_box_set_sort_func (self->list, sort_rows, self, NULL);
  gtk_list_box_set_header_func (self->list, head_row, self, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_signal_connect_object (node, names[i], G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  update_summary (self);
}

void
lan_transfers_view_set_folded (LanTransfersView *self, gboolean folded)
{
  gtk_widget_set_visible (self->back_button, folded);
}

HdyHeaderBar *
lan_transfers_view_get_header (LanTransfersView *self)
{
  return self->header;
}

static void
get_preferred_width (GtkWidget *widget, int *minimum, int *natural)
{
  GTK_WIDGET_CLASS (lan_transfers_view_parent_class)
      ->get_preferred_width (widget, minimum, natural);
  *natural = MAX (*minimum, NATURAL_WIDTH);
}

static void
dispose (GObject *object)
{
  LanTransfersView *self = LAN_TRANSFERS_VIEW (object);

  g_clear_pointer (&self->keeper, lan_list_keeper_free);
  g_clear_object (&self->person);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_transfers_view_parent_class)->dispose (object);
}

static void
lan_transfers_view_class_init (LanTransfersViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->get_preferred_width = get_preferred_width;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/transfers-view.ui");
  gtk_widget_class_bind_template_child (widget_class, LanTransfersView, header);
  gtk_widget_class_bind_template_child (widget_class, LanTransfersView, back_button);
  gtk_widget_class_bind_template_child (widget_class, LanTransfersView, title_label);
  gtk_widget_class_bind_template_child (widget_class, LanTransfersView, summary_label);
  gtk_widget_class_bind_template_child (widget_class, LanTransfersView, list);
}

static void
lan_transfers_view_init (LanTransfersView *self)
{
  self->part = LAN_TRANSFER_PART_ALL;
  gtk_widget_init_template (GTK_WIDGET (self));
}
