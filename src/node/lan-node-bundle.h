/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Sync bundles: messages taken along in a file, on a stick or by whatever carries files, for people whose
 * computers this one cannot reach. What is in it is sealed, as what colleagues' computers carry.
 */
#pragma once

#include "lan-node-backup.h"

G_BEGIN_DECLS

/**
 * LanBundleUnreached:
 * @id: whose
 * @no_key: TRUE: they are too long unseen for something new to be sealed for them; what is in the file tells
 *   them how to write here, and their answer opens the way. FALSE: they are no contact.
 */
typedef struct {
  char *id;
  gboolean no_key;
} LanBundleUnreached;

/**
 * LanBundleWritten:
 * @letters: sealed letters of ours; each holds up to 255 messages
 * @people: how many people they are for
 * @others: letters that this computer carries for others
 * @words: people's devices that learn what has arrived here
 * @bytes: size of the file
 * @is_full: not everything fitted into the largest file there is
 * @unreached: (element-type LanBundleUnreached): for whom something waits that could not be put in
 */
typedef struct {
  guint letters;
  guint people;
  guint others;
  guint words;
  guint64 bytes;
  gboolean is_full;
  GPtrArray *unreached;
} LanBundleWritten;

LAN_API void lan_bundle_written_free (LanBundleWritten *written);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBundleWritten, lan_bundle_written_free)

/**
 * LanBundleTaken:
 * @fresh: letters for us that brought something
 * @known: for us, and here already
 * @waiting: for us, and not done with: something before them is missing, or the disk is full; read the
 *   file again later
 * @unreadable: for us, altered or for a key that is gone
 * @stranger: from somebody who is blocked or no longer a contact
 * @own: written here, for others
 * @kept: for others, and kept for them
 * @left: for others, and not kept: this computer does not carry
 * @no_room: for others, and there is no room for more
 * @old: older than letters live, or from a future
 * @words: people's devices that told what has arrived there
 *
 * What was in a file, each letter once.
 */
typedef struct {
  guint fresh;
  guint known;
  guint waiting;
  guint unreadable;
  guint stranger;
  guint own;
  guint kept;
  guint left;
  guint no_room;
  guint old;
  guint words;
} LanBundleTaken;

/**
 * lan_node_create_bundle_async:
 * @path: a file that must not exist; only its owner may read it, where the file system knows owners
 * @people: (nullable) (array zero-terminated=1): for whom, ids; NULL: for all contacts for whom something
 *   waits. Letters that this computer carries for others go along in any case.
 * @progress: (scope notified) (closure progress_data) (nullable): told how far it is
 *
 * Writes what people do not have yet into a file. The messages stay as they are, "waiting", until it is known
 * that they arrived. When it fails, is cancelled or there is nothing to take along there is no file.
 */
LAN_API void lan_node_create_bundle_async (LanNode *self, const char *path,
                                           const char *const *people, LanNodeProgress progress,
                                           gpointer progress_data, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_node_create_bundle_finish:
 *
 * Returns: (transfer full): what is in it; NULL with @error set: %LAN_NODE_ERROR_NOT_FOUND: there is nothing
 *   to take along, or no such person; %LAN_NODE_ERROR_INVALID: the file exists; %LAN_NODE_ERROR_DISK_FULL.
 */
LAN_API LanBundleWritten *lan_node_create_bundle_finish (LanNode *self, GAsyncResult *result,
                                                         GError **error);

/**
 * lan_node_read_bundle_async:
 * @progress: (scope notified) (closure progress_data) (nullable): told how far it is
 *
 * Takes a file in: what is for us arrives as always, once; what is for others is kept for them where this
 * computer carries. Of a file that was cut or altered nothing is taken. It may be read again.
 */
LAN_API void lan_node_read_bundle_async (LanNode *self, const char *path, LanNodeProgress progress,
                                         gpointer progress_data, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_node_read_bundle_finish:
 * @taken: (out caller-allocates): what was in it
 *
 * Errors: %LAN_NODE_ERROR_DAMAGED (no bundle, cut short, altered, too large), %LAN_NODE_ERROR_NEWER,
 * %LAN_NODE_ERROR_NOT_FOUND, %LAN_NODE_ERROR_INVALID (a link, or no file).
 */
LAN_API gboolean lan_node_read_bundle_finish (LanNode *self, GAsyncResult *result,
                                              LanBundleTaken *taken, GError **error);

G_END_DECLS
