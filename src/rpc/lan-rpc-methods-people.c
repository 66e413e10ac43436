/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

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
  LanPerson *person = lan_rpc_need_person (call, "id");
  const char *language;
  g_auto (GStrv) words = NULL;
  g_autofree char *number = NULL;
  JsonObject *o;

  if (person == NULL || !lan_rpc_take_string (call, "language", &language))
    return;
  words = lan_person_dup_words (person, language);
  number = lan_person_dup_number (person);
  o = lan_rpc_describe_person (person);
  json_object_set_array_member (o, "words", lan_rpc_string_array ((const char *const *) words));
  json_object_set_string_member (o, "number", number);
  json_object_set_string_member (o, "note", lan_person_get_note (person));
  json_object_set_int_member (o, "seen", lan_person_get_last_seen (person));
  lan_rpc_call_succeed (call, o);
}

static void
people_accept (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_person (call, "id");

  if (person == NULL)
    return;
  lan_person_accept (person);
  lan_rpc_call_succeed (call, NULL);
}

static void
people_block (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_person (call, "id");
  gboolean on = TRUE;

  if (person == NULL || !lan_rpc_take_boolean (call, "on", &on))
    return;
  lan_person_block (person, on);
  lan_rpc_call_succeed (call, NULL);
}

static void
people_remove (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_person (call, "id");

  if (person == NULL)
    return;
  lan_person_remove (person);
  lan_rpc_call_succeed (call, NULL);
}

static void
people_merge (LanRpcCall *call)
{
  LanPerson *old = lan_rpc_need_person (call, "old"), *new;

  if (old == NULL)
    return;
  new = lan_rpc_need_person (call, "new");
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
  words = lan_rpc_need_strings (call, "words");
  return words != NULL ? g_strjoinv (" ", words) : NULL;
}

static void
peer_verify (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_person (call, "id");
  const char *number;
  g_autofree char *words = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (person == NULL || !lan_rpc_take_string (call, "number", &number))
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

const LanRpcMethod lan_rpc_people_methods[] = {
  { "peer.verify", peer_verify },     { "people.accept", people_accept },
  { "people.block", people_block },   { "people.get", people_get },
  { "people.list", people_list },     { "people.merge", people_merge },
  { "people.remove", people_remove }, { NULL, NULL },
};
