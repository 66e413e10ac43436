/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-cipher.h"

#include <sodium.h>
#include <string.h>

/* Noise's nonce for this cipher: four zero bytes, then the counter, little-endian. */
static void
make_nonce (guint8 nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES], guint64 n)
{
  guint64 le = GUINT64_TO_LE (n);

  memset (nonce, 0, 4);
  memcpy (nonce + 4, &le, sizeof le);
}

void
lan_aead_seal_at (const guint8 key[LAN_KEY_BYTES], guint64 n, const guint8 *ad, gsize ad_len,
                  const guint8 *in, gsize len, guint8 *out)
{
  guint8 nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

  make_nonce (nonce, n);
  crypto_aead_chacha20poly1305_ietf_encrypt (out, NULL, in, len, ad, ad_len, NULL, nonce, key);
}

LanStatus
lan_aead_open_at (const guint8 key[LAN_KEY_BYTES], guint64 n, const guint8 *ad, gsize ad_len,
                  const guint8 *in, gsize len, guint8 *out)
{
  guint8 nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

  if (len < LAN_CIPHER_TAG_BYTES)
    return LAN_STATUS_TRUNCATED;
  make_nonce (nonce, n);
  if (crypto_aead_chacha20poly1305_ietf_decrypt (out, NULL, NULL, in, len, ad, ad_len, nonce,
                                                 key) != 0)
    return LAN_STATUS_AUTH;
  return LAN_STATUS_OK;
}

LanStatus
lan_cipher_seal (LanCipher *c, const guint8 *ad, gsize ad_len, const guint8 *in, gsize len,
                 guint8 *out)
{
  if (c->n == G_MAXUINT64)
    return LAN_STATUS_LIMIT;
  lan_aead_seal_at (c->key, c->n, ad, ad_len, in, len, out);
  c->n++;
  return LAN_STATUS_OK;
}

LanStatus
lan_cipher_open (LanCipher *c, const guint8 *ad, gsize ad_len, const guint8 *in, gsize len,
                 guint8 *out)
{
  LanStatus status;

  if (c->n == G_MAXUINT64)
    return LAN_STATUS_LIMIT;
  status = lan_aead_open_at (c->key, c->n, ad, ad_len, in, len, out);
  if (status == LAN_STATUS_OK)
    c->n++;
  return status;
}

void
lan_cipher_rekey (LanCipher *c)
{
  static const guint8 zeros[LAN_KEY_BYTES];
  guint8 out[LAN_KEY_BYTES + LAN_CIPHER_TAG_BYTES];

  /* The counter that is never used for data belongs to this one purpose. */
  lan_aead_seal_at (c->key, G_MAXUINT64, NULL, 0, zeros, sizeof zeros, out);
  memcpy (c->key, out, LAN_KEY_BYTES);
  sodium_memzero (out, sizeof out);
}
