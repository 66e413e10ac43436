/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-message.h"

#include "lan-bytes.h"
#include "lan-media-packet.h"
#include "lan-media-text.h"

#include <string.h>

static gboolean
read_start (LanReader *r, LanMediaStart *start)
{
  start->tag = lan_read_u32 (r);
  start->stream = lan_read_u8 (r);
  start->flags = lan_read_u8 (r);
  start->start_us = (gint64) lan_read_u64 (r);
  return lan_media_read_text (r, start->source, LAN_MEDIA_NAME_MAX) &&
         lan_media_read_text (r, start->sink, LAN_MEDIA_NAME_MAX);
}

static gboolean
read_device (LanReader *r, LanMediaDeviceInfo *device)
{
  guint8 kind = lan_read_u8 (r), is_default = lan_read_u8 (r);

  device->kind = (LanMediaDeviceKind) kind;
  device->is_default = is_default == 1;
  return kind <= LAN_MEDIA_SPEAKER && is_default <= 1 &&
         lan_media_read_text (r, device->id, LAN_MEDIA_NAME_MAX) &&
         lan_media_read_text (r, device->label, LAN_MEDIA_NAME_MAX) && device->id[0] != '\0';
}

static void
read_stats (LanReader *r, LanMediaStats *s)
{
  s->sent = lan_read_u64 (r);
  s->received = lan_read_u64 (r);
  s->lost = lan_read_u64 (r);
  s->late = lan_read_u64 (r);
  s->concealed = lan_read_u64 (r);
  s->recovered = lan_read_u64 (r);
  s->jitter_us = lan_read_u32 (r);
  s->wait_us = lan_read_u32 (r);
  s->rtt_us = (gint64) lan_read_u64 (r);
  s->loss_out = lan_read_u32 (r);
  s->loss_in = lan_read_u32 (r);
  s->bitrate = lan_read_u32 (r);
  s->first_us = (gint64) lan_read_u64 (r);
  s->level_in = lan_read_u8 (r);
  s->level_out = lan_read_u8 (r);
}

static gboolean
check_stats (const LanMediaStats *s)
{
  return s->loss_out <= 1000 && s->loss_in <= 1000 && s->level_in <= 100 && s->level_out <= 100 &&
         s->rtt_us >= -1 && s->first_us >= 0;
}

LanStatus
lan_media_message_decode (const guint8 *data, gsize len, LanMediaMessage *message)
{
  gboolean is_good = TRUE;
  LanReader r;

  memset (message, 0, sizeof *message);
  if (len > LAN_MEDIA_MESSAGE_MAX)
    return LAN_STATUS_OVERSIZED;
  lan_reader_init (&r, data, len);
  message->type = (LanMediaMessageType) lan_read_u8 (&r);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  switch (message->type) {
  case LAN_MEDIA_START:
    is_good = read_start (&r, &message->start);
    break;
  case LAN_MEDIA_SET:
    message->flags = lan_read_u8 (&r);
    break;
  case LAN_MEDIA_PACKET:
    message->len = lan_reader_left (&r);
    message->data = lan_read_span (&r, message->len);
    is_good = message->len > 0 && message->len <= LAN_MEDIA_PACKET_MAX;
    break;
  case LAN_MEDIA_READY:
  case LAN_MEDIA_LISTED:
    break;
  case LAN_MEDIA_DEVICE:
    is_good = read_device (&r, &message->device);
    break;
  case LAN_MEDIA_USE:
    is_good = lan_media_read_text (&r, message->start.source, LAN_MEDIA_NAME_MAX) &&
              lan_media_read_text (&r, message->start.sink, LAN_MEDIA_NAME_MAX);
    break;
  case LAN_MEDIA_STATS:
    read_stats (&r, &message->stats);
    is_good = check_stats (&message->stats);
    break;
  case LAN_MEDIA_FAILED:
    message->flags = lan_read_u8 (&r);
    is_good = lan_media_read_text (&r, message->text, LAN_MEDIA_TEXT_MAX);
    break;
  default:
    return LAN_STATUS_VERSION;
  }
  return is_good && lan_reader_done (&r) ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}

static void
write_stats (LanWriter *w, const LanMediaStats *s)
{
  lan_write_u64 (w, s->sent);
  lan_write_u64 (w, s->received);
  lan_write_u64 (w, s->lost);
  lan_write_u64 (w, s->late);
  lan_write_u64 (w, s->concealed);
  lan_write_u64 (w, s->recovered);
  lan_write_u32 (w, s->jitter_us);
  lan_write_u32 (w, s->wait_us);
  lan_write_u64 (w, (guint64) s->rtt_us);
  lan_write_u32 (w, s->loss_out);
  lan_write_u32 (w, s->loss_in);
  lan_write_u32 (w, s->bitrate);
  lan_write_u64 (w, (guint64) s->first_us);
  lan_write_u8 (w, s->level_in);
  lan_write_u8 (w, s->level_out);
}

gsize
lan_media_message_encode (const LanMediaMessage *message, guint8 out[LAN_MEDIA_MESSAGE_MAX])
{
  LanWriter w;

  lan_writer_init (&w, out, LAN_MEDIA_MESSAGE_MAX);
  lan_write_u8 (&w, (guint8) message->type);
  switch (message->type) {
  case LAN_MEDIA_START:
    lan_write_u32 (&w, message->start.tag);
    lan_write_u8 (&w, message->start.stream);
    lan_write_u8 (&w, message->start.flags);
    lan_write_u64 (&w, (guint64) message->start.start_us);
    lan_media_write_text (&w, message->start.source);
    lan_media_write_text (&w, message->start.sink);
    break;
  case LAN_MEDIA_SET:
    lan_write_u8 (&w, message->flags);
    break;
  case LAN_MEDIA_PACKET:
    if (message->len == 0 || message->len > LAN_MEDIA_PACKET_MAX)
      return 0;
    lan_write_bytes (&w, message->data, message->len);
    break;
  case LAN_MEDIA_STATS:
    write_stats (&w, &message->stats);
    break;
  case LAN_MEDIA_FAILED:
    lan_write_u8 (&w, message->flags);
    lan_media_write_text (&w, message->text);
    break;
  case LAN_MEDIA_DEVICE:
    lan_write_u8 (&w, (guint8) message->device.kind);
    lan_write_u8 (&w, message->device.is_default);
    lan_media_write_text (&w, message->device.id);
    lan_media_write_text (&w, message->device.label);
    break;
  case LAN_MEDIA_USE:
    lan_media_write_text (&w, message->start.source);
    lan_media_write_text (&w, message->start.sink);
    break;
  case LAN_MEDIA_READY:
  case LAN_MEDIA_LISTED:
    break;
  }
  return w.failed ? 0 : w.len;
}
