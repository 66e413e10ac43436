/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The devices of the person a LanNode is, and the linking of a new one. The list is a GListModel of
 * LanDevice: this one and the others, those that were revoked too. Linking takes two computers: the
 * new one shows a code (lan_devices_begin()), an old one is given it (lan_devices_join()), both show
 * the other's name and a person confirms on both (lan_devices_confirm()).
 */
#pragma once

#include "lan-api.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * LanDeviceLinkState:
 * @LAN_DEVICE_LINK_NONE: nothing is being linked
 * @LAN_DEVICE_LINK_CODE: new device: the code is to be shown; waits for an old one
 * @LAN_DEVICE_LINK_SEARCHING: old device: looks for the one with this code
 * @LAN_DEVICE_LINK_CONFIRM: both know each other's name: a person has to say yes here
 * @LAN_DEVICE_LINK_WAITING: said yes here; waits for the other side
 * @LAN_DEVICE_LINK_DONE: linked. On the new device the profile closes by itself: open it again
 * @LAN_DEVICE_LINK_FAILED: see the error
 *
 * Append-only.
 */
typedef enum {
  LAN_DEVICE_LINK_NONE = 0,
  LAN_DEVICE_LINK_CODE = 1,
  LAN_DEVICE_LINK_SEARCHING = 2,
  LAN_DEVICE_LINK_CONFIRM = 3,
  LAN_DEVICE_LINK_WAITING = 4,
  LAN_DEVICE_LINK_DONE = 5,
  LAN_DEVICE_LINK_FAILED = 6,
} LanDeviceLinkState;

/**
 * lan_device_link_state_name:
 *
 * Returns: (transfer none): "none", "code", "searching", "confirm", "waiting", "done", "failed".
 */
LAN_API const char *lan_device_link_state_name (LanDeviceLinkState state);

#define LAN_TYPE_DEVICE (lan_device_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanDevice, lan_device, LAN, DEVICE, GObject)

/**
 * lan_device_get_id:
 *
 * Returns: (transfer none): 16 lower-case hex digits.
 */
LAN_API const char *lan_device_get_id (LanDevice *self);

/**
 * lan_device_get_name:
 *
 * Returns: (transfer none): what it is called, "" when not known here.
 */
LAN_API const char *lan_device_get_name (LanDevice *self);

/**
 * lan_device_get_is_self:
 *
 * Returns: whether it is the one this program runs on.
 */
LAN_API gboolean lan_device_get_is_self (LanDevice *self);

/**
 * lan_device_get_active:
 *
 * Returns: FALSE once it was revoked.
 */
LAN_API gboolean lan_device_get_active (LanDevice *self);

/**
 * lan_device_get_online:
 *
 * Returns: whether there is a channel to it now.
 */
LAN_API gboolean lan_device_get_online (LanDevice *self);

/**
 * lan_device_get_since:
 *
 * Returns: when its certificate begins, Unix milliseconds; 0: not known.
 */
LAN_API gint64 lan_device_get_since (LanDevice *self);

#define LAN_TYPE_DEVICES (lan_devices_get_type ())
LAN_API
G_DECLARE_FINAL_TYPE (LanDevices, lan_devices, LAN, DEVICES, GObject)

LAN_API LanDeviceLinkState lan_devices_get_link_state (LanDevices *self);

/**
 * lan_devices_get_code:
 *
 * Returns: (transfer none): in state CODE the 26 characters to type, in groups; else "".
 */
LAN_API const char *lan_devices_get_code (LanDevices *self);

/**
 * lan_devices_get_qr_text:
 *
 * Returns: (transfer none): in state CODE what the QR code says; else "".
 */
LAN_API const char *lan_devices_get_qr_text (LanDevices *self);

/**
 * lan_devices_get_expires:
 *
 * Returns: when the code ends, Unix milliseconds; 0: no code.
 */
LAN_API gint64 lan_devices_get_expires (LanDevices *self);

/**
 * lan_devices_get_other_name:
 *
 * Returns: (transfer none): the name of the device at the other side, from CONFIRM on.
 */
LAN_API const char *lan_devices_get_other_name (LanDevices *self);

/**
 * lan_devices_get_person_name:
 *
 * Returns: (transfer none): on the new device whose it would become, from CONFIRM on.
 */
LAN_API const char *lan_devices_get_person_name (LanDevices *self);

/**
 * lan_devices_get_full:
 *
 * Returns: whether the new device may link and revoke others itself.
 */
LAN_API gboolean lan_devices_get_full (LanDevices *self);

/**
 * lan_devices_get_error_code:
 *
 * Returns: (transfer none): in state FAILED "expired", "wrong-code", "refused", "limit", "invalid",
 *   "cut" or "store"; else "".
 */
LAN_API const char *lan_devices_get_error_code (LanDevices *self);

/**
 * lan_devices_get_error_text:
 *
 * Returns: (transfer none): a sentence that says what happened and what helps, or "".
 */
LAN_API const char *lan_devices_get_error_text (LanDevices *self);

/**
 * lan_devices_begin:
 * @device_name: what this computer shall be called
 *
 * On the new device: makes a code that lives two minutes. Its profile must be an open, fresh one:
 * what it is now (name, keys) is given up once it is linked. INVALID when somebody was talked to.
 */
LAN_API gboolean lan_devices_begin (LanDevices *self, const char *device_name, GError **error);

/**
 * lan_devices_join:
 * @code: 26 characters, or the text of the QR code
 * @address: (nullable): where the new device is, "host:port", when it is not found by itself
 * @full: whether it may link and revoke others itself
 *
 * On an old device. INVALID when @code is none.
 */
LAN_API gboolean lan_devices_join (LanDevices *self, const char *code, const char *address,
                                   gboolean full, GError **error);

/** lan_devices_confirm: In state CONFIRM: yes. */
LAN_API void lan_devices_confirm (LanDevices *self);

/** lan_devices_cancel: Back to NONE from any state; the other side is told. */
LAN_API void lan_devices_cancel (LanDevices *self);

/** lan_devices_set_name: What this device is called, for the others. */
LAN_API void lan_devices_set_name (LanDevices *self, const char *name);

/**
 * lan_devices_revoke_async:
 * @id: of another device, or a unique beginning of it
 *
 * Takes it off the list: it is refused by everybody who hears of it, and its channels end.
 */
LAN_API void lan_devices_revoke_async (LanDevices *self, const char *id, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);
LAN_API gboolean lan_devices_revoke_finish (LanDevices *self, GAsyncResult *result, GError **error);

G_END_DECLS
