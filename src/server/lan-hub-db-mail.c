/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Mailboxes and prekeys. */
#include "lan-hub-db-private.h"

#include <string.h>

#define SEEN_LIFE_MS (3 * G_GINT64_CONSTANT (86400000)) /* a deposit's id is remembered so long */

static gboolean
find_seen (LanHubDb *db, LanRegistryOp *op)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_FIND_SEEN);
  int rc;

  lan_hub_db_bind_blob (s, 1, &op->deposit.from, sizeof op->deposit.from);
  lan_hub_db_bind_blob (s, 2, op->deposit.id, sizeof op->deposit.id);
  rc = lan_hub_db_step (db, s);
  op->deposit.duplicate = TRUE;
  if (rc == SQLITE_ROW)
    op->deposit.mail_id = (guint64) sqlite3_column_int64 (s, 0);
  sqlite3_reset (s);
  return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static gboolean
deposit (LanHubDb *db, LanRegistryOp *op)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_PUT_SEEN);
  guint64 id = db->next_mail_id;

  lan_hub_db_bind_blob (s, 1, &op->deposit.from, sizeof op->deposit.from);
  lan_hub_db_bind_blob (s, 2, op->deposit.id, sizeof op->deposit.id);
  sqlite3_bind_int64 (s, 3, (gint64) id);
  sqlite3_bind_int64 (s, 4, op->deposit.time_ms);
  if (!lan_hub_db_do (db, s))
    return FALSE;
  if (sqlite3_changes (db->handle) == 0)
    return find_seen (db, op);
  s = lan_hub_db_use (db, LAN_HUB_SQL_PUT_MAIL);
  sqlite3_bind_int64 (s, 1, (gint64) id);
  lan_hub_db_bind_blob (s, 2, &op->deposit.to, sizeof op->deposit.to);
  sqlite3_bind_int64 (s, 3, op->deposit.time_ms);
  sqlite3_bind_int64 (s, 4, op->deposit.expires_ms);
  sqlite3_bind_int64 (s, 5, (gint64) g_bytes_get_size (op->deposit.envelope));
  lan_hub_db_bind_bytes (s, 6, op->deposit.envelope);
  if (!lan_hub_db_do (db, s))
    return FALSE;
  op->deposit.mail_id = id;
  op->deposit.duplicate = FALSE;
  db->next_mail_id++;
  return TRUE;
}

static gboolean
read_mail (LanHubDb *db, LanRegistryOp *op)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_READ_MAIL);
  gsize bytes = 0;
  int rc;

  g_clear_pointer (&op->mail_read.mail, g_array_unref); /* of a run that was rolled back */
  op->mail_read.mail = lan_registry_mails_new ();
  lan_hub_db_bind_blob (s, 1, &op->mail_read.device, sizeof op->mail_read.device);
  sqlite3_bind_int64 (s, 2, (gint64) MIN (op->mail_read.after, (guint64) G_MAXINT64));
  sqlite3_bind_int64 (s, 3, op->mail_read.max_count);
  while ((rc = lan_hub_db_step (db, s)) == SQLITE_ROW) {
    gsize size = (gsize) sqlite3_column_bytes (s, 2);
    LanRegistryMail mail;

    if (op->mail_read.mail->len > 0 && bytes + size > op->mail_read.max_bytes) {
      rc = SQLITE_DONE;
      break;
    }
    bytes += size;
    mail = (LanRegistryMail){ .id = (guint64) sqlite3_column_int64 (s, 0),
                              .time_ms = sqlite3_column_int64 (s, 1),
                              .envelope = lan_hub_db_get_bytes (s, 2) };
    g_array_append_val (op->mail_read.mail, mail);
  }
  sqlite3_reset (s);
  return rc == SQLITE_DONE;
}

static gboolean
ack_mail (LanHubDb *db, LanRegistryOp *op)
{
  op->mail_ack.freed_bytes = 0;
  op->mail_ack.freed_count = 0;
  for (guint i = 0; i < op->mail_ack.ids->len; i++) {
    sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_ACK_MAIL);
    guint64 id = g_array_index (op->mail_ack.ids, guint64, i);
    int rc;

    if (id > G_MAXINT64)
      continue;
    sqlite3_bind_int64 (s, 1, (gint64) id);
    lan_hub_db_bind_blob (s, 2, &op->mail_ack.device, sizeof op->mail_ack.device);
    while ((rc = lan_hub_db_step (db, s)) == SQLITE_ROW) {
      op->mail_ack.freed_bytes += (guint64) sqlite3_column_int64 (s, 0);
      op->mail_ack.freed_count++;
    }
    sqlite3_reset (s);
    if (rc != SQLITE_DONE)
      return FALSE;
  }
  return TRUE;
}

static gboolean
sum_expired (LanHubDb *db, LanRegistryOp *op)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_SUM_EXPIRED);
  int rc;

  g_clear_pointer (&op->expire.freed, g_array_unref);
  op->expire.freed = g_array_new (FALSE, FALSE, sizeof (LanRegistryFreed));
  sqlite3_bind_int64 (s, 1, op->expire.now_ms);
  while ((rc = lan_hub_db_step (db, s)) == SQLITE_ROW) {
    LanRegistryFreed freed = { .bytes = (guint64) sqlite3_column_int64 (s, 1),
                               .count = (guint32) sqlite3_column_int64 (s, 2) };

    if (lan_hub_db_get_blob (s, 0, &freed.device, sizeof freed.device))
      g_array_append_val (op->expire.freed, freed);
  }
  sqlite3_reset (s);
  return rc == SQLITE_DONE;
}

static gboolean
expire (LanHubDb *db, LanRegistryOp *op)
{
  static const LanHubSql expiries[] = { LAN_HUB_SQL_EXPIRE_MAIL, LAN_HUB_SQL_EXPIRE_PIECES,
                                        LAN_HUB_SQL_EXPIRE_BLOB, LAN_HUB_SQL_EXPIRE_INVITE,
                                        LAN_HUB_SQL_EXPIRE_SIGNED };
  sqlite3_stmt *s;

  if (!sum_expired (db, op))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (expiries); i++) {
    s = lan_hub_db_use (db, expiries[i]);
    sqlite3_bind_int64 (s, 1, op->expire.now_ms);
    if (!lan_hub_db_do (db, s))
      return FALSE;
  }
  s = lan_hub_db_use (db, LAN_HUB_SQL_EXPIRE_SEEN);
  sqlite3_bind_int64 (s, 1, op->expire.now_ms - SEEN_LIFE_MS);
  return lan_hub_db_do (db, s);
}

gboolean
lan_hub_db_run_mail (LanHubDb *db, LanRegistryOp *op)
{
  if (op->type == LAN_OP_DEPOSIT)
    return deposit (db, op);
  if (op->type == LAN_OP_MAIL_READ)
    return read_mail (db, op);
  return op->type == LAN_OP_MAIL_ACK ? ack_mail (db, op) : expire (db, op);
}

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
