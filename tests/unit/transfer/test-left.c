/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Left with the server: a server in memory that keeps blobs as the real one does, and can be made to lie. Records
 * reach whoever runs, and wait for whoever does not.
 */
#include "test-transfer.h"
#include "transfer-world.h"

#include "lan-blob.h"
#include "lan-tree-hash.h"

#include <string.h>

#define LEAF    ((gsize) LAN_TREE_LEAF_BYTES)
#define LIFE_MS (5 * G_GINT64_CONSTANT (86400000)) /* for which the server keeps it */

typedef enum { HONEST, FLIPPED, SWAPPED, SHORTER, OTHER_SIZE } Lie;

typedef struct {
  LanHash root;
  guint64 size;
  GByteArray *data;
  gboolean is_complete;
  int owner;
} Blob;

typedef struct {
  int to;
  LanMessageId id;
  LanAccountId author;
  LanDeviceId device;
  gboolean is_answer;
  gboolean declined;
  Lanyard__FileLeftOp op;
  LanHash root;
  guint8 key[32];
} Letter;

typedef struct {
  World *w;
  GPtrArray *blobs;
  GPtrArray *letters;
  guint64 max, quota;
  guint devices; /* of everybody */
  guint n_data, n_parts;
  guint stop_after; /* pieces that it takes before it goes away; 0: never */
  guint cut_after;  /* pieces that it gives before it is mute; 0: never */
  gboolean forgets; /* says that it has nothing, whatever it was given */
  Lie lie;
} Server;

static void
blob_free (gpointer data)
{
  Blob *blob = data;

  g_byte_array_unref (blob->data);
  g_free (blob);
}

static Blob *
find (Server *s, const LanHash *root)
{
  for (guint i = 0; i < s->blobs->len; i++) {
    Blob *blob = g_ptr_array_index (s->blobs, i);

    if (lan_hash_equal (&blob->root, root))
      return blob;
  }
  return NULL;
}

static void
keep (Peer *p, LanTransferRow *row)
{
  g_hash_table_replace (p->rows, g_memdup2 (&row->id, sizeof row->id),
                        g_memdup2 (row, sizeof *row));
}

static void
read_letter (World *w, const Letter *letter, gboolean own)
{
  Peer *p = &w->peers[letter->to];
  LanTransferRow row = { 0 };
  gboolean taken = letter->is_answer ? lan_transfers_on_answer (p->t, &letter->id, &letter->author,
                                                                &letter->device, own,
                                                                letter->declined, w->now, &row)
                                     : lan_transfers_on_left (p->t, &letter->id, &letter->author,
                                                              own, &letter->op, w->now, &row);

  if (taken)
    keep (p, &row);
}

/* To whoever wrote it first, as it comes back from their own store. */
static void
post (Server *s, int from, const LanTransferAction *action, gboolean is_answer)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->id = action->id;
  letter->author = s->w->peers[from].account;
  letter->device.b[0] = (guint8) (from + 1);
  letter->is_answer = is_answer;
  letter->declined = action->left.declined;
  letter->root = action->left.root;
  memcpy (letter->key, action->left.key, sizeof letter->key);
  lanyard__file_left_op__init (&letter->op);
  letter->op.root = (ProtobufCBinaryData){ sizeof letter->root.b, letter->root.b };
  letter->op.key = (ProtobufCBinaryData){ sizeof letter->key, letter->key };
  letter->op.size = action->left.size;
  letter->op.expires_ms = (guint64) action->left.expires_ms;
  letter->to = from;
  read_letter (s->w, letter, TRUE);
  for (int i = 0; i < WORLD_PEERS; i++) {
    if (lan_account_id_equal (&s->w->peers[i].account, &action->peer))
      letter->to = i;
  }
  g_ptr_array_add (s->letters, letter);
}

static void
bring (Server *s)
{
  for (guint i = 0; i < s->letters->len;) {
    Letter *letter = g_ptr_array_index (s->letters, i);

    if (s->w->peers[letter->to].t == NULL) {
      i++;
      continue;
    }
    read_letter (s->w, letter, FALSE);
    world_settle (s->w, letter->to);
    g_ptr_array_remove_index (s->letters, i);
  }
}

static void
put (Server *s, int peer, const LanTransferAction *action)
{
  LanTransfers *t = s->w->peers[peer].t;
  Blob *blob = find (s, &action->left.root);
  guint64 all = action->left.size;

  for (guint i = 0; i < s->blobs->len; i++)
    all += ((Blob *) g_ptr_array_index (s->blobs, i))->size;
  if (blob == NULL && (action->left.size > s->max || all > s->quota)) {
    lan_transfers_blob_refused (t, &action->left.root,
                                action->left.size > s->max ? LAN_LEFT_TOO_BIG : LAN_LEFT_NO_ROOM,
                                s->w->now);
    return;
  }
  if (blob == NULL) {
    blob = g_new0 (Blob, 1);
    blob->root = action->left.root;
    blob->size = action->left.size;
    blob->data = g_byte_array_new ();
    blob->owner = peer;
    g_ptr_array_add (s->blobs, blob);
  }
  if (blob->is_complete)
    lan_transfers_blob_stored (t, &blob->root, s->w->now);
  else
    lan_transfers_blob_wanted (t, &blob->root, blob->data->len, s->w->now);
}

static void
take_data (Server *s, int peer, const LanTransferAction *action)
{
  LanTransfers *t = s->w->peers[peer].t;
  Blob *blob = find (s, &action->left.root);
  gsize len;
  const guint8 *data = g_bytes_get_data (action->left.bytes, &len);
  g_autoptr (LanTree) tree = lan_tree_new (LAN_BLOB_PIECE_BYTES);
  LanHash root;

  g_assert_nonnull (blob);
  s->n_data++;
  if (s->stop_after != 0 && s->n_data > s->stop_after)
    return; /* it is gone, and what it was given with it */
  if (s->forgets) {
    lan_transfers_blob_wanted (t, &blob->root, s->n_data % 2 * LAN_BLOB_PIECE_BYTES, s->w->now);
    return;
  }
  g_assert_cmpuint (action->left.offset, ==, blob->data->len);
  g_assert_cmpuint (len, ==, MIN (LAN_BLOB_PIECE_BYTES, blob->size - blob->data->len));
  g_byte_array_append (blob->data, data, (guint) len);
  if (blob->data->len < blob->size) {
    lan_transfers_blob_wanted (t, &blob->root, blob->data->len, s->w->now);
    return;
  }
  lan_tree_update (tree, blob->data->data, blob->data->len);
  g_assert_cmpint (lan_tree_root (tree, &root), ==, LAN_STATUS_OK);
  g_assert_true (lan_hash_equal (&root, &blob->root));
  blob->is_complete = TRUE;
  lan_transfers_blob_stored (t, &blob->root, s->w->now);
}

static void
give_part (Server *s, int peer, const LanTransferAction *action)
{
  LanTransfers *t = s->w->peers[peer].t;
  Blob *blob = find (s, &action->left.root);
  g_autoptr (GBytes) part = NULL;
  guint64 from = action->left.offset;
  guint8 *bytes;
  gsize len;

  if (blob == NULL || !blob->is_complete) {
    lan_transfers_blob_refused (t, &action->left.root, LAN_LEFT_GONE, s->w->now);
    return;
  }
  if (s->cut_after != 0 && s->n_parts == s->cut_after)
    return;
  s->n_parts++;
  if (s->lie == SWAPPED && blob->size > 2 * LAN_BLOB_PIECE_BYTES)
    from = from == 0 ? LAN_BLOB_PIECE_BYTES : 0;
  len = MIN (LAN_BLOB_PIECE_BYTES, blob->size - from);
  bytes = g_memdup2 (blob->data->data + from, len);
  if (s->lie == FLIPPED)
    bytes[len / 2] ^= 1;
  part = g_bytes_new_take (bytes, s->lie == SHORTER ? len - 1 : len);
  lan_transfers_blob_part (t, &blob->root, action->left.offset, part,
                           s->lie == OTHER_SIZE ? blob->size + 1 : blob->size, s->w->now);
}

static void
drop (Server *s, int peer, const LanTransferAction *action)
{
  Blob *blob = find (s, &action->left.root);

  if (blob != NULL) {
    g_assert_cmpint (blob->owner, ==, peer);
    g_ptr_array_remove (s->blobs, blob);
  }
  lan_transfers_blob_dropped (s->w->peers[peer].t, &action->left.root, s->w->now);
}

static void
on_left (World *w, int peer, const LanTransferAction *action, gpointer data)
{
  Server *s = data;

  switch (action->left.what) {
  case LAN_LEFT_DO_BEGIN:
    lan_transfers_left_begin (w->peers[peer].t, &action->id, s->devices, w->now);
    break;
  case LAN_LEFT_DO_PUT:
    put (s, peer, action);
    break;
  case LAN_LEFT_DO_DATA:
    take_data (s, peer, action);
    break;
  case LAN_LEFT_DO_GET:
    give_part (s, peer, action);
    break;
  case LAN_LEFT_DO_DROP:
    drop (s, peer, action);
    break;
  case LAN_LEFT_DO_TELL:
  case LAN_LEFT_DO_ANSWER:
    post (s, peer, action, action->left.what == LAN_LEFT_DO_ANSWER);
    break;
  case LAN_LEFT_DO_STOP:
  default:
    break;
  }
}

static void
server_up (Server *s, int peer, gboolean is_up)
{
  lan_transfers_set_server (s->w->peers[peer].t, is_up, s->max, LIFE_MS, s->w->now);
  world_settle (s->w, peer);
}

static void
start (Server *s, int peer)
{
  world_start (s->w, peer);
  bring (s);
  server_up (s, peer, TRUE);
}

/* Peer 0 has a file, peer 1 is away. */
static Server *
server_new (guint64 seed, gsize size)
{
  Server *s = g_new0 (Server, 1);

  s->w = world_new (seed);
  s->blobs = g_ptr_array_new_with_free_func (blob_free);
  s->letters = g_ptr_array_new_with_free_func (g_free);
  s->max = 8 << 20;
  s->quota = 16 << 20;
  s->devices = 1;
  s->w->left = on_left;
  s->w->left_data = s;
  world_make_file (s->w, 0, "/out/paper.pdf", size);
  world_kill (s->w, 1);
  server_up (s, 0, TRUE);
  return s;
}

static void
server_free (Server *s)
{
  world_free (s->w);
  g_ptr_array_unref (s->blobs);
  g_ptr_array_unref (s->letters);
  g_free (s);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)

static LanLeftState
left (Server *s, int peer)
{
  LanMessageId id = world_id (1);

  return lan_transfers_left (s->w->peers[peer].t, &id);
}

static void
offer (Server *s)
{
  world_offer (s->w, 0, 1, 1, "/out/paper.pdf");
  world_run (s->w, 30);
}

static void
accept (Server *s)
{
  LanMessageId id = world_id (1);

  g_assert_true (lan_transfers_accept (s->w->peers[1].t, &id, "/in", s->w->now));
  world_settle (s->w, 1);
}

static void
assert_same (Server *s)
{
  GByteArray *out = world_file (s->w, 0, "/out/paper.pdf");
  GByteArray *in = world_file (s->w, 1, "/in/paper.pdf");

  g_assert_cmpmem (in->data, in->len, out->data, out->len);
  g_assert_false (g_hash_table_contains (s->w->peers[1].files, "/in/paper.pdf+"));
}

/* The two never run at the same time, and it arrives once. */
static void
check_size (gsize size)
{
  g_autoptr (Server) s = server_new (size + 1, size);
  LanMessageId id = world_id (1);

  offer (s);
  g_assert_cmpint (left (s, 0), ==, LAN_LEFT_THERE);
  g_assert_cmpuint (s->blobs->len, ==, 1);
  world_kill (s->w, 0);
  start (s, 1);
  g_assert_cmpint (left (s, 1), ==, LAN_LEFT_THERE);
  accept (s);
  world_run_until (s->w, 1, &id, LAN_TRANSFER_DONE);
  world_run (s->w, 5);
  assert_same (s);
  g_assert_cmpint (left (s, 1), ==, LAN_LEFT_ANSWERED);
  g_assert_cmpuint (s->blobs->len, ==, 1);
  world_kill (s->w, 1);
  start (s, 0);
  world_run (s->w, 5);
  g_assert_cmpint (world_state (s->w, 0, &id), ==, LAN_TRANSFER_DONE);
  g_assert_cmpint (left (s, 0), ==, LAN_LEFT_OVER);
  g_assert_cmpuint (s->blobs->len, ==, 0);
}

static void
test_sizes (void)
{
  static const gsize sizes[] = {
    0, 1, 255, LAN_BLOB_PLAIN_BYTES - 32, LAN_BLOB_PLAIN_BYTES, LEAF, LEAF + 1, 5 * LEAF + 777
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    check_size (sizes[i]);
}

/* The server goes away in mid upload, and so does the sender: what is there already is not sent again. */
static void
test_resume (void)
{
  g_autoptr (Server) s = server_new (3, 6 * LEAF);
  guint pieces;
  LanHash root;

  s->stop_after = 17;
  offer (s);
  g_assert_cmpint (left (s, 0), ==, LAN_LEFT_SENDING);
  root = ((Blob *) g_ptr_array_index (s->blobs, 0))->root;
  server_up (s, 0, FALSE);
  world_kill (s->w, 0);
  s->stop_after = 0;
  start (s, 0);
  world_run (s->w, 20);
  g_assert_cmpint (left (s, 0), ==, LAN_LEFT_THERE);
  g_assert_cmpuint (s->blobs->len, ==, 1);
  g_assert_true (lan_hash_equal (&((Blob *) g_ptr_array_index (s->blobs, 0))->root, &root));
  pieces = (guint) lan_blob_pieces (((Blob *) g_ptr_array_index (s->blobs, 0))->size);
  g_assert_cmpuint (s->n_data, ==, pieces + 1);
}

/* Who fetches goes away in the middle, and goes on where it was. */
static void
test_fetch_resumes (void)
{
  g_autoptr (Server) s = server_new (4, 12 * LEAF);
  LanMessageId id = world_id (1);
  guint before;

  offer (s);
  world_kill (s->w, 0);
  start (s, 1);
  s->w->peers[1].disk_us = 400000;
  accept (s);
  for (guint i = 0; i < 400 && lan_transfers_get (s->w->peers[1].t, &id)->done < 4 * LEAF; i++)
    world_run (s->w, 0.2);
  g_assert_cmpint (world_state (s->w, 1, &id), ==, LAN_TRANSFER_RUNNING);
  world_run (s->w, 4); /* what is here is synced and said in the row */
  before = s->n_parts;
  world_kill (s->w, 1);
  start (s, 1);
  world_run_until (s->w, 1, &id, LAN_TRANSFER_DONE);
  assert_same (s);
  g_assert_cmpuint (s->n_parts - before, <,
                    lan_blob_pieces (((Blob *) g_ptr_array_index (s->blobs, 0))->size) * 3 / 4);
}

/* The sender comes up while it is being fetched: the rest comes from there, and nothing comes twice. */
static void
test_direct (void)
{
  g_autoptr (Server) s = server_new (5, 12 * LEAF);
  LanMessageId id = world_id (1);

  offer (s);
  world_kill (s->w, 0);
  start (s, 1);
  s->cut_after = 4 * LEAF / LAN_BLOB_PLAIN_BYTES;
  accept (s);
  world_run (s->w, 5);
  g_assert_cmpuint (s->n_parts, ==, s->cut_after);
  g_assert_cmpuint (lan_transfers_get (s->w->peers[1].t, &id)->done, >=, 3 * LEAF);
  start (s, 0);
  world_join (s->w, 0, 1, TRUE);
  world_run_until (s->w, 1, &id, LAN_TRANSFER_DONE);
  world_run_until (s->w, 0, &id, LAN_TRANSFER_DONE);
  world_run (s->w, 2);
  assert_same (s);
  g_assert_cmpuint (s->w->peers[1].n_jobs[LAN_FILE_JOB_WRITE], ==, 12);
  g_assert_cmpuint (s->w->peers[0].served, >, LEAF);
  g_assert_cmpuint (s->blobs->len, ==, 0);
}

/* Whatever the server makes of it, nothing of that is kept, and it comes from the sender in the end. */
static void
test_lies (void)
{
  for (Lie lie = FLIPPED; lie <= OTHER_SIZE; lie++) {
    g_autoptr (Server) s = server_new (6, 3 * LEAF);
    LanMessageId id = world_id (1);

    offer (s);
    world_kill (s->w, 0);
    start (s, 1);
    s->lie = lie;
    accept (s);
    world_run (s->w, 30);
    g_assert_cmpint (left (s, 1), ==, LAN_LEFT_BROKEN);
    g_assert_cmpint (world_state (s->w, 1, &id), ==, LAN_TRANSFER_ACCEPTED);
    g_assert_cmpuint (s->w->peers[1].n_jobs[LAN_FILE_JOB_WRITE], ==, 0);
    start (s, 0);
    world_join (s->w, 0, 1, TRUE);
    world_run_until (s->w, 1, &id, LAN_TRANSFER_DONE);
    assert_same (s);
  }
}

static void
test_gone (void)
{
  g_autoptr (Server) s = server_new (7, LEAF);
  LanMessageId id = world_id (1);

  offer (s);
  world_kill (s->w, 0);
  g_ptr_array_set_size (s->blobs, 0);
  start (s, 1);
  accept (s);
  world_run (s->w, 10);
  g_assert_cmpint (left (s, 1), ==, LAN_LEFT_GONE);
  g_assert_cmpint (world_state (s->w, 1, &id), ==, LAN_TRANSFER_ACCEPTED);
  start (s, 0);
  world_join (s->w, 0, 1, TRUE);
  world_run_until (s->w, 1, &id, LAN_TRANSFER_DONE);
}

static void
test_too_big (void)
{
  g_autoptr (Server) s = server_new (8, 9 << 20);

  offer (s);
  g_assert_cmpint (left (s, 0), ==, LAN_LEFT_TOO_BIG);
  g_assert_cmpuint (s->n_data, ==, 0);
  s->max = 16 << 20; /* the administrator changed that */
  s->quota = 64 << 20;
  server_up (s, 0, TRUE);
  world_run (s->w, 30);
  g_assert_cmpint (left (s, 0), ==, LAN_LEFT_THERE);
}

/* Of two there is room for one; the other goes there when the first was fetched. */
static void
test_no_room (void)
{
  g_autoptr (Server) s = server_new (9, 3 << 20);
  LanMessageId id = world_id (1), second = world_id (2);

  s->quota = 4 << 20;
  offer (s);
  world_make_file (s->w, 0, "/out/second", 2 << 20);
  world_offer (s->w, 0, 1, 2, "/out/second");
  world_run (s->w, 30);
  g_assert_cmpint (lan_transfers_left (s->w->peers[0].t, &second), ==, LAN_LEFT_NO_ROOM);
  start (s, 1);
  accept (s);
  world_run_until (s->w, 1, &id, LAN_TRANSFER_DONE);
  world_run (s->w, 2);
  bring (s);
  world_run (s->w, 20);
  g_assert_cmpint (world_state (s->w, 0, &id), ==, LAN_TRANSFER_DONE);
  g_assert_cmpint (lan_transfers_left (s->w->peers[0].t, &second), ==, LAN_LEFT_THERE);
}

/* A server that says again and again that it has nothing is not served for ever. */
static void
test_forgets (void)
{
  g_autoptr (Server) s = server_new (10, 6 * LEAF);

  s->forgets = TRUE;
  offer (s);
  g_assert_cmpint (left (s, 0), ==, LAN_LEFT_NO_ROOM);
  g_assert_cmpuint (s->n_data, <, 100);
}

static void
test_cancelled (void)
{
  g_autoptr (Server) s = server_new (11, 2 * LEAF);
  LanMessageId id = world_id (1);

  offer (s);
  g_assert_cmpuint (s->blobs->len, ==, 1);
  g_assert_true (lan_transfers_cancel (s->w->peers[0].t, &id, s->w->now));
  world_settle (s->w, 0);
  world_run (s->w, 2);
  g_assert_cmpuint (s->blobs->len, ==, 0);
  g_assert_cmpint (left (s, 0), ==, LAN_LEFT_OVER);
}

static void
test_declined (void)
{
  g_autoptr (Server) s = server_new (12, 2 * LEAF);
  LanMessageId id = world_id (1);

  offer (s);
  start (s, 1);
  g_assert_true (lan_transfers_decline (s->w->peers[1].t, &id, s->w->now));
  world_settle (s->w, 1);
  world_run (s->w, 2);
  bring (s);
  world_run (s->w, 2);
  g_assert_cmpint (world_state (s->w, 0, &id), ==, LAN_TRANSFER_DECLINED);
  g_assert_cmpuint (s->blobs->len, ==, 0);
}

/* One of two devices has it: the other one has a week. */
static void
test_devices (void)
{
  for (int answers = 1; answers <= 2; answers++) {
    g_autoptr (Server) s = server_new (13, LEAF);
    LanMessageId id = world_id (1);
    LanDeviceId other = { { 99 } };
    LanTransferRow row = { 0 };

    s->devices = 2;
    offer (s);
    start (s, 1);
    accept (s);
    world_run_until (s->w, 1, &id, LAN_TRANSFER_DONE);
    world_run (s->w, 2);
    bring (s);
    world_run (s->w, 2);
    g_assert_cmpint (world_state (s->w, 0, &id), ==, LAN_TRANSFER_DONE);
    g_assert_cmpuint (s->blobs->len, ==, 1);
    if (answers == 2) {
      g_assert_true (lan_transfers_on_answer (s->w->peers[0].t, &id, &s->w->peers[1].account,
                                              &other, FALSE, FALSE, s->w->now, &row));
      lan_transfer_row_clear (&row);
      world_settle (s->w, 0);
      world_run (s->w, 2);
    } else {
      s->w->now.wall_ms += LAN_LEFT_KEEP_MS;
      s->w->now.mono_us += LAN_LEFT_KEEP_MS * 1000;
      world_run (s->w, 2);
    }
    g_assert_cmpuint (s->blobs->len, ==, 0);
  }
}

static void
test_expired (void)
{
  g_autoptr (Server) s = server_new (14, LEAF);
  LanMessageId id = world_id (1);

  offer (s);
  s->w->now.wall_ms += LIFE_MS;
  s->w->now.mono_us += LIFE_MS * 1000;
  world_run (s->w, 2);
  g_assert_cmpint (left (s, 0), ==, LAN_LEFT_EXPIRED);
  g_assert_cmpint (world_state (s->w, 0, &id), ==, LAN_TRANSFER_OFFERED);
  g_ptr_array_set_size (s->blobs, 0);
  start (s, 1);
  world_run (s->w, 2);
  g_assert_cmpint (left (s, 1), ==, LAN_LEFT_EXPIRED);
}

/* Under a key there is never another content: what was changed meanwhile is not sealed. */
static void
test_changed (void)
{
  g_autoptr (Server) s = server_new (15, 6 * LEAF);
  LanMessageId id = world_id (1);
  guint before;

  s->stop_after = 9;
  offer (s);
  world_file (s->w, 0, "/out/paper.pdf")->data[3 * LEAF]++;
  s->stop_after = 0;
  before = s->n_data;
  server_up (s, 0, FALSE);
  server_up (s, 0, TRUE);
  world_run (s->w, 30);
  g_assert_cmpint (world_state (s->w, 0, &id), ==, LAN_TRANSFER_FAILED);
  g_assert_cmpstr (world_error (s->w, 0, &id), ==, "source-changed");
  g_assert_cmpuint (s->n_data - before, <=, 3 * LEAF / LAN_BLOB_PLAIN_BYTES + 1);
  g_assert_cmpuint (s->blobs->len, ==, 0);
}

/* Nobody leaves anything for somebody who is there, and what was begun is stopped. */
static void
test_there (void)
{
  g_autoptr (Server) s = server_new (16, 4 * LEAF);

  world_start (s->w, 1);
  world_join (s->w, 0, 1, FALSE);
  offer (s);
  g_assert_cmpint (left (s, 0), ==, LAN_LEFT_NONE);
  g_assert_cmpuint (s->n_data, ==, 0);
  world_kill (s->w, 1);
  s->devices = 0; /* and not at the server */
  world_run (s->w, 60);
  g_assert_cmpint (left (s, 0), ==, LAN_LEFT_NONE);
}

/* What a record says is not believed: sizes that cannot be, other people's offers. */
static void
test_hostile (void)
{
  g_autoptr (Server) s = server_new (17, LEAF);
  static const guint64 sizes[] = { 1, 16, 4096, G_GUINT64_CONSTANT (1) << 39, G_MAXUINT64 };
  Lanyard__FileLeftOp op = LANYARD__FILE_LEFT_OP__INIT;
  LanMessageId id = world_id (1);
  LanTransferRow row = { 0 };
  guint8 bytes[32] = { 1 };

  s->devices = 0;
  offer (s);
  start (s, 1);
  accept (s);
  op.key = (ProtobufCBinaryData){ sizeof bytes, bytes };
  op.root = (ProtobufCBinaryData){ sizeof bytes, bytes };
  op.expires_ms = (guint64) s->w->now.wall_ms + 1000000;
  op.size = 300000;
  g_assert_false (lan_transfers_on_left (s->w->peers[1].t, &id, &s->w->peers[2].account, FALSE, &op,
                                         s->w->now, &row));
  g_assert_false (lan_transfers_on_answer (s->w->peers[0].t, &id, &s->w->peers[2].account,
                                           &(LanDeviceId){ { 1 } }, FALSE, FALSE, s->w->now, &row));
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    bytes[1]++;
    op.size = sizes[i];
    g_assert_true (lan_transfers_on_left (s->w->peers[1].t, &id, &s->w->peers[0].account, FALSE,
                                          &op, s->w->now, &row));
    lan_transfer_row_clear (&row);
    world_settle (s->w, 1);
    world_run (s->w, 10);
    g_assert_cmpint (left (s, 1), ==, LAN_LEFT_BROKEN);
  }
  g_assert_cmpint (world_state (s->w, 1, &id), ==, LAN_TRANSFER_ACCEPTED);
}

void
add_left_tests (void)
{
  g_test_add_func ("/transfer/left/sizes", test_sizes);
  g_test_add_func ("/transfer/left/resume", test_resume);
  g_test_add_func ("/transfer/left/fetch-resumes", test_fetch_resumes);
  g_test_add_func ("/transfer/left/direct", test_direct);
  g_test_add_func ("/transfer/left/lies", test_lies);
  g_test_add_func ("/transfer/left/gone", test_gone);
  g_test_add_func ("/transfer/left/too-big", test_too_big);
  g_test_add_func ("/transfer/left/no-room", test_no_room);
  g_test_add_func ("/transfer/left/forgets", test_forgets);
  g_test_add_func ("/transfer/left/cancelled", test_cancelled);
  g_test_add_func ("/transfer/left/declined", test_declined);
  g_test_add_func ("/transfer/left/devices", test_devices);
  g_test_add_func ("/transfer/left/expired", test_expired);
  g_test_add_func ("/transfer/left/changed", test_changed);
  g_test_add_func ("/transfer/left/there", test_there);
  g_test_add_func ("/transfer/left/hostile", test_hostile);
}
