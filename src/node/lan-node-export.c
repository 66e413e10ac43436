/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A chat into a file, page after page from the oldest on; an HTML file takes two rounds, the second for
 * its JSON. What was begun and not finished is removed.
 */
#include "lan-chat-writer.h"
#include "lan-node-private.h"

#define PAGE 500

typedef struct {
  LanPerson *person;
  GFile *file;
  GOutputStream *stream;
  LanExportFormat format;
  gboolean is_json; /* this round */
  char *last;       /* id of the last message that was read */
  guint n;
  guint n_round;
  guint day;
  GString *text;
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  g_clear_object (&export->stream);
  g_object_unref (export->file);
  g_object_unref (export->person);
  g_string_free (export->text, TRUE);
  g_free (export->last);
  g_free (export);
}

static void read_page (GTask *task);

/* @error: (transfer full) */
static void
fail (GTask *task, GError *error)
{
  Export *export = g_task_get_task_data (task);

  if (export->stream != NULL)
    g_file_delete_async (export->file, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Export *export = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_output_stream_close_finish (G_OUTPUT_STREAM (source), result, &error)) {
    fail (task, error);
    return;
  }
  g_task_return_int (task, export->n);
  g_object_unref (task);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Export *export = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    fail (task, error);
  else if (export->last != NULL)
    read_page (task);
  else
    g_output_stream_close_async (export->stream, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                                 on_closed, task);
}

static void
begin_round (GTask *task, gboolean is_json)
{
  Export *export = g_task_get_task_data (task);
  LanPerson *self = lan_node_get_self (g_task_get_source_object (task));

  export->is_json = is_json;
  export->n_round = 0;
  if (is_json)
    lan_chat_writer_begin_json (export->text, self, export->person);
  else
    lan_chat_writer_begin_html (export->text, self, export->person);
}

static void
add (Export *export, LanMessage *message)
{
  if (export->is_json)
    lan_chat_writer_add_json (export->text, message, export->n_round == 0);
  else
    lan_chat_writer_add_html (export->text, message, &export->day);
  export->n_round++;
}

/* The end of a round: of everything, or the other one begins. */
static void
end_round (GTask *task)
{
  Export *export = g_task_get_task_data (task);

  export->n = export->n_round;
  g_clear_pointer (&export->last, g_free);
  if (!export->is_json) {
    lan_chat_writer_turn_html (export->text);
    begin_round (task, TRUE);
    export->last = g_strdup ("");
    return;
  }
  lan_chat_writer_end_json (export->text);
  if (export->format == LAN_EXPORT_FORMAT_HTML)
    lan_chat_writer_end_html (export->text);
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Export *export = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) messages = lan_node_read_history_finish (LAN_NODE (source), result, &error);

  if (messages == NULL) {
    fail (task, error);
    return;
  }
  for (guint i = 0; i < messages->len; i++)
    add (export, messages->pdata[i]);
  if (messages->len > 0) {
    g_free (export->last);
    export->last = g_strdup (lan_message_get_id (messages->pdata[messages->len - 1]));
  }
  if (messages->len < PAGE)
    end_round (task);
  g_output_stream_write_all_async (export->stream, export->text->str, export->text->len,
                                   G_PRIORITY_DEFAULT, g_task_get_cancellable (task), on_written,
                                   task);
}

static void
read_page (GTask *task)
{
  Export *export = g_task_get_task_data (task);

  g_string_truncate (export->text, 0);
  lan_node_read_page_async (g_task_get_source_object (task), export->person, LAN_COMMAND_READ_NEWER,
                            *export->last != '\0' ? export->last : NULL, PAGE,
                            g_task_get_cancellable (task), on_page, task);
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Export *export = g_task_get_task_data (task);
  GError *error = NULL;

  export->stream = G_OUTPUT_STREAM (g_file_create_finish (G_FILE (source), result, &error));
  if (export->stream == NULL) {
    fail (task, error);
    return;
  }
  begin_round (task, export->format == LAN_EXPORT_FORMAT_JSON);
  g_output_stream_write_all_async (export->stream, export->text->str, export->text->len,
                                   G_PRIORITY_DEFAULT, g_task_get_cancellable (task), on_written,
                                   task);
}

void
lan_node_export_async (LanNode *self, LanPerson *person, const char *path, LanExportFormat format,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Export *export;
  GTask *task;
  GError *error = NULL;

  g_return_if_fail (LAN_IS_NODE (self) && LAN_IS_PERSON (person) && path != NULL);
  lan_node_check_thread (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_node_export_async);
  export = g_new0 (Export, 1);
  export->person = g_object_ref (person);
  export->file = g_file_new_for_path (path);
  export->format = format;
  export->text = g_string_new (NULL);
  export->last = g_strdup ("");
  g_task_set_task_data (task, export, export_free);
  if (!lan_node_require_open (self, &error)) {
    fail (task, error);
    return;
  }
  g_file_create_async (export->file, G_FILE_CREATE_PRIVATE, G_PRIORITY_DEFAULT, cancellable,
                       on_created, task);
}

gssize
lan_node_export_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);
  return g_task_propagate_int (G_TASK (result), error);
}
