/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * retention: for how long a chat is kept on this computer.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <string.h>

static void
print_days (gint64 days)
{
  if (days == 0)
    lan_cli_print ("%s\n", _ ("Messages of this chat are kept for ever."));
  else
    lan_cli_print (ngettext ("Messages of this chat are kept for %d day.\n",
                             "Messages of this chat are kept for %d days.\n", (gulong) days),
                   (int) days);
}

int
lan_cli_retention (LanCli *cli, char **args)
{
  static const char *const rules[] = { "forever", "365", "90", "30", "7", NULL };
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *params;
  const char *code;

  if (args[1] != NULL && !g_strv_contains (rules, args[1])) {
    lan_cli_complain (cli, "usage", _ ("retention takes forever, 365, 90, 30 or 7."));
    return LAN_CLI_USAGE;
  }
  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  params = lan_cli_params ("peer", args[0]);
  if (args[1] != NULL)
    json_object_set_int_member (params, "days",
                                (gint64) g_ascii_strtoull (args[1], NULL, 10)); /* forever: 0 */
  result = lan_cli_call (cli, "history.retention", params, &code, &error);
  if (result == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  if (cli->json)
    lan_cli_print_json (result);
  else
    print_days (json_object_get_int_member (result, "days"));
  return LAN_CLI_OK;
}
