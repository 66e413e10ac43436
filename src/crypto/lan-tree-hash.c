/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-tree-hash.h"

#include <sodium.h>
#include <string.h>

#define MAX_LEVELS 64 /* a leaf count is a guint64 */

struct _LanTree {
  guint32 leaf_size;
  guint64 size;
  guint64 n_leaves;
  gboolean is_short; /* a leaf that was not full was added: it must be the last */
  gboolean is_broken;
  gboolean is_done;
  /* Full subtrees to the left, one for each bit that is set in n_leaves, as a binary counter. */
  LanHash levels[MAX_LEVELS];
  /* The leaf that is being filled by lan_tree_update(). */
  guint8 *partial;
  gsize partial_len;
};

static void
start (crypto_generichash_blake2b_state *state, const char *label)
{
  guint8 personal[crypto_generichash_blake2b_PERSONALBYTES] = { 0 };

  memcpy (personal, label, strlen (label));
  crypto_generichash_blake2b_init_salt_personal (state, NULL, 0, LAN_HASH_BYTES, NULL, personal);
}

static void
put (crypto_generichash_blake2b_state *state, guint64 value, gsize bytes)
{
  guint64 le = GUINT64_TO_LE (value);

  crypto_generichash_blake2b_update (state, (const guint8 *) &le, bytes);
}

void
lan_tree_leaf (LanHash *out, guint64 index, const guint8 *data, gsize len)
{
  crypto_generichash_blake2b_state state;

  start (&state, "LY1-fleaf");
  put (&state, index, 8);
  put (&state, len, 4);
  crypto_generichash_blake2b_update (&state, data, len);
  crypto_generichash_blake2b_final (&state, out->b, sizeof out->b);
}

static void
join (LanHash *out, const LanHash *left, const LanHash *right)
{
  crypto_generichash_blake2b_state state;

  start (&state, "LY1-fnode");
  crypto_generichash_blake2b_update (&state, left->b, sizeof left->b);
  crypto_generichash_blake2b_update (&state, right->b, sizeof right->b);
  crypto_generichash_blake2b_final (&state, out->b, sizeof out->b);
}

LanTree *
lan_tree_new (guint32 leaf_size)
{
  LanTree *tree;

  g_return_val_if_fail (leaf_size >= 1 && leaf_size <= 1u << 30, NULL);
  lan_crypto_init ();
  tree = g_new0 (LanTree, 1);
  tree->leaf_size = leaf_size;
  return tree;
}

void
lan_tree_free (LanTree *tree)
{
  if (tree == NULL)
    return;
  g_free (tree->partial);
  g_free (tree);
}

void
lan_tree_add_leaf (LanTree *tree, const LanHash *leaf, gsize len)
{
  LanHash hash = *leaf;

  if (tree->is_done || tree->is_short || len == 0 || len > tree->leaf_size) {
    tree->is_broken = TRUE;
    return;
  }
  tree->is_short = len < tree->leaf_size;
  tree->size += len;
  for (guint level = 0;; level++) {
    if ((tree->n_leaves >> level & 1) == 0) {
      tree->levels[level] = hash;
      break;
    }
    join (&hash, &tree->levels[level], &hash);
  }
  tree->n_leaves++;
}

static void
end_leaf (LanTree *tree)
{
  LanHash leaf;
  gsize len = tree->partial_len;

  if (len == 0)
    return;
  tree->partial_len = 0;
  lan_tree_leaf (&leaf, tree->n_leaves, tree->partial, len);
  lan_tree_add_leaf (tree, &leaf, len);
}

void
lan_tree_update (LanTree *tree, const guint8 *data, gsize len)
{
  if (tree->partial == NULL)
    tree->partial = g_malloc (tree->leaf_size);
  while (len > 0) {
    gsize take = MIN (len, tree->leaf_size - tree->partial_len);

    memcpy (tree->partial + tree->partial_len, data, take);
    tree->partial_len += take;
    data += take;
    len -= take;
    if (tree->partial_len == tree->leaf_size)
      end_leaf (tree);
  }
}

guint64
lan_tree_size (const LanTree *tree)
{
  return tree->size + tree->partial_len;
}

LanStatus
lan_tree_root (LanTree *tree, LanHash *root)
{
  crypto_generichash_blake2b_state state;
  LanHash top = { { 0 } };
  gboolean has_top = FALSE;

  if (!tree->is_done)
    end_leaf (tree);
  if (tree->is_broken || tree->is_done)
    return LAN_STATUS_MALFORMED;
  tree->is_done = TRUE;
  for (guint level = 0; level < MAX_LEVELS; level++) {
    if ((tree->n_leaves >> level & 1) == 0)
      continue;
    if (has_top)
      join (&top, &tree->levels[level], &top);
    else
      top = tree->levels[level];
    has_top = TRUE;
  }
  start (&state, "LY1-froot");
  put (&state, tree->size, 8);
  put (&state, tree->leaf_size, 4);
  put (&state, tree->n_leaves, 4);
  crypto_generichash_blake2b_update (&state, top.b, sizeof top.b);
  crypto_generichash_blake2b_final (&state, root->b, sizeof root->b);
  return LAN_STATUS_OK;
}

guint64
lan_tree_leaf_count (guint64 size, guint32 leaf_size)
{
  return size / leaf_size + (size % leaf_size != 0);
}

LanStatus
lan_tree_verify_leaves (const guint8 *hashes, gsize hashes_len, guint64 size, guint32 leaf_size,
                        const LanHash *root)
{
  g_autoptr (LanTree) tree = NULL;
  guint64 left = size;
  LanHash computed;
  LanStatus status;

  if (leaf_size == 0 || hashes_len % LAN_HASH_BYTES != 0 ||
      hashes_len / LAN_HASH_BYTES != lan_tree_leaf_count (size, leaf_size))
    return LAN_STATUS_MALFORMED;
  tree = lan_tree_new (leaf_size);
  for (gsize at = 0; at < hashes_len; at += LAN_HASH_BYTES) {
    LanHash leaf;
    gsize covers = (gsize) MIN (left, leaf_size);

    memcpy (leaf.b, hashes + at, LAN_HASH_BYTES);
    lan_tree_add_leaf (tree, &leaf, covers);
    left -= covers;
  }
  status = lan_tree_root (tree, &computed);
  if (status != LAN_STATUS_OK)
    return status;
  return lan_secret_equal (computed.b, root->b, LAN_HASH_BYTES) ? LAN_STATUS_OK : LAN_STATUS_AUTH;
}
