/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Counts what lan-disk-scan.c would leave out of a folder, so that its owner hears of it before the
 * folder is sent. Goes down by descriptors, never through a link.
 */
#include "lan-disk-private.h"

#include "lan-manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  LanDiskLeftOut *out;
  guint seen;
} Count;

static void count_folder (Count *count, int fd, guint depth);

static void
count_child (Count *count, int dirfd, const char *name, guint depth)
{
  struct stat st;
  int fd;

  if (fstatat (dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT)
      count->out->others++;
    return;
  }
  if (!lan_disk_is_sent (&st)) {
    if (S_ISLNK (st.st_mode))
      count->out->links++;
    else
      count->out->others++;
    return;
  }
  /* What is deeper, or cannot be opened, ends the sending itself. */
  if (!S_ISDIR (st.st_mode) || depth >= LAN_MANIFEST_MAX_DEPTH)
    return;
  fd = openat (dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0)
    count_folder (count, fd, depth + 1);
}

/* Takes @fd. */
static void
count_folder (Count *count, int fd, guint depth)
{
  DIR *dir = fdopendir (fd);
  struct dirent *item;

  if (dir == NULL) {
    close (fd);
    return;
  }
  /* A folder of more entries is not sent. */
  while ((item = readdir (dir)) != NULL && count->seen <= LAN_MANIFEST_MAX_ENTRIES) {
    if (strcmp (item->d_name, ".") == 0 || strcmp (item->d_name, "..") == 0)
      continue;
    count->seen++;
    count_child (count, dirfd (dir), item->d_name, depth);
  }
  closedir (dir);
}

void
lan_disk_count_left_out (const char *path, LanDiskLeftOut *out)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  Count count = { .out = out };

  if (fd >= 0)
    count_folder (&count, fd, 1);
}
