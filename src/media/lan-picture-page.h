/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The test source of screens: a page of small text (letters 7 px high in lines of 11 px, as a font of 9 px has
 * them) that is scrolled for a while and then stands still, over and over. Its top row says which page it
 * is, as that of lan-picture-pattern.h, so that a test can draw the same one and compare.
 */
#pragma once

#include "lan-picture-image.h"

G_BEGIN_DECLS

#define LAN_PICTURE_PAGE_WIDTH    1280
#define LAN_PICTURE_PAGE_HEIGHT   800
#define LAN_PICTURE_PAGE_MS       66   /* while it moves: from one to the next */
#define LAN_PICTURE_PAGE_MOVES_MS 1980 /* of LAN_PICTURE_PAGE_CYCLE_MS; then it stands still */
#define LAN_PICTURE_PAGE_CYCLE_MS 6000

/** Which page there is at @ms of any clock. */
guint32 lan_picture_page_at (gint64 ms);

/** How long that page has been standing still at @ms; below zero: it moves for so long yet. */
gint64 lan_picture_page_still_ms (gint64 ms);
void lan_picture_page_draw (guint32 number, LanPictureImage *image);

G_END_DECLS
