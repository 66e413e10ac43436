/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Rows of tables as bytes, for a backup: table u8 | columns u8 | for each: kind u8 (0 nothing, 1 number i64,
 * 2 blob, 3 text: both length u32 and bytes). Which columns a table has, the layout says that is named
 * beside the rows. Reading bounds everything and allocates nothing. Any thread.
 */
#pragma once

#include "lan-bytes.h"
#include "lan-status.h"

#include <sqlite3.h>

G_BEGIN_DECLS

#define LAN_DUMP_COLUMNS_MAX 32

/* Append-only: the numbers are in people's backups. */
#define LAN_DUMP_TABLES(X)                                                                         \
  X (PERSON, "person")                                                                             \
  X (DEVICE, "device")                                                                             \
  X (CONVERSATION, "conversation")                                                                 \
  X (RECORD, "record")                                                                             \
  X (VECTOR, "vector")                                                                             \
  X (TRANSFER, "transfer")                                                                         \
  X (ADDRESS, "address")                                                                           \
  X (SETTING, "setting")                                                                           \
  X (OPERATION, "operation")                                                                       \
  X (GROUP_ITEM, "group_item")                                                                     \
  X (IDENT, "ident")                                                                               \
  X (SHARE_ITEM, "share_item")

typedef enum {
#define X(name, text) LAN_DUMP_##name,
  LAN_DUMP_TABLES (X)
#undef X
      LAN_DUMP_N
} LanDumpTable;

/** Returns: the table's name in the layouts. */
const char *lan_dump_table_name (LanDumpTable table);

typedef enum {
  LAN_DUMP_NULL = 0,
  LAN_DUMP_INT = 1,
  LAN_DUMP_BLOB = 2,
  LAN_DUMP_TEXT = 3,
} LanDumpKind;

typedef struct {
  LanDumpKind kind;
  gint64 number;      /* INT */
  const guint8 *data; /* BLOB, TEXT: borrowed; text has no end mark */
  gsize len;
} LanDumpValue;

typedef struct {
  LanDumpTable table;
  guint n_columns;
  LanDumpValue columns[LAN_DUMP_COLUMNS_MAX];
} LanDumpRow;

/** Appends the row at which @statement stands. */
void lan_dump_row_append (GByteArray *to, LanDumpTable table, sqlite3_stmt *statement);

/** The next row of @r, whose bytes it borrows. Returns: OK, TRUNCATED, MALFORMED. */
LanStatus lan_dump_row_read (LanReader *r, LanDumpRow *row) G_GNUC_WARN_UNUSED_RESULT;

/** Binds @value; its memory stays the caller's until the statement was run. */
int lan_dump_value_bind (const LanDumpValue *value, sqlite3_stmt *statement, int index);

G_END_DECLS
