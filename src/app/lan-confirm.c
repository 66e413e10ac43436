/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-confirm.h"

typedef struct {
  void (*yes) (gpointer object);
  GObject *object;
} Question;

static void
on_response (GtkDialog *dialog, int response, gpointer user_data)
{
  Question *question = user_data;

  if (response == GTK_RESPONSE_YES)
    question->yes (question->object);
  g_object_unref (question->object);
  g_free (question);
  gtk_widget_destroy (GTK_WIDGET (dialog));
}

void
lan_confirm_ask (GtkWidget *widget, const char *title, const char *text, const char *verb,
                 void (*yes) (gpointer object), gpointer object)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/io/github/lanyard/Lanyard/ui/confirm.ui");
  GtkMessageDialog *dialog = GTK_MESSAGE_DIALOG (gtk_builder_get_object (builder, "dialog"));
  Question *question = g_new0 (Question, 1);

  question->yes = yes;
  question->object = g_object_ref (object);
  g_object_set (dialog, "text", title, "secondary-text", text, NULL);
  gtk_button_set_label (GTK_BUTTON (gtk_builder_get_object (builder, "yes_button")), verb);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (gtk_widget_get_toplevel (widget)));
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), question);
  gtk_window_present (GTK_WINDOW (dialog));
}
