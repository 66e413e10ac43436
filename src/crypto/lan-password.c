/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-password.h"

#include <sodium.h>
#include <string.h>

#define CLIENT_OPS 3
#define CLIENT_MEM (64u * 1024 * 1024)
#define SERVER_OPS 2
#define SERVER_MEM (19u * 1024 * 1024)

G_STATIC_ASSERT (LAN_PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES);

static void
make_salt (guint8 salt[crypto_pwhash_SALTBYTES], const guint8 *server_public, const char *login)
{
  static const char label[] = "LY1 pw";
  crypto_generichash_blake2b_state state;

  crypto_generichash_blake2b_init (&state, NULL, 0, crypto_pwhash_SALTBYTES);
  crypto_generichash_blake2b_update (&state, (const guint8 *) label, sizeof label - 1);
  crypto_generichash_blake2b_update (&state, server_public, LAN_KEY_BYTES);
  crypto_generichash_blake2b_update (&state, (const guint8 *) login, strlen (login));
  crypto_generichash_blake2b_final (&state, salt, crypto_pwhash_SALTBYTES);
}

LanStatus
lan_password_secret (const char *password, const guint8 server_public[LAN_KEY_BYTES],
                     const char *login, guint8 out[LAN_PASSWORD_SECRET_BYTES])
{
  guint8 salt[crypto_pwhash_SALTBYTES];
  gsize len = strlen (password);

  memset (out, 0, LAN_PASSWORD_SECRET_BYTES);
  if (len == 0)
    return LAN_STATUS_MALFORMED;
  if (len > LAN_PASSWORD_MAX)
    return LAN_STATUS_OVERSIZED;
  lan_crypto_init ();
  make_salt (salt, server_public, login);
  if (crypto_pwhash (out, LAN_PASSWORD_SECRET_BYTES, password, len, salt, CLIENT_OPS, CLIENT_MEM,
                     crypto_pwhash_ALG_ARGON2ID13) != 0)
    return LAN_STATUS_LIMIT;
  return LAN_STATUS_OK;
}

LanStatus
lan_password_store (const guint8 secret[LAN_PASSWORD_SECRET_BYTES], char out[LAN_PASSWORD_HASH_MAX])
{
  memset (out, 0, LAN_PASSWORD_HASH_MAX);
  lan_crypto_init ();
  if (crypto_pwhash_str (out, (const char *) secret, LAN_PASSWORD_SECRET_BYTES, SERVER_OPS,
                         SERVER_MEM) != 0)
    return LAN_STATUS_LIMIT;
  return LAN_STATUS_OK;
}

/* The same work as for an account that is there, so that time does not say who has one. */
static void
check_dummy (const guint8 *secret)
{
  static const guint8 salt[crypto_pwhash_SALTBYTES];
  guint8 out[LAN_PASSWORD_SECRET_BYTES];
  int failed = crypto_pwhash (out, sizeof out, (const char *) secret, LAN_PASSWORD_SECRET_BYTES,
                              salt, SERVER_OPS, SERVER_MEM, crypto_pwhash_ALG_ARGON2ID13);

  if (failed == 0)
    sodium_memzero (out, sizeof out);
}

LanStatus
lan_password_check (const char *stored, const guint8 secret[LAN_PASSWORD_SECRET_BYTES],
                    gboolean *outdated)
{
  char text[crypto_pwhash_STRBYTES] = "";

  if (outdated != NULL)
    *outdated = FALSE;
  lan_crypto_init ();
  if (stored == NULL || g_strlcpy (text, stored, sizeof text) >= sizeof text) {
    check_dummy (secret);
    return LAN_STATUS_AUTH;
  }
  if (crypto_pwhash_str_verify (text, (const char *) secret, LAN_PASSWORD_SECRET_BYTES) != 0)
    return LAN_STATUS_AUTH;
  if (outdated != NULL)
    *outdated = crypto_pwhash_str_needs_rehash (text, SERVER_OPS, SERVER_MEM) != 0;
  return LAN_STATUS_OK;
}

/* ---- proof of an enrolment ---- */

static GByteArray *
enrol_bytes (const guint8 *binding, gsize binding_len, const char *login)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, binding, (guint) binding_len);
  g_byte_array_append (bytes, (const guint8 *) login, (guint) strlen (login));
  return bytes;
}

void
lan_enrol_sign (const LanDeviceKeys *device, const guint8 *binding, gsize binding_len,
                const char *login, guint8 sig[LAN_SIGNATURE_BYTES])
{
  g_autoptr (GByteArray) bytes = enrol_bytes (binding, binding_len, login);

  lan_device_keys_sign (device, LAN_SIGN_ENROL, bytes->data, bytes->len, sig);
}

LanStatus
lan_enrol_verify (const guint8 sign_public[LAN_KEY_BYTES], const guint8 *binding, gsize binding_len,
                  const char *login, const guint8 sig[LAN_SIGNATURE_BYTES])
{
  g_autoptr (GByteArray) bytes = enrol_bytes (binding, binding_len, login);

  return lan_signature_verify (sign_public, LAN_SIGN_ENROL, bytes->data, bytes->len, sig);
}
