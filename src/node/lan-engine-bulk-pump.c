/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Threads of the pump: lanes' own (callbacks below), `readers` that fill lanes, `writers` that verify
 * and write. What they share has one lock; nothing is read, written, hashed or sent under it.
 */
#include "lan-engine-bulk-pump.h"

#include "lan-bytes.h"

#include <string.h>

#define TYPE_BLOCK  1
#define TYPE_FRAME  2
#define FRAME_BYTES 65000
#define MAX_LEAVES  1024 /* of short files in one message */

struct _LanPump {
  GMainContext *context;
  LanPumpEvents events;
  gpointer data;
  GThreadPool *readers;
  GThreadPool *writers;
  GMutex lock;         /* all below */
  GHashTable *targets; /* LanMessageId -> LanDiskFile */
  GQueue buffers;      /* free ones */
  guint n_receiving;   /* receive buffers in use */
  GPtrArray *starved;  /* of LanPumpLane, waiting for a receive buffer */
  GQueue news;         /* of PumpNews */
  GSource *wake;
};

/* Sent to the lane as soon as there is room. */
typedef struct {
  LanMessageId id;
  LanMessageId name;
  LanDiskFile *file;
  guint64 first;
  guint32 count;
} Serve;

struct _LanPumpLane {
  gint ref; /* atomic */
  LanPump *pump;
  guint64 channel;
  GMutex lock;        /* all below */
  LanBulkLane *lane;  /* NULL once it is being freed */
  GQueue frames;      /* of GBytes */
  GQueue serves;      /* of Serve */
  gboolean is_active; /* a reader is at it */
  gboolean again;     /* there was news while a reader was at it */
  gboolean has_held;
  LanBulkOut held; /* read, and refused: goes first once there is room */
};

typedef enum { NEWS_LEAVES, NEWS_SERVED, NEWS_FRAME, NEWS_CLOSED } NewsType;

/* What the engine hears. */
typedef struct {
  NewsType type;
  guint64 channel;
  LanMessageId id;
  GArray *leaves; /* of LanTransferLeaf */
  guint64 n;
  guint64 bytes;
  GBytes *frame;
  GError *error;
} PumpNews;

/* What came and is to be written. */
typedef struct {
  LanPumpLane *lane;
  LanDiskFile *file;
  LanMessageId id;
  guint64 first;
  guint32 count;
  guint8 *buffer;
  gsize len;
} Arrival;

/* -- lanes as objects -- */

static LanPumpLane *
lane_ref (LanPumpLane *lane)
{
  g_atomic_int_inc (&lane->ref);
  return lane;
}

static void
serve_free (gpointer data)
{
  Serve *serve = data;

  lan_disk_file_unref (serve->file);
  g_free (serve);
}

static void
lane_unref (LanPumpLane *lane)
{
  if (!g_atomic_int_dec_and_test (&lane->ref))
    return;
  if (lane->has_held)
    lane->held.done (lane->held.data, FALSE);
  g_queue_clear_full (&lane->frames, (GDestroyNotify) g_bytes_unref);
  g_queue_clear_full (&lane->serves, serve_free);
  g_mutex_clear (&lane->lock);
  g_free (lane);
}

/* -- news -- */

static void
news_free (PumpNews *news)
{
  g_clear_pointer (&news->leaves, g_array_unref);
  g_clear_pointer (&news->frame, g_bytes_unref);
  g_clear_error (&news->error);
  g_free (news);
}

static void
tell (LanPump *pump, PumpNews *news)
{
  switch (news->type) {
  case NEWS_LEAVES:
    pump->events.leaves (news->channel, &news->id, (LanTransferLeaf *) (void *) news->leaves->data,
                         news->leaves->len, news->error, pump->data);
    break;
  case NEWS_SERVED:
    pump->events.served (news->channel, &news->id, news->n, news->bytes, news->error, pump->data);
    break;
  case NEWS_FRAME:
    pump->events.frame (news->channel, g_bytes_get_data (news->frame, NULL),
                        g_bytes_get_size (news->frame), pump->data);
    break;
  case NEWS_CLOSED:
  default:
    pump->events.closed (news->channel, pump->data);
    break;
  }
}

static gboolean
deliver (gpointer data)
{
  LanPump *pump = data;
  GQueue news;
  PumpNews *item;

  g_mutex_lock (&pump->lock);
  news = pump->news;
  g_queue_init (&pump->news);
  g_clear_pointer (&pump->wake, g_source_unref);
  g_mutex_unlock (&pump->lock);
  while ((item = g_queue_pop_head (&news)) != NULL) {
    tell (pump, item);
    news_free (item);
  }
  return G_SOURCE_REMOVE;
}

/* With the pump's lock held. */
static void
wake_engine (LanPump *pump)
{
  if (pump->wake != NULL)
    return;
  pump->wake = g_idle_source_new ();
  g_source_set_priority (pump->wake, G_PRIORITY_DEFAULT);
  g_source_set_callback (pump->wake, deliver, pump, NULL);
  g_source_set_static_name (pump->wake, "lan-pump news");
  g_source_attach (pump->wake, pump->context);
}

/* With the lock held: the newest news where it is of the same kind, so that batches form by themselves. */
static PumpNews *
news_of (LanPump *pump, NewsType type, guint64 channel, const LanMessageId *id)
{
  PumpNews *last = g_queue_peek_tail (&pump->news);

  if (last != NULL && last->type == type && last->channel == channel && last->error == NULL &&
      (type == NEWS_LEAVES || type == NEWS_SERVED) && lan_message_id_equal (&last->id, id))
    return last;
  last = g_new0 (PumpNews, 1);
  last->type = type;
  last->channel = channel;
  if (id != NULL)
    last->id = *id;
  if (type == NEWS_LEAVES)
    last->leaves = g_array_new (FALSE, FALSE, sizeof (LanTransferLeaf));
  g_queue_push_tail (&pump->news, last);
  wake_engine (pump);
  return last;
}

static void
say_served (LanPumpLane *lane, const LanMessageId *id, guint64 n, guint64 bytes, GError *error)
{
  LanPump *pump = lane->pump;
  PumpNews *news;

  g_mutex_lock (&pump->lock);
  news = news_of (pump, NEWS_SERVED, lane->channel, id);
  news->n += n;
  news->bytes += bytes;
  news->error = error;
  g_mutex_unlock (&pump->lock);
}

/* -- buffers -- */

static guint8 *
take_buffer (LanPump *pump)
{
  guint8 *buffer;

  g_mutex_lock (&pump->lock);
  buffer = g_queue_pop_head (&pump->buffers);
  g_mutex_unlock (&pump->lock);
  return buffer != NULL ? buffer : g_malloc (LAN_PUMP_BUFFER_BYTES);
}

static void
give_buffer (LanPump *pump, guint8 *buffer, gboolean received)
{
  g_autoptr (GPtrArray) starved = NULL;

  g_mutex_lock (&pump->lock);
  if (pump->buffers.length < LAN_PUMP_BUFFERS)
    g_queue_push_head (&pump->buffers, g_steal_pointer (&buffer));
  if (received) {
    pump->n_receiving--;
    if (pump->starved->len > 0) {
      starved = pump->starved;
      pump->starved = g_ptr_array_new ();
    }
  }
  g_mutex_unlock (&pump->lock);
  g_free (buffer);
  for (guint i = 0; starved != NULL && i < starved->len; i++) {
    LanPumpLane *lane = g_ptr_array_index (starved, i);

    g_mutex_lock (&lane->lock);
    if (lane->lane != NULL)
      lan_bulk_lane_resume (lane->lane);
    g_mutex_unlock (&lane->lock);
    lane_unref (lane);
  }
}

/* -- sending: a reader -- */

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

  give_buffer (item->pump, item->buffer, FALSE);
  g_free (item);
}

/* One message of @serve. FALSE: the lane is full now. */
static gboolean
send_block (LanPumpLane *lane, Serve *serve)
{
  LanPump *pump = lane->pump;
  guint8 *buffer = take_buffer (pump);
  LanBulkOut out = { .type = TYPE_BLOCK, .done = block_sent };
  GError *error = NULL;
  guint32 n;
  gsize used;
  LanWriter w;
  Sent *item;

  n = fill (serve, buffer, &used, &error);
  if (n == 0) {
    give_buffer (pump, buffer, FALSE);
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
static void
run_lane (gpointer data, gpointer user_data)
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
        serve_free (serve);
        continue;
      }
      g_mutex_lock (&lane->lock);
      g_queue_push_tail (&lane->serves, serve); /* they take turns, a message each */
      g_mutex_unlock (&lane->lock);
    } else {
      is_full = !send_held (lane);
    }
  }
  lane_unref (lane);
}

/* With the lane's lock held. */
static void
set_going (LanPumpLane *lane)
{
  if (lane->lane == NULL)
    return;
  if (lane->is_active) {
    lane->again = TRUE;
    return;
  }
  lane->is_active = TRUE;
  g_thread_pool_push (lane->pump->readers, lane_ref (lane), NULL);
}

void
lan_pump_lane_send (LanPumpLane *lane, GBytes *frame)
{
  g_mutex_lock (&lane->lock);
  g_queue_push_tail (&lane->frames, frame);
  set_going (lane);
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
  set_going (lane);
  g_mutex_unlock (&lane->lock);
}

/* -- receiving: a writer -- */

/* Every leaf of a message, as long as it adds up. Returns: FALSE and @error when the disk cannot go on. */
static gboolean
write_leaves (const Arrival *arrival, GArray *results, GError **error)
{
  gsize at = 0;

  for (guint32 i = 0; i < arrival->count; i++) {
    LanTransferLeaf leaf = { .leaf = arrival->first + i };
    g_autoptr (GError) failed = NULL;

    leaf.len = lan_disk_file_leaf_length (arrival->file, leaf.leaf);
    leaf.is_bad = leaf.len == 0 || leaf.len > arrival->len - at;
    if (!leaf.is_bad &&
        !lan_disk_file_write (arrival->file, leaf.leaf, arrival->buffer + at, leaf.len, &failed)) {
      if (failed->code != LAN_FILE_ERROR_HASH) {
        g_propagate_error (error, g_steal_pointer (&failed));
        return FALSE;
      }
      leaf.is_bad = TRUE;
    }
    g_array_append_val (results, leaf);
    at += leaf.len;
    if (leaf.is_bad && at > arrival->len)
      return TRUE; /* what follows is not there */
  }
  return TRUE;
}

/* On a writer. */
static void
run_arrival (gpointer data, gpointer user_data)
{
  Arrival *arrival = data;
  LanPump *pump = user_data;
  g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (LanTransferLeaf));
  GError *error = NULL;
  PumpNews *news;

  write_leaves (arrival, results, &error);
  give_buffer (pump, arrival->buffer, TRUE);
  g_mutex_lock (&pump->lock);
  news = news_of (pump, NEWS_LEAVES, arrival->lane->channel, &arrival->id);
  g_array_append_vals (news->leaves, results->data, results->len);
  news->error = error;
  g_mutex_unlock (&pump->lock);
  lan_disk_file_unref (arrival->file);
  lane_unref (arrival->lane);
  g_free (arrival);
}

static gboolean
read_header (const LanBulkIn *in, Arrival *arrival)
{
  LanReader r;

  lan_reader_init (&r, in->header, LAN_BULK_HEADER_BYTES);
  lan_read_bytes (&r, arrival->id.b, sizeof arrival->id.b);
  arrival->first = lan_read_u64 (&r);
  arrival->count = lan_read_u32 (&r);
  arrival->len = in->payload_len;
  return arrival->count > 0 && arrival->count <= MAX_LEAVES;
}

static LanBulkAnswer
begin_block (LanPumpLane *lane, LanBulkIn *in)
{
  LanPump *pump = lane->pump;
  Arrival arrival;
  LanBulkAnswer answer = LAN_BULK_TAKE;

  if (!read_header (in, &arrival) || in->payload_len > LAN_PUMP_BUFFER_BYTES)
    return LAN_BULK_REFUSE;
  g_mutex_lock (&pump->lock);
  if (!g_hash_table_contains (pump->targets, &arrival.id)) {
    answer = LAN_BULK_SKIP; /* still on its way when we stopped */
  } else if (pump->n_receiving >= LAN_PUMP_BUFFERS) {
    if (!g_ptr_array_find (pump->starved, lane, NULL))
      g_ptr_array_add (pump->starved, lane_ref (lane));
    answer = LAN_BULK_LATER;
  } else {
    pump->n_receiving++;
    in->payload = g_queue_pop_head (&pump->buffers);
  }
  g_mutex_unlock (&pump->lock);
  if (answer == LAN_BULK_TAKE && in->payload == NULL)
    in->payload = g_malloc (LAN_PUMP_BUFFER_BYTES);
  return answer;
}

static LanBulkAnswer
on_begin (LanBulkLane *bulk, LanBulkIn *in, gpointer data)
{
  LanPumpLane *lane = data;

  in->payload = NULL;
  if (in->type == TYPE_BLOCK)
    return begin_block (lane, in);
  if (in->type != TYPE_FRAME)
    return LAN_BULK_SKIP; /* a newer version's */
  if (in->payload_len > FRAME_BYTES)
    return LAN_BULK_REFUSE;
  in->payload = g_malloc (in->payload_len);
  return LAN_BULK_TAKE;
}

static void
take_block (LanPumpLane *lane, const LanBulkIn *in)
{
  LanPump *pump = lane->pump;
  Arrival *arrival = g_new0 (Arrival, 1);
  LanDiskFile *file;

  read_header (in, arrival);
  g_mutex_lock (&pump->lock);
  file = g_hash_table_lookup (pump->targets, &arrival->id);
  arrival->file = file != NULL ? lan_disk_file_ref (file) : NULL;
  g_mutex_unlock (&pump->lock);
  if (file == NULL) {
    give_buffer (pump, in->payload, TRUE);
    g_free (arrival);
    return;
  }
  arrival->buffer = in->payload;
  arrival->lane = lane_ref (lane);
  g_thread_pool_push (pump->writers, arrival, NULL);
}

static void
on_message (LanBulkLane *bulk, const LanBulkIn *in, gpointer data)
{
  LanPumpLane *lane = data;
  LanPump *pump = lane->pump;

  if (in->payload == NULL)
    return;
  if (in->type == TYPE_BLOCK) {
    take_block (lane, in);
    return;
  }
  g_mutex_lock (&pump->lock);
  news_of (pump, NEWS_FRAME, lane->channel, NULL)->frame =
      g_bytes_new_take (in->payload, in->payload_len);
  g_mutex_unlock (&pump->lock);
}

static void
on_abandoned (LanBulkLane *bulk, const LanBulkIn *in, gpointer data)
{
  LanPumpLane *lane = data;

  if (in->type == TYPE_BLOCK)
    give_buffer (lane->pump, in->payload, TRUE);
  else
    g_free (in->payload);
}

static void
on_writable (LanBulkLane *bulk, gpointer data)
{
  LanPumpLane *lane = data;

  g_mutex_lock (&lane->lock);
  set_going (lane);
  g_mutex_unlock (&lane->lock);
}

static void
on_closed (LanBulkLane *bulk, LanCloseReason reason, const char *detail, gpointer data)
{
  LanPumpLane *lane = data;

  g_mutex_lock (&lane->pump->lock);
  news_of (lane->pump, NEWS_CLOSED, lane->channel, NULL);
  g_mutex_unlock (&lane->pump->lock);
}

/* -- making and freeing -- */

LanPumpLane *
lan_pump_add_lane (LanPump *pump, guint64 channel, LanBulkLane *bulk)
{
  static const LanBulkEvents events = { on_begin, on_message, on_abandoned, on_writable,
                                        on_closed };
  LanPumpLane *lane = g_new0 (LanPumpLane, 1);

  lane->ref = 1;
  lane->pump = pump;
  lane->channel = channel;
  lane->lane = bulk;
  g_mutex_init (&lane->lock);
  g_queue_init (&lane->frames);
  g_queue_init (&lane->serves);
  lan_bulk_lane_start (bulk, &events, lane);
  return lane;
}

void
lan_pump_lane_free (LanPumpLane *lane)
{
  LanBulkLane *bulk;

  if (lane == NULL)
    return;
  g_mutex_lock (&lane->lock);
  bulk = g_steal_pointer (&lane->lane);
  g_mutex_unlock (&lane->lock);
  /* Joins its threads, which may be inside callbacks above: no lock is held. */
  lan_bulk_lane_free (bulk);
  lane_unref (lane);
}

LanBulkLane *
lan_pump_lane_get (LanPumpLane *lane)
{
  return lane->lane;
}

void
lan_pump_set_target (LanPump *pump, const LanMessageId *id, LanDiskFile *file)
{
  g_mutex_lock (&pump->lock);
  if (file != NULL)
    g_hash_table_replace (pump->targets, g_memdup2 (id, sizeof *id), file);
  else
    g_hash_table_remove (pump->targets, id);
  g_mutex_unlock (&pump->lock);
}

LanPump *
lan_pump_new (GMainContext *context, const LanPumpEvents *events, gpointer data)
{
  LanPump *pump = g_new0 (LanPump, 1);
  int threads = (int) CLAMP (g_get_num_processors (), 2, 4);

  pump->context = context;
  pump->events = *events;
  pump->data = data;
  g_mutex_init (&pump->lock);
  g_queue_init (&pump->buffers);
  g_queue_init (&pump->news);
  pump->starved = g_ptr_array_new ();
  pump->targets = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, g_free,
                                         (GDestroyNotify) lan_disk_file_unref);
  pump->readers = g_thread_pool_new (run_lane, pump, threads, FALSE, NULL);
  pump->writers = g_thread_pool_new (run_arrival, pump, threads, FALSE, NULL);
  return pump;
}

void
lan_pump_free (LanPump *pump)
{
  if (pump == NULL)
    return;
  g_thread_pool_free (pump->readers, FALSE, TRUE);
  g_thread_pool_free (pump->writers, FALSE, TRUE);
  if (pump->wake != NULL) {
    g_source_destroy (pump->wake);
    g_source_unref (pump->wake);
  }
  g_queue_clear_full (&pump->news, (GDestroyNotify) news_free);
  g_ptr_array_foreach (pump->starved, (GFunc) (void (*) (void)) lane_unref, NULL);
  g_ptr_array_unref (pump->starved);
  g_queue_clear_full (&pump->buffers, g_free);
  g_hash_table_unref (pump->targets);
  g_mutex_clear (&pump->lock);
  g_free (pump);
}
