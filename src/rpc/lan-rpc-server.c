/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-server.h"

#include "lan-rpc-service.h"
#include "lan-rpc-stream.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

struct _LanRpcServer {
  LanNode *node;
  GSocketService *listener;
  char *path;
  GPtrArray *clients; /* of Client, owned */
};

typedef struct {
  LanRpcServer *server;
  LanRpcStream *stream;
  LanRpcService *service;
} Client;

static void
client_free (Client *client)
{
  lan_rpc_service_free (client->service);
  lan_rpc_stream_free (client->stream);
  g_free (client);
}

static void
on_line (const char *line, gsize len, gpointer user_data)
{
  Client *client = user_data;

  lan_rpc_service_take_line (client->service, line, len);
}

static void
on_closed (const GError *error, gpointer user_data)
{
  Client *client = user_data;

  g_ptr_array_remove_fast (client->server->clients, client);
}

static void
send_line (const char *line, gpointer user_data)
{
  Client *client = user_data;

  lan_rpc_stream_send (client->stream, line);
}

static gboolean
on_incoming (GSocketService *listener, GSocketConnection *connection, GObject *source,
             gpointer user_data)
{
  static const LanRpcStreamCallbacks callbacks = { .line = on_line, .closed = on_closed };
  LanRpcServer *server = user_data;
  GIOStream *io = G_IO_STREAM (connection);
  Client *client;

  if (server->clients->len >= LAN_RPC_MAX_CLIENTS)
    return TRUE; /* dropping the connection turns it away */
  client = g_new0 (Client, 1);
  client->server = server;
  client->stream = lan_rpc_stream_new (g_io_stream_get_input_stream (io),
                                       g_io_stream_get_output_stream (io), io, &callbacks, client);
  client->service = lan_rpc_service_new (server->node, send_line, client);
  g_ptr_array_add (server->clients, client);
  return TRUE;
}

/* The mode must be right from the first moment: there is none at which others could connect. */
static gboolean
bind_private (GSocketListener *listener, const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  mode_t mask;
  gboolean ok;

  g_unlink (path);
  mask = umask (0177);
  ok = g_socket_listener_add_address (listener, address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, error);
  umask (mask);
  return ok;
}

LanRpcServer *
lan_rpc_server_new (LanNode *node, GError **error)
{
  g_autofree char *path = lan_node_dup_socket_path (lan_node_get_profile_dir (node));
  g_autoptr (GSocketService) listener = g_socket_service_new ();
  LanRpcServer *server;

  if (!bind_private (G_SOCKET_LISTENER (listener), path, error)) {
    g_prefix_error (error, "The socket %s cannot be made: ", path);
    return NULL;
  }
  server = g_new0 (LanRpcServer, 1);
  server->node = g_object_ref (node);
  server->path = g_steal_pointer (&path);
  server->listener = g_steal_pointer (&listener);
  server->clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  g_signal_connect (server->listener, "incoming", G_CALLBACK (on_incoming), server);
  g_socket_service_start (server->listener);
  return server;
}

void
lan_rpc_server_free (LanRpcServer *server)
{
  if (server == NULL)
    return;
  g_signal_handlers_disconnect_by_data (server->listener, server);
  g_socket_service_stop (server->listener);
  g_socket_listener_close (G_SOCKET_LISTENER (server->listener));
  g_object_unref (server->listener);
  g_unlink (server->path);
  g_ptr_array_unref (server->clients);
  g_free (server->path);
  g_object_unref (server->node);
  g_free (server);
}

guint
lan_rpc_server_count (const LanRpcServer *server)
{
  return server->clients->len;
}
