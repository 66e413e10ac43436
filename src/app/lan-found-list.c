/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-found-list.h"

#include "lan-found-row.h"
#include "lan-section.h"

#include <glib/gi18n.h>

struct _LanFoundList {
  GtkBox parent;
  LanNode *node;
  LanSearch *search;
  GCancellable *cancellable; /* of the page under way */
  char *title;
  guint n;
  GtkListBox *list;
  GtkLabel *none_label;
  GtkWidget *more_button;
};

G_DEFINE_TYPE (LanFoundList, lan_found_list, GTK_TYPE_BOX)

enum { OPEN_MESSAGE, CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
stop (LanFoundList *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
head_row (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  LanFoundList *self = user_data;

  lan_section_put (row, before == NULL ? self->title : NULL, -1);
}

static void
show_end (LanFoundList *self)
{
  gtk_widget_set_visible (self->more_button, lan_search_get_next (self->search) > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->none_label), self->n == 0);
  gtk_widget_set_visible (GTK_WIDGET (self->list), self->n > 0);
  gtk_label_set_text (self->none_label, lan_search_get_indexed (self->search) < 100
                                            ? _ ("The history is still being looked through.")
                                            : _ ("No messages found"));
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanFoundList) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = lan_node_search_finish (LAN_NODE (source), result, &error);

  if (messages == NULL) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      g_info ("search: %s", error->message);
    return;
  }
  g_clear_object (&self->cancellable);
  if (self->search == NULL)
    return;
  for (guint i = 0; i < messages->len; i++)
    gtk_container_add (GTK_CONTAINER (self->list),
                       lan_found_row_new (self->search, messages->pdata[i]));
  self->n += messages->len;
  show_end (self);
}

static void
ask (LanFoundList *self)
{
  stop (self);
  self->cancellable = g_cancellable_new ();
  lan_node_search_async (self->node, self->search, self->cancellable, on_found,
                         g_object_ref (self));
}

static void
on_more (LanFoundList *self)
{
  lan_search_set_before (self->search, lan_search_get_next (self->search));
  gtk_widget_hide (self->more_button);
  ask (self);
}

static void
on_row_activated (LanFoundList *self, GtkListBoxRow *row)
{
  g_signal_emit (self, signals[OPEN_MESSAGE], 0, lan_found_row_get_message (LAN_FOUND_ROW (row)));
}

static void
drop_child (GtkWidget *child, gpointer user_data)
{
  gtk_widget_destroy (child);
}

void
lan_found_list_set_title (LanFoundList *self, const char *title)
{
  g_free (self->title);
  self->title = g_strdup (title);
}

void
lan_found_list_search (LanFoundList *self, LanNode *node, LanSearch *search)
{
  stop (self);
  g_clear_object (&self->search);
  self->search = search;
  g_set_object (&self->node, node);
  self->n = 0;
  gtk_container_foreach (GTK_CONTAINER (self->list), drop_child, NULL);
  gtk_widget_hide (GTK_WIDGET (self->list));
  gtk_widget_hide (GTK_WIDGET (self->none_label));
  gtk_widget_hide (self->more_button);
  if (search != NULL)
    ask (self);
}

guint
lan_found_list_get_count (LanFoundList *self)
{
  return self->n;
}

static void
dispose (GObject *object)
{
  LanFoundList *self = LAN_FOUND_LIST (object);

  stop (self);
  g_clear_object (&self->search);
  g_clear_object (&self->node);
  g_clear_pointer (&self->title, g_free);
  G_OBJECT_CLASS (lan_found_list_parent_class)->dispose (object);
}

static void
lan_found_list_class_init (LanFoundListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  signals[OPEN_MESSAGE] = g_signal_new ("open-message", LAN_TYPE_FOUND_LIST, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, LAN_TYPE_MESSAGE);
  signals[CHANGED] = g_signal_new ("changed", LAN_TYPE_FOUND_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/found-list.ui");
  gtk_widget_class_bind_template_child (widget_class, LanFoundList, list);
  gtk_widget_class_bind_template_child (widget_class, LanFoundList, none_label);
  gtk_widget_class_bind_template_child (widget_class, LanFoundList, more_button);
  gtk_widget_class_bind_template_callback (widget_class, on_more);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
lan_found_list_init (LanFoundList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->list, head_row, self, NULL);
}
