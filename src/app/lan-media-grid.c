/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-grid.h"

#include "lan-format.h"
#include "lan-media-tile.h"
#include "lan-picture-window.h"
#include "lan-popover.h"
#include "lan-section.h"

#include <glib/gi18n.h>
#include <string.h>

#define PAGE 60

struct _LanMediaGrid {
  GtkBin parent;
  LanNode *node;
  LanSearch *search;
  GCancellable *cancellable; /* of the page under way; NULL: there is none */
  GPtrArray *tiles;          /* borrowed from the boxes */
  char *month;               /* of the last tile; NULL: there is none */
  GtkWidget *last;           /* the month's flow box */
  guint idle;
  GtkStack *stack;
  GtkWidget *empty_label;
  GtkScrolledWindow *scroller;
  GtkContainer *months; /* of headings and flow boxes */
};

static guint open_message_signal;

G_DEFINE_TYPE (LanMediaGrid, lan_media_grid, GTK_TYPE_BIN)

/* --- what is done with one --- */

static void
on_activated (LanMediaGrid *self, LanMediaTile *tile)
{
  g_autoptr (LanMessage) message = g_object_ref (lan_media_tile_get_message (tile));

  if (lan_media_tile_is_picture (tile))
    lan_picture_window_show (GTK_WIDGET (self), self->node, message);
  else
    g_signal_emit (self, open_message_signal, 0, message);
}

static void
on_show_message (GSimpleAction *action, GVariant *parameter, gpointer tile)
{
  GtkWidget *self = gtk_widget_get_ancestor (tile, LAN_TYPE_MEDIA_GRID);
  g_autoptr (LanMessage) message = g_object_ref (lan_media_tile_get_message (tile));

  if (self != NULL)
    g_signal_emit (self, open_message_signal, 0, message);
}

static void
show_menu (GtkWidget *tile)
{
  static const GActionEntry entries[] = { { .name = "show", .activate = on_show_message } };
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *popover;

  g_menu_append (menu, _ ("Show in _Chat"), "media.show");
  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), tile);
  gtk_widget_insert_action_group (tile, "media", G_ACTION_GROUP (actions));
  popover = gtk_popover_new_from_model (tile, G_MENU_MODEL (menu));
  gtk_flow_box_select_child (GTK_FLOW_BOX (gtk_widget_get_parent (tile)),
                             GTK_FLOW_BOX_CHILD (tile));
  lan_popover_forget_when_closed (popover);
  gtk_popover_popup (GTK_POPOVER (popover));
}

static gboolean
on_button_press (GtkFlowBox *box, GdkEventButton *event)
{
  GtkFlowBoxChild *tile = gtk_flow_box_get_child_at_pos (box, (int) event->x, (int) event->y);

  if (event->button != GDK_BUTTON_SECONDARY || tile == NULL)
    return FALSE;
  show_menu (GTK_WIDGET (tile));
  return TRUE;
}

static gboolean
on_menu_key (GtkFlowBox *box)
{
  g_autoptr (GList) chosen = gtk_flow_box_get_selected_children (box);

  if (chosen != NULL)
    show_menu (chosen->data);
  return chosen != NULL;
}

/* --- what is there --- */

static void
begin_month (LanMediaGrid *self, char *month)
{
  self->last = g_object_new (GTK_TYPE_FLOW_BOX, "visible", TRUE, "homogeneous", TRUE,
                             "min-children-per-line", 3, "max-children-per-line", 12,
                             "column-spacing", 4, "row-spacing", 4, "selection-mode",
                             GTK_SELECTION_SINGLE, "activate-on-single-click", TRUE, "valign",
                             GTK_ALIGN_START, "halign", GTK_ALIGN_START, NULL);
  atk_object_set_name (gtk_widget_get_accessible (self->last), month);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->last), "mediagrid");
  g_signal_connect_object (self->last, "child-activated", G_CALLBACK (on_activated), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self->last, "button-press-event", G_CALLBACK (on_button_press), NULL);
  g_signal_connect (self->last, "popup-menu", G_CALLBACK (on_menu_key), NULL);
  gtk_container_add (self->months, lan_section_new (month, -1));
  gtk_container_add (self->months, self->last);
  g_free (self->month);
  self->month = month;
}

static void
add_tile (LanMediaGrid *self, LanMessage *message)
{
  char *month = lan_format_month (lan_message_get_time (message));
  GtkWidget *tile = lan_media_tile_new (message);

  if (g_strcmp0 (self->month, month) != 0)
    begin_month (self, month);
  else
    g_free (month);
  gtk_container_add (GTK_CONTAINER (self->last), tile);
  g_ptr_array_add (self->tiles, tile);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanMediaGrid) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = lan_node_search_finish (LAN_NODE (source), result, &error);

  if (messages == NULL || self->node == NULL) {
    if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      g_info ("media: %s", error->message);
    return;
  }
  g_clear_object (&self->cancellable);
  for (guint i = 0; i < messages->len; i++) {
    LanMessage *message = messages->pdata[i];

    if (lan_message_get_transfer (message) != NULL && !lan_message_get_recalled (message))
      add_tile (self, message);
  }
  gtk_stack_set_visible_child (self->stack, self->tiles->len > 0 ? GTK_WIDGET (self->scroller)
                                                                 : self->empty_label);
}

static void
ask (LanMediaGrid *self)
{
  self->cancellable = g_cancellable_new ();
  lan_node_search_async (self->node, self->search, self->cancellable, on_found,
                         g_object_ref (self));
}

/* --- what can be seen --- */

static gboolean
update (gpointer user_data)
{
  LanMediaGrid *self = user_data;
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  double page = gtk_adjustment_get_page_size (adjustment);
  double from = gtk_adjustment_get_value (adjustment) - page;
  double to = gtk_adjustment_get_value (adjustment) + 2 * page;

  self->idle = 0;
  for (guint i = 0; i < self->tiles->len; i++) {
    GtkWidget *tile = self->tiles->pdata[i];
    int y = 0;

    gtk_widget_translate_coordinates (tile, GTK_WIDGET (self->months), 0, 0, NULL, &y);
    lan_media_tile_set_near (LAN_MEDIA_TILE (tile),
                             y + gtk_widget_get_allocated_height (tile) >= from && y <= to);
  }
  if (self->cancellable == NULL && lan_search_get_next (self->search) > 0 &&
      to >= gtk_adjustment_get_upper (adjustment)) {
    lan_search_set_before (self->search, lan_search_get_next (self->search));
    ask (self);
  }
  return G_SOURCE_REMOVE;
}

/* After what has changed has its place. */
static void
update_soon (LanMediaGrid *self)
{
  if (self->idle == 0 && self->tiles->len > 0)
    self->idle = g_idle_add (update, self);
}

void
lan_media_grid_show (LanMediaGrid *self, LanNode *node, LanPerson *person)
{
  if (self->node != NULL)
    return;
  self->node = g_object_ref (node);
  self->search = lan_search_new (NULL);
  lan_search_set_peer (self->search, person);
  lan_search_set_kind (self->search, LAN_SEARCH_KIND_MEDIA);
  lan_search_set_limit (self->search, PAGE);
  ask (self);
}

static void
dispose (GObject *object)
{
  LanMediaGrid *self = LAN_MEDIA_GRID (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->idle, g_source_remove);
  g_ptr_array_set_size (self->tiles, 0);
  g_clear_object (&self->search);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_media_grid_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  LanMediaGrid *self = LAN_MEDIA_GRID (object);

  g_ptr_array_unref (self->tiles);
  g_free (self->month);
  G_OBJECT_CLASS (lan_media_grid_parent_class)->finalize (object);
}

static void
lan_media_grid_class_init (LanMediaGridClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  open_message_signal = g_signal_new ("open-message", LAN_TYPE_MEDIA_GRID, G_SIGNAL_RUN_LAST, 0,
                                      NULL, NULL, NULL, G_TYPE_NONE, 1, LAN_TYPE_MESSAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/media-grid.ui");
  gtk_widget_class_bind_template_child (widget_class, LanMediaGrid, stack);
  gtk_widget_class_bind_template_child (widget_class, LanMediaGrid, empty_label);
  gtk_widget_class_bind_template_child (widget_class, LanMediaGrid, scroller);
  gtk_widget_class_bind_template_child (widget_class, LanMediaGrid, months);
}

static void
lan_media_grid_init (LanMediaGrid *self)
{
  GtkAdjustment *adjustment;

  self->tiles = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (update_soon), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (update_soon), self,
                           G_CONNECT_SWAPPED);
}
