/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-tree-hash.h"

#include "lan-blake2b-quad.h"
#include "lan-bytes.h"

#include <sodium.h>
#include <string.h>

#define LEVELS        64
#define LEAF_SIZE_MAX (1u << 30)
#define LEAF_HEAD     12
#define LEAF_LABEL    "LY1-fleaf"

G_STATIC_ASSERT (LAN_TREE_TOGETHER == LAN_BLAKE2B_QUAD);
G_STATIC_ASSERT (LAN_HASH_BYTES == LAN_BLAKE2B_HASH_BYTES);

struct _LanTree {
  guint32 leaf_size;
  guint64 size;
  guint64 leaves;
  gboolean saw_short; /* a leaf that only a file's last one may be */
  gboolean is_malformed;
  gboolean is_ended;
  LanHash
      stack[LEVELS]; /* stack[l] holds a full subtree of 2^l leaves where bit l of leaves is set */
  GByteArray *pending; /* lan_tree_update(): bytes of the leaf that has begun */
};

static void
hash_init (crypto_generichash_blake2b_state *state, const char *label)
{
  guint8 personal[crypto_generichash_blake2b_PERSONALBYTES] = { 0 };

  memcpy (personal, label, strlen (label));
  crypto_generichash_blake2b_init_salt_personal (state, NULL, 0, LAN_HASH_BYTES, NULL, personal);
}

/* What stands before a leaf's bytes. */
static void
write_leaf_head (guint8 head[LEAF_HEAD], guint64 index, gsize len)
{
  LanWriter w;

  lan_writer_init (&w, head, LEAF_HEAD);
  lan_write_u64 (&w, index);
  lan_write_u32 (&w, (guint32) len);
}

void
lan_tree_leaf (LanHash *out, guint64 index, const guint8 *data, gsize len)
{
  crypto_generichash_blake2b_state state;
  guint8 head[LEAF_HEAD];

  write_leaf_head (head, index, len);
  hash_init (&state, LEAF_LABEL);
  crypto_generichash_blake2b_update (&state, head, sizeof head);
  if (len > 0)
    crypto_generichash_blake2b_update (&state, data, len);
  crypto_generichash_blake2b_final (&state, out->b, sizeof out->b);
}

static void
hash_four (LanHash *out, const LanTreePiece *pieces)
{
  static const guint8 personal[LAN_BLAKE2B_PERSONAL_BYTES] = LEAF_LABEL;
  guint8 heads[LAN_TREE_TOGETHER][LEAF_HEAD], hashes[LAN_TREE_TOGETHER][LAN_HASH_BYTES];
  LanBlake2bPart parts[LAN_TREE_TOGETHER];

  for (guint i = 0; i < LAN_TREE_TOGETHER; i++) {
    write_leaf_head (heads[i], pieces[i].index, pieces[i].len);
    parts[i] = (LanBlake2bPart){ heads[i], pieces[i].data };
  }
  lan_blake2b_quad (hashes, personal, parts, LEAF_HEAD, pieces[0].len);
  for (guint i = 0; i < LAN_TREE_TOGETHER; i++)
    memcpy (out[i].b, hashes[i], LAN_HASH_BYTES);
}

static gboolean
are_alike (const LanTreePiece *pieces)
{
  for (guint i = 1; i < LAN_TREE_TOGETHER; i++) {
    if (pieces[i].len != pieces[0].len)
      return FALSE;
  }
  return TRUE;
}

void
lan_tree_leaves (LanHash *out, const LanTreePiece *pieces, gsize n)
{
  gboolean can = lan_blake2b_quad_works ();

  for (gsize i = 0; i < n;) {
    if (can && n - i >= LAN_TREE_TOGETHER && are_alike (pieces + i)) {
      hash_four (out + i, pieces + i);
      i += LAN_TREE_TOGETHER;
    } else {
      lan_tree_leaf (&out[i], pieces[i].index, pieces[i].data, pieces[i].len);
      i++;
    }
  }
}

static void
hash_node (LanHash *out, const LanHash *left, const LanHash *right)
{
  crypto_generichash_blake2b_state state;

  hash_init (&state, "LY1-fnode");
  crypto_generichash_blake2b_update (&state, left->b, sizeof left->b);
  crypto_generichash_blake2b_update (&state, right->b, sizeof right->b);
  crypto_generichash_blake2b_final (&state, out->b, sizeof out->b);
}

static void
hash_root (LanHash *out, guint64 size, guint32 leaf_size, guint32 leaves, const LanHash *top)
{
  crypto_generichash_blake2b_state state;
  guint8 head[16];
  LanWriter w;

  lan_writer_init (&w, head, sizeof head);
  lan_write_u64 (&w, size);
  lan_write_u32 (&w, leaf_size);
  lan_write_u32 (&w, leaves);
  hash_init (&state, "LY1-froot");
  crypto_generichash_blake2b_update (&state, head, sizeof head);
  crypto_generichash_blake2b_update (&state, top->b, sizeof top->b);
  crypto_generichash_blake2b_final (&state, out->b, sizeof out->b);
}

LanTree *
lan_tree_new (guint32 leaf_size)
{
  LanTree *tree;

  g_return_val_if_fail (leaf_size >= 1 && leaf_size <= LEAF_SIZE_MAX, NULL);
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
  g_clear_pointer (&tree->pending, g_byte_array_unref);
  g_free (tree);
}

/* Adding a leaf is adding one to a binary number: each carry joins two equal subtrees. */
static void
push_leaf (LanTree *tree, const LanHash *leaf, gsize len)
{
  LanHash carry = *leaf;
  guint level = 0;

  if (tree->saw_short || len == 0 || len > tree->leaf_size || tree->leaves == G_MAXUINT32) {
    tree->is_malformed = TRUE;
    return;
  }
  for (; (tree->leaves & G_GUINT64_CONSTANT (1) << level) != 0; level++)
    hash_node (&carry, &tree->stack[level], &carry);
  tree->stack[level] = carry;
  tree->leaves++;
  tree->size += len;
  tree->saw_short = len < tree->leaf_size;
}

void
lan_tree_add_leaf (LanTree *tree, const LanHash *leaf, gsize len)
{
  if (tree->is_ended || tree->pending != NULL)
    tree->is_malformed = TRUE;
  push_leaf (tree, leaf, len);
}

static void
end_pending (LanTree *tree)
{
  LanHash leaf;

  if (tree->pending == NULL || tree->pending->len == 0)
    return;
  lan_tree_leaf (&leaf, tree->leaves, tree->pending->data, tree->pending->len);
  push_leaf (tree, &leaf, tree->pending->len);
  g_byte_array_set_size (tree->pending, 0);
}

void
lan_tree_update (LanTree *tree, const guint8 *data, gsize len)
{
  if (tree->is_ended)
    tree->is_malformed = TRUE;
  if (tree->pending == NULL)
    tree->pending = g_byte_array_new ();
  while (len > 0) {
    gsize n = MIN (len, tree->leaf_size - tree->pending->len);

    /* A leaf's length stands before its bytes, so a leaf is hashed when it is whole. */
    if (n == tree->leaf_size) {
      LanHash leaf;

      lan_tree_leaf (&leaf, tree->leaves, data, n);
      push_leaf (tree, &leaf, n);
    } else {
      g_byte_array_append (tree->pending, data, (guint) n);
      if (tree->pending->len == tree->leaf_size)
        end_pending (tree);
    }
    data += n;
    len -= n;
  }
}

guint64
lan_tree_size (const LanTree *tree)
{
  return tree->size + (tree->pending != NULL ? tree->pending->len : 0);
}

LanStatus
lan_tree_root (LanTree *tree, LanHash *root)
{
  LanHash top = { { 0 } };
  gboolean have = FALSE;

  end_pending (tree);
  if (tree->is_malformed || tree->is_ended)
    return LAN_STATUS_MALFORMED;
  tree->is_ended = TRUE;
  /* From the smallest subtree, the rightmost, to the left: an odd one has moved up unchanged. */
  for (guint level = 0; level < LEVELS; level++) {
    if ((tree->leaves & G_GUINT64_CONSTANT (1) << level) == 0)
      continue;
    if (have)
      hash_node (&top, &tree->stack[level], &top);
    else
      top = tree->stack[level];
    have = TRUE;
  }
  hash_root (root, tree->size, tree->leaf_size, (guint32) tree->leaves, &top);
  return LAN_STATUS_OK;
}

guint64
lan_tree_leaf_count (guint64 size, guint32 leaf_size)
{
  g_return_val_if_fail (leaf_size > 0, 0);
  return size / leaf_size + (size % leaf_size != 0);
}

LanStatus
lan_tree_verify_leaves (const guint8 *hashes, gsize hashes_len, guint64 size, guint32 leaf_size,
                        const LanHash *root)
{
  g_autoptr (LanTree) tree = NULL;
  guint64 count, left = size;
  LanHash got;

  if (leaf_size < 1 || leaf_size > LEAF_SIZE_MAX)
    return LAN_STATUS_MALFORMED;
  count = lan_tree_leaf_count (size, leaf_size);
  if (count > G_MAXUINT32 || hashes_len % LAN_HASH_BYTES != 0 ||
      hashes_len / LAN_HASH_BYTES != count)
    return LAN_STATUS_MALFORMED;
  tree = lan_tree_new (leaf_size);
  for (guint64 i = 0; i < count; i++) {
    gsize len = (gsize) MIN (left, leaf_size);
    LanHash leaf;

    memcpy (leaf.b, hashes + i * LAN_HASH_BYTES, LAN_HASH_BYTES);
    lan_tree_add_leaf (tree, &leaf, len);
    left -= len;
  }
  if (lan_tree_root (tree, &got) != LAN_STATUS_OK || !lan_hash_equal (&got, root))
    return LAN_STATUS_AUTH;
  return LAN_STATUS_OK;
}
