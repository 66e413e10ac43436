/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Layout 7: carried mail. What is held for others and what others hold for us; only core reads
 * `info`. The letter itself is sealed for somebody else, and NULL once it was handed over.
 */
#include "lan-migration.h"

const char lan_migration_7_sql[] =
    "CREATE TABLE carried ("
    "  rowid INTEGER PRIMARY KEY,"
    "  kind INTEGER NOT NULL, id BLOB NOT NULL, info BLOB NOT NULL, envelope BLOB,"
    "  UNIQUE (kind, id)"
    ") STRICT";
