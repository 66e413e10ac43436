/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bundle-file.h"

#include "lan-bundle-format.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct _LanBundleSink {
  char *path;
  char *part; /* beside it, until it is whole; NULL: it was moved */
  int fd;     /* -1: closed */
  LanBundleWriter *writer;
  GByteArray *out;
  guint64 bytes;
};

static gboolean
fail (GError **error, LanNodeError code, const char *text)
{
  g_set_error_literal (error, LAN_NODE_ERROR, (int) code, text);
  return FALSE;
}

static gboolean
fail_errno (GError **error, int cause, const char *doing, const char *path)
{
  LanNodeError code = LAN_NODE_ERROR_FAILED;

  if (cause == ENOSPC || cause == EDQUOT || cause == EFBIG)
    code = LAN_NODE_ERROR_DISK_FULL;
  else if (cause == ENOENT)
    code = LAN_NODE_ERROR_NOT_FOUND;
  g_set_error (error, LAN_NODE_ERROR, (int) code, "The bundle cannot be %s '%s': %s", doing, path,
               code == LAN_NODE_ERROR_DISK_FULL ? "there is no room left on it"
                                                : g_strerror (cause));
  return FALSE;
}

static gboolean
fail_exists (GError **error, const char *path)
{
  g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
               "'%s' exists already: choose another name", path);
  return FALSE;
}

/* --- writing --- */

static gboolean
flush (LanBundleSink *sink, GError **error)
{
  const guint8 *data = sink->out->data;
  gsize left = sink->out->len;

  sink->bytes += left;
  while (left > 0) {
    gssize n = write (sink->fd, data, left);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return fail_errno (error, errno, "written to", sink->path);
    data += n;
    left -= (gsize) n;
  }
  g_byte_array_set_size (sink->out, 0);
  return TRUE;
}

LanBundleSink *
lan_bundle_sink_new (const char *path, GError **error)
{
  g_autoptr (LanBundleSink) sink = g_new0 (LanBundleSink, 1);
  GStatBuf info;

  sink->fd = -1;
  sink->path = g_strdup (path);
  sink->out = g_byte_array_new ();
  if (g_lstat (path, &info) == 0) {
    fail_exists (error, path);
    return NULL;
  }
  sink->part = g_strconcat (path, ".part-XXXXXX", NULL);
  sink->fd = g_mkstemp_full (sink->part, O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (sink->fd < 0) {
    fail_errno (error, errno, "written to", path);
    g_clear_pointer (&sink->part, g_free);
    return NULL;
  }
  sink->writer = lan_bundle_writer_new (sink->out);
  return flush (sink, error) ? g_steal_pointer (&sink) : NULL;
}

gboolean
lan_bundle_sink_add (LanBundleSink *sink, const guint8 *entries, gsize len, GError **error)
{
  lan_bundle_writer_add (sink->writer, entries, len, sink->out);
  return flush (sink, error);
}

/* Over nothing that came there meanwhile, where the stick's file system can say so. */
static int
move_in_place (LanBundleSink *sink)
{
  if (renameat2 (AT_FDCWD, sink->part, AT_FDCWD, sink->path, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return -1;
  return g_rename (sink->part, sink->path);
}

static void
sync_folder (const char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);
  int fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  (void) fsync (fd); /* some sticks' file systems cannot */
  close (fd);
}

gboolean
lan_bundle_sink_finish (LanBundleSink *sink, guint64 *bytes, GError **error)
{
  int fd = sink->fd;

  lan_bundle_writer_finish (sink->writer, sink->out);
  if (!flush (sink, error))
    return FALSE;
  if (fsync (fd) != 0)
    return fail_errno (error, errno, "written to", sink->path);
  sink->fd = -1;
  if (close (fd) != 0 || move_in_place (sink) != 0)
    return errno == EEXIST ? fail_exists (error, sink->path)
                           : fail_errno (error, errno, "written to", sink->path);
  g_clear_pointer (&sink->part, g_free);
  sync_folder (sink->path);
  *bytes = sink->bytes;
  return TRUE;
}

void
lan_bundle_sink_free (LanBundleSink *sink)
{
  if (sink == NULL)
    return;
  if (sink->fd >= 0)
    close (sink->fd);
  if (sink->part != NULL)
    g_remove (sink->part);
  lan_bundle_writer_free (sink->writer);
  g_byte_array_unref (sink->out);
  g_free (sink->part);
  g_free (sink->path);
  g_free (sink);
}

/* --- reading --- */

GError *
lan_bundle_file_error (int status)
{
  switch ((LanStatus) status) {
  case LAN_STATUS_VERSION:
    return g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NEWER,
                                "The bundle was made by a newer version: update this program");
  case LAN_STATUS_TRUNCATED:
    return g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_DAMAGED,
                                "The bundle is cut short: copy it again");
  case LAN_STATUS_OVERSIZED:
    return g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_DAMAGED,
                                "The file is larger than any bundle may be");
  case LAN_STATUS_AUTH:
    return g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_DAMAGED,
                                "The bundle is damaged or was altered: copy it again");
  default:
    return g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_DAMAGED,
                                "This file is no bundle, or it is damaged");
  }
}

gboolean
lan_bundle_file_read (int fd, const char *path, GByteArray *chunk, GError **error)
{
  gsize have = 0;

  g_byte_array_set_size (chunk, LAN_BUNDLE_READ_BYTES);
  while (have < chunk->len) {
    gssize n = read (fd, chunk->data + have, chunk->len - have);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return fail_errno (error, errno, "read from", path);
    if (n == 0)
      break;
    have += (gsize) n;
  }
  g_byte_array_set_size (chunk, (guint) have);
  return TRUE;
}

static LanStatus
on_entry (const LanBundleEntry *entry, gpointer user_data)
{
  return LAN_STATUS_OK;
}

/* The whole file, taken by nobody. */
static gboolean
check (int fd, const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (LanBundleReader) reader = lan_bundle_reader_new (on_entry, NULL);
  g_autoptr (GByteArray) chunk = g_byte_array_new ();
  LanStatus status = LAN_STATUS_OK;

  do {
    if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
        !lan_bundle_file_read (fd, path, chunk, error))
      return FALSE;
    status = chunk->len > 0 ? lan_bundle_reader_feed (reader, chunk->data, chunk->len)
                            : lan_bundle_reader_end (reader);
  } while (chunk->len > 0 && status == LAN_STATUS_OK);
  if (status != LAN_STATUS_OK)
    g_propagate_error (error, lan_bundle_file_error (status));
  return status == LAN_STATUS_OK;
}

static gboolean
look_at (int fd, const char *path, guint64 *size, GCancellable *cancellable, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) != 0)
    return fail_errno (error, errno, "read from", path);
  if (!S_ISREG (info.st_mode))
    return fail (error, LAN_NODE_ERROR_INVALID, "This is no file: choose a bundle");
  if (info.st_size > LAN_BUNDLE_BYTES_MAX) {
    g_propagate_error (error, lan_bundle_file_error (LAN_STATUS_OVERSIZED));
    return FALSE;
  }
  *size = (guint64) info.st_size;
  if (!check (fd, path, cancellable, error))
    return FALSE;
  return lseek (fd, 0, SEEK_SET) == 0 || fail_errno (error, errno, "read from", path);
}

int
lan_bundle_file_open (const char *path, guint64 *size, GCancellable *cancellable, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

  if (fd < 0 && errno == ELOOP)
    fail (error, LAN_NODE_ERROR_INVALID, "This is a link: choose the bundle itself");
  else if (fd < 0)
    fail_errno (error, errno, "read from", path);
  if (fd < 0 || look_at (fd, path, size, cancellable, error))
    return fd;
  close (fd);
  return -1;
}
