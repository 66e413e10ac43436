/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* One file offered to several, who give it to each other: nine people in virtual time. */
#include "test-transfer.h"

#include "lan-transfer-limits.h"
#include "lan-tree-hash.h"
#include "swarm-world.h"

#include <string.h>

#define LEAF      LAN_TREE_LEAF_BYTES
#define RECEIVERS (WORLD_PEERS - 1)
#define SLOW      (12500 * 1000) /* bytes a second: 100 Mbit/s */

/* The author's uplink is the bottleneck; everybody can reach everybody. */
World *
swarm_world (guint64 seed, gsize leaves)
{
  World *w = world_new (seed);

  w->peers[0].uplink_bytes_per_s = SLOW;
  world_make_file (w, 0, "/out/film", leaves * LEAF);
  return w;
}

void
swarm_join_all (World *w, int from, int to)
{
  for (int i = from; i <= to; i++) {
    for (int j = i + 1; j <= to; j++)
      world_join (w, i, j, TRUE);
  }
}

void
swarm_accept_all (World *w, int n)
{
  for (int i = 1; i <= n; i++) {
    LanMessageId id = world_id ((guint) i);

    world_run_until (w, i, &id, LAN_TRANSFER_OFFERED);
    g_assert_true (lan_transfers_accept (w->peers[i].t, &id, "/in", w->now));
    world_settle (w, i);
  }
}

void
swarm_finish (World *w, int n)
{
  GByteArray *sent = world_file (w, 0, "/out/film");

  for (int i = 1; i <= n; i++) {
    LanMessageId id = world_id ((guint) i);
    GByteArray *got;

    world_run_until (w, i, &id, LAN_TRANSFER_DONE);
    got = world_file (w, i, "/in/film");
    g_assert_nonnull (got);
    g_assert_cmpmem (got->data, got->len, sent->data, sent->len);
  }
}

static double
seconds_since (World *w, gint64 start)
{
  return (double) (w->now.mono_us - start) / G_USEC_PER_SEC;
}

static double
one_alone (gsize leaves)
{
  World *w = swarm_world (5, leaves);
  gint64 start;
  double took;

  swarm_join_all (w, 0, 1);
  world_share (w, 0, 1, 1, "/out/film");
  swarm_accept_all (w, 1);
  start = w->now.mono_us;
  swarm_finish (w, 1);
  took = seconds_since (w, start);
  world_free (w);
  return took;
}

/* All have it hardly later than one alone would, and the author sends it about once. */
static void
test_all_at_once (void)
{
  const gsize leaves = 48;
  double alone = one_alone (leaves);
  World *w = swarm_world (5, leaves);
  gint64 start;
  double took;
  guint64 given = 0;

  swarm_join_all (w, 0, RECEIVERS);
  world_share (w, 0, RECEIVERS, 1, "/out/film");
  swarm_accept_all (w, RECEIVERS);
  /* Hashed once, whoever many it is for. */
  g_assert_cmpuint (w->peers[0].n_jobs[LAN_FILE_JOB_HASH_SOURCE], ==, 1);
  start = w->now.mono_us;
  swarm_finish (w, RECEIVERS);
  took = seconds_since (w, start);
  for (int i = 1; i <= RECEIVERS; i++) {
    given += w->peers[i].served;
    g_assert_cmpint (w->peers[i].worst, ==, LAN_STATUS_OK);
  }
  g_test_message ("one %.2f s, eight %.2f s; author %.2f times, receivers %.2f times the size",
                  alone, took, (double) w->peers[0].served / (double) (leaves * LEAF),
                  (double) given / (double) (leaves * LEAF));
  g_assert_cmpfloat (took, <=, 1.6 * alone);
  g_assert_cmpuint (w->peers[0].served, <=, leaves * LEAF * 3 / 2);
  g_assert_cmpuint (w->peers[0].served + given, <=, leaves * LEAF * RECEIVERS * 21 / 20);
  /* Nobody keeps it open for ever. */
  world_run (w, 2000);
  for (int i = 0; i <= RECEIVERS; i++) {
    g_assert_cmpuint (g_hash_table_size (w->peers[i].open), ==, 0);
    g_assert_cmpuint (g_hash_table_size (w->peers[i].wants), ==, 0);
    g_assert_cmpint (lan_transfers_next_deadline (w->peers[i].t), ==, G_MAXINT64);
  }
  world_free (w);
}

/* Every leaf is somewhere, and the author goes. */
static void
test_author_dies (void)
{
  const gsize leaves = 40;
  World *w = swarm_world (7, leaves);
  gboolean everywhere = FALSE;

  swarm_join_all (w, 0, RECEIVERS);
  world_share (w, 0, RECEIVERS, 1, "/out/film");
  swarm_accept_all (w, RECEIVERS);
  while (!everywhere) {
    everywhere = TRUE;
    world_run (w, 0.05);
    for (guint64 leaf = 0; leaf < leaves; leaf++) {
      gboolean is_there = FALSE;

      for (int i = 1; i <= RECEIVERS && !is_there; i++) {
        LanMessageId id = world_id ((guint) i);
        LanTransferOne *one = lan_transfers_find (w->peers[i].t, &id);

        is_there = one->row.state == LAN_TRANSFER_DONE ||
                   (one->in.bits != NULL && lan_transfer_bit (one->in.bits, leaf));
      }
      everywhere &= is_there;
    }
  }
  world_kill (w, 0);
  swarm_finish (w, RECEIVERS);
  world_free (w);
}

/* One who accepts when the author is gone gets it from those who are done. */
static void
test_late_without_author (void)
{
  World *w = swarm_world (8, 20);
  LanMessageId id = world_id (3);

  swarm_join_all (w, 0, 3);
  world_share (w, 0, 3, 1, "/out/film");
  swarm_accept_all (w, 2);
  swarm_finish (w, 2);
  world_run_until (w, 3, &id, LAN_TRANSFER_OFFERED);
  world_kill (w, 0);
  world_run (w, 60);
  g_assert_true (lan_transfers_accept (w->peers[3].t, &id, "/in", w->now));
  world_settle (w, 3);
  swarm_finish (w, 3);
  world_free (w);
}

static void
spoil_blocks (LanFrame *frame, gpointer data)
{
  guint *n = data;

  if (lan_frame_type (frame) == LAN_FRAME_FILE_BLOCK && frame->file_block->offset == 0) {
    frame->file_block->data.data[0] ^= 1;
    ++*n;
  }
}

/* What one of them gives is wrong: it is asked no more, and everybody is done all the same. */
static void
test_wrong_blocks (void)
{
  World *w = swarm_world (9, 40);
  guint spoilt = 0;

  w->peers[4].spoil = spoil_blocks;
  w->peers[4].spoil_data = &spoilt;
  swarm_join_all (w, 0, RECEIVERS);
  world_share (w, 0, RECEIVERS, 1, "/out/film");
  swarm_accept_all (w, RECEIVERS);
  swarm_finish (w, RECEIVERS);
  g_assert_cmpuint (spoilt, >, 0);
  /* Nobody asks it for more than what was under way when it was found out. */
  g_assert_cmpuint (spoilt, <=, (RECEIVERS - 1) * 16);
  world_free (w);
}

/* One takes requests and never answers. */
static void
test_mute (void)
{
  World *w = swarm_world (10, 60);

  swarm_join_all (w, 0, RECEIVERS);
  world_share (w, 0, RECEIVERS, 1, "/out/film");
  swarm_accept_all (w, RECEIVERS);
  world_run (w, 0.3);
  w->peers[4].is_mute = TRUE;
  swarm_finish (w, RECEIVERS);
  g_assert_cmpuint (w->peers[0].served, <=, (guint64) 60 * LEAF * 3 / 2);
  world_free (w);
}

/* The author takes requests and never answers: the others are asked. */
static void
test_mute_author (void)
{
  World *w = swarm_world (11, 30);

  swarm_join_all (w, 0, 3);
  world_share (w, 0, 3, 1, "/out/film");
  swarm_accept_all (w, 2);
  swarm_finish (w, 2);
  w->peers[0].is_mute = TRUE;
  {
    LanMessageId id = world_id (3);

    world_run_until (w, 3, &id, LAN_TRANSFER_OFFERED);
    w->peers[0].is_mute = FALSE; /* the list of hashes may come from there */
    g_assert_true (lan_transfers_accept (w->peers[3].t, &id, "/in", w->now));
    world_settle (w, 3);
    w->peers[0].is_mute = TRUE;
  }
  swarm_finish (w, 3);
  world_free (w);
}

/* Everybody comes and goes all the time. */
static void
test_churn (void)
{
  World *w = swarm_world (12, 40);
  guint rounds = 0;
  gboolean done = FALSE;

  swarm_join_all (w, 0, RECEIVERS);
  world_share (w, 0, RECEIVERS, 1, "/out/film");
  swarm_accept_all (w, RECEIVERS);
  world_run (w, 0.1); /* until it is committed */
  while (!done && rounds++ < 400) {
    int who = 1 + (int) lan_random_below (&w->random.base, RECEIVERS);

    world_kill (w, who);
    world_run (w, 0.05);
    world_start (w, who);
    for (int i = 0; i <= RECEIVERS; i++) {
      if (i != who)
        world_join (w, MIN (i, who), MAX (i, who), TRUE);
    }
    world_run (w, 0.35);
    done = TRUE;
    for (int i = 1; i <= RECEIVERS; i++) {
      LanMessageId id = world_id ((guint) i);

      done &= world_state (w, i, &id) == LAN_TRANSFER_DONE;
    }
  }
  swarm_finish (w, RECEIVERS);
  world_free (w);
}

/* Some know only the author, some only each other. */
static void
test_parted (void)
{
  World *w = swarm_world (13, 30);

  swarm_join_all (w, 0, 4);
  for (int i = 5; i <= 6; i++)
    world_join (w, 0, i, TRUE);
  world_share (w, 0, 6, 1, "/out/film");
  swarm_accept_all (w, 6);
  swarm_finish (w, 6);
  world_free (w);
}

/* Who was not named gets nothing and learns nothing; nobody is answered before the offer was accepted. */
static void
test_consent (void)
{
  World *w = swarm_world (14, 10);
  LanMessageId id1 = world_id (1);
  LanTransferOne *one;
  Lanyard__FileHave have = LANYARD__FILE_HAVE__INIT;
  Lanyard__FileRequest ask = LANYARD__FILE_REQUEST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint64 stranger, named;
  guint8 bits[2] = { 0xff, 0x03 };
  guint8 name[LAN_MESSAGE_ID_BYTES];

  world_join (w, 0, 1, TRUE);
  world_join (w, 0, 2, TRUE);
  stranger = world_join (w, 1, 3, TRUE);
  named = world_join (w, 1, 2, TRUE);
  world_share (w, 0, 2, 1, "/out/film");
  world_run_until (w, 1, &id1, LAN_TRANSFER_OFFERED);
  one = lan_transfers_find (w->peers[1].t, &id1);
  g_assert_nonnull (one->swarm);
  g_assert_cmpuint (one->swarm->sources->len, ==, 1); /* the other one, not oneself */
  memcpy (name, one->swarm->name.b, sizeof name);
  have.name = (ProtobufCBinaryData){ sizeof name, name };
  have.bits = (ProtobufCBinaryData){ sizeof bits, bits };
  have.ask = TRUE;
  frame.body_case = LANYARD__FRAME__BODY_FILE_HAVE;
  frame.file_have = &have;
  /* Not accepted yet: as if there were nothing. */
  g_assert_cmpint (world_frame (w, 1, named, &frame), ==, LAN_STATUS_STATE);
  g_assert_true (lan_transfers_accept (w->peers[1].t, &id1, "/in", w->now));
  world_settle (w, 1);
  world_run_until (w, 1, &id1, LAN_TRANSFER_DONE);
  g_assert_cmpint (world_frame (w, 1, stranger, &frame), ==, LAN_STATUS_STATE);
  ask.offer = have.name;
  ask.count = 1;
  frame.body_case = LANYARD__FRAME__BODY_FILE_REQUEST;
  frame.file_request = &ask;
  g_assert_cmpint (world_frame (w, 1, stranger, &frame), ==, LAN_STATUS_STATE);
  g_assert_cmpuint (w->peers[1].served, ==, 0);
  g_assert_cmpint (world_frame (w, 1, named, &frame), ==, LAN_STATUS_OK);
  world_run (w, 1);
  g_assert_cmpuint (w->peers[1].served, >, LEAF);
  /* Blocked here: as if it were not there. */
  lan_transfers_drop_peer (w->peers[1].t, &w->peers[2].account, w->now);
  world_settle (w, 1);
  g_assert_cmpint (world_frame (w, 1, named, &frame), ==, LAN_STATUS_STATE);
  world_free (w);
}

/* Frames that break a rule, or come too often. */
static void
test_bad_frames (void)
{
  World *w = swarm_world (15, 40);
  LanMessageId id1 = world_id (1);
  LanTransferOne *one;
  Lanyard__FileHave have = LANYARD__FILE_HAVE__INIT;
  Lanyard__FileRequest ask = LANYARD__FILE_REQUEST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint64 named;
  guint8 bits[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
  LanStatus status = LAN_STATUS_OK;

  world_join (w, 0, 1, TRUE);
  named = world_join (w, 1, 2, TRUE);
  world_share (w, 0, 2, 1, "/out/film");
  world_run_until (w, 1, &id1, LAN_TRANSFER_OFFERED);
  g_assert_true (lan_transfers_accept (w->peers[1].t, &id1, "/in", w->now));
  world_settle (w, 1);
  world_run (w, 0.3);
  one = lan_transfers_find (w->peers[1].t, &id1);
  have.name = (ProtobufCBinaryData){ LAN_MESSAGE_ID_BYTES, one->swarm->name.b };
  have.bits = (ProtobufCBinaryData){ sizeof bits, bits };
  frame.body_case = LANYARD__FRAME__BODY_FILE_HAVE;
  frame.file_have = &have;
  /* Longer than the file. */
  g_assert_cmpint (world_frame (w, 1, named, &frame), ==, LAN_STATUS_MALFORMED);
  have.first = G_MAXUINT64 - 7;
  g_assert_cmpint (world_frame (w, 1, named, &frame), ==, LAN_STATUS_MALFORMED);
  have.first = 0;
  have.bits.len = 5;
  g_assert_cmpint (world_frame (w, 1, named, &frame), ==, LAN_STATUS_OK);
  /* What only an author may say. */
  have.kind = LANYARD__FILE_HAVE_KIND__HAVE_ASK_FOR;
  g_assert_cmpint (world_frame (w, 1, named, &frame), ==, LAN_STATUS_OK);
  g_assert_null (one->swarm->granted);
  ask.offer = have.name;
  ask.first = 39;
  ask.count = 2;
  frame.body_case = LANYARD__FRAME__BODY_FILE_REQUEST;
  frame.file_request = &ask;
  g_assert_cmpint (world_frame (w, 1, named, &frame), ==, LAN_STATUS_MALFORMED);
  frame.body_case = LANYARD__FRAME__BODY_FILE_HAVE;
  frame.file_have = &have;
  for (int i = 0; i <= LAN_SWARM_HAVES && status != LAN_STATUS_LIMIT; i++)
    status = world_frame (w, 1, named, &frame);
  g_assert_cmpint (status, ==, LAN_STATUS_LIMIT);
  world_free (w);
}

/* Paused, cancelled and resumed by some while the others go on. */
static void
test_pause (void)
{
  World *w = swarm_world (16, 40);
  LanMessageId id1 = world_id (1), id2 = world_id (2);

  swarm_join_all (w, 0, 4);
  world_share (w, 0, 4, 1, "/out/film");
  swarm_accept_all (w, 4);
  world_run (w, 0.4);
  g_assert_true (lan_transfers_pause (w->peers[1].t, &id1, w->now));
  world_settle (w, 1);
  g_assert_true (lan_transfers_cancel (w->peers[2].t, &id2, w->now));
  world_settle (w, 2);
  for (guint i = 3; i <= 4; i++) {
    LanMessageId id = world_id (i);

    world_run_until (w, (int) i, &id, LAN_TRANSFER_DONE);
  }
  g_assert_true (lan_transfers_resume (w->peers[1].t, &id1, w->now));
  world_settle (w, 1);
  world_run_until (w, 1, &id1, LAN_TRANSFER_DONE);
  g_assert_cmpuint (w->peers[0].served, <=, (guint64) 40 * LEAF * 3 / 2);
  world_free (w);
}

void
add_swarm_tests (void)
{
  g_test_add_func ("/transfer/swarm/all-at-once", test_all_at_once);
  g_test_add_func ("/transfer/swarm/author-dies", test_author_dies);
  g_test_add_func ("/transfer/swarm/late-without-author", test_late_without_author);
  g_test_add_func ("/transfer/swarm/wrong-blocks", test_wrong_blocks);
  g_test_add_func ("/transfer/swarm/mute", test_mute);
  g_test_add_func ("/transfer/swarm/mute-author", test_mute_author);
  g_test_add_func ("/transfer/swarm/churn", test_churn);
  g_test_add_func ("/transfer/swarm/parted", test_parted);
  g_test_add_func ("/transfer/swarm/consent", test_consent);
  g_test_add_func ("/transfer/swarm/bad-frames", test_bad_frames);
  g_test_add_func ("/transfer/swarm/pause", test_pause);
}
