/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Shared folders as a LanNode hands them out. */
#include "lan-node-private.h"
#include "lan-random-system.h"
#include "lan-text.h"

#define NAME_MAX_BYTES 200

GListModel *
lan_node_get_shares (LanNode *self)
{
  g_return_val_if_fail (LAN_IS_NODE (self), NULL);
  return lan_node_models_shares (lan_node_peek_models (self));
}

LanShare *
lan_node_find_share (LanNode *self, const char *id)
{
  LanConversationId share;

  g_return_val_if_fail (LAN_IS_NODE (self) && id != NULL, NULL);
  return lan_conversation_id_from_hex (&share, id)
             ? lan_node_models_share (lan_node_peek_models (self), &share)
             : NULL;
}

static char *
name_of (const char *dir, const char *name)
{
  g_autofree char *base = g_path_get_basename (dir);
  g_autofree char *shown = g_filename_display_name (base);

  return lan_text_clean_line (name != NULL ? name : shown, -1, NAME_MAX_BYTES);
}

void
lan_node_create_share_async (LanNode *self, const char *dir, const char *name,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autofree char *full = NULL;
  g_autofree char *clean = NULL;
  LanCommand *command;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && dir != NULL);
  lan_node_check_thread (self);
  task = g_task_new (self, cancellable, callback, user_data);
  full = g_canonicalize_filename (dir, NULL);
  clean = name_of (full, name);
  if (!g_file_test (full, G_FILE_TEST_IS_DIR) || !lan_text_is_clean_name (clean)) {
    g_task_return_new_error (task, LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                             "only an existing folder can be shared");
    g_object_unref (task);
    return;
  }
  command = lan_command_new (LAN_COMMAND_SHARE_CREATE);
  lan_random_bytes (lan_random_system (), command->conversation.b, sizeof command->conversation.b);
  g_task_set_task_data (task, lan_conversation_id_to_hex (&command->conversation), g_free);
  command->text = g_steal_pointer (&full);
  command->name = g_steal_pointer (&clean);
  command->task = task;
  lan_node_ask (self, command);
}

char *
lan_node_create_share_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_strdup (g_task_get_task_data (G_TASK (result)));
}
