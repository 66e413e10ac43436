/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-completion.h"

#include "lan-preedit.h"

#define MAX_ROWS 8
#define TEXT     "lan-completion-text"
#define ACT      "lan-completion-act"

struct _LanCompletion {
  GtkTextView *view; /* owns this */
  GtkTextBuffer *buffer;
  GtkWidget *popover;
  GtkListBox *list;
  int n_rows;
  const LanCompletionWays *ways;
  gpointer user_data;
  gboolean is_refused; /* Escape was pressed in this word */
};

gboolean
lan_completion_is_open (LanCompletion *self)
{
  return gtk_widget_get_visible (self->popover);
}

static char *
find (LanCompletion *self, GtkTextIter *cursor, GtkTextIter *at)
{
  gtk_text_buffer_get_iter_at_mark (self->buffer, cursor,
                                    gtk_text_buffer_get_insert (self->buffer));
  *at = *cursor;
  return self->ways->find (cursor, at);
}

gboolean
lan_completion_has_room (LanCompletion *self)
{
  return self->n_rows < MAX_ROWS;
}

static void
add_row (LanCompletion *self, const char *label, const char *name, const char *key,
         const char *value)
{
  GtkWidget *widget, *row;

  if (!lan_completion_has_room (self))
    return;
  widget = gtk_label_new (label);
  gtk_label_set_xalign (GTK_LABEL (widget), 0);
  g_object_set (widget, "margin", 6, NULL);
  gtk_widget_show (widget);
  gtk_list_box_insert (self->list, widget, -1);
  row = gtk_widget_get_parent (widget);
  g_object_set_data_full (G_OBJECT (row), key, g_strdup (value), g_free);
  atk_object_set_name (gtk_widget_get_accessible (row), name);
  self->n_rows++;
}

void
lan_completion_add (LanCompletion *self, const char *label, const char *name, const char *text)
{
  add_row (self, label, name, TEXT, text);
}

void
lan_completion_add_act (LanCompletion *self, const char *label, const char *name, const char *what)
{
  add_row (self, label, name, ACT, what);
}

/* Returns: how many fit what is written. */
static int
show_fitting (LanCompletion *self, const char *query)
{
  gtk_container_foreach (GTK_CONTAINER (self->list), (GtkCallback) (void *) gtk_widget_destroy,
                         NULL);
  self->n_rows = 0;
  self->ways->fill (self, query, self->user_data);
  gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, 0));
  return self->n_rows;
}

static void
point_at (LanCompletion *self, const GtkTextIter *at)
{
  GdkRectangle place;

  gtk_text_view_get_iter_location (self->view, at, &place);
  gtk_text_view_buffer_to_window_coords (self->view, GTK_TEXT_WINDOW_WIDGET, place.x, place.y,
                                         &place.x, &place.y);
  gtk_widget_translate_coordinates (GTK_WIDGET (self->view),
                                    gtk_popover_get_relative_to (GTK_POPOVER (self->popover)),
                                    place.x, place.y, &place.x, &place.y);
  place.width = MAX (place.width, 1);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &place);
}

static void
update (LanCompletion *self)
{
  GtkTextIter cursor, at;
  g_autofree char *query = find (self, &cursor, &at);

  if (query == NULL)
    self->is_refused = FALSE;
  if (query == NULL || self->is_refused || !gtk_widget_is_focus (GTK_WIDGET (self->view)) ||
      show_fitting (self, query) == 0) {
    gtk_widget_hide (self->popover);
    return;
  }
  point_at (self, &at);
  gtk_widget_show (self->popover);
}

static void
accept (LanCompletion *self, GtkListBoxRow *row)
{
  GtkTextIter cursor, at;
  g_autofree char *query = find (self, &cursor, &at);
  g_autofree char *text = NULL;
  g_autofree char *act = NULL;

  if (row == NULL || query == NULL)
    return;
  /* The row goes with the change of the text. */
  text = g_strdup (g_object_get_data (G_OBJECT (row), TEXT));
  act = g_strdup (g_object_get_data (G_OBJECT (row), ACT));
  gtk_text_buffer_begin_user_action (self->buffer);
  gtk_text_buffer_delete (self->buffer, &at, &cursor);
  if (text != NULL)
    gtk_text_buffer_insert (self->buffer, &at, text, -1);
  gtk_text_buffer_end_user_action (self->buffer);
  gtk_widget_hide (self->popover);
  if (act != NULL && self->ways->acted != NULL)
    self->ways->acted (act, self->user_data);
  if (text != NULL && self->ways->accepted != NULL)
    self->ways->accepted (text, self->user_data);
}

static void
move (LanCompletion *self, int by)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);
  int index = row != NULL ? gtk_list_box_row_get_index (row) + by : 0;

  row = gtk_list_box_get_row_at_index (self->list, index);
  if (row != NULL)
    gtk_list_box_select_row (self->list, row);
}

gboolean
lan_completion_key (LanCompletion *self, GdkEventKey *event)
{
  if (!lan_completion_is_open (self) || lan_preedit_composes (self->view))
    return FALSE;
  switch (event->keyval) {
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    move (self, -1);
    return TRUE;
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    move (self, 1);
    return TRUE;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
  case GDK_KEY_ISO_Enter:
  case GDK_KEY_Tab:
    accept (self, gtk_list_box_get_selected_row (self->list));
    return TRUE;
  case GDK_KEY_Escape:
    self->is_refused = TRUE;
    gtk_widget_hide (self->popover);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
on_cursor (GtkTextBuffer *buffer, GParamSpec *pspec, LanCompletion *self)
{
  update (self);
}

static void
on_changed (GtkTextBuffer *buffer, LanCompletion *self)
{
  update (self);
}

static gboolean
on_focus_out (GtkWidget *view, GdkEvent *event, LanCompletion *self)
{
  gtk_widget_hide (self->popover);
  return FALSE;
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, LanCompletion *self)
{
  accept (self, row);
}

static void
completion_free (gpointer data)
{
  LanCompletion *self = data;

  g_signal_handlers_disconnect_by_data (self->buffer, self);
  g_object_unref (self->buffer);
  g_free (self);
}

LanCompletion *
lan_completion_new (GtkTextView *view, GtkWidget *anchor, const LanCompletionWays *ways,
                    gpointer user_data)
{
  LanCompletion *self = g_new0 (LanCompletion, 1);
  g_autofree char *key = g_strdup_printf ("lan-completion-%p", (const void *) ways);

  self->view = view;
  self->buffer = g_object_ref (gtk_text_view_get_buffer (view));
  self->ways = ways;
  self->user_data = user_data;
  self->popover = gtk_popover_new (anchor);
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_BROWSE);
  gtk_popover_set_modal (GTK_POPOVER (self->popover), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self->popover), GTK_POS_TOP);
  gtk_widget_set_can_focus (GTK_WIDGET (self->list), FALSE);
  gtk_container_add (GTK_CONTAINER (self->popover), GTK_WIDGET (self->list));
  gtk_widget_show (GTK_WIDGET (self->list));
  g_signal_connect (self->list, "row-activated", G_CALLBACK (on_row_activated), self);
  g_signal_connect (self->buffer, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect (self->buffer, "notify::cursor-position", G_CALLBACK (on_cursor), self);
  g_signal_connect (view, "focus-out-event", G_CALLBACK (on_focus_out), self);
  g_object_set_data_full (G_OBJECT (view), key, self, completion_free);
  return self;
}
