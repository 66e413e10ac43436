/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is left with the server: a machine that leaves files, one that fetches them, and between them a server and
 * letters that the script of three-byte steps (see step()) can make lie, stop, forget and come late. Disk and store
 * answer at once. Whatever the server says, only what was offered is ever written.
 */
#include "lan-blob.h"
#include "lan-bytes.h"
#include "lan-manifest.h"
#include "lan-transfer-limits.h"
#include "lan-transfers-private.h"
#include "lan-tree-hash.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define LIFE_MS   (30 * G_GINT64_CONSTANT (86400000))
#define MAX_STEPS 120
#define LEAF      LAN_TREE_LEAF_BYTES
#define BIG       (LEAF + 100)

typedef struct {
  LanHash root;
  guint64 size;
  GByteArray *data;
} Blob;

typedef struct {
  LanMessageId id;
  gboolean is_answer;
  gboolean declined;
  LanHash root;
  guint8 key[LAN_KEY_BYTES];
  guint64 size;
  gint64 expires_ms;
} Letter;

typedef struct {
  LanTransfers *t;
  GQueue jobs;
  GQueue batches;
  GHashTable *rows; /* LanMessageId -> LanTransferRow: committed */
  guint8 fault;
} Side;

typedef struct {
  Side sides[2]; /* who leaves, who fetches */
  LanTime now;
  LanReader script;
  GQueue blobs;
  GQueue letters;
  GQueue frames; /* of GBytes, with the side in front */
  guint8 lie;    /* what becomes of the next piece that is given */
  guint8 refusal;
  gboolean is_joined;
  guint64 channel;
  guint devices;
  LanSeededRandom random;
} Fuzz;

static const LanConversationId conversation = { { 7 } };
static guint8 content[BIG]; /* of every file, as far as it goes */

static LanAccountId
account_of (int side)
{
  LanAccountId account = { { (guint8) (side + 1), 1 } };

  account.b[31] = 1;
  return account;
}

/* Odd ones are folders. */
static LanMessageId
id_of (guint8 n)
{
  LanMessageId id = { { (guint8) (n % 4 + 1), 9 } };

  return id;
}

static gboolean
is_folder (const LanMessageId *id)
{
  return (id->b[0] & 1) == 0;
}

static guint64
size_of (const LanMessageId *id)
{
  return id->b[0] == 1 ? BIG : 3000;
}

static void
list_of (guint64 size, GByteArray *list, LanHash *root)
{
  g_autoptr (LanTree) tree = lan_tree_new (LEAF);

  for (guint64 at = 0; at < size; at += LEAF) {
    gsize len = (gsize) MIN (size - at, LEAF);
    LanHash leaf;

    lan_tree_leaf (&leaf, at / LEAF, content + at, len);
    lan_tree_add_leaf (tree, &leaf, len);
    if (list != NULL)
      g_byte_array_append (list, leaf.b, sizeof leaf.b);
  }
  g_assert (lan_tree_root (tree, root) == LAN_STATUS_OK);
}

static LanFileTree *
folder_of (GByteArray *list)
{
  static const guint64 sizes[] = { 700, BIG, 0 };
  static const char *const paths[] = { "a", "b", "c" };
  LanFileTree *tree = lan_file_tree_new_folder ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    LanFileEntry entry = { .path = (char *) paths[i], .size = sizes[i] };

    list_of (sizes[i], sizes[i] > LEAF ? list : NULL, &entry.root);
    g_assert (lan_file_tree_add (tree, &entry));
  }
  return tree;
}

/* -- the disk -- */

static void
fill_source (const LanFileJob *job, LanFileResult *result)
{
  g_autoptr (LanTree) hash = lan_tree_new (LEAF);
  GByteArray *list = g_byte_array_new ();

  result->name = g_strdup ("name");
  result->stamp = 1;
  if (is_folder (&job->file)) {
    result->tree = folder_of (list);
    result->size = lan_file_tree_size (result->tree);
    result->manifest = lan_manifest_encode (result->tree);
    lan_tree_update (hash, g_bytes_get_data (result->manifest, NULL),
                     g_bytes_get_size (result->manifest));
    g_assert (lan_tree_root (hash, &result->root) == LAN_STATUS_OK);
  } else {
    result->size = size_of (&job->file);
    list_of (result->size, list, &result->root);
  }
  result->leaves = g_byte_array_free_to_bytes (list);
}

/* What is read or written as @leaf. */
static const guint8 *
leaf_of (const LanFileJob *job, gsize *len)
{
  g_autoptr (LanFileTree) tree = NULL;
  LanFileLeaf place = { 0 };

  if (!is_folder (&job->file)) {
    *len = (gsize) MIN (size_of (&job->file) - job->leaf * LEAF, LEAF);
    return content + job->leaf * LEAF;
  }
  tree = folder_of (NULL);
  g_assert (lan_file_tree_leaf (tree, job->leaf, &place));
  *len = place.len;
  return content + place.offset;
}

static gboolean
is_right (const LanFileJob *job)
{
  gsize len, wanted;
  const guint8 *data = g_bytes_get_data (job->bytes, &len);
  const guint8 *right = leaf_of (job, &wanted);

  return len == wanted && memcmp (data, right, len) == 0;
}

static void
answer_job (Fuzz *f, Side *side, LanFileJob *job)
{
  g_autoptr (LanFileResult) result = lan_file_result_new (job);
  const guint8 *data;
  gsize len;

  if (side->fault != 0) {
    result->error = g_error_new_literal (LAN_FILE_ERROR, side->fault % LAN_FILE_ERROR_N, "wrong");
    side->fault = 0;
  } else if (job->type == LAN_FILE_JOB_OPEN_SOURCE || job->type == LAN_FILE_JOB_HASH_SOURCE) {
    fill_source (job, result);
  } else if (job->type == LAN_FILE_JOB_READ) {
    data = leaf_of (job, &len);
    result->bytes = g_bytes_new (data, len);
  } else if (job->type == LAN_FILE_JOB_WRITE) {
    g_assert (is_right (job)); /* every piece was opened, and is what was sealed */
  } else if (job->type == LAN_FILE_JOB_CHECK_TARGET) {
    result->bits = g_bytes_new ("\0", 1);
  }
  if (result->path == NULL)
    result->path = g_strdup ("/in/name");
  lan_transfers_job_done (side->t, result, f->now);
  lan_file_job_free (job);
}

/* -- the server -- */

static Blob *
find_blob (Fuzz *f, const LanHash *root)
{
  for (GList *l = f->blobs.head; l != NULL; l = l->next) {
    Blob *blob = l->data;

    if (lan_hash_equal (&blob->root, root))
      return blob;
  }
  return NULL;
}

static void
blob_free (gpointer data)
{
  Blob *blob = data;

  g_byte_array_unref (blob->data);
  g_free (blob);
}

static void
say_state (Fuzz *f, Side *side, Blob *blob)
{
  if (blob->data->len == blob->size)
    lan_transfers_blob_stored (side->t, &blob->root, f->now);
  else
    lan_transfers_blob_wanted (side->t, &blob->root, blob->data->len, f->now);
}

static void
put (Fuzz *f, Side *side, const LanTransferAction *action)
{
  Blob *blob = find_blob (f, &action->left.root);

  if (f->refusal != 0) {
    lan_transfers_blob_refused (side->t, &action->left.root,
                                f->refusal % 2 ? LAN_LEFT_TOO_BIG : LAN_LEFT_NO_ROOM, f->now);
    f->refusal = 0;
    return;
  }
  if (blob == NULL) {
    blob = g_new0 (Blob, 1);
    blob->root = action->left.root;
    blob->size = action->left.size;
    blob->data = g_byte_array_new ();
    g_queue_push_tail (&f->blobs, blob);
  }
  say_state (f, side, blob);
}

static void
take_data (Fuzz *f, Side *side, const LanTransferAction *action)
{
  Blob *blob = find_blob (f, &action->left.root);
  gsize len;
  const guint8 *data = g_bytes_get_data (action->left.bytes, &len);

  g_assert (len <= LAN_BLOB_PIECE_BYTES);
  if (f->lie % 8 == 6) {
    f->lie = 0; /* it goes away with this piece */
    return;
  }
  if (blob == NULL || action->left.offset != blob->data->len)
    return;
  g_byte_array_append (blob->data, data, (guint) len);
  say_state (f, side, blob);
}

static void
give_part (Fuzz *f, Side *side, const LanTransferAction *action)
{
  Blob *blob = find_blob (f, &action->left.root);
  g_autoptr (GBytes) part = NULL;
  guint64 at = action->left.offset;
  guint8 lie = f->lie % 8;
  guint8 *bytes;
  gsize len;

  f->lie = lie == 1 ? f->lie : 0;
  if (blob == NULL || blob->data->len < blob->size || at >= blob->size || lie == 4) {
    lan_transfers_blob_refused (side->t, &action->left.root, LAN_LEFT_GONE, f->now);
    return;
  }
  len = (gsize) MIN (LAN_BLOB_PIECE_BYTES, blob->size - at);
  bytes = g_memdup2 (blob->data->data + at, len);
  if (lie == 1 || lie == 2)
    bytes[len / 2] ^= 1;
  part = g_bytes_new_take (bytes, lie == 3 ? len / 2 : len);
  lan_transfers_blob_part (side->t, &blob->root, lie == 5 ? at + 1 : at, part,
                           lie == 7 ? blob->size + 1 : blob->size, f->now);
}

static void
drop (Fuzz *f, Side *side, const LanTransferAction *action)
{
  Blob *blob = find_blob (f, &action->left.root);

  if (blob != NULL) {
    g_queue_remove (&f->blobs, blob);
    blob_free (blob);
  }
  lan_transfers_blob_dropped (side->t, &action->left.root, f->now);
}

static void
write_letter (Fuzz *f, const LanTransferAction *action)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->id = action->id;
  letter->is_answer = action->left.what == LAN_LEFT_DO_ANSWER;
  letter->declined = action->left.declined;
  letter->root = action->left.root;
  memcpy (letter->key, action->left.key, sizeof letter->key);
  letter->size = action->left.size;
  letter->expires_ms = action->left.expires_ms;
  g_queue_push_tail (&f->letters, letter);
}

static void
keep_row (Side *side, LanTransferRow *row)
{
  LanTransferRow *kept = g_memdup2 (row, sizeof *row);

  g_hash_table_replace (side->rows, &kept->id, kept);
}

static void
read_left (Fuzz *f, Side *side, const Letter *letter, gboolean own)
{
  Lanyard__FileLeftOp op = LANYARD__FILE_LEFT_OP__INIT;
  LanAccountId author = account_of (0);
  LanTransferRow row = { 0 };

  op.root = (ProtobufCBinaryData){ LAN_HASH_BYTES, (guint8 *) letter->root.b };
  op.key = (ProtobufCBinaryData){ LAN_KEY_BYTES, (guint8 *) letter->key };
  op.size = letter->size;
  op.expires_ms = (guint64) letter->expires_ms;
  if (lan_transfers_on_left (side->t, &letter->id, &author, own, &op, f->now, &row))
    keep_row (side, &row);
}

static void
read_answer (Fuzz *f, Side *side, const Letter *letter, gboolean own, guint8 by)
{
  LanAccountId author = account_of (1);
  LanDeviceId device = { { by } };
  LanTransferRow row = { 0 };

  if (lan_transfers_on_answer (side->t, &letter->id, &author, &device, own, letter->declined,
                               f->now, &row))
    keep_row (side, &row);
}

static void
on_left (Fuzz *f, int who, const LanTransferAction *action)
{
  Side *side = &f->sides[who];

  switch (action->left.what) {
  case LAN_LEFT_DO_BEGIN:
    lan_transfers_left_begin (side->t, &action->id, f->devices, f->now);
    break;
  case LAN_LEFT_DO_PUT:
    put (f, side, action);
    break;
  case LAN_LEFT_DO_DATA:
    take_data (f, side, action);
    break;
  case LAN_LEFT_DO_GET:
    give_part (f, side, action);
    break;
  case LAN_LEFT_DO_DROP:
    drop (f, side, action);
    break;
  case LAN_LEFT_DO_TELL:
    write_letter (f, action);
    read_left (f, side, g_queue_peek_tail (&f->letters), TRUE);
    break;
  case LAN_LEFT_DO_ANSWER:
    write_letter (f, action);
    read_answer (f, side, g_queue_peek_tail (&f->letters), TRUE, 1);
    break;
  case LAN_LEFT_DO_STOP:
  default:
    break;
  }
}

/* -- actions -- */

static void
row_free (gpointer row)
{
  lan_transfer_row_clear (row);
  g_free (row);
}

static void
keep (Side *side, const GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++) {
    const LanChange *change = g_ptr_array_index (changes, i);
    LanTransferRow *row;

    if (change->type == LAN_CHANGE_TRANSFER_FORGET)
      g_hash_table_remove (side->rows, &change->transfer.id);
    if (change->type != LAN_CHANGE_TRANSFER)
      continue;
    row = g_new0 (LanTransferRow, 1);
    lan_transfer_row_copy (row, &change->transfer);
    g_hash_table_replace (side->rows, &row->id, row);
  }
}

static void
bring_offer (Fuzz *f, LanTransferAction *action)
{
  LanAccountId author = account_of (0);
  LanTransferOfferParts parts;
  Lanyard__FileOffer offer;

  lan_transfer_action_offer (action, &offer, &parts);
  g_assert (lan_transfers_offered (f->sides[1].t, &action->id, &conversation, &author, &offer,
                                   FALSE, f->now) < LAN_STATUS_N);
  lan_transfers_offer_sent (f->sides[0].t, &action->id, TRUE, f->now);
}

static void
carry_out (Fuzz *f, int who, LanTransferAction *action)
{
  Side *side = &f->sides[who];

  switch (action->type) {
  case LAN_TRANSFER_ACTION_SEND:
    g_assert (action->send.channel == f->channel); /* nothing is sent to the server's */
    if (f->is_joined && f->frames.length < 64)
      g_queue_push_tail (&f->frames, g_bytes_ref (action->send.frame));
    break;
  case LAN_TRANSFER_ACTION_JOB:
    if (action->job->type != LAN_FILE_JOB_CLOSE && action->job->type != LAN_FILE_JOB_DISCARD)
      g_queue_push_tail (&side->jobs, g_steal_pointer (&action->job));
    break;
  case LAN_TRANSFER_ACTION_COMMIT:
    keep (side, action->commit.changes);
    g_queue_push_tail (&side->batches,
                       g_memdup2 (&action->commit.batch, sizeof action->commit.batch));
    break;
  case LAN_TRANSFER_ACTION_OFFER:
    bring_offer (f, action);
    break;
  case LAN_TRANSFER_ACTION_LEFT:
    on_left (f, who, action);
    break;
  case LAN_TRANSFER_ACTION_EVENT:
  case LAN_TRANSFER_ACTION_SERVE:
  case LAN_TRANSFER_ACTION_CANCEL:
  case LAN_TRANSFER_ACTION_WANT:
  case LAN_TRANSFER_ACTION_TARGET:
  default:
    break;
  }
}

/* One thing of each kind; FALSE: there was none. */
static gboolean
settle_side (Fuzz *f, int who)
{
  Side *side = &f->sides[who];
  g_autofree guint64 *batch = NULL;
  LanTransferAction action;
  gboolean any = FALSE;
  LanFileJob *job;

  while (lan_transfers_next_action (side->t, &action)) {
    carry_out (f, who, &action);
    lan_transfer_action_clear (&action);
    any = TRUE;
  }
  batch = g_queue_pop_head (&side->batches);
  if (batch != NULL)
    lan_transfers_committed (side->t, *batch, side->fault != 255, f->now);
  job = g_queue_pop_head (&side->jobs);
  if (job != NULL)
    answer_job (f, side, job);
  if (lan_transfers_next_deadline (side->t) <= f->now.mono_us) {
    lan_transfers_advance (side->t, f->now);
    any = TRUE;
  }
  return any || batch != NULL || job != NULL;
}

static void
settle (Fuzz *f)
{
  for (guint i = 0; i < 600; i++) {
    gboolean any = settle_side (f, 0);

    if (!settle_side (f, 1) && !any)
      return;
  }
}

/* -- steps -- */

static void
command (Fuzz *f, int who, guint8 n, guint8 what)
{
  LanTransfers *t = f->sides[who].t;
  LanMessageId id = id_of (n);
  LanAccountId peer = account_of (1);

  switch (what % 8) {
  case 0:
  case 1:
    if (who == 0)
      (void) !lan_transfers_send (t, &id, &conversation, &peer, "/out/name", f->now);
    else
      (void) !lan_transfers_accept (t, &id, "/in", f->now);
    break;
  case 2:
    (void) !lan_transfers_decline (t, &id, f->now);
    break;
  case 3:
    (void) !lan_transfers_cancel (t, &id, f->now);
    break;
  case 4:
    (void) !lan_transfers_pause (t, &id, f->now);
    break;
  case 5:
    (void) !lan_transfers_resume (t, &id, f->now);
    break;
  case 6:
    if (lan_transfers_get (t, &id) != NULL)
      g_assert ((guint) lan_transfers_left (t, &id) < LAN_LEFT_N);
    break;
  default:
    lan_transfers_forget (t, &id, f->now);
    break;
  }
}

static void
server (Fuzz *f, int who, guint8 how)
{
  static const guint64 most[] = { 0, 1000, 64 << 20, 64 << 20 };

  lan_transfers_set_server (f->sides[who].t, (how & 4) != 0, most[how & 3], LIFE_MS, f->now);
}

static void
pass_time (Fuzz *f, guint8 a, guint8 b)
{
  gint64 us = a == 255 ? (gint64) b * 86400 * G_USEC_PER_SEC : (gint64) a * b * 2000;

  f->now.mono_us += us;
  f->now.wall_ms += us / 1000;
}

static void
join (Fuzz *f, guint8 how)
{
  LanAccountId a = account_of (0), b = account_of (1);
  LanTransferCarrier carries = (how & 1) != 0 ? LAN_CARRIES_STATES : LAN_CARRIES_BLOCKS;

  f->is_joined = !f->is_joined;
  if (!f->is_joined) {
    lan_transfers_channel_down (f->sides[0].t, f->channel, f->now);
    lan_transfers_channel_down (f->sides[1].t, f->channel, f->now);
    return;
  }
  f->channel++;
  lan_transfers_channel_up (f->sides[0].t, f->channel, &b, carries, 4 << 20, f->now);
  lan_transfers_channel_up (f->sides[1].t, f->channel, &a, carries, 4 << 20, f->now);
}

/* What either side said reaches both: a frame in the wrong direction is one more lie. */
static void
bring_frames (Fuzz *f)
{
  GBytes *bytes;

  while ((bytes = g_queue_pop_head (&f->frames)) != NULL) {
    for (int i = 0; f->is_joined && i < 2; i++) {
      g_autoptr (LanFrame) frame = NULL;

      g_assert (lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                  &frame) == LAN_STATUS_OK);
      (void) !lan_transfers_frame (f->sides[i].t, f->channel, frame, f->now);
    }
    g_bytes_unref (bytes);
  }
}

/* The oldest letter, as it was written or changed; @how & 8: it comes again later. */
static void
bring_letter (Fuzz *f, guint8 how, guint8 by)
{
  Letter *letter = g_queue_pop_head (&f->letters);

  if (letter == NULL)
    return;
  if ((how & 1) != 0)
    letter->root.b[by % LAN_HASH_BYTES] ^= 1;
  if ((how & 2) != 0)
    letter->key[by % LAN_KEY_BYTES] ^= 1;
  if ((how & 4) != 0)
    letter->size = by < 128 ? by * G_GUINT64_CONSTANT (0x3fffffff) : letter->size + by;
  if (letter->is_answer)
    read_answer (f, &f->sides[(how & 16) == 0 ? 0 : 1], letter, FALSE, by);
  else
    read_left (f, &f->sides[(how & 16) == 0 ? 1 : 0], letter, FALSE);
  if ((how & 8) != 0)
    g_queue_push_tail (&f->letters, letter);
  else
    g_free (letter);
}

/* The server says something that nobody asked for. */
static void
volunteer (Fuzz *f, int who, guint8 what, guint8 n)
{
  LanTransfers *t = f->sides[who].t;
  Blob *blob = g_queue_peek_nth (&f->blobs, n % 4);
  LanHash root = blob != NULL ? blob->root : (LanHash){ { n } };
  g_autoptr (GBytes) part = g_bytes_new_static (content, n * 100u);

  switch (what % 5) {
  case 0:
    lan_transfers_blob_wanted (t, &root, (guint64) (n / 4) * LAN_BLOB_PIECE_BYTES + what / 128u,
                               f->now);
    break;
  case 1:
    lan_transfers_blob_stored (t, &root, f->now);
    break;
  case 2:
    lan_transfers_blob_refused (t, &root, (LanLeftState) (LAN_LEFT_TOO_BIG + n / 4 % 5), f->now);
    break;
  case 3:
    lan_transfers_blob_part (t, &root, (guint64) (n / 4) * LAN_BLOB_PIECE_BYTES, part,
                             blob != NULL ? blob->size : 1, f->now);
    break;
  default:
    lan_transfers_blob_dropped (t, &root, f->now);
    break;
  }
}

static void
start (Fuzz *f, int who)
{
  Side *side = &f->sides[who];
  const LanTransfersConfig config = { .self = account_of (who), .random = &f->random.base };
  LanTransferRow *row;
  GHashTableIter iter;

  g_clear_pointer (&side->t, lan_transfers_free);
  g_queue_clear_full (&side->jobs, (GDestroyNotify) lan_file_job_free);
  g_queue_clear_full (&side->batches, g_free);
  side->t = lan_transfers_new (&config);
  g_hash_table_iter_init (&iter, side->rows);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &row))
    lan_transfers_load (side->t, row, f->now);
}

static void
restart (Fuzz *f, int who)
{
  if (f->is_joined)
    join (f, 0);
  start (f, who);
  lan_transfers_set_server (f->sides[who].t, TRUE, 64 << 20, LIFE_MS, f->now);
}

static void
step (Fuzz *f)
{
  guint8 op = lan_read_u8 (&f->script);
  guint8 a = lan_read_u8 (&f->script);
  guint8 b = lan_read_u8 (&f->script);
  int who = op >= 128;

  switch (op % 11) {
  case 0:
  case 1:
    command (f, who, a, b);
    break;
  case 2:
    server (f, who, a);
    break;
  case 3:
  case 4:
    pass_time (f, a, b);
    break;
  case 5:
    join (f, a);
    break;
  case 6:
    bring_letter (f, a, b);
    break;
  case 7:
    f->lie = a;
    f->refusal = b;
    break;
  case 8:
    volunteer (f, who, a, b);
    break;
  case 9:
    restart (f, who);
    break;
  default:
    f->sides[who].fault = a;
    f->devices = b % 20;
    break;
  }
}

static void
end (Fuzz *f)
{
  for (int i = 0; i < 2; i++) {
    lan_transfers_free (f->sides[i].t);
    g_queue_clear_full (&f->sides[i].jobs, (GDestroyNotify) lan_file_job_free);
    g_queue_clear_full (&f->sides[i].batches, g_free);
    g_hash_table_unref (f->sides[i].rows);
  }
  g_queue_clear_full (&f->blobs, blob_free);
  g_queue_clear_full (&f->letters, g_free);
  g_queue_clear_full (&f->frames, (GDestroyNotify) g_bytes_unref);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Fuzz f = { .now = { .mono_us = 1000000, .wall_ms = 1700000000000 }, .devices = 1 };

  for (gsize i = 0; i < sizeof content; i++)
    content[i] = (guint8) (i * 7 + i / 251);
  lan_seeded_random_init (&f.random, 1);
  for (int i = 0; i < 2; i++) {
    f.sides[i].rows =
        g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL, row_free);
    start (&f, i);
    lan_transfers_set_server (f.sides[i].t, TRUE, 64 << 20, LIFE_MS, f.now);
  }
  lan_reader_init (&f.script, data, size);
  for (guint i = 0; i < MAX_STEPS && lan_reader_left (&f.script) > 0; i++) {
    step (&f);
    bring_frames (&f);
    settle (&f);
  }
  end (&f);
  return 0;
}
