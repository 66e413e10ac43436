/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The company's server as a part of the engine: the machine's life, its actions carried out, and
 * what the owner is told of its state. That it is away is a state and nothing more.
 */
#include "lan-engine-left.h"
#include "lan-engine-server-private.h"
#include "lan-engine-store.h"
#include "lan-mail.h"
#include "lan-random-system.h"

#include <string.h>

#define SETTING_WARNING "server-warning"

static void
fill_config (LanEngine *engine, LanServerClientConfig *config)
{
  config->device = lan_vault_device (engine->vault);
  config->list = lan_vault_list (engine->vault);
  config->cert = lan_vault_cert (engine->vault);
  config->random = lan_random_system ();
}

/* --- what the owner is told --- */

static LanServerStatus
status_of (LanEngine *engine, const LanServerClientInfo *info)
{
  if (lan_engine_server_is_joining (engine))
    return LAN_SERVER_STATUS_JOINING;
  switch (info->state) {
  case LAN_SERVER_ENROLLING:
    return LAN_SERVER_STATUS_JOINING;
  case LAN_SERVER_ONLINE:
    return LAN_SERVER_STATUS_ONLINE;
  case LAN_SERVER_DENIED:
    return LAN_SERVER_STATUS_REFUSED;
  case LAN_SERVER_DIALING:
    return engine->server->told_status == LAN_SERVER_STATUS_AWAY ? LAN_SERVER_STATUS_AWAY
                                                                 : LAN_SERVER_STATUS_CONNECTING;
  case LAN_SERVER_WAITING:
    return LAN_SERVER_STATUS_AWAY;
  case LAN_SERVER_OFF:
  case LAN_SERVER_STATE_N:
    break;
  }
  return LAN_SERVER_STATUS_NONE;
}

static void
say_why (LanServerInfo *out, const LanServerClientInfo *info)
{
  if (out->status == LAN_SERVER_STATUS_AWAY) {
    out->error_code = g_strdup ("server-away");
    out->error_text = g_strdup (
        "The server does not answer. Whoever can be reached without it is still there; it "
        "is tried again by itself.");
  } else if (out->status == LAN_SERVER_STATUS_REFUSED) {
    out->error_code = g_strdup (lan_refusal_code (info->refusal));
    out->error_text = lan_server_refusal_text (info->refusal, 0);
  }
}

void
lan_engine_server_tell (LanEngine *engine)
{
  LanEngineServer *self = engine->server;
  LanServerClientInfo info;
  LanEvent *event;

  if (!self->must_tell)
    return;
  self->must_tell = FALSE;
  lan_server_client_get_info (self->client, &info);
  event = lan_event_new (LAN_EVENT_SERVER);
  event->server.status = self->told_status = status_of (engine, &info);
  if (event->server.status != LAN_SERVER_STATUS_NONE && info.address.port != 0) {
    event->server.address = lan_server_address_format (&info.address);
    event->server.name = g_strdup (info.org_name);
    event->server.login = g_strdup (info.login);
  }
  say_why (&event->server, &info);
  event->server.has_relay = self->relays->len > 0;
  if (self->warning == NULL && info.stale)
    self->warning = "stale";
  else if (g_strcmp0 (self->warning, "stale") == 0 && !info.stale)
    self->warning = NULL;
  if (self->warning != NULL) {
    event->server.warning_code = g_strdup (self->warning);
    event->server.warning_text = g_strdup (lan_server_warning_text (self->warning));
  }
  lan_engine_tell (engine, event);
}

/* --- warnings --- */

/* What proves that the server says different things, for whoever looks into it. */
static void
keep_proof (LanEngine *engine, const LanServerClientAction *action)
{
  g_autofree char *path = g_strdup_printf ("%s/directory-audit-%" G_GUINT64_FORMAT ".txt",
                                           engine->config.profile_dir, action->warning.epoch);
  g_autofree char *first = NULL, *second = NULL, *account = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;

  if (action->warning.first == NULL || action->warning.second == NULL)
    return;
  first = lan_hex_encode (g_bytes_get_data (action->warning.first, NULL),
                          g_bytes_get_size (action->warning.first));
  second = lan_hex_encode (g_bytes_get_data (action->warning.second, NULL),
                           g_bytes_get_size (action->warning.second));
  account = lan_account_id_to_hex (&action->account);
  text = g_strdup_printf ("epoch %" G_GUINT64_FORMAT "\nshown to us (LDH1) %s\n"
                          "shown to others (LDH1) %s\nheard from %s\n",
                          action->warning.epoch, first, second, account);
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_warning ("the proof against the server cannot be kept: %s", error->message);
}

static const char *
static_code (const char *code)
{
  static const char *const codes[] = { "equivocation", "rollback", "broken", "forged",
                                       "server-key" };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++) {
    if (strcmp (codes[i], code) == 0)
      return codes[i];
  }
  return NULL;
}

static void
on_warning (LanEngine *engine, const LanServerClientAction *action)
{
  LanEngineServer *self = engine->server;
  const char *code = static_code (lan_directory_warning_code (action->warning.kind));

  self->must_tell = TRUE;
  if (action->warning.kind == LAN_DIRECTORY_CLOCK) {
    lan_engine_notice (engine, "clock",
                       "The clocks of this computer and of the server are more than 5 minutes "
                       "apart: check the time here");
    return;
  }
  if (code == NULL || g_strcmp0 (self->warning, "equivocation") == 0)
    return;
  if (action->warning.kind == LAN_DIRECTORY_EQUIVOCATION)
    keep_proof (engine, action);
  if (g_strcmp0 (self->warning, code) != 0) {
    lan_engine_notice (engine, code, "%s", lan_server_warning_text (code));
    if (action->warning.kind == LAN_DIRECTORY_ROLLBACK)
      lan_core_mail_lost (engine->core, &engine->now); /* mail went back as well */
  }
  self->warning = code;
  lan_engine_store_put (engine->stores, "node", SETTING_WARNING, code, strlen (code));
}

/* The organisation's key has said that an older directory is right: told once, and no warning any more. */
static void
on_restarted (LanEngine *engine, const LanServerClientAction *action)
{
  LanEngineServer *self = engine->server;
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (action->time_s);
  g_autofree char *day = time != NULL ? g_date_time_format (time, "%F %R") : g_strdup ("?");

  lan_engine_notice (engine, "directory-restarted",
                     "The company's server was set up again from a backup, and the organisation's "
                     "key confirmed that (%s). People or changes that are newer than the backup "
                     "may be missing until they are entered again; what waited there for others is "
                     "sent once more",
                     day);
  if (g_strcmp0 (self->warning, "rollback") == 0 || g_strcmp0 (self->warning, "broken") == 0) {
    self->warning = NULL;
    lan_engine_store_put (engine->stores, "node", SETTING_WARNING, NULL, 0);
  }
  self->must_tell = TRUE;
  lan_core_mail_lost (engine->core, &engine->now);
}

/* Known by another key from now on, by the word of the company: nothing to do, but worth knowing. */
static void
on_key_renewed (LanEngine *engine, const LanServerClientAction *action)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (action->time_s);
  g_autofree char *day = time != NULL ? g_date_time_format (time, "%F %R") : g_strdup ("?");

  lan_engine_notice (engine, "server-key-renewed",
                     "The company's server has a new key, and the organisation's key confirmed "
                     "it (%s)",
                     day);
  engine->server->must_tell = TRUE;
}

/* --- actions --- */

static void
on_dial (LanEngine *engine, const LanServerClientAction *action)
{
  LanServerDial dial = { .pattern = action->dial.look    ? LAN_LANE_PATTERN_XX
                                    : action->dial.enrol ? LAN_LANE_PATTERN_NK
                                                         : LAN_LANE_PATTERN_XK };

  memcpy (dial.key, action->dial.server_public, sizeof dial.key);
  lan_server_lane_free (engine->server->lane);
  engine->server->lane = lan_server_lane_new (engine, action->lane, &action->dial.address, &dial);
}

static void
on_state (LanEngine *engine)
{
  LanEngineServer *self = engine->server;
  gboolean online = lan_server_client_get_state (self->client) == LAN_SERVER_ONLINE;

  if (online && !self->is_online)
    lan_server_client_want_turn (self->client, TRUE, &engine->now);
  self->was_online |= online;
  lan_engine_server_on_session (engine, online);
  lan_engine_server_update_mailbox (engine);
  lan_engine_left_on_server (engine);
  lan_engine_server_on_join_state (engine);
  if (online)
    lan_engine_server_tell_devices (engine);
  self->must_tell = TRUE;
}

static void
on_lane_action (LanEngine *engine, const LanServerClientAction *action)
{
  LanEngineServer *self = engine->server;

  if (self->lane == NULL || self->lane->id != action->lane)
    return;
  if (action->type == LAN_SERVER_CLIENT_SEND)
    lan_server_lane_send (self->lane, action->bytes);
  else
    g_clear_pointer (&self->lane, lan_server_lane_free);
}

static void
carry_out (LanEngine *engine, LanServerClientAction *action)
{
  switch (action->type) {
  case LAN_SERVER_CLIENT_DIAL:
    on_dial (engine, action);
    break;
  case LAN_SERVER_CLIENT_SEND:
  case LAN_SERVER_CLIENT_CLOSE:
    on_lane_action (engine, action);
    break;
  case LAN_SERVER_CLIENT_COMMIT:
    lan_engine_store_commit (engine->stores, LAN_BATCH_OF_NODE, 0,
                             g_steal_pointer (&action->changes));
    break;
  case LAN_SERVER_CLIENT_STATE:
    on_state (engine);
    break;
  case LAN_SERVER_CLIENT_ENROLLED:
    lan_engine_server_on_enrolled (engine);
    break;
  case LAN_SERVER_CLIENT_JOIN_FAILED:
    lan_engine_server_on_join_failed (engine, action->refusal, action->retry_ms);
    break;
  case LAN_SERVER_CLIENT_PERSON:
    lan_engine_server_on_person_action (engine, action);
    break;
  case LAN_SERVER_CLIENT_PERSON_GONE:
    lan_engine_server_on_person_gone (engine, action);
    break;
  case LAN_SERVER_CLIENT_RESTARTED:
    on_restarted (engine, action);
    break;
  case LAN_SERVER_CLIENT_KEY_RENEWED:
    on_key_renewed (engine, action);
    break;
  case LAN_SERVER_CLIENT_PAPERS:
    lan_engine_server_on_papers (engine, action);
    break;
  case LAN_SERVER_CLIENT_PRESENCE:
    lan_engine_server_on_presence (engine, action);
    break;
  case LAN_SERVER_CLIENT_SIGNAL:
    lan_engine_server_on_signal (engine, action);
    break;
  case LAN_SERVER_CLIENT_SIGNAL_REFUSED:
    if (action->refusal == LAN_REFUSAL_OFFLINE || action->refusal == LAN_REFUSAL_UNKNOWN)
      lan_engine_server_note_device (engine, &action->device, FALSE);
    break;
  case LAN_SERVER_CLIENT_TURN:
    lan_engine_server_on_turn (engine, action);
    break;
  case LAN_SERVER_CLIENT_WARNING:
    on_warning (engine, action);
    break;
  case LAN_SERVER_CLIENT_DIRECTORY:
    engine->server->must_tell = TRUE;
    break;
  case LAN_SERVER_CLIENT_MAIL:
  case LAN_SERVER_CLIENT_STORED:
  case LAN_SERVER_CLIENT_DEPOSIT_REFUSED:
  case LAN_SERVER_CLIENT_BUNDLE:
  case LAN_SERVER_CLIENT_BUNDLE_REFUSED:
  case LAN_SERVER_CLIENT_PREKEYS:
    lan_engine_server_on_mail (engine, action);
    break;
  case LAN_SERVER_CLIENT_BLOB:
    lan_engine_left_on_blob (engine, action);
    break;
  case LAN_SERVER_CLIENT_PAPERS_STORED:
  case LAN_SERVER_CLIENT_ANSWER:
    break;
  }
}

gboolean
lan_engine_server_run (LanEngine *engine)
{
  LanEngineServer *self = engine->server;
  gboolean any = FALSE;

  if (lan_server_client_next_deadline (self->client) <= engine->now.mono_us)
    lan_server_client_advance (self->client, &engine->now);
  if (self->sweep_us <= engine->now.mono_us)
    lan_engine_server_sweep (engine);
  if (lan_engine_server_join_deadline (engine) <= engine->now.mono_us)
    lan_engine_server_join_due (engine);
  for (;;) {
    g_auto (LanServerClientAction) action = { 0 };

    if (!lan_server_client_next_action (self->client, &action))
      break;
    any = TRUE;
    carry_out (engine, &action);
  }
  lan_engine_server_tell (engine);
  if (!any && self->on_disk != NULL && lan_engine_store_is_idle (engine->stores))
    lan_engine_reply (engine, g_steal_pointer (&self->on_disk), NULL);
  return any;
}

void
lan_engine_server_reply_on_disk (LanEngine *engine, GTask *task)
{
  if (engine->server->on_disk != NULL)
    lan_engine_reply (engine, g_steal_pointer (&engine->server->on_disk), NULL);
  engine->server->on_disk = task;
  lan_engine_touch (engine);
}

gint64
lan_engine_server_deadline (LanEngine *engine)
{
  gint64 due = lan_server_client_next_deadline (engine->server->client);

  due = MIN (due, engine->server->sweep_us);
  return MIN (due, lan_engine_server_join_deadline (engine));
}

/* --- life --- */

void
lan_engine_server_open (LanEngine *engine, const LanSnapshot *snapshot)
{
  LanEngineServer *self = g_new0 (LanEngineServer, 1);
  GBytes *warning = lan_snapshot_get_setting (snapshot, "node." SETTING_WARNING);
  LanServerClientConfig config;

  engine->server = self;
  fill_config (engine, &config);
  self->client = lan_server_client_new (&config);
  self->looks = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_server_lane_free);
  self->relays = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_relay_free);
  self->letters = lan_engine_left_letters_new ();
  self->early = lan_engine_left_letters_new ();
  self->colleagues = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, NULL,
                                            (GDestroyNotify) lan_colleague_free);
  self->presence = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, NULL,
                                          (GDestroyNotify) lan_server_presence_free);
  self->relay_hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->heard = g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, g_free, NULL);
  self->sweep_us = LAN_NO_DEADLINE;
  for (guint i = 0; i < snapshot->settings->len; i++) {
    const LanSettingRow *row = g_ptr_array_index (snapshot->settings, i);

    lan_server_client_load_setting (self->client, row->key, row->value);
  }
  lan_engine_server_set_certs (engine);
  if (warning != NULL) {
    g_autofree char *code =
        g_strndup (g_bytes_get_data (warning, NULL), g_bytes_get_size (warning));

    self->warning = static_code (code);
  }
  lan_server_client_start (self->client, &engine->now);
  lan_engine_server_load_people (engine);
  lan_engine_server_update_mailbox (engine);
  lan_engine_server_set_presence (engine, LAN_PRESENCE_AVAILABLE);
  self->must_tell = TRUE;
}

void
lan_engine_server_shut (LanEngine *engine)
{
  LanEngineServer *self = engine->server;

  if (self == NULL)
    return;
  lan_engine_server_end_join (engine, g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN,
                                                           "the profile was closed"));
  if (self->on_disk != NULL)
    lan_engine_reply (engine, g_steal_pointer (&self->on_disk), NULL);
  for (guint i = self->looks->len; i-- > 0;) {
    LanServerLane *look = g_ptr_array_index (self->looks, i);

    look->looked (engine, NULL, look->data);
    g_ptr_array_remove_index (self->looks, i);
  }
  if (self->lane != NULL && self->lane->is_up)
    lan_channel_close (self->lane->channel);
  else
    g_clear_pointer (&self->lane, lan_server_lane_free);
}

gboolean
lan_engine_server_is_gone (LanEngine *engine)
{
  return engine->server == NULL || engine->server->lane == NULL;
}

void
lan_engine_server_free (LanEngineServer *self)
{
  lan_server_lane_free (self->lane);
  g_ptr_array_unref (self->looks);
  lan_engine_server_drop_relays (self);
  g_ptr_array_unref (self->relays);
  g_hash_table_unref (self->relay_hosts);
  g_hash_table_unref (self->letters);
  g_hash_table_unref (self->early);
  g_hash_table_unref (self->colleagues);
  g_hash_table_unref (self->presence);
  g_hash_table_unref (self->heard);
  lan_server_client_free (self->client);
  g_free (self);
}

/* --- what happens elsewhere --- */

void
lan_engine_server_new_identity (LanEngine *engine)
{
  LanServerClientConfig config;

  lan_engine_server_set_certs (engine);
  fill_config (engine, &config);
  lan_server_client_set_identity (engine->server->client, &config, &engine->now);
  lan_engine_touch (engine);
}

void
lan_engine_server_network_changed (LanEngine *engine)
{
  if (engine->server == NULL)
    return;
  lan_server_client_network_changed (engine->server->client, &engine->now);
  lan_engine_touch (engine);
}

void
lan_engine_server_set_presence (LanEngine *engine, LanPresence state)
{
  lan_server_client_set_presence (engine->server->client, (guint) state, NULL, &engine->now);
  lan_engine_touch (engine);
}

void
lan_engine_server_fill_hello (LanEngine *engine, LanHello *hello)
{
  if (engine->server != NULL)
    lan_server_client_get_hello (engine->server->client, &hello->dir_epoch, hello->dir_root);
}

void
lan_engine_server_heard (LanEngine *engine, const LanAccountId *account, guint64 epoch,
                         const guint8 *root_trunc)
{
  const LanColleague *colleague;

  if (engine->server == NULL || epoch == 0)
    return;
  colleague = g_hash_table_lookup (engine->server->colleagues, account);
  if (colleague != NULL && colleague->is_active)
    lan_server_client_heard_head (engine->server->client, account, epoch, root_trunc, &engine->now);
  lan_engine_touch (engine);
}
