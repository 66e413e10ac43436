/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Messages that are kept no longer: core says what may go (lan-keep.h), the store forgets it piece by piece, and the
 * owner's windows are told. Engine's thread.
 */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

typedef struct _LanEngineKeep LanEngineKeep;

LanEngineKeep *lan_engine_keep_new (LanEngine *engine);
void lan_engine_keep_free (LanEngineKeep *self);

/** Sets the rule of the chat with @account, a person or a group, and goes by it at once. */
LanStatus lan_engine_keep_set (LanEngine *engine, const LanAccountId *account, guint days);

G_END_DECLS
