/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Stickers that came, kept among one's own: one, or the set that was handed to the chat. */
#pragma once

#include <gio/gio.h>

#include <lan-sticker.h>

G_BEGIN_DECLS

/** Keeps the sticker of @message, or with @whole all of its set that its author handed to the chat. */
void lan_sticker_keep_async (LanNode *node, LanMessage *message, gboolean whole,
                             GAsyncReadyCallback callback, gpointer user_data);

/** Returns: how many are kept now that were in it; -1 with @error. */
int lan_sticker_keep_finish (LanNode *node, GAsyncResult *result, GError **error);

G_END_DECLS
