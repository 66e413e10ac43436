/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-methods-private.h"

/* device.* */

static JsonObject *
describe_device (LanDevice *device)
{
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "id", lan_device_get_id (device));
  json_object_set_string_member (o, "name", lan_device_get_name (device));
  json_object_set_boolean_member (o, "self", lan_device_get_is_self (device));
  json_object_set_boolean_member (o, "active", lan_device_get_active (device));
  json_object_set_boolean_member (o, "online", lan_device_get_online (device));
  json_object_set_int_member (o, "since", lan_device_get_since (device));
  return o;
}

JsonObject *
lan_rpc_describe_devices (LanDevices *devices)
{
  GListModel *model = G_LIST_MODEL (devices);
  JsonArray *array = json_array_new ();
  JsonObject *o = json_object_new ();

  for (guint i = 0; i < g_list_model_get_n_items (model); i++) {
    g_autoptr (LanDevice) device = g_list_model_get_item (model, i);

    json_array_add_object_element (array, describe_device (device));
  }
  json_object_set_array_member (o, "devices", array);
  return o;
}

JsonObject *
lan_rpc_describe_device_link (LanDevices *devices)
{
  LanDeviceLinkState state = lan_devices_get_link_state (devices);
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, "state", lan_device_link_state_name (state));
  if (state == LAN_DEVICE_LINK_CODE) {
    json_object_set_string_member (o, "code", lan_devices_get_code (devices));
    json_object_set_string_member (o, "qr", lan_devices_get_qr_text (devices));
    json_object_set_int_member (o, "expires", lan_devices_get_expires (devices));
  }
  if (state == LAN_DEVICE_LINK_CONFIRM || state == LAN_DEVICE_LINK_WAITING ||
      state == LAN_DEVICE_LINK_DONE) {
    json_object_set_string_member (o, "device", lan_devices_get_other_name (devices));
    json_object_set_string_member (o, "person", lan_devices_get_person_name (devices));
    json_object_set_boolean_member (o, "full", lan_devices_get_full (devices));
  }
  if (state == LAN_DEVICE_LINK_FAILED) {
    json_object_set_string_member (o, "error", lan_devices_get_error_code (devices));
    json_object_set_string_member (o, "text", lan_devices_get_error_text (devices));
  }
  return o;
}

static LanDevices *
devices_of (LanRpcCall *call)
{
  return lan_node_get_devices (call->service->node);
}

static void
device_list (LanRpcCall *call)
{
  lan_rpc_call_succeed (call, lan_rpc_describe_devices (devices_of (call)));
}

/* The code exists a moment later: the answer waits for it. */
static void
on_code (LanDevices *devices, GParamSpec *pspec, gpointer user_data)
{
  LanRpcCall *call = user_data;

  if (lan_devices_get_link_state (devices) != LAN_DEVICE_LINK_CODE)
    return;
  g_signal_handlers_disconnect_by_data (devices, call);
  lan_rpc_call_succeed (call, lan_rpc_describe_device_link (devices));
}

static void
device_link_begin (LanRpcCall *call)
{
  LanDevices *devices = devices_of (call);
  const char *name = NULL;
  g_autoptr (GError) error = NULL;

  if (!lan_rpc_take_string (call, "name", &name))
    return;
  if (lan_devices_get_link_state (devices) == LAN_DEVICE_LINK_CODE)
    lan_devices_cancel (devices);
  if (!lan_devices_begin (devices, name != NULL ? name : g_get_host_name (), &error)) {
    lan_rpc_call_fail (call, error);
    return;
  }
  g_signal_connect (devices, "notify::code", G_CALLBACK (on_code), call);
}

static void
device_link_join (LanRpcCall *call)
{
  const char *code = lan_rpc_need_string (call, "code"), *address = NULL;
  gboolean full = TRUE;
  g_autoptr (GError) error = NULL;

  if (code == NULL || !lan_rpc_take_string (call, "address", &address) ||
      !lan_rpc_take_boolean (call, "full", &full))
    return;
  if (lan_devices_join (devices_of (call), code, address, full, &error))
    lan_rpc_call_succeed (call, NULL);
  else
    lan_rpc_call_fail (call, error);
}

static void
device_link_state (LanRpcCall *call)
{
  lan_rpc_call_succeed (call, lan_rpc_describe_device_link (devices_of (call)));
}

static void
device_link_confirm (LanRpcCall *call)
{
  lan_devices_confirm (devices_of (call));
  lan_rpc_call_succeed (call, NULL);
}

static void
device_link_cancel (LanRpcCall *call)
{
  lan_devices_cancel (devices_of (call));
  lan_rpc_call_succeed (call, NULL);
}

static void
device_rename (LanRpcCall *call)
{
  const char *name = lan_rpc_need_string (call, "name");

  if (name == NULL)
    return;
  lan_devices_set_name (devices_of (call), name);
  lan_rpc_call_succeed (call, NULL);
}

static void
on_revoked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcCall *call = user_data;
  g_autoptr (GError) error = NULL;

  if (lan_devices_revoke_finish (LAN_DEVICES (source), result, &error))
    lan_rpc_call_succeed (call, NULL);
  else
    lan_rpc_call_fail (call, error);
}

static void
device_revoke (LanRpcCall *call)
{
  const char *id = lan_rpc_need_string (call, "device");

  if (id != NULL)
    lan_devices_revoke_async (devices_of (call), id, call->service->cancellable, on_revoked, call);
}

const LanRpcMethod lan_rpc_device_methods[] = {
  { "device.link.begin", device_link_begin },
  { "device.link.cancel", device_link_cancel },
  { "device.link.confirm", device_link_confirm },
  { "device.link.join", device_link_join },
  { "device.link.state", device_link_state },
  { "device.list", device_list },
  { "device.rename", device_rename },
  { "device.revoke", device_revoke },
  { NULL, NULL },
};
