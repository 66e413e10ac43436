/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-chat-search.h"

#include <glib/gi18n.h>

#define HITS_PAGE 100

struct _LanChatSearch {
  GtkRevealer parent;
  LanNode *node;
  LanPerson *person;
  LanSearch *search;
  GCancellable *cancellable; /* of the search under way */
  GCancellable *looking;     /* of the month under way */
  GPtrArray *hits;           /* of LanMessage, newest first */
  GPtrArray *days;           /* of LanMessage: the first of each day of the month */
  guint at;                  /* the hit that is shown */
  GtkEntry *entry;
  GtkLabel *count_label;
  GtkWidget *older_button;
  GtkWidget *newer_button;
  GtkComboBox *author_combo;
  GtkComboBox *kind_combo;
  GtkMenuButton *calendar_button;
  GtkCalendar *calendar;
};

G_DEFINE_TYPE (LanChatSearch, lan_chat_search, GTK_TYPE_REVEALER)

enum { SHOW_MESSAGE, CLOSED, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
stop (GCancellable **cancellable)
{
  if (*cancellable != NULL)
    g_cancellable_cancel (*cancellable);
  g_clear_object (cancellable);
}

static void
show_count (LanChatSearch *self)
{
  guint n = self->hits != NULL ? self->hits->len : 0;
  gboolean has_more = self->search != NULL && lan_search_get_next (self->search) > 0;
  g_autofree char *text = NULL;

  if (n > 0)
    /* Translators: which of the messages found is shown: 3 of 17; of 100+ where there are more. */
    text = g_strdup_printf (has_more ? _ ("%u of %u+") : _ ("%u of %u"), self->at + 1, n);
  else if (self->search != NULL)
    text = g_strdup (_ ("Nothing found"));
  gtk_label_set_text (self->count_label, text != NULL ? text : "");
  gtk_widget_set_sensitive (self->older_button, n > 0 && (self->at + 1 < n || has_more));
  gtk_widget_set_sensitive (self->newer_button, n > 0 && self->at > 0);
}

static void
show_hit (LanChatSearch *self)
{
  show_count (self);
  if (self->at < self->hits->len)
    g_signal_emit (self, signals[SHOW_MESSAGE], 0,
                   lan_message_get_id (self->hits->pdata[self->at]));
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanChatSearch) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = lan_node_search_finish (LAN_NODE (source), result, &error);

  if (messages == NULL) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      g_info ("search: %s", error->message);
    return;
  }
  g_clear_object (&self->cancellable);
  if (self->hits == NULL)
    self->hits = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < messages->len; i++)
    g_ptr_array_add (self->hits, g_object_ref (messages->pdata[i]));
  show_hit (self);
}

static void
ask (LanChatSearch *self)
{
  stop (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  lan_node_search_async (self->node, self->search, self->cancellable, on_found,
                         g_object_ref (self));
}

static LanPerson *
chosen_author (LanChatSearch *self)
{
  int active = gtk_combo_box_get_active (self->author_combo);

  return active == 1 ? self->person : active == 2 ? lan_node_get_self (self->node) : NULL;
}

static void
on_changed (LanChatSearch *self)
{
  const char *text = gtk_entry_get_text (self->entry);
  int kind = MAX (gtk_combo_box_get_active (self->kind_combo), 0);

  stop (&self->cancellable);
  g_clear_object (&self->search);
  g_clear_pointer (&self->hits, g_ptr_array_unref);
  self->at = 0;
  if (self->person != NULL &&
      (*text != '\0' || kind > 0 || gtk_combo_box_get_active (self->author_combo) > 0)) {
    self->search = lan_search_new (text);
    lan_search_set_typing (self->search, TRUE);
    lan_search_set_peer (self->search, self->person);
    lan_search_set_author (self->search, chosen_author (self));
    lan_search_set_kind (self->search, (LanSearchKind) kind);
    lan_search_set_limit (self->search, HITS_PAGE);
    ask (self);
    return;
  }
  show_count (self);
}

static void
on_older (LanChatSearch *self)
{
  if (self->hits == NULL || self->cancellable != NULL)
    return;
  if (self->at + 1 < self->hits->len) {
    self->at++;
    show_hit (self);
  } else if (lan_search_get_next (self->search) > 0) {
    lan_search_set_before (self->search, lan_search_get_next (self->search));
    self->at++;
    ask (self);
  }
}

static void
on_newer (LanChatSearch *self)
{
  if (self->hits == NULL || self->at == 0)
    return;
  self->at--;
  show_hit (self);
}

static gboolean
on_key_press (LanChatSearch *self, GdkEventKey *event)
{
  if (event->keyval == GDK_KEY_Escape)
    return lan_chat_search_end (self);
  if (event->keyval == GDK_KEY_Up)
    on_older (self);
  else if (event->keyval == GDK_KEY_Down)
    on_newer (self);
  else
    return FALSE;
  return TRUE;
}

static void
on_close (LanChatSearch *self)
{
  (void) lan_chat_search_end (self);
}

/* ---- the calendar ---- */

static guint
day_of (LanMessage *message)
{
  g_autoptr (GDateTime) at =
      g_date_time_new_from_unix_local (lan_message_get_place_time (message) / 1000);

  return (guint) g_date_time_get_day_of_month (at);
}

static void
on_days (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanChatSearch) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) days = lan_node_list_days_finish (LAN_NODE (source), result, &error);

  if (days == NULL)
    return;
  g_clear_object (&self->looking);
  gtk_calendar_clear_marks (self->calendar);
  for (guint i = 0; i < days->len; i++)
    gtk_calendar_mark_day (self->calendar, day_of (days->pdata[i]));
  g_clear_pointer (&self->days, g_ptr_array_unref);
  self->days = g_steal_pointer (&days);
}

static void
on_month_changed (LanChatSearch *self)
{
  guint year, month;

  stop (&self->looking);
  gtk_calendar_clear_marks (self->calendar);
  g_clear_pointer (&self->days, g_ptr_array_unref);
  if (self->person == NULL)
    return;
  gtk_calendar_get_date (self->calendar, &year, &month, NULL);
  self->looking = g_cancellable_new ();
  lan_node_list_days_async (self->node, self->person, (int) year, (int) month + 1, self->looking,
                            on_days, g_object_ref (self));
}

/* The day itself, or the next one of this month that has messages. */
static void
on_day_chosen (LanChatSearch *self)
{
  guint day;

  gtk_calendar_get_date (self->calendar, NULL, NULL, &day);
  for (guint i = 0; self->days != NULL && i < self->days->len; i++) {
    if (day_of (self->days->pdata[i]) >= day) {
      gtk_popover_popdown (gtk_menu_button_get_popover (self->calendar_button));
      g_signal_emit (self, signals[SHOW_MESSAGE], 0, lan_message_get_id (self->days->pdata[i]));
      return;
    }
  }
}

static void
on_calendar_toggled (LanChatSearch *self, GtkToggleButton *button)
{
  if (gtk_toggle_button_get_active (button))
    on_month_changed (self);
}

/* ---- what others call ---- */

void
lan_chat_search_set_person (LanChatSearch *self, LanNode *node, LanPerson *person)
{
  g_set_object (&self->node, node);
  if (g_set_object (&self->person, person))
    (void) lan_chat_search_end (self);
}

void
lan_chat_search_begin (LanChatSearch *self)
{
  gtk_revealer_set_reveal_child (GTK_REVEALER (self), TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

gboolean
lan_chat_search_end (LanChatSearch *self)
{
  if (!gtk_revealer_get_reveal_child (GTK_REVEALER (self)))
    return FALSE;
  gtk_revealer_set_reveal_child (GTK_REVEALER (self), FALSE);
  gtk_entry_set_text (self->entry, "");
  gtk_combo_box_set_active (self->author_combo, 0);
  gtk_combo_box_set_active (self->kind_combo, 0);
  on_changed (self);
  g_signal_emit (self, signals[CLOSED], 0);
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanChatSearch *self = LAN_CHAT_SEARCH (object);

  stop (&self->cancellable);
  stop (&self->looking);
  g_clear_object (&self->search);
  g_clear_pointer (&self->hits, g_ptr_array_unref);
  g_clear_pointer (&self->days, g_ptr_array_unref);
  g_clear_object (&self->person);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_chat_search_parent_class)->dispose (object);
}

static void
lan_chat_search_class_init (LanChatSearchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  signals[SHOW_MESSAGE] = g_signal_new ("show-message", LAN_TYPE_CHAT_SEARCH, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CLOSED] = g_signal_new ("closed", LAN_TYPE_CHAT_SEARCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/chat-search.ui");
  gtk_widget_class_bind_template_child (widget_class, LanChatSearch, entry);
  gtk_widget_class_bind_template_child (widget_class, LanChatSearch, count_label);
  gtk_widget_class_bind_template_child (widget_class, LanChatSearch, older_button);
  gtk_widget_class_bind_template_child (widget_class, LanChatSearch, newer_button);
  gtk_widget_class_bind_template_child (widget_class, LanChatSearch, author_combo);
  gtk_widget_class_bind_template_child (widget_class, LanChatSearch, kind_combo);
  gtk_widget_class_bind_template_child (widget_class, LanChatSearch, calendar_button);
  gtk_widget_class_bind_template_child (widget_class, LanChatSearch, calendar);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_older);
  gtk_widget_class_bind_template_callback (widget_class, on_newer);
  gtk_widget_class_bind_template_callback (widget_class, on_key_press);
  gtk_widget_class_bind_template_callback (widget_class, on_close);
  gtk_widget_class_bind_template_callback (widget_class, on_month_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_day_chosen);
  gtk_widget_class_bind_template_callback (widget_class, on_calendar_toggled);
}

static void
lan_chat_search_init (LanChatSearch *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  show_count (self);
}
