/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Completes names of emoji, English and Chinese, behind a ":" or "：" in a text view; of stickers too. */
#pragma once

#include <lan-sticker.h>

#include "lan-completion.h"

G_BEGIN_DECLS

typedef struct _LanEmojiPopup LanEmojiPopup;

/** Lasts as long as @view, which owns it and is watched (lan-preedit.h). @anchor: around it. */
LanEmojiPopup *lan_emoji_popup_new (GtkTextView *view, GtkWidget *anchor);

typedef void (*LanStickerFunc) (LanSticker *sticker, gpointer user_data);

/** From now on stickers are among what fits; one that is taken goes to @chosen. */
void lan_emoji_popup_set_chosen (LanEmojiPopup *self, LanStickerFunc chosen, gpointer user_data);

/** @node: (nullable): whose skin tone it is, and who keeps what was used lately. */
void lan_emoji_popup_set_node (LanEmojiPopup *self, LanNode *node);

/** Returns: whether @event was for the open popup. */
gboolean lan_emoji_popup_key (LanEmojiPopup *self, GdkEventKey *event);

G_END_DECLS
