/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanShare, for the node that makes and updates it. Owner's context. */
#pragma once

#include "lan-event.h"
#include "lan-share.h"

G_BEGIN_DECLS

/** @node is borrowed until lan_share_orphan(). */
LanShare *lan_share_new (LanNode *node, const LanConversationId *id);
void lan_share_orphan (LanShare *self);

/** Takes the contents of @info over. */
void lan_share_apply (LanShare *self, LanShareInfo *info);
const LanConversationId *lan_share_peek_id (LanShare *self);

G_END_DECLS
