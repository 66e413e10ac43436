/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Hashing of what is on the disk: leaves side by side on as many threads as there are processors,
 * and the question whether a leaf is what it should be. On workers.
 */
#include "lan-disk-private.h"

#include "lan-tree-hash.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_US (100 * 1000)
#define STRIDE      16 /* leaves that a thread takes at once */

gssize
lan_disk_read_fully (int fd, guint8 *to, gsize len, guint64 offset)
{
  gsize got = 0;

  while (got < len) {
    gssize n = pread (fd, to + got, len - got, (off_t) (offset + got));

    if (n == 0)
      break;
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    got += (gsize) n;
  }
  return (gssize) got;
}

gboolean
lan_disk_root_of (const guint8 *hashes, guint64 size, LanHash *root)
{
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);
  guint64 left = size;

  for (; left > 0; hashes += LAN_HASH_BYTES) {
    LanHash leaf;
    gsize covers = (gsize) MIN (left, LAN_TREE_LEAF_BYTES);

    memcpy (leaf.b, hashes, LAN_HASH_BYTES);
    lan_tree_add_leaf (tree, &leaf, covers);
    left -= covers;
  }
  return lan_tree_root (tree, root) == LAN_STATUS_OK;
}

gboolean
lan_disk_hash_some (LanTree *tree, int fd, guint64 at, guint64 size, guint8 *buffer)
{
  LanTreePiece pieces[LAN_TREE_TOGETHER] = { { 0 } };
  LanHash hashes[LAN_TREE_TOGETHER];
  gsize all = (gsize) MIN (size - at, LAN_DISK_HASH_BYTES), n = 0;

  if (lan_disk_read_fully (fd, buffer, all, at) != (gssize) all)
    return FALSE;
  for (gsize from = 0; from < all; from += LAN_TREE_LEAF_BYTES) {
    gsize len = MIN (all - from, LAN_TREE_LEAF_BYTES);

    pieces[n++] = (LanTreePiece){ (at + from) / LAN_TREE_LEAF_BYTES, buffer + from, len };
  }
  lan_tree_leaves (hashes, pieces, n);
  for (gsize i = 0; i < n; i++)
    lan_tree_add_leaf (tree, &hashes[i], pieces[i].len);
  return TRUE;
}

gboolean
lan_disk_hash_fd (LanDisk *disk, LanDiskFile *file, int fd, guint64 size, LanHash *root)
{
  g_autofree guint8 *buffer = g_malloc (LAN_DISK_HASH_BYTES);
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);

  for (guint64 at = 0; at < size; at += LAN_DISK_HASH_BYTES) {
    if (lan_disk_file_is_cancelled (file) || g_atomic_int_get (&disk->stopping) ||
        !lan_disk_hash_some (tree, fd, at, size, buffer))
      return FALSE;
  }
  return lan_tree_root (tree, root) == LAN_STATUS_OK;
}

gboolean
lan_disk_is_hash (LanDiskFile *file, const LanFileLeaf *leaf, const LanHash *hash)
{
  if (leaf->hash == LAN_FILE_TREE_NO_HASH) {
    const LanFileEntry *entry = lan_file_tree_entry (file->tree, leaf->entry);
    LanHash root;

    return lan_disk_root_of (hash->b, entry->size, &root) && lan_hash_equal (&root, &entry->root);
  }
  return memcmp ((const guint8 *) g_bytes_get_data (file->leaves, NULL) +
                     leaf->hash * LAN_HASH_BYTES,
                 hash->b, sizeof hash->b) == 0;
}

gboolean
lan_disk_is_leaf (LanDiskFile *file, const LanFileLeaf *leaf, const guint8 *data)
{
  LanHash hash;

  lan_tree_leaf (&hash, leaf->index, data, leaf->len);
  return lan_disk_is_hash (file, leaf, &hash);
}

/* What the threads that hash one source share. */
typedef struct {
  LanDisk *disk;
  LanDiskFile *file;
  guint8 *hashes;
  guint64 n_leaves;
  GMutex lock; /* all below */
  GCond moved;
  guint64 next;
  guint64 done; /* bytes */
  guint running;
  GError *error;
} Hashing;

/* Leaves @first to @first + @n, at most LAN_TREE_TOGETHER. */
static gboolean
hash_together (Hashing *h, guint64 first, guint64 n, guint *near, guint8 *buffer, guint64 *bytes,
               GError **error)
{
  LanTreePiece pieces[LAN_TREE_TOGETHER] = { { 0 } };
  LanHash hashes[LAN_TREE_TOGETHER];

  for (guint64 i = 0; i < n; i++) {
    guint8 *to = buffer + i * LAN_TREE_LEAF_BYTES;
    LanFileLeaf place;

    if (!lan_file_tree_leaf_near (h->file->tree, first + i, near, &place) ||
        !lan_disk_file_read (h->file, first + i, to, error))
      return FALSE;
    pieces[i] = (LanTreePiece){ place.index, to, place.len };
    *bytes += place.len;
  }
  lan_tree_leaves (hashes, pieces, n);
  for (guint64 i = 0; i < n; i++)
    memcpy (h->hashes + (first + i) * LAN_HASH_BYTES, hashes[i].b, sizeof hashes[i].b);
  return TRUE;
}

static gboolean
hash_some (Hashing *h, guint64 first, guint64 n, guint8 *buffer, guint64 *bytes, GError **error)
{
  guint near = G_MAXUINT - 1;

  for (guint64 at = 0; at < n; at += LAN_TREE_TOGETHER) {
    if (lan_disk_file_is_cancelled (h->file) || g_atomic_int_get (&h->disk->stopping)) {
      lan_disk_set_code (error, LAN_FILE_ERROR_STOPPED, NULL);
      return FALSE;
    }
    if (!hash_together (h, first + at, MIN (n - at, LAN_TREE_TOGETHER), &near, buffer, bytes,
                        error))
      return FALSE;
  }
  return TRUE;
}

static gpointer
run_hashing (gpointer data)
{
  Hashing *h = data;
  g_autofree guint8 *buffer = g_malloc (LAN_DISK_HASH_BYTES);

  g_mutex_lock (&h->lock);
  while (h->error == NULL && h->next < h->n_leaves) {
    guint64 first = h->next;
    guint64 n = MIN (h->n_leaves - first, STRIDE);
    g_autoptr (GError) error = NULL;
    guint64 bytes = 0;

    h->next += n;
    g_mutex_unlock (&h->lock);
    hash_some (h, first, n, buffer, &bytes, &error);
    g_mutex_lock (&h->lock);
    h->done += bytes;
    if (error != NULL && h->error == NULL)
      h->error = g_steal_pointer (&error);
  }
  h->running--;
  g_cond_signal (&h->moved);
  g_mutex_unlock (&h->lock);
  return NULL;
}

gboolean
lan_disk_hash_all (LanDisk *disk, LanDiskFile *file, const LanFileJob *job, guint8 **hashes,
                   GError **error)
{
  guint64 n_leaves = lan_file_tree_n_leaves (file->tree);
  guint n_threads = (guint) CLAMP (n_leaves / STRIDE, 1, disk->hash_threads);
  Hashing h = { .disk = disk, .file = file, .n_leaves = n_leaves, .running = n_threads };
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();

  h.hashes = g_malloc (n_leaves * LAN_HASH_BYTES + 1);
  g_mutex_init (&h.lock);
  g_cond_init (&h.moved);
  for (guint i = 0; i < n_threads; i++)
    g_ptr_array_add (threads, g_thread_new ("lan-hash", run_hashing, &h));
  g_mutex_lock (&h.lock);
  while (h.running > 0) {
    if (!g_cond_wait_until (&h.moved, &h.lock, g_get_monotonic_time () + PROGRESS_US))
      lan_disk_report (disk, job, h.done, file->size);
  }
  g_mutex_unlock (&h.lock);
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (g_ptr_array_index (threads, i));
  g_mutex_clear (&h.lock);
  g_cond_clear (&h.moved);
  if (h.error != NULL) {
    g_free (h.hashes);
    g_propagate_error (error, h.error);
    return FALSE;
  }
  *hashes = h.hashes;
  return TRUE;
}
