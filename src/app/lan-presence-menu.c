/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-presence-menu.h"

#include "lan-avatar.h"

struct _LanPresenceMenu {
  GtkPopover parent;
  LanNode *node;
  LanAvatar *avatar;
  GtkLabel *name_label;
  GtkEntry *status_entry;
  GtkToggleButton *available_button;
  GtkToggleButton *away_button;
  GtkToggleButton *busy_button;
  GtkSwitch *hidden_switch;
  gboolean is_filling; /* the widgets follow the node, not the other way round */
};

G_DEFINE_TYPE (LanPresenceMenu, lan_presence_menu, GTK_TYPE_POPOVER)

static LanPersonPresence
chosen (LanPresenceMenu *self)
{
  if (gtk_toggle_button_get_active (self->away_button))
    return LAN_PERSON_PRESENCE_AWAY;
  if (gtk_toggle_button_get_active (self->busy_button))
    return LAN_PERSON_PRESENCE_BUSY;
  return LAN_PERSON_PRESENCE_AVAILABLE;
}

static void
tell (LanPresenceMenu *self)
{
  if (self->is_filling || self->node == NULL)
    return;
  lan_node_set_presence (self->node, chosen (self), gtk_entry_get_text (self->status_entry));
}

static void
on_presence_toggled (LanPresenceMenu *self, GtkToggleButton *button)
{
  if (gtk_toggle_button_get_active (button))
    tell (self);
}

static void
on_status_activate (LanPresenceMenu *self)
{
  tell (self);
  gtk_popover_popdown (GTK_POPOVER (self));
}

static void
on_hidden (LanPresenceMenu *self)
{
  if (!self->is_filling && self->node != NULL)
    lan_node_set_hidden (self->node, gtk_switch_get_active (self->hidden_switch));
}

static void
fill (LanPresenceMenu *self)
{
  LanPerson *me = lan_node_get_self (self->node);
  GtkToggleButton *button = self->available_button;

  self->is_filling = TRUE;
  if (lan_person_get_presence (me) == LAN_PERSON_PRESENCE_AWAY)
    button = self->away_button;
  else if (lan_person_get_presence (me) == LAN_PERSON_PRESENCE_BUSY)
    button = self->busy_button;
  gtk_toggle_button_set_active (button, TRUE);
  gtk_label_set_text (self->name_label, lan_person_get_name (me));
  gtk_entry_set_text (self->status_entry, lan_person_get_status_text (me));
  gtk_switch_set_active (self->hidden_switch, lan_node_get_hidden (self->node));
  self->is_filling = FALSE;
}

/* A status that was typed counts, whichever way the popover goes away. */
static void
on_closed (LanPresenceMenu *self)
{
  LanPerson *me = lan_node_get_self (self->node);

  if (g_strcmp0 (gtk_entry_get_text (self->status_entry), lan_person_get_status_text (me)) != 0)
    tell (self);
}

static void
on_map (LanPresenceMenu *self)
{
  fill (self);
}

static void
dispose (GObject *object)
{
  LanPresenceMenu *self = LAN_PRESENCE_MENU (object);

  g_clear_object (&self->node);
  G_OBJECT_CLASS (lan_presence_menu_parent_class)->dispose (object);
}

static void
lan_presence_menu_class_init (LanPresenceMenuClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  g_type_ensure (LAN_TYPE_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/presence-menu.ui");
  gtk_widget_class_bind_template_child (widget_class, LanPresenceMenu, avatar);
  gtk_widget_class_bind_template_child (widget_class, LanPresenceMenu, name_label);
  gtk_widget_class_bind_template_child (widget_class, LanPresenceMenu, status_entry);
  gtk_widget_class_bind_template_child (widget_class, LanPresenceMenu, available_button);
  gtk_widget_class_bind_template_child (widget_class, LanPresenceMenu, away_button);
  gtk_widget_class_bind_template_child (widget_class, LanPresenceMenu, busy_button);
  gtk_widget_class_bind_template_child (widget_class, LanPresenceMenu, hidden_switch);
  gtk_widget_class_bind_template_callback (widget_class, on_presence_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_status_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_hidden);
  gtk_widget_class_bind_template_callback (widget_class, on_map);
  gtk_widget_class_bind_template_callback (widget_class, on_closed);
}

static void
lan_presence_menu_init (LanPresenceMenu *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_presence_menu_new (LanNode *node)
{
  LanPresenceMenu *self = g_object_new (LAN_TYPE_PRESENCE_MENU, NULL);

  self->node = g_object_ref (node);
  lan_avatar_set_person (self->avatar, lan_node_get_self (node));
  return GTK_WIDGET (self);
}
