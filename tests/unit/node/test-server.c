/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Joining a server, as far as no server is needed for it: what is refused, and that it is said why. */
#include "node-driver.h"
#include "test-node.h"

#include <gio/gio.h>

#include <string.h>

/* Nobody listens on the discard port. */
#define NOWHERE "127.0.0.1:9"
#define LINK                                                                                       \
  "lanyard://127.0.0.1:%u/?k=aaaqeaykaaaqeaykaaaqeaykaaaqeaykaaaqeaykaaaqeaykaaaq"                 \
  "&i=aaaqeaykaaaqeaykaaaqeaykaa"

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static LanServer *
server_of (Machine *m)
{
  return lan_node_get_server (m->node);
}

static GError *
join (Machine *m, const char *where, const char *words, const char *login, const char *password)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  lan_server_join_async (server_of (m), where, words, login, password, NULL, on_done, &result);
  wait_until (result != NULL);
  lan_server_join_finish (server_of (m), result, &error);
  g_assert_cmpint (lan_server_get_status (server_of (m)), ==, LAN_SERVER_STATUS_NONE);
  g_assert_cmpstr (lan_server_get_address (server_of (m)), ==, "");
  return error;
}

static void
assert_refused (Machine *m, const char *where, const char *words, const char *login,
                const char *password, LanNodeError code)
{
  g_autoptr (GError) error = join (m, where, words, login, password);

  g_assert_error (error, LAN_NODE_ERROR, (int) code);
  g_assert_true (strchr (error->message, ' ') != NULL);
  g_test_message ("%s: %s", lan_node_error_code (code), error->message);
}

static void
test_refusals (void)
{
  const char *words = "abandon ability able about above absent absorb abstract absurd abuse access "
                      "accident";
  Machine *m = machine_new ("Ann");

  machine_create (m, NULL);
  assert_refused (m, "lanyard://half", NULL, NULL, NULL, LAN_NODE_ERROR_INVALID);
  assert_refused (m, "no address", words, "ann", "secret", LAN_NODE_ERROR_INVALID);
  assert_refused (m, NOWHERE, NULL, "ann", "secret", LAN_NODE_ERROR_WORDS);
  assert_refused (m, NOWHERE, words, NULL, NULL, LAN_NODE_ERROR_CREDENTIALS);
  assert_refused (m, NOWHERE, words, "ann", NULL, LAN_NODE_ERROR_CREDENTIALS);
  assert_refused (m, NOWHERE, words, "a b", "secret", LAN_NODE_ERROR_INVALID);
  assert_refused (m, NOWHERE, words, "ann", "secret", LAN_NODE_ERROR_SERVER_AWAY);
  machine_free (m);
}

static void
test_look_and_leave (void)
{
  Machine *m = machine_new ("Ann");
  g_autoptr (GAsyncResult) looked = NULL, left = NULL;
  g_autoptr (GError) error = NULL;

  machine_create (m, NULL);
  lan_server_look_async (server_of (m), NOWHERE, NULL, on_done, &looked);
  wait_until (looked != NULL);
  g_assert_null (lan_server_look_finish (server_of (m), looked, &error));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_SERVER_AWAY);
  g_clear_error (&error);
  lan_server_leave_async (server_of (m), NULL, on_done, &left);
  wait_until (left != NULL);
  g_assert_false (lan_server_leave_finish (server_of (m), left, &error));
  g_assert_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NO_SERVER);
  machine_free (m);
}

/* Somebody who takes connections and never says a word. */
static GSocket *
silent_new (char **link)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) mine = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);

  g_assert_true (g_socket_bind (socket, any, TRUE, NULL));
  g_assert_true (g_socket_listen (socket, NULL));
  mine = g_socket_get_local_address (socket, NULL);
  *link = g_strdup_printf (LINK, g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (mine)));
  return socket;
}

/* An attempt that is given up, and one that the profile's closing ends. */
static void
test_given_up (void)
{
  Machine *m = machine_new ("Ann");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL, closed = NULL;
  g_autoptr (LanServer) server = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *link = NULL;
  g_autoptr (GSocket) silent = silent_new (&link);

  machine_create (m, NULL);
  server = g_object_ref (server_of (m));
  lan_server_join_async (server_of (m), link, NULL, NULL, NULL, cancellable, on_done, &result);
  wait_until (lan_server_get_status (server_of (m)) == LAN_SERVER_STATUS_JOINING);
  g_cancellable_cancel (cancellable);
  wait_until (result != NULL);
  g_assert_false (lan_server_join_finish (server_of (m), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (lan_server_get_status (server_of (m)), ==, LAN_SERVER_STATUS_NONE);

  lan_server_join_async (server_of (m), link, NULL, "ann", "a password", NULL, on_done, &closed);
  wait_until (lan_server_get_status (server_of (m)) == LAN_SERVER_STATUS_JOINING);
  machine_close (m);
  wait_until (closed != NULL);
  g_assert_false (lan_server_join_finish (server, closed, &error));
  g_assert_nonnull (error);
  machine_free (m);
}

static void
test_words (void)
{
  const char *key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  g_auto (GStrv) english = lan_server_dup_words (key, "de_DE.UTF-8");
  g_auto (GStrv) chinese = lan_server_dup_words (key, "zh_CN.UTF-8");

  g_assert_cmpuint (g_strv_length (english), ==, 12);
  g_assert_cmpuint (g_strv_length (chinese), ==, 12);
  g_assert_cmpstr (english[0], !=, chinese[0]);
  g_assert_null (lan_server_dup_words ("0001", NULL));
  g_assert_cmpstr (lan_server_status_name (LAN_SERVER_STATUS_AWAY), ==, "away");
  g_assert_cmpstr (lan_server_status_name ((LanServerStatus) 99), ==, "none");
}

void
add_server_tests (void)
{
  g_test_add_func ("/node/server/refusals", test_refusals);
  g_test_add_func ("/node/server/look-and-leave", test_look_and_leave);
  g_test_add_func ("/node/server/given-up", test_given_up);
  g_test_add_func ("/node/server/words", test_words);
}
