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

G_END_DECLS
