/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Sound from and to files that node has opened: WAV, 16 bit, 48 kHz. Frame n of a call lies where it
 * belongs in time, so that a helper which was started again goes on in the right place. What is read
 * begins again at its end.
 */
#pragma once

#include "lan-media-packet.h"

G_BEGIN_DECLS

typedef struct {
  int fd;
  gint64 offset; /* of the first sample */
  gint64 frames; /* whole ones in it */
  guint channels;
} LanMediaWav;

/** Looks at the head of @fd. FALSE: no WAV of 16 bit, 48 kHz, one or two channels. */
gboolean lan_media_wav_open (LanMediaWav *wav, int fd);

/** Frame @n as one channel; silence where it cannot be read. */
void lan_media_wav_read (const LanMediaWav *wav, gint64 n, gint16 *pcm);

/** Writes frame @n of a file with one channel, and its head at times; @is_first: by this process. FALSE: the disk says no. */
gboolean lan_media_wav_write (int fd, gint64 n, const gint16 *pcm, gboolean is_first);

G_END_DECLS
