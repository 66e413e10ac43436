/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The picture of a sticker before it leaves: PNG or JPEG with nothing in it but the picture. Who took it
 * where and with what (EXIF, XMP, comments, colour profiles, previews) is cut out piece by piece; no
 * pixel is looked at. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * Returns: (transfer full) (nullable): @data without anything beside the picture, and its size in pixels; NULL
 *   when it is neither PNG nor JPEG, cut short, or larger than LAN_STICKER_MAX_SIDE or LAN_STICKER_MAX_BYTES.
 */
GBytes *lan_sticker_picture_clean (const guint8 *data, gsize len, guint32 *width,
                                   guint32 *height) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
