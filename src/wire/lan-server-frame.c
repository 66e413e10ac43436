/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-server-frame.h"

#include "lan-bytes.h"
#include "lan-wire-private.h"

#include <string.h>

static const char *const type_names[LAN_SERVER_FRAME_TYPE_N] = {
  [LAN_SERVER_UNKNOWN] = "unknown",
  [LAN_SERVER_SIGNAL] = "signal",
  [LAN_SERVER_DEPOSIT] = "deposit",
  [LAN_SERVER_STORED] = "stored",
  [LAN_SERVER_MAIL] = "mail",
  [LAN_SERVER_MAIL_ACK] = "mail-ack",
  [LAN_SERVER_PRESENCE_SET] = "presence-set",
  [LAN_SERVER_PRESENCE] = "presence",
  [LAN_SERVER_REFUSED] = "refused",
  [LAN_SERVER_DONE] = "done",
  [LAN_SERVER_PING] = "ping",
  [LAN_SERVER_PONG] = "pong",
  [LAN_SERVER_GOODBYE] = "goodbye",
  [LAN_SERVER_ENROL] = "enrol",
  [LAN_SERVER_ENROLLED] = "enrolled",
  [LAN_SERVER_LOGIN] = "login",
  [LAN_SERVER_WELCOME] = "welcome",
  [LAN_SERVER_SUBSCRIBE] = "subscribe",
  [LAN_SERVER_HIDE] = "hide",
  [LAN_SERVER_MAIL_FETCH] = "mail-fetch",
  [LAN_SERVER_PREKEYS_PUT] = "prekeys-put",
  [LAN_SERVER_PREKEYS_STATE] = "prekeys-state",
  [LAN_SERVER_BUNDLE_GET] = "bundle-get",
  [LAN_SERVER_BUNDLE] = "bundle",
  [LAN_SERVER_DIRECTORY_GET] = "directory-get",
  [LAN_SERVER_DIRECTORY_PAGE] = "directory-page",
  [LAN_SERVER_HEAD_GET] = "head-get",
  [LAN_SERVER_HEAD] = "head",
  [LAN_SERVER_PAPERS_GET] = "papers-get",
  [LAN_SERVER_PAPERS] = "papers",
  [LAN_SERVER_PAPERS_PUT] = "papers-put",
  [LAN_SERVER_TURN_GET] = "turn-get",
  [LAN_SERVER_TURN] = "turn",
  [LAN_SERVER_BLOB_PUT] = "blob-put",
  [LAN_SERVER_BLOB_STATE] = "blob-state",
  [LAN_SERVER_BLOB_GET] = "blob-get",
  [LAN_SERVER_BLOB_PART_FRAME] = "blob-part",
  [LAN_SERVER_PERSON_GET] = "person-get",
  [LAN_SERVER_PERSON] = "person",
  [LAN_SERVER_PASSWORD_SET] = "password-set",
  [LAN_SERVER_SERVER_KEY] = "server-key",
  [LAN_SERVER_BLOB_DROP] = "blob-drop",
};

const char *
lan_server_frame_type_name (LanServerFrameType type)
{
  const char *name = (guint) type < LAN_SERVER_FRAME_TYPE_N ? type_names[type] : NULL;

  return name != NULL ? name : type_names[LAN_SERVER_UNKNOWN];
}

const char *
lan_refusal_code (guint32 refusal)
{
  switch (refusal) {
#define X(number, name, code, text)                                                                \
  case number:                                                                                     \
    return code;
    LAN_REFUSAL_LIST (X)
#undef X
  default:
    return "unknown-code";
  }
}

const char *
lan_refusal_text (guint32 refusal)
{
  switch (refusal) {
#define X(number, name, code, text)                                                                \
  case number:                                                                                     \
    return text;
    LAN_REFUSAL_LIST (X)
#undef X
  default:
    return "refused for a reason that this version does not know";
  }
}

static gboolean
is_known (guint64 number)
{
  return number > 0 && number < LAN_SERVER_FRAME_TYPE_N && type_names[number] != NULL;
}

LanServerFrameType
lan_server_frame_type (const LanServerFrame *frame)
{
  guint number = (guint) frame->body_case;

  return is_known (number) ? (LanServerFrameType) number : LAN_SERVER_UNKNOWN;
}

gboolean
lan_server_frame_allowed (LanServerFrameType type, LanServerSide side)
{
  switch (type) {
  case LAN_SERVER_UNKNOWN:
  case LAN_SERVER_SIGNAL:
  case LAN_SERVER_PING:
  case LAN_SERVER_PONG:
  case LAN_SERVER_GOODBYE:
    return TRUE;
  case LAN_SERVER_DEPOSIT:
  case LAN_SERVER_MAIL_ACK:
  case LAN_SERVER_PRESENCE_SET:
  case LAN_SERVER_ENROL:
  case LAN_SERVER_LOGIN:
  case LAN_SERVER_SUBSCRIBE:
  case LAN_SERVER_HIDE:
  case LAN_SERVER_MAIL_FETCH:
  case LAN_SERVER_PREKEYS_PUT:
  case LAN_SERVER_BUNDLE_GET:
  case LAN_SERVER_DIRECTORY_GET:
  case LAN_SERVER_HEAD_GET:
  case LAN_SERVER_PAPERS_GET:
  case LAN_SERVER_PAPERS_PUT:
  case LAN_SERVER_TURN_GET:
  case LAN_SERVER_BLOB_PUT:
  case LAN_SERVER_BLOB_GET:
  case LAN_SERVER_BLOB_DROP:
  case LAN_SERVER_PERSON_GET:
  case LAN_SERVER_PASSWORD_SET:
    return side == LAN_SERVER_FROM_CLIENT;
  case LAN_SERVER_STORED:
  case LAN_SERVER_MAIL:
  case LAN_SERVER_PRESENCE:
  case LAN_SERVER_REFUSED:
  case LAN_SERVER_DONE:
  case LAN_SERVER_ENROLLED:
  case LAN_SERVER_WELCOME:
  case LAN_SERVER_PREKEYS_STATE:
  case LAN_SERVER_BUNDLE:
  case LAN_SERVER_DIRECTORY_PAGE:
  case LAN_SERVER_HEAD:
  case LAN_SERVER_PAPERS:
  case LAN_SERVER_TURN:
  case LAN_SERVER_BLOB_STATE:
  case LAN_SERVER_BLOB_PART_FRAME:
  case LAN_SERVER_PERSON:
  case LAN_SERVER_SERVER_KEY:
    return side == LAN_SERVER_FROM_SERVER;
  case LAN_SERVER_FRAME_TYPE_N:
  default:
    return FALSE;
  }
}

static gboolean
read_varint (LanReader *r, guint64 *value)
{
  *value = 0;
  for (guint shift = 0; shift < 64 && lan_reader_left (r) > 0; shift += 7) {
    guint8 byte = lan_read_u8 (r);

    *value |= (guint64) (byte & 0x7f) << shift;
    if ((byte & 0x80) == 0)
      return TRUE;
  }
  return FALSE;
}

LanServerFrameType
lan_server_frame_peek_type (const guint8 *data, gsize len)
{
  LanServerFrameType type = LAN_SERVER_UNKNOWN;
  guint64 tag, size;
  LanReader r;

  lan_reader_init (&r, data, len);
  while (lan_reader_left (&r) > 0) {
    if (!read_varint (&r, &tag) || (tag & 7) != 2 || !read_varint (&r, &size) ||
        size > lan_reader_left (&r))
      return type;
    (void) lan_read_span (&r, (gsize) size);
    if (is_known (tag >> 3))
      type = (LanServerFrameType) (tag >> 3);
  }
  return type;
}

LanStatus
lan_server_frame_decode (const guint8 *data, gsize len, LanServerFrame **frame)
{
  ProtobufCMessage *message;
  LanStatus status;

  if (len > LAN_SERVER_FRAME_MAX_BYTES)
    return LAN_STATUS_OVERSIZED;
  message =
      lan_wire_unpack (&lanyard__server__frame__descriptor, data, len, LAN_SERVER_FRAME_MAX_MEMORY);
  if (message == NULL)
    return LAN_STATUS_MALFORMED;
  status = lan_server_frame_check ((LanServerFrame *) message);
  if (status != LAN_STATUS_OK) {
    lan_wire_free (message);
    return status;
  }
  *frame = (LanServerFrame *) message;
  return LAN_STATUS_OK;
}

void
lan_server_frame_free (LanServerFrame *frame)
{
  lan_wire_free ((ProtobufCMessage *) frame);
}

gsize
lan_server_frame_size (const LanServerFrame *frame)
{
  return protobuf_c_message_get_packed_size (&frame->base);
}

void
lan_server_frame_write (const LanServerFrame *frame, guint8 *out)
{
  protobuf_c_message_pack (&frame->base, out);
}

GBytes *
lan_server_frame_encode (const LanServerFrame *frame)
{
  gsize len = lan_server_frame_size (frame);
  guint8 *data = g_malloc (MAX (len, 1));

  g_assert (len <= LAN_SERVER_FRAME_MAX_BYTES);
  lan_server_frame_write (frame, data);
  return g_bytes_new_take (data, len);
}

/* 0x0a size | 0x0a 8 device | 0x12 size payload; sizes as short as they can be, all of it used. */
gboolean
lan_server_signal_read (LanServerSignal *signal, const guint8 *data, gsize len)
{
  guint64 size;
  LanReader r;

  lan_reader_init (&r, data, len);
  if (lan_read_u8 (&r) != 0x0a || !read_varint (&r, &size) || size != lan_reader_left (&r) ||
      lan_read_u8 (&r) != 0x0a || lan_read_u8 (&r) != LAN_DEVICE_ID_BYTES)
    return FALSE;
  signal->device = lan_read_span (&r, LAN_DEVICE_ID_BYTES);
  if (signal->device == NULL || lan_read_u8 (&r) != 0x12 || !read_varint (&r, &size) ||
      size != lan_reader_left (&r) || size == 0 || size > LAN_SERVER_SIGNAL_MAX)
    return FALSE;
  signal->payload_len = (gsize) size;
  signal->payload = lan_read_span (&r, signal->payload_len);
  return signal->payload != NULL;
}

static void
write_varint (LanWriter *w, gsize value)
{
  for (; value >= 0x80; value >>= 7)
    lan_write_u8 (w, (guint8) (value | 0x80));
  lan_write_u8 (w, (guint8) value);
}

static gsize
varint_size (gsize value)
{
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : 3;
}

static gsize
signal_body (gsize payload_len)
{
  return 2 + LAN_DEVICE_ID_BYTES + 1 + varint_size (payload_len) + payload_len;
}

gsize
lan_server_signal_size (gsize payload_len)
{
  gsize body = signal_body (payload_len);

  return 1 + varint_size (body) + body;
}

gsize
lan_server_signal_write (guint8 *out, const guint8 device[LAN_DEVICE_ID_BYTES],
                         const guint8 *payload, gsize payload_len)
{
  LanWriter w;

  g_return_val_if_fail (payload_len > 0 && payload_len <= LAN_SERVER_SIGNAL_MAX, 0);
  lan_writer_init (&w, out, lan_server_signal_size (payload_len));
  lan_write_u8 (&w, 0x0a);
  write_varint (&w, signal_body (payload_len));
  lan_write_u8 (&w, 0x0a);
  lan_write_u8 (&w, LAN_DEVICE_ID_BYTES);
  lan_write_bytes (&w, device, LAN_DEVICE_ID_BYTES);
  lan_write_u8 (&w, 0x12);
  write_varint (&w, payload_len);
  lan_write_bytes (&w, payload, payload_len);
  return w.len;
}
