/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Frames of the lane between a new device and one of the person's that links it (PROTOCOL.md,
 * Linking): a protobuf of their own, because nothing of it belongs on a peer's channel. Lengths and
 * counts are checked before a frame is handed out. Pure; any thread.
 */
#pragma once

#include <glib.h>

#include "lan-id.h"
#include "lan-status.h"
#include "lanyard.pb-c.h"

G_BEGIN_DECLS

#define LAN_DEVICE_FRAME_MAX_BYTES 60000 /* a Grant with all it may hold has 45,000 */
#define LAN_DEVICE_SETTINGS_MAX    32
#define LAN_DEVICE_SETTING_KEY_MAX 64
#define LAN_DEVICE_SETTING_MAX     1024

typedef Lanyard__DeviceFrame LanDeviceFrame;

/* DeviceRefuse.reason. Append-only; others count as the first. */
typedef enum {
  LAN_DEVICE_REFUSE_PERSON = 0, /* somebody said no */
  LAN_DEVICE_REFUSE_LIMIT = 1,  /* the list is full */
  LAN_DEVICE_REFUSE_INVALID = 2,
} LanDeviceRefuseReason;

/**
 * Decodes and checks one frame. @frame: (out) (transfer full): free with lan_device_frame_free().
 * Returns: OK, OVERSIZED, or MALFORMED (not protobuf, a length or count outside its limit). A frame
 * without a known body is OK: it is of a newer version.
 */
LanStatus lan_device_frame_decode (const guint8 *data, gsize len,
                                   LanDeviceFrame **frame) G_GNUC_WARN_UNUSED_RESULT;

void lan_device_frame_free (LanDeviceFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanDeviceFrame, lan_device_frame_free)

/** Returns: (transfer full). */
GBytes *lan_device_frame_encode (const LanDeviceFrame *frame) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
