/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-receive.h"

#include "lan-picture-pace.h"

#include <string.h>

#define MS             ((gint64) 1000)
#define REORDER_US     (8 * MS)  /* what is missing may just be late */
#define TAIL_US        (45 * MS) /* the last pieces have nothing behind them that tells */
#define ASK_GAP_US     (30 * MS)
#define REPORT_GAP_US  (10 * MS)
#define PATIENCE_LEAST (250 * MS)
#define PATIENCE_MOST  (600 * MS)
#define PATIENCE_LARGE (5000 * MS)
#define RTT_GUESS_US   (60 * MS)

typedef struct {
  gboolean is_used; /* expected, or here in part */
  gboolean has_head;
  guint32 number;
  LanPicturePiece head;
  guint8 *bytes;
  gsize len; /* known with the last piece */
  guint got;
  guint furthest;    /* piece behind the last one that came */
  gint64 noticed_us; /* that there is such a picture */
  gint64 touched_us; /* a piece came */
  gint64 hole_us;    /* something was seen missing; 0: nothing was */
  gint64 ready_us;   /* whole, and what it needs was given out; 0: not */
  gint64 asked_us[LAN_PICTURE_PIECES_MAX];
  guint8 tries[LAN_PICTURE_PIECES_MAX];
  guint8 has[LAN_PICTURE_PIECES_MAX];
} Slot;

struct _LanPictureReceiver {
  guint32 tag;
  gint64 start_us;
  gboolean is_started;
  guint8 stream;
  guint32 next;                      /* number to be given out next */
  guint32 newest;                    /* greatest number seen */
  gboolean is_lost;                  /* nothing but a key picture can be decoded */
  guint64 given[LAN_PICTURE_WINDOW]; /* number + 1 of pictures given out */
  Slot slots[LAN_PICTURE_WINDOW];
  gsize held; /* bytes in the slots */
  guint8 *out;
  guint32 highest, first_sequence, received;
  guint32 newest_clock_ms;
  gint64 newest_at_us;
  gint64 rtt_us;
  gint64 reported_us;
  gint64 shown_us;   /* 0: none of this stream */
  gboolean told_key; /* of the present need */
  LanPicturePace pace;
  LanRateSensor sensor;
  LanPictureReceiveStats stats;
};

LanPictureReceiver *
lan_picture_receiver_new (guint32 tag, gint64 start_us)
{
  LanPictureReceiver *r = g_new0 (LanPictureReceiver, 1);

  r->tag = tag;
  r->start_us = start_us;
  r->rtt_us = -1;
  lan_picture_pace_init (&r->pace);
  lan_rate_sensor_init (&r->sensor);
  return r;
}

static void
slot_clear (LanPictureReceiver *r, Slot *slot)
{
  if (slot->bytes != NULL)
    r->held -= (gsize) slot->head.pieces * LAN_PICTURE_PIECE_MAX;
  g_free (slot->bytes);
  memset (slot, 0, sizeof *slot);
}

void
lan_picture_receiver_free (LanPictureReceiver *r)
{
  if (r == NULL)
    return;
  for (guint i = 0; i < LAN_PICTURE_WINDOW; i++)
    slot_clear (r, &r->slots[i]);
  g_free (r->out);
  g_free (r);
}

static Slot *
slot_of (LanPictureReceiver *r, guint32 number)
{
  return &r->slots[number % LAN_PICTURE_WINDOW];
}

static void
lose (LanPictureReceiver *r)
{
  r->is_lost = TRUE;
  r->told_key = FALSE;
  memset (r->given, 0, sizeof r->given);
}

void
lan_picture_receiver_broken (LanPictureReceiver *r)
{
  if (!r->is_lost)
    lose (r);
}

void
lan_picture_receiver_set_rtt (LanPictureReceiver *r, gint64 rtt_us)
{
  r->rtt_us = rtt_us;
}

/* ---- what comes ---- */

/* The sender has begun anew. */
static void
begin (LanPictureReceiver *r, const LanMediaPacket *packet)
{
  for (guint i = 0; i < LAN_PICTURE_WINDOW; i++)
    slot_clear (r, &r->slots[i]);
  memset (r->given, 0, sizeof r->given);
  r->is_started = TRUE;
  r->stream = packet->stream;
  r->next = packet->picture.number;
  r->is_lost = r->told_key = FALSE;
  if (r->next < LAN_PICTURE_WINDOW / 2) /* the begin may come after this one */
    r->next = 0;
  r->newest = r->next;
  r->highest = r->first_sequence = packet->sequence;
  r->received = 0;
  r->shown_us = 0;
  lan_picture_pace_init (&r->pace);
  lan_rate_sensor_init (&r->sensor);
}

/* Up to @number there are pictures, whatever of them has come. */
static void
notice (LanPictureReceiver *r, guint32 number, gint64 now_us)
{
  guint32 from = MAX (r->next, r->newest);

  for (guint32 n = r->next; n != number; n++) {
    Slot *slot = slot_of (r, n);

    if (slot->is_used && slot->hole_us == 0 && (!slot->has_head || slot->got < slot->head.pieces))
      slot->hole_us = now_us;
  }
  for (guint32 n = from; n <= number; n++) {
    Slot *slot = slot_of (r, n);

    if (slot->is_used)
      continue;
    slot->is_used = TRUE;
    slot->number = n;
    slot->noticed_us = slot->touched_us = now_us;
    slot->hole_us = n != number ? now_us : 0;
  }
  r->newest = MAX (r->newest, number);
}

/* Room for @number: what is far behind it cannot be shown any more. */
static void
slide (LanPictureReceiver *r, guint32 number)
{
  guint32 wanted = number - (LAN_PICTURE_WINDOW - 1);

  if (number - r->next < LAN_PICTURE_WINDOW)
    return;
  for (guint32 i = 0; i < MIN (wanted - r->next, LAN_PICTURE_WINDOW); i++) {
    Slot *slot = slot_of (r, r->next + i);

    r->stats.left_out += slot->is_used;
    slot_clear (r, slot);
  }
  r->next = wanted;
  r->newest = MAX (r->newest, wanted);
  if (!r->is_lost)
    lose (r);
}

static gboolean
take_head (LanPictureReceiver *r, Slot *slot, const LanPicturePiece *p)
{
  gsize size = (gsize) p->pieces * LAN_PICTURE_PIECE_MAX;

  if (slot->has_head)
    return slot->head.pieces == p->pieces && slot->head.back == p->back &&
           slot->head.width == p->width && slot->head.height == p->height &&
           slot->head.time_ms == p->time_ms;
  if (r->held + size > LAN_PICTURE_HOLD_MAX)
    return FALSE;
  slot->bytes = g_malloc (size);
  r->held += size;
  slot->head = *p;
  slot->has_head = TRUE;
  return TRUE;
}

static void
take_piece (LanPictureReceiver *r, const LanMediaPacket *packet, gint64 now_us)
{
  const LanPicturePiece *p = &packet->picture;
  Slot *slot = slot_of (r, p->number);

  if (!take_head (r, slot, p) || slot->has[p->piece]) {
    r->stats.refused++;
    return;
  }
  memcpy (slot->bytes + (gsize) p->piece * LAN_PICTURE_PIECE_MAX, packet->payload, packet->len);
  slot->has[p->piece] = 1;
  slot->got++;
  slot->touched_us = now_us;
  r->stats.repaired += slot->asked_us[p->piece] != 0;
  if (p->piece > slot->furthest && slot->hole_us == 0)
    slot->hole_us = now_us;
  slot->furthest = MAX (slot->furthest, p->piece + 1U);
  if (p->piece + 1 == p->pieces)
    slot->len = (gsize) p->piece * LAN_PICTURE_PIECE_MAX + packet->len;
  if (slot->got == p->pieces)
    lan_picture_pace_whole (&r->pace, slot->head.time_ms, now_us);
}

static void
count (LanPictureReceiver *r, const LanMediaPacket *packet, gint64 now_us)
{
  gsize bytes = packet->len + LAN_MEDIA_HEADER_BYTES + LAN_PICTURE_HEADER_BYTES;

  r->received++;
  r->stats.packets++;
  r->stats.bytes += bytes;
  if ((gint32) (packet->sequence - r->highest) >= 0) {
    r->highest = packet->sequence;
    r->newest_clock_ms = packet->frame;
    r->newest_at_us = now_us;
  }
  lan_rate_sensor_packet (&r->sensor, packet->sequence, packet->frame, bytes, now_us);
}

void
lan_picture_receiver_take (LanPictureReceiver *r, const LanMediaPacket *packet, gint64 now_us)
{
  guint8 ahead = (guint8) (packet->stream - r->stream);

  if (!r->is_started || (ahead > 0 && ahead < 128))
    begin (r, packet);
  else if (ahead != 0)
    return;
  count (r, packet, now_us);
  if (packet->picture.number < r->next) {
    r->stats.refused++;
    return;
  }
  slide (r, packet->picture.number);
  notice (r, packet->picture.number, now_us);
  take_piece (r, packet, now_us);
}

/* ---- what is given out ---- */

static gboolean
is_whole (const Slot *slot)
{
  return slot->is_used && slot->has_head && slot->got == slot->head.pieces;
}

static gboolean
was_given (const LanPictureReceiver *r, guint32 number)
{
  return r->given[number % LAN_PICTURE_WINDOW] == (guint64) number + 1;
}

static gboolean
is_ready (LanPictureReceiver *r, Slot *slot, gint64 now_us)
{
  if (!is_whole (slot) ||
      (slot->head.back != 0 && (r->is_lost || !was_given (r, slot->number - slot->head.back))))
    return FALSE;
  if (slot->ready_us == 0)
    slot->ready_us = now_us;
  return TRUE;
}

static gint64
patience (const LanPictureReceiver *r)
{
  gint64 rtt_us = r->rtt_us >= 0 ? r->rtt_us : RTT_GUESS_US;

  return CLAMP (4 * rtt_us + 100 * MS, PATIENCE_LEAST, PATIENCE_MOST);
}

/* What can never be decoded, or has taken too long, goes; then what follows stands first. */
static gboolean
may_leave_out (LanPictureReceiver *r, const Slot *slot, gint64 now_us)
{
  if (slot->has_head && slot->head.back != 0) {
    guint32 needed = slot->number - slot->head.back;

    if (r->is_lost || (needed < r->next && !was_given (r, needed)))
      return TRUE;
  }
  /* Whose pieces still come is large, a page of text for one, and would be so again. */
  return !is_whole (slot) && now_us - slot->noticed_us > patience (r) &&
         (now_us - slot->touched_us > patience (r) / 2 ||
          now_us - slot->noticed_us > PATIENCE_LARGE);
}

static void
leave_out (LanPictureReceiver *r)
{
  slot_clear (r, slot_of (r, r->next));
  r->next++;
  r->stats.left_out++;
  if (!r->is_lost)
    lose (r);
}

static void
note_shown (LanPictureReceiver *r, gint64 now_us)
{
  gint64 gap_us = r->shown_us > 0 ? now_us - r->shown_us : 0;

  r->stats.shown++;
  r->stats.freezes += gap_us > LAN_PICTURE_FREEZE_US;
  r->stats.longest_us = MAX (r->stats.longest_us, gap_us);
  r->shown_us = now_us;
}

static void
give (LanPictureReceiver *r, Slot *slot, gint64 now_us, LanPictureOut *out)
{
  guint32 number = slot->number;

  lan_picture_pace_given (&r->pace, slot->head.time_ms, slot->ready_us);
  g_free (r->out);
  r->out = g_steal_pointer (&slot->bytes);
  r->held -= (gsize) slot->head.pieces * LAN_PICTURE_PIECE_MAX;
  *out = (LanPictureOut){ .number = number,
                          .bytes = r->out,
                          .len = slot->len,
                          .width = slot->head.width,
                          .height = slot->head.height,
                          .is_key = slot->head.back == 0,
                          .time_ms = slot->head.time_ms };
  r->stats.width = out->width;
  r->stats.height = out->height;
  for (; r->next != number; r->next++) {
    slot_clear (r, slot_of (r, r->next));
    r->stats.left_out++;
  }
  slot_clear (r, slot);
  r->next = number + 1;
  r->is_lost = FALSE;
  r->given[number % LAN_PICTURE_WINDOW] = (guint64) number + 1;
  note_shown (r, now_us);
}

gboolean
lan_picture_receiver_next (LanPictureReceiver *r, gint64 now_us, LanPictureOut *out)
{
  while (r->is_started && r->next <= r->newest && slot_of (r, r->next)->is_used &&
         may_leave_out (r, slot_of (r, r->next), now_us))
    leave_out (r);
  for (guint32 n = r->next; r->is_started && n <= r->newest; n++) {
    Slot *slot = slot_of (r, n);

    if (!is_ready (r, slot, now_us))
      continue;
    if (lan_picture_pace_due (&r->pace, slot->head.time_ms, slot->ready_us) > now_us)
      return FALSE;
    give (r, slot, now_us, out);
    return TRUE;
  }
  return FALSE;
}

/* ---- what is told ---- */

/* Who was lost twice is asked for more often: its time runs out. */
static gboolean
may_ask (const LanPictureReceiver *r, const Slot *slot, guint piece, gint64 now_us)
{
  gint64 asked_us = slot->asked_us[piece];
  gint64 gap_us = MAX (ASK_GAP_US, slot->tries[piece] == 1 ? r->rtt_us + 15 * MS : r->rtt_us / 2);
  gboolean is_hole = slot->hole_us != 0 && now_us - slot->hole_us >= REORDER_US &&
                     (piece < slot->furthest || slot->number < r->newest);

  if (!is_hole && now_us - slot->touched_us < TAIL_US)
    return FALSE;
  return asked_us == 0 || now_us - asked_us > gap_us;
}

static void
ask (LanPictureReceiver *r, Slot *slot, guint piece, gint64 now_us, LanPictureReport *report)
{
  if (report->n_missing == LAN_PICTURE_MISSING_MAX || !may_ask (r, slot, piece, now_us))
    return;
  slot->asked_us[piece] = now_us;
  slot->tries[piece] = (guint8) MIN (slot->tries[piece] + 1, G_MAXUINT8);
  r->stats.asked++;
  report->missing[report->n_missing++] =
      (LanPictureMissing){ slot->number, slot->has_head ? (guint16) piece : LAN_PICTURE_WHOLE };
}

static void
collect (LanPictureReceiver *r, gint64 now_us, LanPictureReport *report)
{
  for (guint32 n = r->next; r->is_started && n <= r->newest; n++) {
    Slot *slot = slot_of (r, n);

    if (!slot->is_used || (r->is_lost && slot->has_head && slot->head.back != 0))
      continue;
    if (!slot->has_head)
      ask (r, slot, 0, now_us, report);
    for (guint i = 0; slot->has_head && i < slot->head.pieces; i++) {
      if (!slot->has[i])
        ask (r, slot, i, now_us, report);
    }
  }
}

gsize
lan_picture_receiver_report (LanPictureReceiver *r, guint8 stream, gint64 now_us,
                             guint8 out[LAN_MEDIA_PACKET_MAX])
{
  LanMediaPacket packet = { .kind = LAN_MEDIA_PICTURE_REPORT, .stream = stream, .tag = r->tag };
  LanPictureReport *report = &packet.picture_report;
  gboolean is_news = r->is_lost && !r->told_key;

  if (!r->is_started || now_us - r->reported_us < REPORT_GAP_US)
    return 0;
  lan_rate_sensor_advance (&r->sensor, r->rtt_us, now_us);
  collect (r, now_us, report);
  if (!is_news && report->n_missing == 0 && now_us - r->reported_us < LAN_PICTURE_REPORT_US)
    return 0;
  r->reported_us = now_us;
  r->stats.keys_asked += is_news;
  r->told_key |= r->is_lost;
  packet.frame = (guint32) ((now_us - r->start_us) / MS);
  report->stream = r->stream;
  report->wants_key = r->is_lost;
  report->highest = r->highest;
  report->received = r->received;
  report->rate = r->sensor.rate;
  report->echo_ms = r->newest_clock_ms;
  report->held_ms = (guint32) ((now_us - r->newest_at_us) / MS);
  return lan_media_packet_encode (&packet, out);
}

void
lan_picture_receiver_get_stats (const LanPictureReceiver *r, LanPictureReceiveStats *stats)
{
  guint32 sent = r->highest - r->first_sequence + 1;

  *stats = r->stats;
  stats->lost = r->is_started && sent > r->received ? sent - r->received : 0;
  stats->wait_us = r->pace.wait_us;
  stats->queue_us = r->sensor.queue_us;
  stats->arriving = r->is_started ? lan_rate_sensor_arriving (&r->sensor, r->newest_at_us) : 0;
}
