/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-issuer.h"

#include "lan-crypto-private.h"

#include <sodium.h>
#include <string.h>

#define SIGNED_BYTES 72

struct _LanIssuerKey {
  guint8 seed[LAN_KEY_BYTES];
  guint8 secret[crypto_sign_SECRETKEYBYTES];
  guint8 public_key[LAN_KEY_BYTES];
  LanIssuerId id;
};

LanIssuerKey *
lan_issuer_key_new_from_seed (const guint8 seed[LAN_KEY_BYTES])
{
  LanIssuerKey *key = lan_guarded_new (sizeof *key);

  memcpy (key->seed, seed, sizeof key->seed);
  crypto_sign_seed_keypair (key->public_key, key->secret, key->seed);
  lan_issuer_id_of_key (&key->id, key->public_key);
  return key;
}

LanIssuerKey *
lan_issuer_key_new (const LanRandom *random)
{
  guint8 seed[LAN_KEY_BYTES];
  LanIssuerKey *key;

  lan_random_bytes (random, seed, sizeof seed);
  key = lan_issuer_key_new_from_seed (seed);
  sodium_memzero (seed, sizeof seed);
  return key;
}

void
lan_issuer_key_free (LanIssuerKey *key)
{
  if (key != NULL)
    sodium_free (key);
}

const guint8 *
lan_issuer_key_public (const LanIssuerKey *key)
{
  return key->public_key;
}

const guint8 *
lan_issuer_key_seed (const LanIssuerKey *key)
{
  return key->seed;
}

const LanIssuerId *
lan_issuer_key_id (const LanIssuerKey *key)
{
  return &key->id;
}

void
lan_issuer_id_of_key (LanIssuerId *out, const guint8 public_key[LAN_KEY_BYTES])
{
  lan_hash_n (out->b, sizeof out->b, public_key, LAN_KEY_BYTES);
}

void
lan_issuer_key_sign (const LanIssuerKey *key, LanSignTag tag, const guint8 *data, gsize len,
                     guint8 sig[LAN_SIGNATURE_BYTES])
{
  g_return_if_fail (tag == LAN_SIGN_ATTESTATION || tag == LAN_SIGN_DIRECTORY_HEAD);
  lan_sign_tagged (key->secret, tag, data, len, sig);
}

static gboolean
is_life_sound (gint64 not_before_s, gint64 not_after_s)
{
  return not_before_s >= 0 && not_after_s > not_before_s &&
         not_after_s - not_before_s <= LAN_ISSUER_LIFE_SECONDS;
}

GBytes *
lan_issuer_issue (const LanOrgKey *root, const guint8 public_key[LAN_KEY_BYTES], guint level,
                  gint64 not_before_s, gint64 not_after_s)
{
  guint8 buf[LAN_ISSUER_BYTES], sig[LAN_SIGNATURE_BYTES];
  LanOrgId org;
  LanWriter w;

  g_return_val_if_fail (level == LAN_LEVEL_SERVER || level == LAN_LEVEL_OFFLINE, NULL);
  g_return_val_if_fail (is_life_sound (not_before_s, not_after_s), NULL);
  lan_org_id_of_root (&org, lan_org_key_public (root));
  lan_writer_init (&w, buf, sizeof buf);
  lan_write_head (&w, "LIK1", (guint8) level, 0, 0);
  lan_write_bytes (&w, org.b, sizeof org.b);
  lan_write_bytes (&w, public_key, LAN_KEY_BYTES);
  lan_write_u64 (&w, (guint64) not_before_s);
  lan_write_u64 (&w, (guint64) not_after_s);
  lan_org_key_sign (root, LAN_SIGN_ISSUER, buf, w.len, sig);
  lan_write_bytes (&w, sig, sizeof sig);
  g_assert (!w.failed && w.len == sizeof buf);
  return g_bytes_new (buf, w.len);
}

LanStatus
lan_issuer_decode (LanIssuer *issuer, const guint8 *data, gsize len)
{
  guint8 rest[3];
  LanReader r;
  LanStatus status;

  *issuer = (LanIssuer){ 0 };
  lan_reader_init (&r, data, len);
  status = lan_read_head (&r, "LIK1", rest);
  if (status != LAN_STATUS_OK)
    return status;
  issuer->level = rest[0];
  lan_read_bytes (&r, issuer->org.b, sizeof issuer->org.b);
  lan_read_bytes (&r, issuer->public_key, sizeof issuer->public_key);
  issuer->not_before_s = lan_read_time (&r);
  issuer->not_after_s = lan_read_time (&r);
  status = lan_read_signature_end (&r);
  if (status != LAN_STATUS_OK)
    return status;
  if (issuer->level != LAN_LEVEL_SERVER && issuer->level != LAN_LEVEL_OFFLINE)
    return LAN_STATUS_MALFORMED;
  if ((rest[1] | rest[2]) != 0 || !is_life_sound (issuer->not_before_s, issuer->not_after_s))
    return LAN_STATUS_MALFORMED;
  lan_issuer_id_of_key (&issuer->id, issuer->public_key);
  return LAN_STATUS_OK;
}

LanStatus
lan_issuer_verify (LanIssuer *issuer, const guint8 root_public[LAN_KEY_BYTES], const guint8 *data,
                   gsize len)
{
  LanStatus status = lan_issuer_decode (issuer, data, len);
  LanOrgId org;

  if (status != LAN_STATUS_OK)
    return status;
  lan_org_id_of_root (&org, root_public);
  if (!lan_org_id_equal (&org, &issuer->org))
    return LAN_STATUS_MISMATCH;
  /* The root signs issuers and nothing else: it must not be one of them (D4). */
  if (memcmp (issuer->public_key, root_public, LAN_KEY_BYTES) == 0)
    return LAN_STATUS_AUTH;
  return lan_signature_verify (root_public, LAN_SIGN_ISSUER, data, SIGNED_BYTES,
                               data + SIGNED_BYTES);
}

LanStatus
lan_issuer_check_time (const LanIssuer *issuer, gint64 now_s, gint64 slack_s)
{
  if (now_s < issuer->not_before_s - slack_s || now_s > issuer->not_after_s + slack_s)
    return LAN_STATUS_EXPIRED;
  return LAN_STATUS_OK;
}
