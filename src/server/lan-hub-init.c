/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* init: keys, database, configuration, and the first administrator's invite. Also run, backup, restore. */
#include "lan-hub-cli.h"

#include "lan-hub-backup.h"
#include "lan-hub-control.h"
#include "lan-hub-log.h"
#include "lan-invite.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The organisation's key: the one that was given, or a new one with words that are shown once. */
static LanOrgKey *
get_org_key (LanHubCli *cli, char **words, GError **error)
{
  g_autofree char *passphrase = NULL;

  if (g_file_test (cli->org_key, G_FILE_TEST_EXISTS)) {
    passphrase = lan_hub_cli_passphrase (cli, _ ("Passphrase of the organisation's key:"), error);
    return passphrase != NULL ? lan_hub_org_open (cli->org_key, passphrase, error) : NULL;
  }
  if (cli->passphrase_file != NULL) {
    passphrase = lan_hub_cli_passphrase (cli, "", error);
    return passphrase != NULL ? lan_hub_org_new (cli->org_key, passphrase, error) : NULL;
  }
  *words = lan_hub_org_words ();
  return lan_hub_org_new (cli->org_key, *words, error);
}

static gboolean
make_folder (const char *path, int mode, GError **error)
{
  if (g_mkdir_with_parents (path, mode) == 0)
    return TRUE;
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO,
               _ ("%s: %s. Run as root, or give folders of your own with --state and --config."),
               path, g_strerror (errno));
  return FALSE;
}

gboolean
lan_hub_cli_write_config (LanHubCli *cli, const char *text, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (cli->config_path);

  if (!make_folder (folder, 0755, error) ||
      !lan_hub_file_write (cli->config_path, text, strlen (text), error))
    return FALSE;
  /* There is no secret in it, and the server's own user must read it. */
  (void) g_chmod (cli->config_path, 0644);
  return TRUE;
}

/* An address that others can most likely dial: the host's full name, where it is one. */
static char *
guess_address (LanHubCli *cli)
{
  LanServerAddress address;

  if (cli->address == NULL)
    return g_strdup_printf ("%s:%d", g_get_host_name (), LAN_HUB_PORT);
  if (lan_server_address_parse (&address, cli->address, LAN_HUB_PORT) != LAN_STATUS_OK)
    return NULL;
  return lan_server_address_format (&address);
}

static gboolean
is_untouched (LanHubCli *cli, GError **error)
{
  g_autofree char *key = g_build_filename (cli->state, "server.key", NULL);
  const char *there = g_file_test (key, G_FILE_TEST_EXISTS)                ? key
                      : g_file_test (cli->config_path, G_FILE_TEST_EXISTS) ? cli->config_path
                                                                           : NULL;

  if (there == NULL)
    return TRUE;
  g_set_error (
      error, LAN_HUB_ERROR, LAN_HUB_ERROR_EXISTS,
      _ ("%s exists: this server is set up already. Start it with lanyard-server run, or invite "
         "people with lanyard-server invite."),
      there);
  return FALSE;
}

static gboolean
set_up (LanHubCli *cli, char **words, GError **error)
{
  g_autofree char *address = guess_address (cli);
  g_autofree char *text = NULL;
  g_autoptr (LanHubConfig) config = NULL;
  g_autoptr (LanOrgKey) root = NULL;

  if (address == NULL) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_USAGE,
                 _ ("--address wants NAME or NAME:PORT, not “%s”"), cli->address);
    return FALSE;
  }
  text = lan_hub_config_template (
      address, cli->state, cli->organisation != NULL ? cli->organisation : g_get_host_name ());
  config = lan_hub_config_parse (cli->config_path, text, error);
  if (config == NULL || !is_untouched (cli, error) || !make_folder (cli->state, 0700, error))
    return FALSE;
  (void) g_chmod (cli->state, 0700);
  root = get_org_key (cli, words, error);
  return root != NULL &&
         lan_hub_keys_make (cli->state, root, g_get_real_time () / G_USEC_PER_SEC, error) &&
         lan_hub_cli_write_config (cli, text, error);
}

static void
say_what_now (LanHubCli *cli, const char *words, const char *link)
{
  g_autoptr (LanHubKeys) keys = lan_hub_keys_load (cli->state, NULL);
  g_autofree char *key_words =
      keys != NULL ? lan_server_words_text (keys->server_public, LAN_WORDS_ENGLISH) : g_strdup ("");

  printf (_ ("The server is set up.\n  configuration  %s\n  state          %s\n  its key        "
             "%s\n\n"),
          cli->config_path, cli->state, key_words);
  printf (_ ("The organisation's key is in %s.\nIt signs for the whole organisation and is not "
             "needed on this server: move the file to a safe\ncomputer and keep a copy.\n"),
          cli->org_key);
  if (words != NULL)
    printf (_ ("Its passphrase, shown this once, to be written down:\n\n    %s\n"), words);
  printf (_ ("\nThe first administrator joins with this invite, within 7 days:\n\n"));
  lan_hub_cli_qr (link, TRUE);
  printf ("\n%s\n\n", link);
  printf (_ ("Start the server: lanyard-server --config %s run\nInvite others:    lanyard-server "
             "--config %s invite\nLook it over:     lanyard-server --config %s check\n"),
          cli->config_path, cli->config_path, cli->config_path);
}

int
lan_hub_cli_init (LanHubCli *cli, char **args)
{
  const char *invite[] = { "invite", "--admin", NULL, NULL, NULL, NULL, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) said = NULL;
  g_autofree char *words = NULL;
  guint n = 2;

  if (!set_up (cli, &words, &error))
    return lan_hub_cli_fail (error);
  if (cli->login != NULL) {
    invite[n++] = "--login";
    invite[n++] = cli->login;
  }
  if (cli->name != NULL) {
    invite[n++] = "--name";
    invite[n++] = cli->name;
  }
  said = lan_hub_cli_ask (cli, invite, &error);
  if (said == NULL || said->len == 0)
    return error != NULL ? lan_hub_cli_fail (error) : LAN_HUB_EXIT_FAILED;
  say_what_now (cli, words, said->pdata[0]);
  if (words != NULL)
    lan_secret_wipe (words, strlen (words));
  return LAN_HUB_EXIT_DONE;
}

static void
harden (void)
{
  const struct rlimit none = { 0, 0 };

  (void) prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  (void) setrlimit (RLIMIT_CORE, &none);
}

int
lan_hub_cli_run (LanHubCli *cli, char **args)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *quoted = NULL;
  LanHubConfig *config = lan_hub_cli_config (cli, &error);
  g_autofree char *threads = g_strdup_printf ("%u", MIN (2 * g_get_num_processors () + 1, 64));
  LanHub *hub;
  int code;

  if (config == NULL)
    return lan_hub_cli_fail (error);
  harden ();
  (void) g_setenv ("UV_THREADPOOL_SIZE", threads, TRUE); /* password jobs and a backup */
  lan_hub_log_set_level ((LanHubLogLevel) config->log_level);
  hub = lan_hub_new (config, LAN_HUB_SERVE, &error);
  if (hub == NULL) {
    quoted = lan_hub_log_quote (error->message);
    lan_hub_log (LAN_HUB_LOG_ERROR, "not-started", "code=%s why=%s",
                 lan_hub_error_code (error->code), quoted);
    return lan_hub_cli_fail (error);
  }
  code = lan_hub_run (hub);
  lan_hub_free (hub);
  return code;
}

int
lan_hub_cli_backup (LanHubCli *cli, char **args)
{
  g_autofree char *path = g_canonicalize_filename (args[0], NULL);
  const char *words[] = { "backup", path, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) said = lan_hub_cli_ask (cli, words, &error);

  if (said == NULL)
    return lan_hub_cli_fail (error);
  printf (_ ("%s holds database, keys and configuration. Keep it as safe as the server itself.\n"),
          path);
  return LAN_HUB_EXIT_DONE;
}
