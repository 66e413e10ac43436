/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Known answers for whole channels: run-channels FILE plays the lane and the link of channels.json,
 * which make-channels.py made with an implementation of its own, and compares every byte.
 */
#include "lan-datagram-session.h"
#include "lan-identity.h"
#include "lan-lane.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* The ephemeral secret and, for links, the index that the file prescribes. */
typedef struct {
  LanRandom base;
  guint8 ephemeral[LAN_KEY_BYTES];
  guint32 index;
} FixedRandom;

static void
fill_fixed (gpointer data, guint8 *out, gsize len)
{
  FixedRandom *f = data;

  if (len == sizeof f->ephemeral)
    memcpy (out, f->ephemeral, len);
  else if (len == sizeof f->index)
    memcpy (out, &f->index, len);
  else
    g_assert_not_reached ();
}

static void
get (JsonObject *o, const char *name, guint8 *out, gsize len)
{
  g_assert_true (lan_hex_decode (json_object_get_string_member (o, name), out, len));
}

static GBytes *
get_bytes (JsonObject *o, const char *name)
{
  const char *hex = json_object_get_string_member (o, name);
  gsize len = strlen (hex) / 2;
  guint8 *data = g_malloc (len + 1);

  g_assert_true (lan_hex_decode (hex, data, len));
  return g_bytes_new_take (data, len);
}

static void
get_hello (JsonObject *o, const char *name, LanHello *hello)
{
  g_autoptr (GBytes) bytes = get_bytes (o, name);

  g_assert_cmpint (
      lan_hello_decode (hello, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)), ==,
      LAN_STATUS_OK);
}

static void
fixed_init (FixedRandom *f, JsonObject *o, const char *ephemeral)
{
  f->base = (LanRandom){ .fill = fill_fixed, .data = f };
  get (o, ephemeral, f->ephemeral, sizeof f->ephemeral);
}

static gboolean
on_accept (gpointer data, LanLaneKind kind, LanLanePattern pattern)
{
  return kind == LAN_LANE_KIND_PEER && pattern == LAN_LANE_PATTERN_XX;
}

static const LanLaneListener callbacks = { .accept = on_accept };

static void
check_output (LanLane *from, LanLane *to, GBytes *expected)
{
  g_autoptr (GBytes) out = lan_lane_take_output (from);

  g_assert_nonnull (out);
  g_assert_cmpmem (g_bytes_get_data (out, NULL), g_bytes_get_size (out),
                   g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
  g_assert_cmpint (lan_lane_feed (to, g_bytes_get_data (out, NULL), g_bytes_get_size (out), 0), ==,
                   LAN_STATUS_OK);
}

static gboolean
from_dialler (JsonObject *o)
{
  return strcmp (json_object_get_string_member (o, "from"), "dialler") == 0;
}

static void
check_established (LanLane *lane, JsonObject *v)
{
  guint8 hash[LAN_NOISE_HASH_BYTES];
  LanLaneEvent event;

  get (v, "handshake_hash", hash, sizeof hash);
  g_assert_true (lan_lane_next_event (lane, &event));
  g_assert_cmpint (event.type, ==, LAN_LANE_ESTABLISHED);
  g_assert_cmpmem (event.handshake_hash, sizeof hash, hash, sizeof hash);
}

static void
check_frames (LanLane *dialer, LanLane *listener, JsonObject *v)
{
  JsonArray *records = json_object_get_array_member (v, "records");

  for (guint i = 0; i < json_array_get_length (records); i++) {
    JsonObject *r = json_array_get_object_element (records, i);
    LanLane *from = from_dialler (r) ? dialer : listener,
            *to = from_dialler (r) ? listener : dialer;
    g_autoptr (GBytes) frame = get_bytes (r, "frame"), bytes = get_bytes (r, "bytes");
    LanLaneEvent event;

    g_assert_cmpint (lan_lane_send (from, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame)),
                     ==, LAN_STATUS_OK);
    check_output (from, to, bytes);
    g_assert_true (lan_lane_next_event (to, &event));
    g_assert_true (g_bytes_equal (event.frame, frame));
    lan_lane_event_clear (&event);
  }
}

static void
run_lane (JsonObject *v)
{
  JsonArray *flights = json_object_get_array_member (v, "flights");
  g_autoptr (GBytes) end = get_bytes (v, "end");
  guint8 secret[2][LAN_KEY_BYTES], psk[LAN_KEY_BYTES], expected[LAN_KEY_BYTES];
  LanLaneConfig config = { .kind = LAN_LANE_KIND_PEER,
                           .pattern = LAN_LANE_PATTERN_XX,
                           .listener = &callbacks };
  LanLane *dialer, *listener;
  FixedRandom random[2];

  get (v, "dialler_static", secret[0], LAN_KEY_BYTES);
  get (v, "listener_static", secret[1], LAN_KEY_BYTES);
  get (v, "lane_id", config.lane_id, sizeof config.lane_id);
  fixed_init (&random[0], v, "dialler_ephemeral");
  fixed_init (&random[1], v, "listener_ephemeral");
  config.local_secret = secret[0];
  config.random = &random[0].base;
  get_hello (v, "dialler_hello", &config.hello);
  dialer = lan_lane_new_dialer (&config, 0);
  config.local_secret = secret[1];
  config.random = &random[1].base;
  get_hello (v, "listener_hello", &config.hello);
  listener = lan_lane_new_listener (&config, 0);

  for (guint i = 0; i < json_array_get_length (flights); i++) {
    JsonObject *f = json_array_get_object_element (flights, i);
    g_autoptr (GBytes) bytes = get_bytes (f, "bytes");

    if (from_dialler (f))
      check_output (dialer, listener, bytes);
    else
      check_output (listener, dialer, bytes);
  }
  check_established (dialer, v);
  check_established (listener, v);
  g_assert_cmpint (lan_lane_export_psk (listener, config.lane_id, TRUE, psk), ==, LAN_STATUS_OK);
  get (v, "extra_lane_psk_dialler_opens", expected, sizeof expected);
  g_assert_cmpmem (psk, sizeof psk, expected, sizeof expected);
  check_frames (dialer, listener, v);
  lan_lane_close (dialer);
  check_output (dialer, listener, end);
  lan_lane_free (dialer);
  lan_lane_free (listener);
}

static void
check_packet (LanDatagramSession *from, LanDatagramSession *to, JsonObject *v, const char *name)
{
  g_autoptr (GBytes) expected = get_bytes (v, name);
  guint8 packet[LAN_DATAGRAM_CONTROL_MAX], out[LAN_DATAGRAM_CONTROL_MAX];
  gsize len = lan_datagram_session_take_packet (from, packet);
  LanDatagramIn in;

  g_assert_cmpmem (packet, len, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
  g_assert_cmpint (lan_datagram_session_receive (to, packet, len, out, &in, 0), ==, LAN_STATUS_OK);
}

static void
check_data (LanDatagramSession *from, JsonObject *v, const char *name, LanDatagramLane lane,
            const char *body)
{
  g_autoptr (GBytes) expected = get_bytes (v, name);
  guint8 packet[LAN_DATAGRAM_MAX];
  gsize len;

  g_assert_cmpint (
      lan_datagram_session_seal (from, lane, (const guint8 *) body, strlen (body), packet, &len, 0),
      ==, LAN_STATUS_OK);
  g_assert_cmpmem (packet, len, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
}

static void
run_link (JsonObject *v)
{
  guint8 secret[LAN_KEY_BYTES], other[LAN_KEY_BYTES], remote[LAN_KEY_BYTES];
  guint8 name[LAN_SESSION_NAME_BYTES], expected[LAN_SESSION_NAME_BYTES];
  LanDatagramConfig config = { .is_initiator = TRUE };
  LanDatagramSession *a, *b;
  FixedRandom random[2];

  fixed_init (&random[0], v, "initiator_ephemeral");
  fixed_init (&random[1], v, "responder_ephemeral");
  random[0].index = (guint32) json_object_get_int_member (v, "initiator_index");
  random[1].index = (guint32) json_object_get_int_member (v, "responder_index");
  get (v, "link_id", config.link_id.b, sizeof config.link_id.b);
  get (v, "initiator_static", secret, sizeof secret);
  get (v, "responder_static", other, sizeof other);
  config.local_secret = secret;
  config.remote_public = remote;
  config.random = &random[0].base;
  lan_dh_public_from_secret (remote, other);
  get_hello (v, "initiator_hello", &config.hello);
  a = lan_datagram_session_new (&config, 0);
  config.is_initiator = FALSE;
  config.local_secret = other;
  config.random = &random[1].base;
  lan_dh_public_from_secret (remote, secret);
  get_hello (v, "responder_hello", &config.hello);
  b = lan_datagram_session_new (&config, 0);

  check_packet (a, b, v, "ik1");
  check_packet (b, a, v, "ik2");
  check_packet (a, b, v, "confirmation");
  check_data (a, v, "data_initiator", LAN_DATAGRAM_LANE_ENET, "ping");
  check_data (b, v, "data_responder", LAN_DATAGRAM_LANE_MEDIA, "pong");
  g_assert_true (lan_datagram_session_name (b, name));
  get (v, "session_name", expected, sizeof expected);
  g_assert_cmpmem (name, sizeof name, expected, sizeof expected);
  lan_datagram_session_free (a);
  lan_datagram_session_free (b);
}

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *root;

  if (argc != 2) {
    g_printerr ("usage: %s FILE\n", argv[0]);
    return 2;
  }
  if (!json_parser_load_from_file (parser, argv[1], &error)) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  root = json_node_get_object (json_parser_get_root (parser));
  g_print ("1..2\n");
  run_lane (json_object_get_object_member (root, "lane_xx"));
  g_print ("ok 1 - lane XX\n");
  run_link (json_object_get_object_member (root, "link_ik"));
  g_print ("ok 2 - link IK\n");
  return 0;
}
