/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * send, listen, history: text.
 */
#include "lan-cli.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define UNREAD_MORE 20  /* own messages may stand among them */
#define UNREAD_MAX  200 /* of one chat */
#define OLD_MS      60000
#define SETTLE_MS   1500

static gint64 listening_since_ms;
static guint unnamed; /* messages whose author's name is being asked for */

typedef struct {
  const char *id; /* of the message; NULL until it is known */
  gboolean delivered;
  gboolean left;    /* at the server */
  gboolean carried; /* by a colleague */
  gboolean failed;
  GHashTable *early; /* id -> state: news that came before the answer with the id */
} Sending;

/* The furthest that it got, from what came before its id was known too. */
static void
take_state (Sending *sending, const char *state)
{
  if (strcmp (state, "failed") == 0)
    sending->failed = TRUE;
  else if (strcmp (state, "mailbox") == 0)
    sending->left = TRUE;
  else if (strcmp (state, "carried") == 0)
    sending->carried = TRUE;
  else if (strcmp (state, "queued") != 0)
    sending->delivered = TRUE;
}

static void
on_sending (LanCli *cli, const char *method, JsonObject *params)
{
  Sending *sending = cli->state;
  const char *id, *state;

  if (strcmp (method, "message.state") != 0)
    return;
  id = json_object_get_string_member (params, "id");
  state = json_object_get_string_member (params, "state");
  if (strcmp (state, "queued") == 0)
    return;
  if (sending->id == NULL)
    g_hash_table_replace (sending->early, g_strdup (id), g_strdup (state));
  else if (strcmp (id, sending->id) == 0)
    take_state (sending, state);
}

static gboolean
is_over (const Sending *sending)
{
  return sending->delivered || sending->left || sending->carried || sending->failed;
}

static int
report_sent (LanCli *cli, Sending *sending)
{
  const char *state = sending->delivered ? "delivered"
                      : sending->left    ? "mailbox"
                      : sending->carried ? "carried"
                      : sending->failed  ? "failed"
                                         : "queued";

  if (cli->json) {
    g_autoptr (JsonObject) o = lan_cli_params ("id", sending->id);

    json_object_set_string_member (o, "state", state);
    lan_cli_print_json (o);
  } else if (sending->delivered) {
    lan_cli_print (_ ("Delivered.\n"));
  } else if (sending->left) {
    lan_cli_print (_ ("Left at the server: they get it when they are there again.\n"));
  } else if (sending->carried) {
    lan_cli_print (_ ("Carried by a colleague, sealed: they get it when they meet.\n"));
  } else if (!sending->failed) {
    lan_cli_print (_ ("Kept here; it goes out when they can be reached and Lanyard runs.\n"));
  } else {
    lan_cli_complain (cli, "failed", _ ("The message could not be kept on this disk."));
  }
  return sending->delivered ? LAN_CLI_OK
         : sending->left    ? LAN_CLI_LEFT
         : sending->carried ? LAN_CLI_LEFT
         : sending->failed  ? LAN_CLI_FAILED
                            : LAN_CLI_KEPT;
}

int
lan_cli_send_and_wait (LanCli *cli, const char *method, JsonObject *params, gint64 deadline)
{
  g_autoptr (GHashTable) early = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Sending sending = { .early = early };
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;
  const char *code;

  cli->state = &sending;
  cli->notified = on_sending;
  result = lan_cli_call (cli, method, params, &code, &error);
  if (result == NULL) {
    cli->notified = NULL;
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  sending.id = json_object_get_string_member (result, "id");
  if (g_hash_table_contains (early, sending.id))
    take_state (&sending, g_hash_table_lookup (early, sending.id));
  while (!is_over (&sending) && lan_cli_wait (cli, deadline))
    ;
  cli->notified = NULL;
  return report_sent (cli, &sending);
}

int
lan_cli_send (LanCli *cli, char **args)
{
  g_autoptr (JsonObject) person = NULL;
  g_autofree char *text = g_strjoinv (" ", args + 1);
  JsonObject *params;
  gint64 deadline;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  deadline = lan_cli_deadline (cli, 10.0);
  person = lan_cli_find_either (cli, args[0], deadline);
  if (person == NULL)
    return LAN_CLI_FAILED;
  params = lan_cli_params ("to", json_object_get_string_member (person, "id"));
  json_object_set_string_member (params, "text", text);
  if (cli->urgent)
    json_object_set_boolean_member (params, "urgent", TRUE);
  return lan_cli_send_and_wait (cli, "message.send", params, deadline);
}

int
lan_cli_voice (LanCli *cli, char **args)
{
  g_autoptr (JsonObject) person = NULL;
  g_autofree char *path = g_canonicalize_filename (args[1], NULL);
  JsonObject *params;
  gint64 deadline;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  deadline = lan_cli_deadline (cli, 10.0);
  person = lan_cli_find_either (cli, args[0], deadline);
  if (person == NULL)
    return LAN_CLI_FAILED;
  params = lan_cli_params ("to", json_object_get_string_member (person, "id"));
  json_object_set_string_member (params, "path", path);
  return lan_cli_send_and_wait (cli, "note.send", params, deadline);
}

static char *
format_time (gint64 time_ms)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_local (time_ms / 1000);

  return at != NULL ? g_date_time_format (at, "%F %H:%M") : g_strdup ("?");
}

/* What was said about it, behind its text. */
static char *
describe_more (JsonObject *message)
{
  GString *text = g_string_new (NULL);
  JsonArray *reactions = json_object_has_member (message, "reactions")
                             ? json_object_get_array_member (message, "reactions")
                             : NULL;

  if (json_object_has_member (message, "edited"))
    g_string_append (text, _ (" (edited)"));
  if (json_object_has_member (message, "pinned"))
    g_string_append (text, _ (" (pinned)"));
  if (json_object_has_member (message, "urgent"))
    g_string_append (text, _ (" (urgent)"));
  for (guint i = 0; reactions != NULL && i < json_array_get_length (reactions); i++) {
    JsonObject *reaction = json_array_get_object_element (reactions, i);

    g_string_append_printf (text, " %s %" G_GINT64_FORMAT,
                            json_object_get_string_member (reaction, "emoji"),
                            json_object_get_int_member (reaction, "count"));
  }
  return g_string_free (text, FALSE);
}

/* What was done to a group: the word, and to whom. @names: (nullable): by id. */
static char *
describe_event (JsonObject *message, GHashTable *names)
{
  JsonArray *people = json_object_get_array_member (message, "people");
  GString *text = g_string_new (json_object_get_string_member (message, "event"));

  for (guint i = 0; i < json_array_get_length (people); i++) {
    const char *id = json_array_get_string_element (people, i);
    const char *name = names != NULL ? g_hash_table_lookup (names, id) : NULL;

    g_string_append_printf (text, name != NULL ? "%s%s" : "%s%.8s", i == 0 ? " " : ", ",
                            name != NULL ? name : id);
  }
  if (json_object_has_member (message, "role"))
    g_string_append_printf (text, " (%s)", json_object_get_string_member (message, "role"));
  if (*json_object_get_string_member (message, "text") != '\0')
    g_string_append_printf (text, ": %s", json_object_get_string_member (message, "text"));
  return g_string_free (text, FALSE);
}

static void
print_event (JsonObject *message, const char *name, GHashTable *names)
{
  g_autofree char *at = format_time (json_object_get_int_member (message, "time"));
  g_autofree char *what = describe_event (message, names);

  lan_cli_print ("%s  * %s: %s\n", at, name, what);
}

/* What stands for it on one line. */
static char *
words_of (JsonObject *message, const char *kind)
{
  const char *text = json_object_get_string_member (message, "text");

  if (json_object_has_member (message, "recalled"))
    return g_strdup (_ ("(recalled)"));
  if (strcmp (kind, "sticker") == 0)
    /* Translators: a small picture that is a message, and its name */
    return g_strdup_printf (_ ("[sticker %s]"), text);
  return g_strconcat (strcmp (kind, "file") == 0   ? _ ("[file] ")
                      : strcmp (kind, "note") == 0 ? _ ("[voice note] ")
                                                   : "",
                      text, NULL);
}

static void
print_message (LanCli *cli, JsonObject *message, const char *name)
{
  g_autofree char *at = format_time (json_object_get_int_member (message, "time"));
  const char *state = json_object_get_string_member (message, "state");
  const char *kind = json_object_get_string_member_with_default (message, "kind", "text");
  g_autofree char *more = describe_more (message);
  g_autofree char *text = NULL;

  if (strcmp (kind, "event") == 0) {
    print_event (message, name, cli->state);
    return;
  }

  text = words_of (message, kind);
  lan_cli_print ("%s  %s: %s%s  [%s]\n", at, name, text, more, state);
}

/* Who is in the group, or was seen in it. Returns: (transfer full): id -> name. */
static GHashTable *
names_in (LanCli *cli, const char *group)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (JsonObject) known = lan_cli_call (cli, "people.list", NULL, NULL, NULL);
  g_autoptr (JsonObject) result =
      lan_cli_call (cli, "group.members", lan_cli_params ("id", group), NULL, NULL);
  JsonObject *const from[] = { known, result };
  static const char *const lists[] = { "people", "members" };

  for (guint k = 0; k < G_N_ELEMENTS (lists); k++) {
    JsonArray *array = from[k] != NULL ? json_object_get_array_member (from[k], lists[k]) : NULL;

    for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
      JsonObject *one = json_array_get_object_element (array, i);

      g_hash_table_replace (names, g_strdup (json_object_get_string_member (one, "id")),
                            g_strdup (json_object_get_string_member (one, "name")));
    }
  }
  return names;
}

static gboolean
is_own (JsonObject *message)
{
  const char *state = json_object_get_string_member (message, "state");

  return strcmp (state, "received") != 0 && strcmp (state, "seen") != 0;
}

int
lan_cli_history (LanCli *cli, char **args)
{
  g_autoptr (JsonObject) person = NULL, result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) names = NULL;
  const char *code, *id;
  JsonObject *params;
  JsonArray *messages;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  person = lan_cli_find_either (cli, args[0], lan_cli_deadline (cli, 0.0));
  if (person == NULL)
    return LAN_CLI_FAILED;
  id = json_object_get_string_member (person, "id");
  params = lan_cli_params ("peer", id);
  json_object_set_int_member (params, "limit", cli->limit > 0 ? cli->limit : 50);
  result = lan_cli_call (cli, "history.list", params, &code, &error);
  if (result == NULL) {
    lan_cli_complain (cli, code, error->message);
    return LAN_CLI_FAILED;
  }
  if (cli->json) {
    lan_cli_print_json (result);
    return LAN_CLI_OK;
  }
  if (json_object_has_member (person, "kind"))
    names = names_in (cli, id);
  cli->state = names;
  messages = json_object_get_array_member (result, "messages");
  for (guint i = 0; i < json_array_get_length (messages); i++) {
    JsonObject *message = json_array_get_object_element (messages, i);
    const char *name =
        names != NULL ? g_hash_table_lookup (names, json_object_get_string_member (message, "from"))
                      : json_object_get_string_member (person, "name");

    print_message (cli, message, is_own (message) ? _ ("You") : name != NULL ? name : "?");
  }
  cli->state = NULL;
  return LAN_CLI_OK;
}

/* listen: names are asked for by id, since a message carries only that. */

typedef struct {
  LanCli *cli;
  JsonObject *message; /* owned */
  char *name;          /* of its author, once it is known; NULL before */
} Naming;

static void
naming_free (Naming *naming)
{
  json_object_unref (naming->message);
  g_free (naming->name);
  g_free (naming);
  unnamed--;
}

static void
on_group_named (JsonObject *group, const char *code, const GError *error, gpointer user_data)
{
  Naming *naming = user_data;
  g_autofree char *both = NULL;

  if (group != NULL)
    both = g_strdup_printf ("%s (%s)", naming->name, json_object_get_string_member (group, "name"));
  print_message (naming->cli, naming->message, both != NULL ? both : naming->name);
  naming_free (naming);
}

static void
on_named (JsonObject *person, const char *code, const GError *error, gpointer user_data)
{
  Naming *naming = user_data;

  naming->name = g_strdup (person != NULL ? json_object_get_string_member (person, "name") : "?");
  if (json_object_has_member (naming->message, "group")) {
    lan_rpc_client_call (
        naming->cli->client, "group.get",
        lan_cli_params ("id", json_object_get_string_member (naming->message, "group")),
        on_group_named, naming);
    return;
  }
  print_message (naming->cli, naming->message, naming->name);
  naming_free (naming);
}

/* A message that somebody saw on a terminal is read; what goes into a pipe is not. */
static void
mark_read (LanCli *cli, JsonObject *message)
{
  if (isatty (STDOUT_FILENO))
    lan_rpc_client_call (cli->client, "message.read",
                         lan_cli_params ("id", json_object_get_string_member (message, "id")), NULL,
                         NULL);
}

static void
name_and_show (LanCli *cli, JsonObject *message)
{
  Naming *naming = g_new0 (Naming, 1);

  unnamed++;
  naming->cli = cli;
  naming->message = json_object_ref (message);
  lan_rpc_client_call (cli->client, "people.get",
                       lan_cli_params ("id", json_object_get_string_member (message, "from")),
                       on_named, naming);
  mark_read (cli, message);
}

static void
on_looked_at (JsonObject *message, const char *code, const GError *error, gpointer user_data)
{
  if (message != NULL && strcmp (json_object_get_string_member (message, "state"), "received") == 0)
    name_and_show (user_data, message);
}

typedef struct {
  LanCli *cli;
  char *id;
} Old;

static gboolean
on_old_settled (gpointer user_data)
{
  Old *old = user_data;

  lan_rpc_client_call (old->cli->client, "message.get", lan_cli_params ("id", old->id),
                       on_looked_at, old->cli);
  g_free (old->id);
  g_free (old);
  return G_SOURCE_REMOVE;
}

/*
 * One that is old comes from a mailbox, and is new here, or from another device of one's own where it may
 * have been read long ago: that is known a moment later.
 */
static void
show_message (LanCli *cli, JsonObject *message)
{
  Old *old;

  if (strcmp (json_object_get_string_member (message, "state"), "received") != 0)
    return;
  if (json_object_get_int_member (message, "time") > listening_since_ms - OLD_MS) {
    name_and_show (cli, message);
    return;
  }
  old = g_new0 (Old, 1);
  old->cli = cli;
  old->id = g_strdup (json_object_get_string_member (message, "id"));
  g_timeout_add (SETTLE_MS, on_old_settled, old);
}

static void
on_offer (LanCli *cli, JsonObject *offer)
{
  const char *id = json_object_get_string_member (offer, "id");
  JsonObject *params;

  if (!cli->json) {
    g_autofree char *size = g_format_size ((guint64) json_object_get_int_member (offer, "size"));

    lan_cli_print (_ ("File offered: %s, %s, id %s\n"),
                   json_object_get_string_member (offer, "name"), size, id);
    lan_cli_say_left_out (offer);
  }
  /* Strangers' files are never taken unasked. */
  if (cli->accept_dir == NULL || json_object_has_member (offer, "request"))
    return;
  params = lan_cli_params ("id", id);
  json_object_set_string_member (params, "dir", cli->accept_dir);
  lan_rpc_client_call (cli->client, "file.accept", params, NULL, NULL);
}

static void
on_listening (LanCli *cli, const char *method, JsonObject *params)
{
  if (cli->json) {
    g_autoptr (JsonObject) o = lan_cli_params ("event", method);

    json_object_set_object_member (o, "params", json_object_ref (params));
    lan_cli_print_json (o);
  }
  if (strcmp (method, "message.received") == 0 && !cli->json)
    show_message (cli, params);
  else if (strcmp (method, "file.offered") == 0)
    on_offer (cli, params);
  else if (strcmp (method, "file.done") == 0 && !cli->json)
    lan_cli_print (_ ("File received: %s\n"), json_object_get_string_member (params, "path"));
  else if (strcmp (method, "file.failed") == 0 && !cli->json)
    lan_cli_print (_ ("File failed: %s\n"), json_object_get_string_member (params, "text"));
}

/*
 * What came while nobody listened, perhaps with another command, from a person or in a group; what was read
 * elsewhere is not new.
 */
static void
show_unread_of (LanCli *cli, JsonObject *chat)
{
  const char *peer = json_object_get_string_member (chat, "peer");
  gint64 n = json_object_get_int_member (chat, "unread");
  JsonObject *params = lan_cli_params ("peer", peer);
  g_autoptr (JsonObject) result = NULL;
  JsonArray *messages;

  json_object_set_int_member (params, "limit", MIN (n + UNREAD_MORE, UNREAD_MAX));
  result = lan_cli_call (cli, "history.list", params, NULL, NULL);
  messages = result != NULL ? json_object_get_array_member (result, "messages") : NULL;
  for (guint i = 0; messages != NULL && i < json_array_get_length (messages); i++) {
    JsonObject *message = json_array_get_object_element (messages, i);

    if (strcmp (json_object_get_string_member (message, "state"), "received") == 0 &&
        strcmp (json_object_get_string_member_with_default (message, "kind", ""), "event") != 0)
      on_listening (cli, "message.received", message);
  }
}

static void
show_unread (LanCli *cli)
{
  g_autoptr (JsonObject) result = lan_cli_call (cli, "history.unread", NULL, NULL, NULL);
  JsonArray *chats = result != NULL ? json_object_get_array_member (result, "chats") : NULL;

  for (guint i = 0; chats != NULL && i < json_array_get_length (chats); i++)
    show_unread_of (cli, json_array_get_object_element (chats, i));
}

int
lan_cli_listen (LanCli *cli, char **args)
{
  gint64 deadline;

  if (lan_cli_open (cli) != LAN_CLI_OK)
    return LAN_CLI_FAILED;
  listening_since_ms = g_get_real_time () / 1000;
  show_unread (cli);
  cli->notified = on_listening;
  deadline = cli->wait >= 0 ? lan_cli_deadline (cli, 0) : G_MAXINT64;
  if (!cli->json)
    lan_cli_print (_ ("Listening. Stop with Ctrl+C.\n"));
  while (lan_cli_wait (cli, deadline))
    ;
  cli->notified = NULL;
  deadline = g_get_monotonic_time () + G_USEC_PER_SEC;
  while (unnamed > 0 && lan_cli_wait (cli, deadline))
    ;
  return LAN_CLI_OK;
}
