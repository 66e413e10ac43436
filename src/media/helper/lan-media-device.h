/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A microphone and a loudspeaker in use, by GStreamer. What is played passes an echo probe and what is recorded webrtcdsp, so that the other side hears
 * neither itself nor the fan. Both ends run on the system's clock; GStreamer makes up for the
 * sound card's.
 */
#pragma once

#include "lan-media-packet.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _LanMediaDevice LanMediaDevice;

/** A frame was recorded; called in the main context. */
typedef void (*LanMediaHeard) (const gint16 *pcm, gpointer data);

/** It stopped working: unplugged, or its sound server is gone. Called in the main context; free it. */
typedef void (*LanMediaBroken) (gpointer data);

/**
 * Opens @source and @sink (transfer floating), of lan_media_devices_make(); NULL leaves that side
 * out. Returns: NULL and @error when that does not work.
 */
LanMediaDevice *lan_media_device_new (GstElement *source, GstElement *sink, gboolean is_treated,
                                      LanMediaHeard heard, LanMediaBroken broken, gpointer data,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lan_media_device_free (LanMediaDevice *device);

/** Plays one frame. */
void lan_media_device_play (LanMediaDevice *device, const gint16 *pcm);

G_END_DECLS
