/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-conversation-private.h"
#include "lan-devices-private.h"
#include "lan-group-address.h"
#include "lan-group-chat-private.h"
#include "lan-message-private.h"
#include "lan-node-models-private.h"
#include "lan-person-private.h"
#include "lan-server-private.h"
#include "lan-share-private.h"
#include "lan-sticker.h"
#include "lan-transfer-private.h"
#include "lan-voice-note.h"

static LanNodeEmission *
emit_later (LanNodeModels *m, LanNodeSignal signal, gpointer object)
{
  LanNodeEmission *e = g_new0 (LanNodeEmission, 1);

  e->signal = signal;
  e->object = object != NULL ? g_object_ref (object) : NULL;
  g_ptr_array_add (m->emissions, e);
  return e;
}

static void
on_person (LanNodeModels *m, LanEvent *event)
{
  LanPerson *person = lan_node_models_ensure_person (m, &event->person.account);
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
  LanLiveMessage *live = g_hash_table_lookup (m->messages, &event->message.id);
  g_autoptr (LanMessage) message = NULL;

  if (live != NULL) {
    message = g_object_ref (live->message);
    lan_message_set_carrier (message, event->message.carrier);
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

/* Somebody looks at it, or it is the newest of its conversation: told where anything is new. */
static void
on_message_changed (LanNodeModels *m, LanEvent *event)
{
  LanLiveMessage *live = g_hash_table_lookup (m->messages, &event->message.id);
  g_autoptr (LanMessage) message = NULL;

  if (live == NULL) {
    message = lan_node_models_message (m, &event->message);
  } else {
    message = g_object_ref (live->message);
    if (!lan_message_apply_shown (message, &event->message))
      return;
  }
  lan_conversation_on_changed (lan_node_models_conversation (m, lan_message_get_peer (message)),
                               message);
  emit_later (m, LAN_NODE_MESSAGE_CHANGED, message);
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
  LanLiveMessage *live = g_hash_table_lookup (m->messages, &id);
  LanTransferStatus before;
  LanTransferLeft left;
  gboolean is_new = transfer == NULL;

  if (is_new)
    transfer = lan_transfer_new (lan_node_models_ensure_person (m, &event->transfer.row.peer), &id);
  before = lan_transfer_get_status (transfer);
  left = lan_transfer_get_left (transfer);
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
  if (!is_new && left != lan_transfer_get_left (transfer))
    emit_later (m, LAN_NODE_FILE_PROGRESS, transfer);
  if (lan_transfer_get_status (transfer) == LAN_TRANSFER_STATUS_OFFERED &&
      (!is_new || !lan_transfer_get_incoming (transfer)))
    return;
  if (is_new || before != lan_transfer_get_status (transfer) ||
      transfer_signal (before) == LAN_NODE_FILE_PROGRESS)
    emit_later (m, transfer_signal (lan_transfer_get_status (transfer)), transfer);
  if (is_new && lan_transfer_get_status (transfer) == LAN_TRANSFER_STATUS_OFFERED)
    lan_node_accept_by_rule (m->node, transfer);
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
    lan_node_note_searched (task, event);
    g_task_return_pointer (task, g_steal_pointer (&event->objects),
                           (GDestroyNotify) g_ptr_array_unref);
  } else if (event->note != NULL) {
    g_task_return_pointer (task, g_steal_pointer (&event->note),
                           (GDestroyNotify) lan_voice_note_unref);
  } else if (event->sticker != NULL) {
    g_task_return_pointer (task, g_steal_pointer (&event->sticker),
                           (GDestroyNotify) lan_sticker_unref);
  } else if (event->edits != NULL) {
    g_task_return_pointer (task, g_steal_pointer (&event->edits),
                           (GDestroyNotify) g_ptr_array_unref);
  } else if (event->entries != NULL) {
    g_task_return_pointer (task, g_steal_pointer (&event->entries),
                           (GDestroyNotify) g_ptr_array_unref);
  } else if (event->stats != NULL) {
    g_task_return_pointer (task, g_steal_pointer (&event->stats),
                           (GDestroyNotify) lan_person_stats_free);
  } else if (event->text != NULL) {
    g_task_return_pointer (task, g_steal_pointer (&event->text), g_free);
  } else {
    g_task_return_boolean (task, TRUE);
  }
}

static void
on_conversation (LanNodeModels *m, LanEvent *event)
{
  LanConversation *conversation = lan_node_models_conversation (
      m, lan_node_models_ensure_person (m, &event->conversation.peer));

  if (event->type == LAN_EVENT_DRAFT)
    lan_conversation_apply_draft (conversation, event->conversation.draft);
  else
    lan_conversation_apply (conversation, &event->conversation);
}

/* What a chat shows has changed in too many places to be told one by one. The newest follows. */
static void
on_reread (LanNodeModels *m, const LanAccountId *account)
{
  LanPerson *person = lan_node_models_person (m, account);

  if (person != NULL && g_hash_table_contains (m->conversation_of, person))
    lan_conversation_reread (g_hash_table_lookup (m->conversation_of, person));
}

static void
on_server (LanNodeModels *m, LanEvent *event)
{
  LanServer *server = lan_node_get_server (m->node);

  if (lan_server_apply (server, &event->server))
    emit_later (m, LAN_NODE_SERVER_CHANGED, server);
}

static void
on_share (LanNodeModels *m, LanEvent *event)
{
  LanShare *share = lan_node_models_share (m, &event->share.id);
  guint position;

  if (event->share.gone) {
    if (share == NULL)
      return;
    lan_share_orphan (share);
    if (g_list_store_find (m->shares, share, &position))
      g_list_store_remove (m->shares, position);
    g_hash_table_remove (m->share_by_id, &event->share.id);
    return;
  }
  if (share == NULL) {
    share = lan_share_new (m->node, &event->share.id);
    g_hash_table_insert (m->share_by_id, (gpointer) lan_share_peek_id (share), share);
    lan_share_apply (share, &event->share);
    g_list_store_append (m->shares, share);
  } else {
    lan_share_apply (share, &event->share);
  }
  emit_later (m, LAN_NODE_SHARE_CHANGED, share);
}

static void
on_group (LanNodeModels *m, LanEvent *event)
{
  LanAccountId address;
  LanPerson *peer;
  LanGroupChat *group;

  lan_group_address (&address, &event->group.id);
  peer = lan_node_models_ensure_person (m, &address);
  group = lan_person_get_group (peer);
  if (lan_group_chat_apply (group, &event->group)) {
    g_list_store_append (m->groups, group);
    g_hash_table_add (m->moved, lan_node_models_conversation (m, peer));
  }
  emit_later (m, LAN_NODE_GROUP_CHANGED, group);
}

static void
on_named_event (LanNodeModels *m, LanEvent *event)
{
  LanNodeEmission *e;

  if (event->type == LAN_EVENT_LINK_STATE)
    e = emit_later (m, LAN_NODE_LINK_STATE, lan_node_models_ensure_person (m, &event->account));
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
    m->self = lan_node_models_ensure_person (m, &event->person.account);
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
  case LAN_EVENT_GROUP:
    on_group (m, event);
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
  case LAN_EVENT_MESSAGE_CHANGED:
    on_message_changed (m, event);
    break;
  case LAN_EVENT_TRANSFER:
    on_transfer (m, event);
    break;
  case LAN_EVENT_REREAD:
    on_reread (m, &event->account);
    break;
  case LAN_EVENT_LINK_STATE:
  case LAN_EVENT_NOTICE:
    on_named_event (m, event);
    break;
  case LAN_EVENT_SERVER:
    on_server (m, event);
    break;
  case LAN_EVENT_SHARE:
    on_share (m, event);
    break;
  case LAN_EVENT_CALL:
    emit_later (m, LAN_NODE_CALL_CHANGED, lan_node_models_apply_call (m, &event->call));
    break;
  case LAN_EVENT_DEVICES:
    lan_devices_apply (lan_node_get_devices (m->node), event->devices);
    break;
  case LAN_EVENT_DEVICE_LINK:
    lan_devices_apply_link (lan_node_get_devices (m->node), &event->device_link);
    break;
  case LAN_EVENT_SETTING:
    g_hash_table_insert (lan_node_peek_settings (m->node), g_steal_pointer (&event->code),
                         g_steal_pointer (&event->text));
    break;
  case LAN_EVENT_HIDDEN:
    lan_node_on_hidden (m->node, event->flags != 0);
    break;
  case LAN_EVENT_CARRY:
    lan_node_on_carry (m->node, &event->carry);
    break;
  case LAN_EVENT_PROTECTION:
    lan_node_on_protection (m->node, (LanNodeProtection) event->flags);
    break;
  case LAN_EVENT_STICKERS:
    emit_later (m, LAN_NODE_STICKERS_CHANGED, NULL);
    break;
  case LAN_EVENT_REPLY:
    make_objects (m, event);
    break;
  case LAN_EVENT_OPENED:
  case LAN_EVENT_CLOSED:
    break; /* told when the lists are in order */
  }
}

static void
emit (LanNodeModels *m, LanNodeEmission *e)
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
  lan_node_models_settle (m);

  /* Handlers may run the main loop, which may bring the next batch: keep ours apart. */
  emissions = g_steal_pointer (&m->emissions);
  m->emissions = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_node_emission_free);
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
