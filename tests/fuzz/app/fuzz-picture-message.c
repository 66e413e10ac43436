/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Both ends of the socket to lanyard-thumb, and what it finds in a GIF. The first byte chooses: a
 * request, a reply to the request in the bytes before it, a GIF, or the beginning of any file. A
 * message that is accepted encodes to the same bytes.
 */
#include "lan-picture-gif.h"
#include "lan-picture-message.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_request (const guint8 *data, gsize size)
{
  guint8 out[LAN_PICTURE_REQUEST_BYTES];
  LanPictureRequest request;
  guint32 w, h;

  if (!lan_picture_request_decode (data, size, &request))
    return;
  lan_picture_request_encode (&request, out);
  g_assert_true (memcmp (out, data, size) == 0);
  w = (request.id & 0xffff) | 1;
  h = request.id >> 16 | 1;
  lan_picture_fit (&w, &h, request.box_width, request.box_height);
  g_assert_cmpuint (w - 1, <, request.box_width);
  g_assert_cmpuint (h - 1, <, request.box_height);
}

static void
check_reply (const guint8 *data, gsize size)
{
  guint8 out[LAN_PICTURE_REPLY_BYTES];
  LanPictureRequest request;
  LanPictureReply reply;

  if (size < LAN_PICTURE_REQUEST_BYTES ||
      !lan_picture_request_decode (data, LAN_PICTURE_REQUEST_BYTES, &request))
    return;
  data += LAN_PICTURE_REQUEST_BYTES;
  size -= LAN_PICTURE_REQUEST_BYTES;
  if (!lan_picture_reply_decode (data, size, &request, &reply))
    return;
  g_assert_cmpuint (reply.width, <=, request.box_width);
  g_assert_cmpuint (reply.height, <=, request.box_height);
  lan_picture_reply_encode (&reply, out);
  g_assert_true (memcmp (out, data, size) == 0);
}

static void
check_gif (const guint8 *data, gsize size)
{
  int fd = memfd_create ("gif", MFD_CLOEXEC);
  gboolean more;
  gsize end;

  g_assert_true (fd >= 0 && write (fd, data, size) == (gssize) size);
  end = lan_picture_gif_first (fd, &more);
  g_assert_true (end <= size && (end > 0 || !more));
  close (fd);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size == 0)
    return 0;
  if (data[0] == 0)
    check_request (data + 1, size - 1);
  else if (data[0] == 1)
    check_reply (data + 1, size - 1);
  else if (data[0] == 2)
    check_gif (data + 1, size - 1);
  else
    g_assert_true (lan_picture_sniff (data + 1, size - 1) == NULL || size >= 4);
  return 0;
}
