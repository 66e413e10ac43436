/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The front of the machine: the table of shares, the queue of actions, channels, time. */
#include "lan-shares-private.h"

#include <string.h>

static void
item_free (gpointer data)
{
  LanShareItem *item = data;

  lan_share_entry_clear (&item->merged);
  lan_share_entry_clear (&item->seen);
  lan_share_entry_clear (&item->local);
  g_free (item);
}

static void
one_free (gpointer data)
{
  LanShareOne *one = data;

  g_clear_pointer (&one->paper, g_bytes_unref);
  g_clear_pointer (&one->cert, g_bytes_unref);
  g_free (one->dir);
  g_free (one->real);
  g_clear_pointer (&one->unshared, g_ptr_array_unref);
  g_hash_table_unref (one->joined);
  g_hash_table_unref (one->heads);
  g_hash_table_unref (one->coming);
  g_hash_table_unref (one->pages);
  g_queue_clear (&one->todo);
  g_hash_table_unref (one->items);
  g_hash_table_unref (one->folds);
  g_hash_table_unref (one->told);
  g_hash_table_unref (one->conflicts);
  g_queue_clear_full (&one->log, (GDestroyNotify) lan_share_log_entry_free);
  g_free (one);
}

static void
action_free (LanSharesAction *action)
{
  lan_shares_action_clear (action);
  g_free (action);
}

LanShares *
lan_shares_new (const LanSharesConfig *config)
{
  LanShares *s = g_new0 (LanShares, 1);

  s->config = *config;
  s->cert = g_bytes_ref (config->cert);
  s->all =
      g_hash_table_new_full (lan_conversation_id_hash, lan_conversation_id_equal, NULL, one_free);
  s->channels = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  s->fetches = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL,
                                      (GDestroyNotify) lan_share_fetch_free);
  s->serves = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL,
                                     (GDestroyNotify) lan_share_serve_free);
  s->refusals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  s->jobs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                   (GDestroyNotify) lan_share_work_free);
  s->batches = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  s->arrivals = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL, g_free);
  s->unkept =
      g_hash_table_new_full (lan_conversation_id_hash, lan_conversation_id_equal, g_free, NULL);
  s->wants = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, NULL);
  s->deadlines = lan_deadlines_new ();
  s->changes = lan_changes_new ();
  g_queue_init (&s->actions);
  return s;
}

void
lan_shares_free (LanShares *s)
{
  if (s == NULL)
    return;
  g_queue_clear_full (&s->actions, (GDestroyNotify) action_free);
  g_ptr_array_unref (s->changes);
  g_hash_table_unref (s->jobs);
  g_hash_table_unref (s->fetches);
  g_hash_table_unref (s->serves);
  g_hash_table_unref (s->refusals);
  g_hash_table_unref (s->batches);
  g_hash_table_unref (s->arrivals);
  g_hash_table_unref (s->unkept);
  g_hash_table_unref (s->wants);
  g_hash_table_unref (s->channels);
  g_hash_table_unref (s->all);
  lan_deadlines_free (s->deadlines);
  g_bytes_unref (s->cert);
  g_free (s);
}

const LanAccountId *
lan_shares_self (const LanShares *s)
{
  return lan_device_keys_account (s->config.device);
}

const LanDeviceId *
lan_shares_device (const LanShares *s)
{
  return lan_device_keys_id (s->config.device);
}

LanShareOne *
lan_shares_find (const LanShares *s, const LanConversationId *id)
{
  return g_hash_table_lookup (s->all, id);
}

LanShareOne *
lan_shares_add (LanShares *s, const LanConversationId *id)
{
  LanShareOne *one = g_new0 (LanShareOne, 1);

  one->id = *id;
  one->joined = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, NULL);
  one->heads = g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, NULL,
                                      (GDestroyNotify) lan_share_head_one_free);
  one->coming = g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, NULL,
                                       (GDestroyNotify) lan_share_head_one_free);
  one->pages =
      g_hash_table_new_full (lan_hash_hash, lan_hash_equal, g_free, (GDestroyNotify) g_bytes_unref);
  one->items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, item_free);
  one->folds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  one->told = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, g_free);
  one->conflicts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&one->todo);
  g_queue_init (&one->log);
  g_hash_table_insert (s->all, &one->id, one);
  return one;
}

static gboolean
is_of (gpointer key, gpointer value, gpointer one)
{
  return ((LanShareWork *) value)->one == one;
}

void
lan_shares_remove (LanShares *s, LanShareOne *one)
{
  lan_shares_drop_fetches (s, one);
  g_hash_table_foreach_remove (s->jobs, is_of, one);
  lan_deadlines_cancel_all (s->deadlines, one);
  lan_shares_arrived_drop (s, one);
  lan_shares_forget_rows (s, &one->id);
  lan_shares_flush (s);
  lan_shares_push (s, LAN_SHARES_EVENT, one);
  g_hash_table_remove (s->all, &one->id);
}

LanSharesAction *
lan_shares_push (LanShares *s, LanSharesActionType type, LanShareOne *one)
{
  LanSharesAction *action = g_new0 (LanSharesAction, 1);

  action->type = type;
  if (one != NULL)
    action->share = one->id;
  g_queue_push_tail (&s->actions, action);
  return action;
}

gboolean
lan_shares_next_action (LanShares *s, LanSharesAction *action)
{
  LanSharesAction *next = g_queue_pop_head (&s->actions);

  if (next == NULL && lan_shares_flush (s))
    next = g_queue_pop_head (&s->actions);
  if (next == NULL)
    return FALSE;
  *action = *next;
  g_free (next);
  return TRUE;
}

void
lan_shares_action_clear (LanSharesAction *action)
{
  g_clear_pointer (&action->frame, g_bytes_unref);
  g_clear_pointer (&action->job, lan_share_job_free);
  g_clear_pointer (&action->changes, g_ptr_array_unref);
  g_clear_pointer (&action->name, g_free);
  g_clear_pointer (&action->path, g_free);
  g_clear_pointer (&action->folders, g_ptr_array_unref);
}

void
lan_shares_changed (LanShares *s, LanShareOne *one)
{
  if (s->now.mono_us - one->told_us < LAN_SHARES_EVENT_US && one->told_us != 0) {
    lan_deadlines_set (s->deadlines, one, LAN_SHARES_DUE_EVENT, one->told_us + LAN_SHARES_EVENT_US);
    return;
  }
  one->told_us = s->now.mono_us;
  lan_shares_push (s, LAN_SHARES_EVENT, one);
}

gboolean
lan_shares_may_write (const LanShares *s, const LanShareOne *one)
{
  return lan_share_roster_rights (&one->roster, lan_shares_self (s)) == LAN_SHARE_WRITE;
}

gboolean
lan_share_is_live (const LanShareOne *one)
{
  return one->state == LAN_SHARE_OPEN || one->state == LAN_SHARE_JOINED;
}

static gboolean
is_in (const char *path, const char *folder)
{
  gsize len = strlen (folder);

  while (len > 0 && folder[len - 1] == '/')
    len--;
  return strncmp (path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

gboolean
lan_shares_is_taken (const LanShares *s, const char *dir, const LanShareOne *except)
{
  g_autofree char *full = g_canonicalize_filename (dir, "/");
  const LanShareOne *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, s->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    const char *const theirs[] = { one->dir, one->real };

    for (guint i = 0; one != except && lan_share_is_live (one) && i < 2; i++) {
      g_autofree char *other = theirs[i] != NULL ? g_canonicalize_filename (theirs[i], "/") : NULL;

      if (other != NULL && (is_in (full, other) || is_in (other, full)))
        return TRUE;
    }
  }
  return FALSE;
}

void
lan_shares_end (LanShares *s, LanShareOne *one, LanShareState state)
{
  one->state = state;
  lan_shares_drop_fetches (s, one);
  lan_shares_arrived_drop (s, one);
  lan_shares_push (s, LAN_SHARES_REVOKE, one);
  lan_shares_push (s, LAN_SHARES_WATCH, one);
  if (one->disk != LAN_SHARE_DISK_CLOSED)
    lan_shares_push_job (s, one, LAN_SHARE_JOB_CLOSE, NULL);
  one->disk = LAN_SHARE_DISK_CLOSED;
  lan_deadlines_cancel_all (s->deadlines, one);
  one->scan_due_us = 0;
  lan_shares_keep_share (s, one);
  one->told_us = 0;
  lan_shares_changed (s, one);
  lan_shares_update_wants (s);
}

void
lan_shares_set_identity (LanShares *s, const LanDeviceKeys *device, GBytes *cert)
{
  s->config.device = device;
  g_bytes_unref (s->cert);
  s->cert = g_bytes_ref (cert);
}

/* -- channels -- */

void
lan_shares_channel_up (LanShares *s, guint64 channel, const LanAccountId *account, LanTime now)
{
  LanShareChannel *ch = g_new0 (LanShareChannel, 1);

  s->now = now;
  ch->id = channel;
  ch->account = *account;
  g_hash_table_replace (s->channels, &ch->id, ch);
  lan_shares_sync_up (s, ch);
  lan_shares_arrived_up (s, ch);
}

void
lan_shares_channel_down (LanShares *s, guint64 channel, LanTime now)
{
  s->now = now;
  if (!g_hash_table_remove (s->channels, &channel))
    return;
  lan_shares_sync_down (s, channel);
  lan_shares_fetch_down (s, channel);
  lan_shares_update_wants (s);
}

void
lan_shares_drop_peer (LanShares *s, const LanAccountId *account, LanTime now)
{
  g_autoptr (GPtrArray) ids = lan_shares_list (s);

  s->now = now;
  for (guint i = 0; i < ids->len; i++) {
    LanShareOne *one = lan_shares_find (s, g_ptr_array_index (ids, i));

    if (lan_account_id_equal (&one->roster.owner, account)) {
      if (one->state == LAN_SHARE_INVITED)
        lan_shares_remove (s, one);
    } else if (one->state == LAN_SHARE_OPEN &&
               lan_share_roster_rights (&one->roster, account) != LAN_SHARE_NONE &&
               lan_shares_set_rights (s, &one->id, account, LAN_SHARE_NONE, now) != LAN_STATUS_OK)
      g_info ("a blocked person stays in a share");
  }
}

/* -- time -- */

gint64
lan_shares_next_deadline (const LanShares *s)
{
  return lan_deadlines_next (s->deadlines);
}

void
lan_shares_advance (LanShares *s, LanTime now)
{
  gpointer key;
  guint what;

  s->now = now;
  while (lan_deadlines_pop (s->deadlines, now.mono_us, &key, &what)) {
    LanShareOne *one = key;

    switch (what) {
    case LAN_SHARES_DUE_KEEP:
      lan_shares_keep_again (s);
      break;
    case LAN_SHARES_DUE_TRIM:
      lan_shares_trim (s, one);
      break;
    case LAN_SHARES_DUE_SCAN:
      one->scan_due_us = 0;
      if (one->disk == LAN_SHARE_DISK_CLOSED)
        lan_shares_open_dir (s, one);
      else
        lan_shares_start_scan (s, one);
      break;
    case LAN_SHARES_DUE_RETRY:
      g_hash_table_remove_all (s->refusals);
      lan_shares_touch_all (s, one);
      lan_shares_work_on (s, one);
      lan_shares_update_wants (s);
      break;
    default:
      lan_shares_changed (s, one);
      break;
    }
  }
}
