/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Pictures of a screen or a window, with the pointer: an X11 screen by ximagesrc, a window by lan-media-window.h, a portal's
 * stream by pipewiresrc, or the test page. For one thread.
 */
#pragma once

#include "lan-picture-image.h"

G_BEGIN_DECLS

typedef struct _LanMediaGrab LanMediaGrab;

/**
 * @name: "test", "x11" (the whole screen), "x11:ID" (a window), "pipewire:NODE". @fd: of "pipewire:", taken; -1: none.
 * Returns: (nullable): NULL: it cannot be shown.
 */
LanMediaGrab *lan_media_grab_new (const char *name, int fd) G_GNUC_WARN_UNUSED_RESULT;
void lan_media_grab_free (LanMediaGrab *grab);

/**
 * What is to be seen at @at_us; @image is borrowed until the next call and of even width and height. FALSE: there is
 * nothing to be seen any more. @has_changed: FALSE when it is what the last call gave.
 */
gboolean lan_media_grab_next (LanMediaGrab *grab, gint64 at_us, LanPictureImage *image,
                              gboolean *has_changed);

G_END_DECLS
