/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The objects and lists that a LanNode hands out, and how a batch of the engine's events changes
 * them: first every object and list, then the signals, so that whoever hears a signal finds all in
 * its new state. Owner's context.
 */
#pragma once

#include <gio/gio.h>

#include "lan-call.h"
#include "lan-conversation.h"
#include "lan-event.h"
#include "lan-node.h"

G_BEGIN_DECLS

typedef struct _LanNodeModels LanNodeModels;

/** @node is borrowed. */
LanNodeModels *lan_node_models_new (LanNode *node);

/** Cuts the objects off from the node; those that somebody still holds live on, inert. */
void lan_node_models_free (LanNodeModels *models);

/** @events: of LanEvent, in order; their contents may be taken over. */
void lan_node_models_apply (LanNodeModels *models, GPtrArray *events);

LanPerson *lan_node_models_self (LanNodeModels *models);
GListModel *lan_node_models_people (LanNodeModels *models);
GListModel *lan_node_models_conversations (LanNodeModels *models);
GListModel *lan_node_models_transfers (LanNodeModels *models);
GListModel *lan_node_models_shares (LanNodeModels *models);

/** Returns: (transfer none) (nullable). */
LanShare *lan_node_models_share (LanNodeModels *models, const LanConversationId *id);

/** Returns: (transfer none) (nullable): the newest call. */
LanCall *lan_node_models_call (LanNodeModels *models);

/** Returns: (transfer none): the call that @info is about, made when it is new. */
LanCall *lan_node_models_apply_call (LanNodeModels *models, const LanCallInfo *info);

/** Returns: (transfer none) (nullable). */
LanPerson *lan_node_models_person (LanNodeModels *models, const LanAccountId *account);

/** Returns: (transfer none): the person, made when she is new; not listed by that. */
LanPerson *lan_node_models_ensure_person (LanNodeModels *models, const LanAccountId *account);
GListModel *lan_node_models_groups (LanNodeModels *models);

/** Returns: (transfer none): made when there was none. */
LanConversation *lan_node_models_conversation (LanNodeModels *models, LanPerson *person);

/** Returns: (transfer none) (nullable). */
LanTransfer *lan_node_models_transfer (LanNodeModels *models, const LanMessageId *id);

/** Returns: (transfer full): the live object of this message, or a new one. */
LanMessage *lan_node_models_message (LanNodeModels *models, LanMessageInfo *info);

G_END_DECLS
