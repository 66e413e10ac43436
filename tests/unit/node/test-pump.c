/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Two pumps, joined by a bulk lane over the loopback interface, with real files at both ends: both ways
 * at once, a receiver that does not keep up, what is called off half way, and two that take turns.
 */
#include "disk-bench.h"
#include "lan-bulk-opening.h"
#include "lan-engine-bulk-pump-private.h"
#include "link-fixture.h"

#include <string.h>

#define LEAF   LAN_FILE_TREE_LEAF_BYTES
#define LEAVES 96 /* 24 MiB: far more than a lane and its sockets hold */
#define FILES  3

typedef struct {
  Device device;
  LanListener *listener;
  LanBulkOpening *opening;
  DiskBench *disk;
  LanPump *pump;
  LanPumpLane *lane;
  guint64 arrived[FILES], bad, served[FILES], served_bytes[FILES];
  guint64 most_ahead; /* of transfer 1 before 2, or the other way, while both wait */
  guint frames, most_receiving;
  gboolean has_failed;
} End;

static guint
number_of (const LanMessageId *id)
{
  g_assert_cmpuint (id->b[1], <, FILES);
  return id->b[1];
}

/* ---- what a pump says ---- */

static void
on_leaves (guint64 channel, const LanMessageId *id, const LanTransferLeaf *leaves, gsize n,
           const GError *error, gpointer data)
{
  End *end = data;

  end->has_failed |= error != NULL;
  for (gsize i = 0; i < n; i++) {
    if (leaves[i].is_bad)
      end->bad++;
    else
      end->arrived[number_of (id)]++;
  }
  g_mutex_lock (&end->pump->lock);
  end->most_receiving = MAX (end->most_receiving, end->pump->n_receiving);
  g_mutex_unlock (&end->pump->lock);
}

static void
on_served (guint64 channel, const LanMessageId *id, guint64 n, guint64 bytes, const GError *error,
           gpointer data)
{
  End *end = data;
  guint64 *served = end->served;

  end->has_failed |= error != NULL;
  served[number_of (id)] += n;
  end->served_bytes[number_of (id)] += bytes;
  end->most_ahead = MAX (end->most_ahead, MAX (served[1], served[2]) - MIN (served[1], served[2]));
}

static void
on_frame (guint64 channel, const guint8 *frame, gsize len, gpointer data)
{
  End *end = data;

  g_assert_cmpmem (frame, len, "frame", 5);
  end->frames++;
}

static void
on_closed (guint64 channel, gpointer data)
{
  g_assert_not_reached ();
}

static const LanPumpEvents events = { on_leaves, on_served, on_frame, on_closed };

/* ---- two ends ---- */

static void
on_opened (LanBulkOpening *opening, LanBulkLane *lane, gpointer data)
{
  End *end = data;

  g_assert_nonnull (lane);
  end->lane = lan_pump_add_lane (end->pump, 1, lane);
  g_clear_pointer (&end->opening, lan_bulk_opening_free);
}

static void
refuse_lane (LanListener *listener, LanChannel *lane, const LanChannelPeer *peer, gpointer data)
{
  g_assert_not_reached ();
}

static void
end_init (End *end)
{
  static const LanListenerEvents listener_events = { .lane = refuse_lane };
  const LanListenerConfig config = { .loopback_only = TRUE };
  g_autoptr (GError) error = NULL;

  memset (end, 0, sizeof *end);
  device_init (&end->device);
  end->listener = lan_listener_new (&config, &end->device.keys, &listener_events, end, &error);
  g_assert_no_error (error);
  end->disk = disk_bench_new (-1, FALSE);
  end->pump = lan_pump_new (NULL, &events, end);
}

static void
open_end (End *end, gboolean is_initiator, GPtrArray *addresses)
{
  LanBulkOpeningConfig config = { .is_initiator = is_initiator,
                                  .lane_id = { 7 },
                                  .listener = end->listener,
                                  .addresses = addresses };

  memset (config.psk_dial, is_initiator ? 1 : 2, sizeof config.psk_dial);
  memset (config.psk_listen, is_initiator ? 2 : 1, sizeof config.psk_listen);
  end->opening = lan_bulk_opening_new (&config, on_opened, end);
}

static void
open_pair (End *a, End *b)
{
  g_autoptr (GPtrArray) to_b = g_ptr_array_new_with_free_func (g_object_unref);

  end_init (a);
  end_init (b);
  g_ptr_array_add (to_b, lan_socket_address_parse ("127.0.0.1", lan_listener_port (b->listener)));
  open_end (a, TRUE, to_b);
  open_end (b, FALSE, NULL);
  wait_until (a->lane != NULL && b->lane != NULL);
}

static void
close_pair (End *a, End *b)
{
  End *ends[2] = { a, b };

  for (guint i = 0; i < 2; i++)
    lan_pump_lane_free (ends[i]->lane);
  for (guint i = 0; i < 2; i++) {
    g_assert_false (ends[i]->has_failed);
    g_assert_cmpuint (ends[i]->bad, ==, 0);
    g_assert_cmpuint (ends[i]->most_receiving, <=, LAN_PUMP_BUFFERS);
    lan_pump_free (ends[i]->pump);
    lan_listener_free (ends[i]->listener);
    disk_bench_free (ends[i]->disk);
  }
}

/* ---- files at both ends ---- */

/* The file @n of @from, hashed, with a target for it at @to. */
static guint8 *
prepare (End *from, End *to, guint n)
{
  guint8 *data = disk_bench_data (LEAVES * LEAF, n);
  LanMessageId id = disk_bench_id (n);
  LanFileJob *job;
  LanFileResult *hashed;
  g_autofree char *name = g_strdup_printf ("source-%u", n);

  disk_bench_put (from->disk, name, data, LEAVES * LEAF);
  disk_bench_works (disk_bench_open_source (from->disk, n, disk_bench_path (from->disk, name)));
  hashed = disk_bench_do (from->disk, disk_bench_job (from->disk, LAN_FILE_JOB_HASH_SOURCE, n));
  g_assert_no_error (hashed->error);
  disk_bench_works (disk_bench_open_target (to->disk, n, "target", LEAVES * LEAF));
  job = disk_bench_job (to->disk, LAN_FILE_JOB_CHECK_TARGET, n);
  job->bytes = g_bytes_ref (hashed->leaves);
  disk_bench_works (disk_bench_do (to->disk, job));
  lan_file_result_free (hashed);
  lan_pump_set_target (to->pump, &id, lan_disk_borrow (to->disk->disk, &id));
  return data;
}

static void
serve (End *end, guint n, guint64 first, guint32 count)
{
  LanMessageId id = disk_bench_id (n);

  lan_pump_lane_serve (end->lane, &id, &id, lan_disk_borrow (end->disk->disk, &id), first, count);
}

static void
let_go (End *from, End *to, guint n)
{
  LanMessageId id = disk_bench_id (n);

  lan_pump_set_target (to->pump, &id, NULL);
  lan_disk_submit (from->disk->disk, disk_bench_job (from->disk, LAN_FILE_JOB_CLOSE, n));
  lan_disk_submit (to->disk->disk, disk_bench_job (to->disk, LAN_FILE_JOB_CLOSE, n));
}

/* As if writers had all buffers, and could not go on. */
static void
hold_up (End *end)
{
  g_mutex_lock (&end->pump->lock);
  end->pump->n_receiving = LAN_PUMP_BUFFERS;
  g_mutex_unlock (&end->pump->lock);
}

static void
let_go_on (End *end)
{
  for (guint i = 0; i < LAN_PUMP_BUFFERS; i++)
    lan_pump_give_buffer (end->pump, g_malloc (LAN_PUMP_BUFFER_BYTES), TRUE);
}

/* TRUE: its lane takes no more, and nobody is at it. */
static gboolean
is_full (End *end)
{
  gboolean full;

  g_mutex_lock (&end->lane->lock);
  full = end->lane->has_held && !end->lane->is_active;
  g_mutex_unlock (&end->lane->lock);
  return full;
}

static gboolean
has_told_all (End *end)
{
  gboolean told;

  g_mutex_lock (&end->pump->lock);
  told = end->pump->wake == NULL;
  g_mutex_unlock (&end->pump->lock);
  return told;
}

/* Until neither pump has anything left to tell. */
static void
hear_all (End *a, End *b)
{
  wait_until (has_told_all (a) && has_told_all (b));
}

static void
test_both_ways (void)
{
  g_autofree guint8 *one = NULL, *two = NULL;
  LanFileResult *done;
  End a, b;

  open_pair (&a, &b);
  one = prepare (&a, &b, 1);
  two = prepare (&b, &a, 2);
  serve (&a, 1, 0, LEAVES);
  serve (&b, 2, 0, LEAVES);
  for (guint i = 0; i < 10; i++) {
    lan_pump_lane_send (a.lane, g_bytes_new_static ("frame", 5));
    lan_pump_lane_send (b.lane, g_bytes_new_static ("frame", 5));
  }
  wait_until (b.arrived[1] == LEAVES && a.arrived[2] == LEAVES && a.frames == 10 && b.frames == 10);
  hear_all (&a, &b);
  g_assert_cmpuint (a.served[1], ==, LEAVES);
  g_assert_cmpuint (a.served_bytes[1], ==, (guint64) LEAVES * LEAF);
  done = disk_bench_finish (b.disk, 1);
  g_assert_no_error (done->error);
  disk_bench_expect (done->path, one, LEAVES * LEAF);
  lan_file_result_free (done);
  done = disk_bench_finish (a.disk, 2);
  g_assert_no_error (done->error);
  disk_bench_expect (done->path, two, LEAVES * LEAF);
  lan_file_result_free (done);
  let_go (&a, &b, 1);
  let_go (&b, &a, 2);
  close_pair (&a, &b);
}

/* A receiver without buffers stops the sender's reading; no more than that is ever in memory. */
static void
test_back_pressure (void)
{
  g_autofree guint8 *data = NULL;
  End a, b;

  open_pair (&a, &b);
  data = prepare (&a, &b, 1);
  hold_up (&b);
  serve (&a, 1, 0, LEAVES);
  wait_until (is_full (&a) && b.pump->starved->len == 1);
  g_assert_cmpuint (lan_bulk_lane_queued (lan_pump_lane_get (a.lane)), <=,
                    LAN_BULK_QUEUE_MAX + LAN_BULK_BUFFER_BYTES);
  hear_all (&a, &b);
  g_assert_cmpuint (a.served[1], <, LEAVES);
  g_assert_cmpuint (b.arrived[1], ==, 0);
  let_go_on (&b);
  wait_until (b.arrived[1] == LEAVES && a.served[1] == LEAVES);
  g_assert_cmpuint (b.pump->n_receiving, ==, 0);
  let_go (&a, &b, 1);
  close_pair (&a, &b);
}

/* What was not read is not sent, every leaf is answered for, and the lane serves on. */
static void
test_cancel (void)
{
  const LanMessageId id = disk_bench_id (1);
  g_autofree guint8 *data = NULL;
  guint64 sent;
  End a, b;

  open_pair (&a, &b);
  data = prepare (&a, &b, 1);
  hold_up (&b);
  serve (&a, 1, 0, LEAVES);
  wait_until (is_full (&a));
  hear_all (&a, &b);
  g_assert_cmpuint (a.served[1], <, LEAVES - 20);
  lan_pump_lane_cancel (a.lane, &id, &id, LEAVES - 20, 10); /* some of the middle */
  hear_all (&a, &b);
  sent = a.served_bytes[1] / LEAF;
  g_assert_cmpuint (a.served[1], ==, sent + 10);
  lan_pump_lane_cancel (a.lane, &id, &id, 0, LEAVES); /* all that is left */
  hear_all (&a, &b);
  g_assert_cmpuint (a.served[1], ==, LEAVES);
  g_assert_cmpuint (a.served_bytes[1], ==, sent * LEAF);
  serve (&a, 1, LEAVES - 1, 1);
  let_go_on (&b);
  wait_until (b.arrived[1] == sent + 1 && a.served[1] == LEAVES + 1);
  hear_all (&a, &b);
  g_assert_cmpuint (b.arrived[1], ==, sent + 1);
  let_go (&a, &b, 1);
  close_pair (&a, &b);
}

/* It does not matter whether a reader is in the middle of it: what it has not taken is not sent. */
static void
test_cancel_while_read (void)
{
  const LanMessageId id = disk_bench_id (1);
  g_autofree guint8 *data = NULL;
  guint64 before = 0;
  End a, b;

  open_pair (&a, &b);
  data = prepare (&a, &b, 1);
  for (guint round = 1; round <= 12; round++) {
    hold_up (&b);
    serve (&a, 1, 0, LEAVES);
    wait_until (a.served[1] > (round - 1) * LEAVES);
    lan_pump_lane_cancel (a.lane, &id, &id, 0, LEAVES);
    wait_until (a.served[1] == round * LEAVES); /* though the receiver takes nothing */
    g_assert_cmpuint (a.served_bytes[1] - before, <, (guint64) LEAVES * LEAF);
    before = a.served_bytes[1];
    let_go_on (&b);
    wait_until (b.arrived[1] == before / LEAF);
  }
  let_go (&a, &b, 1);
  close_pair (&a, &b);
}

/* Two that are asked for at the same moment go out message by message in turn. */
static void
test_turns (void)
{
  g_autofree guint8 *one = NULL, *two = NULL;
  End a, b;

  open_pair (&a, &b);
  one = prepare (&a, &b, 1);
  two = prepare (&a, &b, 2);
  g_mutex_lock (&a.lane->lock);
  a.lane->is_active = TRUE; /* as if a reader were at it: both wait */
  g_mutex_unlock (&a.lane->lock);
  serve (&a, 1, 0, LEAVES);
  serve (&a, 2, 0, LEAVES);
  g_mutex_lock (&a.lane->lock);
  a.lane->is_active = FALSE;
  lan_pump_lane_go (a.lane);
  g_mutex_unlock (&a.lane->lock);
  wait_until (b.arrived[1] == LEAVES && b.arrived[2] == LEAVES);
  g_assert_cmpuint (a.most_ahead, ==, 1);
  let_go (&a, &b, 1);
  let_go (&a, &b, 2);
  close_pair (&a, &b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/pump/both-ways", test_both_ways);
  g_test_add_func ("/node/pump/back-pressure", test_back_pressure);
  g_test_add_func ("/node/pump/cancel", test_cancel);
  g_test_add_func ("/node/pump/cancel-while-read", test_cancel_while_read);
  g_test_add_func ("/node/pump/turns", test_turns);
  return g_test_run ();
}
