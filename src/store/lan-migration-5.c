/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Layout 5: shared folders. What is in the rows only the machine of shared folders reads. */
#include "lan-migration.h"

const char lan_migration_5_sql[] =
    "CREATE TABLE share_item ("
    "  share BLOB NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL, data BLOB NOT NULL,"
    "  PRIMARY KEY (share, kind, key)"
    ") STRICT, WITHOUT ROWID";
