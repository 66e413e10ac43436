/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-noise-symmetric.h"

#include <sodium.h>
#include <string.h>

#define BLOCKLEN 128 /* of BLAKE2b */

static const guint8 nothing[1];

void
lan_noise_hmac (guint8 out[LAN_NOISE_HASHLEN], const guint8 key[LAN_NOISE_HASHLEN],
                const guint8 *data, gsize len)
{
  crypto_generichash_blake2b_state state;
  guint8 pad[BLOCKLEN];

  memset (pad, 0x36, sizeof pad);
  for (gsize i = 0; i < LAN_NOISE_HASHLEN; i++)
    pad[i] ^= key[i];
  crypto_generichash_blake2b_init (&state, NULL, 0, LAN_NOISE_HASHLEN);
  crypto_generichash_blake2b_update (&state, pad, sizeof pad);
  crypto_generichash_blake2b_update (&state, data, len);
  crypto_generichash_blake2b_final (&state, out, LAN_NOISE_HASHLEN);

  for (gsize i = 0; i < sizeof pad; i++)
    pad[i] ^= 0x36 ^ 0x5c;
  crypto_generichash_blake2b_init (&state, NULL, 0, LAN_NOISE_HASHLEN);
  crypto_generichash_blake2b_update (&state, pad, sizeof pad);
  crypto_generichash_blake2b_update (&state, out, LAN_NOISE_HASHLEN);
  crypto_generichash_blake2b_final (&state, out, LAN_NOISE_HASHLEN);
  sodium_memzero (pad, sizeof pad);
  sodium_memzero (&state, sizeof state);
}

/* Noise's HKDF with @n (1..3) outputs of 64 bytes each, one after the other in @out. */
static void
hkdf (guint8 *out, guint n, const guint8 ck[LAN_NOISE_HASHLEN], const guint8 *ikm, gsize len)
{
  guint8 temp[LAN_NOISE_HASHLEN], block[LAN_NOISE_HASHLEN + 1];

  lan_noise_hmac (temp, ck, ikm, len);
  block[0] = 1;
  lan_noise_hmac (out, temp, block, 1);
  for (guint i = 1; i < n; i++) {
    memcpy (block, out + (i - 1) * LAN_NOISE_HASHLEN, LAN_NOISE_HASHLEN);
    block[LAN_NOISE_HASHLEN] = (guint8) (i + 1);
    lan_noise_hmac (out + i * LAN_NOISE_HASHLEN, temp, block, sizeof block);
  }
  sodium_memzero (temp, sizeof temp);
  sodium_memzero (block, sizeof block);
}

static void
set_key (LanNoiseSymmetric *s, const guint8 *key)
{
  memcpy (s->cipher.key, key, LAN_KEY_BYTES);
  s->cipher.n = 0;
  s->has_key = TRUE;
}

void
lan_noise_symmetric_init (LanNoiseSymmetric *s, const char *protocol_name)
{
  gsize len = strlen (protocol_name);

  *s = (LanNoiseSymmetric){ 0 };
  if (len <= sizeof s->h)
    memcpy (s->h, protocol_name, len);
  else
    lan_hash_n (s->h, sizeof s->h, protocol_name, len);
  memcpy (s->ck, s->h, sizeof s->ck);
}

void
lan_noise_symmetric_mix_hash (LanNoiseSymmetric *s, const guint8 *data, gsize len)
{
  crypto_generichash_blake2b_state state;

  crypto_generichash_blake2b_init (&state, NULL, 0, sizeof s->h);
  crypto_generichash_blake2b_update (&state, s->h, sizeof s->h);
  crypto_generichash_blake2b_update (&state, len > 0 ? data : nothing, len);
  crypto_generichash_blake2b_final (&state, s->h, sizeof s->h);
}

void
lan_noise_symmetric_mix_key (LanNoiseSymmetric *s, const guint8 *ikm, gsize len)
{
  guint8 out[2 * LAN_NOISE_HASHLEN];

  hkdf (out, 2, s->ck, ikm, len);
  memcpy (s->ck, out, sizeof s->ck);
  set_key (s, out + LAN_NOISE_HASHLEN);
  sodium_memzero (out, sizeof out);
}

void
lan_noise_symmetric_mix_key_and_hash (LanNoiseSymmetric *s, const guint8 *ikm, gsize len)
{
  guint8 out[3 * LAN_NOISE_HASHLEN];

  hkdf (out, 3, s->ck, ikm, len);
  memcpy (s->ck, out, sizeof s->ck);
  lan_noise_symmetric_mix_hash (s, out + LAN_NOISE_HASHLEN, LAN_NOISE_HASHLEN);
  set_key (s, out + 2 * LAN_NOISE_HASHLEN);
  sodium_memzero (out, sizeof out);
}

LanStatus
lan_noise_symmetric_seal (LanNoiseSymmetric *s, const guint8 *in, gsize len, guint8 *out)
{
  if (!s->has_key) {
    if (len > 0)
      memmove (out, in, len);
    lan_noise_symmetric_mix_hash (s, out, len);
    return LAN_STATUS_OK;
  }
  if (lan_cipher_seal (&s->cipher, s->h, sizeof s->h, in, len, out) != LAN_STATUS_OK)
    return LAN_STATUS_LIMIT;
  lan_noise_symmetric_mix_hash (s, out, len + LAN_CIPHER_TAG_BYTES);
  return LAN_STATUS_OK;
}

LanStatus
lan_noise_symmetric_open (LanNoiseSymmetric *s, const guint8 *in, gsize len, guint8 *out)
{
  LanStatus status = LAN_STATUS_OK;

  if (s->has_key)
    status = lan_cipher_open (&s->cipher, s->h, sizeof s->h, in, len, out);
  else if (len > 0)
    memmove (out, in, len);
  if (status == LAN_STATUS_OK)
    lan_noise_symmetric_mix_hash (s, in, len);
  return status;
}

void
lan_noise_symmetric_split (const LanNoiseSymmetric *s, LanCipher *first, LanCipher *second)
{
  guint8 out[2 * LAN_NOISE_HASHLEN];

  hkdf (out, 2, s->ck, nothing, 0);
  memcpy (first->key, out, LAN_KEY_BYTES);
  memcpy (second->key, out + LAN_NOISE_HASHLEN, LAN_KEY_BYTES);
  first->n = second->n = 0;
  sodium_memzero (out, sizeof out);
}

void
lan_noise_symmetric_export (const LanNoiseSymmetric *s, guint8 out[LAN_KEY_BYTES])
{
  static const char label[] = "LY1 exporter";
  guint8 data[sizeof label - 1 + LAN_NOISE_HASHLEN], full[LAN_NOISE_HASHLEN];

  memcpy (data, label, sizeof label - 1);
  memcpy (data + sizeof label - 1, s->h, LAN_NOISE_HASHLEN);
  lan_noise_hmac (full, s->ck, data, sizeof data);
  memcpy (out, full, LAN_KEY_BYTES);
  sodium_memzero (full, sizeof full);
}
