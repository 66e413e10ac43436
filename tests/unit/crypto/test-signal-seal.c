/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Signals that somebody else carries: sealed, opened, and what a carrier can do to them. */
#include "test-crypto.h"

#include "lan-identity.h"
#include "lan-signal-seal.h"

#include <string.h>

static const guint8 alice[32] = { 1, 2, 3 }, bob[32] = { 9, 8, 7 };
static const guint8 ts[LAN_TS_BYTES] = { 0, 0, 0, 0, 0x65, 1, 2, 3, 4, 5, 6, 7 };
static const LanLinkId link_id = { { 0xaa, 0xbb } };

static GBytes *
seal (GBytes *frame)
{
  LanSeededRandom random;
  guint8 bob_public[32];

  lan_seeded_random_init (&random, 5);
  lan_dh_public_from_secret (bob_public, bob);
  return lan_signal_seal (alice, bob_public, ts, &link_id, frame, &random.base);
}

static LanStatus
open_it (const guint8 *secret, const guint8 *data, gsize len, LanSignalOpened *opened)
{
  LanSeededRandom random;

  lan_seeded_random_init (&random, 6);
  return lan_signal_open (secret, data, len, &random.base, opened);
}

static void
test_round_trip (void)
{
  g_autoptr (GBytes) frame = g_bytes_new_static ("an offer", 8);
  g_autoptr (GBytes) sealed = seal (frame);
  g_auto (LanSignalOpened) opened = { { 0 } };
  guint8 alice_public[32];
  gsize len;
  const guint8 *data = g_bytes_get_data (sealed, &len);

  g_assert_cmpuint (len, ==, LAN_SIGNAL_SEAL_OVERHEAD + 8);
  g_assert_cmpint (open_it (bob, data, len, &opened), ==, LAN_STATUS_OK);
  lan_dh_public_from_secret (alice_public, alice);
  g_assert_cmpmem (opened.sender, 32, alice_public, 32);
  g_assert_cmpmem (opened.ts, LAN_TS_BYTES, ts, LAN_TS_BYTES);
  g_assert_true (lan_link_id_equal (&opened.link_id, &link_id));
  g_assert_true (g_bytes_equal (opened.frame, frame));
}

/* Every bit that a carrier flips, and every other reader. */
static void
test_carrier_changes (void)
{
  g_autoptr (GBytes) frame = g_bytes_new_static ("an offer", 8);
  g_autoptr (GBytes) sealed = seal (frame);
  LanSignalOpened opened = { { 0 } };
  gsize len;
  const guint8 *data = g_bytes_get_data (sealed, &len);

  g_assert_cmpint (open_it (alice, data, len, &opened), ==, LAN_STATUS_AUTH);
  for (gsize i = 0; i < len; i++) {
    g_autofree guint8 *copy = g_memdup2 (data, len);
    gboolean is_masked = i == 31; /* X25519 ignores a public key's highest bit; the hash does not */

    copy[i] ^= is_masked ? 0x80 : 1;
    g_assert_cmpint (open_it (bob, copy, len, &opened), ==, LAN_STATUS_AUTH);
  }
  for (gsize n = 0; n < len; n++)
    g_assert_cmpint (open_it (bob, data, n, &opened), !=, LAN_STATUS_OK);
  g_assert_null (opened.frame);
}

static void
test_limits (void)
{
  g_autofree guint8 *big = g_malloc0 (LAN_SIGNAL_SEAL_MAX + 1);
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) most = g_bytes_new (big, LAN_SIGNAL_SEAL_FRAME_MAX);
  g_autoptr (GBytes) over = g_bytes_new (big, LAN_SIGNAL_SEAL_FRAME_MAX + 1);
  g_autoptr (GBytes) sealed = seal (most);
  g_auto (LanSignalOpened) opened = { { 0 } };
  static const guint8 small_order[32] = { 0 };
  LanSeededRandom random;

  g_assert_null (seal (none));
  g_assert_null (seal (over));
  g_assert_cmpuint (g_bytes_get_size (sealed), ==, LAN_SIGNAL_SEAL_MAX);
  g_assert_cmpint (
      open_it (bob, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), &opened), ==,
      LAN_STATUS_OK);
  g_assert_cmpint (open_it (bob, big, LAN_SIGNAL_SEAL_MAX + 1, &opened), ==, LAN_STATUS_OVERSIZED);
  g_assert_cmpint (open_it (bob, big, LAN_SIGNAL_SEAL_OVERHEAD, &opened), ==, LAN_STATUS_TRUNCATED);
  lan_seeded_random_init (&random, 7);
  g_assert_null (lan_signal_seal (alice, small_order, ts, &link_id, most, &random.base));
}

void
add_signal_seal_tests (void)
{
  g_test_add_func ("/crypto/signal-seal/round-trip", test_round_trip);
  g_test_add_func ("/crypto/signal-seal/carrier-changes", test_carrier_changes);
  g_test_add_func ("/crypto/signal-seal/limits", test_limits);
}
