/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Tells when nobody has touched the computer for a while. Asks the desktop (GNOME's idle monitor,
 * which calls back by itself), else X11's idle counter every half a minute; where neither exists it
 * stays silent. Emits "idle" (gboolean).
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LAN_TYPE_IDLE_WATCH (lan_idle_watch_get_type ())
G_DECLARE_FINAL_TYPE (LanIdleWatch, lan_idle_watch, LAN, IDLE_WATCH, GObject)

/** @seconds: how long without a touch counts as idle. */
LanIdleWatch *lan_idle_watch_new (guint seconds);

G_END_DECLS
