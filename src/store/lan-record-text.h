/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a record's blob already says is not kept beside it: its text is a place in it, its hash is
 * computed. Where the blob says something else (an edit, a text that was removed) the column does.
 * Private to the store.
 */
#pragma once

#include "lan-id.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/** BLAKE2b-256 of @blob. */
void lan_record_hash (const guint8 *blob, gsize len, LanHash *hash);

/** Binds @text (nullable) as a place in @opened, or in @blob where there is no @opened; as itself where
 * it does not stand there. */
void lan_record_text_bind (sqlite3_stmt *s, int index, const char *text, GBytes *blob,
                           GBytes *opened);

/** The text of a row at whose columns these are. Returns: (transfer full) (nullable). */
char *lan_record_text_column (sqlite3_stmt *s, int text, int blob,
                              int opened) G_GNUC_WARN_UNUSED_RESULT;

/** Binds NULL where @hash is that of @blob. */
void lan_record_hash_bind (sqlite3_stmt *s, int index, const LanHash *hash, GBytes *blob);
void lan_record_hash_column (sqlite3_stmt *s, int hash, int blob, LanHash *to);

G_END_DECLS
