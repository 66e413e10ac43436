/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The main window: which panes there are, which is shown, and the keys that move between them.
 */
#pragma once

#include <handy.h>

#include "lan-settings.h"

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_WINDOW (lan_window_get_type ())
G_DECLARE_FINAL_TYPE (LanWindow, lan_window, LAN, WINDOW, HdyApplicationWindow)

/** @state: gives and keeps the size; must outlive the window. */
LanWindow *lan_window_new (GtkApplication *application, LanWindowState *state);

/** Shows @page where the panes would be: the first start, or what went wrong. */
void lan_window_show_page (LanWindow *self, GtkWidget *page);

/** Shows the panes, still empty. */
void lan_window_show_panes (LanWindow *self);

/** Fills the panes from an open @node. */
void lan_window_set_node (LanWindow *self, LanNode *node);

/** Opens the chat with @person. */
void lan_window_open_person (LanWindow *self, LanPerson *person);

/** Opens the page of the shared folder @share. */
void lan_window_open_share (LanWindow *self, LanShare *share);

/** Opens the chat in which @message is, at its place. */
void lan_window_open_message (LanWindow *self, LanMessage *message);

/** Opens the window for messages in a file; @path: (nullable): one that is read at once. */
void lan_window_open_bundle (LanWindow *self, const char *path);

/** Returns: whether the person looks at the chat with @person now. */
gboolean lan_window_sees (LanWindow *self, LanPerson *person);

/** Shows a sentence about something that concerns the whole program. */
void lan_window_notice (LanWindow *self, const char *text);

/** Looks at the settings again. */
void lan_window_reload_settings (LanWindow *self);

G_END_DECLS
