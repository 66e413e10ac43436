/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The hybrid logical clock of DESIGN section 5: Unix milliseconds << 16 | counter. It never goes
 * back, follows others forward, but not further than LAN_HLC_TOLERANCE_MS: one wrong clock in the
 * office does not carry everybody's away. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_HLC_TOLERANCE_MS (5 * 60 * 1000)

typedef struct {
  guint64 last;
} LanHlc;

guint64 lan_hlc_from_ms (gint64 wall_ms);
gint64 lan_hlc_to_ms (guint64 hlc);

/** The next value, above everything given out or merged so far, and above @floor. */
guint64 lan_hlc_tick (LanHlc *clock, gint64 wall_ms, guint64 floor);

/** Follows @remote. FALSE, and nothing changes, when it is too far ahead of @wall_ms. */
gboolean lan_hlc_merge (LanHlc *clock, guint64 remote, gint64 wall_ms);

G_END_DECLS
