/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-page-seal.h"

#include "lan-bytes.h"

#include <sodium.h>
#include <string.h>

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES   crypto_aead_xchacha20poly1305_ietf_ABYTES
#define AD_BYTES    16

G_STATIC_ASSERT (NONCE_BYTES + TAG_BYTES == LAN_PAGE_TRAILER_BYTES);
G_STATIC_ASSERT (crypto_aead_xchacha20poly1305_ietf_KEYBYTES == LAN_PAGE_KEY_BYTES);

struct _LanPageSeal {
  guint8 *key; /* sodium_malloc; NULL: an open seal */
};

LanPageSeal *
lan_page_seal_new (const guint8 *key)
{
  LanPageSeal *seal = g_new0 (LanPageSeal, 1);
  guint8 salt[crypto_generichash_blake2b_SALTBYTES] = { 0 };
  guint8 label[crypto_generichash_blake2b_PERSONALBYTES] = "LY1-db";

  if (sodium_init () < 0)
    g_error ("libsodium does not start");
  seal->key = sodium_malloc (LAN_PAGE_KEY_BYTES);
  if (seal->key == NULL)
    g_error ("no memory for the database key");
  /* SECURITY 1.5: KDF (key, "LY1-db", ""). */
  if (crypto_generichash_blake2b_salt_personal (seal->key, LAN_PAGE_KEY_BYTES, NULL, 0, key,
                                                LAN_PAGE_KEY_BYTES, salt, label) != 0)
    g_error ("libsodium does not hash");
  sodium_mprotect_readonly (seal->key);
  return seal;
}

LanPageSeal *
lan_page_seal_new_open (void)
{
  return g_new0 (LanPageSeal, 1);
}

void
lan_page_seal_free (LanPageSeal *seal)
{
  if (seal == NULL)
    return;
  sodium_free (seal->key);
  g_free (seal);
}

/* kind 1 | zeros 7 | offset 8 */
static void
fill_ad (guint8 *ad, LanPageKind kind, guint64 offset)
{
  LanWriter w;

  lan_writer_init (&w, ad, AD_BYTES);
  lan_write_u64 (&w, kind);
  lan_write_u64 (&w, offset);
}

void
lan_page_seal_close (const LanPageSeal *seal, LanPageKind kind, guint64 offset, const guint8 *plain,
                     gsize len, guint8 *sealed, guint8 *trailer)
{
  guint8 ad[AD_BYTES];

  if (seal->key == NULL) {
    memmove (sealed, plain, len);
    memset (trailer, 0, LAN_PAGE_TRAILER_BYTES);
    return;
  }
  fill_ad (ad, kind, offset);
  randombytes_buf (trailer, NONCE_BYTES);
  crypto_aead_xchacha20poly1305_ietf_encrypt_detached (
      sealed, trailer + NONCE_BYTES, NULL, plain, len, ad, sizeof ad, NULL, trailer, seal->key);
}

gboolean
lan_page_seal_open (const LanPageSeal *seal, LanPageKind kind, guint64 offset, const guint8 *sealed,
                    gsize len, const guint8 *trailer, guint8 *plain)
{
  guint8 ad[AD_BYTES];

  if (seal->key == NULL) {
    memmove (plain, sealed, len);
    return TRUE;
  }
  fill_ad (ad, kind, offset);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached (
          plain, NULL, sealed, len, trailer + NONCE_BYTES, ad, sizeof ad, trailer, seal->key) == 0)
    return TRUE;
  memset (plain, 0, len);
  return FALSE;
}
