/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Joining a server and leaving it:
 *
 *   link ------------------------------.
 *   typed address -> look -> words ----+-> password (worker) -> machine enrols -> logged in
 *
 * Until the key is pinned nothing of ours leaves but the question for the key.
 */
#include "lan-engine-people.h"
#include "lan-engine-server-private.h"
#include "lan-engine-store.h"

#include "lan-password.h"

#include <string.h>

#define SERVER_PORT 24790 /* of a typed address without one */

#define JOIN_US  (40 * G_USEC_PER_SEC) /* from the key to the answer of the enrolment */
#define LOGIN_US (10 * G_USEC_PER_SEC) /* and from there to the first login */

typedef struct _LanServerJoining {
  GTask *task;
  LanInvite invite; /* of a typed address: only address and key */
  char *words;
  char *login;
  char *password;
  gboolean has_secret;
  guint8 secret[LAN_PASSWORD_SECRET_BYTES];
  gboolean is_enrolled;
  gint64 due_us; /* LAN_NO_DEADLINE: a worker is at it, or a look */
} Joining;

static void
wipe (char *text)
{
  if (text != NULL)
    lan_secret_wipe (text, strlen (text));
  g_free (text);
}

static void
joining_free (Joining *joining)
{
  wipe (joining->words);
  wipe (joining->login);
  wipe (joining->password);
  lan_secret_wipe (joining->secret, sizeof joining->secret);
  lan_secret_wipe (&joining->invite, sizeof joining->invite);
  g_free (joining);
}

gboolean
lan_engine_server_is_joining (LanEngine *engine)
{
  return engine->server->joining != NULL;
}

gint64
lan_engine_server_join_deadline (LanEngine *engine)
{
  const Joining *joining = engine->server->joining;

  return joining != NULL ? joining->due_us : LAN_NO_DEADLINE;
}

void
lan_engine_server_end_join (LanEngine *engine, GError *error)
{
  Joining *joining = g_steal_pointer (&engine->server->joining);

  if (joining == NULL) {
    g_clear_error (&error);
    return;
  }
  /* A server that did not take us is none; one that did stays, also when it has gone away since. */
  if (error != NULL && !joining->is_enrolled &&
      lan_server_client_get_state (engine->server->client) == LAN_SERVER_ENROLLING)
    lan_server_client_leave (engine->server->client, &engine->now);
  lan_engine_server_tell (engine); /* before the answer: whoever hears it finds the new state */
  if (error != NULL)
    lan_engine_reply (engine, joining->task, error);
  else
    lan_engine_server_reply_on_disk (engine, joining->task);
  joining_free (joining);
  engine->server->must_tell = TRUE;
}

static void
fail (LanEngine *engine, LanNodeError code, const char *text)
{
  lan_engine_server_end_join (engine, g_error_new_literal (LAN_NODE_ERROR, (int) code, text));
}

/* --- the machine's turn --- */

static void
enrol (LanEngine *engine)
{
  Joining *joining = engine->server->joining;
  const LanServerJoin join = {
    .address = joining->invite.address,
    .root_public = joining->invite.has_root ? joining->invite.root_public : NULL,
    .code = joining->invite.has_code ? joining->invite.code : NULL,
    .login = joining->login != NULL ? joining->login : "",
    .secret = joining->has_secret ? joining->secret : NULL,
    .display = lan_vault_name (engine->vault),
  };
  LanServerJoin with_key = join;

  memcpy (with_key.server_public, joining->invite.server_public, LAN_KEY_BYTES);
  joining->due_us = engine->now.mono_us + JOIN_US;
  lan_server_client_join (engine->server->client, &with_key, &engine->now);
  lan_engine_touch (engine);
}

typedef struct {
  char *password;
  char *login;
  guint8 server[LAN_KEY_BYTES];
  guint8 secret[LAN_PASSWORD_SECRET_BYTES];
  LanStatus status;
} Stretch;

static void
stretch_free (gpointer data)
{
  Stretch *stretch = data;

  wipe (stretch->password);
  g_free (stretch->login);
  lan_secret_wipe (stretch->secret, sizeof stretch->secret);
  g_free (stretch);
}

static void
run_stretch (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Stretch *stretch = data;

  stretch->status =
      lan_password_secret (stretch->password, stretch->server, stretch->login, stretch->secret);
  g_task_return_boolean (task, TRUE);
}

static void
on_stretched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanEngine *engine = user_data;
  Stretch *stretch = g_task_get_task_data (G_TASK (result));
  Joining *joining;

  engine->workers--;
  lan_engine_read_clock (engine);
  lan_engine_touch (engine);
  if (engine->close_asked) {
    lan_engine_close (engine);
    return;
  }
  joining = engine->server->joining;
  if (joining == NULL || joining->password == NULL ||
      g_strcmp0 (joining->login, stretch->login) != 0 ||
      memcmp (joining->invite.server_public, stretch->server, LAN_KEY_BYTES) != 0)
    return; /* given up meanwhile */
  if (stretch->status != LAN_STATUS_OK) {
    fail (engine, LAN_NODE_ERROR_INVALID,
          stretch->status == LAN_STATUS_LIMIT
              ? "This computer has not the 64 MiB of free memory that a password needs: close "
                "something and try again."
              : "The password must have 1 to 1,024 bytes.");
    return;
  }
  memcpy (joining->secret, stretch->secret, sizeof joining->secret);
  joining->has_secret = TRUE;
  enrol (engine);
}

static void
begin (LanEngine *engine)
{
  Joining *joining = engine->server->joining;
  Stretch *stretch;
  GTask *task;

  if (joining->password == NULL) {
    enrol (engine);
    return;
  }
  stretch = g_new0 (Stretch, 1);
  stretch->password = g_strdup (joining->password);
  stretch->login = g_strdup (joining->login);
  memcpy (stretch->server, joining->invite.server_public, LAN_KEY_BYTES);
  task = g_task_new (NULL, NULL, on_stretched, engine);
  g_task_set_task_data (task, stretch, stretch_free);
  engine->workers++;
  g_task_run_in_thread (task, run_stretch);
  g_object_unref (task);
}

/* --- the key of a typed address --- */

static void
on_key (LanEngine *engine, const guint8 *key, gpointer data)
{
  Joining *joining = engine->server->joining;

  if (joining == NULL || joining != data)
    return;
  if (key == NULL) {
    fail (engine, LAN_NODE_ERROR_SERVER_AWAY,
          "No server answers there: check address, port and network.");
    return;
  }
  if (!lan_server_words_match (key, joining->words)) {
    fail (
        engine, LAN_NODE_ERROR_MISMATCH,
        "The server's words are others than these. Nothing was sent. Check the words; if they are "
        "right, somebody else answers under this address: tell your administrator.");
    return;
  }
  memcpy (joining->invite.server_public, key, LAN_KEY_BYTES);
  begin (engine);
}

static gboolean
parse (LanEngine *engine, const LanCommand *command, LanInvite *invite, gboolean *is_link,
       GError **error)
{
  *is_link = lan_invite_is_link (command->text);
  if (*is_link && lan_invite_parse (invite, command->text) == LAN_STATUS_OK)
    return TRUE;
  if (!*is_link &&
      lan_server_address_parse (&invite->address, command->text, SERVER_PORT) == LAN_STATUS_OK)
    return TRUE;
  g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                       *is_link ? "This link is not whole: copy all of it, from lanyard:// on."
                                : "This is no address: use host, host:port or [v6]:port.");
  return FALSE;
}

/* What can be refused before anybody is asked. */
static gboolean
check (LanEngine *engine, const LanCommand *command, LanInvite *invite, char **login,
       GError **error)
{
  gboolean is_link;

  if (lan_engine_server_is_joining (engine) ||
      lan_server_client_is_joined (engine->server->client)) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_JOINED,
                         "This profile belongs to a server already: leave that one first.");
    return FALSE;
  }
  if (!parse (engine, command, invite, &is_link, error))
    return FALSE;
  if (!is_link && (command->words == NULL || *command->words == '\0')) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_WORDS,
                         "A typed address needs the twelve words of the server's key, from your "
                         "administrator; a link has them inside.");
    return FALSE;
  }
  if (command->name != NULL && *command->name != '\0') {
    *login = lan_login_canonical (command->name);
    if (*login == NULL) {
      g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                           "This is no login: letters, digits and . - _ @, at most 64 bytes.");
      return FALSE;
    }
  }
  if (!invite->has_code && (*login == NULL || command->secret == NULL)) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_CREDENTIALS,
                         "Without an invitation a login and its password are needed.");
    return FALSE;
  }
  return TRUE;
}

void
lan_engine_server_join (LanEngine *engine, LanCommand *command)
{
  LanInvite invite = { { { 0 } } };
  g_autofree char *login = NULL;
  GError *error = NULL;
  Joining *joining;

  if (!check (engine, command, &invite, &login, &error)) {
    lan_engine_reply (engine, g_steal_pointer (&command->task), error);
    return;
  }
  joining = engine->server->joining = g_new0 (Joining, 1);
  joining->task = g_steal_pointer (&command->task);
  joining->invite = invite;
  joining->login = g_steal_pointer (&login);
  joining->words = g_steal_pointer (&command->words);
  joining->due_us = LAN_NO_DEADLINE;
  if (joining->login != NULL)
    joining->password = g_steal_pointer (&command->secret);
  lan_secret_wipe (&invite, sizeof invite);
  engine->server->must_tell = TRUE;
  if (lan_invite_is_link (command->text))
    begin (engine);
  else
    lan_server_lane_look (engine, &joining->invite.address, on_key, joining);
  lan_engine_touch (engine);
}

void
lan_engine_server_cancel_join (LanEngine *engine)
{
  if (engine->server->joining != NULL)
    lan_engine_server_end_join (
        engine, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Joining was cancelled."));
}

/* --- what the machine says --- */

void
lan_engine_server_on_enrolled (LanEngine *engine)
{
  Joining *joining = engine->server->joining;

  if (joining == NULL)
    return;
  joining->is_enrolled = TRUE;
  joining->due_us = engine->now.mono_us + LOGIN_US;
}

void
lan_engine_server_on_join_failed (LanEngine *engine, guint32 refusal, guint32 retry_ms)
{
  g_autofree char *text = lan_server_refusal_text (refusal, retry_ms);

  if (engine->server->joining != NULL)
    fail (engine, lan_server_refusal_error (refusal), text);
}

void
lan_engine_server_on_join_state (LanEngine *engine)
{
  LanServerClientInfo info;

  if (engine->server->joining == NULL || !engine->server->joining->is_enrolled)
    return;
  lan_server_client_get_info (engine->server->client, &info);
  if (info.state == LAN_SERVER_ONLINE)
    lan_engine_server_end_join (engine, NULL);
  else if (info.state == LAN_SERVER_DENIED)
    lan_engine_server_on_join_failed (engine, info.refusal, 0);
}

void
lan_engine_server_join_due (LanEngine *engine)
{
  if (engine->server->joining->is_enrolled)
    lan_engine_server_end_join (engine, NULL); /* joined; it comes back by itself */
  else
    lan_engine_server_on_join_failed (engine, LAN_REFUSAL_NONE, 0);
}

/* --- looking and leaving --- */

static void
on_looked (LanEngine *engine, const guint8 *key, gpointer data)
{
  GTask *task = data;
  LanEvent *event;

  if (key == NULL) {
    lan_engine_reply (
        engine, task,
        g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_SERVER_AWAY,
                             "No server answers there: check address, port and network."));
    return;
  }
  event = lan_event_new (LAN_EVENT_REPLY);
  event->task = task;
  event->text = lan_hex_encode (key, LAN_KEY_BYTES);
  lan_engine_tell (engine, event);
}

void
lan_engine_server_look (LanEngine *engine, LanCommand *command)
{
  LanInvite invite = { { { 0 } } };
  GError *error = NULL;
  gboolean is_link;

  if (!parse (engine, command, &invite, &is_link, &error)) {
    lan_engine_reply (engine, g_steal_pointer (&command->task), error);
    return;
  }
  lan_server_lane_look (engine, &invite.address, on_looked, g_steal_pointer (&command->task));
  lan_secret_wipe (&invite, sizeof invite);
}

void
lan_engine_server_leave (LanEngine *engine, LanCommand *command)
{
  LanEngineServer *self = engine->server;
  GError *error = NULL;

  if (lan_server_client_is_joined (self->client)) {
    lan_engine_server_forget_people (engine);
    lan_server_client_leave (self->client, &engine->now);
    lan_engine_server_drop_relays (self);
    self->warning = NULL;
    self->was_online = FALSE;
    lan_engine_store_put (engine->stores, "node", "server-warning", NULL, 0);
    self->must_tell = TRUE;
    lan_engine_server_tell (engine);
  } else {
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NO_SERVER,
                                 "This profile belongs to no server.");
  }
  if (error != NULL)
    lan_engine_reply (engine, g_steal_pointer (&command->task), error);
  else
    lan_engine_server_reply_on_disk (engine, g_steal_pointer (&command->task));
}
