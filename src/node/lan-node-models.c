/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-node-models.h"

#include "lan-conversation-private.h"
#include "lan-message-private.h"
#include "lan-node-private.h"
#include "lan-person-private.h"
#include "lan-transfer-private.h"

struct _LanNodeModels {
  LanNode *node;
  LanPerson *self;             /* NULL until the profile was opened */
  GListStore *people;          /* of LanPerson */
  GListStore *conversations;   /* of LanConversation, newest first */
  GListStore *transfers;       /* of LanTransfer, newest first */
  GHashTable *by_account;      /* LanAccountId in the person -> LanPerson, owned; listed or not */
  GHashTable *listed;          /* LanPerson that are in people */
  GHashTable *conversation_of; /* LanPerson -> LanConversation, owned */
  GHashTable *transfer_by_id;  /* LanMessageId in the transfer -> LanTransfer, owned */
  GHashTable *messages;        /* LanMessageId in the LiveMessage -> LiveMessage, owned */
  GHashTable *outbox;          /* own LanMessage under way, owned, so that their states are told */
  /* While a batch is carried out: */
  GPtrArray *emissions;  /* of Emission */
  GHashTable *arrivals;  /* LanConversation -> GPtrArray of LanMessage */
  GHashTable *moved;     /* LanConversation, to be put in its place in the list */
  GPtrArray *new_people; /* of LanPerson, to be listed */
};

/* A message somebody holds: found again by its id as long as it lives. */
typedef struct {
  LanNodeModels *models;
  LanMessageId id;
  LanMessage *message; /* not owned */
} LiveMessage;

typedef struct {
  LanNodeSignal signal;
  GObject *object;
  char *code;
  char *text;
} Emission;

static void
emission_free (Emission *e)
{
  g_clear_object (&e->object);
  g_free (e->code);
  g_free (e->text);
  g_free (e);
}

static Emission *
emit_later (LanNodeModels *m, LanNodeSignal signal, gpointer object)
{
  Emission *e = g_new0 (Emission, 1);

  e->signal = signal;
  e->object = object != NULL ? g_object_ref (object) : NULL;
  g_ptr_array_add (m->emissions, e);
  return e;
}

LanNodeModels *
lan_node_models_new (LanNode *node)
{
  LanNodeModels *m = g_new0 (LanNodeModels, 1);

  m->node = node;
  m->people = g_list_store_new (LAN_TYPE_PERSON);
  m->conversations = g_list_store_new (LAN_TYPE_CONVERSATION);
  m->transfers = g_list_store_new (LAN_TYPE_TRANSFER);
  m->by_account =
      g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, NULL, g_object_unref);
  m->listed = g_hash_table_new (NULL, NULL);
  m->conversation_of = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  m->transfer_by_id =
      g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL, g_object_unref);
  m->messages = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL, g_free);
  m->outbox = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  m->emissions = g_ptr_array_new_with_free_func ((GDestroyNotify) emission_free);
  m->arrivals = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  m->moved = g_hash_table_new (NULL, NULL);
  m->new_people = g_ptr_array_new ();
  return m;
}

static void
on_message_gone (gpointer data, GObject *where_it_was)
{
  LiveMessage *live = data;

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
    LiveMessage *live = value;

    g_object_weak_unref (G_OBJECT (live->message), on_message_gone, live);
  }
  g_hash_table_remove_all (m->messages);
  g_hash_table_iter_init (&iter, m->by_account);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    lan_person_orphan (value);
  g_hash_table_iter_init (&iter, m->conversation_of);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    lan_conversation_orphan (value);

  g_ptr_array_unref (m->new_people);
  g_hash_table_unref (m->moved);
  g_hash_table_unref (m->arrivals);
  g_ptr_array_unref (m->emissions);
  g_hash_table_unref (m->outbox);
  g_hash_table_unref (m->messages);
  g_hash_table_unref (m->transfer_by_id);
  g_hash_table_unref (m->conversation_of);
  g_hash_table_unref (m->listed);
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

static LanPerson *
ensure_person (LanNodeModels *m, const LanAccountId *account)
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
  LanPerson *peer = ensure_person (m, &info->peer);
  LanMessage *message = lan_message_new (info->own ? m->self : peer, peer, info);
  LiveMessage *live = g_new0 (LiveMessage, 1);

  live->models = m;
  live->message = message;
  live->id = lan_message_peek_info (message)->id;
  g_hash_table_insert (m->messages, &live->id, live);
  g_object_weak_ref (G_OBJECT (message), on_message_gone, live);
  if (lan_message_get_kind (message) == LAN_MESSAGE_KIND_FILE)
    lan_message_set_transfer (message, lan_node_models_transfer (m, &live->id));
  return message;
}

/* A message that was sent again stands elsewhere now: the row that showed it goes. */
static void
retire_message (LanNodeModels *m, LiveMessage *live)
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
  LiveMessage *live = g_hash_table_lookup (m->messages, &info->id);

  /* A state alone has no order. */
  if (live != NULL && info->order != 0 &&
      info->order != lan_message_peek_info (live->message)->order) {
    retire_message (m, live);
    live = NULL;
  }
  if (live == NULL)
    return new_message (m, info);
  lan_message_apply_state (live->message, info->status, info->delivered_ms, info->read_ms);
  return g_object_ref (live->message);
}

/* --- events --- */

static void
on_person (LanNodeModels *m, LanEvent *event)
{
  LanPerson *person = ensure_person (m, &event->person.account);
  gboolean was_online = lan_person_get_online (person), is_new, changed;
  LanPerson *before = lan_person_get_merged_into (person), *into;

  is_new = !g_hash_table_contains (m->listed, person);
  changed = lan_person_apply (person, &event->person);
  into = lan_person_get_merged_into (person);
  if (into != before && g_hash_table_contains (m->conversation_of, into))
    lan_conversation_reload (g_hash_table_lookup (m->conversation_of, into));
  if (is_new) {
    g_hash_table_add (m->listed, person);
    g_ptr_array_add (m->new_people, person);
  }
  if (lan_person_get_online (person) != was_online)
    emit_later (m, was_online ? LAN_NODE_PERSON_GONE : LAN_NODE_PERSON_SEEN, person);
  else if (changed)
    emit_later (m, LAN_NODE_PERSON_CHANGED, person);
}

static void
on_person_removed (LanNodeModels *m, const LanAccountId *account)
{
  LanPerson *person = lan_node_models_person (m, account);
  guint position;

  if (person == NULL || !g_hash_table_remove (m->listed, person))
    return;
  g_ptr_array_remove (m->new_people, person);
  if (lan_person_get_online (person))
    emit_later (m, LAN_NODE_PERSON_GONE, person);
  if (g_list_store_find (m->people, person, &position))
    g_list_store_remove (m->people, position);
}

static void
note_last (LanNodeModels *m, LanConversation *conversation, LanMessage *message)
{
  if (lan_conversation_offer_last (conversation, message))
    g_hash_table_add (m->moved, conversation);
}

static void
on_message (LanNodeModels *m, LanEvent *event)
{
  g_autoptr (LanMessage) message = lan_node_models_message (m, &event->message);
  LanConversation *conversation = lan_node_models_conversation (m, lan_message_get_peer (message));
  GPtrArray *arrivals = g_hash_table_lookup (m->arrivals, conversation);

  if (arrivals == NULL) {
    arrivals = g_ptr_array_new_with_free_func (g_object_unref);
    g_hash_table_insert (m->arrivals, conversation, arrivals);
  }
  g_ptr_array_add (arrivals, g_object_ref (message));
  note_last (m, conversation, message);
  if (lan_message_get_own (message)) {
    if (lan_message_get_status (message) < LAN_MESSAGE_STATUS_READ)
      g_hash_table_add (m->outbox, g_object_ref (message));
    emit_later (m, LAN_NODE_MESSAGE_STATE, message);
  } else {
    emit_later (m, LAN_NODE_MESSAGE_RECEIVED, message);
  }
}

static void
on_message_state (LanNodeModels *m, LanEvent *event)
{
  LiveMessage *live = g_hash_table_lookup (m->messages, &event->message.id);
  g_autoptr (LanMessage) message = NULL;

  if (live != NULL) {
    message = g_object_ref (live->message);
    if (!lan_message_apply_state (message, event->message.status, event->message.delivered_ms,
                                  event->message.read_ms))
      return;
  } else {
    message = lan_node_models_message (m, &event->message);
  }
  if (lan_message_get_status (message) == LAN_MESSAGE_STATUS_READ ||
      lan_message_get_status (message) == LAN_MESSAGE_STATUS_DELIVERED)
    g_hash_table_remove (m->outbox, message);
  emit_later (m, LAN_NODE_MESSAGE_STATE, message);
}

static void
on_preview (LanNodeModels *m, LanEvent *event)
{
  g_autoptr (LanMessage) message = lan_node_models_message (m, &event->message);

  note_last (m, lan_node_models_conversation (m, lan_message_get_peer (message)), message);
}

static LanNodeSignal
transfer_signal (LanTransferStatus status)
{
  switch (status) {
  case LAN_TRANSFER_STATUS_OFFERED:
    return LAN_NODE_FILE_OFFERED;
  case LAN_TRANSFER_STATUS_DONE:
    return LAN_NODE_FILE_DONE;
  case LAN_TRANSFER_STATUS_FAILED:
  case LAN_TRANSFER_STATUS_DECLINED:
  case LAN_TRANSFER_STATUS_CANCELLED:
    return LAN_NODE_FILE_FAILED;
  case LAN_TRANSFER_STATUS_ACCEPTED:
  case LAN_TRANSFER_STATUS_RUNNING:
  case LAN_TRANSFER_STATUS_PAUSED:
  case LAN_TRANSFER_STATUS_VERIFYING:
    break;
  }
  return LAN_NODE_FILE_PROGRESS;
}

static int
compare_transfers (gconstpointer a, gconstpointer b, gpointer data)
{
  gint64 ta = lan_transfer_get_created ((LanTransfer *) a);
  gint64 tb = lan_transfer_get_created ((LanTransfer *) b);

  return ta == tb ? 0 : ta > tb ? -1 : 1;
}

/* @event->flags: whether this was on disk already when the profile was opened: no news then. */
static void
on_transfer (LanNodeModels *m, LanEvent *event)
{
  const LanMessageId id = event->transfer.row.id;
  LanTransfer *transfer = lan_node_models_transfer (m, &id);
  LiveMessage *live = g_hash_table_lookup (m->messages, &id);
  LanTransferStatus before;
  gboolean is_new = transfer == NULL;

  if (is_new)
    transfer = lan_transfer_new (ensure_person (m, &event->transfer.row.peer), &id);
  before = lan_transfer_get_status (transfer);
  if (!lan_transfer_apply (transfer, &event->transfer) && !is_new)
    return;
  if (is_new) {
    g_hash_table_insert (m->transfer_by_id, (gpointer) &lan_transfer_peek_info (transfer)->row.id,
                         transfer);
    g_list_store_insert_sorted (m->transfers, transfer, compare_transfers, NULL);
    if (live != NULL)
      lan_message_set_transfer (live->message, transfer);
  }
  if (event->flags != 0)
    return;
  if (lan_transfer_get_status (transfer) == LAN_TRANSFER_STATUS_OFFERED &&
      (!is_new || !lan_transfer_get_incoming (transfer)))
    return;
  if (is_new || before != lan_transfer_get_status (transfer) ||
      transfer_signal (before) == LAN_NODE_FILE_PROGRESS)
    emit_later (m, transfer_signal (lan_transfer_get_status (transfer)), transfer);
}

/* In its place among the events: states that come after the page was read must reach its rows. */
static void
make_objects (LanNodeModels *m, LanEvent *event)
{
  if (event->messages == NULL)
    return;
  event->objects = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < event->messages->len; i++)
    g_ptr_array_add (event->objects,
                     lan_node_models_message (m, g_ptr_array_index (event->messages, i)));
}

static void
on_reply (LanEvent *event)
{
  GTask *task = event->task;

  if (event->error != NULL) {
    g_task_return_error (task, g_steal_pointer (&event->error));
  } else if (event->objects != NULL) {
    g_task_return_pointer (task, g_steal_pointer (&event->objects),
                           (GDestroyNotify) g_ptr_array_unref);
  } else if (event->stats != NULL) {
    g_task_return_pointer (task, g_steal_pointer (&event->stats),
                           (GDestroyNotify) lan_person_stats_free);
  } else {
    g_task_return_boolean (task, TRUE);
  }
}

static void
on_conversation (LanNodeModels *m, LanEvent *event)
{
  LanConversation *conversation =
      lan_node_models_conversation (m, ensure_person (m, &event->conversation.peer));

  if (event->type == LAN_EVENT_DRAFT)
    lan_conversation_apply_draft (conversation, event->conversation.draft);
  else
    lan_conversation_apply (conversation, &event->conversation);
}

static void
on_named_event (LanNodeModels *m, LanEvent *event)
{
  Emission *e;

  if (event->type == LAN_EVENT_LINK_STATE)
    e = emit_later (m, LAN_NODE_LINK_STATE, ensure_person (m, &event->account));
  else
    e = emit_later (m, LAN_NODE_NOTICE, NULL);
  e->code = g_steal_pointer (&event->code);
  e->text = g_steal_pointer (&event->text);
}

static void
apply (LanNodeModels *m, LanEvent *event)
{
  switch (event->type) {
  case LAN_EVENT_SELF:
    m->self = ensure_person (m, &event->person.account);
    lan_person_apply (m->self, &event->person);
    break;
  case LAN_EVENT_PERSON:
    on_person (m, event);
    break;
  case LAN_EVENT_PERSON_REMOVED:
    on_person_removed (m, &event->account);
    break;
  case LAN_EVENT_CONVERSATION:
  case LAN_EVENT_DRAFT:
    on_conversation (m, event);
    break;
  case LAN_EVENT_PREVIEW:
    on_preview (m, event);
    break;
  case LAN_EVENT_MESSAGE:
    on_message (m, event);
    break;
  case LAN_EVENT_MESSAGE_STATE:
    on_message_state (m, event);
    break;
  case LAN_EVENT_TRANSFER:
    on_transfer (m, event);
    break;
  case LAN_EVENT_LINK_STATE:
  case LAN_EVENT_NOTICE:
    on_named_event (m, event);
    break;
  case LAN_EVENT_SETTING:
    g_hash_table_insert (lan_node_peek_settings (m->node), g_steal_pointer (&event->code),
                         g_steal_pointer (&event->text));
    break;
  case LAN_EVENT_HIDDEN:
    lan_node_on_hidden (m->node, event->flags != 0);
    break;
  case LAN_EVENT_PROTECTION:
    lan_node_on_protection (m->node, (LanNodeProtection) event->flags);
    break;
  case LAN_EVENT_REPLY:
    make_objects (m, event);
    break;
  case LAN_EVENT_OPENED:
  case LAN_EVENT_CLOSED:
    break; /* told when the lists are in order */
  }
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

static void
settle_lists (LanNodeModels *m)
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

static void
emit (LanNodeModels *m, Emission *e)
{
  if (e->signal == LAN_NODE_LINK_STATE)
    lan_node_emit_link_state (m->node, LAN_PERSON (e->object), e->text, e->code);
  else if (e->signal == LAN_NODE_NOTICE)
    lan_node_emit_notice (m->node, e->code, e->text);
  else
    lan_node_emit_object (m->node, e->signal, e->object);
}

void
lan_node_models_apply (LanNodeModels *m, GPtrArray *events)
{
  g_autoptr (LanNode) keep = g_object_ref (m->node);
  g_autoptr (GPtrArray) emissions = NULL;

  for (guint i = 0; i < events->len; i++)
    apply (m, g_ptr_array_index (events, i));
  settle_lists (m);

  /* Handlers may run the main loop, which may bring the next batch: keep ours apart. */
  emissions = g_steal_pointer (&m->emissions);
  m->emissions = g_ptr_array_new_with_free_func ((GDestroyNotify) emission_free);
  for (guint i = 0; i < emissions->len; i++)
    emit (m, g_ptr_array_index (emissions, i));
  for (guint i = 0; i < events->len; i++) {
    LanEvent *event = g_ptr_array_index (events, i);

    if (event->type == LAN_EVENT_REPLY)
      on_reply (event);
    else if (event->type == LAN_EVENT_OPENED)
      lan_node_on_opened (m->node, event);
    else if (event->type == LAN_EVENT_CLOSED)
      lan_node_on_closed (m->node);
  }
}
