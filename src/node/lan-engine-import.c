/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-import.h"

#include "lan-chat-file.h"
#include "lan-content.h"
#include "lan-engine-people.h"
#include "lan-engine-store.h"
#include "lan-group-address.h"
#include "lan-random-system.h"

typedef struct {
  LanEngine *engine;
  GTask *task;
} Call;

/* --- what the owner sees --- */

static void
on_newest (GPtrArray *rows, const GError *error, gpointer user_data)
{
  LanEngine *engine = user_data;
  LanEvent *event;

  if (engine->stage != LAN_ENGINE_OPEN || rows == NULL || rows->len == 0)
    return;
  event = lan_event_new (LAN_EVENT_PREVIEW);
  if (lan_engine_message_info (engine, g_ptr_array_index (rows, 0), &event->message))
    lan_engine_tell (engine, event);
  else
    lan_event_free (event);
}

void
lan_engine_reread (LanEngine *engine, const LanAccountId *peer)
{
  g_autoptr (GArray) ids = lan_engine_store_conversations_of (engine, peer);
  LanHistoryQuery newest = {
    .conversations = (const LanConversationId *) (void *) ids->data,
    .n_conversations = ids->len,
    .where = LAN_HISTORY_NEWEST,
    .limit = 1,
  };
  LanEvent *event = lan_event_new (LAN_EVENT_REREAD);

  event->account = *peer;
  lan_engine_tell (engine, event);
  if (ids->len > 0)
    lan_store_read_history (engine->store, &newest, on_newest, engine);
}

/* --- into the history --- */

/* What is not words is told in words: what was behind it is not in the file. */
static char *
words_of (const LanChatItem *item)
{
  switch (item->kind) {
  case LAN_CHAT_ITEM_FILE:
    return g_strconcat ("📎 ", item->text, NULL);
  case LAN_CHAT_ITEM_CALL:
    return g_strdup_printf ("📞 %" G_GINT64_FORMAT ":%02d", item->duration_ms / 60000,
                            (int) (item->duration_ms / 1000 % 60));
  case LAN_CHAT_ITEM_NOTE:
    return g_strdup_printf ("🎤 %" G_GINT64_FORMAT ":%02d", item->duration_ms / 60000,
                            (int) (item->duration_ms / 1000 % 60));
  case LAN_CHAT_ITEM_STICKER:
    return g_strconcat ("🖼️", *item->text != '\0' ? " " : NULL, item->text, NULL);
  case LAN_CHAT_ITEM_TEXT:
  default:
    return g_strdup (item->text);
  }
}

/* As a forwarded text is kept: who wrote it is what somebody else says. */
static GBytes *
content_of (const LanChatItem *item, char *words)
{
  Lanyard__Forwarded forwarded = LANYARD__FORWARDED__INIT;
  Lanyard__Text text = LANYARD__TEXT__INIT;
  LanContent content = LANYARD__CONTENT__INIT;

  forwarded.author = (ProtobufCBinaryData){ sizeof item->author.b, (guint8 *) item->author.b };
  forwarded.name = item->name;
  forwarded.time_ms = (guint64) item->time_ms;
  text.text = words;
  content.body_case = LANYARD__CONTENT__BODY_TEXT;
  content.text = &text;
  content.forwarded = &forwarded;
  return lan_content_encode_sealed (LAN_KIND_TEXT, &content);
}

static void
fill_row (LanEngine *engine, const LanConversationId *id, const LanChatItem *item,
          LanRecordRow *row)
{
  row->conversation = *id; /* of no device: .device stays zero */
  row->message = item->id;
  row->author = item->author;
  row->hlc = row->order = (guint64) item->time_ms << 16;
  row->kind = LAN_KIND_TEXT;
  row->flags = LAN_RECORD_IMPORTED;
  if (lan_account_id_equal (&item->author, lan_vault_account_id (engine->vault)))
    row->flags |= LAN_RECORD_OWN;
  row->received_ms = engine->now.wall_ms;
  row->text = words_of (item);
  row->opened = content_of (item, row->text);
  lan_random_system ()->fill (lan_random_system ()->data, row->hash.b, sizeof row->hash.b);
}

static void
on_imported (guint n, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  LanEvent *event;

  if (error != NULL) {
    lan_engine_reply (call->engine, call->task,
                      g_error_new (LAN_NODE_ERROR,
                                   g_error_matches (error, LAN_STORE_ERROR, LAN_STORE_ERROR_FULL)
                                       ? LAN_NODE_ERROR_DISK_FULL
                                       : LAN_NODE_ERROR_FAILED,
                                   "%s", error->message));
    return;
  }
  event = lan_event_new (LAN_EVENT_REPLY);
  event->task = call->task;
  event->text = g_strdup_printf ("%u", n);
  lan_engine_tell (call->engine, event);
}

static gboolean
find_chat (LanEngine *engine, const LanAccountId *peer, LanConversationId *id)
{
  if (lan_group_of_address (peer, id))
    return lan_core_get_conversation (engine->core, id) != NULL;
  return lan_core_open_conversation (engine->core, peer, id) == LAN_STATUS_OK;
}

static void
import (LanEngine *engine, LanCommand *command)
{
  GPtrArray *changes;
  LanConversationId id;
  Call *call;

  if (!find_chat (engine, &command->account, &id)) {
    lan_engine_reply (
        engine, g_steal_pointer (&command->task),
        g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND, "there is no such chat"));
    return;
  }
  changes = lan_changes_new ();
  for (guint i = 0; i < command->items->len; i++)
    fill_row (engine, &id, g_ptr_array_index (command->items, i),
              &lan_changes_add (changes, LAN_CHANGE_RECORD)->record);
  call = g_new0 (Call, 1);
  call->engine = engine;
  call->task = g_steal_pointer (&command->task);
  lan_store_import (engine->store, changes, on_imported, call);
}

void
lan_engine_import_execute (LanEngine *engine, LanCommand *command)
{
  if (command->type == LAN_COMMAND_IMPORT)
    import (engine, command);
  else
    lan_engine_reread (engine, &command->account);
}
