/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * An append-only Merkle log, shaped as in RFC 9162, section 2.1, with our hashes: a leaf is
 * H (entry; "LY1-mleaf"), a node H (left || right; "LY1-mnode"), where H is BLAKE2b-256 with that
 * personalisation; the root of no entries is H (""; "LY1-mroot"). Whoever holds all entries needs
 * only the frontier, one hash a level; whoever proves things to others keeps the whole tree.
 * One thread at a time.
 */
#pragma once

#include "lan-crypto.h"

G_BEGIN_DECLS

#define LAN_MERKLE_LEVELS             64
#define LAN_MERKLE_PROOF_MAX          65 /* hashes of one proof */
#define LAN_MERKLE_FRONTIER_BYTES_MAX (8 + LAN_MERKLE_LEVELS * LAN_HASH_BYTES)

/** The leaf of one entry: the bytes of an attestation, in the directory's log. */
void lan_merkle_leaf (LanHash *out, const void *data, gsize len);

/* ---- frontier: append and root in O(log n) space ---- */

typedef struct {
  guint64 size;
  LanHash stack[LAN_MERKLE_LEVELS]; /* stack[l] is full where bit l of size is set */
} LanMerkleFrontier;

void lan_merkle_frontier_init (LanMerkleFrontier *f);
void lan_merkle_frontier_append (LanMerkleFrontier *f, const LanHash *leaf);
void lan_merkle_frontier_root (const LanMerkleFrontier *f, LanHash *root);

/** Returns: (transfer full): size u64, then the full hashes from the lowest level: for one's own disk. */
GBytes *lan_merkle_frontier_save (const LanMerkleFrontier *f) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_merkle_frontier_load (LanMerkleFrontier *f, const guint8 *data,
                                    gsize len) G_GNUC_WARN_UNUSED_RESULT;

/* ---- the whole tree: about 64 bytes of memory an entry ---- */

typedef struct _LanMerkleTree LanMerkleTree;

LanMerkleTree *lan_merkle_tree_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_merkle_tree_free (LanMerkleTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanMerkleTree, lan_merkle_tree_free)

void lan_merkle_tree_append (LanMerkleTree *tree, const LanHash *leaf);
guint64 lan_merkle_tree_size (const LanMerkleTree *tree);

/** The root as it was at @size entries; LAN_STATUS_STATE when there are not so many. */
LanStatus lan_merkle_tree_root_at (const LanMerkleTree *tree, guint64 size,
                                   LanHash *root) G_GNUC_WARN_UNUSED_RESULT;

/** That entry @index is in the tree of @size. @n: (out): hashes written. STATE when out of range. */
LanStatus lan_merkle_tree_prove_inclusion (const LanMerkleTree *tree, guint64 index, guint64 size,
                                           LanHash proof[LAN_MERKLE_PROOF_MAX],
                                           guint *n) G_GNUC_WARN_UNUSED_RESULT;

/** That the tree of @old_size is the beginning of that of @new_size. */
LanStatus lan_merkle_tree_prove_consistency (const LanMerkleTree *tree, guint64 old_size,
                                             guint64 new_size, LanHash proof[LAN_MERKLE_PROOF_MAX],
                                             guint *n) G_GNUC_WARN_UNUSED_RESULT;

/* ---- looking at proofs from outside: OK, or AUTH, or MALFORMED for numbers that cannot be ---- */

LanStatus lan_merkle_verify_inclusion (const LanHash *leaf, guint64 index, guint64 size,
                                       const LanHash *proof, gsize n,
                                       const LanHash *root) G_GNUC_WARN_UNUSED_RESULT;
LanStatus lan_merkle_verify_consistency (guint64 old_size, const LanHash *old_root,
                                         guint64 new_size, const LanHash *new_root,
                                         const LanHash *proof, gsize n) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
