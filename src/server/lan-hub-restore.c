/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * restore: a server from its backup. Where it goes is said by --state, else by the configuration that is
 * there, else by the one in the backup; the configuration that is written names that very folder.
 */
#include "lan-hub-backup.h"
#include "lan-hub-cli.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

static gboolean
is_state_line (const char *line)
{
  while (*line == '#' || g_ascii_isspace (*line))
    line++;
  if (strncmp (line, "state", 5) != 0)
    return FALSE;
  line += 5;
  while (g_ascii_isspace (*line))
    line++;
  return *line == '=';
}

/* @text with state = @state, everything else as it was. Until another section begins it is [server]. */
static char *
with_state (const char *text, const char *state)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *mine = g_strdup_printf ("state = %s", state);
  gboolean is_server = TRUE, is_done = FALSE;
  GString *out = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++) {
    const char *at = *line + strspn (*line, " \t");
    gboolean is_it;

    if (*at == '[')
      is_server = g_str_has_prefix (at, "[server]");
    is_it = is_server && !is_done && is_state_line (at);
    is_done = is_done || is_it;
    g_string_append (out, is_it ? mine : *line);
    if (line[1] != NULL)
      g_string_append_c (out, '\n');
  }
  if (!is_done) { /* before any section it belongs to [server] */
    g_string_prepend_c (out, '\n');
    g_string_prepend (out, mine);
  }
  return g_string_free (out, FALSE);
}

typedef struct {
  char *path;
  char *state;
  char *text; /* of the configuration to be written; NULL: there is one */
} Restore;

static void
clear (Restore *restore)
{
  g_free (restore->path);
  g_free (restore->state);
  g_free (restore->text);
}

/* The configuration that is there holds: a folder that it does not name would never be served. */
static gboolean
use_present (LanHubCli *cli, Restore *restore, GError **error)
{
  g_autoptr (LanHubConfig) config = lan_hub_cli_config (cli, error);
  g_autofree char *given = g_canonicalize_filename (cli->state, NULL);

  if (config == NULL)
    return FALSE;
  restore->state = g_canonicalize_filename (config->state, NULL);
  if (!cli->has_state || strcmp (given, restore->state) == 0)
    return TRUE;
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_CONFIG,
               _ ("%s says state = %s, and --state says %s: leave --state out, or name a "
                  "configuration that is not there yet"),
               cli->config_path, restore->state, given);
  return FALSE;
}

static gboolean
choose (LanHubCli *cli, Restore *restore, GError **error)
{
  g_autoptr (LanHubConfig) kept = NULL;
  g_autofree char *text = NULL;

  if (g_file_test (cli->config_path, G_FILE_TEST_EXISTS))
    return use_present (cli, restore, error);
  text = lan_hub_backup_config (restore->path, error);
  if (text == NULL)
    return FALSE;
  kept = lan_hub_config_parse (cli->config_path, text, NULL);
  restore->state =
      g_canonicalize_filename (!cli->has_state && kept != NULL ? kept->state : cli->state, NULL);
  restore->text = with_state (text, restore->state);
  return TRUE;
}

static void
say (LanHubCli *cli, const Restore *restore)
{
  printf (_ ("%s is as it was when the backup was made. Mail that was left since then is gone; "
             "clients send again what they know to be undelivered.\n"),
          restore->state);
  if (cli->has_org_key)
    puts (_ ("The organisation's key has confirmed it: everybody's program takes this directory."));
  else
    printf (_ ("Clients will warn that the server shows an older directory, until the "
               "organisation's key confirms it:\n  here               lanyard-server org request "
               "restart.txt\n  where the key is   lanyard-server org restart organisation.key "
               "restart.txt\n  here               lanyard-server org import signed.txt\n"));
}

int
lan_hub_cli_restore (LanHubCli *cli, char **args)
{
  Restore restore = { .path = g_canonicalize_filename (args[0], NULL) };
  g_autoptr (GError) error = NULL;
  gboolean is_good = choose (cli, &restore, &error) &&
                     lan_hub_backup_restore (restore.path, restore.state, &error);

  if (is_good) {
    (void) g_chmod (restore.state, 0700);
    is_good = restore.text == NULL || lan_hub_cli_write_config (cli, restore.text, &error);
  }
  if (is_good && cli->has_org_key)
    is_good = lan_hub_org_restart_here (cli, &error);
  if (is_good)
    say (cli, &restore);
  clear (&restore);
  return is_good ? LAN_HUB_EXIT_DONE : lan_hub_cli_fail (error);
}
