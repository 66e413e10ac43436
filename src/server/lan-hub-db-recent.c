/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Rows of deposits that are not sorted in yet (lan-hub-recent.h). Their envelopes lie in "mail" like all;
 * "recent" is what is needed to sort them in after a crash, and grows at its end only.
 */
#include "lan-hub-db-private.h"

#include <string.h>

#define SORT_EACH                                                                                  \
  2 /* old ones sorted in with each new one: done before the young ones are as many */

gboolean
lan_hub_db_recent_put (LanHubDb *db, const LanRegistryOp *op, guint64 mail_id)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_PUT_RECENT);
  LanHubDeposit deposit = { .from = op->deposit.from,
                            .to = op->deposit.to,
                            .mail_id = mail_id,
                            .time_ms = op->deposit.time_ms };

  memcpy (deposit.id, op->deposit.id, sizeof deposit.id);
  sqlite3_bind_int64 (s, 1, (gint64) mail_id);
  lan_hub_db_bind_blob (s, 2, &deposit.from, sizeof deposit.from);
  lan_hub_db_bind_blob (s, 3, deposit.id, sizeof deposit.id);
  sqlite3_bind_int64 (s, 4, deposit.time_ms);
  if (!lan_hub_db_do (db, s))
    return FALSE;
  lan_hub_recent_add (db->recent, &deposit);
  db->deposits++;
  return TRUE;
}

static gboolean
sort_seen (LanHubDb *db, const LanHubDeposit *deposit)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_PUT_SEEN);

  lan_hub_db_bind_blob (s, 1, &deposit->from, sizeof deposit->from);
  lan_hub_db_bind_blob (s, 2, deposit->id, sizeof deposit->id);
  sqlite3_bind_int64 (s, 3, (gint64) deposit->mail_id);
  sqlite3_bind_int64 (s, 4, deposit->time_ms);
  return lan_hub_db_do (db, s);
}

/* What was fetched in the meantime needs no place. */
static gboolean
sort_place (LanHubDb *db, const LanHubDeposit *deposit)
{
  sqlite3_stmt *s = lan_hub_db_use (db, LAN_HUB_SQL_PUT_PLACE);

  sqlite3_bind_int64 (s, 1, (gint64) deposit->mail_id);
  return lan_hub_db_do (db, s);
}

gboolean
lan_hub_db_recent_sort (LanHubDb *db)
{
  const LanHubDeposit *deposit;
  sqlite3_stmt *s;
  guint64 upto;

  if (db->deposits == 0)
    return TRUE;
  for (guint n = db->deposits * SORT_EACH;
       n > 0 && (deposit = lan_hub_recent_next_seen (db->recent)) != NULL; n--)
    if (!sort_seen (db, deposit))
      return FALSE;
  for (guint n = db->deposits * SORT_EACH;
       n > 0 && (deposit = lan_hub_recent_next_place (db->recent)) != NULL; n--)
    if (!sort_place (db, deposit))
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
