/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-node-message.h"
#include "lan-rpc-methods-private.h"

/*
 * message.*: what is done with a message that is there. Each finds it first: "id", and "from" where
 * several people have one with this id.
 */

typedef struct {
  LanRpcCall *call;
  LanRpcWithMessage then;
} Finding;

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Finding *finding = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanMessage) message = lan_node_find_message_finish (LAN_NODE (source), result, &error);

  if (message == NULL)
    lan_rpc_call_fail (finding->call, error);
  else
    finding->then (finding->call, message);
}

void
lan_rpc_with_message (LanRpcCall *call, const char *member, LanRpcWithMessage then)
{
  const char *id = lan_rpc_need_string (call, member), *from;
  LanPerson *author = NULL;
  Finding *finding;

  if (id == NULL || !lan_rpc_take_string (call, "from", &from))
    return;
  if (from != NULL) {
    g_autoptr (GError) error = NULL;
    LanPerson *self = lan_node_get_self (call->service->node);

    author = g_strcmp0 (from, lan_person_get_id (self)) == 0
                 ? self
                 : lan_node_find_person (call->service->node, from, &error);
    if (author == NULL) {
      lan_rpc_call_fail (call, error);
      return;
    }
  }
  finding = g_new0 (Finding, 1);
  finding->call = call;
  finding->then = then;
  lan_node_find_message_async (call->service->node, id, author, call->service->cancellable,
                               on_found, finding);
}

static void
on_operated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = lan_node_operate_finish (LAN_NODE (source), result, &error);

  if (id != NULL)
    lan_rpc_call_succeed (call, lan_rpc_one_string ("id", id));
  else
    lan_rpc_call_fail (call, error);
}

/* --- edit, recall, react, pin --- */

static void
edit (LanRpcCall *call, LanMessage *message)
{
  const char *text = lan_rpc_need_string (call, "text");

  if (text != NULL)
    lan_node_edit_message_async (call->service->node, message, text, call->service->cancellable,
                                 on_operated, call);
}

static void
message_edit (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", edit);
}

static void
recall (LanRpcCall *call, LanMessage *message)
{
  lan_node_recall_message_async (call->service->node, message, call->service->cancellable,
                                 on_operated, call);
}

static void
message_recall (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", recall);
}

static void
react (LanRpcCall *call, LanMessage *message)
{
  const char *emoji = lan_rpc_need_string (call, "emoji");
  gboolean on = TRUE;

  if (emoji != NULL && lan_rpc_take_boolean (call, "on", &on))
    lan_node_react_async (call->service->node, message, emoji, on, call->service->cancellable,
                          on_operated, call);
}

static void
message_react (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", react);
}

static void
pin (LanRpcCall *call, LanMessage *message)
{
  gboolean on = TRUE;

  if (lan_rpc_take_boolean (call, "on", &on))
    lan_node_pin_async (call->service->node, message, on, call->service->cancellable, on_operated,
                        call);
}

static void
message_pin (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", pin);
}

/* --- reply, forward --- */

static gboolean
take_beside (LanRpcCall *call, GStrv *mentions, gboolean *urgent)
{
  if (!lan_rpc_take_boolean (call, "urgent", urgent))
    return FALSE;
  if (!json_object_has_member (call->params, "mentions"))
    return TRUE;
  *mentions = lan_rpc_need_strings (call, "mentions");
  return *mentions != NULL;
}

void
lan_rpc_send_message (LanRpcCall *call, LanPerson *person, LanMessage *reply_to)
{
  const char *text = lan_rpc_need_string (call, "text");
  g_auto (GStrv) mentions = NULL;
  gboolean urgent = FALSE;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  if (text == NULL || !take_beside (call, &mentions, &urgent))
    return;
  id = lan_node_send_message (call->service->node, person, text, reply_to,
                              (const char *const *) mentions, urgent, &error);
  if (id == NULL)
    lan_rpc_call_fail (call, error);
  else
    lan_rpc_call_succeed (call, lan_rpc_one_string ("id", id));
}

static void
reply (LanRpcCall *call, LanMessage *message)
{
  lan_rpc_send_message (call, lan_message_get_peer (message), message);
}

static void
message_reply (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", reply);
}

static void
answer_ids (LanRpcCall *call, GStrv ids, const GError *error)
{
  JsonObject *o;

  if (ids == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  o = json_object_new ();
  if (ids[0] != NULL)
    json_object_set_string_member (o, "id", ids[0]);
  json_object_set_array_member (o, "ids", lan_rpc_string_array ((const char *const *) ids));
  lan_rpc_call_succeed (call, o);
}

static void
forward (LanRpcCall *call, LanMessage *message)
{
  g_autoptr (GPtrArray) people = lan_rpc_need_peers (call, "to");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = NULL;

  if (people == NULL)
    return;
  ids = lan_node_forward_message (call->service->node, message, people, &error);
  answer_ids (call, ids, error);
}

static void
message_forward (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", forward);
}

void
lan_rpc_send_to_many (LanRpcCall *call)
{
  g_autoptr (GPtrArray) people = lan_rpc_need_peers (call, "to");
  const char *text;
  gboolean urgent = FALSE;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = NULL;

  if (people == NULL)
    return;
  text = lan_rpc_need_string (call, "text");
  if (text == NULL || !lan_rpc_take_boolean (call, "urgent", &urgent))
    return;
  ids = lan_node_send_to_many (call->service->node, people, text, urgent, &error);
  answer_ids (call, ids, error);
}

/* --- reading --- */

static void
get (LanRpcCall *call, LanMessage *message)
{
  lan_rpc_call_succeed (call, lan_rpc_describe_message (message));
}

static void
message_get (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", get);
}

static void
on_edits (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) edits = lan_node_read_edits_finish (LAN_NODE (source), result, &error);
  JsonArray *array;
  JsonObject *o;

  if (edits == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  array = json_array_new ();
  for (guint i = 0; i < edits->len; i++) {
    o = lan_rpc_one_string ("text", lan_message_edit_get_text (edits->pdata[i]));
    json_object_set_int_member (o, "time", lan_message_edit_get_time (edits->pdata[i]));
    json_array_add_object_element (array, o);
  }
  o = json_object_new ();
  json_object_set_array_member (o, "edits", array);
  lan_rpc_call_succeed (call, o);
}

static void
edits_of (LanRpcCall *call, LanMessage *message)
{
  lan_node_read_edits_async (call->service->node, message, call->service->cancellable, on_edits,
                             call);
}

static void
message_edits (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", edits_of);
}

static void
on_pinned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = lan_node_read_pinned_finish (LAN_NODE (source), result, &error);

  if (messages == NULL)
    lan_rpc_call_fail (call, error);
  else
    lan_rpc_call_succeed (call, lan_rpc_describe_messages (messages));
}

static void
message_pinned (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_peer (call, "peer");

  if (person != NULL)
    lan_node_read_pinned_async (call->service->node, person, call->service->cancellable, on_pinned,
                                call);
}

const LanRpcMethod lan_rpc_message_methods[] = {
  { "message.edit", message_edit },       { "message.edits", message_edits },
  { "message.forward", message_forward }, { "message.get", message_get },
  { "message.pin", message_pin },         { "message.pinned", message_pinned },
  { "message.react", message_react },     { "message.recall", message_recall },
  { "message.reply", message_reply },     { NULL, NULL },
};
