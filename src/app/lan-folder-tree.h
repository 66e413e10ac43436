/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The files of an offered folder as a tree with three-state checks: a folder is checked when all
 * below it is, half when some is. Filled in pieces, so that a hundred thousand files do not hold
 * the window up.
 */
#pragma once

#include "lan-node.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

enum {
  LAN_FOLDER_TREE_NAME,    /* string */
  LAN_FOLDER_TREE_SIZE,    /* string, "" for folders */
  LAN_FOLDER_TREE_CHECKED, /* boolean */
  LAN_FOLDER_TREE_HALF,    /* boolean */
  LAN_FOLDER_TREE_ICON,    /* string */
  LAN_FOLDER_TREE_PATH,    /* string, below the offered folder */
  LAN_FOLDER_TREE_BYTES,   /* uint64 */
  LAN_FOLDER_TREE_FOLDER,  /* boolean */
  LAN_FOLDER_TREE_N
};

typedef struct _LanFolderTree LanFolderTree;

/** @entries: (element-type LanTransferEntry), kept until all are in. */
LanFolderTree *lan_folder_tree_new (GPtrArray *entries);
void lan_folder_tree_free (LanFolderTree *self);

/** Returns: (transfer none): for a GtkTreeView. */
GtkTreeModel *lan_folder_tree_get_model (LanFolderTree *self);

/** Puts up to @n more entries in. Returns: whether more are left. */
gboolean lan_folder_tree_fill (LanFolderTree *self, guint n);

/** Checks or unchecks @iter and all below it; what stands above follows. */
void lan_folder_tree_toggle (LanFolderTree *self, GtkTreeIter *iter);

/** How many files are checked, and how many bytes they have. */
guint lan_folder_tree_count (LanFolderTree *self, guint64 *bytes);

/**
 * Returns: (transfer full) (nullable): the checked paths, a folder for all that is in it; NULL when
 *   everything is checked.
 */
GStrv lan_folder_tree_dup_wanted (LanFolderTree *self);

G_END_DECLS
