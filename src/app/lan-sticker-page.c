/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-sticker-page.h"

#include "lan-popover.h"
#include "lan-section.h"
#include "lan-sticker-shelf.h"
#include "lan-sticker-view.h"

#include <glib/gi18n.h>
#include <string.h>

#define SIDE    76 /* px */
#define STICKER "lan-sticker"

struct _LanStickerPage {
  GtkBox parent;
  LanNode *node;
  char *query;
  GtkContainer *sets; /* of headings and flow boxes */
  GtkWidget *empty;
  GtkLabel *empty_label;
};

static guint chosen_signal;
static guint offer_signal;
static guint add_signal;
static guint named_signal;

G_DEFINE_TYPE (LanStickerPage, lan_sticker_page, GTK_TYPE_BOX)

static LanSticker *
sticker_of (gpointer child)
{
  return g_object_get_data (G_OBJECT (child), STICKER);
}

/* --- what is done with one --- */

static void
on_dropped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!lan_node_change_stickers_finish (LAN_NODE (source), result, &error))
    g_debug ("stickers: %s", error->message);
}

static void
on_remove (GSimpleAction *action, GVariant *id, gpointer user_data)
{
  LanStickerPage *self = user_data;

  lan_node_drop_sticker_async (self->node, g_variant_get_string (id, NULL), NULL, on_dropped, NULL);
}

static void
on_offer (GSimpleAction *action, GVariant *set, gpointer user_data)
{
  g_signal_emit (user_data, offer_signal, 0, g_variant_get_string (set, NULL));
}

static GMenuModel *
make_menu (LanSticker *sticker)
{
  GMenu *menu = g_menu_new ();
  const char *set = lan_sticker_get_set (sticker);

  if (*set != '\0') {
    /* Translators: the name of a set of stickers; everybody in the chat can take them */
    g_autofree char *label = g_strdup_printf (_ ("_Share the Set “%s” Here…"), set);
    g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

    g_menu_item_set_action_and_target (item, "sticker.offer", "s", set);
    g_menu_append_item (menu, item);
  }
  {
    g_autoptr (GMenuItem) item = g_menu_item_new (_ ("_Remove"), NULL);

    g_menu_item_set_action_and_target (item, "sticker.remove", "s", lan_sticker_get_id (sticker));
    g_menu_append_item (menu, item);
  }
  return G_MENU_MODEL (menu);
}

static void
show_menu (GtkWidget *child)
{
  g_autoptr (GMenuModel) menu = make_menu (sticker_of (child));
  GtkWidget *popover = gtk_popover_new_from_model (child, menu);

  gtk_flow_box_select_child (GTK_FLOW_BOX (gtk_widget_get_parent (child)),
                             GTK_FLOW_BOX_CHILD (child));
  lan_popover_forget_when_closed (popover);
  gtk_popover_popup (GTK_POPOVER (popover));
}

static gboolean
on_button_press (GtkFlowBox *grid, GdkEventButton *event)
{
  GtkFlowBoxChild *child = gtk_flow_box_get_child_at_pos (grid, (int) event->x, (int) event->y);

  if (event->button != GDK_BUTTON_SECONDARY || child == NULL)
    return FALSE;
  show_menu (GTK_WIDGET (child));
  return TRUE;
}

static gboolean
on_menu_key (GtkFlowBox *grid)
{
  g_autoptr (GList) chosen = gtk_flow_box_get_selected_children (grid);

  if (chosen != NULL)
    show_menu (chosen->data);
  return chosen != NULL;
}

static gboolean
on_key_press (GtkFlowBox *grid, GdkEventKey *event, LanStickerPage *self)
{
  g_autoptr (GList) chosen = gtk_flow_box_get_selected_children (grid);

  if (event->keyval != GDK_KEY_Delete || chosen == NULL)
    return FALSE;
  lan_node_drop_sticker_async (self->node, lan_sticker_get_id (sticker_of (chosen->data)), NULL,
                               on_dropped, NULL);
  return TRUE;
}

static void
choose (LanStickerPage *self, GtkFlowBoxChild *child)
{
  g_autoptr (LanSticker) sticker = lan_sticker_ref (sticker_of (child));

  g_signal_emit (self, chosen_signal, 0, sticker);
}

static void
on_selected (LanStickerPage *self, GtkFlowBox *grid)
{
  g_autoptr (GList) chosen = gtk_flow_box_get_selected_children (grid);

  g_signal_emit (self, named_signal, 0,
                 chosen != NULL ? lan_sticker_get_name (sticker_of (chosen->data)) : "");
}

/* --- what is there --- */

static void
add_sticker (GtkFlowBox *grid, LanSticker *sticker)
{
  GtkWidget *child = gtk_flow_box_child_new ();

  gtk_container_add (GTK_CONTAINER (child), lan_sticker_view_new (sticker, SIDE));
  gtk_widget_set_tooltip_text (child, lan_sticker_get_name (sticker));
  atk_object_set_name (gtk_widget_get_accessible (child), lan_sticker_get_name (sticker));
  g_object_set_data_full (G_OBJECT (child), STICKER, lan_sticker_ref (sticker),
                          (GDestroyNotify) lan_sticker_unref);
  gtk_widget_show_all (child);
  gtk_container_add (GTK_CONTAINER (grid), child);
}

static GtkFlowBox *
add_set (LanStickerPage *self, const char *set)
{
  GtkWidget *grid =
      g_object_new (GTK_TYPE_FLOW_BOX, "visible", TRUE, "homogeneous", TRUE,
                    "min-children-per-line", 4, "max-children-per-line", 4, "selection-mode",
                    GTK_SELECTION_SINGLE, "valign", GTK_ALIGN_START, NULL);
  const char *name = *set != '\0' ? set : _ ("My stickers");

  gtk_container_add (self->sets, lan_section_new (name, -1));
  atk_object_set_name (gtk_widget_get_accessible (grid), name);
  gtk_style_context_add_class (gtk_widget_get_style_context (grid), "stickergrid");
  g_signal_connect_object (grid, "child-activated", G_CALLBACK (choose), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (grid, "selected-children-changed", G_CALLBACK (on_selected), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (grid, "button-press-event", G_CALLBACK (on_button_press), NULL);
  g_signal_connect (grid, "popup-menu", G_CALLBACK (on_menu_key), NULL);
  g_signal_connect_object (grid, "key-press-event", G_CALLBACK (on_key_press), self, 0);
  gtk_container_add (self->sets, grid);
  return GTK_FLOW_BOX (grid);
}

static void
fill (LanStickerPage *self)
{
  g_autoptr (GPtrArray) found =
      lan_sticker_shelf_search (self->node, self->query, LAN_STICKER_MAX_COUNT);
  gboolean has_any = lan_sticker_shelf_get (self->node)->len > 0;
  const char *set = NULL;
  GtkFlowBox *grid = NULL;

  gtk_container_foreach (self->sets, (GtkCallback) (void *) gtk_widget_destroy, NULL);
  for (guint i = 0; i < found->len; i++) {
    LanSticker *sticker = g_ptr_array_index (found, i);

    if (set == NULL || strcmp (set, lan_sticker_get_set (sticker)) != 0)
      grid = add_set (self, lan_sticker_get_set (sticker));
    set = lan_sticker_get_set (sticker);
    add_sticker (grid, sticker);
  }
  gtk_widget_set_visible (self->empty, found->len == 0);
  gtk_label_set_text (self->empty_label, has_any ? _ ("No sticker is called that")
                                                 : _ ("No stickers yet. Add a picture, or take one "
                                                      "that somebody sent you."));
}

static void
on_shelf_changed (LanStickerPage *self)
{
  if (self->node != NULL)
    fill (self);
}

void
lan_sticker_page_show (LanStickerPage *self, LanNode *node, const char *query)
{
  g_free (self->query);
  self->query = g_strdup (query);
  if (g_set_object (&self->node, node))
    lan_sticker_shelf_follow (node, G_OBJECT (self), G_CALLBACK (on_shelf_changed));
  fill (self);
}

static GtkFlowBoxChild *
first (LanStickerPage *self)
{
  g_autoptr (GList) sets = gtk_container_get_children (self->sets);

  return sets != NULL && sets->next != NULL
             ? gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (sets->next->data), 0)
             : NULL;
}

void
lan_sticker_page_choose_first (LanStickerPage *self)
{
  if (first (self) != NULL)
    choose (self, first (self));
}

gboolean
lan_sticker_page_focus (LanStickerPage *self)
{
  GtkFlowBoxChild *child = first (self);

  if (child == NULL)
    return FALSE;
  gtk_flow_box_select_child (GTK_FLOW_BOX (gtk_widget_get_parent (GTK_WIDGET (child))), child);
  gtk_widget_grab_focus (GTK_WIDGET (child));
  return TRUE;
}

static void
on_add (LanStickerPage *self)
{
  g_signal_emit (self, add_signal, 0);
}

static void
dispose (GObject *object)
{
  LanStickerPage *self = LAN_STICKER_PAGE (object);

  g_clear_object (&self->node);
  g_clear_pointer (&self->query, g_free);
  G_OBJECT_CLASS (lan_sticker_page_parent_class)->dispose (object);
}

static void
lan_sticker_page_class_init (LanStickerPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  chosen_signal = g_signal_new ("chosen", LAN_TYPE_STICKER_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, LAN_TYPE_STICKER);
  offer_signal = g_signal_new ("offer", LAN_TYPE_STICKER_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  add_signal = g_signal_new ("add-sticker", LAN_TYPE_STICKER_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                             NULL, G_TYPE_NONE, 0);
  named_signal = g_signal_new ("named", LAN_TYPE_STICKER_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/sticker-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LanStickerPage, sets);
  gtk_widget_class_bind_template_child (widget_class, LanStickerPage, empty);
  gtk_widget_class_bind_template_child (widget_class, LanStickerPage, empty_label);
  gtk_widget_class_bind_template_callback (widget_class, on_add);
}

static void
lan_sticker_page_init (LanStickerPage *self)
{
  static const GActionEntry entries[] = {
    { .name = "remove", .activate = on_remove, .parameter_type = "s" },
    { .name = "offer", .activate = on_offer, .parameter_type = "s" },
  };
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->query = g_strdup ("");
  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "sticker", G_ACTION_GROUP (actions));
}
