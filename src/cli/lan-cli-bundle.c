/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * bundle: messages in a file, for a stick that somebody carries.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

static void
on_notified (LanCli *cli, const char *method, JsonObject *params)
{
  if (!cli->json && g_str_equal (method, "bundle.progress") && isatty (STDERR_FILENO))
    fprintf (stderr, "\r%d %%", (int) json_object_get_int_member (params, "percent"));
}

static guint
count (JsonObject *o, const char *name)
{
  return (guint) json_object_get_int_member (o, name);
}

/* One line, where there is anything to say. */
#define say(n, format)                                                                             \
  do {                                                                                             \
    if ((n) > 0)                                                                                   \
      lan_cli_print (format, n);                                                                   \
  } while (0)

/* Calls @method with @params (transfer full). Returns: (transfer full) (nullable): complained about. */
static JsonObject *
ask (LanCli *cli, const char *method, JsonObject *params)
{
  g_autoptr (GError) error = NULL;
  const char *code = NULL;
  JsonObject *result;

  cli->notified = on_notified;
  result = lan_cli_call (cli, method, params, &code, &error);
  if (!cli->json && isatty (STDERR_FILENO))
    fputc ('\r', stderr);
  if (result == NULL)
    lan_cli_complain (cli, code, error->message);
  else if (cli->json)
    lan_cli_print_json (result);
  return result;
}

/* --- create --- */

static void
say_unreached (LanCli *cli, JsonObject *unreached)
{
  const char *id = json_object_get_string_member (unreached, "id");
  const char *reason = json_object_get_string_member (unreached, "reason");
  g_autoptr (GError) error = NULL;
  const char *code;
  g_autoptr (JsonObject) person =
      lan_cli_call (cli, "people.get", lan_cli_params ("id", id), &code, &error);
  const char *name = person != NULL ? json_object_get_string_member (person, "name") : id;

  if (g_str_equal (reason, "no-key"))
    lan_cli_print (_ ("%s was not heard of for too long, so nothing new could be sealed. A bundle "
                      "from there, after this one was read, opens the way.\n"),
                   name);
  else
    lan_cli_print (_ ("%s is not a contact.\n"), name);
}

static void
say_created (LanCli *cli, JsonObject *result, const char *path)
{
  g_autofree char *size = g_format_size ((guint64) json_object_get_int_member (result, "bytes"));
  JsonArray *unreached = json_object_get_array_member (result, "unreached");
  guint n = count (result, "letters");

  lan_cli_print (ngettext ("%u sealed letter of yours was written to %s (%s).\n",
                           "%u sealed letters of yours were written to %s (%s).\n", n),
                 n, path, size);
  n = count (result, "others");
  say (n, ngettext ("%u letter that this computer carries for others is in it too.\n",
                    "%u letters that this computer carries for others are in it too.\n", n));
  if (json_object_get_boolean_member (result, "full"))
    lan_cli_print ("%s", _ ("Not everything fitted into one file.\n"));
  for (guint i = 0; i < json_array_get_length (unreached); i++)
    say_unreached (cli, json_array_get_object_element (unreached, i));
}

/* Ids of the people named. Returns: (transfer full) (nullable): complained about. */
static JsonArray *
find_people (LanCli *cli, char **names)
{
  g_autoptr (JsonArray) people = json_array_new ();

  for (; *names != NULL; names++) {
    g_autoptr (JsonObject) person = lan_cli_find_peer (cli, *names, lan_cli_deadline (cli, 0.0));

    if (person == NULL)
      return NULL;
    json_array_add_string_element (people, json_object_get_string_member (person, "id"));
  }
  return g_steal_pointer (&people);
}

static int
create (LanCli *cli, const char *file, char **names)
{
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  g_autoptr (JsonObject) result = NULL, params = lan_cli_params ("path", path);

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  if (*names != NULL) {
    JsonArray *people = find_people (cli, names);

    if (people == NULL)
      return LAN_CLI_FAILED;
    json_object_set_array_member (params, "people", people);
  }
  result = ask (cli, "bundle.create", g_steal_pointer (&params));
  if (result == NULL)
    return LAN_CLI_FAILED;
  if (!cli->json)
    say_created (cli, result, path);
  return LAN_CLI_OK;
}

/* --- read --- */

static void
say_refused (JsonObject *refused)
{
  guint n = count (refused, "unreadable");

  say (n, ngettext ("%u letter for you cannot be read: it was altered, or is for a key that is "
                    "gone.\n",
                    "%u letters for you cannot be read: they were altered, or are for a key that "
                    "is gone.\n",
                    n));
  n = count (refused, "stranger");
  say (n, ngettext ("%u letter was refused: it is from somebody you blocked or removed.\n",
                    "%u letters were refused: they are from people you blocked or removed.\n", n));
  n = count (refused, "no-room");
  say (n, ngettext ("%u letter for others was left: there is no room for more.\n",
                    "%u letters for others were left: there is no room for more.\n", n));
  n = count (refused, "old");
  say (n, ngettext ("%u letter was left: it is too old, or a clock is wrong.\n",
                    "%u letters were left: they are too old, or a clock is wrong.\n", n));
}

static void
say_read (JsonObject *result)
{
  guint n = count (result, "new");

  if (n == 0)
    lan_cli_print ("%s", _ ("There was nothing new for you in it.\n"));
  say (n, ngettext ("%u new letter for you.\n", "%u new letters for you.\n", n));
  n = count (result, "known");
  say (n, ngettext ("%u letter for you was here already.\n",
                    "%u letters for you were here already.\n", n));
  n = count (result, "waiting");
  say (n, ngettext ("%u letter for you waits for something before it: read the file again later.\n",
                    "%u letters for you wait for something before them: read the file again "
                    "later.\n",
                    n));
  n = count (result, "heard");
  say (n, ngettext ("%u computer of your contacts told what has arrived there.\n",
                    "%u computers of your contacts told what has arrived there.\n", n));
  n = count (result, "own");
  say (n, ngettext ("%u letter was written by you.\n", "%u letters were written by you.\n", n));
  n = count (result, "kept");
  say (n, ngettext ("%u letter for others is carried from here now.\n",
                    "%u letters for others are carried from here now.\n", n));
  n = count (result, "left");
  say (n, ngettext ("%u letter for others was left: this computer carries none (lanyard-cli carry "
                    "on).\n",
                    "%u letters for others were left: this computer carries none (lanyard-cli "
                    "carry on).\n",
                    n));
  say_refused (json_object_get_object_member (result, "refused"));
}

static int
read_in (LanCli *cli, const char *file)
{
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  g_autoptr (JsonObject) result = NULL;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  result = ask (cli, "bundle.read", lan_cli_params ("path", path));
  if (result == NULL)
    return LAN_CLI_FAILED;
  if (!cli->json)
    say_read (result);
  return LAN_CLI_OK;
}

int
lan_cli_bundle (LanCli *cli, char **args)
{
  if (g_str_equal (args[0], "create") && args[1] != NULL)
    return create (cli, args[1], args + 2);
  if (g_str_equal (args[0], "read") && args[1] != NULL && args[2] == NULL)
    return read_in (cli, args[1]);
  fprintf (stderr, _ ("usage: lanyard-cli %s %s\n"), "bundle", "create FILE [PERSON…]|read FILE");
  return LAN_CLI_USAGE;
}
