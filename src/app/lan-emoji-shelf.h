/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What there is to choose from, and how this person chooses: those used lately and the skin tone, which
 * the node keeps, sealed.
 */
#pragma once

#include <lan-node.h>

#include "lan-emoji.h"

G_BEGIN_DECLS

/** Returns: (transfer none): the program's table, read when it is first asked for. */
LanEmojiTable *lan_emoji_shelf_get_table (void);

/** Returns: (transfer none): what @emoji is called in the program's language. */
const char *lan_emoji_shelf_get_name (const LanEmoji *emoji);

/** Returns: (transfer full): those used lately, the last one first. */
char **lan_emoji_shelf_dup_recent (LanNode *node);
void lan_emoji_shelf_note (LanNode *node, const char *text);

/** From 0, none, to LAN_EMOJI_TONES - 1. */
guint lan_emoji_shelf_get_tone (LanNode *node);
void lan_emoji_shelf_set_tone (LanNode *node, guint tone);

G_END_DECLS
