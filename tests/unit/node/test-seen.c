/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The table of handshake timestamps under a flood of keys that nobody knows. */
#include "lan-cert.h"
#include "lan-seen-ts.h"
#include "test-node.h"

#include <string.h>

static gboolean
is_contact (const guint8 *dh, gpointer data)
{
  return dh[0] == 'c';
}

static void
make_key (guint8 *dh, char kind, guint n)
{
  memset (dh, 0, LAN_KEY_BYTES);
  dh[0] = (guint8) kind;
  memcpy (dh + 1, &n, sizeof n);
}

static void
test_flood (void)
{
  LanSeenTs *seen = lan_seen_ts_new (is_contact, NULL);
  guint8 dh[LAN_KEY_BYTES], early[LAN_TS_BYTES] = { 0 }, late[LAN_TS_BYTES] = { 0 };

  late[0] = 1;
  for (guint i = 0; i < 100; i++) {
    make_key (dh, 'c', i);
    lan_seen_ts_note (seen, dh, late);
  }
  for (guint i = 0; i < 10 * LAN_SEEN_TS_STRANGERS; i++) {
    make_key (dh, 's', i);
    g_assert_true (lan_seen_ts_is_new (seen, dh, early));
    lan_seen_ts_note (seen, dh, early);
    g_assert_cmpuint (lan_seen_ts_count (seen), <=, LAN_SEEN_TS_STRANGERS + 100);
  }
  for (guint i = 0; i < 100; i++) {
    make_key (dh, 'c', i);
    g_assert_false (lan_seen_ts_is_new (seen, dh, early));
    g_assert_false (lan_seen_ts_is_new (seen, dh, late));
  }
  lan_seen_ts_free (seen);
}

void
add_seen_tests (void)
{
  g_test_add_func ("/node/seen-ts/flood", test_flood);
}
