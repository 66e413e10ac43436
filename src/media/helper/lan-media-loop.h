/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A call to oneself: packets come back after LAN_MEDIA_LOOP_MS, as if somebody had sent them. */
#pragma once

#include "lan-media-packet.h"

G_BEGIN_DECLS

typedef struct {
  GQueue packets; /* of struct, oldest first */
} LanMediaLoop;

void lan_media_loop_put (LanMediaLoop *loop, const guint8 *data, gsize len, gint64 now_us);

/** Returns: bytes of a packet whose time has come, 0: none. */
gsize lan_media_loop_take (LanMediaLoop *loop, gint64 now_us, guint8 out[LAN_MEDIA_PACKET_MAX]);
void lan_media_loop_clear (LanMediaLoop *loop);

G_END_DECLS
