/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-section.h"

struct _LanSection {
  GtkBox parent;
  GtkLabel *title_label;
  GtkLabel *count_label;
};

G_DEFINE_TYPE (LanSection, lan_section, GTK_TYPE_BOX)

static void
lan_section_class_init (LanSectionClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/section.ui");
  gtk_widget_class_bind_template_child (widget_class, LanSection, title_label);
  gtk_widget_class_bind_template_child (widget_class, LanSection, count_label);
}

static void
lan_section_init (LanSection *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
set (LanSection *self, const char *title, int count)
{
  g_autofree char *number = count >= 0 ? g_strdup_printf ("%d", count) : g_strdup ("");

  gtk_label_set_text (self->title_label, title);
  gtk_label_set_text (self->count_label, number);
}

GtkWidget *
lan_section_new (const char *title, int count)
{
  LanSection *self = g_object_new (LAN_TYPE_SECTION, NULL);

  set (self, title, count);
  return GTK_WIDGET (self);
}

void
lan_section_put (GtkListBoxRow *row, const char *title, int count)
{
  GtkWidget *header = gtk_list_box_row_get_header (row);

  if (title == NULL)
    gtk_list_box_row_set_header (row, NULL);
  else if (header != NULL && LAN_IS_SECTION (header))
    set (LAN_SECTION (header), title, count);
  else
    gtk_list_box_row_set_header (row, lan_section_new (title, count));
}
