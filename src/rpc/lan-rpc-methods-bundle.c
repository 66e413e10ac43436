/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-node-carry.h"
#include "lan-rpc-methods-private.h"

/* carry.* */

static JsonObject *
describe_carry (LanNode *node)
{
  JsonObject *o = json_object_new ();

  json_object_set_boolean_member (o, "on", lan_node_get_carrying (node));
  json_object_set_int_member (o, "letters", lan_node_get_carried_letters (node));
  json_object_set_int_member (o, "bytes", (gint64) lan_node_get_carried_bytes (node));
  return o;
}

static void
carry_get (LanRpcCall *call)
{
  lan_rpc_call_succeed (call, describe_carry (call->service->node));
}

static void
carry_set (LanRpcCall *call)
{
  gboolean on = lan_node_get_carrying (call->service->node);

  if (!lan_rpc_take_boolean (call, "on", &on))
    return;
  lan_node_set_carrying (call->service->node, on);
  lan_rpc_call_succeed (call, NULL);
}

const LanRpcMethod lan_rpc_bundle_methods[] = {
  { "carry.get", carry_get },
  { "carry.set", carry_set },
  { NULL, NULL },
};
