/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-share.h"

#include "lan-engine-files.h"
#include "lan-engine-links.h"
#include "lan-engine-people.h"
#include "lan-engine-store.h"
#include "lan-folder-watch.h"
#include "lan-random-system.h"
#include "lan-share-disk.h"
#include "lan-tree-hash.h"

struct _LanEngineShare {
  LanShares *machine;
  LanShareDisk *disk;
  LanFolderWatch *watch;
};

static void
enter (LanEngine *engine)
{
  lan_engine_read_clock (engine);
  lan_engine_touch (engine);
}

static void
on_job_done (const LanShareResult *result, gpointer data)
{
  LanEngine *engine = data;

  enter (engine);
  lan_shares_job_done (engine->shares->machine, result, engine->now);
}

static void
on_notice (const LanConversationId *share, gboolean lost, gpointer data)
{
  LanEngine *engine = data;

  enter (engine);
  lan_shares_noticed (engine->shares->machine, share, lost, engine->now);
}

static gboolean
is_revoked (const LanAccountId *account, const LanDeviceId *device, gpointer data)
{
  LanEngine *engine = data;

  /* People whom we do not know are vouched for by the owner's roster alone. */
  return lan_core_get_person (engine->core, account) != NULL &&
         !lan_core_is_active_device (engine->core, account, device);
}

void
lan_engine_share_open (LanEngine *engine, const LanSnapshot *snapshot)
{
  LanEngineShare *self = g_new0 (LanEngineShare, 1);
  const LanSharesConfig config = { .device = lan_vault_device (engine->vault),
                                   .cert = lan_vault_cert (engine->vault),
                                   .random = lan_random_system (),
                                   .is_revoked = is_revoked,
                                   .data = engine };

  engine->shares = self;
  self->machine = lan_shares_new (&config);
  self->disk = lan_share_disk_new (engine->context, on_job_done, engine);
  self->watch = lan_folder_watch_new (engine->context, on_notice, engine);
  for (guint i = 0; i < snapshot->share_items->len; i++)
    lan_shares_load (self->machine, g_ptr_array_index (snapshot->share_items, i));
  lan_shares_start (self->machine, engine->now);
  for (guint i = 0; i < snapshot->transfers->len; i++) {
    const LanTransferRow *row = g_ptr_array_index (snapshot->transfers, i);

    if (lan_shares_has (self->machine, &row->conversation))
      lan_shares_adopt (self->machine, row, engine->now);
  }
}

void
lan_engine_share_free (LanEngineShare *self)
{
  if (self == NULL)
    return;
  lan_folder_watch_free (self->watch);
  lan_share_disk_free (self->disk);
  lan_shares_free (self->machine);
  g_free (self);
}

LanShares *
lan_engine_share_machine (LanEngineShare *self)
{
  return self->machine;
}

void
lan_engine_share_new_identity (LanEngine *engine)
{
  if (engine->shares != NULL)
    lan_shares_set_identity (engine->shares->machine, lan_vault_device (engine->vault),
                             lan_vault_cert (engine->vault));
}

void
lan_engine_share_tell_all (LanEngine *engine)
{
  g_autoptr (GPtrArray) ids = lan_shares_list (engine->shares->machine);

  for (guint i = 0; i < ids->len; i++)
    lan_engine_share_tell (engine, g_ptr_array_index (ids, i));
}

/* --- what files and links say --- */

gboolean
lan_engine_share_takes (LanEngine *engine, const LanTransferRow *row)
{
  if (engine->shares == NULL || !lan_shares_has (engine->shares->machine, &row->conversation))
    return FALSE;
  lan_shares_transfer (engine->shares->machine, row, engine->now);
  return TRUE;
}

gboolean
lan_engine_share_takes_offer (LanEngine *engine, const LanTransferAction *offer)
{
  if (!lan_shares_has (engine->shares->machine, &offer->offer.conversation))
    return FALSE;
  /* What is told of it is told by the share's own frames, once the store has it (lan_shares_outgoing()). */
  lan_transfers_offer_sent (lan_engine_files_machine (engine->files), &offer->id, TRUE,
                            engine->now);
  return TRUE;
}

void
lan_engine_share_on_frame (LanEngine *engine, guint64 channel, const LanFrame *frame)
{
  LanStatus status = lan_shares_frame (engine->shares->machine, channel, frame, engine->now);

  if (status == LAN_STATUS_OK)
    return;
  g_info ("a frame of a shared folder: %s", lan_status_name (status));
  if (status == LAN_STATUS_MALFORMED || status == LAN_STATUS_OVERSIZED)
    lan_engine_links_close (engine, channel, LAN_FAREWELL_PROTOCOL, 0);
}

void
lan_engine_share_on_channel (LanEngine *engine, guint64 channel, const LanAccountId *account,
                             gboolean is_up)
{
  const LanPersonRow *row;

  if (engine->shares == NULL)
    return;
  if (!is_up) {
    lan_shares_channel_down (engine->shares->machine, channel, engine->now);
    return;
  }
  row = lan_core_get_person (engine->core, account);
  if (row == NULL || (row->flags & LAN_PERSON_BLOCKED) == 0)
    lan_shares_channel_up (engine->shares->machine, channel, account, engine->now);
}

void
lan_engine_share_drop (LanEngine *engine, const LanAccountId *account)
{
  lan_shares_drop_peer (engine->shares->machine, account, engine->now);
}

/* --- commands --- */

static void
answer (LanEngine *engine, LanCommand *c, LanStatus status)
{
  GError *error = NULL;

  if (status == LAN_STATUS_LIMIT)
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                 "there are too many shared folders");
  else if (status == LAN_STATUS_MISMATCH)
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                 "this folder, or one in or around it, is shared already");
  else if (status != LAN_STATUS_OK)
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                 "this cannot be done with the shared folder as it is now");
  if (c->task != NULL)
    lan_engine_reply (engine, g_steal_pointer (&c->task), error);
  else if (error != NULL)
    lan_engine_notice (engine, "share", "%s", error->message);
  if (c->task == NULL)
    g_clear_error (&error);
}

static LanStatus
set_access (LanEngine *engine, LanCommand *c)
{
  const LanPersonRow *row = lan_core_get_person (engine->core, &c->account);

  /* Sharing with somebody is an answer: no stranger any more. */
  if (c->number != LAN_SHARE_NONE && (row == NULL || (row->flags & LAN_PERSON_ACCEPTED) == 0) &&
      lan_core_accept (engine->core, &c->account, &engine->now) != LAN_STATUS_OK)
    return LAN_STATUS_STATE;
  return lan_shares_set_rights (engine->shares->machine, &c->conversation, &c->account,
                                (LanShareRights) c->number, engine->now);
}

/* Listed before the answer: whoever asked finds it. */
static void
create (LanEngine *engine, LanCommand *c)
{
  LanStatus status =
      lan_shares_create (engine->shares->machine, &c->conversation, c->text, c->name, engine->now);

  if (status == LAN_STATUS_OK)
    lan_engine_share_tell (engine, &c->conversation);
  answer (engine, c, status);
}

void
lan_engine_share_execute (LanEngine *engine, LanCommand *c)
{
  LanShares *machine = engine->shares->machine;

  switch ((guint) c->type) {
  case LAN_COMMAND_SHARE_CREATE:
    create (engine, c);
    break;
  case LAN_COMMAND_SHARE_ACCESS:
    answer (engine, c, set_access (engine, c));
    break;
  case LAN_COMMAND_SHARE_ACCEPT:
    answer (engine, c,
            lan_shares_accept (machine, &c->conversation, c->text, c->number != 0, engine->now));
    break;
  case LAN_COMMAND_SHARE_KEEP:
    answer (engine, c,
            lan_shares_set_keep (machine, &c->conversation, c->number != 0, engine->now));
    break;
  case LAN_COMMAND_SHARE_LEAVE:
    answer (engine, c, lan_shares_leave (machine, &c->conversation, engine->now));
    break;
  case LAN_COMMAND_SHARE_FETCH:
    answer (engine, c, lan_shares_fetch (machine, &c->conversation, c->text, engine->now));
    break;
  case LAN_COMMAND_SHARE_SCAN:
    answer (engine, c, lan_shares_scan (machine, &c->conversation, engine->now));
    break;
  default:
    lan_engine_share_answer (engine, c);
    break;
  }
}

/* --- actions --- */

/* The offer that the share stands for, made here and taken at once. */
static void
fetch (LanEngine *engine, const LanSharesAction *action)
{
  LanTransfers *files = lan_engine_files_machine (engine->files);
  Lanyard__FileOffer offer = LANYARD__FILE_OFFER__INIT;
  LanStatus status;

  offer.name = action->name;
  offer.size = action->size;
  offer.root =
      (ProtobufCBinaryData){ .len = sizeof action->root.b, .data = (guint8 *) action->root.b };
  offer.leaf_size = LAN_TREE_LEAF_BYTES;
  status = lan_transfers_offered (files, &action->id, &action->share, &action->peer, &offer, FALSE,
                                  engine->now);
  if (status != LAN_STATUS_OK ||
      !lan_transfers_accept (files, &action->id, action->path, engine->now)) {
    LanTransferRow row = { .id = action->id,
                           .conversation = action->share,
                           .peer = action->peer,
                           .incoming = TRUE,
                           .state = LAN_TRANSFER_FAILED,
                           .size = action->size,
                           .root = action->root };

    g_info ("the content of a shared folder cannot be fetched: %s", lan_status_name (status));
    lan_shares_transfer (engine->shares->machine, &row, engine->now);
  }
}

static void
serve (LanEngine *engine, const LanSharesAction *action)
{
  if (!lan_transfers_send (lan_engine_files_machine (engine->files), &action->id, &action->share,
                           &action->peer, action->path, engine->now))
    lan_shares_served (engine->shares->machine, &action->id, NULL, engine->now);
}

static void
cancel (LanEngine *engine, const LanSharesAction *action)
{
  LanTransfers *files = lan_engine_files_machine (engine->files);

  if (!lan_transfers_cancel (files, &action->id, engine->now))
    lan_transfers_forget (files, &action->id, engine->now);
}

static void
carry_out (LanEngine *engine, LanSharesAction *action)
{
  LanEngineShare *self = engine->shares;
  LanTransfers *files = lan_engine_files_machine (engine->files);
  static const LanAccountId nobody;

  switch (action->type) {
  case LAN_SHARES_SEND:
    if (action->on &&
        lan_engine_links_room (engine, action->channel) >= g_bytes_get_size (action->frame))
      lan_engine_links_send_file (engine, action->channel, action->frame, TRUE);
    else
      lan_engine_links_send (engine, action->channel, action->frame, LAN_SEND_CHAT);
    break;
  case LAN_SHARES_JOB:
    lan_share_disk_submit (self->disk, g_steal_pointer (&action->job));
    break;
  case LAN_SHARES_COMMIT:
    lan_engine_store_commit (engine->stores, LAN_BATCH_OF_SHARES, action->batch,
                             g_steal_pointer (&action->changes));
    break;
  case LAN_SHARES_FETCH:
    fetch (engine, action);
    break;
  case LAN_SHARES_SERVE:
    serve (engine, action);
    break;
  case LAN_SHARES_CANCEL:
    cancel (engine, action);
    break;
  case LAN_SHARES_FORGET:
    lan_transfers_forget (files, &action->id, engine->now);
    break;
  case LAN_SHARES_REVOKE:
    lan_transfers_drop_conversation (
        files, &action->share, lan_account_id_equal (&action->peer, &nobody) ? NULL : &action->peer,
        engine->now);
    break;
  case LAN_SHARES_WANT:
    lan_engine_links_want (engine, &action->peer, LAN_WANT_SHARES, action->on);
    break;
  case LAN_SHARES_WATCH:
    lan_folder_watch_set (self->watch, &action->share, action->path, action->folders);
    break;
  case LAN_SHARES_EVENT:
    lan_engine_share_tell (engine, &action->share);
    break;
  }
}

gboolean
lan_engine_share_run (LanEngine *engine)
{
  LanShares *machine = engine->shares->machine;
  gboolean any = FALSE;

  if (lan_shares_next_deadline (machine) <= engine->now.mono_us)
    lan_shares_advance (machine, engine->now);
  for (;;) {
    LanSharesAction action = { 0 };

    if (!lan_shares_next_action (machine, &action))
      return any;
    any = TRUE;
    carry_out (engine, &action);
    lan_shares_action_clear (&action);
  }
}

gint64
lan_engine_share_deadline (LanEngine *engine)
{
  return lan_shares_next_deadline (engine->shares->machine);
}
