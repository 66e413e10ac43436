/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Sealed blobs, kept in the pieces in which they came. */
#include "lan-hub-db-private.h"

typedef struct {
  gboolean found;
  guint64 size;
  guint64 have;
  gboolean complete;
} BlobState;

static sqlite3_stmt *
use_blob (LanHubDb *db, LanHubSql id, const LanUserId *uid, const LanHash *root)
{
  sqlite3_stmt *s = lan_hub_db_use (db, id);

  lan_hub_db_bind_blob (s, 1, uid, sizeof *uid);
  lan_hub_db_bind_blob (s, 2, root, sizeof *root);
  return s;
}

static gboolean
find_blob (LanHubDb *db, const LanUserId *uid, const LanHash *root, BlobState *state)
{
  sqlite3_stmt *s = use_blob (db, LAN_HUB_SQL_FIND_BLOB, uid, root);
  int rc = lan_hub_db_step (db, s);

  *state = (BlobState){ .found = rc == SQLITE_ROW };
  if (state->found) {
    state->size = (guint64) sqlite3_column_int64 (s, 0);
    state->have = (guint64) sqlite3_column_int64 (s, 1);
    state->complete = sqlite3_column_int (s, 2) != 0;
  }
  sqlite3_reset (s);
  return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static gboolean
has_room (LanHubDb *db, LanRegistryOp *op, gboolean *fits)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_SUM_BLOBS);
  guint64 used = 0;
  int rc;

  lan_hub_db_bind_blob (s, 1, &op->blob_put.uid, sizeof op->blob_put.uid);
  rc = lan_hub_db_step (db, s);
  if (rc == SQLITE_ROW)
    used = (guint64) sqlite3_column_int64 (s, 0);
  sqlite3_reset (s);
  *fits = op->blob_put.size <= op->blob_put.quota && used <= op->blob_put.quota - op->blob_put.size;
  return rc == SQLITE_ROW;
}

static gboolean
begin_blob (LanHubDb *db, LanRegistryOp *op, gboolean *fits)
{
  sqlite3_stmt *s;

  if (!has_room (db, op, fits))
    return FALSE;
  if (!*fits)
    return TRUE;
  s = use_blob (db, LAN_HUB_SQL_PUT_BLOB, &op->blob_put.uid, &op->blob_put.root);
  sqlite3_bind_int64 (s, 3, (gint64) op->blob_put.size);
  sqlite3_bind_int64 (s, 4, op->blob_put.expires_ms);
  return lan_hub_db_do (db, s);
}

static gboolean
put_piece (LanHubDb *db, LanRegistryOp *op)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_PUT_PIECE);

  lan_hub_db_bind_blob (s, 1, &op->blob_put.root, sizeof op->blob_put.root);
  lan_hub_db_bind_blob (s, 2, &op->blob_put.uid, sizeof op->blob_put.uid);
  sqlite3_bind_int64 (s, 3, (gint64) op->blob_put.offset);
  lan_hub_db_bind_blob (s, 4, &op->blob_put.leaf, sizeof op->blob_put.leaf);
  lan_hub_db_bind_bytes (s, 5, op->blob_put.data);
  if (!lan_hub_db_do (db, s))
    return FALSE;
  op->blob_put.have = op->blob_put.offset + g_bytes_get_size (op->blob_put.data);
  s = use_blob (db, LAN_HUB_SQL_GROW_BLOB, &op->blob_put.uid, &op->blob_put.root);
  sqlite3_bind_int64 (s, 3, (gint64) op->blob_put.have);
  return lan_hub_db_do (db, s);
}

static gboolean
blob_put (LanHubDb *db, LanRegistryOp *op)
{
  gboolean fits = TRUE;
  BlobState state;

  if (!find_blob (db, &op->blob_put.uid, &op->blob_put.root, &state))
    return FALSE;
  op->blob_put.have = state.have;
  if (op->blob_put.offset != state.have || state.complete ||
      (state.found && state.size != op->blob_put.size)) {
    op->status = LAN_OP_CONFLICT;
    return TRUE;
  }
  if (!state.found && !begin_blob (db, op, &fits))
    return FALSE;
  if (!fits) {
    op->status = LAN_OP_QUOTA;
    return TRUE;
  }
  return put_piece (db, op);
}

static gboolean
blob_stat (LanHubDb *db, LanRegistryOp *op)
{
  BlobState state;

  if (!find_blob (db, &op->blob_stat.uid, &op->blob_stat.root, &state))
    return FALSE;
  op->blob_stat.size = state.size;
  op->blob_stat.have = state.have;
  op->blob_stat.complete = state.complete;
  if (!state.found)
    op->status = LAN_OP_NOT_FOUND;
  return TRUE;
}

static gboolean
blob_leaves (LanHubDb *db, LanRegistryOp *op)
{
  g_autoptr (GByteArray) leaves = g_byte_array_new ();
  sqlite3_stmt *s;
  BlobState state;
  int rc;

  g_clear_pointer (&op->blob_leaves.leaves, g_bytes_unref);
  if (!find_blob (db, &op->blob_leaves.uid, &op->blob_leaves.root, &state))
    return FALSE;
  op->blob_leaves.size = state.size;
  if (!state.found) {
    op->status = LAN_OP_NOT_FOUND;
    return TRUE;
  }
  s = lan_hub_db_use (db, LAN_HUB_SQL_READ_LEAVES);
  lan_hub_db_bind_blob (s, 1, &op->blob_leaves.root, sizeof op->blob_leaves.root);
  lan_hub_db_bind_blob (s, 2, &op->blob_leaves.uid, sizeof op->blob_leaves.uid);
  while ((rc = lan_hub_db_step (db, s)) == SQLITE_ROW)
    g_byte_array_append (leaves, sqlite3_column_blob (s, 0), (guint) sqlite3_column_bytes (s, 0));
  sqlite3_reset (s);
  op->blob_leaves.leaves = g_byte_array_free_to_bytes (g_steal_pointer (&leaves));
  return rc == SQLITE_DONE;
}

static gboolean
drop_blob (LanHubDb *db, const LanUserId *uid, const LanHash *root)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_DROP_PIECES);

  lan_hub_db_bind_blob (s, 1, root, sizeof *root);
  lan_hub_db_bind_blob (s, 2, uid, sizeof *uid);
  return lan_hub_db_do (db, s) &&
         lan_hub_db_do (db, use_blob (db, LAN_HUB_SQL_DROP_BLOB, uid, root));
}

static gboolean
blob_seal (LanHubDb *db, LanRegistryOp *op)
{
  if (!op->blob_seal.keep)
    return drop_blob (db, &op->blob_seal.uid, &op->blob_seal.root);
  if (!lan_hub_db_do (
          db, use_blob (db, LAN_HUB_SQL_SEAL_BLOB, &op->blob_seal.uid, &op->blob_seal.root)))
    return FALSE;
  if (sqlite3_changes (db->handle) == 0)
    op->status = LAN_OP_NOT_FOUND;
  return TRUE;
}

static gboolean
blob_read (LanHubDb *db, LanRegistryOp *op)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_READ_PIECE);
  int rc;

  g_clear_pointer (&op->blob_read.data, g_bytes_unref);
  lan_hub_db_bind_blob (s, 1, &op->blob_read.root, sizeof op->blob_read.root);
  sqlite3_bind_int64 (s, 2, (gint64) op->blob_read.offset);
  rc = lan_hub_db_step (db, s);
  if (rc == SQLITE_ROW) {
    op->blob_read.size = (guint64) sqlite3_column_int64 (s, 0);
    op->blob_read.data = lan_hub_db_get_bytes (s, 1);
  } else {
    op->status = LAN_OP_NOT_FOUND;
  }
  sqlite3_reset (s);
  return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

gboolean
lan_hub_db_run_blob (LanHubDb *db, LanRegistryOp *op)
{
  switch ((guint) op->type) {
  case LAN_OP_BLOB_PUT:
    return blob_put (db, op);
  case LAN_OP_BLOB_STAT:
    return blob_stat (db, op);
  case LAN_OP_BLOB_LEAVES:
    return blob_leaves (db, op);
  case LAN_OP_BLOB_SEAL:
    return blob_seal (db, op);
  default:
    return blob_read (db, op);
  }
}
