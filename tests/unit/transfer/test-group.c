/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A file for a group: one offer, one row at its author's, fetched from all members who have it. */
#include "test-transfer.h"

#include "swarm-world.h"

#define LEAVES  24
#define MEMBERS 5

static World *
group_world (guint64 seed)
{
  World *w = swarm_world (seed, LEAVES);

  world_set_members (w, MEMBERS);
  swarm_join_all (w, 0, MEMBERS - 1);
  world_offer_group (w, 0, 1, "/out/film");
  return w;
}

static void
take (World *w, int peer)
{
  LanMessageId id = world_id (1);

  world_run_until (w, peer, &id, LAN_TRANSFER_OFFERED);
  g_assert_true (lan_transfers_accept (w->peers[peer].t, &id, "/in", w->now));
  world_settle (w, peer);
}

static void
check (World *w, int peer)
{
  LanMessageId id = world_id (1);
  GByteArray *sent = world_file (w, 0, "/out/film");
  GByteArray *got;

  world_run_until (w, peer, &id, LAN_TRANSFER_DONE);
  got = world_file (w, peer, "/in/film");
  g_assert_nonnull (got);
  g_assert_cmpmem (got->data, got->len, sent->data, sent->len);
}

static guint
fetched (World *w)
{
  LanMessageId id = world_id (1);
  guint members, n = lan_transfers_count_fetched (w->peers[0].t, &id, &members);

  g_assert_cmpuint (members, ==, w->members - 1);
  return n;
}

/* All have it, hashed once, and about one copy leaves the author; then it is over for the author too. */
static void
test_all (void)
{
  World *w = group_world (31);
  LanMessageId id = world_id (1);
  guint events = 0;

  for (int i = 1; i < MEMBERS; i++)
    take (w, i);
  for (int i = 1; i < MEMBERS; i++)
    check (w, i);
  world_run_until (w, 0, &id, LAN_TRANSFER_DONE);
  g_assert_cmpuint (fetched (w), ==, MEMBERS - 1);
  g_assert_cmpuint (w->peers[0].n_jobs[LAN_FILE_JOB_HASH_SOURCE], ==, 1);
  g_assert_cmpuint (w->peers[0].served, <=, LEAVES * LAN_FILE_TREE_LEAF_BYTES * 3 / 2);
  events = w->peers[0].n_events[LAN_TRANSFER_EVENT_ADDED];
  g_assert_cmpuint (events, ==, 1); /* nobody is told of parts */
  for (int i = 0; i < MEMBERS; i++)
    g_assert_cmpint (w->peers[i].worst, ==, LAN_STATUS_OK);
  world_run (w, 2000);
  for (int i = 0; i < MEMBERS; i++)
    g_assert_cmpuint (g_hash_table_size (w->peers[i].open), ==, 0);
  world_free (w);
}

/* One has it, the author goes; the others get it from that one, and the author hears of it when it is back. */
static void
test_author_away (void)
{
  World *w = group_world (32);
  LanMessageId id = world_id (1);

  take (w, 1);
  check (w, 1);
  for (int i = 2; i < MEMBERS; i++)
    world_run_until (w, i, &id, LAN_TRANSFER_OFFERED);
  world_run (w, 5);
  g_assert_cmpuint (fetched (w), ==, 1);
  world_kill (w, 0);
  for (int i = 2; i < MEMBERS; i++)
    take (w, i);
  for (int i = 2; i < MEMBERS; i++)
    check (w, i);
  world_start (w, 0);
  world_set_members (w, MEMBERS);
  g_assert_cmpuint (fetched (w), ==, 1);
  for (int i = 1; i < MEMBERS; i++)
    world_join (w, 0, i, TRUE);
  world_run_until (w, 0, &id, LAN_TRANSFER_DONE);
  g_assert_cmpuint (fetched (w), ==, MEMBERS - 1);
  world_free (w);
}

/* The author is killed while it is fetched, and goes on afterwards. */
static void
test_restart (void)
{
  World *w = group_world (33);

  take (w, 1);
  world_run (w, 0.2);
  world_kill (w, 0);
  world_run (w, 5);
  world_start (w, 0);
  world_set_members (w, MEMBERS);
  for (int i = 1; i < MEMBERS; i++)
    world_join (w, 0, i, TRUE);
  take (w, 2);
  check (w, 1);
  check (w, 2);
  world_run (w, 5);
  g_assert_cmpuint (fetched (w), ==, 2);
  world_free (w);
}

/* Who is taken out of the group while fetching gets no more, of nobody; who comes back does. */
static void
test_removed (void)
{
  World *w = group_world (34);
  LanMessageId id = world_id (1);
  guint64 before;

  take (w, 4);
  world_run (w, 0.1);
  world_set_members (w, 4);
  world_run (w, 1);
  before = w->peers[0].served;
  take (w, 1);
  check (w, 1);
  world_run (w, 20);
  g_assert_cmpint (world_state (w, 4, &id), !=, LAN_TRANSFER_DONE);
  g_assert_cmpuint (w->peers[0].served - before, <=, LEAVES * LAN_FILE_TREE_LEAF_BYTES * 3 / 2);
  g_assert_cmpuint (w->peers[1].served, ==, 0);
  world_free (w);
}

/* A member who came later fetches it, from the author and from who has it. */
static void
test_newcomer (void)
{
  World *w = swarm_world (35, LEAVES);
  LanMessageId id = world_id (1);

  world_set_members (w, 3);
  swarm_join_all (w, 0, 3);
  world_offer_group (w, 0, 1, "/out/film");
  take (w, 1);
  check (w, 1);
  g_assert_cmpint (world_state (w, 3, &id), ==, LAN_TRANSFER_N);
  world_set_members (w, 4);
  world_bring_group (w, 0, 3, 1);
  world_run_until (w, 3, &id, LAN_TRANSFER_OFFERED);
  world_kill (w, 0);
  take (w, 3);
  check (w, 3);
  world_free (w);
}

/* Withdrawn: whoever fetches it stops, who did nothing sees it, and who was away hears of it. */
static void
test_cancelled (void)
{
  World *w = group_world (36);
  LanMessageId id = world_id (1);

  take (w, 1);
  world_run_until (w, 2, &id, LAN_TRANSFER_OFFERED);
  world_run_until (w, 3, &id, LAN_TRANSFER_OFFERED);
  world_kill (w, 3);
  g_assert_true (lan_transfers_cancel (w->peers[0].t, &id, w->now));
  world_settle (w, 0);
  world_run_until (w, 1, &id, LAN_TRANSFER_CANCELLED);
  world_run_until (w, 2, &id, LAN_TRANSFER_CANCELLED);
  world_start (w, 3);
  world_join (w, 0, 3, TRUE);
  world_run_until (w, 3, &id, LAN_TRANSFER_CANCELLED);
  world_free (w);
}

/* The file was changed: what one member meets, all hear. */
static void
test_changed (void)
{
  World *w = group_world (37);
  LanMessageId id = world_id (1);

  world_run_until (w, 1, &id, LAN_TRANSFER_OFFERED);
  world_run (w, 100);
  world_make_file (w, 0, "/out/film", 5000);
  take (w, 1);
  world_run_until (w, 0, &id, LAN_TRANSFER_FAILED);
  g_assert_cmpstr (world_error (w, 0, &id), ==, "source-changed");
  world_free (w);
}

void
add_group_tests (void)
{
  g_test_add_func ("/transfer/group/all", test_all);
  g_test_add_func ("/transfer/group/author-away", test_author_away);
  g_test_add_func ("/transfer/group/restart", test_restart);
  g_test_add_func ("/transfer/group/removed", test_removed);
  g_test_add_func ("/transfer/group/newcomer", test_newcomer);
  g_test_add_func ("/transfer/group/cancelled", test_cancelled);
  g_test_add_func ("/transfer/group/changed", test_changed);
}
