/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-org-key.h"

#include "lan-bytes.h"
#include "lan-crypto-private.h"
#include "lan-kdf.h"
#include "lan-key-slot.h"

#include <sodium.h>
#include <string.h>

#define FILE_MAGIC   "LYOR0001"
#define FILE_AD      72 /* bound into the wrap: cost, salt, key and date */
#define SIGNED_BYTES 72 /* of LSK1 */

struct _LanOrgKey {
  guint8 seed[LAN_KEY_BYTES];
  guint8 secret[crypto_sign_SECRETKEYBYTES];
  guint8 public_key[LAN_KEY_BYTES];
};

static LanOrgKey *
new_from_seed (const guint8 *seed)
{
  LanOrgKey *key = lan_guarded_new (sizeof *key);

  memcpy (key->seed, seed, sizeof key->seed);
  crypto_sign_seed_keypair (key->public_key, key->secret, key->seed);
  return key;
}

LanOrgKey *
lan_org_key_new (const LanRandom *random)
{
  guint8 seed[LAN_KEY_BYTES];
  LanOrgKey *key;

  lan_random_bytes (random, seed, sizeof seed);
  key = new_from_seed (seed);
  sodium_memzero (seed, sizeof seed);
  return key;
}

void
lan_org_key_free (LanOrgKey *key)
{
  if (key != NULL)
    sodium_free (key);
}

const guint8 *
lan_org_key_public (const LanOrgKey *key)
{
  return key->public_key;
}

void
lan_org_id_of_root (LanOrgId *out, const guint8 root_public[LAN_KEY_BYTES])
{
  lan_hash_n (out->b, sizeof out->b, root_public, LAN_KEY_BYTES);
}

void
lan_org_key_sign (const LanOrgKey *key, LanSignTag tag, const guint8 *data, gsize len,
                  guint8 sig[LAN_SIGNATURE_BYTES])
{
  g_return_if_fail (tag == LAN_SIGN_ISSUER || tag == LAN_SIGN_SERVER_KEY ||
                    tag == LAN_SIGN_DIRECTORY_RESTART);
  lan_sign_tagged (key->secret, tag, data, len, sig);
}

/* ---- the file ---- */

LanStatus
lan_org_key_file_decode (LanOrgKeyFile *file, const guint8 *data, gsize len)
{
  const guint8 *magic;
  LanReader r;

  *file = (LanOrgKeyFile){ 0 };
  lan_reader_init (&r, data, len);
  magic = lan_read_span (&r, 8);
  file->slot.kind = LAN_KEY_SLOT_PASSPHRASE;
  file->slot.mem_kib = lan_read_u32 (&r);
  file->slot.ops = lan_read_u32 (&r);
  lan_read_bytes (&r, file->slot.salt, sizeof file->slot.salt);
  lan_read_bytes (&r, file->root_public, sizeof file->root_public);
  file->made_s = lan_read_time (&r);
  lan_read_span (&r, LAN_ORG_KEY_FILE_BYTES - FILE_AD);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  if (!lan_reader_done (&r))
    return LAN_STATUS_OVERSIZED;
  if (memcmp (magic, FILE_MAGIC, 4) != 0)
    return LAN_STATUS_MALFORMED;
  if (memcmp (magic, FILE_MAGIC, 8) != 0)
    return LAN_STATUS_VERSION;
  if (file->made_s < 0)
    return LAN_STATUS_MALFORMED;
  memcpy (file->bytes, data, sizeof file->bytes);
  return lan_key_slot_check (&file->slot);
}

static void
file_key (const LanKeySlot *slot, const guint8 *stretched, guint8 key[LAN_KEY_BYTES])
{
  lan_kdf (key, LAN_KEY_BYTES, stretched, LAN_KDF_ORGROOT, slot->salt, sizeof slot->salt);
}

LanStatus
lan_org_key_file_open (const LanOrgKeyFile *file, const guint8 stretched[LAN_KEY_BYTES],
                       LanOrgKey **key)
{
  const guint8 *nonce = file->bytes + FILE_AD;
  guint8 wrap[LAN_KEY_BYTES], seed[LAN_KEY_BYTES];
  LanOrgKey *opened;
  int failed;

  *key = NULL;
  file_key (&file->slot, stretched, wrap);
  failed = crypto_aead_xchacha20poly1305_ietf_decrypt (
      seed, NULL, NULL, nonce + LAN_KEY_NONCE_BYTES, LAN_KEY_SEALED_BYTES, file->bytes, FILE_AD,
      nonce, wrap);
  sodium_memzero (wrap, sizeof wrap);
  if (failed != 0)
    return LAN_STATUS_AUTH;
  opened = new_from_seed (seed);
  sodium_memzero (seed, sizeof seed);
  /* Signing under a public key that is not the seed's would give signatures nobody accepts. */
  if (memcmp (opened->public_key, file->root_public, LAN_KEY_BYTES) != 0) {
    lan_org_key_free (opened);
    return LAN_STATUS_MISMATCH;
  }
  *key = opened;
  return LAN_STATUS_OK;
}

GBytes *
lan_org_key_save (const LanOrgKey *key, const LanKeySlot *slot,
                  const guint8 stretched[LAN_KEY_BYTES], gint64 made_s, const LanRandom *random)
{
  guint8 buf[LAN_ORG_KEY_FILE_BYTES], wrap[LAN_KEY_BYTES];
  guint8 *nonce = buf + FILE_AD;
  LanWriter w;

  if (slot->kind != LAN_KEY_SLOT_PASSPHRASE || lan_key_slot_check (slot) != LAN_STATUS_OK ||
      made_s < 0)
    return NULL;
  lan_writer_init (&w, buf, FILE_AD);
  lan_write_bytes (&w, FILE_MAGIC, 8);
  lan_write_u32 (&w, slot->mem_kib);
  lan_write_u32 (&w, slot->ops);
  lan_write_bytes (&w, slot->salt, sizeof slot->salt);
  lan_write_bytes (&w, key->public_key, sizeof key->public_key);
  lan_write_u64 (&w, (guint64) made_s);
  g_assert (!w.failed && w.len == FILE_AD);
  lan_random_bytes (random, nonce, LAN_KEY_NONCE_BYTES);
  file_key (slot, stretched, wrap);
  crypto_aead_xchacha20poly1305_ietf_encrypt (nonce + LAN_KEY_NONCE_BYTES, NULL, key->seed,
                                              sizeof key->seed, buf, FILE_AD, NULL, nonce, wrap);
  sodium_memzero (wrap, sizeof wrap);
  return g_bytes_new (buf, sizeof buf);
}

/* ---- LSK1 ---- */

GBytes *
lan_server_key_issue (const LanOrgKey *root, const guint8 server_public[LAN_KEY_BYTES], guint64 seq,
                      gint64 time_s)
{
  guint8 buf[LAN_SERVER_KEY_BYTES], sig[LAN_SIGNATURE_BYTES];
  LanOrgId org;
  LanWriter w;

  g_return_val_if_fail (seq >= 1 && time_s >= 0, NULL);
  lan_org_id_of_root (&org, root->public_key);
  lan_writer_init (&w, buf, sizeof buf);
  lan_write_head (&w, "LSK1", 0, 0, 0);
  lan_write_bytes (&w, org.b, sizeof org.b);
  lan_write_bytes (&w, server_public, LAN_KEY_BYTES);
  lan_write_u64 (&w, seq);
  lan_write_u64 (&w, (guint64) time_s);
  lan_org_key_sign (root, LAN_SIGN_SERVER_KEY, buf, w.len, sig);
  lan_write_bytes (&w, sig, sizeof sig);
  g_assert (!w.failed && w.len == sizeof buf);
  return g_bytes_new (buf, w.len);
}

LanStatus
lan_server_key_decode (LanServerKey *key, const guint8 *data, gsize len)
{
  guint8 rest[3];
  LanReader r;
  LanStatus status;

  *key = (LanServerKey){ 0 };
  lan_reader_init (&r, data, len);
  status = lan_read_head (&r, "LSK1", rest);
  if (status != LAN_STATUS_OK)
    return status;
  lan_read_bytes (&r, key->org.b, sizeof key->org.b);
  lan_read_bytes (&r, key->server_public, sizeof key->server_public);
  key->seq = lan_read_u64 (&r);
  key->time_s = lan_read_time (&r);
  status = lan_read_signature_end (&r);
  if (status != LAN_STATUS_OK)
    return status;
  if ((rest[0] | rest[1] | rest[2]) != 0 || key->seq == 0 || key->time_s < 0)
    return LAN_STATUS_MALFORMED;
  return LAN_STATUS_OK;
}

LanStatus
lan_server_key_verify (LanServerKey *key, const guint8 root_public[LAN_KEY_BYTES],
                       const guint8 *data, gsize len)
{
  LanStatus status = lan_server_key_decode (key, data, len);
  LanOrgId org;

  if (status != LAN_STATUS_OK)
    return status;
  lan_org_id_of_root (&org, root_public);
  if (!lan_org_id_equal (&org, &key->org))
    return LAN_STATUS_MISMATCH;
  if (!lan_dh_public_is_sound (key->server_public))
    return LAN_STATUS_AUTH;
  return lan_signature_verify (root_public, LAN_SIGN_SERVER_KEY, data, SIGNED_BYTES,
                               data + SIGNED_BYTES);
}
