/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Transfers that nobody will ask about again: those that a shared folder made. */
#include "lan-transfers-private.h"

/* Results that are still to come find nobody; what a channel counts of them is given back. */
static gboolean
drop_job (gpointer key, gpointer value, gpointer data)
{
  gpointer *ends = data;
  LanTransferJob *info = value;
  LanTransferChannel *ch;

  if (info->transfer != ends[1])
    return FALSE;
  ch = g_hash_table_lookup (((LanTransfers *) ends[0])->channels, &info->channel);
  if (ch != NULL && !info->transfer->row.incoming)
    ch->serving -= MIN (ch->serving, info->length);
  return TRUE;
}

static gboolean
is_of (gpointer key, gpointer value, gpointer one)
{
  return value == one;
}

void
lan_transfers_forget (LanTransfers *t, const LanMessageId *id, LanTime now)
{
  LanTransferOne *one = lan_transfers_find (t, id);
  LanTransferAction *action;

  if (one == NULL || !lan_transfer_is_over (one))
    return;
  if (one->row.incoming)
    lan_transfer_in_stop (t, one, FALSE, now);
  else
    lan_transfer_out_stop (t, one, now);
  g_hash_table_foreach_remove (t->jobs, drop_job, (gpointer[]){ t, one });
  g_hash_table_foreach_remove (t->batches, is_of, one);
  lan_left_give_stop (t, one);
  lan_deadlines_cancel_all (t->deadlines, one);
  lan_swarm_forget (t, one);
  g_queue_remove (&t->waiting, one);
  g_ptr_array_remove (t->active, one);
  action = lan_transfers_push (t, LAN_TRANSFER_ACTION_COMMIT);
  action->commit.batch = ++t->last_batch;
  action->commit.changes = lan_changes_new ();
  lan_changes_add (action->commit.changes, LAN_CHANGE_TRANSFER_FORGET)->transfer.id = *id;
  g_hash_table_remove (t->all, id);
}

void
lan_transfers_drop_conversation (LanTransfers *t, const LanConversationId *conversation,
                                 const LanAccountId *peer, LanTime now)
{
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();
  LanTransferOne *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    if (lan_conversation_id_equal (&one->row.conversation, conversation) &&
        (peer == NULL || lan_account_id_equal (&one->row.peer, peer)))
      g_ptr_array_add (ours, one);
  }
  for (guint i = 0; i < ours->len; i++) {
    one = g_ptr_array_index (ours, i);
    if (!lan_transfer_is_over (one) && !lan_transfers_cancel (t, &one->row.id, now))
      g_debug ("a transfer of a shared folder is past the point where it can be cancelled");
  }
}
