/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Shared folders: their machine with its partners. Contents are transfers of the machine of files whose
 * conversation is the share; the owner of the node is not shown those.
 */
#pragma once

#include "lan-engine-private.h"
#include "lan-shares.h"

G_BEGIN_DECLS

typedef struct _LanEngineShare LanEngineShare;

/** After lan_engine_files_open(). */
void lan_engine_share_open (LanEngine *engine, const LanSnapshot *snapshot);
void lan_engine_share_free (LanEngineShare *self);
LanShares *lan_engine_share_machine (LanEngineShare *self);

/** Our keys or certificate are others now. */
void lan_engine_share_new_identity (LanEngine *engine);

/** Everything that is there is told to the owner. */
void lan_engine_share_tell_all (LanEngine *engine);
void lan_engine_share_execute (LanEngine *engine, LanCommand *command);

/* --- what files and links say --- */

/** TRUE when @conversation is a share: the transfer is not shown, and its machine was told. */
gboolean lan_engine_share_takes (LanEngine *engine, const LanTransferRow *row);

/** TRUE when the offer was one of a share's. */
gboolean lan_engine_share_takes_offer (LanEngine *engine, const LanTransferAction *offer);
void lan_engine_share_on_frame (LanEngine *engine, guint64 channel, const LanFrame *frame);
void lan_engine_share_on_channel (LanEngine *engine, guint64 channel, const LanAccountId *account,
                                  gboolean is_up);
void lan_engine_share_drop (LanEngine *engine, const LanAccountId *account);

gboolean lan_engine_share_run (LanEngine *engine);
gint64 lan_engine_share_deadline (LanEngine *engine);

/* --- lan-engine-share-tell.c --- */
void lan_engine_share_tell (LanEngine *engine, const LanConversationId *share);
void lan_engine_share_answer (LanEngine *engine, LanCommand *command);

G_END_DECLS
