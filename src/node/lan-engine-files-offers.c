/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Offers as records: written by core and read out of what came, to one person and to a group. */
#include "lan-engine-files-private.h"
#include "lan-engine-left.h"

#include "lan-group.h"
#include "lan-row-content.h"

gboolean
lan_engine_files_is_in_group (LanEngine *engine, const LanConversationId *id)
{
  const LanConversationRow *row = lan_core_get_conversation (engine->core, id);

  return row != NULL && row->kind == LAN_CONVERSATION_GROUP;
}

GBytes *
lan_engine_files_members (LanEngine *engine, const LanConversationId *group)
{
  g_autoptr (GArray) members = lan_core_list_group_members (engine->core, group);
  GByteArray *keys = g_byte_array_new ();
  LanGroupInfo info;

  if (lan_core_get_group (engine->core, group, &info) && info.role != LAN_GROUP_ROLE_NONE)
    for (guint i = 0; i < members->len; i++)
      g_byte_array_append (keys, g_array_index (members, LanGroupMemberInfo, i).account.b,
                           LAN_ACCOUNT_ID_BYTES);
  return g_byte_array_free_to_bytes (keys);
}

void
lan_engine_files_on_members (LanEngine *engine, const LanConversationId *group)
{
  g_autoptr (GBytes) members = lan_engine_files_members (engine, group);

  lan_transfers_set_members (lan_engine_files_machine (engine->files), group, members, engine->now);
}

LanStatus
lan_engine_files_offer_to_group (LanEngine *engine, const LanConversationId *group,
                                 const LanMessageId *id, Lanyard__FileOffer *offer)
{
  LanContent content = LANYARD__CONTENT__INIT;

  content.body_case = LANYARD__CONTENT__BODY_FILE_OFFER;
  content.file_offer = offer;
  return lan_core_group_send (engine->core, group, id, LAN_KIND_FILE_OFFER, &content, &engine->now);
}

/* An offer as it goes to the transfers. In a group all members hold it: nobody is named in the record. */
typedef struct {
  LanContent *content;
  Lanyard__FileOffer offer;
  GBytes *members;
  ProtobufCBinaryData holders[LAN_TRANSFER_MAX_MEMBERS];
} ReadOffer;

static void
read_offer_free (ReadOffer *read)
{
  lan_content_free (read->content);
  g_clear_pointer (&read->members, g_bytes_unref);
  g_free (read);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReadOffer, read_offer_free)

static void
name_members (LanEngine *engine, ReadOffer *read, const LanConversationId *group)
{
  const guint8 *keys;
  gsize len;

  read->members = lan_engine_files_members (engine, group);
  keys = g_bytes_get_data (read->members, &len);
  read->offer.n_holders = MIN (len / LAN_ACCOUNT_ID_BYTES, LAN_TRANSFER_MAX_MEMBERS);
  read->offer.holders = read->holders;
  for (gsize i = 0; i < read->offer.n_holders; i++)
    read->holders[i] =
        (ProtobufCBinaryData){ LAN_ACCOUNT_ID_BYTES, (guint8 *) keys + i * LAN_ACCOUNT_ID_BYTES };
}

/* Returns: (transfer full) (nullable): what an offer's record says. */
static ReadOffer *
read_offer (LanEngine *engine, const LanRecordRow *row)
{
  LanContent *content = lan_record_row_content (row);
  ReadOffer *read;

  if (content == NULL || content->body_case != LANYARD__CONTENT__BODY_FILE_OFFER) {
    lan_content_free (content);
    return NULL;
  }
  read = g_new0 (ReadOffer, 1);
  read->content = content;
  read->offer = *content->file_offer;
  if (lan_engine_files_is_in_group (engine, &row->conversation))
    name_members (engine, read, &row->conversation);
  return read;
}

static LanStatus
hand_offer_on (LanEngine *engine, const LanRecordRow *row, const LanAccountId *peer)
{
  g_autoptr (ReadOffer) read = read_offer (engine, row);
  LanStatus status;

  if (read == NULL)
    return LAN_STATUS_MALFORMED;
  status = lan_transfers_offered (lan_engine_files_machine (engine->files), &row->message,
                                  &row->conversation, peer, &read->offer,
                                  (row->flags & LAN_RECORD_REQUEST) != 0, engine->now);
  lan_engine_left_on_offer (engine, &row->message);
  return status;
}

void
lan_engine_files_join_batch (LanEngine *engine, GPtrArray *changes)
{
  guint n = changes->len;

  for (guint i = 0; i < n; i++) {
    const LanChange *change = g_ptr_array_index (changes, i);
    const LanRecordRow *row = &change->record;
    g_autoptr (ReadOffer) read = NULL;
    LanTransferRow transfer = { 0 };

    if ((change->type != LAN_CHANGE_RECORD && change->type != LAN_CHANGE_RECORD_OPENED) ||
        row->kind != LAN_KIND_FILE_OFFER ||
        (row->flags & (LAN_RECORD_OWN | LAN_RECORD_WITHDRAWN)) != 0 ||
        lan_transfers_get (lan_engine_files_machine (engine->files), &row->message) != NULL)
      continue;
    read = read_offer (engine, row);
    if (read != NULL &&
        lan_transfers_offer_row (&row->message, &row->conversation, &row->author, &read->offer,
                                 engine->now, &transfer) == LAN_STATUS_OK)
      lan_changes_add (changes, LAN_CHANGE_TRANSFER)->transfer = transfer;
  }
}

void
lan_engine_files_on_offer (LanEngine *engine, const LanRecordRow *row)
{
  const LanConversationRow *conversation;
  LanStatus status;

  conversation = lan_core_get_conversation (engine->core, &row->conversation);
  if (conversation == NULL)
    return;
  if ((row->flags & LAN_RECORD_OWN) != 0) {
    if (conversation->kind != LAN_CONVERSATION_GROUP)
      lan_transfers_repeated (lan_engine_files_machine (engine->files), &row->message,
                              &row->conversation, &conversation->peer, engine->now);
    lan_transfers_offer_sent (lan_engine_files_machine (engine->files), &row->message, TRUE,
                              engine->now);
    return;
  }
  status = hand_offer_on (engine, row,
                          conversation->kind == LAN_CONVERSATION_GROUP ? &row->author
                                                                       : &conversation->peer);
  if (status != LAN_STATUS_OK)
    g_info ("a file offer is not taken: %s", lan_status_name (status));
}

gboolean
lan_engine_files_on_offer_failed (LanEngine *engine, const LanMessageId *id)
{
  if (lan_transfers_get (lan_engine_files_machine (engine->files), id) == NULL)
    return FALSE;
  lan_transfers_offer_sent (lan_engine_files_machine (engine->files), id, FALSE, engine->now);
  return TRUE;
}
