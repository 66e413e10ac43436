/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanConversation, for the node that makes and updates it. Owner's context. */
#pragma once

#include "lan-conversation.h"
#include "lan-event.h"

G_BEGIN_DECLS

/** @node is borrowed (see lan_conversation_orphan()), @person referenced. */
LanConversation *lan_conversation_new (LanNode *node, LanPerson *person);
void lan_conversation_orphan (LanConversation *self);

void lan_conversation_apply (LanConversation *self, const LanConversationInfo *info);
void lan_conversation_apply_draft (LanConversation *self, const char *draft);

/** New messages of one batch, in any order: kept when the window is open at its newest end. */
void lan_conversation_add (LanConversation *self, GPtrArray *messages);

/** Takes over what is newer than the last message. Returns: whether it was. */
gboolean lan_conversation_offer_last (LanConversation *self, LanMessage *message);

/** TRUE once it belongs into the list of conversations. */
gboolean lan_conversation_is_listed (LanConversation *self);
void lan_conversation_set_listed (LanConversation *self);

G_END_DECLS
