/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * lanyard-cli: options, help, and the table of commands. src/cli/README.md is its manual.
 */
#include "lan-cli.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>

const LanCliCommand lan_cli_commands[] = {
  { "init", "--name NAME", N_ ("make a profile"), 0, 0, lan_cli_init },
  { "id", "", N_ ("show your own id and name"), 0, 0, lan_cli_id },
  { "people", "", N_ ("list who is known or nearby"), 0, 0, lan_cli_people },
  { "send", "PEER TEXT", N_ ("send a message and wait until it is delivered"), 2, -1,
    lan_cli_send },
  { "send-file", "PEER PATH…", N_ ("offer files and wait until they have arrived"), 2, -1,
    lan_cli_send_file },
  { "voice", "PEER FILE.wav", N_ ("send what is said in a file as a voice note"), 2, 2,
    lan_cli_voice },
  { "sticker", "list|add|keep|remove|send|share …",
    N_ ("stickers: small pictures, kept and sent again"), 1, 4, lan_cli_sticker },
  { "reply", "ID TEXT", N_ ("answer the message with this id"), 2, -1, lan_cli_reply },
  { "forward", "ID PEER", N_ ("pass a message on, saying who wrote it"), 2, 2, lan_cli_forward },
  { "edit", "ID TEXT", N_ ("give a message of yours another text"), 2, -1, lan_cli_edit },
  { "recall", "ID", N_ ("take a message of yours back"), 1, 1, lan_cli_recall },
  { "react", "ID EMOJI", N_ ("put an emoji under a message"), 2, 2, lan_cli_react },
  { "pin", "ID", N_ ("pin a message for everybody in the chat"), 1, 1, lan_cli_pin },
  { "listen", "", N_ ("print what arrives until stopped"), 0, 0, lan_cli_listen },
  { "history", "PEER", N_ ("print the last messages"), 1, 1, lan_cli_history },
  { "search", "TEXT…", N_ ("find messages by their words"), 0, -1, lan_cli_search },
  { "export", "PEER FILE.html|FILE.json", N_ ("write a chat into a file"), 2, 2, lan_cli_export },
  { "import", "PEER FILE.html|FILE.json", N_ ("take an exported chat into the history"), 2, 2,
    lan_cli_import },
  { "retention", "PEER [forever|365|90|30|7]",
    N_ ("show or set for how many days a chat is kept here"), 1, 2, lan_cli_retention },
  { "backup", "code [new]|create FILE|verify FILE|restore FILE",
    N_ ("keep everything in a sealed file, and get it back"), 1, 2, lan_cli_backup },
  { "verify", "PEER [WORDS|NUMBER]", N_ ("show what to compare, or say that it is right"), 1, -1,
    lan_cli_verify },
  { "join", "LINK|HOST[:PORT]", N_ ("join a company's server"), 1, 1, lan_cli_join },
  { "server", "status|leave", N_ ("show how it stands with the server, or leave it"), 1, 1,
    lan_cli_server },
  { "share", "list|create|invite|remove|accept|keep|tree|fetch|log|leave …",
    N_ ("folders that are shared with others"), 1, -1, lan_cli_share },
  { "group", "list|create|members|invite|join|leave|remove|role|…",
    N_ ("groups, discussions and temporary chats"), 1, -1, lan_cli_group },
  { "call", "PEER|answer|decline|end|status|video on|video off|share on|share off",
    N_ ("speak with somebody, or take a call that rings"), 1, 2, lan_cli_call_command },
  { "sound", "[MICROPHONE SPEAKER]",
    N_ ("the microphones and loudspeakers there are, or which to use in calls"), 0, 2,
    lan_cli_sound },
  { "device", "list|link|add CODE|revoke ID", N_ ("see, link and revoke your own devices"), 1, 2,
    lan_cli_device },
  { "carry", "[on|off|status]", N_ ("carry sealed mail of contacts for people who are away"), 0, 1,
    lan_cli_carry },
  { "bundle", "create FILE [PERSON…]|read FILE",
    N_ ("take messages along in a file, for a stick, and take such a file in"), 2, -1,
    lan_cli_bundle },
  { "directory", "", N_ ("list the company's people by department"), 0, 0, lan_cli_directory },
  { "run", "", N_ ("speak JSON-RPC on standard input and output"), 0, 0, lan_cli_run },
  { NULL, NULL, NULL, 0, 0, NULL },
};

static char *
describe_commands (void)
{
  GString *text = g_string_new (_ ("Commands:"));

  for (const LanCliCommand *c = lan_cli_commands; c->name != NULL; c++) {
    g_autofree char *call = g_strdup_printf ("%s %s", c->name, c->usage);
    int gap = (int) MAX (0, 29 - g_utf8_strlen (call, -1)); /* %-29s would count bytes */

    g_string_append_printf (text, "\n  %s%*s %s", call, gap, "", _ (c->summary));
  }
  g_string_append (
      text,
      _ ("\n\nPEER is a name, or at least 8 characters of an id, of a group too.\nExit codes: 0 "
         "done or delivered, 1 failed, 2 wrong usage, 3 kept for later, 4 left at "
         "the server or with a colleague."));
  return g_string_free (text, FALSE);
}

static GOptionContext *
make_context (LanCli *cli, gboolean *version)
{
  const GOptionEntry entries[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, &cli->profile, N_ ("Use the profile in DIR"),
      N_ ("DIR") },
    { "name", 0, 0, G_OPTION_ARG_STRING, &cli->name, N_ ("Your name, for init"), N_ ("NAME") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &cli->json, N_ ("Print JSON, one object a line"), NULL },
    { "wait", 0, 0, G_OPTION_ARG_DOUBLE, &cli->wait, N_ ("Wait S seconds at the most"), N_ ("S") },
    { "interface", 0, 0, G_OPTION_ARG_STRING_ARRAY, &cli->interfaces,
      N_ ("Use only the network interface IF (may be repeated)"), N_ ("IF") },
    { "port", 0, 0, G_OPTION_ARG_INT, &cli->port, N_ ("Listen on TCP port N, 0 for any"),
      N_ ("N") },
    { "no-mdns", 0, 0, G_OPTION_ARG_NONE, &cli->no_mdns, N_ ("Do not use mDNS (Avahi)"), NULL },
    { "no-broadcast", 0, 0, G_OPTION_ARG_NONE, &cli->no_broadcast,
      N_ ("Do not use broadcast and multicast"), NULL },
    { "hidden", 0, 0, G_OPTION_ARG_NONE, &cli->hidden,
      N_ ("With init: only contacts shall recognise this computer"), NULL },
    { "accept", 0, 0, G_OPTION_ARG_FILENAME, &cli->accept_dir,
      N_ ("With listen: take contacts' files into DIR"), N_ ("DIR") },
    { "limit", 0, 0, G_OPTION_ARG_INT, &cli->limit, N_ ("With history and search: N messages"),
      N_ ("N") },
    { "peer", 0, 0, G_OPTION_ARG_STRING, &cli->peer, N_ ("With search: only the chat with PEER"),
      N_ ("PEER") },
    { "from", 0, 0, G_OPTION_ARG_STRING, &cli->from, N_ ("With search: only what PEER wrote"),
      N_ ("PEER") },
    { "kind", 0, 0, G_OPTION_ARG_STRING, &cli->kind,
      N_ ("With search: only text, file, media, link or sticker"), N_ ("KIND") },
    { "since", 0, 0, G_OPTION_ARG_STRING, &cli->since,
      N_ ("With search and export: from this day on"), N_ ("YYYY-MM-DD") },
    { "until", 0, 0, G_OPTION_ARG_STRING, &cli->until,
      N_ ("With search and export: up to this day"), N_ ("YYYY-MM-DD") },
    { "passphrase-file", 0, 0, G_OPTION_ARG_FILENAME, &cli->passphrase_file,
      N_ ("Read the profile's passphrase from FILE"), N_ ("FILE") },
    { "secret-file", 0, 0, G_OPTION_ARG_FILENAME, &cli->secret_file,
      N_ ("With backup: read its recovery code or passphrase from FILE"), N_ ("FILE") },
    { "login", 0, 0, G_OPTION_ARG_STRING, &cli->login, N_ ("With join: the name of your account"),
      N_ ("NAME") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &cli->password_file,
      N_ ("With join: read the account's password from FILE"), N_ ("FILE") },
    { "words", 0, 0, G_OPTION_ARG_STRING, &cli->words,
      N_ ("With join: the twelve words of the server's key"), N_ ("WORDS") },
    { "write", 0, 0, G_OPTION_ARG_NONE, &cli->writable,
      N_ ("With share create and invite: they may change what is in it"), NULL },
    { "keep", 0, 0, G_OPTION_ARG_NONE, &cli->keep,
      N_ ("With share accept: keep everything in step, instead of on demand"), NULL },
    { "open-history", 0, 0, G_OPTION_ARG_NONE, &cli->open_history,
      N_ ("With group create: who comes later may read what was written before"), NULL },
    { "hours", 0, 0, G_OPTION_ARG_DOUBLE, &cli->hours,
      N_ ("With group create: it ends by itself after N hours"), N_ ("N") },
    { "audio-source", 0, 0, G_OPTION_ARG_STRING, &cli->audio_source,
      N_ ("In calls, speak into this: default, none, test, file:PATH or a device"), N_ ("SOURCE") },
    { "audio-sink", 0, 0, G_OPTION_ARG_STRING, &cli->audio_sink,
      N_ ("In calls, hear with this: default, null, file:PATH or a device"), N_ ("SINK") },
    { "video-source", 0, 0, G_OPTION_ARG_STRING, &cli->video_source,
      N_ ("In calls with video, show this: default, none, test or a camera's device"),
      N_ ("SOURCE") },
    { "screen-source", 0, 0, G_OPTION_ARG_STRING, &cli->screen_source,
      N_ ("When a screen is shared in a call, show this: default, test, x11 or x11:WINDOW"),
      N_ ("SOURCE") },
    { "window", 0, 0, G_OPTION_ARG_STRING, &cli->window,
      N_ ("With call share on: this window only, by its number"), N_ ("ID") },
    { "yes", 0, 0, G_OPTION_ARG_NONE, &cli->yes, N_ ("With device: confirm without asking"), NULL },
    { "limited", 0, 0, G_OPTION_ARG_NONE, &cli->limited,
      N_ ("With device add: the new one may not link or revoke others"), NULL },
    { "address", 0, 0, G_OPTION_ARG_STRING, &cli->address,
      N_ ("With device add: where the new device is"), N_ ("HOST:PORT") },
    { "urgent", 0, 0, G_OPTION_ARG_NONE, &cli->urgent, N_ ("With send: ask for attention now"),
      NULL },
    { "off", 0, 0, G_OPTION_ARG_NONE, &cli->off, N_ ("With react and pin: take it back"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, version, N_ ("Print the version"), NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new (_ ("COMMAND [ARGUMENT…]"));
  g_autofree char *commands = describe_commands ();

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, commands);
  return context;
}

static const LanCliCommand *
find_command (const char *name)
{
  for (const LanCliCommand *c = lan_cli_commands; c->name != NULL; c++) {
    if (g_str_equal (c->name, name))
      return c;
  }
  return NULL;
}

static gboolean
on_signal (gpointer user_data)
{
  LanCli *cli = user_data;

  cli->stopped = TRUE;
  return G_SOURCE_CONTINUE;
}

static int
run_command (LanCli *cli, int argc, char **argv)
{
  const LanCliCommand *command = argc > 1 ? find_command (argv[1]) : NULL;
  int n = argc - 2, code;

  if (command == NULL) {
    fprintf (stderr,
             argc > 1 ? _ ("lanyard-cli: there is no command '%s'; see --help\n")
                      : _ ("lanyard-cli: a command is missing; see --help%s\n"),
             argc > 1 ? argv[1] : "");
    return LAN_CLI_USAGE;
  }
  if (n < command->min_args || (command->max_args >= 0 && n > command->max_args)) {
    fprintf (stderr, _ ("usage: lanyard-cli %s %s\n"), command->name, command->usage);
    return LAN_CLI_USAGE;
  }
  for (int i = 2; i < argc; i++) {
    if (!g_utf8_validate (argv[i], -1, NULL)) {
      fprintf (stderr, _ ("lanyard-cli: argument %d is not UTF-8 text\n"), i);
      return LAN_CLI_USAGE;
    }
  }
  g_unix_signal_add (SIGINT, on_signal, cli);
  g_unix_signal_add (SIGTERM, on_signal, cli);
  signal (SIGPIPE, SIG_IGN);
  code = command->run (cli, argv + 2);
  lan_cli_close (cli);
  return code;
}

static gboolean
check_options (LanCli *cli)
{
  if (cli->port > 65535 || cli->port < -1) {
    fprintf (stderr, _ ("lanyard-cli: --port must be between 0 and 65535\n"));
    return FALSE;
  }
  for (guint i = 0; cli->interfaces != NULL && cli->interfaces[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;

    if (!lan_node_check_interface (cli->interfaces[i], &error)) {
      fprintf (stderr, "lanyard-cli: %s\n", error->message);
      return FALSE;
    }
  }
  if (cli->accept_dir != NULL) {
    char *dir = g_canonicalize_filename (cli->accept_dir, NULL);

    g_free (cli->accept_dir);
    cli->accept_dir = dir;
    if (!g_file_test (dir, G_FILE_TEST_IS_DIR)) {
      fprintf (stderr, _ ("lanyard-cli: '%s' is not a folder\n"), dir);
      return FALSE;
    }
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  LanCli cli = { .wait = -1, .port = -1 };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;
  gboolean version = FALSE;
  int code = LAN_CLI_USAGE;

  /* Standard output belongs to answers: with debugging on, GLib would mix its lines into them. */
  g_log_writer_default_set_use_stderr (TRUE);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LAN_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  context = make_context (&cli, &version);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    fprintf (stderr, "lanyard-cli: %s\n", error->message);
  } else if (version) {
    puts ("lanyard-cli " LAN_VERSION);
    code = LAN_CLI_OK;
  } else if (check_options (&cli)) {
    if (argc > 2 && g_str_equal (argv[2], "--")) { /* glib leaves it after the command */
      for (int i = 2; i < argc; i++)
        argv[i] = argv[i + 1];
      argc--;
    }
    code = run_command (&cli, argc, argv);
  }
  g_free (cli.profile);
  g_free (cli.name);
  g_free (cli.accept_dir);
  g_free (cli.passphrase_file);
  g_free (cli.secret_file);
  g_free (cli.login);
  g_free (cli.password_file);
  g_free (cli.words);
  g_free (cli.audio_source);
  g_free (cli.audio_sink);
  g_free (cli.video_source);
  g_free (cli.screen_source);
  g_free (cli.window);
  g_free (cli.address);
  g_free (cli.peer);
  g_free (cli.from);
  g_free (cli.kind);
  g_free (cli.since);
  g_free (cli.until);
  g_strfreev (cli.interfaces);
  return code;
}
