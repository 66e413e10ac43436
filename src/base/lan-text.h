/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Text that came from somebody else, made safe to show on one line or in a paragraph: valid UTF-8,
 * NFC, no control characters, no bidirectional overrides, bounded length (SECURITY section 10,
 * rows 10, 14, 28). Nothing here interprets markup. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_NAME_MAX_BYTES   48          /* a display name, SECURITY 4.1 */
#define LAN_STATUS_MAX_BYTES 256         /* own status text */
#define LAN_TEXT_MAX_BYTES   (40 * 1024) /* one text message; leaves room in a 48 KiB record */

/**
 * Returns: (transfer full): @len bytes (or -1: NUL-terminated) as one line: invalid sequences
 * become U+FFFD, control, bidirectional and other format characters vanish, runs of white space
 * become one space, ends are trimmed, and the result is cut at a character to @max_bytes. May be "".
 */
char *lan_text_clean_line (const char *text, gssize len, gsize max_bytes) G_GNUC_WARN_UNUSED_RESULT;

/** Like lan_text_clean_line(), but keeps line feeds, tabs and runs of spaces. */
char *lan_text_clean_block (const char *text, gssize len,
                            gsize max_bytes) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE for U+202A-202E, U+2066-2069, U+200E, U+200F, U+061C. */
gboolean lan_text_is_bidi_control (gunichar c);

/**
 * A display name is acceptable when cleaning it changes nothing and it is not empty.
 * Returns: TRUE when @name may be put into a certificate.
 */
gboolean lan_text_is_clean_name (const char *name);

/**
 * Returns: (transfer full): a skeleton of @name for 'looks like somebody you know': case folded,
 * compatibility-decomposed, marks dropped, common look-alikes (Cyrillic, Greek, digits) mapped.
 */
char *lan_text_skeleton (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
