/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Messages out of a file, into the history and nowhere else. Engine's thread. */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

/** Carries out IMPORT and REREAD; takes the task out of @command. */
void lan_engine_import_execute (LanEngine *engine, LanCommand *command);

/** Tells the owner that much of the chat with @peer changed, and then its newest message. */
void lan_engine_reread (LanEngine *engine, const LanAccountId *peer);

G_END_DECLS
