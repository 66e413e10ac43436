/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One frame: decoded, and where it was accepted encoded and decoded again; the quick look at its
 * type must say the same.
 */
#include "lan-frame.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (LanFrame) frame = NULL;
  g_autoptr (LanFrame) again = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (lan_frame_decode (data, size, &frame) != LAN_STATUS_OK)
    return 0;
  lan_frame_type_name (lan_frame_type (frame));
  for (int carrier = 0; carrier < LAN_CARRIER_N; carrier++) {
    for (int stage = 0; stage < LAN_STAGE_N; stage++)
      lan_frame_allowed (lan_frame_type (frame), (LanCarrier) carrier, (LanStage) stage);
  }
  if (protobuf_c_message_get_packed_size (&frame->base) > LAN_FRAME_MAX_BYTES)
    return 0;
  bytes = lan_frame_encode (frame);
  /* A field with the number 0, in a form longer than needed, is let in but not written so again. */
  if (lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &again) !=
      LAN_STATUS_OK)
    return 0;
  g_assert_cmpint (lan_frame_type (again), ==, lan_frame_type (frame));
  g_assert_cmpint (lan_frame_peek_type (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)),
                   ==, lan_frame_type (frame));
  return 0;
}
