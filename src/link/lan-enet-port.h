/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where one ENet host's datagrams go in and out: by the hook, or, where that is not in force or not
 * wanted, by a pair of loopback UDP sockets connected to each other. Nothing else can reach the
 * host by either. ENet sends only while it is serviced, so the owner calls lan_enet_port_flush()
 * after every call into the host. Private to this module; one thread.
 */
#pragma once

#include "lan-enet-hook.h"

G_BEGIN_DECLS

#define LAN_ENET_MTU        1160 /* sealed 1193: fits 1232 with a TURN Send indication (SECURITY 2.1) */
#define LAN_ENET_PORT_BATCH 64 /* datagrams kept for the host; the owner services it before more */

typedef struct _LanEnetPort LanEnetPort;

/** @send gets what the host sends. Returns: (transfer full), or NULL and an error. */
LanEnetPort *lan_enet_port_new (gboolean force_shim,
                                void (*send) (gpointer data, const GOutputVector *vectors,
                                              guint n_vectors),
                                gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lan_enet_port_free (LanEnetPort *port);

ENetHost *lan_enet_port_host (LanEnetPort *port);
gboolean lan_enet_port_is_shim (const LanEnetPort *port);

/** The address under which the host sees the other side. */
const ENetAddress *lan_enet_port_peer_address (const LanEnetPort *port);

/** Gives the host a datagram for its next service. FALSE: full, and dropped. */
gboolean lan_enet_port_deliver (LanEnetPort *port, const guint8 *bytes, gsize len);

/** Datagrams that the next service will read. */
guint lan_enet_port_waiting (const LanEnetPort *port);

/** Hands on what the host has sent. */
void lan_enet_port_flush (LanEnetPort *port);

G_END_DECLS
