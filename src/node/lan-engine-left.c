/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-left.h"

#include "lan-content.h"
#include "lan-engine-files.h"
#include "lan-engine-server-private.h"
#include "lan-engine-share.h"
#include "lan-random-system.h"
#include "lan-row-content.h"

#include <string.h>

#define DEVICES_MAX 16
#define EARLY_MAX   256

static LanTransfers *
machine (LanEngine *engine)
{
  return lan_engine_files_machine (engine->files);
}

/* How many devices of @account could fetch it; 0: they are not at the server, or it is a file of a shared folder. */
static guint
count_devices (LanEngine *engine, const LanTransferAction *action)
{
  const LanColleague *colleague = g_hash_table_lookup (engine->server->colleagues, &action->peer);
  const LanTransferRow *row = lan_transfers_get (machine (engine), &action->id);
  LanCert certs[DEVICES_MAX];

  if (colleague == NULL || !colleague->is_active || row == NULL ||
      lan_engine_share_takes (engine, row))
    return 0;
  return MAX (lan_core_get_devices (engine->core, &action->peer, certs, DEVICES_MAX), 1);
}

/* --- records --- */

static void
write_record (LanEngine *engine, const LanTransferAction *action, Lanyard__MessageOp *op,
              const LanAccountId *author)
{
  LanContent content = LANYARD__CONTENT__INIT;
  LanMessageId id;
  LanStatus status;

  lan_random_bytes (lan_random_system (), &id, sizeof id);
  op->author = (ProtobufCBinaryData){ sizeof author->b, (guint8 *) author->b };
  op->target = (ProtobufCBinaryData){ sizeof action->id.b, (guint8 *) action->id.b };
  content.body_case = LANYARD__CONTENT__BODY_MESSAGE_OP;
  content.message_op = op;
  status = lan_core_send_body (engine->core, &action->peer, &id, LAN_KIND_MESSAGE_OP, &content,
                               &engine->now);
  if (status != LAN_STATUS_OK)
    g_info ("what was left with the server cannot be told: %s", lan_status_name (status));
}

static void
tell (LanEngine *engine, LanTransferAction *action)
{
  Lanyard__MessageOp op = LANYARD__MESSAGE_OP__INIT;
  Lanyard__FileLeftOp left = LANYARD__FILE_LEFT_OP__INIT;

  left.root = (ProtobufCBinaryData){ sizeof action->left.root.b, action->left.root.b };
  left.key = (ProtobufCBinaryData){ sizeof action->left.key, action->left.key };
  left.size = action->left.size;
  left.expires_ms = (guint64) action->left.expires_ms;
  op.op_case = LANYARD__MESSAGE_OP__OP_FILE_LEFT;
  op.file_left = &left;
  write_record (engine, action, &op, lan_vault_account_id (engine->vault));
}

static void
answer (LanEngine *engine, const LanTransferAction *action)
{
  Lanyard__MessageOp op = LANYARD__MESSAGE_OP__INIT;
  Lanyard__FileAnswerOp said = LANYARD__FILE_ANSWER_OP__INIT;

  said.declined = action->left.declined;
  op.op_case = LANYARD__MESSAGE_OP__OP_FILE_ANSWER;
  op.file_answer = &said;
  write_record (engine, action, &op, &action->peer);
}

static void
letter_free (gpointer data)
{
  LanRecordRow *letter = data;

  lan_record_row_clear (letter);
  g_free (letter);
}

GHashTable *
lan_engine_left_letters_new (void)
{
  return g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, g_free, letter_free);
}

/* Until the other side can learn of it, it is on its way: so long nobody should go away. */
static void
note_letter (LanEngine *engine, const LanMessageId *id, const LanRecordRow *row)
{
  LanRecordRow *letter = g_new0 (LanRecordRow, 1);

  if (engine->server == NULL) {
    g_free (letter);
    return;
  }
  letter->conversation = row->conversation;
  letter->device = row->device;
  letter->seq = row->seq;
  letter->hlc = row->hlc;
  g_hash_table_replace (engine->server->letters, g_memdup2 (id, sizeof *id), letter);
}

static gboolean
is_letter_waiting (LanEngine *engine, const LanMessageId *id)
{
  const LanRecordRow *letter =
      engine->server != NULL ? g_hash_table_lookup (engine->server->letters, id) : NULL;

  return letter != NULL && lan_core_record_state (engine->core, letter) == LAN_MESSAGE_QUEUED;
}

void
lan_engine_left_on_deposit (LanEngine *engine)
{
  GHashTableIter iter;
  const LanMessageId *key;

  g_hash_table_iter_init (&iter, engine->server->letters);
  while (g_hash_table_iter_next (&iter, (gpointer *) &key, NULL)) {
    LanMessageId id = *key;
    const LanTransferRow *row = lan_transfers_get (machine (engine), &id);

    if (is_letter_waiting (engine, &id))
      continue;
    g_hash_table_iter_remove (&iter);
    if (row != NULL)
      lan_engine_files_tell (engine, row, FALSE);
  }
}

/* The offer comes in the same batch, and the machine hears of it when that is on disk. */
static void
keep_early (LanEngine *engine, const LanMessageId *id, const LanRecordRow *row)
{
  LanRecordRow *letter;

  if (engine->server == NULL || lan_transfers_get (machine (engine), id) != NULL)
    return;
  if (g_hash_table_size (engine->server->early) >= EARLY_MAX)
    g_hash_table_remove_all (engine->server->early);
  letter = g_new0 (LanRecordRow, 1);
  lan_record_row_copy (letter, row);
  g_hash_table_replace (engine->server->early, g_memdup2 (id, sizeof *id), letter);
}

static gboolean
note_record (LanEngine *engine, const LanRecordRow *row, LanTransferRow *transfer)
{
  g_autoptr (LanContent) content = lan_record_row_content (row);
  const Lanyard__MessageOp *op;
  LanMessageId target;
  gboolean own =
      lan_device_id_equal (&row->device, lan_device_keys_id (lan_vault_device (engine->vault)));

  if (content == NULL || content->body_case != LANYARD__CONTENT__BODY_MESSAGE_OP)
    return FALSE;
  op = content->message_op;
  memcpy (target.b, op->target.data, sizeof target.b);
  if (op->op_case == LANYARD__MESSAGE_OP__OP_FILE_LEFT && own)
    note_letter (engine, &target, row);
  else if (op->op_case == LANYARD__MESSAGE_OP__OP_FILE_LEFT)
    keep_early (engine, &target, row);
  if (op->op_case == LANYARD__MESSAGE_OP__OP_FILE_LEFT)
    return lan_transfers_on_left (machine (engine), &target, &row->author, own, op->file_left,
                                  engine->now, transfer);
  if (op->op_case == LANYARD__MESSAGE_OP__OP_FILE_ANSWER)
    return lan_transfers_on_answer (machine (engine), &target, &row->author, &row->device, own,
                                    op->file_answer->declined, engine->now, transfer);
  return FALSE;
}

void
lan_engine_left_on_offer (LanEngine *engine, const LanMessageId *id)
{
  const LanRecordRow *letter =
      engine->server != NULL ? g_hash_table_lookup (engine->server->early, id) : NULL;
  LanTransferRow transfer = { 0 };

  if (letter == NULL)
    return;
  if (lan_transfers_get (machine (engine), id) != NULL && note_record (engine, letter, &transfer))
    lan_transfer_row_clear (&transfer); /* the machine keeps it itself */
  g_hash_table_remove (engine->server->early, id);
}

void
lan_engine_left_join_batch (LanEngine *engine, GPtrArray *changes)
{
  guint n = changes->len;

  for (guint i = 0; i < n; i++) {
    const LanChange *change = g_ptr_array_index (changes, i);
    LanTransferRow transfer = { 0 };

    if ((change->type != LAN_CHANGE_RECORD && change->type != LAN_CHANGE_RECORD_OPENED) ||
        change->record.kind != LAN_KIND_MESSAGE_OP ||
        (change->record.flags & LAN_RECORD_WITHDRAWN) != 0)
      continue;
    if (note_record (engine, &change->record, &transfer))
      lan_changes_add (changes, LAN_CHANGE_TRANSFER)->transfer = transfer;
  }
}

/* --- between the machines --- */

static void
put (LanEngine *engine, const LanTransferAction *action)
{
  if (lan_server_client_put_blob_pieces (engine->server->client, &action->left.root,
                                         action->left.size, &engine->now) != LAN_STATUS_OK)
    lan_transfers_blob_refused (machine (engine), &action->left.root, LAN_LEFT_NO_ROOM,
                                engine->now);
}

void
lan_engine_left_on_action (LanEngine *engine, LanTransferAction *action)
{
  LanServerClient *client = engine->server != NULL ? engine->server->client : NULL;
  const LanHash *root = &action->left.root;

  if (action->left.what == LAN_LEFT_DO_TELL)
    tell (engine, action);
  else if (action->left.what == LAN_LEFT_DO_ANSWER)
    answer (engine, action);
  else if (client == NULL)
    return;
  else if (action->left.what == LAN_LEFT_DO_BEGIN)
    lan_transfers_left_begin (machine (engine), &action->id, count_devices (engine, action),
                              engine->now);
  else if (action->left.what == LAN_LEFT_DO_PUT)
    put (engine, action);
  else if (action->left.what == LAN_LEFT_DO_DATA)
    lan_server_client_blob_data (client, root, action->left.offset, action->left.bytes,
                                 &engine->now);
  else if (action->left.what == LAN_LEFT_DO_GET)
    lan_server_client_get_blob_piece (client, root, action->left.offset, &engine->now);
  else if (action->left.what == LAN_LEFT_DO_STOP)
    lan_server_client_stop_blob (client, root);
  else if (action->left.what == LAN_LEFT_DO_DROP)
    lan_server_client_drop_blob (client, root, &engine->now);
  lan_engine_touch (engine);
}

static LanLeftState
state_of_refusal (gboolean upload, guint32 refusal)
{
  if (upload)
    return refusal == LAN_REFUSAL_SIZE ? LAN_LEFT_TOO_BIG : LAN_LEFT_NO_ROOM;
  return refusal == LAN_REFUSAL_GONE ? LAN_LEFT_GONE : LAN_LEFT_BROKEN;
}

void
lan_engine_left_on_blob (LanEngine *engine, const LanServerClientAction *action)
{
  LanTransfers *t = machine (engine);
  const LanHash *root = &action->blob.root;

  if (action->blob.dropped)
    lan_transfers_blob_dropped (t, root, engine->now);
  else if (action->refusal != LAN_REFUSAL_NONE)
    lan_transfers_blob_refused (t, root, state_of_refusal (action->blob.upload, action->refusal),
                                engine->now);
  else if (action->blob.upload && action->blob.complete)
    lan_transfers_blob_stored (t, root, engine->now);
  else if (action->blob.wanted)
    lan_transfers_blob_wanted (t, root, action->blob.done, engine->now);
  else if (action->blob.part != NULL)
    lan_transfers_blob_part (t, root, action->blob.done - g_bytes_get_size (action->blob.part),
                             action->blob.part, action->blob.size, engine->now);
}

void
lan_engine_left_on_server (LanEngine *engine)
{
  LanServerClientInfo info;

  if (engine->files == NULL)
    return;
  lan_server_client_get_info (engine->server->client, &info);
  lan_transfers_set_server (machine (engine), info.state == LAN_SERVER_ONLINE, info.blob_max,
                            info.blob_life_ms, engine->now);
}

LanTransferLeft
lan_engine_left_of (LanEngine *engine, const LanTransferRow *row)
{
  if (row->state == LAN_TRANSFER_DONE || row->state == LAN_TRANSFER_DECLINED ||
      row->state == LAN_TRANSFER_CANCELLED)
    return LAN_TRANSFER_LEFT_NONE;
  switch (lan_transfers_left (machine (engine), &row->id)) {
  case LAN_LEFT_SEALING:
  case LAN_LEFT_SENDING:
  case LAN_LEFT_TELLING:
    return LAN_TRANSFER_LEFT_SENDING;
  case LAN_LEFT_THERE:
    return is_letter_waiting (engine, &row->id) ? LAN_TRANSFER_LEFT_SENDING
                                                : LAN_TRANSFER_LEFT_THERE;
  case LAN_LEFT_TOO_BIG:
    return LAN_TRANSFER_LEFT_TOO_BIG;
  case LAN_LEFT_NO_ROOM:
    return LAN_TRANSFER_LEFT_NO_ROOM;
  case LAN_LEFT_EXPIRED:
    return LAN_TRANSFER_LEFT_EXPIRED;
  case LAN_LEFT_GONE:
    return LAN_TRANSFER_LEFT_GONE;
  case LAN_LEFT_BROKEN:
    return LAN_TRANSFER_LEFT_BROKEN;
  case LAN_LEFT_NONE:
  case LAN_LEFT_ANSWERED:
  case LAN_LEFT_DROPPING:
  case LAN_LEFT_OVER:
  case LAN_LEFT_N:
  default:
    return LAN_TRANSFER_LEFT_NONE;
  }
}
