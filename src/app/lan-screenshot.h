/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is on the screen, as a picture: of the X server, or through the desktop's portal, which asks
 * the person.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void lan_screenshot_take_async (GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);

/** Returns: (transfer full) (nullable): the picture. */
GdkPixbuf *lan_screenshot_take_finish (GAsyncResult *result,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes @pixbuf as a PNG file below the user's cache, on a worker; the result is its URI. */
void lan_screenshot_keep_async (GdkPixbuf *pixbuf, GAsyncReadyCallback callback,
                                gpointer user_data);
char *lan_screenshot_keep_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
