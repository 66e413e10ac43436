/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The sending side: ordinary files are opened once, hashed leaf by leaf, and read where the
 * receiver asks. A file that is no longer what was opened is noticed at every read. On workers.
 */
#include "lan-disk-private.h"

#include "lan-file-name.h"
#include "lan-manifest.h"
#include "lan-tree-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static guint64
stamp_of_folder (LanDiskFile *file)
{
  guint64 folded = lan_file_tree_n_entries (file->tree);

  for (guint i = 0; i < lan_file_tree_n_entries (file->tree); i++)
    folded = (folded ^ file->stamps[i]) * 0x9e3779b97f4a7c15u + (folded >> 29);
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
  if ((!S_ISREG (st.st_mode) && !S_ISDIR (st.st_mode)) ||
      (guint64) st.st_size > LAN_DISK_MAX_FILE_BYTES) {
    lan_disk_set_code (&result->error,
                       S_ISREG (st.st_mode) ? LAN_FILE_ERROR_TOO_LARGE : LAN_FILE_ERROR_NOT_A_FILE,
                       "%s", shown);
    close (fd);
    return FALSE;
  }
  g_mutex_lock (&file->lock);
  file->fd = fd;
  lan_disk_stamp (&file->stamp, &st);
  g_mutex_unlock (&file->lock);
  result->name = lan_file_name_clean (shown, -1);
  if (S_ISDIR (st.st_mode)) {
    if (!lan_disk_scan (disk, file, result))
      return FALSE;
    result->tree = lan_file_tree_ref (file->tree);
    result->stamp = stamp_of_folder (file);
  } else {
    file->size = (guint64) st.st_size;
    file->tree = lan_file_tree_new_file (result->name, file->size, NULL);
    result->stamp = lan_disk_fold_stamp (&file->stamp);
  }
  result->size = file->size;
  return TRUE;
}

static gboolean
is_untouched (LanDiskFile *file, const LanFileLeaf *place, int fd)
{
  LanDiskStamp now;
  struct stat st;

  if (fstat (fd, &st) != 0)
    return FALSE;
  lan_disk_stamp (&now, &st);
  return lan_file_tree_is_folder (file->tree)
             ? lan_disk_fold_stamp (&now) == file->stamps[place->entry]
             : memcmp (&now, &file->stamp, sizeof now) == 0;
}

static gboolean
is_unchanged (LanDiskFile *file, GError **error)
{
  if (is_untouched (file, NULL, file->fd))
    return TRUE;
  lan_disk_set_code (error, LAN_FILE_ERROR_CHANGED, NULL);
  return FALSE;
}

/* The list of leaf hashes: without those of short files in a folder, whose roots say as much. */
static GBytes *
list_of (LanFileTree *tree, const guint8 *hashes)
{
  gsize len = (gsize) lan_file_tree_n_hashes (tree) * LAN_HASH_BYTES;
  guint8 *list = g_malloc (len + 1);

  for (guint i = 0; i < lan_file_tree_n_entries (tree); i++) {
    const LanFileEntry *entry = lan_file_tree_entry (tree, i);

    if (lan_file_tree_is_listed (tree, i))
      memcpy (list + entry->first_hash * LAN_HASH_BYTES,
              hashes + entry->first_leaf * LAN_HASH_BYTES,
              (gsize) lan_file_tree_leaves_of (tree, i) * LAN_HASH_BYTES);
  }
  return g_bytes_new_take (list, len);
}

/* What is open has them from now on: nobody looks at the roots of a source before it was hashed. */
static void
set_roots (LanFileTree *tree, const guint8 *hashes)
{
  for (guint i = 0; i < lan_file_tree_n_entries (tree); i++) {
    const LanFileEntry *entry = lan_file_tree_entry (tree, i);
    LanHash root;

    if (entry->kind == LAN_FILE_ENTRY_FILE &&
        lan_disk_root_of (hashes + entry->first_leaf * LAN_HASH_BYTES, entry->size, &root))
      lan_file_tree_set_root (tree, i, &root);
  }
}

static gboolean
hash_folder (LanDiskFile *file, const guint8 *hashes, LanFileResult *result)
{
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);

  set_roots (file->tree, hashes);
  result->tree = lan_file_tree_ref (file->tree);
  result->manifest = lan_manifest_encode (result->tree);
  if (result->manifest == NULL) {
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_TOO_LARGE, "the list of files is too long");
    return FALSE;
  }
  lan_tree_update (tree, g_bytes_get_data (result->manifest, NULL),
                   g_bytes_get_size (result->manifest));
  return lan_tree_root (tree, &result->root) == LAN_STATUS_OK;
}

gboolean
lan_disk_hash_source (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                      LanFileResult *result)
{
  g_autofree guint8 *hashes = NULL;
  gboolean is_folder = lan_file_tree_is_folder (file->tree);

  if (!is_folder)
    posix_fadvise (file->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  if (!lan_disk_hash_all (disk, file, job, &hashes, &result->error) ||
      (!is_folder && !is_unchanged (file, &result->error)))
    return FALSE;
  result->size = file->size;
  result->done = file->size;
  result->leaves = list_of (file->tree, hashes);
  return is_folder ? hash_folder (file, hashes, result)
                   : lan_disk_root_of (hashes, file->size, &result->root);
}

/* A source that somebody changed; or what was received, and then changed by whoever it is for. */
static gboolean
is_as_it_was (LanDiskFile *file, const LanFileLeaf *place, int fd, const guint8 *data)
{
  if (!file->is_target)
    return is_untouched (file, place, fd);
  if (g_atomic_int_get (&file->is_finished) == 0)
    return TRUE;
  return lan_file_tree_is_folder (file->tree) ? lan_disk_is_leaf (file, place, data)
                                              : is_untouched (file, place, fd);
}

gboolean
lan_disk_file_read (LanDiskFile *file, guint64 leaf, guint8 *to, GError **error)
{
  g_autoptr (GError) changed = NULL;
  LanFileLeaf place;
  gssize got;
  int fd;

  if (file->tree == NULL || !lan_file_tree_leaf (file->tree, leaf, &place)) {
    lan_disk_set_code (error, LAN_FILE_ERROR_IO, "reading past the end");
    return FALSE;
  }
  fd = lan_disk_acquire (file, &place, error);
  if (fd < 0)
    return FALSE;
  got = lan_disk_read_fully (fd, to, place.len, place.offset);
  if (got < 0)
    lan_disk_set_error (error, errno, "reading");
  if (got >= 0 && (gsize) got == place.len && !is_as_it_was (file, &place, fd, to))
    lan_disk_set_code (&changed, LAN_FILE_ERROR_CHANGED, "%s",
                       lan_file_tree_entry (file->tree, place.entry)->path);
  lan_disk_release (file, &place, fd);
  if (got < 0)
    return FALSE;
  if (changed != NULL) {
    g_propagate_error (error, g_steal_pointer (&changed));
    return FALSE;
  }
  if ((gsize) got != place.len) {
    lan_disk_set_code (error, LAN_FILE_ERROR_CHANGED, NULL);
    return FALSE;
  }
  return TRUE;
}

gboolean
lan_disk_read (LanDisk *disk, LanDiskFile *file, const LanFileJob *job, LanFileResult *result)
{
  gsize len = lan_disk_file_leaf_length (file, job->leaf);
  g_autofree guint8 *data = g_malloc (len + 1);

  if (!lan_disk_file_read (file, job->leaf, data, &result->error))
    return FALSE;
  result->bytes = g_bytes_new_take (g_steal_pointer (&data), len);
  return TRUE;
}
