/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-service-private.h"

static void
service_unref (LanRpcService *service)
{
  if (!g_ref_count_dec (&service->refs))
    return;
  g_object_unref (service->node);
  g_object_unref (service->cancellable);
  g_free (service);
}

static void
send_line (LanRpcService *service, char *line)
{
  if (service->send != NULL)
    service->send (line, service->user_data);
  g_free (line);
}

void
lan_rpc_service_notify (LanRpcService *service, const char *method, JsonObject *params)
{
  send_line (service, lan_rpc_format_notification (method, params));
  json_object_unref (params);
}

static void
call_free (LanRpcCall *call)
{
  g_clear_pointer (&call->id, json_node_unref);
  json_object_unref (call->params);
  service_unref (call->service);
  g_free (call);
}

void
lan_rpc_call_succeed (LanRpcCall *call, JsonObject *result)
{
  if (call->id != NULL)
    send_line (call->service, lan_rpc_format_result (call->id, result));
  g_clear_pointer (&result, json_object_unref);
  call_free (call);
}

void
lan_rpc_call_fail (LanRpcCall *call, const GError *error)
{
  const char *code = "failed";

  if (error->domain == LAN_NODE_ERROR)
    code = lan_node_error_code ((LanNodeError) error->code);
  if (call->id != NULL)
    send_line (call->service,
               lan_rpc_format_error (call->id, LAN_RPC_FAILED, code, error->message));
  call_free (call);
}

void
lan_rpc_call_fail_param (LanRpcCall *call, const char *name)
{
  g_autofree char *text = g_strdup_printf ("The parameter '%s' is missing, or is not what it "
                                           "should be; src/cli/README.md lists them.",
                                           name);

  if (call->id != NULL)
    send_line (call->service,
               lan_rpc_format_error (call->id, LAN_RPC_INVALID_PARAMS,
                                     lan_rpc_error_code (LAN_RPC_INVALID_PARAMS), text));
  call_free (call);
}

static void
send_error (LanRpcService *service, JsonNode *id, int number)
{
  send_line (service, lan_rpc_format_error (id, number, lan_rpc_error_code (number),
                                            lan_rpc_error_text (number)));
}

void
lan_rpc_service_take_line (LanRpcService *service, const char *line, gsize len)
{
  int failed;
  g_autoptr (LanRpcMessage) message = lan_rpc_message_parse (line, len, &failed);
  LanRpcCall *call;

  if (message == NULL) {
    send_error (service, NULL, failed);
    return;
  }
  if (message->kind != LAN_RPC_REQUEST && message->kind != LAN_RPC_NOTIFICATION)
    return; /* an answer to nothing: we never ask */
  call = g_new0 (LanRpcCall, 1);
  call->service = service;
  g_ref_count_inc (&service->refs);
  call->id = message->id != NULL ? json_node_copy (message->id) : NULL;
  call->params = json_object_ref (message->params);
  if (!lan_rpc_methods_run (message->method, call)) {
    if (call->id != NULL)
      send_error (service, call->id, LAN_RPC_METHOD_NOT_FOUND);
    call_free (call);
  }
}

static void
send_ready (LanRpcService *service)
{
  LanPerson *self = lan_node_get_self (service->node);
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "id", lan_person_get_id (self));
  json_object_set_string_member (params, "name", lan_person_get_name (self));
  json_object_set_int_member (params, "port", lan_node_get_tcp_port (service->node));
  lan_rpc_service_notify (service, "ready", params);
}

LanRpcService *
lan_rpc_service_new (LanNode *node, LanRpcSend send, gpointer user_data)
{
  LanRpcService *service = g_new0 (LanRpcService, 1);

  g_ref_count_init (&service->refs);
  service->node = g_object_ref (node);
  service->send = send;
  service->user_data = user_data;
  service->cancellable = g_cancellable_new ();
  send_ready (service);
  lan_rpc_notify_connect (service);
  return service;
}

gboolean
lan_rpc_service_is_busy (const LanRpcService *service)
{
  return !g_ref_count_compare ((grefcount *) &service->refs, 1);
}

void
lan_rpc_service_free (LanRpcService *service)
{
  if (service == NULL)
    return;
  lan_rpc_notify_disconnect (service);
  service->send = NULL;
  g_cancellable_cancel (service->cancellable);
  service_unref (service);
}
