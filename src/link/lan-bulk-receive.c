/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The receiving thread of a bulk lane: the kernel's bytes into one buffer, records opened from there
 * into the owner's. What was cut at the buffer's end moves to its front.
 */
#include "lan-bulk-lane-private.h"
#include "lan-ticker.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define TICK_S     5
#define SILENCE_US (30 * G_USEC_PER_SEC) /* inside a message (SECURITY 1.7) */

static LanBulkAnswer
on_begin (LanBulkIn *in, gpointer data)
{
  LanBulkLane *lane = data;
  LanBulkAnswer answer = LAN_BULK_SKIP;
  guint resumes;

  for (;;) {
    g_mutex_lock (&lane->mutex);
    resumes = lane->resumes;
    g_mutex_unlock (&lane->mutex);
    if (lane->events.begin != NULL)
      answer = lane->events.begin (lane, in, lane->data);
    if (answer != LAN_BULK_LATER)
      return answer;
    g_mutex_lock (&lane->mutex);
    while (lane->resumes == resumes && !lane->is_over)
      g_cond_wait (&lane->changed, &lane->mutex);
    answer = lane->is_over ? LAN_BULK_SKIP : LAN_BULK_LATER;
    g_mutex_unlock (&lane->mutex);
    if (answer == LAN_BULK_SKIP)
      return answer;
  }
}

static void
on_message (const LanBulkIn *in, gpointer data)
{
  LanBulkLane *lane = data;

  g_mutex_lock (&lane->mutex);
  lane->stats.messages_received++;
  lane->stats.bytes_received += in->payload_len;
  lane->used_us = lan_boottime_us ();
  g_mutex_unlock (&lane->mutex);
  if (lane->events.message != NULL)
    lane->events.message (lane, in, lane->data);
}

LanBulkReader *
lan_bulk_receive_reader (LanBulkLane *lane, LanBulkFlow *flow)
{
  static const LanBulkReaderEvents events = { on_begin, on_message };

  return lan_bulk_reader_new (flow, &events, lane);
}

static void
on_failure (LanBulkLane *lane, LanStatus status)
{
  LanCloseReason reason = status == LAN_STATUS_AUTH        ? LAN_CLOSE_AUTH
                          : status == LAN_STATUS_TRUNCATED ? LAN_CLOSE_BROKEN
                                                           : LAN_CLOSE_PROTOCOL;

  lan_bulk_lane_finish (lane, reason, lan_status_text (status));
}

/* FALSE when the lane is over. */
static gboolean
on_nothing (LanBulkLane *lane, gssize n, gsize have, gint64 heard_us)
{
  LanBulkIn in;

  if (n < 0 && errno == EINTR)
    return TRUE;
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    if ((have == 0 && !lan_bulk_reader_is_inside (lane->reader, &in)) ||
        lan_boottime_us () - heard_us < SILENCE_US)
      return !lan_bulk_lane_is_over (lane);
    lan_bulk_lane_finish (lane, LAN_CLOSE_TIMEOUT, "silence inside a message");
    return FALSE;
  }
  /* After our own END the other side may just go. */
  lan_bulk_lane_finish (lane, lan_bulk_lane_is_closing (lane) ? LAN_CLOSE_LOCAL : LAN_CLOSE_BROKEN,
                        n == 0 ? "cut without END" : g_strerror (errno));
  return FALSE;
}

/* As recv(), and idle() is told when nothing has come for a while: at most once between two pieces. */
static gssize
receive_some (LanBulkLane *lane, guint8 *to, gsize room)
{
  struct pollfd look = { .fd = lane->fd, .events = POLLIN };
  gssize n;

  if (lane->events.idle == NULL)
    return recv (lane->fd, to, room, 0);
  n = recv (lane->fd, to, room, MSG_DONTWAIT);
  if (n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
    return n;
  if (poll (&look, 1, LAN_BULK_IDLE_US / 1000) == 0)
    lane->events.idle (lane, lane->data);
  return recv (lane->fd, to, room, 0);
}

static void
receive_all (LanBulkLane *lane, guint8 *buffer)
{
  gint64 heard_us = lan_boottime_us ();
  gsize have = 0;

  for (;;) {
    gssize n = receive_some (lane, buffer + have, LAN_BULK_BUFFER_BYTES - have);
    LanStatus status;
    gsize used;

    if (n <= 0) {
      if (!on_nothing (lane, n, have, heard_us))
        return;
      continue;
    }
    heard_us = lan_boottime_us ();
    have += (gsize) n;
    g_mutex_lock (&lane->mutex);
    lane->stats.wire_received += (guint64) n;
    g_mutex_unlock (&lane->mutex);
    status = lan_bulk_reader_feed (lane->reader, buffer, have, &used);
    if (status != LAN_STATUS_OK) {
      on_failure (lane, status);
      return;
    }
    if (lan_bulk_reader_is_ended (lane->reader)) {
      lan_bulk_lane_on_end (lane);
      return;
    }
    have -= used;
    memmove (buffer, buffer + used, have);
  }
}

gpointer
lan_bulk_receive_run (gpointer data)
{
  LanBulkLane *lane = data;
  g_autofree guint8 *buffer = g_malloc (LAN_BULK_BUFFER_BYTES);
  struct timeval tick = { .tv_sec = TICK_S };
  LanBulkIn in;

  setsockopt (lane->fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof tick);
  receive_all (lane, buffer);
  if (lan_bulk_reader_is_inside (lane->reader, &in) && lane->events.abandoned != NULL)
    lane->events.abandoned (lane, &in, lane->data);
  lan_bulk_lane_thread_ends (lane);
  return NULL;
}
