/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-settings.h"

#define GROUP          "window"
#define DEFAULT_WIDTH  1180
#define DEFAULT_HEIGHT 760
#define WRITE_DELAY_MS 800 /* after the last change of the window's size */

struct _LanWindowState {
  GKeyFile *file;
  char *path;
  guint write_id;
};

gboolean
lan_settings_get_bool (LanNode *node, const char *key)
{
  return g_strcmp0 (lan_node_get_setting (node, key), "0") != 0;
}

void
lan_settings_set_bool (LanNode *node, const char *key, gboolean on)
{
  lan_node_set_setting (node, key, on ? "1" : "0");
}

LanWindowState *
lan_window_state_load (const char *profile_dir)
{
  LanWindowState *self = g_new0 (LanWindowState, 1);
  g_autofree char *folder = profile_dir != NULL ? g_strdup (profile_dir) : lan_node_default_dir ();

  self->path = g_build_filename (folder, "window.ini", NULL);
  self->file = g_key_file_new ();
  /* The one file read before the first frame: a few lines. */
  if (!g_key_file_load_from_file (self->file, self->path, G_KEY_FILE_NONE, NULL))
    g_debug ("no window.ini yet");
  return self;
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    g_info ("window.ini: %s", error->message);
}

static gboolean
on_write_due (gpointer user_data)
{
  LanWindowState *self = user_data;
  gsize len;
  char *text = g_key_file_to_data (self->file, &len, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, len);
  g_autoptr (GFile) file = g_file_new_for_path (self->path);

  self->write_id = 0;
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL,
                                       on_written, NULL);
  return G_SOURCE_REMOVE;
}

static void
queue_write (LanWindowState *self)
{
  if (self->write_id == 0)
    self->write_id = g_timeout_add (WRITE_DELAY_MS, on_write_due, self);
}

void
lan_window_state_free (LanWindowState *self)
{
  if (self == NULL)
    return;
  if (self->write_id != 0) {
    g_source_remove (self->write_id);
    /* The program ends: this is the last moment, and nothing waits for the window any more. */
    if (!g_key_file_save_to_file (self->file, self->path, NULL))
      g_info ("window.ini was not kept");
  }
  g_key_file_unref (self->file);
  g_free (self->path);
  g_free (self);
}

LanLook
lan_window_state_get_look (LanWindowState *self)
{
  g_autofree char *look = g_key_file_get_string (self->file, GROUP, "look", NULL);

  if (g_strcmp0 (look, "light") == 0)
    return LAN_LOOK_LIGHT;
  return g_strcmp0 (look, "dark") == 0 ? LAN_LOOK_DARK : LAN_LOOK_SYSTEM;
}

void
lan_window_state_set_look (LanWindowState *self, LanLook look)
{
  static const char *const names[] = { "system", "light", "dark" };

  g_key_file_set_string (self->file, GROUP, "look", names[look]);
  queue_write (self);
}

char **
lan_window_state_dup_interfaces (LanWindowState *self)
{
  return g_key_file_get_string_list (self->file, GROUP, "interfaces", NULL, NULL);
}

void
lan_window_state_set_interfaces (LanWindowState *self, const char *const *names)
{
  if (names == NULL || names[0] == NULL)
    g_key_file_remove_key (self->file, GROUP, "interfaces", NULL);
  else
    g_key_file_set_string_list (self->file, GROUP, "interfaces", names,
                                g_strv_length ((char **) names));
  queue_write (self);
}

static gboolean
on_configure (GtkWindow *window, GdkEvent *event, LanWindowState *self)
{
  gboolean maximized = gtk_window_is_maximized (window);
  int width, height;

  g_key_file_set_boolean (self->file, GROUP, "maximized", maximized);
  if (!maximized) {
    gtk_window_get_size (window, &width, &height);
    g_key_file_set_integer (self->file, GROUP, "width", width);
    g_key_file_set_integer (self->file, GROUP, "height", height);
  }
  queue_write (self);
  return FALSE;
}

void
lan_window_state_follow (LanWindowState *self, GtkWindow *window)
{
  int width = g_key_file_get_integer (self->file, GROUP, "width", NULL);
  int height = g_key_file_get_integer (self->file, GROUP, "height", NULL);

  gtk_window_set_default_size (window, width >= 300 ? width : DEFAULT_WIDTH,
                               height >= 200 ? height : DEFAULT_HEIGHT);
  if (g_key_file_get_boolean (self->file, GROUP, "maximized", NULL))
    gtk_window_maximize (window);
  g_signal_connect (window, "configure-event", G_CALLBACK (on_configure), self);
}
