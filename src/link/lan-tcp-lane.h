/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A lane: Noise over TCP (crypto's LanLane) on a GSocket. A dial races all addresses it is given,
 * keeps the first that connects, and goes on with the rest if its handshake fails. Implements LanChannel. One GMainContext.
 */
#pragma once

#include "lan-channel.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define LAN_LANE_RACE_STAGGER_US                                                                   \
  200000                            /* between two addresses of one dial (RFC 8305: 100-2000 ms) */
#define LAN_LANE_RACE_MAX   16      /* addresses of one dial; more are ignored */
#define LAN_LANE_CONNECT_US 5000000 /* until the first TCP connection of a dial stands */

#define LAN_LANE_DIAL_US 15000000 /* until a dial tries no further address */

/* Our side of a lane or link. The key is copied by the functions that take it. */
typedef struct {
  guint8 dh_secret[LAN_KEY_BYTES];
  /* A fresh HELLO for each handshake: its ts must grow (lan_ts_next). */
  void (*hello) (LanHello *out, gpointer data);
  gpointer data;
} LanLocalKeys;

/**
 * Dials a peer lane (kind 1). @remote_key is the device's DH key for IK, or NULL for XX.
 * @addresses: GSocketAddress (element-type), in order of preference; IPv6 link-local ones carry
 * their scope. Never blocks; what fails is reported by closed().
 * Returns: (transfer full): free it with lan_channel_free().
 */
LanChannel *lan_tcp_lane_dial (const LanLocalKeys *keys, const guint8 *remote_key,
                               GPtrArray *addresses) G_GNUC_WARN_UNUSED_RESULT;

/* How a server is dialled. Copied. */
typedef struct {
  /* XK: as an enrolled device. NK: to enrol. XX: without .key, only to learn it; the caller closes
   * the lane as soon as it is up, and gives keys that were made for this. */
  LanLanePattern pattern;
  guint8 key[LAN_KEY_BYTES]; /* the server's static key; XK and NK */
} LanServerDial;

/**
 * Dials a server (kind 3), bound to its key by net_id as SECURITY 1.4 says. @keys: their hello()
 * may be NULL: zeros. Otherwise as lan_tcp_lane_dial().
 */
LanChannel *lan_tcp_lane_dial_server (const LanLocalKeys *keys, const LanServerDial *dial,
                                      GPtrArray *addresses) G_GNUC_WARN_UNUSED_RESULT;

/* A lane that begins with a one-time secret both sides have: bulk (NNpsk0), linking (XXpsk0). */
typedef struct {
  LanLaneKind kind;
  LanLanePattern pattern;
  guint8 lane_id[LAN_LANE_ID_BYTES]; /* names the secret */
  guint8 psk[LAN_KEY_BYTES];
} LanLaneSecret;

/**
 * Dials a lane by @secret, copied. @keys: NULL where the pattern has no static keys. Otherwise as
 * lan_tcp_lane_dial(); the other side uses lan_listener_expect().
 */
LanChannel *lan_tcp_lane_dial_secret (const LanLocalKeys *keys, const LanLaneSecret *secret,
                                      GPtrArray *addresses) G_GNUC_WARN_UNUSED_RESULT;

/** TRUE when we dialled it (crossed lanes: the one dialled by the smaller device id stays). */
gboolean lan_tcp_lane_is_dialer (const LanChannel *lane);

/** Returns: (transfer none) (nullable): the address of the other end, NULL before it connected. */
GSocketAddress *lan_tcp_lane_remote_address (const LanChannel *lane);

/** Returns: (transfer full) (nullable): the address of this end, NULL before it connected. */
GSocketAddress *lan_tcp_lane_local_address (const LanChannel *lane) G_GNUC_WARN_UNUSED_RESULT;

/** The lane's id from its preamble: 16 bytes. */
const guint8 *lan_tcp_lane_id (const LanChannel *lane);

/**
 * A socket address from text: "10.0.0.5", "fe80::1%eth0", "::1", with @port.
 * Returns: (transfer full) (nullable): NULL for anything that is not numeric. Never asks a resolver.
 */
GSocketAddress *lan_socket_address_parse (const char *text, guint16 port) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): the numeric text of @address without port, with %scope if it has one. */
char *lan_socket_address_text (GSocketAddress *address, guint16 *port) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
