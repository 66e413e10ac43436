/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A QR code as a picture: dark on white with its quiet zone, whatever the theme, so that it can be read. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Draws @text into a square in the middle of @width x @height; nothing when it is empty or too long. */
void lan_qr_draw (cairo_t *cr, const char *text, int width, int height);

G_END_DECLS
