/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-add-popover.h"

#include "lan-chat-text.h"
#include "lan-server-look.h"

#include <glib/gi18n.h>

struct _LanAddPopover {
  GtkPopover parent;
  LanNode *node;
  GtkEntry *entry;
  GtkWidget *add_button;
  GtkLabel *answer_label;
};

G_DEFINE_TYPE (LanAddPopover, lan_add_popover, GTK_TYPE_POPOVER)

static void
answer (LanAddPopover *self, const char *text)
{
  gtk_label_set_text (self->answer_label, text);
  gtk_widget_show (GTK_WIDGET (self->answer_label));
}

static void
on_add (LanAddPopover *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (self->entry)));
  g_autofree char *id = lan_chat_text_parse_uri (text);
  g_autoptr (GError) error = NULL;

  if (*text == '\0')
    return;
  if (lan_server_look_is_invite (text)) {
    gtk_entry_set_text (self->entry, "");
    gtk_popover_popdown (GTK_POPOVER (self));
    g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "join",
                                    g_variant_new_string (text));
    return;
  }
  if (id != NULL && lan_node_find_person (self->node, id, NULL) == NULL) {
    answer (self, _ ("This person has not been seen on your networks yet. Try again when both of "
                     "you are here."));
  } else if (id != NULL) {
    g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "open-chat",
                                    g_variant_new_string (id));
    gtk_popover_popdown (GTK_POPOVER (self));
  } else if (lan_node_add_address (self->node, text, &error)) {
    answer (self, _ ("Looking there now. Whoever answers appears under People."));
    gtk_entry_set_text (self->entry, "");
  } else {
    answer (self, _ ("Write a number address such as 192.0.2.7 or 192.0.2.7:24789, or a link that "
                     "begins with lanyard:"));
  }
}

static void
on_changed (LanAddPopover *self)
{
  gtk_widget_set_sensitive (self->add_button, gtk_entry_get_text_length (self->entry) > 0);
}

static void
dispose (GObject *object)
{
  LanAddPopover *self = LAN_ADD_POPOVER (object);

  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_add_popover_parent_class)->dispose (object);
}

static void
lan_add_popover_class_init (LanAddPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/add-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, LanAddPopover, entry);
  gtk_widget_class_bind_template_child (widget_class, LanAddPopover, add_button);
  gtk_widget_class_bind_template_child (widget_class, LanAddPopover, answer_label);
  gtk_widget_class_bind_template_callback (widget_class, on_add);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, gtk_popover_popdown);
}

static void
lan_add_popover_init (LanAddPopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_add_popover_new (LanNode *node)
{
  LanAddPopover *self = g_object_new (LAN_TYPE_ADD_POPOVER, NULL);

  self->node = g_object_ref (node);
  return GTK_WIDGET (self);
}
