/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Shared by lan-engine-files.c and -offers.c: transfers, and the records that offer them. */
#pragma once

#include "lan-content.h"
#include "lan-engine-files.h"

G_BEGIN_DECLS

gboolean lan_engine_files_is_in_group (LanEngine *engine, const LanConversationId *id);

/** Returns: (transfer full): account keys of those who are in it, none where we are not. */
GBytes *lan_engine_files_members (LanEngine *engine, const LanConversationId *group);

/** Has the offer written into the group. */
LanStatus lan_engine_files_offer_to_group (LanEngine *engine, const LanConversationId *group,
                                           const LanMessageId *id, Lanyard__FileOffer *offer);

G_END_DECLS
