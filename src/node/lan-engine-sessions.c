/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Peers: one LanSession for each remote device that is known, and the carrying out of what sessions
 * decide: dials, links, signals. Also why a channel to a person is wanted.
 */
#include "lan-engine-discovery.h"
#include "lan-engine-links-private.h"
#include "lan-engine-people.h"
#include "lan-engine-server.h"
#include "lan-engine-store.h"
#include "lan-random-system.h"

#include <string.h>

#define DEVICES_MAX 64

void
lan_engine_peer_touch (LanPeer *peer)
{
  if (!peer->touched)
    g_ptr_array_add (peer->engine->links->touched, peer);
  peer->touched = TRUE;
  lan_engine_touch (peer->engine);
}

static LanWant
wants_of (LanEngine *engine, const LanAccountId *account)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (engine->links->wants, account));
}

static gboolean
is_favourite (LanEngine *engine, const LanAccountId *account)
{
  const LanPersonRow *row = lan_core_get_person (engine->core, account);

  return row != NULL && (row->flags & LAN_PERSON_FAVOURITE) != 0 &&
         (row->flags & LAN_PERSON_BLOCKED) == 0;
}

/* Those of one's own that are not this one. */
static gboolean
is_ours (const LanPeer *peer)
{
  return lan_account_id_equal (&peer->account, lan_vault_account_id (peer->engine->vault));
}

static gboolean
has_records (const LanPeer *peer)
{
  return g_hash_table_contains (peer->engine->links->device_wants, &peer->device);
}

gboolean
lan_engine_peer_is_wanted (LanPeer *peer)
{
  return wants_of (peer->engine, &peer->account) != 0 || has_records (peer) || is_ours (peer) ||
         is_favourite (peer->engine, &peer->account);
}

static void
apply_wants (LanPeer *peer)
{
  LanEngine *engine = peer->engine;
  gboolean active = lan_core_is_active_device (engine->core, &peer->account, &peer->device);
  LanWant wants = active ? wants_of (engine, &peer->account) : 0;

  /* One's own devices keep a lane: a link would bring nothing that goes between them. */
  lan_session_set_keep_lane (peer->session,
                             active && ((wants & (LAN_WANT_VIEW | LAN_WANT_SIGN)) != 0 ||
                                        is_ours (peer) || is_favourite (engine, &peer->account)),
                             engine->now.mono_us);
  lan_session_set_demand (
      peer->session,
      active && !is_ours (peer) &&
          ((wants & (LAN_WANT_RECORDS | LAN_WANT_FILES | LAN_WANT_SHARES | LAN_WANT_CALL)) != 0 ||
           has_records (peer)),
      engine->now.mono_us);
  lan_engine_peer_touch (peer);
}

LanPeer *
lan_engine_peer_ensure (LanEngine *engine, const LanAccountId *account, const LanDeviceId *device,
                        const guint8 *dh)
{
  LanEngineLinks *links = engine->links;
  LanPeer *peer = g_hash_table_lookup (links->peers, device);
  LanSessionConfig config = {
    .self = *lan_device_keys_id (lan_vault_device (engine->vault)),
    .remote = *device,
    .remote_key = dh,
    .pool = &links->pool,
    .random = lan_random_system (),
  };

  if (peer != NULL)
    return peer;
  peer = g_new0 (LanPeer, 1);
  peer->engine = engine;
  peer->device = *device;
  peer->account = *account;
  peer->session = lan_session_new (&config);
  peer->channels = g_ptr_array_new ();
  peer->told_state = "down";
  peer->told_path = "";
  g_hash_table_insert (links->peers, &peer->device, peer);
  lan_engine_discovery_give_addresses (engine, account);
  lan_session_set_post (peer->session, lan_engine_server_has_post (engine, account, device),
                        engine->now.mono_us);
  lan_session_set_relay (peer->session, lan_engine_server_has_relay (engine), engine->now.mono_us);
  apply_wants (peer);
  return peer;
}

void
lan_engine_peer_free (LanPeer *peer)
{
  lan_deadlines_cancel_all (peer->engine->links->deadlines, peer);
  g_ptr_array_remove (peer->engine->links->touched, peer);
  for (guint i = 0; i < peer->channels->len; i++)
    ((LanEngineChannel *) g_ptr_array_index (peer->channels, i))->peer = NULL;
  g_ptr_array_unref (peer->channels);
  lan_session_free (peer->session);
  g_free (peer);
}

/* Runs @f for each peer of @account, after making those that core knows devices of. */
static void
for_each_peer (LanEngine *engine, const LanAccountId *account, void (*f) (LanPeer *, gpointer),
               gpointer data)
{
  LanCert certs[DEVICES_MAX];
  guint n = lan_core_get_devices (engine->core, account, certs, DEVICES_MAX);

  for (guint i = 0; i < n; i++)
    f (lan_engine_peer_ensure (engine, account, &certs[i].device, certs[i].dh_public), data);
}

/* --- what is wanted --- */

static void adopt_lingering (LanEngine *engine, const LanAccountId *account);

static void
on_want (LanPeer *peer, gpointer data)
{
  apply_wants (peer);
}

void
lan_engine_links_want (LanEngine *engine, const LanAccountId *account, LanWant want, gboolean on)
{
  LanWant before = wants_of (engine, account), now = on ? before | want : before & ~want;

  if (now == before)
    return;
  g_hash_table_insert (engine->links->wants, g_memdup2 (account, sizeof *account),
                       GUINT_TO_POINTER (now));
  if (now != 0)
    adopt_lingering (engine, account);
  if (now != 0)
    lan_engine_server_want (engine, account);
  else
    lan_engine_server_on_person (engine, account);
  for_each_peer (engine, account, on_want, NULL);
}

void
lan_engine_links_want_device (LanEngine *engine, const LanAccountId *account,
                              const LanDeviceId *device, gboolean on)
{
  if (lan_device_id_is_zero (device)) {
    lan_engine_links_want (engine, account, LAN_WANT_RECORDS, on);
    return;
  }
  if (on) {
    g_hash_table_add (engine->links->device_wants, g_memdup2 (device, sizeof *device));
    if (on)
      lan_engine_server_want (engine, account);
    adopt_lingering (engine, account);
  } else {
    g_hash_table_remove (engine->links->device_wants, device);
  }
  for_each_peer (engine, account, on_want, NULL);
}

/* A session of a device that is no more wants nothing. */
static void
quiet_revoked (LanEngine *engine, const LanAccountId *account)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, engine->links->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanPeer *peer = value;

    if (lan_account_id_equal (&peer->account, account) &&
        !lan_core_is_active_device (engine->core, account, &peer->device))
      apply_wants (peer);
  }
}

void
lan_engine_links_on_person (LanEngine *engine, const LanAccountId *account)
{
  quiet_revoked (engine, account);
  if (wants_of (engine, account) != 0 ||
      lan_account_id_equal (account, lan_vault_account_id (engine->vault)) ||
      is_favourite (engine, account) || lan_engine_links_is_up (engine, account))
    for_each_peer (engine, account, on_want, NULL);
}

typedef struct {
  const char *address;
  guint16 port;
  gboolean seen;
  gboolean hidden;
} AddressCall;

static void
on_add (LanPeer *peer, gpointer data)
{
  const AddressCall *call = data;

  lan_session_add_address (peer->session, call->address, call->port, call->seen,
                           peer->engine->now.mono_us);
  lan_engine_peer_touch (peer);
}

void
lan_engine_links_add_address (LanEngine *engine, const LanAccountId *account, const char *address,
                              guint16 port, gboolean seen)
{
  AddressCall call = { address, port, seen };

  for_each_peer (engine, account, on_add, &call);
}

static void
on_lose (LanPeer *peer, gpointer data)
{
  const AddressCall *call = data;

  lan_session_lose_address (peer->session, call->address, call->port);
}

void
lan_engine_links_lose_address (LanEngine *engine, const LanAccountId *account, const char *address,
                               guint16 port)
{
  AddressCall call = { address, port };

  for_each_peer (engine, account, on_lose, &call);
}

static void
on_hidden (LanPeer *peer, gpointer data)
{
  lan_session_set_remote_hidden (peer->session, ((const AddressCall *) data)->hidden);
}

void
lan_engine_links_set_hidden (LanEngine *engine, const LanAccountId *account, gboolean hidden)
{
  AddressCall call = { .hidden = hidden };

  for_each_peer (engine, account, on_hidden, &call);
}

/* --- lanes --- */

/* "address port" */
static GPtrArray *
parse_addresses (GPtrArray *texts)
{
  GPtrArray *sockets = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < texts->len; i++) {
    g_auto (GStrv) parts = g_strsplit (g_ptr_array_index (texts, i), " ", 2);
    GSocketAddress *socket =
        parts[1] != NULL
            ? lan_socket_address_parse (parts[0], (guint16) g_ascii_strtoull (parts[1], NULL, 10))
            : NULL;

    if (socket != NULL)
      g_ptr_array_add (sockets, socket);
  }
  return sockets;
}

static void
dial (LanPeer *peer, const LanSessionAction *action)
{
  LanEngine *engine = peer->engine;
  g_autoptr (GPtrArray) sockets = parse_addresses (action->addresses);
  LanChannel *lane =
      lan_tcp_lane_dial (&engine->links->keys, action->with_key ? action->key : NULL, sockets);
  LanEngineChannel *c = lan_engine_channel_new (engine, lane, peer, action->lane);

  c->dialled = TRUE;
  lan_engine_peer_tell_state (peer);
}

void
lan_engine_links_probe (LanEngine *engine, guint64 candidate, GPtrArray *addresses)
{
  g_autoptr (GPtrArray) sockets = parse_addresses (addresses);
  LanChannel *lane = lan_tcp_lane_dial (&engine->links->keys, NULL, sockets);
  LanEngineChannel *c = lan_engine_channel_new (engine, lane, NULL, 0);

  c->candidate = candidate;
  c->dialled = TRUE;
}

static void
leave (LanEngineChannel *c, LanSessionFail fail)
{
  LanPeer *peer = c->peer;

  g_ptr_array_remove (peer->channels, c);
  c->peer = NULL;
  if (lan_channel_kind (c->channel) != LAN_CHANNEL_LINK)
    lan_session_on_lane_down (peer->session, c->handle, fail, peer->engine->now.mono_us);
  lan_engine_peer_touch (peer);
}

void
lan_engine_peer_take (LanPeer *peer, LanEngineChannel *c)
{
  LanEngine *engine = peer->engine;

  if (c->peer != NULL)
    leave (c, LAN_SESSION_FAIL_HANDSHAKE);
  c->peer = peer;
  c->handle = LAN_SESSION_NODES_LANE | (c->dialled ? LAN_SESSION_NODES_DIAL : 0) | c->id;
  g_ptr_array_add (peer->channels, c);
  lan_session_on_lane_up (peer->session, c->handle, c->dh, (c->caps & LAN_CAP_LINK) != 0,
                          engine->now.mono_us);
  lan_engine_peer_touch (peer);
}

void
lan_engine_peer_adopt (LanEngineChannel *c)
{
  if (!c->lingers)
    return;
  c->lingers = FALSE;
  lan_deadlines_cancel (c->engine->links->deadlines, c, LAN_LINKS_DUE_LINGER);
  lan_engine_peer_take (lan_engine_peer_ensure (c->engine, &c->account, &c->device, c->dh), c);
}

static void
adopt_lingering (LanEngine *engine, const LanAccountId *account)
{
  g_autoptr (GList) all = g_hash_table_get_values (engine->links->channels);

  for (GList *l = all; l != NULL; l = l->next) {
    LanEngineChannel *c = l->data;

    if (c->lingers && !c->ending && lan_account_id_equal (&c->account, account))
      lan_engine_peer_adopt (c);
  }
}

/* It is another device's: core will say whose. */
static void
on_key_changed (LanPeer *peer, const LanSessionAction *action)
{
  LanEngineChannel *c = lan_engine_peer_find_lane (peer, action->lane);

  if (c == NULL)
    return;
  g_ptr_array_remove (peer->channels, c);
  c->peer = NULL;
  if (c->identified)
    lan_engine_peer_take (lan_engine_peer_ensure (peer->engine, &c->account, &c->device, c->dh), c);
}

/* --- actions --- */

static void
end_lane (LanPeer *peer, guint64 handle)
{
  LanEngineChannel *c = lan_engine_peer_find_lane (peer, handle);

  if (c != NULL)
    lan_engine_channel_end (c);
}

static void
carry_out (LanPeer *peer, const LanSessionAction *action)
{
  switch (action->type) {
  case LAN_SESSION_DIAL:
    dial (peer, action);
    break;
  case LAN_SESSION_CLOSE_LANE:
    end_lane (peer, action->lane);
    break;
  case LAN_SESSION_OFFER_LINK:
  case LAN_SESSION_ANSWER_LINK:
    lan_engine_peer_make_link (peer, action);
    break;
  case LAN_SESSION_GIVE_SIGNAL:
    lan_engine_peer_give_signal (peer, &action->signal);
    break;
  case LAN_SESSION_SEND_SIGNAL:
    lan_engine_peer_send_signal (peer, action);
    break;
  case LAN_SESSION_MOVE_LINK:
  case LAN_SESSION_RESUME_LINK:
  case LAN_SESSION_CLOSE_LINK:
    lan_engine_peer_with_link (peer, action);
    break;
  case LAN_SESSION_PREFER:
  case LAN_SESSION_UNREACHABLE:
    lan_engine_peer_tell_state (peer);
    break;
  case LAN_SESSION_KEY_CHANGED:
    on_key_changed (peer, action);
    break;
  }
}

static gboolean
run_peer (LanPeer *peer)
{
  gboolean any = FALSE;

  for (;;) {
    g_auto (LanSessionAction) action = { 0 };

    if (!lan_session_next_action (peer->session, &action))
      break;
    any = TRUE;
    carry_out (peer, &action);
  }
  lan_deadlines_set (peer->engine->links->deadlines, peer, LAN_LINKS_DUE_SESSION,
                     lan_session_next_deadline (peer->session));
  return any;
}

gboolean
lan_engine_links_run (LanEngine *engine)
{
  LanEngineLinks *links = engine->links;
  gboolean any = FALSE;
  gpointer key;
  guint what;

  while (lan_deadlines_pop (links->deadlines, engine->now.mono_us, &key, &what)) {
    if (what == LAN_LINKS_DUE_LINGER) {
      lan_engine_channel_end (key);
      continue;
    }
    if (what == LAN_LINKS_DUE_DOUBT)
      lan_engine_peer_judge (key);
    else
      lan_session_advance (((LanPeer *) key)->session, engine->now.mono_us);
    lan_engine_peer_touch (key);
  }
  while (links->touched->len > 0) {
    LanPeer *peer = g_ptr_array_steal_index_fast (links->touched, links->touched->len - 1);

    peer->touched = FALSE;
    any |= run_peer (peer);
  }
  return any;
}

gint64
lan_engine_links_deadline (LanEngine *engine)
{
  return lan_deadlines_next (engine->links->deadlines);
}
