/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Rows of deposits that are not sorted in yet (lan-hub-recent.h). Their envelopes lie in "mail" like all;
 * "recent" is what is needed to sort them in after a crash, and grows at its end only.
 */
#include "lan-hub-db-private.h"

#include <string.h>

#define SORT_EACH 2 /* old ones sorted in with each new: done before the young are as many */

static void
bind_mail (sqlite3_stmt *s, int at, const LanHubRow *row)
{
  const LanHubDeposit *d = row->deposit;

  sqlite3_bind_int64 (s, at, (gint64) d->mail_id);
  lan_hub_db_bind_blob (s, at + 1, &d->to, sizeof d->to);
  sqlite3_bind_int64 (s, at + 2, d->time_ms);
  sqlite3_bind_int64 (s, at + 3, d->expires_ms);
  sqlite3_bind_int64 (s, at + 4, d->size);
  lan_hub_db_bind_bytes (s, at + 5, row->envelope);
}

static void
bind_recent (sqlite3_stmt *s, int at, const LanHubRow *row)
{
  const LanHubDeposit *d = row->deposit;

  sqlite3_bind_int64 (s, at, (gint64) d->mail_id);
  lan_hub_db_bind_blob (s, at + 1, &d->from, sizeof d->from);
  lan_hub_db_bind_blob (s, at + 2, d->id, sizeof d->id);
  sqlite3_bind_int64 (s, at + 3, d->time_ms);
}

static void
bind_seen (sqlite3_stmt *s, int at, const LanHubRow *row)
{
  const LanHubDeposit *d = row->deposit;

  lan_hub_db_bind_blob (s, at, &d->from, sizeof d->from);
  lan_hub_db_bind_blob (s, at + 1, d->id, sizeof d->id);
  sqlite3_bind_int64 (s, at + 2, (gint64) d->mail_id);
  sqlite3_bind_int64 (s, at + 3, d->time_ms);
}

static void
bind_place (sqlite3_stmt *s, int at, const LanHubRow *row)
{
  const LanHubDeposit *d = row->deposit;

  lan_hub_db_bind_blob (s, at, &d->to, sizeof d->to);
  sqlite3_bind_int64 (s, at + 1, (gint64) d->mail_id);
  sqlite3_bind_int64 (s, at + 2, d->size);
}

/* How the rows of one table are written. */
typedef struct {
  LanHubSql one;
  LanHubSql many; /* LAN_HUB_ROWS of them */
  int columns;
  void (*bind) (sqlite3_stmt *s, int at, const LanHubRow *row);
} Table;

static const Table mail_table = { LAN_HUB_SQL_PUT_MAIL, LAN_HUB_SQL_PUT_MAILS, 6, bind_mail };
static const Table recent_table = { LAN_HUB_SQL_PUT_RECENT, LAN_HUB_SQL_PUT_RECENTS, 4,
                                    bind_recent };
static const Table seen_table = { LAN_HUB_SQL_PUT_SEEN, LAN_HUB_SQL_PUT_SEENS, 4, bind_seen };
static const Table place_table = { LAN_HUB_SQL_PUT_PLACE, LAN_HUB_SQL_PUT_PLACES, 3, bind_place };

static gboolean
write_rows (LanHubDb *db, const Table *table, const LanHubRow *rows, guint n)
{
  gboolean is_whole = n == LAN_HUB_ROWS;
  guint each = is_whole ? n : 1;

  for (guint i = 0; i < n; i += each) {
    sqlite3_stmt *s = lan_hub_db_use (db, is_whole ? table->many : table->one);

    for (guint k = 0; k < each; k++)
      table->bind (s, 1 + (int) k * table->columns, &rows[i + k]);
    if (!lan_hub_db_do (db, s))
      return FALSE;
  }
  return TRUE;
}

static void
clear_rows (LanHubDb *db)
{
  for (guint i = 0; i < db->n_rows; i++)
    g_bytes_unref (db->rows[i].envelope);
  db->n_rows = 0;
}

gboolean
lan_hub_db_recent_settle (LanHubDb *db)
{
  gboolean is_good = write_rows (db, &mail_table, db->rows, db->n_rows) &&
                     write_rows (db, &recent_table, db->rows, db->n_rows);

  clear_rows (db);
  return is_good;
}

gboolean
lan_hub_db_recent_put (LanHubDb *db, const LanRegistryOp *op, guint64 mail_id)
{
  LanHubDeposit deposit = { .from = op->deposit.from,
                            .to = op->deposit.to,
                            .mail_id = mail_id,
                            .time_ms = op->deposit.time_ms,
                            .expires_ms = op->deposit.expires_ms,
                            .size = (guint32) g_bytes_get_size (op->deposit.envelope) };

  memcpy (deposit.id, op->deposit.id, sizeof deposit.id);
  db->rows[db->n_rows++] =
      (LanHubRow){ lan_hub_recent_add (db->recent, &deposit), g_bytes_ref (op->deposit.envelope) };
  db->deposits++;
  return db->n_rows < LAN_HUB_ROWS || lan_hub_db_recent_settle (db);
}

/* Up to @max of those that @next hands out. */
static gboolean
sort_in (LanHubDb *db, const Table *table, const LanHubDeposit *(*next) (LanHubRecent *), guint max)
{
  LanHubRow rows[LAN_HUB_ROWS];
  guint n;

  for (; max > 0; max -= n) {
    for (n = 0; n < MIN (max, LAN_HUB_ROWS); n++)
      if ((rows[n].deposit = next (db->recent)) == NULL)
        return write_rows (db, table, rows, n);
    if (!write_rows (db, table, rows, n))
      return FALSE;
  }
  return TRUE;
}

gboolean
lan_hub_db_recent_sort (LanHubDb *db)
{
  guint max = db->deposits * SORT_EACH;
  sqlite3_stmt *s;
  guint64 upto;

  if (db->deposits == 0)
    return TRUE;
  if (!sort_in (db, &seen_table, lan_hub_recent_next_seen, max) ||
      !sort_in (db, &place_table, lan_hub_recent_next_place, max))
    return FALSE;
  if (!lan_hub_recent_is_sorted (db->recent, &upto))
    return TRUE;
  s = lan_hub_db_use (db, LAN_HUB_SQL_DROP_RECENT);
  sqlite3_bind_int64 (s, 1, (gint64) upto);
  db->sorted = lan_hub_db_do (db, s);
  return db->sorted;
}

void
lan_hub_db_recent_end (LanHubDb *db, gboolean committed)
{
  clear_rows (db);
  if (committed)
    lan_hub_recent_keep (db->recent, db->sorted);
  else
    lan_hub_recent_undo (db->recent);
  db->deposits = 0;
  db->sorted = FALSE;
}

gboolean
lan_hub_db_recent_drop_mail (LanHubDb *db, const LanDeviceId *device)
{
  g_autoptr (GArray) ids = lan_hub_recent_ids (db->recent, device, 0);
  gboolean is_good = TRUE;

  for (guint i = 0; is_good && i < ids->len; i++) {
    sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_DROP_ONE_MAIL);

    sqlite3_bind_int64 (s, 1, (gint64) g_array_index (ids, guint64, i));
    is_good = lan_hub_db_do (db, s);
    lan_hub_recent_drop (db->recent, g_array_index (ids, guint64, i));
  }
  return is_good;
}

/* What the last run left unsorted. In the order of the keys: one write for each page. */
gboolean
lan_hub_db_recent_open (LanHubDb *db, GError **error)
{
  return lan_hub_db_exec (
      db,
      "BEGIN IMMEDIATE;"
      "INSERT OR IGNORE INTO deposit SELECT sender, id, mail_id, time_ms FROM recent"
      " ORDER BY sender, id;"
      "INSERT OR IGNORE INTO mail_place SELECT m.device, m.id, m.size FROM recent AS r"
      " JOIN mail AS m ON m.id = r.mail_id ORDER BY m.device, m.id;"
      "DELETE FROM recent; COMMIT",
      error);
}
