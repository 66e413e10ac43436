/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Receiving: a lane asks where its bytes go, a writer verifies and writes several messages at once. */
#include "lan-engine-bulk-pump-private.h"

#include "lan-bytes.h"
#include "lan-tree-hash.h"

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

/* Names the leaves of @arrival, as long as it adds up: @writes gets those that can be verified. */
static GArray *
take_apart (const Arrival *arrival, GArray *writes)
{
  GArray *leaves = g_array_new (FALSE, FALSE, sizeof (LanTransferLeaf));
  gsize at = 0;

  for (guint32 i = 0; i < arrival->count && at <= arrival->len; i++) {
    LanTransferLeaf leaf = { .leaf = arrival->first + i };
    LanDiskLeaf write = { .file = arrival->file, .leaf = leaf.leaf, .data = arrival->buffer + at };

    leaf.len = lan_disk_file_leaf_length (arrival->file, leaf.leaf);
    leaf.is_bad = leaf.len == 0 || leaf.len > arrival->len - at;
    write.len = leaf.len;
    if (!leaf.is_bad)
      g_array_append_val (writes, write);
    g_array_append_val (leaves, leaf);
    at += leaf.len;
  }
  return leaves;
}

/* What became of @leaves, of which those that are not bad stand in @writes from *@at on. Returns: why the disk cannot
 * go on; what comes after is not told then. */
static GError *
settle (GArray *leaves, GArray *writes, guint *at)
{
  GError *error = NULL;
  guint n_told = leaves->len;

  for (guint i = 0; i < leaves->len; i++) {
    LanTransferLeaf *leaf = &g_array_index (leaves, LanTransferLeaf, i);
    g_autoptr (GError) failed = NULL;

    if (leaf->is_bad)
      continue;
    failed = g_array_index (writes, LanDiskLeaf, (*at)++).error;
    leaf->is_bad = failed != NULL && failed->code == LAN_FILE_ERROR_HASH;
    if (failed == NULL || leaf->is_bad || error != NULL)
      continue;
    error = g_steal_pointer (&failed);
    n_told = i;
  }
  g_array_set_size (leaves, n_told);
  return error;
}

static void
arrival_free (Arrival *arrival)
{
  lan_disk_file_unref (arrival->file);
  lan_pump_lane_unref (arrival->lane);
  g_free (arrival);
}

static void
tell_leaves (LanPump *pump, const Arrival *arrival, const GArray *leaves, GError *error)
{
  PumpNews *news;

  g_mutex_lock (&pump->lock);
  news = lan_pump_news (pump, NEWS_LEAVES, arrival->lane->channel, &arrival->id);
  g_array_append_vals (news->leaves, leaves->data, leaves->len);
  news->error = error;
  g_mutex_unlock (&pump->lock);
}

/* The oldest that came, as many as are worth being hashed together. */
static guint
take_arrivals (LanPump *pump, Arrival *arrivals[LAN_TREE_TOGETHER])
{
  guint n = 0, n_leaves = 0;

  g_mutex_lock (&pump->lock);
  while (n_leaves < LAN_TREE_TOGETHER && pump->arrived.length > 0) {
    arrivals[n] = g_queue_pop_head (&pump->arrived);
    n_leaves += arrivals[n++]->count;
  }
  g_mutex_unlock (&pump->lock);
  return n;
}

void
lan_pump_run_arrivals (gpointer data, gpointer user_data)
{
  LanPump *pump = user_data;
  g_autoptr (GArray) writes = g_array_new (FALSE, FALSE, sizeof (LanDiskLeaf));
  Arrival *arrivals[LAN_TREE_TOGETHER];
  GArray *leaves[LAN_TREE_TOGETHER];
  guint n = take_arrivals (pump, arrivals), at = 0;

  for (guint i = 0; i < n; i++)
    leaves[i] = take_apart (arrivals[i], writes);
  lan_disk_write_leaves ((LanDiskLeaf *) (void *) writes->data, writes->len);
  for (guint i = 0; i < n; i++) {
    GError *error = settle (leaves[i], writes, &at);

    lan_pump_give_buffer (pump, arrivals[i]->buffer, TRUE);
    tell_leaves (pump, arrivals[i], leaves[i], error);
    g_array_unref (leaves[i]);
    arrival_free (arrivals[i]);
  }
}

void
lan_pump_write_rest (LanPump *pump)
{
  if (pump->n_gathered > 0)
    g_thread_pool_push (pump->writers, pump, NULL);
  pump->n_gathered = 0;
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
    lan_pump_write_rest (pump); /* which may be what all buffers hold */
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

/* Several are verified together, which costs less: a writer is called for every few leaves, and for the rest when
 * nothing more comes. */
static void
take_block (LanPumpLane *lane, const LanBulkIn *in)
{
  LanPump *pump = lane->pump;
  Arrival *arrival = g_new0 (Arrival, 1);
  LanDiskFile *file;

  read_header (in, arrival);
  arrival->buffer = in->payload;
  g_mutex_lock (&pump->lock);
  file = g_hash_table_lookup (pump->targets, &arrival->id);
  if (file != NULL) {
    arrival->file = lan_disk_file_ref (file);
    arrival->lane = lan_pump_lane_ref (lane);
    g_queue_push_tail (&pump->arrived, arrival);
    pump->n_gathered += arrival->count;
    if (pump->n_gathered >= LAN_TREE_TOGETHER)
      lan_pump_write_rest (pump);
  }
  g_mutex_unlock (&pump->lock);
  if (file != NULL)
    return;
  lan_pump_give_buffer (pump, in->payload, TRUE);
  g_free (arrival);
}

static void
on_idle (LanBulkLane *bulk, gpointer data)
{
  LanPumpLane *lane = data;

  g_mutex_lock (&lane->pump->lock);
  lan_pump_write_rest (lane->pump);
  g_mutex_unlock (&lane->pump->lock);
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
  lan_pump_write_rest (lane->pump);
  lan_pump_news (lane->pump, NEWS_CLOSED, lane->channel, NULL);
  g_mutex_unlock (&lane->pump->lock);
}

const LanBulkEvents lan_pump_lane_events = {
  on_begin, on_message, on_abandoned, on_writable, on_closed, on_idle,
};
