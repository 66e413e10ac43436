/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What lanyard-thumb may not do, in two steps. The process that waits for requests may fork and speak
 * to the app, and open nothing. Each child, which alone sees a stranger's bytes, may read and write
 * what it was handed and take memory; that is all, and not for long.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAN_THUMB_MEMORY_MAX (G_GUINT64_CONSTANT (256) << 20) /* bytes of data of one child */
#ifndef LAN_THUMB_CPU_S
#define LAN_THUMB_CPU_S 5 /* seconds of a processor for one picture */
#endif

/** For the process that waits, once what it needs is loaded. FALSE: it must not go on. */
gboolean lan_thumb_confine_parent (void);

/** For a child, before it looks at the picture. FALSE: it must not look. */
gboolean lan_thumb_confine_child (void);

G_END_DECLS
