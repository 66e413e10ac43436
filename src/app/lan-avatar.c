/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-avatar.h"

#include "lan-chat-text.h"
#include "lan-person-look.h"

#include <handy.h>

enum { PROP_0, PROP_SIZE, N_PROPS };

static GParamSpec *props[N_PROPS];

struct _LanAvatar {
  GtkOverlay parent;
  HdyAvatar *face;
  GtkWidget *dot;
  LanPerson *person;
  const char *dot_style; /* static */
  int size;
};

G_DEFINE_TYPE (LanAvatar, lan_avatar, GTK_TYPE_OVERLAY)

static void
update (LanAvatar *self)
{
  gboolean is_group;

  if (self->person == NULL)
    return;
  is_group = lan_person_get_group (self->person) != NULL;
  lan_avatar_set_name (self, lan_person_get_name (self->person));
  lan_avatar_set_dot (self, is_group ? NULL : lan_person_look_dot (self->person));
  hdy_avatar_set_show_initials (self->face, !is_group);
  if (is_group)
    hdy_avatar_set_icon_name (self->face, "lanyard-people-symbolic");
}

void
lan_avatar_set_name (LanAvatar *self, const char *name)
{
  g_autofree char *initials = lan_chat_text_initials (name, self->size);

  if (g_strcmp0 (hdy_avatar_get_text (self->face), initials) != 0)
    hdy_avatar_set_text (self->face, initials);
}

void
lan_avatar_set_dot (LanAvatar *self, const char *style)
{
  GtkStyleContext *context = gtk_widget_get_style_context (self->dot);

  gtk_widget_set_visible (self->dot, style != NULL);
  if (style == self->dot_style)
    return;
  if (self->dot_style != NULL)
    gtk_style_context_remove_class (context, self->dot_style);
  if (style != NULL)
    gtk_style_context_add_class (context, style);
  self->dot_style = style;
}

void
lan_avatar_set_person (LanAvatar *self, LanPerson *person)
{
  if (self->person != NULL)
    g_signal_handlers_disconnect_by_func (self->person, update, self);
  g_set_object (&self->person, person);
  if (person == NULL)
    return;
  g_signal_connect_object (person, "notify::name", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (person, "notify::presence", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (person, "notify::online", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  LanAvatar *self = LAN_AVATAR (object);

  self->size = g_value_get_int (value);
  hdy_avatar_set_size (self->face, self->size);
}

static void
dispose (GObject *object)
{
  lan_avatar_set_person (LAN_AVATAR (object), NULL);
  G_OBJECT_CLASS (lan_avatar_parent_class)->dispose (object);
}

static void
lan_avatar_class_init (LanAvatarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = set_property;
  object_class->dispose = dispose;
  props[PROP_SIZE] =
      g_param_spec_int ("size", NULL, NULL, 16, 256, 40, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/avatar.ui");
  gtk_widget_class_bind_template_child (widget_class, LanAvatar, face);
  gtk_widget_class_bind_template_child (widget_class, LanAvatar, dot);
}

static void
lan_avatar_init (LanAvatar *self)
{
  self->size = 40;
  gtk_widget_init_template (GTK_WIDGET (self));
}
