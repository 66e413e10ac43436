/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Drives a LanStore from a test as if its calls blocked: each waits for its callback in a context
 * of the driver's own. Also makes rows that can be told apart by small numbers.
 */
#pragma once

#include "lan-store-private.h"

G_BEGIN_DECLS

/* In every text the tests store; must never be seen on a disk. */
#define STORE_MARKER "wholly-secret-words"

typedef struct {
  GMainContext *context;
  LanStore *store;
  LanSnapshot *snapshot; /* of the opening */
  GError *error;         /* of the opening */
} StoreDriver;

/** Opens and waits. @key: 32 bytes; NULL: the tests' own key. @below: as lan_store_open_on. */
void store_driver_open (StoreDriver *driver, const char *path, const guint8 *key, const char *below,
                        LanStoreFlags flags);

/** Closes, waits and clears. */
void store_driver_close (StoreDriver *driver);

gboolean store_driver_commit (StoreDriver *driver, GPtrArray *changes, GError **error);
GPtrArray *store_driver_history (StoreDriver *driver, const LanHistoryQuery *query, GError **error);
GPtrArray *store_driver_log (StoreDriver *driver, guint conversation, guint device,
                             guint64 from_seq, guint64 to_seq, gsize max_bytes, GError **error);
GPtrArray *store_driver_find (StoreDriver *driver, const LanAccountId *author,
                              const LanMessageId *message, GError **error);
GPtrArray *store_driver_transfers (StoreDriver *driver, gint64 before_ms, guint limit,
                                   GError **error);

/** @percent: (out) (optional) */
GPtrArray *store_driver_search (StoreDriver *driver, const LanSearchQuery *query, guint *percent,
                                GError **error);
/** Returns: how many of @changes (transfer full) were new. */
guint store_driver_import (StoreDriver *driver, GPtrArray *changes, GError **error);
/** Asks again until nothing is left to be forgotten. Returns: how many went. */
guint store_driver_forget (StoreDriver *driver, LanForgetQuery query, GError **error);
GPtrArray *store_driver_days (StoreDriver *driver, const LanDaysQuery *query, GError **error);

/* Ids whose last four bytes are the number, the rest a letter of the kind. */
LanAccountId store_account (guint n);
LanDeviceId store_device (guint n);
LanConversationId store_conversation (guint n);
LanMessageId store_message (guint n);

/** The key the tests use. */
const guint8 *store_key (void);

/**
 * Adds a record of @device in @conversation. Its message id is @seq, order and hlc are 1000 * @seq +
 * @device, its text and its blob (300 bytes) hold STORE_MARKER. Returns: (transfer none).
 */
LanRecordRow *store_add_record (GPtrArray *changes, guint conversation, guint device, guint seq);

/** Returns: (transfer full): an empty folder of its own under the system's for temporary files. */
char *store_make_folder (void);

/** Removes @folder and the files in it. */
void store_remove_folder (const char *folder);

/** TRUE when a file of @folder holds STORE_MARKER or the name of a table. */
gboolean store_folder_shows_plain_text (const char *folder);

G_END_DECLS
