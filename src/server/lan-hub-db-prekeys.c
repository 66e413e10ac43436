/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Prekeys: what the absent have left so that others can begin a conversation with them. */
#include "lan-hub-db-private.h"

#include <string.h>

static gboolean
count_one_time (LanHubDb *db, const LanDeviceId *device, guint32 *left)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_COUNT_ONE_TIME);
  int rc;

  lan_hub_db_bind_blob (s, 1, device, sizeof *device);
  rc = lan_hub_db_step (db, s);
  *left = rc == SQLITE_ROW ? (guint32) sqlite3_column_int64 (s, 0) : 0;
  sqlite3_reset (s);
  return rc == SQLITE_ROW;
}

static gboolean
put_one_time (LanHubDb *db, LanRegistryOp *op)
{
  const gsize each = 36;
  gsize len = 0;
  const guint8 *bytes =
      op->prekeys_put.one_time != NULL ? g_bytes_get_data (op->prekeys_put.one_time, &len) : NULL;
  sqlite3_stmt *s;

  for (gsize at = 0; at + each <= len; at += each) {
    guint8 id[4];

    memcpy (id, bytes + at, sizeof id);
    s = lan_hub_db_use (db, LAN_HUB_SQL_PUT_ONE_TIME);
    lan_hub_db_bind_blob (s, 1, &op->prekeys_put.device, sizeof op->prekeys_put.device);
    lan_hub_db_bind_blob (s, 2, id, sizeof id);
    lan_hub_db_bind_blob (s, 3, bytes + at, each);
    if (!lan_hub_db_do (db, s))
      return FALSE;
  }
  s = lan_hub_db_use (db, LAN_HUB_SQL_TRIM_ONE_TIME);
  lan_hub_db_bind_blob (s, 1, &op->prekeys_put.device, sizeof op->prekeys_put.device);
  sqlite3_bind_int64 (s, 2, op->prekeys_put.max_one_time);
  return lan_hub_db_do (db, s);
}

static gboolean
prekeys_put (LanHubDb *db, LanRegistryOp *op)
{
  if (op->prekeys_put.signed_prekey != NULL) {
    sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_PUT_SIGNED);

    lan_hub_db_bind_blob (s, 1, &op->prekeys_put.device, sizeof op->prekeys_put.device);
    lan_hub_db_bind_bytes (s, 2, op->prekeys_put.signed_prekey);
    sqlite3_bind_int64 (s, 3, op->prekeys_put.signed_expires_s);
    if (!lan_hub_db_do (db, s))
      return FALSE;
  }
  return put_one_time (db, op) &&
         count_one_time (db, &op->prekeys_put.device, &op->prekeys_put.left);
}

static gboolean
take_one_time (LanHubDb *db, LanRegistryOp *op)
{
  const LanDeviceId *device = &op->prekeys_take.device;
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_FIND_ONE_TIME);
  guint8 id[4];
  gboolean found;
  int rc;

  lan_hub_db_bind_blob (s, 1, device, sizeof *device);
  rc = lan_hub_db_step (db, s);
  found = rc == SQLITE_ROW && lan_hub_db_get_blob (s, 0, id, sizeof id);
  if (found)
    op->prekeys_take.one_time = lan_hub_db_get_bytes (s, 1);
  sqlite3_reset (s);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE)
    return FALSE;
  if (!found)
    return TRUE;
  s = lan_hub_db_use (db, LAN_HUB_SQL_TAKE_ONE_TIME);
  lan_hub_db_bind_blob (s, 1, device, sizeof *device);
  lan_hub_db_bind_blob (s, 2, id, sizeof id);
  return lan_hub_db_do (db, s);
}

static gboolean
prekeys_take (LanHubDb *db, LanRegistryOp *op)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_FIND_SIGNED);
  int rc;

  g_clear_pointer (&op->prekeys_take.signed_prekey, g_bytes_unref);
  g_clear_pointer (&op->prekeys_take.one_time, g_bytes_unref);
  lan_hub_db_bind_blob (s, 1, &op->prekeys_take.device, sizeof op->prekeys_take.device);
  rc = lan_hub_db_step (db, s);
  if (rc == SQLITE_ROW)
    op->prekeys_take.signed_prekey = lan_hub_db_get_bytes (s, 0);
  sqlite3_reset (s);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE)
    return FALSE;
  /* A one-time prekey is worth nothing without the signed one. */
  if (rc == SQLITE_ROW && op->prekeys_take.with_one_time && !take_one_time (db, op))
    return FALSE;
  return count_one_time (db, &op->prekeys_take.device, &op->prekeys_take.left);
}

gboolean
lan_hub_db_run_prekeys (LanHubDb *db, LanRegistryOp *op)
{
  return op->type == LAN_OP_PREKEYS_PUT ? prekeys_put (db, op) : prekeys_take (db, op);
}
