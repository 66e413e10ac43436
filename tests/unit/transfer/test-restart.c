/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Programs that are killed at any moment, disks that fail, files that change, stores that refuse. */
#include "lan-tree-hash.h"
#include "test-transfer.h"
#include "transfer-world.h"

#include <string.h>

#define LEAF LAN_TREE_LEAF_BYTES

static World *
offered_world (guint64 seed, gsize size, LanMessageId *id)
{
  World *w = world_new (seed);

  *id = world_id (1);
  w->bytes_per_s = 20 * 1000 * 1000;
  world_make_file (w, 0, "/out/a", size);
  world_join (w, 0, 1, TRUE);
  world_offer (w, 0, 1, 1, "/out/a");
  world_run_until (w, 1, id, LAN_TRANSFER_OFFERED);
  world_run (w, 1);
  return w;
}

static void
accept (World *w, const LanMessageId *id)
{
  g_assert_true (lan_transfers_accept (w->peers[1].t, id, "/in", w->now));
  world_settle (w, 1);
}

static void
assert_arrived (World *w, const char *to)
{
  GByteArray *x = world_file (w, 0, "/out/a");
  GByteArray *y = world_file (w, 1, to);

  g_assert_nonnull (y);
  g_assert_cmpmem (x->data, x->len, y->data, y->len);
}

static void
test_receiver_killed (void)
{
  gsize size = 40 * LEAF + 7;
  LanMessageId id;
  World *w = offered_world (21, size, &id);
  guint64 before;

  accept (w, &id);
  world_run_until (w, 1, &id, LAN_TRANSFER_RUNNING);
  world_run (w, 0.3);
  before = lan_transfers_get (w->peers[1].t, &id)->done;
  g_assert_cmpuint (before, >, 5 * LEAF);
  world_kill (w, 1);
  world_run (w, 100);
  g_assert_cmpint (world_state (w, 0, &id), ==, LAN_TRANSFER_ACCEPTED);
  world_start (w, 1);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_ACCEPTED);
  g_assert_cmpuint (g_hash_table_size (w->peers[1].wants), ==, 1);
  world_join (w, 0, 1, TRUE);
  world_run_until (w, 1, &id, LAN_TRANSFER_DONE);
  assert_arrived (w, "/in/a");
  /* What was on the disk was hashed there, not fetched again. */
  g_assert_cmpuint (w->peers[1].n_jobs[LAN_FILE_JOB_CHECK_TARGET], ==, 2);
  g_assert_cmpuint (w->peers[0].served, <, size + 10 * LEAF);
  world_free (w);
}

/* The sender hashes again after a restart, says so meanwhile, and goes on. */
static void
test_sender_killed (void)
{
  LanMessageId id;
  World *w = offered_world (22, 40 * LEAF, &id);

  accept (w, &id);
  world_run_until (w, 1, &id, LAN_TRANSFER_RUNNING);
  world_run (w, 0.2);
  world_kill (w, 0);
  world_run (w, 200);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_ACCEPTED);
  w->peers[0].disk_us = 100 * 1000 * 1000; /* a slow disk: longer than a stall takes */
  world_start (w, 0);
  world_join (w, 0, 1, TRUE);
  world_run (w, 60);
  w->peers[0].disk_us = 1000;
  world_run_until (w, 1, &id, LAN_TRANSFER_DONE);
  assert_arrived (w, "/in/a");
  world_run_until (w, 0, &id, LAN_TRANSFER_DONE);
  world_free (w);
}

/* Killed at every step of a whole transfer, either side: it always ends well, and once. */
static void
test_killed_anywhere (void)
{
  for (guint64 seed = 0; seed < 150; seed++) {
    World *w = world_new (1000 + seed);
    LanMessageId id = world_id (1);
    guint kills = 0;
    guint rounds = 0;

    w->bytes_per_s = 20 * 1000 * 1000;
    w->window_bytes = seed % 3 == 0 ? LEAF : 0;
    world_make_file (w, 0, "/out/a", (seed % 5) * 3 * LEAF + (seed % 2));
    world_join (w, 0, 1, TRUE);
    world_offer (w, 0, 1, 1, "/out/a");
    while (world_state (w, 1, &id) != LAN_TRANSFER_DONE ||
           world_state (w, 0, &id) != LAN_TRANSFER_DONE) {
      int victim = (int) lan_random_below (&w->random.base, 2);

      world_run (w, lan_random_below (&w->random.base, 40000) / 1000000.0);
      /* Killed before the first commit: nobody was told that it is on its way. */
      if (world_state (w, 0, &id) == LAN_TRANSFER_N) {
        g_assert_cmpuint (w->peers[0].n_events[LAN_TRANSFER_EVENT_ADDED], ==, 0);
        world_offer (w, 0, 1, 1, "/out/a");
      }
      if (world_state (w, 1, &id) == LAN_TRANSFER_OFFERED)
        accept (w, &id);
      if (kills < 12) {
        kills++;
        world_kill (w, victim);
        world_start (w, victim);
      } else {
        world_run (w, 70);
      }
      if (g_hash_table_size (w->pipes) == 0)
        world_join (w, 0, 1, TRUE);
      if (rounds++ > 200)
        g_error ("seed %u: %s (%s) and %s (%s) for ever", (guint) seed,
                 lan_transfer_state_name (world_state (w, 0, &id)), world_error (w, 0, &id),
                 lan_transfer_state_name (world_state (w, 1, &id)), world_error (w, 1, &id));
    }
    world_run (w, 100);
    g_assert_cmpuint (g_hash_table_size (w->peers[1].files), ==, 1);
    g_assert_cmpuint (g_hash_table_size (w->peers[1].parts), ==, 0);
    assert_arrived (w, "/in/a");
    world_free (w);
  }
}

/* Full at the n-th write, for each n: said clearly, nothing lost, goes on when there is room. */
static void
test_disk_full (void)
{
  const guint leaves = 6;

  for (guint n = 0; n <= leaves; n++) {
    LanMessageId id;
    World *w = offered_world (30 + n, leaves * LEAF, &id);
    Peer *b = &w->peers[1];
    guint64 served;

    b->fail_with = LAN_FILE_ERROR_DISK_FULL;
    b->fail_type = n < leaves ? LAN_FILE_JOB_WRITE : LAN_FILE_JOB_FINISH;
    b->fail_after = n < leaves ? (int) n : 0;
    accept (w, &id);
    world_run_until (w, 1, &id, LAN_TRANSFER_FAILED);
    world_run (w, 10);
    g_assert_cmpstr (world_error (w, 1, &id), ==, "disk-full");
    g_assert_nonnull (lan_transfers_error_text (b->t, &id));
    g_assert_cmpuint (g_hash_table_size (b->parts), ==, 1);
    g_assert_cmpuint (g_hash_table_size (b->wants), ==, 0);
    /* The sender is told whose disk it is. */
    g_assert_cmpint (world_state (w, 0, &id), ==, LAN_TRANSFER_FAILED);
    g_assert_cmpstr (world_error (w, 0, &id), ==, "peer");
    g_assert_nonnull (strstr (lan_transfers_error_text (w->peers[0].t, &id), "other side"));
    served = w->peers[0].served;
    b->fail_after = -1;
    accept (w, &id);
    world_run_until (w, 1, &id, LAN_TRANSFER_DONE);
    world_run_until (w, 0, &id, LAN_TRANSFER_DONE);
    assert_arrived (w, "/in/a");
    if (n == leaves)
      g_assert_cmpuint (w->peers[0].served - served, <, LEAF);
    world_free (w);
  }
}

/* Another folder is chosen after a failure: nothing is left in the first. */
static void
test_other_folder (void)
{
  LanMessageId id;
  World *w = offered_world (40, 6 * LEAF, &id);
  Peer *b = &w->peers[1];

  b->fail_with = LAN_FILE_ERROR_DISK_FULL;
  b->fail_type = LAN_FILE_JOB_WRITE;
  b->fail_after = 2;
  accept (w, &id);
  world_run_until (w, 1, &id, LAN_TRANSFER_FAILED);
  world_run (w, 1);
  g_assert_true (lan_transfers_accept (b->t, &id, "/elsewhere", w->now));
  world_settle (w, 1);
  g_assert_cmpuint (g_hash_table_size (b->parts), ==, 0);
  world_run_until (w, 1, &id, LAN_TRANSFER_DONE);
  assert_arrived (w, "/elsewhere/a");
  world_free (w);
}

static void
test_source_gone (void)
{
  World *w = world_new (41);
  LanMessageId id = world_id (1);

  world_join (w, 0, 1, TRUE);
  world_offer (w, 0, 1, 1, "/out/nothing");
  world_run_until (w, 0, &id, LAN_TRANSFER_FAILED);
  g_assert_cmpstr (world_error (w, 0, &id), ==, "not-found");
  world_run (w, 10);
  /* Nobody else ever hears of it. */
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_N);
  g_assert_cmpint (w->peers[1].worst, ==, LAN_STATUS_OK);
  world_free (w);
}

static void
test_source_changed (void)
{
  for (int killed = 0; killed < 2; killed++) {
    LanMessageId id;
    World *w = offered_world (42, 6 * LEAF, &id);

    world_run (w, 60); /* the sender has closed it meanwhile */
    if (killed) {
      world_kill (w, 0);
      world_start (w, 0);
      world_join (w, 0, 1, TRUE);
    }
    world_file (w, 0, "/out/a")->data[3] ^= 1;
    accept (w, &id);
    world_run_until (w, 0, &id, LAN_TRANSFER_FAILED);
    world_run_until (w, 1, &id, LAN_TRANSFER_FAILED);
    g_assert_cmpstr (world_error (w, 0, &id), ==, "source-changed");
    g_assert_cmpstr (world_error (w, 1, &id), ==, "source-changed");
    world_run (w, 1);
    g_assert_cmpuint (g_hash_table_size (w->peers[1].parts), ==, 0);
    world_free (w);
  }
}

static void
test_source_vanishes (void)
{
  LanMessageId id;
  World *w = offered_world (43, 40 * LEAF, &id);
  Peer *a = &w->peers[0];

  accept (w, &id);
  world_run_until (w, 1, &id, LAN_TRANSFER_RUNNING);
  a->fail_with = LAN_FILE_ERROR_IO;
  a->fail_type = LAN_FILE_JOB_READ;
  a->fail_after = 3;
  world_run_until (w, 1, &id, LAN_TRANSFER_FAILED);
  g_assert_cmpstr (world_error (w, 0, &id), ==, "io");
  g_assert_cmpstr (world_error (w, 1, &id), ==, "peer");
  world_run (w, 1);
  /* Trying again meets a sender who cannot: said at once, not waited for. */
  accept (w, &id);
  world_run (w, 2);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_FAILED);
  g_assert_false (lan_transfers_channel_is_busy (a->t, 1));
  world_free (w);
}

/* Nothing is promised that is not on disk: the store refuses for a while. */
static void
test_store_refuses (void)
{
  LanMessageId id;
  World *w = offered_world (44, 6 * LEAF, &id);
  Peer *b = &w->peers[1];

  b->commits_fail = TRUE;
  accept (w, &id);
  world_run (w, 30);
  g_assert_cmpuint (b->n_jobs[LAN_FILE_JOB_OPEN_TARGET], ==, 0);
  g_assert_cmpint (world_state (w, 0, &id), ==, LAN_TRANSFER_OFFERED);
  b->commits_fail = FALSE;
  world_run_until (w, 1, &id, LAN_TRANSFER_RUNNING);
  b->commits_fail = TRUE;
  world_run (w, 60);
  /* All there, but not told before the store knows. */
  g_assert_cmpint (world_state (w, 0, &id), !=, LAN_TRANSFER_DONE);
  b->commits_fail = FALSE;
  world_run_until (w, 0, &id, LAN_TRANSFER_DONE);
  assert_arrived (w, "/in/a");
  g_assert_cmpuint (g_hash_table_size (b->files), ==, 1);
  world_free (w);
}

/* The receiver has a new key, and a person said that it is the same one: the offer goes to that. */
static void
test_other_key (void)
{
  World *w = world_new (46);
  LanConversationId conversation = { { 6 } };
  LanMessageId id = world_id (1);
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  const LanTransferRow *row;
  LanHash root;

  world_make_file (w, 0, "/out/a", 3 * LEAF);
  world_offer (w, 0, 2, 1, "/out/a");
  world_run_until (w, 0, &id, LAN_TRANSFER_OFFERED);
  lan_transfers_repeated (w->peers[0].t, &id, &conversation, &w->peers[1].account, w->now);
  world_settle (w, 0);
  world_run (w, 1);
  row = g_hash_table_lookup (w->peers[0].rows, &id);
  g_assert_true (lan_account_id_equal (&row->peer, &w->peers[1].account));
  root = row->root;
  offer.name = (char *) "a";
  offer.size = row->size;
  offer.root.data = root.b;
  offer.root.len = sizeof root.b;
  offer.leaf_size = LEAF;
  g_assert_cmpint (lan_transfers_offered (w->peers[1].t, &id, &conversation, &w->peers[0].account,
                                          &offer, FALSE, w->now),
                   ==, LAN_STATUS_OK);
  accept (w, &id);
  world_join (w, 0, 1, TRUE);
  world_run_until (w, 0, &id, LAN_TRANSFER_DONE);
  assert_arrived (w, "/in/a");
  world_free (w);
}

/* Every state a row can have on disk, loaded into a machine of either side. */
static void
test_load_every_state (void)
{
  for (int incoming = 0; incoming < 2; incoming++) {
    for (int state = 0; state <= LAN_TRANSFER_N; state++) {
      World *w = world_new (45);
      LanTransferRow row = { .id = world_id (9),
                             .incoming = incoming,
                             .size = 100,
                             .name = (char *) "a",
                             .path = (char *) "/in",
                             .state = (LanTransferState) state };

      row.peer = w->peers[0].account;
      lan_transfers_load (w->peers[1].t, &row, w->now);
      lan_transfers_load (w->peers[1].t, &row, w->now);
      world_settle (w, 1);
      world_join (w, 0, 1, TRUE);
      world_run (w, 10);
      world_kill (w, 1);
      world_free (w);
    }
  }
}

void
add_restart_tests (void)
{
  g_test_add_func ("/transfer/restart/receiver-killed", test_receiver_killed);
  g_test_add_func ("/transfer/restart/sender-killed", test_sender_killed);
  g_test_add_func ("/transfer/restart/killed-anywhere", test_killed_anywhere);
  g_test_add_func ("/transfer/restart/load-every-state", test_load_every_state);
  g_test_add_func ("/transfer/restart/other-key", test_other_key);
  g_test_add_func ("/transfer/t34/disk-full", test_disk_full);
  g_test_add_func ("/transfer/failure/other-folder", test_other_folder);
  g_test_add_func ("/transfer/failure/source-gone", test_source_gone);
  g_test_add_func ("/transfer/failure/source-changed", test_source_changed);
  g_test_add_func ("/transfer/failure/source-vanishes", test_source_vanishes);
  g_test_add_func ("/transfer/failure/store-refuses", test_store_refuses);
}
