/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Leaves that arrive: verified, several at once, then written to where they belong. On workers and the pump's
 * writers.
 */
#include "lan-disk-private.h"

#include "lan-tree-hash.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static gboolean
write_fully (int fd, const guint8 *data, gsize len, guint64 offset)
{
  while (len > 0) {
    gssize n = pwrite (fd, data, len, (off_t) offset);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return FALSE;
    data += n;
    len -= (gsize) n;
    offset += (guint64) n;
  }
  return TRUE;
}

/* TRUE when it is time to look at the free space again. */
static gboolean
count_written (LanDiskFile *file, gsize len)
{
  gboolean due;

  g_mutex_lock (&file->lock);
  file->unchecked += len;
  file->written += len;
  due = file->unchecked >= LAN_DISK_RECHECK_BYTES;
  if (due)
    file->unchecked = 0;
  g_mutex_unlock (&file->lock);
  return due;
}

static gboolean
put_leaf (LanDiskFile *file, const LanFileLeaf *place, const guint8 *data, GError **error)
{
  int fd = lan_disk_acquire (file, place, error);
  const LanFileEntry *entry = lan_file_tree_entry (file->tree, place->entry);
  gboolean ok;

  if (fd < 0)
    return FALSE;
  ok = write_fully (fd, data, place->len, place->offset);
  if (!ok)
    lan_disk_set_error (error, errno, "writing");
  /* A short file of a folder is whole with its only leaf, whatever lay there before. */
  if (ok && lan_file_tree_is_folder (file->tree) && entry->size == place->len) {
    ok = ftruncate (fd, (off_t) entry->size) == 0;
    if (!ok)
      lan_disk_set_error (error, errno, "writing");
    lan_disk_set_mtime (fd, entry->mtime_ms);
  }
  lan_disk_release (file, place, fd);
  return ok;
}

/* Where @leaf belongs. FALSE: its error is set. */
static gboolean
find_place (LanDiskLeaf *leaf, gboolean has_hash, LanFileLeaf *place)
{
  LanDiskFile *file = leaf->file;

  if (file->tree != NULL && lan_file_tree_leaf (file->tree, leaf->leaf, place) &&
      leaf->len == place->len &&
      (has_hash || place->hash == LAN_FILE_TREE_NO_HASH || file->leaves != NULL))
    return TRUE;
  lan_disk_set_code (&leaf->error, LAN_FILE_ERROR_IO, "writing past the end");
  return FALSE;
}

/* @is_right: its hash is the one that it must have. */
static void
take_leaf (LanDiskLeaf *leaf, const LanFileLeaf *place, gboolean is_right)
{
  LanDiskFile *file = leaf->file;

  if (!is_right)
    lan_disk_set_code (&leaf->error, LAN_FILE_ERROR_HASH, NULL);
  else if (!count_written (file, leaf->len) || lan_disk_has_room (file->disk, file, &leaf->error))
    put_leaf (file, place, leaf->data, &leaf->error);
}

/* At most LAN_TREE_TOGETHER. */
static void
write_some (LanDiskLeaf *leaves, gsize n)
{
  LanTreePiece pieces[LAN_TREE_TOGETHER] = { { 0 } };
  LanFileLeaf places[LAN_TREE_TOGETHER];
  LanDiskLeaf *known[LAN_TREE_TOGETHER];
  LanHash hashes[LAN_TREE_TOGETHER];
  gsize n_known = 0;

  for (gsize i = 0; i < n; i++) {
    if (lan_disk_file_is_cancelled (leaves[i].file))
      lan_disk_set_code (&leaves[i].error, LAN_FILE_ERROR_STOPPED, NULL);
    else if (find_place (&leaves[i], FALSE, &places[n_known]))
      known[n_known++] = &leaves[i];
  }
  for (gsize i = 0; i < n_known; i++)
    pieces[i] = (LanTreePiece){ places[i].index, known[i]->data, known[i]->len };
  lan_tree_leaves (hashes, pieces, n_known);
  for (gsize i = 0; i < n_known; i++)
    take_leaf (known[i], &places[i], lan_disk_is_hash (known[i]->file, &places[i], &hashes[i]));
}

void
lan_disk_write_leaves (LanDiskLeaf *leaves, gsize n)
{
  for (gsize at = 0; at < n; at += LAN_TREE_TOGETHER)
    write_some (leaves + at, MIN (n - at, LAN_TREE_TOGETHER));
}

gboolean
lan_disk_file_write (LanDiskFile *file, guint64 leaf, const guint8 *data, gsize len, GError **error)
{
  LanDiskLeaf one = { file, leaf, data, len, NULL };

  lan_disk_write_leaves (&one, 1);
  if (one.error == NULL)
    return TRUE;
  g_propagate_error (error, one.error);
  return FALSE;
}

gboolean
lan_disk_write (LanDisk *disk, LanDiskFile *file, const LanFileJob *job, LanFileResult *result)
{
  LanDiskLeaf leaf = { .file = file, .leaf = job->leaf };
  gboolean has_hash = file->leaves == NULL; /* the job's own, as long as there is no list */
  LanFileLeaf place;
  LanHash hash;

  leaf.data = g_bytes_get_data (job->bytes, &leaf.len);
  if (find_place (&leaf, has_hash, &place)) {
    lan_tree_leaf (&hash, place.index, leaf.data, leaf.len);
    take_leaf (&leaf, &place,
               has_hash ? lan_hash_equal (&hash, &job->hash)
                        : lan_disk_is_hash (file, &place, &hash));
  }
  result->error = leaf.error;
  return leaf.error == NULL;
}
