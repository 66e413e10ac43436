/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What goes out to one client. It waits until the end of the loop's turn, so that a burst is one system
 * call; the buffers it waits in are used again.
 */
#include "lan-hub-private.h"

#include <errno.h>
#include <sys/socket.h>

#define QUEUE_FULL  (64 * 1024) /* the registry sheds presence above .. */
#define QUEUE_EASY  (16 * 1024) /* .. until below */
#define SPARE_MAX   256
#define SPARE_BYTES 16384
#define AHEAD       4 /* with thousands of them none is in the cache */

static GByteArray *
take_buffer (LanHub *hub)
{
  if (hub->buffers->len > 0)
    return g_ptr_array_steal_index_fast (hub->buffers, hub->buffers->len - 1);
  return g_byte_array_sized_new (2048);
}

void
lan_hub_give_buffer (LanHub *hub, GByteArray *buffer)
{
  if (hub->buffers->len >= SPARE_MAX || buffer->len > SPARE_BYTES) {
    g_byte_array_unref (buffer);
    return;
  }
  g_byte_array_set_size (buffer, 0);
  g_ptr_array_add (hub->buffers, buffer);
}

GByteArray *
lan_hub_conn_out (LanHubConn *conn)
{
  if (conn->out == NULL)
    conn->out = take_buffer (conn->hub);
  if (!conn->is_dirty) {
    conn->is_dirty = TRUE;
    g_ptr_array_add (conn->hub->dirty, conn);
  }
  return conn->out;
}

static gsize
queued (const LanHubConn *conn)
{
  return conn->out != NULL ? conn->out->len : 0;
}

static void
tell_pressure (LanHubConn *conn)
{
  gsize n = queued (conn);
  LanTime now;

  if (conn->peer == NULL || (conn->is_full ? n > QUEUE_EASY : n <= QUEUE_FULL))
    return;
  conn->is_full = !conn->is_full;
  lan_hub_turn_time (conn->hub, &now);
  lan_registry_writable (conn->hub->registry, conn->peer, !conn->is_full, &now);
}

/* All is written: the stream ends, and the other side closes it when it has read everything. */
static void
finish_ending (LanHubConn *conn)
{
  if (conn->is_shut)
    return;
  conn->is_shut = TRUE;
  if (shutdown (conn->fd, SHUT_WR) != 0)
    lan_hub_conn_close (conn, FALSE);
}

void
lan_hub_conn_unblock (LanHubConn *conn)
{
  conn->is_blocked = FALSE;
  if (conn->out != NULL)
    (void) lan_hub_conn_out (conn);
}

static void
all_written (LanHubConn *conn, GByteArray *buffer)
{
  if (conn->was_blocked)
    g_byte_array_unref (buffer); /* it has grown */
  else
    lan_hub_give_buffer (conn->hub, buffer);
  conn->was_blocked = FALSE;
  if (conn->is_ending)
    finish_ending (conn);
  else if (conn->is_full)
    tell_pressure (conn);
}

/* The kernel took @done bytes: the rest waits until it takes more. */
static void
keep_rest (LanHubConn *conn, gsize done)
{
  conn->is_blocked = conn->was_blocked = TRUE;
  if (done > 0)
    g_byte_array_remove_range (conn->out, 0, (guint) done);
  tell_pressure (conn);
}

static void
flush_conn (LanHubConn *conn)
{
  gssize done = 0;

  conn->is_dirty = FALSE;
  if (conn->out == NULL || conn->is_blocked || conn->fd < 0)
    return;
  if (conn->out->len > 0) {
    do
      done = send (conn->fd, conn->out->data, conn->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (done < 0 && errno == EINTR);
    conn->hub->counters.writes++;
  }
  if (done < 0 && errno != EAGAIN) {
    lan_hub_conn_close (conn, FALSE);
    return;
  }
  if (done > 0)
    conn->hub->counters.bytes_out += (guint64) done;
  if (done < (gssize) conn->out->len)
    keep_rest (conn, (gsize) MAX (done, 0));
  else
    all_written (conn, g_steal_pointer (&conn->out));
}

void
lan_hub_conns_flush (LanHub *hub)
{
  /* Closing one may make more to write: the array grows while it is walked. */
  for (guint i = 0; i < hub->dirty->len; i++) {
    if (i + AHEAD < hub->dirty->len)
      __builtin_prefetch (hub->dirty->pdata[i + AHEAD]);
    flush_conn (hub->dirty->pdata[i]);
  }
  g_ptr_array_set_size (hub->dirty, 0);
}

void
lan_hub_conn_send (LanHubConn *conn, const guint8 *frame, gsize len, gboolean idle)
{
  LanTime now;

  if (conn->state != CONN_OPEN || conn->slim == NULL || conn->is_ending)
    return;
  if (queued (conn) + len > conn->hub->config->write_queue) {
    if (idle)
      return;
    conn->hub->counters.dropped_slow++;
    lan_hub_log (LAN_HUB_LOG_INFO, "client-slow", "queued=%" G_GSIZE_FORMAT, queued (conn));
    lan_hub_conn_close (conn, FALSE);
    return;
  }
  lan_hub_turn_time (conn->hub, &now);
  if (lan_slim_lane_send (conn->slim, frame, len, now.mono_us, lan_hub_conn_out (conn)) !=
      LAN_STATUS_OK)
    lan_hub_conn_close (conn, FALSE);
}
