/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * send-file: offers files, and stays until they have arrived.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct {
  GHashTable *left;  /* ids not finished; owned */
  GHashTable *ended; /* ids that ended before their answer came; owned */
  GHashTable *there; /* ids of those that are left with the server; owned */
  GHashTable *told;  /* sentences that were printed; static */
  gboolean started;  /* something moves: no deadline any more */
  int failed;
} Sending;

static void
finish_one (LanCli *cli, Sending *sending, const char *id, const char *trouble)
{
  if (!g_hash_table_remove (sending->left, id)) {
    g_hash_table_add (sending->ended, g_strdup (id));
    return;
  }
  if (trouble != NULL) {
    sending->failed++;
    lan_cli_complain (cli, "file-failed", trouble);
  }
}

/* It cannot be left with the server: said once, whatever it is that cannot. */
static void
say_why_not (LanCli *cli, Sending *sending, const char *state)
{
  const char *text = NULL;

  if (strcmp (state, "too-big") == 0)
    text = _ ("Too large for the server: it waits until both are connected.\n");
  else if (strcmp (state, "no-room") == 0)
    text = _ ("The server has no room for it: it waits until both are connected.\n");
  if (text != NULL && !cli->json && g_hash_table_add (sending->told, (gpointer) text))
    lan_cli_print ("%s", text);
}

static void
take_left (LanCli *cli, Sending *sending, const char *id, JsonObject *params)
{
  const char *state = json_object_has_member (params, "at_server")
                          ? json_object_get_string_member (params, "at_server")
                          : "";

  if (strcmp (state, "there") == 0)
    g_hash_table_add (sending->there, g_strdup (id));
  else
    g_hash_table_remove (sending->there, id);
  if (g_hash_table_contains (sending->left, id))
    say_why_not (cli, sending, state);
}

static gboolean
is_all_there (const Sending *sending)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, sending->left);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    if (!g_hash_table_contains (sending->there, id))
      return FALSE;
  }
  return TRUE;
}

static void
on_sending (LanCli *cli, const char *method, JsonObject *params)
{
  Sending *sending = cli->state;
  const char *id;

  if (!g_str_has_prefix (method, "file."))
    return;
  id = json_object_get_string_member (params, "id");
  if (cli->json && g_hash_table_contains (sending->left, id)) {
    g_autoptr (JsonObject) o = lan_cli_params ("event", method);

    json_object_set_object_member (o, "params", json_object_ref (params));
    lan_cli_print_json (o);
  }
  if (strcmp (method, "file.progress") == 0) {
    gint64 done = json_object_get_int_member (params, "done");
    gint64 total = json_object_get_int_member (params, "total");

    sending->started = sending->started || done > 0;
    take_left (cli, sending, id, params);
    if (!cli->json && total > 0 && done > 0 && g_hash_table_contains (sending->left, id))
      lan_cli_print ("%3d %%\n", (int) (done * 100 / total));
  } else if (strcmp (method, "file.done") == 0) {
    finish_one (cli, sending, id, NULL);
  } else if (strcmp (method, "file.failed") == 0) {
    finish_one (cli, sending, id, json_object_get_string_member (params, "text"));
  }
}

static JsonArray *
absolute_paths (char **args)
{
  JsonArray *paths = json_array_new ();

  for (gsize i = 0; args[i] != NULL; i++) {
    g_autofree char *path = g_canonicalize_filename (args[i], NULL);

    json_array_add_string_element (paths, path);
  }
  return paths;
}

void
lan_cli_say_left_out (JsonObject *result)
{
  JsonObject *left_out;
  int links, others;

  if (!json_object_has_member (result, "left_out"))
    return;
  left_out = json_object_get_object_member (result, "left_out");
  links = (int) json_object_get_int_member (left_out, "links");
  others = (int) json_object_get_int_member (left_out, "others");
  if (links > 0)
    lan_cli_print (ngettext ("%d link is left out.\n", "%d links are left out.\n", (gulong) links),
                   links);
  if (others > 0)
    lan_cli_print (ngettext ("%d thing that is neither file nor folder is left out.\n",
                             "%d things that are neither files nor folders are left out.\n",
                             (gulong) others),
                   others);
}

/* What is in the folders and stays here. */
static void
say_left_out (LanCli *cli, JsonObject *result)
{
  g_autoptr (JsonObject) o = NULL;

  if (!cli->json) {
    lan_cli_say_left_out (result);
    return;
  }
  if (!json_object_has_member (result, "left_out"))
    return;
  o = lan_cli_params ("event", "left-out");
  json_object_set_object_member (
      o, "params", json_object_ref (json_object_get_object_member (result, "left_out")));
  lan_cli_print_json (o);
}

static void
wait_for_all (LanCli *cli, Sending *sending, gint64 deadline)
{
  while (!is_all_there (sending) &&
         lan_cli_wait (cli, sending->started && cli->wait < 0 ? G_MAXINT64 : deadline))
    ;
}

static int
report_files (LanCli *cli, Sending *sending)
{
  guint left = g_hash_table_size (sending->left);

  if (sending->failed > 0)
    return LAN_CLI_FAILED;
  if (left > 0 && is_all_there (sending)) {
    if (!cli->json)
      lan_cli_print (_ ("Left with the server, sealed: they can fetch it while you are away.\n"));
    return LAN_CLI_LEFT;
  }
  if (left > 0) {
    if (!cli->json)
      lan_cli_print (_ ("Offered, not taken yet. The offer stays; Lanyard must run on both sides "
                        "for it to go on.\n"));
    return LAN_CLI_KEPT;
  }
  if (!cli->json)
    lan_cli_print (_ ("Delivered.\n"));
  return LAN_CLI_OK;
}

int
lan_cli_send_file (LanCli *cli, char **args)
{
  g_autoptr (GHashTable) left = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) ended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) there = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);
  Sending sending = { .left = left, .ended = ended, .there = there, .told = told };
  g_autoptr (JsonObject) person = NULL, result = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *params;
  JsonArray *ids;
  gint64 deadline;
  const char *code;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  deadline = lan_cli_deadline (cli, 60.0);
  person = lan_cli_find_either (cli, args[0], MIN (deadline, lan_cli_deadline (cli, 10.0)));
  if (person == NULL)
    return LAN_CLI_FAILED;
  cli->state = &sending;
  cli->notified = on_sending;
  params = lan_cli_params ("to", json_object_get_string_member (person, "id"));
  json_object_set_array_member (params, "paths", absolute_paths (args + 1));
  result = lan_cli_call (cli, "file.send", params, &code, &error);
  if (result == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  say_left_out (cli, result);
  ids = json_object_get_array_member (result, "ids");
  for (guint i = 0; i < json_array_get_length (ids); i++) {
    const char *id = json_array_get_string_element (ids, i);

    if (g_hash_table_contains (ended, id))
      sending.failed++; /* nothing is delivered before its id is known: it was refused */
    else
      g_hash_table_add (left, g_strdup (id));
  }
  wait_for_all (cli, &sending, deadline);
  cli->notified = NULL;
  return report_files (cli, &sending);
}
