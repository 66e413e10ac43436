/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-voice.h"

#include <math.h>
#include <opus.h>
#include <string.h>

#define RATE_FULL        32000
#define RATE_STEPS       3
#define FEC_PER_MILLE    30
#define FRAME_SLACK      2
#define RTT_GROWTH_US    150000
#define CLIMB_US         (5 * G_USEC_PER_SEC)
#define DTX_PACKET_BYTES 2 /* what the encoder gives for silence that need not be sent */

struct _LanVoice {
  LanVoiceConfig config;
  OpusEncoder *encoder;
  OpusDecoder *decoder;
  LanJitter jitter;
  gboolean is_muted;
  guint32 sequence;
  gint64 frame; /* spoken last; -1: none */
  gboolean has_newest;
  guint32 newest_clock_ms; /* frame time of their newest packet */
  gint64 newest_at_us;
  gint64 report_due_us;
  guint32 told_highest, told_lost; /* of our last report, for loss_in */
  guint32 their_received, their_lost;
  gint64 least_rtt_us;
  guint rate_step;
  gint64 changed_us;
  LanVoiceStats stats;
};

static const int rates[RATE_STEPS] = { RATE_FULL, 24000, 16000 };

static void
set_rate (LanVoice *voice, guint step, gint64 now_us)
{
  voice->rate_step = step;
  voice->changed_us = now_us;
  voice->stats.bitrate = (guint) rates[step];
  opus_encoder_ctl (voice->encoder, OPUS_SET_BITRATE (rates[step]));
}

LanVoice *
lan_voice_new (const LanVoiceConfig *config)
{
  LanVoice *voice = g_new0 (LanVoice, 1);
  int error = OPUS_OK;

  voice->config = *config;
  voice->encoder = opus_encoder_create (LAN_MEDIA_RATE, 1, OPUS_APPLICATION_VOIP, &error);
  voice->decoder = opus_decoder_create (LAN_MEDIA_RATE, 1, &error);
  if (voice->encoder == NULL || voice->decoder == NULL) {
    lan_voice_free (voice);
    return NULL;
  }
  opus_encoder_ctl (voice->encoder, OPUS_SET_DTX (1));
  opus_encoder_ctl (voice->encoder, OPUS_SET_SIGNAL (OPUS_SIGNAL_VOICE));
  opus_encoder_ctl (voice->encoder, OPUS_SET_COMPLEXITY (5));
  lan_jitter_init (&voice->jitter);
  voice->frame = -1;
  voice->stats.rtt_us = -1;
  voice->least_rtt_us = G_MAXINT64 / 2; /* none yet */
  set_rate (voice, 0, config->start_us);
  return voice;
}

void
lan_voice_free (LanVoice *voice)
{
  if (voice == NULL)
    return;
  g_clear_pointer (&voice->encoder, opus_encoder_destroy);
  g_clear_pointer (&voice->decoder, opus_decoder_destroy);
  g_free (voice);
}

void
lan_voice_set_muted (LanVoice *voice, gboolean is_muted)
{
  voice->is_muted = is_muted;
}

/* 0 to 100, from -60 dB to full. */
static guint
level_of (const gint16 *pcm)
{
  double sum = 0, db;

  for (guint i = 0; i < LAN_MEDIA_FRAME_SAMPLES; i++)
    sum += (double) pcm[i] * pcm[i];
  db = 10 * log10 (sum / LAN_MEDIA_FRAME_SAMPLES / (32768.0 * 32768.0) + 1e-9);
  return (guint) CLAMP (100 + db * 100 / 60, 0, 100);
}

/* A device gives its frames a little early or late: they count on, unless they are far off. */
static gint64
next_frame (LanVoice *voice, gint64 at_us)
{
  gint64 frame = (at_us - voice->config.start_us) / LAN_MEDIA_FRAME_US;

  if (voice->frame >= 0 && ABS (frame - voice->frame - 1) <= FRAME_SLACK)
    frame = voice->frame + 1;
  voice->frame = MAX (frame, voice->frame + 1);
  return voice->frame;
}

gsize
lan_voice_speak (LanVoice *voice, const gint16 *pcm, gint64 at_us, guint8 out[LAN_MEDIA_PACKET_MAX])
{
  guint8 coded[LAN_MEDIA_VOICE_MAX];
  LanMediaPacket packet = { .kind = LAN_MEDIA_VOICE,
                            .stream = voice->config.stream,
                            .tag = voice->config.tag,
                            .sequence = voice->sequence,
                            .payload = coded };
  gint64 frame;
  opus_int32 n;

  voice->stats.level_in = voice->is_muted ? 0 : level_of (pcm);
  if (at_us < voice->config.start_us)
    return 0;
  frame = next_frame (voice, at_us);
  if (voice->is_muted)
    return 0;
  n = opus_encode (voice->encoder, pcm, LAN_MEDIA_FRAME_SAMPLES, coded, sizeof coded);
  if (n <= DTX_PACKET_BYTES)
    return 0;
  packet.frame = (guint32) frame;
  packet.len = (gsize) n;
  voice->sequence++;
  voice->stats.sent++;
  return lan_media_packet_encode (&packet, out);
}

/* ---- what comes ---- */

/* RFC 3550, 6.4.1: their clock that we echoed, less what lay here and there. */
static void
note_rtt (LanVoice *voice, const LanMediaReport *report, gint64 now_us)
{
  gint64 now_ms = (now_us - voice->config.start_us) / 1000;
  gint64 rtt_ms = now_ms - (gint64) report->echo_ms - (gint64) report->held_ms;

  if (report->received == 0 || rtt_ms < 0 || rtt_ms > 10000)
    return;
  voice->stats.rtt_us = rtt_ms * 1000;
  voice->least_rtt_us = MIN (voice->least_rtt_us, voice->stats.rtt_us);
}

static void
adapt (LanVoice *voice, gint64 now_us)
{
  guint loss = voice->stats.loss_out;
  gboolean is_slow = voice->stats.rtt_us > voice->least_rtt_us + RTT_GROWTH_US;

  opus_encoder_ctl (voice->encoder, OPUS_SET_INBAND_FEC (loss >= FEC_PER_MILLE));
  opus_encoder_ctl (voice->encoder, OPUS_SET_PACKET_LOSS_PERC ((int) MIN (loss / 10, 30)));
  if (is_slow && voice->rate_step + 1 < RATE_STEPS && now_us - voice->changed_us > G_USEC_PER_SEC)
    set_rate (voice, voice->rate_step + 1, now_us);
  else if (!is_slow && voice->rate_step > 0 && now_us - voice->changed_us > CLIMB_US)
    set_rate (voice, voice->rate_step - 1, now_us);
}

static void
on_report (LanVoice *voice, const LanMediaReport *report, gint64 now_us)
{
  guint32 received, lost;
  guint loss;

  if (report->stream != voice->config.stream)
    return;
  note_rtt (voice, report, now_us);
  received = report->received - voice->their_received;
  lost = report->lost >= voice->their_lost ? report->lost - voice->their_lost : 0;
  if (received + lost >= 10 && received < 10000 && lost < 10000) {
    loss = lost * 1000 / (received + lost);
    voice->stats.loss_out = (voice->stats.loss_out * 3 + loss) / 4;
    voice->their_received = report->received;
    voice->their_lost = report->lost;
  }
  adapt (voice, now_us);
}

void
lan_voice_take (LanVoice *voice, const guint8 *data, gsize len, gint64 now_us)
{
  LanMediaPacket packet;

  if (lan_media_packet_decode (data, len, &packet) != LAN_STATUS_OK ||
      packet.tag != voice->config.tag)
    return;
  if (packet.kind == LAN_MEDIA_REPORT) {
    on_report (voice, &packet.report, now_us);
    return;
  }
  if (packet.kind != LAN_MEDIA_VOICE)
    return;
  voice->stats.received++;
  lan_jitter_put (&voice->jitter, packet.stream, packet.sequence, packet.frame, packet.payload,
                  packet.len, now_us);
  voice->has_newest = TRUE;
  voice->newest_clock_ms = packet.frame * (LAN_MEDIA_FRAME_US / 1000);
  voice->newest_at_us = now_us;
}

/* ---- what is heard ---- */

static void
decode (LanVoice *voice, const guint8 *data, gsize len, gboolean is_fec, gint16 *pcm)
{
  int n =
      opus_decode (voice->decoder, data, (opus_int32) len, pcm, LAN_MEDIA_FRAME_SAMPLES, is_fec);

  /* A packet of another length, or none at all. */
  if (n < LAN_MEDIA_FRAME_SAMPLES)
    memset (pcm + MAX (n, 0), 0, sizeof *pcm * (gsize) (LAN_MEDIA_FRAME_SAMPLES - MAX (n, 0)));
}

static void
play_lost (LanVoice *voice, const LanJitterOut *out, gint16 *pcm)
{
  if (voice->config.is_unhelped) {
    memset (pcm, 0, LAN_MEDIA_FRAME_SAMPLES * sizeof *pcm);
    return;
  }
  if (out->payload != NULL)
    voice->stats.recovered++;
  decode (voice, out->payload, out->len, out->payload != NULL, pcm);
}

/* The first goes over into the second while they sound together. */
static void
play_melted (LanVoice *voice, const LanJitterOut *out, gint16 *pcm)
{
  gint16 second[LAN_MEDIA_FRAME_SAMPLES];

  decode (voice, out->payload, out->len, FALSE, pcm);
  decode (voice, out->second, out->second_len, FALSE, second);
  for (int i = 0; i < LAN_MEDIA_FRAME_SAMPLES; i++)
    pcm[i] = (gint16) ((pcm[i] * (LAN_MEDIA_FRAME_SAMPLES - i) + second[i] * i) /
                       LAN_MEDIA_FRAME_SAMPLES);
}

void
lan_voice_play (LanVoice *voice, gint16 *pcm, gint64 now_us)
{
  LanJitterOut out;

  lan_jitter_take (&voice->jitter, &out, now_us);
  switch (out.take) {
  case LAN_JITTER_NOTHING:
    memset (pcm, 0, LAN_MEDIA_FRAME_SAMPLES * sizeof *pcm);
    break;
  case LAN_JITTER_VOICE:
    decode (voice, out.payload, out.len, FALSE, pcm);
    break;
  case LAN_JITTER_MELT:
    play_melted (voice, &out, pcm);
    break;
  case LAN_JITTER_LOST:
    play_lost (voice, &out, pcm);
    break;
  case LAN_JITTER_PAUSE:
  case LAN_JITTER_STRETCH:
    decode (voice, NULL, 0, FALSE, pcm);
    break;
  }
  if (voice->stats.first_us == 0 && out.take == LAN_JITTER_VOICE)
    voice->stats.first_us = now_us;
  voice->stats.level_out = level_of (pcm);
}

/* ---- what is told ---- */

static void
note_loss_in (LanVoice *voice)
{
  guint32 lost = lan_jitter_lost (&voice->jitter), highest = voice->jitter.highest;
  guint32 sent = highest - voice->told_highest;
  guint32 missed = lost > voice->told_lost ? lost - voice->told_lost : 0;

  if (sent == 0 || sent > 10000)
    missed = 0;
  else
    voice->stats.loss_in = (voice->stats.loss_in * 3 + MIN (missed, sent) * 1000 / sent) / 4;
  voice->told_highest = highest;
  voice->told_lost = lost;
}

gsize
lan_voice_report (LanVoice *voice, gint64 now_us, guint8 out[LAN_MEDIA_PACKET_MAX])
{
  const LanJitter *j = &voice->jitter;
  LanMediaPacket packet = { .kind = LAN_MEDIA_REPORT,
                            .stream = voice->config.stream,
                            .tag = voice->config.tag };

  if (now_us < voice->report_due_us)
    return 0;
  voice->report_due_us = now_us + LAN_VOICE_REPORT_US;
  note_loss_in (voice);
  packet.frame = (guint32) ((now_us - voice->config.start_us) / 1000);
  packet.report = (LanMediaReport){
    .stream = j->stream,
    .highest = j->highest,
    .received = j->received,
    .lost = lan_jitter_lost (j),
    .jitter_us = (guint32) CLAMP (j->jitter_us, 0, G_MAXINT32),
    .echo_ms = voice->newest_clock_ms,
    .held_ms = voice->has_newest ? (guint32) ((now_us - voice->newest_at_us) / 1000) : 0
  };
  return lan_media_packet_encode (&packet, out);
}

void
lan_voice_get_stats (const LanVoice *voice, LanVoiceStats *stats)
{
  *stats = voice->stats;
  stats->lost = lan_jitter_lost (&voice->jitter);
  stats->late = (guint64) voice->jitter.late;
  stats->concealed = (guint64) voice->jitter.concealed;
  stats->jitter_us = voice->jitter.jitter_us;
  stats->wait_us = lan_jitter_wait_us (&voice->jitter);
}
