/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A file that waits in the composer to be sent: a small picture or an icon, name, size, and a
 * button that takes it out again. Emits "removed".
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAN_TYPE_ATTACHMENT (lan_attachment_get_type ())
G_DECLARE_FINAL_TYPE (LanAttachment, lan_attachment, LAN, ATTACHMENT, GtkBox)

/* In place of a size: a folder, whose files nobody has counted yet. */
#define LAN_ATTACHMENT_FOLDER G_MAXUINT64

/** @path: an absolute name of a regular file of @size bytes, or of a folder. */
GtkWidget *lan_attachment_new (const char *path, guint64 size);
const char *lan_attachment_get_path (LanAttachment *self);
guint64 lan_attachment_get_size (LanAttachment *self);

G_END_DECLS
