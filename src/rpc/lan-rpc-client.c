/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-client.h"

#include "lan-rpc-message.h"
#include "lan-rpc-service.h"
#include "lan-rpc-stream.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

typedef struct {
  LanRpcOnAnswer answered;
  gpointer user_data;
} Waiting;

struct _LanRpcClient {
  LanRpcOnNotification notified;
  LanRpcOnClosed closed;
  gpointer user_data;
  gint64 next_id;
  GHashTable *waiting; /* id (gint64) to Waiting */
  /* over a socket: */
  LanRpcStream *stream;
  /* in this process: lines from the service wait here for the main loop, as they would on a wire */
  LanRpcService *service;
  GQueue lines;
  guint idle;
};

static void
answer (LanRpcClient *client, const LanRpcMessage *message)
{
  gint64 id = JSON_NODE_HOLDS_VALUE (message->id) ? json_node_get_int (message->id) : 0;
  g_autofree gint64 *key = NULL;
  g_autofree Waiting *waiting = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_hash_table_steal_extended (client->waiting, &id, (gpointer *) &key,
                                    (gpointer *) &waiting) ||
      waiting->answered == NULL)
    return;
  if (message->kind == LAN_RPC_RESULT && JSON_NODE_HOLDS_OBJECT (message->result)) {
    waiting->answered (json_node_get_object (message->result), NULL, NULL, waiting->user_data);
    return;
  }
  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED,
                               message->error_text != NULL ? message->error_text : "no result");
  waiting->answered (NULL, message->error_code != NULL ? message->error_code : "failed", error,
                     waiting->user_data);
}

static void
on_line (const char *line, gsize len, gpointer user_data)
{
  LanRpcClient *client = user_data;
  int failed;
  g_autoptr (LanRpcMessage) message = lan_rpc_message_parse (line, len, &failed);

  if (message == NULL)
    return;
  switch (message->kind) {
  case LAN_RPC_NOTIFICATION:
    client->notified (message->method, message->params, client->user_data);
    break;
  case LAN_RPC_RESULT:
  case LAN_RPC_ERROR:
    answer (client, message);
    break;
  case LAN_RPC_REQUEST:
  default:
    break;
  }
}

static void
on_closed (const GError *error, gpointer user_data)
{
  LanRpcClient *client = user_data;

  if (client->closed != NULL)
    client->closed (error, client->user_data);
}

static gboolean
take_queued (gpointer user_data)
{
  LanRpcClient *client = user_data;
  char *line = g_queue_pop_head (&client->lines);

  /* One line a turn, and the source stays while there are more: a callback may free the client. */
  if (line == NULL) {
    client->idle = 0;
    return G_SOURCE_REMOVE;
  }
  on_line (line, strlen (line), client);
  g_free (line);
  return G_SOURCE_CONTINUE;
}

static void
queue_line (const char *line, gpointer user_data)
{
  LanRpcClient *client = user_data;

  g_queue_push_tail (&client->lines, g_strdup (line));
  if (client->idle == 0)
    client->idle = g_idle_add_full (G_PRIORITY_DEFAULT, take_queued, client, NULL);
}

static LanRpcClient *
client_new (LanRpcOnNotification notified, LanRpcOnClosed closed, gpointer user_data)
{
  LanRpcClient *client = g_new0 (LanRpcClient, 1);

  client->notified = notified;
  client->closed = closed;
  client->user_data = user_data;
  client->waiting = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_queue_init (&client->lines);
  return client;
}

LanRpcClient *
lan_rpc_client_new_for_socket (const char *path, LanRpcOnNotification notified,
                               LanRpcOnClosed closed, gpointer user_data, GError **error)
{
  static const LanRpcStreamCallbacks callbacks = { .line = on_line, .closed = on_closed };
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect (connector, G_SOCKET_CONNECTABLE (address), NULL, error);
  LanRpcClient *client;
  GIOStream *io;

  if (connection == NULL)
    return NULL;
  client = client_new (notified, closed, user_data);
  io = G_IO_STREAM (connection);
  client->stream = lan_rpc_stream_new (g_io_stream_get_input_stream (io),
                                       g_io_stream_get_output_stream (io), io, &callbacks, client);
  return client;
}

LanRpcClient *
lan_rpc_client_new_for_node (LanNode *node, LanRpcOnNotification notified, gpointer user_data)
{
  LanRpcClient *client = client_new (notified, NULL, user_data);

  client->service = lan_rpc_service_new (node, queue_line, client);
  return client;
}

void
lan_rpc_client_free (LanRpcClient *client)
{
  if (client == NULL)
    return;
  lan_rpc_stream_free (client->stream);
  lan_rpc_service_free (client->service);
  g_clear_handle_id (&client->idle, g_source_remove);
  g_queue_clear_full (&client->lines, g_free);
  g_hash_table_unref (client->waiting);
  g_free (client);
}

void
lan_rpc_client_call (LanRpcClient *client, const char *method, JsonObject *params,
                     LanRpcOnAnswer answered, gpointer user_data)
{
  Waiting *waiting = g_new0 (Waiting, 1);
  gint64 id = ++client->next_id;
  g_autofree char *line = lan_rpc_format_request (id, method, params);

  waiting->answered = answered;
  waiting->user_data = user_data;
  g_hash_table_insert (client->waiting, g_memdup2 (&id, sizeof id), waiting);
  if (client->stream != NULL)
    lan_rpc_stream_send (client->stream, line);
  else
    lan_rpc_service_take_line (client->service, line, strlen (line));
  g_clear_pointer (&params, json_object_unref);
}
