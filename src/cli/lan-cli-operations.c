/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * reply, forward, edit, recall, react, pin: what is done with a message, named by its id.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>

static int
operate (LanCli *cli, const char *method, char **args, const char *member, gboolean with_on)
{
  JsonObject *params;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  params = lan_cli_params ("id", args[0]);
  if (member != NULL) {
    g_autofree char *rest = g_strjoinv (" ", args + 1);

    json_object_set_string_member (params, member, rest);
  }
  if (with_on)
    json_object_set_boolean_member (params, "on", !cli->off);
  return lan_cli_send_and_wait (cli, method, params, lan_cli_deadline (cli, 10.0));
}

int
lan_cli_reply (LanCli *cli, char **args)
{
  return operate (cli, "message.reply", args, "text", FALSE);
}

int
lan_cli_edit (LanCli *cli, char **args)
{
  return operate (cli, "message.edit", args, "text", FALSE);
}

int
lan_cli_recall (LanCli *cli, char **args)
{
  return operate (cli, "message.recall", args, NULL, FALSE);
}

int
lan_cli_react (LanCli *cli, char **args)
{
  return operate (cli, "message.react", args, "emoji", TRUE);
}

int
lan_cli_pin (LanCli *cli, char **args)
{
  return operate (cli, "message.pin", args, NULL, TRUE);
}

int
lan_cli_forward (LanCli *cli, char **args)
{
  g_autoptr (JsonObject) person = NULL;
  JsonObject *params;
  gint64 deadline;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  deadline = lan_cli_deadline (cli, 10.0);
  person = lan_cli_find_either (cli, args[1], deadline);
  if (person == NULL)
    return LAN_CLI_FAILED;
  params = lan_cli_params ("id", args[0]);
  json_object_set_string_member (params, "to", json_object_get_string_member (person, "id"));
  return lan_cli_send_and_wait (cli, "message.forward", params, deadline);
}
