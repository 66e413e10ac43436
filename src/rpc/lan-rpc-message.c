/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-message.h"

#include <string.h>

static const struct {
  int number;
  const char *code;
  const char *text;
} own_errors[] = {
  { LAN_RPC_PARSE_ERROR, "parse",
    "This line is not JSON in UTF-8, or it is too long or too deep." },
  { LAN_RPC_INVALID_REQUEST, "request", "This is JSON, but not a JSON-RPC 2.0 request." },
  { LAN_RPC_METHOD_NOT_FOUND, "method", "There is no such method." },
  { LAN_RPC_INVALID_PARAMS, "params", "A parameter is missing or of the wrong type." },
};

const char *
lan_rpc_error_text (int number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (own_errors); i++) {
    if (own_errors[i].number == number)
      return own_errors[i].text;
  }
  return "It failed.";
}

const char *
lan_rpc_error_code (int number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (own_errors); i++) {
    if (own_errors[i].number == number)
      return own_errors[i].code;
  }
  return "failed";
}

/* Counts brackets outside strings: the parser's recursion must be bounded before it starts. */
static gboolean
is_shallow (const char *line, gsize len)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < len; i++) {
    if (in_string) {
      if (line[i] == '\\')
        i++;
      else if (line[i] == '"')
        in_string = FALSE;
    } else if (line[i] == '"') {
      in_string = TRUE;
    } else if (line[i] == '[' || line[i] == '{') {
      if (++depth > LAN_RPC_MAX_DEPTH)
        return FALSE;
    } else if ((line[i] == ']' || line[i] == '}') && depth > 0) {
      depth--;
    }
  }
  return TRUE;
}

/* The four digits behind \u, or -1. */
static int
read_unit (const char *at, const char *end)
{
  int unit = 0;

  if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
    return -1;
  for (int i = 2; i < 6; i++) {
    int digit = g_ascii_xdigit_value (at[i]);

    if (digit < 0)
      return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

/*
 * Escapes that the parser lets through and that no string of ours can hold: NUL would cut the text
 * in silence, and half a pair of surrogates would make it invalid UTF-8.
 */
static gboolean
is_sound (const char *line, gsize len)
{
  const char *end = line + len;

  for (const char *at = line; at < end; at++) {
    int unit;

    if (*at != '\\')
      continue;
    unit = read_unit (at, end);
    if (unit == 0 || (unit & ~0x3ff) == 0xdc00)
      return FALSE;
    if ((unit & ~0x3ff) == 0xd800) {
      if ((read_unit (at + 6, end) & ~0x3ff) != 0xdc00)
        return FALSE;
      at += 6;
    }
    at++; /* also past a second backslash */
  }
  return TRUE;
}

static gboolean
is_id (JsonNode *node)
{
  GType type;

  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  type = json_node_get_value_type (node);
  return type == G_TYPE_INT64 || type == G_TYPE_STRING || type == G_TYPE_DOUBLE;
}

static const char *
get_string (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

static gboolean
read_call (LanRpcMessage *message, JsonObject *object)
{
  JsonNode *params = json_object_get_member (object, "params");

  message->method = g_strdup (get_string (object, "method"));
  if (message->method == NULL || (params != NULL && !JSON_NODE_HOLDS_OBJECT (params)))
    return FALSE;
  message->params = params != NULL ? json_node_dup_object (params) : json_object_new ();
  message->kind = message->id != NULL ? LAN_RPC_REQUEST : LAN_RPC_NOTIFICATION;
  return TRUE;
}

static gboolean
read_error (LanRpcMessage *message, JsonNode *node)
{
  JsonObject *error, *data = NULL;
  JsonNode *number;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  error = json_node_get_object (node);
  number = json_object_get_member (error, "code");
  if (number == NULL || !JSON_NODE_HOLDS_VALUE (number))
    return FALSE;
  node = json_object_get_member (error, "data");
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    data = json_node_get_object (node);
  message->kind = LAN_RPC_ERROR;
  message->error_number = (int) json_node_get_int (number);
  message->error_code = g_strdup (data != NULL ? get_string (data, "code") : NULL);
  if (message->error_code == NULL)
    message->error_code = g_strdup (lan_rpc_error_code (message->error_number));
  message->error_text = g_strdup (get_string (error, "message"));
  if (message->error_text == NULL)
    message->error_text = g_strdup (lan_rpc_error_text (message->error_number));
  return TRUE;
}

static gboolean
read_message (LanRpcMessage *message, JsonObject *object)
{
  JsonNode *id = json_object_get_member (object, "id");
  const char *version = get_string (object, "jsonrpc");

  if (version == NULL || strcmp (version, "2.0") != 0 || (id != NULL && !is_id (id)))
    return FALSE;
  message->id = id != NULL ? json_node_copy (id) : NULL;
  if (json_object_has_member (object, "method"))
    return read_call (message, object);
  if (message->id == NULL)
    return FALSE;
  if (json_object_has_member (object, "error"))
    return read_error (message, json_object_get_member (object, "error"));
  if (!json_object_has_member (object, "result"))
    return FALSE;
  message->kind = LAN_RPC_RESULT;
  message->result = json_object_dup_member (object, "result");
  return TRUE;
}

LanRpcMessage *
lan_rpc_message_parse (const char *line, gsize len, int *failed)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (LanRpcMessage) message = NULL;
  JsonNode *root;

  *failed = LAN_RPC_PARSE_ERROR;
  if (len == 0 || len > LAN_RPC_MAX_LINE || !g_utf8_validate (line, (gssize) len, NULL) ||
      !is_shallow (line, len) || !is_sound (line, len) ||
      !json_parser_load_from_data (parser, line, (gssize) len, NULL))
    return NULL;
  *failed = LAN_RPC_INVALID_REQUEST;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;
  message = g_new0 (LanRpcMessage, 1);
  return read_message (message, json_node_get_object (root)) ? g_steal_pointer (&message) : NULL;
}

void
lan_rpc_message_free (LanRpcMessage *message)
{
  if (message == NULL)
    return;
  g_clear_pointer (&message->id, json_node_unref);
  g_clear_pointer (&message->params, json_object_unref);
  g_clear_pointer (&message->result, json_node_unref);
  g_free (message->method);
  g_free (message->error_code);
  g_free (message->error_text);
  g_free (message);
}

static char *
to_line (JsonObject *object)
{
  g_autoptr (JsonNode) root = json_node_alloc ();

  json_node_take_object (json_node_init (root, JSON_NODE_OBJECT), object);
  return json_to_string (root, FALSE);
}

static JsonObject *
new_envelope (void)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "jsonrpc", "2.0");
  return object;
}

static void
set_object (JsonObject *object, const char *member, JsonObject *value)
{
  json_object_set_object_member (object, member,
                                 value != NULL ? json_object_ref (value) : json_object_new ());
}

static void
set_id (JsonObject *object, JsonNode *id)
{
  json_object_set_member (object, "id",
                          id != NULL ? json_node_copy (id) : json_node_new (JSON_NODE_NULL));
}

char *
lan_rpc_format_request (gint64 id, const char *method, JsonObject *params)
{
  JsonObject *object = new_envelope ();

  json_object_set_int_member (object, "id", id);
  json_object_set_string_member (object, "method", method);
  set_object (object, "params", params);
  return to_line (object);
}

char *
lan_rpc_format_notification (const char *method, JsonObject *params)
{
  JsonObject *object = new_envelope ();

  json_object_set_string_member (object, "method", method);
  set_object (object, "params", params);
  return to_line (object);
}

char *
lan_rpc_format_result (JsonNode *id, JsonObject *result)
{
  JsonObject *object = new_envelope ();

  set_id (object, id);
  set_object (object, "result", result);
  return to_line (object);
}

char *
lan_rpc_format_error (JsonNode *id, int number, const char *code, const char *text)
{
  JsonObject *object = new_envelope (), *error = json_object_new (), *data = json_object_new ();

  set_id (object, id);
  json_object_set_string_member (data, "code", code);
  json_object_set_int_member (error, "code", number);
  json_object_set_string_member (error, "message", text);
  json_object_set_object_member (error, "data", data);
  json_object_set_object_member (object, "error", error);
  return to_line (object);
}
