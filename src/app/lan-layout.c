/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-layout.h"

/* After the frame in which the layout happened. */
#define AFTER_LAYOUT (GDK_PRIORITY_REDRAW + 10)

typedef struct {
  GtkWidget *inner; /* owns this */
  GtkWidget *outer; /* around it, so it lives longer than their bond */
  guint idle_id;
} Keeper;

static void
keeper_free (gpointer data)
{
  Keeper *keeper = data;

  g_clear_handle_id (&keeper->idle_id, g_source_remove);
  g_free (keeper);
}

/* Asking for a size takes the mark away; asking for room then lays out what missed its turn. The view
 * itself keeps its size, so this ends here. */
static gboolean
on_layout_over (gpointer user_data)
{
  Keeper *keeper = user_data;
  GtkWidget *scroller = gtk_widget_get_parent (keeper->inner);
  int minimum;

  keeper->idle_id = 0;
  if (scroller == NULL || !gtk_widget_is_ancestor (scroller, keeper->outer))
    return G_SOURCE_REMOVE;
  for (GtkWidget *w = scroller; w != keeper->outer; w = gtk_widget_get_parent (w))
    gtk_widget_get_preferred_width (w, &minimum, NULL);
  gtk_widget_queue_resize (scroller);
  return G_SOURCE_REMOVE;
}

static void
on_allocated (GtkWidget *inner, GtkAllocation *allocation, gpointer user_data)
{
  Keeper *keeper = user_data;

  if (keeper->idle_id == 0)
    keeper->idle_id = g_idle_add_full (AFTER_LAYOUT, on_layout_over, keeper, NULL);
}

void
lan_layout_keep_requests (GtkWidget *inner, GtkWidget *outer)
{
  Keeper *keeper = g_new0 (Keeper, 1);

  keeper->inner = inner;
  keeper->outer = outer;
  g_object_set_data_full (G_OBJECT (inner), "lan-layout-keeper", keeper, keeper_free);
  g_signal_connect_after (inner, "size-allocate", G_CALLBACK (on_allocated), keeper);
}

/* --- a child that came --- */

#define LOOK_AFTER_MS 40
#define LOOKS_MAX     25

typedef struct {
  GtkWidget *child;
  guint n;
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_object_unref (look->child);
  g_free (look);
}

static gboolean
has_room (GtkWidget *child)
{
  return gtk_widget_get_allocated_height (child) > 1;
}

static gboolean
on_look (gpointer user_data)
{
  Look *look = user_data;
  int minimum;

  if (!gtk_widget_get_mapped (look->child) || has_room (look->child) || ++look->n > LOOKS_MAX)
    return G_SOURCE_REMOVE;
  for (GtkWidget *w = look->child; w != NULL; w = gtk_widget_get_parent (w))
    gtk_widget_get_preferred_width (w, &minimum, NULL);
  gtk_widget_queue_resize (look->child);
  return G_SOURCE_CONTINUE;
}

void
lan_layout_make_sure (GtkWidget *child)
{
  Look *look = g_new0 (Look, 1);

  look->child = g_object_ref (child);
  g_timeout_add_full (G_PRIORITY_DEFAULT, LOOK_AFTER_MS, on_look, look, look_free);
}
