/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HELPERS     2
#define CACHE_BYTES (32 * 1024 * 1024)
#define HASHED_MAX  (64 * 1024) /* bytes: what is no file is known again up to here */

typedef struct {
  char *path;    /* or */
  GBytes *bytes; /* this */
  guint box_width, box_height;
  guint64 number; /* the newest is the largest */
} Job;

typedef struct {
  char *key;
  LanPicture *picture;
  gsize size;
} Kept;

static struct {
  GMutex lock;
  GThreadPool *pool;
  GQueue idle; /* of LanPictureHelper */
  GQueue kept; /* of Kept, the latest first */
  gsize kept_bytes;
  guint64 jobs;
} state;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->path);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_free (job);
}

void
lan_picture_free (LanPicture *picture)
{
  if (picture == NULL)
    return;
  g_object_unref (picture->pixbuf);
  g_free (picture);
}

static LanPicture *
picture_copy (const LanPicture *picture)
{
  LanPicture *copy = g_memdup2 (picture, sizeof *picture);

  g_object_ref (copy->pixbuf);
  return copy;
}

static void
kept_free (Kept *kept)
{
  g_free (kept->key);
  lan_picture_free (kept->picture);
  g_free (kept);
}

/* ---- what was made lately ---- */

static char *
make_key (int fd, const Job *job)
{
  struct stat st;

  if (job->bytes != NULL && g_bytes_get_size (job->bytes) <= HASHED_MAX) {
    g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, job->bytes);

    return g_strdup_printf ("%s %ux%u", hash, job->box_width, job->box_height);
  }
  if (job->path == NULL || fstat (fd, &st) != 0)
    return NULL;
  return g_strdup_printf ("%lx.%lx.%lx.%lx.%lx %ux%u", (gulong) st.st_dev, (gulong) st.st_ino,
                          (gulong) st.st_size, (gulong) st.st_mtim.tv_sec,
                          (gulong) st.st_mtim.tv_nsec, job->box_width, job->box_height);
}

static LanPicture *
recall (const char *key)
{
  LanPicture *found = NULL;

  g_mutex_lock (&state.lock);
  for (GList *l = state.kept.head; key != NULL && l != NULL; l = l->next) {
    Kept *kept = l->data;

    if (strcmp (kept->key, key) == 0) {
      g_queue_unlink (&state.kept, l);
      g_queue_push_head_link (&state.kept, l);
      found = picture_copy (kept->picture);
      break;
    }
  }
  g_mutex_unlock (&state.lock);
  return found;
}

static void
keep (char *key, const LanPicture *picture)
{
  Kept *kept;

  if (key == NULL)
    return;
  kept = g_new0 (Kept, 1);
  kept->key = key;
  kept->picture = picture_copy (picture);
  kept->size = gdk_pixbuf_get_byte_length (picture->pixbuf);
  g_mutex_lock (&state.lock);
  g_queue_push_head (&state.kept, kept);
  state.kept_bytes += kept->size;
  while (state.kept_bytes > CACHE_BYTES) {
    Kept *last = g_queue_pop_tail (&state.kept);

    state.kept_bytes -= last->size;
    kept_free (last);
  }
  g_mutex_unlock (&state.lock);
}

/* ---- workers ---- */

static LanPicture *
from_pixels (const LanPicturePixels *pixels)
{
  LanPicture *picture = g_new0 (LanPicture, 1);
  const LanPictureReply *reply = &pixels->reply;

  picture->pixbuf =
      gdk_pixbuf_new_from_bytes (pixels->pixels, GDK_COLORSPACE_RGB, TRUE, 8, (int) reply->width,
                                 (int) reply->height, (int) reply->width * 4);
  picture->source_width = reply->source_width;
  picture->source_height = reply->source_height;
  picture->animated = reply->animated;
  return picture;
}

static LanPicture *
make (int fd, const Job *job, GCancellable *cancellable, GError **error)
{
  LanPictureHelper *helper;
  LanPicturePixels pixels = { 0 };
  LanPicture *picture = NULL;

  g_mutex_lock (&state.lock);
  helper = g_queue_pop_head (&state.idle);
  g_mutex_unlock (&state.lock);
  if (helper == NULL)
    helper = lan_picture_helper_new ();
  if (lan_picture_helper_run (helper, fd, job->box_width, job->box_height, cancellable, &pixels,
                              error)) {
    picture = from_pixels (&pixels);
    g_bytes_unref (pixels.pixels);
  }
  g_mutex_lock (&state.lock);
  g_queue_push_head (&state.idle, helper);
  g_mutex_unlock (&state.lock);
  return picture;
}

static void
run (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  const Job *job = g_task_get_task_data (task);
  GError *error = NULL;
  LanPicture *picture;
  char *key;
  int fd;

  if (g_task_return_error_if_cancelled (task))
    return;
  fd = job->path != NULL ? lan_picture_open (job->path, &error)
                         : lan_picture_open_bytes (job->bytes, &error);
  if (fd < 0) {
    g_task_return_error (task, error);
    return;
  }
  key = make_key (fd, job);
  picture = recall (key);
  if (picture != NULL) {
    g_free (key);
  } else {
    picture = make (fd, job, g_task_get_cancellable (task), &error);
    if (picture != NULL)
      keep (key, picture);
    else
      g_free (key);
  }
  close (fd);
  if (picture != NULL)
    g_task_return_pointer (task, picture, (GDestroyNotify) lan_picture_free);
  else
    g_task_return_error (task, error);
}

static int
newest_first (gconstpointer a, gconstpointer b, gpointer data)
{
  const Job *x = g_task_get_task_data ((GTask *) a), *y = g_task_get_task_data ((GTask *) b);

  return x->number > y->number ? -1 : x->number < y->number;
}

static void
push (GTask *task, Job *job, guint box_width, guint box_height)
{
  if (state.pool == NULL) {
    state.pool = g_thread_pool_new (run, NULL, HELPERS, FALSE, NULL);
    g_thread_pool_set_sort_function (state.pool, newest_first, NULL);
  }
  job->box_width = CLAMP (box_width, 1, LAN_PICTURE_BOX_MAX);
  job->box_height = CLAMP (box_height, 1, LAN_PICTURE_BOX_MAX);
  job->number = ++state.jobs;
  g_task_set_task_data (task, job, job_free);
  g_thread_pool_push (state.pool, task, NULL);
}

void
lan_picture_load_async (const char *path, guint box_width, guint box_height,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->path = g_strdup (path);
  push (g_task_new (NULL, cancellable, callback, user_data), job, box_width, box_height);
}

void
lan_picture_load_bytes_async (GBytes *bytes, guint box_width, guint box_height,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->bytes = g_bytes_ref (bytes);
  push (g_task_new (NULL, cancellable, callback, user_data), job, box_width, box_height);
}

LanPicture *
lan_picture_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
lan_picture_is_name (const char *name)
{
  static const char *const ends[] = { "png", "jpg", "jpeg", "gif", "webp", NULL };
  const char *dot = strrchr (name, '.');
  g_autofree char *end = dot != NULL && dot != name ? g_ascii_strdown (dot + 1, -1) : NULL;

  return end != NULL && g_strv_contains (ends, end);
}
