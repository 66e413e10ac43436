/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The listener's half of a lane. Private to this module. */
#pragma once

#include "lan-tcp-lane.h"

G_BEGIN_DECLS

/**
 * The listening side of a lane on @socket, a connection just accepted. @decisions is borrowed for
 * the time until up(). Returns: (transfer full).
 */
LanChannel *lan_tcp_lane_accept (GSocket *socket, const LanLocalKeys *keys,
                                 const LanLaneListener *decisions,
                                 gpointer data) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
