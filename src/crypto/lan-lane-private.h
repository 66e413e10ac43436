/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The inside of a lane, shared by its two halves: lan-lane-handshake.c until the keys are there,
 * lan-lane.c for everything else.
 */
#pragma once

#include "lan-lane-record.h"
#include "lan-lane-suite.h"
#include "lan-lane.h"

G_BEGIN_DECLS

#define LAN_LANE_HANDSHAKE_MAX 1024 /* bytes of one handshake message */

typedef enum {
  LAN_LANE_STATE_PREAMBLE, /* listener: waits for the preamble */
  LAN_LANE_STATE_HANDSHAKE,
  LAN_LANE_STATE_CONFIRM, /* listener: waits for a first record */
  LAN_LANE_STATE_OPEN,
  LAN_LANE_STATE_CLOSING, /* our END is sealed, the other's is not here */
  LAN_LANE_STATE_CLOSED,
  LAN_LANE_STATE_FAILED,
  LAN_LANE_STATE_N
} LanLaneState;

/* In guarded memory. */
typedef struct {
  guint8 local_secret[LAN_KEY_BYTES]; /* until the handshake has it */
  guint8 local_public[LAN_KEY_BYTES]; /* when has_local_public */
  LanRecordFlow send;
  LanRecordFlow receive;
  guint8 exporter[LAN_KEY_BYTES];
} LanLaneSecrets;

/* What waits for lan_lane_next_event(). */
typedef struct {
  LanLaneEventType type;
  LanStatus status;
  guint8 remote_code;
  GBytes *frame;
} LanLaneItem;

struct _LanLane {
  gboolean is_dialer;
  LanLaneState state;
  LanStatus failure;
  guint64 fork_token;
  const LanLaneListener *listener;
  gpointer listener_data;
  const LanRandom *random;
  guint8 net_id[LAN_NET_ID_BYTES];
  LanHello hello;
  gboolean has_local_secret, has_local_public;

  LanLaneKind kind;
  LanLanePattern pattern;
  guint8 lane_id[LAN_LANE_ID_BYTES];
  const LanLaneSuite *suite;
  LanNoise *noise; /* NULL once the keys are taken */
  guint messages;  /* of the handshake, up to now */

  LanLaneSecrets *secrets;
  gboolean has_remote_static, has_remote_hello;
  guint8 remote_static[LAN_KEY_BYTES];
  LanHello remote_hello;
  guint8 handshake_hash[LAN_NOISE_HASH_BYTES];

  gint64 first_due_us, handshake_due_us, record_due_us; /* LAN_NO_DEADLINE when not running */
  guint8 *partial; /* the beginning of a unit whose rest has not come */
  gsize partial_len, partial_cap;
  guint8 *opened; /* scratch for one opened record */
  GArray *items;  /* of LanLaneItem */
  guint items_head;
  GByteArray *output; /* NULL when empty */
};

/** The only writer of the state. */
void lan_lane_set_state (LanLane *lane, LanLaneState state);

/** Makes the lane dead and says so once; returns @status. */
LanStatus lan_lane_fail (LanLane *lane, LanStatus status);

void lan_lane_push (LanLane *lane, const LanLaneItem *item);
GByteArray *lan_lane_output (LanLane *lane);

/** Starts the dialler's or, after the preamble, the listener's handshake. */
LanStatus lan_lane_handshake_start (LanLane *lane, const guint8 *remote_public, const guint8 *psk);

/** Listener: takes the preamble. */
LanStatus lan_lane_handshake_preamble (LanLane *lane, const guint8 *data);

/** Takes one handshake message and answers as far as it is our turn. */
LanStatus lan_lane_handshake_message (LanLane *lane, const guint8 *data, gsize len);

G_END_DECLS
