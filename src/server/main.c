/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * lanyard-server: options, help, and the table of commands. data/man/lanyard-server.8 is its manual.
 */
#include "lan-hub-cli.h"

#include "lan-hub-leash.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const LanHubCliCommand commands[] = {
  { "init", "", N_ ("set up keys, database, configuration and the first invite"), 0, 0,
    lan_hub_cli_init },
  { "run", "", N_ ("serve until stopped"), 0, 0, lan_hub_cli_run },
  { "check", "", N_ ("look configuration, keys, database, ports, clock and relay over"), 0, 0,
    lan_hub_cli_check },
  { "invite", "", N_ ("make an invite as link and QR code"), 0, 0, lan_hub_cli_invite },
  { "users", "", N_ ("list the people"), 0, 0, lan_hub_cli_users },
  { "user", "LOGIN", N_ ("make an account, or change name, title, department or role"), 1, 1,
    lan_hub_cli_user },
  { "password", "LOGIN", N_ ("set an account's password, read from the terminal"), 1, 1,
    lan_hub_cli_password },
  { "suspend", "LOGIN", N_ ("take somebody's access away for a while"), 1, 1, lan_hub_cli_suspend },
  { "resume", "LOGIN", N_ ("give it back"), 1, 1, lan_hub_cli_resume },
  { "leave", "LOGIN", N_ ("somebody has left the organisation"), 1, 1, lan_hub_cli_leave },
  { "revoke", "DEVICE", N_ ("lock out one lost device"), 1, 1, lan_hub_cli_revoke },
  { "backup", "FILE", N_ ("write everything to one file, also while serving"), 1, 1,
    lan_hub_cli_backup },
  { "restore", "FILE", N_ ("set a server up from a backup"), 1, 1, lan_hub_cli_restore },
  { "reload", "", N_ ("take in the changed configuration"), 0, 0, lan_hub_cli_reload },
  { "status", "", N_ ("say how the running server is"), 0, 0, lan_hub_cli_status },
  { "org", "new|show|issuer|export|sign|import|renew|server-key|request|restart …",
    N_ ("work with the organisation's offline key"), 1, -1, lan_hub_cli_org },
};

static char *
describe_commands (void)
{
  GString *text = g_string_new (_ ("Commands:"));

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_autofree char *call = g_strdup_printf ("%s %s", commands[i].name, commands[i].usage);
    int gap = (int) MAX (0, 17 - g_utf8_strlen (call, -1));

    g_string_append_printf (text, "\n  %s%*s %s", call, gap, "", _ (commands[i].summary));
  }
  g_string_append (text,
                   _ ("\n\nExit codes: 0 done, 1 failed, 2 wrong usage. See lanyard-server(8)."));
  return g_string_free (text, FALSE);
}

static GOptionContext *
make_context (LanHubCli *cli, gboolean *version)
{
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &cli->config_path, N_ ("The configuration"),
      N_ ("FILE") },
    { "state", 0, 0, G_OPTION_ARG_FILENAME, &cli->state,
      N_ ("With init and restore: folder for keys and database"), N_ ("DIR") },
    { "address", 0, 0, G_OPTION_ARG_STRING, &cli->address,
      N_ ("With init: name and port under which clients reach the server"), N_ ("NAME:PORT") },
    { "organisation", 0, 0, G_OPTION_ARG_STRING, &cli->organisation,
      N_ ("With init: the organisation's name"), N_ ("NAME") },
    { "org-key", 0, 0, G_OPTION_ARG_FILENAME, &cli->org_key,
      N_ ("With init: the organisation's key, made when it is not there; with restore: signs at "
          "once"),
      N_ ("FILE") },
    { "passphrase-file", 0, 0, G_OPTION_ARG_FILENAME, &cli->passphrase_file,
      N_ ("Read passphrase or password from FILE"), N_ ("FILE") },
    { "login", 0, 0, G_OPTION_ARG_STRING, &cli->login, N_ ("For an invite: the login"),
      N_ ("LOGIN") },
    { "name", 0, 0, G_OPTION_ARG_STRING, &cli->name, N_ ("The person's name"), N_ ("NAME") },
    { "title", 0, 0, G_OPTION_ARG_STRING, &cli->title, N_ ("The person's title"), N_ ("TITLE") },
    { "department", 0, 0, G_OPTION_ARG_STRING, &cli->department,
      N_ ("The person's department, such as Sales/North"), N_ ("PATH") },
    { "admin", 0, 0, G_OPTION_ARG_NONE, &cli->admin, N_ ("The person is an administrator"), NULL },
    { "member", 0, 0, G_OPTION_ARG_NONE, &cli->member, N_ ("The person is none any more"), NULL },
    { "reset", 0, 0, G_OPTION_ARG_NONE, &cli->reset,
      N_ ("With user: forget key and devices of somebody who lost everything"), NULL },
    { "days", 0, 0, G_OPTION_ARG_INT, &cli->days, N_ ("For so many days"), N_ ("N") },
    { "revoke", 0, 0, G_OPTION_ARG_STRING, &cli->revoke,
      N_ ("With invite: take this one back, instead of making one"), N_ ("LINK") },
    { "level", 0, 0, G_OPTION_ARG_INT, &cli->level, N_ ("With org issuer: level 1 or 2"),
      N_ ("N") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &cli->output, N_ ("With org: write to FILE"),
      N_ ("FILE") },
    { "yes", 0, 0, G_OPTION_ARG_NONE, &cli->yes, N_ ("With org sign: do not ask"), NULL },
    { "plain", 0, 0, G_OPTION_ARG_NONE, &cli->json, N_ ("With users: tabs between, for programs"),
      NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, version, N_ ("Print the version"), NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new (_ ("COMMAND [ARGUMENT…]"));
  g_autofree char *summary = describe_commands ();

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, summary);
  return context;
}

/* Root serves the machine, anybody else serves from their own folders. */
static void
fill_in_places (LanHubCli *cli)
{
  gboolean is_root = geteuid () == 0;

  if (cli->config_path == NULL)
    cli->config_path = is_root ? g_strdup ("/etc/lanyard-server/server.conf")
                               : g_build_filename (g_get_user_config_dir (), "lanyard-server",
                                                   "server.conf", NULL);
  cli->has_state = cli->state != NULL;
  cli->has_org_key = cli->org_key != NULL;
  if (cli->state == NULL)
    cli->state = is_root ? g_strdup ("/var/lib/lanyard-server")
                         : g_build_filename (g_get_user_data_dir (), "lanyard-server", NULL);
  if (cli->org_key == NULL)
    cli->org_key = g_strdup ("organisation.key");
}

static int
run_command (LanHubCli *cli, int argc, char **argv)
{
  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++) {
    const LanHubCliCommand *c = &commands[i];

    if (strcmp (argv[1], c->name) != 0)
      continue;
    if (argc - 2 < c->min_args || (c->max_args >= 0 && argc - 2 > c->max_args)) {
      fprintf (stderr, _ ("usage: lanyard-server %s %s\n"), c->name, c->usage);
      return LAN_HUB_EXIT_USAGE;
    }
    return c->run (cli, argv + 2);
  }
  fprintf (stderr,
           argc > 1 ? _ ("lanyard-server: there is no command '%s'; see --help\n")
                    : _ ("lanyard-server: a command is missing; see --help%s\n"),
           argc > 1 ? argv[1] : "");
  return LAN_HUB_EXIT_USAGE;
}

static void
clear_cli (LanHubCli *cli)
{
  char *texts[] = { cli->config_path, cli->state,           cli->address, cli->organisation,
                    cli->org_key,     cli->passphrase_file, cli->login,   cli->name,
                    cli->title,       cli->department,      cli->output,  cli->revoke };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
}

int
main (int argc, char **argv)
{
  LanHubCli cli = { .days = LAN_HUB_CLI_DAYS_NONE };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;
  gboolean version = FALSE;
  int code = LAN_HUB_EXIT_USAGE;

  if (argc > 1 && strcmp (argv[1], LAN_HUB_LEASH) == 0)
    return lan_hub_leash_become (argv + 2);
  g_log_writer_default_set_use_stderr (TRUE);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LAN_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  context = make_context (&cli, &version);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    fprintf (stderr, "lanyard-server: %s\n", error->message);
  } else if (version) {
    printf ("lanyard-server %s\n", LAN_VERSION);
    code = LAN_HUB_EXIT_DONE;
  } else {
    fill_in_places (&cli);
    code = run_command (&cli, argc, argv);
  }
  clear_cli (&cli);
  return code;
}
