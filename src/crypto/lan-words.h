/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The 2048 words of BIP-39 in English and Simplified Chinese, each list as one text with a space
 * between words: no table of pointers, nothing to relocate. Private to this module.
 */
#pragma once

#include "lan-safety.h"

G_BEGIN_DECLS

#define LAN_WORD_COUNT 2048

extern const char *const lan_words[LAN_WORDS_N];

#define LAN_WORDS_DIGEST_BYTES 64

/** Cuts 12 indices of 11 bits out of @digest, most significant bit first. */
void lan_words_of_digest (const guint8 digest[LAN_WORDS_DIGEST_BYTES],
                          guint16 out[LAN_SAFETY_WORDS]);

/** TRUE when @text is exactly those words, in either list. */
gboolean lan_words_match (const guint16 indices[LAN_SAFETY_WORDS], const char *text);

G_END_DECLS
