/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* group: groups, discussions and temporary chats. Texts go there with send, as to a person. */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define LOOK_S  3.0
#define HOUR_MS (3600 * G_GINT64_CONSTANT (1000))

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

/* Lets those who are there hear of it before the profile is closed. */
static int
done (LanCli *cli, JsonObject *result)
{
  g_autoptr (JsonObject) owned = result;
  gint64 deadline = lan_cli_deadline (cli, cli->node != NULL ? LOOK_S : 0.0);

  if (owned == NULL)
    return LAN_CLI_FAILED;
  while (lan_cli_wait (cli, deadline))
    ;
  return LAN_CLI_OK;
}

/* {"id": of the group}, (nullable). */
static JsonObject *
find (LanCli *cli, const char *what)
{
  g_autoptr (JsonObject) group = lan_cli_find_group (cli, what, lan_cli_deadline (cli, LOOK_S));

  return group != NULL ? lan_cli_params ("id", member (group, "id")) : NULL;
}

/* Ids of those who are meant; FALSE: one is not known. */
static gboolean
add_people (LanCli *cli, JsonObject *params, char **names)
{
  JsonArray *people = json_array_new ();

  for (guint i = 0; names[i] != NULL; i++) {
    g_autoptr (JsonObject) person =
        lan_cli_find_peer (cli, names[i], lan_cli_deadline (cli, LOOK_S));

    if (person == NULL) {
      json_array_unref (people);
      return FALSE;
    }
    json_array_add_string_element (people, member (person, "id"));
  }
  json_object_set_array_member (params, "people", people);
  return TRUE;
}

/* --- looking --- */

static void
print_group (JsonObject *group)
{
  lan_cli_print ("%.8s  %s  %s  %s  %" G_GINT64_FORMAT "%s\n", member (group, "id"),
                 member (group, "name"), member (group, "kind"), member (group, "role"),
                 json_object_get_int_member_with_default (group, "members", 0),
                 json_object_has_member (group, "invited") ? _ ("  (invited: join or leave)")
                 : json_object_has_member (group, "ended") ? _ ("  (ended)")
                                                           : "");
}

static void
print_member (JsonObject *one)
{
  lan_cli_print ("%.8s  %s  %s%s\n", member (one, "id"), member (one, "name"), member (one, "role"),
                 json_object_has_member (one, "forked")
                     ? _ ("  (told different things to different people)")
                     : "");
}

static int
show (LanCli *cli, const char *method, const char *list_name, JsonObject *params,
      void (*print) (JsonObject *item))
{
  g_autoptr (JsonObject) result = call (cli, method, params);
  JsonArray *items;

  if (result == NULL)
    return LAN_CLI_FAILED;
  if (cli->json) {
    lan_cli_print_json (result);
    return LAN_CLI_OK;
  }
  items = json_object_get_array_member (result, list_name);
  for (guint i = 0; i < json_array_get_length (items); i++)
    print (json_array_get_object_element (items, i));
  return LAN_CLI_OK;
}

static int
members (LanCli *cli, const char *group)
{
  JsonObject *params = find (cli, group);

  return params != NULL ? show (cli, "group.members", "members", params, print_member)
                        : LAN_CLI_FAILED;
}

/* --- making and changing --- */

static int
create (LanCli *cli, const char *name, char **people)
{
  JsonObject *params = lan_cli_params ("name", name);
  g_autoptr (JsonObject) made = NULL;

  if (!add_people (cli, params, people)) {
    json_object_unref (params);
    return LAN_CLI_FAILED;
  }
  json_object_set_boolean_member (params, "history", cli->open_history);
  if (cli->hours > 0) {
    json_object_set_string_member (params, "kind", "temporary");
    json_object_set_int_member (params, "ends",
                                g_get_real_time () / 1000 + (gint64) (cli->hours * HOUR_MS));
  } else if (*name == '\0') {
    json_object_set_string_member (params, "kind", "discussion");
  }
  made = call (cli, "group.create", params);
  if (made == NULL)
    return LAN_CLI_FAILED;
  if (cli->json)
    lan_cli_print_json (made);
  else
    lan_cli_print (_ ("Made: %.8s.\n"), member (made, "id"));
  return done (cli, json_object_ref (made));
}

static int
invite (LanCli *cli, const char *group, char **people)
{
  JsonObject *params = find (cli, group);

  if (params == NULL)
    return LAN_CLI_FAILED;
  if (!add_people (cli, params, people)) {
    json_object_unref (params);
    return LAN_CLI_FAILED;
  }
  return done (cli, call (cli, "group.invite", params));
}

/* @role: (nullable): NULL takes them out. */
static int
change_member (LanCli *cli, const char *group, const char *peer, const char *role)
{
  JsonObject *params = find (cli, group);
  g_autoptr (JsonObject) person = NULL;

  if (params == NULL)
    return LAN_CLI_FAILED;
  person = lan_cli_find_peer (cli, peer, lan_cli_deadline (cli, LOOK_S));
  if (person == NULL) {
    json_object_unref (params);
    return LAN_CLI_FAILED;
  }
  json_object_set_string_member (params, "person", member (person, "id"));
  if (role != NULL)
    json_object_set_string_member (params, "role", role);
  return done (cli, call (cli, role != NULL ? "group.role" : "group.remove", params));
}

/* What takes the group, and at most one text. */
static int
change (LanCli *cli, const char *method, const char *group, const char *name, const char *value)
{
  JsonObject *params = find (cli, group);

  if (params == NULL)
    return LAN_CLI_FAILED;
  if (name != NULL)
    json_object_set_string_member (params, name, value);
  return done (cli, call (cli, method, params));
}

static int
change_switch (LanCli *cli, const char *method, const char *group, const char *name,
               const char *value)
{
  JsonObject *params = find (cli, group);

  if (params == NULL)
    return LAN_CLI_FAILED;
  json_object_set_boolean_member (params, name, strcmp (value, "on") == 0);
  return done (cli, call (cli, method, params));
}

static gboolean
is_switch (const char *value)
{
  return strcmp (value, "on") == 0 || strcmp (value, "off") == 0;
}

static int
set_picture (LanCli *cli, const char *group, const char *file)
{
  g_autofree char *path = file != NULL ? g_canonicalize_filename (file, NULL) : NULL;

  return change (cli, "group.picture", group, path != NULL ? "path" : NULL, path);
}

static int
usage (void)
{
  fprintf (stderr, _ ("usage: lanyard-cli %s %s\n"), "group",
           "list|create NAME PEER…|members GROUP|invite GROUP PEER…|join GROUP|leave GROUP|"
           "remove GROUP PEER|role GROUP PEER member/administrator/owner|rename GROUP NAME|"
           "topic GROUP TEXT|picture GROUP [FILE]|history GROUP on/off|mute GROUP on/off|"
           "convert GROUP|end GROUP");
  return LAN_CLI_USAGE;
}

/* What takes a group alone, or a group and one thing more. */
static int
run_change (LanCli *cli, const char *what, char **args, guint n)
{
  static const struct {
    const char *what, *method, *name;
    guint n;
  } table[] = {
    { "join", "group.join", NULL, 1 },       { "leave", "group.leave", NULL, 1 },
    { "convert", "group.convert", NULL, 1 }, { "end", "group.end", NULL, 1 },
    { "rename", "group.rename", "name", 2 }, { "topic", "group.topic", "topic", 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    if (strcmp (what, table[i].what) == 0 && n == table[i].n)
      return change (cli, table[i].method, args[0], table[i].name, args[1]);
  }
  if (strcmp (what, "history") == 0 && n == 2 && is_switch (args[1]))
    return change_switch (cli, "group.history", args[0], "open", args[1]);
  if (strcmp (what, "mute") == 0 && n == 2 && is_switch (args[1]))
    return change_switch (cli, "group.mute", args[0], "on", args[1]);
  if (strcmp (what, "picture") == 0 && (n == 1 || n == 2))
    return set_picture (cli, args[0], args[1]);
  return usage ();
}

static int
run (LanCli *cli, const char *what, char **args, guint n)
{
  if (strcmp (what, "list") == 0 && n == 0)
    return show (cli, "group.list", "groups", NULL, print_group);
  if (strcmp (what, "create") == 0 && n >= 2)
    return create (cli, args[0], args + 1);
  if (strcmp (what, "members") == 0 && n == 1)
    return members (cli, args[0]);
  if (strcmp (what, "invite") == 0 && n >= 2)
    return invite (cli, args[0], args + 1);
  if (strcmp (what, "remove") == 0 && n == 2)
    return change_member (cli, args[0], args[1], NULL);
  if (strcmp (what, "role") == 0 && n == 3)
    return change_member (cli, args[0], args[1], args[2]);
  return run_change (cli, what, args, n);
}

int
lan_cli_group (LanCli *cli, char **args)
{
  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  return run (cli, args[0], args + 1, g_strv_length (args + 1));
}
