/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-person-row.h"

#include "lan-avatar.h"
#include "lan-person-look.h"

#include <glib/gi18n.h>

struct _LanPersonRow {
  GtkListBoxRow parent;
  LanPerson *person;
  LanAvatar *avatar;
  GtkLabel *name_label;
  GtkImage *trust_icon;
  GtkLabel *line_label;
  GtkLabel *tag_label;
};

G_DEFINE_TYPE (LanPersonRow, lan_person_row, GTK_TYPE_LIST_BOX_ROW)

static void
update (LanPersonRow *self)
{
  const char *icon = lan_person_look_list_icon (self->person);
  g_autofree char *line = lan_person_look_line (self->person);
  g_autofree char *department = lan_person_look_department (self->person);
  g_autofree char *name = NULL;
  const char *tag = NULL;

  if (lan_person_get_request (self->person))
    tag = _ ("Request");
  else if (lan_person_get_claims_place_of (self->person) != NULL)
    tag = _ ("Check");
  gtk_label_set_text (self->name_label, lan_person_get_name (self->person));
  gtk_widget_set_visible (GTK_WIDGET (self->trust_icon), icon != NULL);
  if (icon != NULL) {
    gtk_image_set_from_icon_name (self->trust_icon, icon, GTK_ICON_SIZE_MENU);
    lan_person_look_set_style (GTK_WIDGET (self->trust_icon),
                               lan_person_look_trust_style (self->person));
  }
  gtk_label_set_text (self->line_label, line);
  gtk_widget_set_visible (GTK_WIDGET (self->tag_label), tag != NULL);
  gtk_label_set_text (self->tag_label, tag != NULL ? tag : "");
  /* A heading is not read out with its rows: who cannot see it hears the department here. */
  name = *department != '\0'
             ? g_strdup_printf ("%s, %s, %s", lan_person_get_name (self->person), line, department)
             : g_strdup_printf ("%s, %s", lan_person_get_name (self->person), line);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), name);
}

static void
dispose (GObject *object)
{
  LanPersonRow *self = LAN_PERSON_ROW (object);

  g_clear_object (&self->person);
  G_OBJECT_CLASS (lan_person_row_parent_class)->dispose (object);
}

static void
lan_person_row_class_init (LanPersonRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  g_type_ensure (LAN_TYPE_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/person-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LanPersonRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, LanPersonRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, LanPersonRow, trust_icon);
  gtk_widget_class_bind_template_child (widget_class, LanPersonRow, line_label);
  gtk_widget_class_bind_template_child (widget_class, LanPersonRow, tag_label);
}

static void
lan_person_row_init (LanPersonRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_person_row_new (LanPerson *person)
{
  LanPersonRow *self = g_object_new (LAN_TYPE_PERSON_ROW, NULL);

  self->person = g_object_ref (person);
  lan_avatar_set_person (self->avatar, person);
  g_signal_connect_object (person, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

LanPerson *
lan_person_row_get_person (LanPersonRow *self)
{
  return self->person;
}
