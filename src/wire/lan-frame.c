/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-frame.h"

#include "lan-wire-private.h"

static const char *const type_names[LAN_FRAME_TYPE_N] = {
  "unknown",     "identity",     "vector",           "records",     "fetch",
  "presence",    "typing",       "contact-accept",   "link-signal", "hashes-request",
  "file-hashes", "file-request", "file-block",       "file-state",  "ping",
  "pong",        "close",        "manifest-request", "manifest",    "file-have",
  "bulk-open",
};

const char *
lan_frame_type_name (LanFrameType type)
{
  return (guint) type < LAN_FRAME_TYPE_N ? type_names[type] : type_names[0];
}

static gboolean
read_varint (const guint8 *data, gsize len, gsize *pos, guint64 *value)
{
  for (guint shift = 0; shift < 64 && *pos < len; shift += 7) {
    guint8 byte = data[(*pos)++];

    *value |= (guint64) (byte & 0x7f) << shift;
    if ((byte & 0x80) == 0)
      return TRUE;
  }
  return FALSE;
}

LanFrameType
lan_frame_type (const LanFrame *frame)
{
  guint number = (guint) frame->body_case;

  return number < LAN_FRAME_TYPE_N ? (LanFrameType) number : LAN_FRAME_UNKNOWN;
}

/* The body of a frame of ours is its first field, and always length-delimited: one or two bytes of
 * tag. Where fields were put otherwise the last known one wins, as in the decoder. */
LanFrameType
lan_frame_peek_type (const guint8 *data, gsize len)
{
  LanFrameType type = LAN_FRAME_UNKNOWN;
  gsize pos = 0;

  while (pos < len) {
    guint64 tag = 0, size = 0;

    if (!read_varint (data, len, &pos, &tag) || (tag & 7) != 2 ||
        !read_varint (data, len, &pos, &size) || size > len - pos)
      return type;
    pos += size;
    if (tag >> 3 > 0 && tag >> 3 < LAN_FRAME_TYPE_N)
      type = (LanFrameType) (tag >> 3);
  }
  return type;
}

LanStatus
lan_frame_decode (const guint8 *data, gsize len, LanFrame **frame)
{
  ProtobufCMessage *message;
  LanStatus status;

  if (len > LAN_FRAME_MAX_BYTES)
    return LAN_STATUS_OVERSIZED;
  message = lan_wire_unpack (&lanyard__frame__descriptor, data, len, LAN_FRAME_MAX_MEMORY);
  if (message == NULL)
    return LAN_STATUS_MALFORMED;
  status = lan_frame_check ((LanFrame *) message);
  if (status != LAN_STATUS_OK) {
    lan_wire_free (message);
    return status;
  }
  *frame = (LanFrame *) message;
  return LAN_STATUS_OK;
}

void
lan_frame_free (LanFrame *frame)
{
  lan_wire_free ((ProtobufCMessage *) frame);
}

GBytes *
lan_frame_encode (const LanFrame *frame)
{
  gsize len = protobuf_c_message_get_packed_size (&frame->base);
  guint8 *data = g_malloc (MAX (len, 1));

  g_assert (len <= LAN_FRAME_MAX_BYTES);
  protobuf_c_message_pack (&frame->base, data);
  return g_bytes_new_take (data, len);
}

gboolean
lan_field_is (const ProtobufCBinaryData *field, gsize len)
{
  return field->len == len;
}
