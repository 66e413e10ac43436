/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Peers that lie, flood, stall and break rules. */
#include "lan-transfer-limits.h"
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

static LanStatus
offer (World *w, guint n, const char *name, guint64 size, gboolean request)
{
  LanConversationId conversation = { { 5 } };
  LanMessageId id = world_id (n);
  LanHash root = { { 1 } };
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  LanStatus status;

  offer.name = (char *) name;
  offer.size = size;
  offer.root.data = root.b;
  offer.root.len = sizeof root.b;
  offer.leaf_size = LEAF;
  status = lan_transfers_offered (w->peers[1].t, &id, &conversation, &w->peers[0].account, &offer,
                                  request, w->now);
  world_settle (w, 1);
  return status;
}

/* T8, T10, T14: whatever name is offered, a safe one is shown and used. */
static void
test_names (void)
{
  static const char *const names[] = { "../../etc/passwd",
                                       "/etc/passwd",
                                       "~/.ssh/id",
                                       ".bashrc",
                                       "a\x1b[2Jb",
                                       "x\u202egpj.exe",
                                       "",
                                       "con",
                                       "-rf" };
  World *w = world_new (51);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    LanMessageId id = world_id (i);
    const char *name;

    g_assert_cmpint (offer (w, i, names[i], 1, FALSE), ==, LAN_STATUS_OK);
    name = lan_transfers_get (w->peers[1].t, &id)->name;
    g_assert_null (strpbrk (name, "/\x1b"));
    g_assert_null (strstr (name, "\u202e"));
    g_assert_true (name[0] != '.' && name[0] != '-' && name[0] != '~' && name[0] != '\0');
  }
  world_free (w);
}

/* T34: sizes that cannot be. */
static void
test_size_lies (void)
{
  static const guint64 sizes[] = { G_GUINT64_CONSTANT (1) << 63, G_MAXUINT64, G_MAXUINT64 - LEAF,
                                   LAN_TRANSFER_MAX_BYTES + 1, G_MAXINT64 };
  World *w = world_new (52);
  LanMessageId id;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    id = world_id (i);
    g_assert_cmpint (offer (w, i, "a", sizes[i], FALSE), ==, LAN_STATUS_OK);
    g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_FAILED);
    g_assert_cmpstr (world_error (w, 1, &id), ==, "too-large");
    g_assert_false (lan_transfers_accept (w->peers[1].t, &id, "/in", w->now));
  }
  /* The largest that is allowed costs nothing until its hashes come. */
  id = world_id (99);
  g_assert_cmpint (offer (w, 99, "a", LAN_TRANSFER_MAX_BYTES, FALSE), ==, LAN_STATUS_OK);
  accept (w, &id);
  world_join (w, 0, 1, TRUE);
  world_run (w, 5);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_RUNNING);
  world_free (w);
}

/* The offer says another size than the file has: hashes do not fit, however they are cut. */
static void
test_size_differs (void)
{
  static const gint64 by[] = { 1, -1, LEAF, -LEAF };

  for (guint i = 0; i < G_N_ELEMENTS (by); i++) {
    LanConversationId conversation = { { 5 } };
    World *w = world_new (53);
    LanMessageId id = world_id (1);
    Lanyard__FileOffer lie = LANYARD__FILE_OFFER__INIT;
    const LanTransferRow *row;
    LanHash root;

    world_make_file (w, 0, "/out/a", 6 * LEAF);
    world_offer (w, 0, 2, 1, "/out/a"); /* somebody else gets the true one */
    world_run_until (w, 0, &id, LAN_TRANSFER_OFFERED);
    row = lan_transfers_get (w->peers[0].t, &id);
    root = row->root;
    lie.name = (char *) "a";
    lie.size = (guint64) ((gint64) row->size + by[i]);
    lie.root.data = root.b;
    lie.root.len = sizeof root.b;
    lie.leaf_size = LEAF;
    ((LanTransferRow *) row)->peer = w->peers[1].account;
    g_assert_cmpint (lan_transfers_offered (w->peers[1].t, &id, &conversation, &w->peers[0].account,
                                            &lie, FALSE, w->now),
                     ==, LAN_STATUS_OK);
    accept (w, &id);
    world_join (w, 0, 1, TRUE);
    world_run (w, 400);
    g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_FAILED);
    g_assert_cmpuint (w->peers[1].n_jobs[LAN_FILE_JOB_WRITE], ==, 0);
    g_assert_cmpuint (g_hash_table_size (w->peers[1].files), ==, 0);
    world_free (w);
  }
}

static void
test_offers_of_strangers (void)
{
  World *w = world_new (54);
  LanMessageId first = world_id (0);

  for (guint i = 0; i < LAN_TRANSFER_STRANGER_OFFERS; i++)
    g_assert_cmpint (offer (w, i, "a", 1, TRUE), ==, LAN_STATUS_OK);
  g_assert_cmpint (offer (w, 0, "a", 1, TRUE), ==, LAN_STATUS_OK); /* the same again is no more */
  g_assert_cmpint (offer (w, 10, "a", 1, TRUE), ==, LAN_STATUS_LIMIT);
  g_assert_cmpuint (w->peers[1].n_events[LAN_TRANSFER_EVENT_OFFERED], ==,
                    LAN_TRANSFER_STRANGER_OFFERS);
  g_assert_true (lan_transfers_decline (w->peers[1].t, &first, w->now));
  world_settle (w, 1);
  g_assert_cmpint (offer (w, 10, "a", 1, TRUE), ==, LAN_STATUS_OK);
  /* An accepted person is bounded too, but generously. */
  for (guint i = 20; i < 20 + LAN_TRANSFER_MAX_OFFERS - 3; i++)
    g_assert_cmpint (offer (w, i, "a", 1, FALSE), ==, LAN_STATUS_OK);
  g_assert_cmpint (offer (w, 9999, "a", 1, FALSE), ==, LAN_STATUS_LIMIT);
  world_free (w);
}

static void
test_broken_offers (void)
{
  LanConversationId conversation = { { 5 } };
  World *w = world_new (55);
  LanMessageId id = world_id (1);
  guint8 root[LAN_HASH_BYTES] = { 1 };
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;

  offer.leaf_size = LEAF;
  g_assert_cmpint (lan_transfers_offered (w->peers[1].t, &id, &conversation, &w->peers[0].account,
                                          &offer, FALSE, w->now),
                   ==, LAN_STATUS_MALFORMED);
  offer.root.data = root;
  offer.root.len = sizeof root;
  offer.leaf_size = 1;
  g_assert_cmpint (lan_transfers_offered (w->peers[1].t, &id, &conversation, &w->peers[0].account,
                                          &offer, FALSE, w->now),
                   ==, LAN_STATUS_VERSION);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_N);
  world_free (w);
}

typedef struct {
  guint once; /* spoil so many, then be honest */
  guint64 leaf;
  gboolean hashes;
} Spoil;

static void
spoil_data (LanFrame *frame, gpointer data)
{
  Spoil *spoil = data;

  if (spoil->once == 0)
    return;
  if (spoil->hashes && lan_frame_type (frame) == LAN_FRAME_FILE_HASHES) {
    frame->file_hashes->hashes.data[3] ^= 1;
    spoil->once--;
  } else if (!spoil->hashes && lan_frame_type (frame) == LAN_FRAME_FILE_BLOCK &&
             frame->file_block->leaf == spoil->leaf && frame->file_block->offset == 0) {
    frame->file_block->data.data[3] ^= 1;
    spoil->once--;
  }
}

/* Wrong once may be a fault of the disk or of memory; wrong twice is a liar. */
static void
test_wrong_bytes (void)
{
  for (guint times = 1; times <= 2; times++) {
    for (int hashes = 0; hashes < 2; hashes++) {
      LanMessageId id;
      World *w = offered_world (56, 10 * LEAF, &id);
      Spoil spoil = { .once = times, .leaf = 4, .hashes = hashes };

      w->peers[0].spoil = spoil_data;
      w->peers[0].spoil_data = &spoil;
      accept (w, &id);
      world_run (w, 30);
      if (times == 1) {
        g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_DONE);
      } else {
        g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_FAILED);
        g_assert_cmpstr (world_error (w, 1, &id), ==, "hash");
        g_assert_cmpuint (g_hash_table_size (w->peers[1].parts), ==, 0);
        g_assert_cmpuint (g_hash_table_size (w->peers[1].files), ==, 0);
      }
      g_assert_cmpint (w->peers[1].worst, ==, LAN_STATUS_OK);
      world_free (w);
    }
  }
}

/* Every leaf wrong once: also that has an end. */
static void
spoil_each_leaf (LanFrame *frame, gpointer data)
{
  guint8 *seen = data;

  if (lan_frame_type (frame) == LAN_FRAME_FILE_BLOCK && frame->file_block->offset == 0 &&
      !seen[frame->file_block->leaf]) {
    seen[frame->file_block->leaf] = 1;
    frame->file_block->data.data[0] ^= 1;
  }
}

static void
test_wrong_everywhere (void)
{
  guint8 seen[64] = { 0 };
  LanMessageId id;
  World *w = offered_world (57, 60 * LEAF, &id);

  w->peers[0].spoil = spoil_each_leaf;
  w->peers[0].spoil_data = seen;
  accept (w, &id);
  world_run (w, 30);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_FAILED);
  g_assert_cmpstr (world_error (w, 1, &id), ==, "hash");
  world_free (w);
}

/* A sender who goes silent while the channel stays up. */
static void
drop_blocks (LanFrame *frame, gpointer data)
{
  guint *dropped = data;

  if (lan_frame_type (frame) == LAN_FRAME_FILE_BLOCK) {
    frame->file_block->offer.data[0] ^= 1; /* belongs to nothing that the receiver knows */
    (*dropped)++;
  }
}

static void
test_stalls (void)
{
  guint dropped = 0;
  LanMessageId id;
  World *w = offered_world (58, 10 * LEAF, &id);

  accept (w, &id);
  world_run_until (w, 1, &id, LAN_TRANSFER_RUNNING);
  while (lan_transfers_get (w->peers[1].t, &id)->done == 0)
    world_run (w, 0.001);
  w->peers[0].spoil = drop_blocks;
  w->peers[0].spoil_data = &dropped;
  world_run (w, 400);
  g_assert_cmpuint (dropped, >, 0);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_FAILED);
  g_assert_cmpstr (world_error (w, 1, &id), ==, "stalled");
  world_run (w, 1);
  /* The part is kept, and it goes on from there. */
  w->peers[0].spoil = NULL;
  accept (w, &id);
  world_run_until (w, 1, &id, LAN_TRANSFER_DONE);
  world_free (w);
}

/* What asks for the list of hashes is lost, once: two lanes that crossed, one of which was given up. */
static void
lose_list (LanFrame *frame, gpointer data)
{
  guint *left = data;

  if (*left == 0 || lan_frame_type (frame) != LAN_FRAME_FILE_HASHES_REQUEST)
    return;
  frame->file_hashes_request->offer.data[0] ^= 1; /* of nothing that the sender knows */
  (*left)--;
}

static void
test_list_is_lost (void)
{
  guint left = 2;
  LanMessageId id;
  World *w = offered_world (59, 10 * LEAF, &id);

  w->peers[1].spoil = lose_list;
  w->peers[1].spoil_data = &left;
  accept (w, &id);
  world_run (w, 2.5 * LAN_TRANSFER_LIST_US / G_USEC_PER_SEC);
  g_assert_cmpuint (left, ==, 0);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_DONE);
  world_free (w);
}

/* The answer is seen on its way, and does not arrive. */
static void
keep_list (LanFrame *frame, gpointer data)
{
  GBytes **page = data;

  if (lan_frame_type (frame) != LAN_FRAME_FILE_HASHES || *page != NULL)
    return;
  *page = g_bytes_new (frame->file_hashes->hashes.data, frame->file_hashes->hashes.len);
  frame->file_hashes->offer.data[0] ^= 1;
}

/* What was asked for over a link and, overtaken, over a lane is answered over the link. */
static void
test_list_over_other_channel (void)
{
  g_autoptr (GBytes) page = NULL;
  Lanyard__FileHashes answer = LANYARD__FILE_HASHES__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanMessageId id;
  World *w = offered_world (60, 10 * LEAF, &id);
  guint64 first = w->last_channel;
  guint64 second = world_join (w, 0, 1, TRUE);
  const LanTransferOne *one = g_hash_table_lookup (w->peers[1].t->all, &id);
  guint64 other;

  w->peers[0].spoil = keep_list;
  w->peers[0].spoil_data = &page;
  accept (w, &id);
  world_run (w, 1);
  g_assert_nonnull (page);
  other = one->in.lister->id == first ? second : first;
  answer.offer = (ProtobufCBinaryData){ sizeof id.b, id.b };
  answer.hashes.data = (guint8 *) g_bytes_get_data (page, &answer.hashes.len);
  frame.body_case = LANYARD__FRAME__BODY_FILE_HASHES;
  frame.file_hashes = &answer;
  g_assert_cmpint (world_frame (w, 1, other, &frame), ==, LAN_STATUS_OK);
  world_run (w, 4);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_DONE);
  world_free (w);
}

static LanFrame
frame_of (LanFrameType type, gpointer body)
{
  LanFrame frame = LANYARD__FRAME__INIT;

  frame.body_case = (Lanyard__Frame__BodyCase) type;
  frame.file_state = body; /* a union: any member will do */
  return frame;
}

static LanStatus
request (World *w, guint64 channel, const LanMessageId *id, gboolean hashes, guint64 first,
         guint32 count)
{
  Lanyard__FileHashesRequest ask_hashes = LANYARD__FILE_HASHES_REQUEST__INIT;
  Lanyard__FileRequest ask = LANYARD__FILE_REQUEST__INIT;
  LanFrame frame;

  ask.offer.data = ask_hashes.offer.data = (guint8 *) id->b;
  ask.offer.len = ask_hashes.offer.len = sizeof id->b;
  ask.first = ask_hashes.first = first;
  ask.count = ask_hashes.count = count;
  frame = hashes ? frame_of (LAN_FRAME_FILE_HASHES_REQUEST, &ask_hashes)
                 : frame_of (LAN_FRAME_FILE_REQUEST, &ask);
  return world_frame (w, 0, channel, &frame);
}

/* What was still on its way over one channel when the receiver took a newer one takes nothing from what it asks there. */
static void
test_request_overtaken (void)
{
  LanMessageId id;
  World *w = offered_world (61, 20 * LEAF, &id);
  guint64 first = w->last_channel;
  guint64 second = world_join (w, 0, 1, TRUE);
  guint64 third;
  Peer *sender = &w->peers[0];

  g_assert_cmpint (request (w, second, &id, FALSE, 0, 4), ==, LAN_STATUS_OK);
  g_assert_cmpint (request (w, first, &id, FALSE, 4, 2), ==, LAN_STATUS_OK);
  world_run (w, 5);
  g_assert_cmpuint (sender->served / LEAF, ==, 6);
  /* The newer one ends: the older goes on. */
  g_assert_cmpint (request (w, second, &id, FALSE, 6, 4), ==, LAN_STATUS_OK);
  g_assert_cmpint (request (w, first, &id, FALSE, 10, 2), ==, LAN_STATUS_OK);
  world_cut (w, second);
  g_assert_cmpint (request (w, first, &id, FALSE, 12, 1), ==, LAN_STATUS_OK);
  world_run (w, 5);
  g_assert_cmpuint (sender->served / LEAF, >=, 9);
  /* The older one ends: the newer goes on. */
  third = world_join (w, 0, 1, TRUE);
  sender->served = 0;
  g_assert_cmpint (request (w, third, &id, FALSE, 13, 4), ==, LAN_STATUS_OK);
  g_assert_cmpint (request (w, first, &id, FALSE, 17, 1), ==, LAN_STATUS_OK);
  world_cut (w, first);
  g_assert_cmpint (request (w, third, &id, FALSE, 18, 2), ==, LAN_STATUS_OK);
  world_run (w, 5);
  g_assert_cmpuint (sender->served / LEAF, >=, 6);
  g_assert_cmpint (world_state (w, 0, &id), ==, LAN_TRANSFER_RUNNING);
  world_free (w);
}

/* Asking for what is not there, for too much, for somebody else's. */
static void
test_bad_requests (void)
{
  LanMessageId id;
  World *w = offered_world (59, 10 * LEAF, &id);
  LanMessageId unknown = world_id (77);
  guint64 other = world_join (w, 0, 2, TRUE);
  guint64 lane = world_join (w, 0, 1, FALSE);

  g_assert_cmpint (request (w, 1, &id, FALSE, 10, 1), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (request (w, 1, &id, FALSE, 9, 2), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (request (w, 1, &id, FALSE, 0, 0), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (request (w, 1, &id, FALSE, G_MAXUINT64, 1), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (request (w, 1, &id, FALSE, 1, G_MAXUINT32), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (request (w, 1, &id, TRUE, G_MAXUINT64 - 5, 5), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (request (w, 1, &unknown, FALSE, 0, 1), ==, LAN_STATUS_STATE);
  g_assert_cmpint (request (w, lane, &id, FALSE, 0, 1), ==, LAN_STATUS_STATE);
  /* A third person learns nothing, not even that it exists. */
  g_assert_cmpint (request (w, other, &id, FALSE, 0, 1), ==, LAN_STATUS_STATE);
  g_assert_cmpint (request (w, other, &unknown, FALSE, 0, 1), ==, LAN_STATUS_STATE);
  g_assert_cmpuint (w->peers[0].served, ==, 0);
  g_assert_cmpint (world_state (w, 0, &id), ==, LAN_TRANSFER_OFFERED);
  world_free (w);
}

/* Somebody who only asks and never reads: what waits for them is bounded. */
static void
test_flood_of_requests (void)
{
  LanMessageId id;
  World *w = offered_world (60, 200 * LEAF, &id);
  guint accepted = 0;
  LanStatus status = LAN_STATUS_OK;

  w->bytes_per_s = 1; /* nothing arrives */
  while (status == LAN_STATUS_OK) {
    status = request (w, 1, &id, FALSE, accepted % 200, 1);
    accepted += status == LAN_STATUS_OK;
    g_assert_cmpuint (accepted, <, 1000);
  }
  g_assert_cmpint (status, ==, LAN_STATUS_LIMIT);
  world_run (w, 10);
  /* Read ahead: what the channel took, and one megabyte. */
  g_assert_cmpuint (w->peers[0].n_jobs[LAN_FILE_JOB_READ], <=, 4 + 2);
  g_assert_cmpint (request (w, 1, &id, FALSE, 0, 129), ==, LAN_STATUS_LIMIT);
  world_free (w);
}

static LanStatus
block (World *w, const LanMessageId *id, guint64 leaf, guint32 offset, gsize len)
{
  g_autofree guint8 *data = g_malloc0 (len + 1);
  Lanyard__FileBlock piece = LANYARD__FILE_BLOCK__INIT;
  LanFrame frame = frame_of (LAN_FRAME_FILE_BLOCK, &piece);

  piece.offer.data = (guint8 *) id->b;
  piece.offer.len = sizeof id->b;
  piece.leaf = leaf;
  piece.offset = offset;
  piece.data.data = data;
  piece.data.len = len;
  return world_frame (w, 1, 1, &frame);
}

static LanStatus
page (World *w, const LanMessageId *id, guint64 first, gsize n)
{
  g_autofree guint8 *data = g_malloc0 (n * LAN_HASH_BYTES + 1);
  Lanyard__FileHashes hashes = LANYARD__FILE_HASHES__INIT;
  LanFrame frame = frame_of (LAN_FRAME_FILE_HASHES, &hashes);

  hashes.offer.data = (guint8 *) id->b;
  hashes.offer.len = sizeof id->b;
  hashes.first = first;
  hashes.hashes.data = data;
  hashes.hashes.len = n * LAN_HASH_BYTES;
  return world_frame (w, 1, 1, &frame);
}

/* Pieces that nobody asked for, out of order, too long, past the end. */
static void
test_bad_blocks (void)
{
  LanMessageId id;
  World *w = offered_world (61, 10 * LEAF + 5, &id);

  g_assert_cmpint (block (w, &id, 0, 0, 10), ==, LAN_STATUS_OK); /* not accepted: ignored */
  g_assert_cmpint (page (w, &id, 0, 11), ==, LAN_STATUS_OK);
  w->latency_us = 10 * 1000 * 1000; /* honest answers come much later */
  accept (w, &id);
  world_run (w, 1);
  g_assert_cmpint (page (w, &id, 1, 5), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (page (w, &id, 0, 12), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (page (w, &id, 0, 0), ==, LAN_STATUS_MALFORMED);
  world_run (w, 25);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_RUNNING);
  g_assert_cmpint (block (w, &id, 11, 0, 10), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (block (w, &id, G_MAXUINT64, 0, 10), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (block (w, &id, 9, 0, 10), ==, LAN_STATUS_OK); /* not asked for yet: ignored */
  g_assert_cmpint (block (w, &id, 0, 5, 10), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (block (w, &id, 1, 0, 0), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (block (w, &id, 2, G_MAXUINT32, 10), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_RUNNING);
  /* The same leaf broken twice is enough. */
  g_assert_cmpint (block (w, &id, 0, 5, 10), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (world_state (w, 1, &id), ==, LAN_TRANSFER_FAILED);
  world_free (w);
}

/* Each state, from either side, at each moment: never more than a refusal. */
static void
test_every_state_frame (void)
{
  for (int kind = 0; kind < 12; kind++) {
    for (int moment = 0; moment < 5; moment++) {
      for (int to = 0; to < 2; to++) {
        LanMessageId id = world_id (1);
        World *w = world_new (62);
        Lanyard__FileState state = LANYARD__FILE_STATE__INIT;
        LanFrame frame = frame_of (LAN_FRAME_FILE_STATE, &state);

        w->bytes_per_s = 20 * 1000 * 1000;
        world_make_file (w, 0, "/out/a", 20 * LEAF);
        world_join (w, 0, 1, TRUE);
        world_offer (w, 0, 1, 1, "/out/a");
        if (moment > 0)
          world_run (w, 1);
        if (moment > 1)
          accept (w, &id);
        if (moment > 2)
          world_run (w, 0.1);
        if (moment > 3)
          world_run (w, 20);
        state.offer.data = id.b;
        state.offer.len = sizeof id.b;
        state.state = (Lanyard__FileStateKind) kind;
        state.code = (char *) (moment % 2 == 0 ? "disk-full" : "\x1b[31m<b>");
        state.done = G_MAXUINT64;
        (void) !world_frame (w, to, 1, &frame);
        (void) !world_frame (w, to, 1, &frame);
        world_run (w, 200);
        if (world_error (w, to, &id)[0] != '\0')
          g_assert_null (strpbrk (lan_transfers_error_text (w->peers[to].t, &id), "\x1b<"));
        world_free (w);
      }
    }
  }
}

void
add_hostile_tests (void)
{
  g_test_add_func ("/transfer/t8/names", test_names);
  g_test_add_func ("/transfer/t34/size-lies", test_size_lies);
  g_test_add_func ("/transfer/t34/size-differs", test_size_differs);
  g_test_add_func ("/transfer/hostile/offers-of-strangers", test_offers_of_strangers);
  g_test_add_func ("/transfer/hostile/broken-offers", test_broken_offers);
  g_test_add_func ("/transfer/hostile/wrong-bytes", test_wrong_bytes);
  g_test_add_func ("/transfer/hostile/wrong-everywhere", test_wrong_everywhere);
  g_test_add_func ("/transfer/hostile/stalls", test_stalls);
  g_test_add_func ("/transfer/hostile/list-is-lost", test_list_is_lost);
  g_test_add_func ("/transfer/hostile/list-over-other-channel", test_list_over_other_channel);
  g_test_add_func ("/transfer/hostile/request-overtaken", test_request_overtaken);
  g_test_add_func ("/transfer/hostile/bad-requests", test_bad_requests);
  g_test_add_func ("/transfer/hostile/flood-of-requests", test_flood_of_requests);
  g_test_add_func ("/transfer/hostile/bad-blocks", test_bad_blocks);
  g_test_add_func ("/transfer/hostile/every-state-frame", test_every_state_frame);
}
