/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* share: folders that are shared with others, one's own and theirs. */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define LOOK_S  3.0
#define FETCH_S 60.0
#define TICK_US 200000

static const char *
member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

static gint64
number (JsonObject *object, const char *name)
{
  return json_object_get_int_member_with_default (object, name, 0);
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

static int
done (JsonObject *result)
{
  g_autoptr (JsonObject) owned = result;

  return owned != NULL ? LAN_CLI_OK : LAN_CLI_FAILED;
}

/* Lets those who are there hear of it before the profile is closed. */
static void
linger (LanCli *cli)
{
  gint64 deadline = lan_cli_deadline (cli, cli->node != NULL ? LOOK_S : 0.0);

  while (lan_cli_wait (cli, deadline))
    ;
}

/* --- which share --- */

/* A name that only one has, or the beginning of an id. (transfer full) (nullable) */
static JsonObject *
pick (JsonArray *shares, const char *what, guint *n)
{
  JsonObject *found = NULL;

  *n = 0;
  for (guint i = 0; i < json_array_get_length (shares); i++) {
    JsonObject *share = json_array_get_object_element (shares, i);

    if (strcmp (member (share, "name"), what) != 0 &&
        (strlen (what) < 8 || !g_str_has_prefix (member (share, "id"), what)))
      continue;
    (*n)++;
    found = share;
  }
  return *n == 1 ? json_object_ref (found) : NULL;
}

/* Waits for it to be shown: an invitation may be on its way. */
static JsonObject *
find (LanCli *cli, const char *what)
{
  gint64 deadline = lan_cli_deadline (cli, cli->node != NULL ? LOOK_S : 0.0);

  for (;;) {
    g_autoptr (JsonObject) result = call (cli, "share.list", NULL);
    JsonObject *share;
    guint n;

    if (result == NULL)
      return NULL;
    share = pick (json_object_get_array_member (result, "shares"), what, &n);
    if (share != NULL)
      return share;
    if (n > 1 || !lan_cli_wait (cli, MIN (deadline, g_get_monotonic_time () + TICK_US))) {
      if (n <= 1 && !cli->stopped && g_get_monotonic_time () < deadline)
        continue;
      lan_cli_complain (cli, n > 1 ? "ambiguous" : "not-found",
                        n > 1 ? _ ("Several shared folders have this name; use the beginning of "
                                   "the id.")
                              : _ ("There is no such shared folder."));
      return NULL;
    }
  }
}

/* {"id": of the share}, (nullable). */
static JsonObject *
find_params (LanCli *cli, const char *what)
{
  g_autoptr (JsonObject) share = find (cli, what);

  return share != NULL ? lan_cli_params ("id", member (share, "id")) : NULL;
}

/* --- looking --- */

static void
print_share (JsonObject *share)
{
  const char *dir = member (share, "dir");

  lan_cli_print ("%.8s  %s  %s  %s  %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "  %s\n",
                 member (share, "id"), member (share, "name"), member (share, "state"),
                 member (share, "access"), number (share, "here"), number (share, "files"),
                 *dir != '\0' ? dir : "-");
  if (json_object_has_member (share, "error"))
    lan_cli_print (_ ("          the folder cannot be used: %s\n"), member (share, "error"));
  if (number (share, "conflicts") > 0)
    lan_cli_print (_ ("          changed on both sides: see the log\n"));
}

static int
list (LanCli *cli)
{
  g_autoptr (JsonObject) result = call (cli, "share.list", NULL);
  JsonArray *shares;

  if (result == NULL)
    return LAN_CLI_FAILED;
  if (cli->json) {
    lan_cli_print_json (result);
    return LAN_CLI_OK;
  }
  shares = json_object_get_array_member (result, "shares");
  for (guint i = 0; i < json_array_get_length (shares); i++)
    print_share (json_array_get_object_element (shares, i));
  return LAN_CLI_OK;
}

static int
show (LanCli *cli, const char *method, const char *list_name, JsonObject *params,
      void (*print) (JsonObject *item))
{
  g_autoptr (JsonObject) result = params != NULL ? call (cli, method, params) : NULL;
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

static void
print_entry (JsonObject *entry)
{
  gboolean is_folder = strcmp (member (entry, "kind"), "folder") == 0;

  lan_cli_print ("%-8s  %12" G_GINT64_FORMAT "  %s%s\n", member (entry, "state"),
                 number (entry, "size"), member (entry, "path"), is_folder ? "/" : "");
}

static void
print_record (JsonObject *record)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (number (record, "time") / 1000);
  g_autofree char *when = g_date_time_format (time, "%Y-%m-%d %H:%M:%S");

  lan_cli_print ("%s  %-8s  %.8s  %s%s%s\n", when, member (record, "event"), member (record, "who"),
                 member (record, "path"), *member (record, "other") != '\0' ? " -> " : "",
                 member (record, "other"));
}

/* --- doing --- */

static int
invite (LanCli *cli, const char *share, const char *peer, const char *access)
{
  g_autoptr (JsonObject) person = lan_cli_find_peer (cli, peer, lan_cli_deadline (cli, LOOK_S));
  JsonObject *params;

  if (person == NULL)
    return LAN_CLI_FAILED;
  params = lan_cli_params ("id", share);
  json_object_set_string_member (params, "person", member (person, "id"));
  json_object_set_string_member (params, "access", access);
  return done (call (cli, "share.invite", params));
}

static int
create (LanCli *cli, char **args)
{
  g_autofree char *dir = g_canonicalize_filename (args[0], NULL);
  JsonObject *params = lan_cli_params ("dir", dir);
  g_autoptr (JsonObject) made = NULL;

  if (cli->name != NULL)
    json_object_set_string_member (params, "name", cli->name);
  made = call (cli, "share.create", params);
  if (made == NULL)
    return LAN_CLI_FAILED;
  if (cli->json)
    lan_cli_print_json (made);
  else
    lan_cli_print (_ ("Shared as %.8s.\n"), member (made, "id"));
  for (guint i = 1; args[i] != NULL; i++) {
    if (invite (cli, member (made, "id"), args[i], cli->writable ? "write" : "read") != LAN_CLI_OK)
      return LAN_CLI_FAILED;
  }
  linger (cli);
  return LAN_CLI_OK;
}

static int
set_access (LanCli *cli, char **args, const char *access)
{
  g_autoptr (JsonObject) share = find (cli, args[0]);
  int result = share != NULL ? LAN_CLI_OK : LAN_CLI_FAILED;

  for (guint i = 1; result == LAN_CLI_OK && args[i] != NULL; i++)
    result = invite (cli, member (share, "id"), args[i], access);
  if (result == LAN_CLI_OK)
    linger (cli);
  return result;
}

/* Until nothing is on its way any more. */
static int
wait_fetched (LanCli *cli, const char *id)
{
  gint64 deadline = lan_cli_deadline (cli, FETCH_S);

  for (;;) {
    g_autoptr (JsonObject) result = call (cli, "share.list", NULL);
    g_autoptr (JsonObject) share = NULL;
    guint n;

    if (result == NULL)
      return LAN_CLI_FAILED;
    share = pick (json_object_get_array_member (result, "shares"), id, &n);
    if (share == NULL)
      return LAN_CLI_FAILED;
    if (number (share, "busy") == 0 && !json_object_get_boolean_member (share, "scanning") &&
        (number (share, "files") > 0 || json_object_has_member (share, "error")))
      return LAN_CLI_OK;
    if (cli->stopped || g_get_monotonic_time () >= deadline) {
      if (!cli->json)
        lan_cli_print (_ ("Not all of it is here; it goes on when the profile is open.\n"));
      return LAN_CLI_KEPT;
    }
    lan_cli_wait (cli, MIN (deadline, g_get_monotonic_time () + TICK_US));
  }
}

static int
accept_share (LanCli *cli, char **args)
{
  g_autofree char *dir = g_canonicalize_filename (args[1], NULL);
  JsonObject *params = find_params (cli, args[0]);
  g_autofree char *id = NULL;

  if (params == NULL)
    return LAN_CLI_FAILED;
  id = g_strdup (member (params, "id"));
  json_object_set_string_member (params, "dir", dir);
  json_object_set_boolean_member (params, "keep", cli->keep);
  if (done (call (cli, "share.accept", params)) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  if (cli->keep)
    return wait_fetched (cli, id);
  linger (cli);
  return LAN_CLI_OK;
}

static int
fetch (LanCli *cli, char **args)
{
  JsonObject *params = find_params (cli, args[0]);
  g_autofree char *id = NULL;
  JsonArray *paths;

  if (params == NULL)
    return LAN_CLI_FAILED;
  id = g_strdup (member (params, "id"));
  if (args[1] != NULL) {
    paths = json_array_new ();
    for (guint i = 1; args[i] != NULL; i++)
      json_array_add_string_element (paths, args[i]);
    json_object_set_array_member (params, "paths", paths);
  }
  if (done (call (cli, "share.fetch", params)) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  return wait_fetched (cli, id);
}

static int
keep (LanCli *cli, char **args)
{
  JsonObject *params = find_params (cli, args[0]);
  gboolean on = strcmp (args[1], "on") == 0;

  if (params == NULL)
    return LAN_CLI_FAILED;
  json_object_set_boolean_member (params, "on", on);
  return done (call (cli, "share.keep", params));
}

static int
leave (LanCli *cli, char **args)
{
  JsonObject *params = find_params (cli, args[0]);

  if (params == NULL || done (call (cli, "share.leave", params)) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  linger (cli);
  return LAN_CLI_OK;
}

static int
run (LanCli *cli, const char *what, char **args, guint n)
{
  if (strcmp (what, "list") == 0 && n == 0)
    return list (cli);
  if (strcmp (what, "create") == 0 && n >= 1)
    return create (cli, args);
  if (strcmp (what, "invite") == 0 && n >= 2)
    return set_access (cli, args, cli->writable ? "write" : "read");
  if (strcmp (what, "remove") == 0 && n >= 2)
    return set_access (cli, args, "none");
  if (strcmp (what, "accept") == 0 && n == 2)
    return accept_share (cli, args);
  if (strcmp (what, "keep") == 0 && n == 2 &&
      (strcmp (args[1], "on") == 0 || strcmp (args[1], "off") == 0))
    return keep (cli, args);
  if (strcmp (what, "tree") == 0 && n == 1)
    return show (cli, "share.tree", "entries", find_params (cli, args[0]), print_entry);
  if (strcmp (what, "log") == 0 && n == 1)
    return show (cli, "share.log", "log", find_params (cli, args[0]), print_record);
  if (strcmp (what, "fetch") == 0 && n >= 1)
    return fetch (cli, args);
  if (strcmp (what, "leave") == 0 && n == 1)
    return leave (cli, args);
  fprintf (stderr, _ ("usage: lanyard-cli %s %s\n"), "share",
           "list|create DIR [PEER…]|invite SHARE PEER…|remove SHARE PEER…|accept SHARE DIR|"
           "keep SHARE on/off|tree SHARE|fetch SHARE [PATH…]|log SHARE|leave SHARE");
  return LAN_CLI_USAGE;
}

int
lan_cli_share (LanCli *cli, char **args)
{
  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  return run (cli, args[0], args + 1, g_strv_length (args + 1));
}
