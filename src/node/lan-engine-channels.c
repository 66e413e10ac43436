/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Channels as core and transfers see them: made, up, frames in and out, closed. What the socket says
 * comes in here; each entry reads the clock and marks the engine, so that all that follows from a
 * loop's worth of frames is carried out together.
 */
#include "lan-engine-call.h"
#include "lan-engine-devices.h"
#include "lan-engine-discovery.h"
#include "lan-engine-files.h"
#include "lan-engine-links-private.h"
#include "lan-engine-people.h"
#include "lan-engine-server.h"

#include <string.h>

#define LINGER_US (3 * G_USEC_PER_SEC)

static void
enter (LanEngineChannel *c)
{
  lan_engine_read_clock (c->engine);
  lan_engine_touch (c->engine);
}

LanEngineChannel *
lan_engine_channel_find (LanEngine *engine, guint64 id)
{
  return g_hash_table_lookup (engine->links->channels, &id);
}

gboolean
lan_engine_channel_is_better (const LanEngineChannel *c, const LanEngineChannel *than)
{
  gboolean is_link = lan_channel_kind (c->channel) == LAN_CHANNEL_LINK;

  if (than == NULL)
    return TRUE;
  if (is_link != (lan_channel_kind (than->channel) == LAN_CHANNEL_LINK))
    return is_link;
  return c->id > than->id;
}

static LanCarrier
carrier_of (const LanEngineChannel *c, LanStream stream)
{
  if (lan_channel_kind (c->channel) != LAN_CHANNEL_LINK)
    return LAN_CARRIER_LANE;
  return stream == LAN_STREAM_FILES ? LAN_CARRIER_LINK_FILES : LAN_CARRIER_LINK;
}

/* --- what the socket says --- */

void
lan_engine_channel_on_up (LanEngineChannel *c, const LanChannelPeer *peer)
{
  LanEngine *engine = c->engine;

  memcpy (c->dh, peer->static_key, sizeof c->dh);
  c->up = TRUE;
  c->up_ms = engine->now.wall_ms;
  c->opened_us = engine->now.mono_us - c->started_us;
  c->caps = peer->hello.caps;
  c->dir_epoch = peer->hello.dir_epoch;
  memcpy (c->dir_root, peer->hello.dir_root, sizeof c->dir_root);
  lan_engine_hello_note (engine, c->dh, peer->hello.ts);
  lan_core_channel_up (engine->core, c->id, carrier_of (c, LAN_STREAM_CHAT), c->dh, &engine->now);
}

/* Where a lane got through, to be tried first next time and after a restart. */
static void
remember_address (LanEngineChannel *c)
{
  g_autofree char *text = NULL;
  GSocketAddress *socket;
  guint16 port = 0;

  if (!c->dialled || c->peer == NULL || lan_channel_kind (c->channel) != LAN_CHANNEL_LANE)
    return;
  socket = lan_tcp_lane_remote_address (c->channel);
  if (socket == NULL)
    return;
  text = lan_socket_address_text (socket, &port);
  lan_session_on_lane_address (c->peer->session, text, port);
  lan_engine_links_keep_address (c->engine, &c->peer->account, &c->peer->device, text, port);
}

static void
on_up (LanChannel *channel, const LanChannelPeer *peer, gpointer data)
{
  LanEngineChannel *c = data;
  LanEngine *engine = c->engine;

  enter (c);
  lan_engine_channel_on_up (c, peer);
  if (c->peer == NULL)
    return; /* a probe: core will say who it is */
  if (lan_channel_kind (channel) == LAN_CHANNEL_LINK) {
    lan_session_on_link_up (c->peer->session, &c->link_id, engine->now.mono_us);
  } else {
    remember_address (c);
    lan_session_on_lane_up (c->peer->session, c->handle, c->dh, (c->caps & LAN_CAP_LINK) != 0,
                            engine->now.mono_us);
  }
  lan_engine_peer_touch (c->peer);
}

/* Frames that say that the other side has a use for the channel. */
static gboolean
is_use (LanFrameType type)
{
  return type == LAN_FRAME_RECORDS || type == LAN_FRAME_LINK_SIGNAL || type == LAN_FRAME_TYPING ||
         (type >= LAN_FRAME_FILE_HASHES_REQUEST && type <= LAN_FRAME_FILE_STATE) ||
         (type >= LAN_FRAME_CARRY_PUT && type <= LAN_FRAME_CARRY_DROP &&
          type != LAN_FRAME_CARRY_LIST);
}

static void
on_frame (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len, gpointer data)
{
  LanEngineChannel *c = data;
  LanEngine *engine = c->engine;
  LanCarrier carrier = carrier_of (c, stream);
  LanFrameType type = lan_frame_peek_type (frame, len);

  enter (c);
  c->bytes_received += len;
  lan_engine_channel_doubt_heard (c, type);
  if (is_use (type)) {
    c->is_used = TRUE;
    lan_engine_peer_adopt (c);
  }
  if (c->peer != NULL && type != LAN_FRAME_PING && type != LAN_FRAME_PONG)
    lan_session_on_traffic (c->peer->session, engine->now.mono_us);
  lan_core_channel_frame (engine->core, c->id, carrier, frame, len, &engine->now);
}

/* What a frame that waits costs, its own administration included. */
static gsize
cost_of (gsize len)
{
  return len + 128;
}

static void
flush_waiting (LanEngineChannel *c)
{
  GBytes *next;

  while ((next = g_queue_peek_head (&c->waiting)) != NULL) {
    gsize len;
    const guint8 *bytes = g_bytes_get_data (next, &len);

    if (!lan_channel_send (c->channel, LAN_STREAM_CHAT, bytes, len))
      return;
    c->waiting_bytes -= cost_of (len);
    g_bytes_unref (g_queue_pop_head (&c->waiting));
  }
  lan_core_channel_writable (c->engine->core, c->id, TRUE, &c->engine->now);
}

static void
on_writable (LanChannel *channel, LanStream stream, gpointer data)
{
  LanEngineChannel *c = data;

  enter (c);
  if (stream == LAN_STREAM_CHAT)
    flush_waiting (c);
  if (c->identified)
    lan_engine_files_on_writable (c->engine, c->id);
}

static LanSessionFail
fail_of (LanCloseReason reason, gboolean was_up)
{
  switch (reason) {
  case LAN_CLOSE_LOCAL:
  case LAN_CLOSE_REMOTE:
    return was_up ? LAN_SESSION_FAIL_CLOSED : LAN_SESSION_FAIL_HANDSHAKE;
  case LAN_CLOSE_REFUSED:
  case LAN_CLOSE_AUTH:
  case LAN_CLOSE_PROTOCOL:
    return was_up ? LAN_SESSION_FAIL_BROKEN : LAN_SESSION_FAIL_HANDSHAKE;
  case LAN_CLOSE_UNREACHABLE:
    return LAN_SESSION_FAIL_UNREACHABLE;
  case LAN_CLOSE_TIMEOUT:
  case LAN_CLOSE_BROKEN:
  case LAN_CLOSE_LIMIT:
  case LAN_CLOSE_N:
    break;
  }
  return was_up ? LAN_SESSION_FAIL_BROKEN : LAN_SESSION_FAIL_UNREACHABLE;
}

/* Everybody hears that @c is gone, then it is. */
static void
forget (LanEngineChannel *c, LanSessionFail fail)
{
  LanEngine *engine = c->engine;
  LanPeer *peer = c->peer;
  gboolean was_identified = c->identified;
  LanAccountId account = c->account;
  LanDeviceId device = c->device;
  guint64 id = c->id;

  if (peer != NULL)
    g_ptr_array_remove (peer->channels, c);
  if (c->up)
    lan_core_channel_down (engine->core, c->id, &engine->now);
  if (c->identified) {
    lan_engine_files_on_channel_down (engine, c->id);
    lan_engine_people_drop_sign (engine, &c->account);
    lan_engine_people_mark (engine, &c->account);
  }
  if (peer != NULL && !c->ending) {
    if (lan_channel_kind (c->channel) == LAN_CHANNEL_LINK)
      lan_session_on_link_down (peer->session, &c->link_id, fail, engine->now.mono_us);
    else
      lan_session_on_lane_down (peer->session, c->handle, fail, engine->now.mono_us);
  }
  if (fail == LAN_SESSION_FAIL_BROKEN && c->identified && !c->ending)
    lan_engine_discovery_doubt (engine, &c->account);
  if (fail == LAN_SESSION_FAIL_BROKEN && peer != NULL && !c->ending)
    lan_engine_peer_doubt (peer);
  if (peer != NULL && lan_channel_kind (c->channel) != LAN_CHANNEL_LINK)
    lan_engine_peer_strand (peer);
  if (c->candidate != 0 && !c->identified)
    lan_engine_discovery_probed (engine, c->candidate, NULL);
  if (peer != NULL)
    lan_engine_peer_touch (peer);
  g_hash_table_remove (engine->links->channels, &id);
  if (was_identified)
    lan_engine_call_on_channel (engine, &account, &device, FALSE);
}

static void
on_closed (LanChannel *channel, LanCloseReason reason, const char *detail, gpointer data)
{
  LanEngineChannel *c = data;

  enter (c);
  g_info ("channel %" G_GUINT64_FORMAT " closed: %s (%s)", c->id, lan_close_reason_name (reason),
          detail != NULL ? detail : "");
  forget (c, fail_of (reason, c->up));
}

static const LanChannelEvents events = { on_up, on_frame, on_writable, on_closed };

void
lan_engine_channel_init (LanEngineChannel *c, LanEngine *engine, LanChannel *channel, LanPeer *peer,
                         guint64 handle)
{
  c->engine = engine;
  c->id = ++engine->links->next_id;
  c->channel = channel;
  c->peer = peer;
  c->handle = handle;
  c->started_us = engine->now.mono_us;
  g_queue_init (&c->waiting);
  lan_channel_set_events (channel, &events, c);
  g_hash_table_insert (engine->links->channels, &c->id, c);
  if (peer != NULL)
    g_ptr_array_add (peer->channels, c);
}

LanEngineChannel *
lan_engine_channel_new (LanEngine *engine, LanChannel *channel, LanPeer *peer, guint64 handle)
{
  LanEngineChannel *c = g_new0 (LanEngineChannel, 1);

  lan_engine_channel_init (c, engine, channel, peer, handle);
  return c;
}

void
lan_engine_channel_free (LanEngineChannel *c)
{
  lan_deadlines_cancel_all (c->engine->links->deadlines, c);
  lan_channel_free (c->channel);
  g_queue_clear_full (&c->waiting, (GDestroyNotify) g_bytes_unref);
  g_free (c);
}

void
lan_engine_channel_end (LanEngineChannel *c)
{
  c->ending = TRUE;
  if (c->up)
    lan_channel_close (c->channel);
  else
    forget (c, LAN_SESSION_FAIL_CLOSED);
}

void
lan_engine_channel_drop (LanEngineChannel *c)
{
  c->ending = TRUE;
  forget (c, LAN_SESSION_FAIL_CLOSED);
}

void
lan_engine_channel_break (LanEngineChannel *c, LanSessionFail fail)
{
  forget (c, fail);
}

/* --- what goes out --- */

#define WAITING_MAX (16 * 1024 * 1024) /* core's window is a quarter of it; the rest are answers */

/* Whoever asks and does not read the answers: nothing of this is kept, and the channel ends. */
static void
turn_deaf (LanEngineChannel *c)
{
  g_info ("channel %" G_GUINT64_FORMAT " is not read at the other end", c->id);
  c->is_deaf = TRUE;
  g_queue_clear_full (&c->waiting, (GDestroyNotify) g_bytes_unref);
  c->waiting_bytes = 0;
  lan_channel_close (c->channel);
}

void
lan_engine_links_send (LanEngine *engine, guint64 channel, GBytes *bytes, LanSendPriority priority)
{
  LanEngineChannel *c = lan_engine_channel_find (engine, channel);
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  if (c == NULL || c->ending || c->is_deaf)
    return;
  if (c->peer != NULL && priority == LAN_SEND_CHAT)
    lan_session_on_traffic (c->peer->session, engine->now.mono_us);
  if (c->waiting.length == 0 && lan_channel_send (c->channel, LAN_STREAM_CHAT, data, len)) {
    c->bytes_sent += len;
    return;
  }
  if (priority == LAN_SEND_IDLE)
    return;
  if (c->waiting.length == 0)
    lan_core_channel_writable (engine->core, c->id, FALSE, &engine->now);
  g_queue_push_tail (&c->waiting, g_bytes_ref (bytes));
  c->waiting_bytes += cost_of (len);
  c->bytes_sent += len;
  if (c->waiting_bytes > WAITING_MAX)
    turn_deaf (c);
}

void
lan_engine_links_send_file (LanEngine *engine, guint64 channel, GBytes *frame, gboolean bulk)
{
  LanEngineChannel *c = lan_engine_channel_find (engine, channel);
  gsize len;
  const guint8 *data = g_bytes_get_data (frame, &len);

  if (c == NULL || c->ending)
    return;
  if (!bulk || lan_channel_kind (c->channel) != LAN_CHANNEL_LINK) {
    lan_engine_links_send (engine, channel, frame, LAN_SEND_CHAT);
    return;
  }
  if (c->peer != NULL)
    lan_session_on_traffic (c->peer->session, engine->now.mono_us);
  if (lan_channel_send (c->channel, LAN_STREAM_FILES, data, len))
    c->bytes_sent += len;
  else
    g_info ("channel %" G_GUINT64_FORMAT " did not take a block", c->id);
}

gsize
lan_engine_links_room (LanEngine *engine, guint64 channel)
{
  LanEngineChannel *c = lan_engine_channel_find (engine, channel);
  gsize queued;

  if (c == NULL || c->ending || !c->up)
    return 0;
  queued = lan_channel_queued (c->channel, LAN_STREAM_FILES);
  return queued < LAN_CHANNEL_QUEUE_MAX ? LAN_CHANNEL_QUEUE_MAX - queued : 0;
}

void
lan_engine_links_close (LanEngine *engine, guint64 channel, LanFarewell reason, guint32 retry_ms)
{
  LanEngineChannel *c = lan_engine_channel_find (engine, channel);

  if (c == NULL)
    return;
  g_info ("channel %" G_GUINT64_FORMAT ": core ends it (%u)", channel, (guint) reason);
  lan_channel_close (c->channel); /* its end is news to the session */
}

/* --- who it is --- */

/* Whoever starts in an office of hundreds asks hundreds who they are: those lanes end soon. */
static void
linger (LanEngineChannel *c)
{
  c->lingers = TRUE;
  lan_deadlines_set (c->engine->links->deadlines, c, LAN_LINKS_DUE_LINGER,
                     c->engine->now.mono_us + LINGER_US);
}

static gboolean
is_wanted (const LanEngineChannel *c, LanPeer *peer)
{
  return c->candidate == 0 || c->is_used || lan_engine_peer_is_wanted (peer) ||
         lan_engine_discovery_is_typed (c->engine, c->candidate);
}

void
lan_engine_links_identified (LanEngine *engine, guint64 channel, const LanAccountId *account,
                             const LanDeviceId *device)
{
  LanEngineChannel *c = lan_engine_channel_find (engine, channel);
  LanPeer *peer;

  if (c == NULL || c->identified)
    return;
  c->identified = TRUE;
  c->account = *account;
  c->device = *device;
  if (lan_account_id_equal (account, lan_vault_account_id (engine->vault)))
    lan_engine_linking_on_device (engine, c->dh);
  lan_engine_people_add_sign (engine, account);
  lan_engine_people_mark (engine, account);
  peer = lan_engine_peer_ensure (engine, account, device, c->dh);
  /* The session has the lane before it hears that one is wanted, or it would dial another. */
  if (is_wanted (c, peer)) {
    if (c->peer != peer)
      lan_engine_peer_take (peer, c);
  } else {
    linger (c);
  }
  lan_engine_discovery_probed (engine, c->candidate, account);
  lan_engine_server_heard (engine, account, c->dir_epoch, c->dir_root);
  remember_address (c);
  lan_engine_files_on_channel_up (engine, c->id, account,
                                  lan_channel_kind (c->channel) == LAN_CHANNEL_LINK);
  lan_engine_call_on_channel (engine, account, device, TRUE);
  lan_engine_peer_tell_state (peer);
}
