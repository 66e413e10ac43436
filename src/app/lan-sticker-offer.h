/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A whole set of stickers is handed to a chat, whose members may take it. */
#pragma once

#include <gtk/gtk.h>

#include <lan-sticker.h>

G_BEGIN_DECLS

/** Asks above the window of @from, saying how many there are, and sends them. */
void lan_sticker_offer_ask (GtkWidget *from, LanNode *node, LanPerson *person, const char *set);

G_END_DECLS
