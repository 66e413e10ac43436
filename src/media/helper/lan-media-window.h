/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The contents of one X11 window, also where others cover it or the screen ends: by the Composite extension, where
 * ximagesrc would show what lies above it and die of what lies outside. With the pointer. For one thread.
 */
#pragma once

#include "lan-picture-image.h"

G_BEGIN_DECLS

typedef struct _LanMediaWindow LanMediaWindow;

typedef enum {
  LAN_MEDIA_WINDOW_SHOWN,
  LAN_MEDIA_WINDOW_HIDDEN, /* nothing to be seen now: minimised, or changing its size */
  LAN_MEDIA_WINDOW_GONE,
} LanMediaWindowState;

/** Errors that X tells of end a program that does not look at them: from now on they are passed over. */
void lan_media_window_pass_over_errors (void);

/** Returns: (nullable): NULL: there is no such window, or no X. */
LanMediaWindow *lan_media_window_new (guint32 id) G_GNUC_WARN_UNUSED_RESULT;
void lan_media_window_free (LanMediaWindow *window);

/** @image: when SHOWN, borrowed until the next call; of even width and height. */
LanMediaWindowState lan_media_window_take (LanMediaWindow *window, LanPictureImage *image);

G_END_DECLS
