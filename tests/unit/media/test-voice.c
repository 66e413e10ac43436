/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The jitter buffer and the voice of both ends, under a clock and over a network of this file's. */
#include "test-media.h"

#include "lan-random.h"
#include "lan-voice.h"

#include <math.h>
#include <string.h>

#define MS     1000
#define FRAMES 1000

/* ---- the jitter buffer ---- */

static void
put (LanJitter *j, guint32 n, gint64 at_us)
{
  guint8 payload[2] = { (guint8) n, (guint8) (n >> 8) };

  lan_jitter_put (j, 0, n, n, payload, sizeof payload, at_us);
}

/* Packets in time, with a jitter of up to @spread: all are played, in order, soon. */
static void
test_jitter_adapts (void)
{
  for (gint64 spread = 0; spread <= 80 * MS; spread += 20 * MS) {
    LanSeededRandom random;
    LanJitter j;
    gint64 due[FRAMES];
    guint played = 0, missed = 0;

    lan_seeded_random_init (&random, 7);
    lan_jitter_init (&j);
    for (guint i = 0; i < FRAMES; i++) {
      due[i] = i * 20 * MS + 50 * MS +
               (spread > 0 ? lan_random_below (&random.base, (guint32) spread) : 0);
      if (i > 0) /* no overtaking */
        due[i] = MAX (due[i], due[i - 1]);
    }
    for (guint t = 0, next = 0; t < FRAMES * 4; t++) {
      gint64 now = (gint64) t * 5 * MS;
      LanJitterOut out;

      for (; next < FRAMES && due[next] <= now; next++)
        put (&j, next, now);
      if (t % 4 != 0)
        continue;
      lan_jitter_take (&j, &out, now);
      played += (out.take == LAN_JITTER_VOICE) + 2 * (out.take == LAN_JITTER_MELT);
      missed += t > FRAMES && out.take == LAN_JITTER_LOST;
    }
    g_test_message ("spread %d ms: played %u, missed %u, late %d, wait %d ms", (int) (spread / MS),
                    played, missed, (int) j.late, (int) (j.target_us / MS));
    g_assert_cmpuint (played + (guint) j.late + 10, >=, FRAMES - 10);
    g_assert_cmpuint (missed, <=, FRAMES * 6 / 100);
    g_assert_cmpint (j.target_us, <=, spread + 35 * MS);
  }
}

static void
test_jitter_hostile (void)
{
  const guint32 frames[] = { 0, 5, 4, 5, 0xffffffff, 0x7fffffff, 0, 100000, 99999, 0x80000000, 3 };
  guint8 payload[1] = { 1 };
  LanJitter j;
  LanJitterOut out;

  lan_jitter_init (&j);
  lan_jitter_take (&j, &out, 0);
  g_assert_cmpint (out.take, ==, LAN_JITTER_NOTHING);
  g_assert_false (lan_jitter_put (&j, 0, 0, 0, payload, 0, 0));
  g_assert_false (lan_jitter_put (&j, 0, 0, 0, payload, LAN_JITTER_PAYLOAD_MAX + 1, 0));
  for (gint64 now = 0; now < 20000 * MS; now += 20 * MS) {
    guint32 frame = frames[(now / (20 * MS)) % G_N_ELEMENTS (frames)];

    lan_jitter_put (&j, (guint8) (now / (1000 * MS)), frame * 3, frame, payload, 1, now);
    lan_jitter_take (&j, &out, now);
    g_assert_cmpint (j.target_us, <=, LAN_JITTER_MAX_US);
  }
  /* What an older stream still had under way is not heard; seen twice is heard once. */
  lan_jitter_init (&j);
  g_assert_true (lan_jitter_put (&j, 2, 0, 10, payload, 1, 0));
  g_assert_false (lan_jitter_put (&j, 2, 0, 10, payload, 1, 0));
  g_assert_false (lan_jitter_put (&j, 1, 9, 11, payload, 1, 0));
  g_assert_true (lan_jitter_put (&j, 3, 0, 12, payload, 1, 0));
}

/* ---- voice ---- */

typedef struct {
  LanVoice *ends[2];
  LanSeededRandom random;
  gint64 now;
  guint loss; /* percent */
  GQueue under_way[2];
  gint64 delay;
} Line;

typedef struct {
  gint64 due;
  gsize len;
  guint8 bytes[LAN_MEDIA_PACKET_MAX];
} Flying;

static void
line_init (Line *line, guint loss, gboolean is_unhelped)
{
  LanVoiceConfig config = { .tag = 5, .start_us = 0, .is_unhelped = is_unhelped };

  memset (line, 0, sizeof *line);
  line->loss = loss;
  line->delay = 30 * MS;
  lan_seeded_random_init (&line->random, 3);
  for (guint i = 0; i < 2; i++) {
    line->ends[i] = lan_voice_new (&config);
    g_queue_init (&line->under_way[i]);
  }
}

static void
line_clear (Line *line)
{
  for (guint i = 0; i < 2; i++) {
    lan_voice_free (line->ends[i]);
    g_queue_clear_full (&line->under_way[i], g_free);
  }
}

static void
fly (Line *line, guint from, const guint8 *bytes, gsize len)
{
  Flying *f;

  if (len == 0 || lan_random_below (&line->random.base, 100) < line->loss)
    return;
  f = g_new0 (Flying, 1);
  f->due = line->now + line->delay;
  f->len = len;
  memcpy (f->bytes, bytes, len);
  g_queue_push_tail (&line->under_way[from], f);
}

/* A voice of syllables: what is spoken in frame @n. */
static void
sing (guint n, gint16 *pcm)
{
  for (guint i = 0; i < LAN_MEDIA_FRAME_SAMPLES; i++) {
    double t = n * 0.02 + i / 48000.0;
    double swell = 0.55 + 0.45 * sin (2 * G_PI * 4 * t);

    pcm[i] = (gint16) (6000 * swell * (sin (2 * G_PI * 150 * t) + 0.5 * sin (2 * G_PI * 300 * t)));
  }
}

static void
step (Line *line, guint n, gint16 *heard)
{
  gint16 pcm[LAN_MEDIA_FRAME_SAMPLES];
  guint8 out[LAN_MEDIA_PACKET_MAX];

  line->now = (gint64) (n + 1) * LAN_MEDIA_FRAME_US;
  for (guint i = 0; i < 2; i++) {
    Flying *f;

    sing (n, pcm);
    fly (line, i, out, lan_voice_speak (line->ends[i], pcm, line->now - LAN_MEDIA_FRAME_US, out));
    while ((f = g_queue_peek_head (&line->under_way[1 - i])) != NULL && f->due <= line->now) {
      lan_voice_take (line->ends[i], f->bytes, f->len, line->now);
      g_free (g_queue_pop_head (&line->under_way[1 - i]));
    }
    lan_voice_play (line->ends[i], i == 0 ? heard : pcm, line->now);
    fly (line, i, out, lan_voice_report (line->ends[i], line->now, out));
  }
}

/* How many frames of a run have less than half of the sound that belongs in them. */
static guint
count_holes (guint loss, gboolean is_unhelped, LanVoiceStats *stats)
{
  guint holes = 0;
  Line line;

  line_init (&line, loss, is_unhelped);
  for (guint n = 0; n < FRAMES; n++) {
    gint16 heard[LAN_MEDIA_FRAME_SAMPLES];
    double power = 0;

    step (&line, n, heard);
    for (guint i = 0; i < LAN_MEDIA_FRAME_SAMPLES; i++)
      power += (double) heard[i] * heard[i];
    holes += n > 50 && sqrt (power / LAN_MEDIA_FRAME_SAMPLES) < 250;
  }
  lan_voice_get_stats (line.ends[0], stats);
  line_clear (&line);
  return holes;
}

static void
test_voice_loss (void)
{
  LanVoiceStats stats;
  guint holes, unhelped;

  holes = count_holes (0, FALSE, &stats);
  g_assert_cmpuint (holes, ==, 0);
  g_assert_cmpuint (stats.lost, ==, 0);
  g_assert_cmpuint (stats.loss_in, ==, 0);
  g_assert_cmpint (stats.rtt_us, >=, 50 * MS);
  g_assert_cmpint (stats.rtt_us, <=, 120 * MS);
  g_assert_cmpint (stats.first_us, >, 0);
  g_assert_cmpint (stats.wait_us, <=, 40 * MS);
  holes = count_holes (10, FALSE, &stats);
  g_test_message ("10%% loss: lost %u, recovered %u, concealed %u, in %u out %u per mille",
                  (guint) stats.lost, (guint) stats.recovered, (guint) stats.concealed,
                  stats.loss_in, stats.loss_out);
  g_assert_cmpuint (stats.lost, >, 50);
  g_assert_cmpuint (stats.recovered, >, 0);
  g_assert_cmpuint (stats.loss_in, >, 30);
  g_assert_cmpuint (stats.loss_out, >, 30);
  unhelped = count_holes (10, TRUE, &stats);
  g_test_message ("holes with help %u, without %u", holes, unhelped);
  g_assert_cmpuint (unhelped, >, 50);
  g_assert_cmpuint (holes * 5, <, unhelped);
}

static void
test_voice_muted (void)
{
  gint16 heard[LAN_MEDIA_FRAME_SAMPLES];
  LanVoiceStats before, after;
  Line line;

  line_init (&line, 0, FALSE);
  for (guint n = 0; n < 100; n++)
    step (&line, n, heard);
  lan_voice_get_stats (line.ends[1], &before);
  lan_voice_set_muted (line.ends[1], TRUE);
  for (guint n = 100; n < 500; n++)
    step (&line, n, heard);
  lan_voice_get_stats (line.ends[1], &after);
  g_assert_cmpuint (before.sent, ==, after.sent);
  g_assert_cmpuint (after.level_in, ==, 0);
  lan_voice_set_muted (line.ends[1], FALSE); /* longer than the buffer: it begins anew */
  for (guint n = 500; n < 600; n++)
    step (&line, n, heard);
  lan_voice_get_stats (line.ends[0], &after);
  g_assert_cmpuint (after.level_out, >, 20);
  g_assert_cmpuint (after.lost, ==, 0);
  line_clear (&line);
}

/* A path that fills up makes the rate step down, and up again when it is free. */
static void
test_voice_rate (void)
{
  gint16 heard[LAN_MEDIA_FRAME_SAMPLES];
  LanVoiceStats stats;
  Line line;

  line_init (&line, 0, FALSE);
  for (guint n = 0; n < 2000; n++) {
    line.delay = n > 200 && n < 800 ? 200 * MS : 30 * MS;
    step (&line, n, heard);
    if (n == 790) {
      lan_voice_get_stats (line.ends[0], &stats);
      g_assert_cmpuint (stats.bitrate, ==, 16000);
    }
  }
  lan_voice_get_stats (line.ends[0], &stats);
  g_assert_cmpuint (stats.bitrate, ==, 32000);
  line_clear (&line);
}

static void
test_voice_hostile (void)
{
  LanVoiceConfig config = { .tag = 5 };
  g_autoptr (LanVoice) voice = lan_voice_new (&config);
  LanSeededRandom random;
  gint16 pcm[LAN_MEDIA_FRAME_SAMPLES];

  lan_seeded_random_init (&random, 11);
  for (guint i = 0; i < 3000; i++) {
    guint8 junk[200];
    LanMediaPacket packet = { .kind = i % 5 == 0 ? LAN_MEDIA_REPORT : LAN_MEDIA_VOICE,
                              .tag = i % 7 == 0 ? 6 : 5,
                              .sequence = i,
                              .frame = i % 11 == 0 ? lan_random_u32 (&random.base) : i,
                              .payload = junk };
    guint8 out[LAN_MEDIA_PACKET_MAX];
    gsize len;

    lan_random_bytes (&random.base, junk, sizeof junk);
    lan_random_bytes (&random.base, &packet.report, sizeof packet.report);
    packet.len = 1 + lan_random_below (&random.base, sizeof junk - 1);
    len = lan_media_packet_encode (&packet, out);
    lan_voice_take (voice, out, len, (gint64) i * LAN_MEDIA_FRAME_US);
    lan_voice_take (voice, junk, packet.len, (gint64) i * LAN_MEDIA_FRAME_US);
    lan_voice_play (voice, pcm, (gint64) i * LAN_MEDIA_FRAME_US);
    lan_voice_report (voice, (gint64) i * LAN_MEDIA_FRAME_US, out);
  }
}

void
test_voice_add (void)
{
  g_test_add_func ("/voice/jitter/adapts", test_jitter_adapts);
  g_test_add_func ("/voice/jitter/hostile", test_jitter_hostile);
  g_test_add_func ("/voice/loss", test_voice_loss);
  g_test_add_func ("/voice/muted", test_voice_muted);
  g_test_add_func ("/voice/rate", test_voice_rate);
  g_test_add_func ("/voice/hostile", test_voice_hostile);
}
