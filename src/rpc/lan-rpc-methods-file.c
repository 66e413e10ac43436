/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

/* file.* */

static void
file_send (LanRpcCall *call)
{
  LanPerson *person = lan_rpc_need_person (call, "to");
  g_auto (GStrv) paths = NULL, ids = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *o;

  if (person == NULL)
    return;
  paths = lan_rpc_need_strings (call, "paths");
  if (paths == NULL)
    return;
  ids = lan_node_send_files (call->service->node, person, (const char *const *) paths, &error);
  if (ids == NULL) {
    lan_rpc_call_fail (call, error);
    return;
  }
  o = lan_rpc_one_string ("id", ids[0]);
  json_object_set_array_member (o, "ids", lan_rpc_string_array ((const char *const *) ids));
  lan_rpc_call_succeed (call, o);
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

static void
file_accept (LanRpcCall *call)
{
  LanTransfer *transfer =
      need_transfer_that_is (call, IS (OFFERED) | IS (PAUSED) | IS (FAILED), TRUE);
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
  lan_transfer_accept (transfer, dir);
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

const LanRpcMethod lan_rpc_file_methods[] = {
  { "file.accept", file_accept }, { "file.cancel", file_cancel }, { "file.decline", file_decline },
  { "file.list", file_list },     { "file.send", file_send },     { NULL, NULL },
};
