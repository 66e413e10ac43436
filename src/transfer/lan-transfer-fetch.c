/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What an incoming transfer gets over its channel: the list of leaf hashes, page by page, checked
 * against the root; then leaves, piece by piece, which the disk checks against the list before it
 * writes them. A leaf, or the list, that is wrong twice is the sender's fault.
 */
#include "lan-transfers-private.h"

#include "lan-tree-hash.h"

#include <string.h>

#define PAGES_ASKED 2 /* pages of leaf hashes asked for and not here */

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

static gsize
leaf_length (LanTransferOne *one, guint64 leaf)
{
  LanFileLeaf place = { 0 };

  lan_file_tree_leaf_near (one->tree, leaf, &one->in.near, &place);
  return place.len;
}

void
lan_transfer_fetch_mark (LanTransferOne *one, guint64 leaf)
{
  if (has_leaf (one, leaf))
    return;
  one->in.bits[leaf / 8] |= (guint8) (1 << leaf % 8);
  one->in.n_verified++;
  one->row.done += leaf_length (one, leaf);
}

GBytes *
lan_transfer_in_bitmap (const LanTransferOne *one)
{
  if (!one->row.incoming || one->in.synced == NULL)
    return NULL;
  return g_bytes_new (one->in.synced, (gsize) (one->in.n_leaves + 7) / 8);
}

static LanLeafSlot *
find_slot (const LanTransferOne *one, guint64 leaf)
{
  for (guint i = 0; i < one->in.slots->len; i++) {
    LanLeafSlot *slot = g_ptr_array_index (one->in.slots, i);

    if (leaf >= slot->first && leaf - slot->first < slot->count)
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

static void
drop_slots (LanTransferOne *one, LanTransferChannel *ch)
{
  for (guint i = one->in.slots->len; i > 0; i--) {
    LanLeafSlot *slot = g_ptr_array_index (one->in.slots, i - 1);

    if (slot->channel == NULL || (ch != NULL && slot->channel != ch))
      continue;
    settle_slot (slot, slot->cost);
    set_asked (one, slot->first, slot->count, FALSE);
    g_ptr_array_remove_index_fast (one->in.slots, i - 1);
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

static void
watch_for_stall (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  one->in.asked_us = now.mono_us;
  lan_deadlines_set (t->deadlines, one, LAN_DUE_STALL, now.mono_us + LAN_TRANSFER_STALL_US);
}

/* TRUE when it has a channel; the other side hears of it over a new one. */
gboolean
lan_transfer_fetch_take_channel (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->channel != NULL)
    return TRUE;
  one->channel = lan_transfer_channel_to (t, &one->row.peer, FALSE);
  if (one->channel == NULL)
    return FALSE;
  if (one->row.state == LAN_TRANSFER_ACCEPTED)
    lan_transfer_set_state (t, one, LAN_TRANSFER_RUNNING, now);
  lan_transfer_tell (t, one, one->channel);
  return TRUE;
}

/* -- the list of leaf hashes -- */

void
lan_transfer_fetch_ask_hashes (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  guint64 here = one->in.hashes->len / LAN_HASH_BYTES;

  guint64 n = lan_file_tree_n_hashes (one->tree);

  while (one->in.hashes_asked < n &&
         one->in.hashes_asked < here + PAGES_ASKED * LAN_TRANSFER_PAGE_HASHES) {
    guint32 count = (guint32) MIN (n - one->in.hashes_asked, LAN_TRANSFER_PAGE_HASHES);

    lan_transfer_send_request (t, one->channel, &one->row.id, TRUE, one->in.hashes_asked, count);
    one->in.hashes_asked += count;
    watch_for_stall (t, one, now);
  }
}

void
lan_transfer_fetch_start (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  one->in.phase = LAN_IN_DATA;
  lan_transfer_in_step (t, one, now);
}

/* The list against the roots that the offer, or its manifest, names. */
static gboolean
is_list_right (const LanTransferOne *one)
{
  if (!one->detail.is_folder)
    return lan_tree_verify_leaves (one->in.hashes->data, one->in.hashes->len, one->row.size,
                                   LAN_TREE_LEAF_BYTES, &one->row.root) == LAN_STATUS_OK;
  for (guint i = 0; i < lan_file_tree_n_entries (one->tree); i++) {
    const LanFileEntry *entry = lan_file_tree_entry (one->tree, i);

    if (lan_file_tree_is_listed (one->tree, i) &&
        lan_tree_verify_leaves (one->in.hashes->data + entry->first_hash * LAN_HASH_BYTES,
                                (gsize) lan_file_tree_leaves_of (one->tree, i) * LAN_HASH_BYTES,
                                entry->size, LAN_TREE_LEAF_BYTES, &entry->root) != LAN_STATUS_OK)
      return FALSE;
  }
  return TRUE;
}

/* The same content, received or sent before, may still lie where it was. */
static const char *
find_same (LanTransfers *t, const LanTransferOne *one)
{
  LanTransferOne *other;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, t->all);
  while (!one->detail.is_folder && g_hash_table_iter_next (&iter, NULL, (gpointer *) &other)) {
    if (other != one && !other->detail.is_folder && other->row.path != NULL &&
        other->row.size == one->row.size && lan_hash_equal (&other->row.root, &one->row.root) &&
        (other->row.state == LAN_TRANSFER_DONE || !other->row.incoming))
      return other->row.path;
  }
  return NULL;
}

static void
check_target (LanTransfers *t, LanTransferOne *one)
{
  LanFileJob *job = lan_transfers_push_job (t, one, LAN_FILE_JOB_CHECK_TARGET, NULL);

  one->in.phase = LAN_IN_CHECKING;
  job->bytes = g_bytes_new (one->in.hashes->data, one->in.hashes->len);
  job->bits = lan_transfer_in_bitmap (one);
  job->path = g_strdup (find_same (t, one));
}

void
lan_transfer_fetch_all_hashes (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  gsize len = (gsize) (one->in.n_leaves + 7) / 8;

  lan_deadlines_cancel (t->deadlines, one, LAN_DUE_STALL);
  if (!is_list_right (one)) {
    if (one->in.bad_hashes) {
      lan_transfer_fail (t, one, LAN_FILE_ERROR_HASH, NULL, now);
      return;
    }
    one->in.bad_hashes = TRUE;
    one->in.hashes_asked = 0;
    g_byte_array_set_size (one->in.hashes, 0);
    lan_transfer_in_step (t, one, now);
    return;
  }
  one->in.bits = g_malloc0 (len);
  one->in.asked = g_malloc0 (len);
  one->in.n_verified = 0;
  one->in.cursor = 0;
  check_target (t, one);
}

LanStatus
lan_transfer_in_hashes (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, guint64 first,
                        const guint8 *hashes, gsize len, LanTime now)
{
  guint64 here;

  if (one->in.phase != LAN_IN_HASHES || one->channel != ch)
    return LAN_STATUS_OK; /* an answer that came too late */
  here = one->in.hashes->len / LAN_HASH_BYTES;
  if (first < here)
    return LAN_STATUS_OK; /* asked for again, and answered twice */
  if (first != here || len == 0 || len / LAN_HASH_BYTES > one->in.hashes_asked - here)
    return LAN_STATUS_MALFORMED;
  g_byte_array_append (one->in.hashes, hashes, (guint) len);
  one->in.stalls = 0;
  watch_for_stall (t, one, now);
  if (one->in.hashes->len / LAN_HASH_BYTES == lan_file_tree_n_hashes (one->tree))
    lan_transfer_fetch_all_hashes (t, one, now);
  else
    lan_transfer_fetch_ask_hashes (t, one, now);
  return LAN_STATUS_OK;
}

/* -- leaves -- */

static LanLeafSlot *
add_slot (LanTransferOne *one, LanTransferChannel *ch, guint64 first, guint32 count, gsize cost)
{
  LanLeafSlot *slot = g_new0 (LanLeafSlot, 1);

  slot->channel = ch;
  slot->first = first;
  slot->count = count;
  slot->left = count;
  slot->cost = cost;
  ch->inflight += cost;
  set_asked (one, first, count, TRUE);
  g_ptr_array_add (one->in.slots, slot);
  return slot;
}

/* Over a bulk lane as many in a row as make a good message or two; over a link one. */
static void
ask_for_run (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, guint64 first)
{
  guint32 most =
      ch->carries == LAN_CARRIES_BULK ? LAN_TRANSFER_RUN_BYTES / LAN_TRANSFER_LEAF_COST : 1;
  gsize cost = cost_of (leaf_length (one, first));
  guint32 count = 1;
  LanLeafSlot *slot;

  while (count < most && first + count < one->in.n_leaves && is_free (one, first + count)) {
    gsize more = cost_of (leaf_length (one, first + count));

    if (cost + more > LAN_TRANSFER_RUN_BYTES)
      break;
    cost += more;
    count++;
  }
  if (ch->carries != LAN_CARRIES_BULK)
    cost = MAX (cost, LAN_TRANSFER_LINK_COST);
  slot = add_slot (one, ch, first, count, cost);
  if (ch->carries != LAN_CARRIES_BULK) {
    slot->len = leaf_length (one, first);
    slot->data = g_malloc (slot->len);
  }
  lan_transfer_send_request (t, ch, &one->row.id, FALSE, first, count);
}

gboolean
lan_transfer_in_ask_one (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, LanTime now)
{
  guint64 leaf = one->in.cursor;

  if (one->in.writes >= LAN_TRANSFER_MAX_WRITES)
    return FALSE;
  while (leaf < one->in.n_leaves && !is_free (one, leaf))
    leaf++;
  one->in.cursor = leaf;
  if (leaf == one->in.n_leaves)
    return FALSE;
  ask_for_run (t, one, ch, leaf);
  watch_for_stall (t, one, now);
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

/* A leaf of @slot has its answer. */
static void
answer_slot (LanTransferOne *one, LanLeafSlot *slot, guint64 leaf)
{
  settle_slot (slot, slot->count == 1 ? slot->cost : cost_of (leaf_length (one, leaf)));
  slot->left--;
  if (slot->left == 0) {
    settle_slot (slot, slot->cost);
    g_ptr_array_remove_fast (one->in.slots, slot);
  }
}

/* FALSE: it was one too many, and the transfer is over. */
static gboolean
on_bad_leaf (LanTransfers *t, LanTransferOne *one, LanLeafSlot *slot, guint64 leaf, LanTime now)
{
  if (slot != NULL)
    answer_slot (one, slot, leaf);
  if (!has_leaf (one, leaf))
    set_asked (one, leaf, 1, FALSE);
  if (count_bad_leaf (one, leaf))
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

LanStatus
lan_transfer_in_block (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, guint64 leaf,
                       gsize offset, const guint8 *data, gsize len, LanTime now)
{
  LanLeafSlot *slot;

  if (one->in.phase != LAN_IN_DATA)
    return LAN_STATUS_OK; /* still on its way when we stopped */
  slot = find_slot (one, leaf);
  if (slot == NULL || slot->data == NULL || slot->channel != ch)
    return leaf < one->in.n_leaves ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
  if (len == 0 || offset != slot->got || len > slot->len - slot->got) {
    if (on_bad_leaf (t, one, slot, leaf, now))
      lan_transfer_in_step (t, one, now);
    return LAN_STATUS_MALFORMED;
  }
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
  LanLeafSlot *slot = find_slot (one, info->leaf);

  one->in.writes--;
  if (slot == NULL || slot->channel != NULL)
    return;
  if (result->error != NULL) {
    if (result->error->code != LAN_FILE_ERROR_HASH)
      lan_transfer_fail (t, one, (LanFileError) result->error->code, result->error->message, now);
    else if (on_bad_leaf (t, one, slot, info->leaf, now))
      lan_transfer_in_step (t, one, now);
    return;
  }
  g_ptr_array_remove_fast (one->in.slots, slot);
  lan_transfer_fetch_mark (one, info->leaf);
  sync_soon (t, one, now);
  lan_transfer_moved (t, one, now);
  lan_transfer_in_step (t, one, now);
}

/* One leaf that the pump took; FALSE: the transfer is over. */
static gboolean
take_leaf (LanTransfers *t, LanTransferOne *one, const LanTransferLeaf *leaf, LanTime now)
{
  LanLeafSlot *slot = find_slot (one, leaf->leaf);

  if (leaf->leaf >= one->in.n_leaves)
    return TRUE;
  /* One that is being fetched anew over a link has its own answer still to come. */
  if (slot != NULL && (slot->channel == NULL || slot->data != NULL))
    slot = NULL;
  if (leaf->is_bad)
    return on_bad_leaf (t, one, slot, leaf->leaf, now);
  if (!has_leaf (one, leaf->leaf)) {
    if (slot != NULL)
      answer_slot (one, slot, leaf->leaf);
    lan_transfer_fetch_mark (one, leaf->leaf);
  }
  return TRUE;
}

void
lan_transfers_leaves (LanTransfers *t, guint64 channel, const LanMessageId *id,
                      const LanTransferLeaf *leaves, gsize n, const GError *error, LanTime now)
{
  LanTransferChannel *ch = g_hash_table_lookup (t->channels, &channel);
  LanTransferOne *one = lan_transfers_find (t, id);

  if (ch != NULL)
    ch->heard_us = now.mono_us;
  if (one == NULL || !one->row.incoming || one->in.phase != LAN_IN_DATA)
    return;
  one->in.stalls = 0;
  for (gsize i = 0; i < n; i++) {
    if (!take_leaf (t, one, &leaves[i], now))
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
