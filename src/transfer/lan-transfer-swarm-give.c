/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What others who were offered the same get from here: verified leaves while it comes in, and everything for a
 * while after it is done, as long as nobody changes the file. Whoever left something out of it gives nothing.
 */
#include "lan-transfers-private.h"

/* What somebody left out is not here, whatever the bitmap says. */
static gboolean
is_whole (const LanTransferOne *one)
{
  return one->detail.wanted == NULL && one->detail.conflict == LAN_FILE_KEEP_BOTH;
}

gboolean
lan_swarm_seed (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  LanSwarm *swarm = one->swarm;

  if (swarm == NULL || !is_whole (one) || swarm->sources->len == 0)
    return FALSE;
  swarm->is_seeding = TRUE;
  swarm->used_us = now.mono_us;
  g_clear_pointer (&swarm->hashes, g_byte_array_unref);
  swarm->hashes = g_steal_pointer (&one->in.hashes);
  g_clear_pointer (&swarm->granted, g_free);
  lan_deadlines_set (t->deadlines, one, LAN_DUE_SEED_IDLE, now.mono_us + LAN_SWARM_SEED_US);
  return TRUE;
}

void
lan_swarm_withdraw (LanTransfers *t, LanTransferOne *one)
{
  LanSwarm *swarm = one->swarm;

  if (swarm == NULL)
    return;
  for (guint i = 0; i < swarm->sources->len; i++) {
    LanSource *source = g_ptr_array_index (swarm->sources, i);

    lan_transfer_serving_clear (&source->serving);
    if (source->channel != NULL && source->is_in)
      lan_swarm_say (t, one, source->channel, LANYARD__FILE_HAVE_KIND__HAVE_NOTHING);
    source->has_news = FALSE;
  }
  g_clear_pointer (&swarm->hashes, g_byte_array_unref);
  lan_deadlines_cancel (t->deadlines, one, LAN_DUE_SEED_IDLE);
  if (!swarm->is_seeding && !swarm->is_waking)
    return;
  swarm->is_seeding = swarm->is_waking = FALSE;
  one->epoch++;
  lan_transfers_push_job (t, one, LAN_FILE_JOB_CLOSE, NULL);
}

/* TRUE when all others are known to have everything. */
static gboolean
is_everywhere (const LanTransferOne *one)
{
  for (guint i = 0; i < one->swarm->sources->len; i++) {
    const LanSource *source = g_ptr_array_index (one->swarm->sources, i);

    if (!source->is_barred && source->n_have < one->in.n_leaves)
      return FALSE;
  }
  return TRUE;
}

void
lan_swarm_seed_idle (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  gint64 due = one->swarm->used_us + LAN_SWARM_SEED_US;

  if (now.mono_us < due && !is_everywhere (one))
    lan_deadlines_set (t->deadlines, one, LAN_DUE_SEED_IDLE, due);
  else
    lan_swarm_withdraw (t, one);
}

/* -- what was done long ago, or before a restart -- */

gboolean
lan_swarm_can_wake (const LanTransferOne *one)
{
  return one->swarm != NULL && one->row.state == LAN_TRANSFER_DONE && one->row.path != NULL &&
         is_whole (one) && !one->swarm->is_seeding && !one->swarm->is_gone;
}

void
lan_swarm_wake (LanTransfers *t, LanTransferOne *one)
{
  if (!lan_swarm_can_wake (one) || one->swarm->is_waking || one->jobs > 0)
    return;
  one->swarm->is_waking = TRUE;
  lan_transfers_push_job (t, one, LAN_FILE_JOB_OPEN_SOURCE, NULL)->path = g_strdup (one->row.path);
}

/* Somebody here changed or moved it. */
static void
give_up (LanTransfers *t, LanTransferOne *one, gboolean is_gone)
{
  one->swarm->is_gone = is_gone;
  lan_swarm_withdraw (t, one);
}

static gboolean
is_the_same (const LanTransferOne *one, const LanFileResult *result)
{
  return result->size == one->row.size && result->leaves != NULL &&
         lan_hash_equal (&result->root, &one->row.root) &&
         (!one->detail.is_folder || (result->tree != NULL && result->manifest != NULL));
}

static void
on_woken (LanTransfers *t, LanTransferOne *one, const LanFileResult *result, LanTime now)
{
  LanSwarm *swarm = one->swarm;
  gsize len;
  const guint8 *leaves = g_bytes_get_data (result->leaves, &len);

  if (one->tree == NULL) {
    one->tree = lan_file_tree_ref (result->tree);
    one->in.n_leaves = lan_file_tree_n_leaves (one->tree);
  }
  if (one->detail.is_folder && one->out.manifest == NULL)
    one->out.manifest = g_bytes_ref (result->manifest);
  len = MIN (len, (gsize) lan_file_tree_n_hashes (one->tree) * LAN_HASH_BYTES);
  g_clear_pointer (&swarm->hashes, g_byte_array_unref);
  swarm->hashes = g_byte_array_sized_new ((guint) len);
  g_byte_array_append (swarm->hashes, leaves, (guint) len);
  swarm->is_waking = FALSE;
  swarm->is_seeding = TRUE;
  swarm->used_us = now.mono_us;
  lan_deadlines_set (t->deadlines, one, LAN_DUE_SEED_IDLE, now.mono_us + LAN_SWARM_SEED_US);
  for (guint i = 0; i < swarm->sources->len; i++) {
    LanSource *source = g_ptr_array_index (swarm->sources, i);

    if (source->channel != NULL && !source->is_barred)
      lan_swarm_greet (t, one, source, now);
  }
}

void
lan_swarm_wake_result (LanTransfers *t, LanTransferOne *one, const LanFileResult *result,
                       LanTime now)
{
  if (one->swarm == NULL || !one->swarm->is_waking)
    return;
  if (result->error != NULL)
    give_up (t, one, result->error->code != LAN_FILE_ERROR_STOPPED);
  else if (result->type == LAN_FILE_JOB_HASH_SOURCE && is_the_same (one, result))
    on_woken (t, one, result, now);
  else if (result->type == LAN_FILE_JOB_OPEN_SOURCE && result->size == one->row.size &&
           (result->tree != NULL) == one->detail.is_folder)
    lan_transfers_push_job (t, one, LAN_FILE_JOB_HASH_SOURCE, NULL);
  else
    give_up (t, one, TRUE);
}

/* -- what they ask -- */

gboolean
lan_swarm_may_serve (const LanTransferOne *one)
{
  return one->swarm != NULL && is_whole (one) &&
         (one->swarm->is_seeding || (one->in.bits != NULL && (one->in.phase == LAN_IN_DATA ||
                                                              one->in.phase == LAN_IN_FINISHING)));
}

GByteArray *
lan_swarm_hashes (const LanTransferOne *one)
{
  return one->swarm->is_seeding ? one->swarm->hashes : one->in.hashes;
}

static gboolean
has_all (const LanTransferOne *one, guint64 first, guint32 count)
{
  for (guint64 i = first; !one->swarm->is_seeding && i < first + count; i++) {
    if (!lan_transfer_bit (one->in.bits, i))
      return FALSE;
  }
  return TRUE;
}

LanStatus
lan_swarm_request (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, gboolean hashes,
                   guint64 first, guint32 count, gboolean cancel, LanTime now)
{
  LanSource *source = lan_swarm_source_of (one, &ch->account);
  LanStatus status;

  if (source == NULL || source->is_author || source->is_barred || !lan_swarm_is_on (one))
    return LAN_STATUS_STATE;
  if (!lan_transfer_is_inside (one, hashes, first, count))
    return LAN_STATUS_MALFORMED;
  if (cancel) {
    lan_transfer_serving_cancel (t, &source->serving, ch, first, count);
    return LAN_STATUS_OK;
  }
  if (ch->carries == LAN_CARRIES_STATES)
    return LAN_STATUS_STATE;
  if (!lan_swarm_may_serve (one) || (!hashes && !has_all (one, first, count))) {
    lan_swarm_say (t, one, ch, LANYARD__FILE_HAVE_KIND__HAVE_NOTHING);
    return LAN_STATUS_STATE;
  }
  if (source->serving.channel != ch)
    lan_transfer_serving_clear (&source->serving);
  status = lan_transfer_serving_add (&source->serving, ch, hashes, first, count);
  one->swarm->used_us = now.mono_us;
  lan_transfer_channel_pump (t, ch, now);
  return status;
}

void
lan_swarm_read (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
                const LanFileResult *result, LanTime now)
{
  LanTransferChannel *ch = g_hash_table_lookup (t->channels, &info->channel);
  LanSource *source = ch != NULL ? lan_swarm_source_of (one, &ch->account) : NULL;

  if (result->error != NULL) {
    if (result->error->code != LAN_FILE_ERROR_STOPPED && one->swarm != NULL)
      lan_swarm_withdraw (t, one);
    return;
  }
  if (source == NULL || source->serving.channel != ch || result->bytes == NULL ||
      g_bytes_get_size (result->bytes) != info->length)
    return;
  lan_transfer_channel_add_ready (ch, one, &one->swarm->name, FALSE, info->leaf, result->bytes);
  lan_transfer_channel_pump (t, ch, now);
}
