/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The gate before the handshake, beside a plain count of who is inside: connections of a few addresses come,
 * log in, break rules and go, time passes, limits change. It never counts wrongly, never lets more in than it
 * was told, and forgets who is gone.
 */
#include "lan-bytes.h"
#include "lan-hub-gate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define ADDRESSES 8
#define INSIDE    64

typedef struct {
  guint address;
  gboolean is_finished;
} Inside;

static void
make_key (LanHubGateKey *key, guint n)
{
  struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr = { g_htonl (0x0a000000 + n) } };
  struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

  v6.sin6_addr.s6_addr[0] = 0x20;
  v6.sin6_addr.s6_addr[7] = (guint8) n;
  v6.sin6_addr.s6_addr[15] = (guint8) (n * 7); /* of the same /64: the same address */
  if (n % 2 == 0)
    lan_hub_gate_key (key, (struct sockaddr *) &v4);
  else
    lan_hub_gate_key (key, (struct sockaddr *) &v6);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanHubGateLimits limits = { 4, 3, 12, 20 };
  g_autoptr (LanHubGate) gate = lan_hub_gate_new (&limits);
  Inside inside[INSIDE];
  guint n = 0, unfinished = 0;
  gint64 now = 1;
  LanReader in;

  lan_reader_init (&in, data, size);
  while (lan_reader_left (&in) > 0) {
    guint8 op = lan_read_u8 (&in), what = lan_read_u8 (&in);
    LanHubGateAnswer answer;
    LanHubGateKey key;

    if (op % 5 == 0) {
      make_key (&key, what % ADDRESSES);
      answer = lan_hub_gate_enter (gate, &key, now);
      g_assert (answer < LAN_HUB_GATE_N && *lan_hub_gate_answer_name (answer) != '\0');
      if (answer == LAN_HUB_GATE_OPEN) {
        g_assert (n < INSIDE);
        inside[n++] = (Inside){ what % ADDRESSES, FALSE };
        unfinished++;
        g_assert (n <= limits.connections && unfinished <= limits.unfinished);
      }
    } else if (op % 5 == 1 && n > 0 && !inside[what % n].is_finished) {
      make_key (&key, inside[what % n].address);
      lan_hub_gate_finish (gate, &key);
      inside[what % n].is_finished = TRUE;
      unfinished--;
    } else if (op % 5 == 2 && n > 0) {
      Inside *one = &inside[what % n];

      make_key (&key, one->address);
      lan_hub_gate_leave (gate, &key, one->is_finished, (op & 64) != 0, now);
      unfinished -= !one->is_finished;
      *one = inside[--n];
    } else if (op % 5 == 3) {
      now += (gint64) what * what * 1000;
    } else if (op % 5 == 4) {
      limits = (LanHubGateLimits){ 1 + what % 8, 1 + what % 5, 1 + what % 32, 1 + what % INSIDE };
      lan_hub_gate_set_limits (gate, &limits);
    }
    g_assert (lan_hub_gate_connections (gate) == n && lan_hub_gate_unfinished (gate) == unfinished);
  }
  while (n > 0) {
    LanHubGateKey key;

    make_key (&key, inside[--n].address);
    lan_hub_gate_leave (gate, &key, inside[n].is_finished, FALSE, now);
  }
  g_assert (lan_hub_gate_connections (gate) == 0 && lan_hub_gate_unfinished (gate) == 0);
  g_assert (lan_hub_gate_addresses (gate, now + 10 * G_USEC_PER_SEC) == 0);
  return 0;
}
