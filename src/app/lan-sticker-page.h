/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The stickers that this person keeps, by set, to be sent with one click; a second button of the mouse or the
 * menu key has the rest. Signals: chosen (LanSticker), offer (set's name): hand this set to the chat; add:
 * another picture is to become one; named (text): the one that is looked at.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-sticker.h>

G_BEGIN_DECLS

#define LAN_TYPE_STICKER_PAGE (lan_sticker_page_get_type ())
G_DECLARE_FINAL_TYPE (LanStickerPage, lan_sticker_page, LAN, STICKER_PAGE, GtkBox)

/** Shows those with @query in their names, all for "". */
void lan_sticker_page_show (LanStickerPage *self, LanNode *node, const char *query);

/** Takes the first, as Enter does in what one looks for. */
void lan_sticker_page_choose_first (LanStickerPage *self);

/** The keyboard goes to the first. Returns: whether there is one. */
gboolean lan_sticker_page_focus (LanStickerPage *self);

G_END_DECLS
