/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What people do with shares: create, invite, accept, fetch, leave, stop. */
#include "lan-shares-private.h"

#include "lan-text.h"

#include <string.h>

void
lan_shares_start (LanShares *s, LanTime now)
{
  LanShareOne *one;
  GHashTableIter iter;

  s->now = now;
  g_hash_table_iter_init (&iter, s->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    lan_shares_merge_loaded (s, one);
    lan_shares_open_dir (s, one);
    lan_shares_changed (s, one);
  }
  lan_shares_update_wants (s);
}

LanStatus
lan_shares_create (LanShares *s, const LanConversationId *id, const char *dir, const char *name,
                   LanTime now)
{
  LanShareOne *one;

  s->now = now;
  if (strlen (name) > LAN_SHARE_MAX_NAME || !lan_text_is_clean_name (name) ||
      !g_path_is_absolute (dir))
    return LAN_STATUS_MALFORMED;
  if (g_hash_table_size (s->all) >= LAN_SHARES_MAX)
    return LAN_STATUS_LIMIT;
  if (lan_shares_find (s, id) != NULL)
    return LAN_STATUS_STATE;
  if (lan_shares_is_taken (s, dir, NULL))
    return LAN_STATUS_MISMATCH;
  one = lan_shares_add (s, id);
  one->state = LAN_SHARE_OPEN;
  one->dir = g_strdup (dir);
  one->keep = TRUE;
  one->roster.share = *id;
  one->roster.owner = *lan_shares_self (s);
  g_strlcpy (one->roster.name, name, sizeof one->roster.name);
  lan_shares_sign_roster (s, one);
  lan_shares_note (s, one, LAN_SHARE_LOG_CREATED, lan_shares_self (s), 0, NULL, NULL);
  lan_shares_open_dir (s, one);
  return LAN_STATUS_OK;
}

static void
take_back (LanShares *s, LanShareOne *one, const LanAccountId *account)
{
  LanSharesAction *action = lan_shares_push (s, LAN_SHARES_REVOKE, one);

  action->peer = *account;
}

LanStatus
lan_shares_set_rights (LanShares *s, const LanConversationId *id, const LanAccountId *account,
                       LanShareRights rights, LanTime now)
{
  LanShareOne *one = lan_shares_find (s, id);
  LanShareRights before;

  s->now = now;
  if (one == NULL || one->state != LAN_SHARE_OPEN || rights > LAN_SHARE_WRITE ||
      lan_account_id_equal (account, lan_shares_self (s)))
    return LAN_STATUS_STATE;
  before = lan_share_roster_rights (&one->roster, account);
  if (before == rights)
    return LAN_STATUS_OK;
  if (!lan_share_roster_set (&one->roster, account, rights))
    return LAN_STATUS_LIMIT;
  lan_shares_sign_roster (s, one);
  lan_shares_note (s, one, before == LAN_SHARE_NONE ? LAN_SHARE_LOG_INVITED : LAN_SHARE_LOG_RIGHTS,
                   account, rights, NULL, NULL);
  if (rights == LAN_SHARE_NONE)
    take_back (s, one, account);
  /* What they wrote while they might is ours to vouch for now. */
  if (before == LAN_SHARE_WRITE) {
    lan_shares_publish (s, one);
    lan_shares_sweep (s, one);
  }
  return LAN_STATUS_OK;
}

/* Nothing of the share is here: what was is not looked for, or it would be taken for removed. */
static void
forget_local (LanShares *s, LanShareOne *one)
{
  LanShareItem *item;
  GHashTableIter iter;
  const char *path;

  g_hash_table_iter_init (&iter, one->items);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, (gpointer *) &item)) {
    if (item->local.kind == 0)
      continue;
    lan_share_entry_clear (&item->local);
    item->flags = 0;
    lan_shares_keep_item (s, one, item, path);
  }
}

/* The folder is not there: another computer, or it was moved. */
static gboolean
has_lost_folder (const LanShareOne *one)
{
  return lan_share_is_live (one) && one->disk == LAN_SHARE_DISK_CLOSED && one->error != NULL;
}

LanStatus
lan_shares_accept (LanShares *s, const LanConversationId *id, const char *dir, gboolean keep,
                   LanTime now)
{
  LanShareOne *one = lan_shares_find (s, id);

  s->now = now;
  if (one == NULL || (one->state != LAN_SHARE_INVITED && !has_lost_folder (one)) ||
      !g_path_is_absolute (dir))
    return LAN_STATUS_STATE;
  if (lan_shares_is_taken (s, dir, one))
    return LAN_STATUS_MISMATCH;
  if (one->state == LAN_SHARE_INVITED) {
    one->state = LAN_SHARE_JOINED;
    lan_shares_note (s, one, LAN_SHARE_LOG_JOINED, lan_shares_self (s), 0, NULL, NULL);
  } else {
    forget_local (s, one);
  }
  g_free (one->dir);
  one->dir = g_strdup (dir);
  one->keep = keep || one->state == LAN_SHARE_OPEN;
  one->was_marked = FALSE;
  one->is_scanned = FALSE;
  one->error = NULL;
  lan_shares_keep_share (s, one);
  lan_shares_open_dir (s, one);
  one->told_us = 0;
  lan_shares_changed (s, one);
  lan_shares_tell_all (s, one);
  return LAN_STATUS_OK;
}

LanStatus
lan_shares_set_keep (LanShares *s, const LanConversationId *id, gboolean keep, LanTime now)
{
  LanShareOne *one = lan_shares_find (s, id);

  s->now = now;
  if (one == NULL || one->state != LAN_SHARE_JOINED)
    return LAN_STATUS_STATE;
  if (one->keep == keep)
    return LAN_STATUS_OK;
  one->keep = keep;
  lan_shares_keep_share (s, one);
  lan_shares_touch_all (s, one);
  lan_shares_work_on (s, one);
  one->told_us = 0;
  lan_shares_changed (s, one);
  lan_shares_update_wants (s);
  return LAN_STATUS_OK;
}

LanStatus
lan_shares_leave (LanShares *s, const LanConversationId *id, LanTime now)
{
  LanShareOne *one = lan_shares_find (s, id);
  guint64 channel;

  s->now = now;
  if (one == NULL)
    return LAN_STATUS_STATE;
  switch (one->state) {
  case LAN_SHARE_OPEN:
    /* Everybody who took part hears of it when they are met. */
    while (one->roster.n_members > 0)
      lan_share_roster_set (&one->roster, &one->roster.members[0].account, LAN_SHARE_NONE);
    lan_shares_sign_roster (s, one);
    lan_shares_end (s, one, LAN_SHARE_ENDED);
    return LAN_STATUS_OK;
  case LAN_SHARE_INVITED:
  case LAN_SHARE_JOINED:
    lan_shares_end (s, one, LAN_SHARE_LEFT);
    channel = lan_shares_channel_of (s, &one->roster.owner);
    if (channel != 0)
      lan_shares_say (s, channel, one, NULL, LANYARD__SHARE_ANSWER_KIND__SHARE_LEFT);
    return LAN_STATUS_OK;
  case LAN_SHARE_ENDED:
    lan_shares_remove (s, one);
    return LAN_STATUS_OK;
  case LAN_SHARE_LEFT:
  default:
    return LAN_STATUS_STATE;
  }
}

static gboolean
is_below (const char *path, const char *folder)
{
  gsize len = strlen (folder);

  return len == 0 || (strncmp (path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/'));
}

LanStatus
lan_shares_fetch (LanShares *s, const LanConversationId *id, const char *path, LanTime now)
{
  LanShareOne *one = lan_shares_find (s, id);
  LanShareItem *item;
  GHashTableIter iter;
  const char *name;
  guint n = 0;

  s->now = now;
  if (one == NULL || !lan_share_is_live (one))
    return LAN_STATUS_STATE;
  g_hash_table_iter_init (&iter, one->items);
  while (g_hash_table_iter_next (&iter, (gpointer *) &name, (gpointer *) &item)) {
    if (!is_below (name, path) || item->merged.kind == 0 || item->merged.kind == LAN_SHARE_GONE)
      continue;
    n++;
    item->error = NULL;
    if (item->wanted || item->clash ||
        (item->local.kind != 0 && lan_share_entry_same (&item->merged, &item->local)))
      continue;
    item->wanted = TRUE;
    lan_shares_keep_wanted (s, one, name, TRUE);
  }
  lan_shares_touch_all (s, one);
  lan_shares_work_on (s, one);
  lan_shares_changed (s, one);
  lan_shares_update_wants (s);
  return n > 0 ? LAN_STATUS_OK : LAN_STATUS_STATE;
}

LanStatus
lan_shares_scan (LanShares *s, const LanConversationId *id, LanTime now)
{
  LanShareOne *one = lan_shares_find (s, id);

  s->now = now;
  if (one == NULL || !lan_share_is_live (one))
    return LAN_STATUS_STATE;
  lan_shares_scan_soon (s, one, 0);
  return LAN_STATUS_OK;
}
