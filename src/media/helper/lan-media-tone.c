/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-tone.h"

#include <math.h>

void
lan_media_tone (gint64 at_us, gint16 *pcm)
{
  double begin = (double) (at_us % G_USEC_PER_SEC) / G_USEC_PER_SEC;

  for (guint i = 0; i < LAN_MEDIA_FRAME_SAMPLES; i++) {
    double t = fmod (begin + (double) i / LAN_MEDIA_RATE, 1.0);
    gboolean is_note = t * G_USEC_PER_SEC < LAN_MEDIA_TONE_NOTE_US;
    double hz = is_note ? LAN_MEDIA_TONE_NOTE_HZ : LAN_MEDIA_TONE_HUM_HZ;

    pcm[i] = (gint16) ((is_note ? 16000 : 2500) * sin (2 * G_PI * hz * t));
  }
}
