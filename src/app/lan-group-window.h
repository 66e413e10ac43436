/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Whom a new group or discussion is to be made of, or who is to be added to one. Closes itself; a new
 * one is opened as a chat.
 */
#pragma once

#include <handy.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_GROUP_WINDOW (lan_group_window_get_type ())
G_DECLARE_FINAL_TYPE (LanGroupWindow, lan_group_window, LAN, GROUP_WINDOW, HdyWindow)

/** @group: (nullable): to which people are added; else a new one, with @chosen (nullable) chosen. */
GtkWidget *lan_group_window_new (LanNode *node, LanGroupChat *group, LanPerson *chosen);

G_END_DECLS
