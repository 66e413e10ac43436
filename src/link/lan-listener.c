/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-listener.h"

#include "lan-deadlines.h"
#include "lan-expectations.h"
#include "lan-gate.h"
#include "lan-link-error.h"
#include "lan-tcp-lane-private.h"
#include "lan-ticker.h"

#include <netinet/in.h>
#include <string.h>

#define ACCEPTS_PER_TURN 64
#define BACKLOG          256
#define PAUSE_US         100000 /* when the process is out of descriptors */
#define EPHEMERAL_TRIES  16     /* until one number is free in both families */
#define PER_ADDRESS      32     /* SECURITY amendment j */
#define FAILURES         10     /* a second */
#define UNAUTHENTICATED  512    /* SECURITY 8.5 */

typedef struct {
  LanListener *listener;
  LanChannel *lane;
  guint8 address[LAN_GATE_ADDRESS_BYTES];
} Guest;

struct _LanListener {
  LanLocalKeys keys;
  LanListenerEvents events;
  gpointer data;
  guint16 port;
  GSocket *sockets[2];
  GSource *sources[2];
  LanTicker *resume; /* after a pause for want of descriptors */
  LanGate *gate;
  LanExpectations *expected;
  GHashTable *guests; /* Guest, owned: lanes whose handshake is under way */
  LanListenerStats stats;
};

/* ---- the port ---- */

static GSocket *
listen_on (gboolean is_ipv6, gboolean loopback_only, guint16 port, GError **error)
{
  GSocketFamily family = is_ipv6 ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4;
  g_autoptr (GSocket) sock =
      g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  g_autoptr (GInetAddress) ip =
      loopback_only ? g_inet_address_new_loopback (family) : g_inet_address_new_any (family);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (ip, port);

  if (sock == NULL)
    return NULL;
  g_socket_set_blocking (sock, FALSE);
  g_socket_set_listen_backlog (sock, BACKLOG);
  if (is_ipv6) /* IPv4 has a socket of its own */
    g_socket_set_option (sock, IPPROTO_IPV6, IPV6_V6ONLY, 1, NULL);
  if (!g_socket_bind (sock, address, TRUE, error) || !g_socket_listen (sock, error))
    return NULL;
  return g_steal_pointer (&sock);
}

static guint16
port_of (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  return address == NULL ? 0 : g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

/* TRUE when at least one family listens and none has @port taken by somebody else. */
static gboolean
open_port (LanListener *listener, gboolean loopback_only, guint16 port, GError **error)
{
  g_autoptr (GError) why = NULL;

  for (guint i = 0; i < 2; i++) {
    g_clear_error (&why);
    listener->sockets[i] = listen_on (i == 1, loopback_only, port, &why);
    if (listener->sockets[i] != NULL) {
      port = port_of (listener->sockets[i]);
    } else if (g_error_matches (why, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
      g_clear_object (&listener->sockets[0]);
      g_set_error (error, LAN_LINK_ERROR, LAN_LINK_ERROR_PORT_IN_USE, "%s", why->message);
      return FALSE;
    }
  }
  listener->port = port;
  if (listener->sockets[0] == NULL && listener->sockets[1] == NULL) {
    g_set_error (error, LAN_LINK_ERROR, LAN_LINK_ERROR_NO_SOCKET, "%s", why->message);
    return FALSE;
  }
  return TRUE;
}

static gboolean
open_any (LanListener *listener, const LanListenerConfig *config, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (config->port != 0 && open_port (listener, config->loopback_only, config->port, &why))
    return TRUE;
  for (guint i = 0; i < EPHEMERAL_TRIES; i++) {
    g_clear_error (&why);
    if (open_port (listener, config->loopback_only, 0, &why))
      return TRUE;
  }
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* ---- handshakes under way ---- */

static void
guest_free (Guest *guest)
{
  lan_channel_free (guest->lane);
  g_free (guest);
}

static gboolean
on_accept_pattern (gpointer data, LanLaneKind kind, LanLanePattern pattern)
{
  LanListener *listener = ((Guest *) data)->listener;

  if (lan_expectations_has (listener->expected, kind, pattern, lan_boottime_us ()))
    return TRUE;
  if (kind != LAN_LANE_KIND_PEER)
    return FALSE;
  if (pattern == LAN_LANE_PATTERN_IK)
    return TRUE;
  return pattern == LAN_LANE_PATTERN_XX && (listener->events.accepts_xx == NULL ||
                                            listener->events.accepts_xx (listener, listener->data));
}

static gboolean
on_check_known (gpointer data, const guint8 *remote_static, const LanHello *hello)
{
  LanListener *listener = ((Guest *) data)->listener;

  return listener->events.check_known == NULL ||
         listener->events.check_known (listener, remote_static, hello, listener->data);
}

static gboolean
on_find_psk (gpointer data, LanLaneKind kind, const guint8 *lane_id, guint8 *psk)
{
  LanListener *listener = ((Guest *) data)->listener;

  lan_expectations_tell_tried (listener->expected, listener, kind, lan_boottime_us ());
  return lan_expectations_find (listener->expected, kind, lane_id, psk, lan_boottime_us ());
}

static gboolean
on_use_psk (gpointer data, LanLaneKind kind, const guint8 *lane_id)
{
  LanListener *listener = ((Guest *) data)->listener;

  return lan_expectations_use (listener->expected, listener, kind, lane_id, lan_boottime_us ());
}

static const LanLaneListener decisions = {
  .accept = on_accept_pattern,
  .check_known = on_check_known,
  .find_psk = on_find_psk,
  .use_psk = on_use_psk,
};

/* The lane goes to whoever expected it; to nobody when that one has given up meanwhile. */
static void
hand_to_expecter (LanListener *listener, LanChannel *lane, const LanChannelPeer *peer)
{
  LanListenerExpect expect;

  if (lan_expectations_take (listener->expected, lan_tcp_lane_kind (lane), lan_tcp_lane_id (lane),
                             &expect))
    expect.lane (listener, lane, peer, expect.data);
  else
    lan_channel_free (lane);
}

static void
on_guest_up (LanChannel *lane, const LanChannelPeer *peer, gpointer data)
{
  Guest *guest = data;
  LanListener *listener = guest->listener;
  static const LanChannelEvents no_events = { 0 };

  lan_gate_leave (listener->gate, guest->address, FALSE, lan_boottime_us ());
  guest->lane = NULL; /* its next owner gets it */
  g_hash_table_remove (listener->guests, guest);
  listener->stats.finished++;
  lan_channel_set_events (lane, &no_events, NULL);
  if (peer->pattern != LAN_LANE_PATTERN_IK && peer->pattern != LAN_LANE_PATTERN_XX) {
    hand_to_expecter (listener, lane, peer);
    return;
  }
  listener->events.lane (listener, lane, peer, listener->data);
}

static void
on_guest_closed (LanChannel *lane, LanCloseReason reason, const char *detail, gpointer data)
{
  Guest *guest = data;
  LanListener *listener = guest->listener;

  listener->stats.failed++;
  lan_gate_leave (listener->gate, guest->address, TRUE, lan_boottime_us ());
  g_hash_table_remove (listener->guests, guest);
}

static const LanChannelEvents guest_events = {
  .up = on_guest_up,
  .closed = on_guest_closed,
};

static void
gate_address (GSocket *socket, guint8 out[LAN_GATE_ADDRESS_BYTES])
{
  g_autoptr (GSocketAddress) address = g_socket_get_remote_address (socket, NULL);
  GInetAddress *ip;

  memset (out, 0, LAN_GATE_ADDRESS_BYTES);
  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return; /* gone already; all of those share one entry */
  ip = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  if (g_inet_address_get_family (ip) == G_SOCKET_FAMILY_IPV6) {
    memcpy (out, g_inet_address_to_bytes (ip), 16);
  } else {
    out[10] = out[11] = 0xff;
    memcpy (out + 12, g_inet_address_to_bytes (ip), 4);
  }
}

static void
take_guest (LanListener *listener, GSocket *socket)
{
  Guest *guest = g_new0 (Guest, 1);

  gate_address (socket, guest->address);
  if (!lan_gate_enter (listener->gate, guest->address, lan_boottime_us ())) {
    listener->stats.refused++;
    g_free (guest);
    return;
  }
  guest->listener = listener;
  g_hash_table_add (listener->guests, guest);
  guest->lane = lan_tcp_lane_accept (socket, &listener->keys, &decisions, guest);
  lan_channel_set_events (guest->lane, &guest_events, guest);
  if (lan_channel_state (guest->lane) == LAN_CHANNEL_CLOSED)
    on_guest_closed (guest->lane, LAN_CLOSE_AUTH, "", guest);
}

static void watch (LanListener *listener);

static void
unwatch (LanListener *listener)
{
  for (guint i = 0; i < 2; i++) {
    if (listener->sources[i] == NULL)
      continue;
    g_source_destroy (listener->sources[i]);
    g_clear_pointer (&listener->sources[i], g_source_unref);
  }
}

static gboolean
on_incoming (GSocket *socket, GIOCondition condition, gpointer data)
{
  LanListener *listener = data;

  for (guint i = 0; i < ACCEPTS_PER_TURN; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GSocket) guest = g_socket_accept (socket, NULL, &error);

    if (guest == NULL) {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
        continue;
      /* Out of descriptors, most likely: the waiting connection would call us again at once. */
      unwatch (listener);
      lan_ticker_set (listener->resume, lan_boottime_us () + PAUSE_US);
      break;
    }
    listener->stats.accepted++;
    take_guest (listener, guest);
  }
  return G_SOURCE_CONTINUE;
}

static void
watch (LanListener *listener)
{
  unwatch (listener);
  for (guint i = 0; i < 2; i++) {
    if (listener->sockets[i] == NULL)
      continue;
    listener->sources[i] = g_socket_create_source (listener->sockets[i], G_IO_IN, NULL);
    g_source_set_callback (listener->sources[i], G_SOURCE_FUNC (on_incoming), listener, NULL);
    g_source_attach (listener->sources[i], g_main_context_get_thread_default ());
  }
}

static void
on_resume (gpointer data)
{
  watch (data);
}

LanListener *
lan_listener_new (const LanListenerConfig *config, const LanLocalKeys *keys,
                  const LanListenerEvents *events, gpointer data, GError **error)
{
  LanListener *listener = g_new0 (LanListener, 1);
  guint per_address = config->unfinished_per_address;
  guint failures = config->failures_per_second;
  guint max = config->unauthenticated_max;

  listener->keys = *keys;
  listener->events = *events;
  listener->data = data;
  listener->expected = lan_expectations_new ();
  listener->guests = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) guest_free, NULL);
  listener->gate =
      lan_gate_new (per_address != 0 ? per_address : PER_ADDRESS,
                    failures != 0 ? failures : FAILURES, max != 0 ? max : UNAUTHENTICATED);
  listener->resume = lan_ticker_new (on_resume, listener);
  if (!open_any (listener, config, error)) {
    lan_listener_free (listener);
    return NULL;
  }
  watch (listener);
  return listener;
}

void
lan_listener_free (LanListener *listener)
{
  if (listener == NULL)
    return;
  unwatch (listener);
  lan_ticker_free (listener->resume);
  g_hash_table_unref (listener->guests);
  lan_gate_free (listener->gate);
  lan_expectations_free (listener->expected);
  for (guint i = 0; i < 2; i++) {
    if (listener->sockets[i] != NULL)
      g_socket_close (listener->sockets[i], NULL);
    g_clear_object (&listener->sockets[i]);
  }
  lan_secret_wipe (&listener->keys, sizeof listener->keys);
  g_free (listener);
}

gboolean
lan_listener_expect (LanListener *listener, const LanListenerExpect *expect)
{
  return lan_expectations_add (listener->expected, expect, lan_boottime_us ());
}

void
lan_listener_unexpect (LanListener *listener, const guint8 lane_id[LAN_LANE_ID_BYTES])
{
  lan_expectations_remove (listener->expected, lane_id);
}

guint16
lan_listener_port (const LanListener *listener)
{
  return listener->port;
}

void
lan_listener_get_stats (const LanListener *listener, LanListenerStats *stats)
{
  *stats = listener->stats;
  stats->unfinished = lan_gate_unfinished (listener->gate);
}
