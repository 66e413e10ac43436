/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-message.h"
#include "lan-rpc-stream.h"

#include <string.h>
#include <sys/socket.h>

static LanRpcMessage *
parse (const char *line, int *failed)
{
  return lan_rpc_message_parse (line, strlen (line), failed);
}

static void
test_request (void)
{
  int failed;
  g_autoptr (LanRpcMessage) m = parse (
      "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"a.b\",\"params\":{\"x\":\"王\"}}", &failed);
  g_autoptr (LanRpcMessage) n = parse ("{\"jsonrpc\":\"2.0\",\"method\":\"a\"}", &failed);

  g_assert_nonnull (m);
  g_assert_cmpint (m->kind, ==, LAN_RPC_REQUEST);
  g_assert_cmpstr (m->method, ==, "a.b");
  g_assert_cmpstr (json_object_get_string_member (m->params, "x"), ==, "王");
  g_assert_nonnull (n);
  g_assert_cmpint (n->kind, ==, LAN_RPC_NOTIFICATION);
  g_assert_nonnull (n->params);
}

static void
test_round_trips (void)
{
  int failed;
  g_autoptr (JsonObject) o = json_object_new ();
  g_autoptr (JsonNode) id = json_node_init_int (json_node_alloc (), 5);
  g_autofree char *request = NULL, *result = NULL, *error = NULL, *note = NULL;
  g_autoptr (LanRpcMessage) a = NULL, b = NULL, c = NULL, d = NULL;

  json_object_set_string_member (o, "k", "v\n\"");
  request = lan_rpc_format_request (5, "m", o);
  result = lan_rpc_format_result (id, o);
  error = lan_rpc_format_error (id, LAN_RPC_FAILED, "not-found", "Nobody.");
  note = lan_rpc_format_notification ("ready", NULL);
  g_assert_null (strchr (request, '\n'));
  a = parse (request, &failed);
  b = parse (result, &failed);
  c = parse (error, &failed);
  d = parse (note, &failed);
  g_assert_cmpint (a->kind, ==, LAN_RPC_REQUEST);
  g_assert_cmpint (b->kind, ==, LAN_RPC_RESULT);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (b->result), "k"), ==,
                   "v\n\"");
  g_assert_cmpint (c->kind, ==, LAN_RPC_ERROR);
  g_assert_cmpstr (c->error_code, ==, "not-found");
  g_assert_cmpstr (c->error_text, ==, "Nobody.");
  g_assert_cmpint (json_node_get_int (c->id), ==, 5);
  g_assert_cmpint (d->kind, ==, LAN_RPC_NOTIFICATION);
}

static void
test_refused (void)
{
  static const struct {
    const char *line;
    int failed;
  } cases[] = {
    { "", LAN_RPC_PARSE_ERROR },
    { "{", LAN_RPC_PARSE_ERROR },
    { "\xff\xfe", LAN_RPC_PARSE_ERROR },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"a\\u0000b\"}", LAN_RPC_PARSE_ERROR },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"a\\ud83d\"}", LAN_RPC_PARSE_ERROR },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"a\\ud83dx\"}", LAN_RPC_PARSE_ERROR },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"a\\uDE00\"}", LAN_RPC_PARSE_ERROR },
    { "[]", LAN_RPC_INVALID_REQUEST },
    { "3", LAN_RPC_INVALID_REQUEST },
    { "{}", LAN_RPC_INVALID_REQUEST },
    { "{\"jsonrpc\":\"1.0\",\"method\":\"a\"}", LAN_RPC_INVALID_REQUEST },
    { "{\"jsonrpc\":\"2.0\",\"method\":5}", LAN_RPC_INVALID_REQUEST },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[1]}", LAN_RPC_INVALID_REQUEST },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":{}}", LAN_RPC_INVALID_REQUEST },
    { "{\"jsonrpc\":\"2.0\",\"id\":1}", LAN_RPC_INVALID_REQUEST },
    { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":4}", LAN_RPC_INVALID_REQUEST },
    { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}", LAN_RPC_INVALID_REQUEST },
    { "{\"jsonrpc\":\"2.0\",\"id\":true,\"result\":{}}", LAN_RPC_INVALID_REQUEST },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    int failed = 0;

    g_assert_null (parse (cases[i].line, &failed));
    g_assert_cmpint (failed, ==, cases[i].failed);
    g_assert_cmpstr (lan_rpc_error_code (failed), !=, "failed");
  }
}

/* A backslash that is itself escaped begins nothing; a whole pair is one character. */
static void
test_escapes (void)
{
  int failed = 0;
  g_autoptr (LanRpcMessage) message =
      parse ("{\"jsonrpc\":\"2.0\",\"method\":\"\\\\u0000\\\\ud83d\\ud83d\\uDE00\\n\"}", &failed);

  g_assert_nonnull (message);
  g_assert_cmpstr (message->method, ==, "\\u0000\\ud83d\xf0\x9f\x98\x80\n");
}

static void
test_deep_and_long (void)
{
  g_autofree char *deep = g_strnfill (500 * 1000, '[');
  g_autofree char *wide = g_strnfill (LAN_RPC_MAX_LINE + 1, ' ');
  g_autofree char *brackets =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"t\":\"%s\\\"\"}}",
                       "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
  g_autoptr (LanRpcMessage) text = NULL;
  int failed;

  g_assert_null (parse (deep, &failed));
  g_assert_cmpint (failed, ==, LAN_RPC_PARSE_ERROR);
  g_assert_null (parse (wide, &failed));
  text = parse (brackets, &failed); /* brackets in a string are text */
  g_assert_nonnull (text);
}

/* Streams: two ends of a pair of sockets. */

typedef struct {
  GPtrArray *lines;
  gboolean closed;
  gboolean with_error;
} End;

static void
on_line (const char *line, gsize len, gpointer user_data)
{
  g_ptr_array_add (((End *) user_data)->lines, g_strndup (line, len));
}

static void
on_closed (const GError *error, gpointer user_data)
{
  End *end = user_data;

  end->closed = TRUE;
  end->with_error = error != NULL;
}

static const LanRpcStreamCallbacks callbacks = { .line = on_line, .closed = on_closed };

static void
make_pair (GIOStream **a, GIOStream **b)
{
  int fds[2];
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) sa = NULL, sb = NULL;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  sa = g_socket_new_from_fd (fds[0], &error);
  g_assert_no_error (error);
  sb = g_socket_new_from_fd (fds[1], &error);
  g_assert_no_error (error);
  *a = G_IO_STREAM (g_socket_connection_factory_create_connection (sa));
  *b = G_IO_STREAM (g_socket_connection_factory_create_connection (sb));
}

static LanRpcStream *
stream_over (GIOStream *io, End *end)
{
  end->lines = g_ptr_array_new_with_free_func (g_free);
  return lan_rpc_stream_new (g_io_stream_get_input_stream (io), g_io_stream_get_output_stream (io),
                             io, &callbacks, end);
}

static void
test_stream_lines (void)
{
  g_autoptr (GIOStream) a = NULL, b = NULL;
  End left = { 0 }, right = { 0 };
  LanRpcStream *sa, *sb;

  make_pair (&a, &b);
  sa = stream_over (a, &left);
  sb = stream_over (b, &right);
  for (int i = 0; i < 1000; i++) {
    g_autofree char *line = g_strdup_printf ("line %d", i);

    lan_rpc_stream_send (sa, line);
  }
  while (right.lines->len < 1000)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (g_ptr_array_index (right.lines, 999), ==, "line 999");
  lan_rpc_stream_free (sa);
  while (!right.closed)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (right.with_error);
  lan_rpc_stream_free (sb);
  g_ptr_array_unref (left.lines);
  g_ptr_array_unref (right.lines);
}

/* Whoever has said all it wanted still gets its answers. */
static void
test_stream_half_closed (void)
{
  g_autoptr (GIOStream) a = NULL, b = NULL;
  End left = { 0 }, right = { 0 };
  LanRpcStream *sa, *sb;
  GSocket *socket;

  make_pair (&a, &b);
  sa = stream_over (a, &left);
  sb = stream_over (b, &right);
  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (a));
  g_assert_true (g_socket_shutdown (socket, FALSE, TRUE, NULL));
  while (!right.closed)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (right.with_error);
  lan_rpc_stream_send (sb, "late");
  while (left.lines->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (g_ptr_array_index (left.lines, 0), ==, "late");
  lan_rpc_stream_free (sa);
  lan_rpc_stream_free (sb);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_unref (left.lines);
  g_ptr_array_unref (right.lines);
}

static void
test_stream_endless_line (void)
{
  g_autoptr (GIOStream) a = NULL, b = NULL;
  End left = { 0 }, right = { 0 };
  LanRpcStream *sa, *sb;
  g_autofree char *endless = g_strnfill (LAN_RPC_MAX_LINE + 100, 'x');

  make_pair (&a, &b);
  sa = stream_over (a, &left);
  sb = stream_over (b, &right);
  lan_rpc_stream_send (sa, endless);
  while (!right.closed)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (right.with_error);
  g_assert_cmpuint (right.lines->len, ==, 0);
  lan_rpc_stream_free (sa);
  lan_rpc_stream_free (sb);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_unref (left.lines);
  g_ptr_array_unref (right.lines);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rpc/message/request", test_request);
  g_test_add_func ("/rpc/message/round-trips", test_round_trips);
  g_test_add_func ("/rpc/message/refused", test_refused);
  g_test_add_func ("/rpc/message/escapes", test_escapes);
  g_test_add_func ("/rpc/message/deep-and-long", test_deep_and_long);
  g_test_add_func ("/rpc/stream/lines", test_stream_lines);
  g_test_add_func ("/rpc/stream/half-closed", test_stream_half_closed);
  g_test_add_func ("/rpc/stream/endless-line", test_stream_endless_line);
  return g_test_run ();
}
