/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Who is dialled in which way: peers, servers, and whoever shares a one-time secret. */
#include "lan-tcp-lane-private.h"

LanChannel *
lan_tcp_lane_dial (const LanLocalKeys *keys, const guint8 *remote_key, GPtrArray *addresses)
{
  const LanTcpLaneDial dial = { .kind = LAN_LANE_KIND_PEER,
                                .pattern =
                                    remote_key != NULL ? LAN_LANE_PATTERN_IK : LAN_LANE_PATTERN_XX,
                                .remote_key = remote_key };

  return lan_tcp_lane_dial_as (keys, &dial, addresses);
}

LanChannel *
lan_tcp_lane_dial_server (const LanLocalKeys *keys, const LanServerDial *server,
                          GPtrArray *addresses)
{
  gboolean has_key = server->pattern != LAN_LANE_PATTERN_XX;
  const LanTcpLaneDial dial = { .kind = LAN_LANE_KIND_SERVER,
                                .pattern = server->pattern,
                                .remote_key = has_key ? server->key : NULL };

  return lan_tcp_lane_dial_as (keys, &dial, addresses);
}

LanChannel *
lan_tcp_lane_dial_secret (const LanLocalKeys *keys, const LanLaneSecret *secret,
                          GPtrArray *addresses)
{
  static const LanLocalKeys no_keys;
  const LanTcpLaneDial dial = {
    .kind = secret->kind, .pattern = secret->pattern, .lane_id = secret->lane_id, .psk = secret->psk
  };

  return lan_tcp_lane_dial_as (keys != NULL ? keys : &no_keys, &dial, addresses);
}
