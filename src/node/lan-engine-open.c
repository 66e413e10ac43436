/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Opening and closing a profile, step by step, on the engine's thread:
 *
 *   lock -> keys (worker) -> history (store's thread) -> machines loaded -> listening -> announced
 *
 * A failure at any step goes back through close(), which undoes what was done.
 */
#include "lan-engine-call.h"
#include "lan-engine-carry.h"
#include "lan-engine-core.h"
#include "lan-engine-devices.h"
#include "lan-engine-discovery.h"
#include "lan-engine-files.h"
#include "lan-engine-keep.h"
#include "lan-engine-links.h"
#include "lan-engine-operations.h"
#include "lan-engine-people.h"
#include "lan-engine-server.h"
#include "lan-engine-share.h"
#include "lan-engine-store.h"
#include "lan-group.h"
#include "lan-path.h"
#include "lan-random-system.h"

#define FAREWELL_US      (300 * G_TIME_SPAN_MILLISECOND) /* what channels get to say END */
#define FAREWELL_STEP_MS 5
#define RELAYS_US        (1 * G_USEC_PER_SEC) /* after that: what relays get to hear that it is over */
#define DRAIN_US         (3 * G_USEC_PER_SEC) /* what the disk gets to take what waits */
#define SETTING          "app."

static void
fail (LanEngine *engine, GError *error)
{
  g_clear_error (&engine->open_error);
  engine->open_error = error;
  lan_engine_close (engine);
}

/* --- who one is --- */

void
lan_engine_tell_self (LanEngine *engine)
{
  LanEvent *event = lan_event_new (LAN_EVENT_SELF);

  event->person.account = *lan_vault_account_id (engine->vault);
  event->person.name = g_strdup (lan_vault_name (engine->vault));
  event->person.trust = LAN_TRUST_VERIFIED;
  event->person.flags = LAN_PERSON_ACCEPTED;
  event->person.online = TRUE;
  event->person.presence = engine->presence;
  event->person.status_text = g_strdup (engine->status_text);
  event->person.path = "";
  lan_engine_server_describe (engine, &event->person.account, &event->person);
  lan_engine_tell (engine, event);
}

static void
fill_config (LanEngine *engine, LanCoreConfig *config)
{
  config->device = lan_vault_device (engine->vault);
  config->list = lan_vault_list (engine->vault);
  config->cert = lan_vault_cert (engine->vault);
  config->random = lan_random_system ();
}

void
lan_engine_new_identity (LanEngine *engine, gboolean new_device)
{
  LanCoreConfig config;

  fill_config (engine, &config);
  lan_core_set_identity (engine->core, &config, &engine->now);
  if (new_device)
    lan_engine_links_new_device (engine);
  lan_engine_discovery_republish (engine);
  lan_engine_server_new_identity (engine);
  lan_engine_share_new_identity (engine);
  lan_engine_tell_self (engine);
}

/* --- opening --- */

static void
load_core (LanEngine *engine, const LanSnapshot *snapshot)
{
  LanCoreConfig config;

  fill_config (engine, &config);
  engine->core = lan_core_new (&config);
  for (guint i = 0; i < snapshot->persons->len; i++)
    lan_core_load_person (engine->core, g_ptr_array_index (snapshot->persons, i));
  for (guint i = 0; i < snapshot->devices->len; i++)
    lan_core_load_device (engine->core, g_ptr_array_index (snapshot->devices, i));
  for (guint i = 0; i < snapshot->conversations->len; i++) {
    const LanConversationPreview *preview = g_ptr_array_index (snapshot->conversations, i);

    lan_core_load_conversation (engine->core, &preview->row);
  }
  for (guint i = 0; i < snapshot->heads->len; i++) {
    const LanLogHead *head = &g_array_index (snapshot->heads, LanLogHead, i);

    lan_core_load_head (engine->core, &head->conversation, &head->device, head->seq, &head->hash,
                        head->hlc, head->order);
  }
  for (guint i = 0; i < snapshot->group_items->len; i++)
    lan_core_load_group_item (engine->core, g_ptr_array_index (snapshot->group_items, i));
  for (guint i = 0; i < snapshot->vectors->len; i++)
    lan_core_load_vector (engine->core, &g_array_index (snapshot->vectors, LanVectorRow, i));
  for (guint i = 0; i < snapshot->settings->len; i++) {
    const LanSettingRow *row = g_ptr_array_index (snapshot->settings, i);

    lan_core_load_setting (engine->core, row->key, row->value);
  }
  lan_engine_carry_load (engine, snapshot);
  lan_core_start (engine->core, &engine->now);
}

static void
tell_settings (LanEngine *engine, const LanSnapshot *snapshot)
{
  for (guint i = 0; i < snapshot->settings->len; i++) {
    const LanSettingRow *row = g_ptr_array_index (snapshot->settings, i);
    LanEvent *event;
    gsize len;
    const char *value;

    if (!g_str_has_prefix (row->key, SETTING))
      continue;
    value = g_bytes_get_data (row->value, &len);
    event = lan_event_new (LAN_EVENT_SETTING);
    event->code = g_strdup (row->key + strlen (SETTING));
    event->text = g_strndup (value, len);
    lan_engine_tell (engine, event);
  }
}

static void
tell_opened (LanEngine *engine, const LanSnapshot *snapshot)
{
  LanEvent *event;

  lan_engine_tell_self (engine);
  lan_engine_devices_tell (engine);
  lan_engine_server_tell (engine);
  tell_settings (engine, snapshot);
  lan_engine_operations_load (engine, snapshot);
  lan_engine_people_load (engine, snapshot);
  for (guint i = 0; i < snapshot->transfers->len; i++)
    if (!lan_shares_has (
            lan_engine_share_machine (engine->shares),
            &((LanTransferRow *) g_ptr_array_index (snapshot->transfers, i))->conversation) &&
        !lan_transfers_is_part (
            lan_engine_files_machine (engine->files),
            &((LanTransferRow *) g_ptr_array_index (snapshot->transfers, i))->id))
      lan_engine_files_tell (engine, g_ptr_array_index (snapshot->transfers, i), TRUE);
  lan_engine_share_tell_all (engine);
  event = lan_event_new (LAN_EVENT_HIDDEN);
  event->flags = lan_engine_discovery_is_hidden (engine);
  lan_engine_tell (engine, event);
  lan_engine_carry_tell (engine);
  event = lan_event_new (LAN_EVENT_OPENED);
  event->number = lan_engine_links_port (engine);
  event->flags = lan_vault_protection (engine->vault);
  lan_engine_tell (engine, event);
}

static void
renew_certificate (LanEngine *engine)
{
  g_autoptr (GError) error = NULL;

  if (lan_vault_needs_renewal (engine->vault, engine->now.wall_ms) &&
      !lan_vault_reissue (engine->vault, lan_vault_name (engine->vault), FALSE, engine->now.wall_ms,
                          &error))
    lan_engine_notice (engine, "keys", "%s", error->message);
}

static void
on_history (LanSnapshot *snapshot, const GError *error, gpointer user_data)
{
  LanEngine *engine = user_data;
  g_autoptr (LanSnapshot) owned = snapshot;
  GError *network = NULL;

  lan_engine_read_clock (engine);
  lan_engine_touch (engine);
  if (engine->close_asked)
    return;
  if (snapshot == NULL) {
    LanNodeError code = LAN_NODE_ERROR_FAILED;

    if (error->domain == LAN_STORE_ERROR)
      code = error->code == LAN_STORE_ERROR_FULL        ? LAN_NODE_ERROR_DISK_FULL
             : error->code == LAN_STORE_ERROR_NEWER     ? LAN_NODE_ERROR_NEWER
             : error->code == LAN_STORE_ERROR_LOCKED    ? LAN_NODE_ERROR_PROFILE_IN_USE
             : error->code == LAN_STORE_ERROR_DAMAGED   ? LAN_NODE_ERROR_HISTORY
             : error->code == LAN_STORE_ERROR_WRONG_KEY ? LAN_NODE_ERROR_HISTORY
                                                        : LAN_NODE_ERROR_FAILED;
    fail (engine, g_error_new_literal (LAN_NODE_ERROR, (int) code, error->message));
    return;
  }
  engine->stage = LAN_ENGINE_OPEN;
  engine->unsaved =
      g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, g_free, g_free);
  engine->self_id = *lan_vault_account_id (engine->vault);
  engine->operations = lan_engine_operations_new ();
  engine->stores = lan_engine_store_new (engine);
  engine->keep = lan_engine_keep_new (engine);
  engine->people = lan_engine_people_new (engine);
  renew_certificate (engine);
  load_core (engine, snapshot);
  lan_engine_files_open (engine, snapshot);
  lan_engine_share_open (engine, snapshot);
  lan_engine_call_open (engine);
  if (!lan_engine_links_open (engine, &network) ||
      !lan_engine_discovery_open (engine, snapshot, &network)) {
    fail (engine, network);
    return;
  }
  lan_engine_links_load (engine, snapshot);
  lan_engine_server_open (engine, snapshot);
  tell_opened (engine, snapshot);
}

static void
on_keys (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanEngine *engine = user_data;
  GError *error = NULL;

  engine->vault = lan_vault_open_finish (result, &error);
  engine->vault_busy = FALSE;
  lan_engine_touch (engine);
  if (engine->close_asked) {
    g_clear_error (&error);
    lan_engine_close (engine);
    return;
  }
  if (engine->vault == NULL) {
    fail (engine, error);
    return;
  }
  engine->store = lan_store_open (lan_profile_history_path (engine->profile),
                                  lan_vault_history_key (engine->vault), LAN_STORE_FLAG_NONE,
                                  on_history, engine);
}

void
lan_engine_open (LanEngine *engine, const char *name, const char *passphrase)
{
  LanVaultRequest request = { .name = name,
                              .passphrase = passphrase,
                              .keyring = engine->config.keyring };
  GError *error = NULL;

  if (engine->stage != LAN_ENGINE_NEW)
    return;
  engine->stage = LAN_ENGINE_OPENING;
  engine->presence = LAN_PERSON_PRESENCE_AVAILABLE;
  engine->profile = lan_profile_lock (engine->config.profile_dir, name != NULL, &error);
  if (engine->profile == NULL) {
    fail (engine, error);
    return;
  }
  request.path = lan_profile_keys_path (engine->profile);
  engine->vault_busy = TRUE;
  lan_vault_open_async (&request, on_keys, engine);
}

/* --- closing --- */

static void
finish (LanEngine *engine)
{
  if (engine->open_error != NULL) {
    LanEvent *event = lan_event_new (LAN_EVENT_OPENED);

    event->error = g_steal_pointer (&engine->open_error);
    lan_engine_tell (engine, event);
  }
  lan_engine_linking_free (engine);
  g_clear_pointer (&engine->server, lan_engine_server_free);
  g_clear_pointer (&engine->discovery, lan_engine_discovery_free);
  lan_engine_links_free (engine);
  g_clear_pointer (&engine->calls, lan_engine_call_free);
  g_clear_pointer (&engine->shares, lan_engine_share_free);
  g_clear_pointer (&engine->files, lan_engine_files_free);
  g_clear_pointer (&engine->people, lan_engine_people_free);
  lan_engine_operations_free (engine, g_steal_pointer (&engine->operations));
  g_clear_pointer (&engine->keep, lan_engine_keep_free);
  g_clear_pointer (&engine->stores, lan_engine_store_free);
  g_clear_pointer (&engine->core, lan_core_free);
  g_clear_pointer (&engine->unsaved, g_hash_table_unref);
  g_clear_pointer (&engine->vault, lan_vault_free);
  g_clear_pointer (&engine->profile, lan_profile_free);
  g_clear_pointer (&engine->status_text, g_free);
  lan_engine_finish (engine);
}

static void
on_history_closed (const GError *error, gpointer user_data)
{
  if (error != NULL)
    g_info ("the history closed with: %s", error->message);
  finish (user_data);
}

static void
close_history (LanEngine *engine)
{
  LanStore *store = g_steal_pointer (&engine->store);

  if (store != NULL)
    lan_store_close (store, on_history_closed, engine);
  else
    finish (engine);
}

static gboolean
has_said_farewell (LanEngine *engine)
{
  gint64 late_us = engine->now.mono_us - engine->farewell_us;

  if (lan_engine_links_count (engine) > 0 || !lan_engine_server_is_gone (engine))
    return late_us >= 0;
  return lan_paths_closing () == 0 || late_us >= RELAYS_US;
}

/* Channels say END in their own time; whoever does not get it finds out by the broken connection. */
static gboolean
on_farewell (gpointer data)
{
  LanEngine *engine = data;

  lan_engine_read_clock (engine);
  if (!has_said_farewell (engine))
    return G_SOURCE_CONTINUE;
  close_history (engine);
  return G_SOURCE_REMOVE;
}

static void
say_farewell (LanEngine *engine)
{
  GSource *timer;

  lan_engine_discovery_shut (engine);
  lan_engine_links_shut (engine);
  lan_engine_server_shut (engine);
  engine->farewell_us = engine->now.mono_us + FAREWELL_US;
  if (has_said_farewell (engine)) {
    close_history (engine);
    return;
  }
  timer = g_timeout_source_new (FAREWELL_STEP_MS);
  g_source_set_callback (timer, on_farewell, engine, NULL);
  g_source_attach (timer, engine->context);
  g_source_unref (timer);
}

/* What was asked before the end goes to disk first; a disk that takes nothing is not waited for. */
static gboolean
must_wait (LanEngine *engine)
{
  if (engine->stage != LAN_ENGINE_OPEN || engine->stores == NULL || engine->open_error != NULL)
    return FALSE;
  if (engine->drain_us == 0) {
    engine->drain_us = engine->now.mono_us + DRAIN_US;
    lan_engine_call_quit (engine);
    lan_engine_call_run (engine); /* its record is written like others */
    lan_core_flush (engine->core, &engine->now);
    lan_engine_touch (engine);
  }
  engine->deadline_us = MIN (engine->deadline_us, engine->drain_us);
  return engine->dirty ||
         (!lan_engine_store_is_idle (engine->stores) && engine->now.mono_us < engine->drain_us);
}

void
lan_engine_close (LanEngine *engine)
{
  if (!engine->close_asked) {
    engine->close_asked = TRUE;
    lan_engine_touch (engine); /* commands of this turn have their effects first */
  }
  if (engine->stage >= LAN_ENGINE_CLOSING || engine->vault_busy || engine->workers > 0 ||
      must_wait (engine))
    return; /* under way, or called again at the end of a turn or by the worker */
  engine->stage = LAN_ENGINE_CLOSING;
  if (engine->links != NULL)
    say_farewell (engine);
  else
    close_history (engine);
}
