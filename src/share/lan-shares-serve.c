/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Contents that others fetch from here: asked for, hashed anew, offered, and what became of them. */
#include "lan-shares-private.h"

#include "lan-tree-hash.h"

#include <string.h>

void
lan_share_serve_free (LanShareServe *serve)
{
  g_free (serve->path);
  g_free (serve);
}

void
lan_shares_adopt_serve (LanShares *s, LanShareOne *one, const LanTransferRow *row)
{
  LanShareServe *serve = g_new0 (LanShareServe, 1);

  serve->id = row->id;
  serve->share = one->id;
  serve->peer = row->peer;
  serve->root = row->root;
  serve->size = row->size;
  serve->path = g_strdup (row->name);
  serve->since_us = s->now.mono_us;
  serve->is_offered = TRUE;
  g_hash_table_insert (s->serves, &serve->id, serve);
  lan_shares_outgoing (s, one, row);
}

/* Once: the transfer's own word and the member's may both come, in any order. */
static void
note_fetched (LanShares *s, LanShareOne *one, const LanShareServe *serve)
{
  lan_shares_note (s, one, LAN_SHARE_LOG_FETCHED, &serve->peer, serve->size, serve->path, NULL);
  g_hash_table_remove (s->serves, &serve->id);
  lan_shares_changed (s, one);
}

void
lan_shares_outgoing (LanShares *s, LanShareOne *one, const LanTransferRow *row)
{
  LanShareServe *serve = g_hash_table_lookup (s->serves, &row->id);

  if (row->state == LAN_TRANSFER_OFFERED) {
    lan_shares_served (s, &row->id, &row->root, s->now);
    return;
  }
  if (!lan_shares_is_over (row->state))
    return;
  if (serve != NULL && !serve->is_offered && row->state == LAN_TRANSFER_FAILED)
    lan_shares_served (s, &row->id, NULL, s->now);
  else if (serve != NULL && row->state == LAN_TRANSFER_DONE)
    note_fetched (s, one, serve);
  g_hash_table_remove (s->serves, &row->id);
  lan_shares_push (s, LAN_SHARES_FORGET, one)->id = row->id;
  lan_shares_changed (s, one);
}

/* The member has it, whatever the transfer heard; is told that this is known now. */
void
lan_shares_on_got (LanShares *s, const LanShareChannel *ch, LanShareOne *one,
                   const LanMessageId *id)
{
  const LanShareServe *serve = g_hash_table_lookup (s->serves, id);

  if (serve != NULL && lan_account_id_equal (&serve->peer, &ch->account) &&
      lan_conversation_id_equal (&serve->share, &one->id)) {
    if (!serve->is_short)
      lan_shares_push (s, LAN_SHARES_CANCEL, one)->id = *id;
    note_fetched (s, one, serve);
  }
  lan_shares_say (s, ch->id, one, id, LANYARD__SHARE_ANSWER_KIND__SHARE_NOTED);
}

static guint
count_serves (const LanShares *s, const LanAccountId *peer)
{
  const LanShareServe *serve;
  GHashTableIter iter;
  guint n = 0;

  g_hash_table_iter_init (&iter, s->serves);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &serve))
    n += lan_account_id_equal (&serve->peer, peer);
  return n;
}

/* Somebody who asked for so much and never said what became of it: the oldest is given up. */
static void
drop_oldest (LanShares *s, LanShareOne *one, const LanAccountId *peer)
{
  const LanShareServe *serve, *oldest = NULL;
  GHashTableIter iter;
  LanMessageId id;

  g_hash_table_iter_init (&iter, s->serves);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &serve)) {
    if (lan_account_id_equal (&serve->peer, peer) &&
        s->now.mono_us - serve->since_us >=
            (serve->is_short ? LAN_SHARES_SHORT_US : LAN_SHARES_ANSWER_US) &&
        (oldest == NULL || serve->since_us < oldest->since_us))
      oldest = serve;
  }
  if (oldest == NULL)
    return;
  id = oldest->id;
  g_hash_table_remove (s->serves, &id);
  lan_shares_push (s, LAN_SHARES_CANCEL, one)->id = id;
}

/* Under the path that was asked for, or wherever the same content is. */
static const char *
find_content (LanShareOne *one, const Lanyard__ShareWant *want)
{
  LanShareItem *item = g_hash_table_lookup (one->items, want->path);
  GHashTableIter iter;
  const char *path;

  if (item != NULL && item->local.kind == LAN_SHARE_FILE && item->local.size == want->size &&
      memcmp (item->local.root.b, want->root.data, LAN_HASH_BYTES) == 0 &&
      g_hash_table_lookup_extended (one->items, want->path, (gpointer *) &path, NULL))
    return path;
  g_hash_table_iter_init (&iter, one->items);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, (gpointer *) &item)) {
    if (item->local.kind == LAN_SHARE_FILE && item->local.size == want->size &&
        item->merged.kind == LAN_SHARE_FILE && lan_share_entry_same (&item->merged, &item->local) &&
        memcmp (item->local.root.b, want->root.data, LAN_HASH_BYTES) == 0)
      return path;
  }
  return NULL;
}

/* A short one is read and sent; else it becomes a transfer, which hashes it. */
static void
begin_serve (LanShares *s, LanShareOne *one, const LanShareServe *serve)
{
  LanSharesAction *action;
  LanShareWork *work;
  LanShareJob *job;

  if (serve->is_short) {
    job = lan_shares_push_job (s, one, LAN_SHARE_JOB_READ, &work);
    job->path = g_strdup (serve->path);
    job->max_bytes = serve->size;
    work->fetch = serve->id;
    return;
  }
  action = lan_shares_push (s, LAN_SHARES_SERVE, one);
  action->id = serve->id;
  action->peer = serve->peer;
  action->path = g_build_filename (one->dir, serve->path, NULL);
}

static void
say_here (LanShares *s, LanShareOne *one, const LanShareServe *serve, const guint8 *data, gsize len)
{
  Lanyard__ShareAnswer m = LANYARD__SHARE_ANSWER__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanSharesAction *action = lan_shares_push (s, LAN_SHARES_SEND, one);

  m.share = lan_share_id_field (one);
  m.id = (ProtobufCBinaryData){ sizeof serve->id.b, (guint8 *) serve->id.b };
  m.kind = LANYARD__SHARE_ANSWER_KIND__SHARE_HERE;
  m.data = (ProtobufCBinaryData){ len, (guint8 *) data };
  frame.body_case = LANYARD__FRAME__BODY_SHARE_ANSWER;
  frame.share_answer = &m;
  action->channel = serve->channel;
  action->on = TRUE;
  action->frame = lan_frame_encode (&frame);
}

LanStatus
lan_shares_on_want (LanShares *s, const LanShareChannel *ch, LanShareOne *one,
                    const Lanyard__ShareWant *want)
{
  LanShareServe *serve;
  LanMessageId id;
  const char *path;

  memcpy (id.b, want->id.data, sizeof id.b);
  if (!lan_share_is_live (one) ||
      lan_share_roster_rights (&one->roster, &ch->account) == LAN_SHARE_NONE ||
      g_hash_table_contains (s->serves, &id) || g_hash_table_contains (s->fetches, &id)) {
    lan_shares_say (s, ch->id, one, &id, LANYARD__SHARE_ANSWER_KIND__SHARE_NOT_HERE);
    return LAN_STATUS_STATE;
  }
  path = one->disk == LAN_SHARE_DISK_OPEN ? find_content (one, want) : NULL;
  if (path != NULL && count_serves (s, &ch->account) >= LAN_SHARES_MAX_SERVES)
    drop_oldest (s, one, &ch->account);
  if (path == NULL || count_serves (s, &ch->account) >= LAN_SHARES_MAX_SERVES) {
    lan_shares_say (s, ch->id, one, &id,
                    path == NULL ? LANYARD__SHARE_ANSWER_KIND__SHARE_NOT_HERE
                                 : LANYARD__SHARE_ANSWER_KIND__SHARE_BUSY);
    return LAN_STATUS_OK;
  }
  serve = g_new0 (LanShareServe, 1);
  serve->id = id;
  serve->share = one->id;
  serve->peer = ch->account;
  serve->channel = ch->id;
  serve->size = want->size;
  serve->since_us = s->now.mono_us;
  memcpy (serve->root.b, want->root.data, sizeof serve->root.b);
  serve->path = g_strdup (path);
  serve->is_short = want->short_ok && !s->config.no_short && want->size <= LAN_SHARE_SHORT_MAX;
  g_hash_table_insert (s->serves, &serve->id, serve);
  begin_serve (s, one, serve);
  return LAN_STATUS_OK;
}

gboolean
lan_share_is_content (const LanHash *root, guint64 size, const guint8 *data, gsize len)
{
  g_autoptr (LanTree) tree = lan_tree_new (LAN_TREE_LEAF_BYTES);
  LanHash got;

  if (len != size)
    return FALSE;
  if (len > 0)
    lan_tree_update (tree, data, len);
  return lan_tree_root (tree, &got) == LAN_STATUS_OK && lan_hash_equal (&got, root);
}

void
lan_shares_on_read (LanShares *s, const LanShareWork *work, const LanShareResult *result)
{
  LanShareServe *serve = g_hash_table_lookup (s->serves, &work->fetch);
  gsize len = 0;
  const guint8 *data = result->bytes != NULL ? g_bytes_get_data (result->bytes, &len) : NULL;
  gboolean is_right = result->bytes != NULL && serve != NULL &&
                      lan_share_is_content (&serve->root, serve->size, data, len);

  if (serve == NULL || serve->is_offered)
    return;
  serve->is_offered = TRUE;
  if (g_hash_table_contains (s->channels, &serve->channel)) {
    if (is_right)
      say_here (s, work->one, serve, data, len);
    else
      lan_shares_say (s, serve->channel, work->one, &serve->id,
                      LANYARD__SHARE_ANSWER_KIND__SHARE_NOT_HERE);
  }
  if (is_right)
    return;
  lan_shares_scan_soon (s, work->one, 0); /* changed since it was looked at */
  g_hash_table_remove (s->serves, &work->fetch);
}

void
lan_shares_served (LanShares *s, const LanMessageId *id, const LanHash *root, LanTime now)
{
  LanShareServe *serve = g_hash_table_lookup (s->serves, id);
  LanShareOne *one = serve != NULL ? lan_shares_find (s, &serve->share) : NULL;
  gboolean is_right = root != NULL && serve != NULL && lan_hash_equal (root, &serve->root);

  s->now = now;
  if (serve == NULL || serve->is_offered)
    return;
  serve->is_offered = TRUE;
  if (one != NULL && g_hash_table_contains (s->channels, &serve->channel))
    lan_shares_say (s, serve->channel, one, id,
                    is_right ? LANYARD__SHARE_ANSWER_KIND__SHARE_READY
                             : LANYARD__SHARE_ANSWER_KIND__SHARE_NOT_HERE);
  if (is_right)
    return;
  /* Changed since it was looked at. */
  if (one != NULL)
    lan_shares_scan_soon (s, one, 0);
  lan_shares_push (s, LAN_SHARES_CANCEL, one)->id = *id;
}
