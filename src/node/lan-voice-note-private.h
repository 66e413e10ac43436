/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#pragma once

#include "lan-voice-note.h"

G_BEGIN_DECLS

/** Returns: (transfer full): any thread. */
LanVoiceNote *lan_voice_note_new (guint duration_ms, GBytes *peaks, GBytes *opus);

G_END_DECLS
