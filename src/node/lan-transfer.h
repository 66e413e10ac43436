/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One file on its way to or from one person. Made by its LanNode only; its id is that of the
 * message which offered it.
 */
#pragma once

#include "lan-api.h"
#include "lan-message.h"
#include "lan-person.h"

G_BEGIN_DECLS

/**
 * LanTransferStatus:
 * @LAN_TRANSFER_STATUS_OFFERED: waiting for the receiver to say yes
 * @LAN_TRANSFER_STATUS_ACCEPTED: agreed, waiting for the first block
 * @LAN_TRANSFER_STATUS_RUNNING: on its way
 * @LAN_TRANSFER_STATUS_PAUSED: the other side is not reachable; goes on by itself
 * @LAN_TRANSFER_STATUS_VERIFYING: whole, being checked
 * @LAN_TRANSFER_STATUS_DONE: there, and checked
 * @LAN_TRANSFER_STATUS_FAILED: see the error
 * @LAN_TRANSFER_STATUS_DECLINED: the receiver said no
 * @LAN_TRANSFER_STATUS_CANCELLED: one side stopped it
 *
 * Append-only.
 */
typedef enum {
  LAN_TRANSFER_STATUS_OFFERED = 0,
  LAN_TRANSFER_STATUS_ACCEPTED = 1,
  LAN_TRANSFER_STATUS_RUNNING = 2,
  LAN_TRANSFER_STATUS_PAUSED = 3,
  LAN_TRANSFER_STATUS_VERIFYING = 4,
  LAN_TRANSFER_STATUS_DONE = 5,
  LAN_TRANSFER_STATUS_FAILED = 6,
  LAN_TRANSFER_STATUS_DECLINED = 7,
  LAN_TRANSFER_STATUS_CANCELLED = 8,
} LanTransferStatus;

/**
 * LanTransferConflict:
 * @LAN_TRANSFER_KEEP_BOTH: the new one gets a number
 * @LAN_TRANSFER_REPLACE: what is there is replaced
 * @LAN_TRANSFER_SKIP: what is there stays
 *
 * What is done where the name is taken; in a folder that is there already, file by file. Append-only.
 */
typedef enum {
  LAN_TRANSFER_KEEP_BOTH = 0,
  LAN_TRANSFER_REPLACE = 1,
  LAN_TRANSFER_SKIP = 2,
} LanTransferConflict;

/**
 * LanTransferLeft:
 * @LAN_TRANSFER_LEFT_NONE: nothing is left with the server, or it is of no use any more
 * @LAN_TRANSFER_LEFT_SENDING: on its way to the server, since the receiver is away
 * @LAN_TRANSFER_LEFT_THERE: sealed, with the server: the receiver can fetch it while the sender is away
 * @LAN_TRANSFER_LEFT_TOO_BIG: larger than the server takes: waits until both are connected
 * @LAN_TRANSFER_LEFT_NO_ROOM: the server has no room for it; tried again by itself
 * @LAN_TRANSFER_LEFT_EXPIRED: nobody fetched it in time: waits until both are connected
 * @LAN_TRANSFER_LEFT_GONE: the server does not have it any more: waits until both are connected
 * @LAN_TRANSFER_LEFT_BROKEN: what the server gave is not what was left with it; nothing of it was kept
 *
 * How it stands with what is left with the server for somebody who is away. Append-only.
 */
typedef enum {
  LAN_TRANSFER_LEFT_NONE = 0,
  LAN_TRANSFER_LEFT_SENDING = 1,
  LAN_TRANSFER_LEFT_THERE = 2,
  LAN_TRANSFER_LEFT_TOO_BIG = 3,
  LAN_TRANSFER_LEFT_NO_ROOM = 4,
  LAN_TRANSFER_LEFT_EXPIRED = 5,
  LAN_TRANSFER_LEFT_GONE = 6,
  LAN_TRANSFER_LEFT_BROKEN = 7,
} LanTransferLeft;

/**
 * LanTransferEntry:
 * @path: below the folder, '/' between components
 * @size: bytes; 0 for folders
 * @done: bytes that are there and checked
 * @mtime_ms: Unix milliseconds, 0 when not told
 * @folder: a folder, else a file
 * @wanted: not left out when the offer was taken
 *
 * One file or folder of a folder that is sent.
 */
typedef struct {
  char *path;
  guint64 size;
  guint64 done;
  gint64 mtime_ms;
  gboolean folder;
  gboolean wanted;
} LanTransferEntry;

#define LAN_TYPE_TRANSFER_ENTRY (lan_transfer_entry_get_type ())
LAN_API GType lan_transfer_entry_get_type (void) G_GNUC_CONST;
LAN_API LanTransferEntry *lan_transfer_entry_copy (const LanTransferEntry *entry);
LAN_API void lan_transfer_entry_free (LanTransferEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanTransferEntry, lan_transfer_entry_free)

#define LAN_TYPE_TRANSFER (lan_transfer_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanTransfer, lan_transfer, LAN, TRANSFER, GObject)

/**
 * lan_transfer_status_name:
 *
 * Returns: (transfer none): "offered", "accepted", "running", "paused", "verifying", "done",
 *   "failed", "declined" or "cancelled".
 */
LAN_API const char *lan_transfer_status_name (LanTransferStatus status);

/**
 * lan_transfer_get_id:
 *
 * Returns: (transfer none): 32 lower-case hex digits, the offer's message id.
 */
LAN_API const char *lan_transfer_get_id (LanTransfer *self);

/**
 * lan_transfer_get_person:
 *
 * Returns: (transfer none): the other side.
 */
LAN_API LanPerson *lan_transfer_get_person (LanTransfer *self);
LAN_API gboolean lan_transfer_get_incoming (LanTransfer *self);

/**
 * lan_transfer_get_name:
 *
 * Returns: (transfer none): a file name that is safe to show and to create.
 */
LAN_API const char *lan_transfer_get_name (LanTransfer *self);
LAN_API guint64 lan_transfer_get_size (LanTransfer *self);

/**
 * lan_transfer_get_done:
 *
 * Returns: bytes that are there and checked.
 */
LAN_API guint64 lan_transfer_get_done (LanTransfer *self);

/**
 * lan_transfer_get_rate:
 *
 * Returns: bytes a second over the last seconds, 0 when nothing moves.
 */
LAN_API guint64 lan_transfer_get_rate (LanTransfer *self);

/**
 * lan_transfer_get_eta:
 *
 * Returns: seconds that are left at this rate, -1 when not known.
 */
LAN_API gint64 lan_transfer_get_eta (LanTransfer *self);
LAN_API LanTransferStatus lan_transfer_get_status (LanTransfer *self);

/**
 * lan_transfer_get_created:
 *
 * Returns: when it was offered, Unix milliseconds.
 */
LAN_API gint64 lan_transfer_get_created (LanTransfer *self);

/**
 * lan_transfer_get_request:
 *
 * Returns: whether a stranger offers it.
 */
LAN_API gboolean lan_transfer_get_request (LanTransfer *self);

/**
 * lan_transfer_get_path:
 *
 * Returns: (transfer none) (nullable): where the file is: the source when outgoing, the place it
 *   was received to once done.
 */
LAN_API const char *lan_transfer_get_path (LanTransfer *self);

/**
 * lan_transfer_get_error_code:
 *
 * Returns: (transfer none) (nullable): a stable word once failed: "disk-full", "hash", "path",
 *   "source-changed", "size", "permission"…
 */
LAN_API const char *lan_transfer_get_error_code (LanTransfer *self);

/**
 * lan_transfer_get_error_text:
 *
 * Returns: (transfer none) (nullable): a sentence that says what happened and what helps.
 */
LAN_API const char *lan_transfer_get_error_text (LanTransfer *self);

/**
 * lan_transfer_accept:
 * @dir: the folder to put it in; must exist
 *
 * Does nothing unless an incoming file is offered (or failed and can be taken up again).
 */
LAN_API void lan_transfer_accept (LanTransfer *self, const char *dir);

/**
 * lan_transfer_accept_with:
 * @dir: the folder to put it in; must exist
 * @entries: (nullable) (array zero-terminated=1): of an offered folder, paths that are wanted; a folder stands for
 *   what is in it; %NULL: everything
 * @conflict: where the name is taken
 */
LAN_API void lan_transfer_accept_with (LanTransfer *self, const char *dir,
                                       const char *const *entries, LanTransferConflict conflict);

/**
 * lan_transfer_pause:
 *
 * Either side, while it is accepted or running; it stays so over restarts.
 */
LAN_API void lan_transfer_pause (LanTransfer *self);
LAN_API void lan_transfer_resume (LanTransfer *self);

/**
 * lan_transfer_get_folder:
 *
 * Returns: whether a whole folder is sent.
 */
LAN_API gboolean lan_transfer_get_folder (LanTransfer *self);

/**
 * lan_transfer_get_group:
 *
 * Returns: (transfer none) (nullable): the id of the group that it was offered in; %NULL: to one person.
 */
LAN_API const char *lan_transfer_get_group (LanTransfer *self);

/**
 * lan_transfer_get_members:
 *
 * Returns: how many people of a group this was offered to, oneself left out; 0: it was not sent to a group from here.
 */
LAN_API guint lan_transfer_get_members (LanTransfer *self);

/**
 * lan_transfer_get_fetched:
 *
 * Returns: how many of lan_transfer_get_members() have it.
 */
LAN_API guint lan_transfer_get_fetched (LanTransfer *self);

/**
 * lan_transfer_get_files:
 *
 * Returns: how many files the folder holds, 0 while its list is not here.
 */
LAN_API guint lan_transfer_get_files (LanTransfer *self);

/**
 * lan_transfer_get_left_links:
 *
 * Returns: how many symbolic links the folder holds at its sender, who does not send them.
 */
LAN_API guint lan_transfer_get_left_links (LanTransfer *self);

/**
 * lan_transfer_get_left_others:
 *
 * Returns: how much else of the folder is not sent: pipes, sockets, devices, and what its sender may not look at.
 */
LAN_API guint lan_transfer_get_left_others (LanTransfer *self);

/**
 * lan_transfer_left_name:
 *
 * Returns: (transfer none): "none", "sending", "there", "too-big", "no-room", "expired", "gone" or "broken".
 */
LAN_API const char *lan_transfer_left_name (LanTransferLeft left);

/**
 * lan_transfer_get_left:
 *
 * Returns: how it stands with what is left with the server.
 */
LAN_API LanTransferLeft lan_transfer_get_left (LanTransfer *self);

/**
 * lan_transfer_get_paused:
 *
 * Returns: whether a person here holds it up.
 */
LAN_API gboolean lan_transfer_get_paused (LanTransfer *self);

/**
 * lan_transfer_read_entries_async:
 *
 * Asks what is in an offered or sent folder, and how far each file is.
 */
LAN_API void lan_transfer_read_entries_async (LanTransfer *self, GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_transfer_read_entries_finish:
 *
 * Returns: (transfer container) (element-type LanTransferEntry): in order of path; empty for a file, and while the
 *   list is not here.
 */
LAN_API GPtrArray *lan_transfer_read_entries_finish (LanTransfer *self, GAsyncResult *result,
                                                     GError **error);

/**
 * lan_transfer_count_left_out_async:
 * @paths: (array zero-terminated=1): files and folders that are to be sent
 *
 * Counts what is in the folders and is not sent with them, so that it can be said beforehand. Needs no node.
 */
LAN_API void lan_transfer_count_left_out_async (const char *const *paths, GCancellable *cancellable,
                                                GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_transfer_count_left_out_finish:
 * @links: (out): symbolic links
 * @others: (out): pipes, sockets, devices, and what may not be looked at
 *
 * Returns: FALSE and an error when it was cancelled.
 */
LAN_API gboolean lan_transfer_count_left_out_finish (GAsyncResult *result, guint *links,
                                                     guint *others, GError **error);
LAN_API void lan_transfer_decline (LanTransfer *self);

/**
 * lan_transfer_cancel:
 *
 * Either side, in any state that is not an end.
 */
LAN_API void lan_transfer_cancel (LanTransfer *self);

G_END_DECLS
