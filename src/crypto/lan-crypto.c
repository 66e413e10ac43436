/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-crypto.h"

#include "lan-crypto-private.h"

#include <sodium.h>
#include <string.h>

void
lan_crypto_init (void)
{
  /* libsodium makes this call safe on any thread and cheap when it was done before. */
  if (sodium_init () < 0)
    g_error ("libsodium cannot start on this machine");
}

const char *
lan_sign_tag_text (LanSignTag tag)
{
  static const char *const texts[] = {
#define X(name, text) text,
    LAN_SIGN_LIST (X)
#undef X
  };

  return (guint) tag < G_N_ELEMENTS (texts) ? texts[tag] : "";
}

gpointer
lan_guarded_new (gsize size)
{
  gpointer p;

  lan_crypto_init ();
  p = sodium_malloc (size);
  if (p == NULL)
    g_error ("no memory for a key");
  memset (p, 0, size);
  return p;
}

void
lan_sign_tagged (const guint8 *secret, LanSignTag tag, const guint8 *data, gsize len,
                 guint8 sig[LAN_SIGNATURE_BYTES])
{
  const char *text = lan_sign_tag_text (tag);
  gsize text_len = strlen (text);
  g_autofree guint8 *heap = NULL;
  guint8 stack[1024];
  guint8 *message = stack;

  if (len > sizeof stack - text_len)
    message = heap = g_malloc (text_len + len);
  memcpy (message, text, text_len);
  if (len > 0)
    memcpy (message + text_len, data, len);
  crypto_sign_detached (sig, NULL, message, text_len + len, secret);
}

LanStatus
lan_signature_verify (const guint8 public_key[LAN_KEY_BYTES], LanSignTag tag, const guint8 *data,
                      gsize len, const guint8 sig[LAN_SIGNATURE_BYTES])
{
  const char *text = lan_sign_tag_text (tag);
  gsize text_len = strlen (text);
  g_autofree guint8 *heap = NULL;
  guint8 stack[1024];
  guint8 *message = stack;

  if (text_len == 0)
    return LAN_STATUS_AUTH;
  /* Plain Ed25519 (not the pre-hashed form) wants the message in one piece. */
  if (len > sizeof stack - text_len)
    message = heap = g_malloc (text_len + len);
  memcpy (message, text, text_len);
  if (len > 0)
    memcpy (message + text_len, data, len);
  if (crypto_sign_verify_detached (sig, message, text_len + len, public_key) != 0)
    return LAN_STATUS_AUTH;
  return LAN_STATUS_OK;
}

void
lan_hash_n (guint8 *out, gsize out_len, const void *data, gsize len)
{
  g_return_if_fail (out_len >= 1 && out_len <= crypto_generichash_blake2b_BYTES_MAX);
  crypto_generichash_blake2b (out, out_len, data, len, NULL, 0);
}

void
lan_hash_256 (LanHash *out, const void *data, gsize len)
{
  lan_hash_n (out->b, sizeof out->b, data, len);
}

void
lan_hash_256_two (LanHash *out, const void *a, gsize a_len, const void *b, gsize b_len)
{
  crypto_generichash_blake2b_state state;

  crypto_generichash_blake2b_init (&state, NULL, 0, sizeof out->b);
  crypto_generichash_blake2b_update (&state, a, a_len);
  crypto_generichash_blake2b_update (&state, b, b_len);
  crypto_generichash_blake2b_final (&state, out->b, sizeof out->b);
}

void
lan_conversation_id_of_pair (LanConversationId *out, const LanAccountId *a, const LanAccountId *b)
{
  guint8 both[2 * LAN_ACCOUNT_ID_BYTES];
  gboolean a_first = memcmp (a, b, sizeof *a) <= 0;

  memcpy (both, a_first ? a : b, LAN_ACCOUNT_ID_BYTES);
  memcpy (both + LAN_ACCOUNT_ID_BYTES, a_first ? b : a, LAN_ACCOUNT_ID_BYTES);
  lan_hash_n (out->b, sizeof out->b, both, sizeof both);
}

gboolean
lan_secret_equal (const void *a, const void *b, gsize len)
{
  return sodium_memcmp (a, b, len) == 0;
}

void
lan_secret_wipe (void *bytes, gsize len)
{
  sodium_memzero (bytes, len);
}

void
lan_write_head (LanWriter *w, const char *magic, guint8 a, guint8 b, guint8 c)
{
  lan_write_bytes (w, magic, 4);
  lan_write_u8 (w, LAN_LAYOUT_VERSION);
  lan_write_u8 (w, a);
  lan_write_u8 (w, b);
  lan_write_u8 (w, c);
}

LanStatus
lan_read_head (LanReader *r, const char *magic, guint8 bytes[3])
{
  guint8 got[4], version;

  lan_read_bytes (r, got, sizeof got);
  version = lan_read_u8 (r);
  lan_read_bytes (r, bytes, 3);
  if (r->failed)
    return LAN_STATUS_TRUNCATED;
  if (memcmp (got, magic, sizeof got) != 0)
    return LAN_STATUS_MALFORMED;
  return version == LAN_LAYOUT_VERSION ? LAN_STATUS_OK : LAN_STATUS_VERSION;
}

LanStatus
lan_read_signature_end (LanReader *r)
{
  lan_read_span (r, LAN_SIGNATURE_BYTES);
  if (r->failed)
    return LAN_STATUS_TRUNCATED;
  return lan_reader_done (r) ? LAN_STATUS_OK : LAN_STATUS_OVERSIZED;
}

gint64
lan_read_time (LanReader *r)
{
  guint64 t = lan_read_u64 (r);

  return t <= G_MAXINT64 ? (gint64) t : -1;
}
