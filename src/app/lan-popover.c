/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-popover.h"

static gboolean
on_destroy_popover (gpointer popover)
{
  gtk_widget_destroy (popover);
  return G_SOURCE_REMOVE;
}

static void
on_popover_closed (GtkWidget *popover)
{
  g_idle_add_full (G_PRIORITY_LOW, on_destroy_popover, g_object_ref (popover), g_object_unref);
}

void
lan_popover_forget_when_closed (GtkWidget *popover)
{
  g_signal_connect (popover, "closed", G_CALLBACK (on_popover_closed), NULL);
}
