/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-store.h"

#include "lan-carry.h"
#include "lan-content.h"
#include "lan-engine-carry.h"
#include "lan-engine-files.h"
#include "lan-engine-group.h"
#include "lan-engine-operations.h"
#include "lan-engine-people.h"
#include "lan-engine-share.h"
#include "lan-group-address.h"

/* Every page of the history is looked at once after it was opened: a megabyte at a time, when the
 * program has come to rest. */
#define CHECK_FIRST_S 60
#define CHECK_EACH_S  4

#define COUNT_MAX 1000 /* rows looked at to count what is unread: as many as the store gives */

struct _LanEngineStore {
  LanEngine *engine;
  gboolean in_trouble; /* the last commit failed: told once until one succeeds */
  guint n_commits;     /* under way */
  GSource *check;      /* NULL: all was looked at, or an answer is awaited */
};

/* What a call of the store will come back to. The engine outlives its store's callbacks. */
typedef struct {
  LanEngineStore *self;
  LanBatchOwner owner;
  guint64 id; /* batch or request */
  LanAccountId peer;
  LanConversationId conversation;
  guint limit;
  LanHistoryWhere where;
  GTask *task;
} Call;

static Call *
call_new (LanEngineStore *self, guint64 id)
{
  Call *call = g_new0 (Call, 1);

  call->self = self;
  call->id = id;
  return call;
}

static void check_in (LanEngineStore *self, guint seconds);

/* Damage ends the search: one place is enough to know what to do. */
static void
on_checked (guint percent, const GError *error, gpointer user_data)
{
  LanEngineStore *self = user_data;

  if (self->engine->stage != LAN_ENGINE_OPEN)
    return;
  if (error == NULL && percent < 100) {
    check_in (self, CHECK_EACH_S);
    return;
  }
  g_info ("pages of the history were looked at percent=%u", percent);
  if (error != NULL)
    lan_engine_notice (self->engine,
                       error->domain == LAN_STORE_ERROR ? lan_store_error_code (error->code) : "io",
                       "%s", error->message);
}

static gboolean
on_check_due (gpointer user_data)
{
  LanEngineStore *self = user_data;

  g_clear_pointer (&self->check, g_source_unref);
  if (self->engine->stage == LAN_ENGINE_OPEN && self->engine->store != NULL)
    lan_store_check_some (self->engine->store, on_checked, self);
  return G_SOURCE_REMOVE;
}

static void
check_in (LanEngineStore *self, guint seconds)
{
  self->check = g_timeout_source_new_seconds (seconds);
  g_source_set_callback (self->check, on_check_due, self, NULL);
  g_source_attach (self->check, self->engine->context);
}

LanEngineStore *
lan_engine_store_new (LanEngine *engine)
{
  LanEngineStore *self = g_new0 (LanEngineStore, 1);

  self->engine = engine;
  check_in (self, CHECK_FIRST_S);
  return self;
}

void
lan_engine_store_free (LanEngineStore *self)
{
  if (self->check != NULL)
    g_source_destroy (self->check);
  g_clear_pointer (&self->check, g_source_unref);
  g_free (self);
}

/* The machines are gone once closing has begun: what comes back then is only freed. */
static gboolean
enter (LanEngineStore *self)
{
  if (self->engine->stage != LAN_ENGINE_OPEN)
    return FALSE;
  lan_engine_read_clock (self->engine);
  lan_engine_touch (self->engine);
  return TRUE;
}

/* --- batches --- */

static void
note_trouble (LanEngineStore *self, const GError *error)
{
  if (error == NULL) {
    if (self->in_trouble)
      lan_engine_notice (self->engine, "history-well", "The history can be written again");
    self->in_trouble = FALSE;
    return;
  }
  if (self->in_trouble)
    return;
  self->in_trouble = TRUE;
  g_info ("commit failed: %s", error->message);
  lan_engine_notice (self->engine,
                     error->domain == LAN_STORE_ERROR ? lan_store_error_code (error->code) : "io",
                     "%s", error->message);
}

static void
on_committed (const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  LanEngine *engine = call->self->engine;

  call->self->n_commits--;
  if (!enter (call->self))
    return;
  note_trouble (call->self, error);
  if (call->owner == LAN_BATCH_OF_CORE)
    lan_core_committed (engine->core, call->id, error == NULL, &engine->now);
  else if (call->owner == LAN_BATCH_OF_TRANSFERS)
    lan_transfers_committed (lan_engine_files_machine (engine->files), call->id, error == NULL,
                             engine->now);
  else if (call->owner == LAN_BATCH_OF_SHARES)
    lan_shares_committed (lan_engine_share_machine (engine->shares), call->id, error == NULL,
                          engine->now);
}

void
lan_engine_store_commit (LanEngineStore *self, LanBatchOwner owner, guint64 batch,
                         GPtrArray *changes)
{
  Call *call = call_new (self, batch);

  call->owner = owner;
  self->n_commits++;
  lan_store_commit (self->engine->store, changes, on_committed, call);
}

gboolean
lan_engine_store_is_idle (LanEngineStore *self)
{
  return self->n_commits == 0;
}

void
lan_engine_store_put (LanEngineStore *self, const char *prefix, const char *key, const void *value,
                      gsize len)
{
  GPtrArray *changes = lan_changes_new ();
  LanChange *change = lan_changes_add (changes, LAN_CHANGE_SETTING);

  change->setting.key = g_strconcat (prefix, ".", key, NULL);
  change->setting.value = value != NULL ? g_bytes_new (value, len) : NULL;
  lan_engine_store_commit (self, LAN_BATCH_OF_NODE, 0, changes);
}

/* --- what core reads --- */

static void
on_log (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  LanEngine *engine = call->self->engine;

  if (enter (call->self))
    lan_core_rows (engine->core, call->id, rows, &engine->now);
}

void
lan_engine_store_read (LanEngineStore *self, const LanCoreAction *read)
{
  lan_store_read_log (self->engine->store, &read->read.conversation, &read->read.device,
                      read->read.from_seq, read->read.to_seq, read->read.max_bytes, on_log,
                      call_new (self, read->read.request));
}

static void
on_found (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  LanEngine *engine = call->self->engine;

  if (enter (call->self))
    lan_core_found (engine->core, call->id, rows != NULL && rows->len > 0, &engine->now);
}

void
lan_engine_store_find (LanEngineStore *self, const LanCoreAction *find)
{
  lan_store_find_message (self->engine->store, &find->account, &find->find.message, on_found,
                          call_new (self, find->find.request));
}

/* --- what the owner sees of a record --- */

static LanMessageKind
kind_of (guint32 kind)
{
  switch (kind) {
  case LAN_KIND_TEXT:
    return LAN_MESSAGE_KIND_TEXT;
  case LAN_KIND_FILE_OFFER:
    return LAN_MESSAGE_KIND_FILE;
  case LAN_KIND_CALL:
    return LAN_MESSAGE_KIND_CALL;
  case LAN_KIND_NOTE:
    return LAN_MESSAGE_KIND_NOTE;
  case LAN_KIND_STICKER:
    return LAN_MESSAGE_KIND_STICKER;
  default:
    return LAN_MESSAGE_KIND_UNKNOWN;
  }
}

LanMessageStatus
lan_engine_message_status (LanMessageState state)
{
  switch (state) {
  case LAN_MESSAGE_DELIVERED:
    return LAN_MESSAGE_STATUS_DELIVERED;
  case LAN_MESSAGE_READ:
    return LAN_MESSAGE_STATUS_READ;
  case LAN_MESSAGE_MAILBOX:
    return LAN_MESSAGE_STATUS_MAILBOX;
  case LAN_MESSAGE_CARRIED:
    return LAN_MESSAGE_STATUS_CARRIED;
  case LAN_MESSAGE_QUEUED:
    break;
  }
  return LAN_MESSAGE_STATUS_QUEUED;
}

gboolean
lan_engine_message_info (LanEngine *engine, const LanRecordRow *row, LanMessageInfo *info)
{
  const LanConversationRow *conversation =
      lan_core_get_conversation (engine->core, &row->conversation);
  LanAccountId carrier;

  memset (info, 0, sizeof *info);
  if (conversation == NULL)
    return FALSE;
  info->id = row->message;
  info->conversation = row->conversation;
  info->author = row->author;
  info->this_device =
      lan_device_id_equal (&row->device, lan_device_keys_id (lan_vault_device (engine->vault)));
  info->own = (row->flags & LAN_RECORD_OWN) != 0;
  info->kind = kind_of (row->kind);
  info->imported = (row->flags & LAN_RECORD_IMPORTED) != 0;
  if (info->imported)
    info->status = info->own ? LAN_MESSAGE_STATUS_READ : LAN_MESSAGE_STATUS_SEEN;
  else if (info->own)
    info->status = lan_engine_message_status (lan_core_record_state (engine->core, row));
  else
    info->status = row->hlc <= conversation->own_read_hlc ? LAN_MESSAGE_STATUS_SEEN
                                                          : LAN_MESSAGE_STATUS_RECEIVED;
  if (info->status == LAN_MESSAGE_STATUS_CARRIED &&
      lan_core_record_carrier (engine->core, row, &carrier))
    info->carrier = lan_engine_carry_name (engine, &carrier);
  info->text = g_strdup (row->text);
  info->time_ms = (gint64) (row->hlc >> 16);
  info->order = row->order;
  info->seq = row->seq;
  info->delivered_ms = info->own ? 0 : row->received_ms;
  info->sent_again = (row->flags & LAN_RECORD_SENT_AGAIN) != 0;
  info->request = (row->flags & LAN_RECORD_REQUEST) != 0;
  info->whole = TRUE;
  lan_engine_operations_describe (engine, row, info);
  if (row->kind == LAN_KIND_GROUP_OP)
    lan_engine_group_describe (row, info);
  /* Last: the call may end the loan of the row. */
  lan_engine_people_peer_of (engine, conversation, &info->peer);
  return TRUE;
}

/* --- pages --- */

static void
on_page (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  LanEngine *engine = call->self->engine;
  LanEvent *event = lan_event_new (LAN_EVENT_REPLY);

  event->task = call->task;
  if (!enter (call->self) || rows == NULL) {
    event->error =
        g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_FAILED, "the history cannot be read%s%s",
                     error != NULL ? ": " : "", error != NULL ? error->message : "");
    lan_engine_tell (engine, event);
    return;
  }
  event->messages = lan_message_infos_new ();
  for (guint i = 0; i < rows->len; i++) {
    LanMessageInfo info;

    if (lan_engine_message_info (engine, g_ptr_array_index (rows, i), &info))
      g_ptr_array_add (event->messages, g_memdup2 (&info, sizeof info));
  }
  lan_engine_tell (engine, event);
}

GArray *
lan_engine_store_conversations_of (LanEngine *engine, const LanAccountId *peer)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (LanConversationId));
  g_autoptr (GPtrArray) all = NULL;
  LanConversationId group;

  if (lan_group_of_address (peer, &group)) {
    g_array_append_val (ids, group);
    return ids;
  }
  all = lan_core_list_conversations (engine->core);
  for (guint i = 0; i < all->len; i++) {
    const LanConversationRow *row = g_ptr_array_index (all, i);
    LanAccountId now;

    lan_engine_people_resolve (engine, &row->peer, &now);
    if (lan_account_id_equal (&now, peer))
      g_array_append_val (ids, row->conversation);
  }
  return ids;
}

static void
query (LanEngineStore *self, const LanHistoryCursor *cursor, Call *call)
{
  g_autoptr (GArray) ids = lan_engine_store_conversations_of (self->engine, &call->peer);
  LanHistoryQuery q = {
    .conversations = (const LanConversationId *) (void *) ids->data,
    .n_conversations = ids->len,
    .where = call->where,
    .limit = call->limit,
  };

  if (cursor != NULL)
    q.cursor = *cursor;
  if (ids->len == 0) {
    g_autoptr (GPtrArray) none = g_ptr_array_new ();

    on_page (none, NULL, call);
    return;
  }
  lan_store_read_history (self->engine->store, &q, on_page, call);
}

static void
on_cursor (GPtrArray *rows, const GError *error, gpointer user_data)
{
  Call *call = user_data;
  const LanRecordRow *row;
  LanHistoryCursor cursor;

  if (!enter (call->self) || rows == NULL || rows->len == 0) {
    lan_engine_reply (
        call->self->engine, call->task,
        g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND, "there is no such message"));
    g_free (call);
    return;
  }
  row = g_ptr_array_index (rows, 0);
  cursor.order = row->order;
  cursor.message = row->message;
  query (call->self, &cursor, call);
}

void
lan_engine_store_page (LanEngineStore *self, const LanAccountId *peer, const LanMessageId *anchor,
                       LanHistoryWhere where, gint64 from_ms, guint limit, GTask *task)
{
  const LanHistoryCursor oldest = { (guint64) MAX (from_ms, 0) << 16, { { 0 } } };
  Call *call = call_new (self, 0);

  call->peer = *peer;
  call->limit = limit;
  call->where = where;
  call->task = task;
  if (where == LAN_HISTORY_NEWEST || where == LAN_HISTORY_PINNED || lan_message_id_is_zero (anchor))
    query (self, where == LAN_HISTORY_AFTER ? &oldest : NULL, call);
  else
    lan_store_find_message (self->engine->store, NULL, anchor, on_cursor, call);
}

/* --- reading and counting --- */

static void
answer_mark (Call *call, guint n_marked)
{
  GError *error = NULL;

  if (call->task == NULL)
    return;
  if (n_marked == 0)
    error = g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND,
                                 "there is no such message of somebody else");
  lan_engine_reply (call->self->engine, call->task, error);
}

static void
on_read_mark (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  LanEngine *engine = call->self->engine;
  guint n = 0;

  for (guint i = 0; enter (call->self) && rows != NULL && i < rows->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    if ((row->flags & (LAN_RECORD_OWN | LAN_RECORD_IMPORTED)) != 0)
      continue;
    n++;
    lan_core_mark_read (engine->core, &row->conversation, &row->device, row->seq, row->hlc,
                        &engine->now);
    lan_engine_people_on_conversation (engine, &row->conversation);
  }
  answer_mark (call, n);
}

void
lan_engine_store_mark_read (LanEngineStore *self, const LanMessageId *message, GTask *task)
{
  Call *call = call_new (self, 0);

  call->task = task;
  lan_store_find_message (self->engine->store, NULL, message, on_read_mark, call);
}

static void
on_count (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  LanEngine *engine = call->self->engine;
  const LanConversationRow *conversation;
  guint n = 0;

  if (!enter (call->self) || rows == NULL)
    return;
  conversation = lan_core_get_conversation (engine->core, &call->conversation);
  if (conversation == NULL)
    return;
  for (guint i = 0; i < rows->len; i++) {
    const LanRecordRow *row = g_ptr_array_index (rows, i);

    n += (row->flags & (LAN_RECORD_OWN | LAN_RECORD_IMPORTED)) == 0 &&
         row->kind != LAN_KIND_GROUP_OP && row->hlc > conversation->own_read_hlc;
  }
  lan_engine_people_set_unread (engine, &call->conversation, n);
}

void
lan_engine_store_count (LanEngineStore *self, const LanConversationId *conversation)
{
  Call *call = call_new (self, 0);
  const LanHistoryQuery q = {
    .conversations = conversation,
    .n_conversations = 1,
    .where = LAN_HISTORY_NEWEST,
    .limit = COUNT_MAX,
  };

  call->conversation = *conversation;
  lan_store_read_history (self->engine->store, &q, on_count, call);
}
