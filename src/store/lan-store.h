/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The history on disk: SQLite behind page sealing (DESIGN section 9) on a thread of its own. Calls
 * never block; they are carried out in the order they were made. Every call's callback runs exactly
 * once, in the GMainContext that was the caller's thread default when the store was opened, in call
 * order, also when opening failed or the store is being closed (then with an error). The store
 * keeps rows and batches (lan-change.h) and never parses a record.
 *
 *   open --> [commit | read ...]* --> close
 *
 * What a commit callback reported as done survives kill, crash and power failure.
 */
#pragma once

#include "lan-snapshot.h"
#include "lan-store-error.h"

G_BEGIN_DECLS

typedef struct _LanStore LanStore;

#define LAN_STORE_KEY_BYTES 32

typedef enum {
  LAN_STORE_FLAG_NONE = 0,
  LAN_STORE_FLAG_MUST_EXIST = 1 << 0, /* MISSING instead of beginning an empty history */
} LanStoreFlags;

/* @snapshot: (transfer full) (nullable): NULL exactly when @error is set. */
typedef void (*LanStoreOpened) (LanSnapshot *snapshot, const GError *error, gpointer user_data);

/* @error: NULL when everything asked for is on disk. */
typedef void (*LanStoreDone) (const GError *error, gpointer user_data);

/* @rows: (transfer none) (nullable) (element-type LanRecordRow or LanTransferRow): take a reference
 * to keep it; NULL exactly when @error is set. */
typedef void (*LanStoreRows) (GPtrArray *rows, const GError *error, gpointer user_data);

/* A place in a conversation between two rows on screen: order first, then message id. */
typedef struct {
  guint64 order;
  LanMessageId message;
} LanHistoryCursor;

typedef enum {
  LAN_HISTORY_NEWEST, /* the last rows; the cursor is not looked at */
  LAN_HISTORY_BEFORE, /* the rows just before the cursor's, without it */
  LAN_HISTORY_AFTER,  /* the rows just after the cursor's, without it */
  LAN_HISTORY_AROUND, /* the cursor's row, up to half of the limit before it and behind it */
  LAN_HISTORY_PINNED, /* what is pinned, newest pins first to be given; the cursor is not looked at */
} LanHistoryWhere;

/* The rows a conversation shows; with several ids (a merged person) they are shown as one. */
typedef struct {
  const LanConversationId *conversations; /* copied by the call */
  guint n_conversations;
  LanHistoryWhere where;
  LanHistoryCursor cursor;
  guint limit; /* at most 1,000 are given */
} LanHistoryQuery;

/* What is looked for. Everything that is not set lets everything through. */
typedef struct {
  const char *text;   /* as typed (lan-word-query.h), or NULL; copied by the call */
  gboolean is_typing; /* the last word may go on */
  const LanConversationId *conversations; /* copied by the call */
  guint n_conversations;                  /* 0: in all */
  gboolean has_author;
  LanAccountId author;
  guint kinds;    /* LAN_SEARCH_FILE... (lan-search-kind.h): one of them must hold; 0: any */
  gint64 from_ms; /* written at this time or later; 0: any */
  gint64 to_ms;   /* written before this time; 0: any */
  gint64 before;  /* arrived before the row with this .arrival; 0: the newest */
  guint limit;    /* at most 1,000 are given */
} LanSearchQuery;

/* @rows: as for LanStoreRows, newest arrival first. @percent: how much of the history is indexed so
 * far; below 100 only right after a new version or damage. */
typedef void (*LanStoreFound) (GPtrArray *rows, guint percent, const GError *error,
                               gpointer user_data);

/* Which days have messages. */
typedef struct {
  const LanConversationId *conversations; /* copied by the call */
  guint n_conversations;
  const gint64
      *days;    /* rising Unix ms at which days begin, and one at which the last ends; copied */
  guint n_days; /* of days, one less than of numbers */
} LanDaysQuery;

#define LAN_DAYS_MAX 400

/**
 * Opens the database at @path (its folder must exist; the file is made 0600 where there is none),
 * brings it to this version's layout and reads the snapshot. @key: 32 bytes, copied and wiped at
 * close. Errors of the callback: DAMAGED, WRONG_KEY, NEWER, LOCKED, FULL, ACCESS, MISSING, IO.
 *
 * Returns: (transfer full): the store, also when opening will fail; give it back to lan_store_close.
 */
LanStore *lan_store_open (const char *path, const guint8 *key, LanStoreFlags flags,
                          LanStoreOpened on_opened, gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Carries out @changes (transfer full) as one transaction: all of them or none. Batches that wait
 * together share one fsync; a batch that fails does not fail its neighbours. @on_done (nullable)
 * runs after the data is durable. Errors: FULL, IO, DAMAGED, CLOSED; CONFLICT when the batch brings
 * a record whose (conversation, device, seq) is taken by one of another hash. A second record with
 * the (author, message id) of one that is on screen is kept in its log and reads back with
 * LAN_RECORD_HIDDEN: a message shows once.
 */
void lan_store_commit (LanStore *store, GPtrArray *changes, LanStoreDone on_done,
                       gpointer user_data);

/** One page of what is on screen, in screen order (oldest first), without LAN_RECORD_HIDDEN. Rows come
 * with their operations. */
void lan_store_read_history (LanStore *store, const LanHistoryQuery *query, LanStoreRows on_rows,
                             gpointer user_data);

/**
 * Records of one log, from @from_seq (inclusive) on in ascending seq, up to @to_seq (inclusive) and
 * until their blobs reach @max_bytes (the first one is always given), hidden ones too: for sync.
 */
void lan_store_read_log (LanStore *store, const LanConversationId *conversation,
                         const LanDeviceId *device, guint64 from_seq, guint64 to_seq,
                         gsize max_bytes, LanStoreRows on_rows, gpointer user_data);

/**
 * The record on screen of @message, written by @author or, where that is NULL, by anybody (then
 * there may be several: ids are chosen by their authors). No rows when there is none. With operations.
 */
void lan_store_find_message (LanStore *store, const LanAccountId *author,
                             const LanMessageId *message, LanStoreRows on_rows, gpointer user_data);

/** Up to @limit LanTransferRow, newest first, made before @before_ms (G_MAXINT64: all). */
void lan_store_read_transfers (LanStore *store, gint64 before_ms, guint limit, LanStoreRows on_rows,
                               gpointer user_data);

/**
 * Up to @limit LanSettingRow whose keys begin with @prefix, by key. Those below LAN_STORE_LARGE are not in the
 * snapshot: they are read only when they are needed.
 */
#define LAN_STORE_LARGE "large."
void lan_store_read_settings (LanStore *store, const char *prefix, guint limit,
                              LanStoreRows on_rows, gpointer user_data);

/** What @query looks for, newest arrival first. */
void lan_store_search (LanStore *store, const LanSearchQuery *query, LanStoreFound on_found,
                       gpointer user_data);

/**
 * The first row on screen of each day that has one, oldest first, days told apart by the rows' order
 * on screen (LanRecordRow.order >> 16). At most LAN_DAYS_MAX days are looked at.
 */
void lan_store_read_days (LanStore *store, const LanDaysQuery *query, LanStoreRows on_rows,
                          gpointer user_data);

/* @percent: of the file that was looked at, 100: all of it, and the next call begins anew. @error: DAMAGED
 * where a page is not as it was written. */
typedef void (*LanStoreChecked) (guint percent, const GError *error, gpointer user_data);

/** Looks at the next megabyte of the file, whether or not anybody wants to read it. */
void lan_store_check_some (LanStore *store, LanStoreChecked on_checked, gpointer user_data);

/* --- what is taken out of a file, and what is kept no longer --- */

/* @n: how many were not there before. */
typedef void (*LanStoreImported) (guint n, const GError *error, gpointer user_data);

/**
 * Messages out of a file: @changes (transfer full) are LAN_CHANGE_RECORD of a log that no device writes, of
 * which the store gives the .seq. What is on screen already, of whatever log, is left as it is.
 */
void lan_store_import (LanStore *store, GPtrArray *changes, LanStoreImported on_imported,
                       gpointer user_data);

/* What is forgotten of a conversation: messages older than a time, or all but the newest. */
typedef struct {
  LanConversationId conversation;
  gint64 before_ms; /* 0: what counts is .newest */
  guint newest;
  LanDeviceId device; /* what stands in this log behind upto_seq is not delivered yet, and stays */
  guint64 upto_seq;
  gboolean keep_blobs; /* the sealed records stay, for others who lack them */
  guint64 from_order;  /* 0 at first, then what the answer said */
} LanForgetQuery;

typedef struct {
  guint n;          /* messages that went */
  gboolean is_more; /* ask again, from next_order on */
  guint64 next_order;
} LanForgotten;

typedef void (*LanStoreForgotten) (const LanForgotten *result, const GError *error,
                                   gpointer user_data);

/**
 * Forgets some hundred messages: gone from the screen, the index, and the logs that others fetch, with all that was
 * said about them. Pinned ones stay. The last record of a log keeps its place, so that nothing comes back.
 */
void lan_store_forget (LanStore *store, const LanForgetQuery *query, LanStoreForgotten on_forgotten,
                       gpointer user_data);

/* --- backups --- */

/* The history on its way into a backup: what has gone and what is left. */
typedef struct _LanStoreDump LanStoreDump;

/** @settings: keys of settings that go along, "core." for all that begin so. Returns: (transfer full). */
LanStoreDump *lan_store_dump_new (const char *const *settings) G_GNUC_WARN_UNUSED_RESULT;
void lan_store_dump_free (LanStoreDump *dump);

/* @piece: (transfer none) (nullable): rows as bytes, perhaps none; NULL exactly when @error is set. */
typedef void (*LanStorePiece) (GBytes *piece, const GError *error, gpointer user_data);

/**
 * The next piece of about 256 KiB (the first one holds all small tables); other calls come in between.
 * @dump belongs to the store until @on_piece; then ask lan_store_dump_is_done().
 */
void lan_store_dump_next (LanStore *store, LanStoreDump *dump, LanStorePiece on_piece,
                          gpointer user_data);
gboolean lan_store_dump_is_done (const LanStoreDump *dump);
guint lan_store_dump_percent (const LanStoreDump *dump);

/** How many messages on screen have gone so far. */
guint64 lan_store_dump_messages (const LanStoreDump *dump);

/** The layout of the pieces that this program makes. */
guint lan_store_layout (void);

/* A new history out of the pieces of a backup. Its calls block: on a worker's thread, all on one. */
typedef struct _LanStoreFill LanStoreFill;

/** Makes the file @path, which must not exist. Errors: NEWER (@layout), FULL, ACCESS, IO. */
LanStoreFill *lan_store_fill_new (const char *path, const guint8 *key, guint layout,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The bytes of the pieces, in their order, cut anywhere. Errors: DAMAGED (rows that fit no table), FULL, IO. */
gboolean lan_store_fill_rows (LanStoreFill *fill, const guint8 *data, gsize len,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All pieces were given: brings it to this version's layout and carries out @changes. */
gboolean lan_store_fill_finish (LanStoreFill *fill, const GPtrArray *changes,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Closes, and removes the file where it was not finished. NULL is fine. */
void lan_store_fill_free (LanStoreFill *fill);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanStoreFill, lan_store_fill_free)

/** The LanCarriedRow of @kind and @id with its letter, or no row. */
void lan_store_read_carried (LanStore *store, guint32 kind, const LanMessageId *id,
                             LanStoreRows on_rows, gpointer user_data);

/**
 * Carries out everything asked for so far, tidies and closes the file, then runs @on_closed
 * (nullable) as the last callback ever and frees @store (transfer full), which must not be used
 * after this call. The context must keep running until @on_closed.
 */
void lan_store_close (LanStore *store, LanStoreDone on_closed, gpointer user_data);

G_END_DECLS
