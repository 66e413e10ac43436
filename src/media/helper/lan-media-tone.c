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

/* Edges of 20 ms, so that nothing clicks. */
static double
edge (double t, double length)
{
  return CLAMP (MIN (t, length - t) * 50, 0, 1);
}

void
lan_media_ring (gint64 n, gboolean is_back, gint16 *pcm)
{
  const double length = 1.0, cycle = is_back ? 4.0 : 3.0;

  for (guint i = 0; i < LAN_MEDIA_FRAME_SAMPLES; i++) {
    double at = ((double) n * LAN_MEDIA_FRAME_SAMPLES + i) / LAN_MEDIA_RATE, t = fmod (at, cycle);
    double hz = is_back ? 425 : fmod (t, 0.25) < 0.125 ? 660 : 880;

    pcm[i] = t < length ? (gint16) (6000 * edge (t, length) * sin (2 * G_PI * hz * t)) : 0;
  }
}
