/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The messages of one conversation: a list box with one row per message of the conversation's
 * window (at most 200), grouped by author, with separators between days and before what is new.
 * Scrolling near the top loads an older page; the place one reads stays where it is. At the bottom
 * it follows what arrives, and says what was read.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-conversation.h>

#include "lan-message-row.h"

G_BEGIN_DECLS

#define LAN_TYPE_HISTORY (lan_history_get_type ())
G_DECLARE_FINAL_TYPE (LanHistory, lan_history, LAN, HISTORY, GtkOverlay)

/** Shows @conversation (nullable: nothing); the one before is closed. */
void lan_history_set_conversation (LanHistory *self, LanConversation *conversation);

/** Goes to the newest message and follows what comes. */
void lan_history_jump_to_end (LanHistory *self);

/** Goes to the message @id, which may be older than all that is loaded, and marks it for a moment. */
void lan_history_show_message (LanHistory *self, const char *id);

/** Says that everything is read if the person can see it now. */
void lan_history_mark_seen (LanHistory *self);

/** The state of @message changed: neighbours may show or hide theirs. */
void lan_history_message_changed (LanHistory *self, LanMessage *message);

/** Puts the focus on the newest message. */
void lan_history_focus (LanHistory *self);

/** The gap at both sides of the messages in px. */
void lan_history_set_margin (LanHistory *self, int margin);

/** How texts are shown from now on; as typed and without names before the first call. */
void lan_history_set_habits (LanHistory *self, LanTextHabits *habits);

G_END_DECLS
