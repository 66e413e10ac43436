/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-thumbnail.h"

#include <string.h>

#define MAX_SIDE_PX    4096
#define MAX_FILE_BYTES (20 * 1024 * 1024)
#define PIECE_BYTES    (64 * 1024)

typedef struct {
  char *path;
  int size_px;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->path);
  g_free (job);
}

const char *
lan_thumbnail_sniff (const guint8 *bytes, gsize len)
{
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  static const guint8 jpeg[] = { 0xff, 0xd8, 0xff };

  if (len >= sizeof png && memcmp (bytes, png, sizeof png) == 0)
    return "png";
  if (len >= sizeof jpeg && memcmp (bytes, jpeg, sizeof jpeg) == 0)
    return "jpeg";
  return NULL;
}

static void
on_size_prepared (GdkPixbufLoader *loader, int width, int height, gpointer user_data)
{
  int wanted = *(int *) user_data;
  double scale = MIN (1.0, (double) wanted / MAX (MAX (width, height), 1));

  if (width > MAX_SIDE_PX || height > MAX_SIDE_PX)
    gdk_pixbuf_loader_set_size (loader, 0, 0);
  else
    gdk_pixbuf_loader_set_size (loader, MAX ((int) (width * scale), 1),
                                MAX ((int) (height * scale), 1));
}

static GdkPixbuf *
decode (GInputStream *stream, int size_px, GCancellable *cancellable, GError **error)
{
  g_autoptr (GdkPixbufLoader) loader = NULL;
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);
  gsize total = 0;
  gssize got;

  while ((got = g_input_stream_read (stream, piece, PIECE_BYTES, cancellable, error)) > 0) {
    if (loader == NULL) {
      const char *type = lan_thumbnail_sniff (piece, (gsize) got);

      loader = type != NULL ? gdk_pixbuf_loader_new_with_type (type, error) : NULL;
      if (loader == NULL)
        return NULL;
      g_signal_connect (loader, "size-prepared", G_CALLBACK (on_size_prepared), &size_px);
    }
    total += (gsize) got;
    if (total > MAX_FILE_BYTES || !gdk_pixbuf_loader_write (loader, piece, (gsize) got, error)) {
      gdk_pixbuf_loader_close (loader, NULL);
      return NULL;
    }
  }
  if (loader == NULL || !gdk_pixbuf_loader_close (loader, error) || got < 0)
    return NULL;
  return g_object_ref (gdk_pixbuf_loader_get_pixbuf (loader));
}

static void
run (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  g_autoptr (GFile) file = g_file_new_for_path (job->path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, &error);
  GdkPixbuf *pixbuf = NULL;

  if (stream != NULL)
    pixbuf = decode (G_INPUT_STREAM (stream), job->size_px, cancellable, &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, pixbuf, g_object_unref);
}

void
lan_thumbnail_load_async (const char *path, int size_px, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  job->path = g_strdup (path);
  job->size_px = size_px;
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, run);
}

GdkPixbuf *
lan_thumbnail_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
