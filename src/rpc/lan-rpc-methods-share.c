/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* share.* */
#include "lan-rpc-methods-private.h"

#include <string.h>

JsonObject *
lan_rpc_describe_share (LanShare *share)
{
  GPtrArray *members = lan_share_get_members (share);
  JsonArray *people = json_array_new ();
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "id", lan_share_get_id (share));
  json_object_set_string_member (o, "name", lan_share_get_name (share));
  json_object_set_string_member (o, "owner", lan_share_get_owner (share));
  json_object_set_string_member (o, "state", lan_share_status_name (lan_share_get_status (share)));
  json_object_set_string_member (o, "access", lan_share_access_name (lan_share_get_access (share)));
  if (lan_share_get_dir (share) != NULL)
    json_object_set_string_member (o, "dir", lan_share_get_dir (share));
  json_object_set_boolean_member (o, "keep", lan_share_get_keep (share));
  json_object_set_int_member (o, "files", lan_share_get_files (share));
  json_object_set_int_member (o, "here", lan_share_get_here (share));
  json_object_set_int_member (o, "busy", lan_share_get_busy (share));
  json_object_set_int_member (o, "size", (gint64) lan_share_get_size (share));
  json_object_set_int_member (o, "conflicts", lan_share_get_conflicts (share));
  json_object_set_int_member (o, "skipped", lan_share_get_skipped (share));
  json_object_set_boolean_member (o, "scanning", lan_share_get_scanning (share));
  if (lan_share_get_error_code (share) != NULL)
    json_object_set_string_member (o, "error", lan_share_get_error_code (share));
  for (guint i = 0; i < members->len; i++) {
    const LanSharedMember *member = g_ptr_array_index (members, i);
    JsonObject *person = lan_rpc_one_string ("id", member->person);

    json_object_set_string_member (person, "access", lan_share_access_name (member->access));
    json_object_set_boolean_member (person, "joined", member->joined);
    json_array_add_object_element (people, person);
  }
  json_object_set_array_member (o, "members", people);
  return o;
}

/* NULL once the call is answered. */
static LanShare *
need_share (LanRpcCall *call)
{
  const char *id = lan_rpc_need_string (call, "id");
  g_autoptr (GError) error = NULL;
  LanShare *share;

  if (id == NULL)
    return NULL;
  share = lan_node_find_share (call->service->node, id);
  if (share == NULL) {
    error = g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND,
                         "There is no shared folder '%s'.", id);
    lan_rpc_call_fail (call, error);
  }
  return share;
}

#define IS(status) (1u << LAN_SHARE_STATUS_##status)

/* NULL once the call is answered: no such share, or not one that this can be done to now. */
static LanShare *
need_share_that_is (LanRpcCall *call, guint set)
{
  LanShare *share = need_share (call);
  g_autoptr (GError) error = NULL;

  if (share == NULL || (set & 1u << lan_share_get_status (share)) != 0)
    return share;
  error = g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                       "The shared folder '%s' is '%s'; this cannot be done with it.",
                       lan_share_get_name (share),
                       lan_share_status_name (lan_share_get_status (share)));
  lan_rpc_call_fail (call, error);
  return NULL;
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer data)
{
  LanRpcCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = lan_node_create_share_finish (LAN_NODE (source), result, &error);

  if (id == NULL)
    lan_rpc_call_fail (call, error);
  else
    lan_rpc_call_succeed (call, lan_rpc_one_string ("id", id));
}

static void
share_create (LanRpcCall *call)
{
  const char *dir = lan_rpc_need_string (call, "dir");
  const char *name = NULL;

  if (dir == NULL || !lan_rpc_take_string (call, "name", &name))
    return;
  if (!g_path_is_absolute (dir)) {
    lan_rpc_call_fail_param (call, "dir");
    return;
  }
  lan_node_create_share_async (call->service->node, dir, name, call->service->cancellable,
                               on_created, call);
}

static void
share_list (LanRpcCall *call)
{
  GListModel *shares = lan_node_get_shares (call->service->node);
  JsonArray *array = json_array_new ();
  JsonObject *o = json_object_new ();

  for (guint i = 0; i < g_list_model_get_n_items (shares); i++) {
    g_autoptr (LanShare) share = g_list_model_get_item (shares, i);

    json_array_add_object_element (array, lan_rpc_describe_share (share));
  }
  json_object_set_array_member (o, "shares", array);
  lan_rpc_call_succeed (call, o);
}

/* FALSE once the call is answered. */
static gboolean
take_access (LanRpcCall *call, LanShareAccess *access)
{
  const char *name = NULL;

  if (!lan_rpc_take_string (call, "access", &name))
    return FALSE;
  if (name == NULL)
    return TRUE;
  for (guint i = LAN_SHARE_ACCESS_NONE; i <= LAN_SHARE_ACCESS_WRITE; i++) {
    if (strcmp (name, lan_share_access_name ((LanShareAccess) i)) == 0) {
      *access = (LanShareAccess) i;
      return TRUE;
    }
  }
  lan_rpc_call_fail_param (call, "access");
  return FALSE;
}

static void
share_invite (LanRpcCall *call)
{
  LanShare *share = need_share_that_is (call, IS (OPEN));
  LanShareAccess access = LAN_SHARE_ACCESS_READ;
  LanPerson *person;

  if (share == NULL)
    return;
  person = lan_rpc_need_person (call, "person");
  if (person == NULL || !take_access (call, &access))
    return;
  lan_share_set_access (share, person, access);
  lan_rpc_call_succeed (call, NULL);
}

static void
share_accept (LanRpcCall *call)
{
  LanShare *share = need_share_that_is (call, IS (INVITED) | IS (OPEN) | IS (JOINED));
  gboolean keep = FALSE;
  const char *dir;

  if (share == NULL)
    return;
  /* Where its folder is lost another takes its place. */
  if (lan_share_get_error_code (share) == NULL && need_share_that_is (call, IS (INVITED)) == NULL)
    return;
  dir = lan_rpc_need_string (call, "dir");
  if (dir == NULL || !lan_rpc_take_boolean (call, "keep", &keep))
    return;
  if (!g_path_is_absolute (dir)) {
    lan_rpc_call_fail_param (call, "dir");
    return;
  }
  lan_share_accept (share, dir, keep);
  lan_rpc_call_succeed (call, NULL);
}

static void
share_keep (LanRpcCall *call)
{
  LanShare *share = need_share_that_is (call, IS (JOINED));
  gboolean on = TRUE;

  if (share == NULL || !lan_rpc_take_boolean (call, "on", &on))
    return;
  lan_share_set_keep (share, on);
  lan_rpc_call_succeed (call, NULL);
}

static void
share_leave (LanRpcCall *call)
{
  LanShare *share = need_share_that_is (call, IS (OPEN) | IS (INVITED) | IS (JOINED) | IS (ENDED));

  if (share == NULL)
    return;
  lan_share_leave (share);
  lan_rpc_call_succeed (call, NULL);
}

static void
share_fetch (LanRpcCall *call)
{
  LanShare *share = need_share_that_is (call, IS (JOINED) | IS (OPEN));
  g_auto (GStrv) paths = NULL;

  if (share == NULL)
    return;
  if (!json_object_has_member (call->params, "paths")) {
    lan_share_fetch (share, "");
    lan_rpc_call_succeed (call, NULL);
    return;
  }
  paths = lan_rpc_need_strings (call, "paths");
  if (paths == NULL)
    return;
  for (guint i = 0; paths[i] != NULL; i++)
    lan_share_fetch (share, paths[i]);
  lan_rpc_call_succeed (call, NULL);
}

static void
share_scan (LanRpcCall *call)
{
  LanShare *share = need_share_that_is (call, IS (JOINED) | IS (OPEN));

  if (share == NULL)
    return;
  lan_share_rescan (share);
  lan_rpc_call_succeed (call, NULL);
}

static void
on_tree (GObject *source, GAsyncResult *result, gpointer data)
{
  LanRpcCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = lan_share_read_tree_finish (LAN_SHARE (source), result, &error);
  JsonArray *array;
  JsonObject *o;

  if (entries == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  array = json_array_new ();
  for (guint i = 0; i < entries->len; i++) {
    const LanSharedEntry *entry = g_ptr_array_index (entries, i);
    JsonObject *item = lan_rpc_one_string ("path", entry->path);

    json_object_set_string_member (item, "kind", entry->folder ? "folder" : "file");
    json_object_set_string_member (item, "state", lan_shared_state_name (entry->state));
    if (!entry->folder) {
      json_object_set_int_member (item, "size", (gint64) entry->size);
      json_object_set_int_member (item, "time", entry->mtime_ms);
    }
    if (entry->error != NULL)
      json_object_set_string_member (item, "error", entry->error);
    json_array_add_object_element (array, item);
  }
  o = lan_rpc_describe_share (LAN_SHARE (source));
  json_object_set_array_member (o, "entries", array);
  lan_rpc_call_succeed (call, o);
}

static void
share_tree (LanRpcCall *call)
{
  LanShare *share = need_share (call);

  if (share != NULL)
    lan_share_read_tree_async (share, call->service->cancellable, on_tree, call);
}

static void
on_log (GObject *source, GAsyncResult *result, gpointer data)
{
  LanRpcCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = lan_share_read_log_finish (LAN_SHARE (source), result, &error);
  JsonArray *array;
  JsonObject *o;

  if (records == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  array = json_array_new ();
  for (guint i = 0; i < records->len; i++) {
    const LanSharedRecord *record = g_ptr_array_index (records, i);
    JsonObject *item = lan_rpc_one_string ("event", lan_shared_event_name (record->event));

    json_object_set_int_member (item, "time", record->time_ms);
    if (record->who != NULL)
      json_object_set_string_member (item, "who", record->who);
    if (*record->path != '\0')
      json_object_set_string_member (item, "path", record->path);
    if (*record->other != '\0')
      json_object_set_string_member (item, "other", record->other);
    if (record->event == LAN_SHARED_EVENT_RIGHTS)
      json_object_set_string_member (item, "access",
                                     lan_share_access_name ((LanShareAccess) record->number));
    else if (record->number > 0)
      json_object_set_int_member (item, "number", (gint64) record->number);
    json_array_add_object_element (array, item);
  }
  o = json_object_new ();
  json_object_set_array_member (o, "log", array);
  lan_rpc_call_succeed (call, o);
}

static void
share_log (LanRpcCall *call)
{
  LanShare *share = need_share (call);

  if (share != NULL)
    lan_share_read_log_async (share, call->service->cancellable, on_log, call);
}

const LanRpcMethod lan_rpc_share_methods[] = {
  { "share.accept", share_accept },
  { "share.create", share_create },
  { "share.fetch", share_fetch },
  { "share.invite", share_invite },
  { "share.keep", share_keep },
  { "share.leave", share_leave },
  { "share.list", share_list },
  { "share.log", share_log },
  { "share.rights", share_invite },
  { "share.scan", share_scan },
  { "share.stop", share_leave },
  { "share.tree", share_tree },
  { NULL, NULL },
};
