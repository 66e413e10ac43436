/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The index of words: an FTS5 table without content beside the records, and how far it has come. It is
 * made from the records and is no part of the layout: made anew where LAN_WORDS_VERSION is not the
 * one it was made with, and where it is damaged. Rows are indexed some time after they were written,
 * in order of arrival (record.id), so `upto` says which ones are. Private to the store.
 *
 *   NEW/OLD --open--> BEHIND <--index_some--> READY;  any --corrupt--> BROKEN --index_some--> BEHIND
 */
#pragma once

#include "lan-db.h"

G_BEGIN_DECLS

#define LAN_SEARCH_BATCH                                                                           \
  250 /* rows indexed at a time: what they add stays in the processor's cache */

/** Finds the index or begins one. FALSE: the database as a whole cannot be used. */
gboolean lan_db_search_open (LanDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Before the connection is closed. */
void lan_db_search_close (LanDb *db);

/** Whether there may be rows to index. */
gboolean lan_db_search_is_behind (const LanDb *db);

/** Indexes up to @max rows in a transaction of its own. Trouble is logged, and tried again later. */
void lan_db_search_index_some (LanDb *db, guint max);

/** Percent of the rows that are indexed. */
guint lan_db_search_progress (LanDb *db);

/**
 * Inside a transaction: before the row @id is changed or deleted, its words go; after a change its
 * words of now are noted. Nothing happens to rows that are not indexed yet.
 */
gboolean lan_db_search_forget (LanDb *db, gint64 id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean lan_db_search_note (LanDb *db, gint64 id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Inside a transaction: after rows were deleted, so that the numbers of new ones are noticed. */
gboolean lan_db_search_shrink (LanDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** After the transaction was rolled back: what was thought of the index may be wrong. */
void lan_db_search_rolled_back (LanDb *db);

/** An error of SQLite while the index was read: TRUE when it is the index's own fault, and it will be
 * made anew. */
gboolean lan_db_search_note_damage (LanDb *db, int rc);

/** What lan-tokenizer.h makes words of: marks to narrow a search by. @to gets one with a space before. */
void lan_search_tag_number (GString *to, char what, guint64 number);
/* The 28 days in which @time_ms lies. */
void lan_search_tag_month (GString *to, gint64 time_ms);

G_END_DECLS
