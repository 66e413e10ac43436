/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The methods, one function each, and the table that names them. Parameters and results are
 * documented in src/cli/README.md.
 */
#include "lan-rpc-service-private.h"

#include <string.h>

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

static const char *
need_string (LanRpcCall *call, const char *name)
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

static gboolean
take_string (LanRpcCall *call, const char *name, const char **value)
{
  if (!is_missing_or (call, name, G_TYPE_STRING))
    return FALSE;
  *value = peek_string (call, name);
  return TRUE;
}

static gboolean
take_int (LanRpcCall *call, const char *name, gint64 *value)
{
  if (!is_missing_or (call, name, G_TYPE_INT64))
    return FALSE;
  *value = json_object_get_int_member_with_default (call->params, name, *value);
  return TRUE;
}

static gboolean
take_boolean (LanRpcCall *call, const char *name, gboolean *value)
{
  if (!is_missing_or (call, name, G_TYPE_BOOLEAN))
    return FALSE;
  *value = json_object_get_boolean_member_with_default (call->params, name, *value);
  return TRUE;
}

static LanPerson *
need_person (LanRpcCall *call, const char *name)
{
  const char *who = need_string (call, name);
  g_autoptr (GError) error = NULL;
  LanPerson *person;

  if (who == NULL)
    return NULL;
  person = lan_node_find_person (call->service->node, who, &error);
  if (person == NULL)
    lan_rpc_call_fail (call, error);
  return person;
}

static LanTransfer *
need_transfer (LanRpcCall *call, const char *name)
{
  const char *id = need_string (call, name);
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
static GStrv
need_strings (LanRpcCall *call, const char *name)
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

static JsonObject *
one_string (const char *member, const char *value)
{
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, member, value);
  return o;
}

static JsonArray *
string_array (const char *const *values)
{
  JsonArray *array = json_array_new ();

  for (gsize i = 0; values[i] != NULL; i++)
    json_array_add_string_element (array, values[i]);
  return array;
}

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

  if (!take_string (call, "name", &name) || !take_string (call, "presence", &presence) ||
      !take_string (call, "status", &status) || !take_boolean (call, "hidden", &hidden))
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
  const char *address = need_string (call, "address");
  g_autoptr (GError) error = NULL;

  if (address == NULL)
    return;
  if (!lan_node_add_address (call->service->node, address, &error))
    lan_rpc_call_fail (call, error);
  else
    lan_rpc_call_succeed (call, NULL);
}

/* people.* and peer.* */

static void
people_list (LanRpcCall *call)
{
  GListModel *people = lan_node_get_people (call->service->node);
  JsonArray *array = json_array_new ();
  JsonObject *o = json_object_new ();

  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (LanPerson) person = g_list_model_get_item (people, i);

    json_array_add_object_element (array, lan_rpc_describe_person (person));
  }
  json_object_set_array_member (o, "people", array);
  lan_rpc_call_succeed (call, o);
}

static void
people_get (LanRpcCall *call)
{
  LanPerson *person = need_person (call, "id");
  const char *language;
  g_auto (GStrv) words = NULL;
  g_autofree char *number = NULL;
  JsonObject *o;

  if (person == NULL || !take_string (call, "language", &language))
    return;
  words = lan_person_dup_words (person, language);
  number = lan_person_dup_number (person);
  o = lan_rpc_describe_person (person);
  json_object_set_array_member (o, "words", string_array ((const char *const *) words));
  json_object_set_string_member (o, "number", number);
  json_object_set_string_member (o, "note", lan_person_get_note (person));
  json_object_set_int_member (o, "seen", lan_person_get_last_seen (person));
  lan_rpc_call_succeed (call, o);
}

static void
people_accept (LanRpcCall *call)
{
  LanPerson *person = need_person (call, "id");

  if (person == NULL)
    return;
  lan_person_accept (person);
  lan_rpc_call_succeed (call, NULL);
}

static void
people_block (LanRpcCall *call)
{
  LanPerson *person = need_person (call, "id");
  gboolean on = TRUE;

  if (person == NULL || !take_boolean (call, "on", &on))
    return;
  lan_person_block (person, on);
  lan_rpc_call_succeed (call, NULL);
}

static void
people_remove (LanRpcCall *call)
{
  LanPerson *person = need_person (call, "id");

  if (person == NULL)
    return;
  lan_person_remove (person);
  lan_rpc_call_succeed (call, NULL);
}

static void
people_merge (LanRpcCall *call)
{
  LanPerson *old = need_person (call, "old"), *new;

  if (old == NULL)
    return;
  new = need_person (call, "new");
  if (new == NULL)
    return;
  if (new == old) {
    g_autoptr (GError) error = g_error_new_literal (
        LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID, "'old' and 'new' are the same person; name two.");

    lan_rpc_call_fail (call, error);
    return;
  }
  lan_person_merge (new, old);
  lan_rpc_call_succeed (call, NULL);
}

/* The words as one string, from an array or a string; NULL when there are none. */
static char *
dup_words (LanRpcCall *call)
{
  g_auto (GStrv) words = NULL;

  if (!json_object_has_member (call->params, "words"))
    return NULL;
  words = need_strings (call, "words");
  return words != NULL ? g_strjoinv (" ", words) : NULL;
}

static void
peer_verify (LanRpcCall *call)
{
  LanPerson *person = need_person (call, "id");
  const char *number;
  g_autofree char *words = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (person == NULL || !take_string (call, "number", &number))
    return;
  if (number == NULL) {
    if (!json_object_has_member (call->params, "words")) {
      lan_rpc_call_fail_param (call, "number");
      return;
    }
    words = dup_words (call);
    if (words == NULL)
      return;
  }
  ok = number != NULL ? lan_person_verify_number (person, number, &error)
                      : lan_person_verify_words (person, words, &error);
  if (ok)
    lan_rpc_call_succeed (call, NULL);
  else
    lan_rpc_call_fail (call, error);
}

/* message.*, typing.* and history.* */

static void
message_send (LanRpcCall *call)
{
  LanPerson *person = need_person (call, "to");
  const char *text;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  if (person == NULL)
    return;
  text = need_string (call, "text");
  if (text == NULL)
    return;
  id = lan_node_send_text (call->service->node, person, text, &error);
  if (id == NULL)
    lan_rpc_call_fail (call, error);
  else
    lan_rpc_call_succeed (call, one_string ("id", id));
}

static void
message_read (LanRpcCall *call)
{
  const char *id = need_string (call, "id");
  g_autoptr (GError) error = NULL;

  if (id == NULL)
    return;
  if (!lan_node_mark_read (call->service->node, id, &error))
    lan_rpc_call_fail (call, error);
  else
    lan_rpc_call_succeed (call, NULL);
}

static void
typing_set (LanRpcCall *call)
{
  LanPerson *person = need_person (call, "to");
  gboolean on = TRUE;

  if (person == NULL || !take_boolean (call, "on", &on))
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
  JsonArray *array;
  JsonObject *o;

  if (messages == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  array = json_array_new ();
  for (guint i = 0; i < messages->len; i++)
    json_array_add_object_element (array,
                                   lan_rpc_describe_message (g_ptr_array_index (messages, i)));
  o = json_object_new ();
  json_object_set_array_member (o, "messages", array);
  lan_rpc_call_succeed (call, o);
}

static void
history_list (LanRpcCall *call)
{
  LanPerson *person = need_person (call, "peer");
  const char *before;
  gint64 limit = 50;

  if (person == NULL || !take_int (call, "limit", &limit) || !take_string (call, "before", &before))
    return;
  if (limit < 1 || limit > 1000) {
    lan_rpc_call_fail_param (call, "limit");
    return;
  }
  lan_node_read_history_async (call->service->node, person, before, (guint) limit,
                               call->service->cancellable, on_history_read, call);
}

/* file.* */

static void
file_send (LanRpcCall *call)
{
  LanPerson *person = need_person (call, "to");
  g_auto (GStrv) paths = NULL, ids = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *o;

  if (person == NULL)
    return;
  paths = need_strings (call, "paths");
  if (paths == NULL)
    return;
  ids = lan_node_send_files (call->service->node, person, (const char *const *) paths, &error);
  if (ids == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  o = one_string ("id", ids[0]);
  json_object_set_array_member (o, "ids", string_array ((const char *const *) ids));
  lan_rpc_call_succeed (call, o);
}

static void
file_accept (LanRpcCall *call)
{
  LanTransfer *transfer = need_transfer (call, "id");
  const char *dir;

  if (transfer == NULL)
    return;
  dir = need_string (call, "dir");
  if (dir == NULL)
    return;
  if (!g_path_is_absolute (dir) || !g_file_test (dir, G_FILE_TEST_IS_DIR)) {
    g_autoptr (GError) error =
        g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                     "'%s' is not a folder; name one that exists, from the root.", dir);

    lan_rpc_call_fail (call, error);
    return;
  }
  lan_transfer_accept (transfer, dir);
  lan_rpc_call_succeed (call, NULL);
}

static void
file_decline (LanRpcCall *call)
{
  LanTransfer *transfer = need_transfer (call, "id");

  if (transfer == NULL)
    return;
  lan_transfer_decline (transfer);
  lan_rpc_call_succeed (call, NULL);
}

static void
file_cancel (LanRpcCall *call)
{
  LanTransfer *transfer = need_transfer (call, "id");

  if (transfer == NULL)
    return;
  lan_transfer_cancel (transfer);
  lan_rpc_call_succeed (call, NULL);
}

static void
file_list (LanRpcCall *call)
{
  GListModel *transfers = lan_node_get_transfers (call->service->node);
  JsonArray *array = json_array_new ();
  JsonObject *o = json_object_new ();

  for (guint i = 0; i < g_list_model_get_n_items (transfers); i++) {
    g_autoptr (LanTransfer) transfer = g_list_model_get_item (transfers, i);

    json_array_add_object_element (array, lan_rpc_describe_transfer (transfer));
  }
  json_object_set_array_member (o, "files", array);
  lan_rpc_call_succeed (call, o);
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
  LanPerson *person = need_person (call, "id");

  if (person != NULL)
    lan_person_link_stats_async (person, call->service->cancellable, on_link_stats, call);
}

static const struct {
  const char *name;
  void (*run) (LanRpcCall *call);
} methods[] = {
  { "address.add", address_add },     { "file.accept", file_accept },
  { "file.cancel", file_cancel },     { "file.decline", file_decline },
  { "file.list", file_list },         { "file.send", file_send },
  { "history.list", history_list },   { "link.stats", link_stats },
  { "message.read", message_read },   { "message.send", message_send },
  { "peer.verify", peer_verify },     { "people.accept", people_accept },
  { "people.block", people_block },   { "people.get", people_get },
  { "people.list", people_list },     { "people.merge", people_merge },
  { "people.remove", people_remove }, { "self.get", self_get },
  { "self.set", self_set },           { "typing.set", typing_set },
};

gboolean
lan_rpc_methods_run (const char *method, LanRpcCall *call)
{
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++) {
    if (strcmp (methods[i].name, method) == 0) {
      methods[i].run (call);
      return TRUE;
    }
  }
  return FALSE;
}
