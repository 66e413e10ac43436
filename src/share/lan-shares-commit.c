/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Batches of rows for the store, and what becomes of them. A batch that could not be written is not repeated:
 * later ones may have been written. Instead all that is known of its share is, in place of what is there.
 */
#include "lan-shares-private.h"

gboolean
lan_shares_flush (LanShares *s)
{
  LanSharesAction *action;

  if (s->changes->len == 0)
    return FALSE;
  action = lan_shares_push (s, LAN_SHARES_COMMIT, NULL);
  action->share = s->changed_id;
  action->batch = ++s->last_batch;
  action->changes = g_steal_pointer (&s->changes);
  g_hash_table_insert (s->batches, g_memdup2 (&action->batch, sizeof action->batch),
                       g_memdup2 (&s->changed_id, sizeof s->changed_id));
  s->changes = lan_changes_new ();
  return TRUE;
}

void
lan_shares_forget_rows (LanShares *s, const LanConversationId *id)
{
  lan_shares_flush (s);
  lan_changes_add (s->changes, LAN_CHANGE_SHARE_FORGET)->share_item.share = *id;
  s->changed_id = *id;
}

static void
keep_items (LanShares *s, LanShareOne *one)
{
  LanShareItem *item;
  GHashTableIter iter;
  const char *path;

  g_hash_table_iter_init (&iter, one->items);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, (gpointer *) &item)) {
    if (item->local.kind != 0)
      lan_shares_keep_item (s, one, item, path);
    if (item->wanted)
      lan_shares_keep_wanted (s, one, path, TRUE);
  }
}

static void
keep_all (LanShares *s, LanShareOne *one)
{
  LanShareHeadOne *head;
  GHashTableIter iter;
  LanHash *hash;
  GBytes *page;

  lan_shares_forget_rows (s, &one->id);
  lan_shares_keep_share (s, one);
  if (one->roster_batch != 0)
    one->roster_batch = s->last_batch + 1;
  g_hash_table_iter_init (&iter, one->pages);
  while (g_hash_table_iter_next (&iter, (gpointer *) &hash, (gpointer *) &page))
    lan_shares_keep_page (s, one, hash, page);
  g_hash_table_iter_init (&iter, one->heads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &head)) {
    gboolean was_kept = head->is_kept;

    lan_shares_keep_head (s, one, head);
    head->is_kept = was_kept; /* what was told once is not taken back */
  }
  keep_items (s, one);
  for (GList *l = one->log.head; l != NULL; l = l->next)
    lan_shares_keep_log (s, one, l->data);
  lan_shares_flush (s);
}

void
lan_shares_keep_again (LanShares *s)
{
  const LanConversationId *id;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, s->unkept);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL)) {
    LanShareOne *one = lan_shares_find (s, id);

    if (one != NULL)
      keep_all (s, one);
    else
      lan_shares_forget_rows (s, id);
    lan_shares_flush (s);
  }
  g_hash_table_remove_all (s->unkept);
}

void
lan_shares_committed (LanShares *s, guint64 batch, gboolean ok, LanTime now)
{
  const LanConversationId *id = g_hash_table_lookup (s->batches, &batch);
  LanShareOne *one = id != NULL ? lan_shares_find (s, id) : NULL;
  LanShareHeadOne *head;
  GHashTableIter iter;

  s->now = now;
  if (id != NULL && !ok) {
    g_hash_table_add (s->unkept, g_memdup2 (id, sizeof *id));
    lan_deadlines_set (s->deadlines, s, LAN_SHARES_DUE_KEEP, now.mono_us + LAN_SHARES_RETRY_US);
  }
  g_hash_table_remove (s->batches, &batch);
  if (one == NULL || !ok)
    return;
  /* Only what this very batch holds: a later one may still be on its way. */
  if (one->roster_batch == batch)
    one->roster_batch = 0;
  g_hash_table_iter_init (&iter, one->heads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &head))
    head->is_kept = head->is_kept || head->batch == batch;
  lan_shares_tell_all (s, one);
}
