/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The popover below one's own picture: name, whether one is there, a status text, and whether
 * strangers can see this computer.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_PRESENCE_MENU (lan_presence_menu_get_type ())
G_DECLARE_FINAL_TYPE (LanPresenceMenu, lan_presence_menu, LAN, PRESENCE_MENU, GtkPopover)

GtkWidget *lan_presence_menu_new (LanNode *node);

G_END_DECLS
