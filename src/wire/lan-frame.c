/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-frame.h"

#include "lan-wire-private.h"

/* Numbers without a name were never given to a frame. */
static const char *const type_names[LAN_FRAME_TYPE_N] = {
  [LAN_FRAME_UNKNOWN] = "unknown",
  [LAN_FRAME_IDENTITY] = "identity",
  [LAN_FRAME_VECTOR] = "vector",
  [LAN_FRAME_RECORDS] = "records",
  [LAN_FRAME_FETCH] = "fetch",
  [LAN_FRAME_PRESENCE] = "presence",
  [LAN_FRAME_TYPING] = "typing",
  [LAN_FRAME_CONTACT_ACCEPT] = "contact-accept",
  [LAN_FRAME_LINK_SIGNAL] = "link-signal",
  [LAN_FRAME_FILE_HASHES_REQUEST] = "hashes-request",
  [LAN_FRAME_FILE_HASHES] = "file-hashes",
  [LAN_FRAME_FILE_REQUEST] = "file-request",
  [LAN_FRAME_FILE_BLOCK] = "file-block",
  [LAN_FRAME_FILE_STATE] = "file-state",
  [LAN_FRAME_PING] = "ping",
  [LAN_FRAME_PONG] = "pong",
  [LAN_FRAME_CLOSE] = "close",
  [LAN_FRAME_FILE_MANIFEST_REQUEST] = "manifest-request",
  [LAN_FRAME_FILE_MANIFEST] = "manifest",
  [LAN_FRAME_FILE_HAVE] = "file-have",
  [LAN_FRAME_BULK_OPEN] = "bulk-open",
  [LAN_FRAME_GROUP_VECTOR] = "group-vector",
  [LAN_FRAME_GROUP_FETCH] = "group-fetch",
  [LAN_FRAME_GROUP_KEYS_WANTED] = "group-keys-wanted",
  [LAN_FRAME_GROUP_KEYS] = "group-keys",
  [LAN_FRAME_GROUP_NOTICE] = "group-notice",
  [LAN_FRAME_SHARE_ROSTER] = "share-roster",
  [LAN_FRAME_SHARE_HEAD] = "share-head",
  [LAN_FRAME_SHARE_PAGES_WANTED] = "share-pages-wanted",
  [LAN_FRAME_SHARE_PAGE] = "share-page",
  [LAN_FRAME_SHARE_WANT] = "share-want",
  [LAN_FRAME_SHARE_ANSWER] = "share-answer",
  [LAN_FRAME_CALL_SIGNAL] = "call-signal",
  [LAN_FRAME_CARRY_HELLO] = "carry-hello",
  [LAN_FRAME_CARRY_PUT] = "carry-put",
  [LAN_FRAME_CARRY_RESULT] = "carry-result",
  [LAN_FRAME_CARRY_LIST] = "carry-list",
  [LAN_FRAME_CARRY_FETCH] = "carry-fetch",
  [LAN_FRAME_CARRY_MAIL] = "carry-mail",
  [LAN_FRAME_CARRY_ACK] = "carry-ack",
  [LAN_FRAME_CARRY_RECEIPT] = "carry-receipt",
  [LAN_FRAME_CARRY_DROP] = "carry-drop",
};

static gboolean
is_given (guint64 number)
{
  return number < LAN_FRAME_TYPE_N && type_names[number] != NULL;
}

const char *
lan_frame_type_name (LanFrameType type)
{
  return is_given ((guint) type) ? type_names[type] : type_names[0];
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

  return is_given (number) ? (LanFrameType) number : LAN_FRAME_UNKNOWN;
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
    if (tag >> 3 > 0 && is_given (tag >> 3))
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
