/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Pictures of the call, both ways: camera and encoder, sender, receiver, decoder and box brought together
 * in the main context. What takes time happens on the camera's and the screen's threads.
 */
#pragma once

#include "lan-media-message.h"

G_BEGIN_DECLS

typedef struct _LanMediaPicture LanMediaPicture;

typedef struct {
  void (*packet) (const guint8 *data, gsize len, gpointer data2);
  void (*missing) (guint missing, gpointer data); /* LAN_MEDIA_NO_CAMERA, _NO_SCREEN or 0 */
} LanMediaPictureEvents;

/** @box_fd: where pictures are left. Returns: (nullable): NULL: it is no box. */
LanMediaPicture *lan_media_picture_new (const LanMediaStart *start, int box_fd,
                                        const LanMediaPictureEvents *events, gpointer data);
void lan_media_picture_free (LanMediaPicture *picture);

/** Pictures of the camera or screen @name are sent, as @stream, or no longer. @fd: of a screen, borrowed; -1: none. */
void lan_media_picture_set (LanMediaPicture *picture, gboolean is_on, guint8 stream,
                            const char *name, gboolean is_screen, int fd);

/** A datagram of the call: TRUE when it is about pictures. */
gboolean lan_media_picture_take (LanMediaPicture *picture, const guint8 *data, gsize len);

/** @rtt_us: as voice knows it. */
void lan_media_picture_get (LanMediaPicture *picture, gint64 rtt_us, LanMediaPictures *out);

G_END_DECLS
