/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A picture in a bubble: what it looks like once it is on this computer, a place for it and its size
 * before, and below it the transfer while that still matters. Small pictures of people whose key is
 * known for sure may be fetched when they come into view (SECURITY section 7, rule f). Emits
 * "activated" when one wants to see it larger.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_PICTURE_CARD (lan_picture_card_get_type ())
G_DECLARE_FINAL_TYPE (LanPictureCard, lan_picture_card, LAN, PICTURE_CARD, GtkBox)

/** Returns: whether @transfer is a single file with the name of a picture. */
gboolean lan_picture_card_fits (LanTransfer *transfer);

GtkWidget *lan_picture_card_new (LanTransfer *transfer);

/** Takes what is offered, when it is small and of somebody whose key is known for sure. */
void lan_picture_card_fetch (LanPictureCard *self);

G_END_DECLS
