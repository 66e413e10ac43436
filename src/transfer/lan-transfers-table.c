/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The table of transfers: what is loaded into it, and what happened to those in it. */
#include "lan-transfers-private.h"

LanTransferOne *
lan_transfers_find (const LanTransfers *t, const LanMessageId *id)
{
  return g_hash_table_lookup (t->all, id);
}

/* What was synced before a restart. */
static void
take_bitmap (LanTransferOne *one)
{
  gsize len = (gsize) (one->in.n_leaves + 7) / 8;

  if (one->row.incoming && one->row.bitmap != NULL && g_bytes_get_size (one->row.bitmap) == len)
    one->in.synced = g_memdup2 (g_bytes_get_data (one->row.bitmap, NULL), len);
}

LanTransferOne *
lan_transfers_add (LanTransfers *t, const LanTransferRow *row)
{
  LanTransferOne *one = g_new0 (LanTransferOne, 1);

  lan_transfer_row_copy (&one->row, row);
  lan_transfer_detail_decode (&one->detail, one->row.detail);
  if (!one->detail.is_folder && (one->row.incoming || one->row.state != LAN_TRANSFER_VERIFYING))
    one->tree = lan_file_tree_new_file (one->row.name != NULL ? one->row.name : "", one->row.size,
                                        &one->row.root);
  lan_transfer_plan_load (one, one->row.plan);
  g_clear_pointer (&one->row.detail, g_bytes_unref);
  g_clear_pointer (&one->row.plan, g_bytes_unref);
  lan_transfer_in_init (one);
  take_bitmap (one);
  g_clear_pointer (&one->row.bitmap, g_bytes_unref);
  lan_transfer_out_init (one);
  g_hash_table_insert (t->all, &one->row.id, one);
  if (row->incoming)
    lan_swarm_make (t, one);
  return one;
}

static void
load_incoming (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->row.state == LAN_TRANSFER_RUNNING ||
      (one->row.state == LAN_TRANSFER_PAUSED && !one->detail.is_paused))
    one->row.state = LAN_TRANSFER_ACCEPTED;
  if (one->row.state != LAN_TRANSFER_ACCEPTED && one->row.state != LAN_TRANSFER_VERIFYING)
    return;
  g_queue_push_tail (&t->waiting, one);
  lan_transfer_set_need (t, one, one->row.state == LAN_TRANSFER_ACCEPTED, now);
}

void
lan_transfers_load (LanTransfers *t, const LanTransferRow *row, LanTime now)
{
  LanTransferOne *one;

  if (lan_transfers_find (t, &row->id) != NULL || (guint) row->state >= LAN_TRANSFER_N ||
      row->size > LAN_TRANSFER_MAX_BYTES)
    return;
  one = lan_transfers_add (t, row);
  lan_left_loaded (t, one, now);
  if (row->incoming) {
    load_incoming (t, one, now);
    lan_transfer_in_start_waiting (t, now);
    return;
  }
  one->out.is_offered = row->state != LAN_TRANSFER_VERIFYING;
  one->out.is_reloaded = TRUE;
  if (one->out.is_offered)
    lan_seed_join (t, one);
  if (row->state == LAN_TRANSFER_RUNNING ||
      (row->state == LAN_TRANSFER_PAUSED && !one->detail.is_paused))
    one->row.state = LAN_TRANSFER_ACCEPTED;
  lan_transfer_out_start (t, one, now);
}

GPtrArray *
lan_transfers_of_peer (LanTransfers *t, const LanAccountId *peer)
{
  GPtrArray *found = g_ptr_array_new ();
  LanTransferOne *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    if (lan_account_id_equal (&one->row.peer, peer))
      g_ptr_array_add (found, one);
  }
  return found;
}

/* -- what happened -- */

void
lan_transfers_offer_sent (LanTransfers *t, const LanMessageId *id, gboolean ok, LanTime now)
{
  LanTransferOne *one = lan_transfers_find (t, id);

  if (one == NULL || one->row.incoming)
    return;
  if (one->row.state != LAN_TRANSFER_VERIFYING) {
    /* Cancelled while core wrote the record: the other side will see an offer that is over. */
    if (ok && lan_transfer_is_over (one))
      lan_transfer_tell (t, one, NULL);
    return;
  }
  if (ok)
    lan_transfer_set_state (t, one, LAN_TRANSFER_OFFERED, now);
  else
    lan_transfer_fail (t, one, LAN_FILE_ERROR_STORE, NULL, now);
}

void
lan_transfers_repeated (LanTransfers *t, const LanMessageId *id,
                        const LanConversationId *conversation, const LanAccountId *peer,
                        LanTime now)
{
  LanTransferOne *one = lan_transfers_find (t, id);

  if (one == NULL || one->row.incoming || lan_transfer_is_over (one) ||
      lan_account_id_equal (&one->row.peer, peer))
    return;
  lan_transfer_out_lost (t, one, now);
  one->row.peer = *peer;
  one->row.conversation = *conversation;
  lan_transfer_commit (t, one, LAN_AFTER_EVENT);
}

void
lan_transfers_committed (LanTransfers *t, guint64 batch, gboolean ok, LanTime now)
{
  LanTransferOne *one = g_hash_table_lookup (t->batches, &batch);
  guint after;

  g_hash_table_remove (t->batches, &batch);
  if (one == NULL || one->batch != batch)
    return; /* a newer commit says more */
  one->batch = 0;
  if (!ok) {
    lan_deadlines_set (t->deadlines, one, LAN_DUE_RECOMMIT, now.mono_us + LAN_TRANSFER_RECOMMIT_US);
    return;
  }
  after = one->after;
  one->after = 0;
  if ((after & LAN_AFTER_ADDED) != 0)
    lan_transfer_push_event (t, one, LAN_TRANSFER_EVENT_ADDED);
  if ((after & LAN_AFTER_EVENT) != 0)
    lan_transfer_push_event (t, one, LAN_TRANSFER_EVENT_STATE);
  if ((after & LAN_AFTER_TELL) != 0) {
    if (!one->is_quiet)
      lan_transfer_tell (t, one, NULL);
    one->is_quiet = FALSE;
  }
  if ((after & LAN_AFTER_NEXT) != 0 && one->row.incoming) {
    lan_transfer_in_start_waiting (t, now);
    lan_transfer_in_step (t, one, now);
  }
  lan_left_committed (t, one, now);
}

void
lan_transfers_job_done (LanTransfers *t, const LanFileResult *result, LanTime now)
{
  LanTransferJob *info = g_hash_table_lookup (t->jobs, &result->job);
  g_autofree LanTransferJob *done = NULL;
  LanTransferOne *one;

  if (info == NULL)
    return;
  one = info->transfer;
  if (!result->more) {
    LanTransferChannel *ch;

    done = g_memdup2 (info, sizeof *info);
    g_hash_table_remove (t->jobs, &result->job);
    info = done;
    if (!one->row.incoming || result->type != LAN_FILE_JOB_READ)
      one->jobs--;
    ch = g_hash_table_lookup (t->channels, &info->channel);
    if (result->type == LAN_FILE_JOB_READ && ch != NULL) {
      ch->serving -= info->length;
      if (info->epoch != one->epoch)
        lan_transfer_channel_pump (t, ch, now);
    }
  }
  if (info->epoch == one->epoch) {
    if (one->row.incoming)
      lan_transfer_in_result (t, one, info, result, now);
    else
      lan_transfer_out_result (t, one, info, result, now);
  }
  if (!result->more && one->row.incoming) {
    lan_transfer_in_step (t, one, now);
    lan_transfer_in_start_waiting (t, now);
  }
}
