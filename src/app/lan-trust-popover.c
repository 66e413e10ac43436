/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-trust-popover.h"

#include "lan-format.h"
#include "lan-person-look.h"
#include "lan-word-grid.h"

#include <glib/gi18n.h>

struct _LanTrustPopover {
  GtkPopover parent;
  LanPerson *person;
  GtkImage *icon;
  GtkLabel *title_label;
  GtkLabel *text_label;
  LanWordGrid *words_grid;
  GtkToggleButton *chinese_button;
  GtkToggleButton *english_button;
  GtkLabel *number_label;
  GtkWidget *match_button;
  GtkLabel *answer_label;
};

G_DEFINE_TYPE (LanTrustPopover, lan_trust_popover, GTK_TYPE_POPOVER)

static const char *
words_locale (LanTrustPopover *self)
{
  return gtk_toggle_button_get_active (self->chinese_button) ? "zh_CN" : "en";
}

static void
fill_words (LanTrustPopover *self)
{
  g_auto (GStrv) words = NULL;

  if (self->person == NULL)
    return;
  words = lan_person_dup_words (self->person, words_locale (self));
  lan_word_grid_set_words (self->words_grid, (const char *const *) words);
}

static void
update (LanTrustPopover *self)
{
  g_autofree char *text = lan_person_look_trust_text (self->person);
  g_autofree char *digits = lan_person_dup_number (self->person);
  g_autofree char *number = lan_format_number (digits);
  gboolean verified = lan_person_get_trust (self->person) == LAN_PERSON_TRUST_VERIFIED;

  gtk_image_set_from_icon_name (self->icon, lan_person_look_trust_icon (self->person),
                                GTK_ICON_SIZE_LARGE_TOOLBAR);
  gtk_label_set_text (self->title_label, lan_person_look_trust_title (self->person));
  gtk_label_set_text (self->text_label, text);
  gtk_label_set_text (self->number_label, number);
  gtk_widget_set_visible (self->match_button, !verified);
  gtk_widget_hide (GTK_WIDGET (self->answer_label));
  fill_words (self);
}

void
lan_trust_popover_set_person (LanTrustPopover *self, LanPerson *person)
{
  if (self->person != NULL)
    g_signal_handlers_disconnect_by_data (self->person, self);
  g_set_object (&self->person, person);
  if (person == NULL)
    return;
  g_signal_connect_object (person, "notify::trust", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
on_language (LanTrustPopover *self, GtkToggleButton *button)
{
  if (gtk_toggle_button_get_active (button))
    fill_words (self);
}

static void
on_match (LanTrustPopover *self)
{
  g_autofree char *number = lan_person_dup_number (self->person);
  g_autoptr (GError) error = NULL;

  if (lan_person_verify_number (self->person, number, &error)) {
    gtk_popover_popdown (GTK_POPOVER (self));
    return;
  }
  gtk_label_set_text (self->answer_label, error->message);
  gtk_widget_show (GTK_WIDGET (self->answer_label));
}

static void
on_no_match (LanTrustPopover *self)
{
  gtk_label_set_text (
      self->answer_label,
      _ ("Then somebody may sit between you. Say nothing secret here, check that "
         "both of you look at this same chat, and tell whoever runs your network."));
  gtk_widget_show (GTK_WIDGET (self->answer_label));
}

static void
dispose (GObject *object)
{
  lan_trust_popover_set_person (LAN_TRUST_POPOVER (object), NULL);
  G_OBJECT_CLASS (lan_trust_popover_parent_class)->dispose (object);
}

static void
lan_trust_popover_class_init (LanTrustPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  g_type_ensure (LAN_TYPE_WORD_GRID);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/lanyard/Lanyard/ui/trust-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, LanTrustPopover, icon);
  gtk_widget_class_bind_template_child (widget_class, LanTrustPopover, title_label);
  gtk_widget_class_bind_template_child (widget_class, LanTrustPopover, text_label);
  gtk_widget_class_bind_template_child (widget_class, LanTrustPopover, words_grid);
  gtk_widget_class_bind_template_child (widget_class, LanTrustPopover, chinese_button);
  gtk_widget_class_bind_template_child (widget_class, LanTrustPopover, english_button);
  gtk_widget_class_bind_template_child (widget_class, LanTrustPopover, number_label);
  gtk_widget_class_bind_template_child (widget_class, LanTrustPopover, match_button);
  gtk_widget_class_bind_template_child (widget_class, LanTrustPopover, answer_label);
  gtk_widget_class_bind_template_callback (widget_class, on_language);
  gtk_widget_class_bind_template_callback (widget_class, on_match);
  gtk_widget_class_bind_template_callback (widget_class, on_no_match);
}

static void
lan_trust_popover_init (LanTrustPopover *self)
{
  gboolean is_chinese = g_str_equal (lan_word_grid_locale (), "zh_CN");

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_toggle_button_set_active (is_chinese ? self->chinese_button : self->english_button, TRUE);
}

GtkWidget *
lan_trust_popover_new (void)
{
  return g_object_new (LAN_TYPE_TRUST_POPOVER, NULL);
}
