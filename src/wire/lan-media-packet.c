/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-packet.h"

#include "lan-bytes.h"

#include <string.h>

static LanStatus
read_report (LanReader *r, LanMediaReport *report)
{
  report->stream = lan_read_u8 (r);
  if (lan_read_u8 (r) != 0 || lan_read_u16 (r) != 0)
    return LAN_STATUS_MALFORMED;
  report->highest = lan_read_u32 (r);
  report->received = lan_read_u32 (r);
  report->lost = lan_read_u32 (r);
  report->jitter_us = lan_read_u32 (r);
  report->echo_ms = lan_read_u32 (r);
  report->held_ms = lan_read_u32 (r);
  return lan_reader_done (r) ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}

gboolean
lan_picture_size_is_good (guint width, guint height)
{
  return width >= LAN_PICTURE_SIDE_MIN && width <= LAN_PICTURE_SIDE_MAX &&
         height >= LAN_PICTURE_SIDE_MIN && height <= LAN_PICTURE_SIDE_MAX &&
         width * height <= LAN_PICTURE_AREA_MAX;
}

/* Says what is wrong; only a piece of full length may have others behind it. */
static LanStatus
read_picture (LanReader *r, LanMediaPacket *packet)
{
  LanPicturePiece *p = &packet->picture;

  p->number = lan_read_u32 (r);
  p->piece = lan_read_u16 (r);
  p->pieces = lan_read_u16 (r);
  p->codec = (LanPictureCodec) lan_read_u8 (r);
  p->back = lan_read_u8 (r);
  p->width = lan_read_u16 (r);
  p->height = lan_read_u16 (r);
  p->time_ms = lan_read_u32 (r);
  packet->len = lan_reader_left (r);
  packet->payload = lan_read_span (r, packet->len);
  if (r->failed || packet->len == 0)
    return LAN_STATUS_TRUNCATED;
  if (p->codec != LAN_PICTURE_VP8)
    return LAN_STATUS_VERSION;
  return p->pieces <= LAN_PICTURE_PIECES_MAX && p->piece < p->pieces &&
                 (p->piece + 1 == p->pieces || packet->len == LAN_PICTURE_PIECE_MAX) &&
                 p->back <= LAN_PICTURE_BACK_MAX && p->back <= p->number &&
                 p->number <= G_MAXINT32 && lan_picture_size_is_good (p->width, p->height)
             ? LAN_STATUS_OK
             : LAN_STATUS_MALFORMED;
}

static LanStatus
read_picture_report (LanReader *r, LanPictureReport *report)
{
  guint8 flags;

  report->stream = lan_read_u8 (r);
  flags = lan_read_u8 (r);
  report->wants_key = flags == 1;
  report->n_missing = lan_read_u16 (r);
  report->highest = lan_read_u32 (r);
  report->received = lan_read_u32 (r);
  report->rate = lan_read_u32 (r);
  report->echo_ms = lan_read_u32 (r);
  report->held_ms = lan_read_u32 (r);
  if (flags > 1 || report->n_missing > LAN_PICTURE_MISSING_MAX)
    return LAN_STATUS_MALFORMED;
  for (guint i = 0; i < report->n_missing; i++) {
    report->missing[i].number = lan_read_u32 (r);
    report->missing[i].piece = lan_read_u16 (r);
    if (report->missing[i].piece >= LAN_PICTURE_PIECES_MAX &&
        report->missing[i].piece != LAN_PICTURE_WHOLE)
      return LAN_STATUS_MALFORMED;
  }
  return lan_reader_done (r) ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}

LanStatus
lan_media_packet_decode (const guint8 *data, gsize len, LanMediaPacket *packet)
{
  LanReader r;

  memset (packet, 0, sizeof *packet);
  if (len < LAN_MEDIA_HEADER_BYTES)
    return LAN_STATUS_TRUNCATED;
  if (len > LAN_MEDIA_PACKET_MAX)
    return LAN_STATUS_OVERSIZED;
  lan_reader_init (&r, data, len);
  packet->kind = (LanMediaKind) lan_read_u8 (&r);
  packet->stream = lan_read_u8 (&r);
  if (lan_read_u16 (&r) != 0)
    return LAN_STATUS_MALFORMED;
  packet->tag = lan_read_u32 (&r);
  packet->sequence = lan_read_u32 (&r);
  packet->frame = lan_read_u32 (&r);
  packet->payload = data + LAN_MEDIA_HEADER_BYTES;
  packet->len = len - LAN_MEDIA_HEADER_BYTES;
  switch (packet->kind) {
  case LAN_MEDIA_VOICE:
    return packet->len > 0 && packet->len <= LAN_MEDIA_VOICE_MAX ? LAN_STATUS_OK
                                                                 : LAN_STATUS_MALFORMED;
  case LAN_MEDIA_REPORT:
    return read_report (&r, &packet->report);
  case LAN_MEDIA_PICTURE:
    return read_picture (&r, packet);
  case LAN_MEDIA_PICTURE_REPORT:
    return read_picture_report (&r, &packet->picture_report);
  default:
    return LAN_STATUS_VERSION;
  }
}

static void
write_report (LanWriter *w, const LanMediaReport *report)
{
  lan_write_u8 (w, report->stream);
  lan_write_zeros (w, 3);
  lan_write_u32 (w, report->highest);
  lan_write_u32 (w, report->received);
  lan_write_u32 (w, report->lost);
  lan_write_u32 (w, report->jitter_us);
  lan_write_u32 (w, report->echo_ms);
  lan_write_u32 (w, report->held_ms);
}

static void
write_picture (LanWriter *w, const LanMediaPacket *packet)
{
  const LanPicturePiece *p = &packet->picture;

  lan_write_u32 (w, p->number);
  lan_write_u16 (w, p->piece);
  lan_write_u16 (w, p->pieces);
  lan_write_u8 (w, (guint8) p->codec);
  lan_write_u8 (w, p->back);
  lan_write_u16 (w, p->width);
  lan_write_u16 (w, p->height);
  lan_write_u32 (w, p->time_ms);
  lan_write_bytes (w, packet->payload, packet->len);
}

static void
write_picture_report (LanWriter *w, const LanPictureReport *report)
{
  guint n = MIN (report->n_missing, LAN_PICTURE_MISSING_MAX);

  lan_write_u8 (w, report->stream);
  lan_write_u8 (w, report->wants_key ? 1 : 0);
  lan_write_u16 (w, (guint16) n);
  lan_write_u32 (w, report->highest);
  lan_write_u32 (w, report->received);
  lan_write_u32 (w, report->rate);
  lan_write_u32 (w, report->echo_ms);
  lan_write_u32 (w, report->held_ms);
  for (guint i = 0; i < n; i++) {
    lan_write_u32 (w, report->missing[i].number);
    lan_write_u16 (w, report->missing[i].piece);
  }
}

gsize
lan_media_packet_encode (const LanMediaPacket *packet, guint8 out[LAN_MEDIA_PACKET_MAX])
{
  LanWriter w;

  lan_writer_init (&w, out, LAN_MEDIA_PACKET_MAX);
  lan_write_u8 (&w, (guint8) packet->kind);
  lan_write_u8 (&w, packet->stream);
  lan_write_u16 (&w, 0);
  lan_write_u32 (&w, packet->tag);
  lan_write_u32 (&w, packet->sequence);
  lan_write_u32 (&w, packet->frame);
  switch (packet->kind) {
  case LAN_MEDIA_REPORT:
    write_report (&w, &packet->report);
    break;
  case LAN_MEDIA_PICTURE:
    write_picture (&w, packet);
    break;
  case LAN_MEDIA_PICTURE_REPORT:
    write_picture_report (&w, &packet->picture_report);
    break;
  case LAN_MEDIA_VOICE:
    if (packet->len == 0 || packet->len > LAN_MEDIA_VOICE_MAX)
      return 0;
    lan_write_bytes (&w, packet->payload, packet->len);
    break;
  }
  return w.failed ? 0 : w.len;
}

guint32
lan_media_tag (const guint8 *id)
{
  LanReader r;

  lan_reader_init (&r, id, 4);
  return lan_read_u32 (&r);
}

/* ---- the gate ---- */

static void
fill (LanMediaBucket *bucket, guint rate, guint burst, gint64 now_us)
{
  *bucket =
      (LanMediaBucket){ .tokens_us = (gint64) G_USEC_PER_SEC / rate * burst, .seen_us = now_us };
}

static gboolean
draw (LanMediaBucket *bucket, guint rate, guint burst, gint64 now_us)
{
  gint64 cost_us = G_USEC_PER_SEC / rate;

  bucket->tokens_us = MIN (cost_us * burst, bucket->tokens_us + MAX (0, now_us - bucket->seen_us));
  bucket->seen_us = now_us;
  if (bucket->tokens_us < cost_us)
    return FALSE;
  bucket->tokens_us -= cost_us;
  return TRUE;
}

void
lan_media_gate_init (LanMediaGate *gate, guint32 tag, gint64 now_us)
{
  *gate = (LanMediaGate){ .tag = tag };
  fill (&gate->voice, LAN_MEDIA_GATE_RATE, LAN_MEDIA_GATE_BURST, now_us);
  fill (&gate->picture, LAN_PICTURE_GATE_RATE, LAN_PICTURE_GATE_BURST, now_us);
}

void
lan_media_gate_agree (LanMediaGate *gate, gboolean takes_pictures, gboolean takes_picture_reports)
{
  gate->takes_pictures = takes_pictures;
  gate->takes_picture_reports = takes_picture_reports;
}

/* Looked at before anything is decoded: a flood costs a comparison. */
static gboolean
is_within (LanMediaGate *gate, guint8 kind, gint64 now_us)
{
  if (kind == LAN_MEDIA_PICTURE || kind == LAN_MEDIA_PICTURE_REPORT)
    return draw (&gate->picture, LAN_PICTURE_GATE_RATE, LAN_PICTURE_GATE_BURST, now_us);
  return draw (&gate->voice, LAN_MEDIA_GATE_RATE, LAN_MEDIA_GATE_BURST, now_us);
}

gboolean
lan_media_gate_pass (LanMediaGate *gate, const guint8 *data, gsize len, gint64 now_us)
{
  guint8 kind = len > 0 ? data[0] : 0;
  LanMediaPacket packet;

  if (!is_within (gate, kind, now_us))
    gate->flooded++;
  else if ((kind == LAN_MEDIA_PICTURE && !gate->takes_pictures) ||
           (kind == LAN_MEDIA_PICTURE_REPORT && !gate->takes_picture_reports))
    gate->unagreed++;
  else if (lan_media_packet_decode (data, len, &packet) != LAN_STATUS_OK)
    gate->malformed++;
  else if (packet.tag != gate->tag)
    gate->foreign++;
  else {
    gate->taken++;
    return TRUE;
  }
  return FALSE;
}
