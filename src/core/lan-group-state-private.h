/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Shared by lan-group-state.c, which keeps operations, and lan-group-resolve.c, which carries them out. */
#pragma once

#include "lan-group-state.h"

G_BEGIN_DECLS

LanGroupOp *lan_group_state_find_op (const LanGroupState *state, const ProtobufCBinaryData *hash);
LanGroupMember *lan_group_state_find_member (const LanGroupState *state, const guint8 *account);

G_END_DECLS
