/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The voice of one call as node sees it: a helper process, lanyard-media, that records, encodes,
 * decodes and plays. Packets of the call go in and come out; they are node's business to carry. When
 * the helper dies it is started again, at once and then ever more slowly, and the call goes on; after
 * LAN_MEDIA_DEATHS_MAX deaths within a minute failed() says that it does not. Everything happens in
 * the thread's default GMainContext of when it was made.
 */
#pragma once

#include "lan-media-message.h"
#include "lan-picture-box.h"

G_BEGIN_DECLS

#define LAN_MEDIA_DEATHS_MAX 5

typedef struct _LanMedia LanMedia;

typedef struct {
  guint32 tag;        /* of the call */
  const char *source; /* "default", "none", "test", "file:PATH" or a device's name */
  const char *sink;   /* "default", "null", "file:PATH" or a device's name */
  guint8 flags;       /* LanMediaSetFlags */
  const char
      *camera; /* "default", "none", "test" or a device's path; NULL: a call without pictures */
} LanMediaConfig;

typedef struct {
  void (*packet) (const guint8 *data, gsize len, gpointer data2);
  void (*stats) (const LanMediaStats *stats, gpointer data);
  /* @missing: LanMediaFailure bits; the rest goes on. @text is English. */
  void (*missing) (guint missing, const char *text, gpointer data);
  void (*failed) (const char *text, gpointer data); /* once; free it or leave it */
  /* Nothing is missing (any more). May be NULL. */
  void (*ready) (gpointer data);
  /* All there are, with LAN_MEDIA_WATCH; again when they change. May be NULL. */
  void (*devices) (const LanMediaDeviceInfo *list, guint n, gpointer data);
  void (*pictures) (const LanMediaPictures *pictures, gpointer data); /* may be NULL */
} LanMediaEvents;

/** Starts the helper. Never NULL: what goes wrong is told by failed(), not before the next turn. */
LanMedia *lan_media_new (const LanMediaConfig *config, const LanMediaEvents *events,
                         gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the helper without waiting for it; no callback comes after, also when called in one. NULL is allowed. */
void lan_media_free (LanMedia *media);

/** Gives the helper a datagram of the call. What it has no room for is dropped. */
void lan_media_take (LanMedia *media, const guint8 *data, gsize len);
void lan_media_set_flags (LanMedia *media, guint8 flags);

/**
 * Other devices from now on, also in the middle of a call; not "file:PATH", which a helper has from
 * its start on. FALSE: a name that cannot be.
 */
gboolean lan_media_use (LanMedia *media, const char *source, const char *sink);

/** Another camera from now on. FALSE: a name that cannot be. */
gboolean lan_media_use_camera (LanMedia *media, const char *camera);

/**
 * A screen is shown instead of the camera, until NULL. @screen: "test", "x11" (all of it), "x11:ID" (a window) or
 * "pipewire:NODE", for which @fd is the connection (taken; -1: none). FALSE: a name that cannot be, or a call without
 * pictures.
 */
gboolean lan_media_share (LanMedia *media, const char *screen, int fd);

/** Where the other side's pictures are; NULL: a call without. Borrowed. */
LanPictureBox *lan_media_get_box (LanMedia *media);

/** How often the helper was started again. */
guint lan_media_get_restarts (const LanMedia *media);

/** CLOCK_MONOTONIC of the call's frame 0 here. */
gint64 lan_media_get_start_us (const LanMedia *media);

/** Process id of the helper, 0: none runs now. */
int lan_media_get_pid (const LanMedia *media);

/** Where the helper is: (transfer full) (nullable). */
char *lan_media_find_helper (void);

G_END_DECLS
