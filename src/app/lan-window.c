/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-window-private.h"

G_DEFINE_TYPE (LanWindow, lan_window, HDY_TYPE_APPLICATION_WINDOW)

/* ---- which pane shows the window's buttons ---- */

static void
set_decoration (HdyHeaderBar *bar, const char *layout)
{
  hdy_header_bar_set_decoration_layout (bar, layout);
}

/* The desktop says on which side the buttons are; the outermost pane of that side shows them. */
static void
update_decorations (LanWindow *self)
{
  g_autofree char *layout = NULL;
  g_auto (GStrv) sides = NULL;
  gboolean folded = hdy_leaflet_get_folded (self->leaflet);
  gboolean flap = hdy_flap_get_reveal_flap (self->flap);
  g_autofree char *left = NULL;
  g_autofree char *right = NULL;
  const char *middle;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-decoration-layout", &layout,
                NULL);
  sides = g_strsplit (layout != NULL ? layout : ":minimize,maximize,close", ":", 2);
  left = g_strdup_printf ("%s:", sides[0] != NULL ? sides[0] : "");
  right = g_strdup_printf (":%s", sides[0] != NULL && sides[1] != NULL ? sides[1] : "");
  middle = folded ? (flap ? left : layout) : (flap ? ":" : right);
  set_decoration (lan_sidebar_get_header (self->sidebar), folded ? layout : left);
  if (self->chat != NULL)
    set_decoration (lan_chat_view_get_header (self->chat), middle);
  set_decoration (self->empty_header, middle);
  if (self->transfers != NULL)
    set_decoration (lan_transfers_view_get_header (self->transfers), middle);
  if (self->share != NULL)
    set_decoration (lan_share_view_get_header (self->share), middle);
  if (self->details != NULL)
    set_decoration (lan_details_get_header (self->details), right);
}

static void
update_folding (LanWindow *self)
{
  gboolean folded = hdy_leaflet_get_folded (self->leaflet);

  if (self->chat != NULL)
    lan_chat_view_set_folded (self->chat, folded);
  gtk_widget_set_visible (self->empty_back, folded);
  if (self->transfers != NULL)
    lan_transfers_view_set_folded (self->transfers, folded);
  if (self->share != NULL)
    lan_share_view_set_folded (self->share, folded);
  if (self->details != NULL)
    lan_details_set_folded (self->details, hdy_flap_get_folded (self->flap));
  update_decorations (self);
}

static void
on_flap_changed (LanWindow *self)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "details");

  g_simple_action_set_state (G_SIMPLE_ACTION (action),
                             g_variant_new_boolean (hdy_flap_get_reveal_flap (self->flap)));
  update_folding (self);
}

/* ---- what is shown ---- */

void
lan_window_show_content (LanWindow *self, const char *name)
{
  gtk_stack_set_visible_child_name (self->content, name);
  hdy_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->flap));
}

static void
ensure_chat (LanWindow *self)
{
  if (self->chat != NULL)
    return;
  self->chat = g_object_new (LAN_TYPE_CHAT_VIEW, NULL);
  gtk_stack_add_named (self->content, GTK_WIDGET (self->chat), "chat");
  update_folding (self);
}

void
lan_window_ensure_details (LanWindow *self)
{
  if (self->details != NULL)
    return;
  self->details = g_object_new (LAN_TYPE_DETAILS, NULL);
  hdy_flap_set_flap (self->flap, GTK_WIDGET (self->details));
  update_folding (self);
}

static void
ensure_transfers (LanWindow *self)
{
  if (self->transfers != NULL || self->node == NULL)
    return;
  self->transfers = g_object_new (LAN_TYPE_TRANSFERS_VIEW, NULL);
  gtk_stack_add_named (self->content, GTK_WIDGET (self->transfers), "transfers");
  lan_transfers_view_set_node (self->transfers, self->node);
  update_folding (self);
}

static void
on_filter_changed (LanWindow *self, int part, LanPerson *person)
{
  ensure_transfers (self);
  lan_transfers_view_set_filter (self->transfers, part, person);
  lan_window_show_content (self, "transfers");
}

static void
on_open_share (LanWindow *self, LanShare *share)
{
  if (self->share == NULL) {
    self->share = g_object_new (LAN_TYPE_SHARE_VIEW, NULL);
    gtk_stack_add_named (self->content, GTK_WIDGET (self->share), "share");
    update_folding (self);
  }
  lan_share_view_set_share (self->share, self->node, share);
  lan_transfers_side_select_share (self->side, share);
  lan_window_show_content (self, "share");
}

static void
ensure_transfers_side (LanWindow *self)
{
  if (self->side != NULL)
    return;
  ensure_transfers (self);
  self->side = LAN_TRANSFERS_SIDE (lan_transfers_side_new (self->node));
  lan_sidebar_add_transfers (self->sidebar, GTK_WIDGET (self->side));
  g_signal_connect_object (self->side, "filter-changed", G_CALLBACK (on_filter_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->side, "open-share", G_CALLBACK (on_open_share), self,
                           G_CONNECT_SWAPPED);
}

void
lan_window_open_share (LanWindow *self, LanShare *share)
{
  if (self->node == NULL)
    return;
  lan_sidebar_show (self->sidebar, "transfers");
  on_open_share (self, share);
}

/* One that was forgotten has no page any more. */
static void
on_shares_changed (LanWindow *self)
{
  LanShare *share = self->share != NULL ? lan_share_view_get_share (self->share) : NULL;

  if (share == NULL || lan_node_find_share (self->node, lan_share_get_id (share)) == share)
    return;
  lan_share_view_set_share (self->share, self->node, NULL);
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->content), "share") == 0)
    gtk_stack_set_visible_child_name (self->content, "transfers");
}

static void
on_view_changed (LanWindow *self, const char *view)
{
  gboolean transfers = g_str_equal (view, "transfers");

  if (self->node == NULL || self->shows_transfers == transfers)
    return;
  self->shows_transfers = transfers;
  if (transfers) {
    ensure_transfers_side (self);
    hdy_flap_set_reveal_flap (self->flap, FALSE);
    gtk_stack_set_visible_child_name (self->content, "transfers");
  } else {
    gtk_stack_set_visible_child_name (self->content, self->person != NULL ? "chat" : "empty");
  }
}

static void
show_person (LanWindow *self, LanPerson *person)
{
  g_set_object (&self->person, person);
  ensure_chat (self);
  lan_chat_view_set_person (self->chat, self->node, person);
  lan_sidebar_select (self->sidebar, person);
  if (hdy_flap_get_reveal_flap (self->flap))
    lan_details_set_person (self->details, self->node, person);
  g_simple_action_set_enabled (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), "details")),
      person != NULL);
}

void
lan_window_open_person (LanWindow *self, LanPerson *person)
{
  if (self->node == NULL)
    return;
  if (self->shows_transfers)
    lan_sidebar_show (self->sidebar, "chats");
  if (lan_person_get_merged_into (person) != NULL)
    person = lan_person_get_merged_into (person);
  show_person (self, person);
  lan_window_show_content (self, "chat");
  lan_chat_view_focus_composer (self->chat);
  lan_chat_view_mark_seen (self->chat);
}

void
lan_window_open_message (LanWindow *self, LanMessage *message)
{
  g_autoptr (LanMessage) keep = g_object_ref (message);

  lan_window_open_person (self, lan_message_get_peer (message));
  if (self->chat != NULL)
    lan_chat_view_show_message (self->chat, lan_message_get_id (message));
}

gboolean
lan_window_sees (LanWindow *self, LanPerson *person)
{
  return gtk_window_is_active (GTK_WINDOW (self)) && self->person == person && self->chat != NULL &&
         gtk_widget_get_mapped (GTK_WIDGET (self->chat)) &&
         gtk_widget_get_child_visible (GTK_WIDGET (self->chat));
}

void
lan_window_show_page (LanWindow *self, GtkWidget *page)
{
  GtkWidget *old = gtk_stack_get_child_by_name (self->root, "page");

  if (old == page)
    return;
  if (old != NULL)
    gtk_widget_destroy (old);
  gtk_widget_show (page);
  gtk_stack_add_named (self->root, page, "page");
  gtk_stack_set_visible_child (self->root, page);
}

void
lan_window_show_panes (LanWindow *self)
{
  GtkWidget *page = gtk_stack_get_child_by_name (self->root, "page");

  gtk_stack_set_visible_child_name (self->root, "panes");
  if (page != NULL)
    gtk_widget_destroy (page);
}

void
lan_window_notice (LanWindow *self, const char *text)
{
  gtk_label_set_text (self->notice_label, text);
  gtk_revealer_set_reveal_child (self->notice_revealer, TRUE);
}

static void
on_notice_closed (LanWindow *self)
{
  gtk_revealer_set_reveal_child (self->notice_revealer, FALSE);
}

void
lan_window_reload_settings (LanWindow *self)
{
  if (self->chat != NULL)
    lan_chat_view_reload_settings (self->chat);
}

/* The chat that was open goes away when its person was merged into another. */
static void
on_person_changed (LanWindow *self, LanPerson *person)
{
  if (person == self->person && lan_person_get_merged_into (person) != NULL)
    lan_window_open_person (self, lan_person_get_merged_into (person));
}

void
lan_window_set_node (LanWindow *self, LanNode *node)
{
  self->node = g_object_ref (node);
  lan_sidebar_set_node (self->sidebar, node);
  lan_call_bar_set_node (self->call_bar, node);
  g_signal_connect_object (node, "person-changed", G_CALLBACK (on_person_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (lan_node_get_shares (node), "items-changed",
                           G_CALLBACK (on_shares_changed), self, G_CONNECT_SWAPPED);
}

/* ---- the window itself ---- */

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (lan_window_parent_class)->key_press_event (widget, event))
    return TRUE;
  return event->keyval == GDK_KEY_Escape && lan_window_escape (LAN_WINDOW (widget));
}

static gboolean
delete_event (GtkWidget *widget, GdkEventAny *event)
{
  LanWindow *self = LAN_WINDOW (widget);

  if (self->chat != NULL)
    lan_chat_view_save_draft (self->chat);
  return FALSE;
}

static void
on_active_changed (LanWindow *self)
{
  if (gtk_window_is_active (GTK_WINDOW (self)) && self->person != NULL)
    lan_chat_view_mark_seen (self->chat);
}

static void
dispose (GObject *object)
{
  LanWindow *self = LAN_WINDOW (object);

  g_clear_object (&self->person);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_window_parent_class)->dispose (object);
}

static void
lan_window_class_init (LanWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->key_press_event = key_press_event;
  widget_class->delete_event = delete_event;
  g_type_ensure (LAN_TYPE_CALL_BAR);
  g_type_ensure (LAN_TYPE_SIDEBAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/window.ui");
  gtk_widget_class_bind_template_child (widget_class, LanWindow, root);
  gtk_widget_class_bind_template_child (widget_class, LanWindow, call_bar);
  gtk_widget_class_bind_template_child (widget_class, LanWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, LanWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, LanWindow, flap);
  gtk_widget_class_bind_template_child (widget_class, LanWindow, content);
  gtk_widget_class_bind_template_child (widget_class, LanWindow, empty_header);
  gtk_widget_class_bind_template_child (widget_class, LanWindow, empty_back);
  gtk_widget_class_bind_template_child (widget_class, LanWindow, notice_revealer);
  gtk_widget_class_bind_template_child (widget_class, LanWindow, notice_label);
  gtk_widget_class_bind_template_callback (widget_class, lan_window_open_person);
  gtk_widget_class_bind_template_callback (widget_class, lan_window_open_message);
  gtk_widget_class_bind_template_callback (widget_class, on_view_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_flap_changed);
  gtk_widget_class_bind_template_callback (widget_class, update_folding);
  gtk_widget_class_bind_template_callback (widget_class, on_notice_closed);
}

static void
lan_window_init (LanWindow *self)
{
  lan_window_add_actions (self);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "notify::is-active", G_CALLBACK (on_active_changed), NULL);
  g_simple_action_set_enabled (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), "details")), FALSE);
  update_folding (self);
}

LanWindow *
lan_window_new (GtkApplication *application, LanWindowState *state)
{
  LanWindow *self = g_object_new (LAN_TYPE_WINDOW, "application", application, NULL);

  lan_window_state_follow (state, GTK_WINDOW (self));
  return self;
}
