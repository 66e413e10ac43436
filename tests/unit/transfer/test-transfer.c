/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Transfers between honest peers, in virtual time. */
#include "test-transfer.h"

#include "lan-transfer-limits.h"
#include "lan-tree-hash.h"
#include "transfer-world.h"

#include <string.h>

#define LEAF LAN_TREE_LEAF_BYTES

static void
accept (World *w, int peer, const LanMessageId *id)
{
  g_assert_true (lan_transfers_accept (w->peers[peer].t, id, "/in", w->now));
  world_settle (w, peer);
}

static void
assert_same_file (World *w, int a, const char *from, int b, const char *to)
{
  GByteArray *x = world_file (w, a, from);
  GByteArray *y = world_file (w, b, to);

  g_assert_nonnull (x);
  g_assert_nonnull (y);
  g_assert_cmpmem (x->data, x->len, y->data, y->len);
}

static void
test_one_file (void)
{
  static const gsize sizes[] = { 0, 1, LEAF - 1, LEAF, LEAF + 1, 3 * LEAF, 40 * LEAF + 12345 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    World *w = world_new (i + 1);
    LanMessageId id = world_id (1);
    Peer *b = &w->peers[1];

    world_make_file (w, 0, "/out/report.pdf", sizes[i]);
    world_join (w, 0, 1, TRUE);
    world_offer (w, 0, 1, 1, "/out/report.pdf");
    world_run_until (w, 1, &id, LAN_TRANSFER_OFFERED);
    world_run_until (w, 0, &id, LAN_TRANSFER_OFFERED);
    g_assert_cmpuint (b->n_events[LAN_TRANSFER_EVENT_OFFERED], ==, 1);
    g_assert_cmpstr (lan_transfers_get (b->t, &id)->name, ==, "report.pdf");
    g_assert_cmpuint (lan_transfers_get (b->t, &id)->size, ==, sizes[i]);
    /* Nothing is made on the receiver's disk before a person says yes. */
    g_assert_cmpuint (b->n_jobs[LAN_FILE_JOB_OPEN_TARGET], ==, 0);
    accept (w, 1, &id);
    world_run_until (w, 1, &id, LAN_TRANSFER_DONE);
    world_run_until (w, 0, &id, LAN_TRANSFER_DONE);
    world_run (w, 100);
    assert_same_file (w, 0, "/out/report.pdf", 1, "/in/report.pdf");
    g_assert_cmpstr (lan_transfers_get (b->t, &id)->path, ==, "/in/report.pdf");
    g_assert_cmpuint (lan_transfers_get (b->t, &id)->done, ==, sizes[i]);
    g_assert_cmpuint (lan_transfers_get (w->peers[0].t, &id)->done, ==, sizes[i]);
    g_assert_cmpint (w->peers[0].worst, ==, LAN_STATUS_OK);
    g_assert_cmpint (b->worst, ==, LAN_STATUS_OK);
    g_assert_cmpuint (b->n_states[LAN_TRANSFER_DONE], ==, 1);
    g_assert_cmpuint (g_hash_table_size (b->parts), ==, 0);
    g_assert_cmpuint (g_hash_table_size (b->open), ==, 0);
    g_assert_cmpuint (g_hash_table_size (b->wants), ==, 0);
    g_assert_cmpuint (g_hash_table_size (w->peers[0].open), ==, 0);
    /* No byte was sent that was not needed. */
    g_assert_cmpuint (w->peers[0].served, <=, sizes[i] + sizes[i] / 500 + 4096);
    g_assert_cmpint (lan_transfers_next_deadline (b->t), ==, G_MAXINT64);
    world_free (w);
  }
}

/* What the row of the store says at the end is what happened, on both sides. */
static void
test_rows (void)
{
  World *w = world_new (3);
  LanMessageId id = world_id (1);
  const LanTransferRow *row;

  world_make_file (w, 0, "/out/a", 5 * LEAF);
  world_join (w, 0, 1, TRUE);
  world_offer (w, 0, 1, 1, "/out/a");
  world_run_until (w, 1, &id, LAN_TRANSFER_OFFERED);
  world_run (w, 1);
  row = g_hash_table_lookup (w->peers[0].rows, &id);
  g_assert_cmpint (row->state, ==, LAN_TRANSFER_OFFERED);
  g_assert_false (row->incoming);
  accept (w, 1, &id);
  world_run_until (w, 0, &id, LAN_TRANSFER_DONE);
  world_run (w, 1);
  row = g_hash_table_lookup (w->peers[1].rows, &id);
  g_assert_cmpint (row->state, ==, LAN_TRANSFER_DONE);
  g_assert_true (row->incoming);
  g_assert_cmpstr (row->path, ==, "/in/a");
  row = g_hash_table_lookup (w->peers[0].rows, &id);
  g_assert_cmpint (row->state, ==, LAN_TRANSFER_DONE);
  g_assert_cmpstr (row->path, ==, "/out/a");
  world_free (w);
}

static void
test_decline (void)
{
  World *w = world_new (4);
  LanMessageId id = world_id (1);

  world_make_file (w, 0, "/out/a", 5 * LEAF);
  world_join (w, 0, 1, FALSE); /* a lane is enough to say no */
  world_offer (w, 0, 1, 1, "/out/a");
  world_run_until (w, 1, &id, LAN_TRANSFER_OFFERED);
  world_run (w, 1);
  g_assert_true (lan_transfers_decline (w->peers[1].t, &id, w->now));
  g_assert_false (lan_transfers_decline (w->peers[1].t, &id, w->now));
  g_assert_false (lan_transfers_accept (w->peers[1].t, &id, "/in", w->now));
  world_settle (w, 1);
  world_run_until (w, 0, &id, LAN_TRANSFER_DECLINED);
  world_run (w, 60);
  g_assert_cmpuint (g_hash_table_size (w->peers[0].open), ==, 0);
  world_free (w);
}

/* Said while the other was away, and heard when they meet again. */
static void
test_decline_later (void)
{
  World *w = world_new (5);
  LanMessageId declined = world_id (1);
  LanMessageId withdrawn = world_id (2);

  world_make_file (w, 0, "/out/a", 5 * LEAF);
  world_offer (w, 0, 1, 1, "/out/a");
  world_offer (w, 0, 1, 2, "/out/a");
  world_run_until (w, 1, &withdrawn, LAN_TRANSFER_OFFERED);
  world_run (w, 1);
  g_assert_true (lan_transfers_decline (w->peers[1].t, &declined, w->now));
  world_settle (w, 1);
  g_assert_true (lan_transfers_cancel (w->peers[0].t, &withdrawn, w->now));
  world_settle (w, 0);
  world_run (w, 10);
  g_assert_cmpint (world_state (w, 0, &declined), ==, LAN_TRANSFER_OFFERED);
  g_assert_cmpint (world_state (w, 1, &withdrawn), ==, LAN_TRANSFER_OFFERED);
  world_join (w, 0, 1, FALSE);
  world_run_until (w, 0, &declined, LAN_TRANSFER_DECLINED);
  world_run_until (w, 1, &withdrawn, LAN_TRANSFER_CANCELLED);
  world_free (w);
}

static void
cancel_in_the_middle (int who, guint64 seed)
{
  World *w = world_new (seed);
  LanMessageId id = world_id (1);

  w->bytes_per_s = 10 * 1000 * 1000;
  world_make_file (w, 0, "/out/a", 40 * LEAF);
  world_join (w, 0, 1, TRUE);
  world_offer (w, 0, 1, 1, "/out/a");
  world_run_until (w, 1, &id, LAN_TRANSFER_OFFERED);
  accept (w, 1, &id);
  world_run_until (w, 1, &id, LAN_TRANSFER_RUNNING);
  world_run (w, 0.3);
  g_assert_cmpuint (lan_transfers_get (w->peers[1].t, &id)->done, >, 0);
  g_assert_true (lan_transfers_cancel (w->peers[who].t, &id, w->now));
  world_settle (w, who);
  world_run_until (w, 1 - who, &id, LAN_TRANSFER_CANCELLED);
  world_run (w, 100);
  g_assert_cmpint (world_state (w, who, &id), ==, LAN_TRANSFER_CANCELLED);
  g_assert_cmpuint (g_hash_table_size (w->peers[1].parts), ==, 0);
  for (int i = 0; i < 2; i++)
    g_assert_cmpuint (g_hash_table_size (w->peers[i].open), ==, 0);
  g_assert_cmpuint (g_hash_table_size (w->peers[1].wants), ==, 0);
  g_assert_false (lan_transfers_channel_is_busy (w->peers[0].t, 1));
  g_assert_false (lan_transfers_channel_is_busy (w->peers[1].t, 1));
  world_free (w);
}

static void
test_cancel (void)
{
  cancel_in_the_middle (0, 6);
  cancel_in_the_middle (1, 7);
}

/* A peer lane carries no blocks: a link is wanted, until nothing is wanted any more. */
static void
test_wants_a_link (void)
{
  World *w = world_new (8);
  LanMessageId id = world_id (1);
  Peer *b = &w->peers[1];

  world_make_file (w, 0, "/out/a", 4 * LEAF);
  world_join (w, 0, 1, FALSE);
  world_offer (w, 0, 1, 1, "/out/a");
  world_run_until (w, 1, &id, LAN_TRANSFER_OFFERED);
  g_assert_cmpuint (g_hash_table_size (b->wants), ==, 0);
  accept (w, 1, &id);
  world_run (w, 30);
  g_assert_cmpuint (g_hash_table_size (b->wants), ==, 1);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_ACCEPTED);
  g_assert_cmpint (world_state (w, 0, &id), ==, LAN_TRANSFER_ACCEPTED);
  g_assert_cmpuint (w->peers[0].served, ==, 0);
  world_join (w, 0, 1, TRUE);
  world_run_until (w, 1, &id, LAN_TRANSFER_DONE);
  g_assert_cmpuint (g_hash_table_size (b->wants), ==, 0);
  world_free (w);
}

/* The link breaks again and again: what is verified stays verified. */
static void
test_lost_channels (void)
{
  World *w = world_new (9);
  LanMessageId id = world_id (1);
  gsize size = 60 * LEAF + 1;
  guint rounds = 0;

  w->bytes_per_s = 20 * 1000 * 1000;
  world_make_file (w, 0, "/out/a", size);
  world_offer (w, 0, 1, 1, "/out/a");
  world_run_until (w, 1, &id, LAN_TRANSFER_OFFERED);
  accept (w, 1, &id);
  while (world_state (w, 1, &id) != LAN_TRANSFER_DONE) {
    guint64 channel = world_join (w, 0, 1, TRUE);

    g_assert_cmpuint (rounds++, <, 60);
    world_run (w, 0.01 + lan_random_below (&w->random.base, 150) / 1000.0);
    world_cut (w, channel);
    world_run (w, 0.05);
    if (world_state (w, 1, &id) != LAN_TRANSFER_DONE &&
        world_state (w, 1, &id) != LAN_TRANSFER_VERIFYING)
      g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_ACCEPTED);
  }
  assert_same_file (w, 0, "/out/a", 1, "/in/a");
  /* At most the window and what the channel held is sent again at each loss. */
  g_assert_cmpuint (w->peers[0].served, <, size + rounds * (2 * LAN_TRANSFER_WINDOW_BYTES));
  world_join (w, 0, 1, TRUE);
  world_run_until (w, 0, &id, LAN_TRANSFER_DONE);
  world_free (w);
}

/* A second channel takes over at once when the first is lost. */
static void
test_two_channels (void)
{
  World *w = world_new (10);
  LanMessageId id = world_id (1);
  guint64 first, second;

  w->bytes_per_s = 10 * 1000 * 1000;
  world_make_file (w, 0, "/out/a", 40 * LEAF);
  first = world_join (w, 0, 1, TRUE);
  world_offer (w, 0, 1, 1, "/out/a");
  world_run_until (w, 1, &id, LAN_TRANSFER_OFFERED);
  accept (w, 1, &id);
  world_run_until (w, 1, &id, LAN_TRANSFER_RUNNING);
  world_run (w, 0.2);
  second = world_join (w, 0, 1, TRUE);
  g_assert_cmpuint (lan_transfers_channel_of (w->peers[1].t, &id), ==, first);
  world_cut (w, first);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_RUNNING);
  g_assert_cmpuint (lan_transfers_channel_of (w->peers[1].t, &id), ==, second);
  g_assert_true (lan_transfers_channel_is_busy (w->peers[1].t, second));
  world_run_until (w, 1, &id, LAN_TRANSFER_DONE);
  assert_same_file (w, 0, "/out/a", 1, "/in/a");
  world_free (w);
}

/* Both directions and several at once: everybody gets on, and a small one does not wait for a big. */
static void
test_fair_share (void)
{
  World *w = world_new (11);
  const guint n = 6;

  w->bytes_per_s = 20 * 1000 * 1000;
  world_join (w, 0, 1, TRUE);
  world_make_file (w, 0, "/out/big", 200 * LEAF);
  world_make_file (w, 0, "/out/small", 20 * LEAF);
  world_make_file (w, 1, "/out/back", 20 * LEAF);
  for (guint i = 0; i < n; i++)
    world_offer (w, i == 5 ? 1 : 0, i == 5 ? 0 : 1, i,
                 i == 5  ? "/out/back"
                 : i < 2 ? "/out/big"
                         : "/out/small");
  world_run (w, 1);
  for (guint i = 0; i < n; i++) {
    LanMessageId id = world_id (i);

    accept (w, i == 5 ? 0 : 1, &id);
  }
  for (guint i = 2; i < n; i++) {
    LanMessageId id = world_id (i);

    world_run_until (w, i == 5 ? 0 : 1, &id, LAN_TRANSFER_DONE);
  }
  /* When the small ones were through, the big ones had got about as much each. */
  for (guint i = 0; i < 2; i++) {
    LanMessageId id = world_id (i);
    guint64 done = lan_transfers_get (w->peers[1].t, &id)->done;

    g_assert_cmpuint (done, >, 12 * LEAF);
    g_assert_cmpuint (done, <, 40 * LEAF);
  }
  for (guint i = 0; i < 2; i++) {
    LanMessageId id = world_id (i);

    world_run_until (w, 1, &id, LAN_TRANSFER_DONE);
  }
  assert_same_file (w, 1, "/out/back", 0, "/in/back");
  world_free (w);
}

/* A person sees it move, at most ten times a second, at about the right speed. */
static void
test_progress (void)
{
  World *w = world_new (12);
  LanMessageId id = world_id (1);
  gint64 started;
  double seconds;
  guint64 rate;

  w->bytes_per_s = 5 * 1000 * 1000;
  world_make_file (w, 0, "/out/a", 100 * LEAF);
  world_join (w, 0, 1, TRUE);
  world_offer (w, 0, 1, 1, "/out/a");
  world_run_until (w, 1, &id, LAN_TRANSFER_OFFERED);
  accept (w, 1, &id);
  world_run_until (w, 1, &id, LAN_TRANSFER_RUNNING);
  started = w->now.mono_us;
  world_run (w, 4);
  rate = lan_transfers_rate (w->peers[1].t, &id);
  g_assert_cmpuint (rate, >, 4 * 1000 * 1000);
  g_assert_cmpuint (rate, <, 6 * 1000 * 1000);
  rate = lan_transfers_rate (w->peers[0].t, &id);
  g_assert_cmpuint (rate, >, 4 * 1000 * 1000);
  g_assert_cmpuint (rate, <, 6 * 1000 * 1000);
  world_run_until (w, 1, &id, LAN_TRANSFER_DONE);
  seconds = (double) (w->now.mono_us - started) / G_USEC_PER_SEC;
  for (int i = 0; i < 2; i++) {
    g_assert_cmpuint (w->peers[i].n_events[LAN_TRANSFER_EVENT_PROGRESS], >=, 20);
    g_assert_cmpuint (w->peers[i].n_events[LAN_TRANSFER_EVENT_PROGRESS], <=,
                      (guint) (seconds * 10) + 2);
  }
  g_assert_cmpuint (lan_transfers_rate (w->peers[1].t, &id), ==, 0);
  world_free (w);
}

/* Many at once: only so many files are open, and all get through. */
static void
test_many (void)
{
  World *w = world_new (13);
  const guint n = 100;

  world_make_file (w, 0, "/out/a", 3000);
  world_join (w, 0, 1, TRUE);
  for (guint i = 0; i < n; i++)
    world_offer (w, 0, 1, i, "/out/a");
  world_run (w, 2);
  for (guint i = 0; i < n; i++) {
    LanMessageId id = world_id (i);

    accept (w, 1, &id);
  }
  world_run (w, 60);
  for (guint i = 0; i < n; i++) {
    LanMessageId id = world_id (i);

    g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_DONE);
    g_assert_cmpint (world_state (w, 0, &id), ==, LAN_TRANSFER_DONE);
  }
  g_assert_cmpuint (w->peers[1].max_open, <=, LAN_TRANSFER_MAX_ACTIVE);
  g_assert_cmpuint (g_hash_table_size (w->peers[1].files), ==, n);
  world_free (w);
}

static void
test_blocked_peer (void)
{
  World *w = world_new (14);
  LanMessageId running = world_id (1);
  LanMessageId offered = world_id (2);

  w->bytes_per_s = 1000 * 1000;
  world_make_file (w, 0, "/out/a", 40 * LEAF);
  world_join (w, 0, 1, TRUE);
  world_offer (w, 0, 1, 1, "/out/a");
  world_offer (w, 0, 1, 2, "/out/a");
  world_run (w, 2);
  accept (w, 1, &running);
  world_run_until (w, 1, &running, LAN_TRANSFER_RUNNING);
  world_run (w, 1);
  lan_transfers_drop_peer (w->peers[1].t, &w->peers[0].account, w->now);
  world_settle (w, 1);
  world_run (w, 5);
  g_assert_cmpint (world_state (w, 1, &running), ==, LAN_TRANSFER_CANCELLED);
  g_assert_cmpint (world_state (w, 1, &offered), ==, LAN_TRANSFER_DECLINED);
  g_assert_cmpint (world_state (w, 0, &running), ==, LAN_TRANSFER_CANCELLED);
  g_assert_cmpint (world_state (w, 0, &offered), ==, LAN_TRANSFER_DECLINED);
  world_free (w);
}

/* What was received before is not fetched again, also after a restart; what was changed since is. */
static void
test_same_content (void)
{
  World *w = world_new (17);
  guint64 first = 0;

  world_make_file (w, 0, "/out/a", 8 * LEAF + 3);
  world_join (w, 0, 1, TRUE);
  for (guint n = 1; n <= 3; n++) {
    LanMessageId id = world_id (n);
    guint64 before = w->peers[0].served;

    world_offer (w, 0, 1, n, "/out/a");
    world_run_until (w, 1, &id, LAN_TRANSFER_OFFERED);
    g_assert_true (lan_transfers_accept (w->peers[1].t, &id, "/in", w->now));
    world_settle (w, 1);
    world_run_until (w, 1, &id, LAN_TRANSFER_DONE);
    if (n == 1)
      first = w->peers[0].served - before;
    else if (n == 2)
      g_assert_cmpuint (w->peers[0].served - before, <, first / 10);
    else
      g_assert_cmpuint (w->peers[0].served - before, <, first / 4);
    world_run (w, 1);
    if (n == 2) {
      /* Both copies, in one leaf; the other side sends it once more. */
      world_file (w, 1, "/in/a")->data[5] ^= 1;
      world_file (w, 1, "/in/a+")->data[5] ^= 1;
    }
    world_kill (w, 1);
    world_start (w, 1);
    world_join (w, 0, 1, TRUE);
  }
  assert_same_file (w, 0, "/out/a", 1, "/in/a++");
  world_free (w);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/one-file", test_one_file);
  g_test_add_func ("/transfer/rows", test_rows);
  g_test_add_func ("/transfer/decline", test_decline);
  g_test_add_func ("/transfer/decline-later", test_decline_later);
  g_test_add_func ("/transfer/cancel", test_cancel);
  g_test_add_func ("/transfer/wants-a-link", test_wants_a_link);
  g_test_add_func ("/transfer/lost-channels", test_lost_channels);
  g_test_add_func ("/transfer/two-channels", test_two_channels);
  g_test_add_func ("/transfer/fair-share", test_fair_share);
  g_test_add_func ("/transfer/progress", test_progress);
  g_test_add_func ("/transfer/many", test_many);
  g_test_add_func ("/transfer/blocked-peer", test_blocked_peer);
  g_test_add_func ("/transfer/same-content", test_same_content);
  add_folder_tests ();
  add_group_tests ();
  add_restart_tests ();
  add_swarm_tests ();
  add_swarm_lanes_tests ();
  add_swarm_late_tests ();
  add_hostile_tests ();
  add_left_tests ();
  return g_test_run ();
}
