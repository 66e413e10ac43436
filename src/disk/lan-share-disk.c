/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The front: one worker for each shared folder, results through a queue that the main context empties. */
#include "lan-share-disk-private.h"

#include "lan-disk-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MARK "id"

struct _LanShareDisk {
  GMainContext *context;
  LanShareDiskDone done;
  gpointer data;
  GHashTable *folders; /* LanConversationId (owned) -> LanShareFolder */
  gint stopping;       /* atomic */
  GMutex lock;         /* below */
  GQueue results;      /* of LanShareResult */
  GSource *wake;       /* queued delivery, or NULL */
};

typedef struct {
  LanShareFolder *folder;
  LanShareJob *job;
} Task;

/* -- the mark -- */

static gboolean
write_mark (int fd, const LanConversationId *share)
{
  g_autofree char *hex = lan_conversation_id_to_hex (share);
  int file = openat (fd, MARK, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  gboolean ok;

  if (file < 0)
    return FALSE;
  ok = write (file, hex, strlen (hex)) == (gssize) strlen (hex) && fsync (file) == 0;
  close (file);
  return ok;
}

gboolean
lan_share_folder_is_marked (LanShareFolder *folder, const LanConversationId *share)
{
  g_autofree char *hex = lan_conversation_id_to_hex (share);
  char found[2 * LAN_CONVERSATION_ID_BYTES + 1] = "";
  int file = lan_disk_open_beneath (folder->fd, LAN_SHARE_PRIVATE_DIR "/" MARK, O_RDONLY, 0);
  gboolean ok;

  if (file < 0)
    return FALSE;
  ok = read (file, found, sizeof found - 1) == sizeof found - 1 && strcmp (found, hex) == 0;
  close (file);
  return ok;
}

static gboolean
make_private (int fd, const LanConversationId *share)
{
  static const char *const names[] = { LAN_SHARE_PRIVATE_DIR, LAN_SHARE_INCOMING_DIR,
                                       LAN_SHARE_VERSIONS_DIR };
  int own;
  gboolean ok;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    if (mkdirat (fd, names[i], 0700) != 0 && errno != EEXIST)
      return FALSE;
  }
  own = lan_disk_open_beneath (fd, LAN_SHARE_PRIVATE_DIR, O_RDONLY | O_DIRECTORY, 0);
  if (own < 0)
    return FALSE;
  ok = write_mark (own, share);
  close (own);
  return ok;
}

gboolean
lan_share_folder_open (LanShareFolder *folder, const LanShareJob *job, GError **error)
{
  if (folder->fd >= 0)
    close (folder->fd);
  folder->fd = -1;
  if (!job->must_exist && g_mkdir_with_parents (job->dir, 0777) != 0) {
    lan_disk_set_error (error, errno, "making the shared folder");
    return FALSE;
  }
  folder->fd = lan_disk_open_folder (job->dir, error);
  if (folder->fd < 0)
    return FALSE;
  if (job->must_exist && !lan_share_folder_is_marked (folder, &job->share))
    lan_disk_set_code (error, LAN_FILE_ERROR_NOT_FOUND, "what was shared is not in this folder");
  else if (!job->must_exist && !make_private (folder->fd, &job->share))
    lan_disk_set_error (error, errno, "preparing the shared folder");
  else
    return TRUE;
  close (folder->fd);
  folder->fd = -1;
  return FALSE;
}

/* Links on the way to it resolved; NULL where the system does not say. */
static char *
dir_of (LanShareFolder *folder)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", folder->fd);

  return g_file_read_link (link, NULL);
}

/* -- the worker -- */

static gboolean
deliver (gpointer data)
{
  LanShareDisk *disk = data;
  GQueue results;

  g_mutex_lock (&disk->lock);
  results = disk->results;
  g_queue_init (&disk->results);
  g_clear_pointer (&disk->wake, g_source_unref);
  g_mutex_unlock (&disk->lock);
  while (!g_queue_is_empty (&results)) {
    LanShareResult *result = g_queue_pop_head (&results);

    disk->done (result, disk->data);
    lan_share_result_free (result);
  }
  return G_SOURCE_REMOVE;
}

static void
hand_over (LanShareDisk *disk, LanShareResult *result)
{
  g_mutex_lock (&disk->lock);
  g_queue_push_tail (&disk->results, result);
  if (disk->wake == NULL) {
    disk->wake = g_idle_source_new ();
    g_source_set_priority (disk->wake, G_PRIORITY_DEFAULT);
    g_source_set_callback (disk->wake, deliver, disk, NULL);
    g_source_attach (disk->wake, disk->context);
  }
  g_mutex_unlock (&disk->lock);
}

static void
carry_out (LanShareFolder *folder, const LanShareJob *job, LanShareResult *result)
{
  if (job->type == LAN_SHARE_JOB_OPEN) {
    if (lan_share_folder_open (folder, job, &result->error))
      result->dir = dir_of (folder);
    return;
  }
  if (folder->fd < 0 || g_atomic_int_get (folder->stopping)) {
    lan_disk_set_code (&result->error, LAN_FILE_ERROR_STOPPED, NULL);
    return;
  }
  switch (job->type) {
  case LAN_SHARE_JOB_SCAN:
    lan_share_folder_scan (folder, job, result);
    break;
  case LAN_SHARE_JOB_PLACE:
    lan_share_folder_place (folder, job, result);
    break;
  case LAN_SHARE_JOB_REMOVE:
    lan_share_folder_remove (folder, job, result);
    break;
  case LAN_SHARE_JOB_FOLDER:
    lan_share_folder_make (folder, job, result);
    break;
  case LAN_SHARE_JOB_DROP:
    lan_share_folder_drop (folder, job);
    break;
  case LAN_SHARE_JOB_TRIM:
    lan_share_folder_trim (folder, job, result);
    break;
  case LAN_SHARE_JOB_READ:
    lan_share_folder_read (folder, job, result);
    break;
  case LAN_SHARE_JOB_CLOSE:
    close (folder->fd);
    folder->fd = -1;
    break;
  case LAN_SHARE_JOB_OPEN:
  case LAN_SHARE_JOB_N:
  default:
    break;
  }
}

static void
run_task (gpointer data, gpointer user_data)
{
  LanShareDisk *disk = user_data;
  Task *task = data;
  LanShareResult *result = lan_share_result_new (task->job);

  carry_out (task->folder, task->job, result);
  if (task->job->type == LAN_SHARE_JOB_CLOSE || task->job->type == LAN_SHARE_JOB_DROP)
    lan_share_result_free (result);
  else
    hand_over (disk, result);
  lan_share_job_free (task->job);
  g_free (task);
}

static void
folder_free (gpointer data)
{
  LanShareFolder *folder = data;

  g_thread_pool_free (folder->pool, FALSE, TRUE);
  if (folder->fd >= 0)
    close (folder->fd);
  g_free (folder);
}

LanShareDisk *
lan_share_disk_new (GMainContext *context, LanShareDiskDone done, gpointer data)
{
  LanShareDisk *disk = g_new0 (LanShareDisk, 1);

  disk->context =
      context != NULL ? g_main_context_ref (context) : g_main_context_ref_thread_default ();
  disk->done = done;
  disk->data = data;
  disk->folders = g_hash_table_new_full (lan_conversation_id_hash, lan_conversation_id_equal,
                                         g_free, folder_free);
  g_mutex_init (&disk->lock);
  g_queue_init (&disk->results);
  return disk;
}

void
lan_share_disk_free (LanShareDisk *disk)
{
  if (disk == NULL)
    return;
  g_atomic_int_set (&disk->stopping, 1);
  g_hash_table_unref (disk->folders);
  if (disk->wake != NULL) {
    g_source_destroy (disk->wake);
    g_source_unref (disk->wake);
  }
  g_queue_clear_full (&disk->results, (GDestroyNotify) lan_share_result_free);
  g_mutex_clear (&disk->lock);
  g_main_context_unref (disk->context);
  g_free (disk);
}

void
lan_share_disk_submit (LanShareDisk *disk, LanShareJob *job)
{
  LanShareFolder *folder = g_hash_table_lookup (disk->folders, &job->share);
  Task *task = g_new0 (Task, 1);

  if (folder == NULL) {
    folder = g_new0 (LanShareFolder, 1);
    folder->fd = -1;
    folder->stopping = &disk->stopping;
    folder->pool = g_thread_pool_new (run_task, disk, 1, FALSE, NULL);
    g_hash_table_insert (disk->folders, g_memdup2 (&job->share, sizeof job->share), folder);
  }
  task->folder = folder;
  task->job = job;
  g_thread_pool_push (folder->pool, task, NULL);
}
