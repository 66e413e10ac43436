/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-identity.h"

#include "lan-crypto-private.h"

#include <sodium.h>
#include <string.h>

struct _LanAccountKeys {
  guint8 seed[LAN_KEY_BYTES];
  guint8 secret[crypto_sign_SECRETKEYBYTES];
  LanAccountId id;
};

struct _LanDeviceKeys {
  guint8 sign_seed[LAN_KEY_BYTES];
  guint8 sign_secret[crypto_sign_SECRETKEYBYTES];
  guint8 dh_secret[LAN_KEY_BYTES];
  guint8 sign_public[LAN_KEY_BYTES];
  guint8 dh_public[LAN_KEY_BYTES];
  LanAccountId account;
  LanDeviceId id;
};

LanAccountKeys *
lan_account_keys_new_from_seed (const guint8 seed[LAN_KEY_BYTES])
{
  LanAccountKeys *keys = lan_guarded_new (sizeof *keys);

  memcpy (keys->seed, seed, sizeof keys->seed);
  crypto_sign_seed_keypair (keys->id.b, keys->secret, keys->seed);
  return keys;
}

LanAccountKeys *
lan_account_keys_new (const LanRandom *random)
{
  guint8 seed[LAN_KEY_BYTES];
  LanAccountKeys *keys;

  lan_random_bytes (random, seed, sizeof seed);
  keys = lan_account_keys_new_from_seed (seed);
  sodium_memzero (seed, sizeof seed);
  return keys;
}

void
lan_account_keys_free (LanAccountKeys *keys)
{
  if (keys != NULL)
    sodium_free (keys);
}

const LanAccountId *
lan_account_keys_id (const LanAccountKeys *keys)
{
  return &keys->id;
}

const guint8 *
lan_account_keys_seed (const LanAccountKeys *keys)
{
  return keys->seed;
}

void
lan_account_keys_sign (const LanAccountKeys *keys, LanSignTag tag, const guint8 *data, gsize len,
                       guint8 sig[LAN_SIGNATURE_BYTES])
{
  g_return_if_fail (tag == LAN_SIGN_CERT_ACCOUNT || tag == LAN_SIGN_DEVICE_LIST);
  lan_sign_tagged (keys->secret, tag, data, len, sig);
}

LanDeviceKeys *
lan_device_keys_new_from_seeds (const LanAccountId *account, const guint8 sign_seed[LAN_KEY_BYTES],
                                const guint8 dh_seed[LAN_KEY_BYTES])
{
  LanDeviceKeys *keys = lan_guarded_new (sizeof *keys);

  keys->account = *account;
  memcpy (keys->sign_seed, sign_seed, sizeof keys->sign_seed);
  memcpy (keys->dh_secret, dh_seed, sizeof keys->dh_secret);
  crypto_sign_seed_keypair (keys->sign_public, keys->sign_secret, keys->sign_seed);
  crypto_scalarmult_base (keys->dh_public, keys->dh_secret);
  lan_device_id_compute (&keys->id, account, keys->sign_public, keys->dh_public);
  return keys;
}

LanDeviceKeys *
lan_device_keys_new (const LanAccountId *account, const LanRandom *random)
{
  guint8 seeds[2][LAN_KEY_BYTES];
  LanDeviceKeys *keys;

  lan_random_bytes (random, seeds, sizeof seeds);
  keys = lan_device_keys_new_from_seeds (account, seeds[0], seeds[1]);
  sodium_memzero (seeds, sizeof seeds);
  return keys;
}

void
lan_device_keys_free (LanDeviceKeys *keys)
{
  if (keys != NULL)
    sodium_free (keys);
}

const LanAccountId *
lan_device_keys_account (const LanDeviceKeys *keys)
{
  return &keys->account;
}

const LanDeviceId *
lan_device_keys_id (const LanDeviceKeys *keys)
{
  return &keys->id;
}

const guint8 *
lan_device_keys_sign_public (const LanDeviceKeys *keys)
{
  return keys->sign_public;
}

const guint8 *
lan_device_keys_dh_public (const LanDeviceKeys *keys)
{
  return keys->dh_public;
}

const guint8 *
lan_device_keys_dh_secret (const LanDeviceKeys *keys)
{
  return keys->dh_secret;
}

const guint8 *
lan_device_keys_sign_seed (const LanDeviceKeys *keys)
{
  return keys->sign_seed;
}

void
lan_device_keys_sign (const LanDeviceKeys *keys, LanSignTag tag, const guint8 *data, gsize len,
                      guint8 sig[LAN_SIGNATURE_BYTES])
{
  g_return_if_fail (tag == LAN_SIGN_CERT_DEVICE || tag == LAN_SIGN_RECORD ||
                    tag == LAN_SIGN_PREKEY || tag == LAN_SIGN_ENROL ||
                    tag == LAN_SIGN_SHARE_ROSTER || tag == LAN_SIGN_SHARE_HEAD);
  lan_sign_tagged (keys->sign_secret, tag, data, len, sig);
}

void
lan_device_id_compute (LanDeviceId *out, const LanAccountId *account,
                       const guint8 sign_public[LAN_KEY_BYTES],
                       const guint8 dh_public[LAN_KEY_BYTES])
{
  guint8 all[3 * LAN_KEY_BYTES];
  guint8 digest[LAN_DEVICE_ID_BYTES];

  memcpy (all, account->b, LAN_KEY_BYTES);
  memcpy (all + LAN_KEY_BYTES, sign_public, LAN_KEY_BYTES);
  memcpy (all + 2 * LAN_KEY_BYTES, dh_public, LAN_KEY_BYTES);
  lan_hash_n (digest, sizeof digest, all, sizeof all);
  memcpy (out->b, digest, sizeof digest);
}

void
lan_dh_public_from_secret (guint8 dh_public[LAN_KEY_BYTES], const guint8 dh_secret[LAN_KEY_BYTES])
{
  crypto_scalarmult_base (dh_public, dh_secret);
}

gboolean
lan_dh_public_is_sound (const guint8 dh_public[LAN_KEY_BYTES])
{
  static const guint8 any_scalar[LAN_KEY_BYTES] = { 8 };
  guint8 shared[LAN_KEY_BYTES];

  /* The result is all zeros, and the call fails, exactly for the points of small order. */
  return crypto_scalarmult (shared, any_scalar, dh_public) == 0;
}
