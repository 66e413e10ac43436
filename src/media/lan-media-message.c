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
  start->pictures = lan_read_u8 (r);
  return lan_media_read_text (r, start->source, LAN_MEDIA_NAME_MAX) &&
         lan_media_read_text (r, start->sink, LAN_MEDIA_NAME_MAX) &&
         lan_media_read_text (r, start->camera, LAN_MEDIA_NAME_MAX);
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

static gboolean
read_pictures (LanReader *r, LanMediaPictures *p)
{
  p->taken = lan_read_u64 (r);
  p->sent = lan_read_u64 (r);
  p->repeats = lan_read_u64 (r);
  p->keys_sent = lan_read_u64 (r);
  p->shown = lan_read_u64 (r);
  p->left_out = lan_read_u64 (r);
  p->lost = lan_read_u64 (r);
  p->asked = lan_read_u64 (r);
  p->repaired = lan_read_u64 (r);
  p->keys_asked = lan_read_u64 (r);
  p->freezes = lan_read_u64 (r);
  p->longest_ms = lan_read_u32 (r);
  p->wait_ms = lan_read_u32 (r);
  p->queue_ms = lan_read_u32 (r);
  p->rate = lan_read_u32 (r);
  p->arriving = lan_read_u32 (r);
  p->loss_out = lan_read_u32 (r);
  p->rtt_ms = (gint32) lan_read_u32 (r);
  p->number = lan_read_u32 (r);
  p->width_out = lan_read_u16 (r);
  p->height_out = lan_read_u16 (r);
  p->width_in = lan_read_u16 (r);
  p->height_in = lan_read_u16 (r);
  return p->loss_out <= 1000 && p->rtt_ms >= -1 && p->width_out <= LAN_PICTURE_SIDE_MAX &&
         p->height_out <= LAN_PICTURE_SIDE_MAX && p->width_in <= LAN_PICTURE_SIDE_MAX &&
         p->height_in <= LAN_PICTURE_SIDE_MAX;
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
    message->start.pictures = lan_read_u8 (&r);
    break;
  case LAN_MEDIA_CAMERA:
    message->start.pictures = lan_read_u8 (&r);
    is_good = lan_media_read_text (&r, message->start.camera, LAN_MEDIA_NAME_MAX);
    break;
  case LAN_MEDIA_SHARE:
    message->start.pictures = lan_read_u8 (&r);
    is_good = lan_media_read_text (&r, message->start.screen, LAN_MEDIA_NAME_MAX);
    break;
  case LAN_MEDIA_PICTURES:
    is_good = read_pictures (&r, &message->pictures);
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

static void
write_pictures (LanWriter *w, const LanMediaPictures *p)
{
  lan_write_u64 (w, p->taken);
  lan_write_u64 (w, p->sent);
  lan_write_u64 (w, p->repeats);
  lan_write_u64 (w, p->keys_sent);
  lan_write_u64 (w, p->shown);
  lan_write_u64 (w, p->left_out);
  lan_write_u64 (w, p->lost);
  lan_write_u64 (w, p->asked);
  lan_write_u64 (w, p->repaired);
  lan_write_u64 (w, p->keys_asked);
  lan_write_u64 (w, p->freezes);
  lan_write_u32 (w, p->longest_ms);
  lan_write_u32 (w, p->wait_ms);
  lan_write_u32 (w, p->queue_ms);
  lan_write_u32 (w, p->rate);
  lan_write_u32 (w, p->arriving);
  lan_write_u32 (w, p->loss_out);
  lan_write_u32 (w, (guint32) p->rtt_ms);
  lan_write_u32 (w, p->number);
  lan_write_u16 (w, p->width_out);
  lan_write_u16 (w, p->height_out);
  lan_write_u16 (w, p->width_in);
  lan_write_u16 (w, p->height_in);
}

static void
write_start (LanWriter *w, const LanMediaStart *start)
{
  lan_write_u32 (w, start->tag);
  lan_write_u8 (w, start->stream);
  lan_write_u8 (w, start->flags);
  lan_write_u64 (w, (guint64) start->start_us);
  lan_write_u8 (w, start->pictures);
  lan_media_write_text (w, start->source);
  lan_media_write_text (w, start->sink);
  lan_media_write_text (w, start->camera);
}

gsize
lan_media_message_encode (const LanMediaMessage *message, guint8 out[LAN_MEDIA_MESSAGE_MAX])
{
  LanWriter w;

  lan_writer_init (&w, out, LAN_MEDIA_MESSAGE_MAX);
  lan_write_u8 (&w, (guint8) message->type);
  switch (message->type) {
  case LAN_MEDIA_START:
    write_start (&w, &message->start);
    break;
  case LAN_MEDIA_SET:
    lan_write_u8 (&w, message->flags);
    lan_write_u8 (&w, message->start.pictures);
    break;
  case LAN_MEDIA_CAMERA:
    lan_write_u8 (&w, message->start.pictures);
    lan_media_write_text (&w, message->start.camera);
    break;
  case LAN_MEDIA_SHARE:
    lan_write_u8 (&w, message->start.pictures);
    lan_media_write_text (&w, message->start.screen);
    break;
  case LAN_MEDIA_PICTURES:
    write_pictures (&w, &message->pictures);
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
