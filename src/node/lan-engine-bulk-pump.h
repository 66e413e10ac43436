/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The pump: what joins bulk lanes and files on threads of its own, so that no file data passes the
 * engine's thread. What was asked of us is read and given to the lane; what comes is verified and
 * written; frames that travel beside it, and what became of the leaves, are handed to the engine in
 * batches.
 *
 * A message of a lane is of type BLOCK (header: transfer 16 | first leaf u64 | leaves u32 | zeros; payload: the
 * leaves one after the other, as long as the file's layout says) or FRAME (payload: one encoded Frame).
 *
 * Memory: LAN_PUMP_BUFFERS receive buffers for all lanes; a lane that finds none waits, and so does its
 * other end. Each lane's queue bounds what is read ahead.
 *
 * Threads: everything here belongs to the engine's thread unless it says otherwise; callbacks come there.
 */
#pragma once

#include "lan-bulk-lane.h"
#include "lan-disk.h"
#include "lan-transfers.h"

G_BEGIN_DECLS

#define LAN_PUMP_BUFFER_BYTES (256 * 1024)
#define LAN_PUMP_BUFFERS      24

typedef struct _LanPump LanPump;
typedef struct _LanPumpLane LanPumpLane;

typedef struct {
  /* Leaves of @id that came over lane @channel; @error as in lan_transfers_leaves(). */
  void (*leaves) (guint64 channel, const LanMessageId *id, const LanTransferLeaf *leaves, gsize n,
                  const GError *error, gpointer data);
  void (*served) (guint64 channel, const LanMessageId *id, guint64 n, guint64 bytes,
                  const GError *error, gpointer data);
  void (*frame) (guint64 channel, const guint8 *frame, gsize len, gpointer data);
  /* The lane has ended; free it. */
  void (*closed) (guint64 channel, gpointer data);
} LanPumpEvents;

/** @events is copied. Callbacks come in @context. */
LanPump *lan_pump_new (GMainContext *context, const LanPumpEvents *events,
                       gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/** Waits for what is under way; all lanes must be freed before. NULL is allowed. */
void lan_pump_free (LanPump *pump);

/** Leaves of @id go into @file (transfer full); NULL: they are no longer taken. */
void lan_pump_set_target (LanPump *pump, const LanMessageId *id, LanDiskFile *file);

/** Takes @lane (transfer full) over under the name @channel, and starts it. */
LanPumpLane *lan_pump_add_lane (LanPump *pump, guint64 channel,
                                LanBulkLane *lane) G_GNUC_WARN_UNUSED_RESULT;
void lan_pump_lane_free (LanPumpLane *lane);

/** Sends @frame (transfer full), before file data that waits. */
void lan_pump_lane_send (LanPumpLane *lane, GBytes *frame);

/** Sends leaves of @file (transfer full), called @name there. */
void lan_pump_lane_serve (LanPumpLane *lane, const LanMessageId *id, const LanMessageId *name,
                          LanDiskFile *file, guint64 first, guint32 count);

/** What was not read yet of these leaves is not sent; it is told as served, without bytes. */
void lan_pump_lane_cancel (LanPumpLane *lane, const LanMessageId *id, const LanMessageId *name,
                           guint64 first, guint32 count);

LanBulkLane *lan_pump_lane_get (LanPumpLane *lane);

G_END_DECLS
