/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Our own enet_socket_* and enet_time_get(), which the dynamic linker prefers over libenet's
 * (SECURITY 2.2): an ENet host whose datagrams go to a function and come from one. Every ENet host
 * in the process passes here; those made in any other way keep the sockets of libenet. ENet's clock
 * becomes the monotonic one: the library's own follows the wall clock, and a wall clock set back by
 * an hour stops its retransmissions for an hour. Private to this module.
 */
#pragma once

#include <enet/enet.h>
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  void (*send) (gpointer data, const GOutputVector *vectors, guint n_vectors);
  /* Copies one datagram of at most @cap bytes to @out; 0 when there is none. */
  gsize (*receive) (gpointer data, guint8 *out, gsize cap);
  gpointer data;
} LanEnetHook;

/** TRUE when ENet calls ours. Tried once per process with a host of its own. Any thread. */
gboolean lan_enet_hook_in_force (void);

/**
 * Returns: (nullable): a host on @hook, which is borrowed for its life; NULL when the hook is not
 * in force or too many are open. Free it with enet_host_destroy().
 */
ENetHost *lan_enet_hook_host (const LanEnetHook *hook, gsize peers, gsize channels);

G_END_DECLS
