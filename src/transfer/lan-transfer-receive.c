/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Incoming: one driver, step(), does whatever the phase allows and is called after everything that
 * may have changed something. Nothing that the other side sends is believed before its hash was
 * checked: the list of leaf hashes against the root of the offer, each leaf against the list.
 *
 *   IDLE -> OPENING -> OPEN -> HASHES -> CHECKING -> DATA -> FINISHING
 *     `---> FIND (restarted while finishing): found, or OPENING again
 *
 * A channel that is lost leads from HASHES back to OPEN, and leaves DATA waiting where it is.
 */
#include "lan-transfers-private.h"

#include "lan-tree-hash.h"

#include <string.h>

static void
slot_free (LanLeafSlot *slot)
{
  g_free (slot->data);
  g_free (slot);
}

void
lan_transfer_in_init (LanTransferOne *one)
{
  one->in.n_leaves = one->tree != NULL ? lan_file_tree_n_leaves (one->tree) : 0;
  one->in.slots = g_ptr_array_new_with_free_func ((GDestroyNotify) slot_free);
}

/* What is only needed while it runs. */
static void
drop_memory (LanTransferOne *one)
{
  g_clear_pointer (&one->in.hashes, g_byte_array_unref);
  g_clear_pointer (&one->in.bits, g_free);
  g_clear_pointer (&one->in.asked, g_free);
  g_clear_pointer (&one->in.syncing, g_free);
  g_clear_pointer (&one->in.bad, g_hash_table_unref);
  one->in.hashes_asked = 0;
  one->in.n_verified = 0;
  one->in.cursor = 0;
  one->in.writes = 0;
  one->in.stalls = 0;
  one->in.bad_hashes = FALSE;
}

void
lan_transfer_in_clear (LanTransferOne *one)
{
  drop_memory (one);
  lan_transfer_manifest_clear (one);
  g_clear_pointer (&one->in.synced, g_free);
  g_clear_pointer (&one->in.slots, g_ptr_array_unref);
}

/* -- phases -- */

/* Where it goes, and what. */
static void
fill_place (LanTransferOne *one, LanFileJob *job)
{
  job->path = g_strdup (one->row.path);
  job->name = g_strdup (one->row.name);
  job->size = one->row.size;
  job->conflict = one->detail.conflict;
  if (one->detail.is_folder && one->tree != NULL)
    job->tree = lan_file_tree_ref (one->tree);
  if (one->detail.wanted != NULL)
    job->wanted = g_bytes_ref (one->detail.wanted);
}

static void
open_target (LanTransfers *t, LanTransferOne *one)
{
  LanFileJob *job = lan_transfers_push_job (t, one, LAN_FILE_JOB_OPEN_TARGET, NULL);

  one->in.phase = LAN_IN_OPENING;
  fill_place (one, job);
}

static void
find_finished (LanTransfers *t, LanTransferOne *one)
{
  LanFileJob *job = lan_transfers_push_job (t, one, LAN_FILE_JOB_FIND, NULL);

  one->in.phase = LAN_IN_FIND;
  fill_place (one, job);
  job->hash = one->row.root;
}

static void
step_open (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (!lan_transfer_fetch_take_channel (t, one, now))
    return;
  one->in.lister = lan_swarm_lister (one, now);
  if (one->in.lister == NULL)
    return;
  one->in.phase = LAN_IN_HASHES;
  g_clear_pointer (&one->in.hashes, g_byte_array_unref);
  one->in.hashes = g_byte_array_new ();
  one->in.hashes_asked = 0;
  if (lan_file_tree_n_hashes (one->tree) == 0)
    lan_transfer_fetch_all_hashes (t, one, now);
  else
    lan_transfer_fetch_ask_hashes (t, one, now);
}

static void
step_data (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->in.n_verified == one->in.n_leaves) {
    one->in.phase = LAN_IN_FINISHING;
    lan_deadlines_cancel (t->deadlines, one, LAN_DUE_STALL);
    if (one->channel != NULL)
      lan_transfer_channel_forget (t, one);
    lan_transfer_set_state (t, one, LAN_TRANSFER_VERIFYING, now);
    return;
  }
  if (!lan_transfer_fetch_take_channel (t, one, now))
    return;
  if (one->channel != NULL)
    lan_transfer_channel_pump (t, one->channel, now);
  if (one->swarm != NULL)
    lan_swarm_pump (t, one, now);
}

void
lan_transfer_in_step (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->batch != 0 && (one->after & LAN_AFTER_NEXT) != 0)
    return; /* what was decided must be on disk first */
  switch (one->in.phase) {
  case LAN_IN_OPEN:
    step_open (t, one, now);
    break;
  case LAN_IN_HASHES:
    if (lan_transfer_fetch_take_channel (t, one, now) && one->in.lister != NULL &&
        one->in.hashes_asked < lan_file_tree_n_hashes (one->tree))
      lan_transfer_fetch_ask_hashes (t, one, now);
    break;
  case LAN_IN_DATA:
    step_data (t, one, now);
    break;
  case LAN_IN_FINISHING:
    if (one->row.state == LAN_TRANSFER_VERIFYING && one->jobs == 0)
      lan_transfers_push_job (t, one, LAN_FILE_JOB_FINISH, NULL);
    break;
  case LAN_IN_IDLE:
  case LAN_IN_FIND:
  case LAN_IN_OPENING:
  case LAN_IN_CHECKING:
  default:
    break;
  }
}

static gboolean
may_start (const LanTransferOne *one)
{
  return one->tree != NULL && one->jobs == 0 && one->in.phase == LAN_IN_IDLE &&
         (one->batch == 0 || (one->after & LAN_AFTER_NEXT) == 0);
}

void
lan_transfer_in_start_waiting (LanTransfers *t, LanTime now)
{
  for (GList *l = t->waiting.head, *next; l != NULL; l = next) {
    LanTransferOne *one = l->data;

    next = l->next;
    if (t->active->len >= LAN_TRANSFER_MAX_ACTIVE)
      return;
    if (one->tree == NULL)
      lan_transfer_manifest_step (t, one, now);
    if (!may_start (one))
      continue;
    g_queue_delete_link (&t->waiting, l);
    g_ptr_array_add (t->active, one);
    if (one->row.state == LAN_TRANSFER_VERIFYING)
      find_finished (t, one);
    else
      open_target (t, one);
  }
}

void
lan_transfer_in_stop (LanTransfers *t, LanTransferOne *one, gboolean discard, LanTime now)
{
  gboolean had_part = one->row.path != NULL && one->row.state != LAN_TRANSFER_DONE;

  lan_transfer_fetch_drop (one);
  lan_swarm_end (t, one);
  lan_transfer_channel_forget (t, one);
  lan_transfer_set_target (t, one, FALSE);
  one->in.lister = NULL;
  g_ptr_array_set_size (one->in.slots, 0);
  g_queue_remove (&t->waiting, one);
  g_ptr_array_remove (t->active, one);
  lan_deadlines_cancel (t->deadlines, one, LAN_DUE_STALL);
  drop_memory (one);
  if (had_part && (discard || one->in.phase != LAN_IN_IDLE)) {
    LanFileJob *job =
        lan_transfers_push_job (t, one, discard ? LAN_FILE_JOB_DISCARD : LAN_FILE_JOB_CLOSE, NULL);

    fill_place (one, job);
    if (discard)
      g_clear_pointer (&one->in.synced, g_free);
  }
  one->in.phase = LAN_IN_IDLE;
  one->epoch++;
}

void
lan_transfer_in_hold (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  lan_transfer_in_stop (t, one, FALSE, now);
  lan_transfer_set_state (t, one, LAN_TRANSFER_PAUSED, now);
  lan_transfer_in_start_waiting (t, now);
}

void
lan_transfer_in_go_on (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  lan_swarm_forgive_author (one);
  lan_transfer_set_state (t, one, LAN_TRANSFER_ACCEPTED, now);
  g_queue_push_tail (&t->waiting, one);
}

static void
set_target (LanTransfers *t, LanTransferOne *one, const LanMessageId *name, gboolean on)
{
  LanTransferAction *action = lan_transfers_push (t, LAN_TRANSFER_ACTION_TARGET);

  action->id = one->row.id;
  action->peer = one->row.peer;
  action->target.name = *name;
  action->target.is_on = on;
}

void
lan_transfer_set_target (LanTransfers *t, LanTransferOne *one, gboolean on)
{
  if (one->in.is_target == on)
    return;
  one->in.is_target = on;
  set_target (t, one, &one->row.id, on);
  if (one->swarm != NULL)
    set_target (t, one, &one->swarm->name, on);
}

void
lan_transfer_in_lost (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, LanTime now)
{
  lan_transfer_fetch_drop_from (one, ch);
  if (one->channel == ch)
    lan_transfer_channel_forget (t, one);
  if (one->in.lister == ch) {
    one->in.lister = NULL;
    if (one->in.phase == LAN_IN_HASHES)
      one->in.phase = LAN_IN_OPEN;
  }
  if (one->swarm == NULL)
    lan_deadlines_cancel (t->deadlines, one, LAN_DUE_STALL);
  if (one->row.state == LAN_TRANSFER_RUNNING && !lan_swarm_is_served (one) &&
      lan_transfer_channel_to (t, &one->row.peer, FALSE) == NULL)
    lan_transfer_set_state (t, one, LAN_TRANSFER_ACCEPTED, now);
  lan_transfer_in_step (t, one, now);
}

/* When something was heard last of whoever is to answer; G_MININT64: nobody is. */
static gint64
last_heard (const LanTransferOne *one)
{
  gint64 heard = G_MININT64;

  if (one->in.phase == LAN_IN_HASHES)
    return one->in.lister != NULL ? one->in.lister->heard_us : G_MININT64;
  if (one->channel != NULL)
    heard = one->channel->heard_us;
  for (guint i = 0; one->swarm != NULL && i < one->swarm->sources->len; i++) {
    const LanSource *source = g_ptr_array_index (one->swarm->sources, i);

    if (source->channel != NULL)
      heard = MAX (heard, source->heard_us);
  }
  return heard;
}

void
lan_transfer_in_stalled (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  gint64 heard;

  if (one->in.phase != LAN_IN_HASHES && one->in.phase != LAN_IN_DATA)
    return;
  if (one->in.phase == LAN_IN_DATA && one->in.slots->len <= one->in.writes)
    return; /* nothing asked for: the disk is what is slow */
  heard = last_heard (one);
  if (heard == G_MININT64)
    return;
  heard = MAX (heard, one->in.asked_us);
  /* It is we who were asleep, or this would have been noticed in time: what was asked for may be waiting to be read. */
  if (now.mono_us - heard > LAN_TRANSFER_STALL_US + LAN_TRANSFER_ASLEEP_US)
    heard = one->in.asked_us = now.mono_us;
  if (now.mono_us - heard < LAN_TRANSFER_STALL_US) {
    if (one->in.phase == LAN_IN_HASHES)
      lan_transfer_fetch_list_again (t, one, now);
    else
      lan_deadlines_set (t->deadlines, one, LAN_DUE_STALL, heard + LAN_TRANSFER_STALL_US);
    return;
  }
  if (one->in.phase == LAN_IN_HASHES && lan_swarm_is_served (one) &&
      lan_swarm_rest (one, one->in.lister, now)) {
    one->in.phase = LAN_IN_OPEN; /* somebody else has the list too */
    lan_transfer_in_step (t, one, now);
    return;
  }
  if (++one->in.stalls >= LAN_TRANSFER_STALLS) {
    lan_transfer_fail (t, one, LAN_FILE_ERROR_STALLED, NULL, now);
    return;
  }
  lan_transfer_fetch_call_off_all (t, one);
  lan_transfer_fetch_drop (one);
  lan_transfer_in_step (t, one, now);
}

/* What is there already need not come. */
static void
on_checked (LanTransfers *t, LanTransferOne *one, const LanFileResult *result, LanTime now)
{
  gsize len;
  const guint8 *bits = g_bytes_get_data (result->bits, &len);

  one->row.done = 0;
  for (guint64 i = 0; i < one->in.n_leaves && i / 8 < len; i++) {
    if (lan_transfer_bit (bits, i))
      lan_transfer_fetch_mark (t, one, i);
  }
  one->rate_from = one->row.done;
  if (one->channel != NULL)
    lan_transfer_tell (t, one, one->channel);
  lan_transfer_set_target (t, one, TRUE);
  lan_transfer_fetch_start (t, one, now);
}

/* What was verified when the sync was asked for outlives a power cut now. */
static void
on_synced (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  g_free (one->in.synced);
  one->in.synced = g_steal_pointer (&one->in.syncing);
  lan_transfer_commit (t, one, 0);
}

void
lan_transfer_in_sync (LanTransfers *t, LanTransferOne *one)
{
  if (one->in.phase != LAN_IN_DATA || one->in.bits == NULL || one->in.syncing != NULL)
    return;
  one->in.syncing = g_memdup2 (one->in.bits, (gsize) (one->in.n_leaves + 7) / 8);
  lan_transfers_push_job (t, one, LAN_FILE_JOB_SYNC, NULL);
}

static void
on_finished (LanTransfers *t, LanTransferOne *one, const LanFileResult *result, LanTime now)
{
  g_autofree char *folder = g_steal_pointer (&one->row.path);
  gboolean found = result->type == LAN_FILE_JOB_FIND;
  gboolean is_seeding = FALSE;

  if (found) {
    /* The name was given before the crash; a part that is still there is of no use. */
    LanFileJob *job = lan_transfers_push_job (t, one, LAN_FILE_JOB_DISCARD, NULL);

    job->path = g_strdup (folder);
    job->name = g_strdup (one->row.name);
    job->size = one->row.size;
    if (one->detail.is_folder)
      job->tree = lan_file_tree_ref (one->tree);
  } else {
    is_seeding = lan_swarm_seed (t, one, now);
    if (!is_seeding)
      lan_transfers_push_job (t, one, LAN_FILE_JOB_CLOSE, NULL);
  }
  one->row.path = g_strdup (result->path);
  one->row.done = one->row.size;
  g_ptr_array_remove (t->active, one);
  one->in.phase = LAN_IN_IDLE;
  if (!is_seeding) {
    lan_swarm_end (t, one);
    one->epoch++;
  }
  drop_memory (one);
  g_clear_pointer (&one->in.synced, g_free);
  lan_transfer_set_target (t, one, FALSE);
  lan_transfer_set_state (t, one, LAN_TRANSFER_DONE, now);
  lan_transfer_in_start_waiting (t, now);
}

/* It was not finished after all: the part file is what there is. */
static void
on_not_found (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  lan_transfer_set_state (t, one, LAN_TRANSFER_ACCEPTED, now);
  open_target (t, one);
}

void
lan_transfer_in_result (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
                        const LanFileResult *result, LanTime now)
{
  if (result->more) {
    /* A sign of life, so that nobody closes a channel over which nothing moves for minutes. */
    if (one->channel != NULL && now.mono_us - one->in.told_us >= LAN_TRANSFER_PREPARING_US) {
      one->in.told_us = now.mono_us;
      lan_transfer_tell (t, one, one->channel);
    }
    return;
  }
  if (result->type == LAN_FILE_JOB_OPEN_SOURCE || result->type == LAN_FILE_JOB_HASH_SOURCE) {
    lan_swarm_wake_result (t, one, result, now);
    return;
  }
  if (result->type == LAN_FILE_JOB_WRITE) {
    lan_transfer_fetch_written (t, one, info, result, now);
    return;
  }
  if (result->type == LAN_FILE_JOB_READ) {
    lan_swarm_read (t, one, info, result, now);
    return;
  }
  if (result->error != NULL) {
    if (result->type == LAN_FILE_JOB_FIND && result->error->code != LAN_FILE_ERROR_STOPPED)
      on_not_found (t, one, now);
    else
      lan_transfer_fail (t, one, (LanFileError) result->error->code, result->error->message, now);
    return;
  }
  switch (result->type) {
  case LAN_FILE_JOB_OPEN_TARGET:
    one->in.phase = LAN_IN_OPEN;
    lan_transfer_in_step (t, one, now);
    break;
  case LAN_FILE_JOB_CHECK_TARGET:
    on_checked (t, one, result, now);
    break;
  case LAN_FILE_JOB_SYNC:
    on_synced (t, one, now);
    break;
  case LAN_FILE_JOB_FINISH:
  case LAN_FILE_JOB_FIND:
    on_finished (t, one, result, now);
    break;
  case LAN_FILE_JOB_OPEN_SOURCE:
  case LAN_FILE_JOB_HASH_SOURCE:
  case LAN_FILE_JOB_READ:
  case LAN_FILE_JOB_WRITE:
  case LAN_FILE_JOB_CLOSE:
  case LAN_FILE_JOB_DISCARD:
  case LAN_FILE_JOB_N:
  default:
    break;
  }
}
