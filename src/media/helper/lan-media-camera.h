/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Takes pictures and encodes them, on a thread of its own, so that sound never waits for it: the test
 * pattern, a camera by GStreamer's v4l2src, or a screen (lan-media-grab.h). Callbacks come in the main context.
 */
#pragma once

#include "lan-picture-screen.h"

G_BEGIN_DECLS

typedef struct _LanMediaCamera LanMediaCamera;

typedef struct {
  void (*coded) (const LanPictureCoded *coded, gpointer data);
  void (*failed) (gpointer data); /* it gives no pictures */
} LanMediaCameraEvents;

/* What the encoder is to keep to; changes at any time. */
typedef LanPictureOrder LanMediaCameraOrder;

/** @name: "test", "default" or the path of a device. */
LanMediaCamera *lan_media_camera_new (const char *name, const LanMediaCameraEvents *events,
                                      gpointer data);

/** @name, @fd: as lan_media_grab_new() takes them. */
LanMediaCamera *lan_media_camera_new_for_screen (const char *name, int fd,
                                                 const LanMediaCameraEvents *events, gpointer data);

/** Waits for the thread, which looks up after each picture. No callback comes after. NULL is allowed. */
void lan_media_camera_free (LanMediaCamera *camera);
void lan_media_camera_order (LanMediaCamera *camera, const LanMediaCameraOrder *order);

/** Pictures taken, encoded or left out. */
guint64 lan_media_camera_taken (LanMediaCamera *camera);

G_END_DECLS
