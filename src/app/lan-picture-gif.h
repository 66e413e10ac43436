/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where the first picture of a GIF ends: the toolkit's loader would take them all, in time that grows
 * with the square of their number.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Returns: how many bytes of the file @fd hold its first picture, 0 when there is none; @more: whether
    another follows. The place where @fd stands is left alone. */
gsize lan_picture_gif_first (int fd, gboolean *more);

G_END_DECLS
