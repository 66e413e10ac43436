/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-message.h"

#include <string.h>

#define REQUEST_MAGIC 0x5150594cu /* "LYPQ" */
#define REPLY_MAGIC   0x5250594cu /* "LYPR" */

static void
put (guint8 *out, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (out, &value, sizeof value);
}

static guint32
get (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return GUINT32_FROM_LE (value);
}

static gboolean
is_side (guint32 px, guint32 max)
{
  return px >= 1 && px <= max;
}

void
lan_picture_request_encode (const LanPictureRequest *request, guint8 out[LAN_PICTURE_REQUEST_BYTES])
{
  put (out, REQUEST_MAGIC);
  put (out + 4, request->id);
  put (out + 8, request->box_width);
  put (out + 12, request->box_height);
}

gboolean
lan_picture_request_decode (const guint8 *data, gsize len, LanPictureRequest *request)
{
  if (len != LAN_PICTURE_REQUEST_BYTES || get (data) != REQUEST_MAGIC)
    return FALSE;
  request->id = get (data + 4);
  request->box_width = get (data + 8);
  request->box_height = get (data + 12);
  return is_side (request->box_width, LAN_PICTURE_BOX_MAX) &&
         is_side (request->box_height, LAN_PICTURE_BOX_MAX);
}

void
lan_picture_reply_encode (const LanPictureReply *reply, guint8 out[LAN_PICTURE_REPLY_BYTES])
{
  put (out, REPLY_MAGIC);
  put (out + 4, reply->id);
  put (out + 8, (guint32) reply->status | (reply->animated ? 0x100u : 0u));
  put (out + 12, reply->width);
  put (out + 16, reply->height);
  put (out + 20, reply->source_width);
  put (out + 24, reply->source_height);
}

gboolean
lan_picture_reply_decode (const guint8 *data, gsize len, const LanPictureRequest *request,
                          LanPictureReply *reply)
{
  guint32 status;

  if (len != LAN_PICTURE_REPLY_BYTES || get (data) != REPLY_MAGIC || get (data + 4) != request->id)
    return FALSE;
  status = get (data + 8);
  *reply = (LanPictureReply){ .id = request->id,
                              .status = (LanPictureStatus) (status & 0xff),
                              .animated = (status & 0x100) != 0,
                              .width = get (data + 12),
                              .height = get (data + 16),
                              .source_width = get (data + 20),
                              .source_height = get (data + 24) };
  if (status > 0x1ff || (status & 0xff) > LAN_PICTURE_LIMIT)
    return FALSE;
  if (reply->status != LAN_PICTURE_OK)
    return status <= 0xff &&
           (reply->width | reply->height | reply->source_width | reply->source_height) == 0;
  return is_side (reply->width, request->box_width) &&
         is_side (reply->height, request->box_height) &&
         is_side (reply->source_width, LAN_PICTURE_SIDE_MAX) &&
         is_side (reply->source_height, LAN_PICTURE_SIDE_MAX);
}

const char *
lan_picture_sniff (const guint8 *bytes, gsize len)
{
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  static const guint8 jpeg[] = { 0xff, 0xd8, 0xff };

  if (len >= sizeof png && memcmp (bytes, png, sizeof png) == 0)
    return "png";
  if (len >= sizeof jpeg && memcmp (bytes, jpeg, sizeof jpeg) == 0)
    return "jpeg";
  if (len >= 6 && (memcmp (bytes, "GIF87a", 6) == 0 || memcmp (bytes, "GIF89a", 6) == 0))
    return "gif";
  if (len >= 12 && memcmp (bytes, "RIFF", 4) == 0 && memcmp (bytes + 8, "WEBP", 4) == 0)
    return "webp";
  return NULL;
}

void
lan_picture_fit (guint32 *width, guint32 *height, guint32 box_width, guint32 box_height)
{
  guint64 w = *width, h = *height;

  if (w <= box_width && h <= box_height)
    return;
  if (w * box_height > h * box_width) { /* the width is what does not fit */
    *width = box_width;
    *height = (guint32) MAX (h * box_width / w, 1);
  } else {
    *height = box_height;
    *width = (guint32) MAX (w * box_height / h, 1);
  }
}
