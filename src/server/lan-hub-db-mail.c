/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Mailboxes. */
#include "lan-hub-db-private.h"

#include <string.h>

#define SEEN_SLICES  64
#define SEEN_WORK    2000000                            /* steps of SQLite's machine: some 20 ms */
#define SEEN_LIFE_MS (3 * G_GINT64_CONSTANT (86400000)) /* a deposit's id is remembered so long */

/* TRUE in op->deposit.duplicate: the sender had no answer and says it again. */
static gboolean
find_seen (LanHubDb *db, LanRegistryOp *op)
{
  const LanHubDeposit *recent = lan_hub_recent_find (db->recent, &op->deposit.from, op->deposit.id);
  sqlite3_stmt *s;
  int rc;

  op->deposit.duplicate = TRUE;
  if (recent != NULL) {
    op->deposit.mail_id = recent->mail_id;
    return TRUE;
  }
  s = lan_hub_db_use (db, LAN_HUB_SQL_FIND_SEEN);
  lan_hub_db_bind_blob (s, 1, &op->deposit.from, sizeof op->deposit.from);
  lan_hub_db_bind_blob (s, 2, op->deposit.id, sizeof op->deposit.id);
  rc = lan_hub_db_step (db, s);
  if (rc == SQLITE_ROW)
    op->deposit.mail_id = (guint64) sqlite3_column_int64 (s, 0);
  else
    op->deposit.duplicate = FALSE;
  sqlite3_reset (s);
  return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static gboolean
deposit (LanHubDb *db, LanRegistryOp *op)
{
  guint64 id = db->next_mail_id;

  if (!find_seen (db, op))
    return FALSE;
  if (op->deposit.duplicate)
    return TRUE;
  if (!lan_hub_db_recent_put (db, op, id))
    return FALSE;
  op->deposit.mail_id = id;
  db->next_mail_id++;
  return TRUE;
}

/* How far a page of mail has come. */
typedef struct {
  gsize bytes;
  guint64 last; /* id */
  gboolean is_full;
} Page;

static void
add_mail (LanRegistryOp *op, sqlite3_stmt *s, Page *page)
{
  gsize size = (gsize) sqlite3_column_bytes (s, 2);
  LanRegistryMail mail;

  if (op->mail_read.mail->len > 0 && page->bytes + size > op->mail_read.max_bytes) {
    page->is_full = TRUE;
    return;
  }
  page->bytes += size;
  page->last = (guint64) sqlite3_column_int64 (s, 0);
  mail = (LanRegistryMail){ .id = page->last,
                            .time_ms = sqlite3_column_int64 (s, 1),
                            .envelope = lan_hub_db_get_bytes (s, 2) };
  g_array_append_val (op->mail_read.mail, mail);
  page->is_full = op->mail_read.mail->len >= op->mail_read.max_count;
}

/* What is not sorted in yet: all of it newer than what is. */
static gboolean
read_recent (LanHubDb *db, LanRegistryOp *op, Page *page)
{
  g_autoptr (GArray) ids = lan_hub_recent_ids (db->recent, &op->mail_read.device, page->last);
  int rc = SQLITE_DONE;

  for (guint i = 0; i < ids->len && !page->is_full && rc == SQLITE_DONE; i++) {
    sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_READ_ONE_MAIL);

    sqlite3_bind_int64 (s, 1, (gint64) g_array_index (ids, guint64, i));
    rc = lan_hub_db_step (db, s);
    if (rc == SQLITE_ROW) {
      add_mail (op, s, page);
      rc = SQLITE_DONE;
    }
    sqlite3_reset (s);
  }
  return rc == SQLITE_DONE;
}

static gboolean
read_mail (LanHubDb *db, LanRegistryOp *op)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_READ_MAIL);
  Page page = { .last = MIN (op->mail_read.after, (guint64) G_MAXINT64) };
  int rc = SQLITE_DONE;

  g_clear_pointer (&op->mail_read.mail, g_array_unref); /* of a run that was rolled back */
  op->mail_read.mail = lan_registry_mails_new ();
  lan_hub_db_bind_blob (s, 1, &op->mail_read.device, sizeof op->mail_read.device);
  sqlite3_bind_int64 (s, 2, (gint64) page.last);
  sqlite3_bind_int64 (s, 3, op->mail_read.max_count);
  while (!page.is_full && (rc = lan_hub_db_step (db, s)) == SQLITE_ROW)
    add_mail (op, s, &page);
  sqlite3_reset (s);
  if (page.is_full)
    return TRUE;
  return rc == SQLITE_DONE && read_recent (db, op, &page);
}

/* One of @device's, if it is there. */
static gboolean
ack_one (LanHubDb *db, LanRegistryOp *op, guint64 id)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_ACK_MAIL);
  gboolean found = FALSE;
  int rc;

  sqlite3_bind_int64 (s, 1, (gint64) id);
  lan_hub_db_bind_blob (s, 2, &op->mail_ack.device, sizeof op->mail_ack.device);
  while ((rc = lan_hub_db_step (db, s)) == SQLITE_ROW) {
    op->mail_ack.freed_bytes += (guint64) sqlite3_column_int64 (s, 0);
    op->mail_ack.freed_count++;
    found = TRUE;
  }
  sqlite3_reset (s);
  if (rc != SQLITE_DONE || !found)
    return rc == SQLITE_DONE;
  lan_hub_recent_drop (db->recent, id);
  s = lan_hub_db_use (db, LAN_HUB_SQL_DROP_PLACE);
  lan_hub_db_bind_blob (s, 1, &op->mail_ack.device, sizeof op->mail_ack.device);
  sqlite3_bind_int64 (s, 2, (gint64) id);
  return lan_hub_db_do (db, s);
}

static gboolean
ack_mail (LanHubDb *db, LanRegistryOp *op)
{
  op->mail_ack.freed_bytes = 0;
  op->mail_ack.freed_count = 0;
  for (guint i = 0; i < op->mail_ack.ids->len; i++) {
    guint64 id = g_array_index (op->mail_ack.ids, guint64, i);

    if (id <= G_MAXINT64 && !ack_one (db, op, id))
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

/* Forgets old deposits, a slice of the senders after the other, until it has been work enough for once. */
static gboolean
expire_seen (LanHubDb *db, gint64 before_ms)
{
  int work = 0;

  for (guint i = 0; i < SEEN_SLICES && work < SEEN_WORK; i++) {
    sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_EXPIRE_SEEN);
    guint8 first = (guint8) (db->expire_slice * (256 / SEEN_SLICES));
    guint8 next[2] = { (guint8) (first + 256 / SEEN_SLICES), 0 };
    static const guint8 beyond[LAN_DEVICE_ID_BYTES + 1] = { 255, 255, 255, 255, 255,
                                                            255, 255, 255, 255 };
    gboolean is_last = db->expire_slice == SEEN_SLICES - 1;

    sqlite3_bind_int64 (s, 1, before_ms);
    lan_hub_db_bind_blob (s, 2, &first, 1);
    lan_hub_db_bind_blob (s, 3, is_last ? beyond : next, is_last ? sizeof beyond : 1);
    if (!lan_hub_db_do (db, s))
      return FALSE;
    work += sqlite3_stmt_status (s, SQLITE_STMTSTATUS_VM_STEP, 1);
    db->expire_slice = (db->expire_slice + 1) % SEEN_SLICES;
  }
  return TRUE;
}

static gboolean
expire (LanHubDb *db, LanRegistryOp *op)
{
  static const LanHubSql expiries[] = { LAN_HUB_SQL_EXPIRE_PLACES, LAN_HUB_SQL_EXPIRE_MAIL,
                                        LAN_HUB_SQL_EXPIRE_PIECES, LAN_HUB_SQL_EXPIRE_BLOB,
                                        LAN_HUB_SQL_EXPIRE_INVITE, LAN_HUB_SQL_EXPIRE_SIGNED };
  sqlite3_stmt *s;

  if (!sum_expired (db, op))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (expiries); i++) {
    s = lan_hub_db_use (db, expiries[i]);
    sqlite3_bind_int64 (s, 1, op->expire.now_ms);
    if (!lan_hub_db_do (db, s))
      return FALSE;
  }
  if (op->expire.freed->len > 0)
    lan_hub_recent_expire (db->recent, op->expire.now_ms);
  return expire_seen (db, op->expire.now_ms - SEEN_LIFE_MS);
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
