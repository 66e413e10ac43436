/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What bare-relay.c and its clients say to each other: messages as long as a signal of 100 bytes is on a lane,
 * sealed with a counter for each direction. Every connection has the same key: it protects nothing.
 */
#pragma once

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define BARE_PLAIN  117 /* a record's prefix, a frame's head, 100 bytes */
#define BARE_SEALED (BARE_PLAIN + (int) crypto_aead_chacha20poly1305_ietf_ABYTES)

static inline void
bare_seal (const guint8 *key, guint64 n, const guint8 *plain, guint8 *sealed)
{
  guint8 nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = { 0 };

  memcpy (nonce + 4, &n, sizeof n);
  crypto_aead_chacha20poly1305_ietf_encrypt (sealed, NULL, plain, BARE_PLAIN, NULL, 0, NULL, nonce,
                                             key);
}

static inline gboolean
bare_open (const guint8 *key, guint64 n, const guint8 *sealed, guint8 *plain)
{
  guint8 nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = { 0 };

  memcpy (nonce + 4, &n, sizeof n);
  return crypto_aead_chacha20poly1305_ietf_decrypt (plain, NULL, NULL, sealed, BARE_SEALED, NULL, 0,
                                                    nonce, key) == 0;
}
