/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A group beside its chat: its name and topic, who is in it, and what one may do there. */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_GROUP_PANE (lan_group_pane_get_type ())
G_DECLARE_FINAL_TYPE (LanGroupPane, lan_group_pane, LAN, GROUP_PANE, GtkBox)

/** @group: (nullable). */
void lan_group_pane_set_group (LanGroupPane *self, LanNode *node, LanGroupChat *group);

G_END_DECLS
