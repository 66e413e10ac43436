/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

/* server.* and directory.* */

static void
server_state (LanRpcCall *call)
{
  lan_rpc_call_succeed (call, lan_rpc_describe_server (lan_node_get_server (call->service->node)));
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = lan_server_look_finish (LAN_SERVER (source), result, &error);
  g_auto (GStrv) words = NULL;
  const char *language = NULL;
  JsonObject *o;

  if (key == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  if (!lan_rpc_take_string (call, "language", &language))
    return;
  words = lan_server_dup_words (key, language);
  o = lan_rpc_one_string ("key", key);
  json_object_set_array_member (o, "words", lan_rpc_string_array ((const char *const *) words));
  lan_rpc_call_succeed (call, o);
}

static void
server_look (LanRpcCall *call)
{
  const char *address = lan_rpc_need_string (call, "address");

  if (address != NULL)
    lan_server_look_async (lan_node_get_server (call->service->node), address,
                           call->service->cancellable, on_looked, call);
}

static void
on_joined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;

  if (lan_server_join_finish (LAN_SERVER (source), result, &error))
    lan_rpc_call_succeed (call, lan_rpc_describe_server (LAN_SERVER (source)));
  else
    lan_rpc_call_fail (call, error);
}

/* The words as one string, from an array or a string. FALSE once the call is answered. */
static gboolean
take_words (LanRpcCall *call, char **words)
{
  g_auto (GStrv) list = NULL;

  if (!json_object_has_member (call->params, "words"))
    return TRUE;
  list = lan_rpc_need_strings (call, "words");
  if (list == NULL)
    return FALSE;
  *words = g_strjoinv (" ", list);
  return TRUE;
}

static void
server_join (LanRpcCall *call)
{
  const char *where = NULL, *login = NULL, *password = NULL;
  g_autofree char *words = NULL;

  if (!lan_rpc_take_string (call, "url", &where) || !lan_rpc_take_string (call, "login", &login) ||
      !lan_rpc_take_string (call, "password", &password))
    return;
  if (where == NULL)
    where = lan_rpc_need_string (call, "address");
  if (where == NULL || !take_words (call, &words))
    return;
  lan_server_join_async (lan_node_get_server (call->service->node), where, words, login, password,
                         call->service->cancellable, on_joined, call);
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;

  if (lan_server_leave_finish (LAN_SERVER (source), result, &error))
    lan_rpc_call_succeed (call, NULL);
  else
    lan_rpc_call_fail (call, error);
}

static void
server_leave (LanRpcCall *call)
{
  lan_server_leave_async (lan_node_get_server (call->service->node), call->service->cancellable,
                          on_left, call);
}

static void
directory_list (LanRpcCall *call)
{
  GListModel *people = lan_node_get_people (call->service->node);
  JsonArray *array = json_array_new ();
  JsonObject *o = json_object_new ();

  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (LanPerson) person = g_list_model_get_item (people, i);

    if (lan_person_get_level (person) > 0)
      json_array_add_object_element (array, lan_rpc_describe_person (person));
  }
  json_object_set_array_member (o, "people", array);
  lan_rpc_call_succeed (call, o);
}

const LanRpcMethod lan_rpc_server_methods[] = {
  { "directory.list", directory_list }, { "server.join", server_join },
  { "server.leave", server_leave },     { "server.look", server_look },
  { "server.state", server_state },     { NULL, NULL },
};
