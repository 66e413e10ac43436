/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

#include <string.h>

/* history.search, history.media, history.days and history.around */

#define HITS_MAX 64

typedef struct {
  LanRpcCall *call;
  LanSearch *search;
} Searching;

/* Where the hits are, counted in characters: [[begin, end], ...]. */
static JsonArray *
describe_hits (LanSearch *search, const char *text)
{
  g_autoptr (GArray) hits = lan_search_dup_hits (search, text, HITS_MAX);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i + 1 < hits->len; i += 2) {
    JsonArray *hit = json_array_new ();

    for (guint j = 0; j < 2; j++)
      json_array_add_int_element (
          hit, g_utf8_pointer_to_offset (text, text + g_array_index (hits, guint, i + j)));
    json_array_add_array_element (array, hit);
  }
  return array;
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Searching *searching = user_data;
  g_autoptr (LanSearch) search = searching->search;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = lan_node_search_finish (LAN_NODE (source), result, &error);
  JsonObject *o;
  JsonArray *array;

  if (messages == NULL) {
    lan_rpc_call_fail (searching->call, error);
    return;
  }
  o = json_object_new ();
  array = json_array_new ();
  for (guint i = 0; i < messages->len; i++) {
    LanMessage *message = g_ptr_array_index (messages, i);
    JsonObject *one = lan_rpc_describe_message (message);

    json_object_set_string_member (one, "peer", lan_person_get_id (lan_message_get_peer (message)));
    json_object_set_array_member (one, "hits",
                                  describe_hits (search, lan_message_get_text (message)));
    json_array_add_object_element (array, one);
  }
  json_object_set_array_member (o, "messages", array);
  if (lan_search_get_next (search) > 0)
    json_object_set_int_member (o, "next", lan_search_get_next (search));
  json_object_set_int_member (o, "indexed", lan_search_get_indexed (search));
  lan_rpc_call_succeed (searching->call, o);
}

static gboolean
take_kind (LanRpcCall *call, LanSearch *search, const char *otherwise)
{
  static const char *const names[] = { "any", "text", "file", "media", "link", "sticker" };
  const char *kind = otherwise;

  if (!lan_rpc_take_string (call, "kind", &kind))
    return FALSE;
  kind = kind != NULL ? kind : otherwise;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i], kind) == 0) {
      lan_search_set_kind (search, (LanSearchKind) i);
      return TRUE;
    }
  }
  lan_rpc_call_fail_param (call, "kind");
  return FALSE;
}

/* Who may be missing. FALSE once @call is answered. */
static gboolean
take_person (LanRpcCall *call, const char *name, LanPerson **person)
{
  const char *who = NULL;

  if (!lan_rpc_take_string (call, name, &who))
    return FALSE;
  if (who == NULL)
    return TRUE;
  *person = lan_rpc_need_peer (call, name);
  return *person != NULL;
}

static gboolean
take_numbers (LanRpcCall *call, LanSearch *search)
{
  gint64 limit = 50, before = 0, since = 0, until = 0;
  gboolean typing = FALSE;

  if (!lan_rpc_take_int (call, "limit", &limit) || !lan_rpc_take_int (call, "before", &before) ||
      !lan_rpc_take_int (call, "since", &since) || !lan_rpc_take_int (call, "until", &until) ||
      !lan_rpc_take_boolean (call, "typing", &typing))
    return FALSE;
  if (limit < 1 || limit > 1000 || before < 0 || since < 0 || until < 0) {
    lan_rpc_call_fail_param (call, limit < 1 || limit > 1000 ? "limit"
                                   : before < 0              ? "before"
                                   : since < 0               ? "since"
                                                             : "until");
    return FALSE;
  }
  lan_search_set_limit (search, (guint) limit);
  lan_search_set_before (search, before);
  lan_search_set_range (search, since, until);
  lan_search_set_typing (search, typing);
  return TRUE;
}

/* @search: (transfer full) */
static void
run_search (LanRpcCall *call, LanSearch *search, LanPerson *peer, LanPerson *author)
{
  Searching *searching = g_new0 (Searching, 1);

  lan_search_set_peer (search, peer);
  lan_search_set_author (search, author);
  searching->call = call;
  searching->search = search;
  lan_node_search_async (call->service->node, search, call->service->cancellable, on_found,
                         searching);
}

static void
history_search (LanRpcCall *call)
{
  g_autoptr (LanSearch) search = NULL;
  LanPerson *peer = NULL, *author = NULL;
  const char *text = NULL;

  if (!lan_rpc_take_string (call, "text", &text))
    return;
  search = lan_search_new (text);
  if (take_kind (call, search, "any") && take_numbers (call, search) &&
      take_person (call, "peer", &peer) && take_person (call, "from", &author))
    run_search (call, g_steal_pointer (&search), peer, author);
}

static void
history_media (LanRpcCall *call)
{
  g_autoptr (LanSearch) search = lan_search_new (NULL);
  LanPerson *peer = lan_rpc_need_peer (call, "peer");

  if (peer != NULL && take_kind (call, search, "file") && take_numbers (call, search))
    run_search (call, g_steal_pointer (&search), peer, NULL);
}

static void
on_days (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = lan_node_list_days_finish (LAN_NODE (source), result, &error);
  JsonObject *o;
  JsonArray *array;

  if (messages == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  o = json_object_new ();
  array = json_array_new ();
  for (guint i = 0; i < messages->len; i++) {
    LanMessage *message = g_ptr_array_index (messages, i);
    g_autoptr (GDateTime) at =
        g_date_time_new_from_unix_local (lan_message_get_place_time (message) / 1000);
    g_autofree char *day = g_date_time_format (at, "%F");
    JsonObject *one = lan_rpc_one_string ("day", day);

    json_object_set_string_member (one, "id", lan_message_get_id (message));
    json_array_add_object_element (array, one);
  }
  json_object_set_array_member (o, "days", array);
  lan_rpc_call_succeed (call, o);
}

static void
history_days (LanRpcCall *call)
{
  LanPerson *peer = lan_rpc_need_peer (call, "peer");
  gint64 year = 0, month = 0;

  if (peer == NULL || !lan_rpc_take_int (call, "year", &year) ||
      !lan_rpc_take_int (call, "month", &month))
    return;
  if (year < 1970 || year > 9998 || month < 1 || month > 12) {
    lan_rpc_call_fail_param (call, year < 1970 || year > 9998 ? "year" : "month");
    return;
  }
  lan_node_list_days_async (call->service->node, peer, (int) year, (int) month,
                            call->service->cancellable, on_days, call);
}

static void
on_around (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = lan_node_read_history_finish (LAN_NODE (source), result, &error);
  JsonObject *o;
  JsonArray *array;

  if (messages == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  o = json_object_new ();
  array = json_array_new ();
  for (guint i = 0; i < messages->len; i++)
    json_array_add_object_element (array, lan_rpc_describe_message (messages->pdata[i]));
  json_object_set_array_member (o, "messages", array);
  lan_rpc_call_succeed (call, o);
}

static void
history_around (LanRpcCall *call)
{
  LanPerson *peer = lan_rpc_need_peer (call, "peer");
  const char *id;
  gint64 limit = 50;

  if (peer == NULL)
    return;
  id = lan_rpc_need_string (call, "id");
  if (id == NULL || !lan_rpc_take_int (call, "limit", &limit))
    return;
  if (limit < 1 || limit > 1000) {
    lan_rpc_call_fail_param (call, "limit");
    return;
  }
  lan_node_read_around_async (call->service->node, peer, id, (guint) limit,
                              call->service->cancellable, on_around, call);
}

const LanRpcMethod lan_rpc_history_methods[] = {
  { "history.around", history_around },
  { "history.days", history_days },
  { "history.media", history_media },
  { "history.search", history_search },
  { NULL, NULL },
};
