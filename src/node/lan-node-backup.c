/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Making a backup: the engine is asked for a piece, a worker seals and writes it, the next one is asked for.
 * So at most one piece is in memory, and nothing waits for a slow stick but the backup itself.
 */
#include "lan-node-backup.h"

#include "lan-backup-file.h"
#include "lan-engine-backup.h"
#include "lan-node-private.h"

#include <string.h>

typedef enum {
  STEP_BEGIN, /* the file is made */
  STEP_PIECE, /* rows are added */
  STEP_END,   /* the file is finished */
} Step;

typedef struct {
  LanBackupSource *source;
  LanBackupSink *sink;
  char *path;
  char *passphrase;
  Step step;
  LanNodeProgress progress;
  gpointer progress_data;
  guint percent;
} Backup;

static void
backup_free (gpointer data)
{
  Backup *backup = data;

  lan_backup_sink_free (backup->sink);
  lan_backup_source_unref (backup->source);
  if (backup->passphrase != NULL)
    lan_secret_wipe (backup->passphrase, strlen (backup->passphrase));
  g_free (backup->passphrase);
  g_free (backup->path);
  g_free (backup);
}

static void ask (GTask *task);
static void write_step (GTask *task, Step step);

/* What was begun is removed before anybody hears of it. @error: (transfer full) */
static void
fail (GTask *task, GError *error)
{
  Backup *backup = g_task_get_task_data (task);

  g_clear_pointer (&backup->sink, lan_backup_sink_free);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* --- on a worker --- */

static gboolean
add_rows (Backup *backup, GError **error)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (backup->source->piece, &len);

  while (len > 0) {
    gsize now = MIN (len, LAN_BACKUP_ROWS_BYTES);

    if (!lan_backup_sink_add (backup->sink, LAN_BACKUP_ROWS, data, now, error))
      return FALSE;
    data += now;
    len -= now;
  }
  return TRUE;
}

static gboolean
begin_file (Backup *backup, GError **error)
{
  LanBackupSource *source = backup->source;
  g_autoptr (GBytes) head = lan_backup_head_encode (&source->head);
  guint8 input[LAN_KEY_BYTES];
  gsize len;
  const guint8 *data;

  if (source->has_code)
    lan_recovery_code_input (&source->code, input);
  backup->sink = lan_backup_sink_new (backup->path, backup->passphrase, input, error);
  lan_secret_wipe (input, sizeof input);
  if (backup->sink == NULL)
    return FALSE;
  data = g_bytes_get_data (head, &len);
  if (!lan_backup_sink_add (backup->sink, LAN_BACKUP_HEAD, data, len, error))
    return FALSE;
  data = g_bytes_get_data (source->keys, &len);
  return lan_backup_sink_add (backup->sink, LAN_BACKUP_KEYS, data, len, error);
}

static gboolean
end_file (Backup *backup, GError **error)
{
  guint64 messages = GUINT64_TO_LE (lan_store_dump_messages (backup->source->dump));

  return lan_backup_sink_add (backup->sink, LAN_BACKUP_END, (const guint8 *) &messages,
                              sizeof messages, error) &&
         lan_backup_sink_finish (backup->sink, error);
}

static void
write_in_thread (GTask *work, gpointer source, gpointer data, GCancellable *cancellable)
{
  Backup *backup = data;
  GError *error = NULL;
  gboolean ok;

  if (backup->step == STEP_BEGIN)
    ok = begin_file (backup, &error);
  else if (backup->step == STEP_PIECE)
    ok = add_rows (backup, &error);
  else
    ok = end_file (backup, &error);
  if (ok)
    g_task_return_boolean (work, TRUE);
  else
    g_task_return_error (work, error);
}

/* --- in the owner's context --- */

static void
tell (Backup *backup, guint percent)
{
  if (backup->progress == NULL || percent == backup->percent)
    return;
  backup->percent = percent;
  backup->progress (percent, backup->progress_data);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Backup *backup = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    fail (task, error);
    return;
  }
  if (backup->step == STEP_END) {
    g_task_return_int (task, (gssize) lan_store_dump_messages (backup->source->dump));
    g_object_unref (task);
    return;
  }
  tell (backup, lan_store_dump_percent (backup->source->dump));
  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error)) {
    fail (task, error);
  } else if (lan_store_dump_is_done (backup->source->dump)) {
    write_step (task, STEP_END);
  } else {
    ask (task);
  }
}

static void
write_step (GTask *task, Step step)
{
  Backup *backup = g_task_get_task_data (task);
  GTask *work = g_task_new (NULL, NULL, on_written, task);

  backup->step = step;
  g_task_set_task_data (work, backup, NULL);
  g_task_run_in_thread (work, write_in_thread);
  g_object_unref (work);
}

static void
on_asked (GObject *node, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Backup *backup = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    fail (task, error);
    return;
  }
  if (backup->sink != NULL) {
    write_step (task, STEP_PIECE);
    return;
  }
  if (backup->passphrase == NULL && !backup->source->has_code) {
    fail (task, g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND,
                                     "No recovery code was made yet: make one first"));
    return;
  }
  write_step (task, STEP_BEGIN);
}

static void
ask (GTask *task)
{
  Backup *backup = g_task_get_task_data (task);
  LanNode *self = g_task_get_source_object (task);
  LanCommand *command = lan_command_new (LAN_COMMAND_BACKUP);

  command->backup = g_atomic_rc_box_acquire (backup->source);
  command->task = g_task_new (self, NULL, on_asked, task);
  lan_node_ask (self, command);
}

void
lan_node_backup_async (LanNode *self, const char *path, const char *passphrase,
                       LanNodeProgress progress, gpointer progress_data, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  Backup *backup;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && path != NULL);
  lan_node_check_thread (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_node_backup_async);
  backup = g_new0 (Backup, 1);
  backup->source = lan_backup_source_new ();
  backup->path = g_strdup (path);
  backup->passphrase = g_strdup (passphrase);
  backup->progress = progress;
  backup->progress_data = progress_data;
  g_task_set_task_data (task, backup, backup_free);
  ask (task);
}

gssize
lan_node_backup_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);
  return g_task_propagate_int (G_TASK (result), error);
}

void
lan_node_get_recovery_code_async (LanNode *self, gboolean renew, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data)
{
  LanCommand *command;

  g_return_if_fail (LAN_IS_NODE (self));
  lan_node_check_thread (self);
  command = lan_command_new (LAN_COMMAND_RECOVERY_CODE);
  command->number = renew;
  command->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (command->task, lan_node_get_recovery_code_async);
  lan_node_ask (self, command);
}

char *
lan_node_get_recovery_code_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
