/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Short texts in what is said to the helper and by it: length u16, then UTF-8 without NUL. */
#pragma once

#include "lan-bytes.h"

G_BEGIN_DECLS

/** @out has room for @max + 1 bytes. FALSE: longer than @max, cut short, or no such text. */
gboolean lan_media_read_text (LanReader *r, char *out, gsize max);
void lan_media_write_text (LanWriter *w, const char *text);

G_END_DECLS
