/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "test-crypto.h"

#include "lan-tree-hash.h"

#include <string.h>

static void
test_empty_and_misuse (void)
{
  g_autoptr (LanTree) empty = lan_tree_new (64), wrong = lan_tree_new (64);
  LanHash root, other, leaf;
  guint8 hashes[96] = { 0 };

  g_assert_cmpint (lan_tree_root (empty, &root), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_tree_verify_leaves (NULL, 0, 0, 64, &root), ==, LAN_STATUS_OK);
  g_assert_cmpint (lan_tree_verify_leaves (NULL, 0, 0, 128, &root), ==, LAN_STATUS_AUTH);
  g_assert_cmpint (lan_tree_verify_leaves (NULL, 0, 0, 0, &root), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (lan_tree_verify_leaves (hashes, 32, 0, 64, &root), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (lan_tree_verify_leaves (hashes, 33, 64, 64, &root), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpint (lan_tree_verify_leaves (hashes, 64, G_MAXUINT64, 1, &root), ==,
                   LAN_STATUS_MALFORMED);
  /* A short leaf before the last. */
  lan_tree_leaf (&leaf, 0, hashes, 10);
  lan_tree_add_leaf (wrong, &leaf, 10);
  lan_tree_add_leaf (wrong, &leaf, 64);
  g_assert_cmpint (lan_tree_root (wrong, &other), ==, LAN_STATUS_MALFORMED);
}

/* No list of other leaves, in another order or of another length, gives the same root. */
static void
test_only_the_right_leaves (void)
{
  guint8 data[300], hashes[5 * 32], bad[5 * 32];
  g_autoptr (LanTree) tree = lan_tree_new (64);
  LanHash root, leaf;

  memset (data, 7, sizeof data);
  lan_tree_update (tree, data, sizeof data);
  g_assert_cmpint (lan_tree_root (tree, &root), ==, LAN_STATUS_OK);
  for (guint i = 0; i < 5; i++) {
    lan_tree_leaf (&leaf, i, data + 64 * i, i < 4 ? 64 : 44);
    memcpy (hashes + 32 * i, leaf.b, 32);
  }
  g_assert_cmpint (lan_tree_verify_leaves (hashes, sizeof hashes, 300, 64, &root), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (lan_tree_verify_leaves (hashes, sizeof hashes, 301, 64, &root), ==,
                   LAN_STATUS_AUTH);
  for (guint i = 0; i < sizeof hashes; i++) {
    memcpy (bad, hashes, sizeof bad);
    bad[i] ^= 1;
    g_assert_cmpint (lan_tree_verify_leaves (bad, sizeof bad, 300, 64, &root), ==, LAN_STATUS_AUTH);
  }
  memcpy (bad, hashes + 32, 32);
  memcpy (bad + 32, hashes, 32);
  g_assert_cmpint (lan_tree_verify_leaves (bad, sizeof bad, 300, 64, &root), ==, LAN_STATUS_AUTH);
  /* A leaf is bound to its place, a node is no leaf. */
  g_assert_true (memcmp (hashes, hashes + 32, 32) != 0);
}

void
add_tree_leaves_tests (void)
{
  g_test_add_func ("/crypto/tree-leaves/empty-and-misuse", test_empty_and_misuse);
  g_test_add_func ("/crypto/tree-leaves/only-the-right-leaves", test_only_the_right_leaves);
}
