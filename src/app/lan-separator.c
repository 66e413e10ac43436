/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-separator.h"

#include "lan-format.h"

struct _LanSeparator {
  GtkBox parent;
  GtkWidget *day_box;
  GtkLabel *day_label;
  GtkWidget *new_box;
};

G_DEFINE_TYPE (LanSeparator, lan_separator, GTK_TYPE_BOX)

static void
lan_separator_class_init (LanSeparatorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/separator.ui");
  gtk_widget_class_bind_template_child (widget_class, LanSeparator, day_box);
  gtk_widget_class_bind_template_child (widget_class, LanSeparator, day_label);
  gtk_widget_class_bind_template_child (widget_class, LanSeparator, new_box);
}

static void
lan_separator_init (LanSeparator *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lan_separator_new (gint64 day_ms, gboolean is_new, int margin)
{
  LanSeparator *self = g_object_new (LAN_TYPE_SEPARATOR, NULL);

  gtk_widget_set_margin_start (GTK_WIDGET (self), margin);
  gtk_widget_set_margin_end (GTK_WIDGET (self), margin);
  gtk_widget_set_visible (self->day_box, day_ms != 0);
  gtk_widget_set_visible (self->new_box, is_new);
  if (day_ms != 0) {
    g_autofree char *day = lan_format_day (day_ms, g_get_real_time () / 1000);

    gtk_label_set_text (self->day_label, day);
  }
  return GTK_WIDGET (self);
}
