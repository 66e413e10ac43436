/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where what lies in a blob (wire/PROTOCOL.md, Left with the server): the manifest of a folder, the list of leaf
 * hashes, then the leaves one behind the other, and zeros. Both sides know it from the offer.
 */
#include "lan-transfers-private.h"

#include "lan-blob.h"
#include "lan-tree-hash.h"

gboolean
lan_left_plan_make (LanLeftPlan *plan, const LanTransferOne *one)
{
  guint n;

  if (one->tree == NULL || one->row.size > LAN_BLOB_MAX_BYTES / 2)
    return FALSE;
  n = lan_file_tree_n_entries (one->tree);
  lan_left_plan_clear (plan);
  plan->starts = g_new (guint64, (gsize) n + 1);
  plan->starts[0] = 0;
  for (guint i = 0; i < n; i++)
    plan->starts[i + 1] = plan->starts[i] + lan_file_tree_entry (one->tree, i)->size;
  plan->hashes_at = one->detail.is_folder ? one->detail.manifest_size : 0;
  plan->data_at = plan->hashes_at + lan_file_tree_n_hashes (one->tree) * LAN_HASH_BYTES;
  plan->plain = plan->data_at + plan->starts[n];
  plan->padded = lan_blob_padded (plan->plain);
  plan->sealed = lan_blob_sealed (plan->padded);
  return TRUE;
}

void
lan_left_plan_clear (LanLeftPlan *plan)
{
  g_clear_pointer (&plan->starts, g_free);
}

void
lan_left_plan_find (const LanLeftPlan *plan, const LanTransferOne *one, guint64 at, guint64 *leaf,
                    gsize *inside)
{
  guint low = 0, high = lan_file_tree_n_entries (one->tree) - 1;

  while (low < high) {
    guint middle = low + (high - low + 1) / 2;

    if (plan->starts[middle] <= at)
      low = middle;
    else
      high = middle - 1;
  }
  at -= plan->starts[low];
  *leaf = lan_file_tree_entry (one->tree, low)->first_leaf + at / LAN_TREE_LEAF_BYTES;
  *inside = (gsize) (at % LAN_TREE_LEAF_BYTES);
}

guint64
lan_left_plan_leaf_at (const LanLeftPlan *plan, const LanTransferOne *one, guint64 leaf, gsize *len)
{
  LanFileLeaf place = { 0 };

  *len = 0;
  if (!lan_file_tree_leaf (one->tree, leaf, &place))
    return plan->plain;
  *len = place.len;
  return plan->data_at + plan->starts[place.entry] + place.offset;
}
