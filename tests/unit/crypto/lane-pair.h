/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Two lanes that talk through memory, for the tests of lanes: a dialler and a listener with keys,
 * callbacks that remember what they were asked, and a pump that cuts the stream as it likes.
 */
#pragma once

#include "test-crypto.h"

#include "lan-lane.h"

typedef struct {
  TestPerson alice, bob; /* Alice dials */
  LanLane *dialer, *listener;
  LanLaneEvent events[2][64]; /* of the dialler, of the listener */
  guint n_events[2];
  gint64 now_us;
  gsize chunk; /* bytes per feed, 0: all at once */

  /* The listener's answers. */
  gboolean refuse;
  guint8 greatest_ts[LAN_TS_BYTES];
  gboolean has_psk;
  guint8 psk[LAN_KEY_BYTES];
  guint psk_used;
} LanePair;

/** Both lanes, nothing pumped. */
void lane_pair_init (LanePair *p, LanLaneKind kind, LanLanePattern pattern);
void lane_pair_clear (LanePair *p);
void lane_pair_config (LanePair *p, gboolean dialer, LanLaneKind kind, LanLanePattern pattern,
                       LanLaneConfig *config);
/** Moves bytes and collects events until both are quiet. */
void lane_pair_pump (LanePair *p);
void lane_pair_drop_events (LanePair *p);
/** Handshake done and both ESTABLISHED events checked and dropped. */
void lane_pair_establish (LanePair *p, LanLaneKind kind, LanLanePattern pattern);
