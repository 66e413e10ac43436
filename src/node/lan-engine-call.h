/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Calls: core's machine with its partners. Signals go over whatever channel there is, packets of voice
 * over the link only, between the helper process and the other side's.
 */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

typedef struct _LanEngineCalls LanEngineCalls;

void lan_engine_call_open (LanEngine *engine);

/** The other side is told that a call under way is over; before the channels say END. */
void lan_engine_call_quit (LanEngine *engine);
void lan_engine_call_free (LanEngineCalls *self);
void lan_engine_call_execute (LanEngine *engine, LanCommand *command);

/* --- what core and links say --- */
void lan_engine_call_on_frame (LanEngine *engine, const LanCoreAction *action);

/** A channel to @device is identified, or one is gone. */
void lan_engine_call_on_channel (LanEngine *engine, const LanAccountId *account,
                                 const LanDeviceId *device, gboolean is_up);

/** A bare datagram of the link to @device. */
void lan_engine_call_on_datagram (LanEngine *engine, const LanAccountId *account,
                                  const LanDeviceId *device, const guint8 *bytes, gsize len);
void lan_engine_call_drop (LanEngine *engine, const LanAccountId *account);

gboolean lan_engine_call_run (LanEngine *engine);
gint64 lan_engine_call_deadline (LanEngine *engine);

G_END_DECLS
