/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-gate.h"
#include "link-fixture.h"

#include <string.h>

static const guint8 *
address (guint32 n)
{
  static guint8 bytes[LAN_GATE_ADDRESS_BYTES];

  memset (bytes, 0, sizeof bytes);
  memcpy (bytes, &n, sizeof n);
  return bytes;
}

static void
test_unfinished (void)
{
  g_autoptr (LanGate) gate = lan_gate_new (3, 10, 5);

  for (guint i = 0; i < 3; i++)
    g_assert_true (lan_gate_enter (gate, address (1), 0));
  g_assert_false (lan_gate_enter (gate, address (1), 0));
  g_assert_true (lan_gate_enter (gate, address (2), 0));
  g_assert_true (lan_gate_enter (gate, address (3), 0));
  g_assert_false (lan_gate_enter (gate, address (4), 0)); /* in all */
  lan_gate_leave (gate, address (1), FALSE, 0);
  /* Those who finished do not count: an office behind one address goes on coming in. */
  for (guint i = 0; i < 1000; i++) {
    g_assert_true (lan_gate_enter (gate, address (1), 0));
    lan_gate_leave (gate, address (1), FALSE, 0);
  }
  g_assert_cmpuint (lan_gate_unfinished (gate), ==, 4);
}

static void
test_failures (void)
{
  g_autoptr (LanGate) gate = lan_gate_new (32, 10, 512);
  gint64 now_us = 0;

  for (guint i = 0; i < 10; i++) {
    g_assert_true (lan_gate_enter (gate, address (1), now_us));
    lan_gate_leave (gate, address (1), TRUE, now_us);
  }
  g_assert_false (lan_gate_enter (gate, address (1), now_us));
  g_assert_true (lan_gate_enter (gate, address (2), now_us));
  now_us += 100001; /* one tenth of a second: one more */
  g_assert_true (lan_gate_enter (gate, address (1), now_us));
  lan_gate_leave (gate, address (1), TRUE, now_us);
  g_assert_false (lan_gate_enter (gate, address (1), now_us));
  now_us += 10 * G_USEC_PER_SEC;
  for (guint i = 0; i < 10; i++) {
    g_assert_true (lan_gate_enter (gate, address (1), now_us));
    lan_gate_leave (gate, address (1), TRUE, now_us);
  }
  g_assert_false (lan_gate_enter (gate, address (1), now_us));
  now_us -=
      (gint64) 3600 * G_USEC_PER_SEC; /* a clock that went back gives nothing and takes nothing */
  g_assert_false (lan_gate_enter (gate, address (1), now_us));
}

static void
test_bounded (void)
{
  g_autoptr (LanGate) gate = lan_gate_new (32, 10, 512);

  for (guint i = 0; i < 100000; i++) {
    if (lan_gate_enter (gate, address (i), i))
      lan_gate_leave (gate, address (i), TRUE, i);
    g_assert_cmpuint (lan_gate_entries (gate), <=, LAN_GATE_ENTRIES_MAX);
  }
}

void
add_gate_tests (void)
{
  g_test_add_func ("/link/gate/unfinished", test_unfinished);
  g_test_add_func ("/link/gate/failures", test_failures);
  g_test_add_func ("/link/gate/bounded", test_bounded);
}
