/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Operations on messages (edit, recall, reaction, pin) between owner, core and history: what is asked
 * becomes a record, what was committed becomes what a message shows now.
 */
#pragma once

#include "lan-command.h"
#include "lan-engine-private.h"
#include "lan-event.h"

G_BEGIN_DECLS

typedef struct _LanEngineOperations LanEngineOperations;

LanEngineOperations *lan_engine_operations_new (void);

/** What is still asked for is answered: not open. */
void lan_engine_operations_free (LanEngine *engine, LanEngineOperations *self);
void lan_engine_operations_load (LanEngine *engine, const LanSnapshot *snapshot);

/** OPERATE, FIND_MESSAGE and READ_EDITS. */
void lan_engine_operations_execute (LanEngine *engine, LanCommand *command);

/** One is on disk. */
void lan_engine_operations_on_operation (LanEngine *engine, const LanOperationRow *row);

/** An own one could not be kept. Returns: FALSE: @id is none. */
gboolean lan_engine_operations_failed (LanEngine *engine, const LanMessageId *id);

/** A new message of which something was said already is told once it was read with that. Returns:
 * FALSE: nothing was, the caller tells it. */
gboolean lan_engine_operations_meet (LanEngine *engine, const LanRecordRow *row);

/** The part of @info that comes from the content of @row and from what was said about it. */
void lan_engine_operations_describe (LanEngine *engine, const LanRecordRow *row,
                                     LanMessageInfo *info);

G_END_DECLS
