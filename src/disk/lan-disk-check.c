/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What need not be fetched: leaves that were synced and noted, leaves that an earlier run wrote
 * without noting them (hashed again, only these), leaves of the same file elsewhere on this computer,
 * and what a person does not want. On workers.
 */
#include "lan-disk-private.h"

#include "lan-tree-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_US (100 * 1000)

typedef struct {
  LanDisk *disk;
  LanDiskFile *file;
  const LanFileJob *job;
  guint8 *bits;
  guint8 *buffer;
  gint64 told_us;
  guint64 hashed;
} Check;

static gboolean
has (const Check *c, guint64 leaf)
{
  return (c->bits[leaf / 8] >> leaf % 8 & 1) != 0;
}

static gboolean
is_stopped (Check *c)
{
  gint64 now = g_get_monotonic_time ();

  if (now - c->told_us >= PROGRESS_US) {
    c->told_us = now;
    lan_disk_report (c->disk, c->job, c->hashed, c->file->size);
  }
  return lan_disk_file_is_cancelled (c->file) || g_atomic_int_get (&c->disk->stopping);
}

/* TRUE while @fd has no data at all for this leaf: not worth reading. */
static gboolean
is_hole (int fd, const LanFileLeaf *place)
{
  off_t data = lseek (fd, (off_t) place->offset, SEEK_DATA);

  return data < 0 ? errno == ENXIO : (guint64) data >= place->offset + place->len;
}

/* Leaves of @entry that are not known: are they in @fd? With @copy they are written to the target. */
static gboolean
check_entry (Check *c, guint entry, int fd, gboolean copy)
{
  guint64 first = lan_file_tree_entry (c->file->tree, entry)->first_leaf;
  guint64 n = lan_file_tree_leaves_of (c->file->tree, entry);
  struct stat st;

  if (fstat (fd, &st) != 0 || !S_ISREG (st.st_mode))
    return TRUE;
  for (guint64 leaf = first; leaf < first + n; leaf++) {
    LanFileLeaf place;

    if (is_stopped (c))
      return FALSE;
    if (has (c, leaf) || !lan_file_tree_leaf (c->file->tree, leaf, &place) ||
        place.offset + place.len > (guint64) st.st_size || is_hole (fd, &place) ||
        lan_disk_read_fully (fd, c->buffer, place.len, place.offset) != (gssize) place.len)
      continue;
    c->hashed += place.len;
    if (!lan_disk_is_leaf (c->file, &place, c->buffer) ||
        (copy && !lan_disk_file_write (c->file, leaf, c->buffer, place.len, NULL)))
      continue;
    c->bits[leaf / 8] |= (guint8) (1 << leaf % 8);
  }
  return TRUE;
}

/* TRUE when some of @entry is still to be found. */
static gboolean
is_missing (const Check *c, guint entry)
{
  const LanFileEntry *row = lan_file_tree_entry (c->file->tree, entry);

  for (guint64 i = 0; i < lan_file_tree_leaves_of (c->file->tree, entry); i++) {
    if (!has (c, row->first_leaf + i))
      return TRUE;
  }
  return FALSE;
}

/* Takes @fd, where @entry may lie; what has another length is another file. FALSE: stopped. */
static gboolean
copy_from (Check *c, guint entry, int fd)
{
  struct stat st;
  gboolean ok = TRUE;

  if (fd < 0)
    return TRUE;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) &&
      (guint64) st.st_size == lan_file_tree_entry (c->file->tree, entry)->size)
    ok = check_entry (c, entry, fd, TRUE);
  close (fd);
  return ok;
}

/* A folder laid out alike: an older state of what comes, say. FALSE: stopped. */
static gboolean
copy_from_folder (Check *c, const char *path)
{
  int dirfd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = TRUE;

  for (guint i = 0; dirfd >= 0 && ok && i < lan_file_tree_n_entries (c->file->tree); i++) {
    if (is_missing (c, i))
      ok = copy_from (c, i,
                      lan_disk_open_beneath (dirfd, lan_file_tree_entry (c->file->tree, i)->path,
                                             O_RDONLY | O_NONBLOCK | O_NOCTTY, 0));
  }
  if (dirfd >= 0)
    close (dirfd);
  return ok;
}

static gboolean
check_places (Check *c)
{
  for (guint i = 0; c->job->places != NULL && i < c->job->places->len; i++) {
    const LanFilePlace *place = &g_array_index (c->job->places, LanFilePlace, i);

    if (place->entry == LAN_FILE_PLACE_ALL) {
      if (!copy_from_folder (c, place->path))
        return FALSE;
    } else if (place->entry < lan_file_tree_n_entries (c->file->tree) &&
               is_missing (c, place->entry) &&
               !copy_from (c, place->entry,
                           open (place->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC))) {
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
check_folder (Check *c)
{
  lan_disk_check_folder (c->disk, c->file, c->bits);
  for (guint i = 0; i < lan_file_tree_n_entries (c->file->tree); i++) {
    const LanFileEntry *entry = lan_file_tree_entry (c->file->tree, i);
    gboolean ok;
    int fd;

    if (entry->size == 0 || !lan_disk_is_wanted (c->file, i))
      continue;
    fd = lan_disk_open_beneath (c->file->fd, entry->path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0)
      continue;
    ok = check_entry (c, i, fd, FALSE);
    close (fd);
    if (!ok)
      return FALSE;
  }
  return check_places (c);
}

/* What is noted counts only where the part is long enough to hold it. */
static void
doubt_short_part (Check *c)
{
  guint64 n = lan_file_tree_n_leaves (c->file->tree);
  struct stat st;

  if (fstat (c->file->fd, &st) != 0)
    st.st_size = 0;
  for (guint64 leaf = 0; leaf < n; leaf++) {
    LanFileLeaf place;

    if (has (c, leaf) && lan_file_tree_leaf (c->file->tree, leaf, &place) &&
        place.offset + place.len > (guint64) st.st_size)
      c->bits[leaf / 8] &= (guint8) ~(1 << leaf % 8);
  }
}

/* TRUE when what is there under the name stays, and nothing needs to be fetched. */
static gboolean
stays (LanDiskFile *file)
{
  struct stat st;

  return file->conflict == LAN_FILE_SKIP &&
         fstatat (file->dirfd, file->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st.st_mode);
}

static gboolean
check_file (Check *c)
{
  c->file->is_kept = stays (c->file);
  if (c->file->is_kept) {
    memset (c->bits, 0xff, (gsize) (lan_file_tree_n_leaves (c->file->tree) + 7) / 8);
    return TRUE;
  }
  doubt_short_part (c);
  return check_entry (c, 0, c->file->fd, FALSE) && check_places (c);
}

static void
count_there (Check *c)
{
  guint64 n = lan_file_tree_n_leaves (c->file->tree);
  guint near = 0;
  guint64 bytes = 0;

  for (guint64 leaf = 0; leaf < n; leaf++) {
    LanFileLeaf place;

    if (has (c, leaf) && lan_file_tree_leaf_near (c->file->tree, leaf, &near, &place))
      bytes += place.len;
  }
  g_mutex_lock (&c->file->lock);
  c->file->written = bytes;
  g_mutex_unlock (&c->file->lock);
}

gboolean
lan_disk_check_target (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                       LanFileResult *result)
{
  guint64 n = lan_file_tree_n_leaves (file->tree);
  gsize len = (gsize) (n + 7) / 8;
  g_autofree guint8 *buffer = g_malloc (LAN_TREE_LEAF_BYTES);
  guint8 *bits = g_malloc0 (len + 1);
  Check c = { disk, file, job, bits, buffer, g_get_monotonic_time (), 0 };
  gboolean ok;

  if (job->bytes == NULL ||
      g_bytes_get_size (job->bytes) != lan_file_tree_n_hashes (file->tree) * LAN_HASH_BYTES) {
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_IO, "the list of hashes is not whole");
    g_free (bits);
    return FALSE;
  }
  if (job->bits != NULL && g_bytes_get_size (job->bits) == len)
    memcpy (bits, g_bytes_get_data (job->bits, NULL), len);
  g_clear_pointer (&file->leaves, g_bytes_unref);
  file->leaves = g_bytes_ref (job->bytes);
  ok = lan_file_tree_is_folder (file->tree) ? check_folder (&c) : check_file (&c);
  if (ok)
    count_there (&c);
  else
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_STOPPED, NULL);
  result->bits = g_bytes_new_take (bits, len);
  return ok;
}
