/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The listener, the tables of channels and peers, and what others want to know of them. */
#include "lan-engine-discovery.h"
#include "lan-engine-links-private.h"
#include "lan-engine-people.h"
#include "lan-engine-server.h"
#include "lan-engine-store.h"

#include <string.h>

/* --- listening --- */

static void
on_lane (LanListener *listener, LanChannel *lane, const LanChannelPeer *proof, gpointer data)
{
  LanEngine *engine = data;
  LanEngineChannel *c;
  LanAccountId account;
  LanDeviceId device;

  lan_engine_read_clock (engine);
  lan_engine_touch (engine);
  if (engine->stage != LAN_ENGINE_OPEN) {
    lan_channel_free (lane);
    return;
  }
  c = lan_engine_channel_new (engine, lane, NULL, 0);
  lan_engine_channel_on_up (c, proof);
  if (lan_core_find_dh (engine->core, c->dh, &account, &device))
    lan_engine_peer_take (lan_engine_peer_ensure (engine, &account, &device, c->dh), c);
}

static gboolean
on_accepts_xx (LanListener *listener, gpointer data)
{
  return !lan_engine_discovery_is_hidden (data);
}

/* Blocked people are not answered at all. */
static gboolean
on_check_known (LanListener *listener, const guint8 *dh, const LanHello *hello, gpointer data)
{
  LanEngine *engine = data;
  LanAccountId account;
  LanDeviceId device;
  const LanPersonRow *row;

  if (!lan_engine_hello_is_new (engine, dh, hello->ts))
    return FALSE;
  if (!lan_core_find_dh (engine->core, dh, &account, &device))
    return TRUE;
  row = lan_core_get_person (engine->core, &account);
  return row == NULL || (row->flags & LAN_PERSON_BLOCKED) == 0;
}

static const LanListenerEvents listener_events = { on_lane, on_accepts_xx, on_check_known };

static void
set_keys (LanEngine *engine)
{
  LanEngineLinks *links = engine->links;
  const LanDeviceKeys *device = lan_vault_device (engine->vault);

  memcpy (links->keys.dh_secret, lan_device_keys_dh_secret (device), LAN_KEY_BYTES);
  links->keys.hello = lan_engine_hello;
  links->keys.data = engine;
}

/* Asked for exactly one port, another will not do. */
static gboolean
listen (LanEngine *engine, guint16 wanted, gboolean exactly, GError **error)
{
  g_autoptr (GError) cause = NULL;
  const LanListenerConfig config = { .port = wanted };

  engine->links->listener =
      lan_listener_new (&config, &engine->links->keys, &listener_events, engine, &cause);
  if (engine->links->listener == NULL) {
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NETWORK, "cannot listen for others: %s",
                 cause->message);
    return FALSE;
  }
  if (exactly && lan_listener_port (engine->links->listener) != wanted) {
    g_clear_pointer (&engine->links->listener, lan_listener_free);
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NETWORK,
                 "port %u is in use by another program: choose another one", wanted);
    return FALSE;
  }
  return TRUE;
}

gboolean
lan_engine_links_open (LanEngine *engine, GError **error)
{
  LanEngineLinks *links = g_new0 (LanEngineLinks, 1);
  int port = engine->config.port;

  links->deadlines = lan_deadlines_new ();
  links->channels = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                           (GDestroyNotify) lan_engine_channel_free);
  links->peers = g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, NULL,
                                        (GDestroyNotify) lan_engine_peer_free);
  links->wants = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, NULL);
  links->device_wants =
      g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, g_free, NULL);
  links->seen_ts = lan_seen_ts_new (lan_engine_hello_is_known, engine);
  links->signal_ts = lan_seen_ts_new (lan_engine_hello_is_known, engine);
  links->touched = g_ptr_array_new ();
  engine->links = links;
  set_keys (engine);
  return listen (engine, port < 0 ? LAN_LISTENER_PORT : (guint16) port, port > 0, error);
}

/* The table changes under the hands of whoever ends a channel. */
static void
end_all (LanEngine *engine)
{
  g_autoptr (GList) all = g_hash_table_get_values (engine->links->channels);

  for (GList *l = all; l != NULL; l = l->next)
    lan_engine_channel_end (l->data);
}

void
lan_engine_links_shut (LanEngine *engine)
{
  g_clear_pointer (&engine->links->listener, lan_listener_free);
  end_all (engine);
}

guint
lan_engine_links_count (LanEngine *engine)
{
  return engine->links != NULL ? g_hash_table_size (engine->links->channels) : 0;
}

void
lan_engine_links_free (LanEngine *engine)
{
  LanEngineLinks *links = engine->links;

  if (links == NULL)
    return;
  g_clear_pointer (&links->listener, lan_listener_free);
  g_hash_table_unref (links->peers); /* before the channels: it takes itself out of them */
  g_hash_table_unref (links->channels);
  g_hash_table_unref (links->wants);
  g_hash_table_unref (links->device_wants);
  lan_seen_ts_free (links->seen_ts);
  lan_seen_ts_free (links->signal_ts);
  g_ptr_array_unref (links->touched);
  lan_deadlines_free (links->deadlines);
  lan_secret_wipe (&links->keys, sizeof links->keys);
  engine->links = NULL;
  g_free (links);
}

guint16
lan_engine_links_port (LanEngine *engine)
{
  return lan_listener_port (engine->links->listener);
}

void
lan_engine_links_load (LanEngine *engine, const LanSnapshot *snapshot)
{
  lan_engine_hello_load (engine, snapshot);
  for (guint i = 0; i < snapshot->addresses->len; i++) {
    const LanAddressRow *row = g_ptr_array_index (snapshot->addresses, i);

    lan_engine_links_add_address (engine, &row->account, row->address, row->port, FALSE);
  }
}

void
lan_engine_links_keep_address (LanEngine *engine, const LanAccountId *account,
                               const LanDeviceId *device, const char *address, guint16 port)
{
  GPtrArray *changes = lan_changes_new ();
  LanChange *change = lan_changes_add (changes, LAN_CHANGE_ADDRESS);

  change->address.device = *device;
  change->address.account = *account;
  change->address.address = g_strdup (address);
  change->address.port = port;
  change->address.last_ms = engine->now.wall_ms;
  lan_engine_store_commit (engine->stores, LAN_BATCH_OF_NODE, 0, changes);
}

/* --- the ground moves --- */

static void
for_each (LanEngine *engine, void (*f) (LanSession *, gint64))
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, engine->links->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    f (((LanPeer *) value)->session, engine->now.mono_us);
    lan_engine_peer_touch (value);
  }
}

void
lan_engine_links_network_changed (LanEngine *engine)
{
  engine->links->moved_us = engine->now.mono_us;
  for_each (engine, lan_session_on_network_changed);
  lan_engine_server_network_changed (engine);
}

void
lan_engine_links_resumed (LanEngine *engine)
{
  g_info ("the machine slept");
  for_each (engine, lan_session_on_resume);
  lan_engine_server_network_changed (engine);
}

/* Unlike end_all(), the sessions go on: they hear of each end, and dial again with the new keys. */
static void
close_all (LanEngine *engine)
{
  g_autoptr (GList) all = g_hash_table_get_values (engine->links->channels);

  for (GList *l = all; l != NULL; l = l->next)
    lan_channel_close (((LanEngineChannel *) l->data)->channel);
}

void
lan_engine_links_new_device (LanEngine *engine)
{
  const LanDeviceId *self = lan_device_keys_id (lan_vault_device (engine->vault));
  LanListener *listener = g_steal_pointer (&engine->links->listener);
  guint16 port = listener != NULL ? lan_listener_port (listener) : 0;
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer value;

  lan_listener_free (listener);
  close_all (engine);
  set_keys (engine);
  g_hash_table_iter_init (&iter, engine->links->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    lan_session_set_self (((LanPeer *) value)->session, self);
  if (!listen (engine, port, FALSE, &error))
    lan_engine_notice (engine, "network", "%s", error->message);
}

/* --- what others want to know --- */

/* The channel that frames to @account go over: a link before a lane. */
static LanEngineChannel *
best_of (LanEngine *engine, const LanAccountId *account)
{
  LanEngineChannel *best = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, engine->links->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanEngineChannel *c = value;

    if (!c->identified || c->ending || !lan_account_id_equal (&c->account, account))
      continue;
    if (lan_engine_channel_is_better (c, best))
      best = c;
  }
  return best;
}

gboolean
lan_engine_links_is_up (LanEngine *engine, const LanAccountId *account)
{
  return best_of (engine, account) != NULL;
}

static const char *
path_of (LanEngineChannel *c)
{
  LanLinkStats stats;

  if (lan_channel_kind (c->channel) != LAN_CHANNEL_LINK)
    return "direct";
  lan_link_get_stats (lan_link_from_channel (c->channel), &stats);
  return stats.path_type == LAN_PATH_RELAYED ? "relayed" : "direct";
}

void
lan_engine_links_describe (LanEngine *engine, const LanAccountId *account, const char **path,
                           gint64 *rtt_us)
{
  LanEngineChannel *c = best_of (engine, account);

  *path = "";
  *rtt_us = 0;
  if (c == NULL)
    return;
  *path = path_of (c);
  if (lan_channel_kind (c->channel) == LAN_CHANNEL_LINK) {
    LanLinkStats stats;

    lan_link_get_stats (lan_link_from_channel (c->channel), &stats);
    *rtt_us = MAX (stats.rtt_us, 0);
  }
}

static gboolean
is_connecting (LanPeer *peer)
{
  for (guint i = 0; i < peer->channels->len; i++) {
    LanEngineChannel *c = g_ptr_array_index (peer->channels, i);

    if (!c->identified && !c->ending)
      return TRUE;
  }
  return FALSE;
}

void
lan_engine_peer_tell_state (LanPeer *peer)
{
  LanEngine *engine = peer->engine;
  LanEngineChannel *c = best_of (engine, &peer->account);
  const char *state = c != NULL ? "up" : is_connecting (peer) ? "connecting" : "down";
  const char *path = c != NULL ? path_of (c) : "";
  LanEvent *event;

  if (lan_account_id_equal (&peer->account, lan_vault_account_id (engine->vault)))
    return; /* one's own devices are told of as devices */
  if (strcmp (state, peer->told_state) == 0 && strcmp (path, peer->told_path) == 0)
    return;
  peer->told_state = state;
  peer->told_path = path;
  lan_engine_people_mark (engine, &peer->account);
  event = lan_event_new (LAN_EVENT_LINK_STATE);
  event->account = peer->account;
  event->text = g_strdup (state);
  event->code = g_strdup (path);
  lan_engine_tell (engine, event);
}

static char *
socket_text (GSocketAddress *socket)
{
  guint16 port = 0;
  g_autofree char *text = socket != NULL ? lan_socket_address_text (socket, &port) : NULL;

  if (text == NULL)
    return g_strdup ("");
  return strchr (text, ':') != NULL ? g_strdup_printf ("[%s]:%u", text, port)
                                    : g_strdup_printf ("%s:%u", text, port);
}

LanPersonStats *
lan_engine_links_stats (LanEngine *engine, const LanAccountId *account)
{
  LanEngineChannel *c = best_of (engine, account);
  LanPersonStats *stats = g_new0 (LanPersonStats, 1);

  if (c == NULL) {
    stats->local_address = g_strdup ("");
    stats->state = g_strdup ("none");
    stats->path = g_strdup ("");
    stats->remote_address = g_strdup ("");
    return stats;
  }
  stats->path = g_strdup (path_of (c));
  stats->bytes_sent = c->bytes_sent;
  stats->bytes_received = c->bytes_received;
  stats->up_since = c->up_ms;
  stats->opened_us = c->opened_us;
  if (lan_channel_kind (c->channel) == LAN_CHANNEL_LINK) {
    LanLinkStats link;

    lan_link_get_stats (lan_link_from_channel (c->channel), &link);
    stats->state = g_strdup ("link");
    stats->rtt_us = MAX (link.rtt_us, 0);
    stats->packets_lost = link.packets_lost;
    if (!lan_link_addresses (lan_link_from_channel (c->channel), &stats->local_address,
                             &stats->remote_address))
      stats->remote_address = g_strdup ("");
  } else {
    g_autoptr (GSocketAddress) local = lan_tcp_lane_local_address (c->channel);

    stats->state = g_strdup ("lane");
    stats->remote_address = socket_text (lan_tcp_lane_remote_address (c->channel));
    stats->local_address = socket_text (local);
  }
  if (stats->local_address == NULL)
    stats->local_address = g_strdup ("");
  return stats;
}
