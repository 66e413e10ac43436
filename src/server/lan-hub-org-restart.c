/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * After a restore the organisation's key says that the older directory is right (LDR1), else clients
 * would go on warning of a server that takes back what it showed: `org request` at the server, `org restart`
 * at the key's computer, `org import` at the server; or all at once where the key is at hand.
 */
#include "lan-hub-cli.h"

#include "lan-directory-restart.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define REQUEST "lanyard restart"
#define SIGNED  "lanyard signed"

static gboolean
ask_request (LanHubCli *cli, LanDirectoryRestart *restart, GError **error)
{
  const char *words[] = { "restart", NULL };
  g_autoptr (GPtrArray) said = lan_hub_cli_ask (cli, words, error);
  g_auto (GStrv) parts = NULL;

  if (said == NULL)
    return FALSE;
  parts = g_strsplit (said->len > 0 ? said->pdata[0] : "", "\t", 4);
  *restart = (LanDirectoryRestart){ 0 };
  if (g_strv_length (parts) == 4 &&
      lan_hex_decode (parts[3], restart->root.b, sizeof restart->root.b)) {
    restart->epoch = g_ascii_strtoull (parts[0], NULL, 10);
    restart->time_s = g_ascii_strtoll (parts[1], NULL, 10);
    restart->size = g_ascii_strtoull (parts[2], NULL, 10);
    return TRUE;
  }
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_REFUSED, "%s",
               _ ("the server does not know this command"));
  return FALSE;
}

int
lan_hub_org_request (LanHubCli *cli, char **args, GError **error)
{
  const char *out = args[0] != NULL ? args[0] : "restart.txt";
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *root = NULL;
  LanDirectoryRestart restart;

  if (!ask_request (cli, &restart, error))
    return LAN_HUB_EXIT_FAILED;
  root = lan_hex_encode (restart.root.b, sizeof restart.root.b);
  g_key_file_set_uint64 (file, REQUEST, "epoch", restart.epoch);
  g_key_file_set_int64 (file, REQUEST, "time", restart.time_s);
  g_key_file_set_uint64 (file, REQUEST, "entries", restart.size);
  g_key_file_set_string (file, REQUEST, "root", root);
  if (!g_key_file_save_to_file (file, out, error))
    return LAN_HUB_EXIT_FAILED;
  printf (_ ("%s is to be signed where the organisation's key is: lanyard-server org restart "
             "organisation.key %s\n"),
          out, out);
  return LAN_HUB_EXIT_DONE;
}

static gboolean
read_request (const char *path, LanDirectoryRestart *restart, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *root = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    return FALSE;
  *restart = (LanDirectoryRestart){ 0 };
  restart->epoch = g_key_file_get_uint64 (file, REQUEST, "epoch", NULL);
  restart->time_s = g_key_file_get_int64 (file, REQUEST, "time", NULL);
  restart->size = g_key_file_get_uint64 (file, REQUEST, "entries", NULL);
  root = g_key_file_get_string (file, REQUEST, "root", NULL);
  if (root != NULL && restart->epoch >= 2 && restart->time_s > 0 &&
      lan_hex_decode (root, restart->root.b, sizeof restart->root.b))
    return TRUE;
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_DAMAGED, _ ("%s is not such a file"), path);
  return FALSE;
}

/* Who signs must know what for: with it everybody takes an older directory for the right one. */
static gboolean
is_meant (LanHubCli *cli, const LanDirectoryRestart *restart)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (restart->time_s);
  g_autofree char *day = time != NULL ? g_date_time_format (time, "%F %R") : g_strdup ("?");
  char answer[16];

  printf (_ ("Request of %s: %llu entries. With this signature everybody's program takes the "
             "directory of the backup for\nthe right one, also where it shows people who have left "
             "since. Sign it only if you have restored the server yourself.\n"),
          day, (unsigned long long) restart->size);
  if (cli->yes)
    return TRUE;
  printf (_ ("Sign? [y/N] "));
  fflush (stdout);
  return fgets (answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

static GBytes *
sign (LanHubCli *cli, const char *key, const LanDirectoryRestart *restart, GError **error)
{
  g_autofree char *passphrase =
      lan_hub_cli_passphrase (cli, _ ("Passphrase of the organisation's key:"), error);
  g_autoptr (LanOrgKey) root =
      passphrase != NULL ? lan_hub_org_open (key, passphrase, error) : NULL;

  return root != NULL ? lan_directory_restart_issue (restart, root) : NULL;
}

int
lan_hub_org_restart (LanHubCli *cli, char **args, GError **error)
{
  const char *out = cli->output != NULL ? cli->output : "signed.txt";
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GBytes) object = NULL;
  g_autofree char *text = NULL;
  LanDirectoryRestart restart;

  if (args[0] == NULL || args[1] == NULL) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_USAGE, "%s",
                 "lanyard-server org restart KEY REQUEST [--output FILE] [--yes]");
    return LAN_HUB_EXIT_USAGE;
  }
  if (!read_request (args[1], &restart, error) || !is_meant (cli, &restart))
    return LAN_HUB_EXIT_FAILED;
  object = sign (cli, args[0], &restart, error);
  if (object == NULL)
    return LAN_HUB_EXIT_FAILED;
  text = g_base64_encode (g_bytes_get_data (object, NULL), g_bytes_get_size (object));
  g_key_file_set_string (file, SIGNED, "0", text);
  if (!g_key_file_save_to_file (file, out, error))
    return LAN_HUB_EXIT_FAILED;
  printf (_ ("%s is signed. At the server: lanyard-server org import %s\n"), out, out);
  return LAN_HUB_EXIT_DONE;
}

gboolean
lan_hub_org_restart_here (LanHubCli *cli, GError **error)
{
  g_autoptr (GPtrArray) said = NULL;
  g_autoptr (GBytes) object = NULL;
  g_autofree char *text = NULL;
  LanDirectoryRestart restart;

  if (!ask_request (cli, &restart, error))
    return FALSE;
  object = sign (cli, cli->org_key, &restart, error);
  if (object == NULL)
    return FALSE;
  text = g_base64_encode (g_bytes_get_data (object, NULL), g_bytes_get_size (object));
  {
    const char *words[] = { "import", text, NULL };

    said = lan_hub_cli_ask (cli, words, error);
  }
  return said != NULL;
}
