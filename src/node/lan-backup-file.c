/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-backup-file.h"

#include "lan-random-system.h"
#include "lan-recovery-code.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES (256 * 1024)

struct _LanBackupSink {
  char *path;
  char *part; /* beside it, until it is whole */
  int fd;     /* -1: closed */
  LanBackupWriter *writer;
  GByteArray *out;
};

static gboolean
fail (GError **error, LanNodeError code, const char *text)
{
  g_set_error_literal (error, LAN_NODE_ERROR, (int) code, text);
  return FALSE;
}

static gboolean
fail_errno (GError **error, const char *doing, const char *path)
{
  int cause = errno;

  g_set_error (error, LAN_NODE_ERROR,
               cause == ENOSPC || cause == EDQUOT || cause == EFBIG ? LAN_NODE_ERROR_DISK_FULL
                                                                    : LAN_NODE_ERROR_FAILED,
               "The backup cannot be %s '%s': %s", doing, path, g_strerror (cause));
  return FALSE;
}

/* --- writing --- */

static LanBackupWriter *
make_writer (const char *passphrase, const guint8 *input, GByteArray *out, GError **error)
{
  const LanRandom *random = lan_random_system ();
  LanBackupWriter *writer = NULL;
  guint8 key[LAN_KEY_BYTES];
  LanKeySlot slot;

  lan_key_slot_prepare (&slot, passphrase != NULL ? LAN_KEY_SLOT_PASSPHRASE : LAN_KEY_SLOT_RECOVERY,
                        random);
  if (passphrase == NULL)
    return lan_backup_writer_new (&slot, input, random, out);
  if (lan_key_stretch (&slot, passphrase, key) == LAN_STATUS_OK)
    writer = lan_backup_writer_new (&slot, key, random, out);
  lan_secret_wipe (key, sizeof key);
  if (writer == NULL)
    fail (error, LAN_NODE_ERROR_FAILED, "There is not enough memory to lock with a passphrase");
  return writer;
}

LanBackupSink *
lan_backup_sink_new (const char *path, const char *passphrase, const guint8 *input, GError **error)
{
  g_autoptr (LanBackupSink) sink = g_new0 (LanBackupSink, 1);

  sink->fd = -1;
  sink->path = g_strdup (path);
  if (g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                 "'%s' exists already: choose another name", path);
    return NULL;
  }
  sink->part = g_strconcat (path, ".part", NULL);
  sink->out = g_byte_array_new ();
  sink->writer = make_writer (passphrase, input, sink->out, error);
  if (sink->writer == NULL)
    return NULL;
  sink->fd = open (sink->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (sink->fd >= 0)
    return g_steal_pointer (&sink);
  fail_errno (error, "written to", path);
  return NULL;
}

static gboolean
flush (LanBackupSink *sink, GError **error)
{
  const guint8 *data = sink->out->data;
  gsize left = sink->out->len;

  while (left > 0) {
    gssize n = write (sink->fd, data, left);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return fail_errno (error, "written to", sink->path);
    data += n;
    left -= (gsize) n;
  }
  g_byte_array_set_size (sink->out, 0);
  return TRUE;
}

gboolean
lan_backup_sink_add (LanBackupSink *sink, guint8 type, const guint8 *data, gsize len,
                     GError **error)
{
  lan_backup_writer_add (sink->writer, type, data, len, sink->out);
  return flush (sink, error);
}

gboolean
lan_backup_sink_finish (LanBackupSink *sink, GError **error)
{
  g_autofree char *dir = g_path_get_dirname (sink->path);
  int fd = sink->fd, dir_fd;

  lan_backup_writer_finish (sink->writer, sink->out);
  if (!flush (sink, error))
    return FALSE;
  if (fsync (fd) != 0)
    return fail_errno (error, "written to", sink->path);
  sink->fd = -1;
  if (close (fd) != 0 || g_rename (sink->part, sink->path) != 0)
    return fail_errno (error, "written to", sink->path);
  g_clear_pointer (&sink->part, g_free);
  dir_fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir_fd >= 0) {
    (void) fsync (dir_fd); /* some sticks' file systems cannot */
    close (dir_fd);
  }
  return TRUE;
}

void
lan_backup_sink_free (LanBackupSink *sink)
{
  if (sink == NULL)
    return;
  if (sink->fd >= 0) {
    close (sink->fd);
    g_remove (sink->part);
  } else if (sink->part != NULL && sink->writer != NULL) {
    g_remove (sink->part);
  }
  lan_backup_writer_free (sink->writer);
  g_clear_pointer (&sink->out, g_byte_array_unref);
  g_free (sink->part);
  g_free (sink->path);
  g_free (sink);
}

/* --- reading --- */

static gboolean
fail_status (GError **error, LanStatus status)
{
  switch ((guint) status) {
  case LAN_STATUS_VERSION:
    return fail (error, LAN_NODE_ERROR_NEWER,
                 "The backup was made by a newer version: update this program");
  case LAN_STATUS_TRUNCATED:
    return fail (error, LAN_NODE_ERROR_DAMAGED,
                 "The backup is cut short or its end is damaged: use another copy of it");
  default:
    return fail (error, LAN_NODE_ERROR_DAMAGED,
                 "The backup is damaged or was altered: use another copy of it");
  }
}

static gboolean
make_input (const LanKeySlot *slot, const char *secret, guint8 *input, GError **error)
{
  LanRecoveryCode code;

  if (slot->kind == LAN_KEY_SLOT_PASSPHRASE)
    return lan_key_stretch (slot, secret, input) == LAN_STATUS_OK ||
           fail (error, LAN_NODE_ERROR_FAILED, "There is not enough memory to try the passphrase");
  if (lan_recovery_code_parse (&code, secret) != LAN_STATUS_OK)
    return fail (error, LAN_NODE_ERROR_PASSPHRASE_WRONG,
                 "This is no recovery code: it has 30 letters and digits, one of them may be "
                 "mistyped");
  lan_recovery_code_input (&code, input);
  lan_secret_wipe (&code, sizeof code);
  return TRUE;
}

static gboolean
unlock (LanBackupReader *reader, const guint8 *header, gsize len, const char *secret, guint8 *input,
        LanKeySlotKind *kind, GError **error)
{
  LanKeySlot slot;
  LanStatus status;

  if (len < LAN_BACKUP_HEADER_BYTES)
    return fail (error, LAN_NODE_ERROR_DAMAGED, "This file is no backup");
  status = lan_backup_reader_header (reader, header, &slot);
  if (status == LAN_STATUS_MALFORMED)
    return fail (error, LAN_NODE_ERROR_DAMAGED, "This file is no backup");
  if (status != LAN_STATUS_OK)
    return fail_status (error, status);
  *kind = (LanKeySlotKind) slot.kind;
  if (!make_input (&slot, secret, input, error))
    return FALSE;
  return lan_backup_reader_unlock (reader, input) == LAN_STATUS_OK ||
         fail (error, LAN_NODE_ERROR_PASSPHRASE_WRONG,
               slot.kind == LAN_KEY_SLOT_PASSPHRASE
                   ? "The backup was made with another passphrase"
                   : "The backup was made with another recovery code");
}

/* Reads until @len bytes or the end. Returns: how many, -1 with errno. */
static gssize
read_full (int fd, guint8 *to, gsize len)
{
  gsize have = 0;

  while (have < len) {
    gssize n = read (fd, to + have, len - have);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    have += (gsize) n;
  }
  return (gssize) have;
}

static gboolean
read_body (LanBackupReader *reader, int fd, gint64 size, const LanBackupReadFuncs *funcs,
           GCancellable *cancellable, const char *path, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (READ_BYTES);
  LanStatus status = LAN_STATUS_OK;
  gint64 done = LAN_BACKUP_HEADER_BYTES;

  while (status == LAN_STATUS_OK) {
    gssize n = read_full (fd, buffer, READ_BYTES);

    if (n < 0)
      return fail_errno (error, "read from", path);
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
    status =
        n > 0 ? lan_backup_reader_feed (reader, buffer, (gsize) n) : lan_backup_reader_end (reader);
    done += n;
    funcs->progress ((guint) (done * 100 / MAX (size, done)), funcs->user_data);
    if (n == 0)
      break;
  }
  return status == LAN_STATUS_OK || fail_status (error, status);
}

gboolean
lan_backup_file_read (const char *path, const char *secret, const LanBackupReadFuncs *funcs,
                      GCancellable *cancellable, guint8 input[LAN_KEY_BYTES], LanKeySlotKind *kind,
                      GError **error)
{
  g_autoptr (LanBackupReader) reader = lan_backup_reader_new (funcs->item, funcs->user_data);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  guint8 header[LAN_BACKUP_HEADER_BYTES];
  struct stat info;
  gboolean ok;
  gssize n;

  if (fd < 0 || fstat (fd, &info) != 0) {
    ok = fail_errno (error, "read from", path);
    if (fd >= 0)
      close (fd);
    return ok;
  }
  if (!S_ISREG (info.st_mode)) {
    close (fd);
    return fail (error, LAN_NODE_ERROR_DAMAGED, "This file is no backup");
  }
  n = read_full (fd, header, sizeof header);
  ok = n >= 0 ? unlock (reader, header, (gsize) n, secret, input, kind, error) &&
                    read_body (reader, fd, info.st_size, funcs, cancellable, path, error)
              : fail_errno (error, "read from", path);
  close (fd);
  return ok;
}
