/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-pin-bar.h"

#include "lan-chat-text.h"

#include <glib/gi18n.h>
#include <lan-node-message.h>

#define TEXT_CHARS 160

struct _LanPinBar {
  GtkBox parent;
  LanNode *node;
  LanPerson *person;
  GCancellable *cancellable;
  GPtrArray *pinned; /* of LanMessage, the oldest first; NULL: not read yet */
  guint shown;
  GtkWidget *button;
  GtkLabel *text_label;
  GtkLabel *count_label;
};

static guint show_message_signal;

G_DEFINE_TYPE (LanPinBar, lan_pin_bar, GTK_TYPE_BOX)

static void
update (LanPinBar *self)
{
  guint n = self->pinned != NULL ? self->pinned->len : 0;
  g_autofree char *text = NULL;
  g_autofree char *count = NULL;
  g_autofree char *name = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), n > 0);
  if (n == 0)
    return;
  self->shown = MIN (self->shown, n - 1);
  text = lan_chat_text_preview (
      lan_message_get_text (g_ptr_array_index (self->pinned, self->shown)), TEXT_CHARS);
  count = g_strdup_printf (_ ("%u of %u"), self->shown + 1, n);
  name = g_strdup_printf (_ ("Pinned message %u of %u: %s"), self->shown + 1, n, text);
  atk_object_set_name (gtk_widget_get_accessible (self->button), name);
  gtk_label_set_text (self->text_label, text);
  gtk_label_set_text (self->count_label, count);
  gtk_widget_set_visible (GTK_WIDGET (self->count_label), n > 1);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LanPinBar) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) pinned = lan_node_read_pinned_finish (LAN_NODE (source), result, &error);
  guint before = self->pinned != NULL ? self->pinned->len : 0;

  if (pinned == NULL) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      g_info ("what is pinned: %s", error->message);
    return;
  }
  g_clear_pointer (&self->pinned, g_ptr_array_unref);
  self->pinned = g_steal_pointer (&pinned);
  if (self->pinned->len != before && self->pinned->len > 0)
    self->shown = self->pinned->len - 1;
  update (self);
}

/* A reading that is under way is dropped: it may not know what changed. */
static void
reload (LanPinBar *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->person == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  lan_node_read_pinned_async (self->node, self->person, self->cancellable, on_read,
                              g_object_ref (self));
}

static void
on_message_changed (LanPinBar *self, LanMessage *message)
{
  if (self->person != NULL && lan_message_get_peer (message) == self->person)
    reload (self);
}

static void
on_clicked (LanPinBar *self)
{
  LanMessage *message;

  if (self->pinned == NULL || self->pinned->len == 0)
    return;
  message = g_ptr_array_index (self->pinned, self->shown);
  g_signal_emit (self, show_message_signal, 0, lan_message_get_id (message));
  self->shown = (self->shown + self->pinned->len - 1) % self->pinned->len;
  update (self);
}

void
lan_pin_bar_set_person (LanPinBar *self, LanNode *node, LanPerson *person)
{
  if (self->node != NULL)
    g_signal_handlers_disconnect_by_data (self->node, self);
  g_set_object (&self->node, node);
  g_set_object (&self->person, person);
  g_clear_pointer (&self->pinned, g_ptr_array_unref);
  self->shown = 0;
  if (node != NULL)
    g_signal_connect_object (node, "message-changed", G_CALLBACK (on_message_changed), self,
                             G_CONNECT_SWAPPED);
  update (self);
  reload (self);
}

static void
dispose (GObject *object)
{
  LanPinBar *self = LAN_PIN_BAR (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->pinned, g_ptr_array_unref);
  g_clear_object (&self->person);
  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_pin_bar_parent_class)->dispose (object);
}

static void
lan_pin_bar_class_init (LanPinBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  show_message_signal = g_signal_new ("show-message", LAN_TYPE_PIN_BAR, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/pin-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LanPinBar, button);
  gtk_widget_class_bind_template_child (widget_class, LanPinBar, text_label);
  gtk_widget_class_bind_template_child (widget_class, LanPinBar, count_label);
  gtk_widget_class_bind_template_callback (widget_class, on_clicked);
}

static void
lan_pin_bar_init (LanPinBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
