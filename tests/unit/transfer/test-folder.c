/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The receiver of a folder over a bulk lane, by hand: manifest, choice, runs of leaves, pauses, loss. */
#include "test-transfer.h"

#include "lan-manifest.h"
#include "lan-transfers-private.h"
#include "lan-tree-hash.h"

#include <string.h>

#define LEAF  LAN_TREE_LEAF_BYTES
#define LANE  7
#define LINK  3
#define FILES 600

typedef struct {
  LanTransfers *t;
  LanTime now;
  LanMessageId id;
  LanAccountId peer;
  LanFileTree *tree;
  GBytes *manifest;
  guint64 first; /* of the last request for leaves */
  guint64 asked; /* leaves, all in all */
  guint64 called_off;
  guint requests;
  guint pages; /* of the manifest, asked for */
  gboolean is_target;
  LanFileJob *job; /* the last one */
} Hand;

static void
settle (Hand *h)
{
  LanTransferAction action;

  while (lan_transfers_next_action (h->t, &action)) {
    if (action.type == LAN_TRANSFER_ACTION_COMMIT) {
      lan_transfers_committed (h->t, action.commit.batch, TRUE, h->now);
    } else if (action.type == LAN_TRANSFER_ACTION_TARGET) {
      h->is_target = action.target.is_on;
    } else if (action.type == LAN_TRANSFER_ACTION_JOB) {
      g_clear_pointer (&h->job, lan_file_job_free);
      h->job = g_steal_pointer (&action.job);
    } else if (action.type == LAN_TRANSFER_ACTION_SEND) {
      g_autoptr (LanFrame) frame = NULL;

      g_assert_cmpint (lan_frame_decode (g_bytes_get_data (action.send.frame, NULL),
                                         g_bytes_get_size (action.send.frame), &frame),
                       ==, LAN_STATUS_OK);
      if (lan_frame_type (frame) == LAN_FRAME_FILE_REQUEST) {
        h->first = frame->file_request->first;
        *(frame->file_request->cancel ? &h->called_off : &h->asked) += frame->file_request->count;
        h->requests++;
      }
      h->pages += lan_frame_type (frame) == LAN_FRAME_FILE_MANIFEST_REQUEST ? 1 : 0;
    }
    lan_transfer_action_clear (&action);
  }
}

static void
answer (Hand *h, LanFileJobType type, const guint8 *bits)
{
  g_autoptr (LanFileResult) result = NULL;

  g_assert_nonnull (h->job);
  g_assert_cmpint (h->job->type, ==, type);
  result = lan_file_result_new (h->job);
  result->size = h->job->size;
  if (type == LAN_FILE_JOB_CHECK_TARGET)
    result->bits = g_bytes_new (bits, (lan_file_tree_n_leaves (h->tree) + 7) / 8);
  result->path = g_strdup ("/in/folder");
  g_clear_pointer (&h->job, lan_file_job_free);
  lan_transfers_job_done (h->t, result, h->now);
  settle (h);
}

static void
give_manifest (Hand *h, guint64 channel)
{
  gsize size = g_bytes_get_size (h->manifest);

  for (gsize at = 0; at < size; at += LAN_TRANSFER_PAGE_BYTES) {
    Lanyard__FileManifest page = LANYARD__FILE_MANIFEST__INIT;
    LanFrame frame = LANYARD__FRAME__INIT;

    page.offer = (ProtobufCBinaryData){ sizeof h->id.b, h->id.b };
    page.offset = at;
    page.data.data = (guint8 *) g_bytes_get_data (h->manifest, NULL) + at;
    page.data.len = MIN (size - at, LAN_TRANSFER_PAGE_BYTES);
    frame.body_case = LANYARD__FRAME__BODY_FILE_MANIFEST;
    frame.file_manifest = &page;
    g_assert_cmpint (lan_transfers_frame (h->t, channel, &frame, h->now), ==, LAN_STATUS_OK);
    settle (h);
  }
}

/* @spoil: the manifest says something that a rule forbids. */
static Hand *
hand_new (gboolean spoil)
{
  static const LanConversationId conversation = { { 1 } };
  Hand *h = g_new0 (Hand, 1);
  g_autoptr (LanTree) hash = lan_tree_new (LEAF);
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  Lanyard__FolderOffer folder = LANYARD__FOLDER_OFFER__INIT;
  LanHash root;

  h->now = (LanTime){ .mono_us = 1000000, .wall_ms = 1 };
  h->id = (LanMessageId){ { 9 } };
  h->peer = (LanAccountId){ { 2 } };
  h->t = lan_transfers_new (NULL);
  h->tree = lan_file_tree_new_folder ();
  for (guint i = 0; i < FILES; i++) {
    g_autofree char *path = g_strdup_printf (spoil && i == 5 ? "f/../%04u" : "f/%04u", i);
    const LanFileEntry entry = { .path = path, .size = 4096, .kind = LAN_FILE_ENTRY_FILE };

    g_assert_true (lan_file_tree_add (h->tree, &entry));
  }
  h->manifest = lan_manifest_encode (h->tree);
  lan_tree_update (hash, g_bytes_get_data (h->manifest, NULL), g_bytes_get_size (h->manifest));
  g_assert_cmpint (lan_tree_root (hash, &root), ==, LAN_STATUS_OK);
  offer.name = (char *) "folder";
  offer.size = lan_file_tree_size (h->tree);
  offer.root = (ProtobufCBinaryData){ sizeof root.b, root.b };
  offer.leaf_size = LEAF;
  folder.manifest_size = g_bytes_get_size (h->manifest);
  folder.entries = FILES;
  offer.folder = &folder;
  g_assert_cmpint (
      lan_transfers_offered (h->t, &h->id, &conversation, &h->peer, &offer, FALSE, h->now), ==,
      LAN_STATUS_OK);
  settle (h);
  return h;
}

static void
hand_free (Hand *h)
{
  lan_transfers_free (h->t);
  g_clear_pointer (&h->job, lan_file_job_free);
  lan_file_tree_unref (h->tree);
  g_bytes_unref (h->manifest);
  g_free (h);
}

static LanTransferState
state_of (Hand *h)
{
  return lan_transfers_get (h->t, &h->id)->state;
}

/* Accepted, with the tree known, up to the first requests over the lane. */
static void
start (Hand *h, const guint8 *bits)
{
  lan_transfers_channel_up (h->t, LINK, &h->peer, LAN_CARRIES_BLOCKS, 100000, h->now);
  settle (h);
  g_assert_null (lan_transfers_tree (h->t, &h->id));
  give_manifest (h, LINK);
  g_assert_cmpuint (lan_file_tree_n_files (lan_transfers_tree (h->t, &h->id)), ==, FILES);
  lan_transfers_channel_up (h->t, LANE, &h->peer, LAN_CARRIES_BULK, G_MAXUINT32, h->now);
  g_assert_true (lan_transfers_accept (h->t, &h->id, "/in", h->now));
  settle (h);
  answer (h, LAN_FILE_JOB_OPEN_TARGET, NULL);
  answer (h, LAN_FILE_JOB_CHECK_TARGET, bits);
}

static void
arrive (Hand *h, guint64 first, guint64 n, gboolean is_bad)
{
  for (guint64 i = first; i < first + n; i++) {
    const LanTransferLeaf leaf = { i, 4096, is_bad };

    lan_transfers_leaves (h->t, LANE, &h->id, &leaf, 1, NULL, h->now);
  }
  settle (h);
}

static void
test_small_files_in_runs (void)
{
  Hand *h = hand_new (FALSE);
  guint8 bits[(FILES + 7) / 8] = { 0xff };

  start (h, bits);
  g_assert_true (h->is_target);
  g_assert_cmpint (state_of (h), ==, LAN_TRANSFER_RUNNING);
  /* What is there is not asked for; the rest in few requests. */
  g_assert_cmpuint (h->asked, ==, FILES - 8);
  g_assert_cmpuint (h->requests, <=, 4);
  arrive (h, 8, FILES - 8, FALSE);
  g_assert_false (lan_transfers_channel_is_busy (h->t, LANE));
  g_assert_cmpint (state_of (h), ==, LAN_TRANSFER_VERIFYING);
  answer (h, LAN_FILE_JOB_FINISH, NULL);
  g_assert_cmpint (state_of (h), ==, LAN_TRANSFER_DONE);
  g_assert_false (h->is_target);
  hand_free (h);
}

/* Takes requests over a bulk lane, and never answers: asked again twice, then given up. */
static void
test_stalling_lane (void)
{
  Hand *h = hand_new (FALSE);
  guint8 bits[(FILES + 7) / 8] = { 0 };

  start (h, bits);
  for (guint i = 1; i <= LAN_TRANSFER_STALLS; i++) {
    g_assert_cmpint (state_of (h), ==, LAN_TRANSFER_RUNNING);
    g_assert_cmpuint (h->asked, ==, i * FILES);
    g_assert_cmpuint (h->called_off, ==, (i - 1) * FILES); /* or it would come twice */
    h->now.mono_us += LAN_TRANSFER_STALL_US + 1;
    lan_transfers_advance (h->t, h->now);
    settle (h);
  }
  g_assert_cmpint (state_of (h), ==, LAN_TRANSFER_FAILED);
  g_assert_cmpstr (lan_transfers_get (h->t, &h->id)->error, ==, "stalled");
  g_assert_false (lan_transfers_channel_is_busy (h->t, LANE));
  hand_free (h);
}

/* A computer that slept has not waited: what came meanwhile is still to be read, and nothing is asked for twice. */
static void
test_slept (void)
{
  Hand *h = hand_new (FALSE);
  guint8 bits[(FILES + 7) / 8] = { 0 };

  start (h, bits);
  h->now.mono_us += 3 * LAN_TRANSFER_STALL_US;
  lan_transfers_advance (h->t, h->now);
  settle (h);
  g_assert_cmpuint (h->asked, ==, FILES);
  arrive (h, 0, FILES / 2, FALSE);
  /* Awake, and nothing comes. */
  h->now.mono_us += LAN_TRANSFER_STALL_US + 1;
  lan_transfers_advance (h->t, h->now);
  settle (h);
  g_assert_cmpuint (h->asked, ==, FILES + FILES / 2);
  arrive (h, FILES / 2, FILES / 2, FALSE);
  g_assert_cmpint (state_of (h), ==, LAN_TRANSFER_VERIFYING);
  hand_free (h);
}

static void
test_wrong_leaves (void)
{
  Hand *h = hand_new (FALSE);
  guint8 bits[(FILES + 7) / 8] = { 0 };

  start (h, bits);
  arrive (h, 3, 1, TRUE);
  g_assert_cmpint (state_of (h), ==, LAN_TRANSFER_RUNNING);
  g_assert_cmpuint (h->asked, ==, FILES + 1);
  g_assert_cmpuint (h->first, ==, 3);
  arrive (h, 3, 1, TRUE);
  g_assert_cmpint (state_of (h), ==, LAN_TRANSFER_FAILED);
  g_assert_cmpstr (lan_transfers_get (h->t, &h->id)->error, ==, "hash");
  hand_free (h);
}

/* A lane that is lost costs only what had no answer; a pause costs no more. */
static void
test_lost_and_paused (void)
{
  Hand *h = hand_new (FALSE);
  guint8 bits[(FILES + 7) / 8] = { 0 };

  start (h, bits);
  arrive (h, 0, 100, FALSE);
  h->asked = 0;
  lan_transfers_channel_down (h->t, LANE, h->now);
  settle (h);
  g_assert_cmpuint (h->asked, <=, LAN_TRANSFER_MAX_REQUESTS); /* goes on over the link */
  lan_transfers_channel_up (h->t, LANE, &h->peer, LAN_CARRIES_BULK, G_MAXUINT32, h->now);
  h->asked = 0;
  settle (h);
  g_assert_cmpuint (h->asked, ==, FILES - 100);
  g_assert_true (lan_transfers_pause (h->t, &h->id, h->now));
  settle (h);
  g_assert_cmpint (state_of (h), ==, LAN_TRANSFER_PAUSED);
  g_assert_false (h->is_target);
  g_assert_false (lan_transfers_channel_is_busy (h->t, LANE));
  arrive (h, 100, 5, FALSE); /* too late: it is asked for again */
  g_assert_true (lan_transfers_resume (h->t, &h->id, h->now));
  settle (h);
  g_assert_cmpint (h->job->type, ==, LAN_FILE_JOB_OPEN_TARGET);
  hand_free (h);
}

/* The root vouches for it, and still it breaks a rule: nothing is made on the disk. */
static void
test_hostile_manifest (void)
{
  Hand *h = hand_new (TRUE);

  lan_transfers_channel_up (h->t, LINK, &h->peer, LAN_CARRIES_STATES, 0, h->now);
  settle (h);
  give_manifest (h, LINK);
  g_assert_cmpint (state_of (h), ==, LAN_TRANSFER_FAILED);
  g_assert_cmpstr (lan_transfers_get (h->t, &h->id)->error, ==, "manifest");
  g_assert_null (h->job);
  hand_free (h);
}

static void
wait_s (Hand *h, gint64 seconds)
{
  h->now.mono_us += seconds * G_USEC_PER_SEC;
  lan_transfers_advance (h->t, h->now);
  settle (h);
}

/* Who does not know of us yet says nothing: it is asked again, less and less often. */
static void
test_nobody_answers (void)
{
  Hand *h = hand_new (FALSE);
  guint pages;

  lan_transfers_channel_up (h->t, LINK, &h->peer, LAN_CARRIES_BLOCKS, 100000, h->now);
  settle (h);
  pages = h->pages;
  g_assert_cmpuint (pages, >, 0);
  wait_s (h, 1);
  g_assert_cmpuint (h->pages, ==, pages);
  wait_s (h, 1);
  g_assert_cmpuint (h->pages, ==, 2 * pages);
  for (guint i = 0; i < 600; i++)
    wait_s (h, 1);
  g_assert_cmpuint (h->pages, >, 10 * pages);
  g_assert_cmpuint (h->pages, <, 20 * pages);
  give_manifest (h, LINK);
  g_assert_nonnull (lan_transfers_tree (h->t, &h->id));
  pages = h->pages;
  wait_s (h, 600);
  g_assert_cmpuint (h->pages, ==, pages);
  hand_free (h);
}

void
add_folder_tests (void)
{
  g_test_add_func ("/transfer/folder/nobody-answers", test_nobody_answers);
  g_test_add_func ("/transfer/folder/stalling-lane", test_stalling_lane);
  g_test_add_func ("/transfer/folder/slept", test_slept);
  g_test_add_func ("/transfer/folder/small-files-in-runs", test_small_files_in_runs);
  g_test_add_func ("/transfer/folder/wrong-leaves", test_wrong_leaves);
  g_test_add_func ("/transfer/folder/lost-and-paused", test_lost_and_paused);
  g_test_add_func ("/transfer/folder/hostile-manifest", test_hostile_manifest);
}
