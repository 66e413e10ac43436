/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Decodes pictures, on a thread of its own, and leaves them in the box. */
#pragma once

#include "lan-picture-box.h"
#include "lan-picture-receive.h"

G_BEGIN_DECLS

#define LAN_MEDIA_SCREEN_MAX 8 /* pictures that wait */

typedef struct _LanMediaScreen LanMediaScreen;

/** @box is borrowed. @broken: in the main context: a key picture is needed. */
LanMediaScreen *lan_media_screen_new (LanPictureBox *box, void (*broken) (gpointer data),
                                      gpointer data);
void lan_media_screen_free (LanMediaScreen *screen);

/** FALSE: too many wait; what follows cannot be decoded before the next key picture. */
gboolean lan_media_screen_put (LanMediaScreen *screen, const LanPictureOut *picture);

/** What the test pattern said in the picture shown last; G_MAXUINT32: nothing. */
guint32 lan_media_screen_number (LanMediaScreen *screen);

G_END_DECLS
