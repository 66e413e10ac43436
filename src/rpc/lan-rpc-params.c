/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

/* Parameters: each getter answers the call itself when it returns nothing. */

static const char *
peek_string (LanRpcCall *call, const char *name)
{
  JsonNode *node = json_object_get_member (call->params, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

const char *
lan_rpc_need_string (LanRpcCall *call, const char *name)
{
  const char *value = peek_string (call, name);

  if (value == NULL)
    lan_rpc_call_fail_param (call, name);
  return value;
}

/* Parameters that may be missing, but not of another type: FALSE once the call is answered. */

static gboolean
is_missing_or (LanRpcCall *call, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (call->params, name);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node) ||
      (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type))
    return TRUE;
  lan_rpc_call_fail_param (call, name);
  return FALSE;
}

gboolean
lan_rpc_take_string (LanRpcCall *call, const char *name, const char **value)
{
  if (!is_missing_or (call, name, G_TYPE_STRING))
    return FALSE;
  *value = peek_string (call, name);
  return TRUE;
}

gboolean
lan_rpc_take_int (LanRpcCall *call, const char *name, gint64 *value)
{
  if (!is_missing_or (call, name, G_TYPE_INT64))
    return FALSE;
  *value = json_object_get_int_member_with_default (call->params, name, *value);
  return TRUE;
}

gboolean
lan_rpc_take_boolean (LanRpcCall *call, const char *name, gboolean *value)
{
  if (!is_missing_or (call, name, G_TYPE_BOOLEAN))
    return FALSE;
  *value = json_object_get_boolean_member_with_default (call->params, name, *value);
  return TRUE;
}

typedef LanPerson *(*Finder) (LanNode *node, const char *id_or_name, GError **error);

static LanPerson *
need_one (LanRpcCall *call, const char *name, Finder find)
{
  const char *who = lan_rpc_need_string (call, name);
  g_autoptr (GError) error = NULL;
  LanPerson *person;

  if (who == NULL)
    return NULL;
  person = find (call->service->node, who, &error);
  if (person == NULL)
    lan_rpc_call_fail (call, error);
  return person;
}

LanPerson *
lan_rpc_need_person (LanRpcCall *call, const char *name)
{
  return need_one (call, name, lan_node_find_person);
}

LanPerson *
lan_rpc_need_peer (LanRpcCall *call, const char *name)
{
  return need_one (call, name, lan_node_find_peer);
}

static GPtrArray *
need_several (LanRpcCall *call, const char *name, Finder find)
{
  g_auto (GStrv) names = lan_rpc_need_strings (call, name);
  g_autoptr (GPtrArray) people = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  if (names == NULL)
    return NULL;
  for (gsize i = 0; names[i] != NULL; i++) {
    LanPerson *person = find (call->service->node, names[i], &error);

    if (person == NULL) {
      lan_rpc_call_fail (call, error);
      return NULL;
    }
    g_ptr_array_add (people, g_object_ref (person));
  }
  return g_steal_pointer (&people);
}

GPtrArray *
lan_rpc_need_people (LanRpcCall *call, const char *name)
{
  return need_several (call, name, lan_node_find_person);
}

GPtrArray *
lan_rpc_need_peers (LanRpcCall *call, const char *name)
{
  return need_several (call, name, lan_node_find_peer);
}

LanTransfer *
lan_rpc_need_transfer (LanRpcCall *call, const char *name)
{
  const char *id = lan_rpc_need_string (call, name);
  g_autoptr (GError) error = NULL;
  LanTransfer *transfer;

  if (id == NULL)
    return NULL;
  transfer = lan_node_find_transfer (call->service->node, id);
  if (transfer == NULL) {
    error = g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND, "There is no file '%s'.", id);
    lan_rpc_call_fail (call, error);
  }
  return transfer;
}

/* A list of strings, or one string alone. (transfer full) */
GStrv
lan_rpc_need_strings (LanRpcCall *call, const char *name)
{
  JsonNode *node = json_object_get_member (call->params, name);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;

  if (peek_string (call, name) != NULL) {
    g_strv_builder_add (builder, peek_string (call, name));
    return g_strv_builder_end (builder);
  }
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node) ||
      json_array_get_length (json_node_get_array (node)) == 0) {
    lan_rpc_call_fail_param (call, name);
    return NULL;
  }
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *item = json_array_get_element (array, i);

    if (!JSON_NODE_HOLDS_VALUE (item) || json_node_get_value_type (item) != G_TYPE_STRING) {
      lan_rpc_call_fail_param (call, name);
      return NULL;
    }
    g_strv_builder_add (builder, json_node_get_string (item));
  }
  return g_strv_builder_end (builder);
}

/* Answers */

JsonObject *
lan_rpc_one_string (const char *member, const char *value)
{
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, member, value);
  return o;
}

JsonArray *
lan_rpc_string_array (const char *const *values)
{
  JsonArray *array = json_array_new ();

  for (gsize i = 0; values[i] != NULL; i++)
    json_array_add_string_element (array, values[i]);
  return array;
}
