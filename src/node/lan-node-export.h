/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A chat into a file and out of one again.
 */
#pragma once

#include "lan-node.h"

G_BEGIN_DECLS

/**
 * LanNodeCount:
 * @messages: how many so far
 *
 * How far something is, whose end is not known; in the owner's context.
 */
typedef void (*LanNodeCount) (guint messages, gpointer user_data);

/**
 * lan_node_export_async:
 * @path: a file that must not exist; only its owner may read it. It is not encrypted.
 * @from_ms: Unix milliseconds: what was written at this time or later; 0: from the beginning
 * @to_ms: Unix milliseconds: what was written before this time; 0: up to now
 * @progress: (scope notified) (closure progress_data) (nullable): told after each page
 *
 * Writes the chat with @person, oldest message first, under another name first: when it fails or is
 * cancelled there is no file.
 */
LAN_API void lan_node_export_async (LanNode *self, LanPerson *person, const char *path,
                                    LanExportFormat format, gint64 from_ms, gint64 to_ms,
                                    LanNodeCount progress, gpointer progress_data,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);

/**
 * lan_node_export_finish:
 *
 * Returns: how many messages were written, -1 with @error set where it failed.
 */
LAN_API gssize lan_node_export_finish (LanNode *self, GAsyncResult *result, GError **error);

/**
 * lan_node_import_async:
 * @person: into the chat with whom; a group, too
 * @path: a file that lan_node_export_async() wrote, in either format
 * @progress: (scope notified) (closure progress_data) (nullable): told as it goes on
 *
 * Takes the messages of an exported chat into the history of this computer. They stand in their place by their
 * time, and lan_message_get_imported_from() says that they came out of a file; nobody else gets them. What is in the
 * history already is left as it is, so that the same file may be taken twice. When it fails or is
 * cancelled, what was read before stays, and doing it again goes on from there.
 */
LAN_API void lan_node_import_async (LanNode *self, LanPerson *person, const char *path,
                                    LanNodeCount progress, gpointer progress_data,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);

/**
 * lan_node_import_finish:
 * @messages: (out) (optional): how many are in the file
 * @peer_name: (out) (optional) (transfer full): with whom the chat was, as the file says
 *
 * Errors: %LAN_NODE_ERROR_DAMAGED (no export, cut short, altered), %LAN_NODE_ERROR_NEWER,
 * %LAN_NODE_ERROR_NOT_FOUND, %LAN_NODE_ERROR_DISK_FULL.
 *
 * Returns: how many were not in the history before, -1 with @error set where it failed.
 */
LAN_API gssize lan_node_import_finish (LanNode *self, GAsyncResult *result, gint64 *messages,
                                       char **peer_name, GError **error);

G_END_DECLS
