/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Manifests from outside: what is taken is safe, adds up, and is written again as the same bytes. */
#include "lan-file-name.h"
#include "lan-manifest.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check (const LanFileTree *tree)
{
  guint64 size = 0, leaves = 0;
  guint near = 0;

  for (guint i = 0; i < lan_file_tree_n_entries (tree); i++) {
    const LanFileEntry *entry = lan_file_tree_entry (tree, i);
    g_auto (GStrv) parts = g_strsplit (entry->path, "/", -1);
    LanFileLeaf leaf;

    g_assert (g_strv_length (parts) <= LAN_MANIFEST_MAX_DEPTH);
    for (guint j = 0; parts[j] != NULL; j++)
      g_assert (strcmp (parts[j], "..") != 0 && strcmp (parts[j], ".") != 0 &&
                strpbrk (parts[j], "\\\x1b\n") == NULL && parts[j][0] != '\0');
    g_assert (entry->first_leaf == leaves);
    if (lan_file_tree_leaves_of (tree, i) > 0) {
      g_assert (lan_file_tree_leaf_near (tree, leaves, &near, &leaf));
      g_assert (leaf.entry == i && leaf.index == 0 && leaf.len > 0);
    }
    size += entry->size;
    leaves += lan_file_tree_leaves_of (tree, i);
  }
  g_assert (size == lan_file_tree_size (tree) && leaves == lan_file_tree_n_leaves (tree));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (LanFileTree) tree = NULL;
  g_autoptr (GBytes) again = NULL;

  if (lan_manifest_decode (data, size, &tree) != LAN_STATUS_OK)
    return 0;
  check (tree);
  again = lan_manifest_encode (tree);
  g_assert (g_bytes_get_size (again) == size &&
            memcmp (g_bytes_get_data (again, NULL), data, size) == 0);
  return 0;
}
