/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The devices that somebody wants, as far as they are there. What is unplugged is left out and the rest
 * goes on; what was wanted by name is replaced by the default until it comes back. One thread.
 */
#pragma once

#include "lan-media-device.h"
#include "lan-media-devices.h"

G_BEGIN_DECLS

typedef struct _LanMediaSound LanMediaSound;

typedef struct {
  LanMediaHeard heard;
  /* @missing: LanMediaFailure bits, 0: all is there (again). @text is English. */
  void (*state) (guint missing, const char *text, gpointer data);
  void (*changed) (gpointer data); /* another device is there, or one less */
} LanMediaSoundEvents;

LanMediaSound *lan_media_sound_new (const LanMediaSoundEvents *events,
                                    gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void lan_media_sound_free (LanMediaSound *sound);

/** "default" or an id; NULL: not wanted. state() is called before it returns. */
void lan_media_sound_use (LanMediaSound *sound, const char *source, const char *sink,
                          gboolean is_treated);

/** Plays one frame, where there is something to play it with. */
void lan_media_sound_play (LanMediaSound *sound, const gint16 *pcm);

/** The list, for whoever shows it. */
LanMediaDevices *lan_media_sound_devices (LanMediaSound *sound);

G_END_DECLS
