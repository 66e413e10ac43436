/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Putting things in their place in a shared folder. What is there is compared with what the machine knows
 * of; anything else was written by somebody just now, and stays.
 */
#include "lan-disk-private.h"
#include "lan-share-disk-private.h"

#include "lan-file-name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MAX_NUMBER 999

static gboolean
rename_fresh (int from_fd, const char *from, int to_fd, const char *to)
{
  if (renameat2 (from_fd, from, to_fd, to, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  if (linkat (from_fd, from, to_fd, to, 0) != 0)
    return FALSE;
  unlinkat (from_fd, from, 0);
  return TRUE;
}

/* The folder that @path is in, made where it is missing. -1: errno. */
static int
open_parent (int fd, const char *path, const char **name)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *parent = NULL;

  *name = slash != NULL ? slash + 1 : path;
  if (slash == NULL)
    return openat (fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!lan_disk_make_parents (fd, path))
    return -1;
  parent = g_strndup (path, (gsize) (slash - path));
  return lan_disk_open_beneath (fd, parent, O_RDONLY | O_DIRECTORY, 0);
}

static LanShareStamp
stamp_of (const struct stat *st)
{
  return (LanShareStamp){
    .size = (guint64) st->st_size,
    .inode = (guint64) st->st_ino,
    .mtime_ns = (gint64) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
    .ctime_ns = (gint64) st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec,
  };
}

/* What stands at @name: FALSE, @error: not what is known of it. @is_there: (out). */
static gboolean
check (int parent, const char *name, const LanShareJob *job, gboolean *is_there, GError **error)
{
  struct stat st;
  LanShareStamp stamp;

  *is_there = fstatat (parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
  if (!*is_there && errno != ENOENT) {
    lan_disk_set_error (error, errno, job->path);
    return FALSE;
  }
  if (!*is_there && !job->had)
    return TRUE;
  if (*is_there && job->had) {
    stamp = stamp_of (&st);
    if (S_ISDIR (st.st_mode) || lan_share_stamp_equal (&stamp, &job->expect))
      return TRUE;
  }
  lan_disk_set_code (error, LAN_FILE_ERROR_CHANGED, "%s", job->path);
  return FALSE;
}

/* "path/to/name~20261123-120501.ext" below the folder of old versions. */
static char *
version_path (const char *path)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *when = g_date_time_format (now, "~%Y%m%d-%H%M%S");
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  const char *dot = strrchr (name, '.');
  g_autofree char *folder = g_strndup (path, (gsize) (name - path));
  g_autofree char *stem = NULL;
  g_autofree char *made = NULL;

  if (dot == NULL || dot == name || strlen (dot) > 16)
    dot = name + strlen (name);
  stem = g_strndup (name, (gsize) (dot - name));
  made = g_strconcat (stem, when, dot, NULL);
  if (strlen (made) > LAN_FILE_NAME_MAX_BYTES) {
    g_free (made);
    made = lan_file_name_with_suffix (name, when);
  }
  return g_strconcat (folder, made, NULL);
}

static gboolean
put_aside (LanShareFolder *folder, int parent, const char *name, const char *path, GError **error)
{
  g_autofree char *aside = version_path (path);
  int versions =
      lan_disk_open_beneath (folder->fd, LAN_SHARE_VERSIONS_DIR, O_RDONLY | O_DIRECTORY, 0);
  const char *base;
  int to = versions >= 0 ? open_parent (versions, aside, &base) : -1;
  gboolean ok = FALSE;

  for (guint n = 1; to >= 0 && !ok && n <= MAX_NUMBER; n++) {
    g_autofree char *numbered = lan_file_name_numbered (base, n);

    ok = rename_fresh (parent, name, to, numbered);
    if (!ok && errno != EEXIST)
      break;
  }
  if (!ok)
    lan_disk_set_error (error, errno, "keeping the old version");
  else
    lan_disk_sync_folder (to);
  if (to >= 0)
    close (to);
  if (versions >= 0)
    close (versions);
  return ok;
}

static gboolean
make_way (LanShareFolder *folder, int parent, const char *name, const LanShareJob *job,
          LanShareResult *result)
{
  const char *slash;
  g_autofree char *taken = NULL;
  struct stat st;

  if (fstatat (parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (st.st_mode)) {
    if (unlinkat (parent, name, AT_REMOVEDIR) == 0)
      return TRUE;
    lan_disk_set_error (&result->error, errno, job->path);
    return FALSE;
  }
  if (job->copy == NULL)
    return put_aside (folder, parent, name, job->path, &result->error);
  slash = strrchr (job->copy, '/');
  taken =
      lan_disk_rename_fresh (parent, name, slash != NULL ? slash + 1 : job->copy, &result->error);
  if (taken == NULL)
    return FALSE;
  result->copy = slash != NULL
                     ? g_strdup_printf ("%.*s/%s", (int) (slash - job->copy), job->copy, taken)
                     : g_strdup (taken);
  return TRUE;
}

/* Mode and time as the share has them, before it gets its name. */
static gboolean
dress (int incoming, const LanShareJob *job, GError **error)
{
  int fd = openat (incoming, job->staged, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  struct stat st;

  if (fd < 0 || fstat (fd, &st) != 0 || !S_ISREG (st.st_mode)) {
    lan_disk_set_error (error, fd < 0 ? errno : EINVAL, "what was fetched");
    if (fd >= 0)
      close (fd);
    return FALSE;
  }
  if ((job->is.mode & LAN_FILE_MODE_EXEC) != 0)
    (void) fchmod (fd, (st.st_mode & 0777) | ((st.st_mode & 0444) >> 2));
  if (job->is.mtime_ms > 0)
    lan_disk_set_mtime (fd, job->is.mtime_ms);
  (void) fsync (fd);
  close (fd);
  return TRUE;
}

/* What came without a file of its own gets one. */
static gboolean
stage (int incoming, const LanShareJob *job, GError **error)
{
  const guint8 *data;
  struct statvfs vfs;
  gsize len;
  int fd;

  if (job->bytes == NULL)
    return TRUE;
  data = g_bytes_get_data (job->bytes, &len);
  if (fstatvfs (incoming, &vfs) == 0 &&
      (guint64) vfs.f_bavail * vfs.f_frsize < LAN_DISK_RESERVE_BYTES + len) {
    lan_disk_set_code (error, LAN_FILE_ERROR_DISK_FULL, NULL);
    return FALSE;
  }
  fd = openat (incoming, job->staged, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0 || write (fd, data, len) != (gssize) len) {
    lan_disk_set_error (error, errno, "keeping what was fetched");
    if (fd >= 0)
      close (fd);
    return FALSE;
  }
  close (fd);
  return TRUE;
}

static void
finish (int parent, const char *name, const LanShareJob *job, LanShareResult *result)
{
  struct stat st;

  lan_disk_sync_folder (parent);
  if (fstatat (parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
    result->stamp = stamp_of (&st);
  else
    lan_disk_set_error (&result->error, errno, job->path);
}

void
lan_share_folder_place (LanShareFolder *folder, const LanShareJob *job, LanShareResult *result)
{
  int incoming =
      lan_disk_open_beneath (folder->fd, LAN_SHARE_INCOMING_DIR, O_RDONLY | O_DIRECTORY, 0);
  const char *name = NULL;
  int parent = incoming >= 0 ? open_parent (folder->fd, job->path, &name) : -1;
  gboolean is_there;

  if (parent < 0)
    lan_disk_set_error (&result->error, errno, job->path);
  else if (check (parent, name, job, &is_there, &result->error) &&
           stage (incoming, job, &result->error) && dress (incoming, job, &result->error) &&
           (!is_there || make_way (folder, parent, name, job, result))) {
    if (rename_fresh (incoming, job->staged, parent, name))
      finish (parent, name, job, result);
    else if (errno == EEXIST)
      lan_disk_set_code (&result->error, LAN_FILE_ERROR_CHANGED, "%s", job->path);
    else
      lan_disk_set_error (&result->error, errno, job->path);
  }
  if (parent >= 0)
    close (parent);
  if (incoming >= 0)
    close (incoming);
}

void
lan_share_folder_remove (LanShareFolder *folder, const LanShareJob *job, LanShareResult *result)
{
  const char *name = NULL;
  int parent = open_parent (folder->fd, job->path, &name);
  gboolean is_there = FALSE;
  struct stat st;

  if (parent < 0) {
    lan_disk_set_error (&result->error, errno, job->path);
    return;
  }
  if (fstatat (parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT)
      lan_disk_set_error (&result->error, errno, job->path);
  } else if (S_ISDIR (st.st_mode)) {
    /* Something in it that is not shared: the folder stays, and is found as a new one. */
    if (unlinkat (parent, name, AT_REMOVEDIR) != 0 && errno != ENOTEMPTY && errno != EEXIST)
      lan_disk_set_error (&result->error, errno, job->path);
  } else if (check (parent, name, job, &is_there, &result->error)) {
    put_aside (folder, parent, name, job->path, &result->error);
  }
  close (parent);
}

void
lan_share_folder_make (LanShareFolder *folder, const LanShareJob *job, LanShareResult *result)
{
  const char *name = NULL;
  int parent = open_parent (folder->fd, job->path, &name);
  struct stat st;

  if (parent < 0) {
    lan_disk_set_error (&result->error, errno, job->path);
    return;
  }
  if (mkdirat (parent, name, 0777) != 0 &&
      (errno != EEXIST || fstatat (parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
       !S_ISDIR (st.st_mode)))
    lan_disk_set_error (&result->error, errno, job->path);
  close (parent);
}

void
lan_share_folder_read (LanShareFolder *folder, const LanShareJob *job, LanShareResult *result)
{
  int fd = lan_disk_open_beneath (folder->fd, job->path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
  g_autofree guint8 *data = g_malloc (job->max_bytes + 1);
  struct stat st;
  gssize n = -1;

  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    n = lan_disk_read_fully (fd, data, job->max_bytes + 1, 0);
  if (n < 0)
    lan_disk_set_error (&result->error, fd < 0 ? errno : EIO, job->path);
  else if ((guint64) n > job->max_bytes)
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_CHANGED, "%s", job->path);
  else
    result->bytes = g_bytes_new (data, (gsize) n);
  if (fd >= 0)
    close (fd);
}

void
lan_share_folder_drop (LanShareFolder *folder, const LanShareJob *job)
{
  int incoming =
      lan_disk_open_beneath (folder->fd, LAN_SHARE_INCOMING_DIR, O_RDONLY | O_DIRECTORY, 0);

  if (incoming < 0)
    return;
  if (lan_file_name_is_clean (job->staged))
    unlinkat (incoming, job->staged, 0);
  close (incoming);
}
