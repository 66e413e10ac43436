/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The history of one chat: how long it is kept, saved to a file and taken in from one.
 */
#pragma once

#include "lan-node.h"

#include <handy.h>

G_BEGIN_DECLS

#define LAN_TYPE_KEEP_WINDOW (lan_keep_window_get_type ())
G_DECLARE_FINAL_TYPE (LanKeepWindow, lan_keep_window, LAN, KEEP_WINDOW, HdyWindow)

/** Shows it above the window of @parent. @person: a group, too. */
void lan_keep_window_show (GtkWidget *parent, LanNode *node, LanPerson *person);

G_END_DECLS
