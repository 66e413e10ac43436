/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Sharing a folder: which one, under what name, with whom, and what they may do.
 */
#pragma once

#include <handy.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_SHARE_WINDOW (lan_share_window_get_type ())
G_DECLARE_FINAL_TYPE (LanShareWindow, lan_share_window, LAN, SHARE_WINDOW, HdyWindow)

/**
 * @person (nullable) is chosen already, @path (nullable) is the folder. Emits "shared" with the id of the new
 * share once it is made.
 */
GtkWidget *lan_share_window_new (LanNode *node, LanPerson *person, const char *path);

G_END_DECLS
