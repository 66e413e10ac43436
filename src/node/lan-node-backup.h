/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Backups of a profile: who one is, contacts, chats and settings in one sealed file, and a profile made out
 * of it on another computer. Opened by the recovery code, or by a passphrase of its own.
 */
#pragma once

#include "lan-node.h"

G_BEGIN_DECLS

/**
 * LanNodeProgress:
 * @percent: 0 to 100
 *
 * How far something is; in the owner's context, a few times a second at most.
 */
typedef void (*LanNodeProgress) (guint percent, gpointer user_data);

/**
 * lan_node_get_recovery_code_async:
 * @renew: whether to make a new one; the one before then opens older backups only
 *
 * Asks for the profile's recovery code: something to write down and keep where the computer is not. It
 * opens backups, and the profile when its passphrase is forgotten.
 */
LAN_API void lan_node_get_recovery_code_async (LanNode *self, gboolean renew,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_node_get_recovery_code_finish:
 *
 * Returns: (transfer full): 30 characters in six groups; NULL with %LAN_NODE_ERROR_NOT_FOUND where none was
 *   made yet.
 */
LAN_API char *lan_node_get_recovery_code_finish (LanNode *self, GAsyncResult *result,
                                                 GError **error);

/**
 * lan_node_backup_async:
 * @path: a file that must not exist; only its owner may read it
 * @passphrase: (nullable): what opens it; NULL: the recovery code, which must have been made
 * @progress: (scope notified) (closure progress_data) (nullable): told how far it is
 *
 * Writes a backup while the profile is in use. What is written meanwhile is not in it. When it fails or is
 * cancelled there is no file.
 */
LAN_API void lan_node_backup_async (LanNode *self, const char *path, const char *passphrase,
                                    LanNodeProgress progress, gpointer progress_data,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);

/**
 * lan_node_backup_finish:
 *
 * Returns: how many messages are in it, -1 with @error set where it failed.
 */
LAN_API gssize lan_node_backup_finish (LanNode *self, GAsyncResult *result, GError **error);

/**
 * lan_node_verify_backup_async:
 * @secret: the recovery code or passphrase that opens it
 * @progress: (scope notified) (closure progress_data) (nullable): told how far it is
 *
 * Reads a whole backup and says whether it could be restored. The node need not be open.
 */
LAN_API void lan_node_verify_backup_async (LanNode *self, const char *path, const char *secret,
                                           LanNodeProgress progress, gpointer progress_data,
                                           GCancellable *cancellable, GAsyncReadyCallback callback,
                                           gpointer user_data);

/**
 * lan_node_restore_async:
 * @secret: the recovery code or passphrase that opens it
 * @passphrase: (nullable): to lock the new profile with, as in lan_node_create_async()
 * @progress: (scope notified) (closure progress_data) (nullable): told how far it is
 *
 * Makes the profile out of a backup; the folder must hold none. Open it afterwards. It is the same person
 * with a new device: what others and one's other devices have since, they give back. When it fails or
 * is cancelled there is no profile.
 */
LAN_API void lan_node_restore_async (LanNode *self, const char *path, const char *secret,
                                     const char *passphrase, LanNodeProgress progress,
                                     gpointer progress_data, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_node_restore_finish:
 * @name: (out) (optional) (transfer full): whose it is
 * @id: (out) (optional) (transfer full): their id
 * @time: (out) (optional): when it was made, Unix milliseconds
 * @messages: (out) (optional): how many are in it
 *
 * Ends lan_node_restore_async() and lan_node_verify_backup_async(). Errors:
 * %LAN_NODE_ERROR_PASSPHRASE_WRONG, %LAN_NODE_ERROR_DAMAGED (no backup, cut short, altered),
 * %LAN_NODE_ERROR_NEWER, %LAN_NODE_ERROR_PROFILE_EXISTS, %LAN_NODE_ERROR_DISK_FULL.
 */
LAN_API gboolean lan_node_restore_finish (LanNode *self, GAsyncResult *result, char **name,
                                          char **id, gint64 *time, gint64 *messages,
                                          GError **error);

G_END_DECLS
