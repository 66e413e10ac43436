/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The hash a file is known by (SECURITY section 7): BLAKE2b-256 leaves over pieces of fixed size,
 * joined in pairs, an odd one moving up, and a root that also covers size and shape. The three
 * levels differ by personalisation, so that none can be passed off as another.
 *
 *   leaf i = H(i u64 || length u32 || data; "LY1-fleaf")     node = H(left || right; "LY1-fnode")
 *   root = H(size u64 || leaf size u32 || leaf count u32 || top; "LY1-froot")
 *
 * A file of no bytes has no leaves and 32 zero bytes for its top. A builder keeps one hash for each
 * level, not the file's leaves. Leaves may be hashed on several threads; a builder belongs to one.
 */
#pragma once

#include "lan-crypto.h"

G_BEGIN_DECLS

#define LAN_TREE_LEAF_BYTES (256 * 1024)

typedef struct _LanTree LanTree;

/** One whole leaf; @len may be short only for a file's last leaf. */
void lan_tree_leaf (LanHash *out, guint64 index, const guint8 *data, gsize len);

/* One leaf among several. */
typedef struct {
  guint64 index;
  const guint8 *data;
  gsize len;
} LanTreePiece;

#define LAN_TREE_TOGETHER 4 /* leaves that are worth being hashed together */

/** lan_tree_leaf() of each of @pieces; neighbours of one length cost less than half, four at a time. */
void lan_tree_leaves (LanHash *out, const LanTreePiece *pieces, gsize n);

/** Returns: (transfer full): a builder for leaves of @leaf_size bytes (1..2^30). */
LanTree *lan_tree_new (guint32 leaf_size) G_GNUC_WARN_UNUSED_RESULT;
void lan_tree_free (LanTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanTree, lan_tree_free)

/** Feeds the file's next bytes, cut as it comes. Do not mix with lan_tree_add_leaf(). */
void lan_tree_update (LanTree *tree, const guint8 *data, gsize len);

/** Adds the hash of the next leaf; @len are the bytes it covers. */
void lan_tree_add_leaf (LanTree *tree, const LanHash *leaf, gsize len);

/** Returns: bytes covered up to now. */
guint64 lan_tree_size (const LanTree *tree);

/**
 * Ends the file and gives its root; the builder takes nothing after it. LAN_STATUS_MALFORMED when a
 * leaf before the last was not full.
 */
LanStatus lan_tree_root (LanTree *tree, LanHash *root) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: leaves of a file of @size bytes. */
guint64 lan_tree_leaf_count (guint64 size, guint32 leaf_size);

/**
 * Checks a list of leaf hashes (32 bytes each) against @root. LAN_STATUS_MALFORMED when there are
 * not exactly as many as @size asks for, LAN_STATUS_AUTH when they give another root.
 */
LanStatus lan_tree_verify_leaves (const guint8 *hashes, gsize hashes_len, guint64 size,
                                  guint32 leaf_size, const LanHash *root) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
