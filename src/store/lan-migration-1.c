/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Layout 1. The tables are the rows of lan-change.h; numbers with a top bit turned over (hlc, ord,
 * seq, size, done) are explained in lan-column.h. record.shown says whether the row is on screen:
 * of records with one (author, message id) at most one is, which an index enforces.
 */
#include "lan-migration.h"

const char lan_migration_1_sql[] =
    "CREATE TABLE person ("
    "  account BLOB PRIMARY KEY NOT NULL,"
    "  name TEXT, note TEXT,"
    "  trust INTEGER NOT NULL, flags INTEGER NOT NULL,"
    "  replaces BLOB NOT NULL, merged_into BLOB NOT NULL,"
    "  list BLOB, contact_secret BLOB,"
    "  first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE device ("
    "  device BLOB PRIMARY KEY NOT NULL,"
    "  account BLOB NOT NULL, cert BLOB, last_ts BLOB NOT NULL, state INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE conversation ("
    "  conversation BLOB PRIMARY KEY NOT NULL,"
    "  peer BLOB NOT NULL, kind INTEGER NOT NULL, flags INTEGER NOT NULL, draft TEXT,"
    "  own_read_hlc INTEGER NOT NULL, peer_read_hlc INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE record ("
    "  id INTEGER PRIMARY KEY,"
    "  conversation BLOB NOT NULL, device BLOB NOT NULL, seq INTEGER NOT NULL,"
    "  hash BLOB NOT NULL, message BLOB NOT NULL, author BLOB NOT NULL,"
    "  hlc INTEGER NOT NULL, ord INTEGER NOT NULL,"
    "  kind INTEGER NOT NULL, flags INTEGER NOT NULL, shown INTEGER NOT NULL,"
    "  received_ms INTEGER NOT NULL, blob BLOB, text TEXT"
    ") STRICT;"
    "CREATE UNIQUE INDEX record_log ON record (conversation, device, seq);"
    "CREATE UNIQUE INDEX record_message ON record (message, author) WHERE shown = 1;"
    "CREATE INDEX record_screen ON record (conversation, ord, message) WHERE shown = 1;"
    "CREATE INDEX record_unread ON record (conversation, hlc)"
    "  WHERE shown = 1 AND (flags & 1) = 0;"

    "CREATE TABLE vector ("
    "  conversation BLOB NOT NULL, holder BLOB NOT NULL, author BLOB NOT NULL,"
    "  seq INTEGER NOT NULL, hash BLOB NOT NULL,"
    "  PRIMARY KEY (conversation, holder, author)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE transfer ("
    "  id BLOB PRIMARY KEY NOT NULL,"
    "  conversation BLOB NOT NULL, peer BLOB NOT NULL,"
    "  incoming INTEGER NOT NULL, state INTEGER NOT NULL, name TEXT, path TEXT,"
    "  size INTEGER NOT NULL, done INTEGER NOT NULL, root BLOB NOT NULL,"
    "  bitmap BLOB, error TEXT, created_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX transfer_created ON transfer (created_ms);"

    "CREATE TABLE address ("
    "  device BLOB NOT NULL, account BLOB NOT NULL,"
    "  address TEXT NOT NULL, port INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
    "  PRIMARY KEY (device, address, port)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE setting (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL)"
    "  STRICT, WITHOUT ROWID";
