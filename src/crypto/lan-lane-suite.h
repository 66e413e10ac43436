/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a lane's pattern number stands for, and the bytes both ends bind into the handshake: shared
 * by lanes and links. Private to this module. Any thread.
 */
#pragma once

#include "lan-lane.h"

G_BEGIN_DECLS

#define LAN_LANE_PROLOGUE_BYTES (27 + LAN_LANE_PREAMBLE_BYTES)

typedef struct {
  const char *noise;    /* Noise's name of the pattern */
  guint hello_messages; /* bit i: message i carries HELLO, the others carry nothing */
  gboolean needs_psk;
  gboolean listener_writes_last; /* so it waits for a first record before it believes */
} LanLaneSuite;

/** Returns: (nullable): NULL for numbers that are no pattern of lanes. */
const LanLaneSuite *lan_lane_suite_find (guint pattern);

/** Kinds that run over TCP. */
gboolean lan_lane_kind_is_stream (guint kind);

/** "LY" | version | pattern | kind | lane id (DESIGN section 4). */
void lan_lane_preamble_write (guint8 out[LAN_LANE_PREAMBLE_BYTES], guint kind, guint pattern,
                              const guint8 id[LAN_LANE_ID_BYTES]);

/** The 27 bytes of SECURITY 1.4, then the preamble. @net_id: (nullable): zeros. */
void lan_lane_prologue_write (guint8 out[LAN_LANE_PROLOGUE_BYTES], const guint8 *net_id,
                              const guint8 preamble[LAN_LANE_PREAMBLE_BYTES]);

G_END_DECLS
