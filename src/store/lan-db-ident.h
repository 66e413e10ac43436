/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Conversations, devices and authors of records are ids of 8 to 32 bytes, few and in every row: rows and
 * marks name them by the numbers of table ident. The last ones used are remembered. Private to the store.
 */
#pragma once

#include "lan-db.h"

G_BEGIN_DECLS

/** Returns: the number of the id; 0: no record has it. */
gint64 lan_db_ident_find (LanDb *db, gconstpointer id, gsize len);

/** Inside a transaction: the same, but an id that has no number gets one. */
gboolean lan_db_ident_make (LanDb *db, gconstpointer id, gsize len, gint64 *number,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** After a transaction or savepoint was rolled back: what is remembered may be wrong. */
void lan_db_ident_rolled_back (LanDb *db);

G_END_DECLS
