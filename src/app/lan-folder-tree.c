/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-folder-tree.h"

#include <string.h>

struct _LanFolderTree {
  GtkTreeStore *store;
  GHashTable *folders; /* path -> GtkTreeIter, which persist in a GtkTreeStore */
  GPtrArray *entries;
  guint next;
};

LanFolderTree *
lan_folder_tree_new (GPtrArray *entries)
{
  LanFolderTree *self = g_new0 (LanFolderTree, 1);

  self->store = gtk_tree_store_new (LAN_FOLDER_TREE_N, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_BOOLEAN,
                                    G_TYPE_BOOLEAN, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_UINT64,
                                    G_TYPE_BOOLEAN);
  self->folders =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) gtk_tree_iter_free);
  self->entries = g_ptr_array_ref (entries);
  return self;
}

void
lan_folder_tree_free (LanFolderTree *self)
{
  g_object_unref (self->store);
  g_hash_table_unref (self->folders);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

GtkTreeModel *
lan_folder_tree_get_model (LanFolderTree *self)
{
  return GTK_TREE_MODEL (self->store);
}

static void add_row (LanFolderTree *self, const char *path, gboolean folder, guint64 bytes);

/* The row that @path belongs under, made when the list does not name it; NULL at the top. */
static GtkTreeIter *
parent_of (LanFolderTree *self, const char *path)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *parent = slash != NULL ? g_strndup (path, (gsize) (slash - path)) : NULL;

  if (parent == NULL)
    return NULL;
  if (!g_hash_table_contains (self->folders, parent))
    add_row (self, parent, TRUE, 0);
  return g_hash_table_lookup (self->folders, parent);
}

/* Depth is at most 32 (SECURITY section 7), so is this recursion. */
static void
add_row (LanFolderTree *self, const char *path, gboolean folder, guint64 bytes)
{
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  g_autofree char *size = folder ? g_strdup ("") : g_format_size (bytes);
  GtkTreeIter iter;

  gtk_tree_store_insert_with_values (
      self->store, &iter, parent_of (self, path), -1, LAN_FOLDER_TREE_NAME, name,
      LAN_FOLDER_TREE_SIZE, size, LAN_FOLDER_TREE_CHECKED, TRUE, LAN_FOLDER_TREE_ICON,
      folder ? "folder-symbolic" : "text-x-generic-symbolic", LAN_FOLDER_TREE_PATH, path,
      LAN_FOLDER_TREE_BYTES, bytes, LAN_FOLDER_TREE_FOLDER, folder, -1);
  if (folder)
    g_hash_table_replace (self->folders, g_strdup (path), gtk_tree_iter_copy (&iter));
}

gboolean
lan_folder_tree_fill (LanFolderTree *self, guint n)
{
  for (; n > 0 && self->next < self->entries->len; n--, self->next++) {
    const LanTransferEntry *entry = g_ptr_array_index (self->entries, self->next);

    if (!entry->folder || !g_hash_table_contains (self->folders, entry->path))
      add_row (self, entry->path, entry->folder, entry->size);
  }
  return self->next < self->entries->len;
}

static void
set_below (LanFolderTree *self, GtkTreeIter *iter, gboolean checked)
{
  GtkTreeIter child;

  gtk_tree_store_set (self->store, iter, LAN_FOLDER_TREE_CHECKED, checked, LAN_FOLDER_TREE_HALF,
                      FALSE, -1);
  if (!gtk_tree_model_iter_children (GTK_TREE_MODEL (self->store), &child, iter))
    return;
  do
    set_below (self, &child, checked);
  while (gtk_tree_model_iter_next (GTK_TREE_MODEL (self->store), &child));
}

static void
read_checks (LanFolderTree *self, GtkTreeIter *iter, gboolean *checked, gboolean *half)
{
  gtk_tree_model_get (GTK_TREE_MODEL (self->store), iter, LAN_FOLDER_TREE_CHECKED, checked,
                      LAN_FOLDER_TREE_HALF, half, -1);
}

static void
follow_children (LanFolderTree *self, GtkTreeIter *parent)
{
  gboolean all = TRUE, some = FALSE;
  GtkTreeIter child;

  if (!gtk_tree_model_iter_children (GTK_TREE_MODEL (self->store), &child, parent))
    return;
  do {
    gboolean checked, half;

    read_checks (self, &child, &checked, &half);
    all = all && checked && !half;
    some = some || checked || half;
  } while (gtk_tree_model_iter_next (GTK_TREE_MODEL (self->store), &child));
  gtk_tree_store_set (self->store, parent, LAN_FOLDER_TREE_CHECKED, all, LAN_FOLDER_TREE_HALF,
                      some && !all, -1);
}

void
lan_folder_tree_toggle (LanFolderTree *self, GtkTreeIter *iter)
{
  GtkTreeIter child = *iter;
  GtkTreeIter parent;
  gboolean checked, half;

  read_checks (self, iter, &checked, &half);
  set_below (self, iter, !checked);
  while (gtk_tree_model_iter_parent (GTK_TREE_MODEL (self->store), &parent, &child)) {
    follow_children (self, &parent);
    child = parent;
  }
}

typedef struct {
  guint files;
  guint64 bytes;
} Sum;

static gboolean
add_to_sum (GtkTreeModel *model, GtkTreePath *path, GtkTreeIter *iter, gpointer data)
{
  Sum *sum = data;
  gboolean checked, folder;
  guint64 bytes;

  gtk_tree_model_get (model, iter, LAN_FOLDER_TREE_CHECKED, &checked, LAN_FOLDER_TREE_FOLDER,
                      &folder, LAN_FOLDER_TREE_BYTES, &bytes, -1);
  if (checked && !folder) {
    sum->files++;
    sum->bytes += bytes;
  }
  return FALSE;
}

guint
lan_folder_tree_count (LanFolderTree *self, guint64 *bytes)
{
  Sum sum = { 0 };

  gtk_tree_model_foreach (GTK_TREE_MODEL (self->store), add_to_sum, &sum);
  *bytes = sum.bytes;
  return sum.files;
}

/* Returns: whether all rows of this level are wholly checked. */
static gboolean
collect (LanFolderTree *self, GtkTreeIter *parent, GPtrArray *wanted)
{
  gboolean all = TRUE;
  GtkTreeIter iter;

  if (!gtk_tree_model_iter_children (GTK_TREE_MODEL (self->store), &iter, parent))
    return TRUE;
  do {
    gboolean checked, half;
    char *path;

    gtk_tree_model_get (GTK_TREE_MODEL (self->store), &iter, LAN_FOLDER_TREE_CHECKED, &checked,
                        LAN_FOLDER_TREE_HALF, &half, LAN_FOLDER_TREE_PATH, &path, -1);
    if (checked && !half)
      g_ptr_array_add (wanted, g_steal_pointer (&path));
    else if (half)
      collect (self, &iter, wanted);
    all = all && checked && !half;
    g_free (path);
  } while (gtk_tree_model_iter_next (GTK_TREE_MODEL (self->store), &iter));
  return all;
}

GStrv
lan_folder_tree_dup_wanted (LanFolderTree *self)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func (g_free);

  if (collect (self, NULL, wanted))
    return NULL;
  g_ptr_array_add (wanted, NULL);
  g_ptr_array_set_free_func (wanted, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&wanted), FALSE);
}
