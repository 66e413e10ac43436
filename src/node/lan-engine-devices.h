/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The account's devices: lists that another one brings, what becomes of a device that is revoked,
 * and what the owner is told. Engine's thread.
 */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

/** Another device of the account has shown a list of its own. */
void lan_engine_devices_on_list (LanEngine *engine, GBytes *list, const LanDeviceId *from);

/** This device is no longer one of its account's. */
void lan_engine_devices_on_revoked (LanEngine *engine);

G_END_DECLS
