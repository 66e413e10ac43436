/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Carried mail between owner, core and store. Engine's thread. */
#pragma once

#include "lan-command.h"
#include "lan-engine-private.h"
#include "lan-event.h"

G_BEGIN_DECLS

/** Loads what is carried into core, before lan_core_start(). */
void lan_engine_carry_load (LanEngine *engine, const LanSnapshot *snapshot);

/** SET_CARRYING. */
void lan_engine_carry_execute (LanEngine *engine, LanCommand *command);

/** READ_CARRIED and CARRIED. */
void lan_engine_carry_on_core (LanEngine *engine, const LanCoreAction *action);

/** Tells the owner whether this computer carries, and how much it holds. */
void lan_engine_carry_tell (LanEngine *engine);

/** Returns: (transfer full): the name of a carrier, as it is shown. */
char *lan_engine_carry_name (LanEngine *engine, const LanAccountId *carrier);

G_END_DECLS
