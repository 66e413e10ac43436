/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Emoji by group and by search. Arrow keys go through the grid, letters go on searching, Enter takes
 * the chosen one, or the first found. Emits "picked" (text) and closes. Where stickers are allowed, they have
 * a page beside: "sticker" (LanSticker), "offer-stickers" (name of a set), "add-sticker".
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_EMOJI_PICKER (lan_emoji_picker_get_type ())
G_DECLARE_FINAL_TYPE (LanEmojiPicker, lan_emoji_picker, LAN, EMOJI_PICKER, GtkPopover)

/** Returns: (transfer floating): a picker beside @relative_to, for the person of @node. */
GtkWidget *lan_emoji_picker_new (GtkWidget *relative_to, LanNode *node);

/** One may send stickers here. */
void lan_emoji_picker_allow_stickers (LanEmojiPicker *self);

/** Opens it where one looks for something new. */
void lan_emoji_picker_open (LanEmojiPicker *self);

G_END_DECLS
