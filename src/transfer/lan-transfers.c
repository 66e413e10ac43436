/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The front of the transfer machine: channels and their frames, time, and the queue of actions. */
#include "lan-transfers-private.h"

#include "lan-random-system.h"
#include "lan-tree-hash.h"

#include <string.h>

static void
one_free (LanTransferOne *one)
{
  lan_transfer_in_clear (one);
  lan_transfer_out_clear (one);
  lan_transfer_row_clear (&one->row);
  lan_transfer_detail_clear (&one->detail);
  g_clear_pointer (&one->tree, lan_file_tree_unref);
  g_clear_pointer (&one->swarm, lan_swarm_free);
  lan_left_give_stop (NULL, one);
  g_clear_pointer (&one->take, lan_left_take_free);
  g_free (one->error_text);
  g_free (one);
}

static void
action_free (LanTransferAction *action)
{
  lan_transfer_action_clear (action);
  g_free (action);
}

LanTransfers *
lan_transfers_new (const LanTransfersConfig *config)
{
  LanTransfers *t = g_new0 (LanTransfers, 1);

  t->window_bytes =
      config != NULL && config->window_bytes > 0 ? config->window_bytes : LAN_TRANSFER_WINDOW_BYTES;
  t->serve_bytes =
      config != NULL && config->serve_bytes > 0 ? config->serve_bytes : LAN_TRANSFER_SERVE_BYTES;
  t->bulk_bytes =
      config != NULL && config->bulk_bytes > 0 ? config->bulk_bytes : LAN_TRANSFER_BULK_BYTES;
  if (config != NULL)
    t->self = config->self;
  t->random = config != NULL && config->random != NULL ? config->random : lan_random_system ();
  t->names = g_hash_table_new (lan_message_id_hash, lan_message_id_equal);
  t->seeds = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL,
                                    (GDestroyNotify) lan_seed_free);
  t->all = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL,
                                  (GDestroyNotify) one_free);
  t->active = g_ptr_array_new ();
  g_queue_init (&t->waiting);
  t->channels = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                       (GDestroyNotify) lan_transfer_channel_free);
  t->peers = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, g_free, g_free);
  t->jobs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  t->batches = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  t->deadlines = lan_deadlines_new ();
  g_queue_init (&t->actions);
  return t;
}

void
lan_transfers_free (LanTransfers *t)
{
  if (t == NULL)
    return;
  g_queue_clear_full (&t->actions, (GDestroyNotify) action_free);
  g_queue_clear (&t->waiting);
  g_ptr_array_unref (t->active);
  g_hash_table_unref (t->channels);
  g_hash_table_unref (t->jobs);
  g_hash_table_unref (t->batches);
  g_hash_table_unref (t->peers);
  g_hash_table_unref (t->names);
  g_hash_table_unref (t->seeds);
  g_hash_table_unref (t->all);
  lan_deadlines_free (t->deadlines);
  g_free (t);
}

/* -- actions -- */

LanTransferAction *
lan_transfers_push (LanTransfers *t, LanTransferActionType type)
{
  LanTransferAction *action = g_new0 (LanTransferAction, 1);

  action->type = type;
  g_queue_push_tail (&t->actions, action);
  return action;
}

LanFileJob *
lan_transfers_push_job (LanTransfers *t, LanTransferOne *one, LanFileJobType type,
                        LanTransferJob **info)
{
  LanTransferAction *action = lan_transfers_push (t, LAN_TRANSFER_ACTION_JOB);
  LanTransferJob *made;
  guint64 number = ++t->last_job;

  action->id = one->row.id;
  action->job = lan_file_job_new (type, &one->row.id, number);
  if (type == LAN_FILE_JOB_CLOSE || type == LAN_FILE_JOB_DISCARD)
    return action->job; /* these are not answered */
  made = g_new0 (LanTransferJob, 1);
  made->transfer = one;
  made->epoch = one->epoch;
  if (!one->row.incoming || type != LAN_FILE_JOB_READ)
    one->jobs++;
  g_hash_table_insert (t->jobs, g_memdup2 (&number, sizeof number), made);
  if (info != NULL)
    *info = made;
  return action->job;
}

gboolean
lan_transfers_next_action (LanTransfers *t, LanTransferAction *action)
{
  LanTransferAction *next = g_queue_pop_head (&t->actions);

  if (next == NULL)
    return FALSE;
  *action = *next;
  g_free (next);
  return TRUE;
}

void
lan_transfer_action_clear (LanTransferAction *action)
{
  switch (action->type) {
  case LAN_TRANSFER_ACTION_SEND:
    g_clear_pointer (&action->send.frame, g_bytes_unref);
    break;
  case LAN_TRANSFER_ACTION_JOB:
    g_clear_pointer (&action->job, lan_file_job_free);
    break;
  case LAN_TRANSFER_ACTION_COMMIT:
    g_clear_pointer (&action->commit.changes, g_ptr_array_unref);
    break;
  case LAN_TRANSFER_ACTION_OFFER:
    g_clear_pointer (&action->offer.name, g_free);
    g_clear_pointer (&action->offer.holders, g_bytes_unref);
    g_clear_pointer (&action->offer.share, g_bytes_unref);
    break;
  case LAN_TRANSFER_ACTION_LEFT:
    g_clear_pointer (&action->left.bytes, g_bytes_unref);
    break;
  case LAN_TRANSFER_ACTION_WANT:
  case LAN_TRANSFER_ACTION_EVENT:
  case LAN_TRANSFER_ACTION_SERVE:
  case LAN_TRANSFER_ACTION_CANCEL:
  case LAN_TRANSFER_ACTION_TARGET:
  default:
    break;
  }
}

void
lan_transfer_action_offer (LanTransferAction *action, Lanyard__FileOffer *offer,
                           LanTransferOfferParts *parts)
{
  g_return_if_fail (action->type == LAN_TRANSFER_ACTION_OFFER);

  lanyard__file_offer__init (offer);
  offer->name = action->offer.name;
  offer->size = action->offer.size;
  offer->root.data = action->offer.root.b;
  offer->root.len = sizeof action->offer.root.b;
  offer->leaf_size = LAN_TREE_LEAF_BYTES;
  if (action->offer.is_folder) {
    lanyard__folder_offer__init (&parts->folder);
    parts->folder.manifest_size = action->offer.manifest_size;
    parts->folder.entries = action->offer.entries;
    parts->folder.left_links = action->offer.left_links;
    parts->folder.left_others = action->offer.left_others;
    offer->folder = &parts->folder;
  }
  if (action->offer.holders != NULL) {
    gsize len;
    const guint8 *keys = g_bytes_get_data (action->offer.holders, &len);

    offer->n_holders = MIN (len / LAN_ACCOUNT_ID_BYTES, LAN_TRANSFER_MAX_HOLDERS);
    offer->holders = parts->holders;
    for (gsize i = 0; i < offer->n_holders; i++) {
      parts->holders[i].len = LAN_ACCOUNT_ID_BYTES;
      parts->holders[i].data = (guint8 *) keys + i * LAN_ACCOUNT_ID_BYTES;
    }
  }
  if (action->offer.share != NULL)
    offer->share.data = (guint8 *) g_bytes_get_data (action->offer.share, &offer->share.len);
}

/* -- channels -- */

/* What became of what is still open between us? Whoever knows more answers. */
static void
query (LanTransfers *t, LanTransferChannel *ch)
{
  LanTransferOne *one;
  GHashTableIter iter;
  guint asked = 0;

  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one) &&
         asked < LAN_TRANSFER_MAX_QUERIES) {
    gboolean open = one->row.state == LAN_TRANSFER_OFFERED ||
                    (!one->row.incoming && one->row.state == LAN_TRANSFER_ACCEPTED);

    if (!open || (!lan_account_id_equal (&one->row.peer, &ch->account) &&
                  !lan_transfer_group_asks (t, one, &ch->account)))
      continue;
    lan_transfer_send_state (t, ch, lan_transfer_name_on (one, ch),
                             LANYARD__FILE_STATE_KIND__FILE_OFFERED, NULL, 0);
    asked++;
  }
}

static void
fetch_manifests (LanTransfers *t, const LanAccountId *account, LanTime now)
{
  g_autoptr (GPtrArray) theirs = lan_transfers_of_peer (t, account);

  for (guint i = 0; i < theirs->len; i++)
    lan_transfer_manifest_step (t, g_ptr_array_index (theirs, i), now);
}

void
lan_transfers_channel_up (LanTransfers *t, guint64 channel, const LanAccountId *account,
                          LanTransferCarrier carries, gsize room, LanTime now)
{
  LanTransferChannel *ch;
  g_autoptr (GPtrArray) active = NULL;

  g_return_if_fail (g_hash_table_lookup (t->channels, &channel) == NULL);

  ch = lan_transfer_channel_new (channel, account, carries, room);
  ch->heard_us = now.mono_us;
  g_hash_table_insert (t->channels, &ch->id, ch);
  query (t, ch);
  active = g_ptr_array_copy (t->active, NULL, NULL);
  for (guint i = 0; i < active->len; i++) {
    LanTransferOne *one = g_ptr_array_index (active, i);

    if (!lan_account_id_equal (&one->row.peer, account))
      continue;
    /* A better way: what was asked for over the other, and is not here, is asked for again. */
    if (one->channel != NULL && one->channel->carries < carries)
      lan_transfer_in_lost (t, one, one->channel, now);
    else
      lan_transfer_in_step (t, one, now);
  }
  lan_swarm_channel_up (t, ch, now);
  fetch_manifests (t, account, now);
  lan_left_peer_changed (t, account, now);
}

void
lan_transfers_channel_down (LanTransfers *t, guint64 channel, LanTime now)
{
  LanTransferChannel *ch = g_hash_table_lookup (t->channels, &channel);
  g_autoptr (GPtrArray) theirs = NULL;

  if (ch == NULL)
    return;
  theirs = lan_transfers_of_peer (t, &ch->account);
  g_hash_table_steal (t->channels, &channel);
  for (guint i = 0; i < theirs->len; i++) {
    LanTransferOne *one = g_ptr_array_index (theirs, i);

    if (one->row.incoming) {
      lan_transfer_fetch_drop_from (one, ch);
      lan_transfer_manifest_lost (t, one, ch, now);
    }
    if (!one->row.incoming)
      lan_transfer_out_channel_down (t, one, ch, now);
    else if (one->channel == ch)
      lan_transfer_in_lost (t, one, ch, now);
  }
  lan_swarm_channel_down (t, ch, now);
  lan_left_peer_changed (t, &ch->account, now);
  lan_transfer_channel_free (ch);
}

void
lan_transfers_channel_writable (LanTransfers *t, guint64 channel, gsize room, LanTime now)
{
  LanTransferChannel *ch = g_hash_table_lookup (t->channels, &channel);

  if (ch == NULL)
    return;
  ch->room = room;
  lan_transfer_channel_pump (t, ch, now);
}

gboolean
lan_transfers_channel_is_busy (const LanTransfers *t, guint64 channel)
{
  LanTransferChannel *ch = g_hash_table_lookup (t->channels, &channel);
  LanTransferOne *one;
  GHashTableIter iter;

  if (ch == NULL)
    return FALSE;
  if (ch->inflight > 0 || ch->serving > 0 || ch->n_requests > 0)
    return TRUE;
  g_hash_table_iter_init (&iter, t->all);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &one)) {
    if (one->channel == ch && one->row.state == LAN_TRANSFER_RUNNING)
      return TRUE;
  }
  return FALSE;
}

static const ProtobufCBinaryData *
file_field (const LanFrame *frame)
{
  switch (lan_frame_type (frame)) {
  case LAN_FRAME_FILE_HASHES_REQUEST:
    return &frame->file_hashes_request->offer;
  case LAN_FRAME_FILE_HASHES:
    return &frame->file_hashes->offer;
  case LAN_FRAME_FILE_REQUEST:
    return &frame->file_request->offer;
  case LAN_FRAME_FILE_BLOCK:
    return &frame->file_block->offer;
  case LAN_FRAME_FILE_STATE:
    return &frame->file_state->offer;
  case LAN_FRAME_FILE_MANIFEST_REQUEST:
    return &frame->file_manifest_request->offer;
  case LAN_FRAME_FILE_MANIFEST:
    return &frame->file_manifest->offer;
  default:
    return NULL;
  }
}

static LanStatus
on_request (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, gboolean hashes,
            guint64 first, guint32 count, gboolean cancel, LanTime now)
{
  if (one->row.incoming)
    return lan_swarm_request (t, one, ch, hashes, first, count, cancel, now);
  if (!cancel)
    return lan_transfer_out_request (t, one, ch, hashes, first, count, now);
  if (!lan_transfer_is_inside (one, FALSE, first, count))
    return LAN_STATUS_MALFORMED;
  lan_transfer_out_cancel (t, one, ch, first, count);
  return LAN_STATUS_OK;
}

static LanStatus
dispatch (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch, const LanFrame *frame,
          LanTime now)
{
  const Lanyard__FileHashes *hashes = frame->file_hashes;
  const Lanyard__FileBlock *block = frame->file_block;

  switch (lan_frame_type (frame)) {
  case LAN_FRAME_FILE_STATE:
    return lan_transfer_on_state (t, one, ch, frame->file_state, now);
  case LAN_FRAME_FILE_HASHES:
    if (!one->row.incoming)
      return LAN_STATUS_STATE;
    return lan_transfer_in_hashes (t, one, ch, hashes->first, hashes->hashes.data,
                                   hashes->hashes.len, now);
  case LAN_FRAME_FILE_BLOCK:
    if (!one->row.incoming)
      return LAN_STATUS_STATE;
    return lan_transfer_in_block (t, one, ch, block->leaf, block->offset, block->data.data,
                                  block->data.len, now);
  case LAN_FRAME_FILE_HASHES_REQUEST:
    return on_request (t, one, ch, TRUE, frame->file_hashes_request->first,
                       frame->file_hashes_request->count, FALSE, now);
  case LAN_FRAME_FILE_REQUEST:
    return on_request (t, one, ch, FALSE, frame->file_request->first, frame->file_request->count,
                       frame->file_request->cancel, now);
  case LAN_FRAME_FILE_MANIFEST_REQUEST:
    return lan_transfer_manifest_request (t, one, ch, frame->file_manifest_request->offset,
                                          frame->file_manifest_request->length, now);
  case LAN_FRAME_FILE_MANIFEST:
    if (!one->row.incoming)
      return LAN_STATUS_STATE;
    return lan_transfer_manifest_page (t, one, ch, frame->file_manifest->offset,
                                       frame->file_manifest->data.data,
                                       frame->file_manifest->data.len, now);
  default:
    return LAN_STATUS_MALFORMED;
  }
}

LanStatus
lan_transfers_frame (LanTransfers *t, guint64 channel, const LanFrame *frame, LanTime now)
{
  LanTransferChannel *ch = g_hash_table_lookup (t->channels, &channel);
  const ProtobufCBinaryData *field = file_field (frame);
  LanTransferOne *one;
  LanMessageId id;

  if (ch == NULL)
    return LAN_STATUS_STATE;
  if (lan_frame_type (frame) == LAN_FRAME_FILE_HAVE)
    return lan_swarm_on_have (t, ch, frame->file_have, now);
  if (field == NULL || field->len != LAN_MESSAGE_ID_BYTES)
    return LAN_STATUS_MALFORMED;
  memcpy (id.b, field->data, sizeof id.b);
  one = lan_transfers_find (t, &id);
  if (one != NULL && one->detail.is_group)
    one = lan_transfer_group_part_for (t, one, ch, frame, now);
  /* Somebody else's transfer is answered like one that does not exist. */
  if (one != NULL && (!lan_account_id_equal (&one->row.peer, &ch->account) ||
                      !lan_message_id_equal (lan_transfer_name_on (one, ch), &id)))
    one = NULL;
  if (one == NULL && lan_frame_type (frame) != LAN_FRAME_FILE_STATE)
    one = lan_swarm_find (t, &id, &ch->account);
  if (one == NULL)
    return LAN_STATUS_STATE;
  ch->heard_us = now.mono_us;
  return dispatch (t, one, ch, frame, now);
}

/* -- time -- */

gint64
lan_transfers_next_deadline (const LanTransfers *t)
{
  return lan_deadlines_next (t->deadlines);
}

void
lan_transfers_advance (LanTransfers *t, LanTime now)
{
  gpointer key;
  guint what;

  while (lan_deadlines_pop (t->deadlines, now.mono_us, &key, &what)) {
    LanTransferOne *one = key;

    switch (what) {
    case LAN_DUE_PROGRESS:
      lan_transfer_on_progress_due (t, one, now);
      break;
    case LAN_DUE_STALL:
      lan_transfer_in_stalled (t, one, now);
      break;
    case LAN_DUE_MANIFEST:
      lan_transfer_manifest_due (t, one, now);
      break;
    case LAN_DUE_SOURCE_IDLE:
      lan_transfer_out_idle (t, one, now);
      break;
    case LAN_DUE_SWARM:
      lan_swarm_tick (t, one, now);
      break;
    case LAN_DUE_SEED_IDLE:
      lan_swarm_seed_idle (t, one, now);
      break;
    case LAN_DUE_LEFT:
      lan_left_on_due (t, one, now);
      break;
    case LAN_DUE_LEFT_END:
      lan_left_on_end_due (t, one, now);
      break;
    case LAN_DUE_COMMIT:
      one->is_commit_due = FALSE;
      lan_transfer_in_sync (t, one);
      break;
    case LAN_DUE_RECOMMIT:
    default:
      lan_transfer_commit (t, one, 0);
      break;
    }
  }
}
