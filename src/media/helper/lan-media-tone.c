/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-tone.h"

#include <math.h>

/* Three harmonics that swell four times a second: what codecs take for speech, not for noise. */
static double
hum (double t)
{
  double turn = 2 * G_PI * LAN_MEDIA_TONE_HUM_HZ * t;

  return (1800 + 1200 * sin (2 * G_PI * 4 * t)) *
         (sin (turn) + 0.6 * sin (2 * turn) + 0.4 * sin (3 * turn));
}

void
lan_media_tone (gint64 at_us, gint16 *pcm)
{
  double begin = (double) (at_us % G_USEC_PER_SEC) / G_USEC_PER_SEC;

  for (guint i = 0; i < LAN_MEDIA_FRAME_SAMPLES; i++) {
    double t = fmod (begin + (double) i / LAN_MEDIA_RATE, 1.0);
    gboolean is_note = t * G_USEC_PER_SEC < LAN_MEDIA_TONE_NOTE_US;

    pcm[i] = (gint16) (is_note ? 16000 * sin (2 * G_PI * LAN_MEDIA_TONE_NOTE_HZ * t) : hum (t));
  }
}
