/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What can be asked of a group: checks of the arguments, then a command to the engine. */
#include "lan-content.h"
#include "lan-group-address.h"
#include "lan-group-chat-private.h"
#include "lan-node-private.h"
#include "lan-person-private.h"
#include "lan-text.h"

GBytes *
lan_group_chat_pack_people (GPtrArray *people)
{
  GByteArray *keys = g_byte_array_new ();

  for (guint i = 0; i < people->len; i++)
    g_byte_array_append (keys, lan_person_peek_account (g_ptr_array_index (people, i))->b,
                         LAN_ACCOUNT_ID_BYTES);
  return g_byte_array_free_to_bytes (keys);
}

static LanCommand *
new_call (LanGroupChat *self, LanGroupCall call)
{
  LanCommand *command = lan_command_new (LAN_COMMAND_GROUP);

  (void) lan_group_of_address (lan_person_peek_account (lan_group_chat_get_peer (self)),
                               &command->conversation);
  command->kind = call;
  return command;
}

/* (transfer full) @command */
static void
ask (LanGroupChat *self, LanCommand *command, GCancellable *cancellable,
     GAsyncReadyCallback callback, gpointer user_data)
{
  command->task = g_task_new (self, cancellable, callback, user_data);
  lan_node_ask (lan_group_chat_peek_node (self), command);
}

static void
ask_text (LanGroupChat *self, LanGroupCall call, const char *text, gsize max,
          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command = new_call (self, call);

  command->text = lan_text_clean_line (text, -1, max);
  ask (self, command, cancellable, callback, user_data);
}

void
lan_group_chat_join (LanGroupChat *self)
{
  LanNode *node;

  g_return_if_fail (LAN_IS_GROUP_CHAT (self));
  node = lan_group_chat_peek_node (self);
  if (node != NULL)
    lan_node_push (node, new_call (self, LAN_GROUP_CALL_JOIN));
}

void
lan_group_chat_set_muted (LanGroupChat *self, gboolean muted)
{
  g_return_if_fail (LAN_IS_GROUP_CHAT (self));
  lan_person_set_muted (lan_group_chat_get_peer (self), muted);
}

void
lan_group_chat_add_async (LanGroupChat *self, GPtrArray *people, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_GROUP_CHAT (self) && people != NULL);
  command = new_call (self, LAN_GROUP_CALL_ADD);
  command->bytes = lan_group_chat_pack_people (people);
  ask (self, command, cancellable, callback, user_data);
}

void
lan_group_chat_remove_async (LanGroupChat *self, LanPerson *person, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_GROUP_CHAT (self) && LAN_IS_PERSON (person));
  command = new_call (self, LAN_GROUP_CALL_REMOVE);
  command->other = *lan_person_peek_account (person);
  ask (self, command, cancellable, callback, user_data);
}

void
lan_group_chat_leave_async (LanGroupChat *self, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LAN_IS_GROUP_CHAT (self));
  ask (self, new_call (self, LAN_GROUP_CALL_LEAVE), cancellable, callback, user_data);
}

void
lan_group_chat_set_role_async (LanGroupChat *self, LanPerson *person, LanGroupChatRole role,
                               GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_GROUP_CHAT (self) && LAN_IS_PERSON (person));
  g_return_if_fail (role != LAN_GROUP_CHAT_ROLE_NONE);
  command = new_call (self, LAN_GROUP_CALL_ROLE);
  command->other = *lan_person_peek_account (person);
  command->number = (gint64) role;
  ask (self, command, cancellable, callback, user_data);
}

void
lan_group_chat_rename_async (LanGroupChat *self, const char *name, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LAN_IS_GROUP_CHAT (self) && name != NULL);
  ask_text (self, LAN_GROUP_CALL_RENAME, name, LAN_GROUP_NAME_MAX_BYTES, cancellable, callback,
            user_data);
}

void
lan_group_chat_set_topic_async (LanGroupChat *self, const char *topic, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LAN_IS_GROUP_CHAT (self) && topic != NULL);
  ask_text (self, LAN_GROUP_CALL_TOPIC, topic, LAN_GROUP_TOPIC_MAX_BYTES, cancellable, callback,
            user_data);
}

void
lan_group_chat_set_picture_async (LanGroupChat *self, GBytes *picture, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_GROUP_CHAT (self));
  command = new_call (self, LAN_GROUP_CALL_PICTURE);
  command->bytes = picture != NULL ? g_bytes_ref (picture) : NULL;
  ask (self, command, cancellable, callback, user_data);
}

void
lan_group_chat_set_open_history_async (LanGroupChat *self, gboolean open, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_GROUP_CHAT (self));
  command = new_call (self, LAN_GROUP_CALL_HISTORY);
  command->number = open != FALSE;
  ask (self, command, cancellable, callback, user_data);
}

void
lan_group_chat_make_group_async (LanGroupChat *self, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LAN_IS_GROUP_CHAT (self));
  ask (self, new_call (self, LAN_GROUP_CALL_PROPER), cancellable, callback, user_data);
}

void
lan_group_chat_end_async (LanGroupChat *self, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (LAN_IS_GROUP_CHAT (self));
  ask (self, new_call (self, LAN_GROUP_CALL_END), cancellable, callback, user_data);
}

gboolean
lan_group_chat_change_finish (LanGroupChat *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
