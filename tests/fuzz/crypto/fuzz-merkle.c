/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Proofs from outside. Byte 0: 0 inclusion, 1 consistency, 2 a frontier. Then two u64 (index or old
 * size, and size), two hashes, and the proof's hashes. Roots are also compared with those of a real
 * tree of 40 entries, so that what verifies can be told to be true.
 */
#include "lan-bytes.h"
#include "lan-merkle.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define ENTRIES 40

static LanMerkleTree *tree;
static LanHash leaves[ENTRIES];

static void
set_up (void)
{
  tree = lan_merkle_tree_new ();
  for (guint8 i = 0; i < ENTRIES; i++) {
    lan_merkle_leaf (&leaves[i], &i, 1);
    lan_merkle_tree_append (tree, &leaves[i]);
  }
}

static gboolean
is_root (guint64 size, const LanHash *hash)
{
  LanHash root;

  return size <= ENTRIES && lan_merkle_tree_root_at (tree, size, &root) == LAN_STATUS_OK &&
         lan_hash_equal (&root, hash);
}

static void
on_proof (gboolean consistency, const guint8 *data, gsize size)
{
  LanHash one, two, *proof;
  guint64 a, b;
  LanReader r;
  gsize n;

  lan_reader_init (&r, data, size);
  a = lan_read_u64 (&r);
  b = lan_read_u64 (&r);
  lan_read_bytes (&r, one.b, sizeof one.b);
  lan_read_bytes (&r, two.b, sizeof two.b);
  n = lan_reader_left (&r) / sizeof *proof;
  proof = g_new (LanHash, n + 1);
  memcpy (proof, data + r.pos, n * sizeof *proof);
  if (consistency) {
    if (lan_merkle_verify_consistency (a, &one, b, &two, proof, n) == LAN_STATUS_OK &&
        is_root (b, &two))
      g_assert (is_root (a, &one));
  } else if (lan_merkle_verify_inclusion (&one, a, b, proof, n, &two) == LAN_STATUS_OK &&
             is_root (b, &two)) {
    g_assert (a < ENTRIES && lan_hash_equal (&one, &leaves[a]));
  }
  g_free (proof);
}

static void
on_frontier (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) again = NULL;
  LanMerkleFrontier f;
  LanHash root;

  if (lan_merkle_frontier_load (&f, data, size) != LAN_STATUS_OK)
    return;
  lan_merkle_frontier_root (&f, &root);
  again = lan_merkle_frontier_save (&f);
  g_assert (g_bytes_get_size (again) == size &&
            memcmp (g_bytes_get_data (again, NULL), data, size) == 0);
  if (f.size < G_MAXUINT64)
    lan_merkle_frontier_append (&f, &root);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (tree == NULL)
    set_up ();
  if (size >= 1 && data[0] < 2)
    on_proof (data[0] == 1, data + 1, size - 1);
  else if (size >= 1)
    on_frontier (data + 1, size - 1);
  return 0;
}
