/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-blob.h"

#include "lan-bytes.h"
#include "lan-kdf.h"

#include <sodium.h>

#define STEP    256
#define STEP_TO 4096

/* Padme: keeps as many leading bits of a length as its exponent needs, and rounds up the rest. */
guint64
lan_blob_padded (guint64 plain)
{
  guint exponent, bits;
  guint64 mask;

  if (plain <= STEP_TO)
    return (MAX (plain, 1) + STEP - 1) / STEP * STEP;
  exponent = 63 - (guint) __builtin_clzll (plain);
  bits = 32 - (guint) __builtin_clz (exponent);
  mask = ((guint64) 1 << (exponent - bits)) - 1;
  return (plain + mask) & ~mask;
}

guint64
lan_blob_sealed (guint64 padded)
{
  return padded + (padded + LAN_BLOB_PLAIN_BYTES - 1) / LAN_BLOB_PLAIN_BYTES * LAN_CIPHER_TAG_BYTES;
}

guint64
lan_blob_pieces (guint64 sealed)
{
  return (sealed + LAN_BLOB_PIECE_BYTES - 1) / LAN_BLOB_PIECE_BYTES;
}

gboolean
lan_blob_unsealed (guint64 sealed, guint64 *padded)
{
  guint64 tags = lan_blob_pieces (sealed) * LAN_CIPHER_TAG_BYTES;

  if (sealed > LAN_BLOB_MAX_BYTES || sealed <= tags)
    return FALSE;
  *padded = sealed - tags;
  return lan_blob_sealed (*padded) == sealed;
}

static void
derive (guint8 key[LAN_KEY_BYTES], const guint8 secret[LAN_KEY_BYTES], guint64 sealed)
{
  guint8 context[8];
  LanWriter w;

  lan_writer_init (&w, context, sizeof context);
  lan_write_u64 (&w, sealed);
  lan_kdf (key, LAN_KEY_BYTES, secret, LAN_KDF_BLOB, context, sizeof context);
}

void
lan_blob_seal (const guint8 key[LAN_KEY_BYTES], guint64 sealed, guint64 piece, const guint8 *plain,
               gsize len, guint8 *out)
{
  guint8 derived[LAN_KEY_BYTES];

  derive (derived, key, sealed);
  lan_aead_seal_at (derived, piece, NULL, 0, plain, len, out);
  sodium_memzero (derived, sizeof derived);
}

LanStatus
lan_blob_open (const guint8 key[LAN_KEY_BYTES], guint64 sealed, guint64 piece, const guint8 *data,
               gsize len, guint8 *out)
{
  guint8 derived[LAN_KEY_BYTES];
  LanStatus status;

  if (len <= LAN_CIPHER_TAG_BYTES)
    return LAN_STATUS_TRUNCATED;
  derive (derived, key, sealed);
  status = lan_aead_open_at (derived, piece, NULL, 0, data, len, out);
  sodium_memzero (derived, sizeof derived);
  return status;
}
