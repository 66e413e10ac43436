/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

#include <string.h>

/* file.* */

/* To each alone: nobody hears who else is offered it, and nobody can give it to another. */
static GStrv
send_to_each (LanRpcCall *call, GPtrArray *persons, const char *const *paths, GError **error)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  for (guint i = 0; i < persons->len; i++) {
    g_auto (GStrv) ids =
        lan_node_send_files (call->service->node, g_ptr_array_index (persons, i), paths, error);

    if (ids == NULL)
      return NULL;
    g_strv_builder_addv (all, (const char **) ids);
  }
  return g_strv_builder_end (all);
}

typedef struct {
  LanRpcCall *call;
  GPtrArray *persons;
  GStrv paths;
  gboolean shared;
} Sending;

/* Frees @sending. */
static void
send_now (Sending *sending, guint links, guint others)
{
  LanRpcCall *call = sending->call;
  const char *const *paths = (const char *const *) sending->paths;
  g_auto (GStrv) ids = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *o;

  ids = sending->shared
            ? lan_node_share_files (call->service->node, sending->persons, paths, &error)
            : send_to_each (call, sending->persons, paths, &error);
  g_ptr_array_unref (sending->persons);
  g_strfreev (sending->paths);
  g_free (sending);
  if (ids == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  o = lan_rpc_one_string ("id", ids[0]);
  json_object_set_array_member (o, "ids", lan_rpc_string_array ((const char *const *) ids));
  lan_rpc_describe_left_out (o, links, others);
  lan_rpc_call_succeed (call, o);
}

static void
on_left_out (GObject *source, GAsyncResult *result, gpointer data)
{
  guint links, others;

  /* Cancelled: the program that asked has gone; what it asked is done all the same. */
  lan_transfer_count_left_out_finish (result, &links, &others, NULL);
  send_now (data, links, others);
}

static gboolean
has_folder (const char *const *paths)
{
  for (guint i = 0; paths[i] != NULL; i++) {
    if (g_file_test (paths[i], G_FILE_TEST_IS_DIR))
      return TRUE;
  }
  return FALSE;
}

static void
file_send (LanRpcCall *call)
{
  g_autoptr (GPtrArray) persons = lan_rpc_need_peers (call, "to");
  g_auto (GStrv) paths = NULL;
  gboolean shared = TRUE;
  const char *const *all;
  Sending *sending;

  if (persons == NULL)
    return;
  paths = lan_rpc_need_strings (call, "paths");
  if (paths == NULL || !lan_rpc_take_boolean (call, "shared", &shared))
    return;
  sending = g_new0 (Sending, 1);
  sending->call = call;
  sending->shared = shared;
  sending->persons = g_steal_pointer (&persons);
  sending->paths = g_steal_pointer (&paths);
  all = (const char *const *) sending->paths;
  if (has_folder (all))
    lan_transfer_count_left_out_async (all, call->service->cancellable, on_left_out, sending);
  else
    send_now (sending, 0, 0);
}

/* What an action may be asked of: a set of 1 << LanTransferStatus, and which side. */
#define IS(status) (1u << LAN_TRANSFER_STATUS_##status)
#define OPEN       (IS (OFFERED) | IS (ACCEPTED) | IS (RUNNING) | IS (PAUSED) | IS (VERIFYING))

/* NULL once the call is answered: no such file, or not one that this can be done to now. */
static LanTransfer *
need_transfer_that_is (LanRpcCall *call, guint set, gboolean incoming_only)
{
  LanTransfer *transfer = lan_rpc_need_transfer (call, "id");
  g_autoptr (GError) error = NULL;

  if (transfer == NULL)
    return NULL;
  if (incoming_only && !lan_transfer_get_incoming (transfer))
    error = g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "'%s' is sent from here; this is for files that come here.",
                         lan_transfer_get_name (transfer));
  else if ((set & (1u << lan_transfer_get_status (transfer))) == 0)
    error = g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                         "'%s' is '%s'; it is too late for this, or too early.",
                         lan_transfer_get_name (transfer),
                         lan_transfer_status_name (lan_transfer_get_status (transfer)));
  if (error == NULL)
    return transfer;
  lan_rpc_call_fail (call, error);
  return NULL;
}

/* FALSE once the call is answered. */
static gboolean
take_conflict (LanRpcCall *call, LanTransferConflict *conflict)
{
  static const char *const names[] = { "keep-both", "replace", "skip" };
  const char *name = NULL;

  if (!lan_rpc_take_string (call, "conflict", &name))
    return FALSE;
  if (name == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (name, names[i]) == 0) {
      *conflict = (LanTransferConflict) i;
      return TRUE;
    }
  }
  lan_rpc_call_fail_param (call, "conflict");
  return FALSE;
}

static void
file_accept (LanRpcCall *call)
{
  LanTransfer *transfer =
      need_transfer_that_is (call, IS (OFFERED) | IS (PAUSED) | IS (FAILED), TRUE);
  LanTransferConflict conflict = LAN_TRANSFER_KEEP_BOTH;
  g_auto (GStrv) entries = NULL;
  const char *dir;

  if (transfer == NULL)
    return;
  dir = lan_rpc_need_string (call, "dir");
  if (dir == NULL)
    return;
  if (!g_path_is_absolute (dir) || !g_file_test (dir, G_FILE_TEST_IS_DIR)) {
    g_autoptr (GError) error =
        g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                     "'%s' is not a folder; name one that exists, from the root.", dir);

    lan_rpc_call_fail (call, error);
    return;
  }
  if (json_object_has_member (call->params, "entries")) {
    entries = lan_rpc_need_strings (call, "entries");
    if (entries == NULL)
      return;
  }
  if (!take_conflict (call, &conflict))
    return;
  lan_transfer_accept_with (transfer, dir, (const char *const *) entries, conflict);
  lan_rpc_call_succeed (call, NULL);
}

static void
file_decline (LanRpcCall *call)
{
  LanTransfer *transfer = need_transfer_that_is (call, IS (OFFERED), TRUE);

  if (transfer == NULL)
    return;
  lan_transfer_decline (transfer);
  lan_rpc_call_succeed (call, NULL);
}

static void
file_cancel (LanRpcCall *call)
{
  LanTransfer *transfer = need_transfer_that_is (call, OPEN | IS (FAILED), FALSE);

  if (transfer == NULL)
    return;
  lan_transfer_cancel (transfer);
  lan_rpc_call_succeed (call, NULL);
}

static void
file_pause (LanRpcCall *call)
{
  LanTransfer *transfer =
      need_transfer_that_is (call, IS (ACCEPTED) | IS (RUNNING) | IS (PAUSED), FALSE);

  if (transfer == NULL)
    return;
  lan_transfer_pause (transfer);
  lan_rpc_call_succeed (call, NULL);
}

static void
file_resume (LanRpcCall *call)
{
  LanTransfer *transfer = need_transfer_that_is (call, IS (PAUSED), FALSE);

  if (transfer == NULL)
    return;
  lan_transfer_resume (transfer);
  lan_rpc_call_succeed (call, NULL);
}

static void
file_limit (LanRpcCall *call)
{
  gint64 limit = G_MININT64; /* only asked for */
  JsonObject *o;

  if (!lan_rpc_take_int (call, "bytes_per_second", &limit))
    return;
  if (limit < 0 && limit != G_MININT64) {
    lan_rpc_call_fail_param (call, "bytes_per_second");
    return;
  }
  if (limit >= 0)
    lan_node_set_file_limit (call->service->node, (guint64) limit);
  o = json_object_new ();
  json_object_set_int_member (o, "bytes_per_second",
                              (gint64) lan_node_get_file_limit (call->service->node));
  lan_rpc_call_succeed (call, o);
}

/* What is taken of a person without asking; @max_bytes 0: nothing. */
static void
file_rule (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_person (call, "id");
  LanNode *node = call->service->node;
  gint64 max_bytes = G_MININT64; /* only asked for */
  const char *dir = NULL;
  g_autofree char *where = NULL;
  JsonObject *o;

  if (person == NULL || !lan_rpc_take_int (call, "max_bytes", &max_bytes) ||
      !lan_rpc_take_string (call, "dir", &dir))
    return;
  if (max_bytes < 0 && max_bytes != G_MININT64) {
    lan_rpc_call_fail_param (call, "max_bytes");
    return;
  }
  if (max_bytes > 0 && (dir == NULL || !g_path_is_absolute (dir))) {
    lan_rpc_call_fail_param (call, "dir");
    return;
  }
  if (max_bytes >= 0)
    lan_node_set_auto_accept (node, person, (guint64) max_bytes, dir);
  o = json_object_new ();
  json_object_set_int_member (o, "max_bytes",
                              (gint64) lan_node_get_auto_accept (node, person, &where));
  if (where != NULL)
    json_object_set_string_member (o, "dir", where);
  lan_rpc_call_succeed (call, o);
}

static void
on_entries (GObject *source, GAsyncResult *result, gpointer data)
{
  LanRpcCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries =
      lan_transfer_read_entries_finish (LAN_TRANSFER (source), result, &error);
  JsonArray *array;
  JsonObject *o;

  if (entries == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  array = json_array_new ();
  for (guint i = 0; i < entries->len; i++) {
    const LanTransferEntry *entry = g_ptr_array_index (entries, i);
    JsonObject *item = json_object_new ();

    json_object_set_string_member (item, "path", entry->path);
    json_object_set_string_member (item, "kind", entry->folder ? "folder" : "file");
    if (!entry->folder) {
      json_object_set_int_member (item, "size", (gint64) entry->size);
      json_object_set_int_member (item, "done", (gint64) entry->done);
    }
    if (!entry->wanted)
      json_object_set_boolean_member (item, "wanted", FALSE);
    json_array_add_object_element (array, item);
  }
  o = lan_rpc_describe_transfer (LAN_TRANSFER (source));
  json_object_set_array_member (o, "entries", array);
  lan_rpc_call_succeed (call, o);
}

/* Without an id all transfers; with one that, and what is in it. */
static void
file_list (LanRpcCall *call)
{
  GListModel *transfers = lan_node_get_transfers (call->service->node);
  JsonArray *array;
  JsonObject *o;

  if (json_object_has_member (call->params, "id")) {
    LanTransfer *transfer = lan_rpc_need_transfer (call, "id");

    if (transfer != NULL)
      lan_transfer_read_entries_async (transfer, call->service->cancellable, on_entries, call);
    return;
  }
  array = json_array_new ();
  o = json_object_new ();
  for (guint i = 0; i < g_list_model_get_n_items (transfers); i++) {
    g_autoptr (LanTransfer) transfer = g_list_model_get_item (transfers, i);

    json_array_add_object_element (array, lan_rpc_describe_transfer (transfer));
  }
  json_object_set_array_member (o, "files", array);
  lan_rpc_call_succeed (call, o);
}

const LanRpcMethod lan_rpc_file_methods[] = {
  { "file.accept", file_accept },   { "file.cancel", file_cancel },
  { "file.decline", file_decline }, { "file.limit", file_limit },
  { "file.list", file_list },       { "file.pause", file_pause },
  { "file.resume", file_resume },   { "file.rule", file_rule },
  { "file.send", file_send },       { NULL, NULL },
};
