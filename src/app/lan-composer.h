/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where one writes: a field that grows to eight lines, files that wait to be sent, and the buttons.
 * Enter sends unless the input method still composes; what is not sent stays as the chat's draft.
 * Emits "failed" (text) when something could not be taken, "send-to-many" when what is written is to
 * go to several people instead.
 */
#pragma once

#include <gtk/gtk.h>

#include <lan-conversation.h>
#include <lan-node.h>

#include "lan-composer-bar.h"

G_BEGIN_DECLS

#define LAN_TYPE_COMPOSER (lan_composer_get_type ())
G_DECLARE_FINAL_TYPE (LanComposer, lan_composer, LAN, COMPOSER, GtkBox)

/** Writes to @conversation of @node (nullable: nobody); the draft of the one before is kept. */
void lan_composer_set_conversation (LanComposer *self, LanNode *node,
                                    LanConversation *conversation);

/** What is sent next answers @message, or is its new text. */
void lan_composer_begin (LanComposer *self, LanComposerMode mode, LanMessage *message);

/** @enter_sends: else Ctrl+Enter does; @tells_typing: whether the other side sees that one types. */
void lan_composer_set_habits (LanComposer *self, gboolean enter_sends, gboolean tells_typing);

/** Puts the files behind @uris (NULL-terminated) beside what is written. */
void lan_composer_add_uris (LanComposer *self, const char *const *uris);

/** Returns: (transfer full): what is written; @urgent: whether it asks for attention now. */
char *lan_composer_dup_text (LanComposer *self, gboolean *urgent);

/** What was written is on its way. */
void lan_composer_clear (LanComposer *self);

void lan_composer_focus (LanComposer *self);

/** Keeps the draft at once. */
void lan_composer_save_draft (LanComposer *self);

G_END_DECLS
