/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The UDP sockets of beacons: one for IPv4 (directed broadcast and 239.255.76.89), one for IPv6
 * (ff02::4c59), shared with every other profile on this computer by SO_REUSEADDR: the kernel hands
 * a broadcast or multicast datagram to each of them. Floods are cut off here, by source address,
 * before anything is decoded. Runs on the context it was made in.
 */
#pragma once

#include "lan-interfaces.h"

G_BEGIN_DECLS

#define LAN_BEACON_GROUP_IPV4 "239.255.76.89"
#define LAN_BEACON_GROUP_IPV6 "ff02::4c59"

/* @address: numeric, link-local IPv6 with %interface. */
typedef void (*LanBeaconReceived) (const guint8 *data, gsize len, guint ifindex,
                                   const char *address, gpointer user_data);

typedef struct _LanBeaconSocket LanBeaconSocket;

/** Returns: (transfer full): NULL with an error of G_IO_ERROR when neither family can be had. */
LanBeaconSocket *lan_beacon_socket_new (guint16 port, LanBeaconReceived received,
                                        gpointer user_data,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lan_beacon_socket_free (LanBeaconSocket *socket);

/** Joins the groups there; doing so again (a new address, back from sleep) is fine. */
void lan_beacon_socket_join (LanBeaconSocket *socket, const LanInterface *iface);

/** Returns: how many datagrams make up one beacon on @iface. */
guint lan_beacon_socket_count (const LanBeaconSocket *socket, const LanInterface *iface);

/** Sends to each broadcast address and each group of @iface. Failures are not told: it is UDP. */
void lan_beacon_socket_send (LanBeaconSocket *socket, const LanInterface *iface, const guint8 *data,
                             gsize len);

G_END_DECLS
