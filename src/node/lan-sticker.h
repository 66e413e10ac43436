/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Stickers: small pictures that are messages of their own, and the ones this person keeps, sealed with the
 * profile. A picture that leaves or is kept has nothing in it but the picture; one that came is decoded
 * by nobody here. Owner's context.
 */
#pragma once

#include <gio/gio.h>

#include "lan-message.h"
#include "lan-node.h"

G_BEGIN_DECLS

#define LAN_STICKER_MAX_COUNT         120
#define LAN_STICKER_MAX_PICTURE_BYTES 40960
#define LAN_STICKER_MAX_PX            512

typedef struct _LanSticker LanSticker;

#define LAN_TYPE_STICKER (lan_sticker_get_type ())
LAN_API GType lan_sticker_get_type (void);

/**
 * lan_sticker_new:
 * @name: what it is called, 1 to 64 bytes
 * @set: (nullable): of which set it is
 * @picture: PNG or JPEG of at most 512 px a side and 40 KiB; what else is in it is left out
 *
 * Returns: (transfer full) (nullable): NULL with @error when it cannot be one.
 */
LAN_API LanSticker *lan_sticker_new (const char *name, const char *set, GBytes *picture,
                                     GError **error);

LAN_API LanSticker *lan_sticker_ref (LanSticker *self);
LAN_API void lan_sticker_unref (LanSticker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanSticker, lan_sticker_unref)

/**
 * lan_sticker_get_id:
 *
 * Returns: (transfer none): 32 hex digits, the same for the same picture.
 */
LAN_API const char *lan_sticker_get_id (LanSticker *self);

/**
 * lan_sticker_get_name:
 *
 * Returns: (transfer none): one line, clean.
 */
LAN_API const char *lan_sticker_get_name (LanSticker *self);

/**
 * lan_sticker_get_set:
 *
 * Returns: (transfer none): one line, clean; "" when it is of none.
 */
LAN_API const char *lan_sticker_get_set (LanSticker *self);

/** lan_sticker_get_width: Returns: px, as its sender says. */
LAN_API guint lan_sticker_get_width (LanSticker *self);

/** lan_sticker_get_height: Returns: px, as its sender says. */
LAN_API guint lan_sticker_get_height (LanSticker *self);

/**
 * lan_sticker_get_picture:
 *
 * Returns: (transfer none): PNG or JPEG, or what a stranger calls so.
 */
LAN_API GBytes *lan_sticker_get_picture (LanSticker *self);

/**
 * lan_node_send_sticker:
 * @reply_to: (nullable): a message of this conversation that is answered
 *
 * Returns: (transfer full) (nullable): id of the message; NULL with @error when @person cannot be
 *   written to.
 */
LAN_API char *lan_node_send_sticker (LanNode *self, LanPerson *person, LanSticker *sticker,
                                     LanMessage *reply_to, GError **error);

/**
 * lan_node_offer_stickers:
 * @stickers: (element-type LanSticker): a set; each becomes a message that offers the whole of it
 *
 * Returns: (transfer full) (nullable): ids of the messages; NULL with @error.
 */
LAN_API GStrv lan_node_offer_stickers (LanNode *self, LanPerson *person, GPtrArray *stickers,
                                       GError **error);

/**
 * lan_node_read_sticker_async:
 * @message: of %LAN_MESSAGE_KIND_STICKER
 *
 * Reads its picture from the history.
 */
LAN_API void lan_node_read_sticker_async (LanNode *self, LanMessage *message,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);

/**
 * lan_node_read_sticker_finish:
 *
 * Returns: (transfer full) (nullable): NULL with @error.
 */
LAN_API LanSticker *lan_node_read_sticker_finish (LanNode *self, GAsyncResult *result,
                                                  GError **error);

/** lan_node_list_stickers_async: Reads what this person keeps. */
LAN_API void lan_node_list_stickers_async (LanNode *self, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_node_list_stickers_finish:
 *
 * Returns: (transfer full) (element-type LanSticker) (nullable): by set, in each the newest first.
 */
LAN_API GPtrArray *lan_node_list_stickers_finish (LanNode *self, GAsyncResult *result,
                                                  GError **error);

/**
 * lan_node_keep_sticker_async:
 *
 * Keeps @sticker in this profile, with the name and set it has now; %LAN_STICKER_MAX_COUNT at most. The
 * signal "stickers-changed" of the node follows, as after lan_node_drop_sticker_async().
 */
LAN_API void lan_node_keep_sticker_async (LanNode *self, LanSticker *sticker,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);

/**
 * lan_node_drop_sticker_async:
 * @id: of one that is kept
 */
LAN_API void lan_node_drop_sticker_async (LanNode *self, const char *id, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);

/**
 * lan_node_change_stickers_finish:
 *
 * Of keeping and dropping one.
 * Returns: FALSE with @error: full, or there is no such sticker.
 */
LAN_API gboolean lan_node_change_stickers_finish (LanNode *self, GAsyncResult *result,
                                                  GError **error);

G_END_DECLS
