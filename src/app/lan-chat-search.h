/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The bar that searches one chat: what is looked for, filters by author and kind, a calendar whose marked
 * days have messages, and steps from hit to hit, newest first.
 * Signals: show-message (string id); closed.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_CHAT_SEARCH (lan_chat_search_get_type ())
G_DECLARE_FINAL_TYPE (LanChatSearch, lan_chat_search, LAN, CHAT_SEARCH, GtkRevealer)

void lan_chat_search_set_person (LanChatSearch *self, LanNode *node, LanPerson *person);
void lan_chat_search_begin (LanChatSearch *self);

/** Returns: whether it was there to be closed. */
gboolean lan_chat_search_end (LanChatSearch *self);

G_END_DECLS
