/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Peers: one LanSession for each remote device that is known, and the carrying out of what sessions
 * decide: dials, links, signals. Also why a channel to a person is wanted.
 */
#include "lan-engine-discovery.h"
#include "lan-engine-links-private.h"
#include "lan-engine-people.h"
#include "lan-engine-store.h"
#include "lan-frame.h"
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

static void
apply_wants (LanPeer *peer)
{
  LanEngine *engine = peer->engine;
  LanWant wants = wants_of (engine, &peer->account);

  lan_session_set_keep_lane (peer->session,
                             (wants & LAN_WANT_VIEW) != 0 || is_favourite (engine, &peer->account),
                             engine->now.mono_us);
  lan_session_set_demand (peer->session, (wants & (LAN_WANT_RECORDS | LAN_WANT_FILES)) != 0,
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
  for_each_peer (engine, account, on_want, NULL);
}

void
lan_engine_links_on_person (LanEngine *engine, const LanAccountId *account)
{
  if (wants_of (engine, account) != 0 || is_favourite (engine, account) ||
      lan_engine_links_is_up (engine, account))
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

static LanEngineChannel *
find_lane (LanPeer *peer, guint64 handle)
{
  for (guint i = 0; i < peer->channels->len; i++) {
    LanEngineChannel *c = g_ptr_array_index (peer->channels, i);

    if (c->handle == handle && handle != 0)
      return c;
  }
  return NULL;
}

static LanEngineChannel *
find_link (LanPeer *peer, const LanLinkId *id)
{
  for (guint i = 0; i < peer->channels->len; i++) {
    LanEngineChannel *c = g_ptr_array_index (peer->channels, i);

    if (c->handle == 0 && lan_link_id_equal (&c->link_id, id))
      return c;
  }
  return NULL;
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

/* It is another device's: core will say whose. */
static void
on_key_changed (LanPeer *peer, const LanSessionAction *action)
{
  LanEngineChannel *c = find_lane (peer, action->lane);

  if (c == NULL)
    return;
  g_ptr_array_remove (peer->channels, c);
  c->peer = NULL;
  if (c->identified)
    lan_engine_peer_take (lan_engine_peer_ensure (peer->engine, &c->account, &c->device, c->dh), c);
}

/* --- links --- */

static void
on_link_signal (LanLink *link, const LanLinkSignal *signal, gpointer data)
{
  LanEngineChannel *c = data;
  LanSessionSignal s = { signal->link_id, (LanSessionSignalType) signal->type, signal->path,
                         signal->text };

  if (c->peer == NULL || c->ending)
    return;
  lan_engine_read_clock (c->engine);
  lan_session_on_link_signal (c->peer->session, &s, c->engine->now.mono_us);
  lan_engine_peer_touch (c->peer);
}

static void
on_link_path (LanLink *link, LanPathType type, gpointer data)
{
  LanEngineChannel *c = data;

  if (c->peer == NULL)
    return;
  lan_engine_read_clock (c->engine);
  lan_session_on_link_path (c->peer->session, &c->link_id, type != LAN_PATH_NONE,
                            c->engine->now.mono_us);
  lan_engine_peer_touch (c->peer);
  lan_engine_peer_tell_state (c->peer);
}

static const LanLinkEvents link_events = { .signal = on_link_signal, .path = on_link_path };

static gboolean
find_key (LanPeer *peer, guint8 dh[LAN_KEY_BYTES])
{
  LanCert certs[DEVICES_MAX];
  guint n = lan_core_get_devices (peer->engine->core, &peer->account, certs, DEVICES_MAX);

  for (guint i = 0; i < n; i++) {
    if (lan_device_id_equal (&certs[i].device, &peer->device)) {
      memcpy (dh, certs[i].dh_public, LAN_KEY_BYTES);
      return TRUE;
    }
  }
  return FALSE;
}

static void
make_link (LanPeer *peer, const LanSessionAction *action)
{
  LanEngine *engine = peer->engine;
  gboolean is_offer = action->type == LAN_SESSION_OFFER_LINK;
  g_autoptr (GError) error = NULL;
  LanLinkConfig config = {
    .link_id = action->signal.link_id,
    .offerer = is_offer,
    .keys = engine->links->keys,
  };
  LanEngineChannel *c;
  LanLink *link = NULL;

  /* The link's events carry the channel, which carries the link: made in two steps. */
  c = g_new0 (LanEngineChannel, 1);
  if (find_key (peer, config.remote_key))
    link = lan_link_new (&config, &link_events, c, &error);
  if (link == NULL) {
    g_info ("no link: %s", error != NULL ? error->message : "the device's key is not known");
    g_free (c);
    lan_session_on_link_down (peer->session, &action->signal.link_id, LAN_SESSION_FAIL_UNREACHABLE,
                              engine->now.mono_us);
    return;
  }
  lan_engine_channel_init (c, engine, lan_link_channel (link), peer, 0);
  memcpy (c->dh, config.remote_key, sizeof c->dh);
  c->link_id = action->signal.link_id;
  c->dialled = is_offer;
  lan_engine_peer_tell_state (peer);
  if (!is_offer) {
    LanLinkSignal offer = { action->signal.link_id, (LanLinkSignalType) action->signal.type,
                            action->signal.path, action->signal.text };

    if (!lan_link_signal (link, &offer))
      g_info ("an offer of a link breaks a rule");
  }
}

static void
give_signal (LanPeer *peer, const LanSessionSignal *signal)
{
  LanEngineChannel *c = find_link (peer, &signal->link_id);
  LanLinkSignal s = { signal->link_id, (LanLinkSignalType) signal->type, signal->path,
                      signal->text };

  if (c != NULL && !lan_link_signal (lan_link_from_channel (c->channel), &s))
    g_info ("a signal of a link breaks a rule");
}

static void
send_signal (LanPeer *peer, const LanSessionAction *action)
{
  const LanSessionSignal *signal = &action->signal;
  LanEngineChannel *c = action->lane != 0 ? find_lane (peer, action->lane) : NULL;
  Lanyard__LinkSignal body = LANYARD__LINK_SIGNAL__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; c == NULL && i < peer->channels->len; i++) {
    LanEngineChannel *other = g_ptr_array_index (peer->channels, i);

    if (other->up && lan_channel_kind (other->channel) == LAN_CHANNEL_LINK)
      c = other;
  }
  if (c == NULL)
    return;
  body.link_id.data = (guint8 *) signal->link_id.b;
  body.link_id.len = sizeof signal->link_id.b;
  body.type = (Lanyard__LinkSignalType) signal->type;
  body.path = signal->path;
  body.text = signal->text != NULL ? signal->text : (char *) "";
  frame.body_case = LANYARD__FRAME__BODY_LINK_SIGNAL;
  frame.link_signal = &body;
  bytes = lan_frame_encode (&frame);
  lan_engine_links_send (peer->engine, c->id, bytes, LAN_SEND_CHAT);
}

void
lan_engine_links_on_signal (LanEngine *engine, const LanCoreAction *action)
{
  LanEngineChannel *c = lan_engine_channel_find (engine, action->frame.channel);
  const LanFrame *frame = action->frame.frame;
  LanSessionSignal signal = { { { 0 } } };

  if (c == NULL || c->peer == NULL || frame->link_signal->link_id.len != sizeof signal.link_id.b)
    return;
  memcpy (signal.link_id.b, frame->link_signal->link_id.data, sizeof signal.link_id.b);
  signal.type = (LanSessionSignalType) frame->link_signal->type;
  signal.path = frame->link_signal->path;
  signal.text = frame->link_signal->text;
  lan_session_on_signal (c->peer->session, &signal, engine->now.mono_us);
  lan_engine_peer_touch (c->peer);
}

/* --- actions --- */

static void
end_lane (LanPeer *peer, guint64 handle)
{
  LanEngineChannel *c = find_lane (peer, handle);

  if (c != NULL)
    lan_engine_channel_end (c);
}

static void
with_link (LanPeer *peer, const LanSessionAction *action)
{
  LanEngineChannel *c = find_link (peer, &action->signal.link_id);
  LanLink *link = c != NULL ? lan_link_from_channel (c->channel) : NULL;

  if (link == NULL)
    return;
  if (action->type == LAN_SESSION_MOVE_LINK)
    lan_link_move (link, NULL);
  else if (action->type == LAN_SESSION_RESUME_LINK)
    lan_link_resume (link);
  else
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
    make_link (peer, action);
    break;
  case LAN_SESSION_GIVE_SIGNAL:
    give_signal (peer, &action->signal);
    break;
  case LAN_SESSION_SEND_SIGNAL:
    send_signal (peer, action);
    break;
  case LAN_SESSION_MOVE_LINK:
  case LAN_SESSION_RESUME_LINK:
  case LAN_SESSION_CLOSE_LINK:
    with_link (peer, action);
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
  lan_deadlines_set (peer->engine->links->deadlines, peer, LAN_PEER_DEADLINE_SESSION,
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
    LanPeer *peer = key;

    if (what == LAN_PEER_DEADLINE_DOUBT)
      lan_engine_peer_judge (peer);
    else
      lan_session_advance (peer->session, engine->now.mono_us);
    lan_engine_peer_touch (peer);
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
