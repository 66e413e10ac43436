/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The lane between a new device and the one that links it: waited for at the listener, or dialled. */
#include "lan-engine-linking-private.h"

#include "lan-engine-discovery.h"
#include "lan-engine-links-private.h"

#include <string.h>

static void
enter (LanEngineLinking *self)
{
  lan_engine_read_clock (self->engine);
  lan_engine_touch (self->engine);
}

static void
on_frame (LanChannel *lane, LanStream stream, const guint8 *frame, gsize len, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  lan_pairing_frame (self->pairing, frame, len, self->engine->now.mono_us);
}

void
lan_engine_linking_drop_lane (LanEngineLinking *self)
{
  g_clear_pointer (&self->lane, lan_channel_free);
  self->up = FALSE;
}

static void
on_closed (LanChannel *lane, LanCloseReason reason, const char *detail, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  g_info ("the lane to the other device closed: %s (%s)", lan_close_reason_name (reason),
          detail != NULL ? detail : "");
  lan_engine_linking_drop_lane (self);
  lan_pairing_lane_down (self->pairing, self->engine->now.mono_us);
  if (self->close_us != 0)
    self->close_us = self->engine->now.mono_us;
  lan_engine_linking_wait (self);
}

static void
on_up (LanChannel *lane, const LanChannelPeer *peer, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  self->up = TRUE;
  if (!lan_pairing_lane_up (self->pairing, peer->static_key, self->engine->now.mono_us))
    lan_channel_close (lane);
}

static const LanChannelEvents events = { on_up, on_frame, NULL, on_closed };

/* --- the new device: at the listener --- */

static void
on_lane (LanListener *listener, LanChannel *lane, const LanChannelPeer *peer, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  self->expected = FALSE;
  if (self->lane != NULL)
    lan_engine_linking_drop_lane (self); /* the other side dials because it lost that one */
  self->lane = lane;
  lan_channel_set_events (lane, &events, self);
  on_up (lane, peer, self);
}

void
lan_engine_linking_forget_code (LanEngineLinking *self)
{
  guint8 id[LAN_LANE_ID_BYTES];

  lan_link_code_lane_id (lan_pairing_get_code (self->pairing), id);
  if (self->expected && self->engine->links->listener != NULL)
    lan_listener_unexpect (self->engine->links->listener, id);
  self->expected = FALSE;
}

static void
on_tried (LanListener *listener, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  if (!lan_pairing_tried (self->pairing))
    lan_engine_linking_forget_code (self);
}

static void
on_proved (LanListener *listener, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  lan_pairing_proved (self->pairing);
}

void
lan_engine_linking_wait (LanEngineLinking *self)
{
  LanListenerExpect expect = {
    .secret = { .kind = LAN_LANE_KIND_DEVICE, .pattern = LAN_LANE_PATTERN_XXPSK0 },
    .life_us = LAN_PAIRING_CONFIRM_US + LAN_LINK_CODE_LIFE_US,
    .lane = on_lane,
    .data = self,
    .tried = on_tried,
    .proved = on_proved,
  };

  if (!lan_pairing_is_new (self->pairing) || self->expected || self->close_us != 0 ||
      lan_pairing_get_state (self->pairing) == LAN_PAIRING_FAILED ||
      self->engine->links->listener == NULL)
    return;
  lan_link_code_lane_id (lan_pairing_get_code (self->pairing), expect.secret.lane_id);
  lan_link_code_psk (lan_pairing_get_code (self->pairing), expect.secret.psk);
  self->expected = lan_listener_expect (self->engine->links->listener, &expect);
  lan_secret_wipe (&expect, sizeof expect);
}

/* --- the old device: looks for it --- */

static void
add_typed (GPtrArray *sockets, const char *text)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = NULL;
  guint16 port = LAN_LISTENER_PORT;
  GSocketAddress *socket;

  if (text[0] == '[') {
    const char *end = strchr (text, ']');

    if (end == NULL)
      return;
    host = g_strndup (text + 1, (gsize) (end - text - 1));
    if (end[1] == ':')
      port = (guint16) g_ascii_strtoull (end + 2, NULL, 10);
  } else if (colon != NULL && strchr (text, ':') == colon) {
    host = g_strndup (text, (gsize) (colon - text));
    port = (guint16) g_ascii_strtoull (colon + 1, NULL, 10);
  } else {
    host = g_strdup (text);
  }
  socket = lan_socket_address_parse (host, port);
  if (socket != NULL)
    g_ptr_array_add (sockets, socket);
}

static void
add_hints (GPtrArray *sockets, const LanLinkCode *code)
{
  for (guint i = 0; i < code->n_hints; i++) {
    g_autoptr (GInetAddress) ip = g_inet_address_new_from_bytes (
        code->hints[i].address,
        code->hints[i].family == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);

    g_ptr_array_add (sockets, g_inet_socket_address_new (ip, code->hints[i].port));
  }
}

void
lan_engine_linking_dial (LanEngineLinking *self)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  const LanLinkCode *code = lan_pairing_get_code (self->pairing);
  LanLaneSecret secret = { .kind = LAN_LANE_KIND_DEVICE, .pattern = LAN_LANE_PATTERN_XXPSK0 };
  guint8 tag_secret[LAN_KEY_BYTES];

  if (self->address != NULL)
    add_typed (sockets, self->address);
  add_hints (sockets, code);
  lan_link_code_tag_secret (code, tag_secret);
  lan_engine_discovery_find_tag (self->engine, tag_secret, sockets);
  lan_secret_wipe (tag_secret, sizeof tag_secret);
  if (sockets->len == 0) {
    lan_pairing_lane_down (self->pairing, self->engine->now.mono_us); /* again in a moment */
    return;
  }
  lan_link_code_lane_id (code, secret.lane_id);
  lan_link_code_psk (code, secret.psk);
  self->lane = lan_tcp_lane_dial_secret (&self->engine->links->keys, &secret, sockets);
  lan_secret_wipe (&secret, sizeof secret);
  lan_channel_set_events (self->lane, &events, self);
}
