/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The one connection to the database: opened through the sealing VFS, brought to this version's
 * layout, with its statements prepared once and kept. Private to the store; everything here is
 * used by the store's thread only (tests: by theirs).
 */
#pragma once

#include "lan-snapshot.h"
#include "lan-sql.h"
#include "lan-store.h"
#include "lan-vfs.h"

G_BEGIN_DECLS

/* The statements of the index (lan-db-search.c). */
typedef enum {
  LAN_SEARCH_NEXT,
  LAN_SEARCH_ROW,
  LAN_SEARCH_LAST,
  LAN_SEARCH_SET_UPTO,
  LAN_SEARCH_ADD,
  LAN_SEARCH_DROP,
  LAN_SEARCH_N
} LanSearchStatement;

typedef struct {
  sqlite3_stmt *statements[LAN_SEARCH_N];
  guint generation;   /* of the table: search_N */
  gint64 upto;        /* record.id up to which it is indexed */
  gboolean is_behind; /* there may be more to index */
  gboolean is_broken; /* to be made anew */
  guint n_made;       /* how often it was since the database was opened */
} LanDbSearch;

#define LAN_IDENT_MAX   32  /* bytes of an id */
#define LAN_IDENT_SLOTS 256 /* of what is remembered */

typedef struct {
  gint64 number; /* 0: nothing is remembered */
  guint8 len;
  guint8 value[LAN_IDENT_MAX];
} LanDbIdent;

/* Whether there are messages out of files. */
typedef enum {
  LAN_DB_IMPORTS_UNKNOWN,
  LAN_DB_IMPORTS_NONE,
  LAN_DB_IMPORTS_SOME,
} LanDbImports;

typedef struct {
  sqlite3 *handle;
  LanVfs *vfs;
  sqlite3_stmt *statements[LAN_SQL_N];
  LanDbSearch search;
  LanDbIdent idents[LAN_IDENT_SLOTS];
  LanDbImports imports;
  gboolean may_wait;   /* some operation may wait for its message */
  guint64 check_at;    /* where the next page lies that is looked at without need */
  int wal_pages;       /* in the WAL after the last commit */
  gboolean is_damaged; /* something did not open: leave all files as they are for whoever repairs */
} LanDb;

/**
 * Opens, checks and migrates. @seal: (transfer full). @below: name of the VFS that keeps the bytes,
 * NULL for the system's.
 *
 * Returns: (transfer full) (nullable): NULL with @error of LAN_STORE_ERROR.
 */
LanDb *lan_db_open (const char *path, LanPageSeal *seal, const char *below, LanStoreFlags flags,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Opens or makes a database of @layout, or of a later one that it has; nothing is prepared. For restoring;
 * lan_db_complete() makes of it what lan_db_open() gives. */
LanDb *lan_db_open_layout (const char *path, LanPageSeal *seal, const char *below, int layout,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean lan_db_complete (LanDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Moves the WAL into the database (unless that is damaged) and closes. NULL is fine. */
void lan_db_close (LanDb *db);

/** The kept statement @id, reset and without bindings. Returns: (transfer none). */
sqlite3_stmt *lan_db_use (LanDb *db, LanSql id);

/** Runs @sql, rows are dropped. @doing completes "Cannot ...". */
gboolean lan_db_exec (LanDb *db, const char *sql, const char *doing,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Runs a bound statement that gives no rows, and resets it. */
gboolean lan_db_run (LanDb *db, sqlite3_stmt *statement, const char *doing,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Turns the SQLite code @rc into an error of LAN_STORE_ERROR, "Cannot @doing: why. advice.". */
void lan_db_fail (LanDb *db, int rc, const char *doing, GError **error);

/** Whether the WAL has grown long enough to be moved into the database when nobody waits. */
gboolean lan_db_is_untidy (const LanDb *db);

/** When the WAL has grown long, moves it into the database; sooner where nobody waits (@is_quiet).
 * What fails is tried again later. */
void lan_db_tidy (LanDb *db, gboolean is_quiet);

/* Parts of lan_db_apply() that only groups need (lan-db-group.c). */
gboolean lan_db_put_opened (LanDb *db, const LanRecordRow *row,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean lan_db_put_shown (LanDb *db, const LanRangeRow *range,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean lan_db_put_group_item (LanDb *db, const LanGroupItemRow *row,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Carried mail (lan-db-carried.c). */
gboolean lan_db_put_carried (LanDb *db, const LanCarriedRow *row,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lan_db_add_carried (sqlite3_stmt *s, gpointer to);
/** Returns: (transfer full) (nullable): one LanCarriedRow with its letter, or none. */
GPtrArray *lan_db_read_carried (LanDb *db, guint32 kind, const LanMessageId *id,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean lan_db_put_record (LanDb *db, const LanRecordRow *row,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is taken out of a file, and what is kept no longer (lan-db-keep.c): one transaction each. */
/** Inside a transaction, before @row is shown: an imported copy of the same message goes. */
gboolean lan_db_replace_import (LanDb *db, const LanRecordRow *row,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean lan_db_import (LanDb *db, const GPtrArray *changes, guint *n,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean lan_db_forget (LanDb *db, const LanForgetQuery *query, LanForgotten *result,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Carries out @changes inside the transaction that is open. */
gboolean lan_db_apply (LanDb *db, const GPtrArray *changes,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * What a message shows now becomes record.text: its newest edit, or nothing once it is recalled.
 * Everything that changes the text of a record that is on disk goes through here.
 */
gboolean lan_db_show (LanDb *db, const LanConversationId *conversation, const LanAccountId *author,
                      const LanMessageId *message, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean lan_db_put_operation (LanDb *db, const LanOperationRow *row,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A message came on screen: what waited for it takes effect. */
gboolean lan_db_meet_operations (LanDb *db, const LanConversationId *conversation,
                                 const LanAccountId *author, const LanMessageId *message,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The record at this place of a log is no longer on screen: another one will be in its place. */
gboolean lan_db_part_operations (LanDb *db, const LanRecordRow *key,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Fills LanRecordRow.operations of @records. */
gboolean lan_db_read_operations (LanDb *db, GPtrArray *records,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean lan_db_load_early (LanDb *db, GArray *early, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full) (nullable): see lan-snapshot.h. */
LanSnapshot *lan_db_load (LanDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The reads of lan-store.h, each giving (transfer full) (nullable) rows. */
GPtrArray *lan_db_read_history (LanDb *db, const LanHistoryQuery *query,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *lan_db_read_log (LanDb *db, const LanConversationId *conversation,
                            const LanDeviceId *device, guint64 from_seq, guint64 to_seq,
                            gsize max_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *lan_db_find_message (LanDb *db, const LanAccountId *author, const LanMessageId *message,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *lan_db_read_transfers (LanDb *db, gint64 before_ms, guint limit,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *lan_db_read_settings (LanDb *db, const char *prefix, guint limit,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *lan_db_search (LanDb *db, const LanSearchQuery *query,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *lan_db_read_days (LanDb *db, const LanDaysQuery *query,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For the files that read: rows that free themselves, and a statement at LAN_SQL_RECORD_COLUMNS. */
GPtrArray *lan_db_records_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_db_add_record (sqlite3_stmt *s, GPtrArray *rows);

G_END_DECLS
