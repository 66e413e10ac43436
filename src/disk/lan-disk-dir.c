/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Names below a folder: opening without being led out of it, taking a final name without
 * overwriting, and what errno means for a person. On workers.
 */
#include "lan-disk-private.h"

#include "lan-file-name.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_NUMBER 999 /* "name (999)", then it is given up */

static gboolean
is_plain_relative (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  if (parts[0] == NULL)
    return FALSE;
  for (char **p = parts; *p != NULL; p++) {
    if (**p == '\0' || strcmp (*p, ".") == 0 || strcmp (*p, "..") == 0)
      return FALSE;
  }
  return TRUE;
}

int
lan_disk_open_beneath_stepwise (int dirfd, const char *path, int flags, mode_t mode)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  int at = dirfd;
  int fd = -1;
  int err;

  if (!is_plain_relative (path)) {
    errno = EXDEV;
    return -1;
  }
  for (char **p = parts; *p != NULL; p++) {
    if (p[1] == NULL)
      fd = openat (at, *p, flags | O_NOFOLLOW | O_CLOEXEC, mode);
    else
      fd = openat (at, *p, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    err = errno;
    if (at != dirfd)
      close (at);
    errno = err;
    if (fd < 0)
      return -1;
    at = fd;
  }
  return fd;
}

int
lan_disk_open_beneath (int dirfd, const char *path, int flags, mode_t mode)
{
  struct open_how how = {
    .flags = (guint64) (flags | O_CLOEXEC | O_NOFOLLOW),
    .mode = (flags & O_CREAT) != 0 ? mode : 0,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  long fd;

  if (!is_plain_relative (path)) {
    errno = EXDEV;
    return -1;
  }
  do
    fd = syscall (SYS_openat2, dirfd, path, &how, sizeof how);
  while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  /* Old kernels do not know the call, some sandboxes forbid it. */
  if (fd < 0 && (errno == ENOSYS || errno == EPERM))
    return lan_disk_open_beneath_stepwise (dirfd, path, flags, mode);
  return (int) fd;
}

int
lan_disk_open_folder (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  /* A drop box: files may be put into it, but its list cannot be read. */
  if (fd < 0 && errno == EACCES)
    fd = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    int err = errno;
    g_autofree char *shown = g_filename_display_name (path);
    g_autofree char *what = g_strdup_printf ("opening the folder “%s”", shown);

    lan_disk_set_error (error, err, what);
  }
  return fd;
}

gboolean
lan_disk_rename_by_link (int dirfd, const char *from, const char *to)
{
  if (linkat (dirfd, from, dirfd, to, 0) != 0)
    return FALSE;
  unlinkat (dirfd, from, 0);
  return TRUE;
}

/* Only where nothing better exists: the name is taken with an empty file of our own first, so that
 * the rename that overwrites can overwrite nothing but that. */
gboolean
lan_disk_rename_over_placeholder (int dirfd, const char *from, const char *to)
{
  int fd = openat (dirfd, to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  int err;

  if (fd < 0)
    return FALSE;
  close (fd);
  if (renameat (dirfd, from, dirfd, to) == 0)
    return TRUE;
  err = errno;
  unlinkat (dirfd, to, 0);
  errno = err;
  return FALSE;
}

static gboolean
rename_no_replace (int dirfd, const char *from, const char *to)
{
  if (renameat2 (dirfd, from, dirfd, to, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  if (lan_disk_rename_by_link (dirfd, from, to))
    return TRUE;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK)
    return FALSE;
  return lan_disk_rename_over_placeholder (dirfd, from, to);
}

char *
lan_disk_rename_fresh (int dirfd, const char *part, const char *name, GError **error)
{
  for (guint n = 1; n <= MAX_NUMBER; n++) {
    g_autofree char *to = lan_file_name_numbered (name, n);

    if (rename_no_replace (dirfd, part, to))
      return g_steal_pointer (&to);
    if (errno != EEXIST) {
      lan_disk_set_error (error, errno, "giving the file its name");
      return NULL;
    }
  }
  lan_disk_set_code (error, LAN_FILE_ERROR_EXISTS, NULL);
  return NULL;
}

static LanFileError
code_of_errno (int err)
{
  switch (err) {
  case ENOSPC:
  case EDQUOT:
    return LAN_FILE_ERROR_DISK_FULL;
  case EFBIG:
  case EOVERFLOW:
    return LAN_FILE_ERROR_TOO_LARGE;
  case EROFS:
    return LAN_FILE_ERROR_READ_ONLY;
  case EACCES:
  case EPERM:
    return LAN_FILE_ERROR_ACCESS;
  case ENOENT:
    return LAN_FILE_ERROR_NOT_FOUND;
  case EISDIR:
    return LAN_FILE_ERROR_NOT_A_FILE;
  case ENOTDIR:
  case ELOOP:
  case EXDEV:
  case EINVAL:
  case EILSEQ:
  case ENAMETOOLONG:
    return LAN_FILE_ERROR_PATH;
  default:
    return LAN_FILE_ERROR_IO;
  }
}

void
lan_disk_set_error (GError **error, int err, const char *what)
{
  lan_disk_set_code (error, code_of_errno (err), "%s: %s", what, g_strerror (err));
}

void
lan_disk_set_code (GError **error, LanFileError code, const char *format, ...)
{
  const char *text = lan_file_error_text (lan_file_error_code (code));
  g_autofree char *detail = NULL;
  va_list args;

  if (error == NULL || *error != NULL)
    return;
  if (format == NULL) {
    *error = g_error_new_literal (LAN_FILE_ERROR, code, text);
    return;
  }
  va_start (args, format);
  detail = g_strdup_vprintf (format, args);
  va_end (args);
  *error = g_error_new (LAN_FILE_ERROR, code, "%s (%s)", text, detail);
}

void
lan_disk_stamp (LanDiskStamp *stamp, const struct stat *st)
{
  *stamp = (LanDiskStamp){
    .device = (guint64) st->st_dev,
    .inode = (guint64) st->st_ino,
    .size = (guint64) st->st_size,
    .mtime_ns = (gint64) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
  };
}
