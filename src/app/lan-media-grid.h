/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The pictures, films and sounds of one chat as squares, by months, the newest first; more are read as one
 * scrolls. One of a picture opens the viewer.
 * Signal: open-message (LanMessage): it is to be shown in its place.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_MEDIA_GRID (lan_media_grid_get_type ())
G_DECLARE_FINAL_TYPE (LanMediaGrid, lan_media_grid, LAN, MEDIA_GRID, GtkBin)

/** Reads those of the chat with @person, once. */
void lan_media_grid_show (LanMediaGrid *self, LanNode *node, LanPerson *person);

G_END_DECLS
