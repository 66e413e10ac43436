/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What others want to know of a transfer. Nothing is changed here. */
#include "lan-transfers-private.h"

#include "lan-tree-hash.h"

const LanTransferRow *
lan_transfers_get (const LanTransfers *t, const LanMessageId *id)
{
  const LanTransferOne *one = lan_transfers_find (t, id);

  return one != NULL ? &one->row : NULL;
}

LanFileTree *
lan_transfers_tree (const LanTransfers *t, const LanMessageId *id)
{
  const LanTransferOne *one = lan_transfers_find (t, id);

  return one != NULL && one->detail.is_folder ? one->tree : NULL;
}

gboolean
lan_transfers_is_folder (const LanTransfers *t, const LanMessageId *id)
{
  const LanTransferOne *one = lan_transfers_find (t, id);

  return one != NULL && one->detail.is_folder;
}

guint
lan_transfers_left_out (const LanTransfers *t, const LanMessageId *id, guint *others)
{
  const LanTransferOne *one = lan_transfers_find (t, id);

  *others = one != NULL ? one->detail.left_others : 0;
  return one != NULL ? one->detail.left_links : 0;
}

gboolean
lan_transfers_is_paused (const LanTransfers *t, const LanMessageId *id)
{
  const LanTransferOne *one = lan_transfers_find (t, id);

  return one != NULL && one->detail.is_paused;
}

gboolean
lan_transfers_entry_wanted (const LanTransfers *t, const LanMessageId *id, guint entry)
{
  const LanTransferOne *one = lan_transfers_find (t, id);
  GBytes *wanted = one != NULL ? one->detail.wanted : NULL;

  return wanted == NULL || lan_transfer_bit (g_bytes_get_data (wanted, NULL), entry);
}

guint64
lan_transfers_entry_done (const LanTransfers *t, const LanMessageId *id, guint entry)
{
  const LanTransferOne *one = lan_transfers_find (t, id);
  const LanFileEntry *row;
  const guint8 *bits;
  guint64 done = 0;

  if (one == NULL || one->tree == NULL)
    return 0;
  row = lan_file_tree_entry (one->tree, entry);
  if (one->row.state == LAN_TRANSFER_DONE)
    return lan_transfers_entry_wanted (t, id, entry) ? row->size : 0;
  bits = one->in.bits != NULL ? one->in.bits : one->in.synced;
  for (guint64 i = 0; bits != NULL && i < lan_file_tree_leaves_of (one->tree, entry); i++) {
    if (lan_transfer_bit (bits, row->first_leaf + i))
      done += MIN (row->size - i * LAN_TREE_LEAF_BYTES, LAN_TREE_LEAF_BYTES);
  }
  return done;
}

guint64
lan_transfers_rate (const LanTransfers *t, const LanMessageId *id)
{
  const LanTransferOne *one = lan_transfers_find (t, id);

  return one != NULL ? one->rate : 0;
}

const char *
lan_transfers_error_text (const LanTransfers *t, const LanMessageId *id)
{
  const LanTransferOne *one = lan_transfers_find (t, id);

  if (one == NULL || one->row.error == NULL)
    return NULL;
  return one->error_text != NULL ? one->error_text : lan_file_error_text (one->row.error);
}

gboolean
lan_transfers_channel_is_waiting (const LanTransfers *t, guint64 channel)
{
  const LanTransferChannel *ch = g_hash_table_lookup (t->channels, &channel);

  return ch != NULL && ch->ready.head != NULL;
}

guint64
lan_transfers_channel_of (const LanTransfers *t, const LanMessageId *id)
{
  const LanTransferOne *one = lan_transfers_find (t, id);

  return one != NULL && one->channel != NULL ? one->channel->id : 0;
}
