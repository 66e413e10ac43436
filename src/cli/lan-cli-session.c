/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Opening and closing the profile, and asking it things.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* How long a program that has just taken the profile's lock may need until its socket is there. */
#define SOCKET_PATIENCE_US (3 * G_USEC_PER_SEC)

static gboolean
on_tick (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

gboolean
lan_cli_wait (LanCli *cli, gint64 deadline_us)
{
  gint64 left = deadline_us - g_get_monotonic_time ();
  gboolean ticked = FALSE;
  guint timer;

  if (left <= 0 || cli->stopped)
    return FALSE;
  timer = g_timeout_add ((guint) MIN (left / 1000 + 1, 1000), on_tick, &ticked);
  g_main_context_iteration (NULL, TRUE);
  if (!ticked)
    g_source_remove (timer);
  return !cli->stopped;
}

gint64
lan_cli_deadline (LanCli *cli, double otherwise)
{
  double seconds = cli->wait >= 0 ? cli->wait : otherwise;

  return g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
}

/* Results of asynchronous calls that the main loop is run for. */

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/* Passphrases come from a file or the terminal, never from an argument or the environment. */

char *
lan_cli_ask_secret (const char *prompt)
{
  struct termios before, quiet;
  char line[1024];
  char *passphrase = NULL;

  if (!isatty (STDIN_FILENO) || tcgetattr (STDIN_FILENO, &before) != 0)
    return NULL;
  quiet = before;
  quiet.c_lflag &= ~(tcflag_t) ECHO;
  fputs (prompt, stderr);
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &quiet);
  if (fgets (line, sizeof line, stdin) != NULL)
    passphrase = g_strndup (line, strcspn (line, "\n"));
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
  fputc ('\n', stderr);
  explicit_bzero (line, sizeof line);
  return passphrase;
}

static gboolean
get_passphrase (LanCli *cli, gboolean ask, char **passphrase, GError **error)
{
  *passphrase = NULL;
  if (cli->passphrase_file != NULL) {
    if (!g_file_get_contents (cli->passphrase_file, passphrase, NULL, error))
      return FALSE;
    g_strchomp (*passphrase);
  } else if (ask) {
    *passphrase = lan_cli_ask_secret (_ ("Passphrase: "));
  }
  return TRUE;
}

void
lan_cli_forget (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

gboolean
lan_cli_get_passphrase (LanCli *cli, char **passphrase, GError **error)
{
  return get_passphrase (cli, FALSE, passphrase, error);
}

LanNode *
lan_cli_new_node (LanCli *cli)
{
  LanNode *node = lan_node_new (cli->profile);

  g_object_set (node, "mdns", !cli->no_mdns, "broadcast", !cli->no_broadcast, NULL);
  if (cli->interfaces != NULL)
    g_object_set (node, "interfaces", cli->interfaces, NULL);
  if (cli->port >= 0)
    g_object_set (node, "port", cli->port, NULL);
  if (cli->audio_source != NULL || cli->audio_sink != NULL)
    lan_node_set_audio (node, cli->audio_source != NULL ? cli->audio_source : "default",
                        cli->audio_sink != NULL ? cli->audio_sink : "default");
  if (cli->video_source != NULL)
    lan_node_set_camera (node, cli->video_source);
  if (cli->screen_source != NULL)
    lan_node_set_screen_source (node, cli->screen_source);
  return node;
}

static gboolean
open_once (LanCli *cli, const char *passphrase, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  lan_node_open_async (cli->node, passphrase, NULL, on_result, &result);
  return lan_node_open_finish (cli->node, wait_result (&result), error);
}

gboolean
lan_cli_open_node (LanCli *cli, const char *create_name, GError **error)
{
  g_autoptr (GError) first = NULL;
  char *passphrase;
  gboolean ok;

  if (!get_passphrase (cli, FALSE, &passphrase, error))
    return FALSE;
  cli->node = lan_cli_new_node (cli);
  if (create_name != NULL) {
    g_autoptr (GAsyncResult) result = NULL;

    lan_node_create_async (cli->node, create_name, passphrase, NULL, on_result, &result);
    ok = lan_node_create_finish (cli->node, wait_result (&result), &first);
  } else {
    ok = open_once (cli, passphrase, &first);
    if (g_error_matches (first, LAN_NODE_ERROR, LAN_NODE_ERROR_PASSPHRASE_NEEDED) &&
        passphrase == NULL && get_passphrase (cli, TRUE, &passphrase, NULL) && passphrase != NULL) {
      g_clear_error (&first);
      ok = open_once (cli, passphrase, &first);
    }
  }
  lan_cli_forget (passphrase);
  if (!ok) {
    g_clear_object (&cli->node);
    g_propagate_error (error, g_steal_pointer (&first));
  }
  return ok;
}

static void
on_notification (const char *method, JsonObject *params, gpointer user_data)
{
  LanCli *cli = user_data;

  if (cli->notified != NULL)
    cli->notified (cli, method, params);
}

static void
on_closed (const GError *error, gpointer user_data)
{
  LanCli *cli = user_data;

  cli->stopped = TRUE;
}

/* Another program has the profile open: talk to it, giving it a moment to open its socket. */
static gboolean
connect_socket (LanCli *cli, GError **error)
{
  g_autofree char *path = lan_node_dup_socket_path (cli->profile);
  gint64 deadline = g_get_monotonic_time () + SOCKET_PATIENCE_US;

  for (;;) {
    g_clear_error (error);
    cli->client = lan_rpc_client_new_for_socket (path, on_notification, on_closed, cli, error);
    if (cli->client != NULL)
      return TRUE;
    if (!lan_cli_wait (cli, MIN (deadline, g_get_monotonic_time () + 50000)) &&
        (cli->stopped || g_get_monotonic_time () >= deadline))
      return FALSE;
  }
}

int
lan_cli_open (LanCli *cli)
{
  g_autoptr (GError) error = NULL;

  if (lan_cli_open_node (cli, NULL, &error)) {
    g_autoptr (GError) no_socket = NULL;

    cli->client = lan_rpc_client_new_for_node (cli->node, on_notification, cli);
    cli->server = lan_rpc_server_new (cli->node, &no_socket);
    if (cli->server == NULL)
      lan_cli_complain (cli, "socket", no_socket->message);
    return LAN_CLI_OK;
  }
  if (g_error_matches (error, LAN_NODE_ERROR, LAN_NODE_ERROR_PROFILE_IN_USE)) {
    g_clear_error (&error);
    if (connect_socket (cli, &error))
      return LAN_CLI_OK;
  }
  lan_cli_complain (
      cli,
      error->domain == LAN_NODE_ERROR ? lan_node_error_code ((LanNodeError) error->code) : "failed",
      error->message);
  return LAN_CLI_FAILED;
}

void
lan_cli_drop_node (LanCli *cli, gpointer data)
{
  g_clear_pointer (&cli->client, lan_rpc_client_free);
  g_clear_pointer (&cli->server, lan_rpc_server_free);
  g_signal_handlers_disconnect_by_data (cli->node, data);
  g_clear_object (&cli->node);
}

void
lan_cli_close (LanCli *cli)
{
  g_clear_pointer (&cli->client, lan_rpc_client_free);
  g_clear_pointer (&cli->server, lan_rpc_server_free);
  if (cli->node != NULL) {
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GError) error = NULL;

    lan_node_close_async (cli->node, NULL, on_result, &result);
    if (!lan_node_close_finish (cli->node, wait_result (&result), &error))
      lan_cli_complain (cli, "failed", error->message);
    g_clear_object (&cli->node);
  }
}

/* Calls */

typedef struct {
  gboolean done;
  JsonObject *result;
  char *code;
  GError *error;
} Answer;

static void
on_answer (JsonObject *result, const char *code, const GError *error, gpointer user_data)
{
  Answer *answer = user_data;

  answer->done = TRUE;
  if (result != NULL) {
    answer->result = json_object_ref (result);
  } else {
    answer->code = g_strdup (code);
    answer->error = g_error_copy (error);
  }
}

JsonObject *
lan_cli_call (LanCli *cli, const char *method, JsonObject *params, const char **code,
              GError **error)
{
  Answer answer = { 0 };

  lan_rpc_client_call (cli->client, method, params, on_answer, &answer);
  while (!answer.done && !cli->stopped)
    g_main_context_iteration (NULL, TRUE);
  if (!answer.done) {
    /* The answer would be written to our stack: the client must go before we do. */
    g_clear_pointer (&cli->client, lan_rpc_client_free);
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                         _ ("The program that has the profile open has ended."));
    if (code != NULL)
      *code = "closed";
    return NULL;
  }
  if (code != NULL)
    *code = answer.code != NULL ? g_intern_string (answer.code) : NULL;
  g_free (answer.code);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.result;
}

JsonObject *
lan_cli_params (const char *member, const char *value)
{
  JsonObject *o = json_object_new ();

  json_object_set_string_member (o, member, value);
  return o;
}

/* Tries @methods in turn. Anybody may appear until the deadline; what is ambiguous now stays so. */
static JsonObject *
find (LanCli *cli, const char *const *methods, const char *sought, gint64 deadline_us)
{
  for (;;) {
    g_autofree char *why = NULL;
    const char *code = NULL;

    for (guint i = 0; methods[i] != NULL; i++) {
      g_autoptr (GError) error = NULL;
      JsonObject *found =
          lan_cli_call (cli, methods[i], lan_cli_params ("id", sought), &code, &error);

      if (found != NULL)
        return found;
      if (why == NULL)
        why = g_strdup (error->message);
      if (g_strcmp0 (code, "not-found") != 0)
        break;
    }
    if (g_strcmp0 (code, "not-found") != 0 || !lan_cli_wait (cli, deadline_us)) {
      lan_cli_complain (cli, code, why);
      return NULL;
    }
  }
}

JsonObject *
lan_cli_find_peer (LanCli *cli, const char *peer, gint64 deadline_us)
{
  static const char *const methods[] = { "people.get", NULL };

  return find (cli, methods, peer, deadline_us);
}

JsonObject *
lan_cli_find_group (LanCli *cli, const char *group, gint64 deadline_us)
{
  static const char *const methods[] = { "group.get", NULL };

  return find (cli, methods, group, deadline_us);
}

JsonObject *
lan_cli_find_either (LanCli *cli, const char *peer, gint64 deadline_us)
{
  static const char *const methods[] = { "people.get", "group.get", NULL };

  return find (cli, methods, peer, deadline_us);
}

/* Output */

void
lan_cli_print_json (JsonObject *object)
{
  g_autoptr (JsonNode) root = json_node_init_object (json_node_alloc (), object);
  g_autofree char *line = json_to_string (root, FALSE);

  puts (line);
  fflush (stdout);
}

/* Node hands out clean text, but paths are the user's and may hold anything. */
static char *
make_visible (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if ((g_unichar_iscntrl (c) && c != '\n' && c != '\t') || (c >= 0x202a && c <= 0x202e) ||
        (c >= 0x2066 && c <= 0x2069))
      g_string_append_printf (out, "\\u%04x", c);
    else
      g_string_append_unichar (out, c);
  }
  return g_string_free (out, FALSE);
}

void
lan_cli_print (const char *format, ...)
{
  g_autofree char *text = NULL, *visible = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  visible = make_visible (text);
  fputs (visible, stdout);
  fflush (stdout);
}

void
lan_cli_complain (LanCli *cli, const char *code, const char *text)
{
  g_autofree char *visible = make_visible (text);

  if (cli->json) {
    g_autoptr (JsonObject) o = lan_cli_params ("error", code != NULL ? code : "failed");

    json_object_set_string_member (o, "text", text);
    lan_cli_print_json (o);
  } else {
    fprintf (stderr, "lanyard-cli: %s\n", visible);
  }
}

void
lan_cli_complain_error (LanCli *cli, const GError *error)
{
  const char *code = "failed";

  if (error->domain == LAN_NODE_ERROR)
    code = lan_node_error_code ((LanNodeError) error->code);
  lan_cli_complain (cli, code, error->message);
}
