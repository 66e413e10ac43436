/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What dialling (lan-tcp-lane-dial.c), the listener and bulk lanes share of a lane. Private to this module. */
#pragma once

#include "lan-bulk-record.h"
#include "lan-tcp-lane.h"

G_BEGIN_DECLS

/* How a lane is dialled; copied. */
typedef struct {
  LanLaneKind kind;
  LanLanePattern pattern;
  const guint8 *remote_key; /* NULL where the pattern needs none */
  const guint8 *lane_id;    /* NULL: random */
  const guint8 *psk;        /* NULL where the pattern has none */
} LanTcpLaneDial;

LanChannel *lan_tcp_lane_dial_as (const LanLocalKeys *keys, const LanTcpLaneDial *dial,
                                  GPtrArray *addresses) G_GNUC_WARN_UNUSED_RESULT;

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
