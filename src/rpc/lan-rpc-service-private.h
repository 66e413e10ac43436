/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the methods and the notifications share.
 */
#pragma once

#include "lan-rpc-message.h"
#include "lan-rpc-service.h"

G_BEGIN_DECLS

struct _LanRpcService {
  grefcount refs; /* the owner's, and one for each call under way */
  LanNode *node;
  LanRpcSend send; /* NULL once the owner has gone */
  gpointer user_data;
  GCancellable *cancellable;
  GCancellable *backup;    /* of the one being made; borrowed; NULL: none */
  GCancellable *bundle;    /* likewise */
  GCancellable *file_work; /* of a chat on its way into a file or out of one; likewise */
};

/* One request under way; freed by answering it. */
typedef struct {
  LanRpcService *service;
  JsonNode *id; /* NULL for a notification: it gets no answer */
  JsonObject *params;
} LanRpcCall;

/** Answers and frees @call. @result: (transfer full) (nullable). */
void lan_rpc_call_succeed (LanRpcCall *call, JsonObject *result);

/** Answers and frees @call. */
void lan_rpc_call_fail (LanRpcCall *call, const GError *error);

/** Answers and frees @call: the parameter @name is missing or not what it should be. */
void lan_rpc_call_fail_param (LanRpcCall *call, const char *name);

/** Finds the method and runs it; takes @call. FALSE when there is no such method. */
gboolean lan_rpc_methods_run (const char *method, LanRpcCall *call);

/** Connects the node's signals to notifications until @service's owner has gone. */
void lan_rpc_notify_connect (LanRpcService *service);
void lan_rpc_notify_disconnect (LanRpcService *service);

/** Sends a notification; takes @params. */
void lan_rpc_service_notify (LanRpcService *service, const char *method, JsonObject *params);

/* Objects as they travel: (transfer full). */
JsonObject *lan_rpc_describe_person (LanPerson *person);
JsonObject *lan_rpc_describe_message (LanMessage *message);
JsonObject *lan_rpc_describe_transfer (LanTransfer *transfer);
JsonObject *lan_rpc_describe_server (LanServer *server);

/** Adds `left_out` to @o where there is any: `links` and `others`. */
void lan_rpc_describe_left_out (JsonObject *o, guint links, guint others);

/** "queued" for what is not delivered, else the node's own word for the status. */
const char *lan_rpc_message_state (LanMessage *message);

G_END_DECLS
