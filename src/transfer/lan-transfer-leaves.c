/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Leaves that an incoming transfer asked for: which are under way over which channel, the pieces that
 * come, and what the disk says of them. What to ask of whom next is decided in lan-transfer-swarm-pick.c
 * where there are several to ask, here where there is one: from the beginning to the end.
 */
#include "lan-transfers-private.h"

#include "lan-tree-hash.h"

#include <string.h>

static gboolean
has_leaf (const LanTransferOne *one, guint64 leaf)
{
  return lan_transfer_bit (one->in.bits, leaf);
}

static gboolean
is_free (const LanTransferOne *one, guint64 leaf)
{
  return !lan_transfer_bit (one->in.bits, leaf) && !lan_transfer_bit (one->in.asked, leaf);
}

static void
set_asked (LanTransferOne *one, guint64 first, guint32 count, gboolean on)
{
  for (guint64 i = first; i < first + count; i++) {
    if (on)
      one->in.asked[i / 8] |= (guint8) (1 << i % 8);
    else
      one->in.asked[i / 8] &= (guint8) ~(1 << i % 8);
  }
  if (!on)
    one->in.cursor = MIN (one->in.cursor, first);
}

gsize
lan_transfer_leaf_length (LanTransferOne *one, guint64 leaf)
{
  LanFileLeaf place = { 0 };

  lan_file_tree_leaf_near (one->tree, leaf, &one->in.near, &place);
  return place.len;
}

void
lan_transfer_fetch_mark (LanTransfers *t, LanTransferOne *one, guint64 leaf)
{
  if (has_leaf (one, leaf))
    return;
  one->in.bits[leaf / 8] |= (guint8) (1 << leaf % 8);
  one->in.n_verified++;
  one->row.done += lan_transfer_leaf_length (one, leaf);
  lan_swarm_note (t, one, leaf);
}

GBytes *
lan_transfer_in_bitmap (const LanTransferOne *one)
{
  if (!one->row.incoming || one->in.synced == NULL)
    return NULL;
  return g_bytes_new (one->in.synced, (gsize) (one->in.n_leaves + 7) / 8);
}

static gboolean
is_covered (const LanTransferOne *one, guint64 leaf)
{
  for (guint i = 0; i < one->in.slots->len; i++) {
    if (lan_transfer_slot_covers (g_ptr_array_index (one->in.slots, i), leaf))
      return TRUE;
  }
  return FALSE;
}

/* What was asked for over @ch; NULL: what is on its way to the disk. */
static LanLeafSlot *
find_slot_on (const LanTransferOne *one, guint64 leaf, const LanTransferChannel *ch)
{
  for (guint i = 0; i < one->in.slots->len; i++) {
    LanLeafSlot *slot = g_ptr_array_index (one->in.slots, i);

    if (slot->channel == ch && lan_transfer_slot_covers (slot, leaf))
      return slot;
  }
  return NULL;
}

static gsize
cost_of (gsize len)
{
  return MAX (len, LAN_TRANSFER_LEAF_COST);
}

/* Takes it out of its channel's window. */
static void
settle_slot (LanLeafSlot *slot, gsize cost)
{
  if (slot->channel == NULL)
    return;
  cost = MIN (cost, slot->cost);
  slot->cost -= cost;
  slot->channel->inflight -= cost;
}

/* They may be asked for again, but for those that another slot is about. */
static void
free_leaves (LanTransferOne *one, guint64 first, guint32 count)
{
  set_asked (one, first, count, FALSE);
  for (guint64 i = first; one->swarm != NULL && i < first + count; i++) {
    if (is_covered (one, i))
      set_asked (one, i, 1, TRUE);
  }
}

static void
drop_slots (LanTransferOne *one, LanTransferChannel *ch)
{
  for (guint i = one->in.slots->len; i > 0; i--) {
    LanLeafSlot *slot = g_ptr_array_index (one->in.slots, i - 1);
    guint64 first = slot->first;
    guint32 count = slot->count;

    if (slot->channel == NULL || (ch != NULL && slot->channel != ch))
      continue;
    settle_slot (slot, slot->cost);
    g_ptr_array_remove_index_fast (one->in.slots, i - 1);
    free_leaves (one, first, count);
  }
}

void
lan_transfer_fetch_drop_from (LanTransferOne *one, LanTransferChannel *ch)
{
  if (one->in.asked != NULL)
    drop_slots (one, ch);
}

/* Forgets what was asked for and is not here; leaves on their way to the disk stay. */
void
lan_transfer_fetch_drop (LanTransferOne *one)
{
  lan_transfer_fetch_drop_from (one, NULL);
  if (one->in.hashes != NULL)
    one->in.hashes_asked = one->in.hashes->len / LAN_HASH_BYTES;
}

/* -- leaves -- */

static LanLeafSlot *
add_slot (LanTransferOne *one, LanTransferChannel *ch, guint64 first, guint32 count, gsize cost,
          LanTime now)
{
  LanLeafSlot *slot = g_new0 (LanLeafSlot, 1);

  slot->channel = ch;
  slot->from = ch->account;
  slot->asked_us = now.mono_us;
  slot->first = first;
  slot->count = count;
  slot->left = count;
  slot->cost = cost;
  ch->inflight += cost;
  set_asked (one, first, count, TRUE);
  g_ptr_array_add (one->in.slots, slot);
  return slot;
}

static void
ask_for (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, guint64 first, guint32 count,
         gsize cost, LanTime now)
{
  LanSource *source = lan_swarm_source_on (one, ch);
  LanLeafSlot *slot;

  /* The clock of one who had nothing to give starts now. */
  if (source != NULL && ch->inflight == 0)
    source->heard_us = now.mono_us;
  if (ch->carries != LAN_CARRIES_BULK)
    cost = MAX (cost, LAN_TRANSFER_LINK_COST);
  slot = add_slot (one, ch, first, count, cost, now);
  if (ch->carries != LAN_CARRIES_BULK) {
    slot->len = lan_transfer_leaf_length (one, first);
    slot->data = g_malloc (slot->len);
  }
  lan_transfer_send_request (t, ch, lan_transfer_name_on (one, ch), FALSE, first, count);
  lan_transfer_in_watch (t, one, now);
}

/* Over a bulk lane as many in a row as make a good message or two; over a link one. */
static void
ask_for_run (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, guint64 first,
             LanTime now)
{
  guint32 most = ch->carries == LAN_CARRIES_BULK ? LAN_TRANSFER_RUN_LEAVES : 1;
  gsize cost = cost_of (lan_transfer_leaf_length (one, first));
  guint32 count = 1;

  while (count < most && first + count < one->in.n_leaves && is_free (one, first + count) &&
         (one->swarm == NULL || lan_swarm_may_join (one, ch, first, first + count))) {
    gsize more = cost_of (lan_transfer_leaf_length (one, first + count));

    if (cost + more > LAN_TRANSFER_RUN_BYTES)
      break;
    cost += more;
    count++;
  }
  ask_for (t, one, ch, first, count, cost, now);
}

void
lan_transfer_ask_again (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, guint64 first,
                        LanTime now)
{
  ask_for (t, one, ch, first, 1, cost_of (lan_transfer_leaf_length (one, first)), now);
}

/* From the beginning to the end. */
static gboolean
next_free (LanTransferOne *one, guint64 *found)
{
  guint64 leaf = one->in.cursor;

  while (leaf < one->in.n_leaves && !is_free (one, leaf))
    leaf++;
  one->in.cursor = leaf;
  *found = leaf;
  return leaf < one->in.n_leaves;
}

gboolean
lan_transfer_in_ask_one (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, LanTime now)
{
  guint64 leaf;

  if (one->in.writes >= LAN_TRANSFER_MAX_WRITES)
    return FALSE;
  if (one->swarm != NULL) {
    if (!lan_swarm_pick (t, one, ch, &leaf, now))
      return lan_swarm_pick_again (t, one, ch, now);
  } else if (!next_free (one, &leaf)) {
    return FALSE;
  }
  ask_for_run (t, one, ch, leaf, now);
  return TRUE;
}

/* FALSE: it failed once too often, and the sender is to blame. */
static gboolean
count_bad_leaf (LanTransferOne *one, guint64 leaf)
{
  if (one->in.bad == NULL)
    one->in.bad = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  if (g_hash_table_contains (one->in.bad, &leaf) ||
      g_hash_table_size (one->in.bad) >= LAN_TRANSFER_MAX_BAD_LEAVES)
    return FALSE;
  g_hash_table_add (one->in.bad, g_memdup2 (&leaf, sizeof leaf));
  return TRUE;
}

/* A leaf of @slot has its answer: once, or the slot would be gone before the others have theirs. */
static void
answer_slot (LanTransferOne *one, LanLeafSlot *slot, guint64 leaf)
{
  if (!lan_transfer_slot_covers (slot, leaf))
    return;
  lan_transfer_set_bit (slot->answered, leaf - slot->first);
  settle_slot (slot,
               slot->count == 1 ? slot->cost : cost_of (lan_transfer_leaf_length (one, leaf)));
  slot->left--;
  if (slot->left == 0) {
    settle_slot (slot, slot->cost);
    g_ptr_array_remove_fast (one->in.slots, slot);
  }
}

/* @leaf is here: nobody need send it any more. */
static void
call_off (LanTransfers *t, LanTransferOne *one, guint64 leaf)
{
  for (guint i = one->in.slots->len; one->swarm != NULL && i > 0; i--) {
    LanLeafSlot *slot = g_ptr_array_index (one->in.slots, i - 1);

    if (slot->channel == NULL || !lan_transfer_slot_covers (slot, leaf))
      continue;
    lan_transfer_send_cancel (t, slot->channel, lan_transfer_name_on (one, slot->channel), leaf, 1);
    answer_slot (one, slot, leaf);
  }
}

void
lan_transfer_fetch_call_off_all (LanTransfers *t, LanTransferOne *one)
{
  for (guint i = 0; one->in.phase == LAN_IN_DATA && i < one->in.slots->len; i++) {
    const LanLeafSlot *slot = g_ptr_array_index (one->in.slots, i);

    if (slot->channel != NULL)
      lan_transfer_send_cancel (t, slot->channel, lan_transfer_name_on (one, slot->channel),
                                slot->first, slot->count);
  }
}

/* FALSE: it was one too many, and the transfer is over. @from: whose it was. */
static gboolean
on_bad_leaf (LanTransfers *t, LanTransferOne *one, LanLeafSlot *slot, guint64 leaf,
             const LanAccountId *from, LanTime now)
{
  LanSource *source = lan_swarm_source_of (one, from);

  if (slot != NULL && !has_leaf (one, leaf))
    answer_slot (one, slot, leaf);
  if (!has_leaf (one, leaf))
    free_leaves (one, leaf, 1);
  if (source != NULL && !source->is_author) {
    lan_swarm_blame (t, one, source, now);
    return TRUE;
  }
  if (!lan_account_id_equal (from, &one->row.peer) || count_bad_leaf (one, leaf) ||
      lan_swarm_do_without_author (t, one, LAN_FILE_ERROR_HASH, now))
    return TRUE;
  lan_transfer_fail (t, one, LAN_FILE_ERROR_HASH, NULL, now);
  return FALSE;
}

static void
write_leaf (LanTransfers *t, LanTransferOne *one, LanLeafSlot *slot)
{
  LanTransferJob *info;
  LanFileJob *job = lan_transfers_push_job (t, one, LAN_FILE_JOB_WRITE, &info);

  job->bytes = g_bytes_new_take (g_steal_pointer (&slot->data), slot->len);
  job->leaf = slot->first;
  info->leaf = slot->first;
  info->length = slot->len;
  settle_slot (slot, slot->cost);
  slot->channel = NULL;
  one->in.writes++;
}

static void
heard_from (LanTransferOne *one, const LanTransferChannel *ch, LanTime now)
{
  LanSource *source = lan_swarm_source_on (one, ch);

  if (source == NULL)
    return;
  source->heard_us = now.mono_us;
  source->stalls = 0;
}

LanStatus
lan_transfer_in_block (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, guint64 leaf,
                       gsize offset, const guint8 *data, gsize len, LanTime now)
{
  LanLeafSlot *slot;

  if (one->in.phase != LAN_IN_DATA)
    return LAN_STATUS_OK; /* still on its way when we stopped */
  slot = find_slot_on (one, leaf, ch);
  if (slot == NULL || slot->data == NULL)
    return leaf < one->in.n_leaves ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
  if (len == 0 || offset != slot->got || len > slot->len - slot->got) {
    if (on_bad_leaf (t, one, slot, leaf, &ch->account, now))
      lan_transfer_in_step (t, one, now);
    return LAN_STATUS_MALFORMED;
  }
  heard_from (one, ch, now);
  memcpy (slot->data + slot->got, data, len);
  slot->got += len;
  one->in.stalls = 0;
  if (slot->got == slot->len) {
    write_leaf (t, one, slot);
    lan_transfer_channel_pump (t, ch, now);
  }
  return LAN_STATUS_OK;
}

static void
sync_soon (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->is_commit_due)
    return;
  one->is_commit_due = TRUE;
  lan_deadlines_set (t->deadlines, one, LAN_DUE_COMMIT, now.mono_us + LAN_TRANSFER_COMMIT_US);
}

void
lan_transfer_fetch_written (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
                            const LanFileResult *result, LanTime now)
{
  LanLeafSlot *slot = find_slot_on (one, info->leaf, NULL);
  LanAccountId from;

  one->in.writes--;
  if (slot == NULL)
    return;
  from = slot->from;
  if (result->error != NULL) {
    if (result->error->code != LAN_FILE_ERROR_HASH)
      lan_transfer_fail (t, one, (LanFileError) result->error->code, result->error->message, now);
    else if (on_bad_leaf (t, one, slot, info->leaf, &from, now))
      lan_transfer_in_step (t, one, now);
    return;
  }
  g_ptr_array_remove_fast (one->in.slots, slot);
  lan_transfer_fetch_mark (t, one, info->leaf);
  call_off (t, one, info->leaf);
  sync_soon (t, one, now);
  lan_transfer_moved (t, one, now);
  lan_transfer_in_step (t, one, now);
}

/* One leaf that the pump took; FALSE: the transfer is over. */
static gboolean
take_leaf (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
           const LanTransferLeaf *leaf, LanTime now)
{
  LanLeafSlot *slot;

  if (leaf->leaf >= one->in.n_leaves)
    return TRUE;
  /* One that is being fetched anew over a link has its own answer still to come. */
  slot = ch != NULL ? find_slot_on (one, leaf->leaf, ch) : NULL;
  if (slot != NULL && slot->data != NULL)
    slot = NULL;
  if (leaf->is_bad)
    return on_bad_leaf (t, one, slot, leaf->leaf, ch != NULL ? &ch->account : &one->row.peer, now);
  if (!has_leaf (one, leaf->leaf)) {
    if (slot != NULL)
      answer_slot (one, slot, leaf->leaf);
    lan_transfer_fetch_mark (t, one, leaf->leaf);
    call_off (t, one, leaf->leaf);
  }
  return TRUE;
}

void
lan_transfers_leaves (LanTransfers *t, guint64 channel, const LanMessageId *id,
                      const LanTransferLeaf *leaves, gsize n, const GError *error, LanTime now)
{
  LanTransferChannel *ch = g_hash_table_lookup (t->channels, &channel);
  LanTransferOne *one = lan_transfers_find (t, id);

  if (one == NULL)
    one = g_hash_table_lookup (t->names, id);
  if (ch != NULL)
    ch->heard_us = now.mono_us;
  if (one == NULL || !one->row.incoming || one->in.phase != LAN_IN_DATA)
    return;
  one->in.stalls = 0;
  if (ch != NULL)
    heard_from (one, ch, now);
  for (gsize i = 0; i < n; i++) {
    if (!take_leaf (t, one, ch, &leaves[i], now))
      return;
  }
  if (error != NULL && error->code != LAN_FILE_ERROR_STOPPED) {
    lan_transfer_fail (t, one, (LanFileError) error->code, error->message, now);
    return;
  }
  sync_soon (t, one, now);
  lan_transfer_moved (t, one, now);
  lan_transfer_in_step (t, one, now);
}
