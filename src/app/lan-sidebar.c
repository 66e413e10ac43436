/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-sidebar-private.h"

#include "lan-add-popover.h"
#include "lan-presence-menu.h"
#include "lan-server-look.h"
#include "lan-style.h"

#include <glib/gi18n.h>

#define PANE_WIDTH 312

enum { OPEN_PERSON, OPEN_MESSAGE, VIEW_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_TYPE (LanSidebar, lan_sidebar, GTK_TYPE_BOX)

static void
set_count (GtkLabel *label, guint count)
{
  g_autofree char *text = count > 99 ? g_strdup ("99+") : g_strdup_printf ("%u", count);

  gtk_label_set_text (label, text);
  gtk_widget_set_visible (GTK_WIDGET (label), count > 0);
}

static guint
count_unread (LanSidebar *self)
{
  GListModel *model = lan_node_get_conversations (self->node);
  guint n = g_list_model_get_n_items (model);
  guint unread = 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (LanConversation) conversation = g_list_model_get_item (model, i);

    if (lan_sidebar_wants_chat (conversation, self) &&
        !lan_person_get_muted (lan_conversation_get_person (conversation)))
      unread += lan_conversation_get_unread (conversation);
  }
  return unread;
}

static guint
count_offers (LanSidebar *self)
{
  GListModel *model = lan_node_get_transfers (self->node);
  guint n = g_list_model_get_n_items (model);
  guint offers = 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (LanTransfer) transfer = g_list_model_get_item (model, i);

    offers += lan_transfer_get_incoming (transfer) &&
              lan_transfer_get_status (transfer) == LAN_TRANSFER_STATUS_OFFERED;
  }
  return offers;
}

/* Invitations, and folders in which something was changed on both sides. */
static guint
count_shares (LanSidebar *self)
{
  GListModel *model = lan_node_get_shares (self->node);
  guint n = g_list_model_get_n_items (model);
  guint asking = 0;

  for (guint i = 0; i < n; i++) {
    g_autoptr (LanShare) share = g_list_model_get_item (model, i);

    asking += lan_share_get_status (share) == LAN_SHARE_STATUS_INVITED ||
              lan_share_get_conflicts (share) > 0;
  }
  return asking;
}

static void
select_in (LanListKeeper *keeper, GtkListBox *list, gpointer object)
{
  GtkWidget *row = keeper != NULL ? lan_list_keeper_find (keeper, object) : NULL;

  if (row != NULL)
    gtk_list_box_select_row (list, GTK_LIST_BOX_ROW (row));
}

static void
restore_selection (LanSidebar *self)
{
  gtk_list_box_unselect_all (self->chats_list);
  gtk_list_box_unselect_all (self->people_list);
  if (self->selected == NULL || self->node == NULL)
    return;
  select_in (self->nearby, self->chats_list, self->selected);
  select_in (self->chats, self->chats_list,
             lan_node_open_conversation (self->node, self->selected));
  select_in (self->people, self->people_list, self->selected);
}

static gboolean
on_counts (gpointer user_data)
{
  LanSidebar *self = user_data;

  self->counts_id = 0;
  set_count (self->chats_count, count_unread (self));
  set_count (self->people_count, (guint) lan_sidebar_count_people (self, 0));
  set_count (self->transfers_count, count_offers (self) + count_shares (self));
  restore_selection (self);
  return G_SOURCE_REMOVE;
}

static void
queue_counts (LanSidebar *self)
{
  if (self->counts_id == 0)
    self->counts_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE + 6, on_counts, self, NULL);
}

/* Whatever happened, lists and counts follow once, before the next frame. */
static void
queue_refresh (LanSidebar *self)
{
  lan_list_keeper_refresh (self->chats);
  lan_list_keeper_refresh (self->nearby);
  if (self->people != NULL)
    lan_list_keeper_refresh (self->people);
  queue_counts (self);
}

static void
show_line (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}

/* That the server is away is a quiet line, that it deceives is a red one. */
static void
on_server_changed (LanSidebar *self)
{
  LanServer *server = lan_node_get_server (self->node);

  show_line (self->server_label, lan_server_look_quiet (server));
  show_line (self->warning_label, lan_server_look_warning (server));
}

static void
ensure_people (LanSidebar *self)
{
  if (self->people != NULL || self->node == NULL)
    return;
  lan_sidebar_make_people (self);
  restore_selection (self);
}

static const char *
current_view (LanSidebar *self)
{
  if (gtk_toggle_button_get_active (self->people_button))
    return "people";
  return gtk_toggle_button_get_active (self->transfers_button) ? "transfers" : "chats";
}

static void
on_view_toggled (LanSidebar *self, GtkToggleButton *button)
{
  const char *view;

  if (!gtk_toggle_button_get_active (button))
    return;
  view = current_view (self);
  if (g_str_equal (view, "people"))
    ensure_people (self);
  g_signal_emit (self, signals[VIEW_CHANGED], 0, view);
  gtk_stack_set_visible_child_name (self->pages, view);
}

static void
on_row_activated (LanSidebar *self, GtkListBoxRow *row)
{
  g_signal_emit (self, signals[OPEN_PERSON], 0, lan_sidebar_row_person (row));
}

static void
on_search_toggled (LanSidebar *self, GtkToggleButton *button)
{
  gboolean on = gtk_toggle_button_get_active (button);

  gtk_revealer_set_reveal_child (self->search_revealer, on);
  if (on)
    gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
  else
    gtk_entry_set_text (self->search_entry, "");
}

/* Messages stand below the chats, as far as one has typed. */
static void
search_messages (LanSidebar *self)
{
  const char *text = gtk_entry_get_text (self->search_entry);
  LanSearch *search = NULL;

  if (*text != '\0') {
    search = lan_search_new (text);
    lan_search_set_typing (search, TRUE);
  }
  gtk_widget_set_visible (self->chats_empty, search == NULL);
  lan_found_list_search (self->found, self->node, search);
}

static void
on_open_message (LanSidebar *self, LanMessage *message)
{
  g_signal_emit (self, signals[OPEN_MESSAGE], 0, message);
}

static void
on_search_changed (LanSidebar *self)
{
  if (self->node == NULL)
    return;
  search_messages (self);
  queue_refresh (self);
  gtk_list_box_invalidate_filter (self->chats_list);
  gtk_list_box_invalidate_filter (self->people_list);
}

static void
on_stop_search (LanSidebar *self)
{
  gtk_toggle_button_set_active (self->search_button, FALSE);
}

static GtkListBoxRow *
visible_row (GtkListBox *list, guint position)
{
  for (int i = 0;; i++) {
    GtkListBoxRow *row = gtk_list_box_get_row_at_index (list, i);

    if (row == NULL)
      return NULL;
    if (gtk_widget_get_child_visible (GTK_WIDGET (row)) && position-- == 0)
      return row;
  }
}

static GtkListBox *
current_list (LanSidebar *self)
{
  return gtk_toggle_button_get_active (self->people_button) ? self->people_list : self->chats_list;
}

static void
on_search_activate (LanSidebar *self)
{
  GtkListBoxRow *row = visible_row (current_list (self), 0);

  if (row != NULL)
    on_row_activated (self, row);
}

void
lan_sidebar_select (LanSidebar *self, LanPerson *person)
{
  g_set_object (&self->selected, person);
  restore_selection (self);
}

void
lan_sidebar_show (LanSidebar *self, const char *view)
{
  GtkToggleButton *button = self->chats_button;

  if (g_str_equal (view, "people"))
    button = self->people_button;
  else if (g_str_equal (view, "transfers"))
    button = self->transfers_button;
  gtk_toggle_button_set_active (button, TRUE);
}

void
lan_sidebar_search (LanSidebar *self)
{
  if (gtk_toggle_button_get_active (self->transfers_button))
    lan_sidebar_show (self, "chats");
  gtk_toggle_button_set_active (self->search_button, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

gboolean
lan_sidebar_end_search (LanSidebar *self)
{
  if (!gtk_toggle_button_get_active (self->search_button))
    return FALSE;
  on_stop_search (self);
  return TRUE;
}

void
lan_sidebar_open_nth (LanSidebar *self, guint position)
{
  GtkListBoxRow *row = visible_row (self->chats_list, position);

  if (row != NULL)
    on_row_activated (self, row);
}

void
lan_sidebar_step (LanSidebar *self, int steps)
{
  GtkListBoxRow *selected = gtk_list_box_get_selected_row (self->chats_list);
  int position = -1;
  int n = 0;
  GtkListBoxRow *row;

  for (; (row = visible_row (self->chats_list, (guint) n)) != NULL; n++) {
    if (row == selected)
      position = n;
  }
  if (n > 0)
    lan_sidebar_open_nth (self, (guint) ((position + steps + n) % n));
}

void
lan_sidebar_focus_list (LanSidebar *self)
{
  GtkListBox *list = current_list (self);
  GtkListBoxRow *row = gtk_list_box_get_selected_row (list);

  if (gtk_toggle_button_get_active (self->transfers_button)) {
    gtk_widget_child_focus (GTK_WIDGET (self->pages), GTK_DIR_TAB_FORWARD);
    return;
  }
  if (row == NULL)
    row = visible_row (list, 0);
  gtk_widget_grab_focus (row != NULL ? GTK_WIDGET (row) : GTK_WIDGET (self->chats_button));
}

HdyHeaderBar *
lan_sidebar_get_header (LanSidebar *self)
{
  return self->header;
}

void
lan_sidebar_add_transfers (LanSidebar *self, GtkWidget *page)
{
  gtk_stack_add_named (self->pages, page, "transfers");
}

/* Nobody opens one of them before the first frame was seen. */
static gboolean
on_time_for_popovers (gpointer user_data)
{
  LanSidebar *self = user_data;

  self->popovers_id = 0;
  gtk_menu_button_set_popover (self->me_button, lan_presence_menu_new (self->node));
  gtk_menu_button_set_popover (self->add_button, lan_add_popover_new (self->node));
  return G_SOURCE_REMOVE;
}

void
lan_sidebar_set_node (LanSidebar *self, LanNode *node)
{
  self->node = g_object_ref (node);
  self->popovers_id = g_idle_add_full (GDK_PRIORITY_REDRAW + 30, on_time_for_popovers, self, NULL);
  lan_avatar_set_person (self->me_avatar, lan_node_get_self (node));
  lan_sidebar_make_chats (self);
  for (guint i = 0; i < 4; i++) {
    GListModel *const models[] = { lan_node_get_people (node), lan_node_get_conversations (node),
                                   lan_node_get_transfers (node), lan_node_get_shares (node) };

    g_signal_connect_object (models[i], "items-changed", G_CALLBACK (queue_refresh), self,
                             G_CONNECT_SWAPPED);
  }
  for (guint i = 0; i < 6; i++) {
    static const char *const names[] = { "person-seen",      "person-gone",   "person-changed",
                                         "message-received", "message-state", "file-offered" };

    g_signal_connect_object (node, names[i], G_CALLBACK (queue_refresh), self, G_CONNECT_SWAPPED);
  }
  g_signal_connect_object (node, "file-done", G_CALLBACK (queue_refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (node, "share-changed", G_CALLBACK (queue_counts), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (node, "server-changed", G_CALLBACK (on_server_changed), self,
                           G_CONNECT_SWAPPED);
  on_server_changed (self);
  queue_refresh (self);
}

/* The same width whatever stands in the rows; wider where the person's text is large. */
static void
get_preferred_width (GtkWidget *widget, int *minimum, int *natural)
{
  GTK_WIDGET_CLASS (lan_sidebar_parent_class)->get_preferred_width (widget, minimum, natural);
  *minimum = MAX (*minimum, PANE_WIDTH);
  *natural = MAX (*minimum, lan_style_scale (widget, PANE_WIDTH));
}

static void
dispose (GObject *object)
{
  LanSidebar *self = LAN_SIDEBAR (object);

  g_clear_handle_id (&self->counts_id, g_source_remove);
  g_clear_handle_id (&self->popovers_id, g_source_remove);
  g_clear_pointer (&self->chats, lan_list_keeper_free);
  g_clear_pointer (&self->nearby, lan_list_keeper_free);
  g_clear_pointer (&self->people, lan_list_keeper_free);
  g_clear_object (&self->selected);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_sidebar_parent_class)->dispose (object);
}

static void
lan_sidebar_class_init (LanSidebarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->get_preferred_width = get_preferred_width;
  signals[OPEN_PERSON] = g_signal_new ("open-person", LAN_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, LAN_TYPE_PERSON);
  signals[OPEN_MESSAGE] = g_signal_new ("open-message", LAN_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, LAN_TYPE_MESSAGE);
  signals[VIEW_CHANGED] = g_signal_new ("view-changed", LAN_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_type_ensure (LAN_TYPE_AVATAR);
  g_type_ensure (LAN_TYPE_FOUND_LIST);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, header);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, me_button);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, me_avatar);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, add_button);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, search_button);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, chats_button);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, people_button);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, transfers_button);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, chats_count);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, people_count);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, transfers_count);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, search_revealer);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, search_entry);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, pages);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, chats_list);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, chats_empty);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, found);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, people_list);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, server_label);
  gtk_widget_class_bind_template_child (widget_class, LanSidebar, warning_label);
  gtk_widget_class_bind_template_callback (widget_class, on_view_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_search_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_search);
  gtk_widget_class_bind_template_callback (widget_class, on_open_message);
}

static void
lan_sidebar_init (LanSidebar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  lan_found_list_set_title (self->found, _ ("Messages"));
}
