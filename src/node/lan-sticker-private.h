/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#pragma once

#include "lan-content.h"
#include "lan-sticker.h"

G_BEGIN_DECLS

/** Returns: (transfer full): what @body, which was checked, says; any thread. */
LanSticker *lan_sticker_new_from_body (const Lanyard__Sticker *body);

/** Fills @body with what @self has: borrowed. */
void lan_sticker_fill_body (LanSticker *self, Lanyard__Sticker *body);

/** When it was kept, Unix milliseconds. */
void lan_sticker_set_added (LanSticker *self, gint64 ms);

/** Orders two by set, then the newest first. */
int lan_sticker_compare (LanSticker *a, LanSticker *b);

G_END_DECLS
