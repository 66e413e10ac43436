/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What one can do with messages beyond sending plain text: answer, forward, edit, recall, react, pin.
 * Operations reach everybody in the conversation as messages do, also those who are away now.
 */
#pragma once

#include "lan-node.h"

G_BEGIN_DECLS

/**
 * lan_node_send_message:
 * @text: as for lan_node_send_text()
 * @reply_to: (nullable): a message of this conversation that is answered
 * @mentions: (nullable) (array zero-terminated=1): ids of people, or "all" for everybody
 * @urgent: whether attention is asked for now
 *
 * As lan_node_send_text(), with what stands beside the text.
 * Returns: (transfer full) (nullable): its id, 32 hex digits; NULL and an error when an argument is
 *   refused.
 */
LAN_API char *lan_node_send_message (LanNode *self, LanPerson *person, const char *text,
                                     LanMessage *reply_to, const char *const *mentions,
                                     gboolean urgent, GError **error);

/**
 * lan_node_send_to_many:
 * @persons: (element-type LanPerson): each gets it in a chat of their own
 *
 * Returns: (transfer full) (nullable): one id per person; NULL, and nothing is sent, when one of them
 *   cannot be written to.
 */
LAN_API GStrv lan_node_send_to_many (LanNode *self, GPtrArray *persons, const char *text,
                                     gboolean urgent, GError **error);

/**
 * lan_node_forward_message:
 * @persons: (element-type LanPerson): each gets it in a chat of their own
 *
 * Sends the text of @message again, saying who wrote it first; a voice note or a sticker as it is; of a file,
 * the file as it lies on this disk.
 *
 * Returns: (transfer full) (nullable): one id per person; NULL and an error when there is nothing to
 *   forward or one of them cannot be written to.
 */
LAN_API GStrv lan_node_forward_message (LanNode *self, LanMessage *message, GPtrArray *persons,
                                        GError **error);

/**
 * lan_node_edit_message_async:
 * @message: a text of one's own
 * @text: the whole new text
 *
 * Everybody sees the new text, and can see the ones before.
 */
LAN_API void lan_node_edit_message_async (LanNode *self, LanMessage *message, const char *text,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);

/**
 * lan_node_recall_message_async:
 * @message: one's own
 *
 * Takes it back: everybody sees that there was a message, and no more of it. Final.
 */
LAN_API void lan_node_recall_message_async (LanNode *self, LanMessage *message,
                                            GCancellable *cancellable, GAsyncReadyCallback callback,
                                            gpointer user_data);

/**
 * lan_node_react_async:
 * @emoji: an emoji of at most 64 bytes
 * @on: FALSE takes it back
 */
LAN_API void lan_node_react_async (LanNode *self, LanMessage *message, const char *emoji,
                                   gboolean on, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_node_pin_async:
 * @on: FALSE: not pinned any more
 *
 * For everybody in the conversation.
 */
LAN_API void lan_node_pin_async (LanNode *self, LanMessage *message, gboolean on,
                                 GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);

/**
 * lan_node_operate_finish:
 *
 * Ends the four calls above.
 *
 * Returns: (transfer full) (nullable): an id under which "message-state" tells how far it got, once
 *   it is on this disk; NULL and an error when it is not allowed or could not be kept.
 */
LAN_API char *lan_node_operate_finish (LanNode *self, GAsyncResult *result, GError **error);

/**
 * lan_node_find_message_async:
 * @message_id: 32 hex digits
 * @author: (nullable): whose; needed where several people have one with this id
 */
LAN_API void lan_node_find_message_async (LanNode *self, const char *message_id, LanPerson *author,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);

/**
 * lan_node_find_message_finish:
 *
 * Returns: (transfer full) (nullable): NULL with %LAN_NODE_ERROR_NOT_FOUND or
 *   %LAN_NODE_ERROR_AMBIGUOUS.
 */
LAN_API LanMessage *lan_node_find_message_finish (LanNode *self, GAsyncResult *result,
                                                  GError **error);

/**
 * lan_node_read_pinned_async:
 *
 * Reads what is pinned in the conversation with @person, at most 50.
 */
LAN_API void lan_node_read_pinned_async (LanNode *self, LanPerson *person,
                                         GCancellable *cancellable, GAsyncReadyCallback callback,
                                         gpointer user_data);

/**
 * lan_node_read_pinned_finish:
 *
 * Returns: (transfer full) (element-type LanMessage): oldest message first.
 */
LAN_API GPtrArray *lan_node_read_pinned_finish (LanNode *self, GAsyncResult *result,
                                                GError **error);

/**
 * lan_node_read_edits_async:
 *
 * Reads what @message said before.
 */
LAN_API void lan_node_read_edits_async (LanNode *self, LanMessage *message,
                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data);

/**
 * lan_node_read_edits_finish:
 *
 * Returns: (transfer full) (element-type LanMessageEdit): the first text first, the present one last;
 *   empty for what is recalled, or no text.
 */
LAN_API GPtrArray *lan_node_read_edits_finish (LanNode *self, GAsyncResult *result, GError **error);

G_END_DECLS
