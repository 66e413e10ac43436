/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The person's other devices and the server: it is shown their certificates, and they are told which
 * server it is, so that all log in, each with its own key, once one of them has joined.
 */
#include "lan-engine-devices.h"
#include "lan-engine-server-private.h"
#include "lan-engine-store.h"

#include <string.h>

void
lan_engine_server_set_certs (LanEngine *engine)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  GBytes *certs[LAN_DEVICE_LIST_MAX];
  guint n;

  if (engine->server == NULL)
    return;
  n = lan_core_get_own_certs (engine->core, certs, LAN_DEVICE_LIST_MAX);
  for (guint i = 1; i < n; i++) /* the first is this device's */
    g_ptr_array_add (others, certs[i]);
  lan_server_client_set_certs (engine->server->client, others, &engine->now);
  lan_engine_touch (engine);
}

void
lan_engine_server_on_own_papers (LanEngine *engine, const LanServerClientAction *action)
{
  const LanDeviceId *self = lan_device_keys_id (lan_vault_device (engine->vault));
  LanDeviceId from = { { 0 } };

  for (guint i = 0; i < action->papers.certs->len; i++) {
    GBytes *bytes = g_ptr_array_index (action->papers.certs, i);
    LanCert cert;

    if (lan_cert_decode (&cert, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) !=
            LAN_STATUS_OK ||
        lan_device_id_equal (&cert.device, self))
      continue;
    from = cert.device;
    lan_core_add_own_cert (engine->core, bytes);
  }
  lan_engine_devices_on_list (engine, action->papers.list, &from);
}

char *
lan_engine_server_link (LanEngine *engine)
{
  LanServerClientInfo info;
  LanInvite invite = { { { 0 } } };

  if (engine->server == NULL || !lan_server_client_is_joined (engine->server->client))
    return NULL;
  lan_server_client_get_info (engine->server->client, &info);
  invite.address = info.address;
  memcpy (invite.server_public, info.server_public, LAN_KEY_BYTES);
  invite.has_root = TRUE;
  memcpy (invite.root_public, info.root_public, LAN_KEY_BYTES);
  return lan_invite_build (&invite);
}

void
lan_engine_server_tell_devices (LanEngine *engine)
{
  g_autofree char *link = lan_engine_server_link (engine);

  if (link != NULL)
    lan_core_set_own_setting (engine->core, LAN_SETTING_SERVER, link, &engine->now);
}

void
lan_engine_server_adopt (LanEngine *engine, const char *link)
{
  LanInvite invite;

  if (engine->server == NULL || lan_engine_server_is_joining (engine) ||
      lan_invite_parse (&invite, link) != LAN_STATUS_OK)
    return;
  if (lan_server_client_adopt (engine->server->client, &invite.address, invite.server_public,
                               invite.has_root ? invite.root_public : NULL,
                               &engine->now) == LAN_STATUS_OK)
    engine->server->must_tell = TRUE;
  lan_engine_touch (engine);
}

void
lan_engine_server_keep_link (LanEngine *engine, const char *link)
{
  g_autoptr (GBytes) pin = NULL;
  LanInvite invite;
  gsize len;
  const char *data;

  if (lan_invite_parse (&invite, link) != LAN_STATUS_OK)
    return;
  pin = lan_server_client_make_pin (&invite.address, invite.server_public,
                                    invite.has_root ? invite.root_public : NULL);
  data = g_bytes_get_data (pin, &len);
  lan_engine_store_put (engine->stores, "server", "pin", data, len);
}
