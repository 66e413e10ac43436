/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Sound of a voice note to bytes and back. 48 kHz, one channel; Opus in packets of 60 ms, each behind
 * its length as u16. The rate is chosen so that the whole fits: 24 kbit/s for a short one, less the
 * longer it is. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_NOTE_PACKET_SAMPLES 2880 /* 60 ms */

/** Returns: (transfer full) (nullable): @n samples in at most @max bytes; NULL: that cannot be. */
GBytes *lan_note_encode (const gint16 *pcm, gsize n, gsize max) G_GNUC_WARN_UNUSED_RESULT;

/**
 * What cannot be decoded is silence.
 * Returns: (transfer full): of gint16, at most @max_samples; empty when nothing of it is Opus.
 */
GArray *lan_note_decode (const guint8 *opus, gsize len,
                         gsize max_samples) G_GNUC_WARN_UNUSED_RESULT;

/** The loudest of each of @n_peaks parts, as the ear takes it: 0 to 255. */
void lan_note_peaks (const gint16 *pcm, gsize n, guint8 *peaks, gsize n_peaks);

/**
 * The same words at another speed and the same pitch: pieces of 40 ms laid over each other where they
 * fit best. @per_mille: 1000 is as it was said.
 * Returns: (transfer full): of gint16.
 */
GArray *lan_note_stretch (const gint16 *pcm, gsize n, guint per_mille) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
