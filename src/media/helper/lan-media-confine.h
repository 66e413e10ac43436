/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What lanyard-media may not do: speak to a network, start programs, look into others, take much
 * memory. Local sockets and devices stay open to it: that is how sound servers are reached.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_MEDIA_MEMORY_MAX                                                                       \
  (G_GUINT64_CONSTANT (1) << 30) /* bytes of data, mapped libraries apart */

/** For good, for all threads to come. FALSE: the kernel refuses, and the program must not go on. */
gboolean lan_media_confine (GError **error);

G_END_DECLS
