/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The left pane: oneself, the three views Chats, People and Transfers with their counts, the search
 * field and the lists. It says whom to open by the signal "open-person" (LanPerson) and which view
 * is shown by "view-changed" (name); it opens nothing itself.
 */
#pragma once

#include <handy.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_SIDEBAR (lan_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (LanSidebar, lan_sidebar, LAN, SIDEBAR, GtkBox)

void lan_sidebar_set_node (LanSidebar *self, LanNode *node);

/** Marks the row of @person (nullable: none) without opening it. */
void lan_sidebar_select (LanSidebar *self, LanPerson *person);

/** Shows "chats", "people" or "transfers". */
void lan_sidebar_show (LanSidebar *self, const char *view);

/** Shows the search field and puts the cursor there. */
void lan_sidebar_search (LanSidebar *self);

/** Returns: whether there was a search to end. */
gboolean lan_sidebar_end_search (LanSidebar *self);

/** Opens the chat that stands at @position (from 0) in the list. */
void lan_sidebar_open_nth (LanSidebar *self, guint position);

/** Opens the chat @steps below the selected one, around the ends. */
void lan_sidebar_step (LanSidebar *self, int steps);

/** Moves the focus into the list that is shown. */
void lan_sidebar_focus_list (LanSidebar *self);

HdyHeaderBar *lan_sidebar_get_header (LanSidebar *self);

/** Adds the page that is shown for Transfers. */
void lan_sidebar_add_transfers (LanSidebar *self, GtkWidget *page);

G_END_DECLS
