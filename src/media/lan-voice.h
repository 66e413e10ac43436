/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Voice of one call without devices or network: frames of 20 ms of sound become packets, packets
 * become frames. Opus, 48 kHz, one channel, with pauses not sent (DTX) and losses concealed. Which
 * repair is used follows the other side's reports: below 3 % of loss concealing alone, above that
 * each packet also carries the one before it (Opus in-band FEC; it costs no time here, because a lost
 * frame is only repaired when the next one has come in time). Rate: 32 kbit/s, stepped down to 24 and
 * 16 when the round trip grows by more than 150 ms over its least, and up again after 5 s without.
 * Time is given; memory is bounded. One thread.
 */
#pragma once

#include "lan-jitter.h"
#include "lan-media-packet.h"

G_BEGIN_DECLS

#define LAN_VOICE_REPORT_US 200000

typedef struct {
  guint32 tag;
  guint8 stream;
  gint64 start_us;      /* of the call: frame 0 */
  gboolean is_unhelped; /* losses stay gaps: for measuring what concealing is worth */
} LanVoiceConfig;

typedef struct {
  guint64 sent, received;
  guint64 lost;      /* theirs, on the way to us */
  guint64 late;      /* came after their time */
  guint64 concealed; /* frames */
  guint64 recovered; /* of those from the next packet */
  gint64 jitter_us;
  gint64 wait_us;  /* in the jitter buffer */
  gint64 rtt_us;   /* -1: not known */
  guint loss_out;  /* per mille of ours that the other side missed lately */
  guint loss_in;   /* per mille of theirs that we missed lately */
  guint bitrate;   /* ours, bit/s */
  gint64 first_us; /* when the first frame of theirs was played; 0: none yet */
  guint level_in;  /* 0 to 100, of the last frames */
  guint level_out;
} LanVoiceStats;

typedef struct _LanVoice LanVoice;

/** NULL: no memory for the codec. */
LanVoice *lan_voice_new (const LanVoiceConfig *config) G_GNUC_WARN_UNUSED_RESULT;
void lan_voice_free (LanVoice *voice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanVoice, lan_voice_free)

/** Nothing is sent while muted; the other side hears a pause. */
void lan_voice_set_muted (LanVoice *voice, gboolean is_muted);

/**
 * LAN_MEDIA_FRAME_SAMPLES of sound that began at @at_us.
 * Returns: bytes of the packet in @out, 0: nothing is to be sent.
 */
gsize lan_voice_speak (LanVoice *voice, const gint16 *pcm, gint64 at_us,
                       guint8 out[LAN_MEDIA_PACKET_MAX]);

/** A packet that the gate let through. */
void lan_voice_take (LanVoice *voice, const guint8 *data, gsize len, gint64 now_us);

/** The LAN_MEDIA_FRAME_SAMPLES to be heard from @now_us on. */
void lan_voice_play (LanVoice *voice, gint16 *pcm, gint64 now_us);

/** What the other side is to be told; bytes in @out, 0: not now. Call it every frame. */
gsize lan_voice_report (LanVoice *voice, gint64 now_us, guint8 out[LAN_MEDIA_PACKET_MAX]);

void lan_voice_get_stats (const LanVoice *voice, LanVoiceStats *stats);

G_END_DECLS
