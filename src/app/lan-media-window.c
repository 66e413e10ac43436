/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-window.h"

#include "lan-found-list.h"
#include "lan-media-grid.h"

#include <glib/gi18n.h>

struct _LanMediaWindow {
  HdyWindow parent;
  LanNode *node;
  LanPerson *person;
  HdyHeaderBar *header;
  GtkToggleButton *media_button;
  GtkToggleButton *files_button;
  GtkStack *stack;
  LanMediaGrid *grid;
  GtkWidget *list;
  LanFoundList *found;
};

G_DEFINE_TYPE (LanMediaWindow, lan_media_window, HDY_TYPE_WINDOW)

static guint open_message_signal;

static void
look (LanMediaWindow *self)
{
  gboolean wants_media = gtk_toggle_button_get_active (self->media_button);
  LanSearch *search;

  if (self->node == NULL)
    return;
  gtk_stack_set_visible_child (self->stack, wants_media ? GTK_WIDGET (self->grid) : self->list);
  if (wants_media) {
    lan_media_grid_show (self->grid, self->node, self->person);
    return;
  }
  search = lan_search_new (NULL);
  lan_search_set_peer (search, self->person);
  lan_search_set_kind (search, gtk_toggle_button_get_active (self->files_button)
                                   ? LAN_SEARCH_KIND_FILE
                                   : LAN_SEARCH_KIND_LINK);
  lan_found_list_search (self->found, self->node, search);
}

static void
on_kind_toggled (LanMediaWindow *self, GtkToggleButton *button)
{
  if (gtk_toggle_button_get_active (button))
    look (self);
}

static void
on_open_message (LanMediaWindow *self, LanMessage *message)
{
  g_signal_emit (self, open_message_signal, 0, message);
  gtk_widget_destroy (GTK_WIDGET (self));
}

static gboolean
key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (lan_media_window_parent_class)->key_press_event (widget, event))
    return TRUE;
  if (event->keyval != GDK_KEY_Escape)
    return FALSE;
  gtk_widget_destroy (widget);
  return TRUE;
}

static void
dispose (GObject *object)
{
  LanMediaWindow *self = LAN_MEDIA_WINDOW (object);

  g_clear_object (&self->person);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_media_window_parent_class)->dispose (object);
}

static void
lan_media_window_class_init (LanMediaWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  widget_class->key_press_event = key_press_event;
  open_message_signal = g_signal_new ("open-message", LAN_TYPE_MEDIA_WINDOW, G_SIGNAL_RUN_LAST, 0,
                                      NULL, NULL, NULL, G_TYPE_NONE, 1, LAN_TYPE_MESSAGE);
  g_type_ensure (LAN_TYPE_FOUND_LIST);
  g_type_ensure (LAN_TYPE_MEDIA_GRID);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/media-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LanMediaWindow, header);
  gtk_widget_class_bind_template_child (widget_class, LanMediaWindow, media_button);
  gtk_widget_class_bind_template_child (widget_class, LanMediaWindow, files_button);
  gtk_widget_class_bind_template_child (widget_class, LanMediaWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, LanMediaWindow, grid);
  gtk_widget_class_bind_template_child (widget_class, LanMediaWindow, list);
  gtk_widget_class_bind_template_child (widget_class, LanMediaWindow, found);
  gtk_widget_class_bind_template_callback (widget_class, on_kind_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_open_message);
}

static void
lan_media_window_init (LanMediaWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_media_window_new (LanNode *node, LanPerson *person)
{
  LanMediaWindow *self = g_object_new (LAN_TYPE_MEDIA_WINDOW, NULL);

  self->node = g_object_ref (node);
  self->person = g_object_ref (person);
  hdy_header_bar_set_subtitle (self->header, lan_person_get_name (person));
  look (self);
  return GTK_WIDGET (self);
}
