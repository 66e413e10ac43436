/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The account's own papers at the server: the list that this device holds, and the certificates of
 * all active devices, without which the server would not let the others in.
 */
#include "lan-server-client-private.h"

#include <string.h>

void
lan_client_take_server (LanServerClient *client, const LanServerAddress *address,
                        const guint8 *server_public, const guint8 *root_public)
{
  client->is_known = client->is_enrolled = client->is_adopted = TRUE;
  client->address = *address;
  memcpy (client->server_public, server_public, LAN_KEY_BYTES);
  client->has_root = client->root_pinned = root_public != NULL;
  if (root_public != NULL)
    memcpy (client->root_public, root_public, LAN_KEY_BYTES);
}

GBytes *
lan_server_client_make_pin (const LanServerAddress *address, const guint8 *server_public,
                            const guint8 *root_public)
{
  LanServerClient client = { .login = (char *) "", .org_name = (char *) "" };

  lan_client_take_server (&client, address, server_public, root_public);
  return lan_client_encode_pin (&client);
}

static gboolean
contains (GPtrArray *certs, GBytes *cert)
{
  for (guint i = 0; i < certs->len; i++) {
    if (g_bytes_equal (g_ptr_array_index (certs, i), cert))
      return TRUE;
  }
  return FALSE;
}

static gboolean
same (GPtrArray *a, GPtrArray *b)
{
  for (guint i = 0; i < a->len; i++) {
    if (!contains (b, g_ptr_array_index (a, i)))
      return FALSE;
  }
  return a->len == b->len;
}

/* Asking costs the server nothing where it has them all; putting is a transaction. */
static void
compare (LanServerClient *client)
{
  if (client->certs->len > 0)
    lan_server_client_want_papers (client, lan_device_keys_account (client->config.device),
                                   &client->now);
}

void
lan_server_client_set_certs (LanServerClient *client, GPtrArray *certs, const LanTime *now)
{
  client->now = *now;
  if (same (certs, client->certs))
    return;
  g_ptr_array_set_size (client->certs, 0);
  for (guint i = 0; i < certs->len; i++)
    g_ptr_array_add (client->certs, g_bytes_ref (g_ptr_array_index (certs, i)));
  if (client->is_welcome)
    compare (client);
}

void
lan_client_own_welcome (LanServerClient *client, guint32 seq)
{
  guint32 own = lan_client_own_list_seq (client);

  if (own > seq)
    lan_client_put_papers (client);
  else if (own < seq)
    lan_server_client_want_papers (client, lan_device_keys_account (client->config.device),
                                   &client->now);
  else
    compare (client);
}

static gboolean
is_active (const LanDeviceList *list, GBytes *bytes)
{
  LanHash hash;
  LanCert cert;

  lan_cert_hash (&hash, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return lan_cert_decode (&cert, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) ==
             LAN_STATUS_OK &&
         lan_device_list_check_cert (list, &cert.device, &hash) == LAN_STATUS_OK;
}

void
lan_client_own_papers (LanServerClient *client, GBytes *bytes, GPtrArray *certs)
{
  LanDeviceList list;

  if (!g_bytes_equal (bytes, client->config.list) ||
      lan_device_list_decode (&list, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) !=
          LAN_STATUS_OK)
    return;
  for (guint i = 0; i < client->certs->len; i++) {
    GBytes *cert = g_ptr_array_index (client->certs, i);

    if (is_active (&list, cert) && !contains (certs, cert)) {
      lan_client_put_papers (client);
      return;
    }
  }
}

void
lan_client_own_person (LanServerClient *client, const LanAttestation *person)
{
  if (!lan_account_id_equal (&person->account, lan_device_keys_account (client->config.device)) ||
      g_str_equal (person->login, client->login))
    return;
  g_free (client->login);
  client->login = g_strdup (person->login);
  lan_client_keep_pin (client);
}

void
lan_client_own_start (LanServerClient *client)
{
  LanAttestation person;

  if (lan_server_client_find_person (client, lan_device_keys_account (client->config.device),
                                     &person))
    lan_client_own_person (client, &person);
}
