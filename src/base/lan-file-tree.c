/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-file-tree.h"

#include <string.h>

#define MAX_LEAVES G_MAXUINT32
#define MAX_BYTES  (G_GUINT64_CONSTANT (1) << 46)

struct _LanFileTree {
  gint ref; /* atomic */
  gboolean is_folder;
  guint n_files;
  guint64 size;
  guint64 n_leaves;
  guint64 n_hashes;
  GArray *entries; /* of LanFileEntry */
  GStringChunk *paths;
};

static LanFileTree *
tree_new (gboolean is_folder)
{
  LanFileTree *tree = g_new0 (LanFileTree, 1);

  tree->ref = 1;
  tree->is_folder = is_folder;
  tree->entries = g_array_new (FALSE, FALSE, sizeof (LanFileEntry));
  tree->paths = g_string_chunk_new (is_folder ? 4096 : 64);
  return tree;
}

LanFileTree *
lan_file_tree_new_folder (void)
{
  return tree_new (TRUE);
}

LanFileTree *
lan_file_tree_new_file (const char *name, guint64 size, const LanHash *root)
{
  LanFileTree *tree = tree_new (FALSE);
  LanFileEntry entry = { .path = name, .size = size, .kind = LAN_FILE_ENTRY_FILE };

  if (root != NULL)
    entry.root = *root;
  if (!lan_file_tree_add (tree, &entry))
    g_clear_pointer (&tree, lan_file_tree_unref);
  return tree;
}

static guint64
leaves_of_size (guint64 size)
{
  return size / LAN_FILE_TREE_LEAF_BYTES + (size % LAN_FILE_TREE_LEAF_BYTES != 0);
}

static gboolean
is_listed (const LanFileTree *tree, guint64 n_leaves)
{
  return n_leaves > 1 || (!tree->is_folder && n_leaves > 0);
}

gboolean
lan_file_tree_add (LanFileTree *tree, const LanFileEntry *entry)
{
  LanFileEntry made = *entry;
  guint64 n_leaves = leaves_of_size (entry->size);

  if (entry->size > MAX_BYTES - tree->size || n_leaves > MAX_LEAVES - tree->n_leaves)
    return FALSE;
  made.path = g_string_chunk_insert (tree->paths, entry->path);
  made.first_leaf = tree->n_leaves;
  made.first_hash = tree->n_hashes;
  g_array_append_val (tree->entries, made);
  tree->size += entry->size;
  tree->n_leaves += n_leaves;
  tree->n_files += entry->kind == LAN_FILE_ENTRY_FILE;
  if (is_listed (tree, n_leaves))
    tree->n_hashes += n_leaves;
  return TRUE;
}

void
lan_file_tree_set_root (LanFileTree *tree, guint entry, const LanHash *root)
{
  g_array_index (tree->entries, LanFileEntry, entry).root = *root;
}

LanFileTree *
lan_file_tree_ref (LanFileTree *tree)
{
  g_atomic_int_inc (&tree->ref);
  return tree;
}

void
lan_file_tree_unref (LanFileTree *tree)
{
  if (tree == NULL || !g_atomic_int_dec_and_test (&tree->ref))
    return;
  g_array_unref (tree->entries);
  g_string_chunk_free (tree->paths);
  g_free (tree);
}

gboolean
lan_file_tree_is_folder (const LanFileTree *tree)
{
  return tree->is_folder;
}

guint
lan_file_tree_n_entries (const LanFileTree *tree)
{
  return tree->entries->len;
}

guint
lan_file_tree_n_files (const LanFileTree *tree)
{
  return tree->n_files;
}

const LanFileEntry *
lan_file_tree_entry (const LanFileTree *tree, guint entry)
{
  return &g_array_index (tree->entries, LanFileEntry, entry);
}

guint64
lan_file_tree_size (const LanFileTree *tree)
{
  return tree->size;
}

guint64
lan_file_tree_n_leaves (const LanFileTree *tree)
{
  return tree->n_leaves;
}

guint64
lan_file_tree_n_hashes (const LanFileTree *tree)
{
  return tree->n_hashes;
}

guint64
lan_file_tree_leaves_of (const LanFileTree *tree, guint entry)
{
  return leaves_of_size (lan_file_tree_entry (tree, entry)->size);
}

gboolean
lan_file_tree_is_listed (const LanFileTree *tree, guint entry)
{
  return is_listed (tree, lan_file_tree_leaves_of (tree, entry));
}

static gboolean
holds (const LanFileTree *tree, guint entry, guint64 leaf)
{
  guint64 first = lan_file_tree_entry (tree, entry)->first_leaf;

  return leaf >= first && leaf - first < lan_file_tree_leaves_of (tree, entry);
}

/* The last entry that begins at or before @leaf and has leaves: those without begin where the next
 * one does. */
static guint
find_entry (const LanFileTree *tree, guint64 leaf)
{
  guint low = 0, high = tree->entries->len;

  while (high - low > 1) {
    guint middle = low + (high - low) / 2;

    if (lan_file_tree_entry (tree, middle)->first_leaf <= leaf)
      low = middle;
    else
      high = middle;
  }
  return low;
}

gboolean
lan_file_tree_leaf_near (const LanFileTree *tree, guint64 leaf, guint *near, LanFileLeaf *out)
{
  const LanFileEntry *entry;
  guint at = *near;

  if (leaf >= tree->n_leaves)
    return FALSE;
  if (at >= tree->entries->len || !holds (tree, at, leaf)) {
    if (at + 1 < tree->entries->len && holds (tree, at + 1, leaf))
      at++;
    else
      at = find_entry (tree, leaf);
  }
  *near = at;
  entry = lan_file_tree_entry (tree, at);
  out->entry = at;
  out->index = leaf - entry->first_leaf;
  out->offset = out->index * LAN_FILE_TREE_LEAF_BYTES;
  out->len = (gsize) MIN (entry->size - out->offset, LAN_FILE_TREE_LEAF_BYTES);
  out->hash =
      lan_file_tree_is_listed (tree, at) ? entry->first_hash + out->index : LAN_FILE_TREE_NO_HASH;
  return TRUE;
}

gboolean
lan_file_tree_leaf (const LanFileTree *tree, guint64 leaf, LanFileLeaf *out)
{
  guint near = G_MAXUINT - 1;

  return lan_file_tree_leaf_near (tree, leaf, &near, out);
}
