/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Layout 2: transfers of folders. `detail` is the transfer machine's own; `transfer_plan` holds manifests and lists of
 * leaf hashes, apart because they are long and written once.
 */
#include "lan-migration.h"

const char lan_migration_2_sql[] =
    "ALTER TABLE transfer ADD COLUMN detail BLOB;"
    "CREATE TABLE transfer_plan (id BLOB PRIMARY KEY NOT NULL, plan BLOB NOT NULL)"
    "  STRICT, WITHOUT ROWID";
