/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The pictures of a chat, one at a time and as large as there is room: back and forth, zoom, full
 * screen, and what can be done with them.
 */
#pragma once

#include <handy.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_PICTURE_WINDOW (lan_picture_window_get_type ())
G_DECLARE_FINAL_TYPE (LanPictureWindow, lan_picture_window, LAN, PICTURE_WINDOW, HdyWindow)

/** Shows the picture of @message above the window of @from, with the others of its chat beside it. */
void lan_picture_window_show (GtkWidget *from, LanNode *node, LanMessage *message);

G_END_DECLS
