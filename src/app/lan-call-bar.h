/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The call that rings or goes on, above everything else in the window: who it is, what can be done
 * about it, how well it goes, and why it failed. Hidden while there is none.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_CALL_BAR (lan_call_bar_get_type ())
G_DECLARE_FINAL_TYPE (LanCallBar, lan_call_bar, LAN, CALL_BAR, GtkBox)

/** Shows the calls of @node, also one that is there already. */
void lan_call_bar_set_node (LanCallBar *self, LanNode *node);

G_END_DECLS
