/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Makes a sticker of a picture: how it will look, its name and its set. The picture is decoded by lanyard-thumb
 * and written anew, so that nothing of the file but the picture is kept or sent.
 */
#pragma once

#include <handy.h>

#include <lan-node.h>

G_BEGIN_DECLS

#define LAN_TYPE_STICKER_WINDOW (lan_sticker_window_get_type ())
G_DECLARE_FINAL_TYPE (LanStickerWindow, lan_sticker_window, LAN, STICKER_WINDOW, HdyWindow)

/** Shows it above the window of @from for the picture at @path. */
void lan_sticker_window_show (GtkWidget *from, LanNode *node, const char *path);

/** Asks for a picture first. */
void lan_sticker_window_choose (GtkWidget *from, LanNode *node);

G_END_DECLS
