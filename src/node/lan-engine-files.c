/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-files-private.h"

#include "lan-content.h"
#include "lan-engine-bulk.h"
#include "lan-engine-left.h"
#include "lan-engine-links.h"
#include "lan-engine-people.h"
#include "lan-engine-share.h"
#include "lan-engine-store.h"
#include "lan-file-throttle.h"
#include "lan-group-address.h"
#include "lan-random-system.h"
#include "lan-ticker.h"

#include <string.h>

struct _LanEngineFiles {
  LanTransfers *machine;
  LanDisk *disk;
  LanEngineBulk *bulk;
  LanFileThrottle *throttle;
  GHashTable *channels; /* guint64 (owned): those that carry blocks */
};

static void
on_job_done (const LanFileResult *result, gpointer data)
{
  LanEngine *engine = data;

  lan_engine_read_clock (engine);
  lan_engine_touch (engine);
  lan_transfers_job_done (engine->files->machine, result, engine->now);
}

/* What was set before a restart. */
static void
load_limit (LanEngine *engine, const LanSnapshot *snapshot)
{
  GBytes *value = lan_snapshot_get_setting (snapshot, "app." LAN_ENGINE_SETTING_FILE_LIMIT);
  gsize len = 0;
  const char *text = value != NULL ? g_bytes_get_data (value, &len) : NULL;
  g_autofree char *number = text != NULL ? g_strndup (text, len) : NULL;

  if (number != NULL)
    lan_engine_bulk_set_limit (engine->files->bulk, g_ascii_strtoull (number, NULL, 10));
}

void
lan_engine_files_open (LanEngine *engine, const LanSnapshot *snapshot)
{
  LanEngineFiles *self = g_new0 (LanEngineFiles, 1);
  const LanTransfersConfig machine = { .self = *lan_vault_account_id (engine->vault) };
  const LanDiskConfig disk = { .context = engine->context, .done = on_job_done, .data = engine };

  engine->files = self;
  self->machine = lan_transfers_new (&machine);
  self->disk = lan_disk_new (&disk);
  self->bulk = lan_engine_bulk_new (engine);
  self->throttle = lan_file_throttle_new (lan_engine_bulk_rate (self->bulk));
  self->channels = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  load_limit (engine, snapshot);
  for (guint i = 0; i < snapshot->transfers->len; i++)
    lan_transfers_load (self->machine, g_ptr_array_index (snapshot->transfers, i), engine->now);
}

void
lan_engine_files_free (LanEngineFiles *self)
{
  if (self == NULL)
    return;
  lan_file_throttle_free (self->throttle);
  lan_engine_bulk_free (self->bulk);
  lan_disk_free (self->disk);
  lan_transfers_free (self->machine);
  g_hash_table_unref (self->channels);
  g_free (self);
}

LanTransfers *
lan_engine_files_machine (LanEngineFiles *self)
{
  return self->machine;
}

/* --- what the owner is told --- */

/* What comes in a group comes from a member of it, who need not be known otherwise. */
static gboolean
is_from_stranger (LanEngine *engine, const LanTransferRow *transfer)
{
  const LanPersonRow *row = lan_core_get_person (engine->core, &transfer->peer);

  if (!transfer->incoming || lan_engine_files_is_in_group (engine, &transfer->conversation))
    return FALSE;
  return row == NULL || (row->flags & LAN_PERSON_ACCEPTED) == 0;
}

void
lan_engine_files_tell (LanEngine *engine, const LanTransferRow *row, gboolean is_old)
{
  LanEvent *event = lan_event_new (LAN_EVENT_TRANSFER);

  event->flags = is_old;
  lan_transfer_row_copy (&event->transfer.row, row);
  lan_engine_people_resolve (engine, &row->peer, &event->transfer.row.peer);
  event->transfer.rate = lan_transfers_rate (engine->files->machine, &row->id);
  event->transfer.is_folder = lan_transfers_is_folder (engine->files->machine, &row->id);
  event->transfer.is_paused = lan_transfers_is_paused (engine->files->machine, &row->id);
  if (lan_transfers_tree (engine->files->machine, &row->id) != NULL)
    event->transfer.files =
        lan_file_tree_n_files (lan_transfers_tree (engine->files->machine, &row->id));
  event->transfer.left_links =
      lan_transfers_left_out (engine->files->machine, &row->id, &event->transfer.left_others);
  event->transfer.left = lan_engine_left_of (engine, row);
  event->transfer.request = row->state == LAN_TRANSFER_OFFERED && is_from_stranger (engine, row);
  event->transfer.in_group = lan_engine_files_is_in_group (engine, &row->conversation);
  event->transfer.fetched =
      lan_transfers_count_fetched (engine->files->machine, &row->id, &event->transfer.members);
  if (row->error != NULL)
    event->transfer.error_text =
        g_strdup (lan_transfers_error_text (engine->files->machine, &row->id));
  g_clear_pointer (&event->transfer.row.bitmap, g_bytes_unref);
  g_clear_pointer (&event->transfer.row.plan, g_bytes_unref);
  g_clear_pointer (&event->transfer.row.detail, g_bytes_unref);
  lan_engine_tell (engine, event);
}

static void
tell (LanEngine *engine, const LanMessageId *id)
{
  const LanTransferRow *row = lan_transfers_get (engine->files->machine, id);

  if (row != NULL && !lan_engine_share_takes (engine, row))
    lan_engine_files_tell (engine, row, FALSE);
}

/* --- what the owner asks --- */

/* An answer to something that is not there, or not in a state for it: the row as it is says so. */
static void
refuse (LanEngine *engine, const LanMessageId *id, gboolean ok)
{
  if (!ok)
    tell (engine, id);
}

static void
send_to_group (LanEngine *engine, const LanAccountId *address, const LanConversationId *group,
               const LanMessageId *id, const char *path)
{
  g_autoptr (GBytes) members = lan_engine_files_members (engine, group);
  guint8 secret[LAN_SHARE_BYTES];
  g_autoptr (GBytes) share = NULL;

  lan_random_bytes (lan_random_system (), secret, sizeof secret);
  share = g_bytes_new (secret, sizeof secret);
  refuse (engine, id,
          lan_transfers_send_group (engine->files->machine, id, group, address, path, members,
                                    share, engine->now));
}

void
lan_engine_files_send (LanEngine *engine, const LanAccountId *peer, const LanMessageId *id,
                       const char *path, GBytes *share)
{
  gsize len = share != NULL ? g_bytes_get_size (share) : 0;
  g_autoptr (GBytes) secret = NULL;
  g_autoptr (GBytes) holders = NULL;
  LanConversationId conversation;

  if (lan_group_of_address (peer, &conversation)) {
    send_to_group (engine, peer, &conversation, id, path);
    return;
  }
  if (lan_core_open_conversation (engine->core, peer, &conversation) != LAN_STATUS_OK)
    return;
  if (len > LAN_SHARE_BYTES) {
    secret = g_bytes_new_from_bytes (share, 0, LAN_SHARE_BYTES);
    holders = g_bytes_new_from_bytes (share, LAN_SHARE_BYTES, len - LAN_SHARE_BYTES);
  }
  refuse (engine, id,
          lan_transfers_send_shared (engine->files->machine, id, &conversation, peer, path, holders,
                                     secret, engine->now));
}

static gboolean
is_named (const char *path, const char *const *entries)
{
  for (guint i = 0; entries[i] != NULL; i++) {
    gsize len = strlen (entries[i]);

    if (strncmp (path, entries[i], len) == 0 && (path[len] == '\0' || path[len] == '/'))
      return TRUE;
  }
  return FALSE;
}

/* Returns: (transfer full) (nullable): NULL means all. */
static GBytes *
bits_of (LanFileTree *tree, const char *const *entries)
{
  guint n = tree != NULL ? lan_file_tree_n_entries (tree) : 0;
  gsize len = (n + 7) / 8;
  guint8 *bits;

  if (tree == NULL || entries == NULL || entries[0] == NULL)
    return NULL;
  bits = g_malloc0 (len + 1);
  for (guint i = 0; i < n; i++) {
    if (is_named (lan_file_tree_entry (tree, i)->path, entries))
      bits[i / 8] |= (guint8) (1 << i % 8);
  }
  return g_bytes_new_take (bits, len);
}

GPtrArray *
lan_engine_files_entries (LanEngine *engine, const LanMessageId *id)
{
  LanTransfers *machine = engine->files->machine;
  LanFileTree *tree = lan_transfers_tree (machine, id);
  guint n = tree != NULL ? lan_file_tree_n_entries (tree) : 0;
  GPtrArray *entries = g_ptr_array_new_full (n, (GDestroyNotify) lan_transfer_entry_free);

  for (guint i = 0; i < n; i++) {
    const LanFileEntry *entry = lan_file_tree_entry (tree, i);
    LanTransferEntry *made = g_new0 (LanTransferEntry, 1);

    made->path = g_strdup (entry->path);
    made->size = entry->size;
    made->mtime_ms = entry->mtime_ms;
    made->folder = entry->kind == LAN_FILE_ENTRY_FOLDER;
    made->wanted = lan_transfers_entry_wanted (machine, id, i);
    made->done = lan_transfers_entry_done (machine, id, i);
    g_ptr_array_add (entries, made);
  }
  return entries;
}

void
lan_engine_files_pause (LanEngine *engine, const LanMessageId *id, gboolean on)
{
  refuse (engine, id,
          on ? lan_transfers_pause (engine->files->machine, id, engine->now)
             : lan_transfers_resume (engine->files->machine, id, engine->now));
}

void
lan_engine_files_set_limit (LanEngine *engine, guint64 bytes_per_s)
{
  GHashTableIter iter;
  guint64 *channel;

  lan_engine_bulk_set_limit (engine->files->bulk, bytes_per_s);
  g_hash_table_iter_init (&iter, engine->files->channels);
  while (g_hash_table_iter_next (&iter, (gpointer *) &channel, NULL))
    lan_engine_files_on_writable (engine, *channel);
}

void
lan_engine_files_accept (LanEngine *engine, const LanMessageId *id, const char *dir,
                         LanFileConflict conflict, const char *const *entries)
{
  const LanTransferRow *row = lan_transfers_get (engine->files->machine, id);
  LanTransferChoice choice = { .conflict = conflict };
  g_autoptr (GBytes) wanted = NULL;

  /* Taking somebody's file is an answer: no stranger any more. */
  if (row != NULL && is_from_stranger (engine, row)) {
    LanAccountId peer = row->peer;

    if (lan_core_accept (engine->core, &peer, &engine->now) != LAN_STATUS_OK)
      g_info ("the sender of a file cannot be accepted");
  }
  wanted = bits_of (lan_transfers_tree (engine->files->machine, id), entries);
  choice.wanted = wanted;
  refuse (engine, id,
          lan_transfers_accept_with (engine->files->machine, id, dir, &choice, engine->now));
}

void
lan_engine_files_decline (LanEngine *engine, const LanMessageId *id)
{
  refuse (engine, id, lan_transfers_decline (engine->files->machine, id, engine->now));
}

void
lan_engine_files_cancel (LanEngine *engine, const LanMessageId *id)
{
  refuse (engine, id, lan_transfers_cancel (engine->files->machine, id, engine->now));
}

/* --- what core and the links say --- */

void
lan_engine_files_drop (LanEngine *engine, const LanAccountId *account)
{
  lan_transfers_drop_peer (engine->files->machine, account, engine->now);
  lan_engine_bulk_drop (engine->files->bulk, account);
}

void
lan_engine_files_on_frame (LanEngine *engine, guint64 channel, const LanFrame *frame)
{
  LanStatus status;

  if (lan_frame_type (frame) == LAN_FRAME_BULK_OPEN) {
    lan_engine_bulk_on_open (engine->files->bulk, channel, frame->bulk_open);
    return;
  }
  status = lan_transfers_frame (engine->files->machine, channel, frame, engine->now);
  if (status == LAN_STATUS_LIMIT || status == LAN_STATUS_MALFORMED)
    lan_engine_links_close (engine, channel, LAN_FAREWELL_PROTOCOL, 0);
}

static gsize
room_of (LanEngine *engine, guint64 channel)
{
  return lan_file_throttle_room (
      engine->files->throttle, channel, lan_engine_links_room (engine, channel),
      lan_transfers_channel_is_waiting (engine->files->machine, channel), lan_boottime_us ());
}

void
lan_engine_files_on_writable (LanEngine *engine, guint64 channel)
{
  lan_transfers_channel_writable (engine->files->machine, channel, room_of (engine, channel),
                                  engine->now);
}

void
lan_engine_files_on_channel_up (LanEngine *engine, guint64 channel, const LanAccountId *account,
                                gboolean carries_blocks)
{
  if (carries_blocks)
    g_hash_table_add (engine->files->channels, g_memdup2 (&channel, sizeof channel));
  lan_transfers_channel_up (engine->files->machine, channel, account,
                            carries_blocks ? LAN_CARRIES_BLOCKS : LAN_CARRIES_STATES,
                            room_of (engine, channel), engine->now);
  lan_engine_bulk_on_channel (engine->files->bulk, channel, account, TRUE);
  lan_engine_share_on_channel (engine, channel, account, TRUE);
}

void
lan_engine_files_on_channel_down (LanEngine *engine, guint64 channel)
{
  g_hash_table_remove (engine->files->channels, &channel);
  lan_file_throttle_forget (engine->files->throttle, channel);
  lan_engine_bulk_on_channel (engine->files->bulk, channel, NULL, FALSE);
  lan_transfers_channel_down (engine->files->machine, channel, engine->now);
  lan_engine_share_on_channel (engine, channel, NULL, FALSE);
}

/* --- actions --- */

static void
make_offer (LanEngine *engine, LanTransferAction *action)
{
  LanConversationId group;
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  LanTransferOfferParts parts;
  LanStatus status;

  if (lan_engine_share_takes_offer (engine, action))
    return;
  lan_transfer_action_offer (action, &offer, &parts);
  status =
      lan_group_of_address (&action->peer, &group)
          ? lan_engine_files_offer_to_group (engine, &group, &action->id, &offer)
          : lan_core_offer_file (engine->core, &action->peer, &action->id, &offer, &engine->now);
  if (status != LAN_STATUS_OK) {
    g_info ("a file cannot be offered: %s", lan_status_name (status));
    lan_transfers_offer_sent (engine->files->machine, &action->id, FALSE, engine->now);
  }
}

static void
send_frame (LanEngine *engine, LanTransferAction *action)
{
  if (lan_engine_bulk_send (engine->files->bulk, action->send.channel, action->send.frame)) {
    action->send.frame = NULL;
    return;
  }
  if (action->send.bulk)
    lan_file_throttle_sent (engine->files->throttle, action->send.channel,
                            g_bytes_get_size (action->send.frame));
  lan_engine_links_send_file (engine, action->send.channel, action->send.frame, action->send.bulk);
}

/* A source that was closed meanwhile: the machine opens it again when it is asked again. */
static void
serve (LanEngine *engine, LanTransferAction *action)
{
  LanDiskFile *file = lan_disk_borrow (engine->files->disk, &action->id);

  if (file != NULL)
    lan_engine_bulk_serve (engine->files->bulk, action, file);
  else
    lan_transfers_served (engine->files->machine, action->serve.channel, &action->id,
                          action->serve.count, 0, NULL, engine->now);
}

static void
carry_out (LanEngine *engine, LanTransferAction *action)
{
  switch (action->type) {
  case LAN_TRANSFER_ACTION_SEND:
    send_frame (engine, action);
    break;
  case LAN_TRANSFER_ACTION_JOB:
    lan_disk_submit (engine->files->disk, g_steal_pointer (&action->job));
    break;
  case LAN_TRANSFER_ACTION_COMMIT:
    lan_engine_store_commit (engine->stores, LAN_BATCH_OF_TRANSFERS, action->commit.batch,
                             g_steal_pointer (&action->commit.changes));
    break;
  case LAN_TRANSFER_ACTION_OFFER:
    make_offer (engine, action);
    break;
  case LAN_TRANSFER_ACTION_WANT:
    lan_engine_links_want (engine, &action->peer, LAN_WANT_FILES, action->wanted);
    lan_engine_bulk_want (engine->files->bulk, &action->peer, action->wanted);
    break;
  case LAN_TRANSFER_ACTION_SERVE:
    serve (engine, action);
    break;
  case LAN_TRANSFER_ACTION_CANCEL:
    lan_engine_bulk_cancel (engine->files->bulk, action);
    break;
  case LAN_TRANSFER_ACTION_TARGET:
    lan_engine_bulk_set_target (
        engine->files->bulk, &action->target.name,
        action->target.is_on ? lan_disk_borrow (engine->files->disk, &action->id) : NULL);
    break;
  case LAN_TRANSFER_ACTION_LEFT:
    lan_engine_left_on_action (engine, action);
    break;
  case LAN_TRANSFER_ACTION_EVENT:
    tell (engine, &action->id);
    break;
  }
}

static gboolean
carry_out_all (LanEngine *engine)
{
  gboolean any = FALSE;

  for (;;) {
    LanTransferAction action = { 0 };

    if (!lan_transfers_next_action (engine->files->machine, &action))
      return any;
    any = TRUE;
    carry_out (engine, &action);
    lan_transfer_action_clear (&action);
  }
}

/* Under a limit: those that wait for their part of it. */
static void
feed (LanEngine *engine)
{
  GHashTableIter iter;
  guint64 *channel;

  lan_file_throttle_rest (engine->files->throttle);
  if (!lan_file_throttle_is_on (engine->files->throttle))
    return;
  g_hash_table_iter_init (&iter, engine->files->channels);
  while (g_hash_table_iter_next (&iter, (gpointer *) &channel, NULL)) {
    if (lan_transfers_channel_is_waiting (engine->files->machine, *channel))
      lan_engine_files_on_writable (engine, *channel);
  }
}

gboolean
lan_engine_files_run (LanEngine *engine)
{
  LanEngineFiles *self = engine->files;
  gboolean any;

  if (lan_transfers_next_deadline (self->machine) <= engine->now.mono_us)
    lan_transfers_advance (self->machine, engine->now);
  lan_engine_bulk_run (self->bulk);
  any = carry_out_all (engine);
  do {
    feed (engine);
  } while (carry_out_all (engine));
  return any;
}

gint64
lan_engine_files_deadline (LanEngine *engine)
{
  return MIN (MIN (lan_transfers_next_deadline (engine->files->machine),
                   lan_engine_bulk_deadline (engine->files->bulk)),
              lan_file_throttle_deadline (engine->files->throttle));
}
