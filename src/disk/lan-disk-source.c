/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The sending side: ordinary files are opened once, hashed leaf by leaf, and read where the
 * receiver asks. A file that is no longer what was opened is noticed at every read. On workers.
 */
#include "lan-disk-private.h"

#include "lan-file-name.h"
#include "lan-tree-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_US (100 * 1000)

/* Not for anybody who means harm: only to save hashing a file again that nobody touched. */
static guint64
fold_stamp (const LanDiskStamp *stamp)
{
  guint64 folded = 14695981039346656037u;
  const guint64 parts[] = { stamp->device, stamp->inode, stamp->size, (guint64) stamp->mtime_ns };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    folded = (folded ^ parts[i]) * 0x9e3779b97f4a7c15u + (folded >> 29);
  return folded;
}

/* Why a path that a person gave does not lead to a file that can be read. */
static void
say_why (LanFileResult *result, int err, const char *path, const char *shown)
{
  if (*path == '\0')
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_NOT_FOUND, "no name was given");
  else if (err == ENXIO || err == ENODEV) /* a socket, a pipe or a device */
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_NOT_A_FILE, "%s", shown);
  else if (err == ENOTDIR || err == ENAMETOOLONG)
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_NOT_FOUND, "%s: %s", shown, g_strerror (err));
  else
    lan_disk_set_error (&result->error, err, shown);
}

gboolean
lan_disk_open_source (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                      LanFileResult *result)
{
  g_autofree char *base = g_path_get_basename (job->path);
  g_autofree char *shown = g_filename_display_name (base);
  struct stat st;
  /* NONBLOCK: opening a named pipe or a modem must not hang a worker. A link that the person
   * picked is followed; what is sent is what it led to when it was opened. */
  int fd = open (job->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &st) != 0) {
    say_why (result, errno, job->path, shown);
    if (fd >= 0)
      close (fd);
    return FALSE;
  }
  if (!S_ISREG (st.st_mode) || (guint64) st.st_size > LAN_DISK_MAX_FILE_BYTES) {
    lan_disk_set_code (&result->error,
                       S_ISREG (st.st_mode) ? LAN_FILE_ERROR_TOO_LARGE : LAN_FILE_ERROR_NOT_A_FILE,
                       "%s", shown);
    close (fd);
    return FALSE;
  }
  g_mutex_lock (&file->lock);
  file->fd = fd;
  file->size = (guint64) st.st_size;
  lan_disk_stamp (&file->stamp, &st);
  g_mutex_unlock (&file->lock);
  result->size = file->size;
  result->stamp = fold_stamp (&file->stamp);
  result->name = lan_file_name_clean (shown, -1);
  return TRUE;
}

static gboolean
is_unchanged (LanDiskFile *file, GError **error)
{
  LanDiskStamp now;
  struct stat st;

  if (fstat (file->fd, &st) != 0) {
    lan_disk_set_error (error, errno, "looking at the file");
    return FALSE;
  }
  lan_disk_stamp (&now, &st);
  if (memcmp (&now, &file->stamp, sizeof now) != 0) {
    lan_disk_set_code (error, LAN_FILE_ERROR_CHANGED, NULL);
    return FALSE;
  }
  return TRUE;
}

/* Returns: bytes read, short only at the end of the file; -1 and errno. */
static gssize
read_fully (int fd, guint8 *to, gsize len, guint64 offset)
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
lan_disk_hash_fd (LanDisk *disk, LanDiskFile *file, const LanFileJob *job, int fd, guint64 limit,
                  GBytes **leaves, guint64 *done, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (LAN_TREE_LEAF_BYTES);
  g_autoptr (GByteArray) list = g_byte_array_new ();
  gint64 told_us = g_get_monotonic_time ();
  guint64 at = 0;

  for (guint64 i = 0; at < limit; i++) {
    gsize want = (gsize) MIN (limit - at, LAN_TREE_LEAF_BYTES);
    gssize got = read_fully (fd, buffer, want, at);
    LanHash leaf;

    if (got < 0) {
      lan_disk_set_error (error, errno, "reading");
      return FALSE;
    }
    if ((gsize) got < want)
      break;
    lan_tree_leaf (&leaf, i, buffer, want);
    g_byte_array_append (list, leaf.b, sizeof leaf.b);
    at += want;
    if (lan_disk_file_is_cancelled (file) || g_atomic_int_get (&disk->stopping)) {
      lan_disk_set_code (error, LAN_FILE_ERROR_STOPPED, NULL);
      return FALSE;
    }
    if (g_get_monotonic_time () - told_us >= PROGRESS_US) {
      told_us = g_get_monotonic_time ();
      lan_disk_report (disk, job, at, limit);
    }
  }
  *done = at;
  *leaves = g_byte_array_free_to_bytes (g_steal_pointer (&list));
  return TRUE;
}

gboolean
lan_disk_root_of (GBytes *leaves, guint64 size, LanHash *root)
{
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);
  gsize len;
  const guint8 *hashes = g_bytes_get_data (leaves, &len);
  guint64 left = size;

  if (len / LAN_HASH_BYTES != lan_tree_leaf_count (size, LAN_TREE_LEAF_BYTES))
    return FALSE;
  for (gsize at = 0; at < len; at += LAN_HASH_BYTES) {
    LanHash leaf;
    gsize covers = (gsize) MIN (left, LAN_TREE_LEAF_BYTES);

    memcpy (leaf.b, hashes + at, LAN_HASH_BYTES);
    lan_tree_add_leaf (tree, &leaf, covers);
    left -= covers;
  }
  return lan_tree_root (tree, root) == LAN_STATUS_OK;
}

gboolean
lan_disk_hash_source (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                      LanFileResult *result)
{
  posix_fadvise (file->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  if (!lan_disk_hash_fd (disk, file, job, file->fd, file->size, &result->leaves, &result->done,
                         &result->error) ||
      !is_unchanged (file, &result->error))
    return FALSE;
  result->size = file->size;
  if (result->done != file->size || !lan_disk_root_of (result->leaves, file->size, &result->root)) {
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_CHANGED, NULL);
    return FALSE;
  }
  return TRUE;
}

gboolean
lan_disk_read (LanDisk *disk, LanDiskFile *file, const LanFileJob *job, LanFileResult *result)
{
  g_autofree guint8 *data = NULL;
  gssize got;

  if (job->length == 0 || job->length > LAN_TREE_LEAF_BYTES || job->offset > file->size ||
      job->length > file->size - job->offset) {
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_IO, "reading past the end");
    return FALSE;
  }
  data = g_malloc (job->length);
  got = read_fully (file->fd, data, job->length, job->offset);
  if (got < 0) {
    lan_disk_set_error (&result->error, errno, "reading");
    return FALSE;
  }
  if (!is_unchanged (file, &result->error))
    return FALSE;
  if ((gsize) got != job->length) {
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_CHANGED, NULL);
    return FALSE;
  }
  result->bytes = g_bytes_new_take (g_steal_pointer (&data), job->length);
  return TRUE;
}
