/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The list of leaf hashes of an incoming transfer, page by page, checked against the root. One that is
 * wrong twice is the sender's fault; a holder's that is wrong once is that holder's.
 */
#include "lan-transfers-private.h"

#include "lan-tree-hash.h"

#include <string.h>

#define PAGES_ASKED 2 /* pages of leaf hashes asked for and not here */

void
lan_transfer_in_watch (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  gint64 patience = one->in.phase == LAN_IN_HASHES ? LAN_TRANSFER_LIST_US : LAN_TRANSFER_STALL_US;

  one->in.asked_us = now.mono_us;
  lan_deadlines_set (t->deadlines, one, LAN_DUE_STALL, now.mono_us + patience);
}

/* TRUE when it has a channel; the other side hears of it over a new one. */
gboolean
lan_transfer_fetch_take_channel (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  gboolean is_new = one->channel == NULL;

  if (is_new) {
    one->channel = lan_transfer_channel_to (t, &one->row.peer, FALSE);
    if (one->channel == NULL)
      one->channel = lan_left_take_channel (one);
    if (one->channel != NULL)
      lan_swarm_forgive_author (one);
  }
  if (one->channel == NULL && !lan_swarm_is_served (one))
    return FALSE;
  if (one->row.state == LAN_TRANSFER_ACCEPTED)
    lan_transfer_set_state (t, one, LAN_TRANSFER_RUNNING, now);
  if (!is_new || one->channel == NULL)
    return TRUE;
  lan_transfer_tell (t, one, one->channel);
  if (one->swarm != NULL)
    lan_swarm_greet (t, one, &one->swarm->author, now);
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

    lan_transfer_send_request (t, one->in.lister, lan_transfer_name_on (one, one->in.lister), TRUE,
                               one->in.hashes_asked, count);
    one->in.hashes_asked += count;
    lan_transfer_in_watch (t, one, now);
  }
}

void
lan_transfer_fetch_start (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  one->in.phase = LAN_IN_DATA;
  lan_swarm_begin (t, one, now);
  lan_transfer_in_step (t, one, now);
}

void
lan_transfer_fetch_list_again (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  gint64 asked = one->in.asked_us;
  gint64 due = MAX (asked, one->in.again_us) + LAN_TRANSFER_LIST_US;

  if (now.mono_us >= due) {
    one->in.hashes_asked = one->in.hashes->len / LAN_HASH_BYTES;
    lan_transfer_fetch_ask_hashes (t, one, now);
    one->in.asked_us = asked; /* nothing was heard */
    one->in.again_us = now.mono_us;
    due = now.mono_us + LAN_TRANSFER_LIST_US;
  }
  lan_deadlines_set (t->deadlines, one, LAN_DUE_STALL, due);
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

static void
check_target (LanTransfers *t, LanTransferOne *one)
{
  LanFileJob *job = lan_transfers_push_job (t, one, LAN_FILE_JOB_CHECK_TARGET, NULL);

  one->in.phase = LAN_IN_CHECKING;
  job->bytes = g_bytes_new (one->in.hashes->data, one->in.hashes->len);
  job->bits = lan_transfer_in_bitmap (one);
  lan_transfer_add_places (t, one, job);
}

static void
on_bad_list (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanSource *source = lan_swarm_source_on (one, one->in.lister);

  if (source != NULL && !source->is_author) {
    one->in.phase = LAN_IN_OPEN;
    lan_swarm_bar (t, one, source, now);
    lan_transfer_in_step (t, one, now);
  } else if (one->in.bad_hashes) {
    if (!lan_swarm_do_without_author (t, one, LAN_FILE_ERROR_HASH, now))
      lan_transfer_fail (t, one, LAN_FILE_ERROR_HASH, NULL, now);
  } else {
    one->in.bad_hashes = TRUE;
    one->in.hashes_asked = 0;
    g_byte_array_set_size (one->in.hashes, 0);
    lan_transfer_in_step (t, one, now);
  }
}

void
lan_transfer_fetch_all_hashes (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  gsize len = (gsize) (one->in.n_leaves + 7) / 8;

  lan_deadlines_cancel (t->deadlines, one, LAN_DUE_STALL);
  if (!is_list_right (one)) {
    on_bad_list (t, one, now);
    return;
  }
  one->in.lister = NULL;
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

  /* A sender who was asked over one channel and, overtaken, over another answers over the last one it heard of. */
  if (one->in.phase != LAN_IN_HASHES || one->in.lister == NULL ||
      !lan_account_id_equal (&one->in.lister->account, &ch->account))
    return LAN_STATUS_OK; /* an answer that came too late */
  here = one->in.hashes->len / LAN_HASH_BYTES;
  if (first < here)
    return LAN_STATUS_OK; /* asked for again, and answered twice */
  if (first != here || len == 0 || len / LAN_HASH_BYTES > one->in.hashes_asked - here)
    return LAN_STATUS_MALFORMED;
  g_byte_array_append (one->in.hashes, hashes, (guint) len);
  one->in.stalls = 0;
  lan_transfer_in_watch (t, one, now);
  if (one->in.hashes->len / LAN_HASH_BYTES == lan_file_tree_n_hashes (one->tree))
    lan_transfer_fetch_all_hashes (t, one, now);
  else
    lan_transfer_fetch_ask_hashes (t, one, now);
  return LAN_STATUS_OK;
}
