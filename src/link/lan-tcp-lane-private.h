/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The listener's half of a lane. Private to this module. */
#pragma once

#include "lan-bulk-record.h"
#include "lan-tcp-lane.h"

G_BEGIN_DECLS

/**
 * The listening side of a lane on @socket, a connection just accepted. @decisions is borrowed for
 * the time until up(). Returns: (transfer full).
 */
LanChannel *lan_tcp_lane_accept (GSocket *socket, const LanLocalKeys *keys,
                                 const LanLaneListener *decisions,
                                 gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Takes the connection and both flows out of a lane that has just come up, in its up(): what is
 * sent and read from then on is the taker's. The channel is to be freed. FALSE: it cannot be done, all stays.
 */
gboolean lan_tcp_lane_take (LanChannel *channel, GSocket **socket, LanBulkFlow **send,
                            LanBulkFlow **receive) G_GNUC_WARN_UNUSED_RESULT;

LanLaneKind lan_tcp_lane_kind (const LanChannel *channel);

G_END_DECLS
