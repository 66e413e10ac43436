/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The engine's history: core's and transfer's batches go to the store as they are, its answers back;
 * pages of a conversation become what the owner sees.
 */
#pragma once

#include "lan-engine-private.h"

G_BEGIN_DECLS

typedef struct _LanEngineStore LanEngineStore;

/* Who hears that a batch is on disk. */
typedef enum {
  LAN_BATCH_OF_CORE,
  LAN_BATCH_OF_TRANSFERS,
  LAN_BATCH_OF_SHARES,
  LAN_BATCH_OF_NODE, /* settings: nobody */
} LanBatchOwner;

LanEngineStore *lan_engine_store_new (LanEngine *engine);
void lan_engine_store_free (LanEngineStore *self);

/** (transfer full) @changes: one transaction; trouble becomes a notice. */
void lan_engine_store_commit (LanEngineStore *self, LanBatchOwner owner, guint64 batch,
                              GPtrArray *changes);

/** TRUE when no batch is on its way to the disk. */
gboolean lan_engine_store_is_idle (LanEngineStore *self);
void lan_engine_store_read (LanEngineStore *self, const LanCoreAction *read);
void lan_engine_store_find (LanEngineStore *self, const LanCoreAction *find);

/** Keeps @value (nullable: forget) under "@prefix.@key". */
void lan_engine_store_put (LanEngineStore *self, const char *prefix, const char *key,
                           const void *value, gsize len);

/**
 * Answers @task (transfer full) with at most @limit messages of the conversation with @peer, those
 * @where says; @anchor is looked at where there is a cursor, and where it is zero, @from_ms.
 */
void lan_engine_store_page (LanEngineStore *self, const LanAccountId *peer,
                            const LanMessageId *anchor, LanHistoryWhere where, gint64 from_ms,
                            guint limit, GTask *task);

/** Finds a message of somebody else and tells core that everything up to it was read. @task:
 * (nullable) (transfer full): answered when it was found, or not. */
void lan_engine_store_mark_read (LanEngineStore *self, const LanMessageId *message, GTask *task);

/** Counts again what is unread in the conversation with @peer and tells the owner. */
void lan_engine_store_count (LanEngineStore *self, const LanConversationId *conversation);

/** What the owner sees of @row. Returns: FALSE for rows whose conversation is not known. */
LanMessageStatus lan_engine_message_status (LanMessageState state);
gboolean lan_engine_message_info (LanEngine *engine, const LanRecordRow *row,
                                  LanMessageInfo *info) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full) (element-type LanConversationId): the conversations that show as one with
 * that of @peer: those merged into it too. */
GArray *lan_engine_store_conversations_of (LanEngine *engine, const LanAccountId *peer);

G_END_DECLS
