/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Rows of accounts, devices, invites and the directory: written together or not at all. */
#include "lan-hub-db-private.h"

void
lan_hub_db_get_invite (sqlite3_stmt *s, LanRegistryInviteRow *row)
{
  *row = (LanRegistryInviteRow){ .role = (guint8) sqlite3_column_int (s, 5),
                                 .expires_s = sqlite3_column_int64 (s, 6),
                                 .used_s = sqlite3_column_int64 (s, 7) };
  (void) lan_hub_db_get_blob (s, 0, row->hash, sizeof row->hash);
  row->login = lan_hub_db_get_text (s, 1);
  row->display = lan_hub_db_get_text (s, 2);
  row->title = lan_hub_db_get_text (s, 3);
  row->department = lan_hub_db_get_text (s, 4);
  (void) lan_hub_db_get_blob (s, 8, &row->uid, sizeof row->uid);
}

static sqlite3_stmt *
bind_account (LanHubDb *db, const LanRegistryAccountRow *row)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_PUT_ACCOUNT);

  lan_hub_db_bind_blob (s, 1, &row->uid, sizeof row->uid);
  lan_hub_db_bind_blob (s, 2, &row->account, sizeof row->account);
  lan_hub_db_bind_text (s, 3, row->login);
  lan_hub_db_bind_text (s, 4, row->display);
  lan_hub_db_bind_text (s, 5, row->title);
  lan_hub_db_bind_text (s, 6, row->department);
  sqlite3_bind_int (s, 7, row->status);
  sqlite3_bind_int (s, 8, row->role);
  lan_hub_db_bind_bytes (s, 9, row->list);
  sqlite3_bind_int64 (s, 10, row->created_s);
  return s;
}

static sqlite3_stmt *
bind_device (LanHubDb *db, const LanRegistryDeviceRow *row)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_PUT_DEVICE);

  lan_hub_db_bind_blob (s, 1, &row->device, sizeof row->device);
  lan_hub_db_bind_blob (s, 2, &row->uid, sizeof row->uid);
  lan_hub_db_bind_blob (s, 3, row->dh_public, sizeof row->dh_public);
  sqlite3_bind_int (s, 4, row->state);
  lan_hub_db_bind_bytes (s, 5, row->cert);
  sqlite3_bind_int64 (s, 6, row->seen_s);
  return s;
}

static sqlite3_stmt *
bind_invite (LanHubDb *db, const LanRegistryInviteRow *row)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_PUT_INVITE);

  lan_hub_db_bind_blob (s, 1, row->hash, sizeof row->hash);
  lan_hub_db_bind_text (s, 2, row->login);
  lan_hub_db_bind_text (s, 3, row->display);
  lan_hub_db_bind_text (s, 4, row->title);
  lan_hub_db_bind_text (s, 5, row->department);
  sqlite3_bind_int (s, 6, row->role);
  sqlite3_bind_int64 (s, 7, row->expires_s);
  sqlite3_bind_int64 (s, 8, row->used_s);
  lan_hub_db_bind_blob (s, 9, &row->uid, sizeof row->uid);
  return s;
}

static sqlite3_stmt *
bind_numbered (LanHubDb *db, LanHubSql id, guint64 n, GBytes *bytes)
{
  sqlite3_stmt *s = lan_hub_db_use (db, id);

  sqlite3_bind_int64 (s, 1, (gint64) n);
  lan_hub_db_bind_bytes (s, 2, bytes);
  return s;
}

static sqlite3_stmt *
bind_key (LanHubDb *db, LanHubSql id, const void *key, gsize len)
{
  sqlite3_stmt *s = lan_hub_db_use (db, id);

  lan_hub_db_bind_blob (s, 1, key, len);
  return s;
}

static int
drop_mailbox (LanHubDb *db, const LanDeviceId *device)
{
  static const LanHubSql drops[] = { LAN_HUB_SQL_DROP_MAIL, LAN_HUB_SQL_DROP_PLACES,
                                     LAN_HUB_SQL_DROP_SIGNED, LAN_HUB_SQL_DROP_ONE_TIME };
  int rc = lan_hub_db_recent_drop_mail (db, device) ? SQLITE_DONE : SQLITE_ERROR;

  for (guint i = 0; i < G_N_ELEMENTS (drops) && rc == SQLITE_DONE; i++) {
    sqlite3_stmt *s = bind_key (db, drops[i], device, sizeof *device);

    rc = lan_hub_db_step (db, s);
    sqlite3_reset (s);
  }
  return rc;
}

/* Returns: DONE, CONSTRAINT (somebody was first), or a fault. */
static int
write_row (LanHubDb *db, const LanRegistryRow *row)
{
  sqlite3_stmt *s;
  int rc;

  switch (row->type) {
  case LAN_ROW_ACCOUNT:
    s = bind_account (db, &row->account);
    break;
  case LAN_ROW_DEVICE:
    s = bind_device (db, &row->device);
    break;
  case LAN_ROW_PASSWORD:
    s = bind_key (db,
                  row->password.hash != NULL ? LAN_HUB_SQL_PUT_PASSWORD : LAN_HUB_SQL_DROP_PASSWORD,
                  &row->password.uid, sizeof row->password.uid);
    if (row->password.hash != NULL)
      lan_hub_db_bind_text (s, 2, row->password.hash);
    break;
  case LAN_ROW_HIDDEN:
    s = bind_key (db, LAN_HUB_SQL_PUT_HIDDEN, &row->hidden.uid, sizeof row->hidden.uid);
    lan_hub_db_bind_bytes (s, 2, row->hidden.accounts);
    break;
  case LAN_ROW_ENTRY:
    s = bind_numbered (db, LAN_HUB_SQL_PUT_ENTRY, row->entry.index, row->entry.bytes);
    break;
  case LAN_ROW_HEAD:
    s = bind_numbered (db, LAN_HUB_SQL_PUT_HEAD, row->head.epoch, row->head.bytes);
    break;
  case LAN_ROW_INVITE:
    s = bind_invite (db, &row->invite);
    break;
  case LAN_ROW_INVITE_USE:
    s = bind_key (db, LAN_HUB_SQL_USE_INVITE, row->invite.hash, sizeof row->invite.hash);
    sqlite3_bind_int64 (s, 2, row->invite.used_s);
    lan_hub_db_bind_blob (s, 3, &row->invite.uid, sizeof row->invite.uid);
    break;
  case LAN_ROW_INVITE_DROP:
    s = bind_key (db, LAN_HUB_SQL_DROP_INVITE, row->invite.hash, sizeof row->invite.hash);
    break;
  case LAN_ROW_MAILBOX_DROP:
    return drop_mailbox (db, &row->device.device);
  case LAN_ROW_N:
  default:
    return SQLITE_CONSTRAINT;
  }
  rc = lan_hub_db_step (db, s);
  sqlite3_reset (s);
  if (rc == SQLITE_DONE && row->type == LAN_ROW_INVITE_USE && sqlite3_changes (db->handle) != 1)
    rc = SQLITE_CONSTRAINT;
  return rc;
}

static gboolean
run_write (LanHubDb *db, LanRegistryOp *op)
{
  int rc = SQLITE_DONE;

  if (!lan_hub_db_do (db, lan_hub_db_use (db, LAN_HUB_SQL_SAVE)))
    return FALSE;
  for (guint i = 0; i < op->write.rows->len && rc == SQLITE_DONE; i++)
    rc = write_row (db, &g_array_index (op->write.rows, LanRegistryRow, i));
  if (rc == SQLITE_CONSTRAINT) {
    op->status = LAN_OP_CONFLICT;
    if (!lan_hub_db_do (db, lan_hub_db_use (db, LAN_HUB_SQL_UNDO)))
      return FALSE;
  } else if (rc != SQLITE_DONE) {
    return FALSE;
  }
  return lan_hub_db_do (db, lan_hub_db_use (db, LAN_HUB_SQL_RELEASE));
}

static gboolean
find_invite (LanHubDb *db, LanRegistryOp *op)
{
  sqlite3_stmt *s =
      bind_key (db, LAN_HUB_SQL_FIND_INVITE, op->find_invite.hash, sizeof op->find_invite.hash);
  int rc = lan_hub_db_step (db, s);

  op->find_invite.found = rc == SQLITE_ROW;
  if (rc == SQLITE_ROW)
    lan_hub_db_get_invite (s, &op->find_invite.invite);
  sqlite3_reset (s);
  return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

gboolean
lan_hub_db_run_write (LanHubDb *db, LanRegistryOp *op)
{
  sqlite3_stmt *s;
  int rc;

  if (op->type == LAN_OP_WRITE)
    return run_write (db, op);
  if (op->type == LAN_OP_FIND_INVITE)
    return find_invite (db, op);
  s = bind_key (db, LAN_HUB_SQL_FIND_PASSWORD, &op->find_password.uid,
                sizeof op->find_password.uid);
  rc = lan_hub_db_step (db, s);
  if (rc == SQLITE_ROW)
    op->find_password.hash = lan_hub_db_get_text (s, 0);
  sqlite3_reset (s);
  return rc == SQLITE_ROW || rc == SQLITE_DONE;
}
