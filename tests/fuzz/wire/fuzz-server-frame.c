/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One frame between client and server: decoded, and where it was accepted encoded and decoded again;
 * the quick looks at its type and at a signal must say the same.
 */
#include "lan-server-frame.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_signal (const guint8 *data, gsize size, const LanServerFrame *frame)
{
  g_autofree guint8 *again = NULL;
  LanServerSignal signal;

  if (!lan_server_signal_read (&signal, data, size))
    return;
  g_assert_nonnull (frame);
  g_assert_cmpint (lan_server_frame_type (frame), ==, LAN_SERVER_SIGNAL);
  g_assert_cmpmem (signal.payload, signal.payload_len, frame->signal->payload.data,
                   frame->signal->payload.len);
  g_assert_cmpmem (signal.device, 8, frame->signal->device.data, frame->signal->device.len);
  again = g_malloc (lan_server_signal_size (signal.payload_len));
  g_assert_cmpuint (
      lan_server_signal_write (again, signal.device, signal.payload, signal.payload_len), ==,
      lan_server_signal_size (signal.payload_len));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (LanServerFrame) frame = NULL;
  g_autoptr (LanServerFrame) again = NULL;
  g_autoptr (GBytes) bytes = NULL;
  LanStatus status = lan_server_frame_decode (data, size, &frame);

  check_signal (data, size, frame);
  lan_server_frame_type_name (lan_server_frame_peek_type (data, size));
  if (status != LAN_STATUS_OK)
    return 0;
  lan_server_frame_allowed (lan_server_frame_type (frame), LAN_SERVER_FROM_CLIENT);
  lan_server_frame_allowed (lan_server_frame_type (frame), LAN_SERVER_FROM_SERVER);
  if (lan_server_frame_size (frame) > LAN_SERVER_FRAME_MAX_BYTES)
    return 0;
  bytes = lan_server_frame_encode (frame);
  if (lan_server_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &again) !=
      LAN_STATUS_OK)
    return 0;
  g_assert_cmpint (lan_server_frame_type (again), ==, lan_server_frame_type (frame));
  g_assert_cmpint (
      lan_server_frame_peek_type (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)), ==,
      lan_server_frame_type (frame));
  return 0;
}
