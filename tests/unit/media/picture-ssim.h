/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* How alike two pictures are to the eye: structural similarity of luma (Wang and others, 2004), 1.0 for the same. */
#pragma once

#include <glib.h>

/** Both @width times @height, row by row; windows of 8x8 at every fourth place. */
double picture_ssim (const guint8 *one, const guint8 *two, guint width, guint height);
