/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Outgoing: a file is hashed and offered, then leaves and hashes are given to its receiver on
 * request. The source is open only while it is asked for; one that was closed is hashed again when
 * it looks changed or the program was restarted, so that a receiver is never given a wrong leaf
 * without being told why.
 *
 *   CLOSED -> OPENING -> HASHING -> READY      (HASHING is skipped for an untouched file)
 *      ^---------idle, stopped--------'
 */
#include "lan-transfers-private.h"

#include "lan-file-name.h"
#include "lan-tree-hash.h"

#include <string.h>

void
lan_transfer_out_init (LanTransferOne *one)
{
  one->out.serving.one = one->out.overtaken.one = one;
  g_queue_init (&one->out.serving.requests);
  g_queue_init (&one->out.overtaken.requests);
}

void
lan_transfer_out_clear (LanTransferOne *one)
{
  g_queue_clear_full (&one->out.serving.requests, g_free);
  g_queue_clear_full (&one->out.overtaken.requests, g_free);
  g_clear_pointer (&one->out.have, g_free);
  g_clear_pointer (&one->out.granted, g_free);
  g_clear_pointer (&one->out.leaves, g_bytes_unref);
  g_clear_pointer (&one->out.manifest, g_bytes_unref);
}

static void
open_source (LanTransfers *t, LanTransferOne *one)
{
  LanFileJob *job = lan_transfers_push_job (t, one, LAN_FILE_JOB_OPEN_SOURCE, NULL);

  job->path = g_strdup (one->row.path);
  one->out.phase = LAN_OUT_OPENING;
}

void
lan_transfer_out_start (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->row.state == LAN_TRANSFER_VERIFYING && one->out.phase == LAN_OUT_CLOSED &&
      !one->out.is_offered && !lan_seed_wait_for_hash (t, one))
    open_source (t, one);
}

void
lan_transfer_out_prepare (LanTransfers *t, LanTransferOne *one)
{
  if (one->out.phase == LAN_OUT_CLOSED)
    open_source (t, one);
}

static void
close_source (LanTransfers *t, LanTransferOne *one)
{
  if (one->out.phase != LAN_OUT_CLOSED)
    lan_transfers_push_job (t, one, LAN_FILE_JOB_CLOSE, NULL);
  one->out.phase = LAN_OUT_CLOSED;
  one->epoch++;
  lan_deadlines_cancel (t->deadlines, one, LAN_DUE_SOURCE_IDLE);
  lan_left_give_closed (one);
}

void
lan_transfer_out_stop (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  close_source (t, one);
  lan_seed_lost (t, one);
  lan_transfer_channel_forget (t, one);
  if (one->row.state == LAN_TRANSFER_VERIFYING)
    lan_seed_not_hashed (t, one, now);
  g_clear_pointer (&one->out.leaves, g_bytes_unref);
}

void
lan_transfer_out_lost (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  lan_seed_lost (t, one);
  lan_transfer_channel_forget (t, one);
  if (one->row.state == LAN_TRANSFER_RUNNING)
    lan_transfer_set_state (t, one, LAN_TRANSFER_ACCEPTED, now);
  if (one->row.state != LAN_TRANSFER_VERIFYING && one->out.phase == LAN_OUT_READY)
    close_source (t, one);
}

void
lan_transfer_out_channel_down (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                               LanTime now)
{
  if (one->out.overtaken.channel == ch)
    lan_transfer_serving_clear (&one->out.overtaken);
  if (one->channel != ch)
    return;
  if (one->out.overtaken.channel == NULL) {
    lan_transfer_out_lost (t, one, now);
    return;
  }
  /* The newer one did not last: the receiver asks over the older again. */
  lan_transfer_serving_clear (&one->out.serving);
  one->channel = one->out.overtaken.channel;
}

void
lan_transfer_out_idle (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  gint64 due = one->out.used_us + LAN_TRANSFER_SOURCE_IDLE_US;

  if (one->out.phase != LAN_OUT_READY)
    return;
  if (now.mono_us < due)
    lan_deadlines_set (t->deadlines, one, LAN_DUE_SOURCE_IDLE, due);
  else if (one->jobs == 0 && g_queue_is_empty (&one->out.serving.requests) &&
           g_queue_is_empty (&one->out.overtaken.requests))
    close_source (t, one);
  else
    lan_deadlines_set (t->deadlines, one, LAN_DUE_SOURCE_IDLE,
                       now.mono_us + LAN_TRANSFER_SOURCE_IDLE_US);
}

void
lan_transfer_out_offer (LanTransfers *t, LanTransferOne *one)
{
  LanTransferAction *action = lan_transfers_push (t, LAN_TRANSFER_ACTION_OFFER);

  action->id = one->row.id;
  action->peer = one->row.peer;
  action->offer.conversation = one->row.conversation;
  action->offer.name = g_strdup (one->row.name);
  action->offer.size = one->row.size;
  action->offer.root = one->row.root;
  action->offer.is_folder = one->detail.is_folder;
  action->offer.manifest_size = one->detail.manifest_size;
  action->offer.entries = one->detail.entries;
  action->offer.left_links = one->detail.left_links;
  action->offer.left_others = one->detail.left_others;
  /* Everybody in a group knows who is in it. */
  if (one->detail.holders != NULL && !one->detail.is_group)
    action->offer.holders = g_bytes_ref (one->detail.holders);
  action->offer.share = one->detail.share != NULL ? g_bytes_ref (one->detail.share) : NULL;
  one->out.is_offered = TRUE;
  lan_seed_join (t, one);
}

/* What was asked for before there was anything to give. */
static void
serve_waiting (LanTransfers *t, LanServing *serving, LanTime now)
{
  LanTransferChannel *ch = serving->channel;

  if (ch == NULL || g_queue_is_empty (&serving->requests))
    return;
  if (g_queue_find (&ch->serve, serving) == NULL)
    g_queue_push_tail (&ch->serve, serving);
  lan_transfer_channel_pump (t, ch, now);
}

static void
on_ready (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  one->out.phase = LAN_OUT_READY;
  one->out.used_us = now.mono_us;
  lan_deadlines_set (t->deadlines, one, LAN_DUE_SOURCE_IDLE,
                     now.mono_us + LAN_TRANSFER_SOURCE_IDLE_US);
  lan_left_give_step (t, one, now);
  serve_waiting (t, &one->out.overtaken, now);
  serve_waiting (t, &one->out.serving, now);
}

/* 'Still hashing', so that the receiver does not take us for dead. */
static void
say_preparing (LanTransfers *t, LanTransferOne *one, LanTime now)
{
  if (one->channel == NULL || now.mono_us - one->out.told_us < LAN_TRANSFER_PREPARING_US)
    return;
  one->out.told_us = now.mono_us;
  lan_transfer_send_state (t, one->channel, lan_transfer_name_on (one, one->channel),
                           LANYARD__FILE_STATE_KIND__FILE_PREPARING, NULL, one->row.done);
}

static void
on_opened (LanTransfers *t, LanTransferOne *one, const LanFileResult *result, LanTime now)
{
  gboolean first = one->row.state == LAN_TRANSFER_VERIFYING;

  if (first) {
    g_free (one->row.name);
    one->row.name = lan_file_name_clean (result->name != NULL ? result->name : "", -1);
    one->row.size = result->size;
    one->detail.is_folder = result->tree != NULL;
    one->detail.left_links = result->left_links;
    one->detail.left_others = result->left_others;
  } else if (result->size != one->row.size || (result->tree != NULL) != one->detail.is_folder) {
    lan_transfer_fail (t, one, LAN_FILE_ERROR_CHANGED, NULL, now);
    return;
  } else if (one->tree != NULL && one->out.leaves != NULL && one->out.stamp == result->stamp) {
    on_ready (t, one, now);
    return;
  }
  if (result->size > LAN_TRANSFER_MAX_BYTES) {
    lan_transfer_fail (t, one, LAN_FILE_ERROR_TOO_LARGE, NULL, now);
    return;
  }
  one->out.opened_stamp = result->stamp;
  one->out.phase = LAN_OUT_HASHING;
  lan_transfers_push_job (t, one, LAN_FILE_JOB_HASH_SOURCE, NULL);
  if (first)
    lan_transfer_push_event (t, one, LAN_TRANSFER_EVENT_PROGRESS);
}

static void
take_tree (LanTransferOne *one, const LanFileResult *result)
{
  g_clear_pointer (&one->tree, lan_file_tree_unref);
  g_clear_pointer (&one->out.manifest, g_bytes_unref);
  if (!one->detail.is_folder) {
    one->tree = lan_file_tree_new_file (one->row.name, one->row.size, &result->root);
    return;
  }
  one->tree = lan_file_tree_ref (result->tree);
  one->out.manifest = g_bytes_ref (result->manifest);
  one->detail.manifest_size = g_bytes_get_size (result->manifest);
  one->detail.entries = lan_file_tree_n_entries (result->tree);
}

static void
on_hashed (LanTransfers *t, LanTransferOne *one, const LanFileResult *result, LanTime now)
{
  gboolean first = one->row.state == LAN_TRANSFER_VERIFYING;

  if (result->size != one->row.size || result->leaves == NULL ||
      (one->detail.is_folder && (result->tree == NULL || result->manifest == NULL)) ||
      (!first && !lan_hash_equal (&result->root, &one->row.root))) {
    lan_transfer_fail (t, one, LAN_FILE_ERROR_CHANGED, NULL, now);
    return;
  }
  g_clear_pointer (&one->out.leaves, g_bytes_unref);
  one->out.leaves = g_bytes_ref (result->leaves);
  one->out.stamp = one->out.opened_stamp;
  take_tree (one, result);
  if (g_bytes_get_size (result->leaves) / LAN_HASH_BYTES < lan_file_tree_n_hashes (one->tree)) {
    lan_transfer_fail (t, one, LAN_FILE_ERROR_IO, NULL, now);
    return;
  }
  lan_transfer_plan_commit (t, one, TRUE);
  if (first) {
    one->row.root = result->root;
    one->row.done = 0;
    lan_transfer_out_offer (t, one);
    lan_seed_hashed (t, one, now);
  }
  on_ready (t, one, now);
}

static void
on_hash_progress (LanTransfers *t, LanTransferOne *one, const LanFileResult *result, LanTime now)
{
  if (one->row.state != LAN_TRANSFER_VERIFYING) {
    say_preparing (t, one, now);
    return;
  }
  /* Disk says so ten times a second. */
  one->row.done = MIN (result->done, one->row.size);
  lan_transfer_push_event (t, one, LAN_TRANSFER_EVENT_PROGRESS);
}

static void
on_read (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
         const LanFileResult *result, LanTime now)
{
  LanTransferChannel *ch = g_hash_table_lookup (t->channels, &info->channel);

  if (info->is_left) {
    lan_left_give_read (t, one, info, result, now);
    return;
  }
  /* The channel that asked is gone: so is what it counted. Or another one took over what was asked. */
  if (ch == NULL || (one->out.serving.channel != ch && one->out.overtaken.channel != ch))
    return;
  if (result->bytes == NULL || g_bytes_get_size (result->bytes) != info->length) {
    lan_transfer_fail (t, one, LAN_FILE_ERROR_IO, NULL, now);
    return;
  }
  lan_transfer_channel_add_ready (ch, one, lan_transfer_name_on (one, ch), FALSE, info->leaf,
                                  result->bytes);
  lan_transfer_channel_pump (t, ch, now);
}

void
lan_transfer_out_result (LanTransfers *t, LanTransferOne *one, const LanTransferJob *info,
                         const LanFileResult *result, LanTime now)
{
  if (result->error != NULL) {
    lan_transfer_fail (t, one, (LanFileError) result->error->code, result->error->message, now);
    return;
  }
  switch (result->type) {
  case LAN_FILE_JOB_OPEN_SOURCE:
    on_opened (t, one, result, now);
    break;
  case LAN_FILE_JOB_HASH_SOURCE:
    if (result->more)
      on_hash_progress (t, one, result, now);
    else
      on_hashed (t, one, result, now);
    break;
  case LAN_FILE_JOB_READ:
    on_read (t, one, info, result, now);
    break;
  case LAN_FILE_JOB_OPEN_TARGET:
  case LAN_FILE_JOB_CHECK_TARGET:
  case LAN_FILE_JOB_SYNC:
  case LAN_FILE_JOB_WRITE:
  case LAN_FILE_JOB_FINISH:
  case LAN_FILE_JOB_FIND:
  case LAN_FILE_JOB_CLOSE:
  case LAN_FILE_JOB_DISCARD:
  case LAN_FILE_JOB_N:
  default:
    break;
  }
}

/* Whether the receiver may be given anything now; says why not. */
static gboolean
is_served (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, LanTime now)
{
  switch (one->row.state) {
  case LAN_TRANSFER_PAUSED:
    if (one->detail.is_paused) {
      lan_transfer_tell (t, one, ch);
      return FALSE;
    }
    lan_transfer_set_state (t, one, LAN_TRANSFER_RUNNING, now);
    return TRUE;
  case LAN_TRANSFER_OFFERED:
  case LAN_TRANSFER_ACCEPTED:
    lan_transfer_set_state (t, one, LAN_TRANSFER_RUNNING, now);
    return TRUE;
  case LAN_TRANSFER_RUNNING:
    return TRUE;
  case LAN_TRANSFER_FAILED:
    if (g_strcmp0 (one->row.error, "peer") == 0) {
      lan_transfer_set_state (t, one, LAN_TRANSFER_RUNNING, now);
      return TRUE;
    }
    lan_transfer_tell (t, one, ch);
    return FALSE;
  case LAN_TRANSFER_CANCELLED:
    lan_transfer_tell (t, one, ch);
    return FALSE;
  case LAN_TRANSFER_DONE:
  case LAN_TRANSFER_DECLINED:
  case LAN_TRANSFER_VERIFYING:
  case LAN_TRANSFER_N:
  default:
    return FALSE;
  }
}

/* TRUE: the receiver took @ch up before the one that it asks over now, and what comes was on its way then. What it asked
 * over the newer one must not be forgotten for it: nobody would ask again before a stall is noticed. */
static gboolean
is_overtaken (const LanTransferOne *one, const LanTransferChannel *ch)
{
  const LanTransferChannel *other = one->channel;

  if (other == NULL || other == ch)
    return FALSE;
  return other->carries != ch->carries ? other->carries > ch->carries : other->id > ch->id;
}

/* Where what is asked over @ch is kept: a better channel takes over from the one before. */
static LanServing *
serving_for (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch)
{
  if (is_overtaken (one, ch)) {
    if (one->out.overtaken.channel != ch)
      lan_transfer_serving_clear (&one->out.overtaken);
    return &one->out.overtaken;
  }
  if (one->channel != ch) {
    lan_transfer_channel_forget (t, one);
    one->channel = ch;
  }
  return &one->out.serving;
}

LanStatus
lan_transfer_out_request (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                          gboolean hashes, guint64 first, guint32 count, LanTime now)
{
  LanStatus status;

  if (!lan_transfer_is_inside (one, hashes, first, count))
    return LAN_STATUS_MALFORMED;
  if (ch->carries == LAN_CARRIES_STATES)
    return LAN_STATUS_STATE;
  if (!lan_transfer_serving_fits (ch, hashes, count))
    return LAN_STATUS_LIMIT;
  if (!is_served (t, one, ch, now))
    return LAN_STATUS_STATE;
  status = lan_transfer_serving_add (serving_for (t, one, ch), ch, hashes, first, count);
  lan_seed_asked (t, one);
  one->out.used_us = now.mono_us;
  if (one->out.phase == LAN_OUT_CLOSED) {
    open_source (t, one);
    one->out.told_us = 0;
    say_preparing (t, one, now);
  }
  lan_transfer_channel_pump (t, ch, now);
  return status;
}

void
lan_transfer_out_cancel (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                         guint64 first, guint32 count)
{
  lan_transfer_serving_cancel (t, &one->out.serving, ch, first, count);
  lan_transfer_serving_cancel (t, &one->out.overtaken, ch, first, count);
}

void
lan_transfer_out_sent (LanTransfers *t, LanTransferOne *one, gsize bytes, LanTime now)
{
  /* Never quite all: only the receiver knows that. */
  one->out.used_us = now.mono_us;
  one->row.done = MIN (one->row.done + bytes, one->row.size);
  lan_seed_sent (t, one, bytes);
  lan_transfer_moved (t, one, now);
}
