/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * search: what was said, by its words.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

/* The names of those who appear: id -> name. */
static const char *
name_of (LanCli *cli, GHashTable *names, const char *id)
{
  char *name = g_hash_table_lookup (names, id);
  g_autoptr (JsonObject) person = NULL;

  if (name != NULL)
    return name;
  person = lan_cli_call (cli, "people.get", lan_cli_params ("id", id), NULL, NULL);
  name = g_strdup (person != NULL ? json_object_get_string_member (person, "name") : "?");
  g_hash_table_insert (names, g_strdup (id), name);
  return name;
}

/* @text with [ and ] around what was found. */
static char *
mark_hits (const char *text, JsonArray *hits)
{
  GString *marked = g_string_new (NULL);
  glong at = 0;

  for (guint i = 0; i < json_array_get_length (hits); i++) {
    JsonArray *hit = json_array_get_array_element (hits, i);
    glong begin = (glong) json_array_get_int_element (hit, 0);
    glong end = (glong) json_array_get_int_element (hit, 1);
    const char *from = g_utf8_offset_to_pointer (text, at);
    const char *first = g_utf8_offset_to_pointer (text, begin);
    const char *last = g_utf8_offset_to_pointer (text, end);

    g_string_append_len (marked, from, first - from);
    g_string_append_c (marked, '[');
    g_string_append_len (marked, first, last - first);
    g_string_append_c (marked, ']');
    at = end;
  }
  g_string_append (marked, g_utf8_offset_to_pointer (text, at));
  return g_string_free (marked, FALSE);
}

static void
print_found (LanCli *cli, GHashTable *names, JsonObject *message)
{
  gint64 time_ms = json_object_get_int_member (message, "time");
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_local (time_ms / 1000);
  g_autofree char *when = at != NULL ? g_date_time_format (at, "%F %H:%M") : g_strdup ("?");
  g_autofree char *text = mark_hits (json_object_get_string_member (message, "text"),
                                     json_object_get_array_member (message, "hits"));
  const char *kind = json_object_get_string_member_with_default (message, "kind", "text");
  const char *from = json_object_get_string_member (message, "from");
  const char *peer = json_object_get_string_member (message, "peer");

  if (g_str_equal (from, peer))
    lan_cli_print ("%s  %s: ", when, name_of (cli, names, from));
  else
    lan_cli_print (_ ("%s  You to %s: "), when, name_of (cli, names, peer));
  lan_cli_print ("%s%s\n", g_str_equal (kind, "file") ? _ ("[file] ") : "", text);
}

/* Midnight at which the day @text begins, or the one after it. FALSE: it is no day. */
static gboolean
read_day (const char *text, int days_after, gint64 *ms)
{
  g_autoptr (GDateTime) day = NULL;
  g_autoptr (GDateTime) at = NULL;
  int y, m, d, len = 0;

  if (sscanf (text, "%d-%d-%d%n", &y, &m, &d, &len) != 3 || text[len] != '\0')
    return FALSE;
  day = g_date_time_new_local (y, m, d, 0, 0, 0);
  if (day == NULL || y < 1970)
    return FALSE;
  at = g_date_time_add_days (day, days_after);
  *ms = MAX (g_date_time_to_unix (at) * 1000, 1);
  return TRUE;
}

gboolean
lan_cli_add_days (LanCli *cli, JsonObject *params)
{
  const struct {
    const char *given, *name;
    int days_after;
  } ends[] = { { cli->since, "since", 0 }, { cli->until, "until", 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++) {
    gint64 ms;

    if (ends[i].given == NULL)
      continue;
    if (!read_day (ends[i].given, ends[i].days_after, &ms)) {
      fprintf (stderr, _ ("lanyard-cli: '%s' is no day such as 2026-11-23\n"), ends[i].given);
      return FALSE;
    }
    json_object_set_int_member (params, ends[i].name, ms);
  }
  return TRUE;
}

static gboolean
add_people (LanCli *cli, JsonObject *params)
{
  const struct {
    const char *given, *name;
  } people[] = { { cli->peer, "peer" }, { cli->from, "from" } };

  for (gsize i = 0; i < G_N_ELEMENTS (people); i++) {
    g_autoptr (JsonObject) person = NULL;

    if (people[i].given == NULL)
      continue;
    person = lan_cli_find_either (cli, people[i].given, lan_cli_deadline (cli, 0.0));
    if (person == NULL)
      return FALSE;
    json_object_set_string_member (params, people[i].name,
                                   json_object_get_string_member (person, "id"));
  }
  return TRUE;
}

static int
report_found (LanCli *cli, JsonObject *result)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  JsonArray *messages = json_object_get_array_member (result, "messages");
  guint n = json_array_get_length (messages);
  gint64 indexed = json_object_get_int_member (result, "indexed");

  if (cli->json)
    lan_cli_print_json (result);
  for (guint i = 0; i < n && !cli->json; i++)
    print_found (cli, names, json_array_get_object_element (messages, i));
  if (n == 0 && !cli->json)
    fputs (_ ("Nothing found.\n"), stderr);
  if (indexed < 100 && !cli->json)
    fprintf (stderr, _ ("The history is still being indexed: %d %% so far.\n"), (int) indexed);
  return n > 0 ? LAN_CLI_OK : LAN_CLI_FAILED;
}

int
lan_cli_search (LanCli *cli, char **args)
{
  g_autofree char *text = g_strjoinv (" ", args);
  g_autoptr (JsonObject) params = lan_cli_params ("text", text);
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;
  const char *code;

  if (!lan_cli_add_days (cli, params))
    return LAN_CLI_USAGE;
  if (cli->kind != NULL)
    json_object_set_string_member (params, "kind", cli->kind);
  json_object_set_int_member (params, "limit", cli->limit > 0 ? cli->limit : 50);
  if (lan_cli_open (cli) != LAN_CLI_OK || !add_people (cli, params))
    return LAN_CLI_FAILED;
  result = lan_cli_call (cli, "history.search", g_steal_pointer (&params), &code, &error);
  if (result == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  return report_found (cli, result);
}
