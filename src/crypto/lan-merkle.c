/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-merkle.h"

#include "lan-bytes.h"

#include <sodium.h>
#include <string.h>

struct _LanMerkleTree {
  guint64 size;
  GArray *levels[LAN_MERKLE_LEVELS]; /* of LanHash: the full subtrees of 2^level leaves; or NULL */
};

/* H (a || b; personal), b may be NULL. */
static void
hash (LanHash *out, const char *personal_text, const void *a, gsize a_len, const LanHash *b)
{
  guint8 personal[crypto_generichash_blake2b_PERSONALBYTES] = { 0 };
  crypto_generichash_blake2b_state state;

  memcpy (personal, personal_text, strlen (personal_text));
  crypto_generichash_blake2b_init_salt_personal (&state, NULL, 0, LAN_HASH_BYTES, NULL, personal);
  if (a_len > 0)
    crypto_generichash_blake2b_update (&state, a, a_len);
  if (b != NULL)
    crypto_generichash_blake2b_update (&state, b->b, sizeof b->b);
  crypto_generichash_blake2b_final (&state, out->b, sizeof out->b);
}

static void
hash_node (LanHash *out, const LanHash *left, const LanHash *right)
{
  hash (out, "LY1-mnode", left->b, sizeof left->b, right);
}

static void
hash_nothing (LanHash *out)
{
  hash (out, "LY1-mroot", NULL, 0, NULL);
}

void
lan_merkle_leaf (LanHash *out, const void *data, gsize len)
{
  hash (out, "LY1-mleaf", data, len, NULL);
}

/* ---- frontier ---- */

void
lan_merkle_frontier_init (LanMerkleFrontier *f)
{
  *f = (LanMerkleFrontier){ 0 };
}

static gboolean
has_level (guint64 size, guint level)
{
  return (size >> level & 1) != 0;
}

void
lan_merkle_frontier_append (LanMerkleFrontier *f, const LanHash *leaf)
{
  LanHash carry = *leaf;
  guint level = 0;

  g_return_if_fail (f->size < G_MAXUINT64);
  /* Adding a leaf is adding one to a binary number: each carry joins two equal subtrees. */
  for (; has_level (f->size, level); level++)
    hash_node (&carry, &f->stack[level], &carry);
  f->stack[level] = carry;
  f->size++;
}

void
lan_merkle_frontier_root (const LanMerkleFrontier *f, LanHash *root)
{
  gboolean have = FALSE;

  hash_nothing (root);
  for (guint level = 0; level < LAN_MERKLE_LEVELS; level++) {
    if (!has_level (f->size, level))
      continue;
    if (have)
      hash_node (root, &f->stack[level], root);
    else
      *root = f->stack[level];
    have = TRUE;
  }
}

GBytes *
lan_merkle_frontier_save (const LanMerkleFrontier *f)
{
  guint8 buf[LAN_MERKLE_FRONTIER_BYTES_MAX];
  LanWriter w;

  lan_writer_init (&w, buf, sizeof buf);
  lan_write_u64 (&w, f->size);
  for (guint level = 0; level < LAN_MERKLE_LEVELS; level++)
    if (has_level (f->size, level))
      lan_write_bytes (&w, f->stack[level].b, LAN_HASH_BYTES);
  g_assert (!w.failed);
  return g_bytes_new (buf, w.len);
}

LanStatus
lan_merkle_frontier_load (LanMerkleFrontier *f, const guint8 *data, gsize len)
{
  LanReader r;

  lan_merkle_frontier_init (f);
  lan_reader_init (&r, data, len);
  f->size = lan_read_u64 (&r);
  for (guint level = 0; level < LAN_MERKLE_LEVELS; level++)
    if (has_level (f->size, level))
      lan_read_bytes (&r, f->stack[level].b, LAN_HASH_BYTES);
  if (lan_reader_done (&r))
    return LAN_STATUS_OK;
  lan_merkle_frontier_init (f);
  return r.failed ? LAN_STATUS_TRUNCATED : LAN_STATUS_OVERSIZED;
}

/* ---- the whole tree ---- */

LanMerkleTree *
lan_merkle_tree_new (void)
{
  lan_crypto_init ();
  return g_new0 (LanMerkleTree, 1);
}

void
lan_merkle_tree_free (LanMerkleTree *tree)
{
  if (tree == NULL)
    return;
  for (guint level = 0; level < LAN_MERKLE_LEVELS; level++)
    g_clear_pointer (&tree->levels[level], g_array_unref);
  g_free (tree);
}

static const LanHash *
node_at (const LanMerkleTree *tree, guint level, guint64 index)
{
  return &g_array_index (tree->levels[level], LanHash, index);
}

void
lan_merkle_tree_append (LanMerkleTree *tree, const LanHash *leaf)
{
  LanHash carry = *leaf;

  g_return_if_fail (tree->size < G_MAXUINT32); /* GArray's own bound */
  for (guint level = 0;; level++) {
    GArray *nodes = tree->levels[level];

    if (nodes == NULL)
      nodes = tree->levels[level] = g_array_new (FALSE, FALSE, sizeof (LanHash));
    g_array_append_val (nodes, carry);
    if (!has_level (tree->size, level))
      break;
    hash_node (&carry, node_at (tree, level, nodes->len - 2), &carry);
  }
  tree->size++;
}

guint64
lan_merkle_tree_size (const LanMerkleTree *tree)
{
  return tree->size;
}

/* The largest power of two below @n, which is 2 or more. */
static guint64
split_of (guint64 n)
{
  return G_GUINT64_CONSTANT (1) << (63 - __builtin_clzll (n - 1));
}

/* Root of the @n leaves from @start on, where RFC 9162's recursion comes by: so @start is a multiple
 * of the power of two that is not below @n, and depth is at most one for each bit. */
static void
range_root (const LanMerkleTree *tree, guint64 start, guint64 n, LanHash *out)
{
  LanHash left, right;
  guint64 k;

  if ((n & (n - 1)) == 0) {
    guint level = (guint) __builtin_ctzll (n);

    *out = *node_at (tree, level, start >> level);
    return;
  }
  k = split_of (n);
  range_root (tree, start, k, &left);
  range_root (tree, start + k, n - k, &right);
  hash_node (out, &left, &right);
}

LanStatus
lan_merkle_tree_root_at (const LanMerkleTree *tree, guint64 size, LanHash *root)
{
  if (size > tree->size)
    return LAN_STATUS_STATE;
  if (size == 0)
    hash_nothing (root);
  else
    range_root (tree, 0, size, root);
  return LAN_STATUS_OK;
}

LanStatus
lan_merkle_tree_prove_inclusion (const LanMerkleTree *tree, guint64 index, guint64 size,
                                 LanHash proof[LAN_MERKLE_PROOF_MAX], guint *n)
{
  guint64 start = 0;
  guint depth = 0;

  *n = 0;
  if (size > tree->size || index >= size)
    return LAN_STATUS_STATE;
  /* From the top down; the deepest comes first in the proof, so it is turned round at the end. */
  while (size > 1) {
    guint64 k = split_of (size);

    if (index - start < k) {
      range_root (tree, start + k, size - k, &proof[depth++]);
      size = k;
    } else {
      range_root (tree, start, k, &proof[depth++]);
      start += k;
      size -= k;
    }
  }
  for (guint i = 0; i < depth / 2; i++) {
    LanHash swap = proof[i];

    proof[i] = proof[depth - 1 - i];
    proof[depth - 1 - i] = swap;
  }
  *n = depth;
  return LAN_STATUS_OK;
}

/* RFC 9162's SUBPROOF: @whole says that the old root itself is known to whoever checks. */
static void
subproof (const LanMerkleTree *tree, guint64 old, guint64 start, guint64 size, gboolean whole,
          LanHash *proof, guint *n)
{
  guint64 k;

  if (old == size) {
    if (!whole)
      range_root (tree, start, size, &proof[(*n)++]);
    return;
  }
  k = split_of (size);
  if (old <= k) {
    subproof (tree, old, start, k, whole, proof, n);
    range_root (tree, start + k, size - k, &proof[(*n)++]);
  } else {
    subproof (tree, old - k, start + k, size - k, FALSE, proof, n);
    range_root (tree, start, k, &proof[(*n)++]);
  }
}

LanStatus
lan_merkle_tree_prove_consistency (const LanMerkleTree *tree, guint64 old_size, guint64 new_size,
                                   LanHash proof[LAN_MERKLE_PROOF_MAX], guint *n)
{
  *n = 0;
  if (new_size > tree->size || old_size > new_size)
    return LAN_STATUS_STATE;
  if (old_size > 0)
    subproof (tree, old_size, 0, new_size, TRUE, proof, n);
  return LAN_STATUS_OK;
}

/* ---- proofs from outside (RFC 9162, 2.1.3.2 and 2.1.4.2) ---- */

LanStatus
lan_merkle_verify_inclusion (const LanHash *leaf, guint64 index, guint64 size, const LanHash *proof,
                             gsize n, const LanHash *root)
{
  guint64 at = index, last = size - 1;
  LanHash r = *leaf;

  if (size == 0 || index >= size || n > LAN_MERKLE_PROOF_MAX)
    return LAN_STATUS_MALFORMED;
  for (gsize i = 0; i < n; i++) {
    if (last == 0)
      return LAN_STATUS_MALFORMED;
    if ((at & 1) != 0 || at == last) {
      hash_node (&r, &proof[i], &r);
      for (; at != 0 && (at & 1) == 0; at >>= 1)
        last >>= 1;
    } else {
      hash_node (&r, &r, &proof[i]);
    }
    at >>= 1;
    last >>= 1;
  }
  if (last != 0)
    return LAN_STATUS_MALFORMED;
  return lan_hash_equal (&r, root) ? LAN_STATUS_OK : LAN_STATUS_AUTH;
}

/* Of two trees where no proof is needed: the old one is empty, or they are the same. */
static LanStatus
verify_trivial (guint64 old_size, const LanHash *old_root, guint64 new_size,
                const LanHash *new_root, gsize n)
{
  LanHash nothing;

  if (n != 0)
    return LAN_STATUS_MALFORMED;
  if (old_size == new_size && !lan_hash_equal (old_root, new_root))
    return LAN_STATUS_AUTH;
  hash_nothing (&nothing);
  return old_size > 0 || lan_hash_equal (old_root, &nothing) ? LAN_STATUS_OK : LAN_STATUS_AUTH;
}

LanStatus
lan_merkle_verify_consistency (guint64 old_size, const LanHash *old_root, guint64 new_size,
                               const LanHash *new_root, const LanHash *proof, gsize n)
{
  guint64 at = old_size - 1, last = new_size - 1;
  LanHash old, new;
  gsize i = 0;

  if (old_size > new_size || n > LAN_MERKLE_PROOF_MAX)
    return LAN_STATUS_MALFORMED;
  if (old_size == 0 || old_size == new_size)
    return verify_trivial (old_size, old_root, new_size, new_root, n);
  if (n == 0)
    return LAN_STATUS_MALFORMED;
  for (; (at & 1) != 0; at >>= 1)
    last >>= 1;
  /* An old tree of a power of two is a node of the new one: its root begins the path. */
  old = new = (old_size & (old_size - 1)) == 0 ? *old_root : proof[i++];
  for (; i < n; i++) {
    if (last == 0)
      return LAN_STATUS_MALFORMED;
    if ((at & 1) != 0 || at == last) {
      hash_node (&old, &proof[i], &old);
      hash_node (&new, &proof[i], &new);
      for (; at != 0 && (at & 1) == 0; at >>= 1)
        last >>= 1;
    } else {
      hash_node (&new, &new, &proof[i]);
    }
    at >>= 1;
    last >>= 1;
  }
  if (last != 0)
    return LAN_STATUS_MALFORMED;
  return lan_hash_equal (&old, old_root) && lan_hash_equal (&new, new_root) ? LAN_STATUS_OK
                                                                            : LAN_STATUS_AUTH;
}
