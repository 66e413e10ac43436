/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Sending: a reader takes what waits for a lane, frames first, then transfers in turn. */
#include "lan-engine-bulk-pump-private.h"

#include "lan-bytes.h"

void
lan_pump_serve_free (gpointer data)
{
  Serve *serve = data;

  lan_disk_file_unref (serve->file);
  g_free (serve);
}

static void
say_served (LanPumpLane *lane, const LanMessageId *id, guint64 n, guint64 bytes, GError *error)
{
  LanPump *pump = lane->pump;
  PumpNews *news;

  g_mutex_lock (&pump->lock);
  news = lan_pump_news (pump, NEWS_SERVED, lane->channel, id);
  news->n += n;
  news->bytes += bytes;
  news->error = error;
  g_mutex_unlock (&pump->lock);
}

static void
frame_sent (gpointer data, gboolean sent)
{
  g_bytes_unref (data);
}

/* FALSE: the lane is full, or over; what was to be sent is held then. */
static gboolean
send_out (LanPumpLane *lane, const LanBulkOut *out)
{
  gboolean ok;

  g_mutex_lock (&lane->lock);
  ok = lane->lane != NULL && lan_bulk_lane_send (lane->lane, out);
  if (!ok) {
    lane->held = *out;
    lane->has_held = TRUE;
  }
  g_mutex_unlock (&lane->lock);
  return ok;
}

/* FALSE: there is still no room. */
static gboolean
send_held (LanPumpLane *lane)
{
  LanBulkOut out;

  g_mutex_lock (&lane->lock);
  out = lane->held;
  if (!lane->has_held) {
    g_mutex_unlock (&lane->lock);
    return TRUE;
  }
  lane->has_held = FALSE;
  g_mutex_unlock (&lane->lock);
  return send_out (lane, &out);
}

static gboolean
send_frame (LanPumpLane *lane, GBytes *frame)
{
  gsize len;
  LanBulkOut out = { .type = TYPE_FRAME, .done = frame_sent, .data = frame };

  out.payload = g_bytes_get_data (frame, &len);
  out.payload_len = (guint32) len;
  return send_out (lane, &out);
}

/* Reads as many leaves as fit into one message. Returns: how many; 0 and @error. */
static guint32
fill (Serve *serve, guint8 *buffer, gsize *used, GError **error)
{
  guint32 n = 0;

  *used = 0;
  while (n < serve->count && n < MAX_LEAVES) {
    gsize len = lan_disk_file_leaf_length (serve->file, serve->first + n);

    if (*used + len > LAN_PUMP_BUFFER_BYTES)
      break;
    if (!lan_disk_file_read (serve->file, serve->first + n, buffer + *used, error))
      return 0;
    *used += len;
    n++;
  }
  return n;
}

typedef struct {
  LanPump *pump;
  guint8 *buffer;
} Sent;

static void
block_sent (gpointer data, gboolean sent)
{
  Sent *item = data;

  lan_pump_give_buffer (item->pump, item->buffer, FALSE);
  g_free (item);
}

/* One message of @serve. FALSE: the lane is full now. */
static gboolean
send_block (LanPumpLane *lane, Serve *serve)
{
  LanPump *pump = lane->pump;
  guint8 *buffer = lan_pump_take_buffer (pump);
  LanBulkOut out = { .type = TYPE_BLOCK, .done = block_sent };
  GError *error = NULL;
  guint32 n;
  gsize used;
  LanWriter w;
  Sent *item;

  n = fill (serve, buffer, &used, &error);
  if (n == 0) {
    lan_pump_give_buffer (pump, buffer, FALSE);
    say_served (lane, &serve->id, serve->count, 0, error);
    serve->count = 0;
    return TRUE;
  }
  item = g_new0 (Sent, 1);
  *item = (Sent){ pump, buffer };
  lan_writer_init (&w, out.header, sizeof out.header);
  lan_write_bytes (&w, serve->name.b, sizeof serve->name.b);
  lan_write_u64 (&w, serve->first);
  lan_write_u32 (&w, n);
  out.payload = buffer;
  out.payload_len = (guint32) used;
  out.data = item;
  serve->first += n;
  serve->count -= n;
  say_served (lane, &serve->id, n, used, NULL);
  return send_out (lane, &out);
}

/* What is next: a frame, else the transfer whose turn it is. FALSE: nothing, and nobody is at it any more. */
static gboolean
next_work (LanPumpLane *lane, gboolean is_full, GBytes **frame, Serve **serve)
{
  gboolean more;

  *frame = NULL;
  *serve = NULL;
  g_mutex_lock (&lane->lock);
  if (!is_full && lane->lane != NULL) {
    *frame = g_queue_pop_head (&lane->frames);
    if (*frame == NULL)
      *serve = g_queue_pop_head (&lane->serves);
  }
  more = *frame != NULL || *serve != NULL || (lane->again && lane->lane != NULL);
  if (*frame == NULL && *serve == NULL)
    lane->again = FALSE;
  if (!more)
    lane->is_active = FALSE;
  g_mutex_unlock (&lane->lock);
  return more;
}

/* On a reader. One at a time for each lane. */
void
lan_pump_run_lane (gpointer data, gpointer user_data)
{
  LanPumpLane *lane = data;
  gboolean is_full = !send_held (lane);
  GBytes *frame;
  Serve *serve;

  while (next_work (lane, is_full, &frame, &serve)) {
    if (frame != NULL) {
      is_full = !send_frame (lane, frame);
    } else if (serve != NULL) {
      is_full = !send_block (lane, serve);
      if (serve->count == 0) {
        lan_pump_serve_free (serve);
        continue;
      }
      g_mutex_lock (&lane->lock);
      g_queue_push_tail (&lane->serves, serve); /* they take turns, a message each */
      g_mutex_unlock (&lane->lock);
    } else {
      is_full = !send_held (lane);
    }
  }
  lan_pump_lane_unref (lane);
}

/* With the lane's lock held. */
void
lan_pump_lane_go (LanPumpLane *lane)
{
  if (lane->lane == NULL)
    return;
  if (lane->is_active) {
    lane->again = TRUE;
    return;
  }
  lane->is_active = TRUE;
  g_thread_pool_push (lane->pump->readers, lan_pump_lane_ref (lane), NULL);
}

void
lan_pump_lane_send (LanPumpLane *lane, GBytes *frame)
{
  g_mutex_lock (&lane->lock);
  g_queue_push_tail (&lane->frames, frame);
  lan_pump_lane_go (lane);
  g_mutex_unlock (&lane->lock);
}

void
lan_pump_lane_serve (LanPumpLane *lane, const LanMessageId *id, const LanMessageId *name,
                     LanDiskFile *file, guint64 first, guint32 count)
{
  Serve *serve = g_new0 (Serve, 1);

  *serve = (Serve){ *id, *name, file, first, count };
  g_mutex_lock (&lane->lock);
  g_queue_push_tail (&lane->serves, serve);
  lan_pump_lane_go (lane);
  g_mutex_unlock (&lane->lock);
}

/* With the lane's lock held. Returns: how many leaves of @link are not sent any more. */
static guint64
cut_out (LanPumpLane *lane, GList *link, guint64 first, guint32 count)
{
  Serve *serve = link->data;
  guint64 end = serve->first + serve->count;
  guint64 from = MAX (first, serve->first);
  guint64 to = MIN (first + count, end);

  if (from >= to)
    return 0;
  if (to < end) {
    Serve *rest = g_memdup2 (serve, sizeof *serve);

    rest->file = lan_disk_file_ref (serve->file);
    rest->first = to;
    rest->count = (guint32) (end - to);
    g_queue_insert_after (&lane->serves, link, rest);
  }
  serve->count = (guint32) (from - serve->first);
  if (serve->count == 0) {
    lan_pump_serve_free (serve);
    g_queue_delete_link (&lane->serves, link);
  }
  return to - from;
}

void
lan_pump_lane_cancel (LanPumpLane *lane, const LanMessageId *id, const LanMessageId *name,
                      guint64 first, guint32 count)
{
  guint64 n = 0;

  g_mutex_lock (&lane->lock);
  for (GList *l = lane->serves.head, *next; l != NULL; l = next) {
    Serve *serve = l->data;

    next = l->next;
    if (lan_message_id_equal (&serve->name, name))
      n += cut_out (lane, l, first, count);
  }
  g_mutex_unlock (&lane->lock);
  if (n > 0)
    say_served (lane, id, n, 0, NULL);
}
