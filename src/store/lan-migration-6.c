/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Layout 6: a record says nothing twice, which halves a history. Ids are long, few and in every row, so
 * rows name them by the numbers of `ident`. record.text is where in blob (or, below 0, in opened)
 * the text stands, as offset * 65536 + length, or the text itself where it stands in neither (an
 * edit). record.hash is NULL where it is that of blob. record.seq is a plain number from here on.
 */
#include "lan-migration.h"

#define IDENT(column) "(SELECT id FROM ident WHERE value = record_old." column "), "
#define TEXT          "CAST (text AS BLOB)"

const char lan_migration_6_sql[] =
    "DROP INDEX record_log; DROP INDEX record_message; DROP INDEX record_screen;"
    "DROP INDEX record_unread;"
    "ALTER TABLE record RENAME TO record_old;"
    "CREATE TABLE ident (id INTEGER PRIMARY KEY, value BLOB UNIQUE NOT NULL) STRICT;"
    "INSERT INTO ident (value) SELECT conversation FROM record_old UNION "
    "  SELECT device FROM record_old UNION SELECT author FROM record_old;"
    "CREATE TABLE record ("
    "  id INTEGER PRIMARY KEY,"
    "  conversation INTEGER NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL,"
    "  hash BLOB, message BLOB NOT NULL, author INTEGER NOT NULL,"
    "  hlc INTEGER NOT NULL, ord INTEGER NOT NULL,"
    "  kind INTEGER NOT NULL, flags INTEGER NOT NULL, shown INTEGER NOT NULL,"
    "  received_ms INTEGER NOT NULL, blob BLOB, text ANY, opened BLOB"
    ") STRICT;"
    "INSERT INTO record SELECT id, " IDENT ("conversation")
        IDENT ("device") "  seq & 9223372036854775807, hash, message, " IDENT (
            "author") "  hlc, ord, kind, flags, shown, received_ms, blob,"
                      "  CASE WHEN text IS NULL OR length (" TEXT
                      ") NOT BETWEEN 1 AND 65535 THEN text"
                      "    WHEN opened IS NULL AND instr (blob, " TEXT ") > 0"
                      "      THEN (instr (blob, " TEXT ") - 1) * 65536 + length (" TEXT ")"
                      "    ELSE text END,"
                      "  opened FROM record_old;"
                      "DROP TABLE record_old;"
                      "CREATE UNIQUE INDEX record_log ON record (conversation, device, seq);"
                      "CREATE UNIQUE INDEX record_message ON record (message, author) WHERE shown "
                      "= 1;"
                      "CREATE INDEX record_screen ON record (conversation, ord) WHERE shown = 1;"
                      "CREATE INDEX record_unread ON record (conversation, hlc, flags, shown)"
                      "  WHERE shown = 1 AND (flags & 1) = 0";
