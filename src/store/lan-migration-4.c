/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Layout 4: groups. `opened` is what was inside of a sealed record; `group_item` is what core keeps
 * for a group (operations, certificates, keys), opaque here, in the order in which it came.
 */
#include "lan-migration.h"

const char lan_migration_4_sql[] =
    "ALTER TABLE record ADD COLUMN opened BLOB;"
    "CREATE TABLE group_item ("
    "  id INTEGER PRIMARY KEY,"
    "  conversation BLOB NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
    "  UNIQUE (conversation, kind, key)"
    ") STRICT";
