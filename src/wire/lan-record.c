/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-record.h"

#include "lan-bytes.h"

static LanStatus
check_view (const LanRecordView *view)
{
  if (view->seq == 0 || view->kind == 0 || view->hlc >= LAN_HLC_MAX)
    return LAN_STATUS_MALFORMED;
  if ((view->seq == 1) != lan_hash_is_zero (&view->previous))
    return LAN_STATUS_MALFORMED;
  if (lan_device_id_is_zero (&view->device) || lan_message_id_is_zero (&view->message) ||
      lan_conversation_id_is_zero (&view->conversation))
    return LAN_STATUS_MALFORMED;
  return LAN_STATUS_OK;
}

LanStatus
lan_record_decode (const guint8 *data, gsize len, LanRecordView *view)
{
  LanReader r;

  if (len > LAN_RECORD_MAX_BYTES)
    return LAN_STATUS_OVERSIZED;
  *view = (LanRecordView){ .signed_part = data };
  lan_reader_init (&r, data, len);
  lan_read_bytes (&r, view->conversation.b, sizeof view->conversation.b);
  lan_read_bytes (&r, view->device.b, sizeof view->device.b);
  view->seq = lan_read_u64 (&r);
  lan_read_bytes (&r, view->previous.b, sizeof view->previous.b);
  lan_read_bytes (&r, view->message.b, sizeof view->message.b);
  view->hlc = lan_read_u64 (&r);
  view->kind = lan_read_u16 (&r);
  view->content_len = lan_read_u32 (&r);
  view->content = lan_read_span (&r, view->content_len);
  view->signed_len = r.pos;
  view->signature = lan_read_span (&r, LAN_RECORD_SIGNATURE_BYTES);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  if (!lan_reader_done (&r))
    return LAN_STATUS_OVERSIZED;
  return check_view (view);
}

gsize
lan_record_encode (const LanRecordView *view, guint8 *out, gsize cap)
{
  LanWriter w;

  if (view->content_len > LAN_RECORD_MAX_CONTENT)
    return 0;
  lan_writer_init (&w, out, cap);
  lan_write_bytes (&w, view->conversation.b, sizeof view->conversation.b);
  lan_write_bytes (&w, view->device.b, sizeof view->device.b);
  lan_write_u64 (&w, view->seq);
  lan_write_bytes (&w, view->previous.b, sizeof view->previous.b);
  lan_write_bytes (&w, view->message.b, sizeof view->message.b);
  lan_write_u64 (&w, view->hlc);
  lan_write_u16 (&w, view->kind);
  lan_write_u32 (&w, (guint32) view->content_len);
  lan_write_bytes (&w, view->content, view->content_len);
  return w.failed ? 0 : w.len;
}
