/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Lanes to a server: which pattern, bound to which key. The server here is the bare lane machine. */
#include "link-fixture.h"

#include "lan-deadlines.h"
#include "lan-random-system.h"
#include "lan-ticker.h"

#include <string.h>

typedef struct {
  Device device;
  GSocket *listener, *socket;
  GSource *source;
  LanLane *lane;
  LanLaneEvent up; /* the last ESTABLISHED */
  guint ups, failures;
} Server;

static gboolean
on_accept_pattern (gpointer data, LanLaneKind kind, LanLanePattern pattern)
{
  return kind == LAN_LANE_KIND_SERVER;
}

static const LanLaneListener decisions = { .accept = on_accept_pattern };

static gboolean
on_data (GSocket *socket, GIOCondition condition, gpointer data)
{
  Server *s = data;
  guint8 bytes[4096];
  gssize n = g_socket_receive (socket, (char *) bytes, sizeof bytes, NULL, NULL);
  g_autoptr (GBytes) out = NULL;
  LanLaneEvent event;

  if (n <= 0)
    return G_SOURCE_REMOVE;
  (void) lan_lane_feed (s->lane, bytes, (gsize) n, lan_boottime_us ());
  while (lan_lane_next_event (s->lane, &event)) {
    s->ups += event.type == LAN_LANE_ESTABLISHED;
    s->failures += event.type == LAN_LANE_FAILED;
    if (event.type == LAN_LANE_ESTABLISHED)
      s->up = event;
    lan_lane_event_clear (&event);
  }
  out = lan_lane_take_output (s->lane);
  if (out != NULL)
    g_socket_send (socket, g_bytes_get_data (out, NULL), g_bytes_get_size (out), NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static void
server_init (Server *s)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);

  memset (s, 0, sizeof *s);
  device_init (&s->device);
  s->listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_assert_true (g_socket_bind (s->listener, address, TRUE, NULL));
  g_assert_true (g_socket_listen (s->listener, NULL));
}

static void
server_forget (Server *s)
{
  if (s->source != NULL)
    g_source_destroy (s->source);
  g_clear_pointer (&s->source, g_source_unref);
  g_clear_object (&s->socket);
  g_clear_pointer (&s->lane, lan_lane_free);
}

/* The dial begins in the next turn of the loop; accepting before would wait for ever. */
static void
server_accept (Server *s, const guint8 *net_id)
{
  LanLaneConfig config = { .listener = &decisions,
                           .local_secret = s->device.keys.dh_secret,
                           .net_id = net_id,
                           .random = lan_random_system () };

  server_forget (s);
  wait_until (g_socket_condition_check (s->listener, G_IO_IN) != 0);
  s->socket = g_socket_accept (s->listener, NULL, NULL);
  s->lane = lan_lane_new_listener (&config, lan_boottime_us ());
  s->source = g_socket_create_source (s->socket, G_IO_IN, NULL);
  g_source_set_callback (s->source, G_SOURCE_FUNC (on_data), s, NULL);
  g_source_attach (s->source, NULL);
}

static GPtrArray *
addresses_of (Server *s)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (list, g_socket_get_local_address (s->listener, NULL));
  return list;
}

static Ear *
dial (Server *s, Device *device, LanLanePattern pattern)
{
  g_autoptr (GPtrArray) addresses = addresses_of (s);
  LanServerDial dial = { .pattern = pattern };
  LanLocalKeys keys = device->keys;

  memcpy (dial.key, s->device.public_key, sizeof dial.key);
  if (pattern != LAN_LANE_PATTERN_XK)
    keys.hello = NULL;
  return ear_new (lan_tcp_lane_dial_server (&keys, &dial, addresses));
}

static void
test_patterns (gconstpointer data)
{
  LanLanePattern pattern = (LanLanePattern) GPOINTER_TO_INT (data);
  g_autoptr (Ear) ear = NULL;
  Server server;
  Device device;
  guint8 net_id[LAN_NET_ID_BYTES] = { 0 };

  server_init (&server);
  device_init (&device);
  if (pattern != LAN_LANE_PATTERN_XX)
    lan_hash_n (net_id, sizeof net_id, server.device.public_key, LAN_KEY_BYTES);
  ear = dial (&server, &device, pattern);
  server_accept (&server, net_id);
  wait_until (ear->ups == 1 && server.ups == 1);
  g_assert_cmpint (server.up.kind, ==, LAN_LANE_KIND_SERVER);
  g_assert_cmpint (server.up.pattern, ==, pattern);
  g_assert_cmpint (server.up.has_remote_static, ==, pattern != LAN_LANE_PATTERN_NK);
  if (pattern != LAN_LANE_PATTERN_NK) {
    g_assert_cmpmem (server.up.remote_static, LAN_KEY_BYTES, device.public_key, LAN_KEY_BYTES);
    g_assert_cmpmem (ear->key, LAN_KEY_BYTES, server.device.public_key, LAN_KEY_BYTES);
  }
  server_forget (&server);
  g_object_unref (server.listener);
}

/* The other key of a server that sits in between, and a lane meant for another server. */
static void
test_other_key (void)
{
  g_autoptr (Ear) ear = NULL, again = NULL;
  Server server;
  Device device, other;
  guint8 net_id[LAN_NET_ID_BYTES];

  server_init (&server);
  device_init (&device);
  ear = dial (&server, &device, LAN_LANE_PATTERN_XK);
  lan_hash_n (net_id, sizeof net_id, device.public_key, LAN_KEY_BYTES);
  server_accept (&server, net_id);
  wait_until (server.failures == 1);

  lan_hash_n (net_id, sizeof net_id, server.device.public_key, LAN_KEY_BYTES);
  again = dial (&server, &device, LAN_LANE_PATTERN_NK);
  device_init (&other);
  memcpy (server.device.keys.dh_secret, other.keys.dh_secret, LAN_KEY_BYTES);
  server_accept (&server, net_id);
  wait_until (server.failures == 2);
  g_assert_cmpuint (server.ups + ear->ups + again->ups, ==, 0);
  server_forget (&server);
  g_object_unref (server.listener);
}

void
add_server_lane_tests (void)
{
  g_test_add_data_func ("/link/server-lane/xx", GINT_TO_POINTER (LAN_LANE_PATTERN_XX),
                        test_patterns);
  g_test_add_data_func ("/link/server-lane/nk", GINT_TO_POINTER (LAN_LANE_PATTERN_NK),
                        test_patterns);
  g_test_add_data_func ("/link/server-lane/xk", GINT_TO_POINTER (LAN_LANE_PATTERN_XK),
                        test_patterns);
  g_test_add_func ("/link/server-lane/other-key", test_other_key);
}
