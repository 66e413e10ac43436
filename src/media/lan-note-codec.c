/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-note-codec.h"

#include <math.h>
#include <opus.h>
#include <string.h>

#define RATE        48000
#define BITRATE_MAX 24000
#define BITRATE_MIN 4000
#define PACKET_MAX  1275
#define TRIES       6
#define PIECE       1920 /* 40 ms */
#define OVERLAP     480  /* 10 ms, of two pieces */
#define SEARCH      480  /* how far a piece may lie from its place */

/* One try at @bitrate: FALSE when it is more than @max. */
static gboolean
encode_at (const gint16 *pcm, gsize n, int bitrate, gsize max, GByteArray *out)
{
  OpusEncoder *encoder;
  gint16 last[LAN_NOTE_PACKET_SAMPLES];
  guint8 packet[PACKET_MAX];
  int error = OPUS_OK;
  gboolean fits = TRUE;

  encoder = opus_encoder_create (RATE, 1, OPUS_APPLICATION_VOIP, &error);
  if (encoder == NULL)
    return FALSE;
  opus_encoder_ctl (encoder, OPUS_SET_BITRATE (bitrate));
  opus_encoder_ctl (encoder, OPUS_SET_VBR (1));
  opus_encoder_ctl (encoder, OPUS_SET_DTX (1));
  opus_encoder_ctl (encoder, OPUS_SET_SIGNAL (OPUS_SIGNAL_VOICE));
  for (gsize at = 0; at < n && fits; at += LAN_NOTE_PACKET_SAMPLES) {
    gsize here = MIN (n - at, (gsize) LAN_NOTE_PACKET_SAMPLES);
    int len;

    memset (last, 0, sizeof last);
    memcpy (last, pcm + at, here * sizeof *pcm);
    len = opus_encode (encoder, last, LAN_NOTE_PACKET_SAMPLES, packet, sizeof packet);
    fits = len > 0 && out->len + 2 + (gsize) len <= max;
    if (fits) {
      const guint8 head[] = { (guint8) len, (guint8) (len >> 8) };

      g_byte_array_append (out, head, sizeof head);
      g_byte_array_append (out, packet, (guint) len);
    }
  }
  opus_encoder_destroy (encoder);
  return fits;
}

GBytes *
lan_note_encode (const gint16 *pcm, gsize n, gsize max)
{
  gint64 bits = (gint64) max * 8 * RATE / (gint64) MAX (n, (gsize) 1);
  int bitrate = (int) CLAMP (bits * 9 / 10, BITRATE_MIN, BITRATE_MAX);

  for (int i = 0; n > 0 && i < TRIES; i++, bitrate = MAX (BITRATE_MIN, bitrate * 4 / 5)) {
    g_autoptr (GByteArray) out = g_byte_array_new ();

    if (encode_at (pcm, n, bitrate, max, out))
      return g_byte_array_free_to_bytes (g_steal_pointer (&out));
  }
  return NULL;
}

GArray *
lan_note_decode (const guint8 *opus, gsize len, gsize max_samples)
{
  GArray *pcm = g_array_new (FALSE, TRUE, sizeof (gint16));
  int error = OPUS_OK;
  OpusDecoder *decoder = opus_decoder_create (RATE, 1, &error);
  gint16 piece[LAN_NOTE_PACKET_SAMPLES];
  gboolean any = FALSE;

  for (gsize at = 0; decoder != NULL && len - at >= 2 && pcm->len < max_samples;) {
    gsize size = (gsize) opus[at] | (gsize) opus[at + 1] << 8;
    int n;

    at += 2;
    if (size == 0 || size > len - at)
      break;
    n = opus_decode (decoder, opus + at, (opus_int32) size, piece, LAN_NOTE_PACKET_SAMPLES, 0);
    at += size;
    any = any || n > 0;
    if (n <= 0) {
      n = LAN_NOTE_PACKET_SAMPLES;
      memset (piece, 0, sizeof piece);
    }
    g_array_append_vals (pcm, piece, (guint) MIN ((gsize) n, max_samples - pcm->len));
  }
  if (decoder != NULL)
    opus_decoder_destroy (decoder);
  if (!any)
    g_array_set_size (pcm, 0);
  return pcm;
}

void
lan_note_peaks (const gint16 *pcm, gsize n, guint8 *peaks, gsize n_peaks)
{
  for (gsize i = 0; i < n_peaks; i++) {
    gsize end = n * (i + 1) / n_peaks;
    int most = 0;

    for (gsize j = n * i / n_peaks; j < end; j++)
      most = MAX (most, ABS ((int) pcm[j]));
    peaks[i] = (guint8) lrint (sqrt ((double) MIN (most, 32767) / 32767) * 255);
  }
}

/* Where, around @ideal, what follows goes best behind the end of @out. */
static gsize
best_place (const gint16 *pcm, gsize n, gsize ideal, const gint16 *tail)
{
  gsize first = ideal > SEARCH ? ideal - SEARCH : 0;
  gsize best = MIN (ideal, n - OVERLAP);
  gint64 most = G_MININT64;

  for (gsize at = first; at <= ideal + SEARCH && at + OVERLAP <= n; at += 8) {
    gint64 sum = 0;

    for (gsize i = 0; i < OVERLAP; i += 4)
      sum += (gint64) pcm[at + i] * tail[i];
    if (sum > most) {
      most = sum;
      best = at;
    }
  }
  return best;
}

GArray *
lan_note_stretch (const gint16 *pcm, gsize n, guint per_mille)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (gint16));
  gsize step = (gsize) (PIECE - OVERLAP) * per_mille / 1000;

  if (per_mille == 1000 || n < PIECE) {
    g_array_append_vals (out, pcm, (guint) n);
    return out;
  }
  g_array_append_vals (out, pcm, PIECE);
  for (gsize ideal = step; ideal + PIECE + SEARCH <= n; ideal += step) {
    gint16 *tail = &g_array_index (out, gint16, out->len - OVERLAP);
    gsize at = best_place (pcm, n, ideal, tail);

    for (gsize i = 0; i < OVERLAP; i++)
      tail[i] = (gint16) ((tail[i] * (gint) (OVERLAP - i) + pcm[at + i] * (gint) i) / OVERLAP);
    g_array_append_vals (out, pcm + at + OVERLAP, PIECE - OVERLAP);
  }
  return out;
}
