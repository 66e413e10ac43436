/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Carries out what core asks, and tells the owner what core says. */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

/** Makes a new device: core found that this one's log has forked. */
void lan_engine_core_new_keys (LanEngine *engine);

/** Takes every action there is. Returns: whether there was one. */
gboolean lan_engine_core_run (LanEngine *engine);

G_END_DECLS
