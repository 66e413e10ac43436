/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Inside of LanCall, for the node that makes and updates it. Owner's context. */
#pragma once

#include "lan-call.h"
#include "lan-event.h"

G_BEGIN_DECLS

/** @node is borrowed until lan_call_orphan(). */
LanCall *lan_call_new (LanNode *node, LanPerson *person, const LanMessageId *id);
void lan_call_orphan (LanCall *self);
void lan_call_apply (LanCall *self, const LanCallInfo *info);
const LanMessageId *lan_call_peek_id (LanCall *self);

G_END_DECLS
