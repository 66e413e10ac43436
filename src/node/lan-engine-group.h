/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Groups: what the owner asks of them goes to core, snapshots of them to the owner.
 */
#pragma once

#include "lan-engine-private.h"

#include "lan-content.h"

G_BEGIN_DECLS

/** Carries out a GROUP command. */
void lan_engine_group_execute (LanEngine *engine, LanCommand *command);

/** Tells the owner how it stands with the group @id; nothing where there is none. */
void lan_engine_group_tell (LanEngine *engine, const LanConversationId *id);

/** Fills what @info, of an operation in record @row, says. */
void lan_engine_group_describe (const LanRecordRow *row, LanMessageInfo *info);

/** Writes a text, with what stands @beside it (nullable), into the group @id. */
LanStatus lan_engine_group_send_text (LanEngine *engine, const LanConversationId *id,
                                      const LanMessageId *message, const char *text,
                                      const LanContent *beside) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
