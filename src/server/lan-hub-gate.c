/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-gate.h"

#include <netinet/in.h>
#include <string.h>

#define SECOND_US     G_GINT64_CONSTANT (1000000)
#define ADDRESSES_MAX 65536 /* remembered; above it only those that are needed */

typedef struct {
  LanHubGateKey key;
  guint unfinished;
  guint failures; /* since window_us */
  gint64 window_us;
} Address;

struct _LanHubGate {
  LanHubGateLimits limits;
  GHashTable *addresses; /* Address, its own key */
  guint unfinished;
  guint connections;
  gint64 swept_us;
};

static guint
key_hash (gconstpointer data)
{
  const guint8 *b = data;
  guint32 w[4];

  memcpy (w, b, sizeof w);
  return (w[0] * 0x9e3779b1u) ^ (w[1] * 0x85ebca6bu) ^ (w[2] * 0xc2b2ae35u) ^ (w[3] * 0x27d4eb2fu);
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (LanHubGateKey)) == 0;
}

void
lan_hub_gate_key (LanHubGateKey *key, const struct sockaddr *address)
{
  memset (key, 0, sizeof *key);
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *) address;

    key->b[10] = key->b[11] = 0xff;
    memcpy (key->b + 12, &in->sin_addr, 4);
  } else if (address->sa_family == AF_INET6) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) address;

    memcpy (key->b, &in6->sin6_addr, IN6_IS_ADDR_V4MAPPED (&in6->sin6_addr) ? 16 : 8);
  }
}

const char *
lan_hub_gate_answer_name (LanHubGateAnswer answer)
{
  static const char *const names[] = { "open", "address", "failures", "total", "full" };

  return answer < LAN_HUB_GATE_N ? names[answer] : "unknown";
}

LanHubGate *
lan_hub_gate_new (const LanHubGateLimits *limits)
{
  LanHubGate *gate = g_new0 (LanHubGate, 1);

  gate->limits = *limits;
  gate->addresses = g_hash_table_new_full (key_hash, key_equal, NULL, g_free);
  return gate;
}

void
lan_hub_gate_free (LanHubGate *gate)
{
  if (gate == NULL)
    return;
  g_hash_table_unref (gate->addresses);
  g_free (gate);
}

void
lan_hub_gate_set_limits (LanHubGate *gate, const LanHubGateLimits *limits)
{
  gate->limits = *limits;
}

static void
sweep (LanHubGate *gate, gint64 now_us)
{
  GHashTableIter iter;
  gpointer value;

  if (now_us - gate->swept_us < SECOND_US)
    return;
  gate->swept_us = now_us;
  g_hash_table_iter_init (&iter, gate->addresses);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Address *a = value;

    if (a->unfinished == 0 && now_us - a->window_us >= SECOND_US)
      g_hash_table_iter_remove (&iter);
  }
}

static Address *
get_address (LanHubGate *gate, const LanHubGateKey *key)
{
  Address *a = g_hash_table_lookup (gate->addresses, key);

  if (a == NULL) {
    a = g_new0 (Address, 1);
    a->key = *key;
    g_hash_table_insert (gate->addresses, &a->key, a);
  }
  return a;
}

LanHubGateAnswer
lan_hub_gate_enter (LanHubGate *gate, const LanHubGateKey *key, gint64 now_us)
{
  Address *a;

  sweep (gate, now_us);
  if (gate->connections >= gate->limits.connections)
    return LAN_HUB_GATE_FULL;
  if (gate->unfinished >= gate->limits.unfinished)
    return LAN_HUB_GATE_TOTAL;
  a = get_address (gate, key);
  if (a->unfinished >= gate->limits.handshakes)
    return LAN_HUB_GATE_ADDRESS;
  if (now_us - a->window_us < SECOND_US && a->failures >= gate->limits.failures)
    return LAN_HUB_GATE_FAILURES;
  a->unfinished++;
  gate->unfinished++;
  gate->connections++;
  return LAN_HUB_GATE_OPEN;
}

static void
one_less (LanHubGate *gate, const LanHubGateKey *key)
{
  Address *a = g_hash_table_lookup (gate->addresses, key);

  if (a == NULL || a->unfinished == 0)
    return;
  a->unfinished--;
  gate->unfinished--;
  if (a->unfinished == 0 && a->window_us == 0)
    g_hash_table_remove (gate->addresses, key);
}

void
lan_hub_gate_finish (LanHubGate *gate, const LanHubGateKey *key)
{
  one_less (gate, key);
}

void
lan_hub_gate_leave (LanHubGate *gate, const LanHubGateKey *key, gboolean was_finished,
                    gboolean failed, gint64 now_us)
{
  if (gate->connections > 0)
    gate->connections--;
  if (failed) {
    Address *a = get_address (gate, key);

    if (now_us - a->window_us >= SECOND_US) {
      a->window_us = 0;
      a->failures = 0;
    }
    /* With so many failing, one more to remember would not help. */
    if (a->window_us == 0 && g_hash_table_size (gate->addresses) <= ADDRESSES_MAX)
      a->window_us = now_us;
    a->failures++;
  }
  if (!was_finished)
    one_less (gate, key);
  sweep (gate, now_us);
}

guint
lan_hub_gate_unfinished (const LanHubGate *gate)
{
  return gate->unfinished;
}

guint
lan_hub_gate_connections (const LanHubGate *gate)
{
  return gate->connections;
}

guint
lan_hub_gate_addresses (LanHubGate *gate, gint64 now_us)
{
  sweep (gate, now_us);
  return g_hash_table_size (gate->addresses);
}
