/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One direction of an established channel: Noise's CipherState with ChaCha20-Poly1305, nonce = four
 * zero bytes and the counter as LE64 (SECURITY 1.1). A failed open does not advance the counter.
 * Copies are copies of a key: keep them in guarded memory and wipe them. One thread.
 */
#pragma once

#include "lan-crypto.h"

G_BEGIN_DECLS

#define LAN_CIPHER_TAG_BYTES 16

typedef struct {
  guint8 key[LAN_KEY_BYTES];
  guint64 n; /* next counter; 2^64-1 is never used for data */
} LanCipher;

/** Writes @len + 16 bytes to @out, which may be @in. LAN_STATUS_LIMIT: the counter is used up. */
LanStatus lan_cipher_seal (LanCipher *c, const guint8 *ad, gsize ad_len, const guint8 *in,
                           gsize len, guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

/** Writes @len - 16 bytes to @out, which may be @in; on failure what @out holds is zeros. */
LanStatus lan_cipher_open (LanCipher *c, const guint8 *ad, gsize ad_len, const guint8 *in,
                           gsize len, guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

/** Noise's Rekey(): a one-way step of the key, the counter goes on. */
void lan_cipher_rekey (LanCipher *c);

/* The same with an explicit counter, for datagrams. */
void lan_aead_seal_at (const guint8 key[LAN_KEY_BYTES], guint64 n, const guint8 *ad, gsize ad_len,
                       const guint8 *in, gsize len, guint8 *out);
LanStatus lan_aead_open_at (const guint8 key[LAN_KEY_BYTES], guint64 n, const guint8 *ad,
                            gsize ad_len, const guint8 *in, gsize len,
                            guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
