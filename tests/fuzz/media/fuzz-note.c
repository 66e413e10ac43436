/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A voice note: first byte odd: a message between node and the helper, and an accepted one encodes to the
 * same bytes; even: the packets of a note, decoded and played faster.
 */
#include "lan-note-codec.h"
#include "lan-note-message.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
try_message (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) again = NULL;
  LanNoteMessage message;

  if (lan_note_message_decode (data, size, &message) != LAN_STATUS_OK)
    return;
  again = lan_note_message_encode (&message);
  g_assert_nonnull (again);
  g_assert_cmpuint (g_bytes_get_size (again), ==, size);
  g_assert_true (memcmp (g_bytes_get_data (again, NULL), data, size) == 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GArray) pcm = NULL;
  g_autoptr (GArray) fast = NULL;

  if (size == 0)
    return 0;
  if (data[0] & 1) {
    try_message (data + 1, size - 1);
    return 0;
  }
  pcm = lan_note_decode (data + 1, size - 1, 48000);
  g_assert_cmpuint (pcm->len, <=, 48000);
  fast = lan_note_stretch ((const gint16 *) (void *) pcm->data, pcm->len, 500 + data[0] * 10u);
  g_assert_cmpuint (fast->len, <=, 3 * pcm->len);
  return 0;
}
