/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Making and reading bundles: engine and worker take turns, a piece each. Making: the engine gives entries, the
 * worker writes them. Reading: the worker first reads all of the file to see that it is whole, then
 * gives it piece by piece to the engine.
 */
#include "lan-node-bundle.h"

#include "lan-bundle-file.h"
#include "lan-engine-bundle.h"
#include "lan-node-private.h"

#include <unistd.h>

typedef struct {
  LanBundleJob *job;
  char *path;
  LanBundleSink *sink; /* making */
  int fd;              /* reading; -1: not open */
  guint64 size;        /* of the file; making: once it is whole */
  guint64 done;        /* bytes of it that were taken */
  guint taken;         /* bytes of the chunk that is being taken */
  LanNodeProgress progress;
  gpointer progress_data;
  guint percent;
} Bundle;

static void
bundle_free (gpointer data)
{
  Bundle *bundle = data;

  lan_bundle_sink_free (bundle->sink);
  if (bundle->fd >= 0)
    close (bundle->fd);
  lan_bundle_job_unref (bundle->job);
  g_free (bundle->path);
  g_free (bundle);
}

static gboolean
is_reading (const Bundle *bundle)
{
  return bundle->job->take != NULL;
}

static void ask (GTask *task);
static void work (GTask *task);

/* What was begun is removed before anybody hears of it. @error: (transfer full) */
static void
fail (GTask *task, GError *error)
{
  Bundle *bundle = g_task_get_task_data (task);

  g_clear_pointer (&bundle->sink, lan_bundle_sink_free);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
tell (Bundle *bundle, guint percent)
{
  if (bundle->progress == NULL || percent == bundle->percent)
    return;
  bundle->percent = percent;
  bundle->progress (percent, bundle->progress_data);
}

/* --- on a worker --- */

static gboolean
is_empty (const LanBundleJob *job)
{
  LanBundleMade made;

  lan_bundle_plan_get (job->plan, &made);
  return made.letters + made.others + made.words == 0;
}

static gboolean
write_piece (Bundle *bundle, GError **error)
{
  LanBundleJob *job = bundle->job;

  if (job->is_over && job->out->len == 0 && is_empty (job)) {
    g_set_error_literal (error, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_FOUND,
                         "There is nothing to take along");
    return FALSE;
  }
  if (bundle->sink == NULL)
    bundle->sink = lan_bundle_sink_new (bundle->path, error);
  if (bundle->sink == NULL ||
      !lan_bundle_sink_add (bundle->sink, job->out->data, job->out->len, error))
    return FALSE;
  g_byte_array_set_size (job->out, 0);
  return !job->is_over || lan_bundle_sink_finish (bundle->sink, &bundle->size, error);
}

static gboolean
read_piece (Bundle *bundle, GCancellable *cancellable, GError **error)
{
  if (bundle->fd < 0)
    bundle->fd = lan_bundle_file_open (bundle->path, &bundle->size, cancellable, error);
  return bundle->fd >= 0 &&
         lan_bundle_file_read (bundle->fd, bundle->path, bundle->job->chunk, error);
}

static void
work_in_thread (GTask *step, gpointer source, gpointer data, GCancellable *cancellable)
{
  Bundle *bundle = data;
  GError *error = NULL;
  gboolean ok =
      is_reading (bundle) ? read_piece (bundle, cancellable, &error) : write_piece (bundle, &error);

  if (ok)
    g_task_return_boolean (step, TRUE);
  else
    g_task_return_error (step, error);
}

/* --- in the owner's context --- */

static void
on_worked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Bundle *bundle = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    fail (task, error);
  } else if (!is_reading (bundle) && bundle->job->is_over) {
    tell (bundle, 100);
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
  } else {
    ask (task);
  }
}

static void
work (GTask *task)
{
  Bundle *bundle = g_task_get_task_data (task);
  GTask *step = g_task_new (NULL, g_task_get_cancellable (task), on_worked, task);

  g_task_set_check_cancellable (step, FALSE);
  g_task_set_task_data (step, bundle, NULL);
  g_task_run_in_thread (step, work_in_thread);
  g_object_unref (step);
}

/* @task: over when the file is. */
static gboolean
was_last (GTask *task, Bundle *bundle)
{
  LanBundleMade made;

  if (!is_reading (bundle)) {
    lan_bundle_plan_get (bundle->job->plan, &made);
    tell (bundle, MIN (made.percent, 99));
    return FALSE;
  }
  bundle->done += bundle->taken;
  tell (bundle, (guint) (bundle->done * 100 / MAX (bundle->size, MAX (bundle->done, 1))));
  if (bundle->job->status != LAN_STATUS_OK) {
    fail (task, lan_bundle_file_error ((int) bundle->job->status));
    return TRUE;
  }
  if (bundle->taken > 0)
    return FALSE;
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
  return TRUE;
}

static void
on_asked (GObject *node, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    fail (task, error);
  else if (was_last (task, g_task_get_task_data (task)))
    return;
  else if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    fail (task, error);
  else
    work (task);
}

static void
ask (GTask *task)
{
  Bundle *bundle = g_task_get_task_data (task);
  LanNode *self = g_task_get_source_object (task);
  LanCommand *command = lan_command_new (LAN_COMMAND_BUNDLE);

  bundle->taken = bundle->job->chunk->len;
  command->bundle = g_atomic_rc_box_acquire (bundle->job);
  command->task = g_task_new (self, NULL, on_asked, task);
  lan_node_ask (self, command);
}

static GTask *
task_new (LanNode *self, const char *path, gboolean reading, GCancellable *cancellable,
          GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Bundle *bundle = g_new0 (Bundle, 1);

  bundle->job = lan_bundle_job_new (reading);
  bundle->path = g_strdup (path);
  bundle->fd = -1;
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, bundle, bundle_free);
  return task;
}

/* --- making --- */

static gboolean
find_people (LanNode *self, LanBundleJob *job, const char *const *people, GError **error)
{
  job->people = g_array_new (FALSE, FALSE, sizeof (LanAccountId));
  for (; *people != NULL; people++) {
    LanPerson *person = lan_node_find_person (self, *people, error);
    LanAccountId account;

    if (person == NULL)
      return FALSE;
    if (lan_account_id_from_hex (&account, lan_person_get_id (person)))
      g_array_append_val (job->people, account);
  }
  return TRUE;
}

void
lan_node_create_bundle_async (LanNode *self, const char *path, const char *const *people,
                              LanNodeProgress progress, gpointer progress_data,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  Bundle *bundle;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && path != NULL);
  lan_node_check_thread (self);
  task = task_new (self, path, FALSE, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_node_create_bundle_async);
  bundle = g_task_get_task_data (task);
  bundle->progress = progress;
  bundle->progress_data = progress_data;
  if (people != NULL && !find_people (self, bundle->job, people, &error))
    fail (task, error);
  else
    ask (task);
}

static void
unreached_free (gpointer data)
{
  LanBundleUnreached *unreached = data;

  g_free (unreached->id);
  g_free (unreached);
}

void
lan_bundle_written_free (LanBundleWritten *written)
{
  if (written == NULL)
    return;
  g_ptr_array_unref (written->unreached);
  g_free (written);
}

LanBundleWritten *
lan_node_create_bundle_finish (LanNode *self, GAsyncResult *result, GError **error)
{
  const Bundle *bundle;
  LanBundleWritten *written;
  LanBundleMade made;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  bundle = g_task_get_task_data (G_TASK (result));
  lan_bundle_plan_get (bundle->job->plan, &made);
  written = g_new0 (LanBundleWritten, 1);
  written->letters = made.letters;
  written->people = made.people;
  written->others = made.others;
  written->words = made.words;
  written->bytes = bundle->size;
  written->is_full = made.is_full;
  written->unreached = g_ptr_array_new_with_free_func (unreached_free);
  for (guint i = 0; i < made.left->len; i++) {
    const LanBundleOut *out = &g_array_index (made.left, LanBundleOut, i);
    LanBundleUnreached *unreached = g_new0 (LanBundleUnreached, 1);

    unreached->id = lan_account_id_to_hex (&out->account);
    unreached->no_key = out->reason == LAN_BUNDLE_OUT_NO_KEY;
    g_ptr_array_add (written->unreached, unreached);
  }
  return written;
}

/* --- reading --- */

void
lan_node_read_bundle_async (LanNode *self, const char *path, LanNodeProgress progress,
                            gpointer progress_data, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  Bundle *bundle;
  GTask *task;

  g_return_if_fail (LAN_IS_NODE (self) && path != NULL);
  lan_node_check_thread (self);
  task = task_new (self, path, TRUE, cancellable, callback, user_data);
  g_task_set_source_tag (task, lan_node_read_bundle_async);
  bundle = g_task_get_task_data (task);
  bundle->progress = progress;
  bundle->progress_data = progress_data;
  work (task);
}

gboolean
lan_node_read_bundle_finish (LanNode *self, GAsyncResult *result, LanBundleTaken *taken,
                             GError **error)
{
  const LanBundleCounts *counts;
  const Bundle *bundle;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  bundle = g_task_get_task_data (G_TASK (result));
  counts = lan_bundle_take_get (bundle->job->take);
  *taken = (LanBundleTaken){
    .fresh = counts->fresh,
    .known = counts->known,
    .waiting = counts->waiting,
    .unreadable = counts->unreadable,
    .stranger = counts->stranger,
    .own = counts->own,
    .kept = counts->kept,
    .left = counts->left,
    .no_room = counts->no_room,
    .old = counts->old,
    .words = counts->words,
  };
  return TRUE;
}
