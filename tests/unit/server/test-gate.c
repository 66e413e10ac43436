/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-server.h"

#include "lan-hub-gate.h"

#include <arpa/inet.h>
#include <string.h>

#define SECOND G_GINT64_CONSTANT (1000000)

static const LanHubGateLimits limits = {
  .handshakes = 4, .failures = 3, .unfinished = 6, .connections = 8
};

static LanHubGateKey
key4 (const char *text)
{
  struct sockaddr_in in = { .sin_family = AF_INET };
  LanHubGateKey key;

  g_assert_cmpint (inet_pton (AF_INET, text, &in.sin_addr), ==, 1);
  lan_hub_gate_key (&key, (struct sockaddr *) &in);
  return key;
}

static LanHubGateKey
key6 (const char *text)
{
  struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
  LanHubGateKey key;

  g_assert_cmpint (inet_pton (AF_INET6, text, &in6.sin6_addr), ==, 1);
  lan_hub_gate_key (&key, (struct sockaddr *) &in6);
  return key;
}

static void
test_keys (void)
{
  LanHubGateKey a = key6 ("2001:db8:1:2::1"), b = key6 ("2001:db8:1:2:ffff::9");
  LanHubGateKey c = key6 ("2001:db8:1:3::1"), d = key4 ("10.0.0.1"), e = key6 ("::ffff:10.0.0.1");

  g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
  g_assert_true (memcmp (&a, &c, sizeof a) != 0);
  g_assert_cmpmem (&d, sizeof d, &e, sizeof e);
}

static void
test_unfinished (void)
{
  g_autoptr (LanHubGate) gate = lan_hub_gate_new (&limits);
  LanHubGateKey a = key4 ("10.0.0.1"), b = key4 ("10.0.0.2"), c = key4 ("10.0.0.3");

  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (lan_hub_gate_enter (gate, &a, 0), ==, LAN_HUB_GATE_OPEN);
  g_assert_cmpint (lan_hub_gate_enter (gate, &a, 0), ==, LAN_HUB_GATE_ADDRESS);
  g_assert_cmpint (lan_hub_gate_enter (gate, &b, 0), ==, LAN_HUB_GATE_OPEN);
  g_assert_cmpint (lan_hub_gate_enter (gate, &b, 0), ==, LAN_HUB_GATE_OPEN);
  g_assert_cmpint (lan_hub_gate_enter (gate, &c, 0), ==, LAN_HUB_GATE_TOTAL);

  /* Who has logged in does not count any more, but for the total of connections. */
  lan_hub_gate_finish (gate, &a);
  lan_hub_gate_finish (gate, &a);
  g_assert_cmpuint (lan_hub_gate_unfinished (gate), ==, 4);
  g_assert_cmpint (lan_hub_gate_enter (gate, &a, 0), ==, LAN_HUB_GATE_OPEN);
  g_assert_cmpint (lan_hub_gate_enter (gate, &c, 0), ==, LAN_HUB_GATE_OPEN);
  g_assert_cmpint (lan_hub_gate_enter (gate, &c, 0), ==, LAN_HUB_GATE_FULL);
  lan_hub_gate_leave (gate, &a, TRUE, FALSE, 0);
  g_assert_cmpuint (lan_hub_gate_connections (gate), ==, 7);
  g_assert_cmpuint (lan_hub_gate_unfinished (gate), ==, 6);
}

static void
test_failures (void)
{
  g_autoptr (LanHubGate) gate = lan_hub_gate_new (&limits);
  LanHubGateKey a = key4 ("10.0.0.1"), b = key4 ("10.0.0.2");
  gint64 now = 100 * SECOND;

  for (guint i = 0; i < 3; i++) {
    g_assert_cmpint (lan_hub_gate_enter (gate, &a, now), ==, LAN_HUB_GATE_OPEN);
    lan_hub_gate_leave (gate, &a, FALSE, TRUE, now);
  }
  g_assert_cmpint (lan_hub_gate_enter (gate, &a, now), ==, LAN_HUB_GATE_FAILURES);
  g_assert_cmpint (lan_hub_gate_enter (gate, &b, now), ==, LAN_HUB_GATE_OPEN);
  g_assert_cmpint (lan_hub_gate_enter (gate, &a, now + SECOND), ==, LAN_HUB_GATE_OPEN);
  lan_hub_gate_leave (gate, &a, FALSE, FALSE, now + SECOND);
  lan_hub_gate_leave (gate, &b, FALSE, FALSE, now + SECOND);
  g_assert_cmpuint (lan_hub_gate_addresses (gate, now + 3 * SECOND), ==, 0);
  g_assert_cmpuint (lan_hub_gate_connections (gate), ==, 0);
}

/* A flood from ever new addresses is forgotten. */
static void
test_memory (void)
{
  g_autoptr (LanHubGate) gate = lan_hub_gate_new (&limits);
  gint64 now = SECOND;

  for (guint i = 0; i < 300000; i++) {
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = i * 2654435761u };
    LanHubGateKey key;

    lan_hub_gate_key (&key, (struct sockaddr *) &in);
    now += 20; /* 50,000 a second */
    g_assert_cmpint (lan_hub_gate_enter (gate, &key, now), ==, LAN_HUB_GATE_OPEN);
    lan_hub_gate_leave (gate, &key, FALSE, TRUE, now);
  }
  g_assert_cmpuint (lan_hub_gate_addresses (gate, now), <=, 65536 + 6);
  g_assert_cmpuint (lan_hub_gate_addresses (gate, now + 2 * SECOND), ==, 0);
}

void
add_gate_tests (void)
{
  g_test_add_func ("/server/gate/keys", test_keys);
  g_test_add_func ("/server/gate/unfinished", test_unfinished);
  g_test_add_func ("/server/gate/failures", test_failures);
  g_test_add_func ("/server/gate/memory", test_memory);
}
