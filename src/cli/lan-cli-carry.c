/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * carry: mail of colleagues for people who are away.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <string.h>

static int
show (LanCli *cli)
{
  const char *code;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) state = lan_cli_call (cli, "carry.get", NULL, &code, &error);
  g_autofree char *size = NULL;
  gint64 letters;

  if (state == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  if (cli->json) {
    lan_cli_print_json (state);
    return LAN_CLI_OK;
  }
  letters = json_object_get_int_member (state, "letters");
  size = g_format_size ((guint64) json_object_get_int_member (state, "bytes"));
  lan_cli_print ("%s\n", json_object_get_boolean_member (state, "on")
                             ? _ ("This computer carries sealed mail for contacts.")
                             : _ ("This computer carries no mail for others."));
  lan_cli_print (ngettext ("%d letter of others is here (%s).\n",
                           "%d letters of others are here (%s).\n", (gulong) letters),
                 (int) letters, size);
  return LAN_CLI_OK;
}

int
lan_cli_carry (LanCli *cli, char **args)
{
  gboolean on = args[0] != NULL && strcmp (args[0], "on") == 0;
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *params;
  const char *code;

  if (args[0] != NULL && !on && strcmp (args[0], "off") != 0 && strcmp (args[0], "status") != 0) {
    lan_cli_complain (cli, "usage", _ ("carry takes on, off or status."));
    return LAN_CLI_USAGE;
  }
  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  if (args[0] == NULL || strcmp (args[0], "status") == 0)
    return show (cli);
  params = json_object_new ();
  json_object_set_boolean_member (params, "on", on);
  result = lan_cli_call (cli, "carry.set", params, &code, &error);
  if (result != NULL)
    return LAN_CLI_OK;
  lan_cli_complain (cli, code, error->message);
  return LAN_CLI_FAILED;
}
