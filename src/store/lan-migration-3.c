/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Layout 3: what was said about messages. `detail` makes the key whole: nothing for kinds of which one
 * holds, actor and emoji for a reaction, the operation's id for an edit. `waiting` is 1 while the
 * message is not on screen. From here on record.text is what a message shows now.
 */
#include "lan-migration.h"

const char lan_migration_3_sql[] =
    "CREATE TABLE operation ("
    "  conversation BLOB NOT NULL, author BLOB NOT NULL, target BLOB NOT NULL,"
    "  kind INTEGER NOT NULL, detail BLOB NOT NULL,"
    "  actor BLOB NOT NULL, ord INTEGER NOT NULL, op BLOB NOT NULL, hash BLOB NOT NULL,"
    "  time_ms INTEGER NOT NULL, is_on INTEGER NOT NULL, waiting INTEGER NOT NULL, text TEXT,"
    "  PRIMARY KEY (conversation, author, target, kind, detail)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX operation_waiting ON operation (author, target) WHERE waiting = 1;"
    "CREATE INDEX operation_pin ON operation (conversation, ord) WHERE kind = 2 AND is_on = 1";
