/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-tcp-lane.h"

#include "lan-channel-private.h"
#include "lan-deadlines.h"
#include "lan-lane-race.h"
#include "lan-random-system.h"
#include "lan-tcp-lane-private.h"
#include "lan-ticker.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define READ_BYTES     (64 * 1024)
#define READS_PER_TURN 8 /* then others have their turn of the loop */
#define CLOSE_US       (2 * G_USEC_PER_SEC)
/* A connection without an answer is dead after this; core's Ping is slower. */
#define USER_TIMEOUT_MS      15000
#define KEEPALIVE_IDLE_S     20
#define KEEPALIVE_INTERVAL_S 5
#define KEEPALIVE_PROBES     3

typedef struct {
  LanChannel channel;
  gboolean is_dialer, is_closing;
  LanLocalKeys keys;
  LanLaneKind kind; /* of a dial, as the rest here */
  LanLanePattern pattern;
  guint8 remote_key[LAN_KEY_BYTES]; /* unless .pattern is XX */
  guint8 net_id[LAN_NET_ID_BYTES];  /* zeros between peers */
  guint8 psk[LAN_KEY_BYTES];        /* in patterns with one */
  guint8 id[LAN_LANE_ID_BYTES];
  LanLaneRace *race;
  GPtrArray *untried;  /* of GSocketAddress: a dial's addresses without a handshake so far */
  gint64 dial_by_us;   /* no further address after this */
  gboolean has_failed; /* a handshake at one of the addresses did, for first_failure */
  LanCloseReason first_failure;
  GSocket *socket;
  GSocketAddress *address;
  GSource *readable, *writable;
  LanTicker *flusher; /* once per turn of the loop: writes are coalesced */
  LanTicker *timer;
  gint64 close_by_us;
  LanLane *lane;
  GBytes *out; /* being written, from out_at on */
  gsize out_at;
  gboolean was_full; /* the queue was above its low mark: its falling below is to be told */
} TcpLane;

static TcpLane *
from_channel (const LanChannel *channel)
{
  g_assert (channel->kind == LAN_CHANNEL_LANE);
  return (TcpLane *) channel;
}

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* ---- writing ---- */

static gsize
unsent_bytes (const TcpLane *lane)
{
  gsize out = lane->out != NULL ? g_bytes_get_size (lane->out) - lane->out_at : 0;

  return out + (lane->lane != NULL ? lan_lane_output_size (lane->lane) : 0);
}

static void flush (TcpLane *lane);

static gboolean
on_writable (GSocket *socket, GIOCondition condition, gpointer data)
{
  TcpLane *lane = data;

  drop_source (&lane->writable);
  flush (lane);
  return G_SOURCE_REMOVE;
}

static void
wait_writable (TcpLane *lane)
{
  if (lane->writable != NULL)
    return;
  lane->writable = g_socket_create_source (lane->socket, G_IO_OUT, NULL);
  g_source_set_callback (lane->writable, G_SOURCE_FUNC (on_writable), lane, NULL);
  g_source_attach (lane->writable, g_main_context_get_thread_default ());
}

/* Writes until all is out (TRUE), or the socket is full or gone (FALSE). */
static gboolean
write_out (TcpLane *lane)
{
  for (;;) {
    g_autoptr (GError) error = NULL;
    const char *data;
    gsize len;
    gssize n;

    if (lane->out == NULL && lane->lane != NULL) {
      lane->out = lan_lane_take_output (lane->lane);
      lane->out_at = 0;
    }
    if (lane->out == NULL)
      return TRUE;
    data = g_bytes_get_data (lane->out, &len);
    n = g_socket_send_with_blocking (lane->socket, data + lane->out_at, len - lane->out_at, FALSE,
                                     NULL, &error);
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      wait_writable (lane);
      return FALSE;
    }
    if (n < 0)
      return FALSE; /* reading says why, and may still find frames that came before the cut */
    lane->out_at += (gsize) n;
    if (lane->out_at == len)
      g_clear_pointer (&lane->out, g_bytes_unref);
  }
}

static void
flush (TcpLane *lane)
{
  LanChannel *channel = &lane->channel;

  if (lane->socket == NULL || lane->writable != NULL)
    return;
  if (write_out (lane) && lane->is_closing)
    shutdown (g_socket_get_fd (lane->socket), SHUT_WR);
  if (lane->was_full && unsent_bytes (lane) <= LAN_CHANNEL_LOW_WATER) {
    lane->was_full = FALSE;
    lan_channel_got_room (channel, LAN_STREAM_CHAT);
  }
}

static void
on_flush (gpointer data)
{
  TcpLane *lane = data;

  lan_channel_hold (&lane->channel);
  flush (lane);
  lan_channel_let_go (&lane->channel);
}

/* ---- time ---- */

static void
set_timer (TcpLane *lane)
{
  gint64 due = lane->lane != NULL ? lan_lane_next_deadline (lane->lane) : LAN_NO_DEADLINE;

  if (lane->timer == NULL)
    return;
  if (lane->is_closing)
    due = MIN (due, lane->close_by_us);
  lan_ticker_set (lane->timer, due);
}

/* ---- what the lane says ---- */

static LanCloseReason
reason_of (const TcpLane *lane, LanStatus status)
{
  gboolean was_up = lane->channel.state == LAN_CHANNEL_UP;

  switch (status) {
  case LAN_STATUS_AUTH:
  case LAN_STATUS_REPLAY:
  case LAN_STATUS_MISMATCH:
    return LAN_CLOSE_AUTH;
  case LAN_STATUS_EXPIRED:
    return LAN_CLOSE_TIMEOUT;
  case LAN_STATUS_TRUNCATED:
    return was_up ? LAN_CLOSE_BROKEN : LAN_CLOSE_REFUSED;
  default:
    return LAN_CLOSE_PROTOCOL;
  }
}

static void close_socket (TcpLane *lane);
static void on_race_done (GSocket *socket, GSocketAddress *address, gpointer data);

/*
 * The end, or, of a dial that has not been up yet, the turn of the next address: the one that
 * answered first may have been given to another machine since.
 */
static void
give_up (TcpLane *lane, LanCloseReason reason, const char *detail)
{
  gboolean is_dialing =
      lane->is_dialer && lane->channel.state == LAN_CHANNEL_CONNECTING && !lane->is_closing;

  if (is_dialing && !lane->has_failed && reason != LAN_CLOSE_UNREACHABLE) {
    lane->has_failed = TRUE;
    lane->first_failure = reason;
  }
  if (is_dialing && reason != LAN_CLOSE_UNREACHABLE && lane->untried->len > 0 &&
      lan_boottime_us () < lane->dial_by_us && !lan_channel_is_over (&lane->channel)) {
    close_socket (lane);
    lane->race = lan_lane_race_new (lane->untried, on_race_done, lane);
    return;
  }
  lan_channel_end (&lane->channel, lane->has_failed ? lane->first_failure : reason, detail);
}

static void
on_established (TcpLane *lane, const LanLaneEvent *event)
{
  LanChannelPeer peer = { .static_key = event->remote_static,
                          .hello = event->remote_hello,
                          .pattern = event->pattern,
                          .handshake_hash = event->handshake_hash };

  memcpy (lane->id, event->lane_id, sizeof lane->id);
  lane->kind = event->kind;
  lan_channel_up (&lane->channel, &peer);
}

static void
on_event (TcpLane *lane, const LanLaneEvent *event)
{
  const guint8 *frame;
  gsize len;

  switch (event->type) {
  case LAN_LANE_ESTABLISHED:
    on_established (lane, event);
    break;
  case LAN_LANE_FRAME:
    frame = g_bytes_get_data (event->frame, &len);
    lan_channel_got_frame (&lane->channel, LAN_STREAM_CHAT, frame, len);
    break;
  case LAN_LANE_END:
    if (!lane->is_closing)
      lan_lane_close (lane->lane);
    lane->is_closing = TRUE;
    write_out (lane);
    lan_channel_end (&lane->channel, lane->close_by_us != 0 ? LAN_CLOSE_LOCAL : LAN_CLOSE_REMOTE,
                     "END");
    break;
  case LAN_LANE_FAILED:
    write_out (lane);
    give_up (lane, lane->close_by_us != 0 ? LAN_CLOSE_LOCAL : reason_of (lane, event->status),
             lan_status_text (event->status));
    break;
  }
}

/* The caller holds the channel. */
static void
take_events (TcpLane *lane)
{
  LanLaneEvent event = { 0 };

  while (!lan_channel_is_over (&lane->channel) && lane->lane != NULL &&
         lan_lane_next_event (lane->lane, &event)) {
    on_event (lane, &event);
    lan_lane_event_clear (&event);
  }
  if (lan_channel_is_over (&lane->channel) || lane->lane == NULL)
    return;
  if (lan_lane_output_size (lane->lane) > 0)
    lan_ticker_set (lane->flusher, 0);
  set_timer (lane);
}

/* ---- reading ---- */

/* What follows the handshake may be for somebody else: lan_tcp_lane_take(). */
static gsize
read_size (const TcpLane *lane, gsize max)
{
  return lane->channel.state == LAN_CHANNEL_CONNECTING && !lane->is_dialer
             ? MIN (max, lan_lane_wanted (lane->lane))
             : max;
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  TcpLane *lane = data;
  guint8 bytes[READ_BYTES];
  gboolean again = TRUE;

  lan_channel_hold (&lane->channel);
  for (guint i = 0; i < READS_PER_TURN && again; i++) {
    g_autoptr (GError) error = NULL;
    gsize want = read_size (lane, sizeof bytes);
    gssize n = g_socket_receive_with_blocking (socket, (char *) bytes, want, FALSE, NULL, &error);

    again = n == (gssize) want;
    if (n > 0)
      (void) lan_lane_feed (lane->lane, bytes, (gsize) n, lan_boottime_us ());
    else if (n == 0)
      (void) lan_lane_feed_eof (lane->lane);
    take_events (lane);
    if (lane->socket != socket) /* over, or at the next address */
      break;
    if (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      give_up (lane, lane->channel.state == LAN_CHANNEL_UP ? LAN_CLOSE_BROKEN : LAN_CLOSE_REFUSED,
               error->message);
    else if (n == 0) /* the lane said what it had to */
      give_up (lane, LAN_CLOSE_LOCAL, "closed");
    again = again && lane->socket == socket;
  }
  lan_channel_let_go (&lane->channel);
  return G_SOURCE_CONTINUE;
}

static void
on_timer (gpointer data)
{
  TcpLane *lane = data;
  gint64 now_us = lan_boottime_us ();

  lan_channel_hold (&lane->channel);
  if (lane->is_closing && now_us >= lane->close_by_us) {
    lan_channel_end (&lane->channel, LAN_CLOSE_LOCAL, "closed");
  } else if (lane->lane != NULL) {
    (void) lan_lane_advance (lane->lane, now_us); /* a failure is among the events */
    take_events (lane);
  }
  lan_channel_let_go (&lane->channel);
}

static void
set_int (GSocket *socket, int level, int option, int value)
{
  g_socket_set_option (socket, level, option, value, NULL); /* none is needed for correctness */
}

static void
start (TcpLane *lane, GSocket *socket, LanLaneConfig *config)
{
  gint64 now_us = lan_boottime_us ();

  lane->socket = g_object_ref (socket);
  g_socket_set_blocking (socket, FALSE);
  set_int (socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_int (socket, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
  set_int (socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
  set_int (socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
  set_int (socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
  g_socket_set_keepalive (socket, TRUE);
  config->local_secret = lane->keys.dh_secret;
  config->random = lan_random_system ();
  if (lane->keys.hello != NULL)
    lane->keys.hello (&config->hello, lane->keys.data);
  lane->lane = lane->is_dialer ? lan_lane_new_dialer (config, now_us)
                               : lan_lane_new_listener (config, now_us);
  if (lane->lane == NULL) {
    give_up (lane, LAN_CLOSE_AUTH, "the keys cannot be used");
    return;
  }
  lane->readable = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (lane->readable, G_SOURCE_FUNC (on_readable), lane, NULL);
  g_source_attach (lane->readable, g_main_context_get_thread_default ());
  lan_ticker_set (lane->flusher, 0);
  set_timer (lane);
}

/* ---- the channel ---- */

static gboolean
tcp_lane_send (LanChannel *channel, LanStream stream, const guint8 *frame, gsize len)
{
  TcpLane *lane = from_channel (channel);

  if (lane->is_closing)
    return FALSE;
  if (unsent_bytes (lane) >= LAN_CHANNEL_QUEUE_MAX ||
      lan_lane_send (lane->lane, frame, len) != LAN_STATUS_OK) {
    lane->was_full = TRUE;
    return FALSE;
  }
  lane->was_full |= unsent_bytes (lane) > LAN_CHANNEL_LOW_WATER;
  lan_ticker_set (lane->flusher, 0);
  return TRUE;
}

static gsize
tcp_lane_queued (const LanChannel *channel, LanStream stream)
{
  return unsent_bytes (from_channel (channel));
}

static void
tcp_lane_close (LanChannel *channel)
{
  TcpLane *lane = from_channel (channel);

  if (lane->is_closing)
    return;
  lane->is_closing = TRUE;
  lane->close_by_us = lan_boottime_us () + CLOSE_US;
  if (channel->state == LAN_CHANNEL_UP) {
    lan_lane_close (lane->lane);
    lan_ticker_set (lane->flusher, 0);
  } else {
    lane->close_by_us = 1; /* nothing to say yet: in the next turn of the loop */
  }
  set_timer (lane);
}

static void
close_socket (TcpLane *lane)
{
  drop_source (&lane->readable);
  drop_source (&lane->writable);
  if (lane->socket != NULL)
    g_socket_close (lane->socket, NULL);
  g_clear_object (&lane->socket);
  g_clear_pointer (&lane->lane, lan_lane_free);
  g_clear_pointer (&lane->out, g_bytes_unref);
}

static void
tcp_lane_stop (LanChannel *channel)
{
  TcpLane *lane = from_channel (channel);

  g_clear_pointer (&lane->race, lan_lane_race_free);
  g_clear_pointer (&lane->flusher, lan_ticker_free);
  g_clear_pointer (&lane->timer, lan_ticker_free);
  close_socket (lane);
}

static void
tcp_lane_finalize (LanChannel *channel)
{
  TcpLane *lane = from_channel (channel);

  g_clear_pointer (&lane->untried, g_ptr_array_unref);
  g_clear_object (&lane->address);
  lan_secret_wipe (&lane->keys, sizeof lane->keys);
  lan_secret_wipe (lane->psk, sizeof lane->psk);
  g_free (lane);
}

static LanStatus
tcp_lane_export_psk (const LanChannel *channel, const guint8 *session, const guint8 *lane_id,
                     gboolean we_dial, guint8 *psk)
{
  const TcpLane *lane = from_channel (channel);

  return lan_lane_export_psk (lane->lane, lane_id, we_dial == lane->is_dialer, psk);
}

static const LanChannelOps tcp_lane_ops = {
  .send = tcp_lane_send,
  .queued = tcp_lane_queued,
  .export_psk = tcp_lane_export_psk,
  .close = tcp_lane_close,
  .stop = tcp_lane_stop,
  .finalize = tcp_lane_finalize,
};

static TcpLane *
tcp_lane_new (const LanLocalKeys *keys, gboolean is_dialer)
{
  TcpLane *lane = g_new0 (TcpLane, 1);

  lan_channel_init (&lane->channel, &tcp_lane_ops, LAN_CHANNEL_LANE);
  lane->is_dialer = is_dialer;
  lane->keys = *keys;
  lane->flusher = lan_ticker_new (on_flush, lane);
  lane->timer = lan_ticker_new (on_timer, lane);
  return lane;
}

static void
on_race_done (GSocket *socket, GSocketAddress *address, gpointer data)
{
  TcpLane *lane = data;
  LanLaneConfig config = { .kind = lane->kind, .pattern = lane->pattern, .net_id = lane->net_id };

  lan_channel_hold (&lane->channel);
  g_clear_pointer (&lane->race, lan_lane_race_free);
  if (socket == NULL) {
    give_up (lane, LAN_CLOSE_UNREACHABLE, "no address answered");
  } else {
    g_set_object (&lane->address, address);
    g_ptr_array_remove (lane->untried, address);
    config.remote_public = lane->pattern != LAN_LANE_PATTERN_XX ? lane->remote_key : NULL;
    config.psk = lane->psk;
    memcpy (config.lane_id, lane->id, sizeof config.lane_id);
    start (lane, socket, &config);
    g_object_unref (socket);
  }
  lan_channel_let_go (&lane->channel);
}

LanChannel *
lan_tcp_lane_dial_as (const LanLocalKeys *keys, const LanTcpLaneDial *dial, GPtrArray *addresses)
{
  TcpLane *lane = tcp_lane_new (keys, TRUE);

  lane->kind = dial->kind;
  lane->pattern = dial->pattern;
  if (dial->remote_key != NULL)
    memcpy (lane->remote_key, dial->remote_key, LAN_KEY_BYTES);
  if (dial->kind == LAN_LANE_KIND_SERVER && dial->remote_key != NULL)
    lan_hash_n (lane->net_id, sizeof lane->net_id, dial->remote_key, LAN_KEY_BYTES);
  if (dial->psk != NULL)
    memcpy (lane->psk, dial->psk, LAN_KEY_BYTES);
  if (dial->lane_id != NULL)
    memcpy (lane->id, dial->lane_id, sizeof lane->id);
  else
    lan_random_bytes (lan_random_system (), lane->id, sizeof lane->id);
  lane->untried = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < addresses->len && i < LAN_LANE_RACE_MAX; i++)
    g_ptr_array_add (lane->untried, g_object_ref (g_ptr_array_index (addresses, i)));
  lane->dial_by_us = lan_boottime_us () + LAN_LANE_DIAL_US;
  lane->race = lan_lane_race_new (lane->untried, on_race_done, lane);
  return &lane->channel;
}

gboolean
lan_tcp_lane_take (LanChannel *channel, GSocket **socket, LanBulkFlow **send, LanBulkFlow **receive)
{
  TcpLane *lane = from_channel (channel);

  if (channel->state != LAN_CHANNEL_UP || lane->socket == NULL || !write_out (lane) ||
      lan_lane_take_flows (lane->lane, send, receive) != LAN_STATUS_OK)
    return FALSE;
  drop_source (&lane->readable);
  drop_source (&lane->writable);
  *socket = g_steal_pointer (&lane->socket);
  return TRUE;
}

LanLaneKind
lan_tcp_lane_kind (const LanChannel *channel)
{
  return from_channel (channel)->kind;
}

LanChannel *
lan_tcp_lane_accept (GSocket *socket, const LanLocalKeys *keys, const LanLaneListener *decisions,
                     gpointer data)
{
  TcpLane *lane = tcp_lane_new (keys, FALSE);
  LanLaneConfig config = { .listener = decisions, .listener_data = data };

  lane->address = g_socket_get_remote_address (socket, NULL);
  start (lane, socket, &config);
  return &lane->channel;
}

gboolean
lan_tcp_lane_is_dialer (const LanChannel *channel)
{
  return from_channel (channel)->is_dialer;
}

GSocketAddress *
lan_tcp_lane_remote_address (const LanChannel *channel)
{
  return from_channel (channel)->address;
}

GSocketAddress *
lan_tcp_lane_local_address (const LanChannel *channel)
{
  GSocket *socket = from_channel (channel)->socket;

  return socket != NULL ? g_socket_get_local_address (socket, NULL) : NULL;
}

const guint8 *
lan_tcp_lane_id (const LanChannel *channel)
{
  return from_channel (channel)->id;
}
