/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Numeric addresses to and from text, scopes of link-local ones included. Never asks a resolver. */
#include "lan-tcp-lane.h"

#include <net/if.h>
#include <string.h>

GSocketAddress *
lan_socket_address_parse (const char *text, guint16 port)
{
  const char *percent = strchr (text, '%');
  g_autofree char *ip = percent != NULL ? g_strndup (text, (gsize) (percent - text)) : NULL;
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (ip != NULL ? ip : text);
  guint scope = 0;

  if (address == NULL || port == 0)
    return NULL;
  if (percent != NULL) {
    guint64 number;

    if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
      return NULL;
    scope = if_nametoindex (percent + 1);
    if (scope == 0 && g_ascii_string_to_unsigned (percent + 1, 10, 1, G_MAXUINT, &number, NULL))
      scope = (guint) number;
    if (scope == 0)
      return NULL;
  }
  return g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", address, "port", (guint) port,
                       "scope-id", scope, NULL);
}

char *
lan_socket_address_text (GSocketAddress *address, guint16 *port)
{
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
  g_autofree char *ip = g_inet_address_to_string (g_inet_socket_address_get_address (inet));
  guint scope = g_socket_address_get_family (address) == G_SOCKET_FAMILY_IPV6
                    ? g_inet_socket_address_get_scope_id (inet)
                    : 0;
  char name[IF_NAMESIZE];

  if (port != NULL)
    *port = g_inet_socket_address_get_port (inet);
  if (scope == 0)
    return g_steal_pointer (&ip);
  if (if_indextoname (scope, name) == NULL)
    return g_strdup_printf ("%s%%%u", ip, scope);
  return g_strdup_printf ("%s%%%s", ip, name);
}
