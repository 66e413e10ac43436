/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The front of disk: jobs are given to one of two pools of workers, results come back through a
 * queue that the main context empties. The table of open files belongs to the main thread; workers
 * hold references.
 */
#include "lan-disk-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  LanFileJob *job;
  LanDiskFile *file; /* a reference */
  LanFileResult *result;
} LanDiskTask;

LanDiskFile *
lan_disk_file_new (LanDisk *disk, const LanMessageId *id)
{
  LanDiskFile *file = g_new0 (LanDiskFile, 1);

  file->disk = disk;
  file->ref = 1;
  file->id = *id;
  file->fd = -1;
  file->dirfd = -1;
  g_queue_init (&file->waiting);
  g_mutex_init (&file->lock);
  return file;
}

LanDiskFile *
lan_disk_file_ref (LanDiskFile *file)
{
  g_atomic_int_inc (&file->ref);
  return file;
}

void
lan_disk_file_unref (LanDiskFile *file)
{
  if (!g_atomic_int_dec_and_test (&file->ref))
    return;
  lan_disk_close_all (file);
  g_clear_pointer (&file->tree, lan_file_tree_unref);
  g_clear_pointer (&file->wanted, g_bytes_unref);
  g_clear_pointer (&file->leaves, g_bytes_unref);
  g_clear_pointer (&file->names, g_ptr_array_unref);
  g_free (file->kept);
  g_free (file->stamps);
  if (file->fd >= 0)
    close (file->fd);
  if (file->dirfd >= 0)
    close (file->dirfd);
  g_queue_clear_full (&file->waiting, (GDestroyNotify) lan_file_job_free);
  g_mutex_clear (&file->lock);
  g_free (file->dir);
  g_free (file->name);
  g_free (file->part);
  g_free (file);
}

gboolean
lan_disk_file_is_cancelled (LanDiskFile *file)
{
  return g_atomic_int_get (&file->cancelled) != 0;
}

static void
task_free (LanDiskTask *task)
{
  lan_file_job_free (task->job);
  lan_disk_file_unref (task->file);
  lan_file_result_free (task->result);
  g_free (task);
}

static gboolean deliver (gpointer data);

static void
push_result (LanDisk *disk, LanDiskTask *task)
{
  g_mutex_lock (&disk->results_lock);
  g_queue_push_tail (&disk->results, task);
  if (disk->wake == NULL) {
    disk->wake = g_idle_source_new ();
    g_source_set_priority (disk->wake, G_PRIORITY_DEFAULT);
    g_source_set_callback (disk->wake, deliver, disk, NULL);
    g_source_set_static_name (disk->wake, "lan-disk results");
    g_source_attach (disk->wake, disk->context);
  }
  g_mutex_unlock (&disk->results_lock);
}

void
lan_disk_report (LanDisk *disk, const LanFileJob *job, guint64 done, guint64 size)
{
  LanDiskTask *task = g_new0 (LanDiskTask, 1);

  task->file = lan_disk_file_new (disk, &job->file); /* only so that every task has one */
  task->result = lan_file_result_new (job);
  task->result->more = TRUE;
  task->result->done = done;
  task->result->size = size;
  push_result (disk, task);
}

typedef gboolean (*JobRun) (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                            LanFileResult *result);

static const struct {
  JobRun run;
  gboolean opens;     /* works on a file that is not open yet */
  gboolean is_hash;   /* long: goes to the other pool */
  gboolean is_target; /* works on a part file only */
  gboolean is_either; /* works on both */
} kinds[LAN_FILE_JOB_N] = {
  [LAN_FILE_JOB_OPEN_SOURCE] = { lan_disk_open_source, TRUE, FALSE, FALSE },
  [LAN_FILE_JOB_HASH_SOURCE] = { lan_disk_hash_source, FALSE, TRUE, FALSE },
  [LAN_FILE_JOB_READ] = { lan_disk_read, FALSE, FALSE, FALSE, TRUE },
  [LAN_FILE_JOB_OPEN_TARGET] = { lan_disk_open_target, TRUE, FALSE, FALSE },
  [LAN_FILE_JOB_CHECK_TARGET] = { lan_disk_check_target, FALSE, TRUE, TRUE },
  [LAN_FILE_JOB_WRITE] = { lan_disk_write, FALSE, FALSE, TRUE },
  [LAN_FILE_JOB_SYNC] = { lan_disk_sync, FALSE, TRUE, TRUE },
  [LAN_FILE_JOB_FINISH] = { lan_disk_finish, FALSE, TRUE, TRUE },
  [LAN_FILE_JOB_FIND] = { lan_disk_find, TRUE, TRUE, FALSE },
};

/* On a worker. A discard is carried out even while shutting down: nobody else would do it. */
static void
run_task (gpointer data, gpointer user_data)
{
  LanDiskTask *task = data;
  LanDisk *disk = user_data;
  LanFileJobType type = task->job->type;

  task->result = lan_file_result_new (task->job);
  if (type == LAN_FILE_JOB_DISCARD)
    lan_disk_discard (disk, task->file, task->job);
  else if (g_atomic_int_get (&disk->stopping) || lan_disk_file_is_cancelled (task->file))
    lan_disk_set_code (&task->result->error, LAN_FILE_ERROR_STOPPED, NULL);
  else if (!kinds[type].opens &&
           (task->file->fd < 0 ||
            (task->file->is_target != kinds[type].is_target && !kinds[type].is_either)))
    lan_disk_set_code (&task->result->error, LAN_FILE_ERROR_IO, "the file is not open");
  else if (!kinds[type].run (disk, task->file, task->job, task->result))
    g_assert (task->result->error != NULL);
  push_result (disk, task);
}

static void
start_task (LanDisk *disk, LanFileJob *job, LanDiskFile *file)
{
  LanDiskTask *task = g_new0 (LanDiskTask, 1);
  GThreadPool *pool = kinds[job->type].is_hash ? disk->hash_pool : disk->io_pool;

  task->job = job;
  task->file = lan_disk_file_ref (file);
  disk->pending++;
  g_thread_pool_push (pool, task, NULL);
}

/* A file whose opening failed is forgotten, and one whose discard is done may be opened again. */
static void
settle (LanDisk *disk, LanDiskTask *task)
{
  LanDiskFile *known = g_hash_table_lookup (disk->files, &task->job->file);
  LanFileJobType type = task->job->type;
  GQueue waiting = G_QUEUE_INIT;
  LanFileJob *job;

  if (known != task->file)
    return;
  if (type == LAN_FILE_JOB_DISCARD || type == LAN_FILE_JOB_FIND ||
      (kinds[type].opens && task->result->error != NULL && !known->closing)) {
    waiting = known->waiting;
    g_queue_init (&known->waiting);
    g_hash_table_remove (disk->files, &task->job->file);
  }
  while ((job = g_queue_pop_head (&waiting)) != NULL)
    lan_disk_submit (disk, job);
}

static gboolean
deliver (gpointer data)
{
  LanDisk *disk = data;
  GQueue results;
  LanDiskTask *task;

  g_mutex_lock (&disk->results_lock);
  results = disk->results;
  g_queue_init (&disk->results);
  g_clear_pointer (&disk->wake, g_source_unref);
  g_mutex_unlock (&disk->results_lock);
  while ((task = g_queue_pop_head (&results)) != NULL) {
    if (task->job != NULL) {
      disk->pending--;
      settle (disk, task);
    }
    if (task->result->type != LAN_FILE_JOB_DISCARD)
      disk->done (task->result, disk->data);
    task_free (task);
  }
  return G_SOURCE_REMOVE;
}

void
lan_disk_submit (LanDisk *disk, LanFileJob *job)
{
  LanDiskFile *file = g_hash_table_lookup (disk->files, &job->file);

  if (file != NULL && file->closing) {
    g_queue_push_tail (&file->waiting, job);
    return;
  }
  if (job->type == LAN_FILE_JOB_CLOSE) {
    if (file != NULL) {
      g_atomic_int_set (&file->cancelled, 1);
      g_hash_table_remove (disk->files, &job->file);
    }
    lan_file_job_free (job);
    return;
  }
  if (file != NULL && kinds[job->type].opens) {
    /* Opened anew: whatever is still under way for the old one goes on with that. */
    g_hash_table_remove (disk->files, &job->file);
    file = NULL;
  }
  if (file == NULL) {
    file = lan_disk_file_new (disk, &job->file);
    g_hash_table_insert (disk->files, &file->id, file);
  }
  if (job->type == LAN_FILE_JOB_DISCARD) {
    g_atomic_int_set (&file->cancelled, 1);
    file->closing = TRUE;
  }
  start_task (disk, job, file);
}

LanDiskFile *
lan_disk_borrow (LanDisk *disk, const LanMessageId *id)
{
  LanDiskFile *file = g_hash_table_lookup (disk->files, id);

  return file != NULL && !file->closing && file->fd >= 0 ? lan_disk_file_ref (file) : NULL;
}

guint
lan_disk_pending (const LanDisk *disk)
{
  return disk->pending;
}

/* umask() can only be asked by setting it, which another thread might notice. */
static mode_t
mode_of_new_files (void)
{
  g_autofree char *status = NULL;
  const char *line;
  mode_t mask = 077;

  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL) &&
      (line = strstr (status, "\nUmask:")) != NULL)
    mask = (mode_t) strtoul (line + strlen ("\nUmask:"), NULL, 8);
  return 0666 & ~mask;
}

LanDisk *
lan_disk_new (const LanDiskConfig *config)
{
  LanDisk *disk = g_new0 (LanDisk, 1);

  disk->context = config->context != NULL ? g_main_context_ref (config->context)
                                          : g_main_context_ref_thread_default ();
  disk->done = config->done;
  disk->data = config->data;
  disk->reserve_bytes =
      config->reserve_bytes == 0 ? (gint64) LAN_DISK_RESERVE_BYTES : config->reserve_bytes;
  disk->free_space = config->free_space;
  disk->free_space_data = config->free_space_data;
  disk->file_mode = mode_of_new_files ();
  disk->hash_threads = CLAMP (g_get_num_processors (), 1, 8);
  disk->files = g_hash_table_new_full (lan_message_id_hash, lan_message_id_equal, NULL,
                                       (GDestroyNotify) lan_disk_file_unref);
  g_mutex_init (&disk->results_lock);
  g_queue_init (&disk->results);
  disk->io_pool = g_thread_pool_new (
      run_task, disk, config->io_workers > 0 ? (int) config->io_workers : 2, FALSE, NULL);
  disk->hash_pool = g_thread_pool_new (
      run_task, disk, config->hash_workers > 0 ? (int) config->hash_workers : 2, FALSE, NULL);
  return disk;
}

void
lan_disk_free (LanDisk *disk)
{
  if (disk == NULL)
    return;
  g_atomic_int_set (&disk->stopping, 1);
  g_thread_pool_free (disk->io_pool, FALSE, TRUE);
  g_thread_pool_free (disk->hash_pool, FALSE, TRUE);
  if (disk->wake != NULL) {
    g_source_destroy (disk->wake);
    g_source_unref (disk->wake);
  }
  g_queue_clear_full (&disk->results, (GDestroyNotify) task_free);
  g_hash_table_unref (disk->files);
  g_mutex_clear (&disk->results_lock);
  g_main_context_unref (disk->context);
  g_free (disk);
}
