/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Receiving a folder: it grows inside a part folder that only we may enter, and gets its name as a
 * whole; where a folder of that name is to be filled up instead, file by file. On workers.
 */
#include "lan-disk-private.h"

#include "lan-file-name.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PART_TRIES 10
#define FIND_TRIES 20
#define MAX_NUMBER 1000

/* Opens or makes the part folder; -1 and EEXIST when that name is not to be used. */
static int
open_part (int dirfd, const char *part)
{
  struct stat st;
  int fd;

  if (mkdirat (dirfd, part, 0700) != 0 && errno != EEXIST)
    return -1;
  fd = lan_disk_open_beneath (dirfd, part, O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0 || fstat (fd, &st) != 0 || st.st_uid != geteuid () || (st.st_mode & 077) != 0 ||
      (flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)) {
    if (fd >= 0)
      close (fd);
    errno = EEXIST;
    return -1;
  }
  return fd;
}

/* The folder that is filled up when the person chose so, or -1. */
static int
open_existing (LanDiskFile *file)
{
  return file->conflict == LAN_FILE_KEEP_BOTH
             ? -1
             : lan_disk_open_beneath (file->dirfd, file->name, O_RDONLY | O_DIRECTORY, 0);
}

static void
note_kept (LanDiskFile *file)
{
  guint n = lan_file_tree_n_entries (file->tree);
  int fd = file->conflict == LAN_FILE_SKIP ? open_existing (file) : -1;

  if (fd < 0)
    return;
  file->kept = g_malloc0 (n / 8 + 1);
  for (guint i = 0; i < n; i++) {
    const LanFileEntry *entry = lan_file_tree_entry (file->tree, i);
    int there = entry->kind == LAN_FILE_ENTRY_FILE
                    ? lan_disk_open_beneath (fd, entry->path, O_PATH, 0)
                    : -1;

    if (there < 0)
      continue;
    close (there);
    file->kept[i / 8] |= (guint8) (1 << i % 8);
  }
  close (fd);
}

gboolean
lan_disk_open_part_folder (LanDisk *disk, LanDiskFile *file, GError **error)
{
  for (guint attempt = 0; attempt < PART_TRIES && file->fd < 0; attempt++) {
    g_autofree char *part = lan_disk_part_name (file->name, &file->id, attempt);

    file->fd = open_part (file->dirfd, part);
    if (file->fd >= 0)
      file->part = g_steal_pointer (&part);
    else if (errno == EINVAL && strpbrk (file->name, "<>:\"|?*") != NULL)
      g_strdelimit (file->name, "<>:\"|?*", '_');
    else if (errno != EEXIST)
      break;
  }
  if (file->fd < 0) {
    lan_disk_set_error (error, errno == EEXIST ? ELOOP : errno, "making the part folder");
    return FALSE;
  }
  note_kept (file);
  return lan_disk_has_room (disk, file, error);
}

static void
set_bits (guint8 *bits, guint64 first, guint64 n, gboolean on)
{
  for (guint64 i = first; i < first + n; i++) {
    if (on)
      bits[i / 8] |= (guint8) (1 << i % 8);
    else
      bits[i / 8] &= (guint8) ~(1 << i % 8);
  }
}

void
lan_disk_check_folder (LanDisk *disk, LanDiskFile *file, guint8 *bits)
{
  for (guint i = 0; i < lan_file_tree_n_entries (file->tree); i++) {
    const LanFileEntry *entry = lan_file_tree_entry (file->tree, i);
    guint64 n = lan_file_tree_leaves_of (file->tree, i);
    struct stat st = { 0 };
    int fd;

    if (!lan_disk_is_wanted (file, i)) {
      set_bits (bits, entry->first_leaf, n, TRUE);
      continue;
    }
    fd = n > 0 ? lan_disk_open_beneath (file->fd, entry->path, O_PATH, 0) : -1;
    if (fd < 0 || fstat (fd, &st) != 0 || !S_ISREG (st.st_mode))
      st.st_size = 0;
    if (fd >= 0)
      close (fd);
    /* Noted leaves that the file is too short for are not there. */
    n = MIN (n, (guint64) st.st_size / LAN_FILE_TREE_LEAF_BYTES +
                    ((guint64) st.st_size >= entry->size));
    set_bits (bits, entry->first_leaf + n, lan_file_tree_leaves_of (file->tree, i) - n, FALSE);
  }
}

/* -- finishing -- */

/* Folders, empty files, and the times and modes of long files, which were not known to be whole before. */
static gboolean
complete_entry (LanDiskFile *file, guint i, GError **error)
{
  const LanFileEntry *entry = lan_file_tree_entry (file->tree, i);
  LanFileLeaf place = { .entry = i };
  struct stat st;
  gboolean ok;
  int fd;

  if (entry->kind == LAN_FILE_ENTRY_FOLDER) {
    g_autofree char *inside = g_strconcat (entry->path, "/.", NULL);

    ok = lan_disk_make_parents (file->fd, inside);
    if (!ok)
      lan_disk_set_error (error, errno, entry->path);
    return ok;
  }
  if (entry->size > 0 && lan_file_tree_leaves_of (file->tree, i) == 1)
    return TRUE; /* whole since its only leaf was written */
  fd = lan_disk_acquire (file, &place, error);
  if (fd < 0)
    return FALSE;
  ok = fstat (fd, &st) == 0 && (guint64) st.st_size == entry->size;
  if (!ok)
    lan_disk_set_code (error, LAN_FILE_ERROR_IO, "a part file has another size");
  lan_disk_set_mtime (fd, entry->mtime_ms);
  lan_disk_release (file, &place, fd);
  return ok;
}

/* The times of folders change with what is put into them: last, the deepest first. */
static void
set_folder_times (LanDiskFile *file, int dirfd)
{
  for (guint i = lan_file_tree_n_entries (file->tree); i > 0; i--) {
    const LanFileEntry *entry = lan_file_tree_entry (file->tree, i - 1);
    int fd;

    if (entry->kind != LAN_FILE_ENTRY_FOLDER || !lan_disk_is_wanted (file, i - 1))
      continue;
    fd = lan_disk_open_beneath (dirfd, entry->path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
      continue;
    lan_disk_set_mtime (fd, entry->mtime_ms);
    close (fd);
  }
}

static gboolean
rename_folder (int dirfd, const char *from, const char *to)
{
  if (renameat2 (dirfd, from, dirfd, to, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  /* An empty folder of our own is all that the rename can replace. */
  if (mkdirat (dirfd, to, 0700) != 0)
    return FALSE;
  if (renameat (dirfd, from, dirfd, to) == 0)
    return TRUE;
  unlinkat (dirfd, to, AT_REMOVEDIR);
  return FALSE;
}

static char *
take_fresh_name (LanDiskFile *file, GError **error)
{
  for (guint n = 1; n <= MAX_NUMBER; n++) {
    g_autofree char *to = lan_file_name_numbered (file->name, n);

    if (rename_folder (file->dirfd, file->part, to))
      return g_steal_pointer (&to);
    if (errno != EEXIST && errno != ENOTEMPTY) {
      lan_disk_set_error (error, errno, "giving the folder its name");
      return NULL;
    }
  }
  lan_disk_set_code (error, LAN_FILE_ERROR_EXISTS, NULL);
  return NULL;
}

/* Opens the folder that @path lies in; @name is what it is called there. */
static int
open_parent (int dirfd, const char *path, const char **name)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *parent = slash != NULL ? g_strndup (path, (gsize) (slash - path)) : NULL;

  *name = slash != NULL ? slash + 1 : path;
  return parent != NULL ? lan_disk_open_beneath (dirfd, parent, O_PATH | O_DIRECTORY, 0)
                        : openat (dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static gboolean
move_in (LanDiskFile *file, int into, guint i, GError **error)
{
  const LanFileEntry *entry = lan_file_tree_entry (file->tree, i);
  g_autofree char *inside = g_strconcat (entry->path, "/.", NULL);
  const char *name;
  gboolean ok;
  int from, to;

  if (!lan_disk_make_parents (into, entry->kind == LAN_FILE_ENTRY_FOLDER ? inside : entry->path)) {
    lan_disk_set_error (error, errno, entry->path);
    return FALSE;
  }
  if (entry->kind == LAN_FILE_ENTRY_FOLDER)
    return TRUE;
  from = open_parent (file->fd, entry->path, &name);
  to = open_parent (into, entry->path, &name);
  ok = from >= 0 && to >= 0 &&
       renameat2 (from, name, to, name,
                  file->conflict == LAN_FILE_REPLACE ? 0 : RENAME_NOREPLACE) == 0;
  if (!ok && (errno == EEXIST || errno == ENOENT))
    ok = TRUE; /* it came meanwhile and stays; or it was moved before a crash */
  if (!ok)
    lan_disk_set_error (error, errno, entry->path);
  if (from >= 0)
    close (from);
  if (to >= 0)
    close (to);
  return ok;
}

/* Takes @into. */
static gboolean
fill_up (LanDiskFile *file, int into, GError **error)
{
  for (guint i = 0; i < lan_file_tree_n_entries (file->tree); i++) {
    if (lan_disk_is_wanted (file, i) && !move_in (file, into, i, error)) {
      close (into);
      return FALSE;
    }
  }
  set_folder_times (file, into);
  close (into);
  lan_disk_discard_folder (file->dirfd, file->part);
  return TRUE;
}

gboolean
lan_disk_finish_folder (LanDisk *disk, LanDiskFile *file, LanFileResult *result)
{
  g_autofree char *name = NULL;
  int into;

  for (guint i = 0; i < lan_file_tree_n_entries (file->tree); i++) {
    if (lan_disk_is_wanted (file, i) && !complete_entry (file, i, &result->error))
      return FALSE;
  }
  set_folder_times (file, file->fd);
  if (syncfs (file->fd) != 0) {
    lan_disk_set_error (&result->error, errno, "writing to the disk");
    return FALSE;
  }
  into = open_existing (file);
  if (into >= 0) {
    name = g_strdup (file->name);
    if (!fill_up (file, into, &result->error))
      return FALSE;
  } else {
    /* It was ours alone while it grew. */
    if (fchmod (file->fd, disk->file_mode | (disk->file_mode & 0444) >> 2) != 0)
      g_debug ("mode of a finished folder not set: %s", g_strerror (errno));
    name = take_fresh_name (file, &result->error);
  }
  if (name == NULL)
    return FALSE;
  lan_disk_sync_folder (file->dirfd);
  g_atomic_int_set (&file->is_finished, 1);
  result->path = g_build_filename (file->dir, name, NULL);
  result->size = file->size;
  return TRUE;
}

/* -- finding and removing -- */

static gboolean
holds_all (int fd, const LanFileJob *job)
{
  for (guint i = 0; i < lan_file_tree_n_entries (job->tree); i++) {
    const LanFileEntry *entry = lan_file_tree_entry (job->tree, i);
    struct stat st;
    int there;
    gboolean ok;

    if (job->wanted != NULL &&
        (((const guint8 *) g_bytes_get_data (job->wanted, NULL))[i / 8] >> i % 8 & 1) == 0)
      continue;
    there = lan_disk_open_beneath (fd, entry->path, O_PATH, 0);
    if (there < 0)
      return FALSE;
    ok = fstat (there, &st) == 0 &&
         (entry->kind == LAN_FILE_ENTRY_FOLDER ? S_ISDIR (st.st_mode)
                                               : (guint64) st.st_size == entry->size);
    close (there);
    if (!ok)
      return FALSE;
  }
  return TRUE;
}

/* Finished before a crash: the part is gone, and a folder of the name has everything in it. */
gboolean
lan_disk_find_folder (int dirfd, const LanFileJob *job, LanFileResult *result)
{
  g_autofree char *part = lan_disk_part_name (job->name, &job->file, 0);
  struct stat st;

  if (fstatat (dirfd, part, &st, AT_SYMLINK_NOFOLLOW) == 0)
    return FALSE;
  for (guint n = 1; n <= FIND_TRIES && result->path == NULL; n++) {
    g_autofree char *name = lan_file_name_numbered (job->name, n);
    int fd = lan_disk_open_beneath (dirfd, name, O_RDONLY | O_DIRECTORY, 0);

    if (fd < 0)
      continue;
    if (holds_all (fd, job))
      result->path = g_build_filename (job->path, name, NULL);
    close (fd);
  }
  return result->path != NULL;
}

/* Takes @fd. Links are removed, never followed. */
static void
remove_inside (int fd, guint depth)
{
  DIR *dir = fdopendir (fd);
  struct dirent *item;

  if (dir == NULL) {
    close (fd);
    return;
  }
  while ((item = readdir (dir)) != NULL) {
    if (strcmp (item->d_name, ".") == 0 || strcmp (item->d_name, "..") == 0)
      continue;
    if (unlinkat (dirfd (dir), item->d_name, 0) == 0 || depth == 0)
      continue;
    fd = openat (dirfd (dir), item->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
      remove_inside (fd, depth - 1);
    unlinkat (dirfd (dir), item->d_name, AT_REMOVEDIR);
  }
  closedir (dir);
}

void
lan_disk_discard_folder (int dirfd, const char *part)
{
  int fd = lan_disk_open_beneath (dirfd, part, O_RDONLY | O_DIRECTORY, 0);
  struct stat st;

  if (fd < 0)
    return;
  if (fstat (fd, &st) != 0 || st.st_uid != geteuid () || (st.st_mode & 077) != 0) {
    close (fd);
    return;
  }
  remove_inside (fd, 64);
  unlinkat (dirfd, part, AT_REMOVEDIR);
}
