/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-operations.h"

#include "lan-content.h"
#include "lan-engine-files.h"
#include "lan-engine-store.h"
#include "lan-group-address.h"
#include "lan-group.h"
#include "lan-message-private.h"
#include "lan-row-content.h"
#include "lan-shown.h"
#include "lan-text.h"

#include <string.h>

struct _LanEngineOperations {
  GHashTable *early;   /* LanMessageKey, owned: something was said about them, they have not come */
  GHashTable *pending; /* LanMessageId of own operations, owned -> GTask, owned */
};

typedef struct {
  LanEngine *engine;
  LanMessageKey key;
  LanConversationId conversation;
  GTask *task;
} Call;

static guint
key_hash (gconstpointer key)
{
  return lan_message_id_hash (&((const LanMessageKey *) key)->message);
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (LanMessageKey)) == 0;
}

LanEngineOperations *
lan_engine_operations_new (void)
{
  LanEngineOperations *self = g_new0 (LanEngineOperations, 1);

  self->early = g_hash_table_new_full (key_hash, key_equal, g_free, NULL);
  self->pending = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, g_free, NULL);
  return self;
}

void
lan_engine_operations_free (LanEngine *engine, LanEngineOperations *self)
{
  GHashTableIter iter;
  gpointer task;

  if (self == NULL)
    return;
  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    lan_engine_reply (engine, task,
                      g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN,
                                           "the profile was closed before this was kept"));
  g_hash_table_unref (self->pending);
  g_hash_table_unref (self->early);
  g_free (self);
}

static void
add_early (LanEngine *engine, const LanMessageKey *key)
{
  GHashTable *early = engine->operations->early;

  if (g_hash_table_size (early) < LAN_SNAPSHOT_EARLY_MAX)
    g_hash_table_add (early, g_memdup2 (key, sizeof *key));
}

void
lan_engine_operations_load (LanEngine *engine, const LanSnapshot *snapshot)
{
  for (guint i = 0; i < snapshot->early->len; i++)
    add_early (engine, &g_array_index (snapshot->early, LanMessageKey, i));
}

/* --- what a message shows --- */

static void
describe_sticker (const Lanyard__Sticker *sticker, LanMessageInfo *info)
{
  g_autofree char *set = lan_text_clean_line (sticker->set, -1, LAN_STICKER_NAME_MAX_BYTES);

  info->sticker_width = sticker->width;
  info->sticker_height = sticker->height;
  info->sticker_offered = sticker->offered != FALSE;
  if (*set != '\0')
    info->sticker_set = g_steal_pointer (&set);
}

static void
describe_beside (LanEngine *engine, const LanContent *content, LanMessageInfo *info)
{
  const Lanyard__Quote *quote = content->quote;

  if (content->body_case == LANYARD__CONTENT__BODY_CALL_RECORD) {
    info->call_outcome = content->call_record->outcome <= LANYARD__CALL_OUTCOME__CALL_UNREACHABLE
                             ? (LanCallOutcome) content->call_record->outcome
                             : LAN_CALL_OUTCOME_UNKNOWN;
    info->call_ms = (gint64) content->call_record->duration_ms;
  }
  if (content->body_case == LANYARD__CONTENT__BODY_VOICE_NOTE) {
    const Lanyard__VoiceNote *said = content->voice_note;

    info->note_ms = said->duration_ms;
    info->note_peaks = g_bytes_new (said->peaks.data, said->peaks.len);
  }
  if (content->body_case == LANYARD__CONTENT__BODY_STICKER)
    describe_sticker (content->sticker, info);
  info->urgent = content->urgent != FALSE;
  for (gsize i = 0; i < content->n_mentions; i++) {
    const ProtobufCBinaryData *account = &content->mentions[i]->account;

    info->mentions_me |= account->len == 0 ||
                         memcmp (account->data, engine->self_id.b, sizeof engine->self_id.b) == 0;
  }
  if (quote != NULL) {
    info->has_quote = TRUE;
    memcpy (info->quote_author.b, quote->author.data, sizeof info->quote_author.b);
    memcpy (info->quote_id.b, quote->message.data, sizeof info->quote_id.b);
    info->quote_text = lan_text_clean_line (quote->excerpt, -1, LAN_EXCERPT_MAX_BYTES);
  }
  if (content->forwarded != NULL && info->imported)
    info->imported_from = lan_text_clean_line (content->forwarded->name, -1, LAN_NAME_MAX_BYTES);
  else if (content->forwarded != NULL)
    info->forwarded_from = lan_text_clean_line (content->forwarded->name, -1, LAN_NAME_MAX_BYTES);
}

static LanContent *
content_of (const LanRecordRow *row)
{
  return row->kind == LAN_KIND_TEXT || row->kind == LAN_KIND_FILE_OFFER ||
                 row->kind == LAN_KIND_CALL || row->kind == LAN_KIND_NOTE ||
                 row->kind == LAN_KIND_STICKER
             ? lan_record_row_content (row)
             : NULL;
}

/* Whoever it is about, a message out of a file is always marked as one. */
static void
describe_import (LanMessageInfo *info)
{
  if (info->imported && info->imported_from == NULL)
    info->imported_from = g_strdup ("");
}

void
lan_engine_operations_describe (LanEngine *engine, const LanRecordRow *row, LanMessageInfo *info)
{
  g_autoptr (LanContent) content = content_of (row);
  g_auto (LanShown) shown = { 0 };

  lan_shown_fold (&shown, row->kind, row->text, row->operations);
  info->recalled = shown.recalled;
  info->pinned = shown.pinned;
  info->edited_ms = shown.edited_ms;
  if (shown.reactions->len > 0)
    info->reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_reaction_unref);
  for (guint i = 0; i < shown.reactions->len; i++) {
    const LanShownReaction *reaction = g_ptr_array_index (shown.reactions, i);

    g_ptr_array_add (info->reactions,
                     lan_reaction_new (reaction->emoji,
                                       (const LanAccountId *) (void *) reaction->actors->data,
                                       reaction->actors->len, &engine->self_id));
  }
  if (content != NULL && !shown.recalled)
    describe_beside (engine, content, info);
  describe_import (info);
}

/* --- what is asked --- */

static void
fail (LanEngine *engine, GTask *task, LanNodeError code, const char *text)
{
  lan_engine_reply (engine, task, g_error_new_literal (LAN_NODE_ERROR, code, text));
}

static void
operate (LanEngine *engine, LanCommand *command)
{
  LanOperationRow op = { .author = command->other,
                         .target = command->target,
                         .kind = (LanOperationKind) command->kind,
                         .on = command->number != 0,
                         .text = command->text };
  LanConversationId group;
  LanStatus status;

  g_hash_table_insert (engine->operations->pending,
                       g_memdup2 (&command->message, sizeof command->message),
                       g_steal_pointer (&command->task));
  status = lan_group_of_address (&command->account, &group)
               ? lan_core_group_operate (engine->core, &group, &command->message, &op, &engine->now)
               : lan_core_operate (engine->core, &command->account, &command->message, &op,
                                   &engine->now);
  if (status != LAN_STATUS_OK) {
    g_info ("operation %s refused: %s", lan_operation_name (op.kind), lan_status_name (status));
    lan_engine_operations_failed (engine, &command->message);
  } else if (op.kind == LAN_OPERATION_RECALL) {
    lan_engine_files_cancel (engine, &command->target);
  }
}

gboolean
lan_engine_operations_failed (LanEngine *engine, const LanMessageId *id)
{
  GTask *task;
  gpointer key;

  if (!g_hash_table_steal_extended (engine->operations->pending, id, &key, (gpointer *) &task))
    return FALSE;
  g_free (key);
  fail (engine, task, LAN_NODE_ERROR_FAILED, "this cannot be done, or could not be kept on disk");
  return TRUE;
}

static void
confirm (LanEngine *engine, const LanMessageId *id)
{
  LanEvent *event;
  GTask *task;
  gpointer key;

  if (!g_hash_table_steal_extended (engine->operations->pending, id, &key, (gpointer *) &task))
    return;
  g_free (key);
  event = lan_event_new (LAN_EVENT_REPLY);
  event->task = task;
  event->text = lan_message_id_to_hex (id);
  lan_engine_tell (engine, event);
}

static Call *
call_new (LanEngine *engine, const LanAccountId *author, const LanMessageId *message, GTask *task)
{
  Call *call = g_new0 (Call, 1);

  call->engine = engine;
  call->key.author = *author;
  call->key.message = *message;
  call->task = task;
  return call;
}

static void
find (Call *call, LanStoreRows on_rows)
{
  lan_store_find_message (call->engine->store,
                          lan_account_id_is_zero (&call->key.author) ? NULL : &call->key.author,
                          &call->key.message, on_rows, call);
}

/* The one row that is asked for; the task is answered where there is none. */
static const LanRecordRow *
one_row (Call *call, GPtrArray *rows, const GError *error)
{
  if (call->engine->stage == LAN_ENGINE_OPEN && rows != NULL && rows->len == 1)
    return g_ptr_array_index (rows, 0);
  if (rows != NULL && rows->len > 1)
    fail (call->engine, call->task, LAN_NODE_ERROR_AMBIGUOUS,
          "several people have a message with this id: say whose is meant");
  else
    fail (call->engine, call->task,
          error != NULL ? LAN_NODE_ERROR_FAILED : LAN_NODE_ERROR_NOT_FOUND,
          error != NULL ? error->message : "there is no such message");
  return NULL;
}

static void
on_message_found (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  const LanRecordRow *row = one_row (call, rows, error);
  LanEvent *event;
  LanMessageInfo info;

  if (row == NULL)
    return;
  if (!lan_engine_message_info (call->engine, row, &info)) {
    fail (call->engine, call->task, LAN_NODE_ERROR_NOT_FOUND, "there is no such message");
    return;
  }
  event = lan_event_new (LAN_EVENT_REPLY);
  event->task = call->task;
  event->messages = lan_message_infos_new ();
  g_ptr_array_add (event->messages, g_memdup2 (&info, sizeof info));
  lan_engine_tell (call->engine, event);
}

static void
on_edits_found (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  const LanRecordRow *row = one_row (call, rows, error);
  g_autoptr (LanContent) content = NULL;
  g_auto (LanShown) shown = { 0 };
  LanEvent *event;

  if (row == NULL)
    return;
  content = content_of (row);
  lan_shown_fold (&shown, row->kind, NULL, row->operations);
  event = lan_event_new (LAN_EVENT_REPLY);
  event->task = call->task;
  event->edits = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_message_edit_unref);
  if (content != NULL && row->kind == LAN_KIND_TEXT && !shown.recalled) {
    g_autofree char *text = lan_text_clean_block (content->text->text, -1, LAN_TEXT_MAX_BYTES);

    g_ptr_array_add (event->edits, lan_message_edit_new (text, (gint64) (row->hlc >> 16)));
  }
  for (guint i = 0; i < shown.edits->len; i++) {
    const LanOperationRow *edit = g_ptr_array_index (shown.edits, i);

    g_ptr_array_add (event->edits, lan_message_edit_new (edit->text, edit->time_ms));
  }
  lan_engine_tell (call->engine, event);
}

void
lan_engine_operations_execute (LanEngine *engine, LanCommand *c)
{
  switch ((guint) c->type) {
  case LAN_COMMAND_OPERATE:
    operate (engine, c);
    break;
  case LAN_COMMAND_FIND_MESSAGE:
    find (call_new (engine, &c->other, &c->message, g_steal_pointer (&c->task)), on_message_found);
    break;
  case LAN_COMMAND_READ_EDITS:
    find (call_new (engine, &c->other, &c->message, g_steal_pointer (&c->task)), on_edits_found);
    break;
  }
}

/* --- what core tells --- */

static void
on_target (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  const LanRecordRow *row;
  LanEvent *event;

  if (call->engine->stage != LAN_ENGINE_OPEN || rows == NULL)
    return;
  if (rows->len == 0) {
    add_early (call->engine, &call->key);
    return;
  }
  row = g_ptr_array_index (rows, 0);
  if (!lan_conversation_id_equal (&row->conversation, &call->conversation))
    return;
  event = lan_event_new (LAN_EVENT_MESSAGE_CHANGED);
  if (lan_engine_message_info (call->engine, row, &event->message))
    lan_engine_tell (call->engine, event);
  else
    lan_event_free (event);
}

void
lan_engine_operations_on_operation (LanEngine *engine, const LanOperationRow *row)
{
  Call *call = call_new (engine, &row->author, &row->target, NULL);

  call->conversation = row->conversation;
  confirm (engine, &row->id);
  find (call, on_target);
}

/* In the history there is one by that name now, whatever came of this one. */
static void
on_met (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  LanEvent *event;

  if (call->engine->stage != LAN_ENGINE_OPEN || rows == NULL || rows->len == 0)
    return;
  event = lan_event_new (LAN_EVENT_MESSAGE);
  if (lan_engine_message_info (call->engine, g_ptr_array_index (rows, 0), &event->message))
    lan_engine_tell (call->engine, event);
  else
    lan_event_free (event);
}

gboolean
lan_engine_operations_meet (LanEngine *engine, const LanRecordRow *row)
{
  LanMessageKey key = { row->author, row->message };

  if (!g_hash_table_remove (engine->operations->early, &key))
    return FALSE;
  find (call_new (engine, &key.author, &key.message, NULL), on_met);
  return TRUE;
}
