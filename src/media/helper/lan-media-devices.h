/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The microphones and loudspeakers of this computer, by GStreamer's device monitor: what PipeWire,
 * PulseAudio or ALSA offer, while they come and go. A device's id is the name that its sound system
 * has for it, so that it is found again after it was unplugged, and after a restart. One thread.
 */
#pragma once

#include "lan-media-message.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _LanMediaDevices LanMediaDevices;

/** Starts looking; what is there already is known when it returns. @changed may come at any time later. */
LanMediaDevices *lan_media_devices_new (void (*changed) (gpointer data),
                                        gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void lan_media_devices_free (LanMediaDevices *devices);

/** Tells of each, of both kinds, at most LAN_MEDIA_DEVICES_MAX. */
void lan_media_devices_each (LanMediaDevices *devices,
                             void (*func) (const LanMediaDeviceInfo *info, gpointer data),
                             gpointer data);

/**
 * An element for the device with this id, or for "default" what the sound system takes as such.
 * Returns: (transfer floating): NULL: there is no such device now.
 */
GstElement *lan_media_devices_make (LanMediaDevices *devices, LanMediaDeviceKind kind,
                                    const char *id);

G_END_DECLS
