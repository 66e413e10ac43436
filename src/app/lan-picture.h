/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Pictures of other people as pixels, made by lanyard-thumb: nothing of theirs is decoded in this
 * process (SECURITY section 10, rows 23 and 24). At most two are made at a time, the newest wish
 * first; what was made lately is kept in memory, and nothing of it on disk.
 */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gio/gio.h>

#include "lan-picture-helper.h"

G_BEGIN_DECLS

typedef struct {
  GdkPixbuf *pixbuf;
  guint source_width, source_height; /* px of the picture itself */
  gboolean animated;                 /* the pixbuf is its first frame */
} LanPicture;

void lan_picture_free (LanPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPicture, lan_picture_free)

/**
 * Makes the picture in the file at @path fit a box, never larger than it is. Only a wish that is
 * cancelled before its turn costs nothing. Errors: LAN_PICTURE_ERROR with a text for people.
 */
void lan_picture_load_async (const char *path, guint box_width, guint box_height,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);

/** The same for what is not a file. */
void lan_picture_load_bytes_async (GBytes *bytes, guint box_width, guint box_height,
                                   GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data);

LanPicture *lan_picture_load_finish (GAsyncResult *result,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: whether the end of @name is that of a picture which lanyard-thumb reads. */
gboolean lan_picture_is_name (const char *name);

G_END_DECLS
