/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * backup: everything one has in a sealed file, and back out of it.
 */
#include "lan-cli.h"

#include <lan-node-backup.h>

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

/* The recovery code or passphrase: out of the file, else typed. */
static char *
get_secret (LanCli *cli)
{
  g_autoptr (GError) error = NULL;
  char *secret = NULL;

  if (cli->secret_file == NULL) {
    secret = lan_cli_ask_secret (_ ("Recovery code or passphrase of the backup: "));
    if (secret == NULL)
      lan_cli_complain (cli, "passphrase-needed",
                        _ ("Opening a backup takes its recovery code: use --secret-file"));
    return secret;
  }
  if (!g_file_get_contents (cli->secret_file, &secret, NULL, &error)) {
    lan_cli_complain (cli, "failed", error->message);
    return NULL;
  }
  g_strchomp (secret);
  return secret;
}

static void
on_notified (LanCli *cli, const char *method, JsonObject *params)
{
  if (!cli->json && g_str_equal (method, "backup.progress") && isatty (STDERR_FILENO))
    fprintf (stderr, "\r%d %%", (int) json_object_get_int_member (params, "percent"));
}

static int
report (LanCli *cli, const char *code, const GError *error, JsonObject *result, const char *text)
{
  if (!cli->json && cli->notified != NULL && isatty (STDERR_FILENO))
    fputc ('\r', stderr);
  if (result == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  if (cli->json)
    lan_cli_print_json (result);
  else
    lan_cli_print ("%s", text);
  return LAN_CLI_OK;
}

static int
show_code (LanCli *cli, gboolean renew)
{
  g_autoptr (JsonObject) result = NULL, params = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const char *code = NULL;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  json_object_set_boolean_member (params, "renew", renew);
  result = lan_cli_call (cli, "backup.code", g_steal_pointer (&params), &code, &error);
  if (result != NULL)
    text = g_strdup_printf (_ ("%s\nWrite it down and keep it where this computer is not: whoever "
                               "has it can open your backups.\n"),
                            json_object_get_string_member (result, "code"));
  return report (cli, code, error, result, text);
}

static int
create (LanCli *cli, const char *file)
{
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) result = NULL, params = lan_cli_params ("path", path);
  g_autoptr (GError) error = NULL;
  const char *code = NULL;

  if (cli->secret_file != NULL) {
    char *secret = get_secret (cli);

    if (secret == NULL)
      return LAN_CLI_FAILED;
    json_object_set_string_member (params, "passphrase", secret);
    lan_cli_forget (secret);
  }
  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  cli->notified = on_notified;
  result = lan_cli_call (cli, "backup.create", g_steal_pointer (&params), &code, &error);
  if (result != NULL) {
    guint n = (guint) json_object_get_int_member (result, "messages");

    text = g_strdup_printf (ngettext ("A backup with %u message was written to %s.\n",
                                      "A backup with %u messages was written to %s.\n", n),
                            n, path);
  }
  return report (cli, code, error, result, text);
}

/* --- out of a file: with no profile open --- */

static void
on_progress (guint percent, gpointer user_data)
{
  LanCli *cli = user_data;
  g_autoptr (JsonObject) params = json_object_new ();

  json_object_set_int_member (params, "percent", percent);
  on_notified (cli, "backup.progress", params);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static JsonObject *
read_backup (LanCli *cli, const char *file, const char *secret, gboolean restore, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *name = NULL, *id = NULL;
  gint64 time, messages;
  JsonObject *o;

  cli->node = lan_cli_new_node (cli);
  if (restore) {
    char *passphrase;

    if (!lan_cli_get_passphrase (cli, &passphrase, error))
      return NULL;
    lan_node_restore_async (cli->node, file, secret, passphrase, on_progress, cli, cancellable,
                            on_result, &result);
    lan_cli_forget (passphrase);
  } else {
    lan_node_verify_backup_async (cli->node, file, secret, on_progress, cli, cancellable, on_result,
                                  &result);
  }
  while (result == NULL) {
    (void) lan_cli_wait (cli, G_MAXINT64);
    if (cli->stopped)
      g_cancellable_cancel (cancellable);
  }
  if (!lan_node_restore_finish (cli->node, result, &name, &id, &time, &messages, error))
    return NULL;
  o = lan_cli_params ("id", id);
  json_object_set_string_member (o, "name", name);
  json_object_set_int_member (o, "time", time);
  json_object_set_int_member (o, "messages", messages);
  return o;
}

static int
open_backup (LanCli *cli, const char *file, gboolean restore)
{
  char *secret = get_secret (cli);
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;

  if (secret == NULL)
    return LAN_CLI_FAILED;
  cli->notified = on_notified;
  result = read_backup (cli, file, secret, restore, &error);
  lan_cli_forget (secret);
  if (result == NULL) {
    lan_cli_complain_error (cli, error);
    return LAN_CLI_FAILED;
  }
  if (!cli->json) {
    g_autoptr (GDateTime) at =
        g_date_time_new_from_unix_local (json_object_get_int_member (result, "time") / 1000);
    g_autofree char *when = at != NULL ? g_date_time_format (at, "%F %H:%M") : g_strdup ("?");
    guint n = (guint) json_object_get_int_member (result, "messages");

    text =
        g_strdup_printf (restore ? ngettext ("Restored: %s, %u message, from %s.\n",
                                             "Restored: %s, %u messages, from %s.\n", n)
                                 : ngettext ("The backup is whole: %s, %u message, from %s.\n",
                                             "The backup is whole: %s, %u messages, from %s.\n", n),
                         json_object_get_string_member (result, "name"), n, when);
  }
  if (restore && !cli->json)
    lan_cli_print ("%s%s", text,
                   _ ("This is a new device of yours. If the old computer is lost, take it off: "
                      "lanyard-cli device revoke ID\n"));
  else
    return report (cli, NULL, NULL, result, text);
  return LAN_CLI_OK;
}

int
lan_cli_backup (LanCli *cli, char **args)
{
  gboolean is_new = args[1] != NULL && g_str_equal (args[1], "new");

  if (g_str_equal (args[0], "code") && (args[1] == NULL || is_new))
    return show_code (cli, is_new);
  if (g_str_equal (args[0], "create") && args[1] != NULL)
    return create (cli, args[1]);
  if (g_str_equal (args[0], "verify") && args[1] != NULL)
    return open_backup (cli, args[1], FALSE);
  if (g_str_equal (args[0], "restore") && args[1] != NULL)
    return open_backup (cli, args[1], TRUE);
  fprintf (stderr, _ ("usage: lanyard-cli %s %s\n"), "backup",
           "code [new]|create FILE|verify FILE|restore FILE");
  return LAN_CLI_USAGE;
}
