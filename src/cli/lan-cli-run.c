/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * run: JSON-RPC on standard input and output, until standard input ends. Serves a node of its own,
 * or passes lines between the terminal and the program that has the profile open.
 */
#include "lan-cli.h"

#include "lan-rpc-message.h"
#include "lan-rpc-service.h"
#include "lan-rpc-stream.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  LanCli *cli;
  LanRpcStream *terminal;
  LanRpcService *service; /* of our own node */
  LanRpcStream *socket;   /* or the other program's */
  GPtrArray *early;       /* of char *: lines that came while the profile was opened again */
  gboolean closed;        /* our own node was, by itself */
  gboolean ended;         /* nobody will write to us any more */
  gboolean hung_up;       /* the other program did */
  guint unanswered;       /* lines that the other program has to answer */
} Run;

/* What the other program answers: requests, and what is none of ours. */
static gboolean
wants_answer (const char *line, gsize len)
{
  int failed;
  g_autoptr (LanRpcMessage) message = lan_rpc_message_parse (line, len, &failed);

  return message == NULL || message->kind == LAN_RPC_REQUEST;
}

static gboolean
is_answer (const char *line, gsize len)
{
  int failed;
  g_autoptr (LanRpcMessage) message = lan_rpc_message_parse (line, len, &failed);

  return message != NULL && (message->kind == LAN_RPC_RESULT || message->kind == LAN_RPC_ERROR);
}

static void
on_terminal_line (const char *line, gsize len, gpointer user_data)
{
  Run *run = user_data;

  if (run->service != NULL) {
    lan_rpc_service_take_line (run->service, line, len);
  } else if (run->socket != NULL) {
    g_autofree char *copy = g_strndup (line, len);

    run->unanswered += wants_answer (line, len);
    lan_rpc_stream_send (run->socket, copy);
  } else {
    g_ptr_array_add (run->early, g_strndup (line, len));
  }
}

static void
on_socket_line (const char *line, gsize len, gpointer user_data)
{
  Run *run = user_data;
  g_autofree char *copy = g_strndup (line, len);

  if (run->unanswered > 0 && is_answer (line, len))
    run->unanswered--;
  lan_rpc_stream_send (run->terminal, copy);
}

static void
on_ended (const GError *error, gpointer user_data)
{
  Run *run = user_data;

  if (error != NULL)
    lan_cli_complain (run->cli, "stream", error->message);
  run->ended = TRUE;
}

static void
on_hung_up (const GError *error, gpointer user_data)
{
  ((Run *) user_data)->hung_up = TRUE;
  on_ended (error, user_data);
}

static void
send_to_terminal (const char *line, gpointer user_data)
{
  Run *run = user_data;

  lan_rpc_stream_send (run->terminal, line);
}

static LanRpcStream *
open_terminal (Run *run)
{
  static const LanRpcStreamCallbacks callbacks = { .line = on_terminal_line, .closed = on_ended };
  g_autoptr (GInputStream) in = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GOutputStream) out = g_unix_output_stream_new (STDOUT_FILENO, FALSE);

  return lan_rpc_stream_new (in, out, NULL, &callbacks, run);
}

static gboolean
join_other_program (Run *run, GError **error)
{
  static const LanRpcStreamCallbacks callbacks = { .line = on_socket_line, .closed = on_hung_up };
  g_autofree char *path = lan_node_dup_socket_path (run->cli->profile);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect (connector, G_SOCKET_CONNECTABLE (address), NULL, error);
  GIOStream *io;

  if (connection == NULL)
    return FALSE;
  io = G_IO_STREAM (connection);
  run->terminal = open_terminal (run);
  run->socket = lan_rpc_stream_new (g_io_stream_get_input_stream (io),
                                    g_io_stream_get_output_stream (io), io, &callbacks, run);
  return TRUE;
}

/* It closed by itself: this computer was linked to somebody's account. */
static void
on_state (LanNode *node, GParamSpec *pspec, gpointer user_data)
{
  if (lan_node_get_state (node) == LAN_NODE_STATE_CLOSED)
    ((Run *) user_data)->closed = TRUE;
}

static void
serve_own_node (Run *run)
{
  g_autoptr (GError) error = NULL;

  run->cli->server = lan_rpc_server_new (run->cli->node, &error);
  if (run->cli->server == NULL)
    lan_cli_complain (run->cli, "socket", error->message);
  if (run->terminal == NULL)
    run->terminal = open_terminal (run);
  run->service = lan_rpc_service_new (run->cli->node, send_to_terminal, run);
  g_signal_connect (run->cli->node, "notify::state", G_CALLBACK (on_state), run);
}

/* The same profile as whom it belongs to now: `ready` is said once more. */
static void
serve_again (Run *run)
{
  g_autoptr (GError) error = NULL;

  run->closed = FALSE;
  g_clear_pointer (&run->service, lan_rpc_service_free);
  lan_cli_drop_node (run->cli, run);
  if (!lan_cli_open_node (run->cli, NULL, &error)) {
    lan_cli_complain_error (run->cli, error);
    run->ended = TRUE;
    return;
  }
  serve_own_node (run);
  for (guint i = 0; i < run->early->len; i++)
    lan_rpc_service_take_line (run->service, run->early->pdata[i], strlen (run->early->pdata[i]));
  g_ptr_array_set_size (run->early, 0);
}

static void
on_flushed (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

int
lan_cli_run (LanCli *cli, char **args)
{
  g_autoptr (GPtrArray) early = g_ptr_array_new_with_free_func (g_free);
  Run run = { .cli = cli, .early = early };
  g_autoptr (GError) error = NULL;
  gboolean flushed = FALSE;
  gboolean create = cli->name != NULL && !lan_node_profile_exists (cli->profile);

  if (lan_cli_open_node (cli, create ? cli->name : NULL, &error)) {
    serve_own_node (&run);
  } else {
    g_autoptr (GError) unreachable = NULL;

    if (!g_error_matches (error, LAN_NODE_ERROR, LAN_NODE_ERROR_PROFILE_IN_USE) ||
        !join_other_program (&run, &unreachable)) {
      lan_cli_complain_error (cli, error);
      return LAN_CLI_FAILED;
    }
  }
  while (!run.ended && lan_cli_wait (cli, G_MAXINT64)) {
    if (run.closed)
      serve_again (&run);
  }
  /* `printf … | lanyard-cli run`: what was asked before the end is answered. */
  while ((run.service != NULL ? lan_rpc_service_is_busy (run.service)
                              : run.unanswered > 0 && !run.hung_up) &&
         lan_cli_wait (cli, G_MAXINT64))
    ;
  if (cli->node != NULL)
    g_signal_handlers_disconnect_by_data (cli->node, &run);
  g_clear_pointer (&run.service, lan_rpc_service_free);
  lan_rpc_stream_flush (run.terminal, on_flushed, &flushed);
  while (!flushed && !cli->stopped)
    g_main_context_iteration (NULL, TRUE);
  lan_rpc_stream_free (run.terminal);
  lan_rpc_stream_free (run.socket);
  return LAN_CLI_OK;
}
