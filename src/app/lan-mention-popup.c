/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-mention-popup.h"

#include "lan-chat-text.h"

#include <string.h>

#define MAX_QUERY_CHARS 32
#define MAX_ROWS        8

typedef struct {
  char *name;
  char *id;
} Candidate;

struct _LanMentionPopup {
  GtkTextView *view; /* owns this */
  GtkTextBuffer *buffer;
  GtkWidget *popover;
  GtkListBox *list;
  GPtrArray *candidates; /* of Candidate */
  LanMentionFill fill;
  gpointer fill_data;
  GDestroyNotify fill_destroy;
  gboolean composes;   /* the input method does */
  gboolean is_refused; /* Escape was pressed in this word */
};

static void
candidate_free (gpointer data)
{
  Candidate *candidate = data;

  g_free (candidate->name);
  g_free (candidate->id);
  g_free (candidate);
}

void
lan_mention_popup_add (LanMentionPopup *self, const char *name, const char *id)
{
  Candidate *candidate = g_new0 (Candidate, 1);

  candidate->name = g_strdup (name);
  candidate->id = g_strdup (id);
  g_ptr_array_add (self->candidates, candidate);
}

static void
refill (LanMentionPopup *self)
{
  g_ptr_array_set_size (self->candidates, 0);
  if (self->fill != NULL)
    self->fill (self, self->fill_data);
}

void
lan_mention_popup_set_fill (LanMentionPopup *self, LanMentionFill fill, gpointer user_data,
                            GDestroyNotify destroy)
{
  if (self->fill_destroy != NULL)
    self->fill_destroy (self->fill_data);
  self->fill = fill;
  self->fill_data = user_data;
  self->fill_destroy = destroy;
  refill (self);
}

gboolean
lan_mention_popup_is_open (LanMentionPopup *self)
{
  return gtk_widget_get_visible (self->popover);
}

/* Returns: (transfer full) (nullable): what is written between an "@" and the cursor; @at: where the
 * "@" stands. A letter or digit before it makes it part of an address. */
static char *
find_query (LanMentionPopup *self, GtkTextIter *at)
{
  GtkTextIter cursor;

  gtk_text_buffer_get_iter_at_mark (self->buffer, &cursor,
                                    gtk_text_buffer_get_insert (self->buffer));
  *at = cursor;
  for (int i = 0; i <= MAX_QUERY_CHARS && gtk_text_iter_backward_char (at); i++) {
    gunichar c = gtk_text_iter_get_char (at);
    GtkTextIter before = *at;

    if (c == '\n')
      return NULL;
    if (c != '@')
      continue;
    if (gtk_text_iter_backward_char (&before) && gtk_text_iter_get_char (&before) < 0x80 &&
        g_unichar_isalnum (gtk_text_iter_get_char (&before)))
      return NULL;
    before = *at;
    gtk_text_iter_forward_char (&before);
    return gtk_text_buffer_get_text (self->buffer, &before, &cursor, FALSE);
  }
  return NULL;
}

static void
add_row (LanMentionPopup *self, const char *name)
{
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  g_object_set (label, "margin", 6, NULL);
  gtk_widget_show (label);
  gtk_list_box_insert (self->list, label, -1);
  g_object_set_data_full (G_OBJECT (gtk_widget_get_parent (label)), "name", g_strdup (name),
                          g_free);
  atk_object_set_name (gtk_widget_get_accessible (gtk_widget_get_parent (label)), name);
}

/* Returns: how many fit what is written. */
static int
show_fitting (LanMentionPopup *self, const char *query)
{
  int n = 0;

  gtk_container_foreach (GTK_CONTAINER (self->list), (GtkCallback) (void *) gtk_widget_destroy,
                         NULL);
  for (guint i = 0; i < self->candidates->len && n < MAX_ROWS; i++) {
    const Candidate *candidate = g_ptr_array_index (self->candidates, i);

    if (!lan_chat_text_matches (candidate->name, query) || g_str_equal (candidate->name, query))
      continue;
    add_row (self, candidate->name);
    n++;
  }
  gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, 0));
  return n;
}

static void
point_at (LanMentionPopup *self, const GtkTextIter *at)
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
update (LanMentionPopup *self)
{
  GtkTextIter at;
  g_autofree char *query = find_query (self, &at);

  if (query == NULL)
    self->is_refused = FALSE;
  if (query != NULL && *query == '\0' && !lan_mention_popup_is_open (self))
    refill (self);
  if (query == NULL || self->is_refused || !gtk_widget_is_focus (GTK_WIDGET (self->view)) ||
      show_fitting (self, query) == 0) {
    gtk_widget_hide (self->popover);
    return;
  }
  point_at (self, &at);
  gtk_widget_show (self->popover);
}

static void
accept (LanMentionPopup *self, GtkListBoxRow *row)
{
  GtkTextIter at, cursor;
  g_autofree char *query = find_query (self, &at);
  g_autofree char *text = NULL;

  if (row == NULL || query == NULL)
    return;
  text = g_strdup_printf ("@%s ", (const char *) g_object_get_data (G_OBJECT (row), "name"));
  gtk_text_buffer_get_iter_at_mark (self->buffer, &cursor,
                                    gtk_text_buffer_get_insert (self->buffer));
  gtk_text_buffer_begin_user_action (self->buffer);
  gtk_text_buffer_delete (self->buffer, &at, &cursor);
  gtk_text_buffer_insert (self->buffer, &at, text, -1);
  gtk_text_buffer_end_user_action (self->buffer);
  gtk_widget_hide (self->popover);
}

static void
move (LanMentionPopup *self, int by)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);
  int index = row != NULL ? gtk_list_box_row_get_index (row) + by : 0;

  row = gtk_list_box_get_row_at_index (self->list, index);
  if (row != NULL)
    gtk_list_box_select_row (self->list, row);
}

gboolean
lan_mention_popup_key (LanMentionPopup *self, GdkEventKey *event)
{
  if (!lan_mention_popup_is_open (self) || self->composes)
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

char **
lan_mention_popup_dup_called (LanMentionPopup *self, const char *text)
{
  g_autoptr (GHashTable) called = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GStrvBuilder) ids = NULL;

  refill (self);
  for (guint i = 0; strchr (text, '@') != NULL && i < self->candidates->len; i++) {
    const Candidate *candidate = g_ptr_array_index (self->candidates, i);
    g_autofree char *word = g_strconcat ("@", candidate->name, NULL);
    const char *p = strstr (text, word);

    if (p != NULL && !(p > text && g_ascii_isalnum (p[-1])) &&
        !(g_ascii_isalnum (word[strlen (word) - 1]) && g_ascii_isalnum (p[strlen (word)])))
      g_hash_table_add (called, candidate->id);
  }
  if (g_hash_table_size (called) == 0)
    return NULL;
  ids = g_strv_builder_new ();
  for (guint i = 0; i < self->candidates->len; i++) {
    const Candidate *candidate = g_ptr_array_index (self->candidates, i);

    if (g_hash_table_remove (called, candidate->id))
      g_strv_builder_add (ids, candidate->id);
  }
  return g_strv_builder_end (ids);
}

static void
on_cursor (GtkTextBuffer *buffer, GParamSpec *pspec, LanMentionPopup *self)
{
  update (self);
}

static void
on_changed (GtkTextBuffer *buffer, LanMentionPopup *self)
{
  update (self);
}

/* What is composed is not in the buffer yet: the popup stays as it is. */
static void
on_preedit (GtkTextView *view, const char *preedit, LanMentionPopup *self)
{
  self->composes = *preedit != '\0';
}

static gboolean
on_focus_out (GtkWidget *view, GdkEvent *event, LanMentionPopup *self)
{
  gtk_widget_hide (self->popover);
  return FALSE;
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, LanMentionPopup *self)
{
  accept (self, row);
}

static void
popup_free (gpointer data)
{
  LanMentionPopup *self = data;

  g_signal_handlers_disconnect_by_data (self->buffer, self);
  lan_mention_popup_set_fill (self, NULL, NULL, NULL);
  g_ptr_array_unref (self->candidates);
  g_object_unref (self->buffer);
  g_free (self);
}

LanMentionPopup *
lan_mention_popup_new (GtkTextView *view, GtkWidget *anchor)
{
  LanMentionPopup *self = g_new0 (LanMentionPopup, 1);

  self->view = view;
  self->buffer = g_object_ref (gtk_text_view_get_buffer (view));
  self->candidates = g_ptr_array_new_with_free_func (candidate_free);
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
  g_signal_connect (view, "preedit-changed", G_CALLBACK (on_preedit), self);
  g_signal_connect (view, "focus-out-event", G_CALLBACK (on_focus_out), self);
  g_object_set_data_full (G_OBJECT (view), "lan-mention-popup", self, popup_free);
  return self;
}
