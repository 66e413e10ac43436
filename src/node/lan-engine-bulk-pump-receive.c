/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Receiving: a lane asks where its bytes go, a writer verifies and writes them. */
#include "lan-engine-bulk-pump-private.h"

#include "lan-bytes.h"

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
void
lan_pump_run_arrival (gpointer data, gpointer user_data)
{
  Arrival *arrival = data;
  LanPump *pump = user_data;
  g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (LanTransferLeaf));
  GError *error = NULL;
  PumpNews *news;

  write_leaves (arrival, results, &error);
  lan_pump_give_buffer (pump, arrival->buffer, TRUE);
  g_mutex_lock (&pump->lock);
  news = lan_pump_news (pump, NEWS_LEAVES, arrival->lane->channel, &arrival->id);
  g_array_append_vals (news->leaves, results->data, results->len);
  news->error = error;
  g_mutex_unlock (&pump->lock);
  lan_disk_file_unref (arrival->file);
  lan_pump_lane_unref (arrival->lane);
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
      g_ptr_array_add (pump->starved, lan_pump_lane_ref (lane));
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
    lan_pump_give_buffer (pump, in->payload, TRUE);
    g_free (arrival);
    return;
  }
  arrival->buffer = in->payload;
  arrival->lane = lan_pump_lane_ref (lane);
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
  lan_pump_news (pump, NEWS_FRAME, lane->channel, NULL)->frame =
      g_bytes_new_take (in->payload, in->payload_len);
  g_mutex_unlock (&pump->lock);
}

static void
on_abandoned (LanBulkLane *bulk, const LanBulkIn *in, gpointer data)
{
  LanPumpLane *lane = data;

  if (in->type == TYPE_BLOCK)
    lan_pump_give_buffer (lane->pump, in->payload, TRUE);
  else
    g_free (in->payload);
}

static void
on_writable (LanBulkLane *bulk, gpointer data)
{
  LanPumpLane *lane = data;

  g_mutex_lock (&lane->lock);
  lan_pump_lane_go (lane);
  g_mutex_unlock (&lane->lock);
}

static void
on_closed (LanBulkLane *bulk, LanCloseReason reason, const char *detail, gpointer data)
{
  LanPumpLane *lane = data;

  g_mutex_lock (&lane->pump->lock);
  lan_pump_news (lane->pump, NEWS_CLOSED, lane->channel, NULL);
  g_mutex_unlock (&lane->pump->lock);
}

const LanBulkEvents lan_pump_lane_events = { on_begin, on_message, on_abandoned, on_writable,
                                             on_closed };
