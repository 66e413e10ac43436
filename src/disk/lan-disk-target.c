/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The receiving side. A target is a part file below a folder that was opened once; every leaf is
 * verified before it is written, free space is looked at again and again, and only what is synced
 * gets the final name. On workers.
 */
#include "lan-disk-private.h"

#include "lan-file-name.h"
#include "lan-tree-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PART_TRIES 10 /* part names looked at before the place counts as unusable */
#define FIND_TRIES 20 /* numbered names looked at for a file that was finished before */

static guint64
bytes_on_disk (int fd)
{
  struct stat st;

  return fstat (fd, &st) == 0 ? (guint64) st.st_blocks * 512 : 0;
}

gboolean
lan_disk_has_room (LanDisk *disk, LanDiskFile *file, GError **error)
{
  guint64 on_disk = file->fd < 0                           ? 0
                    : lan_file_tree_is_folder (file->tree) ? file->written
                                                           : bytes_on_disk (file->fd);
  guint64 needed = file->size > on_disk ? file->size - on_disk : 0;
  guint64 reserve = disk->reserve_bytes < 0 ? 0 : (guint64) disk->reserve_bytes;
  guint64 available = 0;

  if (disk->free_space != NULL) {
    if (!disk->free_space (file->dirfd, &available, disk->free_space_data)) {
      lan_disk_set_error (error, EIO, "asking for free space");
      return FALSE;
    }
  } else {
    struct statvfs vfs;

    if (fstatvfs (file->dirfd, &vfs) != 0) {
      lan_disk_set_error (error, errno, "asking for free space");
      return FALSE;
    }
    if (__builtin_mul_overflow ((guint64) vfs.f_bavail, (guint64) vfs.f_frsize, &available))
      available = G_MAXUINT64;
  }
  if (available < reserve || available - reserve < needed) {
    g_autofree char *free_text = g_format_size (available);
    g_autofree char *need_text = g_format_size (needed);
    g_autofree char *keep_text = g_format_size (reserve);

    lan_disk_set_code (error, LAN_FILE_ERROR_DISK_FULL, "needed %s, free %s, kept free %s",
                       need_text, free_text, keep_text);
    return FALSE;
  }
  return TRUE;
}

/* A part of an earlier try may be gone on with only when nobody else can have put it there or be
 * using it: an ordinary file of ours, under one name, not open to others, not longer than the whole. */
static gboolean
is_own_part (int fd, guint64 size)
{
  struct stat st;

  return fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_uid == geteuid () &&
         st.st_nlink == 1 && (st.st_mode & 077) == 0 && (guint64) st.st_size <= size;
}

/* Opens or makes the part file @part; -1 and errno EEXIST when that name is not to be used. */
static int
open_part (int dirfd, const char *part, guint64 size)
{
  int fd = lan_disk_open_beneath (dirfd, part, O_RDWR | O_CREAT | O_EXCL | O_NOCTTY, 0600);

  if (fd < 0 && errno == EEXIST) {
    fd = lan_disk_open_beneath (dirfd, part, O_RDWR | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0 || !is_own_part (fd, size)) {
      if (fd >= 0)
        close (fd);
      errno = EEXIST;
      return -1;
    }
  }
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close (fd);
    errno = EEXIST;
    return -1;
  }
  return fd;
}

/* "report.pdf.0a1b2c3d.part": the id in it makes it unique to the transfer, and found again. */
char *
lan_disk_part_name (const char *name, const LanMessageId *id, guint attempt)
{
  g_autofree char *hex = lan_hex_encode (id->b, 4);
  g_autofree char *suffix = attempt == 0 ? g_strdup_printf (".%s.part", hex)
                                         : g_strdup_printf (".%s-%u.part", hex, attempt);

  return lan_file_name_with_suffix (name, suffix);
}

static gboolean
find_part (LanDiskFile *file, GError **error)
{
  for (guint attempt = 0; attempt < PART_TRIES; attempt++) {
    g_autofree char *part = lan_disk_part_name (file->name, &file->id, attempt);

    file->fd = open_part (file->dirfd, part, file->size);
    if (file->fd >= 0) {
      file->part = g_steal_pointer (&part);
      return TRUE;
    }
    /* FAT and its kin refuse some characters that are fine everywhere else. */
    if (errno == EINVAL && strpbrk (file->name, "<>:\"|?*") != NULL)
      g_strdelimit (file->name, "<>:\"|?*", '_');
    else if (errno != EEXIST)
      break;
  }
  lan_disk_set_error (error, errno == EEXIST ? ELOOP : errno, "making the part file");
  return FALSE;
}

static gboolean
open_target_locked (LanDisk *disk, LanDiskFile *file, const LanFileJob *job, GError **error)
{
  if (lan_disk_file_is_cancelled (file)) {
    lan_disk_set_code (error, LAN_FILE_ERROR_STOPPED, NULL);
    return FALSE;
  }
  if (!lan_file_name_is_clean (job->name) || job->size > LAN_DISK_MAX_FILE_BYTES) {
    lan_disk_set_code (
        error, job->size > LAN_DISK_MAX_FILE_BYTES ? LAN_FILE_ERROR_TOO_LARGE : LAN_FILE_ERROR_PATH,
        NULL);
    return FALSE;
  }
  file->dirfd = lan_disk_open_folder (job->path, error);
  if (file->dirfd < 0)
    return FALSE;
  file->dir = g_strdup (job->path);
  file->name = g_strdup (job->name);
  file->size = job->size;
  file->is_target = TRUE;
  file->conflict = job->conflict;
  file->wanted = job->wanted != NULL ? g_bytes_ref (job->wanted) : NULL;
  file->tree = job->tree != NULL ? lan_file_tree_ref (job->tree)
                                 : lan_file_tree_new_file (job->name, job->size, NULL);
  if (job->tree != NULL)
    return lan_disk_open_part_folder (disk, file, error);
  /* What an earlier try left on the disk need not fit again, so the part is opened first; one that
   * was made only now goes away when there is no room. */
  if (!find_part (file, error))
    return FALSE;
  if (lan_disk_has_room (disk, file, error))
    return TRUE;
  if (bytes_on_disk (file->fd) == 0)
    unlinkat (file->dirfd, file->part, 0);
  return FALSE;
}

gboolean
lan_disk_open_target (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                      LanFileResult *result)
{
  struct stat st;
  gboolean ok;

  g_mutex_lock (&file->lock);
  ok = open_target_locked (disk, file, job, &result->error);
  g_mutex_unlock (&file->lock);
  if (ok && fstat (file->fd, &st) == 0) {
    result->done = lan_file_tree_is_folder (file->tree) ? file->written : (guint64) st.st_size;
    result->size = file->size;
  }
  return ok;
}

void
lan_disk_set_mtime (int fd, gint64 mtime_ms)
{
  struct timespec times[2] = { { 0, UTIME_OMIT }, { 0, 0 } };

  if (mtime_ms <= 0)
    return;
  times[1].tv_sec = mtime_ms / 1000;
  times[1].tv_nsec = mtime_ms % 1000 * 1000000;
  /* File systems that cannot, need not. */
  if (futimens (fd, times) != 0)
    g_debug ("time of a file not set: %s", g_strerror (errno));
}

gboolean
lan_disk_is_in_place (LanDiskFile *file, GError **error)
{
  struct stat ours, there;

  if (fstat (file->dirfd, &ours) == 0 && stat (file->dir, &there) == 0 &&
      ours.st_dev == there.st_dev && ours.st_ino == there.st_ino)
    return TRUE;
  lan_disk_set_code (error, LAN_FILE_ERROR_NOT_FOUND, "the folder is not there any more");
  return FALSE;
}

gboolean
lan_disk_sync (LanDisk *disk, LanDiskFile *file, const LanFileJob *job, LanFileResult *result)
{
  int failed = lan_file_tree_is_folder (file->tree) ? syncfs (file->fd) : fdatasync (file->fd);

  if (failed != 0)
    lan_disk_set_error (&result->error, errno, "writing to the disk");
  return failed == 0 && lan_disk_is_in_place (file, &result->error);
}

/* TRUE while @name below the folder is the very file that we hold open. */
static gboolean
is_same_file (int dirfd, const char *name, int fd)
{
  struct stat a;
  struct stat b;

  return fstat (fd, &a) == 0 && fstatat (dirfd, name, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISREG (b.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

void
lan_disk_sync_folder (int dirfd)
{
  int fd = openat (dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  /* Some file systems cannot sync a folder, and a drop box cannot be opened: the file itself is
   * safe, at worst its name is lost with the power, and the part is found again. */
  if (fd >= 0) {
    fsync (fd);
    close (fd);
  }
}

/* An ordinary file stands where ours should go. */
static gboolean
is_taken (LanDiskFile *file)
{
  struct stat st;

  return fstatat (file->dirfd, file->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st.st_mode);
}

static gboolean
keep_what_is_there (LanDiskFile *file, LanFileResult *result)
{
  unlinkat (file->dirfd, file->part, 0);
  result->path = g_build_filename (file->dir, file->name, NULL);
  result->size = file->size;
  return TRUE;
}

/* Only what a person said may be replaced is, and only where it is an ordinary file. */
static char *
take_name (LanDiskFile *file, GError **error)
{
  if (file->conflict == LAN_FILE_REPLACE && is_taken (file)) {
    if (renameat (file->dirfd, file->part, file->dirfd, file->name) == 0)
      return g_strdup (file->name);
    lan_disk_set_error (error, errno, "replacing the file");
    return NULL;
  }
  return lan_disk_rename_fresh (file->dirfd, file->part, file->name, error);
}

gboolean
lan_disk_finish (LanDisk *disk, LanDiskFile *file, const LanFileJob *job, LanFileResult *result)
{
  g_autofree char *name = NULL;
  struct stat st;

  if (!lan_disk_is_in_place (file, &result->error))
    return FALSE;
  if (lan_file_tree_is_folder (file->tree))
    return lan_disk_finish_folder (disk, file, result);
  if (file->is_kept)
    return keep_what_is_there (file, result);
  if (fstat (file->fd, &st) != 0 || (guint64) st.st_size != file->size) {
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_IO, "the part file has another size");
    return FALSE;
  }
  /* File systems without modes refuse this, and need it not. */
  if (fchmod (file->fd, disk->file_mode) != 0)
    g_debug ("mode of a finished file not set: %s", g_strerror (errno));
  if (fsync (file->fd) != 0) {
    lan_disk_set_error (&result->error, errno, "writing to the disk");
    return FALSE;
  }
  if (!is_same_file (file->dirfd, file->part, file->fd)) {
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_PATH, "the part file was replaced");
    return FALSE;
  }
  name = take_name (file, &result->error);
  if (name == NULL)
    return FALSE;
  if (!is_same_file (file->dirfd, name, file->fd)) {
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_PATH, "the file was replaced");
    return FALSE;
  }
  lan_disk_sync_folder (file->dirfd);
  if (fstat (file->fd, &st) == 0)
    lan_disk_stamp (&file->stamp, &st);
  g_atomic_int_set (&file->is_finished, 1);
  result->path = g_build_filename (file->dir, name, NULL);
  result->size = file->size;
  return TRUE;
}

/* TRUE when the file @name below @dirfd is the whole one that @job looks for. */
static gboolean
is_finished (LanDisk *disk, LanDiskFile *file, const LanFileJob *job, int dirfd, const char *name)
{
  int fd = lan_disk_open_beneath (dirfd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
  struct stat st;
  LanHash root;
  gboolean same;

  if (fd < 0)
    return FALSE;
  same = fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && (guint64) st.st_size == job->size &&
         lan_disk_hash_fd (disk, file, fd, job->size, &root) && lan_hash_equal (&root, &job->hash);
  close (fd);
  return same;
}

gboolean
lan_disk_find (LanDisk *disk, LanDiskFile *file, const LanFileJob *job, LanFileResult *result)
{
  int dirfd = lan_disk_open_folder (job->path, &result->error);

  if (dirfd < 0)
    return FALSE;
  if (job->tree != NULL)
    lan_disk_find_folder (dirfd, job, result);
  for (guint n = 1; job->tree == NULL && n <= FIND_TRIES && result->path == NULL; n++) {
    g_autofree char *name = lan_file_name_numbered (job->name, n);

    if (is_finished (disk, file, job, dirfd, name))
      result->path = g_build_filename (job->path, name, NULL);
  }
  close (dirfd);
  if (result->path == NULL)
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_NOT_FOUND, NULL);
  return result->path != NULL;
}

/* Removes what an earlier run of the program left, when this one never opened it. */
static void
discard_unopened (LanDiskFile *file, const LanFileJob *job)
{
  int dirfd = job->path != NULL && job->name != NULL && lan_file_name_is_clean (job->name)
                  ? lan_disk_open_folder (job->path, NULL)
                  : -1;

  if (dirfd < 0)
    return;
  for (guint attempt = 0; attempt < PART_TRIES; attempt++) {
    g_autofree char *part = lan_disk_part_name (job->name, &file->id, attempt);
    int fd;

    if (job->tree != NULL) {
      lan_disk_discard_folder (dirfd, part);
      continue;
    }
    fd = lan_disk_open_beneath (dirfd, part, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

    if (fd < 0)
      continue;
    if (is_own_part (fd, job->size))
      unlinkat (dirfd, part, 0);
    close (fd);
  }
  close (dirfd);
}

void
lan_disk_discard (LanDisk *disk, LanDiskFile *file, const LanFileJob *job)
{
  g_mutex_lock (&file->lock);
  if (file->fd >= 0 && file->part != NULL) {
    if (lan_file_tree_is_folder (file->tree))
      lan_disk_discard_folder (file->dirfd, file->part);
    else if (is_same_file (file->dirfd, file->part, file->fd))
      unlinkat (file->dirfd, file->part, 0);
  } else {
    discard_unopened (file, job);
  }
  g_mutex_unlock (&file->lock);
}
