/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bulk-lane-private.h"

#include "lan-ticker.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define CLOSE_MS        2000
#define USER_TIMEOUT_MS 15000
/* Who has asked for everything that it may and waits sends nothing that could show that the other end is gone. */
#define KEEPALIVE_IDLE_S     3
#define KEEPALIVE_INTERVAL_S 3
#define KEEPALIVE_PROBES     4
/* A message in the queue counts for at least this, so that empty ones are bounded too. */
#define MESSAGE_COST 256

LanBulkLane *
lan_bulk_lane_new (GSocket *socket, LanBulkFlow *send, LanBulkFlow *receive)
{
  LanBulkLane *lane = g_new0 (LanBulkLane, 1);

  lane->socket = socket;
  lane->fd = g_socket_get_fd (socket);
  lane->send_flow = send;
  lane->reader = lan_bulk_receive_reader (lane, receive);
  lane->context = g_main_context_ref_thread_default ();
  lane->made_us = lane->used_us = lan_boottime_us ();
  lane->stats.rtt_us = lane->stats.base_rtt_us = -1;
  g_mutex_init (&lane->mutex);
  g_cond_init (&lane->changed);
  g_queue_init (&lane->queue);
  return lane;
}

/* The threads wait in the kernel; only they use the socket from now on. */
static void
make_blocking (LanBulkLane *lane)
{
  int flags = fcntl (lane->fd, F_GETFL);

  if (flags < 0 || fcntl (lane->fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
    lan_bulk_lane_finish (lane, LAN_CLOSE_BROKEN, "the socket cannot be used");
  g_socket_set_keepalive (lane->socket, TRUE);
  g_socket_set_option (lane->socket, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS, NULL);
  g_socket_set_option (lane->socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S, NULL);
  g_socket_set_option (lane->socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S, NULL);
  g_socket_set_option (lane->socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES, NULL);
}

void
lan_bulk_lane_start (LanBulkLane *lane, const LanBulkEvents *events, gpointer data)
{
  g_return_if_fail (lane->sender == NULL);
  lane->events = *events;
  lane->data = data;
  lan_bulk_pacer_init (&lane->pacer, lan_boottime_us ());
  lane->running = 2;
  make_blocking (lane);
  lane->sender = g_thread_new ("lan-bulk-send", lan_bulk_send_run, lane);
  lane->receiver = g_thread_new ("lan-bulk-recv", lan_bulk_receive_run, lane);
}

/* ---- the queue ---- */

static gsize
cost (const LanBulkOut *out)
{
  return out->payload_len + MESSAGE_COST;
}

gboolean
lan_bulk_lane_send (LanBulkLane *lane, const LanBulkOut *out)
{
  gboolean taken = FALSE;

  if (out->payload_len > LAN_BULK_PAYLOAD_MAX)
    return FALSE;
  g_mutex_lock (&lane->mutex);
  if (lane->is_over || lane->is_closing) {
    taken = FALSE;
  } else if (lane->queued > 0 && lane->queued + cost (out) > LAN_BULK_QUEUE_MAX) {
    lane->was_refused = TRUE;
  } else {
    g_queue_push_tail (&lane->queue, g_memdup2 (out, sizeof *out));
    lane->queued += cost (out);
    taken = TRUE;
    g_cond_broadcast (&lane->changed);
  }
  g_mutex_unlock (&lane->mutex);
  return taken;
}

LanBulkOut *
lan_bulk_lane_next (LanBulkLane *lane, gboolean may_wait, gboolean *has_room)
{
  LanBulkOut *out;

  g_mutex_lock (&lane->mutex);
  while (may_wait && lane->queue.length == 0 && !lane->is_over && !lane->is_closing)
    g_cond_wait (&lane->changed, &lane->mutex);
  out = lane->is_over ? NULL : g_queue_pop_head (&lane->queue);
  if (out != NULL)
    lane->queued -= cost (out);
  *has_room = lane->was_refused && lane->queued <= LAN_BULK_LOW_WATER && !lane->is_over;
  if (*has_room)
    lane->was_refused = FALSE;
  g_mutex_unlock (&lane->mutex);
  return out;
}

void
lan_bulk_lane_give_back (LanBulkOut *out, gboolean sent)
{
  if (out->done != NULL)
    out->done (out->data, sent);
  g_free (out);
}

static void
give_all_back (LanBulkLane *lane)
{
  for (;;) {
    LanBulkOut *out;

    g_mutex_lock (&lane->mutex);
    out = g_queue_pop_head (&lane->queue);
    lane->queued = 0;
    g_mutex_unlock (&lane->mutex);
    if (out == NULL)
      return;
    lan_bulk_lane_give_back (out, FALSE);
  }
}

gsize
lan_bulk_lane_queued (LanBulkLane *lane)
{
  gsize queued;

  g_mutex_lock (&lane->mutex);
  queued = lane->queued;
  g_mutex_unlock (&lane->mutex);
  return queued;
}

/* ---- what may change while it runs ---- */

void
lan_bulk_lane_resume (LanBulkLane *lane)
{
  g_mutex_lock (&lane->mutex);
  lane->resumes++;
  g_cond_broadcast (&lane->changed);
  g_mutex_unlock (&lane->mutex);
}

void
lan_bulk_lane_set_limiter (LanBulkLane *lane, LanBulkRate *limiter)
{
  LanBulkRate *old;

  if (limiter != NULL)
    lan_bulk_rate_ref (limiter);
  g_mutex_lock (&lane->mutex);
  old = lane->limiter;
  lane->limiter = limiter;
  g_mutex_unlock (&lane->mutex);
  lan_bulk_rate_unref (old);
}

void
lan_bulk_lane_set_call (LanBulkLane *lane, gboolean is_on)
{
  g_mutex_lock (&lane->mutex);
  lane->is_call = is_on;
  g_mutex_unlock (&lane->mutex);
}

void
lan_bulk_lane_get_stats (LanBulkLane *lane, LanBulkStats *stats)
{
  gint64 now_us = lan_boottime_us ();

  g_mutex_lock (&lane->mutex);
  *stats = lane->stats;
  stats->idle_us = now_us - lane->used_us;
  g_mutex_unlock (&lane->mutex);
  stats->age_us = now_us - lane->made_us;
}

/* ---- the end ---- */

gboolean
lan_bulk_lane_is_over (LanBulkLane *lane)
{
  gboolean is_over;

  g_mutex_lock (&lane->mutex);
  is_over = lane->is_over;
  g_mutex_unlock (&lane->mutex);
  return is_over;
}

void
lan_bulk_lane_finish (LanBulkLane *lane, LanCloseReason reason, const char *detail)
{
  g_mutex_lock (&lane->mutex);
  if (!lane->is_over) {
    lane->is_over = TRUE;
    if (!lane->is_closing) { /* else it has its reason */
      lane->reason = reason;
      lane->detail = g_strdup (detail);
    }
    shutdown (lane->fd, SHUT_RDWR); /* wakes whoever waits in the kernel */
    g_cond_broadcast (&lane->changed);
  }
  g_mutex_unlock (&lane->mutex);
}

static gboolean
on_closed (gpointer data)
{
  LanBulkLane *lane = data;

  if (lane->events.closed != NULL)
    lane->events.closed (lane, lane->reason, lane->detail, lane->data);
  return G_SOURCE_REMOVE;
}

void
lan_bulk_lane_thread_ends (LanBulkLane *lane)
{
  gboolean is_last;

  g_mutex_lock (&lane->mutex);
  is_last = --lane->running == 0;
  lane->is_over |= is_last;
  g_mutex_unlock (&lane->mutex);
  if (!is_last)
    return;
  give_all_back (lane);
  g_mutex_lock (&lane->mutex);
  lane->closed = g_idle_source_new ();
  g_source_set_priority (lane->closed, G_PRIORITY_DEFAULT);
  g_source_set_callback (lane->closed, on_closed, lane, NULL);
  g_source_attach (lane->closed, lane->context);
  g_mutex_unlock (&lane->mutex);
}

static gboolean
on_close_late (gpointer data)
{
  lan_bulk_lane_finish (data, LAN_CLOSE_LOCAL, "closed");
  return G_SOURCE_REMOVE;
}

static void
begin_close (LanBulkLane *lane, LanCloseReason reason, const char *detail)
{
  g_mutex_lock (&lane->mutex);
  if (!lane->is_closing && !lane->is_over) {
    lane->is_closing = TRUE;
    lane->reason = reason;
    lane->detail = g_strdup (detail);
    lane->close_timer = g_timeout_source_new (CLOSE_MS);
    g_source_set_callback (lane->close_timer, on_close_late, lane, NULL);
    g_source_attach (lane->close_timer, lane->context);
    g_cond_broadcast (&lane->changed);
  }
  g_mutex_unlock (&lane->mutex);
}

void
lan_bulk_lane_close (LanBulkLane *lane)
{
  begin_close (lane, LAN_CLOSE_LOCAL, "closed");
}

void
lan_bulk_lane_on_end (LanBulkLane *lane)
{
  begin_close (lane, LAN_CLOSE_REMOTE, "END");
  give_all_back (lane);
}

gboolean
lan_bulk_lane_is_closing (LanBulkLane *lane)
{
  gboolean is_closing;

  g_mutex_lock (&lane->mutex);
  is_closing = lane->is_closing;
  g_mutex_unlock (&lane->mutex);
  return is_closing;
}

static void
drop_source (GSource *source)
{
  if (source == NULL)
    return;
  g_source_destroy (source);
  g_source_unref (source);
}

void
lan_bulk_lane_free (LanBulkLane *lane)
{
  if (lane == NULL)
    return;
  lan_bulk_lane_finish (lane, LAN_CLOSE_LOCAL, "freed");
  if (lane->sender != NULL)
    g_thread_join (lane->sender);
  if (lane->receiver != NULL)
    g_thread_join (lane->receiver);
  drop_source (lane->closed);
  drop_source (lane->close_timer);
  give_all_back (lane); /* of a lane that was never started */
  g_socket_close (lane->socket, NULL);
  g_object_unref (lane->socket);
  lan_bulk_flow_free (lane->send_flow);
  lan_bulk_reader_free (lane->reader);
  lan_bulk_rate_unref (lane->limiter);
  g_main_context_unref (lane->context);
  g_mutex_clear (&lane->mutex);
  g_cond_clear (&lane->changed);
  g_free (lane->detail);
  g_free (lane);
}
