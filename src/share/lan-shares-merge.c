/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Heads become entries. What is known of a path is the join of all versions seen, in whatever order
 * they came; heads that lost their author's right are dropped, what was joined from them before stays.
 */
#include "lan-shares-private.h"

#include "lan-manifest.h"

#include <string.h>

LanShareItem *
lan_share_item_ensure (LanShareOne *one, const char *path)
{
  LanShareItem *item = g_hash_table_lookup (one->items, path);

  if (item == NULL) {
    item = g_new0 (LanShareItem, 1);
    g_hash_table_insert (one->items, g_strdup (path), item);
  }
  return item;
}

GBytes *
lan_shares_list_pages (GPtrArray *pages)
{
  GByteArray *list = g_byte_array_new ();

  for (guint i = 0; i < pages->len; i++) {
    GBytes *page = g_ptr_array_index (pages, i);
    LanHash hash;

    lan_hash_256 (&hash, g_bytes_get_data (page, NULL), g_bytes_get_size (page));
    g_byte_array_append (list, hash.b, sizeof hash.b);
  }
  return g_byte_array_free_to_bytes (list);
}

/* One name for all that some file systems take for one; who came first keeps it. */
static void
note_fold (LanShareOne *one, LanShareItem *item, const char *path)
{
  g_autofree char *folded = lan_manifest_fold (path, strlen (path));
  const char *holder = g_hash_table_lookup (one->folds, folded);
  gboolean is_there = item->merged.kind != LAN_SHARE_GONE;

  if (is_there && holder == NULL)
    g_hash_table_insert (one->folds, g_steal_pointer (&folded), g_strdup (path));
  else if (!is_there && holder != NULL && strcmp (holder, path) == 0)
    g_hash_table_remove (one->folds, folded);
  item->clash = is_there && holder != NULL && strcmp (holder, path) != 0;
}

/* What is here lost against another version, made without knowing of it: it must not vanish. */
static void
on_conflict (LanShares *s, LanShareOne *one, LanShareItem *item, const LanShareEntry *entry,
             const LanAccountId *who, gboolean theirs_wins)
{
  const char *path = entry->path;

  if (theirs_wins && item->local.kind == LAN_SHARE_FILE &&
      lan_device_id_equal (&item->local.author, lan_shares_device (s)) &&
      lan_share_entry_same (&item->local, &item->merged)) {
    item->flags |= LAN_SHARE_LOCAL_KEEP_COPY;
    lan_shares_keep_item (s, one, item, path);
  }
  lan_shares_note (s, one, LAN_SHARE_LOG_CONFLICT, who, 0, path, NULL);
}

static gboolean
is_present (const LanShareEntry *entry)
{
  return entry->kind == LAN_SHARE_FILE || entry->kind == LAN_SHARE_FOLDER;
}

static void
note_change (LanShares *s, LanShareOne *one, const LanShareEntry *old, const LanShareEntry *entry,
             const LanAccountId *who)
{
  if (entry->kind == LAN_SHARE_GONE) {
    if (is_present (old))
      lan_shares_note (s, one, LAN_SHARE_LOG_REMOVED, who, 0, entry->path, NULL);
  } else if (!lan_share_entry_same (old, entry)) {
    lan_shares_note (s, one, LAN_SHARE_LOG_CHANGED, who, entry->size, entry->path, NULL);
  }
}

static void
take (LanShareItem *item, const LanShareEntry *entry)
{
  lan_share_entry_clear (&item->merged);
  lan_share_entry_copy (&item->merged, entry);
}

/* Made apart from what holds: the rule decides. Returns: TRUE when @entry holds now. */
static gboolean
merge_apart (LanShares *s, LanShareOne *one, LanShareItem *item, const LanShareEntry *entry,
             const LanAccountId *who)
{
  gboolean wins = lan_share_entry_beats (entry, &item->merged);

  if (lan_share_entry_same (&item->merged, entry)) {
    lan_share_entry_join (&item->merged, entry);
    return TRUE;
  }
  if (is_present (entry) && is_present (&item->merged))
    on_conflict (s, one, item, entry, who, wins);
  if (wins)
    take (item, entry);
  return wins;
}

/*
 * The version that holds keeps the counts its author gave it: whoever wrote the other one sees by them that
 * theirs was not known, keeps it under another name and then vouches for both (lan_shares_placed()).
 */
gboolean
lan_shares_merge_entry (LanShares *s, LanShareOne *one, const LanShareEntry *entry,
                        const LanAccountId *who, gboolean quiet)
{
  LanShareItem *item = lan_share_item_ensure (one, entry->path);
  LanShareOrder known = lan_share_entry_order (&item->seen, entry);
  gboolean is_new = item->merged.kind == 0;

  if (!is_new && known == LAN_SHARE_AFTER)
    return FALSE;
  if (!is_new && known == LAN_SHARE_EQUAL &&
      (lan_share_entry_same (&item->merged, entry) ||
       lan_share_entry_order (&item->merged, entry) != LAN_SHARE_EQUAL ||
       !lan_share_entry_beats (entry, &item->merged)))
    return FALSE;
  lan_share_entry_join (&item->seen, entry);
  if (!is_new && lan_share_entry_order (&item->merged, entry) == LAN_SHARE_APART) {
    if (!merge_apart (s, one, item, entry, who))
      return FALSE;
  } else {
    if (!quiet)
      note_change (s, one, &item->merged, entry, who);
    take (item, entry);
  }
  note_fold (one, item, entry->path);
  item->error = NULL;
  return TRUE;
}

typedef struct {
  LanShares *s;
  LanShareOne *one;
  const LanAccountId *who;
  gboolean quiet;
  guint n_changed;
} Merge;

static void
merge_one (LanShareEntry *entry, gpointer data)
{
  Merge *merge = data;

  if (lan_shares_merge_entry (merge->s, merge->one, entry, merge->who,
                              merge->quiet || merge->n_changed >= LAN_SHARES_LIST_CHANGES)) {
    merge->n_changed++;
    lan_shares_touch_item (merge->s, merge->one, lan_share_item_ensure (merge->one, entry->path));
  }
}

static void
ignore_one (LanShareEntry *entry, gpointer data)
{
}

/* All pages of @head in order through @func. */
static LanStatus
read_pages (LanShareOne *one, const LanShareHeadOne *head, LanShareEntryFunc func, gpointer data)
{
  gsize len;
  const guint8 *list = g_bytes_get_data (head->pages, &len);
  g_autofree char *last = NULL;
  guint n = 0;

  for (gsize at = 0; at < len; at += LAN_HASH_BYTES) {
    GBytes *page = g_hash_table_lookup (one->pages, list + at);
    LanStatus status =
        page != NULL ? lan_share_page_read (page, &last, func, data, &n) : LAN_STATUS_STATE;

    if (status != LAN_STATUS_OK)
      return status;
    if (n > head->head.entries)
      return LAN_STATUS_MALFORMED;
  }
  return n == head->head.entries ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
}

LanStatus
lan_shares_merge_head (LanShares *s, LanShareOne *one, LanShareHeadOne *head)
{
  Merge merge = { s, one, &head->account, g_hash_table_size (one->heads) == 0, 0 };
  LanStatus status = read_pages (one, head, ignore_one, NULL);

  /* All or nothing: what breaks a rule on its last page does not count on its first. */
  if (status != LAN_STATUS_OK)
    return status;
  status = read_pages (one, head, merge_one, &merge);
  if (merge.quiet || merge.n_changed > LAN_SHARES_LIST_CHANGES)
    lan_shares_note (s, one, LAN_SHARE_LOG_MANY, &head->account, merge.n_changed, NULL, NULL);
  return status;
}

void
lan_shares_merge_loaded (LanShares *s, LanShareOne *one)
{
  LanShareHeadOne *head;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, one->heads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &head)) {
    Merge merge = { s, one, &head->account, TRUE, 0 };

    if (read_pages (one, head, merge_one, &merge) != LAN_STATUS_OK)
      g_warning ("a head of a shared folder is damaged on disk");
  }
}

static void
note_pages (GHashTable *heads, GHashTable *used)
{
  LanShareHeadOne *head;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, heads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &head)) {
    gsize len;
    const guint8 *list = g_bytes_get_data (head->pages, &len);

    for (gsize at = 0; at < len; at += LAN_HASH_BYTES)
      g_hash_table_add (used, (gpointer) (list + at));
  }
}

void
lan_shares_sweep (LanShares *s, LanShareOne *one)
{
  g_autoptr (GHashTable) used = g_hash_table_new (lan_hash_hash, lan_hash_equal);
  LanShareHeadOne *head;
  const LanHash *hash;
  GHashTableIter iter;
  GBytes *page;

  g_hash_table_iter_init (&iter, one->heads);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &head)) {
    if (lan_share_roster_rights (&one->roster, &head->account) == LAN_SHARE_WRITE)
      continue;
    lan_shares_forget_head (s, one, &head->head.device);
    g_hash_table_iter_remove (&iter);
  }
  note_pages (one->heads, used);
  note_pages (one->coming, used);
  g_hash_table_iter_init (&iter, one->pages);
  while (g_hash_table_iter_next (&iter, (gpointer *) &hash, (gpointer *) &page)) {
    if (g_hash_table_contains (used, hash))
      continue;
    one->page_bytes -= g_bytes_get_size (page);
    lan_shares_keep_page (s, one, hash, NULL);
    g_hash_table_iter_remove (&iter);
  }
}
