/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Every statement the store runs once it is open, in one list; the tables are in
 * lan-migration-1.c. Unsigned 64-bit numbers are kept with their top bit turned over, so that
 * SQLite's signed order is theirs (lan-column.h). Private to the store.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Ids in record are numbers of ident (lan-db-ident.h). */
#define LAN_SQL_IDENT(parameter) "(SELECT id FROM ident WHERE value = " parameter ")"
#define LAN_SQL_ID_OF(column)    "(SELECT value FROM ident WHERE ident.id = record." column ")"

#define LAN_SQL_RECORD_COLUMNS                                                                     \
  LAN_SQL_ID_OF ("conversation")                                                                   \
  ", " LAN_SQL_ID_OF ("device") ", seq, hash, message, " LAN_SQL_ID_OF (                           \
      "author") ", hlc, ord, kind, flags, shown, received_ms, blob, text, opened"
#define LAN_SQL_IN_LOG                                                                             \
  "conversation = " LAN_SQL_IDENT ("?1") " AND device = " LAN_SQL_IDENT ("?2") " "

#define LAN_SQL_TRANSFER_COLUMNS                                                                   \
  "id, conversation, peer, incoming, state, name, path, size, done, root, bitmap, error, "         \
  "created_ms, detail"

#define LAN_SQL_SCREEN                                                                             \
  "SELECT " LAN_SQL_RECORD_COLUMNS                                                                 \
  " FROM record WHERE conversation = " LAN_SQL_IDENT ("?1") " AND shown = 1 "

#define LAN_SQL_OPERATION                                                                          \
  "SELECT conversation, author, target, kind, actor, ord, op, hash, time_ms, is_on, text "         \
  "FROM operation WHERE conversation = ?1 AND author = ?2 AND target = ?3 "

/* States above LAN_TRANSFER_VERIFYING (4) are final. */
#define LAN_SQL_LIST(X)                                                                            \
  X (BEGIN, "BEGIN IMMEDIATE")                                                                     \
  X (COMMIT, "COMMIT")                                                                             \
  X (ROLLBACK, "ROLLBACK")                                                                         \
  X (SAVEPOINT, "SAVEPOINT batch")                                                                 \
  X (RELEASE, "RELEASE batch")                                                                     \
  X (ROLLBACK_TO, "ROLLBACK TO batch")                                                             \
                                                                                                   \
  X (PUT_PERSON, "INSERT OR REPLACE INTO person VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)")      \
  X (PUT_DEVICE, "INSERT OR REPLACE INTO device VALUES (?1,?2,?3,?4,?5)")                          \
  X (PUT_CONVERSATION, "INSERT OR REPLACE INTO conversation VALUES (?1,?2,?3,?4,?5,?6,?7)")        \
  X (PUT_RECORD,                                                                                   \
     "INSERT INTO record (conversation, device, seq, hash, message, author, hlc, ord, kind, "      \
     "flags, shown, received_ms, blob, text, opened) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10, "     \
     "?11 AND NOT EXISTS (SELECT 1 FROM record WHERE message = ?5 AND author = ?6 AND shown = 1)," \
     "?12,?13,?14,?15) ON CONFLICT (conversation, device, seq) DO NOTHING")                        \
  X (GET_HASH, "SELECT hash, blob FROM record WHERE " LAN_SQL_IN_LOG "AND seq = ?3")               \
  X (GET_ID, "SELECT id FROM record WHERE " LAN_SQL_IN_LOG "AND seq = ?3")                         \
  X (PUT_FLAGS,                                                                                    \
     "UPDATE record SET flags = ?4, shown = ?5 AND NOT EXISTS (SELECT 1 FROM record AS o "         \
     "WHERE o.message = record.message AND o.author = record.author AND o.shown = 1 "              \
     "AND o.id <> record.id) WHERE " LAN_SQL_IN_LOG "AND seq = ?3")                                \
  X (PUT_OPERATION,                                                                                \
     "INSERT INTO operation VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11, NOT EXISTS (SELECT 1 "     \
     "FROM record WHERE message = ?3 AND author = " LAN_SQL_IDENT (                                \
         "?2") " AND shown = 1 AND "                                                               \
               "conversation = " LAN_SQL_IDENT (                                                   \
                   "?1") "), ?12) "                                                                \
                         "ON CONFLICT DO UPDATE SET actor = ?6, ord = ?7, op = ?8, hash = ?9, "    \
                         "time_ms = ?10, "                                                         \
                         "is_on = ?11, text = ?12 WHERE (?7, ?8, ?9) > (ord, op, hash)")           \
  X (MEET_OPERATIONS, "UPDATE operation SET waiting = 0 WHERE conversation = ?1 AND author = ?2 "  \
                      "AND target = ?3 AND waiting = 1")                                           \
  X (PART_OPERATIONS, "UPDATE operation SET waiting = 1 WHERE (conversation, author, target) = "   \
                      "(SELECT " LAN_SQL_ID_OF ("conversation") ", " LAN_SQL_ID_OF (               \
                          "author") ", message FROM record WHERE " LAN_SQL_IN_LOG "AND seq = ?3)") \
  X (SHOWN_TEXT, "SELECT kind, text FROM operation WHERE conversation = ?1 AND author = ?2 "       \
                 "AND target = ?3 AND kind IN (1, 4) "                                             \
                 "ORDER BY kind, ord DESC, op DESC, hash DESC LIMIT 1")                            \
  X (SHOWN_ID, "SELECT id FROM record WHERE message = ?3 AND author = " LAN_SQL_IDENT (            \
                   "?2") " AND shown = 1 AND conversation = " LAN_SQL_IDENT ("?1"))                \
  X (SET_TEXT, "UPDATE record SET text = ?2 WHERE id = ?1 AND (?3 OR kind = 1)")                   \
  X (PUT_OPENED,                                                                                   \
     "UPDATE record SET kind = ?2, flags = ?3 | (flags & 32), text = ?4, opened = ?5, "            \
     "shown = ?6 AND (flags & 32) = 0 AND NOT EXISTS (SELECT 1 FROM record AS o "                  \
     "WHERE o.message = record.message AND o.author = record.author AND o.shown = 1 "              \
     "AND o.id <> record.id) WHERE id = ?1 AND (flags & 128) = 0")                                 \
  X (HIDE_RECORD, "UPDATE record SET flags = flags | 32, shown = 0 WHERE id = ?1")                 \
  X (SHOW_RECORD,                                                                                  \
     "UPDATE record SET flags = flags & ~32, shown = (flags & 136) = 0 AND NOT EXISTS "            \
     "(SELECT 1 FROM record AS o WHERE o.message = record.message AND o.author = record.author "   \
     "AND o.shown = 1 AND o.id <> record.id) WHERE id = ?1")                                       \
  X (PUT_GROUP_ITEM, "INSERT OR REPLACE INTO group_item (conversation, kind, key, value) "         \
                     "VALUES (?1,?2,?3,?4)")                                                       \
  X (DROP_GROUP_ITEM, "DELETE FROM group_item WHERE conversation = ?1 AND kind = ?2 AND key = ?3") \
  X (ALL_GROUP_ITEMS,                                                                              \
     "SELECT conversation, kind, key, value FROM group_item ORDER BY kind DESC, id")               \
  X (PUT_VECTOR, "INSERT OR REPLACE INTO vector VALUES (?1,?2,?3,?4,?5)")                          \
  X (PUT_TRANSFER, "INSERT OR REPLACE INTO transfer (" LAN_SQL_TRANSFER_COLUMNS                    \
                   ") VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)")                    \
  X (PUT_PLAN, "INSERT OR REPLACE INTO transfer_plan VALUES (?1,?2)")                              \
  X (DROP_PLAN, "DELETE FROM transfer_plan WHERE id = ?1")                                         \
  X (DROP_TRANSFER, "DELETE FROM transfer WHERE id = ?1")                                          \
  X (PUT_SHARE_ITEM, "INSERT OR REPLACE INTO share_item VALUES (?1,?2,?3,?4)")                     \
  X (DROP_SHARE_ITEM, "DELETE FROM share_item WHERE share = ?1 AND kind = ?2 AND key = ?3")        \
  X (DROP_SHARE, "DELETE FROM share_item WHERE share = ?1")                                        \
  X (PUT_ADDRESS, "INSERT OR REPLACE INTO address VALUES (?1,?2,?3,?4,?5)")                        \
  X (TRIM_ADDRESSES,                                                                               \
     "DELETE FROM address WHERE device = ?1 AND last_ms < (SELECT last_ms FROM address "           \
     "WHERE device = ?1 ORDER BY last_ms DESC LIMIT 1 OFFSET 31)")                                 \
  X (GET_IDENT, "SELECT id FROM ident WHERE value = ?1")                                           \
  X (PUT_IDENT, "INSERT INTO ident (value) VALUES (?1)")                                           \
  X (ANY_WAITING, "SELECT EXISTS (SELECT 1 FROM operation WHERE waiting = 1)")                     \
  X (PUT_SETTING, "INSERT OR REPLACE INTO setting VALUES (?1,?2)")                                 \
  X (DROP_SETTING, "DELETE FROM setting WHERE key = ?1")                                           \
                                                                                                   \
  X (ALL_PERSONS, "SELECT * FROM person ORDER BY account")                                         \
  X (ALL_DEVICES, "SELECT * FROM device ORDER BY device")                                          \
  X (ALL_CONVERSATIONS, "SELECT * FROM conversation ORDER BY conversation")                        \
  X (ALL_VECTORS, "SELECT * FROM vector")                                                          \
  X (ALL_ADDRESSES, "SELECT * FROM address ORDER BY device, last_ms DESC")                         \
  X (ALL_SETTINGS, "SELECT * FROM setting WHERE key < 'large.' OR key >= 'large/' ORDER BY key")   \
  X (SETTINGS_BELOW, "SELECT * FROM setting WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3")   \
  X (ALL_SHARE_ITEMS, "SELECT * FROM share_item ORDER BY share, kind, key")                        \
  X (PUT_CARRIED, "INSERT OR REPLACE INTO carried (kind, id, info, envelope) "                     \
                  "VALUES (?1,?2,?3,?4)")                                                          \
  X (DROP_CARRIED, "DELETE FROM carried WHERE kind = ?1 AND id = ?2")                              \
  X (ALL_CARRIED, "SELECT kind, id, info FROM carried ORDER BY rowid")                             \
  X (CARRIED, "SELECT kind, id, info, envelope FROM carried WHERE kind = ?1 AND id = ?2")          \
  X (COUNT_UNREAD,                                                                                 \
     "SELECT count (*) FROM (SELECT 1 FROM record WHERE conversation = " LAN_SQL_IDENT (           \
         "?1") " AND hlc > ?2 AND shown = 1 AND (flags & 1) = 0 AND (flags & 64) = 0 LIMIT ?3)")   \
  X (NEXT_LOG, "SELECT conversation, device FROM record WHERE (conversation, device, seq) > "      \
               "(?1, ?2, 9223372036854775807) ORDER BY conversation, device, seq LIMIT 1")         \
  X (LOG_HEAD,                                                                                     \
     "SELECT seq, hash, hlc, ord, blob, " LAN_SQL_ID_OF ("conversation") ", " LAN_SQL_ID_OF (      \
         "device") " FROM record WHERE conversation = ?1 AND device = ?2 "                         \
                   "ORDER BY seq DESC LIMIT 1")                                                    \
  X (OPEN_TRANSFERS, "SELECT " LAN_SQL_TRANSFER_COLUMNS                                            \
                     ", (SELECT plan FROM transfer_plan AS p WHERE p.id = transfer.id) "           \
                     "FROM transfer WHERE state <= 4 OR (state = 6 AND incoming = 1) "             \
                     "ORDER BY created_ms DESC")                                                   \
  X (CLOSED_TRANSFERS, "SELECT " LAN_SQL_TRANSFER_COLUMNS " FROM transfer WHERE state > 4 "        \
                       "AND (state <> 6 OR incoming = 0) "                                         \
                       "ORDER BY created_ms DESC LIMIT ?1")                                        \
  X (TRANSFERS, "SELECT " LAN_SQL_TRANSFER_COLUMNS " FROM transfer WHERE created_ms < ?1 "         \
                "ORDER BY created_ms DESC LIMIT ?2")                                               \
                                                                                                   \
  X (NEWEST, LAN_SQL_SCREEN "ORDER BY ord DESC, message DESC LIMIT ?4")                            \
  X (BEFORE, LAN_SQL_SCREEN "AND (ord, message) < (?2, ?3) "                                       \
                            "ORDER BY ord DESC, message DESC LIMIT ?4")                            \
  X (AFTER, LAN_SQL_SCREEN "AND (ord, message) > (?2, ?3) ORDER BY ord, message LIMIT ?4")         \
  X (AT, LAN_SQL_SCREEN "AND ord = ?2 AND message = ?3 LIMIT ?4")                                  \
  X (PINNED,                                                                                       \
     "SELECT " LAN_SQL_RECORD_COLUMNS " FROM record INDEXED BY record_message WHERE shown = 1 "    \
     "AND conversation = " LAN_SQL_IDENT (                                                         \
         "?1") " AND (message, author) IN (SELECT target, "                                        \
               "(SELECT id FROM ident WHERE value = operation.author) FROM operation "             \
               "WHERE conversation = ?1 AND kind = 2 AND is_on = 1 ORDER BY ord DESC LIMIT ?4)")   \
  X (OPERATIONS, LAN_SQL_OPERATION "ORDER BY kind LIMIT ?4")                                       \
  X (EDITS, LAN_SQL_OPERATION "AND kind = 4 ORDER BY ord DESC, op DESC LIMIT ?4")                  \
  X (EARLY_OPERATIONS, "SELECT DISTINCT author, target FROM operation WHERE waiting = 1 LIMIT ?1") \
  X (LOG, "SELECT " LAN_SQL_RECORD_COLUMNS " FROM record WHERE " LAN_SQL_IN_LOG                    \
          "AND seq BETWEEN ?3 AND ?4 AND blob IS NOT NULL ORDER BY seq")                           \
  X (MESSAGE, "SELECT " LAN_SQL_RECORD_COLUMNS " FROM record WHERE message = ?1 AND shown = 1 "    \
              "ORDER BY author")                                                                   \
  X (HAS_MESSAGE, "SELECT 1 FROM record WHERE message = ?1 "                                       \
                  "AND author = " LAN_SQL_IDENT ("?2") " AND shown = 1")                           \
  X (IMPORTED_MESSAGE, "SELECT id FROM record WHERE message = ?1 AND author = " LAN_SQL_IDENT (    \
                           "?2") " AND shown = 1 AND (flags & 64) <> 0")                           \
  X (LAST_SEQ, "SELECT max (seq) FROM record WHERE " LAN_SQL_IN_LOG)                               \
  X (OLD_ROWS,                                                                                     \
     "SELECT id, device, seq, message, ord, hash, blob, "                                          \
     "seq = (SELECT max (seq) FROM record AS r WHERE r.conversation = "                            \
     "record.conversation AND r.device = record.device), " LAN_SQL_ID_OF (                         \
         "author") ", " LAN_SQL_ID_OF ("device") " FROM record WHERE conversation "                \
                                                 "= " LAN_SQL_IDENT ("?1") " AND shown = 1 AND "   \
                                                                           "ord >= ?2 AND ord < "  \
                                                                           "?3 "                   \
                                                                           "ORDER BY ord LIMIT "   \
                                                                           "?4")                   \
  X (NTH_NEWEST, "SELECT ord FROM record WHERE conversation = " LAN_SQL_IDENT (                    \
                     "?1") " AND shown = 1 ORDER BY ord DESC LIMIT 1 OFFSET ?2")                   \
  X (IS_PINNED, "SELECT 1 FROM operation WHERE conversation = ?1 AND author = ?2 "                 \
                "AND target = ?3 AND kind = 2 AND is_on = 1")                                      \
  X (TRANSFER_RUNS, "SELECT 1 FROM transfer WHERE id = ?1 AND state <= 4")                         \
  X (DROP_OPERATIONS, "DELETE FROM operation WHERE conversation = ?1 AND author = ?2 "             \
                      "AND target = ?3")                                                           \
  X (DROP_RECORD, "DELETE FROM record WHERE id = ?1")                                              \
  X (EMPTY_RECORD, "UPDATE record SET blob = NULL, text = NULL, opened = NULL, shown = 0, "        \
                   "hash = ?2, flags = flags | 128 WHERE id = ?1")                                 \
  X (CLOSE_RECORD, "UPDATE record SET text = NULL, opened = NULL, shown = 0, "                     \
                   "flags = flags | 128 WHERE id = ?1")                                            \
  X (DROP_HIDDEN, "DELETE FROM record WHERE conversation = " LAN_SQL_IDENT (                       \
                      "?1") " AND device = ?2 AND seq < ?3 AND shown = 0")                         \
  X (CLOSE_HIDDEN,                                                                                 \
     "UPDATE record SET opened = NULL, flags = flags | 128 WHERE conversation = " LAN_SQL_IDENT (  \
         "?1") " AND device = ?2 AND seq < ?3 AND shown = 0 "                                      \
               "AND kind = 8 AND opened IS NOT NULL")                                              \
  X (MESSAGE_OF, "SELECT " LAN_SQL_RECORD_COLUMNS " FROM record WHERE message = ?1 "               \
                 "AND author = " LAN_SQL_IDENT ("?2") " AND shown = 1")

typedef enum {
#define X(name, sql) LAN_SQL_##name,
  LAN_SQL_LIST (X)
#undef X
      LAN_SQL_N
} LanSql;

G_END_DECLS
