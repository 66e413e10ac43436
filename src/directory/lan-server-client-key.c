/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The server's key, renewed (LSK1). What was pinned when joining stays until the organisation's root
 * names another key with a greater number: told over a lane of the old key, or, where the pinned key
 * no longer answers at the address, found there by a look (XX with a throw-away key). A look proves
 * nothing, the signature does: whoever sits in between can repeat what was ever signed, and nothing
 * below the number that is known counts.
 */
#include "lan-server-client-private.h"

#include "lan-org-key.h"

#include <string.h>

#define LOOK_EACH 4 /* of so many tries in a row one looks first: the second, the sixth .. */

gboolean
lan_client_should_look (const LanServerClient *client)
{
  /* Before the first login nothing is known of the number: an old key would be as good as the newest. */
  return client->has_root && client->head != NULL && client->attempts % LOOK_EACH == 2;
}

void
lan_client_load_server_key (LanServerClient *client, const guint8 *data, gsize len)
{
  LanServerKey key;

  if (lan_server_key_decode (&key, data, len) == LAN_STATUS_OK)
    client->key_seq = key.seq;
}

/* Signed by the company, and not older than what is known. */
static gboolean
is_good (const LanServerClient *client, const ProtobufCBinaryData *field, LanServerKey *key)
{
  return client->has_root &&
         lan_server_key_verify (key, client->root_public, field->data, field->len) ==
             LAN_STATUS_OK &&
         (key->seq > client->key_seq ||
          (key->seq == client->key_seq &&
           memcmp (key->server_public, client->server_public, LAN_KEY_BYTES) == 0));
}

static void
take (LanServerClient *client, const LanServerKey *key, const ProtobufCBinaryData *field)
{
  g_autoptr (GBytes) bytes = g_bytes_new (field->data, field->len);
  gboolean is_other = memcmp (key->server_public, client->server_public, LAN_KEY_BYTES) != 0;

  client->key_seq = key->seq;
  memcpy (client->server_public, key->server_public, LAN_KEY_BYTES);
  if (is_other) {
    lan_client_keep_pin (client);
    lan_client_add (client, LAN_SERVER_CLIENT_KEY_RENEWED)->time_s = key->time_s;
  }
  lan_client_keep (client, "server.key", bytes);
}

void
lan_client_on_server_key (LanServerClient *client, const ProtobufCBinaryData *field)
{
  LanServerKey key;

  if (field->len == 0)
    return;
  if (is_good (client, field, &key)) {
    if (key.seq > client->key_seq)
      take (client, &key, field);
  } else if (!client->is_looking) {
    /* Who only stands at the address can say what they like; this one holds the pinned key. */
    lan_client_warn (client, LAN_DIRECTORY_SERVER_KEY, NULL, FALSE, 0, NULL, NULL);
  }
}
