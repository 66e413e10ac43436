/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The server's configuration from any text: taken whole, or refused with a sentence. What is taken is written
 * out as coturn's rules, in which nothing of this host's loopback may ever be allowed.
 */
#include "lan-hub-turn-config.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (LanHubConfig) config = NULL, defaults = NULL;
  g_autofree char *restart = NULL, *turn = NULL, *host = NULL, *template = NULL;
  g_auto (GStrv) uris = NULL;
  g_autoptr (GError) error = NULL;
  guint16 port;

  (void) lan_hub_address_split (text, 24790, &host, &port);
  config = lan_hub_config_parse ("fuzz", text, &error);
  g_assert ((config != NULL) == (error == NULL));
  if (config == NULL) {
    g_assert (*error->message != '\0' && g_utf8_validate (error->message, -1, NULL));
    return 0;
  }
  turn = lan_hub_turn_config (config, "secret", "/nowhere");
  g_assert (strstr (turn, "allowed-peer-ip=127.") == NULL || config->relay_to_relay);
  g_assert (strstr (turn, "denied-peer-ip=0.0.0.0-255.255.255.255\n") != NULL);
  uris = lan_hub_turn_uris (config);
  defaults = lan_hub_config_parse ("defaults", "", NULL);
  restart = lan_hub_config_needs_restart (defaults, config);
  lan_hub_config_keep (config, defaults);
  template = lan_hub_config_template (config->address, config->state, config->organisation);
  return 0;
}
