/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Whose turn it is on a channel: which incoming transfer asks for the next leaf within the window,
 * which outgoing one reads the next, and how much of what is ready the channel takes. Turns are a
 * leaf long, so transfers share a channel evenly whatever their sizes.
 */
#include "lan-transfers-private.h"

#include "lan-tree-hash.h"

static void
ready_free (LanReadyBlock *block)
{
  g_bytes_unref (block->bytes);
  g_free (block);
}

LanTransferChannel *
lan_transfer_channel_new (guint64 id, const LanAccountId *account, LanTransferCarrier carries,
                          gsize room)
{
  LanTransferChannel *ch = g_new0 (LanTransferChannel, 1);

  ch->id = id;
  ch->account = *account;
  ch->carries = carries;
  ch->room = room;
  g_queue_init (&ch->serve);
  g_queue_init (&ch->ready);
  return ch;
}

void
lan_transfer_channel_free (LanTransferChannel *ch)
{
  g_queue_clear (&ch->serve);
  g_queue_clear_full (&ch->ready, (GDestroyNotify) ready_free);
  g_free (ch);
}

LanTransferChannel *
lan_transfer_channel_to (LanTransfers *t, const LanAccountId *account, gboolean any)
{
  LanTransferChannel *best = NULL;
  LanTransferChannel *ch;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, t->channels);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &ch)) {
    if (!lan_account_id_equal (&ch->account, account) ||
        (!any && ch->carries == LAN_CARRIES_STATES))
      continue;
    /* Ids grow: of two alike the newer is the one that was made because the older was poor. */
    if (best == NULL || ch->carries > best->carries ||
        (ch->carries == best->carries && ch->id > best->id))
      best = ch;
  }
  return best;
}

void
lan_transfer_channel_add_ready (LanTransferChannel *ch, LanTransferOne *one,
                                const LanMessageId *name, gboolean hashes, guint64 index,
                                GBytes *bytes)
{
  LanReadyBlock *block = g_new0 (LanReadyBlock, 1);

  block->transfer = one;
  block->name = *name;
  block->hashes = hashes;
  block->index = index;
  block->bytes = g_bytes_ref (bytes);
  ch->serving += g_bytes_get_size (bytes);
  g_queue_push_tail (&ch->ready, block);
}

void
lan_transfer_channel_drop_ready (LanTransferChannel *ch, const LanTransferOne *one)
{
  for (GList *l = ch->ready.head, *next; l != NULL; l = next) {
    LanReadyBlock *block = l->data;

    next = l->next;
    if (block->transfer == one) {
      ch->serving -= g_bytes_get_size (block->bytes);
      g_queue_delete_link (&ch->ready, l);
      ready_free (block);
    }
  }
}

void
lan_transfer_channel_forget (LanTransfers *t, LanTransferOne *one)
{
  LanTransferChannel *ch = one->channel;

  if (ch == NULL)
    return;
  if (!one->row.incoming) {
    lan_transfer_serving_clear (&one->out.serving);
    lan_transfer_serving_clear (&one->out.overtaken);
  }
  if (ch->last_in == one)
    ch->last_in = NULL;
  one->channel = NULL;
}

/* The next incoming transfer after the one whose turn it was. */
static LanTransferOne *
next_asker (LanTransfers *t, LanTransferChannel *ch, guint *start)
{
  guint n = t->active->len;

  for (guint i = 0; i < n; i++) {
    LanTransferOne *one = g_ptr_array_index (t->active, (*start + i) % n);

    if (lan_transfer_is_fetching (one) &&
        (one->channel == ch || lan_swarm_source_on (one, ch) != NULL)) {
      *start = (*start + i + 1) % n;
      return one;
    }
  }
  return NULL;
}

static void
ask_for_leaves (LanTransfers *t, LanTransferChannel *ch, LanTime now)
{
  gsize window = ch->carries == LAN_CARRIES_BULK ? t->bulk_bytes : t->window_bytes;
  guint start = 0;
  guint idle = 0;

  for (guint i = 0; i < t->active->len; i++) {
    if (g_ptr_array_index (t->active, i) == ch->last_in)
      start = (i + 1) % t->active->len;
  }
  /* Around until everybody had a turn and nobody used it. */
  while (idle < t->active->len &&
         (ch->inflight == 0 || ch->inflight + LAN_TREE_LEAF_BYTES <= window)) {
    LanTransferOne *one = next_asker (t, ch, &start);

    if (one == NULL)
      return;
    if (lan_transfer_in_ask_one (t, one, ch, now)) {
      ch->last_in = one;
      idle = 0;
    } else {
      idle++;
    }
  }
}

static void
read_what_was_asked (LanTransfers *t, LanTransferChannel *ch)
{
  while (!g_queue_is_empty (&ch->serve) &&
         (ch->serving == 0 || ch->serving + LAN_TREE_LEAF_BYTES <= t->serve_bytes)) {
    LanServing *serving = g_queue_pop_head (&ch->serve);

    if (lan_transfer_serve_one (t, serving, ch))
      g_queue_push_tail (&ch->serve, serving);
  }
}

static void
send_what_is_ready (LanTransfers *t, LanTransferChannel *ch, LanTime now)
{
  LanReadyBlock *block;

  while ((block = g_queue_peek_head (&ch->ready)) != NULL) {
    gsize size = g_bytes_get_size (block->bytes);
    gsize len = MIN (size - block->sent, block->hashes ? size : LAN_TRANSFER_PIECE_BYTES);

    if (lan_transfer_piece_size (len) > ch->room)
      return;
    lan_transfer_send_piece (t, ch, block, len);
    block->sent += len;
    if (!block->hashes && !block->transfer->row.incoming)
      lan_transfer_out_sent (t, block->transfer, len, now);
    if (block->sent == size) {
      ch->serving -= size;
      g_queue_pop_head (&ch->ready);
      ready_free (block);
    }
  }
}

void
lan_transfer_channel_pump (LanTransfers *t, LanTransferChannel *ch, LanTime now)
{
  gsize serving;

  if (ch->carries == LAN_CARRIES_STATES)
    return;
  ask_for_leaves (t, ch, now);
  /* Sending makes room for reading, and hashes are ready without it: until both rest. */
  do {
    read_what_was_asked (t, ch);
    serving = ch->serving;
    send_what_is_ready (t, ch, now);
  } while (ch->serving < serving);
}

void
lan_transfer_need (LanTransfers *t, const LanAccountId *account, const LanMessageId *id,
                   gboolean needs)
{
  LanTransferPeer *peer = g_hash_table_lookup (t->peers, account);

  if (peer == NULL) {
    peer = g_new0 (LanTransferPeer, 1);
    g_hash_table_insert (t->peers, g_memdup2 (account, sizeof *account), peer);
  }
  if (needs)
    peer->needs++;
  else
    peer->needs--;
  if ((peer->needs > 0) != peer->wanted) {
    LanTransferAction *action = lan_transfers_push (t, LAN_TRANSFER_ACTION_WANT);

    peer->wanted = peer->needs > 0;
    action->id = *id;
    action->peer = *account;
    action->wanted = peer->wanted;
  }
}

void
lan_transfer_set_need (LanTransfers *t, LanTransferOne *one, gboolean needs, LanTime now)
{
  if (one->is_needing == needs)
    return;
  one->is_needing = needs;
  lan_transfer_need (t, &one->row.peer, &one->row.id, needs);
  lan_swarm_set_need (t, one, needs, now);
}
