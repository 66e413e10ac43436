/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * device: the computers of one person. `link` on the new one, `add` on one that has the profile.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINK_WAIT_S 300.0
#define TICK_US     200000
#define START_US    (3 * G_USEC_PER_SEC)

#define FETCH_WAIT_S 60.0
#define QUIET_US     (5 * G_USEC_PER_SEC) /* nothing for so long: that was all */
#define HANDING_S    60.0

static const char *
member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

static JsonObject *
call (LanCli *cli, const char *method, JsonObject *params)
{
  g_autoptr (GError) error = NULL;
  const char *code;
  JsonObject *result = lan_cli_call (cli, method, params, &code, &error);

  if (result == NULL)
    lan_cli_complain (cli, code, error->message);
  return result;
}

/* --- list and revoke --- */

static void
print_device (JsonObject *device)
{
  const char *state = !json_object_get_boolean_member (device, "active")  ? _ ("revoked")
                      : json_object_get_boolean_member (device, "self")   ? _ ("this one")
                      : json_object_get_boolean_member (device, "online") ? _ ("connected")
                                                                          : _ ("not here");

  lan_cli_print ("%s  %s  (%s)\n", member (device, "id"),
                 *member (device, "name") != '\0' ? member (device, "name") : _ ("(no name)"),
                 state);
}

static int
list (LanCli *cli)
{
  g_autoptr (JsonObject) result = call (cli, "device.list", NULL);
  JsonArray *devices;

  if (result == NULL)
    return LAN_CLI_FAILED;
  if (cli->json) {
    lan_cli_print_json (result);
    return LAN_CLI_OK;
  }
  devices = json_object_get_array_member (result, "devices");
  for (guint i = 0; i < json_array_get_length (devices); i++)
    print_device (json_array_get_object_element (devices, i));
  return LAN_CLI_OK;
}

static int
revoke_device (LanCli *cli, const char *id)
{
  g_autoptr (JsonObject) done = call (cli, "device.revoke", lan_cli_params ("device", id));
  gint64 deadline = lan_cli_deadline (cli, cli->node != NULL ? 3.0 : 0.0);

  if (done == NULL)
    return LAN_CLI_FAILED;
  /* Whoever is at hand hears of it at once. */
  while (lan_cli_wait (cli, deadline))
    ;
  if (!cli->json)
    lan_cli_print (_ ("Revoked. Whoever has not heard of it yet does so when they meet one of your "
                      "other devices.\n"));
  return LAN_CLI_OK;
}

/* --- linking --- */

static gboolean
says_yes (LanCli *cli, JsonObject *state, gboolean is_new)
{
  char line[16] = "";

  if (!cli->json) {
    if (is_new)
      lan_cli_print (_ ("'%s' wants to make this computer a device of %s.\n"),
                     member (state, "device"), member (state, "person"));
    else
      lan_cli_print (_ ("The new device is called '%s'.\n"), member (state, "device"));
  }
  if (cli->yes)
    return TRUE;
  if (cli->json || !isatty (STDIN_FILENO)) {
    lan_cli_complain (cli, "confirm",
                      _ ("Nobody can be asked here: say yes beforehand with --yes."));
    return FALSE;
  }
  lan_cli_print (_ ("Is this right? [y/N] "));
  return fgets (line, sizeof line, stdin) != NULL &&
         (g_ascii_tolower (line[0]) == 'y' || g_str_has_prefix (line, "\xe6\x98\xaf"));
}

static gboolean
is_gone (LanCli *cli)
{
  return cli->node != NULL && lan_node_get_state (cli->node) == LAN_NODE_STATE_CLOSED;
}

static int
end (LanCli *cli, JsonObject *state)
{
  if (g_str_equal (member (state, "state"), "done"))
    return LAN_CLI_OK;
  lan_cli_complain (cli, member (state, "error"), member (state, "text"));
  return LAN_CLI_FAILED;
}

/* Follows the linking to its end, asking the person once. */
static int
follow (LanCli *cli, gboolean is_new)
{
  gint64 deadline = lan_cli_deadline (cli, LINK_WAIT_S);
  gint64 begun = g_get_monotonic_time ();
  gboolean asked = FALSE;

  for (;;) {
    g_autoptr (JsonObject) state = NULL;
    const char *name;

    if (is_new && is_gone (cli))
      return LAN_CLI_OK; /* linked: the profile is another person's now */
    state = call (cli, "device.link.state", NULL);
    if (state == NULL)
      return LAN_CLI_FAILED;
    name = member (state, "state");
    /* It begins a moment after it was asked for. */
    if (g_str_equal (name, "done") || g_str_equal (name, "failed") ||
        (g_str_equal (name, "none") && g_get_monotonic_time () - begun > START_US))
      return end (cli, state);
    if (g_str_equal (name, "confirm") && !asked) {
      gboolean yes = says_yes (cli, state, is_new);
      g_autoptr (JsonObject) done =
          call (cli, yes ? "device.link.confirm" : "device.link.cancel", NULL);

      if (!yes || done == NULL)
        return LAN_CLI_FAILED;
      asked = TRUE;
    }
    if (!lan_cli_wait (cli, MIN (deadline, g_get_monotonic_time () + TICK_US)) &&
        (cli->stopped || g_get_monotonic_time () >= deadline)) {
      g_autoptr (JsonObject) done = call (cli, "device.link.cancel", NULL);

      lan_cli_complain (cli, "expired", _ ("The other device was not heard of in time."));
      return LAN_CLI_FAILED;
    }
  }
}

static void
wait_closed (LanCli *cli)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (!is_gone (cli) && lan_cli_wait (cli, deadline))
    ;
}

static void
on_notification (const char *method, JsonObject *params, gpointer user_data)
{
  /* follow() asks */
}

static gboolean
open_or_make (LanCli *cli, const char *device_name)
{
  g_autoptr (GError) error = NULL;

  if (lan_node_profile_exists (cli->profile))
    return lan_cli_open (cli) == LAN_CLI_OK;
  if (lan_cli_open_node (cli, device_name, &error)) {
    cli->client = lan_rpc_client_new_for_node (cli->node, on_notification, cli);
    return TRUE;
  }
  lan_cli_complain_error (cli, error);
  return FALSE;
}

/* What comes while the past is fetched. */
typedef struct {
  GHashTable *messages; /* ids */
  gint64 last_us;
} Fetching;

static void
on_fetching (LanCli *cli, const char *method, JsonObject *params)
{
  Fetching *fetching = cli->state;

  if (g_str_equal (method, "message.received") || g_str_equal (method, "message.state"))
    g_hash_table_add (fetching->messages, g_strdup (member (params, "id")));
  if (g_str_has_prefix (method, "message.") || g_str_has_prefix (method, "person."))
    fetching->last_us = g_get_monotonic_time ();
}

/* Linked: the profile is opened as the person's, and what was said so far taken from the other device. */
static int
fetch (LanCli *cli)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Fetching fetching = { ids, g_get_monotonic_time () };
  gint64 deadline = lan_cli_deadline (cli, FETCH_WAIT_S);
  guint n;

  if (!cli->json)
    lan_cli_print (_ ("Linked. Fetching what was said so far…\n"));
  if (cli->node == NULL) /* the program that has the profile open does it */
    return LAN_CLI_OK;
  wait_closed (cli);
  lan_cli_drop_node (cli, NULL);
  cli->state = &fetching;
  cli->notified = on_fetching;
  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  while (g_get_monotonic_time () - fetching.last_us < QUIET_US && lan_cli_wait (cli, deadline))
    ;
  cli->notified = NULL;
  n = g_hash_table_size (ids);
  if (!cli->json)
    lan_cli_print (ngettext ("%u message has come along. More follows whenever another device of "
                             "yours is there.\n",
                             "%u messages have come along. More follows whenever another device "
                             "of yours is there.\n",
                             n),
                   n);
  return LAN_CLI_OK;
}

static int
link_this (LanCli *cli)
{
  const char *name = cli->name != NULL ? cli->name : g_get_host_name ();
  g_autoptr (JsonObject) code = NULL;
  int result;

  if (!open_or_make (cli, name))
    return LAN_CLI_FAILED;
  code = call (cli, "device.link.begin", lan_cli_params ("name", name));
  if (code == NULL)
    return LAN_CLI_FAILED;
  if (cli->json)
    lan_cli_print_json (code);
  else
    lan_cli_print (_ ("On a computer that has your profile, within two minutes:\n\n"
                      "  lanyard-cli device add %s\n\n"
                      "or, in the window, scan or paste:\n\n  %s\n\n"),
                   member (code, "code"), member (code, "qr"));
  if (!cli->json && isatty (STDOUT_FILENO))
    lan_cli_print_qr (member (code, "qr"));
  result = follow (cli, TRUE);
  return result == LAN_CLI_OK ? fetch (cli) : result;
}

/* How many other devices are here: the new one, once it has started as ours. */
static guint
count_online (LanCli *cli)
{
  g_autoptr (JsonObject) result = call (cli, "device.list", NULL);
  JsonArray *devices = result != NULL ? json_object_get_array_member (result, "devices") : NULL;
  guint n = 0;

  for (guint i = 0; devices != NULL && i < json_array_get_length (devices); i++) {
    JsonObject *device = json_array_get_object_element (devices, i);

    n += json_object_get_boolean_member (device, "online") &&
         !json_object_get_boolean_member (device, "self");
  }
  return n;
}

/* Until the new one has come and gone again, or for a while: it takes what was said so far from here. */
static void
hand_over (LanCli *cli)
{
  gint64 deadline = lan_cli_deadline (cli, HANDING_S);
  guint most = 0;

  if (cli->node == NULL) {
    if (!cli->json)
      lan_cli_print (_ ("Linked. What was said so far is on its way to the new device.\n"));
    return;
  }
  if (!cli->json)
    lan_cli_print (
        _ ("Linked. The new device now takes what was said so far from here; that may "
           "take a minute. Ctrl+C ends it, the rest follows whenever both are there.\n"));
  for (;;) {
    guint n = count_online (cli);

    if (n < most || !lan_cli_wait (cli, deadline))
      return;
    most = n;
  }
}

static int
add (LanCli *cli, const char *code)
{
  JsonObject *params = lan_cli_params ("code", code);
  g_autoptr (JsonObject) begun = NULL;
  int result;

  if (lan_cli_open (cli) != LAN_CLI_OK) {
    json_object_unref (params);
    return LAN_CLI_FAILED;
  }
  if (cli->address != NULL)
    json_object_set_string_member (params, "address", cli->address);
  json_object_set_boolean_member (params, "full", !cli->limited);
  begun = call (cli, "device.link.join", params);
  if (begun == NULL)
    return LAN_CLI_FAILED;
  result = follow (cli, FALSE);
  if (result == LAN_CLI_OK)
    hand_over (cli);
  return result;
}

int
lan_cli_device (LanCli *cli, char **args)
{
  gboolean has_argument = args[1] != NULL;

  if (g_str_equal (args[0], "link") && !has_argument)
    return link_this (cli);
  if (g_str_equal (args[0], "add") && has_argument)
    return add (cli, args[1]);
  if ((g_str_equal (args[0], "list") && !has_argument) ||
      (g_str_equal (args[0], "revoke") && has_argument)) {
    if (lan_cli_open (cli) != LAN_CLI_OK)
      return LAN_CLI_FAILED;
    return has_argument ? revoke_device (cli, args[1]) : list (cli);
  }
  fprintf (stderr, _ ("usage: lanyard-cli %s %s\n"), "device", "list|link|add CODE|revoke ID");
  return LAN_CLI_USAGE;
}
