/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-window-about.h"

static void
show (GtkWindow *parent, const char *resource, const char *name)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (resource);
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, name));

  gtk_window_set_transient_for (window, parent);
  gtk_window_present (window);
}

void
lan_window_about_show (GtkWindow *parent)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/about.ui");
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, "about"));

  gtk_about_dialog_set_version (GTK_ABOUT_DIALOG (window), LAN_VERSION);
  gtk_window_set_transient_for (window, parent);
  g_signal_connect (window, "response", G_CALLBACK (gtk_widget_destroy), NULL);
  gtk_window_present (window);
}

void
lan_window_shortcuts_show (GtkWindow *parent)
{
  show (parent, "/io/github/lanyard/Lanyard/ui/shortcuts.ui", "shortcuts");
}
