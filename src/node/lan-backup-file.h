/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A backup's file, written and read. Everything here blocks: on a worker's thread, one at a time. The file is
 * written beside its place and moved there when it is whole and synced.
 */
#pragma once

#include "lan-backup-format.h"
#include "lan-backup.h"
#include "lan-node-error.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LanBackupSink LanBackupSink;

/**
 * @path must not exist. @passphrase: (nullable): to seal it with, else @input, 32 bytes of the
 * recovery code. Errors: INVALID (it exists), DISK_FULL, FAILED.
 */
LanBackupSink *lan_backup_sink_new (const char *path, const char *passphrase, const guint8 *input,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean lan_backup_sink_add (LanBackupSink *sink, guint8 type, const guint8 *data, gsize len,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The last chunk, synced, and the file in its place. */
gboolean lan_backup_sink_finish (LanBackupSink *sink, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Removes what was not finished. NULL is allowed. */
void lan_backup_sink_free (LanBackupSink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBackupSink, lan_backup_sink_free)

/* @percent: of the file. */
typedef void (*LanBackupReadProgress) (guint percent, gpointer user_data);

typedef struct {
  LanBackupItem item;
  LanBackupReadProgress progress;
  gpointer user_data;
} LanBackupReadFuncs;

/**
 * Reads the whole file; @secret: the recovery code or the passphrase, whichever seals it. @item gets HEAD first
 * and may end it by a status of its own.
 * @input: (out): what opened it, secret; @kind: (out): of which kind that is.
 * Errors: PASSPHRASE_WRONG (code or passphrase), DAMAGED (no backup, cut short, altered), NEWER,
 * FAILED; G_IO_ERROR_CANCELLED.
 */
gboolean lan_backup_file_read (const char *path, const char *secret,
                               const LanBackupReadFuncs *funcs, GCancellable *cancellable,
                               guint8 input[LAN_KEY_BYTES], LanKeySlotKind *kind,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
