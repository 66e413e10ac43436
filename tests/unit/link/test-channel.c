/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "link-fixture.h"

#include <string.h>

static const guint8 key_a[LAN_KEY_BYTES] = { 0xa }, key_b[LAN_KEY_BYTES] = { 0xb };

static void
test_loopback (void)
{
  LanChannel *ca, *cb;
  g_autoptr (Ear) a = ear_new (NULL);
  g_autoptr (Ear) b = ear_new (NULL);

  lan_channel_loopback_pair (key_a, key_b, &ca, &cb);
  ear_take (a, ca);
  ear_take (b, cb);
  g_assert_false (lan_channel_send (ca, LAN_STREAM_CHAT, (const guint8 *) "early", 5));
  wait_until (a->ups == 1 && b->ups == 1);
  g_assert_cmpmem (a->key, LAN_KEY_BYTES, key_b, LAN_KEY_BYTES);
  g_assert_cmpmem (b->key, LAN_KEY_BYTES, key_a, LAN_KEY_BYTES);
  g_assert_true (lan_channel_send (ca, LAN_STREAM_CHAT, (const guint8 *) "one", 3));
  g_assert_true (lan_channel_send (ca, LAN_STREAM_CHAT, (const guint8 *) "two", 3));
  g_assert_true (lan_channel_send (cb, LAN_STREAM_FILES, (const guint8 *) "three", 5));
  g_assert_false (lan_channel_send (ca, LAN_STREAM_CHAT, (const guint8 *) "", 0));
  g_assert_false (lan_channel_send (ca, (LanStream) 3, (const guint8 *) "x", 1));
  g_assert_cmpuint (b->frames, ==, 0); /* never from within */
  wait_until (b->frames == 2 && a->frames == 1);
  g_assert_cmpstr (b->text[LAN_STREAM_CHAT]->str, ==, "onetwo");
  g_assert_cmpstr (a->text[LAN_STREAM_FILES]->str, ==, "three");
  g_assert_true (lan_channel_send (ca, LAN_STREAM_CHAT, (const guint8 *) "last", 4));
  lan_channel_close (ca);
  wait_until (b->closes == 1);
  g_assert_cmpstr (b->text[LAN_STREAM_CHAT]->str, ==, "onetwolast");
  g_assert_cmpint (a->reason, ==, LAN_CLOSE_LOCAL);
  g_assert_cmpint (b->reason, ==, LAN_CLOSE_REMOTE);
  g_assert_false (lan_channel_send (cb, LAN_STREAM_CHAT, (const guint8 *) "x", 1));
}

static void
test_back_pressure (void)
{
  LanChannel *ca, *cb;
  g_autoptr (Ear) a = ear_new (NULL);
  g_autoptr (Ear) b = ear_new (NULL);
  guint32 next = 0;

  lan_channel_loopback_pair (key_a, key_b, &ca, &cb);
  ear_take (a, ca);
  ear_take (b, cb);
  b->keeps = FALSE;
  wait_until (a->ups == 1 && b->ups == 1);
  send_numbered (ca, LAN_STREAM_CHAT, &next, 1000, 50000);
  g_assert_cmpuint (next, ==, LAN_CHANNEL_QUEUE_MAX / 50000 + 1);
  g_assert_cmpuint (lan_channel_queued (ca, LAN_STREAM_CHAT), ==, next * 50000u);
  wait_until (a->writables == 1);
  while (b->frames < 1000) {
    send_numbered (ca, LAN_STREAM_CHAT, &next, 1000, 50000);
    g_main_context_iteration (NULL, FALSE);
  }
  g_assert_cmpuint (b->out_of_order, ==, 0);
}

static void
test_free_in_callbacks (void)
{
  for (guint i = 0; i < 3; i++) {
    LanChannel *ca, *cb;
    g_autoptr (Ear) a = ear_new (NULL);
    g_autoptr (Ear) b = ear_new (NULL);

    lan_channel_loopback_pair (key_a, key_b, &ca, &cb);
    ear_take (a, ca);
    ear_take (b, cb);
    b->free_in_up = i == 0;
    b->free_in_frame = i == 1;
    b->free_in_closed = i == 2;
    wait_until (a->ups == 1);
    for (guint j = 0; j < 3 && lan_channel_state (ca) == LAN_CHANNEL_UP; j++)
      g_assert_true (lan_channel_send (ca, LAN_STREAM_CHAT, (const guint8 *) "x", 1));
    if (i == 2)
      lan_channel_close (ca);
    wait_until (b->channel == NULL && a->closes == 1);
    g_assert_cmpuint (b->frames, ==, i == 0 ? 0 : i == 1 ? 1 : 3);
    g_assert_cmpuint (b->closes, ==, i == 2);
  }
}

static void
test_addresses (void)
{
  static const struct {
    const char *text, *back;
  } good[] = { { "10.0.0.5", "10.0.0.5" },
               { "::1", "::1" },
               { "fe80::1%lo", "fe80::1%lo" },
               { "fe80::1%1", "fe80::1%lo" },
               { "2001:db8::7", "2001:db8::7" } };
  static const char *const bad[] = {
    "", "localhost", "10.0.0", "10.0.0.5%lo", "fe80::1%nosuchinterface", "::g", "10.0.0.5:80"
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GSocketAddress) address = lan_socket_address_parse (good[i].text, 77);
    g_autofree char *back = NULL;
    guint16 port;

    g_assert_nonnull (address);
    back = lan_socket_address_text (address, &port);
    g_assert_cmpstr (back, ==, good[i].back);
    g_assert_cmpuint (port, ==, 77);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (lan_socket_address_parse (bad[i], 77));
  g_assert_null (lan_socket_address_parse ("10.0.0.5", 0));
}

static void
test_names (void)
{
  for (guint i = 0; i < LAN_CLOSE_N; i++)
    g_assert_cmpstr (lan_close_reason_name ((LanCloseReason) i), !=, "unknown");
  g_assert_cmpstr (lan_close_reason_name (LAN_CLOSE_N), ==, "unknown");
  g_assert_cmpstr (lan_path_type_name (LAN_PATH_RELAYED), ==, "relayed");
  g_assert_cmpstr (lan_path_type_name ((LanPathType) 9), ==, "");
}

void
add_channel_tests (void)
{
  g_test_add_func ("/link/channel/loopback", test_loopback);
  g_test_add_func ("/link/channel/back-pressure", test_back_pressure);
  g_test_add_func ("/link/channel/free-in-callbacks", test_free_in_callbacks);
  g_test_add_func ("/link/channel/addresses", test_addresses);
  g_test_add_func ("/link/channel/names", test_names);
}
