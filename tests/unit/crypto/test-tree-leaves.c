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

/* As one by one, by libsodium: @n leaves of @len bytes each, or shorter ones between them. */
static void
check_together (const guint8 *data, gsize len, gsize n, gboolean is_mixed)
{
  LanTreePiece pieces[9] = { { 0 } };
  LanHash hashes[9], one;

  for (gsize i = 0; i < n; i++)
    pieces[i] = (LanTreePiece){ G_GUINT64_CONSTANT (0x0102030405060708) * i, data + 17 * i,
                                is_mixed && i % 5 == 4 ? len / 2 : len };
  lan_tree_leaves (hashes, pieces, n);
  for (gsize i = 0; i < n; i++) {
    lan_tree_leaf (&one, pieces[i].index, pieces[i].data, pieces[i].len);
    g_assert_cmpmem (hashes[i].b, sizeof hashes[i].b, one.b, sizeof one.b);
  }
}

/* Every length around the ends of blocks, and that of whole leaves. */
static void
test_together_as_alone (void)
{
  g_autofree guint8 *data = g_malloc (LAN_TREE_LEAF_BYTES + 17 * 9);

  lan_crypto_init ();
  for (gsize i = 0; i < LAN_TREE_LEAF_BYTES + 17 * 9; i++)
    data[i] = (guint8) (i * 7 + (i >> 8) * 13 + (i >> 16));
  for (gsize len = 0; len < 530; len++)
    check_together (data, len, 4, FALSE);
  for (gsize n = 0; n <= 9; n++) {
    check_together (data, 300, n, FALSE);
    check_together (data, 300, n, TRUE);
  }
  check_together (data, LAN_TREE_LEAF_BYTES, 9, FALSE);
  check_together (data, LAN_TREE_LEAF_BYTES - 1, 4, FALSE);
}

void
add_tree_leaves_tests (void)
{
  g_test_add_func ("/crypto/tree-leaves/empty-and-misuse", test_empty_and_misuse);
  g_test_add_func ("/crypto/tree-leaves/only-the-right-leaves", test_only_the_right_leaves);
  g_test_add_func ("/crypto/tree-leaves/together-as-alone", test_together_as_alone);
}
