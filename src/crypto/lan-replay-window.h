/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The sliding window of RFC 6479: which counters of a key were seen. Check before opening a packet,
 * mark only after it opened, or a forger could move the window (SECURITY 2.3, row 36). Private to
 * this module. One thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_REPLAY_WORDS 32 /* of 64 bits; one of them is always being recycled: 1984 usable */

typedef struct {
  guint64 greatest; /* counter + 1 of the newest marked, 0: none yet */
  guint64 words[LAN_REPLAY_WORDS];
} LanReplayWindow;

/** TRUE when @counter was not marked and is not too old to tell. Changes nothing. */
gboolean lan_replay_window_is_fresh (const LanReplayWindow *w, guint64 counter);

/** Marks a fresh counter. */
void lan_replay_window_mark (LanReplayWindow *w, guint64 counter);

G_END_DECLS
