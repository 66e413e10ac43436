/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * export, import: a chat into a file and out of one.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

static void
on_notified (LanCli *cli, const char *method, JsonObject *params)
{
  if (!cli->json && g_str_equal (method, "history.progress") && isatty (STDERR_FILENO))
    fprintf (stderr, "\r%d ", (int) json_object_get_int_member (params, "messages"));
}

/* Calls @method for the chat with @peer. Returns: (transfer full) (nullable): complained about. */
static JsonObject *
call_for (LanCli *cli, const char *method, const char *peer, JsonObject *params)
{
  g_autoptr (JsonObject) given = params, person = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *result;
  const char *code;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return NULL;
  person = lan_cli_find_either (cli, peer, lan_cli_deadline (cli, 0.0));
  if (person == NULL)
    return NULL;
  json_object_set_string_member (given, "peer", json_object_get_string_member (person, "id"));
  cli->notified = on_notified;
  result = lan_cli_call (cli, method, g_steal_pointer (&given), &code, &error);
  if (!cli->json && isatty (STDERR_FILENO))
    fputc ('\r', stderr);
  if (result == NULL)
    lan_cli_complain (cli, code, error->message);
  return result;
}

int
lan_cli_export (LanCli *cli, char **args)
{
  gboolean is_html = g_str_has_suffix (args[1], ".html") || g_str_has_suffix (args[1], ".htm");
  g_autofree char *path = g_canonicalize_filename (args[1], NULL);
  g_autoptr (JsonObject) params = lan_cli_params ("path", path), result = NULL;
  guint n;

  if (!is_html && !g_str_has_suffix (args[1], ".json")) {
    fprintf (stderr, _ ("lanyard-cli: the file's name must end with .html or .json\n"));
    return LAN_CLI_USAGE;
  }
  if (!lan_cli_add_days (cli, params))
    return LAN_CLI_USAGE;
  json_object_set_string_member (params, "format", is_html ? "html" : "json");
  result = call_for (cli, "history.export", args[0], g_steal_pointer (&params));
  if (result == NULL)
    return LAN_CLI_FAILED;
  n = (guint) json_object_get_int_member (result, "messages");
  if (cli->json)
    lan_cli_print_json (result);
  else
    lan_cli_print (ngettext ("%u message written to %s. The file is not encrypted.\n",
                             "%u messages written to %s. The file is not encrypted.\n", n),
                   n, path);
  return LAN_CLI_OK;
}

int
lan_cli_import (LanCli *cli, char **args)
{
  g_autofree char *path = g_canonicalize_filename (args[1], NULL);
  g_autoptr (JsonObject) result =
      call_for (cli, "history.import", args[0], lan_cli_params ("path", path));
  guint n, added;

  if (result == NULL)
    return LAN_CLI_FAILED;
  n = (guint) json_object_get_int_member (result, "messages");
  added = (guint) json_object_get_int_member (result, "added");
  if (cli->json)
    lan_cli_print_json (result);
  else
    lan_cli_print (ngettext ("%u of %u message taken in; the others were there already.\n",
                             "%u of %u messages taken in; the others were there already.\n", n),
                   added, n);
  return LAN_CLI_OK;
}
