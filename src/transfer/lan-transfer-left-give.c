/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Leaving something with the server: the source is read leaf by leaf, cut into pieces and sealed. Once to learn what
 * the blob is called, which its row keeps, then again for the server, a piece at a time and only what it asks for.
 * Every leaf is checked against its hash before it is sealed: under one key there is never another content.
 */
#include "lan-transfers-private.h"

#include "lan-blob.h"
#include "lan-tree-hash.h"

#include <string.h>

struct _LanLeftGive {
  LanLeftPlan plan; /* .starts NULL: not made yet */
  LanTree *tree;    /* SEALING: of the pieces */
  guint64 piece;    /* that .buf becomes */
  gsize fill;
  guint64 leaf; /* that .bytes are, or that is being read */
  GBytes *bytes;
  gboolean is_reading;
  gboolean is_put;    /* the server was told of it */
  gboolean is_wanted; /* it waits for .piece */
  guint64 last;       /* piece wanted last */
  guint restarts;
  guint8 buf[LAN_BLOB_PLAIN_BYTES];
};

static void
give_new (LanTransfers *t, LanTransferOne *one)
{
  one->give = g_new0 (LanLeftGive, 1);
  t->n_giving++;
}

void
lan_left_give_start (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->give != NULL)
    return;
  give_new (t, one);
  one->give->tree = lan_tree_new (LAN_BLOB_PIECE_BYTES);
  lan_left_give_step (t, one, now);
}

void
lan_left_give_stop (LanTransfers *t, LanTransferOne *one)
{
  LanLeftGive *give = g_steal_pointer (&one->give);

  if (give == NULL)
    return;
  if (t != NULL)
    t->n_giving--;
  if (t != NULL && give->is_put)
    lan_left_push (t, one, LAN_LEFT_DO_STOP);
  lan_left_plan_clear (&give->plan);
  g_clear_pointer (&give->tree, lan_tree_free);
  g_clear_pointer (&give->bytes, g_bytes_unref);
  g_free (give);
}

void
lan_left_give_closed (LanTransferOne *one)
{
  if (one->give != NULL)
    one->give->is_reading = FALSE;
}

void
lan_left_give_put (LanTransfers *t, LanTransferOne *one)
{
  if (one->give == NULL)
    give_new (t, one);
  if (one->give->is_put)
    return;
  one->give->is_put = TRUE;
  lan_left_push (t, one, LAN_LEFT_DO_PUT);
}

static void
give_up (LanTransfers *t, LanTransferOne *one, LanLeftState why, LanTime now)
{
  gboolean is_put = one->give->is_put;

  lan_left_give_stop (t, one);
  if (is_put)
    lan_left_push (t, one, LAN_LEFT_DO_DROP); /* the next time it is called otherwise */
  lan_left_set (t, one, why);
  lan_left_look (t, one, now);
  lan_left_look_at_all (t);
}

void
lan_left_give_want (LanTransfers *t, LanTransferOne *one, guint64 have, LanTime now)
{
  LanLeftGive *give = one->give;
  guint64 piece = have / LAN_BLOB_PIECE_BYTES;

  if (give == NULL || !give->is_put || have % LAN_BLOB_PIECE_BYTES != 0 ||
      have >= one->detail.left.size)
    return;
  if (piece < give->last && ++give->restarts > LAN_LEFT_MAX_RESTARTS) {
    give_up (t, one, LAN_LEFT_NO_ROOM, now);
    return;
  }
  if (piece != give->piece) {
    give->piece = piece;
    give->fill = 0;
  }
  give->last = piece;
  give->is_wanted = TRUE;
  lan_left_give_step (t, one, now);
}

/* -- filling a piece -- */

static void
append (LanLeftGive *give, const guint8 *data, gsize len)
{
  memcpy (give->buf + give->fill, data, len);
  give->fill += len;
}

/* As much as fits of what lies at [@begin, @begin + @len) of the whole; @at is inside. */
static void
append_from (LanLeftGive *give, guint64 at, guint64 begin, const guint8 *data, guint64 len)
{
  guint64 skip = at - begin;

  append (give, data + skip, (gsize) MIN (len - skip, sizeof give->buf - give->fill));
}

/* FALSE: the leaf must be read first. */
static gboolean
append_leaf (LanTransfers *t, LanTransferOne *one, guint64 at)
{
  LanLeftGive *give = one->give;
  LanTransferJob *info;
  LanFileJob *job;
  guint64 leaf;
  gsize inside;

  lan_left_plan_find (&give->plan, one, at - give->plan.data_at, &leaf, &inside);
  if (give->bytes != NULL && give->leaf == leaf) {
    gsize len;
    const guint8 *data = g_bytes_get_data (give->bytes, &len);

    append (give, data + inside, MIN (len - inside, sizeof give->buf - give->fill));
    return TRUE;
  }
  g_clear_pointer (&give->bytes, g_bytes_unref);
  give->leaf = leaf;
  give->is_reading = TRUE;
  job = lan_transfers_push_job (t, one, LAN_FILE_JOB_READ, &info);
  job->leaf = leaf;
  info->leaf = leaf;
  info->is_left = TRUE;
  return FALSE;
}

/* FALSE: something must be read first. */
static gboolean
fill (LanTransfers *t, LanTransferOne *one)
{
  LanLeftGive *give = one->give;
  const LanLeftPlan *plan = &give->plan;
  guint64 begin = give->piece * LAN_BLOB_PLAIN_BYTES;
  gsize want = (gsize) MIN (plan->padded - begin, LAN_BLOB_PLAIN_BYTES);

  while (give->fill < want) {
    guint64 at = begin + give->fill;

    if (at < plan->hashes_at) {
      append_from (give, at, 0, g_bytes_get_data (one->out.manifest, NULL), plan->hashes_at);
    } else if (at < plan->data_at) {
      append_from (give, at, plan->hashes_at, g_bytes_get_data (one->out.leaves, NULL),
                   plan->data_at - plan->hashes_at);
    } else if (at < plan->plain) {
      if (!append_leaf (t, one, at))
        return FALSE;
    } else {
      memset (give->buf + give->fill, 0, want - give->fill);
      give->fill = want;
    }
  }
  return TRUE;
}

/* -- a piece -- */

static GBytes *
seal (LanTransferOne *one)
{
  LanLeftGive *give = one->give;
  gsize len = give->fill + LAN_CIPHER_TAG_BYTES;
  guint8 *data = g_malloc (len);

  lan_blob_seal (one->detail.left.key, give->plan.sealed, give->piece, give->buf, give->fill, data);
  return g_bytes_new_take (data, len);
}

/* All of it was read once: its name is known. */
static void
name_it (LanTransfers *t, LanTransferOne *one)
{
  LanLeftGive *give = one->give;

  if (lan_tree_root (give->tree, &one->detail.left.root) != LAN_STATUS_OK)
    g_assert_not_reached ();
  g_clear_pointer (&give->tree, lan_tree_free);
  one->detail.left.size = give->plan.sealed;
  give->piece = 0;
  lan_left_set (t, one, LAN_LEFT_SENDING);
}

static void
count_piece (LanTransfers *t, LanTransferOne *one)
{
  LanLeftGive *give = one->give;
  g_autoptr (GBytes) piece = seal (one);
  LanHash leaf;
  gsize len;
  const guint8 *data = g_bytes_get_data (piece, &len);

  lan_tree_leaf (&leaf, give->piece, data, len);
  lan_tree_add_leaf (give->tree, &leaf, len);
  give->fill = 0;
  if (++give->piece == lan_blob_pieces (give->plan.sealed))
    name_it (t, one);
}

static void
give_piece (LanTransfers *t, LanTransferOne *one)
{
  LanTransferAction *action = lan_left_push (t, one, LAN_LEFT_DO_DATA);
  LanLeftGive *give = one->give;

  action->left.offset = give->piece * LAN_BLOB_PIECE_BYTES;
  action->left.bytes = seal (one);
  give->is_wanted = FALSE;
  give->fill = 0;
  give->piece++;
}

/* FALSE: it cannot be left. What was sealed before is the same now, or it was not this. */
static gboolean
make_plan (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanLeftGive *give = one->give;

  if (give->plan.starts != NULL)
    return TRUE;
  if (!lan_left_plan_make (&give->plan, one) || give->plan.sealed > t->server_max) {
    give_up (t, one, LAN_LEFT_TOO_BIG, now);
    return FALSE;
  }
  if (give->tree == NULL && give->plan.sealed != one->detail.left.size) {
    give_up (t, one, LAN_LEFT_NO_ROOM, now);
    return FALSE;
  }
  return TRUE;
}

void
lan_left_give_step (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanLeftGive *give = one->give;

  if (give == NULL || give->is_reading || (give->tree == NULL && !give->is_wanted))
    return;
  one->out.used_us = now.mono_us;
  if (one->out.phase != LAN_OUT_READY) {
    lan_transfer_out_prepare (t, one);
    return;
  }
  if (!make_plan (t, one, now))
    return;
  while (give->tree != NULL) {
    if (!fill (t, one))
      return;
    count_piece (t, one);
  }
  if (give->is_wanted && fill (t, one))
    give_piece (t, one);
}

/* -- what was read -- */

static gboolean
is_leaf (LanTransferOne *one, guint64 leaf, GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  LanFileLeaf place;
  LanHash hash;

  if (!lan_file_tree_leaf (one->tree, leaf, &place) || len != place.len)
    return FALSE;
  lan_tree_leaf (&hash, place.index, data, len);
  if (place.hash == LAN_FILE_TREE_NO_HASH)
    return lan_tree_verify_leaves (hash.b, sizeof hash.b, len, LAN_TREE_LEAF_BYTES,
                                   &lan_file_tree_entry (one->tree, place.entry)->root) ==
           LAN_STATUS_OK;
  return memcmp ((const guint8 *) g_bytes_get_data (one->out.leaves, NULL) +
                     place.hash * LAN_HASH_BYTES,
                 hash.b, sizeof hash.b) == 0;
}

void
lan_left_give_read (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
                    const LanFileResult *result, LanTime now)
{
  LanLeftGive *give = one->give;

  if (give == NULL || !give->is_reading || give->leaf != info->leaf)
    return;
  give->is_reading = FALSE;
  if (result->bytes == NULL || !is_leaf (one, info->leaf, result->bytes)) {
    lan_transfer_fail (t, one, LAN_FILE_ERROR_CHANGED, NULL, now);
    return;
  }
  give->bytes = g_bytes_ref (result->bytes);
  lan_left_give_step (t, one, now);
}
