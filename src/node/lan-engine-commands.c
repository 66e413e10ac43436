/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Carries out what the owner asks: mostly one call into a machine for each command. */
#include "lan-content.h"
#include "lan-engine-backup.h"
#include "lan-engine-bundle.h"
#include "lan-engine-call.h"
#include "lan-engine-carry.h"
#include "lan-engine-core.h"
#include "lan-engine-devices.h"
#include "lan-engine-discovery.h"
#include "lan-engine-files.h"
#include "lan-engine-group.h"
#include "lan-engine-import.h"
#include "lan-engine-keep.h"
#include "lan-engine-links.h"
#include "lan-engine-operations.h"
#include "lan-engine-people.h"
#include "lan-engine-search.h"
#include "lan-engine-server.h"
#include "lan-engine-share.h"
#include "lan-engine-stickers.h"
#include "lan-engine-store.h"
#include "lan-group-address.h"
#include "lan-group.h"

#include <string.h>

#define SETTING "app"

/* The owner checks arguments; what core still refuses (a race with a block, say) is only logged. */
static void
note (LanCommand *command, LanStatus status)
{
  if (status != LAN_STATUS_OK)
    g_info ("command %d refused: %s", (int) command->type, lan_status_name (status));
}

void
lan_engine_give_back (LanEngine *engine, const LanAccountId *peer, const LanMessageId *message)
{
  LanEvent *event = lan_event_new (LAN_EVENT_MESSAGE);
  LanMessageInfo *info = &event->message;

  info->peer = *peer;
  if (!lan_group_of_address (peer, &info->conversation)) {
    lan_conversation_id_of_pair (&info->conversation, lan_vault_account_id (engine->vault), peer);
    lan_engine_people_resolve (engine, peer, &info->peer);
  }
  info->id = *message;
  info->own = TRUE;
  info->status = LAN_MESSAGE_STATUS_FAILED;
  info->text = g_strdup (g_hash_table_lookup (engine->unsaved, message));
  info->time_ms = engine->now.wall_ms;
  info->order = (guint64) engine->now.wall_ms << 16 | 0xffff; /* the end, for now */
  g_hash_table_remove (engine->unsaved, message);
  lan_engine_tell (engine, event);
}

/* What stands beside a text was put into a Content by the owner. */
static LanContent *
beside_of (const LanCommand *command, LanBeside *beside)
{
  LanContent *content = NULL;

  if (command->bytes == NULL ||
      lan_content_decode (LAN_KIND_NONE, g_bytes_get_data (command->bytes, NULL),
                          g_bytes_get_size (command->bytes), &content) != LAN_STATUS_OK)
    return NULL;
  *beside = (LanBeside){ content->quote, content->forwarded, content->mentions, content->n_mentions,
                         content->urgent };
  return content;
}

static void
send_text (LanEngine *engine, LanCommand *command)
{
  LanBeside beside = { 0 };
  g_autoptr (LanContent) content = beside_of (command, &beside);
  LanConversationId group;
  LanStatus status;

  g_hash_table_insert (engine->unsaved, g_memdup2 (&command->message, sizeof command->message),
                       g_strdup (command->text));
  if (lan_group_of_address (&command->account, &group))
    status = lan_engine_group_send_text (engine, &group, &command->message, command->text, content);
  else
    status =
        lan_core_send_text_with (engine->core, &command->account, &command->message, command->text,
                                 content != NULL ? &beside : NULL, &engine->now);
  note (command, status);
  if (status != LAN_STATUS_OK)
    lan_engine_give_back (engine, &command->account, &command->message);
}

static void
send_body (LanEngine *engine, LanCommand *command)
{
  guint16 kind = (guint16) command->kind;
  g_autoptr (LanContent) content = NULL;
  LanConversationId group;
  LanStatus status;

  g_hash_table_insert (engine->unsaved, g_memdup2 (&command->message, sizeof command->message),
                       g_strdup (command->text));
  status = lan_content_decode (kind, g_bytes_get_data (command->bytes, NULL),
                               g_bytes_get_size (command->bytes), &content);
  if (status == LAN_STATUS_OK && lan_group_of_address (&command->account, &group))
    status =
        lan_core_group_send (engine->core, &group, &command->message, kind, content, &engine->now);
  else if (status == LAN_STATUS_OK)
    status = lan_core_send_body (engine->core, &command->account, &command->message, kind, content,
                                 &engine->now);
  note (command, status);
  if (status != LAN_STATUS_OK)
    lan_engine_give_back (engine, &command->account, &command->message);
}

static void
set_draft (LanEngine *engine, LanCommand *command)
{
  LanConversationId id;
  LanStatus status;

  if (lan_group_of_address (&command->account, &id)) {
    note (command, lan_core_group_set_draft (engine->core, &id, command->text, &engine->now));
    return;
  }
  status = lan_core_open_conversation (engine->core, &command->account, &id);
  if (status == LAN_STATUS_OK)
    status = lan_core_set_draft (engine->core, &id, command->text);
  note (command, status);
}

static void
set_flag (LanEngine *engine, LanCommand *command, guint32 flag)
{
  LanConversationId group;

  if (lan_group_of_address (&command->account, &group)) {
    if (flag == LAN_PERSON_MUTED)
      note (command,
            lan_core_group_set_muted (engine->core, &group, command->number != 0, &engine->now));
    return;
  }
  note (command,
        lan_core_set_flags (engine->core, &command->account, command->number != 0 ? flag : 0,
                            command->number != 0 ? 0 : flag));
  lan_engine_links_on_person (engine, &command->account);
}

static LanPresence
presence_of (LanPersonPresence presence)
{
  switch (presence) {
  case LAN_PERSON_PRESENCE_AWAY:
    return LAN_PRESENCE_AWAY;
  case LAN_PERSON_PRESENCE_BUSY:
    return LAN_PRESENCE_BUSY;
  case LAN_PERSON_PRESENCE_OFFLINE:
  case LAN_PERSON_PRESENCE_AVAILABLE:
    break;
  }
  return LAN_PRESENCE_AVAILABLE;
}

static void
set_presence (LanEngine *engine, LanCommand *command)
{
  LanPresence presence = presence_of ((LanPersonPresence) command->number);
  gboolean changed = g_strcmp0 (engine->status_text, command->text) != 0;

  engine->presence = (LanPersonPresence) command->number;
  g_free (engine->status_text);
  engine->status_text = g_strdup (command->text);
  lan_core_set_presence (engine->core, presence, command->text, &engine->now);
  lan_engine_discovery_set_presence (engine, presence);
  lan_engine_server_set_presence (engine, presence);
  if (changed)
    lan_engine_server_tell_status_to_all (engine);
  lan_engine_tell_self (engine);
}

static void
set_name (LanEngine *engine, LanCommand *command)
{
  g_autoptr (GError) error = NULL;

  if (engine->vault_busy)
    lan_engine_notice (engine, "busy", "The passphrase is being changed: try again in a moment");
  else if (lan_vault_reissue (engine->vault, command->text, FALSE, engine->now.wall_ms, &error))
    lan_engine_new_identity (engine, FALSE);
  else
    lan_engine_notice (engine, "keys", "%s", error->message);
}

static void
set_setting (LanEngine *engine, LanCommand *command)
{
  lan_engine_store_put (engine->stores, SETTING, command->name, command->text,
                        command->text != NULL ? strlen (command->text) : 0);
  if (strcmp (command->name, "privacy.read-receipts") == 0)
    lan_core_set_receipts (engine->core, g_strcmp0 (command->text, "0") != 0,
                           lan_core_get_typing (engine->core));
  else if (strcmp (command->name, "privacy.typing") == 0)
    lan_core_set_receipts (engine->core, lan_core_get_read_receipts (engine->core),
                           g_strcmp0 (command->text, "0") != 0);
  else if (strcmp (command->name, LAN_ENGINE_SETTING_FILE_LIMIT) == 0)
    lan_engine_files_set_limit (
        engine, command->text != NULL ? g_ascii_strtoull (command->text, NULL, 10) : 0);
}

static void
add_address (LanEngine *engine, LanCommand *command)
{
  g_autoptr (GError) error = NULL;

  if (!lan_engine_discovery_add_host (engine, command->text, &error))
    lan_engine_notice (engine, "bad-address", "'%s': %s", command->text, error->message);
}

static void
answer_stats (LanEngine *engine, LanCommand *command)
{
  LanEvent *event = lan_event_new (LAN_EVENT_REPLY);

  event->task = g_steal_pointer (&command->task);
  event->stats = lan_engine_links_stats (engine, &command->account);
  lan_engine_tell (engine, event);
}

static void
answer_entries (LanEngine *engine, LanCommand *command)
{
  LanEvent *event = lan_event_new (LAN_EVENT_REPLY);

  event->task = g_steal_pointer (&command->task);
  event->entries = lan_engine_files_entries (engine, &command->message);
  lan_engine_tell (engine, event);
}

/* --- the passphrase --- */

typedef struct {
  LanEngine *engine;
  GTask *task;
} Guard;

static void
on_guarded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Guard *guard = user_data;
  LanEngine *engine = guard->engine;
  GError *error = NULL;

  engine->vault_busy = FALSE;
  if (lan_vault_guard_finish (engine->vault, result, &error)) {
    LanEvent *event = lan_event_new (LAN_EVENT_PROTECTION);

    event->flags = lan_vault_protection (engine->vault);
    lan_engine_tell (engine, event);
  }
  lan_engine_reply (engine, guard->task, error);
  if (engine->close_asked)
    lan_engine_close (engine);
  else if (engine->new_keys_due)
    lan_engine_core_new_keys (engine);
}

static void
set_passphrase (LanEngine *engine, LanCommand *command)
{
  Guard *guard;

  if (engine->vault_busy) {
    lan_engine_reply (engine, g_steal_pointer (&command->task),
                      g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                                           "the passphrase is being changed already"));
    return;
  }
  guard = g_new0 (Guard, 1);
  guard->engine = engine;
  guard->task = g_steal_pointer (&command->task);
  engine->vault_busy = TRUE;
  lan_vault_guard_async (engine->vault, command->name, command->text, engine->config.keyring,
                         on_guarded, guard);
}

/* --- all of them --- */

/* What is decided about a person. */
static void
execute_person (LanEngine *engine, LanCommand *c)
{
  LanCore *core = engine->core;

  switch ((guint) c->type) {
  case LAN_COMMAND_ACCEPT:
    note (c, lan_core_accept (core, &c->account, &engine->now));
    break;
  case LAN_COMMAND_BLOCK:
    note (c, lan_core_block (core, &c->account, c->number != 0, &engine->now));
    break;
  case LAN_COMMAND_REMOVE:
    note (c, lan_core_remove (core, &c->account, &engine->now));
    break;
  case LAN_COMMAND_VERIFY:
    note (c, lan_core_verify (core, &c->account, &engine->now));
    break;
  case LAN_COMMAND_MERGE:
    note (c, lan_core_merge (core, &c->other, &c->account, &engine->now));
    break;
  case LAN_COMMAND_SET_NOTE:
    note (c, lan_core_set_note (core, &c->account, c->text));
    break;
  case LAN_COMMAND_SET_FAVOURITE:
    set_flag (engine, c, LAN_PERSON_FAVOURITE);
    break;
  case LAN_COMMAND_SET_MUTED:
    set_flag (engine, c, LAN_PERSON_MUTED);
    break;
  case LAN_COMMAND_SET_KEEP:
    note (c, lan_engine_keep_set (engine, &c->account, (guint) c->number));
    break;
  }
}

static void
set_typing (LanEngine *engine, const LanCommand *c)
{
  LanConversationId group;

  if (lan_group_of_address (&c->account, &group))
    lan_core_group_set_typing (engine->core, &group, c->number != 0, &engine->now);
  else
    lan_core_set_typing (engine->core, &c->account, c->number != 0, &engine->now);
}

static void
execute_file (LanEngine *engine, LanCommand *c)
{
  switch ((guint) c->type) {
  case LAN_COMMAND_SEND_FILE:
    lan_engine_files_send (engine, &c->account, &c->message, c->text, c->bytes);
    break;
  case LAN_COMMAND_ACCEPT_FILE:
    lan_engine_files_accept (engine, &c->message, c->text, (LanFileConflict) c->number,
                             (const char *const *) c->list);
    break;
  case LAN_COMMAND_DECLINE_FILE:
    lan_engine_files_decline (engine, &c->message);
    break;
  case LAN_COMMAND_CANCEL_FILE:
    lan_engine_files_cancel (engine, &c->message);
    break;
  case LAN_COMMAND_PAUSE_FILE:
    lan_engine_files_pause (engine, &c->message, c->number != 0);
    break;
  case LAN_COMMAND_FILE_ENTRIES:
    answer_entries (engine, c);
    break;
  }
}

static void
execute_server (LanEngine *engine, LanCommand *c)
{
  if (c->type == LAN_COMMAND_SET_SHOWN)
    lan_engine_server_set_shown (engine, &c->account, c->number != 0);
  else if (c->type == LAN_COMMAND_SERVER_LOOK)
    lan_engine_server_look (engine, c);
  else if (c->type == LAN_COMMAND_SERVER_JOIN)
    lan_engine_server_join (engine, c);
  else if (c->type == LAN_COMMAND_SERVER_CANCEL)
    lan_engine_server_cancel_join (engine);
  else
    lan_engine_server_leave (engine, c);
}

static void
execute_talk (LanEngine *engine, LanCommand *c)
{
  if (c->type == LAN_COMMAND_GROUP)
    lan_engine_group_execute (engine, c);
  else if (c->type == LAN_COMMAND_SEARCH || c->type == LAN_COMMAND_READ_DAYS)
    lan_engine_search_execute (engine, c);
  else if (c->type == LAN_COMMAND_BACKUP || c->type == LAN_COMMAND_RECOVERY_CODE)
    lan_engine_backup_execute (engine, c);
  else if (c->type == LAN_COMMAND_BUNDLE)
    lan_engine_bundle_execute (engine, c);
  else if (c->type == LAN_COMMAND_READ_BODY || c->type == LAN_COMMAND_FORWARD_BODY ||
           c->type == LAN_COMMAND_STICKERS)
    lan_engine_stickers_execute (engine, c);
  else if (c->type == LAN_COMMAND_IMPORT || c->type == LAN_COMMAND_REREAD)
    lan_engine_import_execute (engine, c);
  else
    lan_engine_operations_execute (engine, c);
}

static LanHistoryWhere
where_of (const LanCommand *c)
{
  if (c->type == LAN_COMMAND_READ_PINNED)
    return LAN_HISTORY_PINNED;
  if (c->type == LAN_COMMAND_READ_NEWER)
    return LAN_HISTORY_AFTER; /* from the very first where there is no message */
  if (lan_message_id_is_zero (&c->message))
    return LAN_HISTORY_NEWEST;
  return c->type == LAN_COMMAND_READ_AROUND ? LAN_HISTORY_AROUND : LAN_HISTORY_BEFORE;
}

/* How this person shows itself, and what the profile keeps. */
static void
execute_own (LanEngine *engine, LanCommand *c)
{
  switch ((guint) c->type) {
  case LAN_COMMAND_SET_PRESENCE:
    set_presence (engine, c);
    break;
  case LAN_COMMAND_SET_NAME:
    set_name (engine, c);
    break;
  case LAN_COMMAND_SET_HIDDEN:
    lan_engine_discovery_set_hidden (engine, c->number != 0);
    break;
  case LAN_COMMAND_SET_CARRYING:
    lan_engine_carry_execute (engine, c);
    break;
  case LAN_COMMAND_ADD_ADDRESS:
    add_address (engine, c);
    break;
  default:
    set_setting (engine, c);
    break;
  }
}

static void
execute_open (LanEngine *engine, LanCommand *c)
{
  switch (c->type) {
  case LAN_COMMAND_SEND_TEXT:
    send_text (engine, c);
    break;
  case LAN_COMMAND_SEND_BODY:
    send_body (engine, c);
    break;
  case LAN_COMMAND_MARK_READ:
    lan_engine_store_mark_read (engine->stores, &c->message, g_steal_pointer (&c->task));
    break;
  case LAN_COMMAND_SET_TYPING:
    set_typing (engine, c);
    break;
  case LAN_COMMAND_SET_DRAFT:
    set_draft (engine, c);
    break;
  case LAN_COMMAND_SET_VIEWED:
    if (!lan_group_of_address (&c->account, NULL))
      lan_engine_links_want (engine, &c->account, LAN_WANT_VIEW, c->number != 0);
    break;
  case LAN_COMMAND_READ_HISTORY:
  case LAN_COMMAND_READ_NEWER:
  case LAN_COMMAND_READ_PINNED:
  case LAN_COMMAND_READ_AROUND:
    lan_engine_store_page (engine->stores, &c->account, &c->message, where_of (c), c->from_ms,
                           (guint) c->number, g_steal_pointer (&c->task));
    break;
  case LAN_COMMAND_OPERATE:
  case LAN_COMMAND_FIND_MESSAGE:
  case LAN_COMMAND_READ_EDITS:
  case LAN_COMMAND_READ_BODY:
  case LAN_COMMAND_FORWARD_BODY:
  case LAN_COMMAND_STICKERS:
  case LAN_COMMAND_GROUP:
  case LAN_COMMAND_SEARCH:
  case LAN_COMMAND_READ_DAYS:
  case LAN_COMMAND_BACKUP:
  case LAN_COMMAND_BUNDLE:
  case LAN_COMMAND_RECOVERY_CODE:
  case LAN_COMMAND_IMPORT:
  case LAN_COMMAND_REREAD:
    execute_talk (engine, c);
    break;
  case LAN_COMMAND_ACCEPT:
  case LAN_COMMAND_BLOCK:
  case LAN_COMMAND_REMOVE:
  case LAN_COMMAND_VERIFY:
  case LAN_COMMAND_MERGE:
  case LAN_COMMAND_SET_NOTE:
  case LAN_COMMAND_SET_FAVOURITE:
  case LAN_COMMAND_SET_MUTED:
  case LAN_COMMAND_SET_KEEP:
    execute_person (engine, c);
    break;
  case LAN_COMMAND_LINK_STATS:
    answer_stats (engine, c);
    break;
  case LAN_COMMAND_SEND_FILE:
  case LAN_COMMAND_ACCEPT_FILE:
  case LAN_COMMAND_DECLINE_FILE:
  case LAN_COMMAND_CANCEL_FILE:
  case LAN_COMMAND_PAUSE_FILE:
  case LAN_COMMAND_FILE_ENTRIES:
    execute_file (engine, c);
    break;
  case LAN_COMMAND_SET_PRESENCE:
  case LAN_COMMAND_SET_NAME:
  case LAN_COMMAND_SET_HIDDEN:
  case LAN_COMMAND_SET_CARRYING:
  case LAN_COMMAND_ADD_ADDRESS:
  case LAN_COMMAND_SET_SETTING:
    execute_own (engine, c);
    break;
  case LAN_COMMAND_DEVICE_BEGIN:
  case LAN_COMMAND_DEVICE_JOIN:
  case LAN_COMMAND_DEVICE_CONFIRM:
  case LAN_COMMAND_DEVICE_CANCEL:
  case LAN_COMMAND_DEVICE_NAME:
  case LAN_COMMAND_DEVICE_REVOKE:
    lan_engine_devices_execute (engine, c);
    break;
  case LAN_COMMAND_SET_PASSPHRASE:
    set_passphrase (engine, c);
    break;
  case LAN_COMMAND_SET_SHOWN:
  case LAN_COMMAND_SERVER_LOOK:
  case LAN_COMMAND_SERVER_JOIN:
  case LAN_COMMAND_SERVER_CANCEL:
  case LAN_COMMAND_SERVER_LEAVE:
    execute_server (engine, c);
    break;
  default:
    lan_engine_share_execute (engine, c);
    break;
  }
}

static gboolean
is_of_call (LanCommandType type)
{
  return type >= LAN_COMMAND_CALL_START && type <= LAN_COMMAND_CALL_SHARE;
}

void
lan_engine_execute (LanEngine *engine, LanCommand *command)
{
  if (command->type == LAN_COMMAND_OPEN)
    lan_engine_open (engine, command->name, command->text);
  else if (command->type == LAN_COMMAND_CLOSE)
    lan_engine_close (engine);
  else if (engine->stage == LAN_ENGINE_OPEN && is_of_call (command->type))
    lan_engine_call_execute (engine, command);
  else if (engine->stage == LAN_ENGINE_OPEN)
    execute_open (engine, command);
  if (command->task != NULL)
    lan_engine_reply (
        engine, g_steal_pointer (&command->task),
        g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN, "the profile is not open"));
  lan_command_free (command);
}
