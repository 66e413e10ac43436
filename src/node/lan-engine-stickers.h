/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Bodies of messages that are read only when they are wanted (voice notes, stickers), passed on as they
 * are, and the stickers that this person keeps. Engine's thread.
 */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

/** Carries out READ_BODY, FORWARD_BODY and STICKERS; takes the task out of @command. */
void lan_engine_stickers_execute (LanEngine *engine, LanCommand *command);

G_END_DECLS
