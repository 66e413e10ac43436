/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Files of a group: one machine that offers to it, is offered by others in it, and whose members come and go,
 * driven by a script of three-byte steps (see step()). Disk and store answer at once; after each step every
 * action must keep its promises. A restart loads what was committed.
 */
#include "lan-bytes.h"
#include "lan-transfer-limits.h"
#include "lan-transfers-private.h"
#include "lan-tree-hash.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_STEPS 300
#define LEAF      LAN_TREE_LEAF_BYTES
#define LEAVES    5
#define PEOPLE    5 /* the last one is in nothing at first */

typedef struct {
  LanTransfers *t;
  LanTime now;
  LanReader script;
  GQueue jobs;
  GQueue batches;
  GHashTable *rows; /* LanMessageId -> LanTransferRow: committed */
  guint64 channels[PEOPLE];
  guint64 next_channel;
  guint8 fault;
  LanSeededRandom random;
} Fuzz;

static const guint8 zeros[LEAF];
static const LanConversationId group = { { 7 } };
static const LanAccountId address = { { 7 } };

static LanAccountId
account_of (guint n)
{
  LanAccountId account = { { (guint8) (n + 1), 1 } };

  account.b[31] = 1;
  return account;
}

static LanMessageId
id_of (guint n)
{
  LanMessageId id = { { (guint8) (n % 3 + 1), 9 } };

  return id;
}

static GBytes *
secret (void)
{
  static const guint8 share[LAN_SHARE_BYTES] = { 5 };

  return g_bytes_new_static (share, sizeof share);
}

static GBytes *
list_of (LanHash *root)
{
  g_autoptr (LanTree) tree = lan_tree_new (LEAF);
  GByteArray *list = g_byte_array_new ();

  for (guint i = 0; i < LEAVES; i++) {
    LanHash leaf = { { (guint8) i, 1 } };

    lan_tree_add_leaf (tree, &leaf, LEAF);
    g_byte_array_append (list, leaf.b, sizeof leaf.b);
  }
  g_assert (lan_tree_root (tree, root) == LAN_STATUS_OK);
  return g_byte_array_free_to_bytes (list);
}

/* @mask: a bit for each person. */
static GBytes *
members_of (guint8 mask)
{
  GByteArray *keys = g_byte_array_new ();

  for (guint i = 0; i < PEOPLE; i++) {
    LanAccountId account = account_of (i);

    if ((mask & 1 << i) != 0)
      g_byte_array_append (keys, account.b, sizeof account.b);
  }
  return g_byte_array_free_to_bytes (keys);
}

/* -- disk and store -- */

static void
answer_job (Fuzz *f, LanFileJob *job)
{
  g_autoptr (LanFileResult) result = lan_file_result_new (job);

  result->size = LEAVES * (guint64) LEAF;
  if (f->fault != 0) {
    result->error = g_error_new_literal (LAN_FILE_ERROR, f->fault % LAN_FILE_ERROR_N, "wrong");
    f->fault = 0;
  } else {
    result->name = g_strdup ("name");
    result->path = g_strdup ("/in/name");
    result->stamp = 1;
    result->leaves = list_of (&result->root);
    if (job->type == LAN_FILE_JOB_READ)
      result->bytes = g_bytes_new_static (zeros, LEAF);
    if (job->type == LAN_FILE_JOB_CHECK_TARGET)
      result->bits = g_bytes_new (zeros, 1);
  }
  lan_transfers_job_done (f->t, result, f->now);
  lan_file_job_free (job);
}

static void
row_free (gpointer row)
{
  lan_transfer_row_clear (row);
  g_free (row);
}

static void
keep (Fuzz *f, const GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++) {
    const LanChange *change = g_ptr_array_index (changes, i);
    LanTransferRow *row;

    if (change->type == LAN_CHANGE_TRANSFER_FORGET)
      g_hash_table_remove (f->rows, &change->transfer.id);
    if (change->type != LAN_CHANGE_TRANSFER)
      continue;
    row = g_new0 (LanTransferRow, 1);
    lan_transfer_row_copy (row, &change->transfer);
    g_hash_table_replace (f->rows, &row->id, row);
  }
}

static void
check_action (Fuzz *f, LanTransferAction *action)
{
  g_autoptr (LanFrame) frame = NULL;

  switch (action->type) {
  case LAN_TRANSFER_ACTION_SEND:
    g_assert (lan_frame_decode (g_bytes_get_data (action->send.frame, NULL),
                                g_bytes_get_size (action->send.frame), &frame) == LAN_STATUS_OK);
    break;
  case LAN_TRANSFER_ACTION_JOB:
    if (action->job->type != LAN_FILE_JOB_CLOSE && action->job->type != LAN_FILE_JOB_DISCARD)
      g_queue_push_tail (&f->jobs, g_steal_pointer (&action->job));
    break;
  case LAN_TRANSFER_ACTION_COMMIT:
    keep (f, action->commit.changes);
    g_queue_push_tail (&f->batches, g_memdup2 (&action->commit.batch, sizeof action->commit.batch));
    break;
  case LAN_TRANSFER_ACTION_OFFER: {
    LanTransferOfferParts parts;
    Lanyard__FileOffer offer;

    lan_transfer_action_offer (action, &offer, &parts);
    g_assert (offer.share.len == LAN_SHARE_BYTES && offer.n_holders == 0);
    lan_transfers_offer_sent (f->t, &action->id, (f->now.mono_us & 15) != 7, f->now);
    break;
  }
  case LAN_TRANSFER_ACTION_EVENT:
    g_assert (!lan_transfers_is_part (f->t, &action->id));
    break;
  case LAN_TRANSFER_ACTION_SERVE:
  case LAN_TRANSFER_ACTION_CANCEL:
  case LAN_TRANSFER_ACTION_WANT:
  case LAN_TRANSFER_ACTION_TARGET:
  default:
    break;
  }
}

static void
settle (Fuzz *f)
{
  LanTransferAction action;

  for (guint i = 0; i < 4000; i++) {
    g_autofree guint64 *batch = NULL;
    LanFileJob *job;

    while (lan_transfers_next_action (f->t, &action)) {
      check_action (f, &action);
      lan_transfer_action_clear (&action);
    }
    batch = g_queue_pop_head (&f->batches);
    job = g_queue_pop_head (&f->jobs);
    if (batch != NULL)
      lan_transfers_committed (f->t, *batch, TRUE, f->now);
    if (job != NULL)
      answer_job (f, job);
    if (batch == NULL && job == NULL)
      return;
  }
}

/* -- steps -- */

static void
send_to_group (Fuzz *f, guint8 n, guint8 mask)
{
  g_autoptr (GBytes) members = members_of (mask);
  g_autoptr (GBytes) share = secret ();
  LanMessageId id = id_of (n);

  (void) !lan_transfers_send_group (f->t, &id, &group, &address, "/out/name", members,
                                    n < 250 ? share : NULL, f->now);
}

static void
offered (Fuzz *f, guint8 n, guint8 mask)
{
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  ProtobufCBinaryData holders[PEOPLE];
  g_autoptr (GBytes) members = members_of (mask);
  g_autoptr (GBytes) share = secret ();
  LanAccountId author = account_of (n % PEOPLE);
  LanMessageId id = id_of (n);
  const guint8 *keys;
  LanHash root;
  gsize len;

  g_bytes_unref (list_of (&root));
  keys = g_bytes_get_data (members, &len);
  offer.n_holders = len / LAN_ACCOUNT_ID_BYTES;
  for (gsize i = 0; i < offer.n_holders; i++)
    holders[i] =
        (ProtobufCBinaryData){ LAN_ACCOUNT_ID_BYTES, (guint8 *) keys + i * LAN_ACCOUNT_ID_BYTES };
  offer.holders = holders;
  offer.name = (char *) "name";
  offer.size = LEAVES * (guint64) LEAF;
  offer.root = (ProtobufCBinaryData){ LAN_HASH_BYTES, root.b };
  offer.leaf_size = LEAF;
  offer.share.data = (guint8 *) g_bytes_get_data (share, &offer.share.len);
  g_assert ((guint) lan_transfers_offered (f->t, &id, &group, &author, &offer, FALSE, f->now) <
            LAN_STATUS_N);
}

static void
decide (Fuzz *f, guint8 n, guint8 what)
{
  LanMessageId id = id_of (n);
  LanAccountId account = account_of (what / 8u % PEOPLE);
  guint members;

  switch (what % 8) {
  case 0:
  case 1:
    (void) !lan_transfers_accept (f->t, &id, "/in", f->now);
    break;
  case 2:
    (void) !lan_transfers_decline (f->t, &id, f->now);
    break;
  case 3:
    (void) !lan_transfers_cancel (f->t, &id, f->now);
    break;
  case 4:
    (void) !lan_transfers_pause (f->t, &id, f->now);
    break;
  case 5:
    (void) !lan_transfers_resume (f->t, &id, f->now);
    break;
  case 6:
    lan_transfers_drop_peer (f->t, &account, f->now);
    break;
  default:
    g_assert (lan_transfers_count_fetched (f->t, &id, &members) <= members);
    (void) lan_transfers_shares_with (f->t, &account);
    break;
  }
}

static void
channel (Fuzz *f, guint8 n, guint8 how)
{
  LanAccountId account = account_of (n % PEOPLE);
  guint64 *slot = &f->channels[n % PEOPLE];

  if (*slot != 0) {
    lan_transfers_channel_down (f->t, *slot, f->now);
    *slot = 0;
    return;
  }
  *slot = ++f->next_channel;
  lan_transfers_channel_up (f->t, *slot, &account,
                            (how & 1) != 0 ? LAN_CARRIES_STATES : LAN_CARRIES_BLOCKS,
                            4 * 1024 * 1024, f->now);
}

static void
give_frame (Fuzz *f, guint8 who, const LanFrame *frame)
{
  g_autoptr (GBytes) bytes = lan_frame_encode (frame);
  g_autoptr (LanFrame) decoded = NULL;

  if (lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &decoded) ==
      LAN_STATUS_OK)
    g_assert ((guint) lan_transfers_frame (f->t, f->channels[who % PEOPLE], decoded, f->now) <
              LAN_STATUS_N);
}

static void
state (Fuzz *f, guint8 who, guint8 n, guint8 kind)
{
  Lanyard__FileState m = LANYARD__FILE_STATE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanMessageId id = id_of (n);

  m.offer = (ProtobufCBinaryData){ sizeof id.b, id.b };
  m.state = (Lanyard__FileStateKind) (kind % 9);
  m.done = (kind & 16) != 0 ? LEAF : 0;
  m.code = (char *) ((kind & 32) != 0 ? "source-changed" : "peer");
  frame.body_case = LANYARD__FRAME__BODY_FILE_STATE;
  frame.file_state = &m;
  give_frame (f, who, &frame);
}

static void
request (Fuzz *f, guint8 who, guint8 n, guint8 how)
{
  Lanyard__FileHashesRequest hashes = LANYARD__FILE_HASHES_REQUEST__INIT;
  Lanyard__FileRequest leaves = LANYARD__FILE_REQUEST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanMessageId id = id_of (n);

  leaves.offer = hashes.offer = (ProtobufCBinaryData){ sizeof id.b, id.b };
  leaves.first = hashes.first = how >> 5;
  leaves.count = hashes.count = 1 + (how >> 2 & 7);
  frame.body_case =
      (how & 3) == 0 ? LANYARD__FRAME__BODY_FILE_HASHES_REQUEST : LANYARD__FRAME__BODY_FILE_REQUEST;
  if ((how & 3) == 0)
    frame.file_hashes_request = &hashes;
  else
    frame.file_request = &leaves;
  give_frame (f, who, &frame);
}

static void
have (Fuzz *f, guint8 who, guint8 how)
{
  Lanyard__FileHave m = LANYARD__FILE_HAVE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  g_autoptr (GBytes) share = secret ();
  LanMessageId name;
  LanHash root;
  guint8 bits = how;

  g_bytes_unref (list_of (&root));
  lan_share_name (share, &root, &name);
  m.name = (ProtobufCBinaryData){ sizeof name.b, name.b };
  m.kind = (Lanyard__FileHaveKind) (how % 4);
  m.ask = (how & 4) != 0;
  m.bits = (ProtobufCBinaryData){ 1, &bits };
  frame.body_case = LANYARD__FRAME__BODY_FILE_HAVE;
  frame.file_have = &m;
  give_frame (f, who, &frame);
}

static void
set_members (Fuzz *f, guint8 mask)
{
  g_autoptr (GBytes) members = members_of (mask);

  lan_transfers_set_members (f->t, &group, members, f->now);
}

static void
start (Fuzz *f)
{
  const LanTransfersConfig config = { .self = account_of (0), .random = &f->random.base };
  LanTransferRow *row;
  GHashTableIter iter;

  g_clear_pointer (&f->t, lan_transfers_free);
  g_queue_clear_full (&f->jobs, (GDestroyNotify) lan_file_job_free);
  g_queue_clear_full (&f->batches, g_free);
  memset (f->channels, 0, sizeof f->channels);
  f->t = lan_transfers_new (&config);
  g_hash_table_iter_init (&iter, f->rows);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &row))
    lan_transfers_load (f->t, row, f->now);
}

static void
step (Fuzz *f)
{
  guint8 op = lan_read_u8 (&f->script);
  guint8 a = lan_read_u8 (&f->script);
  guint8 b = lan_read_u8 (&f->script);

  switch (op % 12) {
  case 0:
    send_to_group (f, a, b);
    break;
  case 1:
    offered (f, a, b);
    break;
  case 2:
    decide (f, a, b);
    break;
  case 3:
  case 4:
    channel (f, a, b);
    break;
  case 5:
    f->now.mono_us += (gint64) a * b * 2000;
    lan_transfers_advance (f->t, f->now);
    break;
  case 6:
  case 7:
    state (f, op / 12, a, b);
    break;
  case 8:
    request (f, op / 12, a, b);
    break;
  case 9:
    have (f, op / 12, b);
    break;
  case 10:
    set_members (f, a);
    break;
  default:
    if (a < 64)
      start (f);
    else
      f->fault = b;
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Fuzz f = { .now = { .mono_us = 1000000 } };

  lan_seeded_random_init (&f.random, 1);
  f.rows = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL, row_free);
  start (&f);
  lan_reader_init (&f.script, data, size);
  for (guint i = 0; i < MAX_STEPS && lan_reader_left (&f.script) > 0; i++) {
    step (&f);
    settle (&f);
  }
  lan_transfers_free (f.t);
  g_queue_clear_full (&f.jobs, (GDestroyNotify) lan_file_job_free);
  g_queue_clear_full (&f.batches, g_free);
  g_hash_table_unref (f.rows);
  return 0;
}
