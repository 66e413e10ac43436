/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-preedit.h"

#define KEY "lan-preedit"

static void
on_preedit (GtkTextView *view, const char *preedit, gpointer user_data)
{
  g_object_set_data_full (G_OBJECT (view), KEY, *preedit != '\0' ? g_strdup (preedit) : NULL,
                          g_free);
}

void
lan_preedit_watch (GtkTextView *view)
{
  g_signal_connect (view, "preedit-changed", G_CALLBACK (on_preedit), NULL);
}

gboolean
lan_preedit_composes (GtkTextView *view)
{
  return g_object_get_data (G_OBJECT (view), KEY) != NULL;
}

void
lan_preedit_settle (GtkTextView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  g_autofree char *composed = g_object_steal_data (G_OBJECT (view), KEY);
  int before = gtk_text_buffer_get_char_count (buffer);

  if (composed == NULL)
    return;
  gtk_text_view_reset_im_context (view);
  if (gtk_text_buffer_get_char_count (buffer) == before)
    gtk_text_buffer_insert_interactive_at_cursor (buffer, composed, -1, TRUE);
}
