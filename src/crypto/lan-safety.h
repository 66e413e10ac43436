/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What two people compare to know that nobody sits between them (SECURITY 4.2, amendments h and i):
 * 60 digits, 12 words, or a scanned code. All of them cover the two account keys and nothing else,
 * so they do not change with devices or companies, and both sides see the same. Any thread.
 */
#pragma once

#include "lan-crypto.h"

G_BEGIN_DECLS

#define LAN_SAFETY_DIGITS   60
#define LAN_SAFETY_WORDS    12
#define LAN_SAFETY_QR_BYTES 84

typedef enum {
  LAN_WORDS_ENGLISH,
  LAN_WORDS_CHINESE, /* Simplified */
  LAN_WORDS_N
} LanWordList;

/** The 60 digits, NUL-terminated, without spaces; the same for (a, b) and (b, a). */
void lan_safety_number (const LanAccountId *a, const LanAccountId *b,
                        char out[LAN_SAFETY_DIGITS + 1]);

/** TRUE when @text, with all but its digits left out, is that number. */
gboolean lan_safety_number_matches (const LanAccountId *a, const LanAccountId *b, const char *text);

/** The 12 word indices, each 0..2047; the same for (a, b) and (b, a). */
void lan_safety_words (const LanAccountId *a, const LanAccountId *b, guint16 out[LAN_SAFETY_WORDS]);

/** TRUE when @text (words between spaces or commas; Chinese ones may stand together) says them. */
gboolean lan_safety_words_match (const LanAccountId *a, const LanAccountId *b, const char *text);

/** Returns: (transfer full): word @index (0..2047) of @list, NULL beyond it. */
char *lan_word_dup (LanWordList list, guint index) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: the list for a locale name such as "zh_CN.UTF-8": Chinese for "zh", else English. */
LanWordList lan_word_list_for_locale (const char *locale);

/** "LYV1" || own key || the other's key as we see it || net id (zeros), SECURITY 4.2. */
void lan_safety_qr (const LanAccountId *own, const LanAccountId *peer,
                    guint8 out[LAN_SAFETY_QR_BYTES]);

/** OK when the scanned code is what @peer's screen must show to us; MISMATCH when keys differ. */
LanStatus lan_safety_qr_check (const LanAccountId *own, const LanAccountId *peer,
                               const guint8 *data, gsize len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
