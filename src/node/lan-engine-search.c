/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-search.h"

#include "lan-engine-store.h"

typedef struct {
  LanEngine *engine;
  GTask *task;
  guint limit;
} Call;

static Call *
call_new (LanEngine *engine, LanCommand *command)
{
  Call *call = g_new0 (Call, 1);

  call->engine = engine;
  call->task = g_steal_pointer (&command->task);
  return call;
}

static void
answer (Call *call, GPtrArray *rows, guint percent, const GError *error)
{
  LanEngine *engine = call->engine;
  LanEvent *event = lan_event_new (LAN_EVENT_REPLY);

  event->task = call->task;
  if (engine->stage != LAN_ENGINE_OPEN || rows == NULL) {
    event->error =
        g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_FAILED, "the history cannot be read%s%s",
                     error != NULL ? ": " : "", error != NULL ? error->message : "");
    lan_engine_tell (engine, event);
    return;
  }
  event->messages = lan_message_infos_new ();
  event->flags = percent;
  for (guint i = 0; i < rows->len; i++) {
    LanMessageInfo info;

    if (i + 1 == call->limit)
      event->number = (guint64) ((const LanRecordRow *) rows->pdata[i])->arrival;
    if (lan_engine_message_info (engine, g_ptr_array_index (rows, i), &info))
      g_ptr_array_add (event->messages, g_memdup2 (&info, sizeof info));
  }
  lan_engine_tell (engine, event);
}

static void
on_found (GPtrArray *rows, guint percent, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;

  answer (call, rows, percent, error);
}

static void
on_days (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;

  answer (call, rows, 100, error);
}

/* A chat that there is not has nothing. */
static gboolean
is_nothing (const GArray *ids, Call *call)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  if (ids->len > 0)
    return FALSE;
  answer (call, none, 100, NULL);
  g_free (call);
  return TRUE;
}

static void
search (LanEngine *engine, LanCommand *command)
{
  const LanSearchWish *wish = command->search;
  g_autoptr (GArray) ids = NULL;
  Call *call = call_new (engine, command);
  LanSearchQuery query = {
    .text = wish->text,
    .is_typing = wish->is_typing,
    .has_author = wish->has_author,
    .author = wish->author,
    .kinds = wish->kinds,
    .from_ms = wish->from_ms,
    .to_ms = wish->to_ms,
    .before = wish->before,
    .limit = wish->limit,
  };

  call->limit = wish->limit;
  if (wish->has_peer) {
    ids = lan_engine_store_conversations_of (engine, &wish->peer);
    if (is_nothing (ids, call))
      return;
    query.conversations = (const LanConversationId *) (void *) ids->data;
    query.n_conversations = ids->len;
  }
  lan_store_search (engine->store, &query, on_found, call);
}

static void
read_days (LanEngine *engine, LanCommand *command)
{
  g_autoptr (GArray) ids = lan_engine_store_conversations_of (engine, &command->account);
  gsize bytes = 0;
  Call *call = call_new (engine, command);
  LanDaysQuery query = { .days = g_bytes_get_data (command->bytes, &bytes) };

  query.n_days = (guint) (bytes / sizeof (gint64)) - 1;
  if (is_nothing (ids, call))
    return;
  query.conversations = (const LanConversationId *) (void *) ids->data;
  query.n_conversations = ids->len;
  lan_store_read_days (engine->store, &query, on_days, call);
}

void
lan_engine_search_execute (LanEngine *engine, LanCommand *command)
{
  if (command->type == LAN_COMMAND_SEARCH)
    search (engine, command);
  else
    read_days (engine, command);
}
