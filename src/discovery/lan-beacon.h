/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The datagram that is broadcast and multicast on every interface (DESIGN section 4). One beacon:
 *
 *    0      4     5       6             8           16     18
 *   +------+-----+-------+-------------+-----------+------+---------
 *   |"LYBN"|ver 1| flags | interval_ms | instance  | port | body
 *   +------+-----+-------+-------------+-----------+------+---------
 *   visible body:  state u8 | account prefix 16 | name_len u8 | name (UTF-8, at most 48)
 *   hidden body:   nonce 16 | n_tags u8 | n_tags * 8
 *
 * Integers are little-endian. flags: bit 0 bye (the sender stops), bit 1 hidden; others must be 0.
 * interval_ms is the longest time until the sender's next beacon on this segment: silence of 2.5
 * intervals means that it is gone. Nothing here is authenticated. No clock, no I/O. Any thread.
 */
#pragma once

#include "lan-discovery-record.h"

G_BEGIN_DECLS

#define LAN_BEACON_MAX_BYTES       256
#define LAN_BEACON_MIN_INTERVAL_MS 500
#define LAN_BEACON_MAX_INTERVAL_MS 60000

typedef struct {
  LanInstanceId instance;
  guint16 interval_ms;
  gboolean bye;
  LanDiscoveryRecord record;
} LanBeacon;

/** Returns: the number of bytes written to @out. */
gsize lan_beacon_encode (const LanBeacon *beacon,
                         guint8 out[LAN_BEACON_MAX_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

/** @beacon is written only when the result is LAN_STATUS_OK. */
LanStatus lan_beacon_decode (LanBeacon *beacon, const guint8 *data,
                             gsize len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
