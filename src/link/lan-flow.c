/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-flow.h"

#include "lan-deadlines.h"
#include "lan-enet-filter.h"
#include "lan-enet-port.h"
#include "lan-ticker.h"

#include <string.h>

#define WINDOW_BYTES      (2 * 1024 * 1024) /* ENet's own; the pacer is the one that limits */
#define CHAT_SLACK        (16 * 1024)       /* beside files, for chat that comes meanwhile */
#define SHIM_WINDOW_BYTES (256 * 1024)      /* what loopback sockets buffer without loss */
#define CHAT_IN_ENET_MAX  (512 * 1024)      /* unacknowledged chat bytes inside ENet */
#define WAITING_MAX       (8 * 1024 * 1024) /* received and not yet whole */
#define PING_MS           5000
/* ENet retransmits after rtt + 4 * variance, in whole milliseconds: on a LAN that is 1 ms, less than
 * a scheduler's whim. */
#define VARIANCE_MIN_MS 5
#define VARIANCE_SHARE  8 /* and this part of a round trip: acknowledgements wait in queues too */
/* One in so many may be lost, or be taken for lost by ENet, which knows only timers, without meaning
 * that the path is too full: the delay says that much better. */
#define LOSS_SHARE   50
#define RETRY_MAX_MS 2000 /* its doubling waits stop here */
/* The link decides when a path is dead; ENet gives up long after. */
#define GIVE_UP_MIN_MS 60000
#define GIVE_UP_MAX_MS 90000

typedef struct {
  LanFlow *flow;
  LanStream stream;
  GQueue waiting; /* of ENetPacket */
  gsize waiting_bytes;
  gsize in_enet_bytes; /* handed to ENet and not acknowledged */
  gboolean was_full;   /* the queue was above its low mark: its falling below is to be told */
} Stream;

struct _LanFlow {
  gboolean is_client;
  LanFlowEvents events;
  gpointer data;
  LanEnetPort *port;
  ENetPeer *peer; /* NULL before connect, and after it is down */
  gboolean is_up, is_closing;
  Stream streams[LAN_STREAM_N];
  LanPacer *pacer;
  LanTicker *ticker;
  guint32 lost_seen, sent_seen; /* the peer's counters when a loss was last judged */
  guint64 lost;                 /* since the start */
  gboolean forgive_loss;        /* the next losses belong to the path before */
  guint busy;                   /* depth of service, in which nothing may be freed */
  gboolean is_freed;
};

static void service (LanFlow *flow);

static void
on_tick (gpointer data)
{
  service (data);
}

LanFlow *
lan_flow_new (gboolean is_client, gboolean force_shim, const LanFlowEvents *events, gpointer data,
              GError **error)
{
  LanFlow *flow = g_new0 (LanFlow, 1);
  ENetHost *host;

  flow->is_client = is_client;
  flow->events = *events;
  flow->data = data;
  flow->port = lan_enet_port_new (force_shim, events->send, data, error);
  if (flow->port == NULL) {
    g_free (flow);
    return NULL;
  }
  for (guint i = 0; i < LAN_STREAM_N; i++) {
    flow->streams[i].flow = flow;
    flow->streams[i].stream = (LanStream) i;
    g_queue_init (&flow->streams[i].waiting);
  }
  host = lan_enet_port_host (flow->port);
  host->maximumPacketSize = LAN_CHANNEL_FRAME_MAX;
  host->maximumWaitingData = WAITING_MAX;
  host->mtu = LAN_ENET_MTU;
  host->peers[0].mtu = LAN_ENET_MTU; /* allocated with the old one */
  flow->ticker = lan_ticker_new (on_tick, flow);
  return flow;
}

void
lan_flow_free (LanFlow *flow)
{
  if (flow == NULL)
    return;
  flow->is_freed = TRUE;
  flow->pacer = NULL;
  g_clear_pointer (&flow->ticker, lan_ticker_free);
  if (flow->busy > 0)
    return;
  for (guint i = 0; i < LAN_STREAM_N; i++) {
    ENetPacket *packet;

    while ((packet = g_queue_pop_head (&flow->streams[i].waiting)) != NULL)
      enet_packet_destroy (packet);
  }
  lan_enet_port_free (flow->port);
  g_free (flow);
}

static void
wake (LanFlow *flow)
{
  if (flow->ticker != NULL)
    lan_ticker_set (flow->ticker, 0);
}

void
lan_flow_connect (LanFlow *flow)
{
  ENetHost *host = lan_enet_port_host (flow->port);

  g_return_if_fail (flow->is_client);
  if (flow->peer != NULL)
    return;
  flow->peer = enet_host_connect (host, lan_enet_port_peer_address (flow->port), LAN_STREAM_N, 0);
  wake (flow);
}

/* ---- queues ---- */

static void
on_packet_free (ENetPacket *packet)
{
  Stream *stream = packet->userData;
  LanFlow *flow = stream->flow;

  stream->in_enet_bytes -= MIN (packet->dataLength, stream->in_enet_bytes);
  if (flow->is_freed || flow->peer == NULL || flow->pacer == NULL)
    return;
  lan_pacer_on_acked (flow->pacer,
                      stream->stream == LAN_STREAM_FILES ? LAN_PACE_FILES : LAN_PACE_CHAT,
                      packet->dataLength, lan_boottime_us ());
}

gsize
lan_flow_queued (const LanFlow *flow, LanStream stream)
{
  return flow->streams[stream].waiting_bytes + flow->streams[stream].in_enet_bytes;
}

gboolean
lan_flow_is_busy (const LanFlow *flow)
{
  return lan_flow_queued (flow, LAN_STREAM_FILES) > 0;
}

gboolean
lan_flow_is_waiting (const LanFlow *flow)
{
  for (guint i = 0; i < LAN_STREAM_N; i++) {
    if (flow->streams[i].in_enet_bytes > 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
lan_flow_send (LanFlow *flow, LanStream stream, const guint8 *frame, gsize len)
{
  Stream *s = &flow->streams[stream];
  ENetPacket *packet;

  if (!flow->is_up || flow->is_closing || len == 0 || len > LAN_CHANNEL_FRAME_MAX)
    return FALSE;
  if (lan_flow_queued (flow, stream) >= LAN_CHANNEL_QUEUE_MAX) {
    s->was_full = TRUE;
    return FALSE;
  }
  packet = enet_packet_create (frame, len, ENET_PACKET_FLAG_RELIABLE);
  if (packet == NULL)
    return FALSE;
  g_queue_push_tail (&s->waiting, packet);
  s->waiting_bytes += len;
  s->was_full |= lan_flow_queued (flow, stream) > LAN_CHANNEL_LOW_WATER;
  if (flow->busy == 0) /* else the service that called us back comes to it */
    wake (flow);
  return TRUE;
}

static gboolean
may_enter (const LanFlow *flow, const Stream *s, gsize len)
{
  if (flow->pacer == NULL) /* no path: ENet would only repeat it in vain */
    return FALSE;
  if (s->stream == LAN_STREAM_FILES)
    return lan_pacer_may_send (flow->pacer, LAN_PACE_FILES, len);
  return s->in_enet_bytes < CHAT_IN_ENET_MAX;
}

static gboolean
enter (LanFlow *flow, Stream *s)
{
  gboolean moved = FALSE;
  ENetPacket *packet;

  while ((packet = g_queue_peek_head (&s->waiting)) != NULL &&
         may_enter (flow, s, packet->dataLength)) {
    gsize len = packet->dataLength;

    g_queue_pop_head (&s->waiting);
    s->waiting_bytes -= len;
    packet->userData = s;
    packet->freeCallback = on_packet_free;
    s->in_enet_bytes += len;
    lan_pacer_on_sent (flow->pacer, s->stream == LAN_STREAM_FILES ? LAN_PACE_FILES : LAN_PACE_CHAT,
                       len, lan_boottime_us ());
    if (enet_peer_send (flow->peer, (guint8) s->stream, packet) != 0)
      enet_packet_destroy (packet); /* only a peer that is going down refuses */
    moved = TRUE;
  }
  return moved;
}

/* Moves frames into ENet: chat first, files as the pacer allows. TRUE when something moved. */
static gboolean
pump (LanFlow *flow)
{
  gboolean moved = FALSE;

  if (flow->peer == NULL || !flow->is_up || flow->is_closing)
    return FALSE;
  for (guint i = 0; i < LAN_STREAM_N; i++) {
    Stream *s = &flow->streams[i];

    if (s->waiting_bytes == 0 || !enter (flow, s))
      continue;
    moved = TRUE;
    flow->events.sent (flow->data, s->stream);
    if (flow->is_freed)
      return FALSE;
    if (s->stream == LAN_STREAM_CHAT && flow->pacer != NULL)
      lan_pacer_set_chat_waiting (flow->pacer, s->waiting_bytes);
  }
  return moved;
}

static void
tell_writable (LanFlow *flow)
{
  for (guint i = 0; i < LAN_STREAM_N && !flow->is_freed && flow->is_up; i++) {
    Stream *s = &flow->streams[i];

    if (!s->was_full || lan_flow_queued (flow, s->stream) > LAN_CHANNEL_LOW_WATER)
      continue;
    s->was_full = FALSE;
    flow->events.writable (flow->data, s->stream);
  }
}

void
lan_flow_set_pacer (LanFlow *flow, LanPacer *pacer)
{
  flow->pacer = pacer;
  if (pacer == NULL)
    return;
  lan_pacer_take_over (pacer, flow->streams[LAN_STREAM_FILES].in_enet_bytes);
  lan_pacer_set_chat_waiting (pacer, flow->streams[LAN_STREAM_CHAT].waiting_bytes);
  wake (flow);
}

/* ---- ENet ---- */

/* What ENet may have under way. The pacer limits what enters; here it is what is repeated that counts: after
 * a loss all of it would go out again at once, overflow the same buffer, and so for ever. */
static guint32
enet_window (const LanFlow *flow)
{
  gsize most = lan_enet_port_is_shim (flow->port) ? SHIM_WINDOW_BYTES : WINDOW_BYTES;
  gsize files;

  if (flow->pacer == NULL)
    return (guint32) most;
  files = MAX (lan_pacer_window (flow->pacer), LAN_CHANNEL_FRAME_MAX);
  return (guint32) MIN (most, files + flow->streams[LAN_STREAM_CHAT].in_enet_bytes + CHAT_SLACK);
}

static void
tune (LanFlow *flow)
{
  ENetPeer *peer = flow->peer;

  if (peer == NULL)
    return;
  /* Bandwidth commands and the handshake set these anew; the sums are cheap. */
  peer->windowSize = enet_window (flow);
  peer->mtu = MIN (peer->mtu, LAN_ENET_MTU);
  peer->roundTripTimeVariance = MAX (peer->roundTripTimeVariance,
                                     MAX (VARIANCE_MIN_MS, peer->roundTripTime / VARIANCE_SHARE));
}

static void
cap_retries (ENetPeer *peer, guint32 cap_ms)
{
  ENetListIterator at;

  for (at = enet_list_begin (&peer->sentReliableCommands);
       at != enet_list_end (&peer->sentReliableCommands); at = enet_list_next (at)) {
    ENetOutgoingCommand *command = (ENetOutgoingCommand *) at;

    command->roundTripTimeout = MIN (command->roundTripTimeout, cap_ms);
  }
  for (at = enet_list_begin (&peer->outgoingCommands);
       at != enet_list_end (&peer->outgoingCommands); at = enet_list_next (at)) {
    ENetOutgoingCommand *command = (ENetOutgoingCommand *) at;

    command->roundTripTimeout = MIN (command->roundTripTimeout, cap_ms);
  }
}

void
lan_flow_kick (LanFlow *flow)
{
  if (flow->peer == NULL)
    return;
  /* Everything in flight is taken to be lost with the old path: due since long. */
  cap_retries (flow->peer, 1);
  flow->peer->nextTimeout = lan_enet_port_host (flow->port)->serviceTime;
  flow->forgive_loss = TRUE;
  wake (flow);
}

static void
look_at_losses (LanFlow *flow)
{
  ENetPeer *peer = flow->peer;

  if (peer == NULL || peer->packetsLost == flow->lost_seen)
    return;
  if (peer->packetsLost > flow->lost_seen) {
    guint32 lost = peer->packetsLost - flow->lost_seen;
    guint32 sent = peer->packetsSent - MIN (flow->sent_seen, peer->packetsSent);

    cap_retries (peer, RETRY_MAX_MS);
    if (!flow->forgive_loss && flow->pacer != NULL && lost * LOSS_SHARE >= sent)
      lan_pacer_on_repeat (flow->pacer, lan_boottime_us ());
    flow->forgive_loss = FALSE;
  }
  flow->lost_seen = peer->packetsLost; /* ENet starts from 0 every ten seconds */
  flow->sent_seen = peer->packetsSent;
}

static void
on_connect (LanFlow *flow, ENetPeer *peer)
{
  flow->peer = peer;
  enet_peer_throttle_configure (peer, 5000, ENET_PEER_PACKET_THROTTLE_SCALE, 0);
  enet_peer_timeout (peer, 0, GIVE_UP_MIN_MS, GIVE_UP_MAX_MS);
  enet_peer_ping_interval (peer, PING_MS);
  tune (flow);
  flow->is_up = TRUE;
  flow->events.up (flow->data);
}

static void
on_event (LanFlow *flow, ENetEvent *event)
{
  switch (event->type) {
  case ENET_EVENT_TYPE_CONNECT:
    on_connect (flow, event->peer);
    break;
  case ENET_EVENT_TYPE_RECEIVE:
    if (event->channelID < LAN_STREAM_N && event->packet->dataLength > 0 && !flow->is_freed)
      flow->events.frame (flow->data, (LanStream) event->channelID, event->packet->data,
                          event->packet->dataLength);
    enet_packet_destroy (event->packet);
    break;
  case ENET_EVENT_TYPE_DISCONNECT:
    flow->peer = NULL;
    flow->is_up = FALSE;
    flow->events.down (flow->data, !flow->is_closing && event->data == 0);
    break;
  case ENET_EVENT_TYPE_NONE:
    break;
  }
}

/* When ENet has something to do next, in milliseconds from now; -1 when never. */
static int
next_service_ms (LanFlow *flow)
{
  /* Not flow->peer: a server repeats its half of the handshake before there is one. */
  ENetPeer *peer = &lan_enet_port_host (flow->port)->peers[0];
  guint32 now = enet_time_get ();
  guint32 due;

  if (!enet_list_empty (&peer->sentReliableCommands))
    due = peer->nextTimeout;
  else if (peer->state == ENET_PEER_STATE_CONNECTED)
    due = peer->lastReceiveTime + peer->pingInterval;
  else
    return -1;
  return (gint32) (due - now) <= 0 ? 1 : (int) (due - now);
}

static void
run_host (LanFlow *flow)
{
  ENetHost *host = lan_enet_port_host (flow->port);
  ENetEvent event;

  while (!flow->is_freed && enet_host_service (host, &event, 0) > 0) {
    tune (flow);
    on_event (flow, &event);
  }
}

/* FALSE when the flow was freed meanwhile, and may be gone now. */
static gboolean
leave (LanFlow *flow)
{
  gboolean lives = !flow->is_freed;

  flow->busy--;
  if (!lives && flow->busy == 0)
    lan_flow_free (flow);
  return lives;
}

static void
service (LanFlow *flow)
{
  int wait_ms;

  flow->busy++;
  lan_ticker_set (flow->ticker, LAN_NO_DEADLINE);
  tune (flow);
  pump (flow);
  if (!flow->is_freed)
    run_host (flow);
  if (!flow->is_freed)
    look_at_losses (flow);
  if (!flow->is_freed)
    tell_writable (flow);
  /* Acknowledgements made room. */
  if (!flow->is_freed && pump (flow) && !flow->is_freed) {
    tune (flow);
    enet_host_flush (lan_enet_port_host (flow->port));
  }
  if (!flow->is_freed) {
    lan_enet_port_flush (flow->port);
    flow->events.flush (flow->data);
  }
  if (!leave (flow) || lan_ticker_due (flow->ticker) == 0)
    return;
  wait_ms = next_service_ms (flow);
  lan_ticker_set (flow->ticker,
                  wait_ms < 0 ? LAN_NO_DEADLINE : lan_boottime_us () + (gint64) wait_ms * 1000);
}

gboolean
lan_flow_deliver (LanFlow *flow, const guint8 *bytes, gsize len)
{
  gboolean taken;

  if (!lan_enet_filter_accepts (bytes, len, LAN_STREAM_N))
    return FALSE;
  flow->busy++; /* a frame's receiver may free the flow */
  if (lan_enet_port_waiting (flow->port) >= LAN_ENET_PORT_BATCH && flow->busy == 1)
    service (flow);
  taken = !flow->is_freed && lan_enet_port_deliver (flow->port, bytes, len);
  wake (flow);
  leave (flow);
  return taken;
}

void
lan_flow_close (LanFlow *flow)
{
  if (flow->is_closing)
    return;
  if (flow->peer != NULL) {
    /* The pacer has no more say: what waits goes in, and ENet ends behind it. */
    for (guint i = 0; i < LAN_STREAM_N; i++) {
      Stream *s = &flow->streams[i];
      ENetPacket *packet;

      while ((packet = g_queue_pop_head (&s->waiting)) != NULL) {
        s->waiting_bytes -= packet->dataLength;
        if (enet_peer_send (flow->peer, (guint8) i, packet) != 0)
          enet_packet_destroy (packet);
      }
    }
    enet_peer_disconnect_later (flow->peer, 1);
  }
  flow->is_closing = TRUE;
  wake (flow);
}

guint64
lan_flow_lost (const LanFlow *flow)
{
  return flow->lost;
}

gboolean
lan_flow_is_shim (const LanFlow *flow)
{
  return lan_enet_port_is_shim (flow->port);
}
