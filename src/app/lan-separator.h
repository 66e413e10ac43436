/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The line between days, and the one above what is new.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LAN_TYPE_SEPARATOR (lan_separator_get_type ())
G_DECLARE_FINAL_TYPE (LanSeparator, lan_separator, LAN, SEPARATOR, GtkBox)

/** @day_ms: a moment of the day that begins, or 0; @is_new: whether what follows is unread. */
GtkWidget *lan_separator_new (gint64 day_ms, gboolean is_new, int margin);

G_END_DECLS
