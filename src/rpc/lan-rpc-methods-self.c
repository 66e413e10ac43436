/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

/* self.* */

static void
self_get (LanRpcCall *call)
{
  LanNode *node = call->service->node;
  JsonObject *o = lan_rpc_describe_person (lan_node_get_self (node));

  json_object_set_int_member (o, "port", lan_node_get_tcp_port (node));
  json_object_set_string_member (o, "profile", lan_node_get_profile_dir (node));
  json_object_set_boolean_member (o, "hidden", lan_node_get_hidden (node));
  lan_rpc_call_succeed (call, o);
}

static void
self_set (LanRpcCall *call)
{
  LanNode *node = call->service->node;
  const char *name, *presence, *status;
  LanPersonPresence value = lan_person_get_presence (lan_node_get_self (node));
  gboolean hidden = lan_node_get_hidden (node);
  g_autoptr (GError) error = NULL;

  if (!lan_rpc_take_string (call, "name", &name) ||
      !lan_rpc_take_string (call, "presence", &presence) ||
      !lan_rpc_take_string (call, "status", &status) ||
      !lan_rpc_take_boolean (call, "hidden", &hidden))
    return;
  if (presence != NULL &&
      (!lan_person_presence_from_name (presence, &value) || value == LAN_PERSON_PRESENCE_OFFLINE)) {
    lan_rpc_call_fail_param (call, "presence");
    return;
  }
  if (name != NULL && !lan_node_set_name (node, name, &error)) {
    lan_rpc_call_fail (call, error);
    return;
  }
  if (value == LAN_PERSON_PRESENCE_OFFLINE)
    value = LAN_PERSON_PRESENCE_AVAILABLE;
  if (presence != NULL || status != NULL)
    lan_node_set_presence (node, value,
                           status != NULL ? status
                                          : lan_person_get_status_text (lan_node_get_self (node)));
  if (json_object_has_member (call->params, "hidden"))
    lan_node_set_hidden (node, hidden);
  lan_rpc_call_succeed (call, NULL);
}

static void
address_add (LanRpcCall *call)
{
  const char *address = lan_rpc_need_string (call, "address");
  g_autoptr (GError) error = NULL;

  if (address == NULL)
    return;
  if (!lan_node_add_address (call->service->node, address, &error))
    lan_rpc_call_fail (call, error);
  else
    lan_rpc_call_succeed (call, NULL);
}

/* link.* */

static void
on_link_stats (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanPersonStats) stats =
      lan_person_link_stats_finish (LAN_PERSON (source), result, &error);
  JsonObject *o;

  if (stats == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  o = json_object_new ();
  json_object_set_string_member (o, "state", stats->state);
  json_object_set_string_member (o, "path", stats->path);
  json_object_set_string_member (o, "local", stats->local_address);
  json_object_set_string_member (o, "remote", stats->remote_address);
  json_object_set_int_member (o, "rtt_us", stats->rtt_us);
  json_object_set_int_member (o, "sent", (gint64) stats->bytes_sent);
  json_object_set_int_member (o, "received", (gint64) stats->bytes_received);
  json_object_set_int_member (o, "lost", (gint64) stats->packets_lost);
  json_object_set_int_member (o, "since", stats->up_since);
  json_object_set_int_member (o, "opened_us", stats->opened_us);
  lan_rpc_call_succeed (call, o);
}

static void
link_stats (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_person (call, "id");

  if (person != NULL)
    lan_person_link_stats_async (person, call->service->cancellable, on_link_stats, call);
}

const LanRpcMethod lan_rpc_self_methods[] = {
  { "address.add", address_add },
  { "link.stats", link_stats },
  { "self.get", self_get },
  { "self.set", self_set },
  { NULL, NULL },
};
