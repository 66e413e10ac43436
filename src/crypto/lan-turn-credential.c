/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-turn-credential.h"

#include <string.h>

#define SHA1_BYTES 20

void
lan_turn_credential_make (LanTurnCredential *out, const char *secret, const LanDeviceId *device,
                          gint64 expires_s)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guchar *) secret, strlen (secret));
  g_autofree char *hex = lan_device_id_to_hex (device);
  g_autofree char *text = NULL;
  guint8 digest[SHA1_BYTES];
  gsize len = sizeof digest;

  g_snprintf (out->user, sizeof out->user, "%" G_GINT64_FORMAT ":%s", expires_s, hex);
  g_hmac_update (hmac, (const guchar *) out->user, (gssize) strlen (out->user));
  g_hmac_get_digest (hmac, digest, &len);
  text = g_base64_encode (digest, len);
  g_strlcpy (out->password, text, sizeof out->password);
}
