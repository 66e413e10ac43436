/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Noise's SymmetricState (specification 5.2): chaining key, transcript hash and the cipher of the
 * handshake. Private to this module: a plain struct inside the guarded memory of its owner.
 */
#pragma once

#include "lan-cipher.h"

G_BEGIN_DECLS

#define LAN_NOISE_HASHLEN 64

typedef struct {
  guint8 ck[LAN_NOISE_HASHLEN];
  guint8 h[LAN_NOISE_HASHLEN];
  LanCipher cipher;
  gboolean has_key;
} LanNoiseSymmetric;

/** HMAC with BLAKE2b-512 as a plain hash: Noise's HMAC-HASH, not BLAKE2b's own keyed mode. */
void lan_noise_hmac (guint8 out[LAN_NOISE_HASHLEN], const guint8 key[LAN_NOISE_HASHLEN],
                     const guint8 *data, gsize len);

void lan_noise_symmetric_init (LanNoiseSymmetric *s, const char *protocol_name);
void lan_noise_symmetric_mix_hash (LanNoiseSymmetric *s, const guint8 *data, gsize len);
void lan_noise_symmetric_mix_key (LanNoiseSymmetric *s, const guint8 *ikm, gsize len);
void lan_noise_symmetric_mix_key_and_hash (LanNoiseSymmetric *s, const guint8 *ikm, gsize len);

/** Writes @len bytes, 16 more once there is a key. */
LanStatus lan_noise_symmetric_seal (LanNoiseSymmetric *s, const guint8 *in, gsize len,
                                    guint8 *out) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_noise_symmetric_open (LanNoiseSymmetric *s, const guint8 *in, gsize len,
                                    guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

/** The two transport keys: first for what the initiator sends. */
void lan_noise_symmetric_split (const LanNoiseSymmetric *s, LanCipher *first, LanCipher *second);

/** The exporter secret of SECURITY 1.5. */
void lan_noise_symmetric_export (const LanNoiseSymmetric *s, guint8 out[LAN_KEY_BYTES]);

G_END_DECLS
