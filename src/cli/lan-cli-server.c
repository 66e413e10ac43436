/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * join, server, directory: the company's server and the people it names.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STATUS_WAIT_S 5.0

static const char *
member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

/* --- join --- */

/* Of a typed address: shows the words of the key that answers. NULL: the person says no. */
static JsonArray *
confirm_words (LanCli *cli, const char *where)
{
  JsonObject *params = lan_cli_params ("address", where);
  g_autoptr (JsonObject) found = NULL;
  g_autoptr (GError) error = NULL;
  const char *code;
  JsonArray *words;
  char line[16] = "";

  json_object_set_string_member (params, "language", g_get_language_names ()[0]);
  found = lan_cli_call (cli, "server.look", params, &code, &error);
  if (found == NULL) {
    lan_cli_complain (cli, code, error->message);
    return NULL;
  }
  words = json_object_get_array_member (found, "words");
  if (!isatty (STDIN_FILENO) || cli->json) {
    lan_cli_complain (cli, "words",
                      _ ("A typed address needs the server's twelve words: give those that your "
                         "administrator told you with --words, or use the link they sent you."));
    return NULL;
  }
  lan_cli_print (_ ("The key of this server in words:\n\n  "));
  for (guint i = 0; i < json_array_get_length (words); i++)
    lan_cli_print ("%s%s", json_array_get_string_element (words, i), i == 5 ? "\n  " : " ");
  lan_cli_print (_ ("\n\nAre they the words that your administrator gave you? [y/N] "));
  if (fgets (line, sizeof line, stdin) == NULL ||
      (g_ascii_tolower (line[0]) != 'y' && !g_str_has_prefix (line, "\xe6\x98\xaf"))) {
    lan_cli_complain (cli, "mismatch", _ ("Nothing was sent."));
    return NULL;
  }
  return json_array_ref (words);
}

static gboolean
add_password (LanCli *cli, JsonObject *params)
{
  g_autoptr (GError) error = NULL;
  char *password = NULL;

  if (cli->login == NULL)
    return TRUE;
  json_object_set_string_member (params, "login", cli->login);
  if (cli->password_file != NULL) {
    if (!g_file_get_contents (cli->password_file, &password, NULL, &error)) {
      lan_cli_complain (cli, "failed", error->message);
      return FALSE;
    }
    g_strchomp (password);
  } else {
    password = lan_cli_ask_secret (_ ("Password: "));
  }
  if (password != NULL)
    json_object_set_string_member (params, "password", password);
  lan_cli_forget (password);
  return TRUE;
}

static void
print_joined (LanCli *cli, JsonObject *state)
{
  if (cli->json)
    lan_cli_print_json (state);
  else
    lan_cli_print (_ ("You belong to %s now (%s).\n"), member (state, "name"),
                   member (state, "address"));
}

int
lan_cli_join (LanCli *cli, char **args)
{
  JsonObject *params = lan_cli_params ("url", args[0]);
  g_autoptr (JsonObject) state = NULL;
  g_autoptr (GError) error = NULL;
  const char *code;

  if (lan_cli_open (cli) != LAN_CLI_OK) {
    json_object_unref (params);
    return LAN_CLI_FAILED;
  }
  if (cli->words != NULL) {
    json_object_set_string_member (params, "words", cli->words);
  } else if (g_ascii_strncasecmp (args[0], "lanyard:", 8) != 0) {
    JsonArray *words = confirm_words (cli, args[0]);

    if (words == NULL) {
      json_object_unref (params);
      return LAN_CLI_FAILED;
    }
    json_object_set_array_member (params, "words", words);
  }
  if (!add_password (cli, params)) {
    json_object_unref (params);
    return LAN_CLI_FAILED;
  }
  state = lan_cli_call (cli, "server.join", params, &code, &error);
  if (state == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  print_joined (cli, state);
  return LAN_CLI_OK;
}

/* --- server --- */

static const char *
state_word (const char *state)
{
  static const struct {
    const char *name;
    const char *word;
  } words[] = {
    { "none", N_ ("no server") },        { "joining", N_ ("joining") },
    { "connecting", N_ ("connecting") }, { "online", N_ ("connected") },
    { "away", N_ ("does not answer") },  { "refused", N_ ("refuses this computer") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (g_str_equal (words[i].name, state))
      return _ (words[i].word);
  }
  return state;
}

static void
print_state (JsonObject *state)
{
  if (*member (state, "address") == '\0') {
    lan_cli_print (_ ("This profile belongs to no server. Join one with: lanyard-cli join LINK\n"));
    return;
  }
  lan_cli_print ("%s  %s  (%s)\n", member (state, "name"), member (state, "address"),
                 state_word (member (state, "state")));
  if (*member (state, "text") != '\0')
    lan_cli_print ("%s\n", member (state, "text"));
  if (*member (state, "warning_text") != '\0')
    lan_cli_print (_ ("Warning: %s\n"), member (state, "warning_text"));
}

static gboolean
is_settled (JsonObject *state)
{
  return !g_str_equal (member (state, "state"), "connecting") &&
         !g_str_equal (member (state, "state"), "joining");
}

static int
status (LanCli *cli)
{
  gint64 deadline = lan_cli_deadline (cli, STATUS_WAIT_S);
  JsonObject *state = NULL;
  int code = LAN_CLI_FAILED;

  for (;;) {
    g_autoptr (GError) error = NULL;
    const char *word;

    g_clear_pointer (&state, json_object_unref);
    state = lan_cli_call (cli, "server.state", NULL, &word, &error);
    if (state == NULL) {
      lan_cli_complain (cli, word, error->message);
      return LAN_CLI_FAILED;
    }
    if (is_settled (state) || !lan_cli_wait (cli, deadline))
      break;
  }
  if (cli->json)
    lan_cli_print_json (state);
  else
    print_state (state);
  if (g_str_equal (member (state, "state"), "online"))
    code = LAN_CLI_OK;
  else if (*member (state, "address") != '\0' && !g_str_equal (member (state, "state"), "refused"))
    code = LAN_CLI_KEPT;
  json_object_unref (state);
  return code;
}

static int
leave (LanCli *cli)
{
  g_autoptr (JsonObject) done = NULL;
  g_autoptr (GError) error = NULL;
  const char *code;

  done = lan_cli_call (cli, "server.leave", NULL, &code, &error);
  if (done == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  if (!cli->json)
    lan_cli_print (_ ("You belong to no server now. Contacts and conversations are still here.\n"));
  return LAN_CLI_OK;
}

int
lan_cli_server (LanCli *cli, char **args)
{
  gboolean is_leave = g_str_equal (args[0], "leave");

  if (!is_leave && !g_str_equal (args[0], "status")) {
    fprintf (stderr, _ ("usage: lanyard-cli %s %s\n"), "server", "status|leave");
    return LAN_CLI_USAGE;
  }
  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  return is_leave ? leave (cli) : status (cli);
}

/* --- directory --- */

static int
compare_people (gconstpointer a, gconstpointer b)
{
  JsonObject *first = *(JsonObject *const *) a, *second = *(JsonObject *const *) b;
  int by_place = g_utf8_collate (member (first, "department"), member (second, "department"));

  return by_place != 0 ? by_place
                       : g_utf8_collate (member (first, "name"), member (second, "name"));
}

static void
print_people (JsonArray *people)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  const char *department = NULL;

  for (guint i = 0; i < json_array_get_length (people); i++)
    g_ptr_array_add (sorted, json_array_get_object_element (people, i));
  g_ptr_array_sort (sorted, compare_people);
  for (guint i = 0; i < sorted->len; i++) {
    JsonObject *person = g_ptr_array_index (sorted, i);

    if (g_strcmp0 (department, member (person, "department")) != 0) {
      department = member (person, "department");
      lan_cli_print ("%s\n", *department != '\0' ? department : _ ("(no department)"));
    }
    lan_cli_print ("  %.16s  %s%s%s  (%s)\n", member (person, "id"), member (person, "name"),
                   *member (person, "title") != '\0' ? ", " : "", member (person, "title"),
                   json_object_get_boolean_member (person, "online") ? member (person, "presence")
                                                                     : _ ("not here"));
  }
}

/* Why there is nobody to show. */
static void
explain_nobody (LanCli *cli)
{
  g_autoptr (JsonObject) state = lan_cli_call (cli, "server.state", NULL, NULL, NULL);
  const char *name = state != NULL ? member (state, "state") : "none";

  if (g_str_equal (name, "none"))
    print_state (state);
  else if (g_str_equal (name, "online"))
    lan_cli_print (_ ("Nobody but you belongs to %s so far.\n"), member (state, "name"));
  else
    lan_cli_print (_ ("The directory has not been fetched yet: %s.\n"), state_word (name));
}

/* A profile without a server need not wait for one. */
static gboolean
has_server (LanCli *cli)
{
  g_autoptr (JsonObject) state = lan_cli_call (cli, "server.state", NULL, NULL, NULL);

  return state != NULL && !g_str_equal (member (state, "state"), "none");
}

int
lan_cli_directory (LanCli *cli, char **args)
{
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 deadline;
  const char *code;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  deadline = lan_cli_deadline (cli, cli->node != NULL ? 3.0 : 0.0);
  while (has_server (cli) && lan_cli_wait (cli, deadline))
    ;
  result = lan_cli_call (cli, "directory.list", NULL, &code, &error);
  if (result == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  if (cli->json)
    lan_cli_print_json (result);
  else if (json_array_get_length (json_object_get_array_member (result, "people")) == 0)
    explain_nobody (cli);
  else
    print_people (json_object_get_array_member (result, "people"));
  return LAN_CLI_OK;
}
