/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the menus and keys of the window do. */
#include "lan-bundle-window.h"
#include "lan-group-window.h"
#include "lan-markup-window.h"
#include "lan-media-window.h"
#include "lan-screenshot.h"
#include "lan-share-window.h"
#include "lan-window-about.h"
#include "lan-window-private.h"

static void
on_back (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanWindow *self = user_data;

  hdy_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->sidebar));
}

static void
on_details (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanWindow *self = user_data;
  gboolean reveal = !hdy_flap_get_reveal_flap (self->flap);

  if (reveal && self->person != NULL) {
    lan_window_ensure_details (self);
    lan_details_set_person (self->details, self->node, self->person);
  }
  hdy_flap_set_reveal_flap (self->flap, reveal && self->person != NULL);
}

static void
on_search (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanWindow *self = user_data;

  hdy_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->sidebar));
  lan_sidebar_search (self->sidebar);
}

static void
on_find (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanWindow *self = user_data;

  if (self->person == NULL || self->chat == NULL || self->shows_transfers) {
    on_search (action, parameter, user_data);
    return;
  }
  lan_window_show_content (self, "chat");
  lan_chat_view_begin_search (self->chat);
}

static void
on_media (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanWindow *self = user_data;
  GtkWidget *window;

  if (self->person == NULL)
    return;
  window = lan_media_window_new (self->node, self->person);
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  g_signal_connect_object (window, "open-message", G_CALLBACK (lan_window_open_message), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
}

void
lan_window_open_bundle (LanWindow *self, const char *path)
{
  GtkWidget *window;

  if (self->node == NULL)
    return;
  window = lan_bundle_window_new (self->node);
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
  if (path != NULL)
    lan_bundle_window_read (LAN_BUNDLE_WINDOW (window), path);
}

static void
on_bundle (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  lan_window_open_bundle (user_data, NULL);
}

/* TRUE: with the person whose chat is open. */
static void
on_new_group (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanWindow *self = user_data;
  GtkWidget *window;

  if (self->node == NULL)
    return;
  window = lan_group_window_new (self->node, NULL,
                                 g_variant_get_boolean (parameter) ? self->person : NULL);
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  gtk_window_present (GTK_WINDOW (window));
}

static void
on_shared (LanWindow *self, const char *id)
{
  LanShare *share = lan_node_find_share (self->node, id);

  if (share != NULL)
    lan_window_open_share (self, share);
}

static void
share_folder (LanWindow *self, LanPerson *person, const char *path)
{
  GtkWidget *window;

  if (self->node == NULL)
    return;
  window = lan_share_window_new (self->node, person, path);
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  g_signal_connect_object (window, "shared", G_CALLBACK (on_shared), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
}

static void
on_share_folder (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  share_folder (user_data, NULL, NULL);
}

/* From a chat: with that person; "": the folder is to be chosen. */
static void
on_share_with (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanWindow *self = user_data;
  const char *path = g_variant_get_bytestring (parameter);

  share_folder (self, self->person, *path != '\0' ? path : NULL);
}

/* --- the screen --- */

static void
on_screenshot_done (LanWindow *self, const char *uri)
{
  lan_chat_view_add_file (self->chat, uri);
}

static void
on_screenshot_taken (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkPixbuf) picture = lan_screenshot_take_finish (result, &error);
  GtkWidget *window;

  if (picture == NULL) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      lan_chat_view_notice (self->chat, error->message);
    return;
  }
  window = lan_markup_window_new (picture);
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  g_signal_connect_object (window, "done", G_CALLBACK (on_screenshot_done), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
}

static void
on_screenshot (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  lan_screenshot_take_async (NULL, on_screenshot_taken, g_object_ref (user_data));
}

static void
on_step_chat (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  lan_sidebar_step (LAN_WINDOW (user_data)->sidebar, g_variant_get_int32 (parameter));
}

static void
on_nth_chat (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanWindow *self = user_data;

  if (self->shows_transfers)
    lan_sidebar_show (self->sidebar, "chats");
  lan_sidebar_open_nth (self->sidebar, (guint) g_variant_get_int32 (parameter) - 1);
}

static void
on_view (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  lan_sidebar_show (LAN_WINDOW (user_data)->sidebar, g_variant_get_string (parameter, NULL));
}

static gboolean
holds_focus (LanWindow *self, gpointer widget)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  return focus != NULL && widget != NULL &&
         (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

/* F6 goes around: list, messages, what one writes, details. */
static void
on_region (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanWindow *self = user_data;
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if (holds_focus (self, self->sidebar) && self->person != NULL && !self->shows_transfers) {
    hdy_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->flap));
    lan_chat_view_focus_history (self->chat);
  } else if (holds_focus (self, self->sidebar) && self->shows_transfers) {
    gtk_widget_child_focus (GTK_WIDGET (self->content), GTK_DIR_TAB_FORWARD);
  } else if (holds_focus (self, self->chat) && !GTK_IS_TEXT_VIEW (focus)) {
    lan_chat_view_focus_composer (self->chat);
  } else if (holds_focus (self, self->chat) && hdy_flap_get_reveal_flap (self->flap)) {
    gtk_widget_child_focus (GTK_WIDGET (self->details), GTK_DIR_TAB_FORWARD);
  } else {
    hdy_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->sidebar));
    lan_sidebar_focus_list (self->sidebar);
  }
}

static void
on_copy_link (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  LanWindow *self = user_data;
  g_autofree char *link = NULL;

  if (self->node == NULL)
    return;
  link = g_strdup_printf ("lanyard:%s", lan_person_get_id (lan_node_get_self (self->node)));
  gtk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self), GDK_SELECTION_CLIPBOARD),
                          link, -1);
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  lan_window_about_show (user_data);
}

static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  lan_window_shortcuts_show (user_data);
}

gboolean
lan_window_escape (LanWindow *self)
{
  if (self->chat != NULL && lan_chat_view_end_search (self->chat))
    return TRUE;
  if (lan_sidebar_end_search (self->sidebar))
    return TRUE;
  if (hdy_flap_get_reveal_flap (self->flap) && hdy_flap_get_folded (self->flap)) {
    hdy_flap_set_reveal_flap (self->flap, FALSE);
    return TRUE;
  }
  if (hdy_leaflet_get_folded (self->leaflet)) {
    hdy_leaflet_set_visible_child (self->leaflet, GTK_WIDGET (self->sidebar));
    return TRUE;
  }
  if (self->person != NULL && !self->shows_transfers)
    lan_chat_view_focus_composer (self->chat);
  return TRUE;
}

void
lan_window_add_actions (LanWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "back", .activate = on_back },
    { .name = "details", .activate = on_details, .state = "false" },
    { .name = "search", .activate = on_search },
    { .name = "find", .activate = on_find },
    { .name = "media", .activate = on_media },
    { .name = "bundle", .activate = on_bundle },
    { .name = "share-folder", .activate = on_share_folder },
    { .name = "screenshot", .activate = on_screenshot },
    { .name = "share-with", .activate = on_share_with, .parameter_type = "ay" },
    { .name = "new-group", .activate = on_new_group, .parameter_type = "b" },
    { .name = "step-chat", .activate = on_step_chat, .parameter_type = "i" },
    { .name = "nth-chat", .activate = on_nth_chat, .parameter_type = "i" },
    { .name = "view", .activate = on_view, .parameter_type = "s" },
    { .name = "region", .activate = on_region },
    { .name = "copy-link", .activate = on_copy_link },
    { .name = "about", .activate = on_about },
    { .name = "shortcuts", .activate = on_shortcuts },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
