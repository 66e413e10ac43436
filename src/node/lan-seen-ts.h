/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The greatest handshake timestamp seen of each device's key (SECURITY 1.6). Strangers' keys cost
 * nothing to make, so there is room for LAN_SEEN_TS_STRANGERS of them and they push out each other,
 * never a contact's. Engine's thread.
 */
#pragma once

#include "lan-hello.h"
#include "lan-id.h"

G_BEGIN_DECLS

#define LAN_SEEN_TS_STRANGERS 4096

typedef struct _LanSeenTs LanSeenTs;

/* Whether the key belongs to somebody known; asked when the strangers' room is full. */
typedef gboolean (*LanSeenTsIsKnown) (const guint8 *dh, gpointer data);

LanSeenTs *lan_seen_ts_new (LanSeenTsIsKnown is_known, gpointer data);
void lan_seen_ts_free (LanSeenTs *seen);

/** Whether @ts (LAN_TS_BYTES) is greater than what was seen of @dh (LAN_KEY_BYTES). */
gboolean lan_seen_ts_is_new (LanSeenTs *seen, const guint8 *dh, const guint8 *ts);

/** Remembers @ts for @dh; an earlier one of the same key is replaced. */
void lan_seen_ts_note (LanSeenTs *seen, const guint8 *dh, const guint8 *ts);

/** Returns: how many keys are remembered. */
guint lan_seen_ts_count (const LanSeenTs *seen);

G_END_DECLS
