/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A sticker as a picture of a certain size, made by lanyard-thumb. Until it is there its place is kept; one
 * that is broken shows its name. Of a message, it reads the picture from the history when it comes on screen.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-sticker.h>

G_BEGIN_DECLS

#define LAN_TYPE_STICKER_VIEW (lan_sticker_view_get_type ())
G_DECLARE_FINAL_TYPE (LanStickerView, lan_sticker_view, LAN, STICKER_VIEW, GtkStack)

/** Returns: (transfer floating): @sticker, no side longer than @side px. */
GtkWidget *lan_sticker_view_new (LanSticker *sticker, int side);

/** Returns: (transfer floating): the sticker of @message, likewise. */
GtkWidget *lan_sticker_view_new_for_message (LanMessage *message, int side);

/** Returns: (transfer full): "Sticker: name". */
char *lan_sticker_view_words (LanMessage *message);

G_END_DECLS
