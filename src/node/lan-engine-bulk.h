/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Bulk lanes of the engine: opened while somebody's files are wanted, over whatever channel there is,
 * and given to the transfer machine as channels of their own. Everything on the engine's thread.
 */
#pragma once

#include "lan-engine-bulk-pump.h"
#include "lan-engine-private.h"

G_BEGIN_DECLS

typedef struct _LanEngineBulk LanEngineBulk;

LanEngineBulk *lan_engine_bulk_new (LanEngine *engine) G_GNUC_WARN_UNUSED_RESULT;

/** Before the disk is freed. */
void lan_engine_bulk_free (LanEngineBulk *bulk);

/** Files from @account are (no longer) wanted. */
void lan_engine_bulk_want (LanEngineBulk *bulk, const LanAccountId *account, gboolean on);

/** A channel over which a lane can be arranged is up, or down. */
void lan_engine_bulk_on_channel (LanEngineBulk *bulk, guint64 channel, const LanAccountId *account,
                                 gboolean is_up);
void lan_engine_bulk_on_open (LanEngineBulk *bulk, guint64 channel, const Lanyard__BulkOpen *open);

/** TRUE when @channel is a bulk lane: then @frame (transfer full) was taken. */
gboolean lan_engine_bulk_send (LanEngineBulk *bulk, guint64 channel, GBytes *frame);

/** Leaves for a SERVE action. @file: (transfer full) */
void lan_engine_bulk_serve (LanEngineBulk *bulk, const LanTransferAction *action,
                            LanDiskFile *file);
/** A CANCEL action. */
void lan_engine_bulk_cancel (LanEngineBulk *bulk, const LanTransferAction *action);
void lan_engine_bulk_set_target (LanEngineBulk *bulk, const LanMessageId *id, LanDiskFile *file);

/** A bulk lane broke a rule. FALSE: @channel is none. */
gboolean lan_engine_bulk_close (LanEngineBulk *bulk, guint64 channel);

/** Ends every lane to @account: they were blocked. */
void lan_engine_bulk_drop (LanEngineBulk *bulk, const LanAccountId *account);

/** Bytes a second for all lanes together; 0: no limit. */
/** Returns: (transfer none): what all lanes together keep to. */
LanBulkRate *lan_engine_bulk_rate (LanEngineBulk *bulk);
void lan_engine_bulk_set_limit (LanEngineBulk *bulk, guint64 bytes_per_s);

void lan_engine_bulk_run (LanEngineBulk *bulk);
gint64 lan_engine_bulk_deadline (LanEngineBulk *bulk);

G_END_DECLS
