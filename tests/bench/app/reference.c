/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a window costs before there is a program in it: bare libhandy with 200 rows of Chinese text.
 * Says "usable" when the first whole frame is on the screen, and stays until it is ended.
 */
#include <handy.h>
#include <stdio.h>

#define ROWS 200

static gboolean
on_drawn (gpointer user_data)
{
  g_print ("usable\n");
  return G_SOURCE_REMOVE;
}

static GtkWidget *
make_list (void)
{
  GtkWidget *list = gtk_list_box_new ();

  for (int i = 0; i < ROWS; i++) {
    g_autofree char *text =
        g_strdup_printf ("第 %d 条：上午评审的结论整理好了，大家看看有没有遗漏。", i);
    GtkWidget *label = gtk_label_new (text);

    gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
    gtk_container_add (GTK_CONTAINER (list), label);
  }
  return list;
}

static void
on_activate (GtkApplication *application)
{
  GtkWidget *window = hdy_application_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = hdy_header_bar_new ();
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);

  gtk_window_set_application (GTK_WINDOW (window), application);
  gtk_window_set_default_size (GTK_WINDOW (window), 1180, 760);
  hdy_header_bar_set_show_close_button (HDY_HEADER_BAR (header), TRUE);
  gtk_container_add (GTK_CONTAINER (scroller), make_list ());
  gtk_box_pack_start (GTK_BOX (box), header, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), scroller, TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (window), box);
  gtk_widget_show_all (window);
  g_idle_add_full (GDK_PRIORITY_REDRAW + 10, on_drawn, NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = NULL;

  setvbuf (stdout, NULL, _IOLBF, 0);
  application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "startup", G_CALLBACK (hdy_init), NULL);
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
