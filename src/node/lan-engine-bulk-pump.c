/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The pump as a whole: lanes and buffers, and what the engine hears. */
#include "lan-engine-bulk-pump-private.h"

#include <string.h>

#define NEWS_EVERY_US                                                                              \
  4000 /* at which the engine hears what became of leaves: 2 MB at 500 MB/s, of 8 asked for */

/* -- lanes as objects -- */

LanPumpLane *
lan_pump_lane_ref (LanPumpLane *lane)
{
  g_atomic_int_inc (&lane->ref);
  return lane;
}

void
lan_pump_lane_unref (LanPumpLane *lane)
{
  if (!g_atomic_int_dec_and_test (&lane->ref))
    return;
  if (lane->has_held)
    lane->held.done (lane->held.data, FALSE);
  g_queue_clear_full (&lane->frames, (GDestroyNotify) g_bytes_unref);
  g_queue_clear_full (&lane->serves, lan_pump_serve_free);
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
  pump->told_us = g_get_monotonic_time ();
  g_mutex_unlock (&pump->lock);
  while ((item = g_queue_pop_head (&news)) != NULL) {
    tell (pump, item);
    news_free (item);
  }
  return G_SOURCE_REMOVE;
}

static gboolean
dispatch_news (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

/* With the pump's lock held. Leaves come by the thousand a second: the engine hears of them in batches. */
static void
wake_engine (LanPump *pump, gboolean is_urgent)
{
  static GSourceFuncs funcs = { .dispatch = dispatch_news };
  gint64 due_us = is_urgent ? 0 : pump->told_us + NEWS_EVERY_US;

  if (pump->wake != NULL && due_us >= pump->due_us)
    return;
  pump->due_us = due_us;
  if (pump->wake != NULL) {
    g_source_set_ready_time (pump->wake, due_us);
    return;
  }
  pump->wake = g_source_new (&funcs, sizeof (GSource));
  g_source_set_ready_time (pump->wake, due_us);
  g_source_set_callback (pump->wake, deliver, pump, NULL);
  g_source_set_static_name (pump->wake, "lan-pump news");
  g_source_attach (pump->wake, pump->context);
}

/* With the lock held: the newest news where it is of the same kind, so that batches form by themselves. */
PumpNews *
lan_pump_news (LanPump *pump, NewsType type, guint64 channel, const LanMessageId *id)
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
  wake_engine (pump, type == NEWS_FRAME || type == NEWS_CLOSED);
  return last;
}

/* -- buffers -- */

guint8 *
lan_pump_take_buffer (LanPump *pump)
{
  guint8 *buffer;

  g_mutex_lock (&pump->lock);
  buffer = g_queue_pop_head (&pump->buffers);
  g_mutex_unlock (&pump->lock);
  return buffer != NULL ? buffer : g_malloc (LAN_PUMP_BUFFER_BYTES);
}

void
lan_pump_give_buffer (LanPump *pump, guint8 *buffer, gboolean received)
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
    lan_pump_lane_unref (lane);
  }
}

/* -- making and freeing -- */

LanPumpLane *
lan_pump_add_lane (LanPump *pump, guint64 channel, LanBulkLane *bulk)
{
  LanPumpLane *lane = g_new0 (LanPumpLane, 1);

  lane->ref = 1;
  lane->pump = pump;
  lane->channel = channel;
  lane->lane = bulk;
  g_mutex_init (&lane->lock);
  g_queue_init (&lane->frames);
  g_queue_init (&lane->serves);
  lan_bulk_lane_start (bulk, &lan_pump_lane_events, lane);
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
  g_mutex_lock (&lane->pump->lock);
  lan_pump_write_rest (lane->pump);
  g_mutex_unlock (&lane->pump->lock);
  lan_pump_lane_unref (lane);
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
  g_queue_init (&pump->arrived);
  pump->starved = g_ptr_array_new ();
  pump->targets = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, g_free,
                                         (GDestroyNotify) lan_disk_file_unref);
  pump->readers = g_thread_pool_new (lan_pump_run_lane, pump, threads, FALSE, NULL);
  pump->writers = g_thread_pool_new (lan_pump_run_arrivals, pump, threads, FALSE, NULL);
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
  g_ptr_array_foreach (pump->starved, (GFunc) (void (*) (void)) lan_pump_lane_unref, NULL);
  g_ptr_array_unref (pump->starved);
  g_queue_clear_full (&pump->buffers, g_free);
  g_hash_table_unref (pump->targets);
  g_mutex_clear (&pump->lock);
  g_free (pump);
}
