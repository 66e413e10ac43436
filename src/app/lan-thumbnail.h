/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Small pictures of files the person chose on this computer, made on a worker thread. Only PNG and
 * JPEG, told by their first bytes and not by their name, at most 4096 px a side and 20 MB (SECURITY
 * section 10, row 24): other loaders of the toolkit are never reached. Files of other people are
 * never decoded.
 */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/** @size_px: the longer side of the result at most. */
void lan_thumbnail_load_async (const char *path, int size_px, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);

/** Returns: (transfer full) (nullable): the picture, or NULL when it is none of the accepted. */
GdkPixbuf *lan_thumbnail_load_finish (GAsyncResult *result,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (nullable): "png" or "jpeg" when @bytes begin like one; static. */
const char *lan_thumbnail_sniff (const guint8 *bytes, gsize len);

G_END_DECLS
