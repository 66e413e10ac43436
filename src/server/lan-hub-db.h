/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The server's SQLite database: opens, checks and migrates it, reads it once at start, and carries out
 * the registry's operations (lan-registry-op.h). Knows no registry and no thread: whoever holds it uses it
 * from one thread at a time (lan-hub-store.h does).
 */
#pragma once

#include "lan-registry-op.h"
#include "lan-status.h"

#include <sqlite3.h>

G_BEGIN_DECLS

#define LAN_HUB_DB_APPLICATION_ID 0x4c595356 /* "LYSV" */
#define LAN_HUB_DB_VERSION        2
#define LAN_HUB_DB_CHECK_BYTES                                                                     \
  (64 * 1024 * 1024) /* up to this size every page is checked at start */

#define LAN_HUB_ERROR_LIST(X)                                                                      \
  X (USAGE, "usage", "wrong use of a command")                                                     \
  X (CONFIG, "config", "the configuration is wrong")                                               \
  X (EXISTS, "exists", "it is there already")                                                      \
  X (MISSING, "missing", "something needed is not there")                                          \
  X (DAMAGED, "damaged", "the database is damaged")                                                \
  X (NEWER, "newer", "made by a newer version")                                                    \
  X (LOCKED, "locked", "another program has it")                                                   \
  X (FULL, "full", "the disk is full")                                                             \
  X (IO, "io", "input or output failed")                                                           \
  X (REFUSED, "refused", "the server refused it")

typedef enum {
#define X(NAME, code, text) LAN_HUB_ERROR_##NAME,
  LAN_HUB_ERROR_LIST (X)
#undef X
} LanHubError;

LAN_DECLARE_ERROR (LanHubError, lan_hub_error)
#define LAN_HUB_ERROR (lan_hub_error_quark ())

typedef struct _LanHubDb LanHubDb;

typedef enum {
  LAN_HUB_DB_CREATE = 1 << 0, /* make it when it is not there; else MISSING */
  LAN_HUB_DB_READ_ONLY = 1 << 1,
  LAN_HUB_DB_CHECK_ALL = 1 << 2, /* whatever its size */
} LanHubDbFlags;

/** Opens, checks and migrates; NULL and @error when it must not be used. BLOCKS. */
LanHubDb *lan_hub_db_open (const char *path, LanHubDbFlags flags,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lan_hub_db_close (LanHubDb *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanHubDb, lan_hub_db_close)

/** Called with each row that the registry loads at start, in its order; @row is the database's. */
typedef gboolean (*LanHubDbRow) (const LanRegistryRow *row, gpointer user_data);

/** FALSE with @error when a row cannot be read; FALSE without when @func said FALSE. BLOCKS. */
gboolean lan_hub_db_load (LanHubDb *db, LanHubDbRow func, gpointer user_data, GError **error);

/** Invites that are neither used nor expired. (transfer full) (element-type LanRegistryRow) */
GArray *lan_hub_db_invites (LanHubDb *db, gint64 now_s, GError **error);

/** A consistent copy of the whole database to a new file, while it is being written. BLOCKS. */
gboolean lan_hub_db_copy_to (LanHubDb *db, const char *path, GError **error);

/* ---- operations: between begin and commit, any number ---- */

/** FALSE: the storage is in trouble; db_trouble() says which. */
gboolean lan_hub_db_begin (LanHubDb *db);

/**
 * Carries out one operation within the transaction. FALSE: the whole transaction must be rolled back
 * (op->status says why); TRUE: op->status holds, once committed.
 */
gboolean lan_hub_db_run (LanHubDb *db, LanRegistryOp *op);
gboolean lan_hub_db_commit (LanHubDb *db);
void lan_hub_db_rollback (LanHubDb *db);

/** FULL or FAILED, of the last call that failed. */
LanRegistryOpStatus lan_hub_db_trouble (const LanHubDb *db);

/** TRUE for operations that change nothing. */
gboolean lan_hub_db_is_read (LanRegistryOpType type);

/** TRUE for operations that take room which others could use: refused first when disk runs low. */
gboolean lan_hub_db_takes_room (LanRegistryOpType type);

/** Bytes of the log that are not in the database: so much room will it want. */
guint64 lan_hub_db_log_bytes (const LanHubDb *db);

/**
 * Moves the log into the database when it has grown, or, where room is @scarce, at once so that it is
 * written over instead of growing; between transactions.
 */
void lan_hub_db_tidy (LanHubDb *db, gboolean scarce);

/** From now on a thread beside this one moves the most of it; @path: of the database. */
void lan_hub_db_tidy_beside (LanHubDb *db, const char *path);

G_END_DECLS
