/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-send.h"

#include <string.h>

#define PACE_TENTHS        15 /* of the rate */
#define BURST_BYTES        (3 * LAN_MEDIA_PACKET_MAX)
#define REPEAT_SHARE       2 /* a half of the rate, at most, goes into repeats */
#define REPEAT_BURST_LEAST (6 * LAN_MEDIA_PACKET_MAX)
#define REPEAT_GAP_US      15000 /* at least, between two of one piece */
#define RTT_MAX_MS         10000

typedef struct {
  GBytes *bytes; /* NULL: empty */
  LanPicturePiece head;
  gint64 put_us;
  guint sent; /* pieces */
  gint64 repeated_us[LAN_PICTURE_PIECES_MAX];
} Kept;

struct _LanPictureSender {
  guint32 tag;
  guint8 stream;
  gint64 start_us;
  Kept kept[LAN_PICTURE_KEEP];
  guint32 next_number;  /* of the next picture put */
  guint32 next_to_send; /* picture whose pieces go now */
  LanPictureMissing repeats[LAN_PICTURE_REPEATS];
  guint n_repeats, first_repeat;
  guint32 sequence;
  gint64 tokens; /* bytes that may go now; below zero: wait */
  gint64 repeat_tokens;
  gint64 filled_us;
  gsize waiting; /* bytes not sent for the first time */
  gboolean is_screen;
  gboolean wants_key;
  gint64 key_us; /* of the last key picture */
  LanRateControl control;
  LanPictureSendStats stats;
};

LanPictureSender *
lan_picture_sender_new (guint32 tag, guint8 stream, gint64 start_us, gint64 now_us)
{
  LanPictureSender *s = g_new0 (LanPictureSender, 1);

  s->tag = tag;
  s->stream = stream;
  s->start_us = start_us;
  s->filled_us = now_us;
  s->tokens = BURST_BYTES;
  s->repeat_tokens = REPEAT_BURST_LEAST;
  s->wants_key = TRUE;
  s->stats.rtt_us = -1;
  lan_rate_control_init (&s->control, now_us);
  return s;
}

void
lan_picture_sender_free (LanPictureSender *s)
{
  if (s == NULL)
    return;
  for (guint i = 0; i < LAN_PICTURE_KEEP; i++)
    g_clear_pointer (&s->kept[i].bytes, g_bytes_unref);
  g_free (s);
}

void
lan_picture_sender_set_screen (LanPictureSender *s)
{
  s->is_screen = TRUE;
}

static Kept *
find (LanPictureSender *s, guint32 number)
{
  Kept *kept = &s->kept[number % LAN_PICTURE_KEEP];

  return kept->bytes != NULL && kept->head.number == number ? kept : NULL;
}

/* ---- what is put ---- */

gboolean
lan_picture_sender_is_behind (const LanPictureSender *s)
{
  guint64 pace = (guint64) s->control.rate * PACE_TENTHS / 10;

  /* More pictures than are kept would push each other out. */
  return s->waiting * 8 * G_USEC_PER_SEC > pace * LAN_PICTURE_BEHIND_US ||
         s->next_number - s->next_to_send >= LAN_PICTURE_KEEP / 2;
}

gboolean
lan_picture_sender_wants_key (const LanPictureSender *s)
{
  return s->wants_key;
}

gboolean
lan_picture_sender_put (LanPictureSender *s, GBytes *picture, guint width, guint height, guint back,
                        gint64 at_us, gint64 now_us)
{
  gsize len = g_bytes_get_size (picture);
  Kept *kept = &s->kept[s->next_number % LAN_PICTURE_KEEP];

  if (len == 0 || len > LAN_PICTURE_BYTES_MAX || !lan_picture_size_is_good (width, height) ||
      back > LAN_PICTURE_BACK_MAX || back > s->next_number ||
      s->next_number - s->next_to_send >= LAN_PICTURE_KEEP) {
    s->wants_key = TRUE;
    return FALSE;
  }
  if (back == 0) {
    s->wants_key = FALSE;
    s->key_us = now_us;
  }
  g_clear_pointer (&kept->bytes, g_bytes_unref);
  memset (kept, 0, sizeof *kept);
  kept->bytes = g_bytes_ref (picture);
  kept->put_us = now_us;
  kept->head = (LanPicturePiece){ .number = s->next_number++,
                                  .pieces = (guint16) ((len + LAN_PICTURE_PIECE_MAX - 1) /
                                                       LAN_PICTURE_PIECE_MAX),
                                  .codec = LAN_PICTURE_VP8,
                                  .back = (guint8) back,
                                  .width = (guint16) width,
                                  .height = (guint16) height,
                                  .time_ms = (guint32) (MAX (0, at_us - s->start_us) / 1000) };
  s->waiting += len;
  s->stats.pictures++;
  return TRUE;
}

/* ---- what goes ---- */

/* A quarter of a second's worth. */
static gint64
repeat_burst (const LanPictureSender *s)
{
  return MAX (s->control.rate / 32, REPEAT_BURST_LEAST);
}

static void
refill (LanPictureSender *s, gint64 now_us)
{
  gint64 bytes = (gint64) s->control.rate / 8 * MAX (0, now_us - s->filled_us) / G_USEC_PER_SEC;

  if (bytes <= 0)
    return;
  s->filled_us = now_us;
  s->tokens = MIN (s->tokens + bytes * PACE_TENTHS / 10, BURST_BYTES);
  s->repeat_tokens = MIN (s->repeat_tokens + bytes / REPEAT_SHARE, repeat_burst (s));
}

static gsize
write_piece (LanPictureSender *s, const Kept *kept, guint piece, gint64 now_us,
             guint8 out[LAN_MEDIA_PACKET_MAX])
{
  gsize len, from = (gsize) piece * LAN_PICTURE_PIECE_MAX;
  const guint8 *bytes = g_bytes_get_data (kept->bytes, &len);
  LanMediaPacket packet = { .kind = LAN_MEDIA_PICTURE, .stream = s->stream, .tag = s->tag };

  packet.sequence = s->sequence++;
  packet.frame = (guint32) ((now_us - s->start_us) / 1000);
  packet.picture = kept->head;
  packet.picture.piece = (guint16) piece;
  packet.payload = bytes + from;
  packet.len = MIN (len - from, LAN_PICTURE_PIECE_MAX);
  s->stats.packets++;
  s->stats.bytes += packet.len;
  s->tokens -= (gint64) packet.len + LAN_MEDIA_HEADER_BYTES + LAN_PICTURE_HEADER_BYTES;
  return lan_media_packet_encode (&packet, out);
}

static gsize
next_repeat (LanPictureSender *s, gint64 now_us, guint8 out[LAN_MEDIA_PACKET_MAX])
{
  while (s->n_repeats > 0) {
    LanPictureMissing m = s->repeats[s->first_repeat];
    Kept *kept = find (s, m.number);

    s->first_repeat = (s->first_repeat + 1) % LAN_PICTURE_REPEATS;
    s->n_repeats--;
    if (kept == NULL || now_us - kept->put_us > LAN_PICTURE_KEEP_US) {
      s->stats.repeats_refused++;
      continue;
    }
    s->stats.repeats++;
    s->repeat_tokens -= LAN_MEDIA_PACKET_MAX;
    return write_piece (s, kept, m.piece, now_us, out);
  }
  return 0;
}

static gsize
next_new (LanPictureSender *s, gint64 now_us, guint8 out[LAN_MEDIA_PACKET_MAX])
{
  Kept *kept = s->next_to_send != s->next_number ? find (s, s->next_to_send) : NULL;
  guint64 sent_before = s->stats.bytes;
  gsize len;

  if (kept == NULL)
    return 0;
  len = write_piece (s, kept, kept->sent, now_us, out);
  s->waiting -= (gsize) (s->stats.bytes - sent_before);
  if (++kept->sent == kept->head.pieces)
    s->next_to_send++;
  return len;
}

gsize
lan_picture_sender_next (LanPictureSender *s, gint64 now_us, guint8 out[LAN_MEDIA_PACKET_MAX])
{
  gsize len;

  refill (s, now_us);
  if (s->tokens < 0)
    return 0;
  len = next_repeat (s, now_us, out);
  return len > 0 ? len : next_new (s, now_us, out);
}

gint64
lan_picture_sender_due (const LanPictureSender *s)
{
  gint64 bytes_a_second = MAX ((gint64) s->control.rate / 8 * PACE_TENTHS / 10, 1);

  if (s->n_repeats == 0 && s->next_to_send == s->next_number)
    return G_MAXINT64;
  return s->tokens >= 0 ? s->filled_us
                        : s->filled_us + -s->tokens * G_USEC_PER_SEC / bytes_a_second + 500;
}

/* ---- what the other side says ---- */

static void
repeat (LanPictureSender *s, Kept *kept, guint piece, gint64 now_us)
{
  /* What is asked for twice while it is on its way is sent once. */
  gint64 gap_us = MAX (REPEAT_GAP_US, s->stats.rtt_us / 3);

  if (piece >= kept->sent || s->n_repeats == LAN_PICTURE_REPEATS ||
      s->repeat_tokens < (gint64) s->n_repeats * LAN_MEDIA_PACKET_MAX ||
      (kept->repeated_us[piece] != 0 && now_us - kept->repeated_us[piece] < gap_us)) {
    s->stats.repeats_refused++;
    return;
  }
  kept->repeated_us[piece] = now_us;
  s->repeats[(s->first_repeat + s->n_repeats) % LAN_PICTURE_REPEATS] =
      (LanPictureMissing){ kept->head.number, (guint16) piece };
  s->n_repeats++;
}

static void
take_missing (LanPictureSender *s, const LanPictureMissing *m, gint64 now_us)
{
  Kept *kept = find (s, m->number);

  if (kept == NULL)
    s->stats.repeats_refused++;
  else if (m->piece != LAN_PICTURE_WHOLE)
    repeat (s, kept, m->piece, now_us);
  else
    for (guint i = 0; i < kept->sent; i++)
      repeat (s, kept, i, now_us);
}

/* The way has become narrow: what waits was made for a wide one and would only fill it, repeats as well. */
static void
begin_anew (LanPictureSender *s)
{
  for (guint i = 0; i < LAN_PICTURE_KEEP; i++)
    g_clear_pointer (&s->kept[i].bytes, g_bytes_unref);
  s->next_to_send = s->next_number;
  s->waiting = 0;
  s->n_repeats = 0;
  s->wants_key = TRUE;
}

void
lan_picture_sender_report (LanPictureSender *s, const LanPictureReport *report, gint64 now_us)
{
  gint64 rtt_ms =
      (now_us - s->start_us) / 1000 - (gint64) report->echo_ms - (gint64) report->held_ms;

  guint rate_before = s->control.rate;

  if (report->stream != s->stream)
    return;
  refill (s, now_us);
  if (report->received > 0 && rtt_ms >= 0 && rtt_ms <= RTT_MAX_MS)
    s->stats.rtt_us = rtt_ms * 1000;
  lan_rate_control_report (&s->control, report->rate, report->highest, report->received, now_us);
  if (s->control.rate < rate_before / 2 && !s->is_screen)
    begin_anew (s);
  if (report->wants_key) {
    s->stats.keys_asked++;
    if (now_us - s->key_us > LAN_PICTURE_KEY_US + MAX (0, s->stats.rtt_us))
      s->wants_key = TRUE;
  }
  for (guint i = 0; i < report->n_missing; i++)
    take_missing (s, &report->missing[i], now_us);
}

guint
lan_picture_sender_rate (LanPictureSender *s, gint64 now_us)
{
  lan_rate_control_advance (&s->control, now_us);
  return s->control.rate;
}

void
lan_picture_sender_get_stats (const LanPictureSender *s, LanPictureSendStats *stats)
{
  *stats = s->stats;
  stats->loss = s->control.loss;
  stats->rate = s->control.rate;
}
