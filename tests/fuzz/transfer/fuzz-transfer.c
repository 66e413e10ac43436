/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The transfer machine, driven by a script: each step is one byte that says what happens, and what
 * belongs to it (see step()). Disk and store are played here, well or badly as the script says; the
 * other side sends frames as bytes, or built from numbers so that it gets past the decoder. After each
 * step every action must keep its promises.
 */
#include "lan-bytes.h"
#include "lan-deadlines.h"
#include "lan-manifest.h"
#include "lan-transfer-limits.h"
#include "lan-transfers-private.h"
#include "lan-tree-hash.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_STEPS 600
#define LEAF      LAN_TREE_LEAF_BYTES

typedef struct {
  LanTransfers *t;
  LanTime now;
  LanReader script;
  GQueue jobs;    /* of LanFileJob, unanswered */
  GQueue batches; /* of guint64*, unanswered */
  guint64 channels[4];
  guint64 next_channel;
  GHashTable *wanted;
  LanTransferAction served; /* the last SERVE */
} Fuzz;

static const guint8 zeros[LEAF];

/* Every leaf of every file here is zeros, so the list of hashes and the root follow from the size. */
static GBytes *
leaves_of (guint64 size, LanHash *root)
{
  g_autoptr (LanTree) tree = lan_tree_new (LEAF);
  GByteArray *list = g_byte_array_new ();
  guint64 left = size;

  for (guint64 i = 0; left > 0 && i < 64; i++) {
    gsize len = (gsize) MIN (left, LEAF);
    LanHash leaf = { { (guint8) i, 1 } };

    lan_tree_add_leaf (tree, &leaf, len);
    g_byte_array_append (list, leaf.b, sizeof leaf.b);
    left -= len;
  }
  memset (root, 7, sizeof *root);
  if (left == 0)
    g_assert (lan_tree_root (tree, root) == LAN_STATUS_OK);
  return g_byte_array_free_to_bytes (list);
}

static LanMessageId
id_of (guint8 n)
{
  LanMessageId id = { { (guint8) (n % 6) } };

  return id;
}

static LanAccountId
account_of (guint8 n)
{
  LanAccountId account = { { (guint8) (n % 2) } };

  return account;
}

static guint64
size_of (guint8 n)
{
  static const guint64 sizes[] = { 0,
                                   1,
                                   LEAF - 1,
                                   LEAF,
                                   LEAF + 1,
                                   3 * LEAF,
                                   20 * LEAF,
                                   LAN_TRANSFER_MAX_BYTES,
                                   LAN_TRANSFER_MAX_BYTES + 1,
                                   G_GUINT64_CONSTANT (1) << 63,
                                   G_MAXUINT64 };

  return sizes[n % G_N_ELEMENTS (sizes)];
}

static void
check_action (Fuzz *f, LanTransferAction *action)
{
  switch (action->type) {
  case LAN_TRANSFER_ACTION_SEND: {
    g_autoptr (LanFrame) frame = NULL;

    g_assert (lan_frame_decode (g_bytes_get_data (action->send.frame, NULL),
                                g_bytes_get_size (action->send.frame), &frame) == LAN_STATUS_OK);
    break;
  }
  case LAN_TRANSFER_ACTION_JOB:
    if (action->job->type != LAN_FILE_JOB_CLOSE && action->job->type != LAN_FILE_JOB_DISCARD)
      g_queue_push_tail (&f->jobs, g_steal_pointer (&action->job));
    break;
  case LAN_TRANSFER_ACTION_COMMIT:
    g_assert (action->commit.changes->len == 1);
    g_queue_push_tail (&f->batches, g_memdup2 (&action->commit.batch, sizeof action->commit.batch));
    break;
  case LAN_TRANSFER_ACTION_OFFER: {
    LanTransferOfferParts parts;
    Lanyard__FileOffer offer;

    lan_transfer_action_offer (action, &offer, &parts);
    g_assert (offer.root.len == LAN_HASH_BYTES);
    break;
  }
  case LAN_TRANSFER_ACTION_WANT: {
    gpointer key = GUINT_TO_POINTER (action->peer.b[0] + 1u);

    /* Wanted and no longer wanted take turns. */
    g_assert (g_hash_table_contains (f->wanted, key) != action->wanted);
    if (action->wanted)
      g_hash_table_add (f->wanted, key);
    else
      g_hash_table_remove (f->wanted, key);
    break;
  }
  case LAN_TRANSFER_ACTION_SERVE:
    g_assert (action->serve.count > 0 && (action->serve.channel & 1) == 0);
    f->served = *action;
    break;
  case LAN_TRANSFER_ACTION_EVENT:
  case LAN_TRANSFER_ACTION_TARGET:
  default:
    g_assert (lan_transfers_get (f->t, &action->id) != NULL);
    break;
  }
}

static void
settle (Fuzz *f)
{
  LanTransferAction action;
  guint reads = 0;
  guint writes = 0;

  while (lan_transfers_next_action (f->t, &action)) {
    check_action (f, &action);
    lan_transfer_action_clear (&action);
  }
  for (GList *l = f->jobs.head; l != NULL; l = l->next) {
    LanFileJob *job = l->data;

    reads += job->type == LAN_FILE_JOB_READ;
    writes += job->type == LAN_FILE_JOB_WRITE;
  }
  /* What is read ahead, and what waits to be written, is bounded: for four channels, six files. */
  g_assert (reads <= 4 * (LAN_TRANSFER_SERVE_BYTES / LEAF + LAN_TRANSFER_MAX_REQUESTS));
  g_assert (writes <= 6 * LAN_TRANSFER_MAX_WRITES * 8);
}

static gsize
leaf_of (const LanTransferRow *row, guint64 leaf)
{
  return row->size > leaf * LEAF ? (gsize) MIN (row->size - leaf * LEAF, LEAF) : 1;
}

/* Answers the oldest job but @skip, as @how says: well, wrongly, with an error, or just a sign of life. */
static void
answer_job (Fuzz *f, guint8 how, guint8 skip)
{
  LanFileJob *job = g_queue_pop_nth (&f->jobs, f->jobs.length > 0 ? skip % f->jobs.length : 0);
  g_autoptr (LanFileResult) result = NULL;
  const LanTransferRow *row;

  if (job == NULL)
    return;
  result = lan_file_result_new (job);
  row = lan_transfers_get (f->t, &job->file);
  result->size = row->size > 0 ? row->size : size_of (how >> 4);
  if (how % 4 == 1) {
    result->more = TRUE;
    result->done = how * 1000u;
    lan_transfers_job_done (f->t, result, f->now);
    result->more = FALSE;
  }
  if (how % 4 == 2) {
    result->error = g_error_new_literal (LAN_FILE_ERROR, (how >> 2) % LAN_FILE_ERROR_N, "wrong");
  } else {
    result->name = g_strdup (how % 4 == 3 ? "../odd" : "name");
    result->path = g_strdup ("/in/name");
    result->stamp = how % 4 == 3 ? how : 1;
    result->done = how % 8 == 4 ? LEAF : 0;
    if (result->type == LAN_FILE_JOB_READ)
      result->bytes =
          g_bytes_new_static (zeros, how % 4 == 3 ? LEAF / 2 : leaf_of (row, job->leaf));
    if (how % 4 != 3)
      result->leaves = leaves_of (result->size, &result->root);
    if (result->type == LAN_FILE_JOB_CHECK_TARGET)
      result->bits = g_bytes_new (&how, 1);
    if (how % 8 == 7)
      result->size ^= 1;
  }
  lan_transfers_job_done (f->t, result, f->now);
  lan_file_job_free (job);
}

static void
answer_commit (Fuzz *f, gboolean ok)
{
  g_autofree guint64 *batch = g_queue_pop_head (&f->batches);

  if (batch != NULL)
    lan_transfers_committed (f->t, *batch, ok, f->now);
}

static void
channel_up (Fuzz *f, guint8 which, guint8 how)
{
  LanAccountId account = account_of (which);

  if (f->channels[which % 4] != 0)
    return;
  f->channels[which % 4] = ++f->next_channel;
  /* Bulk lanes have even numbers here. */
  if ((how & 1) != 0 && (how & 4) != 0 && (f->next_channel & 1) != 0)
    f->channels[which % 4] = ++f->next_channel;
  else if ((how & 4) == 0 && (f->next_channel & 1) == 0)
    f->channels[which % 4] = ++f->next_channel;
  lan_transfers_channel_up (f->t, f->next_channel, &account,
                            (how & 1) == 0   ? LAN_CARRIES_STATES
                            : (how & 4) != 0 ? LAN_CARRIES_BULK
                                             : LAN_CARRIES_BLOCKS,
                            (how & 2) != 0 ? 1024 * 1024 : 0, f->now);
}

/* The pump says something: what it was asked for, or what nobody asked. */
static void
answer_pump (Fuzz *f, LanMessageId id)
{
  guint8 how = lan_read_u8 (&f->script);
  LanTransferLeaf leaves[2] = { { .leaf = lan_read_u8 (&f->script), .len = LEAF },
                                { .leaf = how / 16u, .len = LEAF, .is_bad = (how & 1) != 0 } };
  g_autoptr (GError) error =
      (how & 6) == 6 ? g_error_new_literal (LAN_FILE_ERROR, how / 8 % LAN_FILE_ERROR_N, "x") : NULL;
  guint64 channel = f->channels[how % 4];

  if ((how & 8) != 0)
    lan_transfers_leaves (f->t, channel, &id, leaves, 1 + (how >> 4 & 1), error, f->now);
  else
    lan_transfers_served (f->t, f->served.serve.channel, &f->served.id, f->served.serve.count, LEAF,
                          error, f->now);
}

static void
give_frame (Fuzz *f, guint64 channel, const LanFrame *frame)
{
  g_autoptr (GBytes) bytes = lan_frame_encode (frame);
  g_autoptr (LanFrame) decoded = NULL;

  if (lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &decoded) ==
      LAN_STATUS_OK)
    g_assert ((guint) lan_transfers_frame (f->t, channel, decoded, f->now) < LAN_STATUS_N);
}

static void
raw_frame (Fuzz *f)
{
  guint64 channel = f->channels[lan_read_u8 (&f->script) % 4];
  gsize len = lan_read_u8 (&f->script);
  g_autoptr (LanFrame) frame = NULL;
  const guint8 *bytes;

  len = MIN (len, lan_reader_left (&f->script));
  bytes = lan_read_span (&f->script, len);
  if (len > 0 && lan_frame_decode (bytes, len, &frame) == LAN_STATUS_OK)
    g_assert ((guint) lan_transfers_frame (f->t, channel, frame, f->now) < LAN_STATUS_N);
}

static void
built_state (Fuzz *f, guint64 channel, ProtobufCBinaryData id)
{
  Lanyard__FileState state = LANYARD__FILE_STATE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint8 code;

  state.offer = id;
  state.state = (Lanyard__FileStateKind) (lan_read_u8 (&f->script) % 9);
  code = lan_read_u8 (&f->script);
  state.code = (char *) (code == 0 ? "" : code == 255 ? "?" : lan_file_error_code (code % 16));
  state.done = lan_read_u64 (&f->script);
  frame.body_case = LANYARD__FRAME__BODY_FILE_STATE;
  frame.file_state = &state;
  give_frame (f, channel, &frame);
}

static void
built_request (Fuzz *f, guint64 channel, ProtobufCBinaryData id, gboolean hashes)
{
  Lanyard__FileHashesRequest ask_hashes = LANYARD__FILE_HASHES_REQUEST__INIT;
  Lanyard__FileRequest ask = LANYARD__FILE_REQUEST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint8 first = lan_read_u8 (&f->script);

  ask.offer = ask_hashes.offer = id;
  ask.first = ask_hashes.first = first == 255 ? G_MAXUINT64 : first;
  ask.count = ask_hashes.count = lan_read_u8 (&f->script);
  frame.body_case =
      hashes ? LANYARD__FRAME__BODY_FILE_HASHES_REQUEST : LANYARD__FRAME__BODY_FILE_REQUEST;
  if (hashes)
    frame.file_hashes_request = &ask_hashes;
  else
    frame.file_request = &ask;
  give_frame (f, channel, &frame);
}

static void
built_hashes (Fuzz *f, guint64 channel, ProtobufCBinaryData id)
{
  Lanyard__FileHashes hashes = LANYARD__FILE_HASHES__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanHash root;
  g_autoptr (GBytes) leaves = leaves_of (size_of (lan_read_u8 (&f->script)), &root);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (leaves, NULL), g_bytes_get_size (leaves));
  guint8 spoil = lan_read_u8 (&f->script);

  hashes.offer = id;
  hashes.first = lan_read_u8 (&f->script);
  hashes.hashes.data = data;
  hashes.hashes.len = g_bytes_get_size (leaves);
  if (spoil > 0 && hashes.hashes.len > 0)
    data[spoil % hashes.hashes.len] ^= 1;
  frame.body_case = LANYARD__FRAME__BODY_FILE_HASHES;
  frame.file_hashes = &hashes;
  give_frame (f, channel, &frame);
}

/* A whole leaf in as many pieces as it needs; `odd` breaks a rule in one of them. */
static void
built_leaf (Fuzz *f, guint64 channel, ProtobufCBinaryData id)
{
  guint64 size = size_of (lan_read_u8 (&f->script));
  guint8 leaf = lan_read_u8 (&f->script);
  guint8 odd = lan_read_u8 (&f->script);
  gsize len = (guint64) leaf * LEAF < size ? (gsize) MIN (size - (guint64) leaf * LEAF, LEAF) : 9;

  for (gsize at = 0; at < len; at += LAN_TRANSFER_PIECE_BYTES) {
    Lanyard__FileBlock block = LANYARD__FILE_BLOCK__INIT;
    LanFrame frame = LANYARD__FRAME__INIT;

    block.offer = id;
    block.leaf = leaf;
    block.offset = (guint32) at + odd;
    block.data.data = (guint8 *) zeros;
    block.data.len = MIN (len - at, LAN_TRANSFER_PIECE_BYTES);
    frame.body_case = LANYARD__FRAME__BODY_FILE_BLOCK;
    frame.file_block = &block;
    give_frame (f, channel, &frame);
  }
}

static void
built_frame (Fuzz *f)
{
  guint8 kind = lan_read_u8 (&f->script);
  guint64 channel = f->channels[kind >> 6];
  LanMessageId id = id_of (lan_read_u8 (&f->script));
  ProtobufCBinaryData field = { .data = id.b, .len = sizeof id.b };

  switch (kind % 5) {
  case 0:
    built_state (f, channel, field);
    break;
  case 1:
    built_request (f, channel, field, FALSE);
    break;
  case 2:
    built_request (f, channel, field, TRUE);
    break;
  case 3:
    built_hashes (f, channel, field);
    break;
  default:
    built_leaf (f, channel, field);
    break;
  }
}

static void
offered (Fuzz *f, guint8 n)
{
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  LanConversationId conversation = { { 1 } };
  LanMessageId id = id_of (n);
  LanAccountId peer = account_of (n);
  guint8 how = lan_read_u8 (&f->script);
  g_autofree char *name = NULL;
  g_autoptr (GBytes) leaves = NULL;
  gsize len = lan_read_u8 (&f->script);
  LanHash root;

  len = MIN (len, lan_reader_left (&f->script));
  name = g_strndup (len > 0 ? (const char *) lan_read_span (&f->script, len) : "", len);
  offer.name = name;
  offer.size = size_of (how);
  leaves = leaves_of (offer.size, &root);
  offer.root.data = root.b;
  offer.root.len = how == 255 ? 31 : LAN_HASH_BYTES;
  offer.leaf_size = how == 254 ? 1 : LEAF;
  g_assert ((guint) lan_transfers_offered (f->t, &id, &conversation, &peer, &offer, (how & 32) != 0,
                                           f->now) < LAN_STATUS_N);
}

static void
load (Fuzz *f, guint8 n)
{
  guint8 how = lan_read_u8 (&f->script);
  LanTransferRow row = { .id = id_of (n),
                         .peer = account_of (n),
                         .incoming = (how & 128) != 0,
                         .state = (LanTransferState) (how % 10),
                         .name = (char *) "name",
                         .path = (char *) "/in",
                         .size = size_of (how / 10) };
  g_autoptr (GBytes) leaves = leaves_of (row.size, &row.root);

  lan_transfers_load (f->t, &row, f->now);
}

/* Two files, the first with two leaves; @how spoils it. */
static GBytes *
manifest_of (guint8 how, LanHash *root)
{
  g_autoptr (LanFileTree) tree = lan_file_tree_new_folder ();
  g_autoptr (LanTree) hash = lan_tree_new (LEAF);
  LanFileEntry entry = { .path = "a/b", .size = LEAF + 1, .kind = LAN_FILE_ENTRY_FILE };
  g_autoptr (GBytes) leaves = leaves_of (entry.size, &entry.root);
  GBytes *bytes;

  g_assert (lan_file_tree_add (tree, &entry));
  entry.path = (how & 1) != 0 ? ".." : "c";
  entry.size = 3;
  g_assert (lan_file_tree_add (tree, &entry));
  bytes = lan_manifest_encode (tree);
  lan_tree_update (hash, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert (lan_tree_root (hash, root) == LAN_STATUS_OK);
  return bytes;
}

static void
offered_folder (Fuzz *f, guint8 n)
{
  static const LanConversationId conversation = { { 1 } };
  guint8 how = lan_read_u8 (&f->script);
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  Lanyard__FolderOffer folder = LANYARD__FOLDER_OFFER__INIT;
  LanMessageId id = id_of (n);
  LanAccountId peer = account_of (n);
  LanHash root;
  g_autoptr (GBytes) manifest = manifest_of (how, &root);

  offer.name = (char *) "folder";
  offer.size = LEAF + 4 + (how >> 1 & 1);
  offer.root = (ProtobufCBinaryData){ LAN_HASH_BYTES, root.b };
  offer.leaf_size = LEAF;
  folder.manifest_size = g_bytes_get_size (manifest);
  folder.entries = 2 + (how >> 2 & 1);
  offer.folder = &folder;
  g_assert ((guint) lan_transfers_offered (f->t, &id, &conversation, &peer, &offer, (how & 32) != 0,
                                           f->now) < LAN_STATUS_N);
}

static void
manifest_frame (Fuzz *f, guint8 n)
{
  guint8 how = lan_read_u8 (&f->script);
  Lanyard__FileManifest page = LANYARD__FILE_MANIFEST__INIT;
  Lanyard__FileManifestRequest ask = LANYARD__FILE_MANIFEST_REQUEST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanMessageId id = id_of (n);
  LanHash root;
  g_autoptr (GBytes) manifest = manifest_of (how, &root);
  gsize len = g_bytes_get_size (manifest);
  gsize at = (how & 8) != 0 ? len / 2 : 0;

  if ((how & 16) != 0) {
    ask.offer = (ProtobufCBinaryData){ sizeof id.b, id.b };
    ask.offset = how >> 5;
    ask.length = n;
    frame.body_case = LANYARD__FRAME__BODY_FILE_MANIFEST_REQUEST;
    frame.file_manifest_request = &ask;
  } else {
    page.offer = (ProtobufCBinaryData){ sizeof id.b, id.b };
    page.offset = at;
    page.data.data = (guint8 *) g_bytes_get_data (manifest, NULL) + at;
    page.data.len = (how & 4) != 0 ? len / 2 : len - at;
    frame.body_case = LANYARD__FRAME__BODY_FILE_MANIFEST;
    frame.file_manifest = &page;
  }
  give_frame (f, f->channels[how >> 6], &frame);
}

static void
step_new (Fuzz *f, guint8 op, guint8 n)
{
  LanMessageId id = id_of (n);

  if (op == 252)
    answer_pump (f, id);
  else if (op == 253 && n < 128)
    (void) !lan_transfers_pause (f->t, &id, f->now);
  else if (op == 253)
    (void) !lan_transfers_resume (f->t, &id, f->now);
  else if (op == 254)
    manifest_frame (f, n);
  else
    offered_folder (f, n);
}

static void
step (Fuzz *f)
{
  static const LanConversationId conversation = { { 1 } };
  guint8 op = lan_read_u8 (&f->script);
  guint8 n = lan_read_u8 (&f->script);
  LanMessageId id = id_of (n);
  LanAccountId peer = account_of (n);

  if (op >= 252) {
    step_new (f, op, n);
    return;
  }
  switch (op % 18) {
  case 0:
    (void) !lan_transfers_send (f->t, &id, &conversation, &peer, "/out/name", f->now);
    break;
  case 1:
    offered (f, n);
    break;
  case 2:
    (void) !lan_transfers_accept (f->t, &id, n < 128 ? "/in" : "/elsewhere", f->now);
    break;
  case 3:
    (void) !lan_transfers_decline (f->t, &id, f->now);
    break;
  case 4:
    (void) !lan_transfers_cancel (f->t, &id, f->now);
    break;
  case 5:
    channel_up (f, n, n >> 4);
    break;
  case 6:
    if (f->channels[n % 4] != 0)
      lan_transfers_channel_down (f->t, f->channels[n % 4], f->now);
    f->channels[n % 4] = 0;
    break;
  case 7:
    lan_transfers_channel_writable (f->t, f->channels[n % 4], n < 128 ? 1024 * 1024 : 0, f->now);
    (void) lan_transfers_channel_is_busy (f->t, f->channels[n % 4]);
    break;
  case 8:
    raw_frame (f);
    break;
  case 9:
  case 10:
  case 11:
    built_frame (f);
    break;
  case 12:
  case 13:
    answer_job (f, n, lan_read_u8 (&f->script));
    break;
  case 14:
    answer_commit (f, n != 0);
    break;
  case 15:
    f->now.mono_us += (gint64) n * n * 10000;
    lan_transfers_advance (f->t, f->now);
    break;
  case 16:
    if (n >= 240 && n < 250)
      lan_transfers_repeated (f->t, &id, &conversation, &peer, f->now);
    else if (n < 250)
      lan_transfers_offer_sent (f->t, &id, n < 200, f->now);
    else
      lan_transfers_drop_peer (f->t, &peer, f->now);
    break;
  default:
    load (f, n);
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Fuzz f = { .now = { .mono_us = 1000000 }, .wanted = g_hash_table_new (NULL, NULL) };

  f.t = lan_transfers_new (NULL);
  lan_reader_init (&f.script, data, size);
  for (guint i = 0; i < MAX_STEPS && lan_reader_left (&f.script) > 0; i++) {
    step (&f);
    settle (&f);
  }
  for (guint8 n = 0; n < 6; n++) {
    LanMessageId id = id_of (n);

    (void) lan_transfers_rate (f.t, &id);
    (void) lan_transfers_error_text (f.t, &id);
    (void) lan_transfers_channel_of (f.t, &id);
  }
  lan_transfers_free (f.t);
  g_queue_clear_full (&f.jobs, (GDestroyNotify) lan_file_job_free);
  g_queue_clear_full (&f.batches, g_free);
  g_hash_table_unref (f.wanted);
  return 0;
}
