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

/* How many leaves of @serve fit into one message; at least one. */
static guint32
count_message (const Serve *serve)
{
  gsize size = 0;
  guint32 n = 0;

  while (n < serve->count && n < MAX_LEAVES) {
    size += lan_disk_file_leaf_length (serve->file, serve->first + n);
    if (n > 0 && size > LAN_PUMP_BUFFER_BYTES)
      break;
    n++;
  }
  return n;
}

/* With the lane's lock held: one message of the transfer whose turn it is; they take turns, a message each.
 * What is left of it stays in the queue, where it can be called off while a reader is at the message. */
static Serve *
take_message (LanPumpLane *lane)
{
  Serve *serve = g_queue_pop_head (&lane->serves);
  Serve *message;
  guint32 n = serve != NULL ? count_message (serve) : 0;

  if (serve == NULL || n == serve->count)
    return serve;
  message = g_memdup2 (serve, sizeof *serve);
  message->file = lan_disk_file_ref (serve->file);
  message->count = n;
  serve->first += n;
  serve->count -= n;
  g_queue_push_tail (&lane->serves, serve);
  return message;
}

/* Reads the leaves of @message. FALSE and @error: one cannot be read. */
static gboolean
fill (const Serve *message, guint8 *buffer, gsize *used, GError **error)
{
  *used = 0;
  for (guint32 i = 0; i < message->count; i++) {
    gsize len = lan_disk_file_leaf_length (message->file, message->first + i);

    if (*used + len > LAN_PUMP_BUFFER_BYTES ||
        !lan_disk_file_read (message->file, message->first + i, buffer + *used, error))
      return FALSE;
    *used += len;
  }
  return TRUE;
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

/* FALSE: the lane is full now. */
static gboolean
send_block (LanPumpLane *lane, const Serve *message)
{
  LanPump *pump = lane->pump;
  guint8 *buffer = lan_pump_take_buffer (pump);
  LanBulkOut out = { .type = TYPE_BLOCK, .done = block_sent };
  GError *error = NULL;
  gsize used;
  LanWriter w;
  Sent *item;

  if (!fill (message, buffer, &used, &error)) {
    lan_pump_give_buffer (pump, buffer, FALSE);
    say_served (lane, &message->id, message->count, 0, error);
    lan_pump_lane_cancel (lane, &message->id, &message->name, 0,
                          G_MAXUINT32); /* the rest of it too */
    return TRUE;
  }
  item = g_new0 (Sent, 1);
  *item = (Sent){ pump, buffer };
  lan_writer_init (&w, out.header, sizeof out.header);
  lan_write_bytes (&w, message->name.b, sizeof message->name.b);
  lan_write_u64 (&w, message->first);
  lan_write_u32 (&w, message->count);
  out.payload = buffer;
  out.payload_len = (guint32) used;
  out.data = item;
  say_served (lane, &message->id, message->count, used, NULL);
  return send_out (lane, &out);
}

/* What is next: a frame, else the transfer whose turn it is. FALSE: nothing, and nobody is at it any more. */
static gboolean
next_work (LanPumpLane *lane, gboolean is_full, GBytes **frame, Serve **message)
{
  gboolean more;

  *frame = NULL;
  *message = NULL;
  g_mutex_lock (&lane->lock);
  if (!is_full && lane->lane != NULL) {
    *frame = g_queue_pop_head (&lane->frames);
    if (*frame == NULL)
      *message = take_message (lane);
  }
  more = *frame != NULL || *message != NULL || (lane->again && lane->lane != NULL);
  if (*frame == NULL && *message == NULL)
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
  Serve *message;

  while (next_work (lane, is_full, &frame, &message)) {
    if (frame != NULL) {
      is_full = !send_frame (lane, frame);
    } else if (message != NULL) {
      is_full = !send_block (lane, message);
      lan_pump_serve_free (message);
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
