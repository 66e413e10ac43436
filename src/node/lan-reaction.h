/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What was said about a message: an emoji under it and who put it there, a text it had. Values: they
 * do not change.
 */
#pragma once

#include <glib-object.h>

#include "lan-api.h"

G_BEGIN_DECLS

typedef struct _LanReaction LanReaction;

#define LAN_TYPE_REACTION (lan_reaction_get_type ())
LAN_API GType lan_reaction_get_type (void);

LAN_API LanReaction *lan_reaction_ref (LanReaction *self);
LAN_API void lan_reaction_unref (LanReaction *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanReaction, lan_reaction_unref)

/**
 * lan_reaction_get_emoji:
 *
 * Returns: (transfer none): at most 64 bytes of characters from blocks with emoji.
 */
LAN_API const char *lan_reaction_get_emoji (LanReaction *self);

/** lan_reaction_get_count: */
LAN_API guint lan_reaction_get_count (LanReaction *self);

/**
 * lan_reaction_get_own:
 *
 * Returns: whether one is among them oneself.
 */
LAN_API gboolean lan_reaction_get_own (LanReaction *self);

/**
 * lan_reaction_get_people:
 *
 * Returns: (transfer none) (array zero-terminated=1): ids of people, the first to react first.
 */
LAN_API const char *const *lan_reaction_get_people (LanReaction *self);

typedef struct _LanMessageEdit LanMessageEdit;

#define LAN_TYPE_MESSAGE_EDIT (lan_message_edit_get_type ())
LAN_API GType lan_message_edit_get_type (void);

LAN_API LanMessageEdit *lan_message_edit_ref (LanMessageEdit *self);
LAN_API void lan_message_edit_unref (LanMessageEdit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanMessageEdit, lan_message_edit_unref)

/**
 * lan_message_edit_get_text:
 *
 * Returns: (transfer none): what the message said.
 */
LAN_API const char *lan_message_edit_get_text (LanMessageEdit *self);

/**
 * lan_message_edit_get_time:
 *
 * Returns: Unix milliseconds from when on, by its author's clock.
 */
LAN_API gint64 lan_message_edit_get_time (LanMessageEdit *self);

G_END_DECLS
