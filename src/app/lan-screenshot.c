/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-screenshot.h"

#include "lan-pasted.h"
#include "lan-picture.h"

#include <gdk/gdkx.h>
#include <glib/gi18n.h>
#include <libportal/portal.h>

#define SETTLE_MS 250 /* until a menu that was just closed is off the screen */

/* ---- taking it ---- */

static gboolean
on_settled (gpointer data)
{
  GTask *task = data;
  GdkWindow *root = gdk_get_default_root_window ();
  GdkPixbuf *pixbuf = NULL;

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  if (root != NULL)
    pixbuf = gdk_pixbuf_get_from_window (root, 0, 0, gdk_window_get_width (root),
                                         gdk_window_get_height (root));
  if (pixbuf != NULL)
    g_task_return_pointer (task, pixbuf, g_object_unref);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                             _ ("The screen could not be read."));
  return G_SOURCE_REMOVE;
}

static void
on_decoded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (LanPicture) picture = lan_picture_load_finish (result, &error);

  if (picture != NULL)
    g_task_return_pointer (task, g_object_ref (picture->pixbuf), g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
on_portal (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  GError *error = NULL;
  g_autofree char *uri = xdp_portal_take_screenshot_finish (XDP_PORTAL (source), result, &error);
  g_autofree char *path = uri != NULL ? g_filename_from_uri (uri, NULL, &error) : NULL;

  if (path != NULL) {
    lan_picture_load_async (path, LAN_PICTURE_BOX_MAX, LAN_PICTURE_BOX_MAX,
                            g_task_get_cancellable (task), on_decoded, task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
lan_screenshot_take_async (GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (XdpPortal) portal = NULL;

  if (GDK_IS_X11_DISPLAY (gdk_display_get_default ())) {
    g_timeout_add_full (G_PRIORITY_DEFAULT, SETTLE_MS, on_settled, task, g_object_unref);
    return;
  }
  portal = xdp_portal_new ();
  xdp_portal_take_screenshot (portal, NULL, XDP_SCREENSHOT_FLAG_NONE, cancellable, on_portal, task);
}

GdkPixbuf *
lan_screenshot_take_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- keeping it ---- */

static void
write_picture (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autofree char *path = lan_pasted_dup_path ("png", &error);
  g_autofree char *bytes = NULL;
  gsize len;

  if (path != NULL && gdk_pixbuf_save_to_buffer (data, &bytes, &len, "png", &error, NULL) &&
      g_file_set_contents_full (path, bytes, (gssize) len, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                &error))
    g_task_return_pointer (task, g_filename_to_uri (path, NULL, NULL), g_free);
  else
    g_task_return_error (task, error);
}

void
lan_screenshot_keep_async (GdkPixbuf *pixbuf, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_task_data (task, g_object_ref (pixbuf), g_object_unref);
  g_task_run_in_thread (task, write_picture);
}

char *
lan_screenshot_keep_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
