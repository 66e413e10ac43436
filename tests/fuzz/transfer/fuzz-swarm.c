/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What was offered to several: one machine among an author (person 0) and three others, driven by a script of
 * three-byte steps (see step()). Disk and store answer at once and well, unless a step says otherwise; the others
 * send frames built from numbers, so that they get past the decoder. After each step every action must keep
 * its promises.
 */
#include "lan-bytes.h"
#include "lan-manifest.h"
#include "lan-transfer-limits.h"
#include "lan-transfers-private.h"
#include "lan-tree-hash.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_STEPS 400
#define LEAF      LAN_TREE_LEAF_BYTES
#define PEOPLE    4
#define IDS       4

typedef struct {
  LanTransfers *t;
  LanTime now;
  LanReader script;
  GQueue jobs;
  GQueue batches;
  guint64 channels[PEOPLE * 2];
  guint64 next_channel;
  LanTransferAction served;
  guint8 fault;     /* of the next job */
  gboolean is_slow; /* jobs and commits wait for a step that answers them */
  LanSeededRandom random;
} Fuzz;

static const guint8 zeros[LEAF];
static const LanConversationId conversation = { { 1 } };

static LanAccountId
account_of (guint n)
{
  LanAccountId account = { { (guint8) (n + 1) } };

  return account;
}

static LanMessageId
id_of (guint n)
{
  LanMessageId id = { { (guint8) (n % IDS + 1), 9 } };

  return id;
}

/* Files of so many leaves; the last is a folder. */
static guint64
leaves_in (guint n)
{
  static const guint64 counts[IDS] = { 3, 20, 1200, 2 };

  return counts[n % IDS];
}

static GBytes *
list_of (guint64 n, LanHash *root)
{
  g_autoptr (LanTree) tree = lan_tree_new (LEAF);
  GByteArray *list = g_byte_array_new ();

  for (guint64 i = 0; i < n; i++) {
    LanHash leaf = { { (guint8) i, (guint8) (i >> 8), 1 } };

    lan_tree_add_leaf (tree, &leaf, LEAF);
    g_byte_array_append (list, leaf.b, sizeof leaf.b);
  }
  g_assert (lan_tree_root (tree, root) == LAN_STATUS_OK);
  return g_byte_array_free_to_bytes (list);
}

static GBytes *
manifest_of (LanHash *root, LanFileTree **tree)
{
  g_autoptr (LanTree) hash = lan_tree_new (LEAF);
  LanFileEntry entry = { .path = "b", .size = 2 * LEAF, .kind = LAN_FILE_ENTRY_FILE };
  g_autoptr (GBytes) list = list_of (2, &entry.root);
  GBytes *bytes;

  *tree = lan_file_tree_new_folder ();
  g_assert (lan_file_tree_add (*tree, &entry));
  bytes = lan_manifest_encode (*tree);
  lan_tree_update (hash, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert (lan_tree_root (hash, root) == LAN_STATUS_OK);
  return bytes;
}

static GBytes *
root_of (guint n, LanHash *root)
{
  g_autoptr (LanFileTree) tree = NULL;

  if (n % IDS == IDS - 1)
    return manifest_of (root, &tree);
  return list_of (leaves_in (n), root);
}

static GBytes *
secret (void)
{
  static const guint8 share[LAN_SHARE_BYTES] = { 5 };

  return g_bytes_new_static (share, sizeof share);
}

static void
name_of (guint n, LanMessageId *name)
{
  g_autoptr (GBytes) share = secret ();
  LanHash root;

  g_bytes_unref (root_of (n, &root));
  lan_share_name (share, &root, name);
}

/* -- disk and store -- */

static void
answer_job (Fuzz *f, LanFileJob *job, guint8 fault)
{
  g_autoptr (LanFileResult) result = lan_file_result_new (job);
  const LanTransferRow *row = lan_transfers_get (f->t, &job->file);
  guint n = job->file.b[0] - 1u;

  result->size = row->size > 0 ? row->size : leaves_in (n) * LEAF;
  if (fault != 0) {
    result->error = g_error_new_literal (LAN_FILE_ERROR, fault % LAN_FILE_ERROR_N, "wrong");
  } else {
    result->name = g_strdup ("name");
    result->path = g_strdup ("/in/name");
    result->stamp = 1;
    if (job->type == LAN_FILE_JOB_READ)
      result->bytes = g_bytes_new_static (zeros, LEAF);
    if (job->type == LAN_FILE_JOB_CHECK_TARGET)
      result->bits = g_bytes_new (zeros, 1);
    result->leaves = list_of (leaves_in (n), &result->root);
    if (n % IDS == IDS - 1) {
      g_clear_pointer (&result->leaves, g_bytes_unref);
      result->leaves = list_of (2, &result->root);
      result->manifest = manifest_of (&result->root, &result->tree);
    }
  }
  lan_transfers_job_done (f->t, result, f->now);
  lan_file_job_free (job);
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
    g_queue_push_tail (&f->batches, g_memdup2 (&action->commit.batch, sizeof action->commit.batch));
    break;
  case LAN_TRANSFER_ACTION_OFFER: {
    LanTransferOfferParts parts;
    Lanyard__FileOffer offer;

    lan_transfer_action_offer (action, &offer, &parts);
    g_assert (offer.share.len == LAN_SHARE_BYTES && offer.n_holders == PEOPLE - 1);
    lan_transfers_offer_sent (f->t, &action->id, TRUE, f->now);
    break;
  }
  case LAN_TRANSFER_ACTION_SERVE:
    g_assert (action->serve.count > 0);
    f->served = *action;
    break;
  case LAN_TRANSFER_ACTION_CANCEL:
  case LAN_TRANSFER_ACTION_WANT:
  case LAN_TRANSFER_ACTION_EVENT:
  case LAN_TRANSFER_ACTION_TARGET:
  default:
    break;
  }
}

/* FALSE: nothing is left to be answered. */
static gboolean
answer_one (Fuzz *f)
{
  LanFileJob *job = g_queue_pop_head (&f->jobs);
  g_autofree guint64 *batch = g_queue_pop_head (&f->batches);

  if (batch != NULL)
    lan_transfers_committed (f->t, *batch, TRUE, f->now);
  if (job != NULL) {
    answer_job (f, job, f->fault);
    f->fault = 0;
  }
  return batch != NULL || job != NULL;
}

static void
settle (Fuzz *f)
{
  LanTransferAction action;

  for (guint i = 0; i < 4000; i++) {
    while (lan_transfers_next_action (f->t, &action)) {
      check_action (f, &action);
      lan_transfer_action_clear (&action);
    }
    if (f->is_slow || !answer_one (f))
      return;
  }
}

/* -- what people do -- */

static void
fill_holders (ProtobufCBinaryData *fields, LanAccountId *accounts)
{
  /* The others and ourselves. */
  for (guint i = 0; i < PEOPLE - 1; i++) {
    accounts[i] = account_of (i + 1);
    fields[i] = (ProtobufCBinaryData){ sizeof accounts[i].b, accounts[i].b };
  }
}

static void
offered (Fuzz *f, guint8 n)
{
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  Lanyard__FolderOffer folder = LANYARD__FOLDER_OFFER__INIT;
  ProtobufCBinaryData holders[PEOPLE - 1];
  LanAccountId accounts[PEOPLE - 1], author = account_of (0);
  LanMessageId id = id_of (n);
  g_autoptr (GBytes) share = secret ();
  LanHash root;
  g_autoptr (GBytes) list = root_of (n, &root);

  fill_holders (holders, accounts);
  if (n >= 128)
    accounts[2] = account_of (9);
  offer.name = (char *) "name";
  offer.size = leaves_in (n) * LEAF;
  offer.root = (ProtobufCBinaryData){ LAN_HASH_BYTES, root.b };
  offer.leaf_size = LEAF;
  offer.holders = holders;
  offer.n_holders = PEOPLE - 1;
  offer.share.data = (guint8 *) g_bytes_get_data (share, &offer.share.len);
  if (n % IDS == IDS - 1) {
    folder.manifest_size = g_bytes_get_size (list);
    folder.entries = 1;
    offer.folder = &folder;
  }
  g_assert ((guint) lan_transfers_offered (f->t, &id, &conversation, &author, &offer, FALSE,
                                           f->now) < LAN_STATUS_N);
}

/* One of ours, to each of the three. */
static void
send_shared (Fuzz *f, guint8 n)
{
  g_autoptr (GByteArray) keys = g_byte_array_new ();
  g_autoptr (GBytes) share = secret ();
  g_autoptr (GBytes) holders = NULL;

  for (guint i = 1; i < PEOPLE; i++) {
    LanAccountId account = account_of (i);

    g_byte_array_append (keys, account.b, sizeof account.b);
  }
  holders = g_bytes_new (keys->data, keys->len);
  for (guint i = 1; i < PEOPLE; i++) {
    LanAccountId account = account_of (i);
    LanMessageId id = { { (guint8) (n % IDS + 1), (guint8) i } };

    (void) !lan_transfers_send_shared (f->t, &id, &conversation, &account, "/out/name", holders,
                                       share, f->now);
  }
}

/* The transfer that @which has with us: its own of ours, or the one that was offered to us. */
static LanMessageId
id_with (guint8 n, guint which, gboolean is_ours)
{
  LanMessageId id = id_of (n);

  if (is_ours)
    id.b[1] = (guint8) (which % PEOPLE);
  return id;
}

static void
decide (Fuzz *f, guint8 n, guint8 what)
{
  LanMessageId id = id_with (n, what >> 3, (what & 128) != 0);
  LanAccountId account = account_of (n % PEOPLE);

  switch (what % 8) {
  case 0:
  case 1: {
    LanTransferChoice choice = { .conflict =
                                     (what & 16) != 0 ? LAN_FILE_SKIP : LAN_FILE_KEEP_BOTH };

    (void) !lan_transfers_accept_with (f->t, &id, "/in", &choice, f->now);
    break;
  }
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
    (void) lan_transfers_shares_with (f->t, &account);
    break;
  }
}

static void
channel (Fuzz *f, guint8 n, guint8 how)
{
  static const LanTransferCarrier carriers[] = { LAN_CARRIES_STATES, LAN_CARRIES_BLOCKS,
                                                 LAN_CARRIES_BULK };
  LanAccountId account = account_of (n % PEOPLE);
  guint64 *slot = &f->channels[n % (PEOPLE * 2)];

  if (*slot != 0 && (how & 1) != 0) {
    lan_transfers_channel_down (f->t, *slot, f->now);
    *slot = 0;
  } else if (*slot != 0) {
    lan_transfers_channel_writable (f->t, *slot, how * 65536u, f->now);
  } else {
    *slot = ++f->next_channel;
    lan_transfers_channel_up (f->t, *slot, &account, carriers[(how >> 1) % 3], 4 * 1024 * 1024,
                              f->now);
  }
}

/* -- frames -- */

static void
give_frame (Fuzz *f, guint64 ch, const LanFrame *frame)
{
  g_autoptr (GBytes) bytes = lan_frame_encode (frame);
  g_autoptr (LanFrame) decoded = NULL;

  if (lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &decoded) ==
      LAN_STATUS_OK)
    g_assert ((guint) lan_transfers_frame (f->t, ch, decoded, f->now) < LAN_STATUS_N);
}

/* @who: low bits the channel, then whether it is called by the offer or by the name between holders, and what about it. */
static void
frame_id (guint8 who, guint8 n, LanMessageId *id)
{
  if ((who & 8) != 0)
    name_of (n, id);
  else
    *id = id_with (n, who, (who & 16) != 0);
}

static void
have (Fuzz *f, guint8 who, guint8 n, guint8 how)
{
  Lanyard__FileHave m = LANYARD__FILE_HAVE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanMessageId name;
  guint8 bits[160];
  guint times = who >= 224 ? LAN_SWARM_HAVES + 2 : 1;

  name_of (n, &name);
  memset (bits, (how & 16) != 0 ? 0xff : 0x55, sizeof bits);
  m.name = (ProtobufCBinaryData){ (how & 224) == 224 ? 0 : sizeof name.b, name.b };
  m.kind = (Lanyard__FileHaveKind) (how % 4);
  m.ask = (how & 4) != 0;
  m.bits.data = bits;
  m.bits.len = (how & 8) != 0 ? 0 : (leaves_in (n) + 7) / 8 + ((how & 224) == 192);
  m.first = (how & 224) == 160 ? 8 * 4096 : 0;
  frame.body_case = LANYARD__FRAME__BODY_FILE_HAVE;
  frame.file_have = &m;
  for (guint i = 0; i < times; i++)
    give_frame (f, f->channels[who % (PEOPLE * 2)], &frame);
}

static void
request (Fuzz *f, guint8 who, guint8 n, guint8 how)
{
  Lanyard__FileHashesRequest hashes = LANYARD__FILE_HASHES_REQUEST__INIT;
  Lanyard__FileRequest leaves = LANYARD__FILE_REQUEST__INIT;
  Lanyard__FileManifestRequest page = LANYARD__FILE_MANIFEST_REQUEST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanMessageId id;

  frame_id (who, n, &id);
  leaves.offer = hashes.offer = page.offer = (ProtobufCBinaryData){ sizeof id.b, id.b };
  leaves.first = hashes.first = how >> 5;
  leaves.count = hashes.count = 1 + (how >> 2 & 7);
  leaves.cancel = (how & 3) == 3;
  page.length = 1 + how % 16u;
  if ((how & 3) == 0) {
    frame.body_case = LANYARD__FRAME__BODY_FILE_HASHES_REQUEST;
    frame.file_hashes_request = &hashes;
  } else if ((how & 3) == 1 && n >= 128) {
    frame.body_case = LANYARD__FRAME__BODY_FILE_MANIFEST_REQUEST;
    frame.file_manifest_request = &page;
  } else {
    frame.body_case = LANYARD__FRAME__BODY_FILE_REQUEST;
    frame.file_request = &leaves;
  }
  give_frame (f, f->channels[who % (PEOPLE * 2)], &frame);
}

/* The list of hashes, or the manifest, in one page. */
static void
lists (Fuzz *f, guint8 who, guint8 n, guint8 how)
{
  Lanyard__FileHashes hashes = LANYARD__FILE_HASHES__INIT;
  Lanyard__FileManifest page = LANYARD__FILE_MANIFEST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  g_autoptr (LanFileTree) tree = NULL;
  LanMessageId id;
  LanHash root;
  g_autoptr (GBytes) list = list_of (leaves_in (n), &root);
  g_autoptr (GBytes) manifest = manifest_of (&root, &tree);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (list, NULL), g_bytes_get_size (list));

  frame_id (who, n, &id);
  data[0] ^= how & 1;
  hashes.offer = page.offer = (ProtobufCBinaryData){ sizeof id.b, id.b };
  hashes.hashes = (ProtobufCBinaryData){ g_bytes_get_size (list), data };
  page.data.data = (guint8 *) g_bytes_get_data (manifest, &page.data.len);
  frame.body_case =
      (how & 2) != 0 ? LANYARD__FRAME__BODY_FILE_MANIFEST : LANYARD__FRAME__BODY_FILE_HASHES;
  if ((how & 2) != 0)
    frame.file_manifest = &page;
  else
    frame.file_hashes = &hashes;
  give_frame (f, f->channels[who % (PEOPLE * 2)], &frame);
}

/* A leaf over a link, whole. */
static void
leaf (Fuzz *f, guint8 who, guint8 n, guint8 number)
{
  LanMessageId id;

  frame_id (who, n, &id);
  for (gsize at = 0; at < LEAF; at += LAN_TRANSFER_PIECE_BYTES) {
    Lanyard__FileBlock block = LANYARD__FILE_BLOCK__INIT;
    LanFrame frame = LANYARD__FRAME__INIT;

    block.offer = (ProtobufCBinaryData){ sizeof id.b, id.b };
    block.leaf = number;
    block.offset = (guint32) at + (n >= 192);
    block.data.data = (guint8 *) zeros;
    block.data.len = MIN (LEAF - at, LAN_TRANSFER_PIECE_BYTES);
    frame.body_case = LANYARD__FRAME__BODY_FILE_BLOCK;
    frame.file_block = &block;
    give_frame (f, f->channels[who % (PEOPLE * 2)], &frame);
  }
}

/* A bulk lane brought leaves, all up to @number or one that is wrong; or what we gave went out. */
static void
pump (Fuzz *f, guint8 who, guint8 n, guint8 number)
{
  LanMessageId id;
  g_autoptr (GArray) leaves = g_array_new (FALSE, FALSE, sizeof (LanTransferLeaf));
  g_autoptr (GError) error =
      n >= 192 ? g_error_new_literal (LAN_FILE_ERROR, LAN_FILE_ERROR_CHANGED, "changed") : NULL;

  frame_id (who, n, &id);
  if ((who & 32) != 0) {
    lan_transfers_served (f->t, f->served.serve.channel, &f->served.id, f->served.serve.count,
                          f->served.serve.count * (guint64) LEAF, error, f->now);
    return;
  }
  for (guint i = (who & 64) != 0 ? number : 0; i <= number; i++) {
    LanTransferLeaf one = { .leaf = i, .len = LEAF, .is_bad = (who & 64) != 0 };

    g_array_append_val (leaves, one);
  }
  lan_transfers_leaves (f->t, f->channels[who % (PEOPLE * 2)], &id,
                        (const LanTransferLeaf *) (void *) leaves->data, leaves->len, NULL, f->now);
}

static void
load (Fuzz *f, guint8 n, guint8 how)
{
  LanTransferDetail detail = { .is_folder = n % IDS == IDS - 1, .entries = 1 };
  LanAccountId accounts[PEOPLE - 1];
  ProtobufCBinaryData fields[PEOPLE - 1];
  LanTransferRow row = { .id = id_with (n, 1 + how % 3, how >= 128),
                         .peer = account_of (how >= 128 ? 1 + how % 3 : 0),
                         .incoming = how < 128,
                         .state = (LanTransferState) (how % LAN_TRANSFER_N),
                         .name = (char *) "name",
                         .path = (char *) "/in",
                         .size = leaves_in (n) * LEAF };
  g_autoptr (GBytes) list = root_of (n, &row.root);

  fill_holders (fields, accounts);
  detail.manifest_size = g_bytes_get_size (list);
  detail.share = secret ();
  detail.holders = g_bytes_new (accounts, sizeof accounts);
  row.detail = lan_transfer_detail_encode (&detail);
  lan_transfers_load (f->t, &row, f->now);
  g_bytes_unref (row.detail);
  lan_transfer_detail_clear (&detail);
}

static void
forget (Fuzz *f, guint8 n, guint8 how)
{
  LanMessageId id = id_with (n, how, how >= 128);
  LanTransferOne *one = lan_transfers_find (f->t, &id);

  if (one != NULL && (how & 0x40) != 0)
    lan_transfers_forget (f->t, &id, f->now);
  else if (one != NULL && (how & 0x20) != 0)
    lan_transfers_drop_conversation (f->t, &one->row.conversation,
                                     (how & 0x10) != 0 ? &one->row.peer : NULL, f->now);
  else if (one != NULL)
    lan_swarm_forget (f->t, one);
}

static void
step (Fuzz *f)
{
  guint8 op = lan_read_u8 (&f->script);
  guint8 a = lan_read_u8 (&f->script);
  guint8 b = lan_read_u8 (&f->script);
  guint8 who = (guint8) (op >> 4 | (a & 0xf0)); /* of frames: which channel, and how it is called */

  switch (op % 16) {
  case 0:
    offered (f, a);
    break;
  case 1:
    send_shared (f, a);
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
    have (f, who, a & 3, b);
    break;
  case 8:
    request (f, who, a, b);
    break;
  case 9:
    lists (f, who, a & 3, b);
    break;
  case 10:
    leaf (f, who, a, b);
    break;
  case 11:
    pump (f, who, a, b);
    break;
  case 12:
    f->fault = b;
    break;
  case 13:
    f->is_slow = (a & 1) != 0;
    if (f->is_slow)
      answer_one (f);
    break;
  case 14:
    load (f, a, b);
    break;
  default:
    forget (f, a, b);
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Fuzz f = { .now = { .mono_us = 1000000 } };
  LanTransfersConfig config = { .self = account_of (PEOPLE - 1) };

  lan_seeded_random_init (&f.random, 1);
  config.random = &f.random.base;
  /* Ourselves, who may be the author too. */
  config.self = account_of (9);
  f.t = lan_transfers_new (&config);
  lan_reader_init (&f.script, data, size);
  for (guint i = 0; i < MAX_STEPS && lan_reader_left (&f.script) > 0; i++) {
    step (&f);
    settle (&f);
  }
  lan_transfers_free (f.t);
  g_queue_clear_full (&f.jobs, (GDestroyNotify) lan_file_job_free);
  g_queue_clear_full (&f.batches, g_free);
  return 0;
}
