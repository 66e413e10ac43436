/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A call's datagrams: length u16, then what one says; between two of them 0 to 3 frames pass (first
 * byte of what is said, top bits). All goes through the gate into a voice that plays and reports.
 */
#include "lan-bytes.h"
#include "lan-voice.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define TAG 0x44332211

static void
say (LanVoice *voice, LanMediaGate *gate, const guint8 *bytes, gsize len, gint64 now_us)
{
  guint8 out[LAN_MEDIA_PACKET_MAX];
  LanMediaPacket packet;

  if (lan_media_packet_decode (bytes, len, &packet) == LAN_STATUS_OK) {
    g_assert_cmpuint (lan_media_packet_encode (&packet, out), ==, len);
    g_assert_true (memcmp (out, bytes, len) == 0);
  }
  if (lan_media_gate_pass (gate, bytes, len, now_us))
    lan_voice_take (voice, bytes, len, now_us);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanVoiceConfig config = { .tag = TAG };
  g_autoptr (LanVoice) voice = lan_voice_new (&config);
  gint16 pcm[LAN_MEDIA_FRAME_SAMPLES];
  guint8 out[LAN_MEDIA_PACKET_MAX];
  LanMediaGate gate;
  gint64 now_us = 0;
  LanReader r;

  lan_media_gate_init (&gate, TAG, 0);
  lan_reader_init (&r, data, size);
  while (lan_reader_left (&r) > 2) {
    guint16 head = lan_read_u16 (&r);
    gsize len = MIN ((gsize) (head & 0x7ff), lan_reader_left (&r));

    say (voice, &gate, lan_read_span (&r, len), len, now_us);
    for (guint i = 0; i < (guint) (head >> 14); i++) {
      now_us += LAN_MEDIA_FRAME_US;
      lan_voice_play (voice, pcm, now_us);
      lan_voice_report (voice, now_us, out);
    }
  }
  return 0;
}
