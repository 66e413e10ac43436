/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The discovery module alone as a program, for the lab: prints what it finds as JSON lines, takes
 * commands as lines. Usage: discovery-peer NAME PORT [mdns] [beacons] [if=NAME]...
 * Commands: "publish NAME", "hide", "stop", "start", "add HOST", "quit".
 */
#include "lan-discovery.h"
#include "lan-id.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  GMainLoop *loop;
  GDataInputStream *commands;
  LanDiscovery *discovery;
  LanSeededRandom random;
  guint8 prefix[LAN_ACCOUNT_PREFIX_BYTES];
  guint16 port;
} Program;

static void
print_candidate (const char *event, const LanCandidate *c)
{
  g_autofree char *instance = lan_hex_encode (c->instance.b, sizeof c->instance.b);
  g_autofree char *name = g_strescape (c->record.name, NULL);

  printf ("{\"event\":\"%s\",\"key\":%" G_GUINT64_FORMAT ",\"instance\":\"%s\",\"name\":\"%s\","
          "\"hidden\":%s,\"sources\":%u,\"addresses\":[",
          event, c->key, instance, name, c->record.hidden ? "true" : "false", c->sources);
  for (guint i = 0; i < c->n_addresses; i++)
    printf ("%s{\"address\":\"%s\",\"port\":%u,\"sources\":%u}", i > 0 ? "," : "",
            c->addresses[i].address, c->addresses[i].port, c->addresses[i].sources);
  printf ("]}\n");
  fflush (stdout);
}

static void
on_found (const LanCandidate *candidate, gpointer data)
{
  print_candidate ("found", candidate);
}

static void
on_updated (const LanCandidate *candidate, gpointer data)
{
  print_candidate ("updated", candidate);
}

static void
on_lost (guint64 key, gpointer data)
{
  printf ("{\"event\":\"lost\",\"key\":%" G_GUINT64_FORMAT "}\n", key);
  fflush (stdout);
}

static void
on_notice (const char *code, const char *text, gpointer data)
{
  printf ("{\"event\":\"notice\",\"code\":\"%s\"}\n", code);
  fflush (stdout);
}

static void
publish (Program *program, const char *name)
{
  LanDiscoveryRecord record;

  if (name != NULL)
    lan_discovery_record_init_visible (&record, program->port, name, program->prefix, 0);
  else
    lan_discovery_record_init_hidden (&record, program->port, program->prefix, NULL, 0);
  lan_discovery_publish (program->discovery, &record);
}

static void
start (Program *program)
{
  g_autoptr (GError) error = NULL;

  if (!lan_discovery_start (program->discovery, &error)) {
    fprintf (stderr, "%s\n", error->message);
    exit (1);
  }
  printf ("{\"event\":\"ready\"}\n");
  fflush (stdout);
}

static void
obey (Program *program, const char *line)
{
  if (g_str_has_prefix (line, "publish "))
    publish (program, line + strlen ("publish "));
  else if (strcmp (line, "hide") == 0)
    publish (program, NULL);
  else if (strcmp (line, "stop") == 0)
    lan_discovery_stop (program->discovery);
  else if (strcmp (line, "start") == 0)
    start (program);
  else if (g_str_has_prefix (line, "add "))
    (void) !lan_discovery_add_host (program->discovery, LAN_SOURCE_MANUAL, line + 4, NULL);
  else
    g_main_loop_quit (program->loop);
}

static void
on_line (GObject *stream, GAsyncResult *result, gpointer data)
{
  Program *program = data;
  g_autofree char *line =
      g_data_input_stream_read_line_finish (program->commands, result, NULL, NULL);

  if (line == NULL) {
    g_main_loop_quit (program->loop);
    return;
  }
  obey (program, line);
  g_data_input_stream_read_line_async (program->commands, 0, NULL, on_line, program);
}

int
main (int argc, char **argv)
{
  Program program = { 0 };
  g_autoptr (GPtrArray) interfaces = g_ptr_array_new ();
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  LanDiscoveryConfig config = { .callbacks = { on_found, on_updated, on_lost, NULL, on_notice },
                                .user_data = &program };

  if (argc < 3)
    return 2;
  for (int i = 3; i < argc; i++) {
    config.mdns |= strcmp (argv[i], "mdns") == 0;
    config.broadcast |= strcmp (argv[i], "beacons") == 0;
    if (g_str_has_prefix (argv[i], "if="))
      g_ptr_array_add (interfaces, argv[i] + 3);
  }
  if (interfaces->len > 0) {
    g_ptr_array_add (interfaces, NULL);
    config.interfaces = (const char *const *) interfaces->pdata;
  }
  lan_seeded_random_init (&program.random, (guint64) g_get_real_time ());
  config.random = &program.random.base;
  g_strlcpy ((char *) program.prefix, argv[1], sizeof program.prefix);
  program.port = (guint16) atoi (argv[2]);
  program.discovery = lan_discovery_new (&config);
  program.loop = g_main_loop_new (NULL, FALSE);
  program.commands = g_data_input_stream_new (input);
  publish (&program, argv[1]);
  start (&program);
  g_data_input_stream_read_line_async (program.commands, 0, NULL, on_line, &program);
  g_main_loop_run (program.loop);
  lan_discovery_free (program.discovery);
  g_object_unref (program.commands);
  g_main_loop_unref (program.loop);
  return 0;
}
