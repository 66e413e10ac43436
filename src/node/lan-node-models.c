/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-call-private.h"
#include "lan-conversation-private.h"
#include "lan-message-private.h"
#include "lan-node-models-private.h"
#include "lan-person-private.h"
#include "lan-share-private.h"
#include "lan-transfer-private.h"

void
lan_node_emission_free (LanNodeEmission *e)
{
  g_clear_object (&e->object);
  g_free (e->code);
  g_free (e->text);
  g_free (e);
}

LanNodeModels *
lan_node_models_new (LanNode *node)
{
  LanNodeModels *m = g_new0 (LanNodeModels, 1);

  m->node = node;
  m->people = g_list_store_new (LAN_TYPE_PERSON);
  m->conversations = g_list_store_new (LAN_TYPE_CONVERSATION);
  m->transfers = g_list_store_new (LAN_TYPE_TRANSFER);
  m->groups = g_list_store_new (LAN_TYPE_GROUP_CHAT);
  m->shares = g_list_store_new (LAN_TYPE_SHARE);
  m->share_by_id = g_hash_table_new_full (lan_conversation_id_hash, lan_conversation_id_equal, NULL,
                                          g_object_unref);
  m->by_account =
      g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, NULL, g_object_unref);
  m->listed = g_hash_table_new (NULL, NULL);
  m->conversation_of = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  m->transfer_by_id =
      g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL, g_object_unref);
  m->messages = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL, g_free);
  m->outbox = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  m->emissions = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_node_emission_free);
  m->arrivals = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  m->moved = g_hash_table_new (NULL, NULL);
  m->new_people = g_ptr_array_new ();
  return m;
}

static void
on_message_gone (gpointer data, GObject *where_it_was)
{
  LanLiveMessage *live = data;

  g_hash_table_remove (live->models->messages, &live->id);
}

void
lan_node_models_free (LanNodeModels *m)
{
  GHashTableIter iter;
  gpointer value;

  if (m == NULL)
    return;
  g_hash_table_iter_init (&iter, m->messages);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanLiveMessage *live = value;

    g_object_weak_unref (G_OBJECT (live->message), on_message_gone, live);
  }
  g_hash_table_remove_all (m->messages);
  g_hash_table_iter_init (&iter, m->by_account);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    lan_person_orphan (value);
  g_hash_table_iter_init (&iter, m->conversation_of);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    lan_conversation_orphan (value);
  g_hash_table_iter_init (&iter, m->share_by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    lan_share_orphan (value);

  g_ptr_array_unref (m->new_people);
  g_hash_table_unref (m->moved);
  g_hash_table_unref (m->arrivals);
  g_ptr_array_unref (m->emissions);
  g_hash_table_unref (m->outbox);
  g_hash_table_unref (m->messages);
  g_hash_table_unref (m->transfer_by_id);
  g_hash_table_unref (m->conversation_of);
  g_hash_table_unref (m->listed);
  g_hash_table_unref (m->share_by_id);
  g_clear_object (&m->groups);
  if (m->call != NULL)
    lan_call_orphan (m->call);
  g_clear_object (&m->call);
  g_clear_object (&m->shares);
  g_clear_object (&m->transfers);
  g_clear_object (&m->conversations);
  g_clear_object (&m->people);
  g_hash_table_unref (m->by_account);
  g_free (m);
}

LanPerson *
lan_node_models_self (LanNodeModels *m)
{
  return m->self;
}

GListModel *
lan_node_models_people (LanNodeModels *m)
{
  return G_LIST_MODEL (m->people);
}

GListModel *
lan_node_models_conversations (LanNodeModels *m)
{
  return G_LIST_MODEL (m->conversations);
}

LanCall *
lan_node_models_call (LanNodeModels *m)
{
  return m->call;
}

LanCall *
lan_node_models_apply_call (LanNodeModels *m, const LanCallInfo *info)
{
  if (m->call == NULL || !lan_message_id_equal (lan_call_peek_id (m->call), &info->id)) {
    g_clear_object (&m->call);
    m->call = lan_call_new (m->node, lan_node_models_ensure_person (m, &info->peer), &info->id);
  }
  lan_call_apply (m->call, info);
  return m->call;
}

GListModel *
lan_node_models_groups (LanNodeModels *m)
{
  return G_LIST_MODEL (m->groups);
}

GListModel *
lan_node_models_shares (LanNodeModels *m)
{
  return G_LIST_MODEL (m->shares);
}

LanShare *
lan_node_models_share (LanNodeModels *m, const LanConversationId *id)
{
  return g_hash_table_lookup (m->share_by_id, id);
}

GListModel *
lan_node_models_transfers (LanNodeModels *m)
{
  return G_LIST_MODEL (m->transfers);
}

LanPerson *
lan_node_models_person (LanNodeModels *m, const LanAccountId *account)
{
  return g_hash_table_lookup (m->by_account, account);
}

LanPerson *
lan_node_models_ensure_person (LanNodeModels *m, const LanAccountId *account)
{
  LanPerson *person = lan_node_models_person (m, account);

  if (person == NULL) {
    person = lan_person_new (m->node, account);
    g_hash_table_insert (m->by_account, (gpointer) lan_person_peek_account (person), person);
  }
  return person;
}

LanConversation *
lan_node_models_conversation (LanNodeModels *m, LanPerson *person)
{
  LanConversation *conversation = g_hash_table_lookup (m->conversation_of, person);

  if (conversation == NULL) {
    conversation = lan_conversation_new (m->node, person);
    g_hash_table_insert (m->conversation_of, person, conversation);
  }
  return conversation;
}

LanTransfer *
lan_node_models_transfer (LanNodeModels *m, const LanMessageId *id)
{
  return g_hash_table_lookup (m->transfer_by_id, id);
}

static LanMessage *
new_message (LanNodeModels *m, LanMessageInfo *info)
{
  LanPerson *peer = lan_node_models_ensure_person (m, &info->peer);
  LanPerson *author = info->own ? m->self
                      : lan_person_get_group (peer) != NULL || info->imported
                          ? lan_node_models_ensure_person (m, &info->author)
                          : peer;
  LanMessage *message = lan_message_new (author, peer, info);
  const GArray *touched = lan_message_peek_info (message)->event_people;
  LanLiveMessage *live = g_new0 (LanLiveMessage, 1);

  live->models = m;
  live->message = message;
  live->id = lan_message_peek_info (message)->id;
  g_hash_table_insert (m->messages, &live->id, live);
  g_object_weak_ref (G_OBJECT (message), on_message_gone, live);
  for (guint i = 0; touched != NULL && i < touched->len; i++)
    lan_message_add_event_person (
        message, lan_node_models_ensure_person (m, &g_array_index (touched, LanAccountId, i)));
  if (lan_message_peek_info (message)->has_quote)
    lan_message_set_quote_author (
        message, lan_node_models_person (m, &lan_message_peek_info (message)->quote_author));
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_FILE)
    lan_message_set_transfer (message, lan_node_models_transfer (m, &live->id));
  return message;
}

/* A message that was sent again stands elsewhere now: the row that showed it goes. */
static void
retire_message (LanNodeModels *m, LanLiveMessage *live)
{
  g_autoptr (LanMessage) old = g_object_ref (live->message);
  LanPerson *peer = lan_message_get_peer (old), *now = lan_person_get_merged_into (peer);

  g_object_weak_unref (G_OBJECT (old), on_message_gone, live);
  g_hash_table_remove (m->messages, &live->id);
  g_hash_table_remove (m->outbox, old);
  lan_conversation_drop (lan_node_models_conversation (m, peer), old);
  if (now != NULL)
    lan_conversation_drop (lan_node_models_conversation (m, now), old);
}

LanMessage *
lan_node_models_message (LanNodeModels *m, LanMessageInfo *info)
{
  LanLiveMessage *live = g_hash_table_lookup (m->messages, &info->id);

  /* A state alone has no order. */
  if (live != NULL && info->order != 0 &&
      info->order != lan_message_peek_info (live->message)->order) {
    retire_message (m, live);
    live = NULL;
  }
  if (live == NULL)
    return new_message (m, info);
  if (info->whole)
    lan_message_apply_shown (live->message, info);
  lan_message_apply_state (live->message, info->status, info->delivered_ms, info->read_ms);
  return g_object_ref (live->message);
}

/* Puts a conversation where its newest message says: a list of hundreds, mostly moved to the top. */
static void
place_conversation (LanNodeModels *m, LanConversation *conversation)
{
  GListModel *list = G_LIST_MODEL (m->conversations);
  gint64 time = lan_conversation_get_last_time (conversation);
  guint n = g_list_model_get_n_items (list), position, place = 0;

  if (lan_conversation_is_listed (conversation) &&
      g_list_store_find (m->conversations, conversation, &position)) {
    g_autoptr (LanConversation) before =
        position > 0 ? g_list_model_get_item (list, position - 1) : NULL;

    if (before == NULL || lan_conversation_get_last_time (before) >= time)
      return;
    g_list_store_remove (m->conversations, position);
    n--;
  }
  for (; place < n; place++) {
    g_autoptr (LanConversation) other = g_list_model_get_item (list, place);

    if (lan_conversation_get_last_time (other) <= time)
      break;
  }
  lan_conversation_set_listed (conversation);
  g_list_store_insert (m->conversations, place, conversation);
}

void
lan_node_models_settle (LanNodeModels *m)
{
  GHashTableIter iter;
  gpointer key, value;

  if (m->new_people->len > 0) {
    g_list_store_splice (m->people, g_list_model_get_n_items (G_LIST_MODEL (m->people)), 0,
                         m->new_people->pdata, m->new_people->len);
    g_ptr_array_set_size (m->new_people, 0);
  }
  g_hash_table_iter_init (&iter, m->arrivals);
  while (g_hash_table_iter_next (&iter, &key, &value))
    lan_conversation_add (key, value);
  g_hash_table_remove_all (m->arrivals);
  g_hash_table_iter_init (&iter, m->moved);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    place_conversation (m, key);
  g_hash_table_remove_all (m->moved);
}
