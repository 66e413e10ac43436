/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A receiver of a file that several were offered, over bulk lanes, by hand: lanes that come and go in the middle of runs. */
#include "test-transfer.h"

#include "lan-transfers-private.h"
#include "lan-tree-hash.h"

#include <string.h>

#define LEAF   LAN_TREE_LEAF_BYTES
#define LEAVES 40
#define PEOPLE 3 /* the author, and two who hold it */

typedef struct {
  LanSeededRandom random;
  LanTransfers *t;
  LanTime now;
  LanMessageId id;
  LanAccountId people[PEOPLE];
  LanHash hashes[LEAVES];
  LanFileJob *job;          /* the last one */
  gboolean owed[8][LEAVES]; /* asked for over a lane, not answered, not called off */
  guint requests[8];
} Hand;

static LanMessageId
name_of (Hand *h)
{
  return lan_transfers_find (h->t, &h->id)->swarm->name;
}

static void
on_request (Hand *h, guint64 lane, const Lanyard__FileRequest *request)
{
  g_assert_cmpuint (lane, <, G_N_ELEMENTS (h->owed));
  h->requests[lane]++;
  for (guint64 i = request->first; i < request->first + request->count; i++)
    h->owed[lane][i] = !request->cancel;
}

static void
settle (Hand *h)
{
  LanTransferAction action;

  while (lan_transfers_next_action (h->t, &action)) {
    if (action.type == LAN_TRANSFER_ACTION_COMMIT) {
      lan_transfers_committed (h->t, action.commit.batch, TRUE, h->now);
    } else if (action.type == LAN_TRANSFER_ACTION_JOB) {
      g_clear_pointer (&h->job, lan_file_job_free);
      h->job = g_steal_pointer (&action.job);
    } else if (action.type == LAN_TRANSFER_ACTION_SEND) {
      g_autoptr (LanFrame) frame = NULL;

      g_assert_cmpint (lan_frame_decode (g_bytes_get_data (action.send.frame, NULL),
                                         g_bytes_get_size (action.send.frame), &frame),
                       ==, LAN_STATUS_OK);
      if (lan_frame_type (frame) == LAN_FRAME_FILE_REQUEST)
        on_request (h, action.send.channel, frame->file_request);
    }
    lan_transfer_action_clear (&action);
  }
}

static void
later (Hand *h, gint64 us)
{
  h->now.mono_us += us;
  lan_transfers_advance (h->t, h->now);
  settle (h);
}

static void
answer_job (Hand *h, LanFileJobType type)
{
  static const guint8 nothing[LEAVES / 8];
  g_autoptr (LanFileResult) result = NULL;

  g_assert_nonnull (h->job);
  g_assert_cmpint (h->job->type, ==, type);
  result = lan_file_result_new (h->job);
  result->size = h->job->size;
  result->path = g_strdup ("/in/film");
  if (type == LAN_FILE_JOB_CHECK_TARGET)
    result->bits = g_bytes_new_static (nothing, sizeof nothing);
  g_clear_pointer (&h->job, lan_file_job_free);
  lan_transfers_job_done (h->t, result, h->now);
  settle (h);
}

static void
offer (Hand *h)
{
  static const LanConversationId conversation = { { 1 } };
  g_autoptr (LanTree) tree = lan_tree_new (LEAF);
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  ProtobufCBinaryData holders[PEOPLE - 1];
  guint8 share[32] = { 5 };
  LanHash root;

  for (guint i = 0; i < LEAVES; i++) {
    memset (h->hashes[i].b, (int) i + 1, sizeof h->hashes[i].b);
    lan_tree_add_leaf (tree, &h->hashes[i], LEAF);
  }
  g_assert_cmpint (lan_tree_root (tree, &root), ==, LAN_STATUS_OK);
  for (guint i = 1; i < PEOPLE; i++)
    holders[i - 1] = (ProtobufCBinaryData){ sizeof h->people[i].b, h->people[i].b };
  offer.name = (char *) "film";
  offer.size = LEAVES * LEAF;
  offer.root = (ProtobufCBinaryData){ sizeof root.b, root.b };
  offer.leaf_size = LEAF;
  offer.n_holders = PEOPLE - 1;
  offer.holders = holders;
  offer.share = (ProtobufCBinaryData){ sizeof share, share };
  g_assert_cmpint (
      lan_transfers_offered (h->t, &h->id, &conversation, &h->people[0], &offer, FALSE, h->now), ==,
      LAN_STATUS_OK);
  settle (h);
}

static void
give_hashes (Hand *h, guint64 lane)
{
  Lanyard__FileHashes page = LANYARD__FILE_HASHES__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  page.offer = (ProtobufCBinaryData){ sizeof h->id.b, h->id.b };
  page.hashes = (ProtobufCBinaryData){ sizeof h->hashes, h->hashes[0].b };
  frame.body_case = LANYARD__FRAME__BODY_FILE_HASHES;
  frame.file_hashes = &page;
  g_assert_cmpint (lan_transfers_frame (h->t, lane, &frame, h->now), ==, LAN_STATUS_OK);
  settle (h);
}

static void
lane_up (Hand *h, guint64 lane, guint who)
{
  lan_transfers_channel_up (h->t, lane, &h->people[who], LAN_CARRIES_BULK, G_MAXUINT32, h->now);
  settle (h);
}

static void
lane_down (Hand *h, guint64 lane)
{
  lan_transfers_channel_down (h->t, lane, h->now);
  memset (h->owed[lane], 0, sizeof h->owed[lane]);
  settle (h);
}

/* Whoever is at the other end of @lane has it all, or nothing any more. */
static void
have (Hand *h, guint64 lane, gboolean all)
{
  Lanyard__FileHave have = LANYARD__FILE_HAVE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanMessageId name = name_of (h);
  guint8 bits[LEAVES / 8];

  memset (bits, 0xff, sizeof bits);
  have.name = (ProtobufCBinaryData){ sizeof name.b, name.b };
  have.kind = all ? LANYARD__FILE_HAVE_KIND__HAVE_THESE : LANYARD__FILE_HAVE_KIND__HAVE_NOTHING;
  if (all)
    have.bits = (ProtobufCBinaryData){ sizeof bits, bits };
  else
    memset (h->owed[lane], 0, sizeof h->owed[lane]);
  frame.body_case = LANYARD__FRAME__BODY_FILE_HAVE;
  frame.file_have = &have;
  g_assert_cmpint (lan_transfers_frame (h->t, lane, &frame, h->now), ==, LAN_STATUS_OK);
  settle (h);
}

/* The author is asked over lane 1. */
static Hand *
hand_new (guint seed)
{
  Hand *h = g_new0 (Hand, 1);
  LanTransfersConfig config = { 0 };

  lan_seeded_random_init (&h->random, seed);
  h->now = (LanTime){ .mono_us = 1000000, .wall_ms = 1 };
  h->id = (LanMessageId){ { 9 } };
  for (guint i = 0; i < PEOPLE; i++)
    h->people[i].b[0] = (guint8) (i + 2);
  config.self.b[0] = 1;
  config.random = &h->random.base;
  h->t = lan_transfers_new (&config);
  offer (h);
  lane_up (h, 1, 0);
  g_assert_true (lan_transfers_accept (h->t, &h->id, "/in", h->now));
  settle (h);
  answer_job (h, LAN_FILE_JOB_OPEN_TARGET);
  give_hashes (h, 1);
  answer_job (h, LAN_FILE_JOB_CHECK_TARGET);
  later (h, LAN_SWARM_GRANT_US + LAN_SWARM_TICK_US);
  g_assert_cmpuint (h->requests[1], >, 0);
  return h;
}

static void
hand_free (Hand *h)
{
  lan_transfers_free (h->t);
  g_clear_pointer (&h->job, lan_file_job_free);
  g_free (h);
}

/* Up to @n leaves that are owed over @lane come. Returns: how many did. */
static guint
arrive (Hand *h, guint64 lane, guint n)
{
  LanMessageId name = lane == 1 ? h->id : name_of (h);
  guint came = 0;

  for (guint i = 0; i < LEAVES && came < n; i++) {
    const LanTransferLeaf leaf = { i, LEAF, FALSE };

    if (!h->owed[lane][i])
      continue;
    h->owed[lane][i] = FALSE;
    lan_transfers_leaves (h->t, lane, &name, &leaf, 1, NULL, h->now);
    settle (h);
    came++;
  }
  return came;
}

static guint64
n_here (Hand *h)
{
  return lan_transfers_find (h->t, &h->id)->in.n_verified;
}

/* Without any clock: whatever is missing is asked for as soon as somebody has it. */
static void
finish (Hand *h, guint64 lane)
{
  while (arrive (h, lane, LEAVES) > 0) {
  }
  g_assert_cmpint (lan_transfers_get (h->t, &h->id)->state, ==, LAN_TRANSFER_VERIFYING);
  g_assert_false (lan_transfers_channel_is_busy (h->t, lane));
}

/* The author goes in the middle of what was asked for; who comes then is asked for all that is missing. */
static void
test_author_goes_in_a_run (void)
{
  for (guint n = 0; n <= 12; n++) {
    Hand *h = hand_new (n);

    g_assert_cmpuint (arrive (h, 1, n), ==, n);
    lane_down (h, 1);
    lane_up (h, 2, 1);
    have (h, 2, TRUE);
    g_assert_cmpuint (n_here (h), ==, n);
    finish (h, 2);
    hand_free (h);
  }
}

/* What was asked of one whose lane goes is asked of the other. */
static void
test_lanes_change (void)
{
  for (guint seed = 0; seed < 40; seed++) {
    Hand *h = hand_new (seed);
    guint64 lane = 2;

    arrive (h, 1, seed % 7);
    lane_down (h, 1);
    lane_up (h, 2, 1);
    have (h, 2, TRUE);
    lane_up (h, 3, 2);
    have (h, 3, TRUE);
    for (guint i = 0; i < 4; i++) {
      arrive (h, 2, lan_random_below (&h->random.base, 5));
      arrive (h, lane == 2 ? 3 : lane, lan_random_below (&h->random.base, 5));
      /* A newer lane to the same person: what the older one owes is asked for again. */
      if (i == 1) {
        lane_up (h, 4, 1);
        lane_down (h, 2);
        lane = 4;
        have (h, 4, TRUE);
      }
    }
    lane_down (h, 3);
    finish (h, lane);
    hand_free (h);
  }
}

/* Who has nothing any more owes nothing; it is asked of the other at once, and of the same when it has it again. */
static void
test_has_nothing (void)
{
  Hand *h = hand_new (3);

  arrive (h, 1, 5);
  lane_down (h, 1);
  lane_up (h, 2, 1);
  have (h, 2, TRUE);
  arrive (h, 2, 3);
  have (h, 2, FALSE);
  lane_up (h, 3, 2);
  have (h, 3, TRUE);
  arrive (h, 3, 6);
  have (h, 3, FALSE);
  g_assert_cmpuint (n_here (h), ==, 14);
  have (h, 2, TRUE);
  finish (h, 2);
  hand_free (h);
}

void
add_swarm_lanes_tests (void)
{
  g_test_add_func ("/transfer/swarm/author-goes-in-a-run", test_author_goes_in_a_run);
  g_test_add_func ("/transfer/swarm/lanes-change", test_lanes_change);
  g_test_add_func ("/transfer/swarm/has-nothing", test_has_nothing);
}
