/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The asking side of the JSON-RPC: over a profile's socket when another program has the profile
 * open, or straight into a LanRpcService of this process. Whoever asks cannot tell which. In the
 * context where it was made.
 */
#pragma once

#include "lan-node.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _LanRpcClient LanRpcClient;

/* @params is borrowed for the call. */
typedef void (*LanRpcOnNotification) (const char *method, JsonObject *params, gpointer user_data);

/* The other program ended or hung up; not called for an in-process client. */
typedef void (*LanRpcOnClosed) (const GError *error, gpointer user_data);

/* @result is borrowed; NULL with @error set, whose message is the sentence, and @code the stable
 * word. */
typedef void (*LanRpcOnAnswer) (JsonObject *result, const char *code, const GError *error,
                                gpointer user_data);

/** Connects to the program that has the profile open. Local and quick, hence not asynchronous. */
LanRpcClient *lan_rpc_client_new_for_socket (const char *path, LanRpcOnNotification notified,
                                             LanRpcOnClosed closed, gpointer user_data,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Serves itself from @node, which must be open. Notifications come from the main loop. */
LanRpcClient *lan_rpc_client_new_for_node (LanNode *node, LanRpcOnNotification notified,
                                           gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;

/** Calls still waiting are dropped without an answer; NULL is fine. */
void lan_rpc_client_free (LanRpcClient *client);

/** @params: (transfer full) (nullable). @answered (nullable) is called once, from the main loop. */
void lan_rpc_client_call (LanRpcClient *client, const char *method, JsonObject *params,
                          LanRpcOnAnswer answered, gpointer user_data);

G_END_DECLS
