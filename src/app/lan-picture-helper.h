/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * One lanyard-thumb process and how it is asked: blocking, for worker threads, one thread at a time.
 * It is started when it is first needed, killed when it does not answer in time or when the asker
 * gives up, and started again for the next picture: whatever a picture does to it, that picture is
 * all that is lost.
 */
#pragma once

#include <gio/gio.h>

#include "lan-picture-message.h"

G_BEGIN_DECLS

#define LAN_PICTURE_ERROR (lan_picture_error_quark ())
/* Codes are LanPictureStatus, or G_IO_ERROR's where it is the file or the helper. */
GQuark lan_picture_error_quark (void);

typedef struct _LanPictureHelper LanPictureHelper;

typedef struct {
  GBytes *pixels; /* RGBA, width * 4 bytes a row */
  LanPictureReply reply;
} LanPicturePixels;

LanPictureHelper *lan_picture_helper_new (void) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the process. NULL is allowed. */
void lan_picture_helper_free (LanPictureHelper *helper);

/** @wait_ms: how long one picture may take; the default is 15 s. */
void lan_picture_helper_set_wait (LanPictureHelper *helper, guint wait_ms);

/**
 * Decodes the picture that @source (a regular file or memory file) holds
 * into a box of pixels, at most LAN_PICTURE_BOX_MAX a side. On TRUE @out's pixels are the caller's.
 */
gboolean lan_picture_helper_run (LanPictureHelper *helper, int source, guint box_width,
                                 guint box_height, GCancellable *cancellable, LanPicturePixels *out,
                                 GError **error);

/** Process id, 0: none runs now. */
int lan_picture_helper_get_pid (const LanPictureHelper *helper);

/** Opens a file for lan_picture_helper_run(): regular, and not too large. -1 on failure. */
int lan_picture_open (const char *path, GError **error);

/** @bytes as a memory file. -1 on failure. */
int lan_picture_open_bytes (GBytes *bytes, GError **error);

G_END_DECLS
