/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A word to a contact's device in a bundle: what of their logs is on our disk, which makes what they
 * wrote 'delivered', and our prekey, so that letters can be sealed for us although we never meet.
 * Sealed by the contact secret that both share (PROTOCOL.md, Bundles):
 *
 *     salt 16 | ChaCha20-Poly1305 (plain), nonce 0, with the tag as additional data
 *     key   = KDF (contact secret, "LY1-word", salt 16 || recipient's device 8)
 *     plain = version 1 | flags u8, bit 0: prekey | count u8 | 0 | sender's device 8 | [LSP1 128]
 *             | count times (author's device 8 | seq u64 | hash 32) | zeros to a multiple of 256
 *
 * It can be shown again: what it says is then old, and old vectors and prekeys change nothing. Any thread.
 */
#pragma once

#include "lan-prekey.h"

G_BEGIN_DECLS

#define LAN_BUNDLE_WORD_LOGS 64
#define LAN_BUNDLE_WORD_MIN  (16 + 256 + 16)
#define LAN_BUNDLE_WORD_MAX  (16 + 3328 + 16)

/* How far a log is on the sender's disk. */
typedef struct {
  LanDeviceId author;
  guint64 seq;
  LanHash hash; /* of that record */
} LanBundleHave;

typedef struct {
  LanDeviceId device; /* whose word it is */
  gboolean has_prekey;
  guint8 prekey[LAN_PREKEY_BYTES]; /* LSP1, not looked at */
  guint n;
  LanBundleHave have[LAN_BUNDLE_WORD_LOGS];
} LanBundleWord;

/**
 * Appends the sealed word to @out. @tag: 16 bytes; @device: for whom; @word.n is at most
 * LAN_BUNDLE_WORD_LOGS.
 */
void lan_bundle_word_seal (const LanBundleWord *word, const guint8 secret[LAN_KEY_BYTES],
                           const guint8 *tag, const LanDeviceId *device, const LanRandom *random,
                           GByteArray *out);

/** AUTH: not sealed so. VERSION, MALFORMED: what is in it. @word is only filled when OK. */
LanStatus lan_bundle_word_open (LanBundleWord *word, const guint8 secret[LAN_KEY_BYTES],
                                const guint8 *tag, const LanDeviceId *device, const guint8 *data,
                                gsize len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
