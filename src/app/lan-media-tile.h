/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A picture, film or sound of a chat as a square among others: what it looks like where it is a
 * picture on this disk, else an icon and its name. Nothing is made of it before one is near it.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_MEDIA_TILE (lan_media_tile_get_type ())
G_DECLARE_FINAL_TYPE (LanMediaTile, lan_media_tile, LAN, MEDIA_TILE, GtkFlowBoxChild)

/** @message: with a transfer. */
GtkWidget *lan_media_tile_new (LanMessage *message);

LanMessage *lan_media_tile_get_message (LanMediaTile *self);

/** Whether it can be seen, or soon: what it looks like is kept as long as it is. */
void lan_media_tile_set_near (LanMediaTile *self, gboolean near);

/** Returns: whether it is a picture on this disk. */
gboolean lan_media_tile_is_picture (LanMediaTile *self);

G_END_DECLS
