/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A conversation with one person. The messages are a window of at most 200 rows upon a history of
 * any length: it is filled when lan_conversation_get_messages() is first called, stays at the newest
 * end until paged, and is emptied again when lan_conversation_close() is called.
 */
#pragma once

#include "lan-api.h"
#include "lan-message.h"
#include "lan-person.h"

G_BEGIN_DECLS

#define LAN_TYPE_CONVERSATION (lan_conversation_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanConversation, lan_conversation, LAN, CONVERSATION, GObject)

/**
 * lan_conversation_get_id:
 *
 * Returns: (transfer none): 32 lower-case hex digits.
 */
LAN_API const char *lan_conversation_get_id (LanConversation *self);

/**
 * lan_conversation_get_person:
 *
 * Returns: (transfer none): the other person.
 */
LAN_API LanPerson *lan_conversation_get_person (LanConversation *self);

/**
 * lan_conversation_get_messages:
 *
 * Returns: (transfer none): the window, a #GListModel of #LanMessage, oldest first. Changes come
 *   in batches; new messages are added at the end while the window is at the newest end.
 */
LAN_API GListModel *lan_conversation_get_messages (LanConversation *self);

/**
 * lan_conversation_get_loaded:
 *
 * Returns: whether the first page has come from the disk.
 */
LAN_API gboolean lan_conversation_get_loaded (LanConversation *self);

/**
 * lan_conversation_get_has_older:
 *
 * Returns: whether there is more before the window.
 */
LAN_API gboolean lan_conversation_get_has_older (LanConversation *self);

/**
 * lan_conversation_get_has_newer:
 *
 * Returns: whether the window was paged away from the newest end.
 */
LAN_API gboolean lan_conversation_get_has_newer (LanConversation *self);

/**
 * lan_conversation_load_older_async:
 *
 * Adds a page of 50 before the window; what goes beyond 200 rows leaves at the newest end.
 */
LAN_API void lan_conversation_load_older_async (LanConversation *self, GCancellable *cancellable,
                                                GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_conversation_load_older_finish:
 *
 * Returns: whether rows were added.
 */
LAN_API gboolean lan_conversation_load_older_finish (LanConversation *self, GAsyncResult *result,
                                                     GError **error);

/**
 * lan_conversation_load_newer_async:
 *
 * Adds a page of 50 behind the window; what goes beyond 200 rows leaves at the oldest end.
 */
LAN_API void lan_conversation_load_newer_async (LanConversation *self, GCancellable *cancellable,
                                                GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_conversation_load_newer_finish:
 *
 * Returns: whether rows were added.
 */
LAN_API gboolean lan_conversation_load_newer_finish (LanConversation *self, GAsyncResult *result,
                                                     GError **error);

/**
 * lan_conversation_load_newest:
 *
 * Goes back to the newest end.
 */
LAN_API void lan_conversation_load_newest (LanConversation *self);

/**
 * lan_conversation_load_around_async:
 * @message_id: 32 hex digits
 *
 * Fills the window with the message and up to 50 rows on either side of it.
 */
LAN_API void lan_conversation_load_around_async (LanConversation *self, const char *message_id,
                                                 GCancellable *cancellable,
                                                 GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_conversation_load_around_finish:
 *
 * Returns: whether the message is in the window now; FALSE with %LAN_NODE_ERROR_NOT_FOUND where it is
 *   not on this disk.
 */
LAN_API gboolean lan_conversation_load_around_finish (LanConversation *self, GAsyncResult *result,
                                                      GError **error);

/**
 * lan_conversation_close:
 *
 * Nobody looks at the messages any more: the window is emptied, and idle channels may close.
 */
LAN_API void lan_conversation_close (LanConversation *self);

/**
 * lan_conversation_get_last_message:
 *
 * Returns: (transfer none) (nullable): the newest message, for the list of chats.
 */
LAN_API LanMessage *lan_conversation_get_last_message (LanConversation *self);

/**
 * lan_conversation_get_last_time:
 *
 * Returns: Unix milliseconds by which the list of chats is ordered.
 */
LAN_API gint64 lan_conversation_get_last_time (LanConversation *self);
LAN_API guint lan_conversation_get_unread (LanConversation *self);

/**
 * lan_conversation_get_held:
 *
 * Returns: whether nothing leaves because the person's key changed.
 */
LAN_API gboolean lan_conversation_get_held (LanConversation *self);

/**
 * lan_conversation_get_request:
 *
 * Returns: whether it is from a stranger and waits for an answer.
 */
LAN_API gboolean lan_conversation_get_request (LanConversation *self);

/**
 * lan_conversation_get_draft:
 *
 * Returns: (transfer none): what was typed and not sent, "" when nothing.
 */
LAN_API const char *lan_conversation_get_draft (LanConversation *self);

/**
 * lan_conversation_set_draft:
 * @draft: (nullable): kept on disk with the conversation
 */
LAN_API void lan_conversation_set_draft (LanConversation *self, const char *draft);

/**
 * lan_conversation_send_text:
 * @text: UTF-8, at most 40 KiB
 *
 * As lan_node_send_text().
 * Returns: (transfer full) (nullable): the message's id, or NULL and an error.
 */
LAN_API char *lan_conversation_send_text (LanConversation *self, const char *text, GError **error);

/**
 * lan_conversation_send_files:
 * @paths: (array zero-terminated=1): absolute names of regular files
 *
 * As lan_node_send_files().
 * Returns: (transfer full) (array zero-terminated=1) (nullable): their ids, or NULL and an error.
 */
LAN_API GStrv lan_conversation_send_files (LanConversation *self, const char *const *paths,
                                           GError **error);

/**
 * lan_conversation_mark_read:
 * @message: up to here, this one included
 */
LAN_API void lan_conversation_mark_read (LanConversation *self, LanMessage *message);

/**
 * lan_conversation_set_typing:
 * @typing: call with TRUE at each key, FALSE when the text is emptied or sent; rate-limited here
 */
LAN_API void lan_conversation_set_typing (LanConversation *self, gboolean typing);

G_END_DECLS
