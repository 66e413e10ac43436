/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The sending thread of a bulk lane: messages are sealed into one buffer while there is room, then
 * it leaves, in pieces as large as the limits allow: the pacer's window over what the kernel holds
 * unacknowledged, and the owner's rate.
 */
#include "lan-bulk-lane-private.h"
#include "lan-ticker.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define SAMPLE_US      1000
#define PIECES         8 /* of a window: smaller ones are worth no system call */
#define PIECE_MIN      (2 * 1448)
#define STALL_MAX_US   5000
#define TIMER_SLACK_NS 1000 /* waits here are shorter than the default slack of 50 us */

typedef struct {
  LanBulkLane *lane;
  guint8 *buffer;
  gsize len;       /* sealed and not sent */
  LanBulkOut *out; /* being sealed */
  gsize offset;
  gint64 sampled_us;
  guint64 acked; /* by TCP, at that time */
  gint64 stall_us;
} Sender;

/* ---- sealing ---- */

/* One more record; FALSE when the message is wholly sealed, or the flow refuses. */
static gboolean
seal_part (Sender *s)
{
  guint8 head[LAN_BULK_RECORD_HEAD_BYTES];
  gsize part = MIN (lan_bulk_part_size (s->out->payload_len), s->out->payload_len - s->offset);
  gsize n;

  if (s->offset == 0)
    lan_bulk_head_first (head, s->out);
  else
    lan_bulk_head_more (head, (guint32) s->offset);
  if (lan_bulk_flow_seal (s->lane->send_flow, head, part > 0 ? s->out->payload + s->offset : NULL,
                          part, s->buffer + s->len, &n) != LAN_STATUS_OK) {
    lan_bulk_lane_finish (s->lane, LAN_CLOSE_BROKEN, "the key is used up");
    return FALSE;
  }
  s->len += n;
  s->offset += part;
  return s->offset < s->out->payload_len;
}

static void
message_done (Sender *s)
{
  LanBulkLane *lane = s->lane;

  g_mutex_lock (&lane->mutex);
  lane->stats.messages_sent++;
  lane->stats.bytes_sent += s->out->payload_len;
  lane->used_us = lan_boottime_us ();
  g_mutex_unlock (&lane->mutex);
  lan_bulk_lane_give_back (g_steal_pointer (&s->out), TRUE);
}

static gboolean
has_space (const Sender *s)
{
  return LAN_BULK_BUFFER_BYTES - s->len >= LAN_BULK_RECORD_ROOM;
}

/* Seals what waits, as far as the buffer goes. FALSE: nothing waits, and nothing will. */
static gboolean
fill (Sender *s)
{
  while (has_space (s)) {
    gboolean has_room;

    if (s->out == NULL) {
      s->offset = 0;
      s->out = lan_bulk_lane_next (s->lane, s->len == 0, &has_room);
      if (has_room && s->lane->events.writable != NULL)
        s->lane->events.writable (s->lane, s->lane->data);
    }
    if (s->out == NULL)
      return s->len > 0;
    if (!seal_part (s)) {
      if (s->offset < s->out->payload_len)
        return FALSE;
      message_done (s);
    }
  }
  return TRUE;
}

/* ---- sending ---- */

static gsize
in_flight (const Sender *s)
{
  int bytes = 0;

  if (ioctl (s->lane->fd, SIOCOUTQ, &bytes) != 0)
    return 0;
  return (gsize) MAX (bytes, 0);
}

/* Looks at the connection once a millisecond. */
static void
sample (Sender *s, gsize flying)
{
  LanBulkLane *lane = s->lane;
  gint64 now_us = lan_boottime_us ();
  struct tcp_info info = { 0 };
  socklen_t len = sizeof info;
  LanBulkSample look;

  if (now_us - s->sampled_us < SAMPLE_US ||
      getsockopt (lane->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
    return;
  look = (LanBulkSample){
    .now_us = now_us,
    .rtt_us = info.tcpi_rtt,
    .min_rtt_us = info.tcpi_min_rtt != G_MAXUINT32 ? info.tcpi_min_rtt : 0,
    .acked = (gsize) (info.tcpi_bytes_acked - s->acked),
    .in_flight = flying,
  };
  s->sampled_us = now_us;
  s->acked = info.tcpi_bytes_acked;
  g_mutex_lock (&lane->mutex);
  lan_bulk_pacer_set_call (&lane->pacer, lane->is_call);
  lan_bulk_pacer_on_sample (&lane->pacer, &look);
  lane->stats.rtt_us = lane->pacer.rtt_us;
  lane->stats.base_rtt_us = lane->pacer.base_us;
  lane->stats.window = lane->pacer.window;
  g_mutex_unlock (&lane->mutex);
}

/* Not longer than until somebody ends the lane. */
static void
wait_us (LanBulkLane *lane, gint64 us)
{
  gint64 until = g_get_monotonic_time () + us;

  g_mutex_lock (&lane->mutex);
  while (!lane->is_over && g_cond_wait_until (&lane->changed, &lane->mutex, until))
    ;
  g_mutex_unlock (&lane->mutex);
}

/* How much of @want may go now; waits a moment and says 0 when that is nothing worth a call. */
static gsize
room (Sender *s, gsize want)
{
  LanBulkLane *lane = s->lane;
  gsize flying = in_flight (s), n, least;

  sample (s, flying);
  n = MIN (want, lan_bulk_pacer_room (&lane->pacer, flying));
  least = MIN (want, MAX (lane->pacer.window / PIECES, PIECE_MIN));
  if (n >= least) {
    s->stall_us = 0;
    return n;
  }
  /* Twice as long each time, or a receiver that reads nothing would keep us busy. */
  s->stall_us =
      CLAMP (2 * s->stall_us, lan_bulk_pacer_wait_us (&lane->pacer, least - n), STALL_MAX_US);
  wait_us (lane, s->stall_us);
  return 0;
}

static gsize
allowed_by_rate (Sender *s, gsize want)
{
  g_autoptr (LanBulkRate) limiter = NULL;
  gint64 us = 0;
  gsize n = want;

  g_mutex_lock (&s->lane->mutex);
  if (s->lane->limiter != NULL)
    limiter = lan_bulk_rate_ref (s->lane->limiter);
  g_mutex_unlock (&s->lane->mutex);
  if (limiter != NULL)
    n = lan_bulk_rate_take (limiter, want, lan_boottime_us (), &us);
  if (n == 0)
    wait_us (s->lane, us);
  return n;
}

/* FALSE when the lane is over. */
static gboolean
flush (Sender *s)
{
  gsize at = 0;

  while (at < s->len) {
    gsize n;
    gssize sent;

    if (lan_bulk_lane_is_over (s->lane))
      return FALSE;
    n = room (s, s->len - at);
    n = n > 0 ? allowed_by_rate (s, n) : 0;
    if (n == 0)
      continue;
    sent = send (s->lane->fd, s->buffer + at, n, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0) {
      lan_bulk_lane_finish (s->lane, LAN_CLOSE_BROKEN, g_strerror (errno));
      return FALSE;
    }
    at += (gsize) sent;
    g_mutex_lock (&s->lane->mutex);
    s->lane->stats.wire_sent += (guint64) sent;
    g_mutex_unlock (&s->lane->mutex);
  }
  s->len = 0;
  return TRUE;
}

/* Closed in order: END behind everything, and the other side's ends the receiving thread. */
static void
say_end (Sender *s)
{
  if (lan_bulk_lane_is_over (s->lane) ||
      lan_bulk_flow_seal_end (s->lane->send_flow, s->buffer, &s->len) != LAN_STATUS_OK)
    return;
  if (flush (s))
    shutdown (s->lane->fd, SHUT_WR);
}

gpointer
lan_bulk_send_run (gpointer data)
{
  Sender s = { .lane = data, .buffer = g_malloc (LAN_BULK_BUFFER_BYTES) };

  prctl (PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
  while (fill (&s) && flush (&s))
    ;
  if (s.out != NULL)
    lan_bulk_lane_give_back (s.out, FALSE);
  say_end (&s);
  g_free (s.buffer);
  lan_bulk_lane_thread_ends (s.lane);
  return NULL;
}
