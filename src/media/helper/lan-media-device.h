/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Microphone and loudspeaker, by GStreamer: PipeWire, PulseAudio or ALSA, whichever the machine has.
 * What is played passes an echo probe and what is recorded webrtcdsp, so that the other side hears
 * neither itself nor the fan. Both ends run on the system's clock; GStreamer makes up for the
 * sound card's.
 */
#pragma once

#include "lan-media-packet.h"

G_BEGIN_DECLS

typedef struct _LanMediaDevice LanMediaDevice;

/** A frame was recorded; called in the main context. */
typedef void (*LanMediaHeard) (const gint16 *pcm, gpointer data);

/**
 * Opens what is named, "default" or a device's name; NULL leaves that side out. @missing: (out):
 * LanMediaFailure bits of what was asked for and is not there; the rest works.
 * Returns: NULL and @error when nothing of it works.
 */
LanMediaDevice *lan_media_device_new (const char *source, const char *sink, gboolean is_treated,
                                      LanMediaHeard heard, gpointer data, guint *missing,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lan_media_device_free (LanMediaDevice *device);

/** Plays one frame. */
void lan_media_device_play (LanMediaDevice *device, const gint16 *pcm);

G_END_DECLS
