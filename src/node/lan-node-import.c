/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A chat out of a file: read a piece at a time, given to the engine in batches, one on its way at a time.
 */
#include "lan-chat-file.h"
#include "lan-node-export.h"
#include "lan-node-private.h"
#include "lan-person-private.h"

#define PIECE_BYTES (64 * 1024)
#define BATCH       1000

typedef struct {
  LanPerson *person;
  GFile *source;
  GInputStream *stream;
  LanChatFile *file;
  GPtrArray *items; /* of LanChatItem: the next batch */
  gboolean is_at_end;
  gint64 n;     /* in the file, so far */
  gssize added; /* of them were new */
  LanNodeCount progress;
  gpointer progress_data;
} Import;

static void
import_free (gpointer data)
{
  Import *import = data;

  g_clear_object (&import->stream);
  g_object_unref (import->source);
  g_object_unref (import->person);
  lan_chat_file_free (import->file);
  g_clear_pointer (&import->items, g_ptr_array_unref);
  g_free (import);
}

static void read_on (GTask *task);

static void
show_anew (GTask *task)
{
  Import *import = g_task_get_task_data (task);

  if (import->added > 0)
    lan_node_push (
        g_task_get_source_object (task),
        lan_command_new_for (LAN_COMMAND_REREAD, lan_person_peek_account (import->person)));
}

/* @error: (transfer full) */
static void
fail (GTask *task, GError *error)
{
  show_anew (task);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static GError *
error_of (LanStatus status)
{
  if (status == LAN_STATUS_VERSION)
    return g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NEWER,
                                "this file was written by a newer version of Lanyard");
  return g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_DAMAGED,
                      status == LAN_STATUS_TRUNCATED
                          ? "this file ends too early: it was not written to its end (%s)"
                          : "this is no chat that Lanyard has exported, or it is damaged (%s)",
                      lan_status_text (status));
}

static void
take_items (Import *import)
{
  LanChatItem *item;

  while ((item = lan_chat_file_next (import->file)) != NULL) {
    g_ptr_array_add (import->items, item);
    import->n++;
  }
}

static void
on_batch (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Import *import = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *n = g_task_propagate_pointer (G_TASK (result), &error);

  if (n == NULL) {
    fail (task, error);
    return;
  }
  import->added += (gssize) g_ascii_strtoull (n, NULL, 10);
  if (import->progress != NULL)
    import->progress ((guint) import->n, import->progress_data);
  read_on (task);
}

static void
push_batch (GTask *task)
{
  Import *import = g_task_get_task_data (task);
  LanCommand *command =
      lan_command_new_for (LAN_COMMAND_IMPORT, lan_person_peek_account (import->person));

  command->items = g_steal_pointer (&import->items);
  import->items = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_chat_item_free);
  command->task =
      g_task_new (g_task_get_source_object (task), g_task_get_cancellable (task), on_batch, task);
  lan_node_ask (g_task_get_source_object (task), command);
}

static void
on_piece (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Import *import = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) piece =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  LanStatus status;

  if (piece == NULL) {
    fail (task, error);
    return;
  }
  import->is_at_end = g_bytes_get_size (piece) == 0;
  status = import->is_at_end ? lan_chat_file_end (import->file)
                             : lan_chat_file_feed (import->file, g_bytes_get_data (piece, NULL),
                                                   g_bytes_get_size (piece));
  if (status != LAN_STATUS_OK) {
    fail (task, error_of (status));
    return;
  }
  take_items (import);
  if (import->items->len >= BATCH || (import->is_at_end && import->items->len > 0))
    push_batch (task);
  else
    read_on (task);
}

static void
read_on (GTask *task)
{
  Import *import = g_task_get_task_data (task);

  if (!import->is_at_end) {
    g_input_stream_read_bytes_async (import->stream, PIECE_BYTES, G_PRIORITY_DEFAULT,
                                     g_task_get_cancellable (task), on_piece, task);
    return;
  }
  show_anew (task);
  g_task_return_int (task, import->added);
  g_object_unref (task);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Import *import = g_task_get_task_data (task);
  GError *error = NULL;

  import->stream = G_INPUT_STREAM (g_file_read_finish (G_FILE (source), result, &error));
  if (import->stream == NULL)
    fail (task, error);
  else
    read_on (task);
}

void
lan_node_import_async (LanNode *self, LanPerson *person, const char *path, LanNodeCount progress,
                       gpointer progress_data, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  Import *import;
  GTask *task;
  GError *error = NULL;

  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person) && path != NULL);
  lan_node_check_thread (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_node_import_async);
  import = g_new0 (Import, 1);
  import->person = g_object_ref (person);
  import->source = g_file_new_for_path (path);
  import->file = lan_chat_file_new ();
  import->items = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_chat_item_free);
  import->progress = progress;
  import->progress_data = progress_data;
  g_task_set_task_data (task, import, import_free);
  if (!lan_node_require_open (self, &error))
    fail (task, error);
  else
    g_file_read_async (import->source, G_PRIORITY_DEFAULT, cancellable, on_opened, task);
}

gssize
lan_node_import_finish (LanNode *self, GAsyncResult *result, gint64 *messages, char **peer_name,
                        GError **error)
{
  const Import *import;

  g_return_val_if_fail (g_task_is_valid (result, self), -1);
  import = g_task_get_task_data (G_TASK (result));
  if (messages != NULL)
    *messages = import->n;
  if (peer_name != NULL)
    *peer_name = g_strdup (lan_chat_file_peer_name (import->file));
  return g_task_propagate_int (G_TASK (result), error);
}
