/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * sticker: those that are kept, and sending one.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <string.h>

#define FILE_MAX (512 * 1024) /* bytes; what is beside the picture is cut off later */

static int
complain (LanCli *cli, const char *code, const GError *error)
{
  lan_cli_complain (cli, code, error->message);
  return LAN_CLI_FAILED;
}

static int
list (LanCli *cli)
{
  g_autoptr (GError) error = NULL;
  const char *code;
  g_autoptr (JsonObject) result = lan_cli_call (cli, "sticker.list", NULL, &code, &error);
  JsonArray *stickers;

  if (result == NULL)
    return complain (cli, code, error);
  if (cli->json) {
    lan_cli_print_json (result);
    return LAN_CLI_OK;
  }
  stickers = json_object_get_array_member (result, "stickers");
  for (guint i = 0; i < json_array_get_length (stickers); i++) {
    JsonObject *sticker = json_array_get_object_element (stickers, i);
    const char *set = json_object_get_string_member (sticker, "set");

    lan_cli_print ("%s  %s%s%s%s\n", json_object_get_string_member (sticker, "id"),
                   json_object_get_string_member (sticker, "name"), *set != '\0' ? "  (" : "", set,
                   *set != '\0' ? ")" : "");
  }
  return LAN_CLI_OK;
}

static int
change (LanCli *cli, const char *method, JsonObject *params)
{
  g_autoptr (GError) error = NULL;
  const char *code;
  g_autoptr (JsonObject) result = lan_cli_call (cli, method, params, &code, &error);

  if (result == NULL)
    return complain (cli, code, error);
  if (cli->json)
    lan_cli_print_json (result);
  else if (json_object_has_member (result, "id"))
    lan_cli_print ("%s\n", json_object_get_string_member (result, "id"));
  return LAN_CLI_OK;
}

static int
add (LanCli *cli, char **args)
{
  g_autofree char *data = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *params;
  gsize len;

  if (!g_file_get_contents (args[0], &data, &len, &error)) {
    lan_cli_complain_error (cli, error);
    return LAN_CLI_FAILED;
  }
  if (len > FILE_MAX) {
    lan_cli_complain (cli, "invalid", _ ("This picture is too large for a sticker."));
    return LAN_CLI_FAILED;
  }
  text = g_base64_encode ((const guchar *) data, len);
  params = lan_cli_params ("name", args[1]);
  json_object_set_string_member (params, "picture", text);
  if (args[2] != NULL)
    json_object_set_string_member (params, "set", args[2]);
  return change (cli, "sticker.add", params);
}

static int
send_or_offer (LanCli *cli, const char *peer, const char *member, const char *value)
{
  gint64 deadline = lan_cli_deadline (cli, 10.0);
  g_autoptr (JsonObject) person = lan_cli_find_either (cli, peer, deadline);
  JsonObject *params;

  if (person == NULL)
    return LAN_CLI_FAILED;
  params = lan_cli_params ("to", json_object_get_string_member (person, "id"));
  json_object_set_string_member (params, member, value);
  return strcmp (member, "set") == 0
             ? change (cli, "sticker.offer", params)
             : lan_cli_send_and_wait (cli, "sticker.send", params, deadline);
}

int
lan_cli_sticker (LanCli *cli, char **args)
{
  guint n = g_strv_length (args);
  const char *verb = args[0];

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  if (strcmp (verb, "list") == 0 && n == 1)
    return list (cli);
  if (strcmp (verb, "add") == 0 && (n == 3 || n == 4))
    return add (cli, args + 1);
  if (strcmp (verb, "keep") == 0 && n == 2)
    return change (cli, "sticker.keep", lan_cli_params ("id", args[1]));
  if (strcmp (verb, "remove") == 0 && n == 2)
    return change (cli, "sticker.remove", lan_cli_params ("sticker", args[1]));
  if (strcmp (verb, "send") == 0 && n == 3)
    return send_or_offer (cli, args[1], "sticker", args[2]);
  if (strcmp (verb, "share") == 0 && n == 3)
    return send_or_offer (cli, args[1], "set", args[2]);
  lan_cli_complain (cli, "usage",
                    "sticker list|add FILE NAME [SET]|keep MESSAGE|remove ID|send PEER NAME|share "
                    "PEER SET");
  return LAN_CLI_USAGE;
}
