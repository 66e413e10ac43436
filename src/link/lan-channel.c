/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-channel-private.h"

#include "lan-link-error.h"
#include "lan-ticker.h"

#include <string.h>

LAN_DEFINE_ERROR (LanLinkError, lan_link_error, "lan-link-error", LAN_LINK_ERROR_LIST)

const char *
lan_close_reason_name (LanCloseReason reason)
{
  static const char *const names[] = { "local",    "remote",  "unreachable", "refused", "auth",
                                       "protocol", "timeout", "broken",      "limit" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == LAN_CLOSE_N);
  return (guint) reason < LAN_CLOSE_N ? names[reason] : "unknown";
}

void
lan_channel_init (LanChannel *channel, const LanChannelOps *ops, LanChannelKind kind)
{
  channel->ops = ops;
  channel->kind = kind;
  channel->state = LAN_CHANNEL_CONNECTING;
  channel->holders = 1;
  channel->last_activity_us = lan_boottime_us ();
}

LanChannel *
lan_channel_hold (LanChannel *channel)
{
  channel->holders++;
  return channel;
}

void
lan_channel_let_go (LanChannel *channel)
{
  if (--channel->holders == 0)
    channel->ops->finalize (channel);
}

gboolean
lan_channel_is_over (const LanChannel *channel)
{
  return channel->is_freed || channel->state == LAN_CHANNEL_CLOSED;
}

static void
stop (LanChannel *channel)
{
  if (channel->is_stopped)
    return;
  channel->is_stopped = TRUE;
  channel->ops->stop (channel);
}

void
lan_channel_set_events (LanChannel *channel, const LanChannelEvents *events, gpointer data)
{
  channel->events = *events;
  channel->data = data;
}

LanChannelKind
lan_channel_kind (const LanChannel *channel)
{
  return channel->kind;
}

LanChannelState
lan_channel_state (const LanChannel *channel)
{
  return channel->state;
}

gboolean
lan_channel_send (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len)
{
  if (channel->state != LAN_CHANNEL_UP || channel->is_freed || len == 0 ||
      len > LAN_CHANNEL_FRAME_MAX || (guint) stream >= LAN_STREAM_N)
    return FALSE;
  if (!channel->ops->send (channel, stream, frame, len))
    return FALSE;
  channel->last_activity_us = lan_boottime_us ();
  return TRUE;
}

gsize
lan_channel_queued (const LanChannel *channel, LanStream stream)
{
  return lan_channel_is_over (channel) ? 0 : channel->ops->queued (channel, stream);
}

LanStatus
lan_channel_export_psk (const LanChannel *channel, const guint8 session[LAN_SESSION_NAME_BYTES],
                        const guint8 lane_id[LAN_LANE_ID_BYTES], gboolean we_dial,
                        guint8 psk[LAN_KEY_BYTES])
{
  if (channel->state != LAN_CHANNEL_UP || channel->is_freed)
    return LAN_STATUS_STATE;
  return channel->ops->export_psk (channel, session, lane_id, we_dial, psk);
}

gboolean
lan_channel_session_name (const LanChannel *channel, guint8 session[LAN_SESSION_NAME_BYTES])
{
  memset (session, 0, LAN_SESSION_NAME_BYTES);
  if (channel->state != LAN_CHANNEL_UP || channel->is_freed)
    return FALSE;
  return channel->ops->session_name == NULL || channel->ops->session_name (channel, session);
}

gint64
lan_channel_last_activity_us (const LanChannel *channel)
{
  return channel->last_activity_us;
}

void
lan_channel_close (LanChannel *channel)
{
  if (!lan_channel_is_over (channel))
    channel->ops->close (channel);
}

void
lan_channel_free (LanChannel *channel)
{
  if (channel == NULL || channel->is_freed)
    return;
  channel->is_freed = TRUE;
  stop (channel);
  lan_channel_let_go (channel);
}

void
lan_channel_up (LanChannel *channel, const LanChannelPeer *peer)
{
  if (lan_channel_is_over (channel) || channel->state == LAN_CHANNEL_UP)
    return;
  channel->state = LAN_CHANNEL_UP;
  channel->last_activity_us = lan_boottime_us ();
  if (channel->events.up != NULL)
    channel->events.up (channel, peer, channel->data);
}

void
lan_channel_got_frame (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len)
{
  if (lan_channel_is_over (channel))
    return;
  channel->last_activity_us = lan_boottime_us ();
  if (channel->events.frame != NULL)
    channel->events.frame (channel, stream, frame, len, channel->data);
}

void
lan_channel_got_room (LanChannel *channel, LanStream stream)
{
  if (!lan_channel_is_over (channel) && channel->events.writable != NULL)
    channel->events.writable (channel, stream, channel->data);
}

void
lan_channel_end (LanChannel *channel, LanCloseReason reason, const char *detail)
{
  if (lan_channel_is_over (channel))
    return;
  g_debug ("channel %p: closed (%s, %s)", (gpointer) channel, lan_close_reason_name (reason),
           detail);
  lan_channel_hold (channel);
  channel->state = LAN_CHANNEL_CLOSED;
  stop (channel);
  if (channel->events.closed != NULL)
    channel->events.closed (channel, reason, detail, channel->data);
  lan_channel_let_go (channel);
}
