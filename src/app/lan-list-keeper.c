/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-list-keeper.h"

/* After the changes of one turn of the loop, before the next frame is drawn. */
#define REFRESH_PRIORITY (G_PRIORITY_HIGH_IDLE + 5)
/* A long list is there at once as far as one can see, and grows to its end after that was drawn: a
 * row costs about a millisecond. */
#define ROWS_AT_ONCE  14
#define MORE_PRIORITY (GDK_PRIORITY_REDRAW + 20)

struct _LanListKeeper {
  GtkListBox *box;   /* owned reference */
  GListModel *model; /* owned reference */
  LanListKeeperMake make;
  LanListKeeperWants wants;
  gpointer user_data;
  GHashTable *rows; /* object (owned) -> row (kept by the box) */
  gulong changed_id;
  guint idle_id;
};

static void
drop_unwanted (LanListKeeper *self, GHashTable *wanted)
{
  GHashTableIter iter;
  gpointer object, row;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &object, &row)) {
    if (!g_hash_table_contains (wanted, object)) {
      gtk_widget_destroy (row);
      g_hash_table_iter_remove (&iter);
    }
  }
}

static void queue (LanListKeeper *self, int priority);

static void
reconcile (LanListKeeper *self)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  guint n = g_list_model_get_n_items (self->model);
  guint made = 0;

  for (guint i = 0; i < n; i++) {
    gpointer object = g_list_model_get_item (self->model, i);

    if (self->wants == NULL || self->wants (object, self->user_data))
      g_hash_table_add (wanted, object);
    else
      g_object_unref (object);
  }
  drop_unwanted (self, wanted);
  for (guint i = 0; i < n; i++) {
    g_autoptr (GObject) object = g_list_model_get_item (self->model, i);
    GtkWidget *row;

    if (!g_hash_table_contains (wanted, object) || g_hash_table_contains (self->rows, object))
      continue;
    if (made++ == ROWS_AT_ONCE) {
      queue (self, MORE_PRIORITY);
      break;
    }
    row = self->make (object, self->user_data);
    g_hash_table_insert (self->rows, g_object_ref (object), row);
    gtk_container_add (GTK_CONTAINER (self->box), row);
  }
  gtk_list_box_invalidate_sort (self->box);
  gtk_list_box_invalidate_filter (self->box);
  gtk_list_box_invalidate_headers (self->box);
}

static gboolean
on_idle (gpointer user_data)
{
  LanListKeeper *self = user_data;

  self->idle_id = 0;
  reconcile (self);
  return G_SOURCE_REMOVE;
}

static void
queue (LanListKeeper *self, int priority)
{
  if (self->idle_id == 0)
    self->idle_id = g_idle_add_full (priority, on_idle, self, NULL);
}

void
lan_list_keeper_refresh (LanListKeeper *self)
{
  queue (self, REFRESH_PRIORITY);
}

LanListKeeper *
lan_list_keeper_new (GtkListBox *box, GListModel *model, LanListKeeperMake make,
                     LanListKeeperWants wants, gpointer user_data)
{
  LanListKeeper *self = g_new0 (LanListKeeper, 1);

  self->box = g_object_ref (box);
  self->model = g_object_ref (model);
  self->make = make;
  self->wants = wants;
  self->user_data = user_data;
  self->rows = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->changed_id =
      g_signal_connect_swapped (model, "items-changed", G_CALLBACK (lan_list_keeper_refresh), self);
  reconcile (self);
  return self;
}

void
lan_list_keeper_free (LanListKeeper *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_clear_signal_handler (&self->changed_id, self->model);
  g_hash_table_unref (self->rows);
  g_object_unref (self->model);
  g_object_unref (self->box);
  g_free (self);
}

GtkWidget *
lan_list_keeper_find (LanListKeeper *self, gpointer object)
{
  return g_hash_table_lookup (self->rows, object);
}

guint
lan_list_keeper_count (LanListKeeper *self)
{
  return g_hash_table_size (self->rows);
}
