/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-history.h"

#include "lan-format.h"
#include "lan-history-menu.h"
#include "lan-layout.h"
#include "lan-message-row.h"
#include "lan-separator.h"

#include <glib/gi18n.h>

#define MARK_MS 1600 /* how long a message that was looked for stays marked */

/* Nearer than this many px to the bottom counts as at the bottom. */
#define BOTTOM_SLACK 48

struct _LanHistory {
  GtkOverlay parent;
  LanConversation *conversation;
  GListModel *messages; /* owned by the conversation */
  GPtrArray *rows;      /* of LanMessageRow, one per message; kept by the list box */
  LanMessage *first_new;
  GtkWidget *anchor; /* weak: the row at the top of what is seen */
  int anchor_offset;
  guint missed; /* arrived while one reads further up */
  int margin;
  LanTextHabits *habits;
  char *sought;     /* id of the message to be shown once it is loaded */
  gboolean follows; /* the bottom */
  gboolean is_moving;
  gboolean is_loading;
  GtkScrolledWindow *scroller;
  GtkAdjustment *adjustment; /* borrowed from the scroller */
  GtkListBox *list;
  GtkRevealer *jump_revealer;
  GtkLabel *jump_count;
};

G_DEFINE_TYPE (LanHistory, lan_history, GTK_TYPE_OVERLAY)

static LanMessage *
message_at (LanHistory *self, guint i)
{
  return lan_message_row_get_message (g_ptr_array_index (self->rows, i));
}

static gboolean
joins (LanHistory *self, guint earlier)
{
  LanMessage *a, *b;

  if (earlier + 1 >= self->rows->len)
    return FALSE;
  a = message_at (self, earlier);
  b = message_at (self, earlier + 1);
  return b != self->first_new && lan_message_get_kind (a) != LAN_MESSAGE_KIND_EVENT &&
         lan_message_get_kind (b) != LAN_MESSAGE_KIND_EVENT &&
         lan_message_get_author (a) == lan_message_get_author (b) &&
         lan_chat_text_joins (lan_message_get_time (a), lan_message_get_time (b));
}

/* Time and state stand once per group, and wherever they differ from those of the next row. */
static gboolean
shows_meta (LanHistory *self, guint i, gboolean joins_after)
{
  LanMessage *a = message_at (self, i);
  LanMessage *b;

  if (!joins_after)
    return TRUE;
  if (!lan_message_get_own (a))
    return FALSE;
  b = message_at (self, i + 1);
  return lan_message_get_status (a) != lan_message_get_status (b);
}

static void
regroup (LanHistory *self, guint from, guint to)
{
  for (guint i = from; i < MIN (to, self->rows->len); i++) {
    gboolean before = i > 0 && joins (self, i - 1);
    gboolean after = joins (self, i);

    lan_message_row_set_place (g_ptr_array_index (self->rows, i), lan_bubble_place (before, after),
                               shows_meta (self, i, after));
  }
}

static void
head_row (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  LanHistory *self = user_data;
  LanMessage *message = lan_message_row_get_message (LAN_MESSAGE_ROW (row));
  LanMessage *earlier =
      before != NULL ? lan_message_row_get_message (LAN_MESSAGE_ROW (before)) : NULL;
  gint64 time = lan_message_get_time (message);
  gboolean is_new_day =
      earlier == NULL || !lan_format_same_day (lan_message_get_time (earlier), time);

  if (!is_new_day && message != self->first_new) {
    gtk_list_box_row_set_header (row, NULL);
    return;
  }
  gtk_list_box_row_set_header (
      row, lan_separator_new (is_new_day ? time : 0, message == self->first_new, self->margin));
}

static void
set_value (LanHistory *self, double value)
{
  self->is_moving = TRUE;
  gtk_adjustment_set_value (self->adjustment, value);
  self->is_moving = FALSE;
}

static double
bottom (LanHistory *self)
{
  return gtk_adjustment_get_upper (self->adjustment) -
         gtk_adjustment_get_page_size (self->adjustment);
}

static void
update_jump (LanHistory *self)
{
  g_autofree char *count = g_strdup_printf ("%u", self->missed);

  gtk_revealer_set_reveal_child (self->jump_revealer, !self->follows && self->rows->len > 0);
  gtk_label_set_text (self->jump_count, count);
  gtk_widget_set_visible (GTK_WIDGET (self->jump_count), self->missed > 0);
}

static void
set_anchor (LanHistory *self)
{
  int top = (int) gtk_adjustment_get_value (self->adjustment);
  GtkListBoxRow *row = gtk_list_box_get_row_at_y (self->list, top + 1);
  GtkAllocation place;

  g_clear_weak_pointer (&self->anchor);
  if (row == NULL)
    return;
  gtk_widget_get_allocation (GTK_WIDGET (row), &place);
  g_set_weak_pointer (&self->anchor, GTK_WIDGET (row));
  self->anchor_offset = place.y - top;
}

/* After any change of sizes: stay at the bottom, or keep the row one reads where it was. */
static void
on_list_allocated (LanHistory *self)
{
  GtkAllocation place;

  if (self->follows) {
    set_value (self, bottom (self));
  } else if (self->anchor != NULL) {
    gtk_widget_get_allocation (self->anchor, &place);
    set_value (self, place.y - self->anchor_offset);
  }
}

static gboolean
on_mark_over (gpointer user_data)
{
  gtk_style_context_remove_class (gtk_widget_get_style_context (user_data), "found");
  return G_SOURCE_REMOVE;
}

/* In the middle, marked for a moment, with the focus unless one is typing what to look for. */
static void
show_row (LanHistory *self, GtkWidget *row)
{
  double page = gtk_adjustment_get_page_size (self->adjustment);
  GtkAllocation place;

  self->follows = FALSE;
  gtk_widget_get_allocation (row, &place);
  set_value (self, MAX (0, place.y - (page - place.height) / 2));
  set_anchor (self);
  gtk_style_context_add_class (gtk_widget_get_style_context (row), "found");
  g_timeout_add_full (G_PRIORITY_DEFAULT, MARK_MS, on_mark_over, g_object_ref (row),
                      g_object_unref);
  update_jump (self);
}

static GtkWidget *
find_row (LanHistory *self, const char *id)
{
  for (guint i = 0; i < self->rows->len; i++) {
    if (g_str_equal (lan_message_get_id (message_at (self, i)), id))
      return g_ptr_array_index (self->rows, i);
  }
  return NULL;
}

/* Rows get their places when the list is allocated: the row is shown after that. */
static gboolean
on_time_to_show (gpointer user_data)
{
  LanHistory *self = user_data;
  GtkWidget *row = self->sought != NULL ? find_row (self, self->sought) : NULL;

  g_clear_pointer (&self->sought, g_free);
  if (row != NULL)
    show_row (self, row);
  return G_SOURCE_REMOVE;
}

static void
show_sought (LanHistory *self)
{
  self->follows = FALSE;
  g_idle_add_full (GDK_PRIORITY_REDRAW + 10, on_time_to_show, g_object_ref (self), g_object_unref);
}

static void
on_sought_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanHistory) self = user_data;
  g_autoptr (GError) error = NULL;

  self->is_loading = FALSE;
  if (!lan_conversation_load_around_finish (LAN_CONVERSATION (source), result, &error))
    g_info ("a message in its place: %s", error != NULL ? error->message : "not here");
  if (self->conversation == LAN_CONVERSATION (source))
    show_sought (self);
}

void
lan_history_show_message (LanHistory *self, const char *id)
{
  if (self->conversation == NULL)
    return;
  g_free (self->sought);
  self->sought = g_strdup (id);
  if (find_row (self, id) != NULL) {
    show_sought (self);
    return;
  }
  self->follows = FALSE;
  self->is_loading = TRUE;
  lan_conversation_load_around_async (self->conversation, id, NULL, on_sought_loaded,
                                      g_object_ref (self));
}

static void
on_older_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanHistory) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!lan_conversation_load_older_finish (LAN_CONVERSATION (source), result, &error) &&
      error != NULL)
    g_info ("older messages: %s", error->message);
  self->is_loading = FALSE;
}

static void
maybe_load_older (LanHistory *self)
{
  double page = gtk_adjustment_get_page_size (self->adjustment);

  if (self->is_loading || self->conversation == NULL || page <= 1 ||
      gtk_adjustment_get_value (self->adjustment) > page / 2 ||
      !lan_conversation_get_loaded (self->conversation) ||
      !lan_conversation_get_has_older (self->conversation))
    return;
  self->is_loading = TRUE;
  lan_conversation_load_older_async (self->conversation, NULL, on_older_loaded,
                                     g_object_ref (self));
}

static void
on_value_changed (LanHistory *self)
{
  gboolean is_at_end;

  if (self->conversation == NULL)
    return;
  is_at_end = gtk_adjustment_get_value (self->adjustment) >= bottom (self) - BOTTOM_SLACK;
  /* While a message is looked for rows come and go: that is nobody's scrolling. */
  if (!self->is_moving && self->sought == NULL) {
    if (is_at_end && lan_conversation_get_has_newer (self->conversation))
      lan_conversation_load_newest (self->conversation);
    self->follows = is_at_end && !lan_conversation_get_has_newer (self->conversation);
    set_anchor (self);
    maybe_load_older (self);
  }
  if (self->follows)
    self->missed = 0;
  update_jump (self);
  lan_history_mark_seen (self);
}

static void
note_first_new (LanHistory *self)
{
  guint unread = lan_conversation_get_unread (self->conversation);
  guint n = g_list_model_get_n_items (self->messages);

  g_clear_object (&self->first_new);
  for (guint i = n; i > 0 && unread > 0; i--) {
    g_autoptr (LanMessage) message = g_list_model_get_item (self->messages, i - 1);

    if (lan_message_get_own (message))
      continue;
    unread--;
    g_set_object (&self->first_new, message);
  }
}

static void
on_items_changed (LanHistory *self, guint position, guint removed, guint added)
{
  gboolean was_empty = self->rows->len == 0;

  for (guint i = 0; i < removed; i++)
    gtk_widget_destroy (g_ptr_array_index (self->rows, position + i));
  if (removed > 0)
    g_ptr_array_remove_range (self->rows, position, removed);
  if (was_empty && added > 0)
    note_first_new (self);
  for (guint i = 0; i < added; i++) {
    g_autoptr (LanMessage) message = g_list_model_get_item (self->messages, position + i);
    GtkWidget *row = lan_message_row_new (message, self->habits);

    gtk_widget_set_margin_start (row, self->margin);
    gtk_widget_set_margin_end (row, self->margin);
    g_ptr_array_insert (self->rows, (int) (position + i), row);
    gtk_list_box_insert (self->list, row, (int) (position + i));
    if (!was_empty && position + i + 1 == self->rows->len && !lan_message_get_own (message))
      self->missed += self->follows ? 0 : 1;
    if (!was_empty && position > 0 && lan_message_get_own (message) &&
        !lan_conversation_get_has_newer (self->conversation))
      self->follows = TRUE;
  }
  if (!was_empty && added > 0)
    lan_layout_make_sure (g_ptr_array_index (self->rows, position + added - 1));
  regroup (self, position > 0 ? position - 1 : 0, position + added + 1);
  update_jump (self);
  lan_history_mark_seen (self);
}

void
lan_history_jump_to_end (LanHistory *self)
{
  if (self->conversation == NULL)
    return;
  if (lan_conversation_get_has_newer (self->conversation))
    lan_conversation_load_newest (self->conversation);
  self->follows = TRUE;
  self->missed = 0;
  set_value (self, bottom (self));
  update_jump (self);
  lan_history_mark_seen (self);
}

void
lan_history_mark_seen (LanHistory *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));

  if (self->conversation == NULL || !self->follows || !gtk_widget_get_mapped (GTK_WIDGET (self)) ||
      !GTK_IS_WINDOW (window) || !gtk_window_is_active (GTK_WINDOW (window)) ||
      lan_conversation_get_unread (self->conversation) == 0 ||
      lan_conversation_get_request (self->conversation))
    return;
  for (guint i = self->rows->len; i > 0; i--) {
    LanMessage *message = message_at (self, i - 1);

    if (!lan_message_get_own (message)) {
      lan_conversation_mark_read (self->conversation, message);
      return;
    }
  }
}

void
lan_history_focus (LanHistory *self)
{
  if (self->rows->len > 0)
    gtk_widget_grab_focus (g_ptr_array_index (self->rows, self->rows->len - 1));
}

void
lan_history_set_margin (LanHistory *self, int margin)
{
  if (self->margin == margin)
    return;
  self->margin = margin;
  for (guint i = 0; i < self->rows->len; i++) {
    gtk_widget_set_margin_start (g_ptr_array_index (self->rows, i), margin);
    gtk_widget_set_margin_end (g_ptr_array_index (self->rows, i), margin);
  }
  gtk_list_box_invalidate_headers (self->list);
}

void
lan_history_message_changed (LanHistory *self, LanMessage *message)
{
  for (guint i = self->rows->len; i > 0; i--) {
    if (message_at (self, i - 1) == message) {
      regroup (self, i > 1 ? i - 2 : 0, i + 1);
      return;
    }
  }
}

void
lan_history_set_habits (LanHistory *self, LanTextHabits *habits)
{
  lan_text_habits_unref (self->habits);
  self->habits = g_rc_box_acquire (habits);
  for (guint i = 0; i < self->rows->len; i++)
    lan_message_row_set_habits (g_ptr_array_index (self->rows, i), habits);
}

static void
clear (LanHistory *self)
{
  if (self->messages != NULL)
    g_signal_handlers_disconnect_by_data (self->messages, self);
  self->messages = NULL;
  for (guint i = 0; i < self->rows->len; i++)
    gtk_widget_destroy (g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  g_clear_weak_pointer (&self->anchor);
  g_clear_object (&self->first_new);
  g_clear_pointer (&self->sought, g_free);
  self->missed = 0;
  self->follows = TRUE;
}

void
lan_history_set_conversation (LanHistory *self, LanConversation *conversation)
{
  if (self->conversation == conversation)
    return;
  clear (self);
  if (self->conversation != NULL) {
    g_signal_handlers_disconnect_by_data (self->conversation, self);
    lan_conversation_close (self->conversation);
  }
  g_set_object (&self->conversation, conversation);
  if (conversation == NULL)
    return;
  self->messages = lan_conversation_get_messages (conversation);
  g_signal_connect_object (self->messages, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (conversation, "notify::request", G_CALLBACK (lan_history_mark_seen),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (conversation, "notify::unread", G_CALLBACK (lan_history_mark_seen), self,
                           G_CONNECT_SWAPPED);
  on_items_changed (self, 0, 0, g_list_model_get_n_items (self->messages));
  update_jump (self);
}

static gboolean
on_button_press (LanHistory *self, GdkEventButton *event)
{
  GtkWidget *widget = gtk_get_event_widget ((GdkEvent *) event);
  GtkWidget *row;

  if (!gdk_event_triggers_context_menu ((GdkEvent *) event))
    return FALSE;
  /* Only what is in a window of its own, as a text, tells its row; else the place does. */
  row = widget != NULL ? gtk_widget_get_ancestor (widget, LAN_TYPE_MESSAGE_ROW) : NULL;
  if (row == NULL)
    row = GTK_WIDGET (gtk_list_box_get_row_at_y (self->list, (int) event->y));
  if (row == NULL || lan_message_get_kind (lan_message_row_get_message (LAN_MESSAGE_ROW (row))) ==
                         LAN_MESSAGE_KIND_EVENT)
    return FALSE;
  lan_history_menu_show (LAN_MESSAGE_ROW (row));
  return TRUE;
}

static gboolean
on_popup_menu (LanHistory *self)
{
  GtkWidget *row = gtk_container_get_focus_child (GTK_CONTAINER (self->list));

  if (row == NULL)
    return FALSE;
  lan_history_menu_show (LAN_MESSAGE_ROW (row));
  return TRUE;
}

static gboolean
on_key_press (LanHistory *self, GdkEventKey *event)
{
  GtkWidget *row = gtk_container_get_focus_child (GTK_CONTAINER (self->list));

  if (row == NULL || event->keyval != GDK_KEY_c || !(event->state & GDK_CONTROL_MASK))
    return FALSE;
  lan_message_row_copy (LAN_MESSAGE_ROW (row));
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanHistory *self = LAN_HISTORY (object);

  if (self->rows != NULL)
    lan_history_set_conversation (self, NULL);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->habits, lan_text_habits_unref);
  G_OBJECT_CLASS (lan_history_parent_class)->dispose (object);
}

static void
lan_history_class_init (LanHistoryClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/history.ui");
  gtk_widget_class_bind_template_child (widget_class, LanHistory, scroller);
  gtk_widget_class_bind_template_child (widget_class, LanHistory, list);
  gtk_widget_class_bind_template_child (widget_class, LanHistory, jump_revealer);
  gtk_widget_class_bind_template_child (widget_class, LanHistory, jump_count);
  gtk_widget_class_bind_template_callback (widget_class, lan_history_jump_to_end);
  gtk_widget_class_bind_template_callback (widget_class, on_button_press);
  gtk_widget_class_bind_template_callback (widget_class, on_popup_menu);
  gtk_widget_class_bind_template_callback (widget_class, on_key_press);
}

static void
lan_history_init (LanHistory *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->rows = g_ptr_array_new ();
  self->habits = lan_text_habits_new (NULL, FALSE);
  self->margin = 24;
  self->follows = TRUE;
  self->adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  gtk_list_box_set_header_func (self->list, head_row, self, NULL);
  g_signal_connect_object (self->adjustment, "value-changed", G_CALLBACK (on_value_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->adjustment, "changed", G_CALLBACK (on_list_allocated), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "size-allocate", G_CALLBACK (on_list_allocated), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}
