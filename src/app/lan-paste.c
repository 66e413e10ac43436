/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-paste.h"

#include <glib/gstdio.h>

typedef struct {
  LanPasteFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} Request;

static void
answer (Request *request, const LanPaste *paste)
{
  request->func (paste, request->user_data);
  request->destroy (request->user_data);
  g_free (request);
}

static void
on_text (GtkClipboard *clipboard, const char *text, gpointer user_data)
{
  answer (user_data, &(LanPaste){ .text = (char *) text });
}

static void
on_uris (GtkClipboard *clipboard, char **uris, gpointer user_data)
{
  answer (user_data, &(LanPaste){ .uris = uris });
}

/* Worker: writes the picture below the user's cache, readable by nobody else. */
static void
write_picture (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "lanyard", "pasted", NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *name = g_date_time_format (now, "%Y%m%d-%H%M%S.png");
  g_autofree char *path = g_build_filename (folder, name, NULL);
  GError *error = NULL;

  if (g_mkdir_with_parents (folder, 0700) != 0 ||
      !gdk_pixbuf_save (data, path, "png", &error, NULL)) {
    if (error == NULL)
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, folder);
    g_task_return_error (task, error);
    return;
  }
  g_chmod (path, 0600);
  g_task_return_pointer (task, g_filename_to_uri (path, NULL, NULL), g_free);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = g_task_propagate_pointer (G_TASK (result), &error);
  char *uris[] = { uri, NULL };

  answer (user_data, &(LanPaste){ .uris = uri != NULL ? uris : NULL, .error = error });
}

static void
on_picture (GtkClipboard *clipboard, GdkPixbuf *pixbuf, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  if (pixbuf == NULL) {
    answer (user_data, &(LanPaste){ 0 });
    return;
  }
  task = g_task_new (NULL, NULL, on_written, user_data);
  g_task_set_task_data (task, g_object_ref (pixbuf), g_object_unref);
  g_task_run_in_thread (task, write_picture);
}

static void
on_targets (GtkClipboard *clipboard, GdkAtom *targets, int n, gpointer user_data)
{
  if (n > 0 && gtk_targets_include_uri (targets, n))
    gtk_clipboard_request_uris (clipboard, on_uris, user_data);
  else if (n > 0 && gtk_targets_include_image (targets, n, FALSE) &&
           !gtk_targets_include_text (targets, n))
    gtk_clipboard_request_image (clipboard, on_picture, user_data);
  else
    gtk_clipboard_request_text (clipboard, on_text, user_data);
}

void
lan_paste_request (GtkWidget *widget, LanPasteFunc func, gpointer user_data, GDestroyNotify destroy)
{
  Request *request = g_new0 (Request, 1);

  request->func = func;
  request->user_data = user_data;
  request->destroy = destroy;
  gtk_clipboard_request_targets (gtk_widget_get_clipboard (widget, GDK_SELECTION_CLIPBOARD),
                                 on_targets, request);
}
