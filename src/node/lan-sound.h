/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The microphones and loudspeakers of this computer, and a call to oneself to try them: what is said is
 * heard a second later. Looking at devices takes a helper process, which runs only while somebody
 * watches or tests. Needs no open profile. Everything happens in the context that made it.
 */
#pragma once

#include <gio/gio.h>

#include "lan-api.h"

G_BEGIN_DECLS

#define LAN_TYPE_SOUND_DEVICE (lan_sound_device_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanSoundDevice, lan_sound_device, LAN, SOUND_DEVICE, GObject)

/**
 * lan_sound_device_get_id:
 *
 * Returns: (transfer none): what lan_node_choose_audio() takes; stays the same over restarts.
 */
LAN_API const char *lan_sound_device_get_id (LanSoundDevice *self);

/**
 * lan_sound_device_get_label:
 *
 * Returns: (transfer none): a name for people, from the sound system.
 */
LAN_API const char *lan_sound_device_get_label (LanSoundDevice *self);

/**
 * lan_sound_device_get_is_microphone:
 *
 * Returns: TRUE for a microphone, FALSE for a loudspeaker.
 */
LAN_API gboolean lan_sound_device_get_is_microphone (LanSoundDevice *self);

/**
 * lan_sound_device_get_is_default:
 *
 * Returns: TRUE when it is what the sound system uses by default.
 */
LAN_API gboolean lan_sound_device_get_is_default (LanSoundDevice *self);

#define LAN_TYPE_SOUND (lan_sound_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanSound, lan_sound, LAN, SOUND, GObject)

/**
 * lan_sound_new:
 *
 * Returns: (transfer full): it does nothing yet.
 */
LAN_API LanSound *lan_sound_new (void);

/**
 * lan_sound_get_devices:
 *
 * Returns: (transfer none): a list of #LanSoundDevice, current while watched.
 */
LAN_API GListModel *lan_sound_get_devices (LanSound *self);

/**
 * lan_sound_watch:
 *
 * Begins to keep the list current, until lan_sound_stop(). #LanSound::changed tells of the first list
 * and of each change.
 */
LAN_API void lan_sound_watch (LanSound *self);

/**
 * lan_sound_test:
 * @source: as for lan_node_set_audio(), but no file
 * @sink: likewise
 *
 * A call to oneself with these devices, until lan_sound_stop() or the next one. Watches as well.
 */
LAN_API void lan_sound_test (LanSound *self, const char *source, const char *sink);

/**
 * lan_sound_stop_test:
 *
 * Ends a test; watching goes on.
 */
LAN_API void lan_sound_stop_test (LanSound *self);
LAN_API void lan_sound_stop (LanSound *self);

/**
 * lan_sound_get_listed:
 *
 * Returns: TRUE once the devices are known.
 */
LAN_API gboolean lan_sound_get_listed (LanSound *self);
LAN_API gboolean lan_sound_get_testing (LanSound *self);

/**
 * lan_sound_get_level_in:
 *
 * Returns: while testing, 0 to 100: how loud the microphone is.
 */
LAN_API guint lan_sound_get_level_in (LanSound *self);

/**
 * lan_sound_get_level_out:
 *
 * Returns: while testing, 0 to 100: how loud what is heard is.
 */
LAN_API guint lan_sound_get_level_out (LanSound *self);

/**
 * lan_sound_get_no_microphone:
 *
 * Returns: while testing, TRUE when there is nothing to speak into.
 */
LAN_API gboolean lan_sound_get_no_microphone (LanSound *self);
LAN_API gboolean lan_sound_get_no_speaker (LanSound *self);

/**
 * lan_sound_get_problem:
 *
 * Returns: (transfer none): why devices cannot be looked at, for developers and logs; "" when they can.
 */
LAN_API const char *lan_sound_get_problem (LanSound *self);

G_END_DECLS
