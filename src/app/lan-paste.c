/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-paste.h"

#include "lan-pasted.h"
#include "lan-picture-message.h"

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

/* Pictures are taken as the bytes they are, of these kinds: nothing is decoded here. */
static const char *const kinds[] = { "image/png", "image/jpeg", "image/webp", "image/gif" };

/* Worker: writes the picture below the user's cache, readable by nobody else. */
static void
write_picture (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  gsize len;
  const guint8 *bytes = g_bytes_get_data (data, &len);
  GError *error = NULL;
  g_autofree char *path = lan_pasted_dup_path (lan_picture_sniff (bytes, len), &error);

  if (path == NULL || !g_file_set_contents_full (path, (const char *) bytes, (gssize) len,
                                                 G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error)) {
    g_task_return_error (task, error);
    return;
  }
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
on_picture (GtkClipboard *clipboard, GtkSelectionData *selection, gpointer user_data)
{
  int len = gtk_selection_data_get_length (selection);
  const guint8 *bytes = gtk_selection_data_get_data (selection);
  g_autoptr (GTask) task = NULL;

  if (len <= 0 || len > LAN_PICTURE_FILE_MAX || lan_picture_sniff (bytes, (gsize) len) == NULL) {
    answer (user_data, &(LanPaste){ 0 });
    return;
  }
  task = g_task_new (NULL, NULL, on_written, user_data);
  g_task_set_task_data (task, g_bytes_new (bytes, (gsize) len), (GDestroyNotify) g_bytes_unref);
  g_task_run_in_thread (task, write_picture);
}

/* The kind of picture to ask for, GDK_NONE: there is none. */
static GdkAtom
find_kind (const GdkAtom *targets, int n)
{
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++) {
    GdkAtom atom = gdk_atom_intern_static_string (kinds[k]);

    for (int i = 0; i < n; i++) {
      if (targets[i] == atom)
        return atom;
    }
  }
  return GDK_NONE;
}

static void
on_targets (GtkClipboard *clipboard, GdkAtom *targets, int n, gpointer user_data)
{
  GdkAtom kind = n > 0 ? find_kind (targets, n) : GDK_NONE;

  if (n > 0 && gtk_targets_include_uri (targets, n))
    gtk_clipboard_request_uris (clipboard, on_uris, user_data);
  else if (kind != GDK_NONE && !gtk_targets_include_text (targets, n))
    gtk_clipboard_request_contents (clipboard, kind, on_picture, user_data);
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
