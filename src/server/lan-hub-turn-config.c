/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-turn-config.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

/* "10.1.0.0/16" as "10.1.0.0-10.1.255.255", which is what coturn wants. */
static char *
range_of (const char *subnet)
{
  g_auto (GStrv) parts = g_strsplit (subnet, "/", 2);
  char first[INET_ADDRSTRLEN], last[INET_ADDRSTRLEN];
  guint64 bits = 32;
  struct in_addr a;
  guint32 low, mask;

  if (inet_pton (AF_INET, parts[0], &a) != 1 ||
      (parts[1] != NULL && !g_ascii_string_to_unsigned (parts[1], 10, 0, 32, &bits, NULL)))
    return NULL;
  mask = bits == 0 ? 0 : (guint32) (0xffffffffu << (32 - bits));
  low = g_ntohl (a.s_addr) & mask;
  a.s_addr = g_htonl (low);
  inet_ntop (AF_INET, &a, first, sizeof first);
  a.s_addr = g_htonl (low | ~mask);
  inet_ntop (AF_INET, &a, last, sizeof last);
  return g_strconcat (first, "-", last, NULL);
}

/*
 * In coturn an allowed range wins over a denied one, so what is denied inside an allowed range must be
 * cut out of it.
 */
typedef struct {
  guint32 low, high;
} Range;

static gboolean
read_range (const char *subnet, Range *range)
{
  g_autofree char *text = range_of (subnet);
  g_auto (GStrv) ends = text != NULL ? g_strsplit (text, "-", 2) : NULL;
  struct in_addr a, b;

  if (ends == NULL || inet_pton (AF_INET, ends[0], &a) != 1 ||
      inet_pton (AF_INET, ends[1], &b) != 1)
    return FALSE;
  *range = (Range){ g_ntohl (a.s_addr), g_ntohl (b.s_addr) };
  return TRUE;
}

static void
cut_out (GArray *allowed, Range hole)
{
  for (guint i = 0; i < allowed->len;) {
    Range r = g_array_index (allowed, Range, i);

    if (hole.high < r.low || hole.low > r.high) {
      i++;
      continue;
    }
    g_array_remove_index (allowed, i);
    if (hole.low > r.low)
      g_array_insert_vals (allowed, i++, &(Range){ r.low, hole.low - 1 }, 1);
    if (hole.high < r.high)
      g_array_insert_vals (allowed, i++, &(Range){ hole.high + 1, r.high }, 1);
  }
}

static void
cut_own_addresses (GArray *allowed)
{
  struct ifaddrs *list = NULL;

  if (getifaddrs (&list) != 0)
    return;
  for (struct ifaddrs *i = list; i != NULL; i = i->ifa_next)
    if (i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET) {
      guint32 own = g_ntohl (((struct sockaddr_in *) i->ifa_addr)->sin_addr.s_addr);

      cut_out (allowed, (Range){ own, own });
    }
  freeifaddrs (list);
}

/* Never, whatever the configuration allows: this host, link-local, multicast. */
static const char *const never[] = { "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3",
                                     NULL };

static GArray *
allowed_ranges (const LanHubConfig *config)
{
  GArray *allowed = g_array_new (FALSE, FALSE, sizeof (Range));
  Range range;

  for (char **subnet = config->relay_allow; *subnet != NULL; subnet++)
    if (read_range (*subnet, &range))
      g_array_append_val (allowed, range);
  for (guint i = 0; never[i] != NULL; i++)
    if (read_range (never[i], &range))
      cut_out (allowed, range);
  for (char **subnet = config->relay_deny; *subnet != NULL; subnet++)
    if (read_range (*subnet, &range))
      cut_out (allowed, range);
  cut_own_addresses (allowed);
  return allowed;
}

static void
add_range (GString *text, const char *key, Range range)
{
  char low[INET_ADDRSTRLEN], high[INET_ADDRSTRLEN];
  struct in_addr a = { g_htonl (range.low) }, b = { g_htonl (range.high) };

  inet_ntop (AF_INET, &a, low, sizeof low);
  inet_ntop (AF_INET, &b, high, sizeof high);
  g_string_append_printf (text, "%s=%s-%s\n", key, low, high);
}

/* (transfer full): the addresses on which it relays: as configured, or all of this host, IPv4. */
static GPtrArray *
relay_addresses (const LanHubConfig *config)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  struct ifaddrs *list = NULL;

  for (char **address = config->relay_listen; *address != NULL; address++)
    g_ptr_array_add (found, g_strdup (*address));
  if (found->len > 0 || getifaddrs (&list) != 0)
    return found;
  for (struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
    char ip[INET_ADDRSTRLEN];

    if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET || (i->ifa_flags & IFF_UP) == 0 ||
        (i->ifa_flags & IFF_LOOPBACK) != 0)
      continue;
    inet_ntop (AF_INET, &((struct sockaddr_in *) i->ifa_addr)->sin_addr, ip, sizeof ip);
    g_ptr_array_add (found, g_strdup (ip));
  }
  freeifaddrs (list);
  return found;
}

char *
lan_hub_turn_config (const LanHubConfig *config, const char *secret, const char *state)
{
  GString *text = g_string_new ("# Written by lanyard-server at each start: changes are lost.\n");
  g_autoptr (GArray) allowed = allowed_ranges (config);
  g_autoptr (GPtrArray) own = relay_addresses (config);

  for (guint i = 0; i < own->len; i++) /* coturn would take IPv6 addresses too */
    g_string_append_printf (text, "listening-ip=%s\nrelay-ip=%s\n", (char *) own->pdata[i],
                            (char *) own->pdata[i]);
  g_string_append_printf (
      text,
      "listening-port=%d\nmin-port=%d\nmax-port=%d\n"
      "realm=lanyard\nfingerprint\nuse-auth-secret\nstatic-auth-secret=%s\n"
      "stale-nonce=600\nuser-quota=%d\ntotal-quota=%d\nmax-bps=%" G_GUINT64_FORMAT "\n"
      "no-tcp-relay\nno-multicast-peers\nno-cli\nno-tls\nno-dtls\nno-rfc5780\nno-software-"
      "attribute\n"
      "no-stdout-log\nsimple-log\nlog-file=%s/turnserver.log\npidfile=%s/turnserver.pid\n"
      "userdb=%s/turnserver.db\n",
      (int) config->relay_port, (int) config->relay_port_min, (int) config->relay_port_max, secret,
      (int) config->relay_user_quota, (int) config->relay_total_quota, config->relay_bps, state,
      state, state);
  /* All is denied; coturn 4.6.1 lets mapped addresses past rules for IPv4, so each way is closed. */
  g_string_append (text, "denied-peer-ip=0.0.0.0-255.255.255.255\n"
                         "denied-peer-ip=::ffff:0.0.0.0-::ffff:255.255.255.255\n"
                         "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n");
  for (guint i = 0; i < allowed->len; i++)
    add_range (text, "allowed-peer-ip", g_array_index (allowed, Range, i));
  /* Each end has its relayed address here; coturn has no rules for ports. */
  for (guint i = 0; config->relay_to_relay && i < own->len; i++)
    g_string_append_printf (text, "allowed-peer-ip=%s\n", (char *) own->pdata[i]);
  return g_string_free (text, FALSE);
}

char **
lan_hub_turn_uris (const LanHubConfig *config)
{
  g_autoptr (GStrvBuilder) uris = g_strv_builder_new ();
  g_autofree char *host = NULL;
  guint16 port;

  if (*config->relay_address != '\0')
    host = g_strdup (config->relay_address);
  else if (!lan_hub_address_split (config->address, LAN_HUB_PORT, &host, &port))
    host = g_strdup (g_get_host_name ());
  {
    g_autofree char *udp =
        g_strdup_printf ("turn:%s:%d?transport=udp", host, (int) config->relay_port);
    g_autofree char *tcp =
        g_strdup_printf ("turn:%s:%d?transport=tcp", host, (int) config->relay_port);
    g_autofree char *stun = g_strdup_printf ("stun:%s:%d", host, (int) config->relay_port);

    g_strv_builder_add_many (uris, stun, udp, tcp, NULL);
  }
  return g_strv_builder_end (uris);
}
