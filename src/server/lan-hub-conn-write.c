/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What goes out to one client. It waits until the end of the loop's turn, so that a burst is one system
 * call; the buffers it waits in are used again.
 */
#include "lan-hub-private.h"

#define QUEUE_FULL  (64 * 1024) /* the registry sheds presence above .. */
#define QUEUE_EASY  (16 * 1024) /* .. until below */
#define SPARE_MAX   256
#define SPARE_BYTES 16384

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
  gsize n = conn->out != NULL ? conn->out->len : 0;

  if (conn->writing != NULL)
    n += uv_stream_get_write_queue_size ((const uv_stream_t *) &conn->tcp);
  return n;
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

static void
on_shut (uv_shutdown_t *request, int status)
{
  g_free (request);
}

/* All is written: the stream ends, and the other side closes it when it has read everything. */
static void
finish_ending (LanHubConn *conn)
{
  uv_shutdown_t *request;

  if (conn->is_shut)
    return;
  conn->is_shut = TRUE;
  request = g_new0 (uv_shutdown_t, 1);
  if (uv_shutdown (request, (uv_stream_t *) &conn->tcp, on_shut) != 0) {
    g_free (request);
    lan_hub_conn_close (conn, FALSE);
  }
}

static void
on_written (uv_write_t *request, int status)
{
  LanHubConn *conn = (LanHubConn *) request->handle;

  conn->writing = NULL;
  g_byte_array_unref (request->data);
  g_free (request);
  if (uv_is_closing ((uv_handle_t *) &conn->tcp))
    return;
  if (status < 0) {
    lan_hub_conn_close (conn, FALSE);
    return;
  }
  if (conn->out != NULL)
    (void) lan_hub_conn_out (conn);
  else if (conn->is_ending)
    finish_ending (conn);
  if (conn->is_full) {
    tell_pressure (conn);
    lan_hub_drain (conn->hub);
  }
}

/* The kernel took @done bytes of @buffer: the rest is libuv's. */
static void
write_rest (LanHubConn *conn, GByteArray *buffer, gsize done)
{
  uv_buf_t piece = uv_buf_init ((char *) buffer->data + done, (guint) (buffer->len - done));
  uv_write_t *request = g_new (uv_write_t, 1);

  request->data = buffer;
  if (uv_write (request, (uv_stream_t *) &conn->tcp, &piece, 1, on_written) != 0) {
    g_free (request);
    g_byte_array_unref (buffer);
    lan_hub_conn_close (conn, FALSE);
    return;
  }
  conn->writing = request;
  tell_pressure (conn);
}

static void
flush_conn (LanHubConn *conn)
{
  GByteArray *buffer;
  uv_buf_t piece;
  int done;

  conn->is_dirty = FALSE;
  if (conn->out == NULL || conn->writing != NULL || uv_is_closing ((uv_handle_t *) &conn->tcp))
    return;
  buffer = g_steal_pointer (&conn->out);
  if (buffer->len == 0) {
    lan_hub_give_buffer (conn->hub, buffer);
    if (conn->is_ending)
      finish_ending (conn);
    return;
  }
  piece = uv_buf_init ((char *) buffer->data, buffer->len);
  done = uv_try_write ((uv_stream_t *) &conn->tcp, &piece, 1);
  conn->hub->counters.writes++;
  conn->hub->counters.bytes_out += buffer->len;
  if (done == UV_EAGAIN)
    done = 0;
  if (done < 0) {
    g_byte_array_unref (buffer);
    lan_hub_conn_close (conn, FALSE);
    return;
  }
  if ((guint) done < buffer->len) {
    write_rest (conn, buffer, (gsize) done);
    return;
  }
  lan_hub_give_buffer (conn->hub, buffer);
  if (conn->is_ending)
    finish_ending (conn);
}

void
lan_hub_conns_flush (LanHub *hub)
{
  /* Closing one may make more to write: the array grows while it is walked. */
  for (guint i = 0; i < hub->dirty->len; i++)
    flush_conn (hub->dirty->pdata[i]);
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
