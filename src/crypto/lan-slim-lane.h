/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What is left of a lane once it is open, for programs that hold thousands of them: two keys, two
 * counters and nothing else. The keys of many lanes share guarded memory (a LanSlimPool), records
 * are opened where they lie in the caller's read buffer and sealed into the caller's write buffer, so
 * that an idle lane has no buffer of its own; only a record that a read has cut is kept until its
 * rest is there.
 *
 *   LanLane until ESTABLISHED --> lan_slim_lane_adopt() --> feed/send --> CLOSED or FAILED --> free
 *
 * The same records as LanLane's (SECURITY 1.7). A key that has sealed anything for 120 s is changed
 * by a REKEY record in front of the next one: there is a timer in no idle lane, and no key
 * that is in use is older than that. One thread for a pool and its lanes.
 */
#pragma once

#include "lan-lane.h"

G_BEGIN_DECLS

#define LAN_SLIM_LANE_REKEY_US (120 * G_GINT64_CONSTANT (1000000))

typedef struct _LanSlimPool LanSlimPool;
typedef struct _LanSlimLane LanSlimLane;

LanSlimPool *lan_slim_pool_new (void) G_GNUC_WARN_UNUSED_RESULT;

/** Every lane of the pool must be gone before. */
void lan_slim_pool_free (LanSlimPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanSlimPool, lan_slim_pool_free)

/**
 * Takes the keys out of @lane, which must be open with its events and its output taken; it is good for
 * nothing but lan_lane_free() afterwards. Returns: (transfer full) (nullable): NULL when it is not
 * open.
 */
LanSlimLane *lan_slim_lane_adopt (LanSlimPool *pool, LanLane *lane,
                                  gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void lan_slim_lane_free (LanSlimPool *pool, LanSlimLane *lane);

/** @frame lies in the buffer that is being fed, and is gone after the call. Must not free the lane. */
typedef void (*LanSlimLaneFrame) (gpointer user_data, const guint8 *frame, gsize len);

typedef enum {
  LAN_SLIM_LANE_OPEN,
  LAN_SLIM_LANE_ENDED, /* the other side said END */
  LAN_SLIM_LANE_FAILED,
} LanSlimLaneState;

/**
 * Takes bytes from the socket; @data is overwritten. Calls @on_frame for each frame in it. Not OK:
 * the lane has failed. OK and ENDED: nothing more will come, answer with lan_slim_lane_end().
 */
LanStatus lan_slim_lane_feed (LanSlimLane *lane, guint8 *data, gsize len, gint64 now_us,
                              LanSlimLaneFrame on_frame, gpointer user_data);
/** Asks the processor for what feeding and sending will need. @lane: NULL is nothing. */
void lan_slim_lane_warm (const LanSlimLane *lane);
LanSlimLaneState lan_slim_lane_state (const LanSlimLane *lane);

/**
 * Seals one frame at the end of @out. OVERSIZED or empty frames are refused; STATE when the lane has
 * failed, after END was sealed, or in a forked child.
 */
LanStatus lan_slim_lane_send (LanSlimLane *lane, const guint8 *frame, gsize len, gint64 now_us,
                              GByteArray *out) G_GNUC_WARN_UNUSED_RESULT;

/** Seals END; nothing can be sent after it. */
void lan_slim_lane_end (LanSlimLane *lane, GByteArray *out);

/** Seals an error record with @code; nothing can be sent after it. */
void lan_slim_lane_abort (LanSlimLane *lane, guint8 code, GByteArray *out);

/** Returns: when a record that has begun must be whole (then drop the lane), or LAN_NO_DEADLINE. */
gint64 lan_slim_lane_due (const LanSlimLane *lane);

/** Returns: bytes this lane costs now: its slot, and what is kept of a record. */
gsize lan_slim_lane_memory (const LanSlimLane *lane);

G_END_DECLS
