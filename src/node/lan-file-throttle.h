/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Holds what goes over links to the speed limit that bulk lanes keep to by themselves: one budget for both. A
 * channel that has something to send saves up for a whole piece of it. Engine's thread.
 */
#pragma once

#include "lan-bulk-rate.h"

G_BEGIN_DECLS

#define LAN_FILE_THROTTLE_PIECE (64 * 1024) /* no frame of a file is longer */

typedef struct _LanFileThrottle LanFileThrottle;

LanFileThrottle *lan_file_throttle_new (LanBulkRate *rate) G_GNUC_WARN_UNUSED_RESULT;
void lan_file_throttle_free (LanFileThrottle *self);

/**
 * Returns: how much of @room may be used at @now_us (of lan_boottime_us()). @is_waiting: @channel has something to
 * send; where it may not be sent yet, lan_file_throttle_deadline() says when to ask again.
 */
gsize lan_file_throttle_room (LanFileThrottle *self, guint64 channel, gsize room,
                              gboolean is_waiting, gint64 now_us);
void lan_file_throttle_sent (LanFileThrottle *self, guint64 channel, gsize bytes);
void lan_file_throttle_forget (LanFileThrottle *self, guint64 channel);

/** TRUE while there is a limit. */
gboolean lan_file_throttle_is_on (LanFileThrottle *self);
/** G_MAXINT64: nobody waits. Asking begins anew with lan_file_throttle_rest(). */
gint64 lan_file_throttle_deadline (LanFileThrottle *self);
void lan_file_throttle_rest (LanFileThrottle *self);

G_END_DECLS
