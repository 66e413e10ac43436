/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Pictures, films and sounds of one chat as squares, its files and links as lists, newest first; each leads to its place.
 * Signal: open-message (LanMessage).
 */
#pragma once

#include <handy.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_MEDIA_WINDOW (lan_media_window_get_type ())
G_DECLARE_FINAL_TYPE (LanMediaWindow, lan_media_window, LAN, MEDIA_WINDOW, HdyWindow)

GtkWidget *lan_media_window_new (LanNode *node, LanPerson *person);

G_END_DECLS
