/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where a leaf lies on the disk: the one file that is sent alone, a short file of a folder that is
 * opened for its only leaf, or a long one that stays open for a while. On any thread.
 */
#include "lan-disk-private.h"

#include "lan-tree-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static gboolean
is_short (LanDiskFile *file, guint entry)
{
  return lan_file_tree_leaves_of (file->tree, entry) <= 1;
}

static const char *
path_of (LanDiskFile *file, guint entry)
{
  const char *raw = file->names != NULL ? g_ptr_array_index (file->names, entry) : NULL;

  return raw != NULL ? raw : lan_file_tree_entry (file->tree, entry)->path;
}

gboolean
lan_disk_make_parents (int dirfd, const char *path)
{
  g_autofree char *copy = g_strdup (path);

  for (char *slash = strchr (copy, '/'); slash != NULL; slash = strchr (slash + 1, '/')) {
    char *last;
    int parent = dirfd;
    int made;

    *slash = '\0';
    last = strrchr (copy, '/');
    if (last != NULL) {
      *last = '\0';
      parent = lan_disk_open_beneath (dirfd, copy, O_PATH | O_DIRECTORY, 0);
      *last = '/';
    }
    if (parent < 0)
      return FALSE;
    made = mkdirat (parent, last != NULL ? last + 1 : copy, 0777);
    if (parent != dirfd) {
      int err = errno;

      close (parent);
      errno = err;
    }
    if (made != 0 && errno != EEXIST)
      return FALSE;
    *slash = '/';
  }
  return TRUE;
}

/* TRUE for an ordinary file of ours with one name: nothing that somebody else put there. */
static gboolean
is_ours (int fd)
{
  struct stat st;

  return fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_uid == geteuid () &&
         st.st_nlink == 1;
}

static mode_t
mode_of (LanDiskFile *file, guint entry)
{
  mode_t mode = file->disk->file_mode;

  /* Who may read it may run it. */
  if ((lan_file_tree_entry (file->tree, entry)->mode & LAN_FILE_MODE_EXEC) != 0)
    mode |= (mode & 0444) >> 2;
  return mode;
}

static int
open_for_writing (LanDiskFile *file, guint entry)
{
  const char *path = path_of (file, entry);
  const int flags = O_RDWR | O_NOCTTY | O_NONBLOCK;
  mode_t mode = mode_of (file, entry);
  int fd = lan_disk_open_beneath (file->fd, path, flags | O_CREAT | O_EXCL, mode);

  if (fd < 0 && errno == ENOENT && lan_disk_make_parents (file->fd, path))
    fd = lan_disk_open_beneath (file->fd, path, flags | O_CREAT | O_EXCL, mode);
  if (fd >= 0 || errno != EEXIST)
    return fd;
  fd = lan_disk_open_beneath (file->fd, path, flags, 0);
  if (fd >= 0 && !is_ours (fd)) {
    close (fd);
    errno = ELOOP;
    return -1;
  }
  return fd;
}

static int
open_for_reading (LanDiskFile *file, guint entry, GError **error)
{
  int fd =
      lan_disk_open_beneath (file->fd, path_of (file, entry), O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
  LanDiskStamp stamp;
  struct stat st;

  if (fd < 0) {
    /* It was there when the folder was listed. */
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
      lan_disk_set_code (error, LAN_FILE_ERROR_CHANGED, "%s", path_of (file, entry));
    else
      lan_disk_set_error (error, errno, path_of (file, entry));
    return -1;
  }
  if (fstat (fd, &st) == 0) {
    lan_disk_stamp (&stamp, &st);
    if (lan_disk_fold_stamp (&stamp) == file->stamps[entry])
      return fd;
  }
  lan_disk_set_code (error, LAN_FILE_ERROR_CHANGED, "%s", path_of (file, entry));
  close (fd);
  return -1;
}

static int
open_entry (LanDiskFile *file, guint entry, GError **error)
{
  int fd;

  if (!file->is_target)
    return open_for_reading (file, entry, error);
  fd = open_for_writing (file, entry);
  if (fd < 0)
    lan_disk_set_error (error, errno, path_of (file, entry));
  return fd;
}

/* With the lock held. A place for one more; NULL when all are in use. */
static LanDiskOpen *
free_place (LanDiskFile *file)
{
  LanDiskOpen *oldest = NULL;

  if (file->n_open < LAN_DISK_OPEN_FILES)
    return &file->open[file->n_open++];
  for (guint i = 0; i < file->n_open; i++) {
    LanDiskOpen *open = &file->open[i];

    if (open->users == 0 && (oldest == NULL || open->used < oldest->used))
      oldest = open;
  }
  if (oldest != NULL)
    close (oldest->fd);
  return oldest;
}

int
lan_disk_acquire (LanDiskFile *file, const LanFileLeaf *leaf, GError **error)
{
  LanDiskOpen *place;
  int fd;

  if (!lan_file_tree_is_folder (file->tree))
    return file->fd;
  if (is_short (file, leaf->entry))
    return open_entry (file, leaf->entry, error);
  g_mutex_lock (&file->lock);
  for (guint i = 0; i < file->n_open; i++) {
    if (file->open[i].entry == leaf->entry && file->open[i].fd >= 0) {
      file->open[i].users++;
      file->open[i].used = ++file->uses;
      fd = file->open[i].fd;
      g_mutex_unlock (&file->lock);
      return fd;
    }
  }
  fd = open_entry (file, leaf->entry, error);
  place = fd >= 0 ? free_place (file) : NULL;
  if (place != NULL)
    *place = (LanDiskOpen){ leaf->entry, fd, 1, ++file->uses };
  g_mutex_unlock (&file->lock);
  return fd;
}

void
lan_disk_release (LanDiskFile *file, const LanFileLeaf *leaf, int fd)
{
  gboolean is_kept = FALSE;

  if (!lan_file_tree_is_folder (file->tree))
    return;
  if (!is_short (file, leaf->entry)) {
    g_mutex_lock (&file->lock);
    for (guint i = 0; i < file->n_open && !is_kept; i++) {
      if (file->open[i].fd == fd) {
        file->open[i].users--;
        is_kept = TRUE;
      }
    }
    g_mutex_unlock (&file->lock);
  }
  if (!is_kept)
    close (fd);
}

void
lan_disk_close_all (LanDiskFile *file)
{
  for (guint i = 0; i < file->n_open; i++)
    close (file->open[i].fd);
  file->n_open = 0;
}

gboolean
lan_disk_is_wanted (LanDiskFile *file, guint entry)
{
  if (file->kept != NULL && (file->kept[entry / 8] >> entry % 8 & 1) != 0)
    return FALSE;
  if (file->wanted == NULL)
    return TRUE;
  return (((const guint8 *) g_bytes_get_data (file->wanted, NULL))[entry / 8] >> entry % 8 & 1) !=
         0;
}

gsize
lan_disk_file_leaf_length (LanDiskFile *file, guint64 leaf)
{
  LanFileLeaf place;

  return lan_file_tree_leaf (file->tree, leaf, &place) ? place.len : 0;
}
