/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-frame.h"

#include "lan-wire-private.h"

static const char *const type_names[LAN_FRAME_TYPE_N] = {
  "unknown",     "identity",       "vector",      "records",       "fetch",        "presence",
  "typing",      "contact-accept", "link-signal", "hashes-request", "file-hashes", "file-request",
  "file-block",  "file-state",     "ping",        "pong",          "close",
};

const char *
lan_frame_type_name (LanFrameType type)
{
  return (guint) type < LAN_FRAME_TYPE_N ? type_names[type] : type_names[0];
}

LanFrameType
lan_frame_type (const LanFrame *frame)
{
  guint number = (guint) frame->body_case;

  return number < LAN_FRAME_TYPE_N ? (LanFrameType) number : LAN_FRAME_UNKNOWN;
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
