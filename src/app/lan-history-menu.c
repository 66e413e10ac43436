/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-history-menu.h"

#include "lan-chat-view.h"
#include "lan-picture-card.h"
#include "lan-popover.h"
#include "lan-readers-popover.h"
#include "lan-sticker-keep.h"
#include "lan-sticker-window.h"

#include <glib/gi18n.h>

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
on_link (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  lan_message_row_open_link (user_data);
}

static void
on_as_typed (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  g_simple_action_set_state (action, state);
  lan_message_row_set_as_typed (user_data, g_variant_get_boolean (state));
}

static void
on_info (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autofree char *text = lan_message_row_dup_info (user_data);

  lan_readers_popover_open (user_data, lan_message_row_get_message (user_data), text);
}

/* --- what goes to others --- */

static LanChatView *
view_of (gpointer row)
{
  return LAN_CHAT_VIEW (gtk_widget_get_ancestor (row, LAN_TYPE_CHAT_VIEW));
}

static void
on_reply (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  lan_chat_view_reply (view_of (row), lan_message_row_get_message (row));
}

static void
on_edit (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  lan_chat_view_edit (view_of (row), lan_message_row_get_message (row));
}

static void
on_forward (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  lan_chat_view_forward (view_of (row), lan_message_row_get_message (row));
}

static void
on_edits (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  lan_chat_view_show_edits (view_of (row), lan_message_row_get_message (row), row);
}

static void
on_recall (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  lan_chat_view_recall (view_of (row), lan_message_row_get_message (row));
}

static void
on_pin (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  lan_chat_view_pin (view_of (row), lan_message_row_get_message (row), TRUE);
}

static void
on_unpin (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  lan_chat_view_pin (view_of (row), lan_message_row_get_message (row), FALSE);
}

/* The same again takes it back. */
static void
on_react (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  LanMessage *message = lan_message_row_get_message (row);
  GPtrArray *reactions = lan_message_get_reactions (message);
  const char *emoji = g_variant_get_string (parameter, NULL);
  gboolean on = TRUE;

  for (guint i = 0; i < reactions->len; i++) {
    LanReaction *reaction = g_ptr_array_index (reactions, i);

    if (g_str_equal (lan_reaction_get_emoji (reaction), emoji) && lan_reaction_get_own (reaction))
      on = FALSE;
  }
  lan_chat_view_react (view_of (row), message, emoji, on);
}

static void
on_react_other (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  lan_chat_view_react_other (view_of (row), lan_message_row_get_message (row), row);
}

/* --- stickers --- */

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanChatView) view = user_data;
  g_autoptr (GError) error = NULL;
  int n = lan_sticker_keep_finish (LAN_NODE (source), result, &error);
  g_autofree char *text = NULL;

  if (n < 0) {
    lan_chat_view_notice (view, error->message);
    return;
  }
  text = g_strdup_printf (
      ngettext ("%d sticker was added to yours.", "%d stickers were added to yours.", n), n);
  lan_chat_view_tell (view, text);
}

static void
keep (gpointer row, gboolean whole)
{
  LanChatView *view = view_of (row);

  lan_sticker_keep_async (lan_chat_view_get_node (view), lan_message_row_get_message (row), whole,
                          on_kept, g_object_ref (view));
}

static void
on_keep_sticker (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  keep (row, FALSE);
}

static void
on_keep_set (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  keep (row, TRUE);
}

/* A picture on this disk that can become a sticker; NULL: there is none. */
static const char *
picture_of (LanMessage *message)
{
  LanTransfer *transfer = lan_message_get_transfer (message);

  if (transfer == NULL || lan_message_get_recalled (message) || !lan_picture_card_fits (transfer) ||
      (lan_transfer_get_incoming (transfer) &&
       lan_transfer_get_status (transfer) != LAN_TRANSFER_STATUS_DONE))
    return NULL;
  return lan_transfer_get_path (transfer);
}

static void
on_as_sticker (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  lan_sticker_window_show (row, lan_chat_view_get_node (view_of (row)),
                           picture_of (lan_message_row_get_message (row)));
}

/* What cannot be done with this message is not in its menu. */
static void
enable (GActionMap *actions, LanMessageRow *row)
{
  LanMessage *message = lan_message_row_get_message (row);
  LanMessageStatus status = lan_message_get_status (message);
  gboolean alive = !lan_message_get_recalled (message) &&
                   lan_message_get_imported_from (message) == NULL &&
                   status != LAN_MESSAGE_STATUS_SENDING && status != LAN_MESSAGE_STATUS_FAILED;
  gboolean own = alive && lan_message_get_own (message);
  gboolean pinned = lan_message_get_pinned (message);
  gboolean is_call = lan_message_get_kind (message) == LAN_MESSAGE_KIND_CALL;
  gboolean is_sticker = alive && lan_message_get_kind (message) == LAN_MESSAGE_KIND_STICKER;
  const struct {
    const char *name;
    gboolean on;
  } table[] = {
    { "react", alive },
    { "react-other", alive },
    { "reply", alive && !is_call && lan_message_get_kind (message) != LAN_MESSAGE_KIND_UNKNOWN },
    { "edit", own && lan_message_get_kind (message) == LAN_MESSAGE_KIND_TEXT },
    { "recall", own && !is_call },
    { "forward", alive && !is_call && lan_message_get_kind (message) != LAN_MESSAGE_KIND_UNKNOWN },
    { "keep-sticker", is_sticker },
    { "keep-set", is_sticker && lan_message_get_sticker_offered (message) },
    { "as-sticker", alive && picture_of (message) != NULL },
    { "edits", alive && lan_message_get_edited_time (message) != 0 },
    { "pin", alive && !pinned },
    { "unpin", alive && pinned },
    { "link", lan_message_row_has_link (row) },
    { "as-typed", alive && lan_message_get_kind (message) == LAN_MESSAGE_KIND_TEXT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_simple_action_set_enabled (
        G_SIMPLE_ACTION (g_action_map_lookup_action (actions, table[i].name)), table[i].on);
  g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (actions, "as-typed")),
                             g_variant_new_boolean (lan_message_row_get_as_typed (row)));
}

void
lan_history_menu_show (LanMessageRow *row)
{
  static const GActionEntry entries[] = {
    { .name = "copy", .activate = on_copy },
    { .name = "select", .activate = on_select },
    { .name = "info", .activate = on_info },
    { .name = "link", .activate = on_link },
    { .name = "as-typed", .state = "false", .change_state = on_as_typed },
    { .name = "reply", .activate = on_reply },
    { .name = "edit", .activate = on_edit },
    { .name = "forward", .activate = on_forward },
    { .name = "edits", .activate = on_edits },
    { .name = "keep-sticker", .activate = on_keep_sticker },
    { .name = "keep-set", .activate = on_keep_set },
    { .name = "as-sticker", .activate = on_as_sticker },
    { .name = "recall", .activate = on_recall },
    { .name = "pin", .activate = on_pin },
    { .name = "unpin", .activate = on_unpin },
    { .name = "react", .activate = on_react, .parameter_type = "s" },
    { .name = "react-other", .activate = on_react_other },
  };
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/message-menu.ui");
  GMenuModel *menu = G_MENU_MODEL (gtk_builder_get_object (builder, "menu"));
  GtkWidget *popover;

  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), row);
  enable (G_ACTION_MAP (actions), row);
  gtk_widget_insert_action_group (GTK_WIDGET (row), "message", G_ACTION_GROUP (actions));
  popover = gtk_popover_new_from_model (GTK_WIDGET (row), menu);
  lan_popover_forget_when_closed (popover); /* the chosen action runs after that */
  gtk_popover_popup (GTK_POPOVER (popover));
}
