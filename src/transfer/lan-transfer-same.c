/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The same content, received or sent before, may still lie where it was: alone, in a folder, or in an
 * older state of the same folder. These are guesses; the disk takes only what has the right hashes.
 */
#include "lan-transfers-private.h"

#include <string.h>

typedef struct {
  const LanTransferOne *one;
  LanFileJob *job;
  GHashTable *roots; /* LanHash of an entry -> its number */
  guint n_folders;
  guint n_files;
} Search;

static guint
hash_root (gconstpointer root)
{
  guint h;

  memcpy (&h, root, sizeof h);
  return h;
}

static gboolean
equal_roots (gconstpointer a, gconstpointer b)
{
  return lan_hash_equal (a, b);
}

static void
note_roots (Search *s)
{
  LanFileTree *tree = s->one->tree;

  for (guint i = 0; i < lan_file_tree_n_entries (tree); i++) {
    const LanFileEntry *entry = lan_file_tree_entry (tree, i);

    if (entry->kind == LAN_FILE_ENTRY_FILE && entry->size > 0)
      g_hash_table_insert (s->roots, (gpointer) &entry->root, GUINT_TO_POINTER (i));
  }
}

/* A file of that root was at @folder (nullable) / @path. */
static void
add_file (Search *s, const LanHash *root, guint64 size, const char *folder, const char *path)
{
  g_autofree char *full = NULL;
  gpointer entry;

  if (s->n_files >= LAN_TRANSFER_SAME_FILES ||
      !g_hash_table_lookup_extended (s->roots, root, NULL, &entry) ||
      lan_file_tree_entry (s->one->tree, GPOINTER_TO_UINT (entry))->size != size)
    return;
  full = folder != NULL ? g_build_filename (folder, path, NULL) : g_strdup (path);
  lan_file_job_add_place (s->job, GPOINTER_TO_UINT (entry), full);
  s->n_files++;
}

/* What is known of the folder @other: its tree, or only where it lies. */
static void
add_folder (Search *s, const LanTransferOne *other)
{
  gboolean is_known = other->tree != NULL;

  if (s->n_folders >= LAN_TRANSFER_SAME_FOLDERS)
    return;
  if (s->one->detail.is_folder)
    lan_file_job_add_place (s->job, LAN_FILE_PLACE_ALL, other->row.path);
  else if (!is_known && s->n_files++ < LAN_TRANSFER_SAME_FILES)
    lan_file_job_add_place (s->job, LAN_FILE_PLACE_ALL, other->row.path);
  s->n_folders++;
  for (guint i = 0; is_known && i < lan_file_tree_n_entries (other->tree); i++) {
    const LanFileEntry *entry = lan_file_tree_entry (other->tree, i);

    if (entry->kind == LAN_FILE_ENTRY_FILE && entry->size > 0)
      add_file (s, &entry->root, entry->size, other->row.path, entry->path);
  }
}

static gboolean
is_there (const LanTransferOne *other)
{
  return other->row.path != NULL &&
         (other->row.incoming ? other->row.state == LAN_TRANSFER_DONE
                              : other->row.state != LAN_TRANSFER_VERIFYING);
}

/* The newest of a name first: an older state of the same. */
static int
compare (gconstpointer a, gconstpointer b, gpointer name)
{
  const LanTransferRow *x = &(*(LanTransferOne *const *) a)->row;
  const LanTransferRow *y = &(*(LanTransferOne *const *) b)->row;
  int same = (g_strcmp0 (y->name, name) == 0) - (g_strcmp0 (x->name, name) == 0);

  return same != 0 ? same : (x->created_ms < y->created_ms) - (x->created_ms > y->created_ms);
}

void
lan_transfer_add_places (LanTransfers *t, const LanTransferOne *one, LanFileJob *job)
{
  Search s = { .one = one, .job = job };
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  LanTransferOne *other;
  GHashTableIter iter;

  if (one->tree == NULL || one->row.size == 0)
    return;
  s.roots = g_hash_table_new (hash_root, equal_roots);
  note_roots (&s);
  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &other)) {
    if (other != one && is_there (other))
      g_ptr_array_add (others, other);
  }
  g_ptr_array_sort_with_data (others, compare, one->row.name);
  for (guint i = 0; i < others->len; i++) {
    other = g_ptr_array_index (others, i);
    if (other->detail.is_folder)
      add_folder (&s, other);
    else
      add_file (&s, &other->row.root, other->row.size, NULL, other->row.path);
  }
  g_hash_table_unref (s.roots);
}
