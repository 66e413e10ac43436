/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Frames of the lane that links a device: what is accepted keeps its limits and survives a round. */
#include "lan-device-frame.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (LanDeviceFrame) frame = NULL, again = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (lan_device_frame_decode (data, size, &frame) != LAN_STATUS_OK)
    return 0;
  bytes = lan_device_frame_encode (frame);
  g_assert (lan_device_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                     &again) == LAN_STATUS_OK);
  g_assert (again->body_case == frame->body_case);
  return 0;
}
