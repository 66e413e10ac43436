/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-server-look.h"

#include "lan-chat-text.h"

#include <glib/gi18n.h>

char *
lan_server_look_status (LanServer *server)
{
  const char *address = lan_server_get_address (server);

  switch (lan_server_get_status (server)) {
  case LAN_SERVER_STATUS_JOINING:
    return g_strdup (_ ("Joining…"));
  case LAN_SERVER_STATUS_CONNECTING:
    return g_strdup_printf (_ ("Connecting to %s…"), address);
  case LAN_SERVER_STATUS_ONLINE:
    return g_strdup_printf (_ ("Connected to %s"), address);
  case LAN_SERVER_STATUS_AWAY:
    return g_strdup_printf (_ ("%s does not answer; tried again by itself"), address);
  case LAN_SERVER_STATUS_REFUSED:
    return g_strdup_printf (_ ("%s no longer lets this computer in. Ask your administrator."),
                            address);
  case LAN_SERVER_STATUS_NONE:
  default:
    return g_strdup (_ ("People on your own network need none"));
  }
}

const char *
lan_server_look_quiet (LanServer *server)
{
  switch (lan_server_get_status (server)) {
  case LAN_SERVER_STATUS_AWAY:
    return _ ("The company's server is away. Whoever is near stays reachable.");
  case LAN_SERVER_STATUS_REFUSED:
    return _ ("The company's server no longer lets this computer in.");
  case LAN_SERVER_STATUS_NONE:
  case LAN_SERVER_STATUS_JOINING:
  case LAN_SERVER_STATUS_CONNECTING:
  case LAN_SERVER_STATUS_ONLINE:
  default:
    break;
  }
  if (g_str_equal (lan_server_get_warning_code (server), "stale"))
    return _ ("The company's directory is older than a week.");
  return NULL;
}

const char *
lan_server_look_warning (LanServer *server)
{
  const char *code = lan_server_get_warning_code (server);

  if (g_str_equal (code, "equivocation"))
    return _ ("The company's server shows different people different directories. Somebody may be "
              "passing for a colleague: compare words before you say anything secret, and tell "
              "your administrator.");
  if (g_str_equal (code, "rollback"))
    return _ ("The company's server shows an older directory than before. People who left may "
              "look present: tell your administrator.");
  if (g_str_equal (code, "forged") || g_str_equal (code, "broken"))
    return _ ("The company's server sent entries that the company did not sign. They were not "
              "taken: tell your administrator.");
  if (g_str_equal (code, "server-key"))
    return _ ("The company's server named a key for itself that the company did not sign. It was "
              "not taken: tell your administrator.");
  return NULL;
}

const char *
lan_server_look_join_error (const GError *error)
{
  if (error->domain != LAN_NODE_ERROR)
    return error->message;
  switch ((LanNodeError) error->code) {
  case LAN_NODE_ERROR_INVALID:
    return _ ("This is no invitation link and no address. Copy the whole link, from lanyard:// "
              "to its end.");
  case LAN_NODE_ERROR_SERVER_AWAY:
    return _ ("The server does not answer. Check that this computer is on the company's network, "
              "and try again.");
  case LAN_NODE_ERROR_CREDENTIALS:
    return _ ("The server does not accept this invitation, name or password. Invitations are good "
              "for one computer only and for some days: ask for a new one.");
  case LAN_NODE_ERROR_MISMATCH:
    return _ ("This server has another key than the one you compared. Do not join it; tell your "
              "administrator.");
  case LAN_NODE_ERROR_JOINED:
    return _ ("You belong to a company's server already. Leave it first, in the preferences.");
  case LAN_NODE_ERROR_REFUSED:
    return _ ("The server refuses this account. Ask your administrator.");
  default:
    return error->message;
  }
}

gboolean
lan_server_look_is_invite (const char *text)
{
  g_autofree char *person = lan_chat_text_parse_uri (text);

  return person == NULL && g_ascii_strncasecmp (text, "lanyard://", 10) == 0;
}
