/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The test source: a picture that moves and says which one it is. Its top row are
 * LAN_PICTURE_PATTERN_BITS fields, black or white, of the picture's number, greatest bit first: they survive
 * shrinking and the codec, so that a test can read at the other end what is shown there.
 */
#pragma once

#include "lan-picture-image.h"

G_BEGIN_DECLS

#define LAN_PICTURE_PATTERN_BITS 16

void lan_picture_pattern_draw (guint32 number, LanPictureImage *image);

/** The top row alone. */
void lan_picture_pattern_mark (guint32 number, LanPictureImage *image);

/** What the top row says; G_MAXUINT32: no field is clearly black or white. */
guint32 lan_picture_pattern_read (const LanPictureImage *image);

G_END_DECLS
