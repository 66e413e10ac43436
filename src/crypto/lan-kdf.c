/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-kdf.h"

#include <sodium.h>
#include <string.h>

const char *
lan_kdf_label_text (LanKdfLabel label)
{
  static const char *const texts[] = {
#define X(name, text) text,
    LAN_KDF_LIST (X)
#undef X
  };

  return (guint) label < G_N_ELEMENTS (texts) ? texts[label] : "";
}

void
lan_kdf (guint8 *out, gsize out_len, const guint8 key[LAN_KEY_BYTES], LanKdfLabel label,
         const void *context, gsize context_len)
{
  guint8 personal[crypto_generichash_blake2b_PERSONALBYTES] = { 0 };
  const char *text = lan_kdf_label_text (label);

  g_return_if_fail (*text != '\0' && strlen (text) <= sizeof personal);
  g_return_if_fail (out_len >= 16 && out_len <= crypto_generichash_blake2b_BYTES_MAX);
  memcpy (personal, text, strlen (text));
  crypto_generichash_blake2b_salt_personal (out, out_len, context, context_len, key, LAN_KEY_BYTES,
                                            NULL, personal);
}
