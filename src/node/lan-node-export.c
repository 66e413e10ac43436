/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A chat into a file, page after page from the oldest on; an HTML file takes two rounds, the second for
 * its JSON. It has another name until it is whole; what was begun and not finished is removed.
 */
#include "lan-node-export.h"

#include "lan-chat-writer.h"
#include "lan-node-private.h"
#include "lan-person-private.h"

#define PAGE 500

typedef struct {
  LanPerson *person;
  GFile *file;
  GFile *part; /* its name until it is whole */
  GOutputStream *stream;
  LanExportFormat format;
  gboolean is_json; /* this round */
  gint64 from_ms;
  gint64 to_ms; /* 0: no end */
  LanNodeCount progress;
  gpointer progress_data;
  char *last; /* id of the last message that was read */
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
  g_object_unref (export->part);
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
    g_file_delete_async (export->part, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* On a worker. A file that came into being meanwhile is not written over. */
static void
give_name (GTask *work, gpointer source, gpointer data, GCancellable *cancellable)
{
  Export *export = data;
  GError *error = NULL;

  if (g_file_move (export->part, export->file, G_FILE_COPY_NO_FALLBACK_FOR_MOVE, cancellable, NULL,
                   NULL, &error))
    g_task_return_boolean (work, TRUE);
  else
    g_task_return_error (work, error);
}

static void
on_named (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Export *export = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    fail (task, error);
    return;
  }
  g_task_return_int (task, export->n);
  g_object_unref (task);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  g_autoptr (GTask) work = NULL;
  GError *error = NULL;

  if (!g_output_stream_close_finish (G_OUTPUT_STREAM (source), result, &error)) {
    fail (task, error);
    return;
  }
  work =
      g_task_new (g_task_get_source_object (task), g_task_get_cancellable (task), on_named, task);
  g_task_set_task_data (work, g_task_get_task_data (task), NULL);
  g_task_run_in_thread (work, give_name);
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

static gboolean
is_inside (const Export *export, LanMessage *message)
{
  return export->to_ms == 0 || lan_message_get_place_time (message) < export->to_ms;
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Export *export = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) messages = lan_node_read_history_finish (LAN_NODE (source), result, &error);
  guint n = 0;

  if (messages == NULL) {
    fail (task, error);
    return;
  }
  while (n < messages->len && is_inside (export, messages->pdata[n]))
    add (export, messages->pdata[n++]);
  if (messages->len > 0) {
    g_free (export->last);
    export->last = g_strdup (lan_message_get_id (messages->pdata[messages->len - 1]));
  }
  if (export->progress != NULL)
    export->progress (export->n_round, export->progress_data);
  if (n < PAGE)
    end_round (task);
  g_output_stream_write_all_async (export->stream, export->text->str, export->text->len,
                                   G_PRIORITY_DEFAULT, g_task_get_cancellable (task), on_written,
                                   task);
}

static void
read_page (GTask *task)
{
  Export *export = g_task_get_task_data (task);
  LanCommand *command =
      lan_command_new_for (LAN_COMMAND_READ_NEWER, lan_person_peek_account (export->person));

  g_string_truncate (export->text, 0);
  command->number = PAGE;
  command->from_ms = export->from_ms;
  if (*export->last != '\0' && !lan_message_id_from_hex (&command->message, export->last))
    g_assert_not_reached ();
  command->task =
      g_task_new (g_task_get_source_object (task), g_task_get_cancellable (task), on_page, task);
  lan_node_ask (g_task_get_source_object (task), command);
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

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Export *export = g_task_get_task_data (task);
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, NULL);

  if (info == NULL) {
    g_file_create_async (export->part, G_FILE_CREATE_PRIVATE, G_PRIORITY_DEFAULT,
                         g_task_get_cancellable (task), on_created, task);
    return;
  }
  fail (task, g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_INVALID,
                           "'%s' is there already: choose another name",
                           g_file_peek_path (export->file)));
}

/* What people see of a name is the same however it was typed. */
static void
set_path (Export *export, const char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *one = g_utf8_normalize (name, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  g_autofree char *whole = g_build_filename (dir, one != NULL ? one : name, NULL);
  g_autofree char *part = g_strdup_printf ("%s.%08x.part", whole, g_random_int ());

  export->file = g_file_new_for_path (whole);
  export->part = g_file_new_for_path (part);
}

void
lan_node_export_async (LanNode *self, LanPerson *person, const char *path, LanExportFormat format,
                       gint64 from_ms, gint64 to_ms, LanNodeCount progress, gpointer progress_data,
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
  set_path (export, path);
  export->format = format;
  export->from_ms = MAX (from_ms, 0);
  export->to_ms = MAX (to_ms, 0);
  export->progress = progress;
  export->progress_data = progress_data;
  export->text = g_string_new (NULL);
  export->last = g_strdup ("");
  g_task_set_task_data (task, export, export_free);
  if (!lan_node_require_open (self, &error))
    fail (task, error);
  else
    g_file_query_info_async (export->file, G_FILE_ATTRIBUTE_STANDARD_TYPE,
                             G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, G_PRIORITY_DEFAULT, cancellable,
                             on_looked, task);
}

gssize
lan_node_export_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);
  return g_task_propagate_int (G_TASK (result), error);
}
