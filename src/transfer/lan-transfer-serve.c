/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What one person asked of one transfer over one channel, and has not got: leaves and leaf hashes, of
 * a source that was offered, or of what came in and is shared with others who were offered the same.
 */
#include "lan-transfers-private.h"

#include "lan-tree-hash.h"

/* Whether what is asked for exists, as far as that is known: after a restart the folder is not listed yet. */
gboolean
lan_transfer_is_inside (const LanTransferOne *one, gboolean hashes, guint64 first, guint32 count)
{
  guint64 n = G_MAXUINT32;

  if (one->tree != NULL)
    n = hashes ? lan_file_tree_n_hashes (one->tree) : lan_file_tree_n_leaves (one->tree);
  else if (!one->detail.is_folder)
    n = lan_tree_leaf_count (one->row.size, LAN_TREE_LEAF_BYTES);
  return count > 0 && first < n && count <= n - first &&
         (!hashes || count <= LAN_TRANSFER_PAGE_HASHES);
}

static guint
weight_of (const LanServeRequest *request)
{
  return request->hashes ? 1 : request->count;
}

gboolean
lan_transfer_serving_fits (const LanTransferChannel *ch, gboolean hashes, guint32 count)
{
  guint32 most =
      ch->carries == LAN_CARRIES_BULK ? LAN_TRANSFER_MAX_BULK : LAN_TRANSFER_MAX_REQUESTS;
  guint32 weight = hashes ? 1 : count;

  return weight <= most && ch->n_requests + weight <= most;
}

LanStatus
lan_transfer_serving_add (LanServing *serving, LanTransferChannel *ch, gboolean hashes,
                          guint64 first, guint32 count)
{
  LanServeRequest *request;

  for (GList *l = serving->requests.head; hashes && l != NULL; l = l->next) {
    request = l->data;
    if (request->hashes && request->first == first && request->count == count)
      return LAN_STATUS_OK; /* asked for once more, and not answered yet */
  }
  if (!lan_transfer_serving_fits (ch, hashes, count))
    return LAN_STATUS_LIMIT;
  request = g_new0 (LanServeRequest, 1);
  request->hashes = hashes;
  request->first = first;
  request->count = count;
  serving->channel = ch;
  g_queue_push_tail (&serving->requests, request);
  ch->n_requests += weight_of (request);
  if (g_queue_find (&ch->serve, serving) == NULL)
    g_queue_push_tail (&ch->serve, serving);
  return LAN_STATUS_OK;
}

void
lan_transfer_serving_clear (LanServing *serving)
{
  LanTransferChannel *ch = serving->channel;
  LanServeRequest *request;

  if (ch == NULL)
    return;
  g_queue_remove (&ch->serve, serving);
  while ((request = g_queue_pop_head (&serving->requests)) != NULL) {
    ch->n_requests -= weight_of (request);
    g_free (request);
  }
  lan_transfer_channel_drop_ready (ch, serving->one);
  serving->channel = NULL;
}

/* What is left of @request without [first, first + count): at its place what comes before, and what comes after behind it. */
static void
cut_out (LanServing *serving, GList *link, guint64 first, guint32 count)
{
  LanServeRequest *request = link->data;
  guint64 end = request->first + request->count;
  guint64 from = MAX (first, request->first);
  guint64 to = MIN (first + count, end);

  if (request->hashes || from >= to)
    return;
  serving->channel->n_requests -= (guint) (to - from);
  if (to < end) {
    LanServeRequest *rest = g_new0 (LanServeRequest, 1);

    rest->first = to;
    rest->count = (guint32) (end - to);
    g_queue_insert_after (&serving->requests, link, rest);
  }
  request->count = (guint32) (from - request->first);
  if (request->count == 0) {
    g_free (request);
    g_queue_delete_link (&serving->requests, link);
  }
}

void
lan_transfer_serving_cancel (LanTransfers *t, LanServing *serving, LanTransferChannel *ch,
                             guint64 first, guint32 count)
{
  LanTransferAction *action;

  if (serving->channel != ch)
    return;
  for (GList *l = serving->requests.head, *next; l != NULL; l = next) {
    next = l->next;
    cut_out (serving, l, first, count);
  }
  if (ch->carries != LAN_CARRIES_BULK)
    return;
  action = lan_transfers_push (t, LAN_TRANSFER_ACTION_CANCEL);
  action->id = serving->one->row.id;
  action->peer = ch->account;
  action->serve.channel = ch->id;
  action->serve.name = *lan_transfer_name_on (serving->one, ch);
  action->serve.first = first;
  action->serve.count = count;
}

static void
serve_hashes (LanTransferOne *one, LanTransferChannel *ch, const LanServeRequest *request)
{
  gsize at = request->first * LAN_HASH_BYTES;
  gsize len = (gsize) request->count * LAN_HASH_BYTES;
  g_autoptr (GBytes) page = one->row.incoming ? g_bytes_new (lan_swarm_hashes (one)->data + at, len)
                                              : g_bytes_new_from_bytes (one->out.leaves, at, len);

  lan_transfer_channel_add_ready (ch, one, lan_transfer_name_on (one, ch), TRUE, request->first,
                                  page);
}

static void
read_leaf (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, guint64 leaf)
{
  LanTransferJob *info;
  LanFileJob *job = lan_transfers_push_job (t, one, LAN_FILE_JOB_READ, &info);
  LanFileLeaf place = { 0 };

  lan_file_tree_leaf (one->tree, leaf, &place);
  job->leaf = leaf;
  info->channel = ch->id;
  info->leaf = leaf;
  info->length = place.len;
  ch->serving += place.len;
}

/* The pump of node reads and sends them; they count as asked for until it says so. */
static void
serve_bulk (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
            const LanServeRequest *request)
{
  LanTransferAction *action = lan_transfers_push (t, LAN_TRANSFER_ACTION_SERVE);

  action->id = one->row.id;
  action->peer = ch->account;
  action->serve.channel = ch->id;
  action->serve.name = *lan_transfer_name_on (one, ch);
  action->serve.first = request->first;
  action->serve.count = request->count;
}

/* Comes back into the queue when the source is ready. */
static gboolean
is_ready (const LanTransferOne *one)
{
  return one->row.incoming ? lan_swarm_may_serve (one) : one->out.phase == LAN_OUT_READY;
}

gboolean
lan_transfer_serve_one (LanTransfers *t, LanServing *serving, LanTransferChannel *ch)
{
  LanTransferOne *one = serving->one;
  LanServeRequest *request = g_queue_peek_head (&serving->requests);

  if (request == NULL || !is_ready (one))
    return FALSE;
  if (!lan_transfer_is_inside (one, request->hashes, request->first, request->count)) {
    ch->n_requests -= weight_of (request);
    g_free (g_queue_pop_head (&serving->requests));
    return !g_queue_is_empty (&serving->requests);
  }
  if (!request->hashes && ch->carries == LAN_CARRIES_BULK) {
    serve_bulk (t, one, ch, request);
    g_free (g_queue_pop_head (&serving->requests));
    return !g_queue_is_empty (&serving->requests);
  }
  ch->n_requests--;
  if (request->hashes) {
    serve_hashes (one, ch, request);
    request->count = 0;
  } else {
    read_leaf (t, one, ch, request->first);
    request->first++;
    request->count--;
  }
  if (request->count == 0)
    g_free (g_queue_pop_head (&serving->requests));
  return !g_queue_is_empty (&serving->requests);
}

void
lan_transfers_served (LanTransfers *t, guint64 channel, const LanMessageId *id, guint64 n,
                      guint64 bytes, const GError *error, LanTime now)
{
  LanTransferChannel *ch = g_hash_table_lookup (t->channels, &channel);
  LanTransferOne *one = lan_transfers_find (t, id);

  if (ch != NULL)
    ch->n_requests -= (guint) MIN (n, ch->n_requests);
  if (one == NULL)
    return;
  if (one->row.incoming) {
    if (error != NULL && error->code != LAN_FILE_ERROR_STOPPED)
      lan_swarm_withdraw (t, one);
    return;
  }
  if (lan_transfer_is_over (one))
    return;
  if (error != NULL && error->code != LAN_FILE_ERROR_STOPPED)
    lan_transfer_fail (t, one, (LanFileError) error->code, error->message, now);
  else
    lan_transfer_out_sent (t, one, bytes, now);
}
