/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What goes through a link's seal: ENet's datagrams, handshakes, probes, media; both ways. */
#include "lan-link-private.h"

#include "lan-bytes.h"
#include "lan-deadlines.h"
#include "lan-enet-port.h"

#include <string.h>

/* Probes measure the path: PING: 1 | our clock u64. PONG: 2 | that again | their clock u64. */
#define PROBE_PING       1
#define PROBE_PONG       2
#define PROBE_PING_BYTES 9
#define PROBE_PONG_BYTES 17
#define PROBE_FILES_US   10000
#define PROBE_CHAT_US    G_USEC_PER_SEC
#define PROBE_RTT_MAX_US (60 * G_USEC_PER_SEC)

/* ---- out ---- */

void
lan_link_send_over (LanLink *link, LanPath *path, const guint8 *packet, gsize len)
{
  if (path == NULL)
    return;
  link->bytes_sent += len;
  lan_path_send (path, packet, len);
}

/* Seals what stands at @buffer + LAN_DATAGRAM_HEADROOM, in place. */
static void
seal_over (LanLink *link, LanPath *path, LanDatagramLane lane, guint8 *buffer, gsize len)
{
  gsize sealed;

  if (path != NULL && link->session != NULL &&
      lan_datagram_session_seal (link->session, lane, buffer + LAN_DATAGRAM_HEADROOM, len, buffer,
                                 &sealed, lan_boottime_us ()) == LAN_STATUS_OK)
    lan_link_send_over (link, path, buffer, sealed);
}

void
lan_link_send_handshakes (LanLink *link, LanPath *path)
{
  guint8 packet[LAN_DATAGRAM_CONTROL_MAX];
  gsize len;

  if (link->session == NULL)
    return;
  while ((len = lan_datagram_session_take_packet (link->session, packet)) > 0)
    lan_link_send_over (link, path != NULL ? path : lan_path_set_current (link->paths), packet,
                        len);
}

void
lan_link_send_ping (LanLink *link, LanPath *path)
{
  guint8 buffer[LAN_DATAGRAM_OVERHEAD + PROBE_PING_BYTES];
  LanWriter w;

  lan_writer_init (&w, buffer + LAN_DATAGRAM_HEADROOM, PROBE_PING_BYTES);
  lan_write_u8 (&w, PROBE_PING);
  lan_write_u64 (&w, (guint64) lan_boottime_us ());
  seal_over (link, path, LAN_DATAGRAM_LANE_PROBE, buffer, w.len);
}

static void
on_flow_send (gpointer data, const GOutputVector *vectors, guint n_vectors)
{
  LanLink *link = data;
  LanPath *path = lan_path_set_current (link->paths);
  guint8 *slot;
  gsize len = 0, sealed;

  if (path == NULL || link->session == NULL)
    return;
  slot = lan_path_slot (path);
  for (guint i = 0; i < n_vectors; i++) {
    if (vectors[i].size > LAN_ENET_MTU - len)
      return; /* more than ENet was told: it repeats, smaller */
    memcpy (slot + LAN_DATAGRAM_HEADROOM + len, vectors[i].buffer, vectors[i].size);
    len += vectors[i].size;
  }
  if (lan_datagram_session_seal (link->session, LAN_DATAGRAM_LANE_ENET,
                                 slot + LAN_DATAGRAM_HEADROOM, len, slot, &sealed,
                                 lan_boottime_us ()) != LAN_STATUS_OK)
    return;
  link->bytes_sent += sealed;
  lan_path_add (path, sealed);
}

static void
on_flow_flush (gpointer data)
{
  LanLink *link = data;
  LanPath *path = lan_path_set_current (link->paths);

  if (path != NULL)
    lan_path_flush (path);
}

/* ---- ENet's events ---- */

static void
on_flow_up (gpointer data)
{
  LanLink *link = data;
  LanChannelPeer peer = { .static_key = link->config.remote_key, .pattern = LAN_LANE_PATTERN_IK };
  const LanHello *hello = lan_datagram_session_remote_hello (link->session);

  if (hello != NULL)
    peer.hello = *hello;
  link->setup_by_us = LAN_NO_DEADLINE;
  lan_link_send_ping (link, lan_path_set_current (link->paths));
  lan_channel_up (&link->channel, &peer);
}

static void
on_flow_frame (gpointer data, LanStream stream, const guint8 *frame, gsize len)
{
  lan_channel_got_frame (&((LanLink *) data)->channel, stream, frame, len);
}

static void
on_flow_writable (gpointer data, LanStream stream)
{
  lan_channel_got_room (&((LanLink *) data)->channel, stream);
}

static void
on_flow_sent (gpointer data, LanStream stream)
{
  LanLink *link = data;
  gint64 now_us = lan_boottime_us ();

  if (link->silent_us == LAN_NO_DEADLINE) {
    link->silent_us = now_us + LAN_LINK_SILENT_US;
    lan_link_set_timer (link);
  }
  if (now_us - link->last_probe_us < (stream == LAN_STREAM_FILES ? PROBE_FILES_US : PROBE_CHAT_US))
    return;
  link->last_probe_us = now_us;
  lan_link_send_ping (link, lan_path_set_current (link->paths));
}

static void
on_flow_down (gpointer data, gboolean is_timeout)
{
  LanLink *link = data;
  LanCloseReason reason = is_timeout ? LAN_CLOSE_TIMEOUT : LAN_CLOSE_REMOTE;

  lan_channel_end (&link->channel, link->is_closing ? LAN_CLOSE_LOCAL : reason, "ENet is over");
}

const LanFlowEvents lan_link_flow_events = {
  on_flow_send,     on_flow_flush, on_flow_up,   on_flow_frame,
  on_flow_writable, on_flow_sent,  on_flow_down,
};

/* ---- in ---- */

static void
on_probe (LanLink *link, LanPath *path, const guint8 *body, gsize len)
{
  guint8 buffer[LAN_DATAGRAM_OVERHEAD + PROBE_PONG_BYTES];
  gint64 now_us = lan_boottime_us (), sent_us, rtt_us;
  LanPacer *pacer = lan_path_set_pacer (link->paths, path);
  LanReader r;
  LanWriter w;

  lan_reader_init (&r, body, len);
  if (len == PROBE_PING_BYTES && lan_read_u8 (&r) == PROBE_PING) {
    lan_writer_init (&w, buffer + LAN_DATAGRAM_HEADROOM, PROBE_PONG_BYTES);
    lan_write_u8 (&w, PROBE_PONG);
    lan_write_u64 (&w, lan_read_u64 (&r));
    lan_write_u64 (&w, (guint64) now_us);
    seal_over (link, path, LAN_DATAGRAM_LANE_PROBE, buffer, w.len);
  } else if (len == PROBE_PONG_BYTES && lan_read_u8 (&r) == PROBE_PONG && pacer != NULL) {
    sent_us = (gint64) lan_read_u64 (&r);
    if (sent_us < 0 || sent_us > now_us)
      return;
    rtt_us = now_us - sent_us;
    if (rtt_us <= PROBE_RTT_MAX_US)
      lan_pacer_on_delay (pacer, (gint64) (lan_read_u64 (&r) & G_MAXINT64) - sent_us, rtt_us,
                          now_us);
  }
}

static void
on_opened (LanLink *link, LanPath *path, const LanDatagramIn *in)
{
  switch (in->lane) {
  case LAN_DATAGRAM_LANE_ENET:
    if (!lan_flow_deliver (link->flow, in->body, in->len))
      link->refused++;
    break;
  case LAN_DATAGRAM_LANE_PROBE:
    on_probe (link, path, in->body, in->len);
    break;
  case LAN_DATAGRAM_LANE_MEDIA:
  case LAN_DATAGRAM_LANE_CONTROL:
    if (link->channel.state == LAN_CHANNEL_UP && link->events.datagram != NULL)
      link->events.datagram (link, in->lane, in->body, in->len, link->data);
    break;
  }
}

void
lan_link_on_datagram (gpointer data, LanPath *path, const guint8 *bytes, gsize len)
{
  LanLink *link = data;
  guint8 out[LAN_PATH_DATAGRAM_MAX];
  LanDatagramIn in = { 0 };

  if (link->session == NULL || len > sizeof out ||
      lan_datagram_session_receive (link->session, bytes, len, out, &in, lan_boottime_us ()) !=
          LAN_STATUS_OK) {
    link->refused++;
    return;
  }
  link->bytes_received += len;
  if (link->silent_us != LAN_NO_DEADLINE) /* not so silent */
    link->silent_us = lan_boottime_us () + LAN_LINK_SILENT_US;
  lan_channel_hold (&link->channel);
  if (in.is_data)
    lan_path_set_heard (link->paths, path);
  if (!lan_link_is_over (link))
    lan_link_send_handshakes (link, path);
  if (!lan_link_is_over (link) && link->config.offerer &&
      lan_datagram_session_is_established (link->session, lan_boottime_us ()))
    lan_flow_connect (link->flow);
  if (!lan_link_is_over (link) && in.is_data)
    on_opened (link, path, &in);
  lan_link_set_timer (link);
  lan_channel_let_go (&link->channel);
}
