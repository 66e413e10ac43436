/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Links and typed addresses: what is taken can be written again and means the same. */
#include "lan-base32.h"
#include "lan-invite.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
on_link (const char *text)
{
  LanInvite invite, again;

  if (lan_invite_parse (&invite, text) != LAN_STATUS_OK) {
    g_assert (invite.address.port == 0 && !invite.has_code);
    return;
  }
  g_assert (lan_invite_is_link (text));
  {
    g_autofree char *built = lan_invite_build (&invite);

    g_assert (built != NULL && lan_invite_parse (&again, built) == LAN_STATUS_OK);
    g_assert (memcmp (&invite, &again, sizeof invite) == 0);
  }
}

static void
on_address (const char *text)
{
  LanServerAddress address, again;

  if (lan_server_address_parse (&address, text, 24790) != LAN_STATUS_OK)
    return;
  {
    g_autofree char *written = lan_server_address_format (&address);

    g_assert (address.port != 0);
    g_assert (lan_server_address_parse (&again, written, 1) == LAN_STATUS_OK);
    g_assert (strcmp (address.host, again.host) == 0 && address.port == again.port);
  }
}

static void
on_base32 (const char *text)
{
  guint8 bytes[32];

  for (gsize len = 0; len <= sizeof bytes; len++) {
    if (lan_base32_decode (text, -1, bytes, len)) {
      g_autofree char *again = lan_base32_encode (bytes, len);

      g_assert (g_ascii_strcasecmp (again, text) == 0);
    }
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  const guint8 key[LAN_KEY_BYTES] = { 1 };

  on_link (text);
  on_address (text);
  on_base32 (text);
  (void) !lan_server_words_match (key, text);
  return 0;
}
