/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-random.h"
#include "lan-tree-hash.h"
#include "test-crypto.h"

#include <string.h>

/* From a few lines of Python around hashlib.blake2b; byte i of the data is i, leaves have 4 bytes. */
static const struct {
  gsize size;
  const char *root;
} known[] = {
  { 0, "b382235cb13b54d70425beb47b7975fb35abeb21ba9d68aaf1848a081a5079ae" },
  { 1, "11f8628e3c2953e7b3b8eea371a4d0a20cffca06b3600722bdf3561b4f3b9586" },
  { 4, "7dc3b98962bf27a4ddbe69dcb169b82260f0680c913b6d4c3942965ebb64c19b" },
  { 5, "0fa70182dbf14d1ad7768ba72294530617c0c62200849e40acf47d95a4dea268" },
  { 8, "1cea4539a849da8e4f8c6bd3b5a0ff895009401aba2e944dfbd860df2ce20290" },
  { 9, "626bac80b37eed3bcca6d69d79c87694917c7ea4a3371fa5073752eb9c568eba" },
  { 12, "c8d2d1d79152757a6dab2036ac6b5abd6a563f887bbf412ceda19fe437e8f5c0" },
  { 13, "80fc50c18a50ab93110170c1bc6c34726a2d71776d5097f547ba2b9b8a3b3c0b" },
  { 20, "e0da815cc825a057a5d49527ec5540b1f0638300851bd9af311423af7a05f877" },
  { 28, "36f3dcdd7436f0f8ed4223d9dba9818ff035c789e54fc718c324f68b20c8e490" },
  { 29, "781750952660bb66862ccc2a780845897f2c67664921f58c2aeacf1c48dcce43" },
  { 64, "0f08aed0d771d7ce537011fa065e91de71116a2f1ab4ac521bd470bf6935e07a" },
  { 100, "0ae3a8f6c70702740eb1b3025b6b5534d4ac8f14160c89f19285b9c752145f4f" },
};

static void
test_known_roots (void)
{
  guint8 data[128];

  for (gsize i = 0; i < sizeof data; i++)
    data[i] = (guint8) i;
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++) {
    g_autoptr (LanTree) tree = lan_tree_new (4);
    g_autofree char *hex = NULL;
    LanHash root;

    lan_tree_update (tree, data, known[i].size);
    g_assert_cmpuint (lan_tree_size (tree), ==, known[i].size);
    g_assert_cmpint (lan_tree_root (tree, &root), ==, LAN_STATUS_OK);
    hex = lan_hash_to_hex (&root);
    g_assert_cmpstr (hex, ==, known[i].root);
    g_assert_cmpint (lan_tree_root (tree, &root), ==, LAN_STATUS_MALFORMED);
  }
}

static void
test_full_leaves (void)
{
  gsize size = 3 * LAN_TREE_LEAF_BYTES + 5;
  g_autofree guint8 *data = g_malloc (size);
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);
  g_autofree char *hex = NULL;
  LanHash root;

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 7);
  /* In odd pieces: where the data is cut makes no difference. */
  for (gsize at = 0; at < size; at += 100001)
    lan_tree_update (tree, data + at, MIN (size - at, 100001));
  g_assert_cmpint (lan_tree_root (tree, &root), ==, LAN_STATUS_OK);
  hex = lan_hash_to_hex (&root);
  g_assert_cmpstr (hex, ==, "fcf37b6af0572bd697170176aaaa632c58abf2dc58cfec67f6757c3e8d0c0058");
}

/* A list of leaf hashes stands for its root only as it is: nothing left out, added, moved, changed. */
static void
test_verify_leaves (void)
{
  guint8 data[29] = { 1, 2, 3 };
  guint8 hashes[9 * LAN_HASH_BYTES];
  const gsize n = 8;
  LanTree *tree = lan_tree_new (4);
  LanHash root;

  for (gsize i = 0; i < n; i++) {
    LanHash leaf;
    gsize len = MIN (sizeof data - i * 4, 4);

    lan_tree_leaf (&leaf, i, data + i * 4, len);
    lan_tree_add_leaf (tree, &leaf, len);
    memcpy (hashes + i * LAN_HASH_BYTES, leaf.b, LAN_HASH_BYTES);
  }
  g_assert_cmpint (lan_tree_root (tree, &root), ==, LAN_STATUS_OK);
  lan_tree_free (tree);
  g_assert_cmpint (lan_tree_verify_leaves (hashes, n * LAN_HASH_BYTES, 29, 4, &root), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (lan_tree_verify_leaves (hashes, n * LAN_HASH_BYTES - 1, 29, 4, &root), ==,
                   LAN_STATUS_MALFORMED);
  g_assert_cmpint (lan_tree_verify_leaves (hashes, (n - 1) * LAN_HASH_BYTES, 29, 4, &root), ==,
                   LAN_STATUS_MALFORMED);
  g_assert_cmpint (lan_tree_verify_leaves (hashes, n * LAN_HASH_BYTES, 30, 4, &root), ==,
                   LAN_STATUS_AUTH);
  g_assert_cmpint (lan_tree_verify_leaves (hashes, n * LAN_HASH_BYTES, G_MAXUINT64, 4, &root), ==,
                   LAN_STATUS_MALFORMED);
  g_assert_cmpint (lan_tree_verify_leaves (NULL, 0, 0, 4, &root), ==, LAN_STATUS_AUTH);
  for (gsize i = 0; i < n * LAN_HASH_BYTES; i += 17) {
    hashes[i] ^= 1;
    g_assert_cmpint (lan_tree_verify_leaves (hashes, n * LAN_HASH_BYTES, 29, 4, &root), ==,
                     LAN_STATUS_AUTH);
    hashes[i] ^= 1;
  }
}

/* A leaf that is not full can only be the last, and the same bytes elsewhere are another leaf. */
static void
test_shape (void)
{
  g_autoptr (LanTree) tree = lan_tree_new (4);
  const guint8 data[4] = { 1, 2, 3, 4 };
  LanHash a, b, root;

  lan_tree_leaf (&a, 0, data, 4);
  lan_tree_leaf (&b, 1, data, 4);
  g_assert_false (lan_hash_equal (&a, &b));
  lan_tree_leaf (&b, 0, data, 3);
  lan_tree_add_leaf (tree, &b, 3);
  lan_tree_add_leaf (tree, &a, 4);
  g_assert_cmpint (lan_tree_root (tree, &root), ==, LAN_STATUS_MALFORMED);
  g_assert_cmpuint (lan_tree_leaf_count (0, 4), ==, 0);
  g_assert_cmpuint (lan_tree_leaf_count (G_MAXUINT64, 1), ==, G_MAXUINT64);
  g_assert_cmpuint (lan_tree_leaf_count (5, 4), ==, 2);
}

void
add_tree_hash_tests (void)
{
  g_test_add_func ("/crypto/tree-hash/known", test_known_roots);
  g_test_add_func ("/crypto/tree-hash/full-leaves", test_full_leaves);
  g_test_add_func ("/crypto/tree-hash/verify-leaves", test_verify_leaves);
  g_test_add_func ("/crypto/tree-hash/shape", test_shape);
}
