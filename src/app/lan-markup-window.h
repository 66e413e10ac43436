/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A picture of the screen, to be cut and drawn on. Emits "done" (URI of a PNG file) when it is to be
 * sent, "failed" (text) when it could not be kept.
 */
#pragma once

#include <handy.h>

G_BEGIN_DECLS

#define LAN_TYPE_MARKUP_WINDOW (lan_markup_window_get_type ())
G_DECLARE_FINAL_TYPE (LanMarkupWindow, lan_markup_window, LAN, MARKUP_WINDOW, HdyWindow)

GtkWidget *lan_markup_window_new (GdkPixbuf *picture);

G_END_DECLS
