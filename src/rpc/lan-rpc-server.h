/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The profile's socket: serves LanRpcService to other programs of the same user while this one has
 * the profile open. In the node's context.
 */
#pragma once

#include "lan-node.h"

G_BEGIN_DECLS

#define LAN_RPC_MAX_CLIENTS 32 /* more are turned away: a runaway script must not eat the app */

typedef struct _LanRpcServer LanRpcServer;

/**
 * Listens on lan_node_dup_socket_path() of @node's profile, which must be open: its lock is what
 * makes it safe to take away a socket left over by a crash. The socket has mode 0600.
 * Returns: (transfer full) (nullable): NULL and an error of G_IO_ERROR.
 */
LanRpcServer *lan_rpc_server_new (LanNode *node, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Hangs up on everybody and removes the socket; NULL is fine. */
void lan_rpc_server_free (LanRpcServer *server);

/** Returns: how many programs are connected now. */
guint lan_rpc_server_count (const LanRpcServer *server);

G_END_DECLS
