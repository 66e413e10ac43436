/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A conversation in the list of chats: who, the last message or the draft, when, how many unread.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-conversation.h>

G_BEGIN_DECLS

#define LAN_TYPE_CHAT_ROW (lan_chat_row_get_type ())
G_DECLARE_FINAL_TYPE (LanChatRow, lan_chat_row, LAN, CHAT_ROW, GtkListBoxRow)

GtkWidget *lan_chat_row_new (LanConversation *conversation);
LanConversation *lan_chat_row_get_conversation (LanChatRow *self);

G_END_DECLS
