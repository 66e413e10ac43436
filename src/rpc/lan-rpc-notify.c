/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The node's signals as notifications.
 */
#include "lan-rpc-methods-private.h"

static void
notify_person (LanRpcService *service, const char *method, LanPerson *person)
{
  lan_rpc_service_notify (service, method, lan_rpc_describe_person (person));
}

static void
on_person_seen (LanNode *node, LanPerson *person, LanRpcService *service)
{
  notify_person (service, "person.seen", person);
}

static void
on_person_gone (LanNode *node, LanPerson *person, LanRpcService *service)
{
  notify_person (service, "person.gone", person);
}

static void
on_person_changed (LanNode *node, LanPerson *person, LanRpcService *service)
{
  notify_person (service, "person.changed", person);
}

static void
on_message_received (LanNode *node, LanMessage *message, LanRpcService *service)
{
  /* A file has its own notification, with what one needs to accept it. */
  if (lan_message_get_kind (message) != LAN_MESSAGE_KIND_FILE)
    lan_rpc_service_notify (service, "message.received", lan_rpc_describe_message (message));
}

static void
on_message_state (LanNode *node, LanMessage *message, LanRpcService *service)
{
  JsonObject *o;

  if (!lan_message_get_own (message))
    return;
  o = json_object_new ();
  json_object_set_string_member (o, "id", lan_message_get_id (message));
  json_object_set_string_member (o, "peer", lan_person_get_id (lan_message_get_peer (message)));
  json_object_set_string_member (o, "state", lan_rpc_message_state (message));
  if (lan_message_get_carrier (message) != NULL)
    json_object_set_string_member (o, "carrier", lan_message_get_carrier (message));
  lan_rpc_service_notify (service, "message.state", o);
}

static void
on_message_changed (LanNode *node, LanMessage *message, LanRpcService *service)
{
  JsonObject *o = lan_rpc_describe_message (message);

  json_object_set_string_member (o, "peer", lan_person_get_id (lan_message_get_peer (message)));
  lan_rpc_service_notify (service, "message.changed", o);
}

static void
on_file_offered (LanNode *node, LanTransfer *transfer, LanRpcService *service)
{
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "id", lan_transfer_get_id (transfer));
  json_object_set_string_member (o, "from", lan_person_get_id (lan_transfer_get_person (transfer)));
  json_object_set_string_member (o, "name", lan_transfer_get_name (transfer));
  json_object_set_int_member (o, "size", (gint64) lan_transfer_get_size (transfer));
  if (lan_transfer_get_group (transfer) != NULL)
    json_object_set_string_member (o, "group", lan_transfer_get_group (transfer));
  if (lan_transfer_get_request (transfer))
    json_object_set_boolean_member (o, "request", TRUE);
  if (lan_transfer_get_folder (transfer))
    json_object_set_boolean_member (o, "folder", TRUE);
  lan_rpc_describe_left_out (o, lan_transfer_get_left_links (transfer),
                             lan_transfer_get_left_others (transfer));
  lan_rpc_service_notify (service, "file.offered", o);
}

static void
on_file_progress (LanNode *node, LanTransfer *transfer, LanRpcService *service)
{
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "id", lan_transfer_get_id (transfer));
  json_object_set_int_member (o, "done", (gint64) lan_transfer_get_done (transfer));
  json_object_set_int_member (o, "total", (gint64) lan_transfer_get_size (transfer));
  json_object_set_int_member (o, "rate", (gint64) lan_transfer_get_rate (transfer));
  json_object_set_string_member (o, "state",
                                 lan_transfer_status_name (lan_transfer_get_status (transfer)));
  if (lan_transfer_get_members (transfer) > 0) {
    json_object_set_int_member (o, "members", lan_transfer_get_members (transfer));
    json_object_set_int_member (o, "fetched", lan_transfer_get_fetched (transfer));
  }
  if (lan_transfer_get_left (transfer) != LAN_TRANSFER_LEFT_NONE)
    json_object_set_string_member (o, "at_server",
                                   lan_transfer_left_name (lan_transfer_get_left (transfer)));
  lan_rpc_service_notify (service, "file.progress", o);
}

static void
on_file_done (LanNode *node, LanTransfer *transfer, LanRpcService *service)
{
  const char *path = lan_transfer_get_path (transfer);
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "id", lan_transfer_get_id (transfer));
  json_object_set_string_member (o, "path", path != NULL ? path : "");
  lan_rpc_service_notify (service, "file.done", o);
}

static void
on_file_failed (LanNode *node, LanTransfer *transfer, LanRpcService *service)
{
  const char *code = lan_transfer_get_error_code (transfer);
  const char *text = lan_transfer_get_error_text (transfer);
  LanTransferStatus status = lan_transfer_get_status (transfer);
  JsonObject *o = json_object_new ();

  if (code == NULL)
    code = lan_transfer_status_name (status);
  if (text == NULL)
    text = status == LAN_TRANSFER_STATUS_DECLINED ? "The other side declined the file."
                                                  : "The transfer was stopped.";
  json_object_set_string_member (o, "id", lan_transfer_get_id (transfer));
  json_object_set_string_member (o, "code", code);
  json_object_set_string_member (o, "text", text);
  lan_rpc_service_notify (service, "file.failed", o);
}

static void
on_link_state (LanNode *node, LanPerson *person, const char *state, const char *path,
               LanRpcService *service)
{
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "peer", lan_person_get_id (person));
  json_object_set_string_member (o, "state", state);
  json_object_set_string_member (o, "path", path);
  lan_rpc_service_notify (service, "link.state", o);
}

static void
on_notice (LanNode *node, const char *code, const char *text, LanRpcService *service)
{
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "code", code);
  json_object_set_string_member (o, "text", text);
  lan_rpc_service_notify (service, "notice", o);
}

static void
on_server_changed (LanNode *node, LanServer *server, LanRpcService *service)
{
  lan_rpc_service_notify (service, "server.state", lan_rpc_describe_server (server));
}

static void
on_share_changed (LanNode *node, LanShare *share, LanRpcService *service)
{
  lan_rpc_service_notify (service, "share.changed", lan_rpc_describe_share (share));
}

static void
on_group_changed (LanNode *node, LanGroupChat *group, LanRpcService *service)
{
  lan_rpc_service_notify (service, "group.changed", lan_rpc_describe_group (group));
}

static void
on_call_changed (LanNode *node, LanCall *call, LanRpcService *service)
{
  lan_rpc_service_notify (service, "call.changed", lan_rpc_describe_call (call));
}

static void
on_devices_changed (LanDevices *devices, guint position, guint removed, guint added,
                    LanRpcService *service)
{
  lan_rpc_service_notify (service, "device.changed", lan_rpc_describe_devices (devices));
}

static void
on_link_changed (LanDevices *devices, GParamSpec *pspec, LanRpcService *service)
{
  lan_rpc_service_notify (service, "device.link", lan_rpc_describe_device_link (devices));
}

void
lan_rpc_notify_connect (LanRpcService *service)
{
  static const struct {
    const char *signal;
    GCallback callback;
  } table[] = {
    { "person-seen", G_CALLBACK (on_person_seen) },
    { "person-gone", G_CALLBACK (on_person_gone) },
    { "person-changed", G_CALLBACK (on_person_changed) },
    { "message-received", G_CALLBACK (on_message_received) },
    { "message-state", G_CALLBACK (on_message_state) },
    { "message-changed", G_CALLBACK (on_message_changed) },
    { "file-offered", G_CALLBACK (on_file_offered) },
    { "file-progress", G_CALLBACK (on_file_progress) },
    { "file-done", G_CALLBACK (on_file_done) },
    { "file-failed", G_CALLBACK (on_file_failed) },
    { "link-state", G_CALLBACK (on_link_state) },
    { "notice", G_CALLBACK (on_notice) },
    { "share-changed", G_CALLBACK (on_share_changed) },
    { "group-changed", G_CALLBACK (on_group_changed) },
    { "call-changed", G_CALLBACK (on_call_changed) },
    { "server-changed", G_CALLBACK (on_server_changed) },
  };
  GListModel *people = lan_node_get_people (service->node);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_signal_connect (service->node, table[i].signal, table[i].callback, service);
  g_signal_connect (lan_node_get_devices (service->node), "items-changed",
                    G_CALLBACK (on_devices_changed), service);
  g_signal_connect (lan_node_get_devices (service->node), "notify::link-state",
                    G_CALLBACK (on_link_changed), service);
  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (LanPerson) person = g_list_model_get_item (people, i);

    if (lan_person_get_online (person))
      notify_person (service, "person.seen", person);
  }
}

void
lan_rpc_notify_disconnect (LanRpcService *service)
{
  g_signal_handlers_disconnect_by_data (service->node, service);
  g_signal_handlers_disconnect_by_data (lan_node_get_devices (service->node), service);
}
