/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-link-private.h"

#include "lan-deadlines.h"
#include "lan-enet-hook.h"
#include "lan-link-error.h"
#include "lan-random-system.h"

#define CLOSE_US (2 * G_USEC_PER_SEC)

static LanLink *
from_channel (const LanChannel *channel)
{
  g_assert (channel->kind == LAN_CHANNEL_LINK);
  return (LanLink *) channel;
}

gboolean
lan_link_is_over (const LanLink *link)
{
  return lan_channel_is_over (&link->channel);
}

void
lan_link_set_timer (LanLink *link)
{
  gint64 due = MIN (link->setup_by_us, MIN (link->broken_by_us, link->close_by_us));

  due = MIN (due, link->silent_us);
  if (lan_link_is_over (link))
    return;
  if (link->session != NULL)
    due = MIN (due, lan_datagram_session_next_deadline (link->session));
  lan_ticker_set (link->timer, MIN (due, lan_path_set_next_deadline (link->paths)));
}

/* ---- paths ---- */

static gboolean
start_session (LanLink *link)
{
  LanDatagramConfig config = { .is_initiator = link->config.offerer,
                               .local_secret = link->config.keys.dh_secret,
                               .remote_public = link->config.remote_key,
                               .link_id = link->config.link_id,
                               .random = lan_random_system () };

  link->config.keys.hello (&config.hello, link->config.keys.data);
  link->session = lan_datagram_session_new (&config, lan_boottime_us ());
  return link->session != NULL;
}

static void
on_signal (gpointer data, LanLinkSignalType type, guint32 number, const char *text)
{
  LanLink *link = data;
  LanLinkSignal signal = {
    .link_id = link->config.link_id, .type = type, .path = number, .text = (char *) text
  };

  if (link->events.signal != NULL)
    link->events.signal (link, &signal, link->data);
}

static void
tell_type (LanLink *link, LanPathType type)
{
  if (link->told_type == type)
    return;
  link->told_type = type;
  if (link->events.path != NULL)
    link->events.path (link, type, link->data);
}

static void
on_current (gpointer data)
{
  LanLink *link = data;
  LanPath *path = lan_path_set_current (link->paths);

  lan_channel_hold (&link->channel);
  if (path == NULL) {
    link->broken_by_us = lan_boottime_us () + LAN_LINK_BROKEN_US;
    lan_flow_set_pacer (link->flow, NULL);
    tell_type (link, LAN_PATH_NONE);
  } else {
    link->broken_by_us = LAN_NO_DEADLINE;
    if (link->session == NULL && !start_session (link))
      lan_channel_end (&link->channel, LAN_CLOSE_AUTH, "the keys cannot be used");
    if (!lan_link_is_over (link)) {
      lan_flow_set_pacer (link->flow, lan_path_set_pacer (link->paths, path));
      lan_flow_kick (link->flow);
      lan_link_send_handshakes (link, path);
      lan_link_send_ping (link, path);
      tell_type (link, lan_path_type (path));
    }
  }
  lan_link_set_timer (link);
  lan_channel_let_go (&link->channel);
}

static void
on_prove (gpointer data, LanPath *path)
{
  lan_link_send_ping (data, path);
}

static const LanPathSetEvents path_set_events = { on_signal, on_current, on_prove,
                                                  lan_link_on_datagram };

/* Paths borrow the configuration only while they are made. */
static void
configure (LanLink *link)
{
  LanPathConfig config = { 0 };

  if (link->events.configure == NULL)
    return;
  link->events.configure (link, &config, link->data);
  lan_path_config_clear (&link->config.path);
  link->config.path = config;
}

gboolean
lan_link_signal (LanLink *link, const LanLinkSignal *signal)
{
  gboolean is_good = TRUE;

  if (lan_link_is_over (link) || !lan_link_id_equal (&signal->link_id, &link->config.link_id))
    return FALSE;
  lan_channel_hold (&link->channel);
  switch (signal->type) {
  case LAN_LINK_SIGNAL_OFFER:
  case LAN_LINK_SIGNAL_ANSWER:
  case LAN_LINK_SIGNAL_CANDIDATE:
    if (signal->type == LAN_LINK_SIGNAL_OFFER && signal->path > 0)
      configure (link);
    is_good = signal->text != NULL &&
              lan_path_set_signal (link->paths, signal->type, signal->path, signal->text);
    lan_link_set_timer (link);
    break;
  case LAN_LINK_SIGNAL_DECLINE:
    lan_channel_end (&link->channel, LAN_CLOSE_REFUSED, "declined");
    break;
  case LAN_LINK_SIGNAL_CLOSE:
    lan_channel_end (&link->channel, LAN_CLOSE_REMOTE, "closed by the other side");
    break;
  case LAN_LINK_SIGNAL_CHECK: /* we are still here */
    break;
  default:
    is_good = FALSE;
  }
  lan_channel_let_go (&link->channel);
  return is_good;
}

void
lan_link_move (LanLink *link, LanPathWay way)
{
  g_autoptr (GError) error = NULL;

  if (lan_link_is_over (link) || link->is_closing)
    return;
  lan_channel_hold (&link->channel);
  configure (link);
  if (!lan_path_set_offer (link->paths, way, &error))
    g_info ("no new path: %s", error->message);
  lan_link_set_timer (link);
  lan_channel_let_go (&link->channel);
}

void
lan_link_resume (LanLink *link)
{
  if (lan_link_is_over (link))
    return;
  if (link->session != NULL) {
    lan_datagram_session_jump (link->session, lan_boottime_us ());
    lan_link_send_handshakes (link, NULL);
  }
  lan_flow_kick (link->flow);
  lan_link_move (link, LAN_PATH_WAY_ANY);
}

/* ---- time ---- */

static void
tell_silence (LanLink *link, gint64 now_us)
{
  if (now_us < link->silent_us)
    return;
  link->silent_us = LAN_NO_DEADLINE;
  if (!lan_flow_is_waiting (link->flow))
    return;
  link->silent_us = now_us + LAN_LINK_SILENT_US;
  if (link->channel.state == LAN_CHANNEL_UP && link->events.silent != NULL &&
      lan_path_set_current (link->paths) != NULL)
    link->events.silent (link, link->data);
}

static void
on_timer (gpointer data)
{
  LanLink *link = data;
  gint64 now_us = lan_boottime_us ();

  lan_channel_hold (&link->channel);
  if (now_us >= link->close_by_us)
    lan_channel_end (&link->channel, LAN_CLOSE_LOCAL, "closed");
  else if (now_us >= link->setup_by_us)
    lan_channel_end (&link->channel, LAN_CLOSE_TIMEOUT, "no link within the time for it");
  else if (now_us >= link->broken_by_us)
    lan_channel_end (&link->channel, LAN_CLOSE_BROKEN, "no working path");
  if (!lan_link_is_over (link))
    tell_silence (link, now_us);
  if (!lan_link_is_over (link))
    lan_path_set_advance (link->paths, now_us);
  if (!lan_link_is_over (link) && link->session != NULL) {
    lan_datagram_session_advance (link->session, now_us);
    lan_link_send_handshakes (link, NULL);
    if (link->channel.state == LAN_CHANNEL_UP && lan_datagram_session_has_failed (link->session))
      lan_channel_end (&link->channel, LAN_CLOSE_BROKEN, "the other side has lost its keys");
  }
  lan_link_set_timer (link);
  lan_channel_let_go (&link->channel);
}

/* ---- the channel ---- */

static gboolean
link_send (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len)
{
  LanLink *link = from_channel (channel);

  return !link->is_closing && lan_flow_send (link->flow, stream, frame, len);
}

static gsize
link_queued (const LanChannel *channel, LanStream stream)
{
  return lan_flow_queued (from_channel (channel)->flow, stream);
}

static void
link_close (LanChannel *channel)
{
  LanLink *link = from_channel (channel);

  if (link->is_closing)
    return;
  link->is_closing = TRUE;
  if (channel->state == LAN_CHANNEL_UP) {
    link->close_by_us = lan_boottime_us () + CLOSE_US;
    lan_flow_close (link->flow);
  } else {
    link->close_by_us = 1; /* nothing to say yet: in the next turn of the loop */
  }
  lan_link_set_timer (link);
}

static void
link_stop (LanChannel *channel)
{
  LanLink *link = from_channel (channel);

  g_clear_pointer (&link->timer, lan_ticker_free);
  g_clear_pointer (&link->flow, lan_flow_free);
  g_clear_pointer (&link->paths, lan_path_set_free);
}

static void
link_finalize (LanChannel *channel)
{
  LanLink *link = from_channel (channel);

  g_clear_pointer (&link->session, lan_datagram_session_free);
  lan_path_config_clear (&link->config.path);
  lan_secret_wipe (&link->config, sizeof link->config);
  g_free (link);
}

static gboolean
link_session_name (const LanChannel *channel, guint8 *session)
{
  return lan_datagram_session_name (from_channel (channel)->session, session);
}

static LanStatus
link_export_psk (const LanChannel *channel, const guint8 *session, const guint8 *lane_id,
                 gboolean we_dial, guint8 *psk)
{
  const LanLink *link = from_channel (channel);

  return lan_datagram_session_export_psk (link->session, session, lane_id,
                                          we_dial == link->config.offerer, psk);
}

static const LanChannelOps link_ops = {
  .send = link_send,
  .queued = link_queued,
  .session_name = link_session_name,
  .export_psk = link_export_psk,
  .close = link_close,
  .stop = link_stop,
  .finalize = link_finalize,
};

LanLink *
lan_link_new (const LanLinkConfig *config, const LanLinkEvents *events, gpointer data,
              GError **error)
{
  LanLink *link = g_new0 (LanLink, 1);

  lan_channel_init (&link->channel, &link_ops, LAN_CHANNEL_LINK);
  link->config = *config;
  lan_path_config_copy (&link->config.path, &config->path);
  link->events = *events;
  link->data = data;
  link->setup_by_us =
      lan_boottime_us () + (config->setup_us > 0 ? config->setup_us : LAN_LINK_SETUP_US);
  link->broken_by_us = link->close_by_us = link->silent_us = LAN_NO_DEADLINE;
  link->timer = lan_ticker_new (on_timer, link);
  link->paths = lan_path_set_new (config->offerer, &link->config.path, &path_set_events, link);
  link->flow =
      lan_flow_new (config->offerer, config->force_shim, &lan_link_flow_events, link, error);
  if (link->flow == NULL ||
      (config->offerer && !lan_path_set_offer (link->paths, LAN_PATH_WAY_ANY, error))) {
    lan_channel_free (&link->channel);
    return NULL;
  }
  if (!config->offerer && !start_session (link)) {
    g_set_error (error, LAN_LINK_ERROR, LAN_LINK_ERROR_KEYS, "the keys cannot be used");
    lan_channel_free (&link->channel);
    return NULL;
  }
  lan_link_set_timer (link);
  return link;
}

LanChannel *
lan_link_channel (LanLink *link)
{
  return &link->channel;
}

LanLink *
lan_link_from_channel (LanChannel *channel)
{
  return channel->kind == LAN_CHANNEL_LINK ? (LanLink *) channel : NULL;
}

const LanLinkId *
lan_link_id (const LanLink *link)
{
  return &link->config.link_id;
}

gboolean
lan_link_is_offerer (const LanLink *link)
{
  return link->config.offerer;
}

gboolean
lan_link_send_datagram (LanLink *link, LanDatagramLane inner_lane, const guint8 *bytes, gsize len)
{
  guint8 buffer[LAN_DATAGRAM_OVERHEAD + LAN_LINK_DATAGRAM_MAX];
  LanPath *path;
  gsize sealed;

  if (link->channel.state != LAN_CHANNEL_UP || lan_link_is_over (link) ||
      len > LAN_LINK_DATAGRAM_MAX || inner_lane < LAN_DATAGRAM_LANE_MEDIA)
    return FALSE;
  path = lan_path_set_current (link->paths);
  if (path == NULL || lan_datagram_session_seal (link->session, inner_lane, bytes, len, buffer,
                                                 &sealed, lan_boottime_us ()) != LAN_STATUS_OK)
    return FALSE;
  lan_pacer_on_sent (lan_path_set_pacer (link->paths, path), LAN_PACE_VOICE, len,
                     lan_boottime_us ());
  lan_link_send_over (link, path, buffer, sealed);
  return TRUE;
}

void
lan_link_get_stats (const LanLink *link, LanLinkStats *stats)
{
  LanPath *path = lan_link_is_over (link) ? NULL : lan_path_set_current (link->paths);
  LanPacer *pacer = path != NULL ? lan_path_set_pacer (link->paths, path) : NULL;

  *stats = (LanLinkStats){ .rtt_us = -1, .connect_us = -1, .queue_delay_us = -1 };
  stats->bytes_sent = link->bytes_sent;
  stats->bytes_received = link->bytes_received;
  stats->datagrams_refused = link->refused;
  if (lan_link_is_over (link))
    return;
  stats->paths = lan_path_set_made (link->paths);
  stats->shim = lan_flow_is_shim (link->flow);
  stats->packets_lost = lan_flow_lost (link->flow);
  if (path == NULL)
    return;
  stats->path_type = lan_path_type (path);
  stats->connect_us = lan_path_connect_us (path);
  stats->rtt_us = lan_pacer_rtt_us (pacer);
  stats->window = lan_pacer_window (pacer);
  stats->queue_delay_us = lan_pacer_queue_delay_us (pacer);
}

gboolean
lan_link_addresses (const LanLink *link, char **local, char **remote)
{
  LanPath *path = lan_link_is_over (link) ? NULL : lan_path_set_current (link->paths);

  return path != NULL && lan_path_addresses (path, local, remote);
}

gboolean
lan_link_hook_in_force (void)
{
  return lan_enet_hook_in_force ();
}

void
lan_link_signal_clear (LanLinkSignal *signal)
{
  g_clear_pointer (&signal->text, g_free);
}
