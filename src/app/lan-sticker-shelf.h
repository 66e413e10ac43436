/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The stickers that this person keeps, read from the profile when they are first asked for and kept in
 * memory since.
 */
#pragma once

#include <lan-sticker.h>

G_BEGIN_DECLS

/** Calls @changed (data) once now where they are there already, and each time they change, as long as @object
 * lives. */
void lan_sticker_shelf_follow (LanNode *node, GObject *object, GCallback changed);

/** Returns: (transfer none) (element-type LanSticker): all of them, by set; none until they were read. */
GPtrArray *lan_sticker_shelf_get (LanNode *node);

/** Returns: (transfer container): those whose name or set has @query in it, @max at most. */
GPtrArray *lan_sticker_shelf_search (LanNode *node, const char *query, guint max);

/** Returns: (transfer none) (nullable): the one with this id. */
LanSticker *lan_sticker_shelf_find (LanNode *node, const char *id);

G_END_DECLS
