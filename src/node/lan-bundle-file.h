/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A bundle's file, written and read. Everything here blocks: on a worker's thread, one at a time. The file is
 * written beside its place, on the same stick, and moved there when it is whole and synced; no
 * link is followed at its name.
 */
#pragma once

#include "lan-node-error.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define LAN_BUNDLE_READ_BYTES (32 * 1024)

typedef struct _LanBundleSink LanBundleSink;

/** @path must not exist. Errors: INVALID (it exists), DISK_FULL, FAILED. */
LanBundleSink *lan_bundle_sink_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** @entries: as core gives them. */
gboolean lan_bundle_sink_add (LanBundleSink *sink, const guint8 *entries, gsize len,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** The end, synced, and the file in its place. @bytes: (out): its size. */
gboolean lan_bundle_sink_finish (LanBundleSink *sink, guint64 *bytes,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Removes what was not finished. NULL is allowed. */
void lan_bundle_sink_free (LanBundleSink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBundleSink, lan_bundle_sink_free)

/**
 * Opens @path and reads it once from its start to its end, so that nothing of a file that was cut or altered
 * is taken. Returns: a descriptor at the file's start, -1 with DAMAGED, NEWER, NOT_FOUND, INVALID (a link,
 * or no file), FAILED or G_IO_ERROR_CANCELLED. @size: (out).
 */
int lan_bundle_file_open (const char *path, guint64 *size, GCancellable *cancellable,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Up to LAN_BUNDLE_READ_BYTES more into @chunk. FALSE: @error. An empty @chunk: the end. */
gboolean lan_bundle_file_read (int fd, const char *path, GByteArray *chunk,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What a LanStatus of a bundle's reader is to a person. @status: not OK. */
GError *lan_bundle_file_error (int status);

G_END_DECLS
