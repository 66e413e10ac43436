/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-files.h"

#include <glib/gi18n.h>

static char *chosen_folder;

void
lan_files_set_folder (const char *folder)
{
  g_free (chosen_folder);
  chosen_folder = folder != NULL && *folder != '\0' ? g_strdup (folder) : NULL;
}

char *
lan_files_dup_folder (void)
{
  const char *downloads = g_get_user_special_dir (G_USER_DIRECTORY_DOWNLOAD);
  char *folder;

  if (chosen_folder != NULL)
    folder = g_strdup (chosen_folder);
  else if (downloads != NULL)
    folder = g_strdup (downloads);
  else
    folder = g_build_filename (g_get_home_dir (), _ ("Downloads"), NULL);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_info ("the folder for received files cannot be made");
  return folder;
}

void
lan_files_open (GtkWidget *window, const char *path)
{
  g_autofree char *uri = path != NULL ? g_filename_to_uri (path, NULL, NULL) : NULL;

  if (uri != NULL)
    g_app_info_launch_default_for_uri_async (uri, NULL, NULL, NULL, NULL);
}

static void
on_shown (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *folder_uri = user_data;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  if (reply == NULL)
    g_app_info_launch_default_for_uri_async (folder_uri, NULL, NULL, NULL, NULL);
}

void
lan_files_show_in_folder (GtkWidget *window, const char *path)
{
  GDBusConnection *bus = g_application_get_dbus_connection (g_application_get_default ());
  g_autofree char *uri = path != NULL ? g_filename_to_uri (path, NULL, NULL) : NULL;
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;
  g_autofree char *folder_uri = folder != NULL ? g_filename_to_uri (folder, NULL, NULL) : NULL;
  const char *uris[] = { uri, NULL };

  if (uri == NULL || folder_uri == NULL)
    return;
  if (bus == NULL) {
    g_app_info_launch_default_for_uri_async (folder_uri, NULL, NULL, NULL, NULL);
    return;
  }
  g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                          "org.freedesktop.FileManager1", "ShowItems",
                          g_variant_new ("(^ass)", uris, ""), NULL, G_DBUS_CALL_FLAGS_NONE, 5000,
                          NULL, on_shown, g_steal_pointer (&folder_uri));
}
