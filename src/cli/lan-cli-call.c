/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * call: one call from the command line. Ctrl+C hangs up. While another program has the profile open,
 * the call is that program's, and so are microphone and loudspeaker.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define RING_S  120.0
#define TICK_US 200000

typedef struct {
  char *id;    /* of the call; NULL: whichever comes */
  char *state; /* told last */
  gboolean is_over;
  gboolean was_active;
} Following;

static const char *
member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

static JsonObject *
ask (LanCli *cli, const char *method, JsonObject *params)
{
  g_autoptr (GError) error = NULL;
  const char *code;
  JsonObject *result = lan_cli_call (cli, method, params, &code, &error);

  if (result == NULL)
    lan_cli_complain (cli, code, error->message);
  return result;
}

static const char *
state_words (const char *state)
{
  if (strcmp (state, "alerting") == 0)
    return _ ("It rings.");
  if (strcmp (state, "ringing") == 0)
    return _ ("Somebody calls.");
  if (strcmp (state, "active") == 0)
    return _ ("You are connected. Ctrl+C hangs up.");
  return NULL;
}

static const char *
end_words (const char *end)
{
  static const struct {
    const char *end, *words;
  } table[] = {
    { "declined", N_ ("The call was declined.") },
    { "busy", N_ ("The other side is in another call.") },
    { "no-answer", N_ ("Nobody answered.") },
    { "unreachable", N_ ("The other side could not be reached.") },
    { "lost", N_ ("The connection was lost.") },
    { "failed", N_ ("There is no sound, so the call was ended.") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    if (strcmp (end, table[i].end) == 0)
      return _ (table[i].words);
  }
  return _ ("The call is over.");
}

static void
on_notified (LanCli *cli, const char *method, JsonObject *params)
{
  Following *f = cli->state;
  const char *state;

  if (strcmp (method, "call.changed") != 0 ||
      (f->id != NULL && strcmp (member (params, "id"), f->id) != 0))
    return;
  state = member (params, "state");
  if (f->id == NULL)
    f->id = g_strdup (member (params, "id"));
  if (g_strcmp0 (state, f->state) == 0)
    return;
  g_free (f->state);
  f->state = g_strdup (state);
  f->was_active |= strcmp (state, "active") == 0;
  f->is_over = strcmp (state, "ended") == 0;
  if (cli->json)
    lan_cli_print_json (params);
  else if (f->is_over)
    lan_cli_print ("%s\n", end_words (member (params, "end")));
  else if (state_words (state) != NULL)
    lan_cli_print ("%s\n", state_words (state));
  fflush (stdout);
}

/* Until the call is over, or a signal says that it should be. */
static int
follow (LanCli *cli)
{
  Following *f = cli->state;
  gint64 deadline = cli->wait >= 0 ? lan_cli_deadline (cli, 0) : G_MAXINT64;

  while (!f->is_over && lan_cli_wait (cli, deadline))
    ;
  if (!f->is_over) {
    g_autoptr (JsonObject) result = NULL;

    cli->stopped = FALSE;
    result = ask (cli, "call.end", lan_cli_params ("id", f->id));
    deadline = g_get_monotonic_time () + G_USEC_PER_SEC;
    while (result != NULL && !f->is_over && lan_cli_wait (cli, deadline))
      ;
  }
  return f->was_active ? LAN_CLI_OK : LAN_CLI_FAILED;
}

static int
start (LanCli *cli, const char *peer)
{
  Following *f = cli->state;
  g_autoptr (JsonObject) person = lan_cli_find_peer (cli, peer, lan_cli_deadline (cli, 10.0));
  g_autoptr (JsonObject) result = NULL;

  if (person == NULL)
    return LAN_CLI_FAILED;
  result = ask (cli, "call.start", lan_cli_params ("person", member (person, "id")));
  if (result == NULL)
    return LAN_CLI_FAILED;
  f->id = g_strdup (member (result, "id"));
  return follow (cli);
}

/* Waits for a call to ring here, and takes it. */
static int
answer (LanCli *cli)
{
  Following *f = cli->state;
  gint64 deadline = lan_cli_deadline (cli, RING_S);
  g_autoptr (GError) error = NULL;
  const char *code;

  for (;;) {
    g_autoptr (JsonObject) present = lan_cli_call (cli, "call.stats", NULL, &code, &error);

    if (present != NULL && strcmp (member (present, "state"), "ringing") == 0)
      break;
    g_clear_error (&error);
    if (!lan_cli_wait (cli, MIN (deadline, g_get_monotonic_time () + TICK_US)) &&
        (cli->stopped || g_get_monotonic_time () >= deadline)) {
      lan_cli_complain (cli, "not-found", _ ("Nobody has called."));
      return LAN_CLI_FAILED;
    }
  }
  g_clear_pointer (&f->id, g_free);
  {
    g_autoptr (JsonObject) result = ask (cli, "call.answer", NULL);

    return result != NULL ? follow (cli) : LAN_CLI_FAILED;
  }
}

static int
simple (LanCli *cli, const char *method)
{
  g_autoptr (JsonObject) result = ask (cli, method, NULL);

  if (result == NULL)
    return LAN_CLI_FAILED;
  if (strcmp (method, "call.stats") == 0)
    lan_cli_print_json (result);
  return LAN_CLI_OK;
}

static int
video (LanCli *cli, const char *state)
{
  g_autoptr (JsonObject) result = NULL;
  JsonObject *params;

  if (g_strcmp0 (state, "on") != 0 && g_strcmp0 (state, "off") != 0) {
    lan_cli_complain (cli, "usage", _ ("Say \"call video on\" or \"call video off\"."));
    return LAN_CLI_USAGE;
  }
  params = json_object_new ();
  json_object_set_boolean_member (params, "on", strcmp (state, "on") == 0);
  result = ask (cli, "call.video", params);
  return result != NULL ? LAN_CLI_OK : LAN_CLI_FAILED;
}

/* A window's number as xwininfo and others say it: 0x... or decimal. */
static gboolean
read_window (LanCli *cli, gint64 *window)
{
  char *end;

  *window = 0;
  if (cli->window == NULL)
    return TRUE;
  *window = (gint64) g_ascii_strtoull (cli->window, &end, 0);
  if (*window > 0 && *window <= G_MAXUINT32 && *end == '\0')
    return TRUE;
  lan_cli_complain (cli, "usage", _ ("A window is named by its number, such as 0x1a00007."));
  return FALSE;
}

static int
share (LanCli *cli, const char *state)
{
  g_autoptr (JsonObject) result = NULL;
  JsonObject *params;
  gint64 window;

  if (g_strcmp0 (state, "on") != 0 && g_strcmp0 (state, "off") != 0) {
    lan_cli_complain (cli, "usage", _ ("Say \"call share on\" or \"call share off\"."));
    return LAN_CLI_USAGE;
  }
  if (!read_window (cli, &window))
    return LAN_CLI_USAGE;
  params = json_object_new ();
  json_object_set_boolean_member (params, "on", strcmp (state, "on") == 0);
  if (window > 0)
    json_object_set_int_member (params, "window", window);
  else if (cli->screen_source != NULL)
    json_object_set_string_member (params, "source", cli->screen_source);
  result = ask (cli, "call.share", params);
  return result != NULL ? LAN_CLI_OK : LAN_CLI_FAILED;
}

int
lan_cli_call_command (LanCli *cli, char **args)
{
  Following f = { 0 };
  int code;

  cli->state = &f;
  cli->notified = on_notified;
  code = lan_cli_open (cli);
  if (code == LAN_CLI_OK) {
    if (strcmp (args[0], "answer") == 0)
      code = answer (cli);
    else if (strcmp (args[0], "decline") == 0)
      code = simple (cli, "call.decline");
    else if (strcmp (args[0], "end") == 0)
      code = simple (cli, "call.end");
    else if (strcmp (args[0], "video") == 0)
      code = video (cli, args[1]);
    else if (strcmp (args[0], "share") == 0)
      code = share (cli, args[1]);
    else if (strcmp (args[0], "status") == 0)
      code = simple (cli, "call.stats");
    else
      code = start (cli, args[0]);
  }
  cli->notified = NULL;
  g_free (f.id);
  g_free (f.state);
  return code;
}

/* Ids are for machines, so names do as well, as long as only one device has it. */
static const char *
find_device (JsonArray *devices, const char *kind, const char *wanted)
{
  const char *found = NULL;

  if (strcmp (wanted, "default") == 0 || strcmp (wanted, "none") == 0)
    return strcmp (wanted, "none") == 0 && strcmp (kind, "speaker") == 0 ? "null" : wanted;
  for (guint i = 0; i < json_array_get_length (devices); i++) {
    JsonObject *device = json_array_get_object_element (devices, i);

    if (strcmp (member (device, "kind"), kind) != 0)
      continue;
    if (strcmp (member (device, "id"), wanted) == 0)
      return member (device, "id");
    if (strcmp (member (device, "name"), wanted) == 0) {
      if (found != NULL)
        return NULL;
      found = member (device, "id");
    }
  }
  return found;
}

static int
choose (LanCli *cli, JsonArray *devices, char **args)
{
  const char *source = find_device (devices, "microphone", args[0]);
  const char *sink = find_device (devices, "speaker", args[1]);
  g_autoptr (JsonObject) result = NULL;
  JsonObject *params;

  if (source == NULL || sink == NULL) {
    lan_cli_complain (cli, "not-found",
                      source == NULL ? _ ("There is no such microphone, or several are called so. "
                                          "`sound` lists them.")
                                     : _ ("There is no such loudspeaker, or several are called so. "
                                          "`sound` lists them."));
    return LAN_CLI_FAILED;
  }
  params = lan_cli_params ("source", source);
  json_object_set_string_member (params, "sink", sink);
  json_object_set_boolean_member (params, "keep", TRUE);
  result = ask (cli, "call.audio", params);
  return result != NULL ? LAN_CLI_OK : LAN_CLI_FAILED;
}

static void
print_devices (JsonObject *result)
{
  JsonArray *devices = json_object_get_array_member (result, "devices");
  guint n = json_array_get_length (devices);

  for (guint i = 0; i < n; i++) {
    JsonObject *device = json_array_get_object_element (devices, i);
    gboolean is_microphone = strcmp (member (device, "kind"), "microphone") == 0;
    const char *used = member (result, is_microphone ? "source" : "sink");
    gboolean is_used = strcmp (used, member (device, "id")) == 0 ||
                       (strcmp (used, "default") == 0 &&
                        json_object_get_boolean_member_with_default (device, "default", FALSE));

    lan_cli_print ("%c %-12s %s\n  %-12s %s\n", is_used ? '*' : ' ',
                   is_microphone ? _ ("microphone") : _ ("loudspeaker"), member (device, "name"),
                   "", member (device, "id"));
  }
  if (n == 0)
    lan_cli_print ("%s\n", _ ("This computer has no microphone and no loudspeaker."));
}

int
lan_cli_sound (LanCli *cli, char **args)
{
  g_autoptr (JsonObject) result = NULL;
  int code = lan_cli_open (cli);

  if (code != LAN_CLI_OK)
    return code;
  result = ask (cli, "call.devices", NULL);
  if (result == NULL)
    return LAN_CLI_FAILED;
  if (args[0] != NULL && args[1] == NULL) {
    lan_cli_complain (cli, "usage", _ ("Name a microphone and a loudspeaker, or \"default\"."));
    return LAN_CLI_USAGE;
  }
  if (args[0] != NULL)
    return choose (cli, json_object_get_array_member (result, "devices"), args);
  if (cli->json)
    lan_cli_print_json (result);
  else
    print_devices (result);
  return LAN_CLI_OK;
}
