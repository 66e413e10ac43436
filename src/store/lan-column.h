/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Values into statements and out of columns. Bound memory is the caller's and stays until the
 * statement was run. What a column holds may come from a damaged file: ids of another length read
 * as zeros, never past their end. Private to the store.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

void lan_bind_id (sqlite3_stmt *statement, int index, gconstpointer id, gsize len);
void lan_bind_bytes (sqlite3_stmt *statement, int index, GBytes *bytes);   /* NULL is NULL */
void lan_bind_text (sqlite3_stmt *statement, int index, const char *text); /* NULL is NULL */
void lan_bind_int (sqlite3_stmt *statement, int index, gint64 value);

/** Kept with the top bit turned over, so that it sorts as unsigned. */
void lan_bind_u64 (sqlite3_stmt *statement, int index, guint64 value);

void lan_column_id (sqlite3_stmt *statement, int index, gpointer id, gsize len);
GBytes *lan_column_bytes (sqlite3_stmt *statement, int index) G_GNUC_WARN_UNUSED_RESULT;
char *lan_column_text (sqlite3_stmt *statement, int index) G_GNUC_WARN_UNUSED_RESULT;
gint64 lan_column_int (sqlite3_stmt *statement, int index);
guint64 lan_column_u64 (sqlite3_stmt *statement, int index);

G_END_DECLS
