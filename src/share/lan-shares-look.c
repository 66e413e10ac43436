/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What others may look at: the list of shares, one's figures, its tree, its log. */
#include "lan-shares-private.h"

#include <string.h>

gboolean
lan_shares_has (const LanShares *s, const LanConversationId *share)
{
  return lan_shares_find (s, share) != NULL;
}

GPtrArray *
lan_shares_list (const LanShares *s)
{
  GPtrArray *ids = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, s->all);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (ids, id);
  return ids;
}

static LanShareItemState
state_of (const LanShareOne *one, const LanShareItem *item)
{
  gboolean is_dirty = (item->flags & LAN_SHARE_LOCAL_DIRTY) != 0;

  if (item->merged.kind == LAN_SHARE_GONE || item->merged.kind == 0)
    return is_dirty ? LAN_SHARE_ITEM_EXTRA : LAN_SHARE_ITEM_REMOVED;
  if (item->clash)
    return LAN_SHARE_ITEM_CLASH;
  if (item->local.kind != 0 && lan_share_entry_same (&item->merged, &item->local))
    return LAN_SHARE_ITEM_HERE;
  if (item->error != NULL)
    return LAN_SHARE_ITEM_FAILED;
  /* Without a folder to put it into nothing is on its way. */
  if (item->busy || (lan_share_is_live (one) && one->disk != LAN_SHARE_DISK_CLOSED &&
                     (one->keep || item->wanted) && lan_share_item_needs (one, item)))
    return LAN_SHARE_ITEM_FETCHING;
  if (item->local.kind == 0)
    return item->merged.kind == LAN_SHARE_FOLDER ? LAN_SHARE_ITEM_HERE : LAN_SHARE_ITEM_AWAY;
  return is_dirty ? LAN_SHARE_ITEM_CHANGED : LAN_SHARE_ITEM_OLD;
}

static void
count_item (const LanShareOne *one, const LanShareItem *item, LanShareView *view)
{
  if (item->merged.kind != LAN_SHARE_FILE)
    return;
  view->n_files++;
  view->size += item->merged.size;
  switch (state_of (one, item)) {
  case LAN_SHARE_ITEM_HERE:
    view->n_here++;
    break;
  case LAN_SHARE_ITEM_FETCHING:
    view->n_busy++;
    break;
  default:
    break;
  }
}

gboolean
lan_shares_view (LanShares *s, const LanConversationId *share, LanShareView *view)
{
  LanShareOne *one = lan_shares_find (s, share);
  LanShareItem *item;
  GHashTableIter iter;

  *view = (LanShareView){ 0 };
  if (one == NULL)
    return FALSE;
  view->id = one->id;
  view->state = one->state;
  view->roster = &one->roster;
  view->dir = one->dir;
  view->keep = one->keep;
  view->rights = lan_share_roster_rights (&one->roster, lan_shares_self (s));
  view->n_conflicts = g_hash_table_size (one->conflicts);
  view->skipped = one->skipped;
  view->error = one->error;
  view->is_scanning = one->is_scanning || (lan_share_is_live (one) && !one->is_scanned);
  for (guint i = 0; i < one->roster.n_members; i++) {
    if (g_hash_table_contains (one->joined, &one->roster.members[i].account))
      view->joined |= G_GUINT64_CONSTANT (1) << i;
  }
  g_hash_table_iter_init (&iter, one->items);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &item))
    count_item (one, item, view);
  return TRUE;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  const char *const *x = a, *const *y = b;

  return strcmp (*x, *y);
}

GPtrArray *
lan_shares_tree (LanShares *s, const LanConversationId *share)
{
  GPtrArray *views = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  LanShareOne *one = lan_shares_find (s, share);
  GHashTableIter iter;
  gpointer path;

  if (one == NULL)
    return views;
  g_hash_table_iter_init (&iter, one->items);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    g_ptr_array_add (paths, path);
  g_ptr_array_sort (paths, compare_paths);
  for (guint i = 0; i < paths->len; i++) {
    LanShareItem *item = g_hash_table_lookup (one->items, g_ptr_array_index (paths, i));
    LanShareItemView *view;
    gboolean is_shared =
        item->merged.kind == LAN_SHARE_FILE || item->merged.kind == LAN_SHARE_FOLDER;

    if (!is_shared && item->local.kind == 0)
      continue;
    view = g_new0 (LanShareItemView, 1);
    view->path = g_ptr_array_index (paths, i);
    view->entry = is_shared ? &item->merged : &item->local;
    view->state = state_of (one, item);
    view->error = view->state == LAN_SHARE_ITEM_FAILED ? item->error : NULL;
    g_ptr_array_add (views, view);
  }
  for (guint i = 0; one->unshared != NULL && i < one->unshared->len; i++) {
    const LanShareSkipped *skipped = g_ptr_array_index (one->unshared, i);
    LanShareItemView *view = g_new0 (LanShareItemView, 1);

    view->path = skipped->path;
    view->state = LAN_SHARE_ITEM_SKIPPED;
    view->error = lan_share_skip_name (skipped->reason);
    g_ptr_array_add (views, view);
  }
  return views;
}

GPtrArray *
lan_shares_log (LanShares *s, const LanConversationId *share)
{
  LanShareOne *one = lan_shares_find (s, share);
  GPtrArray *entries = g_ptr_array_new ();

  if (one == NULL)
    return entries;
  for (GList *l = one->log.head; l != NULL; l = l->next)
    g_ptr_array_add (entries, l->data);
  if (g_hash_table_size (one->conflicts) > 0) {
    g_hash_table_remove_all (one->conflicts);
    lan_shares_changed (s, one);
  }
  return entries;
}
