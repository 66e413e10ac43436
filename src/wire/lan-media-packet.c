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
  default:
    return LAN_STATUS_VERSION;
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
  if (packet->kind == LAN_MEDIA_REPORT) {
    lan_write_u8 (&w, packet->report.stream);
    lan_write_zeros (&w, 3);
    lan_write_u32 (&w, packet->report.highest);
    lan_write_u32 (&w, packet->report.received);
    lan_write_u32 (&w, packet->report.lost);
    lan_write_u32 (&w, packet->report.jitter_us);
    lan_write_u32 (&w, packet->report.echo_ms);
    lan_write_u32 (&w, packet->report.held_ms);
  } else {
    if (packet->len == 0 || packet->len > LAN_MEDIA_VOICE_MAX)
      return 0;
    lan_write_bytes (&w, packet->payload, packet->len);
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

#define COST_US  (G_USEC_PER_SEC / LAN_MEDIA_GATE_RATE)
#define BURST_US ((gint64) COST_US * LAN_MEDIA_GATE_BURST)

void
lan_media_gate_init (LanMediaGate *gate, guint32 tag, gint64 now_us)
{
  *gate = (LanMediaGate){ .tag = tag, .tokens_us = BURST_US, .seen_us = now_us };
}

gboolean
lan_media_gate_pass (LanMediaGate *gate, const guint8 *data, gsize len, gint64 now_us)
{
  LanMediaPacket packet;

  gate->tokens_us = MIN (BURST_US, gate->tokens_us + MAX (0, now_us - gate->seen_us));
  gate->seen_us = now_us;
  if (gate->tokens_us < COST_US) {
    gate->flooded++;
    return FALSE;
  }
  gate->tokens_us -= COST_US;
  if (lan_media_packet_decode (data, len, &packet) != LAN_STATUS_OK)
    gate->malformed++;
  else if (packet.tag != gate->tag)
    gate->foreign++;
  else {
    gate->taken++;
    return TRUE;
  }
  return FALSE;
}
