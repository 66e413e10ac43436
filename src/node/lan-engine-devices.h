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

/** Tells the owner of all devices. */
void lan_engine_devices_tell (LanEngine *engine);

/** One of the owner's DEVICE commands. */
void lan_engine_devices_execute (LanEngine *engine, LanCommand *command);

/* --- lan-engine-linking.c: a new device and the one that links it --- */

typedef struct _LanEngineLinking LanEngineLinking;

void lan_engine_linking_begin (LanEngine *engine, const char *name);
void lan_engine_linking_join (LanEngine *engine, const char *code, const char *address,
                              gboolean full);
void lan_engine_linking_confirm (LanEngine *engine);
void lan_engine_linking_cancel (LanEngine *engine);

/** One of our own devices is here: perhaps the one that was just linked. */
void lan_engine_linking_on_device (LanEngine *engine, const guint8 *dh);
gboolean lan_engine_linking_run (LanEngine *engine);
gint64 lan_engine_linking_deadline (LanEngine *engine);
void lan_engine_linking_free (LanEngine *engine);

/** This device is no longer one of its account's. */
void lan_engine_devices_on_revoked (LanEngine *engine);

G_END_DECLS
