/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Base32 of RFC 4648 without padding, for keys in links and codes that people type. Written in lower
 * case, read in either. Strict: exactly the characters that the bytes need, unused bits zero, so that
 * each value has one spelling but for case. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Characters for @n bytes. */
#define LAN_BASE32_CHARS(n) (((n) *8 + 4) / 5)

/** Returns: (transfer full): @len bytes as LAN_BASE32_CHARS (len) characters. */
char *lan_base32_encode (const guint8 *bytes, gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Fills exactly @len bytes from the first @text_len (or -1: all) characters of @text, or FALSE. */
gboolean lan_base32_decode (const char *text, gssize text_len, guint8 *out,
                            gsize len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
