/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Pixels to the picture of a sticker: PNG where it has holes or few colours, else JPEG, made smaller until it
 * fits. Nothing of the file that the pixels came from is in it. No widgets; any thread.
 */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

#define LAN_STICKER_PX 256 /* a side at most, of those that are made here */

/** Returns: (transfer full) (nullable): at most @max_bytes; NULL when no size fits. */
GBytes *lan_sticker_encode (GdkPixbuf *pixbuf, gsize max_bytes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
