/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The source "test": a quiet voice that hums in syllables, and a loud note of a tenth of a second at every full second of
 * CLOCK_MONOTONIC, so that whoever has the same clock hears how long it was under way.
 */
#pragma once

#include "lan-media-packet.h"

G_BEGIN_DECLS

#define LAN_MEDIA_TONE_HUM_HZ  150
#define LAN_MEDIA_TONE_NOTE_HZ 1000
#define LAN_MEDIA_TONE_NOTE_US 100000

/** The frame that begins at @at_us. */
void lan_media_tone (gint64 at_us, gint16 *pcm);

/**
 * Frame @n of the sound of ringing: of a call that comes, two notes that alternate for a second, then two
 * seconds of silence; @is_back: what the caller hears, one low note for a second every four.
 */
void lan_media_ring (gint64 n, gboolean is_back, gint16 *pcm);

G_END_DECLS
