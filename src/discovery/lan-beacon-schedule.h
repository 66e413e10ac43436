/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * When to send the next beacon on one interface: a pure machine. Quick at first (0, 250 ms, 1 s),
 * then about every two seconds, stretched so that the segment sees at most 50 datagrams a second
 * in all; sooner when a newcomer was heard, so that two fresh computers see each other within a
 * second, but never as an amplifier: answers are rationed. A plain value. Time is monotonic, in
 * microseconds.
 */
#pragma once

#include "lan-random.h"
#include "lan-rate.h"

G_BEGIN_DECLS

typedef struct {
  const LanRandom *random; /* borrowed */
  gint64 next_us;
  gint64 last_us;   /* when a beacon was sent, 0 for never */
  guint quick_sent; /* how many of the first quick ones went out */
  guint interval_ms;
  LanRate answers;
} LanBeaconSchedule;

void lan_beacon_schedule_init (LanBeaconSchedule *s, const LanRandom *random, gint64 now_us);

/** Starts over with quick beacons: new address, record changed, woken up. */
void lan_beacon_schedule_restart (LanBeaconSchedule *s, gint64 now_us);

/** One beacon soon, the rhythm goes on after it: the record changed. */
void lan_beacon_schedule_hurry (LanBeaconSchedule *s, gint64 now_us);

/** An instance not known before was heard on this interface. */
void lan_beacon_schedule_answer (LanBeaconSchedule *s, gint64 now_us);

/**
 * @neighbours: instances heard on this segment; @datagrams: how many make up one beacon here.
 * Takes effect with the next beacon, which also states it.
 */
void lan_beacon_schedule_set_crowd (LanBeaconSchedule *s, guint neighbours, guint datagrams);

/** TRUE when a beacon is due at @now_us; then the next one is planned. */
gboolean lan_beacon_schedule_take (LanBeaconSchedule *s, gint64 now_us);

G_END_DECLS
