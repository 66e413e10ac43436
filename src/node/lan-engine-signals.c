/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Links of a peer: made when its session says so, moved, closed, and their signals carried between
 * the link, the session and the other side's lane.
 */
#include "lan-engine-call.h"
#include "lan-engine-links-private.h"
#include "lan-engine-server.h"
#include "lan-frame.h"

#include <string.h>

#define DEVICES_MAX 64

LanEngineChannel *
lan_engine_peer_find_lane (LanPeer *peer, guint64 handle)
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
  if (type != LAN_PATH_NONE)
    lan_session_on_link_relayed (c->peer->session, &c->link_id, type == LAN_PATH_RELAYED,
                                 c->engine->now.mono_us);
  lan_engine_peer_touch (c->peer);
  lan_engine_peer_tell_state (c->peer);
}

static void
on_link_silent (LanLink *link, gpointer data)
{
  LanEngineChannel *c = data;

  if (c->peer == NULL)
    return;
  lan_engine_read_clock (c->engine);
  lan_session_on_link_silent (c->peer->session, &c->link_id, c->engine->now.mono_us);
  lan_engine_peer_touch (c->peer);
}

static void
on_link_configure (LanLink *link, LanPathConfig *config, gpointer data)
{
  lan_engine_path_config (((LanEngineChannel *) data)->engine, config);
}

static void
on_link_datagram (LanLink *link, LanDatagramLane lane, const guint8 *bytes, gsize len,
                  gpointer data)
{
  LanEngineChannel *c = data;

  if (lane != LAN_DATAGRAM_LANE_MEDIA || !c->identified || c->ending)
    return;
  c->bytes_received += len;
  lan_engine_call_on_datagram (c->engine, &c->account, &c->device, bytes, len);
}

static const LanLinkEvents link_events = {
  .signal = on_link_signal,
  .path = on_link_path,
  .silent = on_link_silent,
  .configure = on_link_configure,
  .datagram = on_link_datagram,
};

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

void
lan_engine_peer_make_link (LanPeer *peer, const LanSessionAction *action)
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
  c->engine = engine;
  lan_engine_path_config (engine, &config.path);
  if (find_key (peer, config.remote_key))
    link = lan_link_new (&config, &link_events, c, &error);
  lan_path_config_clear (&config.path);
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

void
lan_engine_peer_give_signal (LanPeer *peer, const LanSessionSignal *signal)
{
  LanEngineChannel *c = find_link (peer, &signal->link_id);
  LanLinkSignal s = { signal->link_id, (LanLinkSignalType) signal->type, signal->path,
                      signal->text };

  if (c != NULL && !lan_link_signal (lan_link_from_channel (c->channel), &s))
    g_info ("a signal of a link breaks a rule");
}

void
lan_engine_peer_send_signal (LanPeer *peer, const LanSessionAction *action)
{
  const LanSessionSignal *signal = &action->signal;
  gboolean by_post = action->lane == LAN_SESSION_BY_POST;
  LanEngineChannel *c =
      by_post || action->lane == 0 ? NULL : lan_engine_peer_find_lane (peer, action->lane);
  Lanyard__LinkSignal body = LANYARD__LINK_SIGNAL__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  g_autoptr (GBytes) bytes = NULL;
  guint8 dh[LAN_KEY_BYTES];

  for (guint i = 0; c == NULL && !by_post && i < peer->channels->len; i++) {
    LanEngineChannel *other = g_ptr_array_index (peer->channels, i);

    if (other->up && lan_channel_kind (other->channel) == LAN_CHANNEL_LINK)
      c = other;
  }
  if (c == NULL && !by_post)
    return;
  body.link_id.data = (guint8 *) signal->link_id.b;
  body.link_id.len = sizeof signal->link_id.b;
  body.type = (Lanyard__LinkSignalType) signal->type;
  body.path = signal->path;
  body.text = signal->text != NULL ? signal->text : (char *) "";
  frame.body_case = LANYARD__FRAME__BODY_LINK_SIGNAL;
  frame.link_signal = &body;
  bytes = lan_frame_encode (&frame);
  if (c != NULL)
    lan_engine_links_send (peer->engine, c->id, bytes, LAN_SEND_CHAT);
  else if (find_key (peer, dh))
    lan_engine_server_send_signal (peer->engine, &peer->device, dh, &signal->link_id, bytes);
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

void
lan_engine_peer_with_link (LanPeer *peer, const LanSessionAction *action)
{
  LanEngineChannel *c = find_link (peer, &action->signal.link_id);
  LanLink *link = c != NULL ? lan_link_from_channel (c->channel) : NULL;

  if (link == NULL)
    return;
  if (action->type == LAN_SESSION_MOVE_LINK)
    lan_link_move (link, (LanPathWay) action->path);
  else if (action->type == LAN_SESSION_RESUME_LINK)
    lan_link_resume (link);
  else
    lan_engine_channel_end (c);
}
