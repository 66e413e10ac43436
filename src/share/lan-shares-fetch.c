/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Contents: asked of a member who is there, who says whether it is there and unchanged; then fetched
 * as a transfer into the share's own folder; then put in its place.
 */
#include "lan-shares-private.h"

#include "lan-manifest.h"

#include <string.h>

void
lan_share_fetch_free (LanShareFetch *fetch)
{
  g_free (fetch->path);
  lan_share_entry_clear (&fetch->entry);
  g_free (fetch);
}

/* -- what is to be done -- */

gboolean
lan_share_item_needs (const LanShareOne *one, const LanShareItem *item)
{
  const LanShareEntry *merged = &item->merged;
  gboolean is_wanted = one->keep || item->wanted;

  if (item->busy || item->clash || merged->kind == 0 ||
      (item->local.kind != 0 && lan_share_entry_same (merged, &item->local)))
    return FALSE;
  if (merged->kind == LAN_SHARE_GONE)
    return one->keep && item->local.kind != 0 && (item->flags & LAN_SHARE_LOCAL_DIRTY) == 0;
  /* Changed here, and nobody has changed it since: that stays, unless it is asked for. */
  if ((item->flags & LAN_SHARE_LOCAL_DIRTY) != 0 && !item->wanted &&
      lan_share_entry_order (&item->local, merged) != LAN_SHARE_BEFORE)
    return FALSE;
  return is_wanted;
}

void
lan_shares_touch_item (LanShares *s, LanShareOne *one, LanShareItem *item)
{
  gpointer path;
  gpointer found;

  if (item->queued || !lan_share_item_needs (one, item))
    return;
  if (!g_hash_table_lookup_extended (one->items, item->merged.path, &path, &found))
    return;
  item->queued = TRUE;
  g_queue_push_tail (&one->todo, path);
}

static int
compare_paths (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (a, b);
}

void
lan_shares_touch_all (LanShares *s, LanShareOne *one)
{
  LanShareItem *item;
  GHashTableIter iter;
  guint before = one->todo.length;

  g_hash_table_iter_init (&iter, one->items);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &item))
    lan_shares_touch_item (s, one, item);
  if (one->todo.length > before)
    g_queue_sort (&one->todo, compare_paths, NULL);
}

static void
retry_later (LanShares *s, LanShareOne *one)
{
  lan_deadlines_set (s->deadlines, one, LAN_SHARES_DUE_RETRY, s->now.mono_us + LAN_SHARES_RETRY_US);
}

/* -- asking -- */

static char *
refusal_key (const LanHash *root, guint64 channel)
{
  g_autofree char *hex = lan_hash_to_hex (root);

  return g_strdup_printf ("%s/%" G_GUINT64_FORMAT, hex, channel);
}

/* Who made this version is asked first, then whoever is there; of two channels to the same person, the newer: the
 * other may lead to a program that was killed. 0: nobody. */
static guint64
choose_source (LanShares *s, LanShareOne *one, const LanShareEntry *entry)
{
  const LanShareHeadOne *author = g_hash_table_lookup (one->heads, &entry->author);
  const LanShareChannel *ch;
  GHashTableIter iter;
  guint64 best = 0, authors = 0;

  g_hash_table_iter_init (&iter, s->channels);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &ch)) {
    g_autofree char *key = refusal_key (&entry->root, ch->id);

    if (lan_share_roster_rights (&one->roster, &ch->account) == LAN_SHARE_NONE ||
        g_hash_table_contains (s->refusals, key))
      continue;
    if (author != NULL && lan_account_id_equal (&author->account, &ch->account))
      authors = MAX (authors, ch->id);
    best = MAX (best, ch->id);
  }
  return authors != 0 ? authors : best;
}

static void
ask (LanShares *s, LanShareOne *one, LanShareItem *item, const char *path, guint64 channel)
{
  Lanyard__ShareWant m = LANYARD__SHARE_WANT__INIT;
  const LanShareChannel *ch = g_hash_table_lookup (s->channels, &channel);
  LanShareFetch *fetch = g_new0 (LanShareFetch, 1);
  LanFrame frame = LANYARD__FRAME__INIT;
  LanSharesAction *action;

  lan_random_bytes (s->config.random, fetch->id.b, sizeof fetch->id.b);
  fetch->one = one;
  fetch->path = g_strdup (path);
  lan_share_entry_copy (&fetch->entry, &item->merged);
  fetch->from = ch->account;
  fetch->channel = channel;
  fetch->since_us = s->now.mono_us;
  g_hash_table_insert (s->fetches, &fetch->id, fetch);
  item->busy = TRUE;
  m.share = (ProtobufCBinaryData){ .len = sizeof one->id.b, .data = one->id.b };
  m.id = (ProtobufCBinaryData){ .len = sizeof fetch->id.b, .data = fetch->id.b };
  m.root = (ProtobufCBinaryData){ .len = sizeof fetch->entry.root.b, .data = fetch->entry.root.b };
  m.size = fetch->entry.size;
  m.path = fetch->path;
  m.short_ok = !s->config.no_short && fetch->entry.size <= LAN_SHARE_SHORT_MAX;
  frame.body_case = LANYARD__FRAME__BODY_SHARE_WANT;
  frame.share_want = &m;
  action = lan_shares_push (s, LAN_SHARES_SEND, one);
  action->channel = channel;
  action->frame = lan_frame_encode (&frame);
}

static void
push_place (LanShares *s, LanShareOne *one, LanShareItem *item, LanShareJob *job,
            LanShareWork *work, const char *path, const LanShareEntry *entry)
{
  item->busy = TRUE;
  job->path = g_strdup (path);
  job->had = item->local.kind != 0;
  job->expect = item->stamp;
  job->is.kind = entry->kind;
  job->is.size = entry->size;
  job->is.mode = entry->mode;
  job->is.mtime_ms = entry->mtime_ms;
  work->path = g_strdup (path);
  lan_share_entry_copy (&work->entry, entry);
}

/* "name (conflict 2026-11-23 1205).ext" */
static char *
conflict_name (LanShares *s, const char *path)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (s->now.wall_ms / 1000);
  g_autofree char *when =
      time != NULL ? g_date_time_format (time, "%Y-%m-%d %H%M") : g_strdup ("0");
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  const char *dot = strrchr (name, '.');
  g_autofree char *stem = NULL;
  g_autofree char *suffix = NULL;
  g_autofree char *made = NULL;

  if (dot == NULL || dot == name || strlen (dot) > 16)
    dot = name + strlen (name);
  stem = g_strndup (path, (gsize) (dot - path));
  suffix = g_strdup_printf (" (conflict %s)%s", when, dot);
  made = g_strconcat (stem, suffix, NULL);
  if (lan_manifest_is_path (made, strlen (made)))
    return g_steal_pointer (&made);
  g_free (stem);
  stem = g_strndup (path, (gsize) (name - path));
  return g_strconcat (stem, "conflict ", when, NULL);
}

/* @bytes: (nullable): NULL: it is in the file @staged. */
static void
place (LanShares *s, LanShareFetch *fetch, const char *staged, GBytes *bytes)
{
  LanShareOne *one = fetch->one;
  LanShareItem *item = lan_share_item_ensure (one, fetch->path);
  LanShareWork *work;
  LanShareJob *job = lan_shares_push_job (s, one, LAN_SHARE_JOB_PLACE, &work);

  fetch->phase = LAN_SHARE_FETCH_PLACING;
  push_place (s, one, item, job, work, fetch->path, &fetch->entry);
  job->staged = g_path_get_basename (staged);
  job->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  if (item->local.kind == LAN_SHARE_FILE &&
      (item->flags & (LAN_SHARE_LOCAL_DIRTY | LAN_SHARE_LOCAL_KEEP_COPY)) != 0)
    job->copy = conflict_name (s, fetch->path);
  work->fetch = fetch->id;
  work->staged = g_strdup (job->staged);
}

static gboolean
begin (LanShares *s, LanShareOne *one, LanShareItem *item, const char *path)
{
  LanShareWork *work;
  LanShareJob *job;
  guint64 source;

  if (item->merged.kind == LAN_SHARE_FILE) {
    if (g_hash_table_size (s->fetches) >= LAN_SHARES_MAX_FETCHES)
      return FALSE;
    source = choose_source (s, one, &item->merged);
    if (source != 0)
      ask (s, one, item, path, source);
    else
      retry_later (s, one);
    return TRUE;
  }
  job = lan_shares_push_job (
      s, one, item->merged.kind == LAN_SHARE_FOLDER ? LAN_SHARE_JOB_FOLDER : LAN_SHARE_JOB_REMOVE,
      &work);
  push_place (s, one, item, job, work, path, &item->merged);
  return TRUE;
}

void
lan_shares_work_on (LanShares *s, LanShareOne *one)
{
  /* A job that changes the folder while it is being looked at would be found as somebody's change. */
  if (!lan_share_is_live (one) || one->disk != LAN_SHARE_DISK_OPEN || one->is_scanning ||
      !one->is_scanned)
    return;
  while (one->todo.length > 0) {
    const char *path = g_queue_peek_head (&one->todo);
    LanShareItem *item = g_hash_table_lookup (one->items, path);

    if (lan_share_item_needs (one, item) && !begin (s, one, item, path))
      return;
    item->queued = FALSE;
    g_queue_pop_head (&one->todo);
  }
}

/* -- what became of it -- */

static void
end_fetch (LanShares *s, LanShareFetch *fetch)
{
  LanShareOne *one = fetch->one;
  LanShareItem *item = g_hash_table_lookup (one->items, fetch->path);

  if (item != NULL)
    item->busy = FALSE;
  g_hash_table_remove (s->fetches, &fetch->id);
}

static void
next_everywhere (LanShares *s)
{
  LanShareOne *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, s->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one))
    lan_shares_work_on (s, one);
}

/* Somebody else is asked, now if somebody is there. @refused: the one who was asked is not asked for it again;
 * @error: (nullable): it is something here that has to change first. */
static void
ask_again (LanShares *s, LanShareFetch *fetch, gboolean refused, const char *error)
{
  LanShareOne *one = fetch->one;
  LanShareItem *item = lan_share_item_ensure (one, fetch->path);

  if (refused)
    g_hash_table_add (s->refusals, refusal_key (&fetch->entry.root, fetch->channel));
  if (error != NULL)
    item->error = g_intern_string (error);
  end_fetch (s, fetch);
  if (refused || error == NULL)
    lan_shares_touch_item (s, one, item);
  retry_later (s, one);
  lan_shares_changed (s, one);
  next_everywhere (s);
}

LanStatus
lan_shares_on_answer (LanShares *s, const LanShareChannel *ch, LanShareOne *one,
                      const Lanyard__ShareAnswer *answer)
{
  LanShareFetch *fetch;
  LanMessageId id;

  if (answer->kind == LANYARD__SHARE_ANSWER_KIND__SHARE_LEFT) {
    if (one->state != LAN_SHARE_OPEN ||
        lan_share_roster_rights (&one->roster, &ch->account) == LAN_SHARE_NONE)
      return LAN_STATUS_STATE;
    lan_shares_note (s, one, LAN_SHARE_LOG_LEFT, &ch->account, 0, NULL, NULL);
    g_hash_table_add (one->joined, g_memdup2 (&ch->account, sizeof ch->account));
    return lan_shares_set_rights (s, &one->id, &ch->account, LAN_SHARE_NONE, s->now);
  }
  if (answer->id.len != LAN_MESSAGE_ID_BYTES)
    return LAN_STATUS_MALFORMED;
  memcpy (id.b, answer->id.data, sizeof id.b);
  if (answer->kind == LANYARD__SHARE_ANSWER_KIND__SHARE_GOT) {
    lan_shares_on_got (s, ch, one, &id);
    return LAN_STATUS_OK;
  }
  if (answer->kind == LANYARD__SHARE_ANSWER_KIND__SHARE_NOTED) {
    lan_shares_on_noted (s, ch, one, &id);
    return LAN_STATUS_OK;
  }
  fetch = g_hash_table_lookup (s->fetches, &id);
  if (fetch == NULL || fetch->one != one || fetch->channel != ch->id ||
      fetch->phase != LAN_SHARE_FETCH_ASKED)
    return LAN_STATUS_STATE;
  if (answer->kind == LANYARD__SHARE_ANSWER_KIND__SHARE_READY) {
    LanSharesAction *action = lan_shares_push (s, LAN_SHARES_FETCH, one);

    fetch->phase = LAN_SHARE_FETCH_RUNNING;
    action->id = fetch->id;
    action->peer = fetch->from;
    action->name = lan_message_id_to_hex (&fetch->id);
    action->path = g_build_filename (one->dir, LAN_SHARE_INCOMING_DIR, NULL);
    action->size = fetch->entry.size;
    action->root = fetch->entry.root;
    return LAN_STATUS_OK;
  }
  if (answer->kind == LANYARD__SHARE_ANSWER_KIND__SHARE_HERE &&
      lan_share_is_content (&fetch->entry.root, fetch->entry.size, answer->data.data,
                            answer->data.len)) {
    g_autofree char *staged = lan_message_id_to_hex (&fetch->id);
    g_autoptr (GBytes) bytes = g_bytes_new (answer->data.data, answer->data.len);

    place (s, fetch, staged, bytes);
    return LAN_STATUS_OK;
  }
  ask_again (s, fetch, TRUE, NULL);
  return LAN_STATUS_OK;
}

void
lan_shares_fetch_down (LanShares *s, guint64 channel)
{
  g_autoptr (GPtrArray) lost = g_ptr_array_new ();
  LanShareFetch *fetch;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, s->fetches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &fetch)) {
    if (fetch->channel == channel && fetch->phase == LAN_SHARE_FETCH_ASKED)
      g_ptr_array_add (lost, fetch);
  }
  for (guint i = 0; i < lost->len; i++)
    ask_again (s, g_ptr_array_index (lost, i), FALSE, NULL);
}

void
lan_shares_drop_fetches (LanShares *s, LanShareOne *one)
{
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();
  LanShareFetch *fetch;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, s->fetches);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &fetch)) {
    if (fetch->one == one)
      g_ptr_array_add (ours, fetch);
  }
  for (guint i = 0; i < ours->len; i++) {
    fetch = g_ptr_array_index (ours, i);
    if (fetch->phase == LAN_SHARE_FETCH_RUNNING)
      lan_shares_push (s, LAN_SHARES_CANCEL, one)->id = fetch->id;
    end_fetch (s, fetch);
  }
}

/* The file is there under its name, or is not. */
void
lan_shares_placed (LanShares *s, LanShareWork *work, const LanShareResult *result)
{
  LanShareOne *one = work->one;
  LanShareItem *item = lan_share_item_ensure (one, work->path);
  LanShareFetch *fetch = g_hash_table_lookup (s->fetches, &work->fetch);

  item->busy = FALSE;
  if (result->error != NULL) {
    item->error = g_intern_string (lan_file_error_code (result->error->code));
    if (result->error->code == LAN_FILE_ERROR_CHANGED)
      lan_shares_scan_soon (s, one, 0); /* somebody wrote it just now: that is looked at first */
    retry_later (s, one);
  } else {
    item->error = NULL;
    if (result->copy != NULL && lan_shares_may_write (s, one)) {
      /* Both are here now: who sees this version need not look for the other any more. */
      lan_share_entry_join (&work->entry, &item->local);
      if (lan_share_entry_same (&item->merged, &work->entry)) {
        lan_share_entry_join (&item->merged, &work->entry);
        lan_share_entry_join (&item->seen, &work->entry);
        one->publish_due = TRUE;
      }
    }
    if (result->copy != NULL) {
      lan_shares_note (s, one, LAN_SHARE_LOG_CONFLICT, NULL, 0, work->path, result->copy);
      lan_shares_scan_soon (s, one, 0); /* the copy is a file like any other */
    }
    lan_share_entry_clear (&item->local);
    item->flags = 0;
    if (work->entry.kind != LAN_SHARE_GONE) {
      lan_share_entry_copy (&item->local, &work->entry);
      g_clear_pointer (&item->local.path, g_free);
      item->stamp = result->stamp;
    }
    lan_shares_keep_item (s, one, item, work->path);
    if (item->wanted) {
      item->wanted = FALSE;
      lan_shares_keep_wanted (s, one, work->path, FALSE);
    }
    if (fetch != NULL)
      lan_shares_note (s, one, LAN_SHARE_LOG_GOT, &fetch->from, work->entry.size, work->path, NULL);
    lan_shares_touch_item (s, one, item);
  }
  if (work->staged != NULL) {
    if (result->error != NULL)
      lan_shares_push_job (s, one, LAN_SHARE_JOB_DROP, NULL)->staged = g_strdup (work->staged);
    if (fetch != NULL)
      lan_shares_arrived (s, one, &work->fetch, &fetch->from);
    else
      lan_shares_push (s, LAN_SHARES_FORGET, one)->id = work->fetch;
  }
  if (fetch != NULL)
    end_fetch (s, fetch);
  next_everywhere (s);
}

/* -- transfers -- */

static void
on_incoming (LanShares *s, LanShareFetch *fetch, const LanTransferRow *row)
{
  LanShareOne *one = fetch->one; /* asking again ends the fetch */

  switch (row->state) {
  case LAN_TRANSFER_DONE:
    if (fetch->phase != LAN_SHARE_FETCH_RUNNING)
      return;
    place (s, fetch, row->path, NULL);
    break;
  case LAN_TRANSFER_FAILED:
    /* Tried again by asking anew; what is on the disk of it is found again. */
    lan_shares_push (s, LAN_SHARES_CANCEL, one)->id = row->id;
    ask_again (s, fetch, g_strcmp0 (row->error, "disk-full") != 0, row->error);
    break;
  case LAN_TRANSFER_CANCELLED:
  case LAN_TRANSFER_DECLINED:
    lan_shares_push (s, LAN_SHARES_FORGET, one)->id = row->id;
    ask_again (s, fetch, TRUE, NULL);
    break;
  default:
    break;
  }
  lan_shares_changed (s, one);
}

gboolean
lan_shares_is_over (LanTransferState state)
{
  return state == LAN_TRANSFER_DONE || state == LAN_TRANSFER_FAILED ||
         state == LAN_TRANSFER_CANCELLED || state == LAN_TRANSFER_DECLINED;
}

void
lan_shares_transfer (LanShares *s, const LanTransferRow *row, LanTime now)
{
  LanShareOne *one = lan_shares_find (s, &row->conversation);
  LanShareFetch *fetch = g_hash_table_lookup (s->fetches, &row->id);

  s->now = now;
  if (!row->incoming && one != NULL)
    lan_shares_outgoing (s, one, row);
  else if (fetch != NULL)
    on_incoming (s, fetch, row);
  else if (row->incoming && lan_shares_is_over (row->state))
    lan_shares_push (s, LAN_SHARES_FORGET, one)->id = row->id;
  lan_shares_update_wants (s);
}

/* Who needs what arrived, or was arriving, before the restart. */
static LanShareItem *
find_needed (LanShareOne *one, const LanTransferRow *row, const char **path)
{
  LanShareItem *item;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, one->items);
  while (g_hash_table_iter_next (&iter, (gpointer *) path, (gpointer *) &item)) {
    if (item->merged.kind == LAN_SHARE_FILE && item->merged.size == row->size &&
        lan_hash_equal (&item->merged.root, &row->root) && lan_share_item_needs (one, item))
      return item;
  }
  return NULL;
}

void
lan_shares_adopt (LanShares *s, const LanTransferRow *row, LanTime now)
{
  LanShareOne *one = lan_shares_find (s, &row->conversation);
  LanShareItem *item = NULL;
  const char *path = NULL;
  LanShareFetch *fetch;

  s->now = now;
  if (one == NULL)
    return;
  if (!row->incoming) {
    lan_shares_adopt_serve (s, one, row);
    return;
  }
  if (lan_share_is_live (one) &&
      (!lan_shares_is_over (row->state) || row->state == LAN_TRANSFER_DONE))
    item = find_needed (one, row, &path);
  if (item == NULL) {
    if (row->state == LAN_TRANSFER_DONE && lan_share_is_live (one) && row->path != NULL)
      lan_shares_push_job (s, one, LAN_SHARE_JOB_DROP, NULL)->staged =
          g_path_get_basename (row->path);
    if (row->state == LAN_TRANSFER_DONE && lan_share_is_live (one)) {
      lan_shares_arrived (s, one, &row->id, &row->peer);
      return;
    }
    lan_shares_push (s, lan_shares_is_over (row->state) ? LAN_SHARES_FORGET : LAN_SHARES_CANCEL,
                     one)
        ->id = row->id;
    return;
  }
  fetch = g_new0 (LanShareFetch, 1);
  fetch->id = row->id;
  fetch->one = one;
  fetch->path = g_strdup (path);
  lan_share_entry_copy (&fetch->entry, &item->merged);
  fetch->phase = LAN_SHARE_FETCH_RUNNING;
  fetch->from = row->peer;
  item->busy = TRUE;
  g_hash_table_insert (s->fetches, &fetch->id, fetch);
  if (row->state == LAN_TRANSFER_DONE)
    place (s, fetch, row->path, NULL);
}
