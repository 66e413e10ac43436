/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The lane to the server: its name looked up, dialled, frames in and out. Also the lane that only
 * looks who is there: keys made for it alone, and closed as soon as the other's key is known.
 */
#include "lan-engine-links-private.h"
#include "lan-engine-server-private.h"
#include "lan-random-system.h"

#include <string.h>

#define WAITING_MAX (8 * 1024 * 1024)

static void
enter (LanServerLane *lane)
{
  lan_engine_read_clock (lane->engine);
  lan_engine_touch (lane->engine);
}

/* --- what the socket says --- */

static void
end_look (LanServerLane *lane, const guint8 *key)
{
  LanEngine *engine = lane->engine;

  lane->looked (engine, key, lane->data);
  g_ptr_array_remove (engine->server->looks, lane); /* freed */
}

static void
on_up (LanChannel *channel, const LanChannelPeer *peer, gpointer data)
{
  LanServerLane *lane = data;

  enter (lane);
  lane->is_up = TRUE;
  if (lane->looked != NULL)
    end_look (lane, peer->static_key);
  else
    lan_server_client_lane_up (lane->engine->server->client, lane->id, peer->handshake_hash,
                               &lane->engine->now);
}

static void
on_frame (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len, gpointer data)
{
  LanServerLane *lane = data;

  enter (lane);
  if (lane->looked == NULL)
    lan_server_client_frame (lane->engine->server->client, lane->id, frame, len,
                             &lane->engine->now);
}

static void
on_writable (LanChannel *channel, LanStream stream, gpointer data)
{
  LanServerLane *lane = data;
  GBytes *next;

  enter (lane);
  while ((next = g_queue_peek_head (&lane->waiting)) != NULL) {
    gsize len;
    const guint8 *bytes = g_bytes_get_data (next, &len);

    if (!lan_channel_send (channel, LAN_STREAM_CHAT, bytes, len))
      return;
    lane->waiting_bytes -= len;
    g_bytes_unref (g_queue_pop_head (&lane->waiting));
  }
}

static void
end (LanServerLane *lane)
{
  LanEngine *engine = lane->engine;
  guint64 id = lane->id;

  if (lane->looked != NULL) {
    end_look (lane, NULL);
    return;
  }
  if (engine->server->lane == lane)
    engine->server->lane = NULL;
  lan_server_lane_free (lane);
  lan_server_client_lane_down (engine->server->client, id, &engine->now);
}

static void
on_closed (LanChannel *channel, LanCloseReason reason, const char *detail, gpointer data)
{
  LanServerLane *lane = data;

  enter (lane);
  g_info ("the lane to the server closed: %s (%s)", lan_close_reason_name (reason),
          detail != NULL ? detail : "");
  end (lane);
}

static const LanChannelEvents events = { on_up, on_frame, on_writable, on_closed };

/* --- dialling --- */

static void
dial (LanServerLane *lane, GPtrArray *sockets)
{
  LanLocalKeys keys = { { 0 } };

  if (lane->dial.pattern == LAN_LANE_PATTERN_XK) {
    keys = lane->engine->links->keys;
  } else if (lane->dial.pattern == LAN_LANE_PATTERN_XX) {
    lan_random_bytes (lan_random_system (), keys.dh_secret, sizeof keys.dh_secret);
  }
  lane->channel = lan_tcp_lane_dial_server (&keys, &lane->dial, sockets);
  lan_secret_wipe (&keys, sizeof keys);
  lan_channel_set_events (lane->channel, &events, lane);
}

static void
on_resolved (GPtrArray *sockets, gpointer data)
{
  g_autoptr (GPtrArray) owned = sockets;
  LanServerLane *lane = data;

  lane->resolving = NULL;
  enter (lane);
  if (owned != NULL)
    dial (lane, owned);
  else
    end (lane);
}

static void
start (LanServerLane *lane, const LanServerAddress *address)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  GSocketAddress *numeric = lan_socket_address_parse (address->host, address->port);

  if (numeric != NULL) {
    g_ptr_array_add (sockets, numeric);
    dial (lane, sockets);
    return;
  }
  lane->resolving = lan_server_name_find (address->host, address->port, on_resolved, lane);
}

static LanServerLane *
lane_new (LanEngine *engine, guint64 id, const LanServerDial *dial)
{
  LanServerLane *lane = g_new0 (LanServerLane, 1);

  lane->engine = engine;
  lane->id = id;
  lane->dial = *dial;
  g_queue_init (&lane->waiting);
  return lane;
}

LanServerLane *
lan_server_lane_new (LanEngine *engine, guint64 id, const LanServerAddress *address,
                     const LanServerDial *dial)
{
  LanServerLane *lane = lane_new (engine, id, dial);

  start (lane, address);
  return lane;
}

void
lan_server_lane_look (LanEngine *engine, const LanServerAddress *address,
                      void (*looked) (LanEngine *engine, const guint8 *key, gpointer data),
                      gpointer data)
{
  const LanServerDial dial = { .pattern = LAN_LANE_PATTERN_XX };
  LanServerLane *lane = lane_new (engine, 0, &dial);

  lane->looked = looked;
  lane->data = data;
  g_ptr_array_add (engine->server->looks, lane);
  start (lane, address);
}

void
lan_server_lane_send (LanServerLane *lane, GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  if (lane->channel == NULL || !lane->is_up)
    return;
  if (lane->waiting.length == 0 && lan_channel_send (lane->channel, LAN_STREAM_CHAT, data, len))
    return;
  g_queue_push_tail (&lane->waiting, g_bytes_ref (bytes));
  lane->waiting_bytes += len;
  if (lane->waiting_bytes > WAITING_MAX) /* it does not read: the machine dials again */
    lan_channel_close (lane->channel);
}

void
lan_server_lane_free (LanServerLane *lane)
{
  if (lane == NULL)
    return;
  lan_server_name_cancel (lane->resolving);
  lan_channel_free (lane->channel);
  g_queue_clear_full (&lane->waiting, (GDestroyNotify) g_bytes_unref);
  g_free (lane);
}
