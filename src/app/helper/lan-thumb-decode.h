/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A picture as pixels: what runs confined, in a process that ends with it.
 */
#pragma once

#include "lan-picture-message.h"

G_BEGIN_DECLS

/** Loads what decoding needs, while files can still be opened. */
void lan_thumb_prepare (void);

/** Decodes the picture in @source and writes the result to @target; fills all of @reply but its id. */
void lan_thumb_decode (int source, int target, const LanPictureRequest *request,
                       LanPictureReply *reply);

G_END_DECLS
