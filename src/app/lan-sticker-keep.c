/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-sticker-keep.h"

#include <string.h>

typedef struct {
  LanMessage *message;
  GPtrArray *messages; /* of LanMessage, still to be kept */
  int n_kept;
} Keeping;

static void
keeping_free (gpointer data)
{
  Keeping *keeping = data;

  g_object_unref (keeping->message);
  g_ptr_array_unref (keeping->messages);
  g_free (keeping);
}

static void next (GTask *task);

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Keeping *keeping = g_task_get_task_data (task);
  GError *error = NULL;

  if (!lan_node_change_stickers_finish (LAN_NODE (source), result, &error)) {
    g_task_return_error (task, error);
    return;
  }
  keeping->n_kept++;
  next (task);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (LanSticker) sticker = NULL;
  GError *error = NULL;

  sticker = lan_node_read_sticker_finish (LAN_NODE (source), result, &error);
  if (sticker != NULL)
    lan_node_keep_sticker_async (LAN_NODE (source), sticker, NULL, on_kept, g_object_ref (task));
  else
    g_task_return_error (task, error);
}

static void
next (GTask *task)
{
  Keeping *keeping = g_task_get_task_data (task);
  g_autoptr (LanMessage) message = NULL;

  if (keeping->messages->len == 0) {
    g_task_return_int (task, keeping->n_kept);
    return;
  }
  message = g_ptr_array_steal_index (keeping->messages, keeping->messages->len - 1);
  lan_node_read_sticker_async (g_task_get_source_object (task), message, NULL, on_read,
                               g_object_ref (task));
}

static gboolean
is_of_set (LanMessage *message, LanMessage *one)
{
  return lan_message_get_kind (message) == LAN_MESSAGE_KIND_STICKER &&
         !lan_message_get_recalled (message) && lan_message_get_sticker_offered (message) &&
         g_strcmp0 (lan_message_get_sticker_set (message), lan_message_get_sticker_set (one)) == 0;
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Keeping *keeping = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) found = lan_node_search_finish (LAN_NODE (source), result, &error);

  if (found == NULL) {
    g_task_return_error (task, error);
    return;
  }
  for (guint i = 0; i < found->len && keeping->messages->len < LAN_STICKER_MAX_COUNT; i++) {
    LanMessage *message = g_ptr_array_index (found, i);

    if (is_of_set (message, keeping->message))
      g_ptr_array_add (keeping->messages, g_object_ref (message));
  }
  next (task);
}

void
lan_sticker_keep_async (LanNode *node, LanMessage *message, gboolean whole,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (node, NULL, callback, user_data);
  g_autoptr (LanSearch) search = NULL;
  Keeping *keeping = g_new0 (Keeping, 1);

  keeping->message = g_object_ref (message);
  keeping->messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_task_set_task_data (task, keeping, keeping_free);
  if (!whole) {
    g_ptr_array_add (keeping->messages, g_object_ref (message));
    next (task);
    return;
  }
  search = lan_search_new (NULL);
  lan_search_set_peer (search, lan_message_get_peer (message));
  lan_search_set_author (search, lan_message_get_author (message));
  lan_search_set_kind (search, LAN_SEARCH_KIND_STICKER);
  lan_search_set_limit (search, 1000);
  lan_node_search_async (node, search, NULL, on_found, g_object_ref (task));
}

int
lan_sticker_keep_finish (LanNode *node, GAsyncResult *result, GError **error)
{
  return (int) g_task_propagate_int (G_TASK (result), error);
}
