/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* One message between node and the helper; an accepted one encodes to the same bytes. */
#include "lan-media-message.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint8 out[LAN_MEDIA_MESSAGE_MAX];
  LanMediaMessage message;

  if (lan_media_message_decode (data, size, &message) != LAN_STATUS_OK)
    return 0;
  g_assert_cmpuint (lan_media_message_encode (&message, out), ==, size);
  g_assert_true (memcmp (out, data, size) == 0);
  return 0;
}
