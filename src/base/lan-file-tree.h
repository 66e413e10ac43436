/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is sent as one thing: a file, or a folder with everything in it. Its leaves are numbered
 * through, entry after entry, so that one bitmap says what is here of the whole, and a request for
 * small files is one range of numbers. A leaf never crosses the border of a file.
 *
 * Hashes: each entry has the root of its file. A file of one leaf inside a folder needs no more than that
 * (the root says what the leaf must be); the leaves of longer files, and every leaf of a file that is sent alone,
 * have a place in the list of leaf hashes.
 *
 * Made by one thread, then shared unchanged; references are counted atomically.
 */
#pragma once

#include "lan-id.h"

G_BEGIN_DECLS

#define LAN_FILE_TREE_LEAF_BYTES (256 * 1024)
#define LAN_FILE_TREE_NO_HASH    G_MAXUINT64

typedef enum {
  LAN_FILE_ENTRY_FILE = 1,
  LAN_FILE_ENTRY_FOLDER = 2,
} LanFileEntryKind;

#define LAN_FILE_MODE_EXEC 1

typedef struct {
  const char *path; /* below the folder, '/' between components; the name of a file sent alone */
  guint64 size;
  gint64 mtime_ms; /* Unix; 0: not told */
  guint64 first_leaf;
  guint64 first_hash; /* its first leaf's place in the list; of files that have one */
  LanHash root;
  guint8 kind;
  guint8 mode; /* LAN_FILE_MODE_EXEC */
} LanFileEntry;

/* Where a leaf is. */
typedef struct {
  guint entry;
  guint64 index;  /* in its file */
  guint64 offset; /* in its file */
  gsize len;
  guint64 hash; /* place in the list, or LAN_FILE_TREE_NO_HASH: the entry's root decides */
} LanFileLeaf;

typedef struct _LanFileTree LanFileTree;

/** Returns: (transfer full): a file that is sent alone. */
LanFileTree *lan_file_tree_new_file (const char *name, guint64 size,
                                     const LanHash *root) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): an empty folder, to be filled by lan_file_tree_add() in order of path. */
LanFileTree *lan_file_tree_new_folder (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Adds an entry; @path is copied, .first_leaf and .first_hash are filled in. FALSE when it would make
 * the tree longer than 2^32 leaves or 2^46 bytes; names are not looked at.
 */
gboolean lan_file_tree_add (LanFileTree *tree, const LanFileEntry *entry);

/** The roots of files are known only after they were hashed. Before the tree is shared. */
void lan_file_tree_set_root (LanFileTree *tree, guint entry, const LanHash *root);

LanFileTree *lan_file_tree_ref (LanFileTree *tree);
void lan_file_tree_unref (LanFileTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanFileTree, lan_file_tree_unref)

gboolean lan_file_tree_is_folder (const LanFileTree *tree);
guint lan_file_tree_n_entries (const LanFileTree *tree);
guint lan_file_tree_n_files (const LanFileTree *tree);
const LanFileEntry *lan_file_tree_entry (const LanFileTree *tree, guint entry);

/** Bytes of all files together. */
guint64 lan_file_tree_size (const LanFileTree *tree);
guint64 lan_file_tree_n_leaves (const LanFileTree *tree);
guint64 lan_file_tree_leaves_of (const LanFileTree *tree, guint entry);

/** Length of the list of leaf hashes. */
guint64 lan_file_tree_n_hashes (const LanFileTree *tree);

/** TRUE when the leaves of @entry have places in the list of hashes. */
gboolean lan_file_tree_is_listed (const LanFileTree *tree, guint entry);

/** Fills @out for @leaf; FALSE when there is no such leaf. */
gboolean lan_file_tree_leaf (const LanFileTree *tree, guint64 leaf, LanFileLeaf *out);

/** The same with a guess where to look first, which is kept up: for walking along. */
gboolean lan_file_tree_leaf_near (const LanFileTree *tree, guint64 leaf, guint *near,
                                  LanFileLeaf *out);

G_END_DECLS
