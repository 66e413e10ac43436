/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The folder on the disk here: opened, looked at, and what changed in it made known. A folder whose mark
 * is gone (a medium that is not there, say) is not looked at: that would be everything removed.
 */
#include "lan-shares-private.h"

#include <string.h>

void
lan_share_work_free (LanShareWork *work)
{
  g_free (work->path);
  g_free (work->staged);
  lan_share_entry_clear (&work->entry);
  g_free (work);
}

LanShareJob *
lan_shares_push_job (LanShares *s, LanShareOne *one, LanShareJobType type, LanShareWork **work)
{
  LanSharesAction *action = lan_shares_push (s, LAN_SHARES_JOB, one);
  guint64 number = ++s->last_job;
  LanShareWork *made;

  action->job = lan_share_job_new (type, &one->id, number);
  if (type == LAN_SHARE_JOB_CLOSE || type == LAN_SHARE_JOB_DROP)
    return action->job;
  made = g_new0 (LanShareWork, 1);
  made->type = type;
  made->one = one;
  one->jobs++;
  g_hash_table_insert (s->jobs, g_memdup2 (&number, sizeof number), made);
  if (work != NULL)
    *work = made;
  return action->job;
}

void
lan_shares_open_dir (LanShares *s, LanShareOne *one)
{
  LanShareJob *job;

  if (!lan_share_is_live (one) || one->dir == NULL || one->disk != LAN_SHARE_DISK_CLOSED)
    return;
  one->disk = LAN_SHARE_DISK_OPENING;
  job = lan_shares_push_job (s, one, LAN_SHARE_JOB_OPEN, NULL);
  job->dir = g_strdup (one->dir);
  job->must_exist = one->was_marked;
}

void
lan_shares_scan_soon (LanShares *s, LanShareOne *one, gint64 after_us)
{
  gint64 due = s->now.mono_us + after_us;

  /* Whoever asked for it sooner had a reason: a look that is due is never put off. */
  if (!lan_share_is_live (one) || (one->scan_due_us != 0 && one->scan_due_us <= due))
    return;
  one->scan_due_us = due;
  lan_deadlines_set (s->deadlines, one, LAN_SHARES_DUE_SCAN, due);
}

void
lan_shares_start_scan (LanShares *s, LanShareOne *one)
{
  LanShareItem *item;
  GHashTableIter iter;
  LanShareJob *job;
  const char *path;

  if (one->disk != LAN_SHARE_DISK_OPEN)
    return;
  if (one->is_scanning || one->jobs > 0) {
    one->scan_again = TRUE;
    return;
  }
  one->is_scanning = TRUE;
  one->scan_again = FALSE;
  one->scan_began_us = s->now.mono_us;
  one->scan_due_us = 0;
  lan_deadlines_cancel (s->deadlines, one, LAN_SHARES_DUE_SCAN);
  job = lan_shares_push_job (s, one, LAN_SHARE_JOB_SCAN, NULL);
  job->known = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_share_found_free);
  g_hash_table_iter_init (&iter, one->items);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, (gpointer *) &item)) {
    LanShareFound *found;

    if (item->local.kind == 0)
      continue;
    found = lan_share_found_new (path);
    found->kind = item->local.kind;
    found->stamp = item->stamp;
    g_ptr_array_add (job->known, found);
  }
}

static LanShareEntry
entry_of (const LanShareFound *found)
{
  return (LanShareEntry){
    .path = found->path,
    .kind = found->kind,
    .mode = found->mode,
    .size = found->size,
    .mtime_ms = MAX (found->mtime_ms, 0),
    .root = found->root,
  };
}

/* A version of ours: what it came from, and one change more. */
static void
make_version (LanShares *s, LanShareOne *one, LanShareEntry *entry, const LanShareEntry *base)
{
  const LanShareItem *item = g_hash_table_lookup (one->items, entry->path);
  guint64 seen = item != NULL ? lan_share_entry_count (&item->seen, lan_shares_device (s)) : 0;

  if (base != NULL)
    lan_share_entry_join (entry, base);
  one->count = MIN (MAX (one->count, seen) + 1, LAN_SHARE_MAX_COUNT);
  lan_share_entry_bump (entry, lan_shares_device (s), one->count);
}

static void
set_local (LanShareItem *item, const LanShareEntry *entry, const LanShareStamp *stamp, guint flags)
{
  g_autofree LanShareCount *old = item->local.counts;

  g_free (item->local.path);
  item->local = *entry;
  item->local.path = NULL;
  item->local.counts = g_memdup2 (entry->counts, entry->n_counts * sizeof *entry->counts);
  item->stamp = *stamp;
  item->flags = flags;
}

/*
 * It lay there before this device took part, or came out of an older copy of the folder: who wrote the version that
 * is known may not be there any more to keep it, so that one has the name, and this goes beside it.
 */
static gboolean
is_stranger (const LanShareItem *item, const LanShareFound *found)
{
  return found->kind == LAN_SHARE_FILE && item->merged.kind == LAN_SHARE_FILE &&
         (item->local.kind == 0 || (item->flags & LAN_SHARE_LOCAL_KEEP_COPY) != 0);
}

/* The device wrote a version that nobody else has: told to all, unless one may only read. */
static void
on_changed (LanShares *s, LanShareOne *one, LanShareItem *item, const LanShareFound *found)
{
  LanShareEntry entry = entry_of (found);

  /* Known to everybody already: fetched otherwise, or put back. */
  if (item->merged.kind != 0 && lan_share_entry_same (&item->merged, &entry)) {
    lan_share_entry_join (&entry, &item->merged);
    entry.author = item->merged.author;
    set_local (item, &entry, &found->stamp, 0);
  } else if (!lan_shares_may_write (s, one)) {
    lan_share_entry_join (&entry, item->local.kind != 0 ? &item->local : &item->merged);
    if (entry.n_counts == 0)
      lan_share_entry_bump (&entry, lan_shares_device (s), 1);
    entry.author = entry.counts[0].device;
    set_local (item, &entry, &found->stamp, LAN_SHARE_LOCAL_DIRTY);
  } else if (is_stranger (item, found)) {
    make_version (s, one, &entry, NULL);
    set_local (item, &entry, &found->stamp, LAN_SHARE_LOCAL_KEEP_COPY);
  } else {
    make_version (s, one, &entry, item->local.kind != 0 ? &item->local : NULL);
    set_local (item, &entry, &found->stamp, 0);
    lan_shares_merge_entry (s, one, &entry, lan_shares_self (s), FALSE);
    /* What lost against somebody else's stays beside it. */
    if (!lan_share_entry_same (&item->merged, &entry) && found->kind == LAN_SHARE_FILE)
      item->flags |= LAN_SHARE_LOCAL_KEEP_COPY;
    one->publish_due = TRUE;
  }
  lan_shares_keep_item (s, one, item, found->path);
  lan_share_entry_clear (&(LanShareEntry){ .counts = entry.counts });
}

static void
on_gone (LanShares *s, LanShareOne *one, const char *path)
{
  LanShareItem *item = g_hash_table_lookup (one->items, path);
  LanShareEntry entry = { .path = (char *) path, .kind = LAN_SHARE_GONE };
  gboolean is_told;

  if (item == NULL || item->local.kind == 0)
    return;
  is_told = lan_shares_may_write (s, one) && one->keep &&
            (item->flags & LAN_SHARE_LOCAL_DIRTY) == 0 && item->merged.kind != LAN_SHARE_GONE;
  if (is_told) {
    entry.mtime_ms = MAX (s->now.wall_ms, 0);
    make_version (s, one, &entry, &item->local);
    lan_shares_merge_entry (s, one, &entry, lan_shares_self (s), FALSE);
    g_free (entry.counts);
    one->publish_due = TRUE;
  }
  lan_share_entry_clear (&item->local);
  item->flags = 0;
  lan_shares_keep_item (s, one, item, path);
  lan_shares_touch_item (s, one, item);
}

/* A folder that takes long to look at, and changes all the time, is not looked at all the time. */
static gint64
quiet_of (const LanShareOne *one)
{
  return CLAMP (2 * one->scan_took_us, LAN_SHARES_QUIET_US, LAN_SHARES_QUIET_MAX_US);
}

static gboolean
is_logged (const LanShareOne *one, const LanShareSkipped *skipped)
{
  for (const GList *l = one->log.head; l != NULL; l = l->next) {
    const LanShareLogEntry *entry = l->data;

    if (entry->kind == LAN_SHARE_LOG_SKIPPED && strcmp (entry->path, skipped->path) == 0 &&
        strcmp (entry->other, lan_share_skip_name (skipped->reason)) == 0)
      return TRUE;
  }
  return FALSE;
}

/* What cannot be shared is said once, and shown as long as it is there. */
static void
take_unshared (LanShares *s, LanShareOne *one, const LanShareResult *result)
{
  one->skipped = result->skipped;
  g_clear_pointer (&one->unshared, g_ptr_array_unref);
  if (result->unshared == NULL)
    return;
  one->unshared = g_ptr_array_ref (result->unshared);
  for (guint i = 0; i < one->unshared->len; i++) {
    const LanShareSkipped *skipped = g_ptr_array_index (one->unshared, i);

    if (!is_logged (one, skipped))
      lan_shares_note (s, one, LAN_SHARE_LOG_SKIPPED, NULL, 0, skipped->path,
                       lan_share_skip_name (skipped->reason));
  }
}

static void
on_scanned (LanShares *s, LanShareOne *one, const LanShareResult *result)
{
  one->is_scanning = FALSE;
  one->scan_took_us = s->now.mono_us - one->scan_began_us;
  if (result->error != NULL) {
    one->error = g_intern_string (lan_file_error_code (result->error->code));
    lan_shares_push_job (s, one, LAN_SHARE_JOB_CLOSE, NULL);
    one->disk = LAN_SHARE_DISK_CLOSED;
    lan_shares_scan_soon (s, one, LAN_SHARES_BLIND_US);
    return;
  }
  one->error = NULL;
  take_unshared (s, one, result);
  /* What vanished first: a file that was renamed is one gone and one new. */
  for (guint i = 0; result->gone != NULL && i < result->gone->len; i++)
    on_gone (s, one, g_ptr_array_index (result->gone, i));
  for (guint i = 0; result->found != NULL && i < result->found->len; i++) {
    const LanShareFound *found = g_ptr_array_index (result->found, i);
    LanShareItem *item = lan_share_item_ensure (one, found->path);

    on_changed (s, one, item, found);
    lan_shares_touch_item (s, one, item);
  }
  if (result->folders != NULL) {
    LanSharesAction *action = lan_shares_push (s, LAN_SHARES_WATCH, one);

    one->is_blind = FALSE; /* until the watch says so */
    action->path = g_strdup (one->dir);
    action->folders = g_ptr_array_ref (result->folders);
  }
  if (!one->is_scanned) {
    one->is_scanned = TRUE;
    lan_shares_touch_all (s, one);
    /* Restored from a backup on another device: what the lost one vouched for, this one does now. */
    if (one->state == LAN_SHARE_OPEN && g_hash_table_size (one->heads) > 0 &&
        !g_hash_table_contains (one->heads, lan_shares_device (s)))
      one->publish_due = TRUE;
  }
  if (one->publish_due)
    lan_shares_publish (s, one);
  lan_shares_scan_soon (s, one,
                        result->busy || one->scan_again ? quiet_of (one)
                        : one->is_blind                 ? LAN_SHARES_BLIND_US
                                                        : LAN_SHARES_RESCAN_US);
}

static void
on_opened (LanShares *s, LanShareOne *one, const LanShareResult *result)
{
  if (result->error != NULL) {
    one->disk = LAN_SHARE_DISK_CLOSED;
    one->error = g_intern_string (lan_file_error_code (result->error->code));
    lan_shares_scan_soon (s, one, LAN_SHARES_BLIND_US);
    return;
  }
  g_free (one->real);
  one->real = g_strdup (result->dir);
  if (one->real != NULL && lan_shares_is_taken (s, one->real, one)) {
    /* By way of a link: two that look after the same files would undo each other's work. */
    lan_shares_push_job (s, one, LAN_SHARE_JOB_CLOSE, NULL);
    one->disk = LAN_SHARE_DISK_CLOSED;
    one->error = g_intern_static_string ("shared-twice");
    g_clear_pointer (&one->real, g_free);
    lan_shares_scan_soon (s, one, LAN_SHARES_BLIND_US);
    return;
  }
  one->disk = LAN_SHARE_DISK_OPEN;
  one->error = NULL;
  lan_deadlines_set (s->deadlines, one, LAN_SHARES_DUE_TRIM,
                     s->now.mono_us + LAN_SHARES_TRIM_FIRST_US);
  if (!one->was_marked) {
    one->was_marked = TRUE;
    lan_shares_keep_share (s, one);
  }
  lan_shares_start_scan (s, one);
}

void
lan_shares_trim (LanShares *s, LanShareOne *one)
{
  LanShareJob *job;

  if (one->disk != LAN_SHARE_DISK_OPEN)
    return;
  job = lan_shares_push_job (s, one, LAN_SHARE_JOB_TRIM, NULL);
  job->before_ms = s->now.wall_ms - LAN_SHARES_VERSION_MS;
  job->max_bytes = LAN_SHARES_VERSIONS_BYTES;
  lan_deadlines_set (s->deadlines, one, LAN_SHARES_DUE_TRIM, s->now.mono_us + LAN_SHARES_TRIM_US);
}

void
lan_shares_job_done (LanShares *s, const LanShareResult *result, LanTime now)
{
  g_autofree guint64 *number = NULL;
  LanShareWork *work = NULL;
  LanShareOne *one;

  s->now = now;
  if (!g_hash_table_steal_extended (s->jobs, &result->job, (gpointer *) &number,
                                    (gpointer *) &work))
    return;
  one = work->one;
  one->jobs--;
  if (lan_share_is_live (one)) {
    if (result->type == LAN_SHARE_JOB_OPEN)
      on_opened (s, one, result);
    else if (result->type == LAN_SHARE_JOB_SCAN)
      on_scanned (s, one, result);
    else if (result->type == LAN_SHARE_JOB_TRIM) {
      if (result->removed > 0)
        lan_shares_note (s, one, LAN_SHARE_LOG_TRIMMED, NULL, result->removed, NULL, NULL);
    } else if (result->type == LAN_SHARE_JOB_READ)
      lan_shares_on_read (s, work, result);
    else
      lan_shares_placed (s, work, result);
    if (one->scan_again && one->jobs == 0)
      lan_shares_scan_soon (s, one, 0);
    lan_shares_work_on (s, one);
    lan_shares_changed (s, one);
    lan_shares_update_wants (s);
  }
  lan_share_work_free (work);
}

void
lan_shares_noticed (LanShares *s, const LanConversationId *share, gboolean lost, LanTime now)
{
  LanShareOne *one = lan_shares_find (s, share);

  s->now = now;
  if (one == NULL)
    return;
  one->is_blind = one->is_blind || lost;
  lan_shares_scan_soon (s, one, lost ? LAN_SHARES_BLIND_US : quiet_of (one));
}

/* -- publishing -- */

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const LanShareEntry *const *x = a, *const *y = b;

  return strcmp ((*x)->path, (*y)->path);
}

static GPtrArray *
all_entries (LanShareOne *one)
{
  GPtrArray *entries = g_ptr_array_new ();
  LanShareItem *item;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, one->items);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &item)) {
    if (item->merged.kind != 0 && !item->clash)
      g_ptr_array_add (entries, &item->merged);
  }
  g_ptr_array_sort (entries, compare_entries);
  return entries;
}

static void
keep_pages (LanShares *s, LanShareOne *one, GPtrArray *pages)
{
  for (guint i = 0; i < pages->len; i++) {
    GBytes *page = g_ptr_array_index (pages, i);
    LanHash hash;

    lan_hash_256 (&hash, g_bytes_get_data (page, NULL), g_bytes_get_size (page));
    if (g_hash_table_contains (one->pages, &hash))
      continue;
    one->page_bytes += g_bytes_get_size (page);
    g_hash_table_insert (one->pages, g_memdup2 (&hash, sizeof hash), g_bytes_ref (page));
    lan_shares_keep_page (s, one, &hash, page);
  }
}

void
lan_shares_publish (LanShares *s, LanShareOne *one)
{
  g_autoptr (GPtrArray) entries = all_entries (one);
  g_autoptr (GPtrArray) pages = lan_share_pages_make (entries);
  const LanShareHeadOne *old = g_hash_table_lookup (one->heads, lan_shares_device (s));
  LanShareHeadOne *head;

  if (!lan_share_is_live (one) || !lan_shares_may_write (s, one))
    return;
  one->publish_due = FALSE;
  if (entries->len > LAN_SHARE_MAX_ENTRIES || pages->len > LAN_SHARE_MAX_PAGES) {
    one->error = g_intern_string (lan_file_error_code (LAN_FILE_ERROR_TOO_LARGE));
    return;
  }
  head = g_new0 (LanShareHeadOne, 1);
  head->pages = lan_shares_list_pages (pages);
  lan_hash_256 (&head->head.pages, g_bytes_get_data (head->pages, NULL),
                g_bytes_get_size (head->pages));
  if (old != NULL && lan_hash_equal (&old->head.pages, &head->head.pages)) {
    lan_share_head_one_free (head);
    return;
  }
  head->head.share = one->id;
  head->head.seq = ++one->own_seq;
  head->head.roster_seq = one->roster.seq;
  head->head.time_ms = s->now.wall_ms;
  head->head.entries = entries->len;
  head->account = *lan_shares_self (s);
  head->bytes = lan_share_head_sign (&head->head, s->config.device);
  head->cert = g_bytes_ref (s->cert);
  keep_pages (s, one, pages);
  lan_shares_keep_head (s, one, head);
  lan_shares_keep_share (s, one);
  g_hash_table_replace (one->heads, &head->head.device, head);
  lan_shares_sweep (s, one);
}
