/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

#include <lan-sticker.h>
#include <string.h>

/* sticker.*: those that are kept, and as messages. Pictures travel in base64. */

static JsonObject *
describe (LanSticker *sticker)
{
  JsonObject *o = lan_rpc_one_string ("id", lan_sticker_get_id (sticker));

  json_object_set_string_member (o, "name", lan_sticker_get_name (sticker));
  json_object_set_string_member (o, "set", lan_sticker_get_set (sticker));
  json_object_set_int_member (o, "width", lan_sticker_get_width (sticker));
  json_object_set_int_member (o, "height", lan_sticker_get_height (sticker));
  return o;
}

/* --- those that are kept --- */

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stickers =
      lan_node_list_stickers_finish (LAN_NODE (source), result, &error);
  JsonArray *array;
  JsonObject *o;

  if (stickers == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  array = json_array_new ();
  for (guint i = 0; i < stickers->len; i++)
    json_array_add_object_element (array, describe (g_ptr_array_index (stickers, i)));
  o = json_object_new ();
  json_object_set_array_member (o, "stickers", array);
  lan_rpc_call_succeed (call, o);
}

static void
sticker_list (LanRpcCall *call)
{
  lan_node_list_stickers_async (call->service->node, call->service->cancellable, on_listed, call);
}

typedef struct {
  LanRpcCall *call;
  char *id;
} Change;

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Change *change = user_data;
  g_autofree char *id = change->id;
  g_autoptr (GError) error = NULL;

  if (lan_node_change_stickers_finish (LAN_NODE (source), result, &error))
    lan_rpc_call_succeed (change->call, lan_rpc_one_string ("id", id));
  else
    lan_rpc_call_fail (change->call, error);
}

static Change *
change_new (LanRpcCall *call, const char *id)
{
  Change *change = g_new0 (Change, 1);

  change->call = call;
  change->id = g_strdup (id);
  return change;
}

static void
keep (LanRpcCall *call, LanSticker *sticker)
{
  lan_node_keep_sticker_async (call->service->node, sticker, call->service->cancellable, on_changed,
                               change_new (call, lan_sticker_get_id (sticker)));
}

static void
sticker_add (LanRpcCall *call)
{
  const char *name = lan_rpc_need_string (call, "name");
  const char *text = name != NULL ? lan_rpc_need_string (call, "picture") : NULL;
  const char *set = NULL;
  g_autoptr (LanSticker) sticker = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) picture = NULL;
  guchar *data;
  gsize len;

  if (text == NULL || !lan_rpc_take_string (call, "set", &set))
    return;
  data = g_base64_decode (text, &len);
  picture = g_bytes_new_take (data, len);
  sticker = lan_sticker_new (name, set, picture, &error);
  if (sticker != NULL)
    keep (call, sticker);
  else
    lan_rpc_call_fail (call, error);
}

static void
sticker_remove (LanRpcCall *call)
{
  const char *id = lan_rpc_need_string (call, "sticker");

  if (id != NULL)
    lan_node_drop_sticker_async (call->service->node, id, call->service->cancellable, on_changed,
                                 change_new (call, id));
}

/* --- one that came --- */

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanSticker) sticker = lan_node_read_sticker_finish (LAN_NODE (source), result, &error);
  g_autofree char *text = NULL;
  gconstpointer data;
  JsonObject *o;
  gsize len;

  if (sticker == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  data = g_bytes_get_data (lan_sticker_get_picture (sticker), &len);
  text = g_base64_encode (data, len);
  o = describe (sticker);
  json_object_set_string_member (o, "picture", text);
  lan_rpc_call_succeed (call, o);
}

static void
read_one (LanRpcCall *call, LanMessage *message)
{
  lan_node_read_sticker_async (call->service->node, message, call->service->cancellable, on_read,
                               call);
}

static void
sticker_read (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", read_one);
}

static void
on_read_to_keep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LanSticker) sticker = lan_node_read_sticker_finish (LAN_NODE (source), result, &error);

  if (sticker != NULL)
    keep (call, sticker);
  else
    lan_rpc_call_fail (call, error);
}

static void
keep_one (LanRpcCall *call, LanMessage *message)
{
  lan_node_read_sticker_async (call->service->node, message, call->service->cancellable,
                               on_read_to_keep, call);
}

static void
sticker_keep (LanRpcCall *call)
{
  lan_rpc_with_message (call, "id", keep_one);
}

/* --- as messages --- */

typedef struct {
  LanRpcCall *call;
  LanPerson *person;
  LanMessage *reply_to; /* NULL: it answers none */
} Sending;

static void
sending_free (Sending *sending)
{
  g_clear_object (&sending->person);
  g_clear_object (&sending->reply_to);
  g_free (sending);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sending, sending_free)

static LanSticker *
find (GPtrArray *stickers, const char *wanted)
{
  LanSticker *found = NULL;

  for (guint i = 0; i < stickers->len; i++) {
    LanSticker *sticker = g_ptr_array_index (stickers, i);

    if (strcmp (lan_sticker_get_id (sticker), wanted) == 0)
      return sticker;
    if (found == NULL && strcmp (lan_sticker_get_name (sticker), wanted) == 0)
      found = sticker;
  }
  return found;
}

static void
on_listed_to_send (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Sending) sending = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stickers =
      lan_node_list_stickers_finish (LAN_NODE (source), result, &error);
  LanSticker *sticker =
      stickers != NULL
          ? find (stickers, json_object_get_string_member (sending->call->params, "sticker"))
          : NULL;
  g_autofree char *id = NULL;

  if (sticker != NULL)
    id = lan_node_send_sticker (LAN_NODE (source), sending->person, sticker, sending->reply_to,
                                &error);
  else if (error == NULL)
    g_set_error_literal (&error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND,
                         "there is no such sticker");
  if (id != NULL)
    lan_rpc_call_succeed (sending->call, lan_rpc_one_string ("id", id));
  else
    lan_rpc_call_fail (sending->call, error);
}

static void
send_to (LanRpcCall *call, LanPerson *person, LanMessage *reply_to)
{
  Sending *sending = g_new0 (Sending, 1);

  sending->call = call;
  sending->person = g_object_ref (person);
  sending->reply_to = reply_to != NULL ? g_object_ref (reply_to) : NULL;
  lan_node_list_stickers_async (call->service->node, call->service->cancellable, on_listed_to_send,
                                sending);
}

static void
answer_with (LanRpcCall *call, LanMessage *message)
{
  send_to (call, lan_message_get_peer (message), message);
}

/* To somebody, or as an answer to a message. */
static void
sticker_send (LanRpcCall *call)
{
  LanPerson *person;

  if (lan_rpc_need_string (call, "sticker") == NULL)
    return;
  if (json_object_has_member (call->params, "reply")) {
    lan_rpc_with_message (call, "reply", answer_with);
    return;
  }
  person = lan_rpc_need_peer (call, "to");
  if (person != NULL)
    send_to (call, person, NULL);
}

static void
on_listed_to_offer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Sending) sending = user_data;
  const char *set = json_object_get_string_member (sending->call->params, "set");
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) stickers =
      lan_node_list_stickers_finish (LAN_NODE (source), result, &error);
  g_auto (GStrv) ids = NULL;
  JsonObject *o;

  for (guint i = 0; stickers != NULL && i < stickers->len; i++) {
    if (strcmp (lan_sticker_get_set (stickers->pdata[i]), set) == 0)
      g_ptr_array_add (chosen, stickers->pdata[i]);
  }
  if (chosen->len > 0)
    ids = lan_node_offer_stickers (LAN_NODE (source), sending->person, chosen, &error);
  else if (error == NULL)
    g_set_error_literal (&error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND,
                         "there is no sticker of this set");
  if (ids == NULL) {
    lan_rpc_call_fail (sending->call, error);
    return;
  }
  o = json_object_new ();
  json_object_set_array_member (o, "ids", lan_rpc_string_array ((const char *const *) ids));
  lan_rpc_call_succeed (sending->call, o);
}

static void
sticker_offer (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_peer (call, "to");
  Sending *sending;

  if (person == NULL || lan_rpc_need_string (call, "set") == NULL)
    return;
  sending = g_new0 (Sending, 1);
  sending->call = call;
  sending->person = g_object_ref (person);
  lan_node_list_stickers_async (call->service->node, call->service->cancellable, on_listed_to_offer,
                                sending);
}

const LanRpcMethod lan_rpc_sticker_methods[] = {
  { "sticker.list", sticker_list },   { "sticker.add", sticker_add },
  { "sticker.keep", sticker_keep },   { "sticker.remove", sticker_remove },
  { "sticker.read", sticker_read },   { "sticker.send", sticker_send },
  { "sticker.offer", sticker_offer }, { NULL, NULL },
};
