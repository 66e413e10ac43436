/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The log against a slow tree after RFC 9162's own words, and every proof of small trees. */
#include "test-crypto.h"

#include "lan-merkle.h"

#include <string.h>

#define MOST 70

static LanHash leaves[MOST];
static LanMerkleTree *tree;

static void
node (LanHash *out, const LanHash *a, const LanHash *b)
{
  /* Two leaves make a tree whose root is their node: the only way in from outside. */
  LanMerkleFrontier f;

  lan_merkle_frontier_init (&f);
  lan_merkle_frontier_append (&f, a);
  lan_merkle_frontier_append (&f, b);
  lan_merkle_frontier_root (&f, out);
}

static void
slow_root (guint start, guint n, LanHash *out)
{
  LanHash left, right;
  guint k = 1;

  if (n == 1) {
    *out = leaves[start];
    return;
  }
  while (k * 2 < n)
    k *= 2;
  slow_root (start, k, &left);
  slow_root (start + k, n - k, &right);
  node (out, &left, &right);
}

static void
set_up (void)
{
  if (tree != NULL)
    return;
  tree = lan_merkle_tree_new ();
  for (guint i = 0; i < MOST; i++) {
    lan_merkle_leaf (&leaves[i], &i, sizeof i);
    lan_merkle_tree_append (tree, &leaves[i]);
  }
}

static void
test_roots (void)
{
  LanMerkleFrontier f, loaded;
  LanHash fast, slow, at;

  set_up ();
  lan_merkle_frontier_init (&f);
  lan_merkle_frontier_root (&f, &fast);
  g_assert_cmpint (lan_merkle_tree_root_at (tree, 0, &at), ==, LAN_STATUS_OK);
  g_assert_true (lan_hash_equal (&fast, &at));
  for (guint n = 1; n <= MOST; n++) {
    g_autoptr (GBytes) bytes = NULL;

    lan_merkle_frontier_append (&f, &leaves[n - 1]);
    lan_merkle_frontier_root (&f, &fast);
    slow_root (0, n, &slow);
    g_assert_true (lan_hash_equal (&fast, &slow));
    g_assert_cmpint (lan_merkle_tree_root_at (tree, n, &at), ==, LAN_STATUS_OK);
    g_assert_true (lan_hash_equal (&fast, &at));
    bytes = lan_merkle_frontier_save (&f);
    for (gsize cut = 0; cut < g_bytes_get_size (bytes); cut++)
      g_assert_cmpint (lan_merkle_frontier_load (&loaded, g_bytes_get_data (bytes, NULL), cut), !=,
                       LAN_STATUS_OK);
    g_assert_cmpint (lan_merkle_frontier_load (&loaded, g_bytes_get_data (bytes, NULL),
                                               g_bytes_get_size (bytes)),
                     ==, LAN_STATUS_OK);
    lan_merkle_frontier_root (&loaded, &at);
    g_assert_true (lan_hash_equal (&fast, &at));
  }
  g_assert_cmpint (lan_merkle_tree_root_at (tree, MOST + 1, &at), ==, LAN_STATUS_STATE);
  g_assert_cmpuint (lan_merkle_tree_size (tree), ==, MOST);
}

static void
assert_inclusion (guint index, guint size, const LanHash *root)
{
  LanHash proof[LAN_MERKLE_PROOF_MAX];
  guint n;

  g_assert_cmpint (lan_merkle_tree_prove_inclusion (tree, index, size, proof, &n), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (lan_merkle_verify_inclusion (&leaves[index], index, size, proof, n, root), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (
      lan_merkle_verify_inclusion (&leaves[(index + 1) % MOST], index, size, proof, n, root), !=,
      LAN_STATUS_OK);
  g_assert_cmpint (lan_merkle_verify_inclusion (&leaves[index], index + 1, size, proof, n, root),
                   !=, LAN_STATUS_OK);
  for (guint i = 0; i < n; i++) {
    proof[i].b[i] ^= 1;
    g_assert_cmpint (lan_merkle_verify_inclusion (&leaves[index], index, size, proof, n, root), ==,
                     LAN_STATUS_AUTH);
    proof[i].b[i] ^= 1;
    g_assert_cmpint (lan_merkle_verify_inclusion (&leaves[index], index, size, proof, i, root), !=,
                     LAN_STATUS_OK);
  }
  if (n < LAN_MERKLE_PROOF_MAX)
    g_assert_cmpint (lan_merkle_verify_inclusion (&leaves[index], index, size, proof, n + 1, root),
                     !=, LAN_STATUS_OK);
}

static void
test_inclusion (void)
{
  LanHash root, proof[LAN_MERKLE_PROOF_MAX];
  guint n;

  set_up ();
  memset (proof, 0, sizeof proof);
  for (guint size = 1; size <= MOST; size++) {
    g_assert_cmpint (lan_merkle_tree_root_at (tree, size, &root), ==, LAN_STATUS_OK);
    for (guint index = 0; index < size; index++)
      assert_inclusion (index, size, &root);
  }
  g_assert_cmpint (lan_merkle_tree_prove_inclusion (tree, 5, 5, proof, &n), ==, LAN_STATUS_STATE);
  g_assert_cmpint (lan_merkle_tree_prove_inclusion (tree, 5, MOST + 1, proof, &n), ==,
                   LAN_STATUS_STATE);
  g_assert_cmpint (lan_merkle_verify_inclusion (&leaves[0], 0, 0, proof, 0, &root), ==,
                   LAN_STATUS_MALFORMED);
  g_assert_cmpint (
      lan_merkle_verify_inclusion (&leaves[0], G_MAXUINT64 - 1, G_MAXUINT64, proof, 64, &root), !=,
      LAN_STATUS_OK);
}

static void
assert_consistency (guint old, guint size)
{
  LanHash proof[LAN_MERKLE_PROOF_MAX], old_root, root, wrong;
  guint n;

  g_assert_cmpint (lan_merkle_tree_root_at (tree, old, &old_root), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_merkle_tree_root_at (tree, size, &root), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_merkle_tree_prove_consistency (tree, old, size, proof, &n), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (lan_merkle_verify_consistency (old, &old_root, size, &root, proof, n), ==,
                   LAN_STATUS_OK);
  wrong = old_root;
  wrong.b[3] ^= 1;
  g_assert_cmpint (lan_merkle_verify_consistency (old, &wrong, size, &root, proof, n), !=,
                   LAN_STATUS_OK);
  wrong = root;
  wrong.b[3] ^= 1;
  if (old > 0)
    g_assert_cmpint (lan_merkle_verify_consistency (old, &old_root, size, &wrong, proof, n), !=,
                     LAN_STATUS_OK);
  for (guint i = 0; i < n; i++) {
    proof[i].b[0] ^= 1;
    g_assert_cmpint (lan_merkle_verify_consistency (old, &old_root, size, &root, proof, n), ==,
                     LAN_STATUS_AUTH);
    proof[i].b[0] ^= 1;
    g_assert_cmpint (lan_merkle_verify_consistency (old, &old_root, size, &root, proof, i), !=,
                     LAN_STATUS_OK);
  }
  proof[n] = root;
  g_assert_cmpint (lan_merkle_verify_consistency (old, &old_root, size, &root, proof, n + 1), !=,
                   LAN_STATUS_OK);
}

static void
test_consistency (void)
{
  LanHash proof[LAN_MERKLE_PROOF_MAX], root;
  guint n;

  set_up ();
  for (guint size = 0; size <= MOST; size++)
    for (guint old = 0; old <= size; old++)
      assert_consistency (old, size);
  g_assert_cmpint (lan_merkle_tree_prove_consistency (tree, 6, 5, proof, &n), ==, LAN_STATUS_STATE);
  lan_merkle_leaf (&root, "", 0);
  g_assert_cmpint (lan_merkle_verify_consistency (6, &root, 5, &root, proof, 0), ==,
                   LAN_STATUS_MALFORMED);
}

/* A log in which an old entry was changed: no proof can join the two. */
static void
test_rewritten (void)
{
  g_autoptr (LanMerkleTree) other = lan_merkle_tree_new ();
  LanHash proof[LAN_MERKLE_PROOF_MAX], old_root, new_root;
  guint n;

  set_up ();
  for (guint i = 0; i < 40; i++)
    lan_merkle_tree_append (other, &leaves[i == 7 ? 8 : i]);
  for (guint old = 8; old < 40; old++) {
    g_assert_cmpint (lan_merkle_tree_root_at (tree, old, &old_root), ==, LAN_STATUS_OK);
    g_assert_cmpint (lan_merkle_tree_root_at (other, 40, &new_root), ==, LAN_STATUS_OK);
    g_assert_cmpint (lan_merkle_tree_prove_consistency (other, old, 40, proof, &n), ==,
                     LAN_STATUS_OK);
    g_assert_cmpint (lan_merkle_verify_consistency (old, &old_root, 40, &new_root, proof, n), ==,
                     LAN_STATUS_AUTH);
  }
}

void
add_merkle_tests (void)
{
  g_test_add_func ("/crypto/merkle/roots", test_roots);
  g_test_add_func ("/crypto/merkle/inclusion", test_inclusion);
  g_test_add_func ("/crypto/merkle/consistency", test_consistency);
  g_test_add_func ("/crypto/merkle/rewritten", test_rewritten);
}
