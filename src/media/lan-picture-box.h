/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Where the helper leaves the newest picture and node's side finds it: shared memory of a size that node
 * fixes and seals before it hands it on, so that whatever the helper does no reader runs past its end.
 * Three places, each under a sequence lock: nobody ever waits. What the helper writes about sizes is read
 * once and checked. One writer; readers on any thread.
 */
#pragma once

#include "lan-picture-image.h"

G_BEGIN_DECLS

typedef struct _LanPictureBox LanPictureBox;

/** Returns: (nullable): NULL when there is no memory for it. */
LanPictureBox *lan_picture_box_new (void) G_GNUC_WARN_UNUSED_RESULT;

/** The helper's side. @fd is closed with it. NULL: it is no such memory. */
LanPictureBox *lan_picture_box_open (int fd) G_GNUC_WARN_UNUSED_RESULT;
LanPictureBox *lan_picture_box_ref (LanPictureBox *box);
void lan_picture_box_unref (LanPictureBox *box);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPictureBox, lan_picture_box_unref)

/** To be handed to the helper; stays the box's. */
int lan_picture_box_get_fd (const LanPictureBox *box);

/** FALSE: of a size that is not shown. */
gboolean lan_picture_box_write (LanPictureBox *box, const LanPictureImage *image);

/** Nothing is shown any more. */
void lan_picture_box_clear (LanPictureBox *box);

/** Changes with each picture; 0: there is none. */
guint32 lan_picture_box_serial (const LanPictureBox *box);

/** Returns: (transfer full) (nullable): the newest picture, laid out by lan_picture_image_init(). */
guint8 *lan_picture_box_read (LanPictureBox *box, guint *width, guint *height);

G_END_DECLS
