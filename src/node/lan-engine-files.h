/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Files: the transfer machine with its three partners: disk does its jobs, the store keeps its rows,
 * core writes its offers as records; frames go over the links.
 */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

typedef struct _LanEngineFiles LanEngineFiles;

void lan_engine_files_open (LanEngine *engine, const LanSnapshot *snapshot);

/** Waits for the disk's short jobs under way. */
void lan_engine_files_free (LanEngineFiles *self);
LanTransfers *lan_engine_files_machine (LanEngineFiles *self);

/* --- what the owner asks --- */
/** @share: (nullable): a secret of LAN_SHARE_BYTES and the keys of all who are offered the same. */
void lan_engine_files_send (LanEngine *engine, const LanAccountId *peer, const LanMessageId *id,
                            const char *path, GBytes *share);

/** @entries: (nullable): paths in the folder that are wanted; a folder stands for what is in it. */
void lan_engine_files_accept (LanEngine *engine, const LanMessageId *id, const char *dir,
                              LanFileConflict conflict, const char *const *entries);
void lan_engine_files_pause (LanEngine *engine, const LanMessageId *id, gboolean on);
void lan_engine_files_set_limit (LanEngine *engine, guint64 bytes_per_s);

/** Returns: (transfer full) (element-type LanTransferEntry): empty while the tree is not known. */
GPtrArray *lan_engine_files_entries (LanEngine *engine, const LanMessageId *id);
void lan_engine_files_decline (LanEngine *engine, const LanMessageId *id);
void lan_engine_files_cancel (LanEngine *engine, const LanMessageId *id);

/* --- what core and the links say --- */
void lan_engine_files_on_offer (LanEngine *engine, const LanRecordRow *row);

/** Who is in a group may have changed: they may fetch what was offered in it. */
void lan_engine_files_on_members (LanEngine *engine, const LanConversationId *group);

/**
 * Adds to a batch of core's the rows of the transfers that its offers are going to be: either both
 * are on disk or neither is.
 */
void lan_engine_files_join_batch (LanEngine *engine, GPtrArray *changes);

/** Tells the owner of a transfer; @is_old: it was on disk when the profile was opened. */
void lan_engine_files_tell (LanEngine *engine, const LanTransferRow *row, gboolean is_old);

/** @account was blocked or removed. */
void lan_engine_files_drop (LanEngine *engine, const LanAccountId *account);

/** Returns: TRUE when @id was an offer of ours that could not be kept. */
gboolean lan_engine_files_on_offer_failed (LanEngine *engine, const LanMessageId *id);
void lan_engine_files_on_frame (LanEngine *engine, guint64 channel, const LanFrame *frame);
void lan_engine_files_on_writable (LanEngine *engine, guint64 channel);
void lan_engine_files_on_channel_up (LanEngine *engine, guint64 channel,
                                     const LanAccountId *account, gboolean carries_blocks);
void lan_engine_files_on_channel_down (LanEngine *engine, guint64 channel);

gboolean lan_engine_files_run (LanEngine *engine);
gint64 lan_engine_files_deadline (LanEngine *engine);

G_END_DECLS
