/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the app and lanyard-thumb say to each other over a socket pair: one request, one reply. With
 * a request go two descriptors: the picture as a file, and a memory file of fixed size for the result
 * (rows of RGBA, four bytes a pixel, nothing between the rows). All numbers are little-endian. The
 * reply comes from a process that has read a stranger's bytes: nothing in it is believed unchecked.
 * Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_PICTURE_BOX_MAX       4096  /* px; a side of what is asked for */
#define LAN_PICTURE_SIDE_MAX      16384 /* px; a side of what is decoded */
#define LAN_PICTURE_PIXELS_MAX    (64 * 1024 * 1024)
#define LAN_PICTURE_FILE_MAX      (64 * 1024 * 1024) /* bytes */
#define LAN_PICTURE_REQUEST_BYTES 16
#define LAN_PICTURE_REPLY_BYTES   28

typedef enum {
  LAN_PICTURE_OK,
  LAN_PICTURE_UNKNOWN,   /* none of the kinds that are shown */
  LAN_PICTURE_DAMAGED,   /* cut short or altered */
  LAN_PICTURE_TOO_LARGE, /* more pixels or bytes than are decoded */
  LAN_PICTURE_LIMIT,     /* took more time or memory than it was given, or crashed */
} LanPictureStatus;

typedef struct {
  guint32 id;
  guint32
      box_width; /* px; the result is not larger than the box, and not larger than the picture */
  guint32 box_height;
} LanPictureRequest;

typedef struct {
  guint32 id;
  LanPictureStatus status;
  gboolean animated;     /* the result is the first of several */
  guint32 width, height; /* of the result; these and the next are 0 unless it is OK */
  guint32 source_width, source_height;
} LanPictureReply;

void lan_picture_request_encode (const LanPictureRequest *request,
                                 guint8 out[LAN_PICTURE_REQUEST_BYTES]);

/** Returns: whether @data is a request for a box that is allowed. */
gboolean lan_picture_request_decode (const guint8 *data, gsize len, LanPictureRequest *request);

void lan_picture_reply_encode (const LanPictureReply *reply, guint8 out[LAN_PICTURE_REPLY_BYTES]);

/** Returns: whether @data answers @request, with a result that fits its box. */
gboolean lan_picture_reply_decode (const guint8 *data, gsize len, const LanPictureRequest *request,
                                   LanPictureReply *reply);

/** Returns: (nullable): "png", "jpeg", "gif" or "webp" when @bytes begin like one; static. */
const char *lan_picture_sniff (const guint8 *bytes, gsize len);

/** Makes (@width, @height), both at least 1, fit into a box, never larger than it is. */
void lan_picture_fit (guint32 *width, guint32 *height, guint32 box_width, guint32 box_height);

G_END_DECLS
