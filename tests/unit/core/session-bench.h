/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* A session machine under test, with its clock, its randomness and what it last asked for. */
#pragma once

#include "lan-session.h"

#include "lan-deadlines.h"

#define S       G_USEC_PER_SEC
#define FOREIGN (G_GUINT64_CONSTANT (1) << 63)

extern const guint8 session_key[32], session_other_key[32];

typedef struct {
  LanSession *session;
  LanSessionPool pool;
  LanSeededRandom random;
  gint64 now;
  guint64 dial; /* handle of the newest DIAL */
  LanLinkId link;
} Bench;

void bench_init (Bench *b, gboolean is_smaller, gboolean has_key);
void bench_clear (Bench *b);
LanSessionAction expect (Bench *b, LanSessionActionType type);
void expect_only (Bench *b, LanSessionActionType type);
void expect_nothing (Bench *b);
void expect_lane (Bench *b, LanSessionActionType type, guint64 lane);
void expect_way (Bench *b, LanSessionWay way);
void drain (Bench *b);
void pass (Bench *b, gint64 us);
void signal_in (Bench *b, LanSessionSignalType type, guint8 id, guint32 path);
void our_signal (Bench *b, LanSessionSignalType type);
void dialing (Bench *b, gboolean is_smaller, gboolean has_key);
void lane_up (Bench *b, gboolean is_smaller);
void link_up (Bench *b, gboolean is_smaller);

void add_session_paths_tests (void);
void add_session_walk_tests (void);
