/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

/* message.*, typing.* and history.* */

static void
message_send (LanRpcCall *call)
{
  JsonNode *to = json_object_get_member (call->params, "to");
  LanPerson *person;

  if (to != NULL && JSON_NODE_HOLDS_ARRAY (to)) {
    lan_rpc_send_to_many (call);
    return;
  }
  person = lan_rpc_need_peer (call, "to");
  if (person != NULL)
    lan_rpc_send_message (call, person, NULL);
}

static void
on_marked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;

  if (lan_node_mark_read_finish (LAN_NODE (source), result, &error))
    lan_rpc_call_succeed (call, NULL);
  else
    lan_rpc_call_fail (call, error);
}

static void
message_read (LanRpcCall *call)
{
  const char *id = lan_rpc_need_string (call, "id");

  if (id != NULL)
    lan_node_mark_read_async (call->service->node, id, call->service->cancellable, on_marked, call);
}

static void
typing_set (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_peer (call, "to");
  gboolean on = TRUE;

  if (person == NULL || !lan_rpc_take_boolean (call, "on", &on))
    return;
  lan_conversation_set_typing (lan_node_open_conversation (call->service->node, person), on);
  lan_rpc_call_succeed (call, NULL);
}

static void
on_history_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = lan_node_read_history_finish (LAN_NODE (source), result, &error);

  if (messages == NULL)
    lan_rpc_call_fail (call, error);
  else
    lan_rpc_call_succeed (call, lan_rpc_describe_messages (messages));
}

static void
history_list (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_peer (call, "peer");
  const char *before;
  gint64 limit = 50;

  if (person == NULL || !lan_rpc_take_int (call, "limit", &limit) ||
      !lan_rpc_take_string (call, "before", &before))
    return;
  if (limit < 1 || limit > 1000) {
    lan_rpc_call_fail_param (call, "limit");
    return;
  }
  lan_node_read_history_async (call->service->node, person, before, (guint) limit,
                               call->service->cancellable, on_history_read, call);
}

static void
history_unread (LanRpcCall *call)
{
  GListModel *chats = lan_node_get_conversations (call->service->node);
  JsonArray *array = json_array_new ();
  JsonObject *o = json_object_new ();

  for (guint i = 0; i < g_list_model_get_n_items (chats); i++) {
    g_autoptr (LanConversation) chat = g_list_model_get_item (chats, i);
    LanPerson *person = lan_conversation_get_person (chat);
    JsonObject *one;

    if (lan_conversation_get_unread (chat) == 0 || person == NULL)
      continue;
    one = lan_rpc_one_string ("peer", lan_person_get_id (person));
    json_object_set_int_member (one, "unread", lan_conversation_get_unread (chat));
    json_array_add_object_element (array, one);
  }
  json_object_set_array_member (o, "chats", array);
  lan_rpc_call_succeed (call, o);
}

const LanRpcMethod lan_rpc_chat_methods[] = {
  { "history.list", history_list }, { "history.unread", history_unread },
  { "message.read", message_read }, { "message.send", message_send },
  { "typing.set", typing_set },     { NULL, NULL },
};
