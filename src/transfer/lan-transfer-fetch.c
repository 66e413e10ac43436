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
  return (one->in.bits[leaf / 8] >> (leaf % 8) & 1) != 0;
}

static gsize
leaf_length (const LanTransferOne *one, guint64 leaf)
{
  guint64 offset = leaf * LAN_TREE_LEAF_BYTES;

  return (gsize) MIN (one->row.size - offset, LAN_TREE_LEAF_BYTES);
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
  if (!one->row.incoming || one->in.bits == NULL)
    return NULL;
  return g_bytes_new (one->in.bits, (gsize) (one->in.n_leaves + 7) / 8);
}

static LanLeafSlot *
find_slot (const LanTransferOne *one, guint64 leaf)
{
  for (guint i = 0; i < one->in.slots->len; i++) {
    LanLeafSlot *slot = g_ptr_array_index (one->in.slots, i);

    if (slot->index == leaf)
      return slot;
  }
  return NULL;
}

/* Forgets what was asked for and is not here; leaves on their way to the disk stay. */
void
lan_transfer_fetch_drop (LanTransferOne *one)
{
  for (guint i = one->in.slots->len; i > 0; i--) {
    LanLeafSlot *slot = g_ptr_array_index (one->in.slots, i - 1);

    if (slot->data == NULL)
      continue;
    if (one->channel != NULL)
      one->channel->inflight -= slot->len;
    one->in.cursor = MIN (one->in.cursor, slot->index);
    g_ptr_array_remove_index_fast (one->in.slots, i - 1);
  }
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

  while (one->in.hashes_asked < one->in.n_leaves &&
         one->in.hashes_asked < here + PAGES_ASKED * LAN_TRANSFER_PAGE_HASHES) {
    guint32 count =
        (guint32) MIN (one->in.n_leaves - one->in.hashes_asked, LAN_TRANSFER_PAGE_HASHES);

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

void
lan_transfer_fetch_all_hashes (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanStatus status = lan_tree_verify_leaves (one->in.hashes->data, one->in.hashes->len,
                                             one->row.size, LAN_TREE_LEAF_BYTES, &one->row.root);

  lan_deadlines_cancel (t->deadlines, one, LAN_DUE_STALL);
  if (status != LAN_STATUS_OK) {
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
  one->in.bits = g_malloc0 ((gsize) (one->in.n_leaves + 7) / 8);
  one->in.n_verified = 0;
  one->in.cursor = 0;
  if (one->in.left_over) {
    one->in.phase = LAN_IN_CHECKING;
    lan_transfers_push_job (t, one, LAN_FILE_JOB_HASH_TARGET, NULL);
    return;
  }
  one->row.done = 0;
  lan_transfer_fetch_start (t, one, now);
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
  if (one->in.hashes->len / LAN_HASH_BYTES == one->in.n_leaves)
    lan_transfer_fetch_all_hashes (t, one, now);
  else
    lan_transfer_fetch_ask_hashes (t, one, now);
  return LAN_STATUS_OK;
}

/* -- leaves -- */

gboolean
lan_transfer_in_ask_one (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  guint64 leaf = one->in.cursor;
  LanLeafSlot *slot;

  if (one->in.writes >= LAN_TRANSFER_MAX_WRITES)
    return FALSE;
  while (leaf < one->in.n_leaves && (has_leaf (one, leaf) || find_slot (one, leaf) != NULL))
    leaf++;
  one->in.cursor = leaf;
  if (leaf == one->in.n_leaves)
    return FALSE;
  slot = g_new0 (LanLeafSlot, 1);
  slot->index = leaf;
  slot->len = leaf_length (one, leaf);
  slot->data = g_malloc (slot->len);
  g_ptr_array_add (one->in.slots, slot);
  one->channel->inflight += slot->len;
  lan_transfer_send_request (t, one->channel, &one->row.id, FALSE, leaf, 1);
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

static void
on_bad_leaf (LanTransfers *t, LanTransferOne *one, LanLeafSlot *slot, LanTime now)
{
  guint64 leaf = slot->index;

  if (slot->data != NULL && one->channel != NULL)
    one->channel->inflight -= slot->len;
  g_ptr_array_remove_fast (one->in.slots, slot);
  one->in.cursor = MIN (one->in.cursor, leaf);
  if (count_bad_leaf (one, leaf))
    lan_transfer_in_step (t, one, now);
  else
    lan_transfer_fail (t, one, LAN_FILE_ERROR_HASH, NULL, now);
}

static void
write_leaf (LanTransfers *t, LanTransferOne *one, LanLeafSlot *slot)
{
  LanTransferJob *info;
  LanFileJob *job = lan_transfers_push_job (t, one, LAN_FILE_JOB_WRITE, &info);

  job->offset = slot->index * LAN_TREE_LEAF_BYTES;
  job->bytes = g_bytes_new_take (g_steal_pointer (&slot->data), slot->len);
  job->leaf = slot->index;
  memcpy (job->hash.b, one->in.hashes->data + slot->index * LAN_HASH_BYTES, LAN_HASH_BYTES);
  info->leaf = slot->index;
  info->length = slot->len;
  one->channel->inflight -= slot->len;
  one->in.writes++;
}

LanStatus
lan_transfer_in_block (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, guint64 leaf,
                       gsize offset, const guint8 *data, gsize len, LanTime now)
{
  LanLeafSlot *slot;

  if (one->in.phase != LAN_IN_DATA || one->channel != ch)
    return LAN_STATUS_OK; /* still on its way when we stopped, or changed channels */
  slot = find_slot (one, leaf);
  if (slot == NULL || slot->data == NULL)
    return leaf < one->in.n_leaves ? LAN_STATUS_OK : LAN_STATUS_MALFORMED;
  if (len == 0 || offset != slot->got || len > slot->len - slot->got) {
    on_bad_leaf (t, one, slot, now);
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

void
lan_transfer_fetch_written (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
                            const LanFileResult *result, LanTime now)
{
  LanLeafSlot *slot = find_slot (one, info->leaf);

  one->in.writes--;
  if (slot == NULL || slot->data != NULL)
    return;
  if (result->error != NULL) {
    if (result->error->code == LAN_FILE_ERROR_HASH)
      on_bad_leaf (t, one, slot, now);
    else
      lan_transfer_fail (t, one, (LanFileError) result->error->code, result->error->message, now);
    return;
  }
  g_ptr_array_remove_fast (one->in.slots, slot);
  lan_transfer_fetch_mark (one, info->leaf);
  if (!one->is_commit_due) {
    one->is_commit_due = TRUE;
    lan_deadlines_set (t->deadlines, one, LAN_DUE_COMMIT, now.mono_us + LAN_TRANSFER_COMMIT_US);
  }
  lan_transfer_moved (t, one, now);
  lan_transfer_in_step (t, one, now);
}
