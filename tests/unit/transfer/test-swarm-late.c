/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What was offered to several, later: its receivers were restarted, its author cannot give it any more. */
#include "test-transfer.h"

#include "lan-transfer-limits.h"
#include "swarm-world.h"

#include <string.h>

#define LEAVES 20

static void
accept (World *w, int peer)
{
  LanMessageId id = world_id ((guint) peer);

  world_run_until (w, peer, &id, LAN_TRANSFER_OFFERED);
  g_assert_true (lan_transfers_accept (w->peers[peer].t, &id, "/in", w->now));
  world_settle (w, peer);
}

static void
check_file (World *w, int peer)
{
  LanMessageId id = world_id ((guint) peer);
  GByteArray *sent = world_file (w, 0, "/out/film");
  GByteArray *got;

  world_run_until (w, peer, &id, LAN_TRANSFER_DONE);
  got = world_file (w, peer, "/in/film");
  g_assert_nonnull (got);
  g_assert_cmpmem (got->data, got->len, sent->data, sent->len);
}

/* Peers 1 and 2 have it, and are started anew; peer 3 was offered it and did nothing; the author is away. */
static World *
world_of_yesterday (guint64 seed)
{
  World *w = swarm_world (seed, LEAVES);
  LanMessageId id = world_id (3);

  swarm_join_all (w, 0, 3);
  world_share (w, 0, 3, 1, "/out/film");
  swarm_accept_all (w, 2);
  swarm_finish (w, 2);
  world_run_until (w, 3, &id, LAN_TRANSFER_OFFERED);
  world_run (w, 60);
  for (int i = 0; i <= 2; i++)
    world_kill (w, i);
  world_start (w, 1);
  world_start (w, 2);
  swarm_join_all (w, 1, 3);
  return w;
}

/* Done before their restart, they give it all the same, and let go of it again. */
static void
test_done_before_restart (void)
{
  World *w = world_of_yesterday (21);

  accept (w, 3);
  check_file (w, 3);
  g_assert_cmpuint (w->peers[1].served + w->peers[2].served, >=,
                    (guint64) LEAVES * LAN_FILE_TREE_LEAF_BYTES);
  /* Nobody looks at a file of long ago for nothing. */
  g_assert_cmpuint (w->peers[1].n_jobs[LAN_FILE_JOB_HASH_SOURCE], ==, 1);
  world_run (w, 2000);
  for (int i = 1; i <= 3; i++) {
    g_assert_cmpuint (g_hash_table_size (w->peers[i].open), ==, 0);
    g_assert_cmpint (lan_transfers_next_deadline (w->peers[i].t), ==, LAN_NO_DEADLINE);
  }
  world_free (w);
}

/* What one of them changed meanwhile is not given; the other's is. */
static void
test_changed_since (void)
{
  World *w = world_of_yesterday (22);

  world_file (w, 1, "/in/film")->data[5] ^= 1;
  accept (w, 3);
  check_file (w, 3);
  world_free (w);
}

static void
test_moved_since (void)
{
  World *w = world_of_yesterday (23);
  LanMessageId id = world_id (3);

  for (int i = 1; i <= 2; i++)
    g_hash_table_remove (w->peers[i].files, "/in/film");
  accept (w, 3);
  world_run (w, 600);
  /* Nobody has it, and the author may come back. */
  g_assert_cmpint (world_state (w, 3, &id), ==, LAN_TRANSFER_ACCEPTED);
  for (int i = 1; i <= 2; i++) {
    g_assert_cmpuint (w->peers[i].n_jobs[LAN_FILE_JOB_OPEN_SOURCE], ==, 1);
    g_assert_cmpuint (g_hash_table_size (w->peers[i].open), ==, 0);
  }
  world_start (w, 0);
  swarm_join_all (w, 0, 3);
  check_file (w, 3);
  world_free (w);
}

/* The author's file cannot be read any more; the others have it all. */
static void
test_author_fails (void)
{
  World *w = swarm_world (24, LEAVES);

  swarm_join_all (w, 0, 3);
  world_share (w, 0, 3, 1, "/out/film");
  swarm_accept_all (w, 2);
  swarm_finish (w, 2);
  world_run (w, 40); /* it is closed, and will be opened again */
  w->peers[0].fail_type = LAN_FILE_JOB_OPEN_SOURCE;
  w->peers[0].fail_with = LAN_FILE_ERROR_NOT_FOUND;
  w->peers[0].fail_after = 0;
  accept (w, 3);
  check_file (w, 3);
  g_assert_cmpint (w->peers[0].fail_after, ==, -1);
  world_free (w);
}

/* In the middle of it, when all leaves are somewhere. */
static void
test_author_fails_in_between (void)
{
  World *w = swarm_world (25, 40);

  swarm_join_all (w, 0, 4);
  world_share (w, 0, 4, 1, "/out/film");
  swarm_accept_all (w, 2);
  swarm_finish (w, 2);
  w->peers[0].fail_type = LAN_FILE_JOB_READ;
  w->peers[0].fail_with = LAN_FILE_ERROR_IO;
  w->peers[0].fail_after = 0;
  accept (w, 3);
  accept (w, 4);
  check_file (w, 3);
  check_file (w, 4);
  world_free (w);
}

/* Nobody else has it: after a while that is said, and it can be tried again when the author is well. */
static void
test_author_fails_alone (void)
{
  World *w = swarm_world (26, LEAVES);
  LanMessageId id = world_id (1);
  gint64 start;

  swarm_join_all (w, 0, 2);
  world_share (w, 0, 2, 1, "/out/film");
  w->peers[0].fail_type = LAN_FILE_JOB_READ;
  w->peers[0].fail_with = LAN_FILE_ERROR_IO;
  w->peers[0].fail_after = 4;
  accept (w, 1);
  start = w->now.mono_us;
  world_run_until (w, 1, &id, LAN_TRANSFER_FAILED);
  g_assert_cmpstr (world_error (w, 1, &id), ==, "peer");
  g_assert_cmpint (w->now.mono_us - start, <, 2 * LAN_SWARM_HOPE_US);
  world_free (w);
}

static void
spoil_blocks (LanFrame *frame, gpointer data)
{
  if (lan_frame_type (frame) == LAN_FRAME_FILE_BLOCK && frame->file_block->offset == 0)
    frame->file_block->data.data[0] ^= 1;
}

/* What the author gives is wrong; what the others have is right. */
static void
test_wrong_author (void)
{
  World *w = swarm_world (27, LEAVES);

  swarm_join_all (w, 0, 3);
  world_share (w, 0, 3, 1, "/out/film");
  swarm_accept_all (w, 2);
  swarm_finish (w, 2);
  w->peers[0].spoil = spoil_blocks;
  accept (w, 3);
  check_file (w, 3);
  world_free (w);
}

/* Asked by somebody whom the author did not name, or not asked at all: nothing is looked at. */
static void
test_not_woken (void)
{
  World *w = world_of_yesterday (28);
  LanMessageId id1 = world_id (1);
  const LanTransferOne *one = lan_transfers_find (w->peers[1].t, &id1);
  Lanyard__FileHave have = LANYARD__FILE_HAVE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint8 name[LAN_MESSAGE_ID_BYTES];
  guint64 stranger = world_join (w, 1, 4, TRUE);
  guint64 named = world_join (w, 1, 2, TRUE);

  memcpy (name, one->swarm->name.b, sizeof name);
  have.name = (ProtobufCBinaryData){ sizeof name, name };
  have.ask = TRUE;
  frame.body_case = LANYARD__FRAME__BODY_FILE_HAVE;
  frame.file_have = &have;
  g_assert_cmpint (world_frame (w, 1, stranger, &frame), ==, LAN_STATUS_STATE);
  have.ask = FALSE;
  g_assert_cmpint (world_frame (w, 1, named, &frame), ==, LAN_STATUS_STATE);
  world_run (w, 5);
  g_assert_cmpuint (w->peers[1].n_jobs[LAN_FILE_JOB_OPEN_SOURCE], ==, 0);
  /* Asked many times: looked at once. */
  have.ask = TRUE;
  for (int i = 0; i < 20; i++) {
    g_assert_cmpint (world_frame (w, 1, named, &frame), ==, LAN_STATUS_OK);
    world_run (w, 1);
  }
  g_assert_cmpuint (w->peers[1].n_jobs[LAN_FILE_JOB_HASH_SOURCE], ==, 1);
  world_free (w);
}

void
add_swarm_late_tests (void)
{
  g_test_add_func ("/transfer/swarm/done-before-restart", test_done_before_restart);
  g_test_add_func ("/transfer/swarm/changed-since", test_changed_since);
  g_test_add_func ("/transfer/swarm/moved-since", test_moved_since);
  g_test_add_func ("/transfer/swarm/author-fails", test_author_fails);
  g_test_add_func ("/transfer/swarm/author-fails-in-between", test_author_fails_in_between);
  g_test_add_func ("/transfer/swarm/author-fails-alone", test_author_fails_alone);
  g_test_add_func ("/transfer/swarm/wrong-author", test_wrong_author);
  g_test_add_func ("/transfer/swarm/not-woken", test_not_woken);
}
